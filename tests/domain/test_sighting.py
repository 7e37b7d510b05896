from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.store.test_looks import SHIP


@pytest.mark.parametrize(
    "wrong",
    [
        {"lon": math.nan},
        {"confidence": 1.01},
        {"confidence": math.nan},
        {"axis_deg": 180.0},
        {"axis_deg": -0.1},
        {"along_end_m": None},
        {"quay_id": None},
    ],
)
def test_an_impossible_sighting_is_refused(wrong: dict[str, float | None]) -> None:
    """A sighting without a place, with no probability or half a place at a quay cannot be made."""
    with pytest.raises(ValueError):  # noqa: PT011
        replace(SHIP, **wrong)


def test_the_axis_may_be_north() -> None:
    """North is 0, and an axis just west of it is just below 180."""
    assert replace(SHIP, axis_deg=0.0).axis_deg == 0.0
    assert replace(SHIP, axis_deg=179.99).axis_deg == 179.99
