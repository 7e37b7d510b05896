"""Two sensors on one event: side by side, never merged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.detect.beside import with_beside
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Status
from tests.builders import T0, hours
from tests.store.test_derived import a_finding

LAST = Evidence(kind="position", ref="9160994/last", at=T0)


def a_departure(basis: Basis, start: float, end: float, *seen: Evidence) -> Finding:
    """Return a departure between two hours."""
    at = (T0 + hours(start), T0 + hours(end))
    return replace(
        a_finding(), kind=FindingKind.DEPARTED, status=Status.CLOSED, basis=basis, evidence=seen,
        start_earliest=at[0], start_latest=at[1], end_earliest=at[0], end_latest=at[1],
        why={"rule": "r@1"}, text="She left.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ais", "shared", "agrees"),
    [
        ((72, 80), True, False),
        ((48, 80), True, True),
        ((72, 80), False, None),
        ((24, 48), True, None),
    ],
)
def test_two_sensors_on_one_departure_stand_side_by_side(
    ais: tuple[float, float], shared: bool, agrees: bool | None
) -> None:
    """Gone by image in hours 24-48, by AIS later: each names the other, and neither moves.

    Without a report in common it is another departure; the same time needs no second telling.
    """
    image = a_departure(Basis.IMAGE, 24, 48, LAST)
    radio = a_departure(Basis.AIS, *ais, *([LAST] if shared else []))
    found = with_beside([image, radio])
    assert [f.id for f in found] == [image.id, radio.id]
    assert [f.start_latest for f in found] == [image.start_latest, radio.start_latest]
    if agrees is None:
        assert found == [image, radio]
        return
    for one, other in ((found[0], radio), (found[1], image)):
        (said,) = one.why["beside"]
        assert (said["id"], said["basis"], said["agrees"]) == (other.id, other.basis, agrees)
        assert ("says otherwise" in one.text) is not agrees
    assert with_beside([radio, image]) == found[::-1]


def test_what_is_void_contradicts_nothing() -> None:
    """A claim that is not made any more is set beside nothing."""
    image = a_departure(Basis.IMAGE, 24, 48, LAST)
    void = replace(a_departure(Basis.AIS, 72, 80, LAST), status=Status.VOID)
    assert with_beside([image, void]) == [image, void]
