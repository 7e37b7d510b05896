"""When a ship counts as being somewhere: every threshold of a visit, with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class PortRules(StrEnum):
    """What makes a port call."""

    AREAS = "areas"
    """Polygons drawn for the port: calls, berth stays, anchorages and waits."""
    POINTS = "points"
    """Distance from anchorage points, as Global Fishing Watch does it: port calls only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCriteria:
    """Thresholds of presence. Sources: Global Fishing Watch port visits (3/4 km, 0.2/0.5 kn),
    scaled from anchorage points to drawn polygons; our own where marked."""

    rules: PortRules = PortRules.AREAS
    port_exit_m: float = 1_000.0
    """A ship has left a port once it is this far outside its polygons (own)."""
    port_min: timedelta = timedelta(minutes=30)
    """A single report in port counts if the ship can have been there this long (own)."""
    point_enter_m: float = 3_000.0
    """With `rules = points`: in port this near an anchorage point (Global Fishing Watch)."""
    point_exit_m: float = 4_000.0
    """With `rules = points`: out of port this far from all of them (Global Fishing Watch)."""
    berth_enter_m: float = 30.0
    berth_exit_m: float = 60.0
    berth_enter_kn: float = 0.5
    berth_exit_kn: float = 3.0
    """Above this a ship is under way even if it is still beside the berth (own)."""
    berth_min: timedelta = timedelta(minutes=20)
    berth_precision_m: float = 50.0
    """Coarser positions (type 27, 0.1 minute) cannot tell one berth from the next."""
    berth_hull_share: float = 0.25
    """A hull is at a slot that holds this share of its length: a ship across three slots has a
    third of herself in one (own)."""
    berth_covered: float = 0.5
    """A slot is taken as well where a hull covers this share of it: another ship of the length
    it was drawn for no longer fits (own)."""
    anchor_exit_m: float = 200.0
    anchor_enter_kn: float = 0.5
    anchor_exit_kn: float = 1.5
    anchor_min: timedelta = timedelta(hours=1)
    waiting_exit_m: float = 500.0
    waiting_min: timedelta = timedelta(hours=6)
    """A ship that stays in a waiting ring this long makes good less than 3 kn: it waits."""
    waiting_max_gap: timedelta = timedelta(hours=48)
    """Across a longer gap two waits are told apart (own)."""
    observed_gap: timedelta = timedelta(hours=1)
    """An edge between reports closer than this was watched, not inferred."""
    stop_kn: float = 0.2
    moving_kn: float = 0.5
    """With `rules = points`: a stop ends at this speed (Global Fishing Watch)."""
    gap: timedelta = timedelta(hours=4)
    """A gap this long counts as evidence of a stop in port (Global Fishing Watch)."""


PRESETS: Mapping[str, VisitCriteria] = MappingProxyType(
    {"default": VisitCriteria(), "gfw": VisitCriteria(rules=PortRules.POINTS)}
)
"""Criteria by the name they are asked for."""
RINGS_NM = (50.0, 20.0, 12.0, 5.0)
"""Distances from a port at which a ship coming in is marked. Source: common peer practice; 12 nm
is the width of the territorial sea."""
