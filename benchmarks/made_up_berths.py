"""What unusual occupancy and drift cost in false alarms, and how late a drop by half is told.

Berths are made up: each is a chain of two states with stays of a given mean length, seen every six
days. Part of `benchmarks berth_changes`.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import numpy.typing as npt

from monitor.detect.baselines import Floats
from monitor.detect.drift import runs_over
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.usual import usual_of
from monitor.detect.usual_criteria import DriftCriteria, UsualCriteria
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.scene import Modality

PORTS, YEARS = 40, 10
_DAYS = 365 * YEARS


def main() -> None:
    """Print both."""
    drift_alarms()
    rare_alarms()


def drift_alarms() -> None:
    """Print how often a port that does not change is told, and when one that halves is."""
    print(f"drift over {PORTS} made-up ports of {YEARS} years, limit {DriftCriteria().limit}:")
    for berths, share, stay_d in product((6, 38), (0.2, 0.5, 0.8), (5.0, 20.0, 60.0)):
        rng = np.random.default_rng([berths, int(100 * share), int(stay_d)])
        alarms, caught, delays = 0, 0, []
        for _ in range(PORTS):
            flat = _blocks(rng, berths, np.full(_DAYS, share), stay_d)
            alarms += len(_told(flat))
            rate = np.where(np.arange(_DAYS) < _DAYS // 2, share, share / 2)
            told = [i for i in _told(_blocks(rng, berths, rate, stay_d)) if i >= len(flat) // 2]
            if told and told[0] < len(flat) // 2 + 24:
                caught += 1
                delays.append(told[0] + 1 - len(flat) / 2)
        print(
            f"  {berths} berths, {share:.0%} taken, stays of {stay_d:.0f} d: false alarms in "
            f"{PORTS * YEARS} years {alarms}; a drop by half told within "
            f"two years in {caught / PORTS:.0%}, after {np.median(delays or [np.nan]):.1f} months"
        )


def _chain(
    rng: np.random.Generator, rate: Floats, stay_d: float, berths: int
) -> npt.NDArray[np.bool_]:
    """Return which berths are taken on each day, shape (days, berths); stays keep their length."""
    taken = np.empty((len(rate), berths), np.bool_)
    taken[0] = rng.random(berths) < rate[0]
    draws = rng.random((len(rate), berths))
    for day in range(1, len(rate)):
        leave = 1 / stay_d
        come = leave * rate[day] / (1 - rate[day])
        taken[day] = np.where(taken[day - 1], draws[day] >= leave, draws[day] < come)
    return taken


def _blocks(rng: np.random.Generator, berths: int, rate: Floats, stay_d: float) -> Floats:
    """Return the mean of each berth in each block of thirty days, by five looks."""
    taken = _chain(rng, rate, stay_d, berths)
    looks = taken[2::6]
    whole = len(looks) // 5
    return looks[: whole * 5].reshape(whole, 5, berths).mean(axis=1)


def _told(by_berth: Floats) -> list[int]:
    runs = runs_over(by_berth.mean(axis=1), by_berth, criteria=DriftCriteria())
    return [run.last for run in runs if run.changed is not None]


def rare_alarms() -> None:
    """Print how often a berth that never changes its habits is told as unusual, per year."""
    criteria, years, berths = UsualCriteria(), 6, 40
    start = datetime(2019, 1, 1, tzinfo=UTC)
    for share, stay_d in product((0.02, 0.1, 0.3, 0.6), (5.0, 20.0, 60.0)):
        rng = np.random.default_rng([int(100 * share), int(stay_d)])
        taken = _chain(rng, np.full(365 * years, share), stay_d, berths)
        states = [
            _look(start + timedelta(days=day), day, berth, bool(taken[day, berth]))
            for day in range(0, 365 * years, 6)
            for berth in range(berths)
        ]
        judged = usual_of(states, criteria=criteria, matrix=MatrixCriteria()).judged
        told = Counter(j.first.state for j in judged if j.told)
        print(
            f"  {share:.0%} taken, stays of {stay_d:.0f} d: told "
            f"{told[Occupancy.OCCUPIED] / berths / years:.3f} times taken and "
            f"{told[Occupancy.FREE] / berths / years:.3f} free, per berth and year"
        )


def _look(at: datetime, day: int, berth: int, taken: bool) -> BerthState:
    return BerthState(
        scene_id=f"{day:05d}", acquired_at=at, available_at=at, sensor="sentinel-1",
        modality=Modality.RADAR, orbit=day // 6 % 2, berth_id=f"made.berth.{berth:02d}",
        state=Occupancy.OCCUPIED if taken else Occupancy.FREE, score=0.99 if taken else 0.01,
        usable=1.0,
    )  # fmt: skip
