"""Keeping chips: size, speed and fidelity on the Latakia series, against plain GeoTIFF.

Every scene is read once through the archive; then the archive is surveyed with the source out of
reach, and the berth states of both are compared.
"""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.data import shared
from monitor.batch import EVER
from monitor.batch.look import look_at
from monitor.bundled import bundled
from monitor.detect.imagery.occupancy import bands_for
from monitor.detect.imagery.port_pixels import port_grid
from monitor.domain.tally import Tally
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.chip_archive import ArchivingReader, ChipArchive
from monitor.sources.imagery.raster import RasterReader, write_geotiff
from monitor.sources.imagery.static_stac import StaticCatalog


def main() -> None:
    """Keep, read back, survey again."""
    source = shared("data", "imagery", "latakia_s1")
    aoi = bundled("aoi", "latakia.geojson")
    grid = port_grid(load_gazetteer(aoi))
    scenes = list(StaticCatalog("latakia", source).search(EVER, Tally()))
    plain = RasterReader()
    chips = {s.id: plain.read_chip(s, grid, bands_for(s)) for s in scenes}
    pixels = sum(c.values.size for c in chips.values())
    with tempfile.TemporaryDirectory() as folder:
        root, loose = Path(folder, "chips"), Path(folder, "loose")
        archive = ChipArchive(root)

        began = time.perf_counter()
        for scene in scenes:
            archive.keep(scene, chips[scene.id])
        kept_s = time.perf_counter() - began
        began = time.perf_counter()
        worst = 0.0
        for scene in scenes:
            chip = archive.chip(scene, grid, bands_for(scene))
            if chip is None:
                raise SystemExit(f"{scene.id} was not kept")
            off = np.abs(chip.values - chips[scene.id].values)
            worst = max(worst, float(np.nanmax(off)))
            if (np.isnan(chip.values) != np.isnan(chips[scene.id].values)).any():
                raise SystemExit(f"{scene.id}: unseen pixels differ")
        back_s = time.perf_counter() - began

        began = time.perf_counter()
        for number, chip in enumerate(chips.values()):
            write_geotiff(loose / f"{number}.tif", chip.values, grid, nodata=math.nan)
        loose_s = time.perf_counter() - began
        sizes = [sum(f.stat().st_size for f in d.rglob("*.tif")) for d in (root, loose)]
        raw = pixels * 4
        print(f"{len(scenes)} chips of {grid.height} × {grid.width}, {pixels / 1e6:.1f} Mpx")
        print(
            f"COG int16 0.01 dB: {sizes[0] / len(scenes) / 1e3:.0f} kB a chip "
            f"({sizes[0] / raw:.2f} of raw), write {pixels / kept_s / 1e6:.1f} Mpx/s, "
            f"checked and read {pixels / back_s / 1e6:.1f} Mpx/s, worst error {worst:.4f} dB"
        )
        print(
            f"plain float32 GeoTIFF, deflate: {sizes[1] / len(scenes) / 1e3:.0f} kB a chip "
            f"({sizes[1] / raw:.2f} of raw), write {pixels / loose_s / 1e6:.1f} Mpx/s"
        )

        said = []
        for catalog in (source, root):
            began = time.perf_counter()
            found = look_at(
                catalog, aoi=aoi, out=Path(folder, "out"), references=24, progress=lambda *_: None
            )
            said.append(
                {(s.scene_id, s.berth_id): (s.state, s.score, s.usable) for s in found.states}
            )
            print(f"survey of {catalog.name}: {time.perf_counter() - began:.1f} s")
        if said[0].keys() != said[1].keys():
            raise SystemExit("the archive tells of other scenes or berths")
        flips = sum(said[0][k][0] != said[1][k][0] for k in said[0])
        moved = max(
            abs(said[0][k][1] - said[1][k][1]) for k in said[0] if math.isfinite(said[0][k][1])
        )
        print(
            f"{len(said[0])} berth states, source against archive: {flips} differ, "
            f"scores by at most {moved:.4f}"
        )

        reader = ArchivingReader(plain, ChipArchive(Path(folder, "again")))
        same = all(
            np.array_equal(
                reader.read_chip(s, grid, bands_for(s)).values,
                archive.chip(s, grid, bands_for(s)).values,  # type: ignore[union-attr]
                equal_nan=True,
            )
            for s in scenes[:20]
        )
        print(f"through the archiving reader, first reading and archive equal bit for bit: {same}")


if __name__ == "__main__":
    main()
