"""Satellite scenes: what was acquired when, by which sensor, on which orbit, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Modality(StrEnum):
    """How a sensor sees."""

    RADAR = "radar"
    OPTICAL = "optical"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRef:
    """Where the pixels of one band lie and how to read them."""

    name: str
    """Common name: `vv`, `vh`, `blue`, `green`, `red`, `nir`, `swir16`, `scl`."""
    href: str
    """Absolute path of the raster, never outside its catalog's folder, or its unsigned http(s)
    address, never with a key in it."""
    index: int = 1
    """Band number in the file, from 1."""
    scale: float = 1.0
    """value = number × scale + offset."""
    offset: float = 0.0
    nodata: float | None = None
    """Overrides the file's own nodata where given."""
    unit: str = ""
    """`dB` for logarithmic backscatter; empty for linear power or reflectance."""
    calibration_href: str = ""
    """Where the calibration table of a Sentinel-1 GRD band lies; its pixels are counts then, and
    empty says that they are physical already."""
    noise_href: str = ""
    """Where the thermal noise table of a Sentinel-1 GRD band lies; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One acquisition over an area of interest."""

    id: str
    acquired_at: datetime
    available_at: datetime
    """When it could first be had: the item's `created` or `published`, else `acquired_at`."""
    platform: str
    """As published, e.g. `sentinel-1a`."""
    sensor: str
    """Constellation used for baselines: `sentinel-1`, `sentinel-2`, `planetscope`, …"""
    modality: Modality
    orbit: int | None
    """Relative orbit number; None where not published."""
    footprint_wkt: str
    """Outline, OGC:CRS84, WKT."""
    bands: tuple[BandRef, ...]
    rendered: bool = False
    """True for drawn scenes of the demo: they are labelled everywhere they appear."""
    source: str = ""
    """Catalog name and licence note."""
    datatake: str = ""
    """What names the look at the ground, whoever processed it into whichever tile; empty where it
    is not published, and then no other scene is of the same look."""
    revision: str = ""
    """Orders processings of one look: the greater text is the newer; empty sorts first."""

    def band(self, name: str) -> BandRef | None:
        """Return the band of that common name, or None."""
        return next((b for b in self.bands if b.name == name), None)


_NATIVE_GSD_M = {"planetscope": 3.0, "skysat": 3.0, "rapideye": 5.0}


def native_gsd_m(sensor: str) -> float:
    """Return the pixel side to look at a sensor's scenes with: 10 m unless it is known as finer.

    Detection works in metres, so any side serves; a finer one only shows smaller ships.
    """
    return _NATIVE_GSD_M.get(sensor, 10.0)
