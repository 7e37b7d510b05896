"""Decoded fields of every whole message of every real NMEA log, against pyais and gpsd's decoder.

Every message is framed anew, so that only the decoding is compared: field by field, to half the
step in which AIS sends it. gpsd prints raw numbers (`-u`), because its scaled ones are rounded to
0.1 degree for type 27. A difference falls into a class; a known class says who is right by ITU-R
M.1371-5, and an unknown one ends the program with an error.
"""

from __future__ import annotations

import gzip
import json
import math
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

import pyais
from pyais.exceptions import AISBaseException

from benchmarks.data import shared
from monitor.domain.tally import Tally
from monitor.errors import BadPayload
from monitor.sources.ais.batch import STATIC_FIELDS, BatchBuilder
from monitor.sources.ais.clean import reported_imo
from monitor.sources.ais.nmea.by_block import read_nmea_blocks
from monitor.sources.ais.nmea.by_line import Assembler, WholeMessage
from monitor.sources.ais.nmea.odd import OddLines
from monitor.sources.ais.nmea.payload import PAYLOAD_BITS
from monitor.sources.ais.nmea.scan import scan_block
from monitor.sources.ais.nmea.sentences import LineReader, glued_pieces

Fields = dict[str, Any]
Classes = dict[tuple[str, int, str], list[str]]
"""Examples of differences by decoder, message type and field."""
_STEPS = {"lon": 1 / 600_000, "lat": 1 / 600_000, "sog_kn": 0.1, "cog_deg": 0.1, "draught_m": 0.1}
"""Steps in which numbers are sent; others are whole."""
_SIDES = ("to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m")
_PYAIS = {
    "lon": "lon", "lat": "lat", "sog_kn": "speed", "cog_deg": "course", "heading_deg": "heading",
    "nav_status": "status", "second": "second", "imo": "imo", "name": "shipname",
    "call_sign": "callsign", "ship_type": "ship_type", "draught_m": "draught",
    "destination": "destination", **{side: side.removesuffix("_m") for side in _SIDES},
}  # fmt: skip
_GPSD = {**_PYAIS, "ship_type": "shiptype"}
_KNOWN = {
    ("pyais", 5, "ship_type"): "ours: pyais turns numbers it has no name for into others",
    ("gpsd", 24, "not decoded"): "ours: a whole part A with a receiver's noise behind it; the "
    "same ship's report of right length says the same, and gpsd refuses the length",
    ("pyais", 19, "ship_type"): "ours: pyais turns numbers it has no name for into others",
}
"""Who is right where decoders differ, and why: by decoder, message type and field."""


def logs() -> list[Path]:
    """Return every raw NMEA file at hand."""
    rooms = (shared("data", "ais", room) for room in ("nmea", "messy"))
    files = sorted(p for room in rooms for p in room.glob("*") if p.is_file())
    return [p for p in files if p.suffix not in (".csv", ".json", ".chk")]


def read(path: Path) -> bytes:
    """Return the bytes of a log, unpacked."""
    log = path.read_bytes()
    return gzip.decompress(log) if log.startswith(b"\x1f\x8b") else log


def whole_messages(log: bytes) -> Iterator[WholeMessage]:
    """Yield the messages of a log whose sentences are undamaged and complete, of types we use."""
    tally = Tally()
    reader, assembler = LineReader(tally), Assembler(tally)
    lines = log.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place, line in enumerate(piece for text in lines for piece in glued_pieces(text)):
        try:
            sentence = reader.sentence(line)
            whole = None if sentence is None else assembler.whole(sentence, place)
        except BadPayload:
            continue
        if whole is not None and _is_whole(whole):
            yield whole


def _kind(whole: WholeMessage) -> int:
    six = ord(whole.payload[0]) - 48
    return six - 8 if six > 40 else six


def _is_whole(whole: WholeMessage) -> bool:
    least, most = PAYLOAD_BITS.get(_kind(whole) if whole.payload else 0, (1, 0))
    return least <= 6 * len(whole.payload) - whole.fill <= most


def framed(messages: list[WholeMessage]) -> list[list[str]]:
    """Return the sentences of each message: one, or two on a new sequence number."""
    lines = []
    for number, message in enumerate(messages):
        cut = [message.payload[i : i + 60] for i in range(0, len(message.payload), 60)]
        sequence = number % 10 if len(cut) > 1 else ""
        lines.append(
            [
                _checked(f"AIVDM,{len(cut)},{n},{sequence},A,{part},{fill}")
                for n, part in enumerate(cut, start=1)
                for fill in (message.fill if n == len(cut) else 0,)
            ]
        )
    return lines


def _checked(body: str) -> str:
    return f"!{body}*{reduce(xor, body.encode('ascii'), 0):02X}"


def ours(lines: list[list[str]]) -> list[Fields | None]:
    """Decode by the block."""
    block = "\n".join(line for message in lines for line in message).encode("ascii")
    found = OddLines(Tally()).read(scan_block(block), first_place=0)
    ends, place = {}, -1
    for number, message in enumerate(lines):
        place += len(message)
        ends[place] = number
    decoded: list[Fields | None] = [None] * len(lines)
    for row in found.rows:
        fields: Fields = {}
        if row["mmsi"]:
            names = ("lon", "lat", "sog_kn", "cog_deg", "heading_deg", "nav_status", "second")
            fields = {name: row[name].item() for name in names}
        if row["static"] >= 0:
            fields |= dict(zip(STATIC_FIELDS, found.statics[row["static"]], strict=True))
        fields["mmsi"] = row["mmsi"].item() or fields["mmsi"]
        decoded[ends[int(row["place"])]] = fields
    return decoded


def by_pyais(lines: list[list[str]]) -> list[Fields | None]:
    """Decode with pyais."""
    decoded: list[Fields | None] = []
    for message in lines:
        try:
            decoded.append(pyais.decode(*message).asdict())
        except AISBaseException:
            decoded.append(None)
    return decoded


def by_gpsd(lines: list[list[str]]) -> list[Fields | None]:
    """Decode with gpsd's decoder; it repeats each line before what it says of it."""
    text = "".join(f"{line}\n" for message in lines for line in message)
    command = ["gpsdecode", "-j", "-u", "-s", "-v"]
    run = subprocess.run(command, input=text, text=True, capture_output=True, check=True)
    numbers = iter([number for number, message in enumerate(lines) for _ in message])
    decoded: list[Fields | None] = [None] * len(lines)
    number = -1
    for line in run.stdout.splitlines():
        if line.startswith("!"):
            number = next(numbers)
        elif line.startswith("{"):
            decoded[number] = _scaled(json.loads(line))
    if next(numbers, None) is not None:
        sys.exit("gpsdecode left lines out: what it says cannot be told apart")
    return decoded


def _scaled(raw: Fields) -> Fields:
    long_range = raw["type"] == 27
    for name in ("lon", "lat"):
        if name in raw:
            raw[name] /= 600 if long_range else 600_000
    for name in ("speed", "course", "draught"):
        if name in raw and not long_range:
            raw[name] /= 10
    return raw


def expected(kind: int, said: Fields, names: dict[str, str], mine: Fields) -> Fields:
    """Return what our fields must be if a decoder is right: cleaned as ours are."""
    wanted = {name: said.get(their) for name, their in names.items() if name in mine}
    wanted["mmsi"] = int(said["mmsi"])
    if "second" in wanted:
        second = wanted["second"]
        wanted["second"] = -1 if kind == 27 or not 0 <= int(second) <= 59 else int(second)
    if kind in (18, 19) and "nav_status" in wanted:
        wanted["nav_status"] = -1
    if kind == 27:
        wanted["heading_deg"] = math.nan
    if "imo" in wanted:
        _clean_static(kind, wanted, part_b="callsign" in said)
    return wanted


def _clean_static(kind: int, wanted: Fields, *, part_b: bool) -> None:
    if kind == 24:  # gpsd repeats the name of part A with part B
        wanted["name"] = "" if part_b else wanted["name"]
    wanted["imo"] = reported_imo(wanted["imo"])
    wanted["ship_type"] = None if not 1 <= (wanted["ship_type"] or 0) <= 99 else wanted["ship_type"]
    wanted["draught_m"] = wanted["draught_m"] or None
    for name in ("name", "call_sign", "destination"):
        wanted[name] = (wanted[name] or "").partition("@")[0].strip()
    if not any(wanted[side] for side in _SIDES):
        wanted |= dict.fromkeys(_SIDES)


def differs(name: str, mine: object, theirs: object) -> bool:
    """Return whether two values differ by half the step of their field or more."""
    if isinstance(mine, float) and isinstance(theirs, int | float):
        if math.isnan(mine) or math.isnan(theirs):
            return not (math.isnan(mine) and math.isnan(theirs))
        return abs(mine - theirs) >= _STEPS.get(name, 1) / 2
    return mine != theirs


def compare(path: Path, counts: Counter[str], classes: Classes) -> None:
    """Count the comparisons of one log, and put differences into their classes."""
    messages = list(whole_messages(read(path)))
    lines = framed(messages)
    mine = ours(lines)
    for oracle, decode, names in (("pyais", by_pyais, _PYAIS), ("gpsd", by_gpsd, _GPSD)):
        for message, said, own in zip(messages, decode(lines), mine, strict=True):
            kind = _kind(message)
            if own is None:  # base stations, stations that are no ships, reports that say nothing
                counts["left out here, as meant"] += oracle == "pyais"
                continue
            counts[f"messages, {oracle}"] += 1
            if said is None:
                classes.setdefault((oracle, kind, "not decoded"), []).append(message.payload)
                continue
            for name, value in expected(kind, said, names, own).items():
                counts[f"fields, {oracle}"] += 1
                if differs(name, own[name], value):
                    example = f"{own[name]!r} / {value!r} in {message.payload}"
                    classes.setdefault((oracle, kind, name), []).append(example)


def refused(path: Path) -> Counter[str]:
    """Return why lines of a log were refused."""
    tally = Tally()
    builder = BatchBuilder(source=path.name, tally=tally)
    for _ in read_nmea_blocks([read(path)], builder, tally=tally):
        pass
    return tally.rejected


def main() -> None:
    """Compare every log and print what was compared, and each class of difference."""
    if shutil.which("gpsdecode") is None:
        sys.exit("gpsdecode is not at hand (package gpsd-clients)")
    counts: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    classes: Classes = {}
    for path in logs():
        compare(path, counts, classes)
        rejected += refused(path)
    for what, count in sorted(counts.items()):
        print(f"{what}: {count}")
    for reason in ("truncated_payload", "overlong_payload", "bad_checksum", "bad_tag_block"):
        print(f"refused, {reason}: {rejected[reason]}")
    for key, examples in sorted(classes.items()):
        oracle, kind, name = key
        right = _KNOWN.get(key, "NOT EXPLAINED")
        print(f"{len(examples)} differ: {oracle}, type {kind}, {name}: {right}")
        print(f"    ours / {oracle}: {examples[0]}")
    if classes.keys() - _KNOWN.keys():
        sys.exit("some differences are not explained")


if __name__ == "__main__":
    main()
