"""What is usual at a place, with the history it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthBaseline:
    """How often one sensor and orbit, or season, saw a berth taken, and how long ships stay."""

    berth_id: str
    of: str
    """`sentinel-1 orbit 14`, `sentinel-2 Dec-Feb`."""
    learning: bool
    """Whether there are too few looks to call anything unusual."""
    looks: int
    """Looks of the window that showed it taken or free."""
    unusable: int
    """Looks of the window that could not be judged, or were doubtful."""
    taken: int
    """Looks that showed it taken."""
    share: float
    """Mean of the share of time in which it is taken; 0.5 where nothing is known."""
    low: float
    """With `high` the interval that holds the share with probability 0.9."""
    high: float
    first: datetime | None
    """First and last of `looks`."""
    last: datetime | None
    stays: int
    """Stays of the window whose two ends were seen, by any sensor."""
    stay_least: timedelta | None
    """Median of how long these were seen to last."""
    stay_most: timedelta | None
    """Median of how long they can have lasted."""

    @property
    def stay_span(self) -> tuple[timedelta | None, timedelta | None]:
        """The usual stay lies between the two."""
        return self.stay_least, self.stay_most


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaBaseline:
    """How many ships of a class lie in an area, and for how long, by AIS."""

    place_id: str
    place_kind: str
    """`port`, `anchorage` or `waiting_area`."""
    vessel_class: str
    """`all`, `cargo`, `tanker`, `passenger`, `fishing`, `service`, `other` or `not told`."""
    learning: bool
    """Whether there are too few days to call anything usual."""
    days: int
    """Days of the window on which AIS was shown to work."""
    days_unheard: int
    """Days since the first report on which it was not: nothing is known of them."""
    first: datetime | None
    """First and last of `days`."""
    last: datetime | None
    ships: float | None
    """Median of the ships at noon UTC; None without a day."""
    ships_spread: float | None
    """Median absolute deviation from it."""
    ships_most: int | None
    stays: int
    """Stays whose two ends were seen."""
    stay_h: float | None
    """Median hours from first to last report inside."""
    stay_spread_h: float | None
    """Median absolute deviation from it."""
