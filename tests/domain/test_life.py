"""What a later look changed in a finding, and which finding takes the place of which."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime

import pytest

from monitor.domain.finding import (
    Basis,
    Evidence,
    Finding,
    FindingKind,
    Severity,
    Status,
    Subject,
)
from monitor.domain.life import cause_between, edits_between, only_goes_on, successions
from tests.builders import SPARTA, T0, hours


def an_arrival(start: float, end: float, *, anchor: str = "a", **changes: object) -> Finding:
    """Return an arrival of SPARTA between two hours."""
    at = T0 + hours(start), T0 + hours(end)
    arrival = Finding(
        kind=FindingKind.ARRIVED, status=Status.CLOSED, severity=Severity.WARNING,
        subject=Subject(imo=9268710, mmsi=SPARTA, name="SPARTA"), place_id="port.harbour",
        start_earliest=at[0], start_latest=at[1], end_earliest=at[0], end_latest=at[1],
        learned_at=at[1], basis=Basis.AIS, confidence="high", anchor=anchor,
    )  # fmt: skip
    return replace(arrival, **changes)


def seen_at(*at: float) -> tuple[Evidence, ...]:
    """Return a report as evidence for each hour."""
    return tuple(Evidence(kind="position", ref=f"{SPARTA}/{h}", at=T0 + hours(h)) for h in at)


@pytest.mark.parametrize(
    ("start", "end", "pairs"), [(0, 1.99, 0), (0, 2, 1), (2.5, 2.6, 1), (3, 9, 1), (3.01, 9, 0)]
)
def test_a_correction_overlaps_or_touches_what_it_corrects(
    start: float, end: float, pairs: int
) -> None:
    """An arrival between hours 2 and 3 is corrected by one whose time touches that, no other."""
    old, new = an_arrival(2, 3), an_arrival(start, end, anchor="b")
    assert successions([old], [new]) == ({old.id: new.id} if pairs else {})


@pytest.mark.parametrize(
    "change",
    [
        {"kind": FindingKind.DEPARTED},
        {"subject": Subject(imo=9160994, mmsi=1)},
        {"place_id": "other"},
        {"basis": Basis.IMAGE},
    ],
)
def test_another_kind_ship_place_or_sensor_corrects_nothing(change: dict[str, object]) -> None:
    """Only the same kind of claim about the same ship and place by the same sensor is a
    correction."""
    assert successions([an_arrival(2, 3)], [an_arrival(2, 3, anchor="b", **change)]) == {}


def test_a_ship_whose_number_became_known_is_the_same_ship() -> None:
    """An IMO number that is learned later renames the finding and does not retract it."""
    old = an_arrival(2, 3, subject=Subject(mmsi=SPARTA))
    assert successions([old], [an_arrival(2, 3)])
    other = Subject(imo=9160994, mmsi=SPARTA)
    assert not successions([an_arrival(2, 3)], [an_arrival(2, 3, subject=other)])


def test_pairs_do_not_depend_on_the_order() -> None:
    """Each is in one pair, the nearest first, whatever the order they come in."""
    old = [an_arrival(0, 4, anchor="a"), an_arrival(3, 6, anchor="b")]
    new = [an_arrival(3, 5, anchor="c"), an_arrival(0, 3.5, anchor="d")]
    found = {
        tuple(sorted(successions(o, n).items()))
        for o in itertools.permutations(old)
        for n in itertools.permutations(new)
    }
    assert found == {tuple(sorted([(old[0].id, new[1].id), (old[1].id, new[0].id)]))}


def test_an_open_claim_reaches_into_the_future() -> None:
    """A wait that is still open is corrected by any later one that begins while it lasts."""
    open_wait = an_arrival(2, 3, status=Status.OPEN, end_earliest=None, end_latest=None)
    assert successions([open_wait], [an_arrival(90, 91, anchor="b")])
    assert not successions([open_wait], [an_arrival(0, 1, anchor="b")])


@pytest.mark.parametrize(
    ("before", "after", "goes_on"),
    [
        ((0, 5), (0, 6), True),
        ((0, 5), (0, 5, 6), False),
        ((0, 5), (0, 4), False),
        ((0, 5), (1, 6), False),
        ((0, 5), (0, 5), False),
    ],
)
def test_an_open_claim_that_lasts_is_no_edit(
    before: tuple[float, ...], after: tuple[float, ...], goes_on: bool
) -> None:
    """Only the latest report giving way to a later one is the same claim going on."""
    old = an_arrival(0, 1, status=Status.OPEN, evidence=seen_at(*before))
    new = replace(old, evidence=seen_at(*after))
    assert only_goes_on(old, new, cause_between(old, new)) is goes_on
    closed = replace(old, status=Status.CLOSED)
    assert not only_goes_on(closed, replace(new, status=Status.CLOSED), cause_between(old, new))


def test_edits_name_what_changed() -> None:
    """Times and confidence are told with the old and the new value; words are not."""
    old = an_arrival(2, 3)
    moved: datetime = T0 + hours(2.5)
    new = replace(old, start_earliest=moved, confidence="low", text="other words")
    assert edits_between(old, new) == (
        ("start_earliest", "2025-01-10T02:00:00Z", "2025-01-10T02:30:00Z"),
        ("confidence", "high", "low"),
    )
    assert edits_between(old, replace(old, text="other words")) == ()
