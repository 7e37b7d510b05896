"""Makes the demo's input: `tartus_2025/` with AIS reports and a catalog of rendered scenes.

Everything follows from the tables in `story` and `passes`, the area files and one seed, so the
committed files can be made again and compared.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely.geometry import box

from monitor.bundled import bundled
from monitor.demo import optical, radar
from monitor.demo.catalog import Asset, Item, write_catalog
from monitor.demo.harbour import EPSG, Harbour
from monitor.demo.optical import OpticalView
from monitor.demo.passes import (
    BEAMS,
    BEFORE_3M,
    BEFORE_SENTINEL_2,
    RADAR,
    SENTINEL_2,
    VIEWS_3M,
    OpticalPass,
    RadarPass,
)
from monitor.demo.radar import RadarView
from monitor.demo.scenery import Scenery
from monitor.demo.story import STORY, berthed_at, staging_at
from monitor.demo.tracks import HEADER
from monitor.demo.traffic import background_reports
from monitor.demo.voyages import watched_reports
from monitor.domain.chip import Grid
from monitor.domain.window import utc_text
from monitor.sources.imagery.raster import write_geotiff

SEED = 20250121
"""The night the two ships were let in."""
FOLDER = "tartus_2025"

# The harbour and about 300 m around it; 3 m views show Mole 1, the naval basin and basin 1.
GRID_10M = Grid(epsg=EPSG, west_m=760_500, north_m=3_867_680, gsd_m=10, width=238, height=242)
GRID_20M = Grid(epsg=EPSG, west_m=760_500, north_m=3_867_680, gsd_m=20, width=119, height=121)
GRID_3M = Grid(epsg=EPSG, west_m=761_190, north_m=3_867_420, gsd_m=3, width=420, height=318)


@dataclass(frozen=True)
class Generator:
    """Draws any part of the demo's input, each part from its own random numbers."""

    aoi: Path
    seed: int

    @cached_property
    def harbour(self) -> Harbour:
        """The port's outlines."""
        return Harbour.of(self.aoi)

    @cached_property
    def scenery(self) -> Scenery:
        """The port as drawn."""
        west, north, gsd = GRID_10M.west_m, GRID_10M.north_m, GRID_10M.gsd_m
        frame = box(west, north - GRID_10M.height * gsd, west + GRID_10M.width * gsd, north)
        return Scenery(self.harbour, frame, self.seed)

    @cached_property
    def radar_view(self) -> Callable[[int], RadarView]:
        """Return the view of a relative orbit; what is fixed per orbit is drawn once."""
        return lru_cache(lambda orbit: RadarView(self.scenery, GRID_10M, orbit))

    @cached_property
    def view_10m(self) -> OpticalView:
        """Sentinel-2's view."""
        return OpticalView(self.scenery, GRID_10M)

    @cached_property
    def view_3m(self) -> OpticalView:
        """The 3 m view."""
        return OpticalView(self.scenery, GRID_3M)

    def rng(self, part: str) -> np.random.Generator:
        """Return random numbers for one part, whatever else is drawn before it."""
        return np.random.default_rng([self.seed, zlib.crc32(part.encode())])

    def ais_csv(self) -> str:
        """Return the AIS file's text, rows by time, then MMSI."""
        reports = [
            *watched_reports(self.harbour, self.rng("watched")),
            *background_reports(self.harbour, self.rng("background")),
        ]
        reports = [r for r in reports if STORY.contains(r.at)]
        rows = sorted(reports, key=lambda r: (r.at, r.hull.mmsi or 0))
        return "\n".join([HEADER, *(r.row() for r in rows)]) + "\n"

    def radar_scene(self, scene: RadarPass, folder: Path) -> Item:
        """Write one Sentinel-1 rendering under `folder` and return its item."""
        beam, name = BEAMS[scene.orbit], radar_id(scene)
        values = self.radar_view(scene.orbit).render(scene, self.rng(name))
        layer = {
            "data_type": "uint8", "nodata": radar.NO_DATA, "scale": radar.DB_PER_STEP,
            "offset": radar.DB_AT_ZERO, "unit": "dB",
        }  # fmt: skip
        assets = tuple(Asset(key=b, grid=GRID_10M, layer=layer) for b in ("vv", "vh"))
        self._write(folder / name, assets, values, nodata=radar.NO_DATA)
        state = "ascending" if beam.ascending else "descending"
        return self._item(
            name, scene.at, f"Sentinel-1A, relative orbit {scene.orbit}", scene.events, assets,
            {
                "platform": "sentinel-1a", "constellation": "sentinel-1", "instruments": ["c-sar"],
                "gsd": 10, "sat:orbit_state": state, "sat:relative_orbit": scene.orbit,
                "sar:instrument_mode": "IW", "sar:frequency_band": "C",
                "sar:product_type": "GRD", "sar:polarizations": ["VV", "VH"],
                "sar:observation_direction": "right", "sar:looks_equivalent_number": 4.4,
                "sar:resolution_range": 20, "sar:resolution_azimuth": 22,
                "view:incidence_angle": beam.incidence_deg, "monitor:wind_kn": scene.wind_kn,
            },
        )  # fmt: skip

    def sentinel_2_scene(self, scene: OpticalPass, folder: Path) -> Item:
        """Write one Sentinel-2 rendering under `folder` and return its item."""
        name = optical_id(scene)
        dn, scl = self.view_10m.sentinel_2(scene, self.rng(name))
        layer = {
            "data_type": "uint16", "nodata": 0, "scale": optical.REFLECTANCE_STEP,
            "offset": optical.BASELINE_OFFSET,
        }  # fmt: skip
        fine = tuple(Asset(key=b, grid=GRID_10M, layer=layer) for b in optical.BANDS[:4])
        coarse = (
            Asset(key="swir16", grid=GRID_20M, layer=layer),
            Asset(key="scl", grid=GRID_20M, layer={"data_type": "uint8", "nodata": 0}),
        )
        swir16 = dn[4].reshape(GRID_20M.height, 2, GRID_20M.width, 2).mean(axis=(1, 3))
        self._write(folder / name, fine, dn[:4], nodata=0)
        self._write(folder / name, coarse[:1], swir16.astype(np.uint16)[None], nodata=0)
        self._write(folder / name, coarse[1:], scl[::2, ::2][None], nodata=0)
        return self._item(
            name, scene.at, f"Sentinel-2{scene.platform[-1].upper()}", scene.events,
            (*fine, *coarse),
            {
                "platform": scene.platform, "constellation": "sentinel-2", "instruments": ["msi"],
                "gsd": 10, "sat:orbit_state": "descending", "sat:relative_orbit": 121,
                "eo:cloud_cover": round(scene.cloud * 100), "s2:processing_baseline": "05.11",
                **_sun(scene.at),
            },
        )  # fmt: skip

    def view_3m_scene(self, scene: OpticalPass, folder: Path) -> Item:
        """Write one 3 m rendering under `folder` and return its item."""
        name = optical_id(scene)
        values = self.view_3m.view_3m(scene, self.rng(name))
        layer = {
            "data_type": "uint8", "nodata": 0, "scale": optical.BYTE_STEP, "offset": 0.0,
        }  # fmt: skip
        assets = tuple(Asset(key=b, grid=GRID_3M, layer=layer) for b in optical.BANDS[:4])
        self._write(folder / name, assets, values, nodata=0)
        return self._item(
            name, scene.at, f"3 m view standing for: {scene.stands_for}", scene.events, assets,
            {
                "platform": scene.platform, "constellation": "planetscope",
                "instruments": ["rendered"], "gsd": 3, "eo:cloud_cover": 0, "view:off_nadir": 0,
                "monitor:stands_for": scene.stands_for, **_sun(scene.at),
            },
        )  # fmt: skip

    def _write(
        self, folder: Path, assets: Sequence[Asset], values: npt.NDArray[Any], *, nodata: float
    ) -> None:
        for asset, band in zip(assets, values, strict=True):
            write_geotiff(
                folder / f"{asset.key}.tif", band[None], asset.grid, nodata=nodata,
                descriptions=(asset.key,), tags={"rendered": "not a satellite image"},
            )  # fmt: skip

    def _item(
        self, name: str, at: datetime, title: str, events: tuple[str, ...],
        assets: tuple[Asset, ...], properties: dict[str, Any],
    ) -> Item:  # fmt: skip
        minutes = int(self.rng(f"{name} created").integers(120, 360))
        return Item(
            id=name, at=at, created_at=at + timedelta(minutes=minutes), events=events,
            title=f"Rendering: {title}", assets=assets, properties=properties,
            radar="sar:instrument_mode" in properties,
        )  # fmt: skip

    def truth(self) -> dict[str, Any]:
        """Return what was drawn in each scene; for tests only, the product must not read it."""
        drawn = {}
        for name, at in _names():
            staging = staging_at(at)
            drawn[name] = {
                "at": utc_text(at),
                "berths": {stay.berth_id: stay.hull.name for stay in berthed_at(at)},
                "vehicles": staging.vehicles_end + staging.vehicles_pier,
                "containers": staging.containers,
            }
        return {"about": "What the demo's renderings show.", "seed": self.seed, "scenes": drawn}


def radar_id(scene: RadarPass) -> str:
    """Return a scene's id, as in `rendered_s1a_20250122T154257_r087`."""
    return f"rendered_s1a_{scene.at:%Y%m%dT%H%M%S}_r{scene.orbit:03d}"


def optical_id(scene: OpticalPass) -> str:
    """Return a scene's id, as in `rendered_s2b_20250124T083021`."""
    unit = "3m" if scene.stands_for else f"s2{scene.platform[-1]}"
    return f"rendered_{unit}_{scene.at:%Y%m%dT%H%M%S}"


def _names() -> list[tuple[str, datetime]]:
    named = [(radar_id(r), r.at) for r in RADAR]
    named += [
        (optical_id(o), o.at) for o in (*BEFORE_SENTINEL_2, *BEFORE_3M, *SENTINEL_2, *VIEWS_3M)
    ]
    return sorted(named, key=lambda pair: (pair[1], pair[0]))


def _sun(at: datetime) -> dict[str, float]:
    azimuth, elevation = optical.sun(at)
    return {"view:sun_azimuth": round(azimuth, 1), "view:sun_elevation": round(elevation, 1)}


def generate(
    out: Path, *, seed: int = SEED, aoi: Path | None = None, truth: Path | None = None
) -> None:
    """Write `out/tartus_2025/`: AIS as CSV and scenes as a static STAC catalog.

    Args:
        out: Folder to write into; files of the same names are replaced.
        seed: Same seed, same bytes (with the same libraries; see `docs/demo.md`).
        aoi: The port's area file; the bundled `aoi/tartus.geojson` if None.
        truth: Where to write what was drawn, or None.

    Raises:
        ConfigError: The area file cannot be read.
        InputError: The bundled area file is missing.
    """
    maker = Generator(aoi or bundled("aoi", "tartus.geojson"), seed)
    ais = out / FOLDER / "ais" / "reconstruction.csv"
    ais.parent.mkdir(parents=True, exist_ok=True)
    ais.write_text(maker.ais_csv(), encoding="utf-8")
    scenes = out / FOLDER / "scenes"
    items = [
        *(maker.radar_scene(scene, scenes) for scene in RADAR),
        *(maker.sentinel_2_scene(scene, scenes) for scene in (*BEFORE_SENTINEL_2, *SENTINEL_2)),
        *(maker.view_3m_scene(scene, scenes) for scene in (*BEFORE_3M, *VIEWS_3M)),
    ]
    write_catalog(scenes, sorted(items, key=lambda item: (item.at, item.id)))
    if truth is not None:
        truth.write_text(json.dumps(maker.truth(), indent=1) + "\n", encoding="utf-8")
