"""When a report cannot belong to the track it claims, and the names of the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

from monitor.detect.segments import SegmentCriteria


class Reason(IntEnum):
    """Why a report was set aside; a higher code wins where several apply."""

    KEPT = 0
    SPIKE = 1
    """A single jump there and back."""
    TELEPORT = 2
    """A run of reports that no sailing joins to the ship's track, and that nothing confirms."""
    FROZEN = 3
    """The same place again although the ship says that it moves."""
    CROWDED = 4
    """One of several ships that jumped onto one spot within an hour."""
    ON_LAND = 5
    """Inside land, an airfield or a runway."""
    KNOWN_SINK = 6
    """At a place where spoofed receivers are known to put ships."""

    @property
    def key(self) -> str:
        """The name used in counts and exports."""
        return self.name.lower()

    @property
    def spoof_like(self) -> bool:
        """Whether it speaks of a position displaced as a whole, as GNSS interference does."""
        return self in (Reason.TELEPORT, Reason.CROWDED, Reason.ON_LAND, Reason.KNOWN_SINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """A place to which spoofed receivers are drawn."""

    name: str
    lon: float
    lat: float
    radius_m: float


KNOWN_SINKS = (
    Sink(name="Beirut airport", lon=35.49, lat=33.82, radius_m=1_500.0),
    Sink(name="Cairo airport", lon=31.40, lat=30.12, radius_m=5_000.0),
)
"""Source: Lloyd's List, 4 April 2024, by way of Kuehne+Nagel: 117 ships at the one, 45 at the
other. Beirut's disc ends at the shore, 8 km short of the port; Cairo lies inland."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCriteria:
    """When a report cannot belong to the track it claims."""

    max_speed_kn: float = 60.0
    """Implied speed no ship reaches. Source: common peer practice, 40-60 kn."""
    spike_m: float = 2_000.0
    """Jumps shorter than this are left alone: at close spacing they are clock noise. Where speeds
    are reported, `clock` and `noise_m` say so more closely."""
    sog_excess_kn: float = 20.0
    """A step this much faster than the speeds reported at its ends contradicts them (own: a ship
    gains or loses no 20 kn within `sog_window`)."""
    sog_window: timedelta = timedelta(minutes=10)
    """Over longer steps a ship can have sped up and slowed down again unseen."""
    clock: timedelta = timedelta(minutes=2)
    """Clocks of receivers and relays differ by so much: a moving ship's way in it is no jump."""
    noise_m: float = 300.0
    """Nor is what receivers on board err by: antenna, reflections of quay and cranes (own)."""
    near_time: timedelta = timedelta(seconds=1)
    """Reports of one ship so close in time are one report heard twice (talkers, relays)."""
    near_deg: float = 1e-4
    """And so close in each coordinate: the grid of a report, 1/10,000 minute, rounded by feeds."""
    land_m: float = 500.0
    """Farther inside land than this no drawing or antenna error explains a position (own)."""
    frozen_kn: float = 1.0
    """A ship that reports at least this speed moves."""
    frozen_m: float = 500.0
    """And by its speed ought to have moved at least this far since the same position before."""
    frozen_window: timedelta = timedelta(minutes=30)
    """Over longer steps it can have come back (own)."""
    crowd: int = 3
    """Ships that jump onto one spot to make it suspect. Source: SeaSpoofFinder shares clusters
    among several ships; three are too many for chance (own)."""
    crowd_m: float = 1_000.0
    crowd_window: timedelta = timedelta(hours=1)
    least_fixes: int = 3
    """A second track on a number is believed after so many consistent reports (own)."""
    least_share: float = 0.05
    """And if it was heard at least so often, against the main track over the same time: where one
    ship is heard well, a few reports that happen to agree are damaged ones of that ship (own)."""
    away: timedelta = timedelta(hours=24)
    """A run that does not interleave with the ship's track and is shorter than this is the ship
    displaced, not a second ship (own; the longest published displacements last hours)."""
    segment: SegmentCriteria = field(default_factory=SegmentCriteria)
