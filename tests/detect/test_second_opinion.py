"""Our port calls beside somebody else's."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from monitor.detect.second_opinion import SecondOpinion, Verdict, second_opinion
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.detect.visits import VisitCriteria, visits_in
from monitor.domain.outside_event import OutsideEvent, OutsideKind
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.vessel import Identity, Register
from monitor.domain.visit import Visit
from monitor.domain.window import TimeWindow
from tests.builders import INSIDE, SEA, SPARTA, SPARTA_II, T0, a_gazetteer, a_track, hours

ASKED = TimeWindow(start=T0 - timedelta(days=30), end=T0 + timedelta(days=30))
REGISTER = Register({SPARTA: Identity(mmsi=SPARTA, imo=9268710, name="SPARTA", watched=True)})
CALL = ((0.0, SEA, 9.0), (2.0, INSIDE, 5.0), (10.0, INSIDE, 0.0), (12.0, SEA, 9.0))
"""In port from somewhere in hours 0-2 to somewhere in hours 10-12."""


def visits(*tracks: PositionColumns) -> list[Visit]:
    """Return every visit of some tracks."""
    found = tracks_in(concat(tracks), criteria=TrackCriteria())
    return list(visits_in(found, a_gazetteer(), criteria=VisitCriteria()))


def theirs(
    start_h: float,
    end_h: float | None,
    *,
    mmsi: int = SPARTA,
    kind: OutsideKind = OutsideKind.PORT_VISIT,
    lon: float = 35.81,
    confidence: int | None = 4,
) -> OutsideEvent:
    """Return one of their events at the test port."""
    return OutsideEvent(
        source="gfw",
        kind=kind,
        mmsi=mmsi,
        imo=None,
        name="AS THEY WRITE IT",
        start=T0 + hours(start_h),
        end=None if end_h is None else T0 + hours(end_h),
        lon=lon,
        lat=34.91,
        place="syr-test",
        confidence=confidence,
        learned_at=ASKED.end,
    )


def compared(
    ours: list[Visit], events: list[OutsideEvent], asked: TimeWindow = ASKED
) -> SecondOpinion:
    """Compare at the test port."""
    return second_opinion(
        ours, events, source="gfw", gazetteer=a_gazetteer(), register=REGISTER, asked=asked
    )


def verdicts(opinion: SecondOpinion) -> list[str]:
    """Return the verdicts in order."""
    return [row.verdict.value for row in opinion.opinions]


@pytest.mark.parametrize(
    ("start_h", "end_h", "verdict", "differs_h"),
    [
        (1, 11, "agrees", (0, 0)),
        (6, 12, "agrees", (4, 0)),
        (6.01, 12, "differs", (4.01, 0)),
        (-4, 12, "agrees", (-4, 0)),
        (-4.01, 12, "differs", (-4.01, 0)),
        (1, 16, "agrees", (0, 4)),
        (1, 16.01, "differs", (0, 4.01)),
        (1, 5.9, "differs", (0, -4.1)),
        (1, None, "agrees", (0, None)),
    ],
)
def test_calls_agree_within_four_hours(
    start_h: float, end_h: float | None, verdict: str, differs_h: tuple[float, float | None]
) -> None:
    """An edge of theirs within our interval does not differ; outside it by up to four hours."""
    (row,) = compared(visits(a_track(*CALL)), [theirs(start_h, end_h)]).opinions
    assert row.verdict == verdict
    told = [None if d is None else d / hours(1) for d in (row.start_differs, row.end_differs)]
    assert told == [None if d is None else pytest.approx(d) for d in differs_h]
    assert (row.port, row.mmsi, row.imo, row.name) == ("port", SPARTA, 9268710, "SPARTA")


def test_an_open_call_has_no_end_to_differ() -> None:
    """While she stays, only the start is compared."""
    (row,) = compared(visits(a_track(*CALL[:3])), [theirs(1, 11)]).opinions
    assert (row.verdict, row.end_differs) == (Verdict.AGREES, None)


def test_a_start_we_did_not_see_reaches_back() -> None:
    """Where our history begins in port, their earlier start does not differ."""
    (row,) = compared(visits(a_track(*CALL[1:])), [theirs(-20, 11)]).opinions
    assert (row.verdict, row.start_differs) == (Verdict.AGREES, timedelta(0))


@pytest.mark.parametrize(("days", "verdict"), [(5, "only_ours"), (4.99, "not_yet")])
def test_what_is_too_young_is_not_missing(days: float, verdict: str) -> None:
    """A call that ended less than five days before they were asked is not yet theirs to have."""
    asked = TimeWindow(start=ASKED.start, end=T0 + hours(12) + timedelta(days=days))
    (row,) = compared(visits(a_track(*CALL)), [], asked).opinions
    assert (row.verdict, row.theirs) == (verdict, None)


def test_a_call_that_lasts_is_not_missing() -> None:
    """They may publish a visit when it is over."""
    assert verdicts(compared(visits(a_track(*CALL[:3])), [])) == ["not_yet"]


def test_a_visit_only_they_have_is_named_as_they_name_it() -> None:
    """Their name serves where we know none."""
    (row,) = compared([], [theirs(1, 11, mmsi=SPARTA_II)]).opinions
    assert (row.verdict, row.name, row.ours) == (Verdict.ONLY_THEIRS, "AS THEY WRITE IT", None)


def test_another_ship_is_another_call() -> None:
    """Two ships at the same time are two rows, ordered by ship."""
    opinion = compared(visits(a_track(*CALL)), [theirs(1, 11, mmsi=SPARTA_II)])
    assert verdicts(opinion) == ["only_ours", "only_theirs"]


def test_each_visit_is_paired_once_and_with_the_nearest() -> None:
    """Two calls close together take the visit that fits each."""
    second = tuple((h + 13, place, kn) for h, place, kn in CALL)
    track = a_track(*CALL, *second[1:])
    opinion = compared(visits(track), [theirs(14, 24), theirs(1, 11)])
    assert verdicts(opinion) == ["agrees", "agrees"]
    one = compared(visits(track), [theirs(14, 24)])
    assert verdicts(one) == ["only_ours", "agrees"]


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (theirs(1, 11, confidence=2), True),
        (theirs(1, 11, confidence=1), False),
        (theirs(1, 11, confidence=None), True),
        (theirs(1, 11, lon=35.82 + 0.0437), True),  # 3.99 km east of the area
        (theirs(1, 11, lon=35.82 + 0.0439), False),  # 4.01 km
        (theirs(1, 11, kind=OutsideKind.GAP), False),
        (theirs(-30 * 24 - 9, -30 * 24 - 1), False),
        (theirs(-30 * 24 - 9, -30 * 24), True),
        (theirs(30 * 24, None), False),
    ],
)
def test_only_sure_visits_of_our_port_and_days_count(event: OutsideEvent, counts: bool) -> None:
    """Weak ones, those of other places and those outside the days asked are no opinion."""
    assert bool(compared([], [event]).opinions) is counts


def test_calls_before_the_days_asked_are_left_out() -> None:
    """What they were not asked about is not held against anybody."""
    asked = TimeWindow(start=T0 + hours(12.1), end=ASKED.end)
    assert compared(visits(a_track(*CALL)), [], asked).opinions == ()
    asked = TimeWindow(start=T0 + hours(12), end=ASKED.end)
    assert verdicts(compared(visits(a_track(*CALL)), [], asked)) == ["only_ours"]


def test_radar_without_ais_is_listed_with_its_distance() -> None:
    """Detections are listed wherever they are, with the way to the port."""
    kind = OutsideKind.DARK_DETECTION
    far = theirs(5, 6, mmsi=0, kind=kind, lon=35.70)
    opinion = compared([], [far, theirs(4, 5, mmsi=0, kind=kind)])
    assert [(d.port, round(d.distance_m)) for d in opinion.dark] == [
        ("port", 0), ("port", pytest.approx(9135, abs=30)),
    ]  # fmt: skip
    assert opinion.opinions == ()


def test_the_order_of_the_input_does_not_matter() -> None:
    """Shuffled visits and events give the same comparison."""
    ours = visits(a_track(*CALL), a_track(*CALL, mmsi=SPARTA_II), a_track(*CALL, mmsi=371000001))
    events = [theirs(1 + i, 11 + i, mmsi=mmsi) for i in range(3) for mmsi in (SPARTA, SPARTA_II)]
    expected = compared(ours, events)
    rng = random.Random(1)
    for _ in range(10):
        rng.shuffle(ours)
        rng.shuffle(events)
        assert compared(ours, events) == expected
    assert isinstance(expected.asked.end, datetime)
