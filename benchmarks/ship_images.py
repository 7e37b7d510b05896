"""Radar pictures with labelled ships: HRSID masks, LS-SSDD and SSDD boxes, OpenSARShip chips."""

from __future__ import annotations

import csv
import warnings
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from scipy import ndimage

from benchmarks.data import shared
from monitor.sources.imagery.plain_image import plain_pixels

Box = tuple[int, int, int, int]
"""(col0, row0, col1, row1), half-open."""
WITH_LAND = (
    "P0001_1200", "P0001_600", "P0007_0", "P0008_0", "P0017_600", "P0021_0", "P0094", "P0119",
    "P0123",
)  # fmt: skip
"""HRSID chips in which an eye sees land: 164 ships; the others hold 51."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One image and its labelled ships."""

    source: str
    name: str
    pixels: Any
    boxes: tuple[Box, ...]

    @property
    def has_land(self) -> bool:
        """Whether an eye sees land in it (HRSID only)."""
        return self.name.startswith(WITH_LAND)


def pictures() -> Iterator[Picture]:
    """Yield every labelled picture."""
    hrsid = shared("data", "imagery", "hrsid_sample")
    for path in sorted((hrsid / "images").glob("*.jpg")):
        drawn = plain_pixels(hrsid / "masks" / f"{path.stem}.png")[:3].max(axis=0)
        mask = drawn > int(drawn.max()) // 2
        labels, _ = ndimage.label(mask, np.ones((3, 3)))
        boxes = tuple(_box(window) for window in ndimage.find_objects(labels))
        yield Picture(source="hrsid", name=path.stem, pixels=plain_pixels(path)[0], boxes=boxes)
    for path in sorted((hrsid / "official4").glob("*_instance_id_RGB.png")):
        name = path.stem.removesuffix("_instance_id_RGB")
        red, green, blue = plain_pixels(path)[:3].astype(np.int64)
        codes, labels, counts = np.unique(
            red * 65536 + green * 256 + blue, return_inverse=True, return_counts=True
        )
        labels = labels.reshape(red.shape)
        ships = [k for k in range(len(codes)) if k != int(np.argmax(counts))]
        boxes = tuple(_box(ndimage.find_objects((labels == k).astype(np.int8))[0]) for k in ships)
        pixels = plain_pixels(path.with_name(f"{name}.png"))[0]
        yield Picture(source="hrsid", name=name, pixels=pixels, boxes=boxes)
    for source in ("ls_ssdd", "ssdd"):
        for path in sorted(shared("data", "imagery", f"{source}_sample").glob("*.xml")):
            yield Picture(
                source=source,
                name=path.stem,
                pixels=plain_pixels(path.with_suffix(".jpg"))[0],
                boxes=tuple(_voc(path)),
            )


def _box(window: tuple[slice, slice]) -> Box:
    return window[1].start, window[0].start, window[1].stop, window[0].stop


def _voc(path: Path) -> Iterator[Box]:
    for box in ET.parse(path).getroot().iter("bndbox"):
        left, top, right, bottom = (
            int(float(box.findtext(key) or 0)) for key in ("xmin", "ymin", "xmax", "ymax")
        )
        yield left, top, right, bottom


def ship_chips() -> Iterator[tuple[dict[str, str], Any]]:
    """Yield (row of ships.csv, calibrated power, shape (band, row, col)) of OpenSARShip."""
    folder = shared("data", "imagery", "opensarship_sample")
    with (folder / "ships.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    where = {}
    for path in sorted(folder.glob("*.zip")):
        for name in zipfile.ZipFile(path).namelist():
            if "Patch_Cal/" in name and name.endswith(".tif"):
                place = "_".join(Path(name).stem.split("_x")[-1].split("_")[:2])
                where[path.name[17:32], place] = (path, name)
    for row in rows:
        found = where.get((row["scene"][17:32], f"{row['cx']}_y{row['cy']}"))
        if found is not None:
            content = zipfile.ZipFile(found[0]).read(found[1])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                with MemoryFile(content) as memory, memory.open() as raster:
                    power = raster.read().astype(np.float32)
            yield row, power
