"""Ports and quays that slowly fill or empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from monitor.detect.drift import groups_of
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.usual_criteria import DriftCriteria
from monitor.detect.usual_rules import drift_findings
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, Status
from monitor.domain.place import Gazetteer, PlaceKind
from tests.builders import T0, a_look, a_place, hours
from tests.detect.test_usual import WORDS

BERTHS = tuple(f"port.berth.{c}" for c in "abcdef")
PORT = Gazetteer(
    "port",
    {
        p.id: p
        for p in (
            a_place("port.harbour", PlaceKind.HARBOUR_WATER, (35.80, 34.90, 35.82, 34.92)),
            *(
                a_place(b, PlaceKind.BERTH, (35.80, 34.90 + i / 500, 35.81, 34.901 + i / 500))
                for i, b in enumerate(BERTHS)
            ),
        )
    },
)
CRITERIA = DriftCriteria()


def looks(
    rate: Callable[[int], float], months: int, *, hidden: Callable[[int], bool] = lambda _: False
) -> list[BerthState]:
    """Return five looks a month at six berths, each taken with a rate that depends on the month."""
    rng = np.random.default_rng(3)
    return [
        a_look(
            24.0 * (30 * m + 6 * k),
            "unobserved" if hidden(m) else "occupied" if rng.random() < rate(m) else "free",
            berth=berth,
        )
        for m in range(months)
        for k in range(5)
        for berth in BERTHS
    ]


def drifts(states: list[BerthState], months: int = 60) -> list[Finding]:
    """Return the drifts known after so many months."""
    groups = groups_of(
        states, PORT, as_of=T0 + hours(720 * months), criteria=CRITERIA, matrix=MatrixCriteria()
    )
    return drift_findings(groups, WORDS, criteria=CRITERIA)


def test_a_port_that_empties_is_told_once_and_closes_when_the_new_level_is_known() -> None:
    """Open while the new level is being learned; the beginning is an interval of months."""
    states = looks(lambda m: 0.7 if m < 14 else 0.1, 30)
    (late,) = drifts(states)
    assert (late.status, late.why["direction"]) == (Status.CLOSED, "emptied")
    assert late.place_id == "port.harbour"
    assert late.why["share_before"] == pytest.approx(0.7, abs=0.1)
    assert late.start_earliest is not None
    assert T0 + hours(720 * 12) <= late.start_earliest <= T0 + hours(720 * 15)
    early = drifts([s for s in states if s.acquired_at < late.learned_at], months=21)
    assert [(f.id, f.status) for f in early] == [(late.id, Status.OPEN)]


def test_a_port_that_fills_is_told() -> None:
    """Build-up is the other side of the same test."""
    (found,) = drifts(looks(lambda m: 0.1 if m < 14 else 0.6, 24))
    assert found.why["direction"] == "filled"


def test_one_odd_month_is_no_drift() -> None:
    """A month alone counts for two deviations at most."""
    assert not drifts(looks(lambda m: 0.9 if m == 14 else 0.1, 30))


def test_months_without_looks_are_not_empty_months() -> None:
    """A port nobody could see for a year has not emptied."""
    assert not drifts(looks(lambda _: 0.7, 40, hidden=lambda m: 14 <= m < 26))


def test_a_short_history_tells_nothing() -> None:
    """Eight blocks are learned from before any is judged."""
    assert not drifts(looks(lambda m: 0.9 if m < 6 else 0.0, 9))


def test_the_order_of_looks_does_not_matter() -> None:
    """Shuffled looks make the same drift, byte for byte."""
    states = looks(lambda m: 0.7 if m < 14 else 0.1, 30)
    mixed = [states[i] for i in np.random.default_rng(5).permutation(len(states))]
    assert [f.to_json() for f in drifts(mixed)] == [f.to_json() for f in drifts(states)]


def test_a_new_orbit_that_sees_more_does_not_fill_the_port() -> None:
    """What a second orbit sees beyond the first in the same months is its own, and taken off."""
    one = looks(lambda _: 0.3, 40)
    second = [
        replace(s, orbit=87, scene_id=f"{s.scene_id}b", state=Occupancy.OCCUPIED, score=0.95)
        for s in one
        if s.acquired_at > T0 + hours(720 * 14)
    ]
    assert not drifts([*one, *second])
