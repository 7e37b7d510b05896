"""A feed for tests: many ships that report every few minutes, with holes where it was silent."""

from __future__ import annotations

import numpy as np

from monitor.domain.positions import PositionColumns, positions_from
from monitor.domain.window import to_ms
from tests.builders import T0

NEAR_SEA = (35.55, 34.85)
FAR_SEA = (30.0, 33.0)


def a_feed(
    until_h: float,
    *holes: tuple[float, float],
    every_min: float = 5.0,
    place: tuple[float, float] = NEAR_SEA,
    source: str = "feed",
    from_h: float = 0.0,
    ships: int = 3,
) -> PositionColumns:
    """Return others' reports from `from_h` to `until_h` hours after T0, none within `holes`."""
    hours = np.arange(from_h, until_h, every_min / 60)
    keep = np.ones(len(hours), bool)
    for begin, end in holes:
        keep &= (hours < begin) | (hours >= end)
    ms = to_ms(T0) + np.rint(hours[keep] * 3_600_000).astype(np.int64)
    return positions_from(
        {
            "time_ms": ms,
            "mmsi": 371_000_100 + np.arange(len(ms)) % ships,
            "lon": np.full(len(ms), place[0]),
            "lat": np.full(len(ms), place[1]),
        },
        sources=[source],
    )
