from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.tracks import TrackCriteria, coverage_of, tracks_in
from monitor.domain.positions import concat
from tests.builders import OTHER, SEA, SPARTA, T0, a_track, hours


def test_order_and_repeats_do_not_matter() -> None:
    """The same reports in any order, some twice, make the same tracks."""
    a = a_track((0, SEA, 8), (1, (35.7, 34.91), 8), (2, (35.8, 34.91), 8))
    b = a_track((0, SEA, 0), (3, SEA, 0), mmsi=OTHER)
    rng = np.random.default_rng(1)
    one = tracks_in(concat([a, b]), criteria=TrackCriteria())
    both = concat([b, a, a])
    two = tracks_in(both.take(rng.permutation(len(both))), criteria=TrackCriteria())
    assert one.rows.time_ms.tolist() == two.rows.time_ms.tolist()
    assert one.rows.mmsi.tolist() == two.rows.mmsi.tolist()
    assert one.first_row.tolist() == two.first_row.tolist() == [0, 3]


def test_of_two_alike_the_one_received_first_is_kept() -> None:
    """A report that came twice keeps the arrival and the source of its first coming."""
    late = a_track((0, SEA, 8), source="late", delay=hours(5))
    soon = a_track((0, SEA, 8), source="soon", delay=hours(1))
    for batches in ([late, soon], [soon, late]):
        track = tracks_in(concat(batches), criteria=TrackCriteria())
        assert [track.fix(i).source for i in range(len(track.rows))] == ["soon"]


@pytest.mark.parametrize(("lon", "spike"), [(36.85, True), (35.75, False)])
def test_a_jump_there_and_back_is_set_aside(lon: float, spike: bool) -> None:
    """A single report too far away to have been sailed to is not part of the track."""
    track = tracks_in(
        a_track((0, SEA, 8), (1, (lon, 34.91), 8), (2, (35.62, 34.91), 8)),
        criteria=TrackCriteria(),
    )
    assert track.spikes == int(spike)
    assert len(track.rows) == (2 if spike else 3)


def test_two_reports_that_agree_are_not_a_jump() -> None:
    """A second ship on the same number is left for others to tell apart."""
    track = tracks_in(
        a_track((0, SEA, 8), (1, (38.0, 34.91), 0), (1.1, (38.0, 34.911), 0), (2, SEA, 8)),
        criteria=TrackCriteria(),
    )
    assert track.spikes == 0


def test_coverage_speaks_of_others() -> None:
    """An hour in which only the ship itself was heard does not show that the feed worked."""
    rows = concat([a_track((0, SEA, 1), (1, SEA, 1)), a_track((1.5, SEA, 1), mmsi=OTHER)])
    coverage = coverage_of(tracks_in(rows, criteria=TrackCriteria()))
    assert coverage.fed_between(T0, T0 + hours(2), except_mmsi=SPARTA) == (1, 2)
    assert coverage.fed_between(T0, T0 + hours(2)) == (2, 2)
