"""A ship seen in an image: where she lies, how long she looks, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.scene import Modality


class Mooring(StrEnum):
    """How a sighted ship lies."""

    ALONGSIDE = "alongside"
    """Her side to the quay."""
    STERN_TO = "stern-to"
    """Her stern (or bow) to the quay."""
    RAFTED = "rafted"
    """Outside another ship that lies at the quay."""
    OPEN_WATER = "open-water"
    """At no quay: at anchor or under way, which one image cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One ship-like object in one scene. An image gives no name."""

    scene_id: str
    acquired_at: datetime
    sensor: str
    modality: Modality
    lon: float
    """Centre, degrees, OGC:CRS84."""
    lat: float
    outline_wkt: str
    """Smallest rectangle round what was seen, OGC:CRS84, WKT."""
    length_m: float
    """Ground metres, after the sensor's blur is taken off."""
    length_error_m: float
    """Half-width of the interval that holds the true length in about two cases of three."""
    beam_m: float | None = None
    """None where the pixels are too coarse to tell."""
    axis_deg: float | None = None
    """Direction of the long axis, degrees from true north, 0 ≤ axis < 180: bow and stern look
    alike. None where the object is as wide as long."""
    confidence: float
    """Calibrated probability that this is a ship, 0-1."""
    mooring: Mooring
    quay_id: str | None = None
    """The quay she lies at; None on open water."""
    along_start_m: float | None = None
    """Where she begins along the quay's line, metres from its first point; None on open water."""
    along_end_m: float | None = None
    """Where she ends along it."""
    berth_ids: tuple[str, ...] = ()
    """Berths she lies in, by falling overlap."""
    reason: str = ""
    """What she was told from, short and stable, such as `24 references`."""
    rendered: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lon) and math.isfinite(self.lat)):
            raise ValueError(f"a sighting needs a place, not {self.lon}, {self.lat}")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence {self.confidence} is no probability")
        if self.axis_deg is not None and not 0 <= self.axis_deg < 180:
            raise ValueError(f"axis {self.axis_deg} is not within [0, 180)")
        if (self.quay_id is None) != (self.along_start_m is None or self.along_end_m is None):
            raise ValueError("a place along a quay needs the quay, and a quay the place")


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingMatch:
    """One sighting and the ship that AIS puts there when the scene was acquired, if any."""

    sighting: Sighting
    mmsi: int | None
    row: int = -1
    """Row in the tracks of her report nearest in time; -1 where nobody was matched."""
    distance_m: float = math.nan
    """From where AIS puts her then to the middle of the sighting; NaN where nobody was matched."""
    offset_ms: int = 0
    """Time of that report less the acquisition's."""
    gate_m: float = math.nan
    """How far she might have been."""
    reason: str = ""
    """Why nobody was matched; short and stable."""
