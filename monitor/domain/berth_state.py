"""What one scene says about one berth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.scene import Modality

NO_REFERENCES = "no references"
"""How the reason of a look begins that was judged by itself, without a past."""


class Occupancy(StrEnum):
    """The three honest answers; `unobserved` is never read as `free`."""

    OCCUPIED = "occupied"
    FREE = "free"
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthState:
    """Whether a berth was taken when a scene was acquired."""

    scene_id: str
    acquired_at: datetime
    available_at: datetime
    sensor: str
    modality: Modality
    orbit: int | None
    berth_id: str
    state: Occupancy
    score: float
    """Probability-like score of `occupied`, 0-1; NaN where unobserved."""
    usable: float
    """Share of the berth's pixels that could be judged, 0-1."""
    reason: str = ""
    """Why unobserved, or which reference was used; short and stable."""
    rendered: bool = False
