"""The adapters as `fuzz` calls them: real seeds in, (vessel, longitude, latitude) out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias

from benchmarks.data import shared
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, parse_utc, to_ms
from monitor.errors import MonitorError
from monitor.http_client import HttpAnswer
from monitor.sources.ais.aisstream import read_frames
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.http_json import HttpJsonPositions
from monitor.sources.ais.nmea.by_block import read_nmea_blocks
from monitor.sources.ais.nmea.by_line import read_nmea
from monitor.sources.ais.presets import feed_of, load_preset
from monitor.sources.ais.streams.aisstream import AisstreamReader
from monitor.sources.ais.streams.lines import LiveLines
from monitor.sources.ais.streams.live import Frame
from monitor.sources.ais.streams.mqtt_messages import MqttReader
from monitor.sources.ais.tables.text import read_table
from monitor.sources.base import AisBatch

Position: TypeAlias = tuple[int, float, float]
NOON = datetime(2025, 1, 21, 12, tzinfo=UTC)
_TARTUS = (35.75, 34.85, 35.95, 35.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One adapter."""

    seeds: Callable[[], Iterable[bytes]]
    """Real lines, frames or answers."""
    read: Callable[[Sequence[bytes]], list[Position]]
    """Reads them in one go, in order."""
    weight: int
    """Its share of the mutants."""
    has_checksum: bool = False


def _positions(batches: Iterable[AisBatch]) -> list[Position]:
    rows = [b.positions for b in batches]
    return [
        position
        for p in rows
        for position in zip(p.mmsi.tolist(), p.lon.tolist(), p.lat.tolist(), strict=True)
    ]


def _taken(builder: BatchBuilder) -> Iterator[AisBatch]:
    while len((batch := builder.take()).positions):
        yield batch


def _checked(tally: Tally) -> None:
    lost = sum(tally.ignored.values()) + sum(tally.rejected.values())
    assert tally.read == tally.accepted + lost, f"lines not accounted for: {tally.summary()}"


# NMEA


def _nmea_seeds() -> Iterator[bytes]:
    for folder in ("nmea", "messy"):
        for path in sorted(shared("data", "ais", folder).iterdir()):
            if path.suffix in (".csv", ".json") or not path.is_file():
                continue
            packed = path.suffix == ".gz"
            raw = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
            # Of each file enough to have every kind of line it holds.
            yield from (line for line in raw.splitlines()[:20_000] if not line.startswith(b"{"))


def _blocks(lines: Sequence[bytes]) -> list[Position]:
    tally = Tally()
    builder = BatchBuilder(source="fuzz", tally=tally)
    blocks = (b"\n".join(lines[i : i + 2_000]) + b"\n" for i in range(0, len(lines), 2_000))
    found = _positions(read_nmea_blocks(blocks, builder, tally=tally, start_at=NOON))
    _checked(tally)
    return found


def _one_by_one(lines: Sequence[bytes]) -> list[Position]:
    tally = Tally()
    builder = BatchBuilder(source="fuzz", tally=tally)
    texts = (line.decode("latin-1") for line in lines)
    found = _positions(read_nmea(texts, builder, tally=tally, start_at=NOON))
    _checked(tally)
    return found


def _live(lines: Sequence[bytes]) -> list[Position]:
    tally = Tally()
    builder = BatchBuilder(source="fuzz", tally=tally)
    reader = LiveLines(builder, tally, cut_anywhere=False)
    for line in lines:
        reader.read(Frame(line + b"\n", "10.0.0.1"), to_ms(NOON))
    reader.finish()
    return _positions(_taken(builder))


# JSON, frame by frame


def _aisstream_seeds() -> list[bytes]:
    document = json.loads(shared("data", "ais", "samples", "aisstream.json").read_bytes())
    return [json.dumps(message).encode() for message in document["messages"]]


def _aisstream_file(frames: Sequence[bytes]) -> list[Position]:
    tally = Tally()
    builder = BatchBuilder(source="fuzz", tally=tally)
    return _positions(read_frames(frames, builder, tally=tally))


def _aisstream_live(frames: Sequence[bytes]) -> list[Position]:
    tally = Tally()
    builder = BatchBuilder(source="fuzz", tally=tally)
    reader = AisstreamReader(builder, tally, name="fuzz", key="k")
    for frame in frames:
        try:
            reader.read(Frame(frame), to_ms(NOON))
        except MonitorError:
            continue  # an error frame ends the connection
    return _positions(_taken(builder))


def _receiver_seeds() -> list[bytes]:
    lines = shared("data", "ais", "samples", "gpsd_json.jsonl").read_bytes().splitlines()
    catcher = json.loads(shared("data", "ais", "samples", "ais-catcher.json").read_bytes())
    own = next(iter(catcher.values()))
    return lines + [json.dumps(m).encode() for m in (own if isinstance(own, list) else [own])]


_DIGITRAFFIC = "vessels-v2/{}/{}"


def _mqtt_seeds() -> list[bytes]:
    samples = json.loads(shared("data", "ais", "samples", "digitraffic.json").read_bytes())
    return [
        f"{_DIGITRAFFIC.format(230939100, what)}\0".encode() + json.dumps(body).encode()
        for key, value in samples.items()
        for what in ("location", "metadata")
        if key == f"MQTT vessels-v2/<mmsi>/{what}"
        for body in (value if isinstance(value, list) else [value])
    ]


def _mqtt(messages: Sequence[bytes]) -> list[Position]:
    tally = Tally()
    builder = BatchBuilder(source="fuzz", tally=tally)
    reader = MqttReader(builder, tally)
    for message in messages:
        topic, _, payload = message.partition(b"\0")
        reader.read(Frame(payload, topic.decode("utf-8", "replace")), to_ms(NOON))
    return _positions(_taken(builder))


# Tables


def _table_seeds(*name: str) -> list[bytes]:
    return shared("data", "ais", *name).read_bytes().splitlines()[1:]


def _table(name: tuple[str, ...], lines: Sequence[bytes]) -> list[Position]:
    header = shared("data", "ais", *name).read_bytes().splitlines()[0]
    tally = Tally()
    blocks = iter([b"\n".join([header, *lines]) + b"\n"])
    return _positions(read_table(blocks, file="fuzz.csv", source="fuzz", tally=tally))


# Answers to a request


def _answers(preset: str) -> list[bytes]:
    name = {"aishub-raw": "aishub", "spire": "spire_kpler_maritime2"}.get(preset, preset)
    samples: Mapping[str, Any] = json.loads(
        shared("data", "ais", "samples", f"{name}.json").read_bytes()
    )
    chosen = {
        "aishub": ["format=1 (human)"],
        "aishub-raw": ["format=0 (AIS encoding)"],
        "vesselfinder": ["GET /vessels (illustrative, third party)"],
        "marinetraffic": [k for k in samples if k.startswith("PS06")],
        "spire": [k for k in samples if k.startswith("response")],
        "barentswatch": [k for k in samples if "Full (NDJSON)" in k],
        "digitraffic": [k for k in samples if k.startswith("GET /api/ais/v1/locations")],
    }[preset]
    bodies = [samples[key] for key in chosen]
    if preset == "aishub":
        bodies = [b[:2] for b in bodies]
    if preset == "digitraffic":
        bodies = [{"features": b if isinstance(b, list) else b["features"]} for b in bodies]
    return [json.dumps(body).encode() for body in bodies]


_AT = {
    "aishub": "2021-07-09T12:30Z", "aishub-raw": "2021-07-09T10:40Z",
    "vesselfinder": "2026-05-25T10:20Z", "marinetraffic": "2017-05-19T09:45Z",
    "spire": "2026-03-15T12:00Z", "barentswatch": "2023-02-17T12:00Z",
    "digitraffic": "2025-03-03T11:30Z",
}  # fmt: skip
"""When each sample was fresh."""


def _http(preset: str, bodies: Sequence[bytes]) -> list[Position]:
    made = load_preset(preset)
    feed = feed_of(
        made,
        what=preset,
        params={},
        secrets={place: "secret" for place in made.secrets},
        bounds=_TARTUS,
    )
    at = parse_utc(_AT[preset])
    found = []
    for body in bodies:

        def ask(url: str, *, body: bytes = body, **_: object) -> HttpAnswer:
            token = b'{"access_token": "t", "expires_in": 3600}'
            return HttpAnswer(status=200, content=token if url.endswith("/token") else body)

        source = HttpJsonPositions(preset, feed, ask=ask)
        try:
            found += _positions(source.fetch(TimeWindow(start=at, end=at), Tally()))
        except MonitorError:
            continue  # an answer that is none of the feed's is refused whole
    return found


_CADASTRE = ("samples", "marinecadastre_2015_2023.csv")
_DANISH = ("samples", "dma_aisdk.csv")
READERS: dict[str, Reader] = {
    "nmea file": Reader(seeds=_nmea_seeds, read=_blocks, weight=50, has_checksum=True),
    "nmea line by line": Reader(seeds=_nmea_seeds, read=_one_by_one, weight=5, has_checksum=True),
    "nmea socket": Reader(seeds=_nmea_seeds, read=_live, weight=8, has_checksum=True),
    "aisstream file": Reader(seeds=_aisstream_seeds, read=_aisstream_file, weight=8),
    "aisstream socket": Reader(seeds=_aisstream_seeds, read=_aisstream_live, weight=8),
    "receiver json": Reader(seeds=_receiver_seeds, read=_live, weight=5),
    "mqtt": Reader(seeds=_mqtt_seeds, read=_mqtt, weight=4),
    "marinecadastre": Reader(
        seeds=partial(_table_seeds, *_CADASTRE), read=partial(_table, _CADASTRE), weight=4
    ),
    "danish": Reader(
        seeds=partial(_table_seeds, *_DANISH), read=partial(_table, _DANISH), weight=4
    ),
    **{
        f"http {preset}": Reader(
            seeds=partial(_answers, preset), read=partial(_http, preset), weight=1
        )
        for preset in _AT
    },
}
