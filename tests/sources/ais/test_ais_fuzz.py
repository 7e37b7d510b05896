"""Mutated input: nothing raises, everything is counted, and no position is made up."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.sources.ais.aisstream import read_frames
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.nmea.by_line import read_nmea
from monitor.sources.ais.tables.text import read_table
from tests.sources.ais.ais_lines import (
    LAT,
    LON,
    NOON_S,
    SHIP,
    accounted,
    checked,
    position_line,
    read_lines,
    sentences,
    stamped,
    static_lines,
    tagged,
)
from tests.sources.ais.test_ais_aisstream import POSITION, frame
from tests.sources.ais.test_ais_tables import DANISH, DANISH_ROW, OLD, OLD_ROW

LINES = (
    stamped(position_line()),
    tagged(position_line(), f"s:1,c:{NOON_S}"),
    f"{position_line(type=27)},r1,{NOON_S}",
    stamped(sentences({"type": 19, "mmsi": SHIP, "lon": LON, "lat": LAT, "shipname": "A"})[0]),
    *(stamped(line) for line in static_lines()),
)
CHARACTERS = st.characters(min_codepoint=0, max_codepoint=255)


def _nmea(lines: list[str]) -> tuple[PositionColumns, Tally]:
    tally = Tally()
    builder = BatchBuilder(source="x", tally=tally)
    batches = list(read_nmea(lines, builder, tally=tally))
    assert accounted(tally)
    return concat([batch.positions for batch in batches]), tally


def _true(positions: PositionColumns) -> bool:
    at = zip(positions.mmsi, positions.lon.round(4), positions.lat.round(4), strict=True)
    return all(row == (SHIP, LON, LAT) for row in at)


@settings(max_examples=400, deadline=None)
@given(
    line=st.sampled_from(LINES),
    place=st.integers(0, 200),
    what=st.sampled_from(("replace", "insert", "delete", "cut")),
    by=CHARACTERS,
)
def test_a_mutated_line_gives_the_true_position_or_none(
    line: str, place: int, what: str, by: str
) -> None:
    """One changed, added or lost character, or a lost end, never makes another position."""
    place %= len(line)
    rest = {"replace": by + line[place + 1 :], "insert": by + line[place:]}
    rest |= {"delete": line[place + 1 :], "cut": ""}
    positions, _ = _nmea([line[:place] + rest[what], LINES[0]])
    assert len(positions) >= 1
    assert _true(positions)


@settings(max_examples=200, deadline=None)
@given(
    fields=st.fixed_dictionaries({"type": st.sampled_from((1, 2, 3, 18, 19, 27))}),
    length=st.integers(0, 60),
    fill=st.integers(0, 5),
)
def test_a_payload_cut_short_is_never_a_position(
    fields: dict[str, Any], length: int, fill: int
) -> None:
    """A shorter payload with a right checksum gives nothing; pyais would give a false place."""
    whole = sentences({"mmsi": SHIP, "lon": LON, "lat": LAT, "shipname": "A", **fields})[0]
    payload = whole.split(",")[5]
    short = payload[: min(length, len(payload) - 1)]
    positions, tally = _nmea([stamped(checked(f"AIVDM,1,1,,A,{short},{fill}"))])
    assert len(positions) == 0
    assert tally.rejected.total() == 1


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(CHARACTERS, max_size=90) | st.sampled_from(LINES), max_size=12))
def test_any_text_is_read_as_nmea_without_complaint(lines: list[str]) -> None:
    """Whatever stands in a log, each line is counted once."""
    positions, tally = _nmea(lines)
    assert tally.read == len(lines)
    assert _true(positions)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(key=st.sampled_from(sorted(POSITION)), value=_JSON)
@example(key="Sog", value=1.7e308)
def test_a_frame_with_any_value_gives_no_false_position(key: str, value: Any) -> None:  # noqa: ANN401
    """A frame's position is the one it holds, whatever the types of its fields."""
    tally = Tally()
    body = {**POSITION, key: value}
    batches = read_frames([frame("PositionReport", body)], BatchBuilder(source="x", tally=tally),
                          tally=tally)  # fmt: skip
    positions = concat([batch.positions for batch in batches])
    assert accounted(tally)
    for mmsi, lon, lat in zip(positions.mmsi, positions.lon, positions.lat, strict=True):
        assert (mmsi, lon, lat) == tuple(
            float(body[name]) for name in ("UserID", "Longitude", "Latitude")
        )


@settings(max_examples=100, deadline=None)
@given(st.lists(_JSON.map(json.dumps) | st.text(max_size=40), max_size=4))
def test_any_text_is_read_as_frames_without_complaint(lines: list[str]) -> None:
    """Whatever stands in a file of frames, each line is counted once."""
    tally = Tally()
    list(read_frames(lines, BatchBuilder(source="x", tally=tally), tally=tally))
    assert accounted(tally)


@pytest.mark.parametrize(("header", "row"), [(OLD, OLD_ROW), (DANISH, DANISH_ROW)])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_cells_are_read_as_a_table_without_complaint(
    header: str, row: str, data: st.DataObject
) -> None:
    """Whatever stands in a row, it is counted once, and a position is one it holds."""
    cells = row.split(",")
    place = data.draw(st.integers(0, len(cells) - 1))
    number = st.floats().map(str) | st.integers().map(str)
    cells[place] = data.draw(number | st.text(max_size=20))
    tally = Tally()
    text = "\n".join([header, row, ",".join(cells)]).encode()
    batches = list(read_table([text], file="x", source="x", tally=tally))
    positions = concat([batch.positions for batch in batches])
    assert accounted(tally)
    assert len(positions) in (1, 2)
    texts = {float(text) for text in [*row.split(","), *cells] if _is_number(text)}
    assert set(positions.lon.tolist()) | set(positions.lat.tolist()) <= texts


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_shuffled_stamped_lines_give_the_same_rows() -> None:
    """The order of stamped lines does not matter."""
    lines = [stamped(position_line(lat=30 + i / 100), NOON_S + 7 * i) for i in range(50)]
    with tempfile.TemporaryDirectory() as folder:
        forward, _, _ = read_lines(Path(folder), *lines)
        backward, _, _ = read_lines(Path(folder), *lines[::-1])
    assert forward.canonical().lat.tolist() == backward.canonical().lat.tolist()
    assert forward.canonical().time_ms.tolist() == backward.canonical().time_ms.tolist()
