"""What a track says about places: stays, waits, calls and silences, with honest edges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.coverage import Heard
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
class RingCrossing:
    """A ship on her way in passed a distance from the port."""

    nm: float
    """Radius round the port's middle, nautical miles."""
    edge: Edge
    """Between the last report beyond it and the first within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voyage:
    """What a ship's crew had set on the way into a port and on the way out of it."""

    draught_in_m: float | None
    draught_out_m: float | None
    draught_changed: bool
    """Both known and apart. Where False nothing follows: most crews do not set it."""
    bound_in: str
    """Destination at arrival: the UN/LOCODE where one can be read, else as typed, else empty."""
    bound_out: str


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
    anchor_ms: int
    """Position time of the report inside that reached us first of all: what names the visit.

    A report that comes late was received later, so it can move `start` but not this."""
    sure_ms: int | None = None
    """When the reports that make its confidence 3 or more had been received; None where they are
    those of `learned_ms`."""
    longest_gap_ms: int = 0
    """Longest time between two reports inside."""
    areas: tuple[tuple[str, int], ...] = ()
    """For a wait: the areas it went on in and the reports in each, most first."""
    part: int = 0
    """Which of the tracks on this MMSI it belongs to; more than one ship may send it."""
    by_hull: bool = False
    """For a berth stay: decided by the hull's outline rather than by the antenna alone."""
    covers: tuple[str, ...] = ()
    """For a berth stay: the other slots of which the hull takes at least half, ordered."""
    rings: tuple[RingCrossing, ...] = ()
    """For a port call or a wait: rings passed on the way in, widest first; only those seen."""
    voyage: Voyage | None = None
    """For a port call: draught and destination, where any was told."""

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


class Ground(StrEnum):
    """What shows that a ship would have been heard where she was last heard."""

    OTHERS = "others"
    """Other ships were heard near there meanwhile."""
    OWN = "own"
    """She herself was, time and again, and her source went on working elsewhere."""
    NONE = "none"


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
    due_ms: int
    """When the threshold had passed since the last report had reached us."""
    near: Heard
    """How others were heard near there, over the first week of the span at most."""
    listened: Heard
    """The same on the ground that carries the claim: for `own` how her source worked."""
    own_reports: int
    """Her own reports in the day that ended with the last one."""
    ground: Ground
    stated_ms: int | None
    """When the claim could be made: something was received after the threshold had passed and
    the ground held; None where it cannot be made."""
    is_void: bool
    """Whether we could not listen for too much of the span, or cannot now."""
    known_late: bool
    """Whether it showed only afterwards: the next report had come before the threshold passed."""

    @property
    def is_stated(self) -> bool:
        """Whether coverage was shown, so that the silence may be claimed."""
        return self.stated_ms is not None

    @property
    def coverage(self) -> float:
        """Share of the span's hours in which the feed was shown to work, 0-1."""
        return self.fed_hours / self.hours if self.hours else 0.0
