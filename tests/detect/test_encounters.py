from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.call_rules import encounter_findings
from monitor.detect.encounters import EncounterCriteria, encounters_in, service_ships
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.detect.wording import Words
from monitor.domain.encounter import Encounter
from monitor.domain.finding import Status
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.vessel import StaticReport, compile_register
from tests.builders import INSIDE, OTHER, SEA, SPARTA, T0, WATCH, a_gazetteer, a_track

PER_M = 1 / 91_400


def lying(
    start: float, end: float, *, mmsi: int, metres: float = 0.0, every: float = 0.5
) -> PositionColumns:
    """Return a ship that lies so many metres east of SEA from one hour to another."""
    at = (SEA[0] + metres * PER_M, SEA[1])
    return a_track(*((h, at, 0.1) for h in np.arange(start, end + 1e-9, every)), mmsi=mmsi)


def met(*batches: PositionColumns, without: tuple[int, ...] = ()) -> tuple[Encounter, ...]:
    """Return the encounters in some tracks."""
    tracks = tracks_in(concat(batches), criteria=TrackCriteria())
    return encounters_in(tracks, a_gazetteer(), criteria=EncounterCriteria(), except_mmsis=without)


@pytest.mark.parametrize(("metres", "found"), [(495, 1), (505, 0)])
def test_two_ships_meet_within_half_a_kilometre(metres: float, found: int) -> None:
    """Five hundred metres apart for three hours is a meeting, a little more is none."""
    assert len(met(lying(0, 3, mmsi=SPARTA), lying(0, 3, mmsi=OTHER, metres=metres))) == found


@pytest.mark.parametrize(("end_h", "found"), [(2.0, 1), (1.99, 0)])
def test_a_meeting_lasts_two_hours(end_h: float, found: int) -> None:
    """Shorter is passing by."""
    ships = [a_track((0, SEA, 0), (0.9, SEA, 0), (1.4, SEA, 0), (end_h, SEA, 0), mmsi=m)
             for m in (SPARTA, OTHER)]  # fmt: skip
    assert len(met(*ships)) == found


@pytest.mark.parametrize(("gap_h", "found"), [(1.0, 1), (1.01, 0)])
def test_nobody_says_where_a_ship_was_in_an_hour_without_reports(gap_h: float, found: int) -> None:
    """Across more than an hour between two reports nothing is interpolated."""
    heard = a_track((0, SEA, 0), (gap_h, SEA, 0), (2, SEA, 0), mmsi=SPARTA)
    assert len(met(heard, lying(0, 2, mmsi=OTHER))) == found


@pytest.mark.parametrize(("apart_h", "found"), [(3.5, 1), (4.5, 2)])
def test_meetings_less_than_four_hours_apart_are_one(apart_h: float, found: int) -> None:
    """Parting for three hours and a half is not parting."""
    again = 3 + apart_h
    one = [lying(0, 3, mmsi=SPARTA), lying(again, again + 3, mmsi=SPARTA)]
    assert len(met(*one, lying(0, again + 3, mmsi=OTHER))) == found


def test_ships_that_sail_side_by_side_do_not_meet() -> None:
    """Both must be slower than two knots."""
    way = [(h, (SEA[0] + h * 0.05, SEA[1]), 2.5) for h in np.arange(0, 4, 0.25)]
    assert met(*(a_track(*way, mmsi=m) for m in (SPARTA, OTHER))) == ()


def test_in_port_and_beside_tugs_nothing_is_a_meeting() -> None:
    """Ships lie together in port, and tugs beside ships anywhere."""
    docked = [a_track((0, INSIDE, 0), (0.8, INSIDE, 0), (1.6, INSIDE, 0), (2.4, INSIDE, 0), mmsi=m)
              for m in (SPARTA, OTHER)]  # fmt: skip
    assert met(*docked) == ()
    ships = (lying(0, 3, mmsi=SPARTA), lying(0, 3, mmsi=OTHER))
    assert met(*ships, without=(OTHER,)) == ()


def test_order_changes_nothing_and_two_tracks_of_one_number_do_not_meet() -> None:
    """Any order of reports gives the same meetings."""
    ships = concat([lying(0, 3, mmsi=SPARTA), lying(1, 5, mmsi=OTHER, metres=100)])
    shuffled = ships.take(np.random.default_rng(1).permutation(len(ships)))
    assert met(ships) == met(shuffled)
    (one,) = met(ships)
    assert one.mmsis == (SPARTA, OTHER)
    assert one.end_ms - one.start_ms == 2 * 3_600_000
    assert 90 < one.closest_m < 110


def test_only_a_watched_ships_meeting_is_a_finding() -> None:
    """The finding names her first, and says that AIS does not show what was done."""
    stranger = OTHER + 1
    found = met(
        lying(0, 3, mmsi=SPARTA),
        lying(0, 5, mmsi=OTHER, metres=100),
        lying(0, 3, mmsi=stranger, metres=400),
    )
    register = compile_register((), WATCH, [SPARTA, OTHER, stranger], at=T0)
    findings = encounter_findings(found, Words(register, a_gazetteer()))
    assert len(found) == 3
    assert [f.subject.mmsi for f in findings] == [SPARTA, SPARTA]
    assert {f.why["with_mmsi"] for f in findings} == {OTHER, stranger}
    assert len({f.id for f in findings}) == 2
    assert all("does not show" in f.text and f.status is Status.OPEN for f in findings)


def test_a_late_report_does_not_rename_a_meeting() -> None:
    """What was known first names it, so a report that came days late changes no identity."""
    ships = [lying(1, 4, mmsi=SPARTA), lying(1, 4, mmsi=OTHER)]
    late = a_track((0.5, SEA, 0), mmsi=SPARTA, delay=np.timedelta64(3, "D").item())
    also = a_track((0.5, SEA, 0), mmsi=OTHER, delay=np.timedelta64(3, "D").item())
    (before,), (after,) = met(*ships), met(*ships, late, also)
    assert after.start_ms < before.start_ms
    assert after.anchor_ms == before.anchor_ms
    assert after.learned_ms == before.learned_ms


def test_a_tug_is_what_mostly_calls_itself_one() -> None:
    """One corrupted report makes no ship a tug, and a missing type says nothing."""
    said = [(OTHER, 52), (OTHER, None), (SPARTA, 70), (SPARTA, 70), (SPARTA, 52)]
    reports = [StaticReport(time_ms=i, mmsi=m, ship_type=t) for i, (m, t) in enumerate(said)]
    assert service_ships(reports) == {OTHER}
