"""How GDAL is set up and how its faults become ours: for those modules that use it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import rasterio
from rasterio._err import CPLE_BaseError  # GDAL's own errors get out, though not exported
from rasterio.errors import NotGeoreferencedWarning, RasterioError

_SETTINGS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no sidecars: neighbours are not ours to trust
    "GDAL_PAM_ENABLED": "NO",  # nor .aux.xml, read or written
    "GDAL_CACHEMAX": 64_000_000,  # bytes
    "GDAL_NUM_THREADS": "1",  # scene work is parallel by process, and bytes stay the same
    "GDAL_GEOREF_SOURCES": "INTERNAL",  # no world files
}
GDAL_FAULTS = (RasterioError, CPLE_BaseError, OSError, ValueError, ArithmeticError)
"""What comes out of rasterio where a raster is damaged or absurd."""


@contextmanager
def gdal() -> Iterator[None]:
    """Set GDAL up as we want it, and keep quiet about two things that are no concern of ours."""
    with warnings.catch_warnings(), rasterio.Env(**_SETTINGS):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # refused as `no_crs` where amiss
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # rasterio's use of affine
        yield
