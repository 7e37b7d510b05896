from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.detect.visits import VisitCriteria, visits_in
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.visit import Visit
from tests.builders import (
    BERTH,
    FAR,
    INSIDE,
    SEA,
    T0,
    WAITING,
    a_gazetteer,
    a_place,
    a_track,
    hours,
)


def visits(track: PositionColumns, kind: str) -> list[Visit]:
    """Return the visits of one kind."""
    tracks = tracks_in(track, criteria=TrackCriteria())
    found = visits_in(tracks, a_gazetteer(), criteria=VisitCriteria())
    return [v for v in found if v.place_kind == kind]


def test_a_call_lies_between_the_reports_around_it() -> None:
    """Entry and exit are intervals between the last report outside and the first inside."""
    (call,) = visits(a_track((0, SEA, 9), (2, INSIDE, 5), (10, INSIDE, 0), (12, SEA, 9)), "port")
    assert (call.start.earliest, call.start.latest) == (T0, T0 + hours(2))
    assert (call.end.earliest, call.end.latest) == (T0 + hours(10), T0 + hours(12))
    assert call.observed == "none"
    assert call.confidence == 4


@pytest.mark.parametrize(("gap_h", "observed"), [(1.0, "both"), (1.01, "none")])
def test_an_edge_is_observed_up_to_an_hour(gap_h: float, observed: str) -> None:
    """Reports up to an hour apart watched the crossing; further apart it is inferred."""
    track = a_track((0, (35.79, 34.91), 5), (gap_h, INSIDE, 5), (5, INSIDE, 5), (5 + gap_h, SEA, 5))
    (call,) = visits(track, "port")
    assert call.observed == observed


def test_a_track_that_begins_inside_has_not_arrived() -> None:
    """Where our history starts in port, the start is open."""
    (call,) = visits(a_track((0, INSIDE, 0), (5, INSIDE, 0)), "port")
    assert call.start.earliest is None
    assert call.before is None
    assert call.is_open


@pytest.mark.parametrize(("lon", "calls"), [(35.795, 1), (35.785, 2)])
def test_lying_on_the_line_is_not_coming_and_going(lon: float, calls: int) -> None:
    """A ship is out only beyond a kilometre: half a kilometre off the line it is still in."""
    edge = (lon, 34.91)
    track = a_track((0, SEA, 5), (2, INSIDE, 1), (3, INSIDE, 1), (4, edge, 1), (5, INSIDE, 1),
                    (6, INSIDE, 1), (8, SEA, 5))  # fmt: skip
    assert len(visits(track, "port")) == calls


@pytest.mark.parametrize(("minutes", "stays"), [(20, 1), (19, 0)])
def test_a_berth_stay_lasts_twenty_minutes(minutes: int, stays: int) -> None:
    """Elapsed time decides, not the number of reports."""
    end = 1 + minutes / 60
    track = a_track((0.99, INSIDE, 4), (1, BERTH, 0.1), (end, BERTH, 0.1), (end + 0.002, INSIDE, 4))
    assert len(visits(track, "berth")) == stays


@pytest.mark.parametrize(("sog", "stays"), [(0.5, 1), (0.6, 0), (None, 1)])
def test_a_ship_alongside_is_still(sog: float | None, stays: int) -> None:
    """Entry speed of a berth stay is half a knot; a missing speed does not speak against it."""
    track = a_track((0, SEA, 9), (2, BERTH, sog), (4, BERTH, sog), (6, SEA, 9))
    assert len(visits(track, "berth")) == stays


def test_coarse_positions_never_decide_a_berth() -> None:
    """A position on the 0.1 minute grid of type 27 puts no ship in a berth."""
    fine = a_track((0, SEA, 9), (2, BERTH, 0), (4, BERTH, 0), (6, SEA, 9))
    coarse = PositionColumns(
        **{
            name: getattr(fine, name)
            for name in PositionColumns.__dataclass_fields__
            if name != "precision_m"
        },
        precision_m=np.full(len(fine), 93, np.float32),
    )
    assert visits(fine, "berth")
    assert not visits(coarse, "berth")


@pytest.mark.parametrize(("hours_there", "waits"), [(6.0, 1), (5.9, 0)])
def test_a_wait_begins_at_six_hours(hours_there: float, waits: int) -> None:
    """Passing through the waiting area is not waiting."""
    track = a_track(
        (0, SEA, 9), (1, WAITING, 1), (1 + hours_there, WAITING, 1), (2 + hours_there, SEA, 9)
    )
    found = visits(track, "waiting_area")
    assert len(found) == waits


def test_a_wait_across_two_days_of_silence_is_two_waits() -> None:
    """Nobody can say a ship stayed where it was not heard for more than two days."""
    track = a_track(*((h, WAITING, 1) for h in (0, 4, 8, 60, 64, 68)))
    assert len(visits(track, "waiting_area")) == 2


def test_far_away_reports_are_nowhere() -> None:
    """Reports beyond the port's map zone make no visit and no error."""
    track = a_track((0, FAR, 9), (5, (-120.0, -60.0), 9), (10, FAR, 9))
    assert not visits_in(
        tracks_in(track, criteria=TrackCriteria()), a_gazetteer(), criteria=VisitCriteria()
    )


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(st.sampled_from([SEA, INSIDE, BERTH, WAITING]), min_size=2, max_size=25),
    seed=st.integers(0, 2**31),
)
def test_arrival_order_changes_nothing(places: list[tuple[float, float]], seed: int) -> None:
    """Any permutation of the reports gives the same visits."""
    track = a_track(*((h * 1.7, place, 0.3) for h, place in enumerate(places)))
    order = np.random.default_rng(seed).permutation(len(track))
    gazetteer, criteria = a_gazetteer(), VisitCriteria()
    straight = visits_in(tracks_in(track, criteria=TrackCriteria()), gazetteer, criteria=criteria)
    shuffled = visits_in(
        tracks_in(track.take(order), criteria=TrackCriteria()), gazetteer, criteria=criteria
    )
    assert straight == shuffled
    for visit in straight:
        assert visit.start.earliest is None or visit.start.earliest <= visit.start.latest
        assert visit.end.latest is None or visit.end.earliest <= visit.end.latest


def test_a_wait_is_named_for_the_area_that_held_most_of_it() -> None:
    """A ship that crossed the outer area to lie in the inner one waits in the inner one."""
    outer = a_place("port.outer", PlaceKind.WAITING_AREA, (35.55, 34.85, 35.65, 34.97))
    gazetteer = Gazetteer("port", {**a_gazetteer().places, outer.id: outer})
    track = a_track((0, (35.60, 34.91), 5), *((h, WAITING, 1) for h in range(1, 9)))
    found = visits_in(
        tracks_in(track, criteria=TrackCriteria()), gazetteer, criteria=VisitCriteria()
    )
    (wait,) = [v for v in found if v.place_kind == "waiting_area"]
    assert wait.place_id == "port.waiting"
    assert wait.areas == (("port.waiting", 8), ("port.outer", 1))
    assert wait.positions == 9


def test_a_late_report_moves_the_start_and_not_the_name() -> None:
    """The report that reached us first names a visit: one that comes late revises it."""
    known = a_track((0, SEA, 9), (4, INSIDE, 0), (9, INSIDE, 0), (12, SEA, 9))
    late = a_track((3, INSIDE, 2), delay=hours(30))
    (before,), (after,) = visits(known, "port"), visits(concat([known, late]), "port")
    assert after.start.latest == T0 + hours(3) < before.start.latest
    assert after.anchor_ms == before.anchor_ms


def test_a_late_report_from_outside_leaves_the_name_with_the_older_part() -> None:
    """One call that turns out to be two: the part that was known first stays what it was."""
    known = a_track((0, SEA, 9), (4, INSIDE, 0), (5, INSIDE, 0), (20, INSIDE, 0), (21, INSIDE, 0))
    late = a_track((12, SEA, 9), delay=hours(30))
    (before,) = visits(known, "port")
    one, two = visits(concat([known, late]), "port")
    assert one.anchor_ms == before.anchor_ms
    assert two.anchor_ms != before.anchor_ms


def test_rings_are_passed_on_the_way_in() -> None:
    """Each ring has its edge; one the ship was never seen beyond has none."""
    way = [(35.50, 34.91), (35.65, 34.91), (35.74, 34.91)]
    track = a_track(*((h, place, 9) for h, place in enumerate(way)), (3, INSIDE, 5), (4, INSIDE, 0))
    (call,) = visits(track, "port")
    assert [r.nm for r in call.rings] == [12.0, 5.0]
    assert [r.edge.latest for r in call.rings] == [T0 + hours(1), T0 + hours(2)]
    assert all(r.edge.observed for r in call.rings)


def test_a_second_approach_has_its_own_rings() -> None:
    """Only the last time a ring was passed before the call counts for it."""
    track = a_track((0, SEA, 9), (2, INSIDE, 5), (3, INSIDE, 0), (6, SEA, 9), (9, SEA, 9),
                    (11, INSIDE, 5), (12, INSIDE, 0))  # fmt: skip
    one, two = visits(track, "port")
    assert one.rings[-1].edge.earliest == T0
    assert two.rings[-1].edge.earliest == T0 + hours(9)
