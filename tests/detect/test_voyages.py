from __future__ import annotations

import random

import pytest

from monitor.detect.reception import coverage_of
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.detect.visits import VisitCriteria, visits_in
from monitor.detect.voyage_rules import destination_findings, first_visit_findings, port_codes
from monitor.detect.voyages import (
    StaticByShip,
    VoyageCriteria,
    destination_of,
    draught_of,
    static_by_ship,
)
from monitor.detect.wording import Words
from monitor.domain.finding import Finding, Severity
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.vessel import Register, StaticReport, WatchList, compile_register
from monitor.domain.visit import Visit
from tests.builders import (
    INSIDE,
    OTHER,
    SEA,
    SPARTA,
    T0,
    WATCH,
    a_gazetteer,
    a_place,
    a_static,
    a_track,
    hours,
)

CRITERIA = VoyageCriteria()
TARTUS = Gazetteer(
    "tartus",
    {
        "tartus.water": a_place(
            "tartus.water", PlaceKind.HARBOUR_WATER, (35.855, 34.899, 35.874, 34.915)
        )
    },
)


def a_call(at: float = 0.0, *, mmsi: int = SPARTA) -> PositionColumns:
    """Return a call of ten hours, `at` hours after T0, watched at both ends."""
    stay = [(at + h / 2, INSIDE, 0.0) for h in range(2, 21)]
    ends = [(at, SEA, 9.0), (at + 0.9, SEA, 9.0)], [(at + 10.5, SEA, 9.0), (at + 11, SEA, 9.0)]
    return a_track(*ends[0], *stay, *ends[1], mmsi=mmsi)


def the_visits(*positions: PositionColumns) -> tuple[Visit, ...]:
    """Return the port calls in positions."""
    tracks = tracks_in(concat(positions), criteria=TrackCriteria())
    visits = visits_in(tracks, a_gazetteer(), criteria=VisitCriteria())
    return tuple(v for v in visits if v.place_kind == "port")


def by_ship(*reports: StaticReport) -> StaticByShip:
    """Return reports gathered by ship, from any order."""
    shuffled = random.Random(5).sample(reports, len(reports))
    return static_by_ship(shuffled, compile_register(shuffled, WATCH, [], at=T0))


@pytest.mark.parametrize(("out_m", "changed"), [(6.7, False), (6.8, True), (6.2, True)])
def test_a_draught_changes_by_a_step(out_m: float, changed: bool) -> None:
    """Three tenths between two held draughts count, two do not, either way."""
    (visit,) = the_visits(a_call())
    said = [a_static(h, draught_m=6.5) for h in (-2, -1)]
    said += [a_static(h, draught_m=out_m) for h in (9, 12)]
    change = draught_of(visit, by_ship(*said), criteria=CRITERIA)
    assert change is not None
    assert (change.draught_in_m, change.draught_out_m) == (6.5, out_m)
    assert change.changed is changed


def test_a_draught_told_once_does_not_count() -> None:
    """A single other figure leaves the draught as it was; figures of long ago are not these."""
    (visit,) = the_visits(a_call())
    said = [a_static(h, draught_m=6.5) for h in (-2, -1, 8, 9)]
    change = draught_of(visit, by_ship(*said, a_static(5, draught_m=9.9)), criteria=CRITERIA)
    assert change is not None
    assert (change.draught_in_m, change.draught_out_m, change.changed) == (6.5, 6.5, False)
    old = [a_static(h, draught_m=6.5) for h in (-300, -299)]
    assert draught_of(visit, by_ship(*old), criteria=CRITERIA) is None


def test_absence_of_a_draught_says_nothing() -> None:
    """One side unknown is no change; no side is no answer."""
    (visit,) = the_visits(a_call())
    change = draught_of(
        visit, by_ship(*[a_static(h, draught_m=6.5) for h in (-2, -1)]), criteria=CRITERIA
    )
    assert change is not None
    assert (change.draught_out_m, change.changed) == (None, False)
    assert draught_of(visit, by_ship(), criteria=CRITERIA) is None


def test_a_reflagged_ship_keeps_her_voyage() -> None:
    """Reports under a ship's earlier MMSI are hers, whichever of the two the call is under."""
    said = [a_static(h, SPARTA, imo=9268710, draught_m=6.5) for h in (-5, -4, -3)]
    said += [a_static(h, OTHER, imo=9268710, draught_m=7.5) for h in (9, 10, 11)]
    for mmsi in (SPARTA, OTHER):
        (visit,) = the_visits(a_call(mmsi=mmsi))
        change = draught_of(visit, by_ship(*said), criteria=CRITERIA)
        assert change is not None
        assert (change.draught_in_m, change.draught_out_m) == (6.5, 7.5)


def test_destinations_on_the_way_in_and_out() -> None:
    """What was told before arrival, and what until a day after leaving."""
    (visit,) = the_visits(a_call())
    said = [a_static(h, destination="SY ALD") for h in (-2, -1)]
    said += [a_static(h, destination="TO ORDER") for h in (12, 13)]
    said += [a_static(h, destination="RUNVS") for h in (60, 61)]
    change = destination_of(visit, by_ship(*said), criteria=CRITERIA)
    assert change is not None
    assert change.at_arrival is not None
    assert change.at_departure is not None
    assert (change.at_arrival.to, change.at_departure.kind) == ("SYLTK", "order")


def turned(*destinations: str, watch: WatchList = WATCH) -> list[Finding]:
    """Return the findings of a ship that told these destinations, one an hour."""
    said = [a_static(h, destination=d) for h, d in enumerate(destinations)]
    register = compile_register(said, watch, [], at=T0)
    return destination_findings(
        static_by_ship(said, register), Words(register, TARTUS), criteria=CRITERIA
    )


@pytest.mark.parametrize(
    ("destinations", "count"),
    [
        (("RUNVS", "RUNVS", "TARTUS", "TARTUS"), 1),
        (("SY TTS", "SY TTS", "TO ORDER", "FOR ORDERS"), 1),
        (("RUNVS", "RUNVS", "TARTUS"), 0),
        (("RUNVS", "RUNVS", "TARTUS", "RUNVS", "TARTUS", "RUNVS"), 0),
        (("TARTUS", "TARTUS", "SYTTS", "RUNVS>SY TTS"), 0),
        (("TARTUS", "TARTUS", "TARTUS"), 0),
        (("RUNVS", "RUNVS", "LATAKIA", "LATAKIA"), 0),
        (("RUNVS", "RUNVS", "TARTUS", "TARTUS", "EGPSD", "EGPSD"), 2),
    ],
)
def test_a_destination_changes_to_or_from_our_port(
    destinations: tuple[str, ...], count: int
) -> None:
    """Two equal reports make a destination; another spelling, or another port, is none of ours."""
    assert len(turned(*destinations)) == count


def test_a_changed_destination_is_told_with_both_texts() -> None:
    """The finding names both texts and codes, the span between the reports, and when we knew."""
    (finding,) = turned("RU NVS", "RU NVS", "TARTOUS", "TARTOUS")
    assert (finding.why["from"], finding.why["to"]) == ("RUNVS", "SYTTS")
    assert (finding.why["from_text"], finding.why["to_text"]) == ("RU NVS", "TARTOUS")
    assert (finding.start_earliest, finding.start_latest) == (T0 + hours(1), T0 + hours(2))
    assert (finding.learned_at, finding.severity) == (T0 + hours(3), Severity.NOTICE)
    assert finding.place_id == "tartus.water"
    assert turned("RU NVS", "RU NVS", "TARTOUS", "TARTOUS", "TARTOUS")[0].id == finding.id
    assert turned("A", "A", "TARTUS", "TARTUS", watch=WatchList())[0].severity is Severity.INFO


def test_our_codes_lie_at_our_port() -> None:
    """Only the codes within five miles stand for the port."""
    assert port_codes(TARTUS, criteria=CRITERIA) == {"SYTTS": "tartus"}
    assert port_codes(TARTUS, criteria=VoyageCriteria(port_code_nm=0.1)) == {}


def firsts(*positions: PositionColumns) -> list[Finding]:
    """Return the first visits in positions."""
    rows = concat(positions)
    return first_visit_findings(
        the_visits(*positions),
        Words(Register(), a_gazetteer()),
        coverage=coverage_of(rows),
        criteria=CRITERIA,
    )


def others(days: int) -> PositionColumns:
    """Return a ship far off, heard at noon on each of the days before T0."""
    return a_track(*((12 - 24 * d, SEA, 0.1) for d in range(1, days + 1)), mmsi=OTHER)


@pytest.mark.parametrize(("days", "fired"), [(29, False), (30, True)])
def test_a_first_visit_needs_history(days: int, fired: bool) -> None:
    """On at least thirty days before it something must have been received."""
    assert bool(firsts(others(days), a_call())) is fired


def test_a_first_visit_states_its_history() -> None:
    """The text says how many days of data it rests on; a second visit is none."""
    (finding,) = firsts(others(40), a_call(), a_call(100))
    assert "first visit in 40 d of data" in finding.text
    assert (finding.start_latest, finding.confidence) == (T0 + hours(1), "high")


def test_days_without_data_are_no_history() -> None:
    """Thirty days with data, wherever they lie, count; the gap makes it less sure."""
    early = a_track(*((-24 * d, SEA, 0.1) for d in range(70, 100)), mmsi=OTHER)
    (finding,) = firsts(early, a_call())
    assert (finding.why["days_heard"], finding.why["days"]) == (30, 99)
    assert finding.confidence == "medium"


def test_a_visit_in_the_first_month_is_not_forgotten() -> None:
    """A ship that called before there was history enough does not call first later."""
    assert firsts(others(20), a_call(), a_call(24 * 40)) == []
