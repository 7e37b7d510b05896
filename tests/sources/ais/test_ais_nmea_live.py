"""Lines as they come over a socket: cut, glued, in parts, without a stamp."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.positions import PositionColumns
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.clean import MAX_AHEAD_MS
from monitor.sources.ais.streams.lines import MAX_APART_MS, MAX_LINE, MAX_SENDERS, LiveLines
from monitor.sources.ais.streams.live import Area, AreaBuilder, Frame, grown
from monitor.sources.ais.streams.mqtt_messages import MqttReader
from tests.conftest import shared
from tests.sources.ais.ais_lines import (
    LAT,
    LON,
    NOON,
    NOON_S,
    SHIP,
    accounted,
    position_line,
    read,
    static_lines,
    tagged,
)

NOW = to_ms(NOON)


class Ear:
    """A reader with all it has read."""

    def __init__(self, *, cut_anywhere: bool = False, area: Area | None = None) -> None:
        self.tally = Tally()
        self.builder = (
            BatchBuilder(source="live", tally=self.tally)
            if area is None
            else AreaBuilder(source="live", tally=self.tally, area=area)
        )
        self.lines = LiveLines(self.builder, self.tally, cut_anywhere=cut_anywhere)

    def hear(self, data: str | bytes, *, sender: str = "a", at_ms: int = NOW) -> int:
        """Take a frame."""
        raw = data if isinstance(data, bytes) else data.encode()
        return self.lines.read(Frame(raw, sender), at_ms)

    def rows(self) -> tuple[PositionColumns, tuple[StaticReport, ...]]:
        """Return everything heard, and check that every line is accounted for."""
        self.lines.finish()
        batch = self.builder.take()
        assert accounted(self.tally)
        return batch.positions, batch.static


def test_a_bare_line_is_dated_by_its_arrival_and_moved_to_its_own_second() -> None:
    """rtl-ais sends no time: the receive clock gives the minute, the transponder the second."""
    ear = Ear()
    assert ear.hear(position_line(second=58), at_ms=NOW + 3_500) == 1
    positions, _ = ear.rows()
    assert positions.time_ms.tolist() == [NOW - 2_000]
    assert positions.received_ms.tolist() == [NOW + 3_500]
    assert (positions.mmsi[0], positions.lon[0], positions.lat[0]) == (SHIP, LON, LAT)


def test_a_tag_block_tells_when_a_line_was_received() -> None:
    """A relay says when its station heard the line; that it reached us later is kept beside it."""
    ear = Ear()
    ear.hear(tagged(position_line(), f"s:2573238,c:{NOON_S - 60}"), at_ms=NOW)
    positions, _ = ear.rows()
    assert positions.time_ms.tolist() == [NOW - 60_000]
    assert positions.received_ms.tolist() == [NOW]


@pytest.mark.parametrize(("ahead_ms", "kept"), [(MAX_AHEAD_MS, 1), (MAX_AHEAD_MS + 1000, 0)])
def test_a_stamp_from_the_future_is_refused(ahead_ms: int, kept: int) -> None:
    """A relay whose clock is wrong dates nothing; a little ahead is let pass."""
    ear = Ear()
    ear.hear(tagged(position_line(), f"c:{(NOW + ahead_ms) // 1000}"))
    positions, _ = ear.rows()
    assert len(positions) == kept
    assert ear.tally.rejected == ({} if kept else {"time_in_future": 1})


@pytest.mark.parametrize("seed", range(5))
def test_lines_cut_anywhere_are_put_together_again(seed: int) -> None:
    """TCP cuts where it likes; what is read does not depend on where."""
    rng = random.Random(seed)
    lines = [position_line(mmsi=SHIP + i, lat=LAT + i / 100) for i in range(20)]
    text = "\r\n".join([*lines, *static_lines()]) + "\r\n"
    ear, start = Ear(cut_anywhere=True), 0
    while start < len(text):
        end = start + rng.randint(1, 60)
        ear.hear(text[start:end])
        start = end
    positions, static = ear.rows()
    assert sorted(positions.mmsi.tolist()) == [SHIP + i for i in range(20)]
    assert [report.name for report in static] == ["URSA MAJOR"]
    assert not ear.tally.rejected


def test_the_end_of_a_datagram_ends_its_line() -> None:
    """A datagram needs no line end, may hold several lines, and never goes on in the next."""
    ear = Ear()
    line = position_line()
    assert ear.hear(f"{line}\n{position_line(lat=30)}") == 2
    ear.hear(line[:20])
    ear.hear(line[20:])
    positions, _ = ear.rows()
    assert sorted(positions.lat.tolist()) == [30, LAT]
    assert ear.tally.rejected.total() == 2


def test_glued_sentences_are_two_lines() -> None:
    """A relay that loses line ends loses no ship; a tag block stays with its own sentence."""
    ear = Ear()
    second = tagged(position_line(lat=31), f"c:{NOON_S - 7}")
    assert ear.hear(position_line(lat=30) + second + position_line(lat=32)) == 3
    positions, _ = ear.rows()
    by_lat = dict(zip(positions.lat.tolist(), positions.time_ms.tolist(), strict=True))
    assert sorted(by_lat) == [30, 31, 32]
    assert by_lat[31] == NOW  # 11:59:53 by its stamp, moved to its own second


def test_the_parts_of_a_message_may_come_in_two_packets_of_one_sender() -> None:
    """Parts are joined within one sender and never across two that use the same numbers."""
    ear = Ear()
    first, second = static_lines(sequence=3)
    other = static_lines(sequence=3, mmsi=SHIP + 1, shipname="OTHER", imo=0)
    ear.hear(first, sender="a")
    ear.hear(other[0], sender="b")
    ear.hear(second, sender="a", at_ms=NOW + MAX_APART_MS)
    ear.hear(other[1], sender="b")
    _, static = ear.rows()
    assert sorted((r.mmsi, r.name) for r in static) == [(SHIP, "URSA MAJOR"), (SHIP + 1, "OTHER")]


def test_parts_too_far_apart_are_of_different_messages() -> None:
    """A sequence number comes round again: an old first part is never joined to a new second."""
    ear = Ear()
    ear.hear(static_lines()[0])
    ear.hear(static_lines(mmsi=SHIP + 1)[1], at_ms=NOW + MAX_APART_MS + 1)
    _, static = ear.rows()
    assert not static
    assert ear.tally.rejected == {"missing_part": 2}


def test_stations_of_one_relay_are_kept_apart() -> None:
    """Two stations that hear the same message at once do not mix their parts."""
    ear = Ear()
    first, second = static_lines()
    for station, line in (("1", first), ("2", first), ("1", second), ("2", second)):
        ear.hear(tagged(line, f"s:{station},c:{NOON_S}"))
    _, static = ear.rows()
    assert [r.name for r in static] == ["URSA MAJOR"]
    assert ear.tally.accepted == 2


@pytest.mark.parametrize(("length", "reason"), [(MAX_LINE, "unreadable_line"),
                                                (MAX_LINE + 1, "overlong_line")])  # fmt: skip
def test_a_line_too_long_is_dropped_and_the_next_is_read(length: int, reason: str) -> None:
    """Whoever never ends a line takes no memory and hides no later line."""
    ear = Ear(cut_anywhere=True)
    ear.hear("x" * length)
    ear.hear("\n" + position_line() + "\n")
    positions, _ = ear.rows()
    assert len(positions) == 1
    assert ear.tally.rejected == {reason: 1}


def test_a_line_cut_off_by_the_end_is_counted() -> None:
    """What was half said when the connection ended is no position."""
    ear = Ear(cut_anywhere=True)
    ear.hear(position_line() + "\n" + position_line()[:-1])
    positions, _ = ear.rows()
    assert len(positions) == 1
    assert ear.tally.rejected == {"cut_off": 1}


def test_senders_beyond_the_bound_are_forgotten_oldest_first() -> None:
    """A flood of invented senders takes a bounded room and is counted."""
    ear = Ear()
    for i in range(MAX_SENDERS + 5):
        ear.hear(static_lines()[0], sender=str(i))
    assert ear.tally.rejected == {"missing_part": 5}
    ear.hear(static_lines()[1], sender="0")
    ear.hear(static_lines()[1], sender=str(MAX_SENDERS))
    _, static = ear.rows()
    assert len(static) == 1


def test_a_ship_outside_the_area_is_counted_and_dropped_unless_watched() -> None:
    """A feed that hears the sea of another country fills no store; a watched ship is kept."""
    area = Area(boxes=((35.5, 34.5, 36.0, 35.0),), watched=frozenset({SHIP + 1}))
    ear = Ear(area=area)
    for mmsi, lon in ((SHIP, LON), (SHIP + 1, 10.0), (SHIP + 2, 10.0), (SHIP + 3, 181.0)):
        ear.hear(position_line(mmsi=mmsi, lon=lon))
        ear.hear("\n".join(static_lines(mmsi=mmsi)))
    positions, static = ear.rows()
    assert sorted(positions.mmsi.tolist()) == [SHIP, SHIP + 1]
    assert sorted(r.mmsi for r in static) == [SHIP, SHIP + 1]
    # Position and static report of the third, and the static report of the fourth.
    assert ear.tally.ignored["outside_area"] == 3
    assert ear.tally.ignored["no_position"] == 1


@pytest.mark.parametrize(("lon", "inside"), [(179.5, True), (-179.5, True), (178.0, False)])
def test_an_area_may_reach_over_the_date_line(lon: float, inside: bool) -> None:
    """A box grown past 180 degrees goes on at -180."""
    area = Area(boxes=(grown((179.2, -1.0, 179.9, 1.0), 60.0),))
    assert area.holds(lon, 0.0) is inside


def _catcher(line: str, **changes: Any) -> str:  # noqa: ANN401
    item = {"class": "AIS", "mmsi": SHIP, "type": 1, "rxtime": "20250121115900", "nmea": [line]}
    return json.dumps({**item, **changes})


def test_a_receivers_json_is_decoded_from_its_sentences() -> None:
    """AIS-catcher's own numbers are not believed where its sentences are there to be checked."""
    ear = Ear()
    ear.hear(_catcher(position_line(), lon=1.0, lat=2.0) + "\n" + position_line(lat=30))
    ear.hear(_catcher("x", nmea=static_lines(), type=5))
    positions, static = ear.rows()
    assert sorted(positions.lat.tolist()) == [30, LAT]
    assert sorted(positions.time_ms.tolist()) == [NOW - 60_000, NOW]
    assert [(r.name, r.time_ms) for r in static] == [("URSA MAJOR", NOW - 60_000)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{half", "not_json"),
        ("{" * 100, "not_json"),
        ('{"a":' * 1_500, "not_json"),
        (_catcher(position_line()[:-1] + "0"), "bad_checksum"),
        (_catcher("x", nmea=static_lines()[:1]), "missing_part"),
        (_catcher("x", nmea=static_lines()[::-1]), "missing_part"),
        (_catcher("x", nmea=[1, 2]), "missing_part"),
        (_catcher(position_line(), rxuxtime=NOON_S + 3600), "time_in_future"),
        (_catcher("", nmea=[], mmsi="x", lon=1, lat=1), "no_mmsi"),
        (_catcher("", nmea=[], type=99), "unknown_type"),
    ],
)
def test_bad_json_is_counted_and_harms_no_other(text: str, reason: str) -> None:
    """A bad object is rejected under its reason; its neighbours are read."""
    ear = Ear()
    ear.hear("\n".join([position_line(), text, position_line(lat=30)]))
    positions, _ = ear.rows()
    assert len(positions) == 2
    assert ear.tally.rejected == {reason: 1}


def test_scaled_and_unscaled_json_say_the_same() -> None:
    """gpsd sends units or the message's own integers, as it was asked; class A and type 27."""
    same = {"class": "AIS", "mmsi": SHIP, "status": 5, "heading": 511}
    a = {**same, "type": 1, "second": 0, "scaled": True, "lon": LON, "lat": LAT, "speed": 8.5,
         "course": 271.3}  # fmt: skip
    raw = {**a, "scaled": False, "lon": round(LON * 600_000), "lat": round(LAT * 600_000),
           "speed": 85, "course": 2713}  # fmt: skip
    far = {**same, "type": 27, "scaled": True, "lon": 35.85, "lat": 34.9, "speed": 8, "course": 271}
    far_raw = {**far, "scaled": False, "lon": 21_510, "lat": 20_940}
    for scaled, unscaled in ((a, raw), (far, far_raw)):
        rows = []
        for item in (scaled, unscaled):
            ear = Ear()
            ear.hear(json.dumps(item))
            positions, _ = ear.rows()
            rows.append([getattr(positions, name)[0] for name in
                         ("lon", "lat", "sog_kn", "cog_deg", "precision_m")])  # fmt: skip
        assert rows[0] == rows[1]
    assert rows[0][4] == 93


def test_a_long_range_place_told_to_a_tenth_of_a_degree_says_so() -> None:
    """gpsd 3.22 rounds these to 0.1 degree where it scales: good enough for no port."""
    ear = Ear()
    item = {"class": "AIS", "mmsi": SHIP, "type": 27, "scaled": True, "speed": 8, "course": 271}
    ear.hear(json.dumps({**item, "lon": 35.8, "lat": 34.9}))
    positions, _ = ear.rows()
    assert positions.precision_m.tolist() == [5556]


def test_what_gpsd_says_of_itself_is_no_damage() -> None:
    """Version, devices and sky are well-formed and of no use here."""
    ear = Ear()
    ear.hear('{"class":"VERSION","release":"3.22"}\n{"class":"TPV","mode":3}')
    ear.rows()
    assert ear.tally.ignored == {"other_json": 2}


@pytest.mark.shared_data
def test_real_lines_of_a_relay_give_what_the_file_reader_gives() -> None:
    """The Kystverket capture, cut into packets, gives the rows that reading it as a file gives."""
    path = shared("data", "ais", "nmea", "kystverket_2024-12-09_tagblock.nmea")
    data, rng = path.read_bytes(), random.Random(1)
    ear, start = Ear(cut_anywhere=True), 0
    while start < len(data):
        end = start + rng.randint(1, 1500)
        ear.hear(data[start:end], at_ms=1733782036_000)
        start = end
    positions, static = ear.rows()
    told, reports, _ = read(path)
    assert set(positions.mmsi.tolist()) == set(told.mmsi.tolist())
    assert sorted(positions.lat.tolist()) == sorted(told.lat.tolist())
    assert {(r.mmsi, r.name) for r in static} == {(r.mmsi, r.name) for r in reports}


@pytest.mark.shared_data
def test_real_json_of_receivers_is_read() -> None:
    """AIS-catcher's documented objects and gpsd's own decodings give true positions."""
    sample = json.loads(shared("data", "ais", "samples", "ais-catcher.json").read_text())
    ear = Ear()
    for item in sample["udp/tcp JSON_NMEA / JSON_FULL (one object per line/datagram)"]:
        ear.hear(json.dumps(item), at_ms=to_ms(NOON + timedelta(days=365)))
    positions, _ = ear.rows()
    assert sorted(positions.mmsi.tolist()) == [230907000, 231477000]
    # Far from the samples' own numbers would be a fault of our decoding.
    assert np.allclose(positions.lat[positions.mmsi == 231477000], 62.006901, atol=1e-5)
    gpsd = Ear()
    gpsd.hear(shared("data", "ais", "samples", "gpsd_json.jsonl").read_bytes())
    positions, static = gpsd.rows()
    assert 371798000 in positions.mmsi.tolist()
    assert "EVER DIADEM" in {r.name for r in static}
    assert not gpsd.tally.rejected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_OBJECT = {"class": "AIS", "type": 19, "mmsi": SHIP, "scaled": True, "lon": LON, "lat": LAT,
           "speed": 1.0, "course": 2.0, "heading": 3, "second": 4, "status": 5, "shipname": "A",
           "to_bow": 1, "rxtime": "20250121120000", "rxuxtime": NOON_S, "nmea": []}  # fmt: skip
_LOCATION = {"time": NOON_S, "lon": LON, "lat": LAT, "sog": 1.0, "cog": 2.0, "heading": 3,
             "navStat": 5, "timestamp": NOON_S * 1000, "name": "A", "draught": 75, "refA": 1,
             "imo": 9538892}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(frames=st.lists(st.binary(max_size=60) | st.sampled_from(
    [position_line().encode(), b"\n", *(part.encode() for part in static_lines())]), max_size=12),
    cut_anywhere=st.booleans())  # fmt: skip
def test_any_bytes_are_heard_without_complaint(frames: list[bytes], cut_anywhere: bool) -> None:
    """Whatever comes over a socket, each line is counted once, and a position is one it held."""
    ear = Ear(cut_anywhere=cut_anywhere)
    for i, data in enumerate(frames):
        ear.hear(data, sender=str(i % 2))
    positions, _ = ear.rows()
    assert set(positions.mmsi.tolist()) <= {SHIP}


@settings(max_examples=200, deadline=None)
@given(key=st.sampled_from(sorted(_OBJECT)), value=_JSON)
def test_an_object_with_any_value_gives_no_false_position(key: str, value: Any) -> None:  # noqa: ANN401
    """A receiver's position is the one its object holds, whatever the types of its fields."""
    ear = Ear()
    item = {**_OBJECT, key: value}
    ear.hear(json.dumps(item))
    positions, _ = ear.rows()
    for mmsi, lon, lat in zip(positions.mmsi, positions.lon, positions.lat, strict=True):
        assert mmsi == float(item["mmsi"])
        unit = 600_000 if item["scaled"] is False else 1
        place = (float(item["lon"]) / unit, float(item["lat"]) / unit)
        assert (lon, lat) == pytest.approx(place, abs=1e-7)  # as fine as the store


@settings(max_examples=200, deadline=None)
@given(key=st.sampled_from(sorted(_LOCATION)), value=_JSON,
       what=st.sampled_from(["location", "metadata", "else"]))  # fmt: skip
def test_a_topic_with_any_value_gives_no_false_position(key: str, value: Any, what: str) -> None:  # noqa: ANN401
    """A broker's position is the one its message holds."""
    tally = Tally()
    builder = BatchBuilder(source="mqtt", tally=tally)
    reader = MqttReader(builder, tally)
    item = {**_LOCATION, key: value}
    reader.read(Frame(json.dumps(item).encode(), f"vessels-v2/{SHIP}/{what}"), NOW)
    reader.finish()
    positions = builder.take().positions
    assert accounted(tally)
    for lon, lat in zip(positions.lon, positions.lat, strict=True):
        assert (lon, lat) == (float(item["lon"]), float(item["lat"]))
