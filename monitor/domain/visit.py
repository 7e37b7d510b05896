"""What a track says about places: stays, waits, calls and silences, with honest edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.window import Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One vessel's presence in one place."""

    mmsi: int
    place_id: str
    place_kind: str
    """`port`, `berth`, `anchorage` or `waiting_area`."""
    start: Edge
    end: Edge
    confidence: int
    """1-4 as Global Fishing Watch defines it for port visits: 4 entry, exit and a stop or gap;
    3 one of the two with a stop or gap; 2 a stop or gap only; 1 one of entry and exit only."""
    positions: int
    """Reports received inside the place."""
    first_ms: int
    """Time of the first report inside, milliseconds since the epoch."""
    last_ms: int
    """Time of the last report inside."""
    learned_ms: int
    """When the first report that makes this a visit was received."""
    ended_learned_ms: int | None
    """When the first report after it was received; None while it is open."""
    last_lon: float
    """Where the last report inside was, degrees."""
    last_lat: float

    @property
    def is_open(self) -> bool:
        """Whether the end was not seen yet."""
        return self.end.latest is None

    @property
    def observed(self) -> str:
        """Which edges were watched rather than inferred: `both`, `start`, `end` or `none`."""
        return {(True, True): "both", (True, False): "start", (False, True): "end"}.get(
            (self.start.observed, self.end.observed), "none"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A span in which no AIS of a vessel was received. It says nothing about why."""

    mmsi: int
    start_ms: int
    """Last report before."""
    end_ms: int | None
    """First report after; None while it lasts."""
    threshold_ms: int
    """The silence became noteworthy this long after its start."""
    median_interval_ms: int
    """The vessel's own usual spacing of reports before it."""
    last_received_ms: int
    """When the last report before was received."""
    ended_received_ms: int | None
    """When the first report after was received."""
    fed_hours: int
    """Hours within the span in which other vessels were received by the same sources."""
    hours: int
    """Hours in the span, up to now while it lasts."""
    place_id: str | None
    """Where it was last heard: the innermost place, if any."""
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Where and when we truly listened."""

    fed_hours: frozenset[int]
    """Hours since the epoch in which at least one vessel was received."""

    def fed_between(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Return (hours with reception, hours in all) for the whole hours touching [start, end)."""
        first, last = int(start.timestamp() // 3600), int(-(-end.timestamp() // 3600))
        span = range(first, max(last, first + 1))
        return sum(hour in self.fed_hours for hour in span), len(span)
