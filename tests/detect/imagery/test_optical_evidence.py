"""What other scenes make of a pixel that is not water: hull or quay."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest

from monitor.detect.imagery import optical_evidence
from monitor.detect.imagery.optical_occupancy import OpticalCriteria

Masks = tuple[np.ndarray, np.ndarray] | None
CRITERIA = OpticalCriteria(min_references=3, max_references=10, permanent_share=0.9)


def masks(hull: bool, seen: bool = True) -> Masks:
    """Return what one scene shows at one pixel."""
    return np.array([[hull]]), np.array([[seen]])


@pytest.mark.parametrize(
    ("now", "past", "told"),
    [
        (masks(True), [], 1.0),
        (masks(False), [], 0.0),
        (masks(True, seen=False), [], math.nan),
        # Below `min_references` nothing is quay, from there on it is.
        (masks(True), [masks(True)] * 2, 1.0),
        (masks(True), [masks(True)] * 3, 0.0),
        # A reference without the bands, or that did not see the pixel, does not count.
        (masks(True), [*[masks(True)] * 2, None], 1.0),
        (masks(True), [*[masks(True)] * 2, masks(True, seen=False)], 1.0),
        # `permanent_share` of those that saw it.
        (masks(True), [*[masks(True)] * 9, masks(False)], 0.0),
        (masks(True), [*[masks(True)] * 8, *[masks(False)] * 2], 1.0),
        (masks(True), [*[masks(True)] * 3, *[masks(False, seen=False)] * 4], 0.0),
        # What is clouded now stays unseen, quay or not; water stays water.
        (masks(True, seen=False), [masks(True)] * 3, math.nan),
        (masks(False), [masks(True)] * 3, 0.0),
        (None, [masks(True)] * 3, None),
    ],
)
def test_a_pixel_is_hull_unless_others_show_it_as_quay(
    monkeypatch: pytest.MonkeyPatch, now: Masks, past: list[Masks], told: float | None
) -> None:
    """What is not water in nearly all references that saw it is quay, else it is hull."""

    def shown(chip: Masks, port: object, criteria: object) -> Masks:
        del port, criteria
        return chip

    monkeypatch.setattr(optical_evidence, "hull_masks", shown)
    evidence = optical_evidence.hull_evidence(
        cast("Any", now), cast("Any", past), cast("Any", None), CRITERIA
    )
    if told is None:
        assert evidence is None
    else:
        assert evidence is not None
        np.testing.assert_array_equal(evidence, [[told]])


def test_of_many_references_every_so_many_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than `max_references` are looked at, spread over all of them."""
    asked: list[Any] = []

    def shown(chip: Any, port: object, criteria: object) -> Masks:  # noqa: ANN401
        del port, criteria
        asked.append(chip)
        return masks(True)

    monkeypatch.setattr(optical_evidence, "hull_masks", shown)
    optical_evidence.hull_evidence(
        cast("Any", "now"), cast("Any", range(21)), cast("Any", None), CRITERIA
    )
    assert asked == ["now", *range(0, 21, 3)]
