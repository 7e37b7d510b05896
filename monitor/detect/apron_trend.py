"""Whether the changed ground of an apron grows or shrinks: said only where the looks bear it out.

Areas of one sensor are set against one another; those of two are not alike. The test is the rank
correlation of area and time (Mann 1945, Kendall 1975), which asks no distribution of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain.apron_state import ApronState
from monitor.domain.scene import native_gsd_m

LEAST_LOOKS = 4
"""With fewer no order of areas is rarer than one in six."""
_MOST_LOOKS = 8
"""The last ones: what it did months ago is no trend of today."""
_RARE = 0.1
"""Two-sided probability of an order this steady by chance, at which a trend is told."""
_STEADY = 0.25
"""All areas within this share of their median: steady."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Which way the changed ground went over the last looks of one sensor."""

    word: str
    """`growing`, `shrinking`, `steady` or `not clear`."""
    sensor: str
    looks: int
    chance: float | None
    """Two-sided probability of such an order where nothing grows or shrinks; None if not tested."""


def trend_of(seen: Sequence[ApronState]) -> Trend:
    """Return the trend of `changed_m2` by the finest sensor that looked often enough."""
    by_sensor: dict[str, list[ApronState]] = {}
    for look in sorted(seen, key=lambda s: (s.acquired_at, s.scene_id)):
        if math.isfinite(look.changed_m2):
            by_sensor.setdefault(look.sensor, []).append(look)
    if not by_sensor:
        return Trend(word="not clear", sensor="", looks=0, chance=None)
    sensor, looks = max(
        by_sensor.items(),
        key=lambda kv: (min(len(kv[1]), LEAST_LOOKS), -native_gsd_m(kv[0]), len(kv[1]), kv[0]),
    )
    areas = [s.changed_m2 for s in looks][-_MOST_LOOKS:]
    n = len(areas)
    if n < LEAST_LOOKS:
        return Trend(word="not clear", sensor=sensor, looks=n, chance=None)
    rises = sum((b > a) - (b < a) for i, a in enumerate(areas) for b in areas[i + 1 :])
    chance = _chance(abs(rises), n)
    middle = sorted(areas)[n // 2]
    if chance <= _RARE:
        word = "growing" if rises > 0 else "shrinking"
    elif all(abs(a - middle) <= _STEADY * middle for a in areas):
        word = "steady"
    else:
        word = "not clear"
    return Trend(word=word, sensor=sensor, looks=n, chance=round(chance, 4))


def _chance(rises: int, n: int) -> float:
    """Return the probability of |S| >= `rises` for n values in an order of chance."""
    pairs = n * (n - 1) // 2
    ways = _orders(n)
    # With k pairs out of order S = pairs - 2 k.
    rare = sum(w for k, w in enumerate(ways) if abs(pairs - 2 * k) >= rises)
    return rare / math.factorial(n)


@lru_cache(maxsize=16)
def _orders(n: int) -> tuple[int, ...]:
    """Return how many orders of n values have 0, 1, 2, … pairs out of order."""
    ways = [1]
    for size in range(2, n + 1):
        wider = [0] * (len(ways) + size - 1)
        for k, w in enumerate(ways):
            for more in range(size):
                wider[k + more] += w
        ways = wider
    return tuple(ways)
