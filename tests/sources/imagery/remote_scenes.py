"""Scenes behind an address, and a reader that asks for them without ever really waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import MemoryFile
from rasterio.shutil import copy as copy_raster

from monitor.clock import VirtualClock
from monitor.domain.chip import Grid
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.http_client import HttpClient
from monitor.sources.base import RemoteFile
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.remote_file import HttpFiles, RemoteLimits

AT = datetime(2025, 1, 10, tzinfo=UTC)
NORTH, WEST = 3_900_000.0, 699_960.0


class Opens:
    """Signs every address anew when asked to; the first signature is `first`."""

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys) or [""]
        self.renewals = 0

    def remote(self, href: str, *, renew: bool = False) -> RemoteFile:
        """Return the address with the present key."""
        if renew:
            self.renewals += 1
            if len(self.keys) > 1:
                self.keys.pop(0)
        key = self.keys[0]
        return RemoteFile(url=f"{href}?{key}" if key else href, headers=(("x-test", "yes"),))


class Waits:
    """Takes the place of waiting, and remembers for how long it would have been."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.waited: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Let the clock move on."""
        self.waited.append(seconds)
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))


@contextmanager
def reading(
    opens: Opens | None = None,
    *,
    timeout_s: float = 5.0,
    **limits: Any,  # noqa: ANN401
) -> Iterator[tuple[RasterReader, Waits]]:
    """Make a reader of remote files."""
    clock = VirtualClock(AT)
    waits = Waits(clock)
    with HttpClient(user_agent="test", timeout_s=timeout_s) as client:
        files = HttpFiles(
            client, opens or Opens(), clock=clock, pause=waits, limits=RemoteLimits(**limits)
        )
        yield RasterReader(files), waits


def a_cog(values: npt.NDArray[Any], *, gsd_m: float = 20.0, **options: Any) -> bytes:  # noqa: ANN401
    """Return a cloud-optimized GeoTIFF of one UTM 36N tile, shape (band, row, col)."""
    fields = {"epsg": 32636, "west_m": WEST, "north_m": NORTH, "nodata": 0, **options}
    profile = {
        "driver": "GTiff",
        "count": values.shape[0],
        "height": values.shape[1],
        "width": values.shape[2],
        "dtype": values.dtype.name,
        "crs": f"EPSG:{fields.pop('epsg')}",
        "transform": rasterio.Affine(
            gsd_m, 0, fields.pop("west_m"), 0, -gsd_m, fields.pop("north_m")
        ),
        "nodata": fields.pop("nodata"),
    }
    options = {"BLOCKSIZE": 512, "COMPRESS": "DEFLATE", "OVERVIEWS": "AUTO", **fields}
    with MemoryFile() as plain, MemoryFile() as packed:
        with plain.open(**profile) as raster:
            raster.write(values)
        with plain.open() as raster:
            copy_raster(raster, packed.name, driver="COG", **options)
        return bytes(packed.getbuffer())


def sea_and_land(side: int, seed: int = 1) -> npt.NDArray[np.uint16]:
    """Return counts of 16 bits that pack about as badly as a real band's, shape (1, row, col)."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0, 1, (side // 32 + 2, side // 32 + 2)).repeat(32, 0).repeat(32, 1)
    counts = 1500 + 400 * coarse[:side, :side] + rng.normal(0, 60, (side, side))
    return np.clip(counts, 1, 10_000).astype("uint16")[None]


def a_grid(col: int, row: int, side: int, *, gsd_m: float = 20.0, epsg: int = 32636) -> Grid:
    """Return a grid of `side` × `side` pixels from a pixel of `a_cog` on."""
    return Grid(
        epsg=epsg,
        west_m=WEST + col * gsd_m,
        north_m=NORTH - row * gsd_m,
        gsd_m=gsd_m,
        width=side,
        height=side,
    )


def a_scene(*hrefs: str, **ref: Any) -> Scene:  # noqa: ANN401
    """Return an optical scene with bands `b1`, `b2`, … at these addresses."""
    fields = {"scale": 1e-4, **ref}
    return Scene(
        id="s",
        acquired_at=AT,
        available_at=AT,
        platform="p",
        sensor="s",
        modality=Modality.OPTICAL,
        orbit=1,
        footprint_wkt="",
        bands=tuple(
            BandRef(name=f"b{n}", href=href, **fields) for n, href in enumerate(hrefs, start=1)
        ),
    )
