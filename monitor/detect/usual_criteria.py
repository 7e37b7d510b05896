"""When a baseline knows enough to speak, and what is rare enough to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCriteria:
    """Thresholds of baselines (own values where no source is named)."""

    window: timedelta = timedelta(days=730)
    """So far back the past counts: two of each season."""
    least_looks: int = 20
    """A baseline of fewer looks is learning: even a state it never showed could not be called
    rare by it (0 of 19 looks leave a share of 0.098 open, 0 of 18 leave 0.103)."""
    least_days: int = 28
    """An area counted on fewer days is learning: four of each weekday."""
    level: float = 0.95
    """Probability with which a share is bounded from above."""
    rare_share: float = 0.1
    """A state is rare where, at `level`, it holds in no larger a share of all looks."""
    usable: float = 0.9
    """Share of a berth that an image must see to show a rare state, and of a day's hours in which
    AIS must be received for its ships to be counted."""
    long_rank: float = 0.02
    """A stay is long if its rank among past ones is this unlikely: longer than all of 49."""
    settled_after: timedelta = timedelta(days=180)
    """What has lasted so long since it was told has become usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftCriteria:
    """Thresholds of the sequential test (own values where no source is named)."""

    block: timedelta = timedelta(days=30)
    """Looks are averaged over so long: most stays are shorter, so blocks are nearly independent."""
    least_looks: int = 2
    """A block with fewer looks says nothing."""
    least_blocks: int = 8
    """A baseline of fewer blocks is learning. Source: peers ask for eight valid scenes."""
    observed: float = 0.9
    """A look counts that shows this share of the berths. Source: as `least_blocks`."""
    least_berths: int = 4
    """A quay with fewer berths is judged with its port only."""
    clip: float = 2.0
    """No single block counts for more standard deviations: one odd month is no drift."""
    slack: float = 0.5
    """Deviations that are put down to chance, standard deviations. Source: Page 1954, Hawkins
    1987: half of the shift one looks for."""
    limit: float = 5.0
    """The sum at which a drift is told; docs/baselines.md has the false alarms it costs."""
