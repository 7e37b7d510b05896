from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.domain.positions import PositionColumns, concat, no_positions
from tests.builders import FAR, OTHER, SEA, SPARTA, a_track, hours


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


def test_of_two_numbers_gathered_as_one_ship_neither_speaks_for_the_other() -> None:
    """Reports of one instant and place under two numbers both stay, whichever came first."""
    for first, then in ((1, 5), (5, 1)):
        one = a_track((0, SEA, 8), mmsi=SPARTA, delay=hours(first))
        other = a_track((0, SEA, 8), mmsi=OTHER, delay=hours(then))
        tracks = tracks_in(
            concat([one, other]), criteria=TrackCriteria(), same_ship={OTHER: SPARTA}
        )
        assert tracks.rows.mmsi.tolist() == sorted([SPARTA, OTHER])


@pytest.mark.parametrize(("lon", "spike"), [(36.85, True), (35.75, False)])
def test_a_jump_there_and_back_is_set_aside(lon: float, spike: bool) -> None:
    """A single report too far away to have been sailed to is not part of the track."""
    track = tracks_in(
        a_track((0, SEA, 8), (1, (lon, 34.91), 8), (2, (35.62, 34.91), 8)),
        criteria=TrackCriteria(),
    )
    assert track.spikes == int(spike)
    assert len(track.rows) == (2 if spike else 3)


def test_a_run_of_bad_reports_is_set_aside() -> None:
    """Reports that agree with each other, but that no sailing joins to the track, go together."""
    track = tracks_in(
        a_track((0, SEA, 8), (1, (38.0, 34.91), 0), (1.1, (38.0, 34.911), 0), (2, SEA, 8)),
        criteria=TrackCriteria(),
    )
    assert track.set_aside == {"teleport": 2}
    assert track.rows.lon.tolist() == [SEA[0], SEA[0]]
    assert track.quarantined.lon.tolist() == [38.0, 38.0]


def test_a_bad_first_report_does_not_poison_the_track() -> None:
    """What the later reports agree on is the track, wherever the first one lay."""
    track = tracks_in(
        a_track((0, (3.0, 4.0), 8), *((1 + h / 4, (35.6 + 0.01 * h, 34.9), 3) for h in range(20))),
        criteria=TrackCriteria(),
    )
    assert track.set_aside == {"teleport": 1}
    assert len(track.rows) == 20


def two_ships(apart_deg: float, *, reports: int = 30, every_h: float = 0.2) -> PositionColumns:
    """Return two anchored ships that report in turn under one number."""
    return concat(
        [
            a_track(
                *((every_h * (2 * i + k), (34.0 + k * apart_deg, 34.0), 0) for i in range(reports))
            )
            for k in range(2)
        ]
    )


def test_two_ships_on_one_number_make_two_tracks() -> None:
    """Ships that report in turn from places far apart are told apart, none is set aside."""
    track = tracks_in(two_ships(1.0), criteria=TrackCriteria())
    assert track.part.tolist() == [0, 1]
    assert track.leader.tolist() == [SPARTA, SPARTA]
    assert not track.spikes
    assert track.shared_numbers == (SPARTA,)
    for rows in track.slices():
        assert len(set(track.rows.lon[rows].tolist())) == 1
        assert len(range(rows.start, rows.stop)) == 30


def test_the_order_of_reports_changes_no_part_and_no_verdict() -> None:
    """Ships told apart and reports set aside do not depend on the order of arrival."""
    bad = a_track((3.05, (3.0, 4.0), 5), (7.05, (-30.0, 60.0), 5), (7.06, (-30.0, 60.0), 5))
    rows = concat([two_ships(1.0), bad, two_ships(1.5).take(slice(3, 9))])
    one = tracks_in(rows, criteria=TrackCriteria())
    assert one.spikes == 3
    for seed in range(5):
        shuffled = rows.take(np.random.default_rng(seed).permutation(len(rows)))
        two = tracks_in(shuffled, criteria=TrackCriteria())
        for name in ("first_row", "part", "leader", "reason", "quarantined_leader"):
            assert getattr(one, name).tolist() == getattr(two, name).tolist()
        for name in ("time_ms", "lon", "mmsi"):
            assert getattr(one.rows, name).tolist() == getattr(two.rows, name).tolist()
            assert getattr(one.quarantined, name).tolist() == (
                getattr(two.quarantined, name).tolist()
            )


@pytest.mark.parametrize(("reports", "parts"), [(2, [0]), (3, [0, 1])])
def test_a_second_ship_is_believed_after_three_reports(reports: int, parts: list[int]) -> None:
    """Fewer reports of a second place are bad ones of the first ship until more come."""
    first = a_track(*((0.2 * i, (34.0, 34.0), 0) for i in range(30)))
    second = a_track(*((1.1 + 0.4 * i, (36.0, 34.0), 0) for i in range(reports)))
    track = tracks_in(concat([first, second]), criteria=TrackCriteria())
    assert track.part.tolist() == parts
    assert track.spikes == (0 if len(parts) == 2 else reports)


def test_a_ship_away_for_two_days_is_the_same_ship() -> None:
    """Silence alone never splits a track."""
    track = tracks_in(
        a_track((0, SEA, 12), (1, (35.4, 34.91), 12), (60, (28.0, 35.0), 12), (61, FAR, 0)),
        criteria=TrackCriteria(),
    )
    assert len(track.first_row) == 1


def test_a_hull_that_changed_its_number_is_one_track() -> None:
    """Reports under both numbers form one track; each row keeps its own."""
    old = a_track((0, SEA, 8), (2, (35.7, 34.91), 8), mmsi=OTHER)
    new = a_track((1, (35.65, 34.91), 8), (3, (35.75, 34.91), 8))
    track = tracks_in(
        concat([old, new]), criteria=TrackCriteria(), same_ship={OTHER: SPARTA, SPARTA: SPARTA}
    )
    assert track.first_row.tolist() == [0]
    assert track.leader.tolist() == [SPARTA]
    assert track.rows.mmsi.tolist() == [OTHER, SPARTA, OTHER, SPARTA]


@pytest.mark.parametrize(
    ("seconds", "degrees", "rows"), [(1, 1e-4, 1), (2, 1e-4, 2), (1, 2e-4, 2), (0, 5e-5, 1)]
)
def test_one_report_heard_twice_counts_once(seconds: int, degrees: float, rows: int) -> None:
    """Within a second and a ten-thousandth of a degree it is one report; the first come stays."""
    a = a_track((1, SEA, 8), source="late", delay=hours(5))
    b = a_track((1 + seconds / 3600, (SEA[0] + degrees * 0.999, SEA[1]), 8), source="soon")
    for batches in ([a, b], [b, a]):
        track = tracks_in(concat(batches), criteria=TrackCriteria())
        assert len(track.rows) == rows
        assert track.repeats == 2 - rows
        if rows == 1:
            assert track.fix(0).source == "soon"


def test_a_chain_of_reports_a_second_apart_is_thinned_and_not_swallowed() -> None:
    """A feed that reports every second keeps at least every other report."""
    chain = a_track(*((i / 3600, SEA, 0) for i in range(100)))
    track = tracks_in(chain, criteria=TrackCriteria())
    assert len(track.rows) == 50


@pytest.mark.parametrize(("sog_kn", "aside"), [(0.9, 0), (4.0, 9)])
def test_a_moving_ship_that_never_moves_is_frozen(sog_kn: float, aside: int) -> None:
    """The same place again at four knots repeats an old position; at anchor it does not."""
    track = tracks_in(a_track(*((i / 6, SEA, sog_kn) for i in range(10))), criteria=TrackCriteria())
    assert track.spikes == aside


@pytest.mark.parametrize(("sog_kn", "aside"), [(5.0, 1), (25.0, 0)])
def test_a_jump_that_the_reported_speed_contradicts_is_a_spike(sog_kn: float, aside: int) -> None:
    """Forty knots and back within minutes are believed of a ferry, not of a ship at five knots."""
    off = SEA[0] + 0.0675  # 3.3 nautical miles in five minutes
    track = tracks_in(
        a_track((0, SEA, sog_kn), (1 / 12, (off, SEA[1]), sog_kn), (1 / 6, SEA, sog_kn)),
        criteria=TrackCriteria(),
    )
    assert track.set_aside == ({"spike": 1} if aside else {})


def test_coarse_positions_are_no_jump() -> None:
    """A report on the 0.1 minute grid may lie a grid step off its neighbours."""
    rows = a_track((0, SEA, 0), (0.001, (SEA[0] + 0.004, SEA[1]), 0), (0.002, SEA, 0))
    coarse = replace(rows, precision_m=np.array([1, 93, 1], np.float32))
    assert tracks_in(rows, criteria=TrackCriteria()).spikes == 1
    assert not tracks_in(coarse, criteria=TrackCriteria()).spikes


def test_nothing_makes_no_tracks() -> None:
    """No reports, no tracks, no error."""
    track = tracks_in(no_positions(), criteria=TrackCriteria())
    assert not track.slices()[1:]
    assert (len(track.rows), track.spikes, track.repeats) == (0, 0, 0)


def test_thousands_of_contradictory_reports_end_in_bounded_tracks() -> None:
    """A number used by an attacker for random places yields no tracks to speak of."""
    rng = np.random.default_rng(5)
    places = zip(rng.uniform(-180, 180, 3000), rng.uniform(-80, 80, 3000), strict=True)
    track = tracks_in(
        a_track(*((i / 100, place, 5) for i, place in enumerate(places))),
        criteria=TrackCriteria(),
    )
    assert len(track.rows) + track.spikes == 3000
