"""Two ships that lay together at sea."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.visit import Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """Two ships near each other and nearly still, outside port and anchorage."""

    mmsis: tuple[int, int]
    """The two ships, the smaller number first."""
    start_ms: int
    """First compared instant at which they were together; they met within a step before it."""
    end_ms: int
    """Last such instant."""
    ended: bool
    """Whether both were heard after it; otherwise it may last."""
    lon: float
    """Where they were nearest, degrees, OGC:CRS84."""
    lat: float
    closest_m: float
    first: tuple[Fix, Fix]
    """A report of each at its start."""
    last: tuple[Fix, Fix]
    """A report of each at its end."""
    learned_ms: int
    """When the reports that prove it had been received."""
    anchor_ms: int
    """Position time of the report of it that was received first: what names it."""
