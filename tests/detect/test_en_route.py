"""Ships on their way to the port, and where silent ones can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from monitor.detect.en_route import Approach, EnRouteCriteria, approaches_in
from monitor.detect.reach import ReachCriteria, implied_kn, max_speed, reach_of, reach_text
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.detect.voyages import VoyageCriteria, runs_as_told
from monitor.domain.visit import Fix
from monitor.domain.window import to_ms
from tests.builders import SPARTA, T0, a_gazetteer, a_static, a_track, hours

PORT = (35.81, 34.91)
KN_LON = 1 / 60 / 0.82
"""Degrees of longitude a knot makes in an hour here."""


def approaches(
    *places: tuple[float, float],
    knots: float = 10.0,
    as_of_h: float | None = None,
    told_h: Sequence[float] = (),
) -> tuple[Approach, ...]:
    """Return the approaches of a ship heard every hour at these places, bound here by her word."""
    told = [("SYTTS", a_static(h, SPARTA, destination="SYTTS")) for h in told_h]
    rows = a_track(*((float(i), p, knots) for i, p in enumerate(places)))
    return approaches_in(
        tracks_in(rows, criteria=TrackCriteria()),
        frozenset({SPARTA}),
        PORT,
        bound={SPARTA: tuple(runs_as_told(told, VoyageCriteria()))},
        ours=frozenset({"SYTTS"}),
        as_of=T0 + hours(len(places) if as_of_h is None else as_of_h),
        criteria=EnRouteCriteria(),
    )


def eastward(count: int, *, lat: float = 34.91, nm: float = 150.0) -> list[tuple[float, float]]:
    """Return hourly places of a ship at 10 kn due east, from `nm` west of the port."""
    return [(PORT[0] - (nm - 10 * i) * KN_LON, lat) for i in range(count)]


def test_a_course_laid_on_the_port_is_told_after_six_hours() -> None:
    """Her course shows once it was held for six hours; the estimate spans her arrival."""
    assert approaches(*eastward(6)) == ()
    (way,) = approaches(*eastward(8))
    assert way.closes
    assert way.ended == ""
    assert way.eta.latest is not None
    assert way.eta.earliest <= T0 + hours(15.2) <= way.eta.latest + hours(1)


def test_a_ship_that_passes_is_not_told() -> None:
    """A course that leads past the port 40 miles off is nothing to tell."""
    assert approaches(*eastward(12, lat=35.58)) == ()


def test_what_she_says_of_her_destination_later_is_not_known_yet() -> None:
    """An approach rests on the last word before its end, not on the next voyage's."""
    (way,) = approaches(*eastward(15), told_h=(1, 2, 3, 4, 5, 250, 260))
    assert way.declared is not None
    assert way.declared.last.time_ms == to_ms(T0 + hours(5))
    (undeclared,) = approaches(*eastward(15), told_h=(-300, -299, -298, 250, 251))
    assert undeclared.declared is None


def test_the_approach_ends_when_she_has_come() -> None:
    """Within 12 miles she has arrived."""
    (way,) = approaches(*eastward(15))
    assert way.ended == "arrived"
    assert way.after is not None


def test_the_approach_ends_when_she_turns_away() -> None:
    """Six hours on another course end it."""
    out = eastward(9)
    (way,) = approaches(*out, *(out[-1 - i] for i in range(1, 9)), *out[:1])
    assert way.ended == "turned_away"


@pytest.mark.parametrize(("days", "ended"), [(3, ""), (3.01, "silent")])
def test_the_approach_ends_after_three_days_of_silence(days: float, ended: str) -> None:
    """A ship not heard for three days is no longer said to be on her way."""
    (way,) = approaches(*eastward(8), as_of_h=7 + 24 * days)
    assert way.ended == ended


@pytest.mark.parametrize(
    ("top", "ship_type", "want"),
    [
        (None, 79, (25.0, "type")),
        (None, None, (30.0, "type")),
        (14.0, 79, (17.5, "heard")),
        (5.0, 79, (12.0, "heard")),
        (24.0, 79, (25.0, "type")),
        (28.0, 79, (28.0, "type")),
    ],
)
def test_how_fast_she_can_have_been(
    top: float | None, ship_type: int | None, want: tuple[float, str]
) -> None:
    """Her own top speed with a margin, never more than her kind makes or less than she made."""
    assert max_speed(top, ship_type, criteria=ReachCriteria()) == want


def a_fix(hour: float, lon: float, lat: float = 34.91) -> Fix:
    """Return a report."""
    at = to_ms(T0 + hours(hour))
    return Fix(
        mmsi=SPARTA, time_ms=at, received_ms=at, lon=lon, lat=lat, sog_kn=None, source="test"
    )


@pytest.mark.parametrize(("waited_h", "word"), [(11, "could be back"), (9, "cannot be at berth")])
def test_the_earliest_return_to_the_berth(waited_h: float, word: str) -> None:
    """100 miles at 10 kn take ten hours: before that she cannot be at the port."""
    reach = reach_of(
        a_fix(0, 35.80 - 100 * KN_LON),
        "port",
        a_gazetteer(),
        in_port=False,
        max_kn=(10.0, "heard"),
        top_heard_kn=8.0,
        looks=(),
        as_of=T0 + hours(waited_h),
    )
    assert reach.radius_nm == pytest.approx(10 * waited_h)
    assert abs(reach.earliest_at_port - T0 - hours(10)) < timedelta(minutes=20)
    assert word in reach_text(reach, "Port")


def test_the_speed_a_gap_implies() -> None:
    """Sixty miles in an hour need sixty knots; two reports at one instant say nothing."""
    assert implied_kn(a_fix(0, 30.0), a_fix(1, 30.0, 35.91)) == pytest.approx(60.0, abs=0.2)
    assert implied_kn(a_fix(0, 30.0), a_fix(0, 31.0)) is None
