"""All that one scene says of one port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.apron_state import ApronState
from monitor.domain.berth_state import BerthState
from monitor.domain.sighting import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One scene, judged over one port."""

    scene_id: str
    acquired_at: datetime
    berths: tuple[BerthState, ...] = ()
    """One per berth, ordered by berth."""
    ships: tuple[Sighting, ...] = ()
    """Ships beside the quays and on the port's water; none of it says who they are."""
    aprons: tuple[ApronState, ...] = ()
    """One per apron, ordered by apron; empty where the sensor says nothing of aprons."""
