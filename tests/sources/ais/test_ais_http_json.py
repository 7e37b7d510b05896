"""Feeds described by settings: one request, one JSON list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from monitor.domain.positions import concat
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, to_ms
from monitor.errors import ConfigError, SourceRefused, SourceUnavailable
from monitor.sources.ais.http_json import HttpJsonPositions
from monitor.sources.base import PollsPositions
from tests.sources.ais.ais_lines import LAT, LON, NOON, NOON_S, SHIP, accounted

FLAT = {"mmsi": "MMSI", "time": "TIME", "lon": "LONGITUDE", "lat": "LATITUDE"}
ROW: dict[str, Any] = {
    "MMSI": SHIP, "TIME": "2025-01-21 12:00:00 GMT", "LONGITUDE": LON, "LATITUDE": LAT,
}  # fmt: skip
WINDOW = TimeWindow(start=NOON - timedelta(minutes=5), end=NOON + timedelta(minutes=5))
SECRET = "https://feed.example/ws?key=s3cret"


@dataclass
class FakeAnswer:
    """What a pretended server says."""

    content: bytes
    status: int = 200


class FakeServer:
    """Answers every request alike and remembers what it was asked."""

    def __init__(self, body: object, status: int = 200) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answer = FakeAnswer(content, status)
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, url: str, *, headers: Mapping[str, str]) -> FakeAnswer:
        """Answer one request."""
        self.asked.append((url, dict(headers)))
        return self.answer


def _feed(server: FakeServer, **changes: Any) -> HttpJsonPositions:  # noqa: ANN401
    options: dict[str, Any] = {"url": SECRET, "items": "", "fields": FLAT, **changes}
    return HttpJsonPositions("hub", get=server, **options)


def _fetch(body: object, status: int = 200, **changes: Any) -> Any:  # noqa: ANN401
    tally = Tally()
    batches = list(_feed(FakeServer(body, status), **changes).fetch(WINDOW, tally))
    assert accounted(tally)
    return concat([b.positions for b in batches]), [r for b in batches for r in b.static], tally


def test_a_list_of_ships_becomes_columns() -> None:
    """Rows carry the feed's name and are received within the window that asked."""
    server = FakeServer([{"ERROR": False}, [{**ROW, "SOG": "102.4", "NAME": "URSA @X", "IMO": 0}]])
    fields = {**FLAT, "sog_kn": "SOG", "name": "NAME", "imo": "IMO"}
    feed: PollsPositions = _feed(server, items="1", fields=fields, headers={"Authorization": "B"})
    (batch,) = feed.fetch(WINDOW, Tally())
    positions = batch.positions
    assert (positions.mmsi[0], positions.lon[0], positions.lat[0]) == (SHIP, LON, LAT)
    assert positions.time_ms.tolist() == [to_ms(NOON)]
    assert positions.received_ms.tolist() == [to_ms(WINDOW.end) - 1]
    assert positions.sog_kn[0] != positions.sog_kn[0]  # 102.4 is no speed
    assert positions.sources == ("hub",)
    assert [(r.name, r.imo) for r in batch.static] == [("URSA", None)]
    assert server.asked == [(SECRET, {"Authorization": "B"})]


@pytest.mark.parametrize(
    ("time_format", "value"),
    [
        ("iso", "2025-01-21T12:00:00Z"),
        ("iso", "2025-01-21T14:00:00.0000000+02:00"),
        ("unix", NOON_S),
        ("unix", str(NOON_S)),
        ("unix_ms", NOON_S * 1000),
    ],
)
def test_a_path_may_lead_through_objects_and_lists(time_format: str, value: object) -> None:
    """GeoJSON is read by dotted paths, in each way of writing time."""
    ship = {
        "geometry": {"coordinates": [LON, LAT]},
        "properties": {"mmsi": str(SHIP), "t": value, "heading": 511, "navStat": 5},
    }
    fields = {
        "mmsi": "properties.mmsi", "time": "properties.t", "lon": "geometry.coordinates.0",
        "lat": "geometry.coordinates.1", "heading_deg": "properties.heading",
        "nav_status": "properties.navStat",
    }  # fmt: skip
    positions, _, _ = _fetch(
        {"features": [ship]}, items="features", fields=fields, time_format=time_format
    )
    assert positions.time_ms.tolist() == [to_ms(NOON)]
    assert (positions.lon[0], positions.lat[0], positions.nav_status[0]) == (LON, LAT, 5)
    assert positions.heading_deg[0] != positions.heading_deg[0]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, SourceUnavailable),
        (400, SourceRefused),
        (401, SourceRefused),
        (403, SourceRefused),
        (404, SourceRefused),
        (408, SourceUnavailable),
        (429, SourceUnavailable),
        (500, SourceUnavailable),
        (599, SourceUnavailable),
    ],
)
def test_a_refusal_calls_a_human_and_a_fault_does_not(status: int, error: type[Exception]) -> None:
    """The class of the error says what to do; the message keeps the address to itself."""
    with pytest.raises(error) as caught:
        _fetch([], status)
    assert "hub" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", b"<html>maintenance</html>", b"\xff\xfe", b"[" * 100_000, {"ships": []}, "x", 1],
)
def test_an_answer_that_is_no_list_is_worth_trying_later(body: object) -> None:
    """Empty answers, web pages and other JSON do not mean that there are no ships."""
    with pytest.raises(SourceUnavailable) as caught:
        _fetch(body)
    assert "hub" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_an_empty_list_is_an_answer() -> None:
    """A list without ships says that no ship was heard."""
    positions, _, tally = _fetch([])
    assert len(positions) == tally.read == 0


@pytest.mark.parametrize(
    ("seconds", "counted"), [(-3600, None), (-3601, "stale"), (600, None), (601, "time_in_future")]
)
def test_positions_too_old_or_from_the_future_are_dropped(
    seconds: int, counted: str | None
) -> None:
    """A list of latest positions keeps ships not heard for years; they are no news."""
    row = {**ROW, "TIME": to_ms(WINDOW.end) // 1000 + seconds}
    positions, _, tally = _fetch([row], time_format="unix", max_age=timedelta(hours=1))
    assert len(positions) == (counted is None)
    assert set(tally.ignored) | set(tally.rejected) == ({counted} if counted else set())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"MMSI": None}, "no_mmsi"),
        ({"MMSI": 2.5}, "no_mmsi"),
        ({"MMSI": 2734452}, "not_a_ship"),
        ({"TIME": "now"}, "undated"),
        ({"TIME": 1e308}, "undated"),
        ({"LATITUDE": "x"}, "no_position"),
        ({"LATITUDE": 90.1}, "impossible_position"),
        ({"LATITUDE": 0, "LONGITUDE": 0}, "zero_position"),
    ],
)
def test_a_bad_ship_is_counted_and_harms_no_other(change: dict[str, Any], reason: str) -> None:
    """A ship that cannot be used is counted under its reason; its neighbours are read."""
    positions, _, tally = _fetch([ROW, {**ROW, **change}, "no object", ROW])
    assert len(positions) == 2
    assert (tally.ignored + tally.rejected)[reason] == 1 + (reason == "no_mmsi")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"mmsi": "a", "time": "b", "lon": "c"}, "misses lat"),
        ({**FLAT, "speed": "s"}, "has speed"),
    ],
)
def test_a_feed_described_wrongly_is_refused(fields: dict[str, str], says: str) -> None:
    """A missing or unknown field is named before anything is asked."""
    with pytest.raises(ConfigError, match=f"source hub: fields {says}"):
        _feed(FakeServer([]), fields=fields)
