from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from monitor.detect.segments import PUBLISHED, SegmentCriteria, segments_in
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.domain.positions import PositionColumns, positions_from
from monitor.domain.window import parse_utc, to_ms
from tests.builders import a_track
from tests.conftest import shared

SHIPS = SegmentCriteria()


def a_straight_run(
    *hours_east_nm: tuple[float, float], sog_kn: float | None = None
) -> PositionColumns:
    """Return reports on the equator from (hours, nautical miles east)."""
    rows = a_track(*((h, (nm / 60, 0.0), sog_kn) for h, nm in hours_east_nm))
    return replace(rows, cog_deg=np.full(len(rows), 90, np.float32)) if sog_kn else rows


@pytest.mark.parametrize(("nm", "segments"), [(24.9, 1), (25.9, 2)])
def test_reach_grows_with_speed(nm: float, segments: int) -> None:
    """In an hour (and the buffer) 25 knots reach 25 nautical miles, and not one more."""
    criteria = replace(SHIPS, max_speed_kn=25.0, buffer=timedelta(minutes=10))
    labels = segments_in(a_straight_run((0, 0), (1, nm)), criteria=criteria)
    assert len(set(labels.tolist())) == segments


@pytest.mark.parametrize(("hours", "segments"), [(24.0, 1), (24.1, 2)])
def test_only_the_published_rule_closes_for_silence(hours: float, segments: int) -> None:
    """A ship that was away is the same ship, unless the criteria say otherwise."""
    rows = a_straight_run((0, 0), (hours, 1))
    assert len(set(segments_in(rows, criteria=PUBLISHED).tolist())) == segments
    assert len(set(segments_in(rows, criteria=SHIPS).tolist())) == 1


def test_long_absence_reaches_less_far_where_penalised() -> None:
    """After 16 h the published reach is that of 8 h; without the penalty it is of all 16."""
    rows = a_straight_run((0, 0), (16, 250))
    assert len(set(segments_in(rows, criteria=PUBLISHED).tolist())) == 2
    plain = replace(PUBLISHED, penalty_after=None)
    assert len(set(segments_in(rows, criteria=plain).tolist())) == 1


def test_dead_reckoning_tells_two_ships_apart_that_pass() -> None:
    """Of two ships at one place the one whose course leads to the report gets it."""
    rows = a_track(
        *((0.5 * i, (0.1 * i * (-1) ** k + 3.0 * k, 0.0), 12) for i in range(9) for k in (0, 1))
    )
    cog = np.tile(np.array([90, 270], np.float32), 9)
    labels = segments_in(replace(rows, cog_deg=cog), criteria=SHIPS)
    assert labels.tolist() == [0, 1] * 9


def test_an_ambiguous_report_closes_what_it_might_belong_to() -> None:
    """By the published rule nobody gets a report that fits two segments equally."""
    criteria = replace(PUBLISHED, short=0)
    rows = a_straight_run((0, 0), (0.01, 40), (1, 20))
    assert segments_in(rows, criteria=criteria).tolist() == [0, 1, 2]
    assert segments_in(rows, criteria=replace(criteria, ambiguity=None)).tolist() == [0, 1, 0]


def test_open_segments_are_bounded() -> None:
    """Stray reports cannot push out the ship's own long segment."""
    rng = np.random.default_rng(2)
    own = [(i / 10, (35.0, 34.0), 0.0) for i in range(12)]
    stray = [
        (1.2 + i / 1000, (float(rng.uniform(-180, 180)), float(rng.uniform(-60, -10))), 0.0)
        for i in range(200)
    ]
    labels = segments_in(
        a_track(*own, *stray, (1.5, (35.0, 34.0), 0.0)), criteria=replace(SHIPS, max_open=5)
    )
    assert labels[-1] == labels[0] == 0


def test_a_bad_report_within_reach_is_outvoted_once_the_track_settles() -> None:
    """A false position that could have been sailed to does not carry the track away."""
    own = [(i / 4, (35.0 + 0.01 * i, 34.0), None) for i in range(8)]
    bad = (2.75, (35.9, 34.0), None)
    later = [(3.0 + i / 4, (35.08 + 0.01 * i, 34.0), None) for i in range(3)]
    undecided = segments_in(a_track(*own, bad, *later[:2]), criteria=SHIPS)
    settled = segments_in(a_track(*own, bad, *later), criteria=SHIPS)
    assert undecided.tolist() == [0] * 9 + [1] * 2
    assert settled.tolist() == [0] * 8 + [-1] + [0] * 3


@pytest.mark.shared_data
def test_a_number_used_by_many_ships_is_cut_as_the_reference_cuts_it() -> None:
    """Pairs of positions in one segment agree with gpsdio-segment's to an F1 of 0.97.

    The criteria are fitted to the reference file, see `benchmarks/segments.py`: this keeps the
    segmenter able to express that cut, and is no measure of how well it would foretell another.
    """
    path = shared("data", "ais", "messy", "gpsdio_segment", "segmented-416000000.json")
    records = sorted(
        (json.loads(line) for line in path.read_text().splitlines()),
        key=lambda r: (r["timestamp"], r["lon"], r["lat"]),
    )
    columns = {name: [r[name] for r in records] for name in ("lon", "lat")}
    columns["time_ms"] = [to_ms(parse_utc(r["timestamp"])) for r in records]
    columns["mmsi"] = [r["ssvid"] for r in records]
    rows = positions_from(columns, sources=["test"])
    criteria = replace(
        PUBLISHED,
        buffer=timedelta(minutes=5),
        penalty_after=timedelta(minutes=30),
        look_back=1,
        close_after=timedelta(hours=60),
    )
    found = segments_in(rows, criteria=criteria)
    expected = np.unique([r["segment"] for r in records], return_inverse=True)[1]
    both = _pairs(found * 1000 + expected)
    assert 2 * both / (_pairs(found) + _pairs(expected)) >= 0.97
    assert tracks_in(rows, criteria=TrackCriteria()).shared_numbers == (416000000,)


def _pairs(labels: np.ndarray) -> int:
    counts = np.unique(labels, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())
