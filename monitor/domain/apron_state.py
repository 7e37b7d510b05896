"""What one scene says about one apron: how much of it looks unlike its own past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.scene import Modality


class ApronChange(StrEnum):
    """Four honest answers; a change is never worded as vehicles or goods."""

    NONE = "none"
    FILLED = "filled"
    """Objects or material where the baseline is bare."""
    CLEARED = "cleared"
    """Bare where the baseline has objects."""
    CHANGED = "changed"
    """Different, and which way cannot be told."""
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApronState:
    """How one apron looked when a scene was acquired, against its baseline."""

    scene_id: str
    acquired_at: datetime
    available_at: datetime
    sensor: str
    modality: Modality
    apron_id: str
    change: ApronChange
    changed_m2: float
    """Ground area that departs from the baseline; NaN where unobserved."""
    filled_m2: float
    """Of it, area that looks filled; NaN where unobserved."""
    cleared_m2: float
    score: float
    """Calibrated probability that the apron differs from its baseline, 0-1; NaN if unobserved."""
    confirmed: bool
    """True where the usable scene before it (same sensor kind) shows the same change."""
    usable: float
    """Share of the apron's pixels that could be judged, 0-1."""
    reason: str = ""
    """Why unobserved, or which baseline was used; short and stable."""
    outline_wkt: str = ""
    """The changed ground, OGC:CRS84, WKT; empty where nothing changed."""
    rendered: bool = False
    references: int = 0
    """How many scenes its past held; 0 where unobserved, or not noted."""
