"""What a track says about places: stays, waits, calls and silences, with honest edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.window import Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One report of a track, singled out as evidence."""

    mmsi: int
    time_ms: int
    received_ms: int
    lon: float
    """Degrees, OGC:CRS84."""
    lat: float
    sog_kn: float | None
    source: str
    """Feed or file it came from."""


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
    before: Fix | None
    """Last report outside before it; None where our history starts inside."""
    first: Fix
    """First report inside."""
    last: Fix
    """Last report inside."""
    after: Fix | None
    """First report outside after it; None while it lasts."""
    learned_ms: int
    """When the report that makes this a visit had been received."""
    longest_gap_ms: int = 0
    """Longest time between two reports inside."""
    areas: tuple[tuple[str, int], ...] = ()
    """For a wait: the areas it went on in and the reports in each, most first."""

    @property
    def is_open(self) -> bool:
        """Whether the end was not seen yet."""
        return self.after is None

    @property
    def observed(self) -> str:
        """Which edges were watched rather than inferred: `both`, `start`, `end` or `none`."""
        return {(True, True): "both", (True, False): "start", (False, True): "end"}.get(
            (self.start.observed, self.end.observed), "none"
        )

    def may_hold_at(self, at_ms: int) -> bool:
        """Return whether the ship can have been there at `at_ms`, given the reports around it."""
        begins = self.before.time_ms if self.before else self.first.time_ms
        return begins <= at_ms and (self.after is None or at_ms <= self.after.time_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A span in which no AIS of a vessel was received. It says nothing about why."""

    mmsi: int
    before: Fix
    """Last report before."""
    after: Fix | None
    """First report after; None while it lasts."""
    threshold_ms: int
    """The silence became noteworthy this long after its start."""
    median_interval_ms: int
    """The vessel's own usual spacing of reports before it; 0 where there were too few."""
    fed_hours: int
    """Hours within the span in which other vessels were received."""
    hours: int
    """Hours in the span, up to now while it lasts."""
    place_id: str | None
    """Where it was last heard: the port, if it was in one."""

    @property
    def coverage(self) -> float:
        """Share of the span's hours in which the feed was shown to work, 0-1."""
        return self.fed_hours / self.hours if self.hours else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """When we truly listened: in which hours anything at all was received, and from whom."""

    heard: dict[int, frozenset[int]]
    """Hour since the epoch -> MMSIs received in it (two are enough to speak of the others)."""

    def fed_between(
        self, start: datetime, end: datetime, *, except_mmsi: int | None = None
    ) -> tuple[int, int]:
        """Return (hours in which others were heard, hours in all) of those in [start, end)."""
        first, last = int(start.timestamp() // 3600), int(-(-end.timestamp() // 3600))
        span = range(first, max(last, first + 1))
        fed = sum(1 for hour in span if self.heard.get(hour, frozenset()) - {except_mmsi})
        return fed, len(span)
