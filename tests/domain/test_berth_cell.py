from __future__ import annotations

import pytest

from monitor.domain.berth_cell import AisSays, Verdict, verdict_of
from monitor.domain.berth_state import Occupancy

TABLE = {
    ("ship", "occupied"): "confirmed",
    ("ship", "free"): "ais_without_ship",
    ("ship", "unobserved"): "not_observed",
    ("empty", "occupied"): "occupied_without_ais",
    ("empty", "free"): "free",
    ("empty", "unobserved"): "not_observed",
    ("unknown", "occupied"): "occupied_ais_unknown",
    ("unknown", "free"): "free",
    ("unknown", "unobserved"): "not_observed",
}


@pytest.mark.parametrize(("cell", "verdict"), TABLE.items())
def test_the_nine_cells(cell: tuple[str, str], verdict: str) -> None:
    """AIS and image come to one verdict; no coverage is no absence, no image is no free."""
    ais, image = cell
    assert verdict_of(Occupancy(image), AisSays(ais), held=True) is Verdict(verdict)


def test_a_free_berth_with_a_ship_beside_it_is_free() -> None:
    """A ship that AIS does not hold in that very berth then is no ghost."""
    assert verdict_of(Occupancy.FREE, AisSays.SHIP, held=False) is Verdict.FREE
