"""How near in space and time AIS and images must be to speak of the same ship."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCriteria:
    """Thresholds of the berth matrix (own values where no source is named)."""

    reach_m: float = 150.0
    """An AIS ship lying this near a berth explains a hull in it: hulls overlap slots."""
    around: timedelta = timedelta(hours=1)
    """A report this close to the acquisition explains a hull without a proven stay."""
    fed_around: timedelta = timedelta(hours=3)
    """Others must have been heard near there this close to the acquisition to speak of "no AIS"."""
    own_m: float = 30.0
    """A report this near a berth is in it. Source: as `VisitCriteria.berth_enter_m`."""
    moored_kn: float = 0.5
    """At or below it a ship lies still. Source: as `VisitCriteria.berth_enter_kn`."""
    moored_around: timedelta = timedelta(minutes=30)
    """AIS puts a ship at a berth at the acquisition by a report this close to it."""
    held_gap: timedelta = timedelta(hours=4)
    """Reports of one stay no farther apart hold her there in between: it takes longer to cast off,
    leave the port and be back."""
    unheard: timedelta = timedelta(hours=24)
    """A stay explains a hull so long after the last report in it and before the first one: in port
    sets are off for a day without meaning. Source: as `SilenceCriteria.in_port`."""
    silent_for: timedelta = timedelta(days=30)
    """A ship last heard in the port may lie there unheard so long; ports hold few ships longer."""
    port_kn: float = 10.0
    """No ship shifts within a port faster."""
    taken_from: float = 0.7
    freed_to: float = 0.3
    """A score between the two agrees with the state before it or says nothing: one doubtful
    image neither takes nor frees a berth."""
    clear_from: float = 0.85
    clear_to: float = 0.15
    """A score between the two that speaks against the state before it waits for a second look that
    shows the same; so does a look without references. Source: as the confidence `high`."""
    attribute_m: float = 400.0
    """A ship last heard this near a berth may be the one seen in it."""
    ghost_score: float = 0.05
    ghost_usable: float = 0.9
    """One image with a score no higher and a usable share no lower shows by itself that a ship
    AIS holds there is not to be seen."""
    ghost_images: int = 2
    """Else so many images with a score up to `freed_to` are asked for."""
    ghost_half: float = 0.5
    """Usable share of a berth below which an image does not count towards them."""
    seen_from_m: float = 60.0
    """Shorter ships are missed at 10 m (README, known limits): their absence shows nothing."""
