"""Contact sheets for the documents: the Venice deck by date with its changes, and every optical
berth miss. Run as `python -m benchmarks.sheets FOLDER`; not among the figures."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from benchmarks import apron_change as venice
from benchmarks.optical_berths import SEEDS, Slots, _ports
from monitor.detect.imagery.optical_occupancy import OpticalCriteria
from monitor.detect.imagery.port_pixels import two_class_split
from monitor.sources.imagery.raster import png_bytes

Picture = npt.NDArray[np.uint8]
TILE = 280


def main() -> None:
    """Write both sheets into the folder named."""
    folder = Path(sys.argv[1])
    (folder / "aprons-venice.png").write_bytes(_packed(_deck_tiles(), columns=4))
    with tempfile.TemporaryDirectory() as scratch:
        tiles = [t for seed in SEEDS[1:2] for s in _ports(seed, Path(scratch)) for t in _misses(s)]
    (folder / "optical-misses.png").write_bytes(_packed(tiles, columns=4))
    print(f"{len(tiles)} misses")


def _deck_tiles() -> list[Picture]:
    dates = venice._dates()
    red = np.median(dates[:, 0], axis=0)
    ground = np.asarray(ndimage.binary_erosion(red > two_class_split(red)), np.bool_)
    deck = np.zeros_like(ground)
    deck[venice.DECK] = ground[venice.DECK]
    stable = ground & ~ndimage.binary_dilation(deck, iterations=3)
    tiles = []
    for day in range(len(dates)):
        past = venice._registered(dates, day, stable)
        ratio = np.where(deck, venice._ratio(venice._distance(dates[day], past, stable)), 0)
        image = (dates[day] * 255).astype(np.uint8)[:, 35:125, 30:95]
        none = np.zeros(image.shape[1:], np.bool_)
        tiles.append(_outlined(image, none, (ratio >= 1)[35:125, 30:95]))
    return tiles


def _misses(slots: Slots) -> list[Picture]:
    scores = slots.scores(OpticalCriteria())
    chip = slots.chip
    tiles = []
    for berth, score, there in zip(slots.pixels.berths, scores, slots.occupied, strict=True):
        if np.isnan(score) or (score >= 0.5) == there:
            continue
        middle = np.argwhere(berth.inside).mean(axis=0).astype(int)
        row, col = (int(v) for v in middle + np.array([berth.rows.start, berth.cols.start]))
        top = min(max(row - 20, 0), chip.grid.height - 40)
        left = min(max(col - 20, 0), chip.grid.width - 40)
        part = (slice(top, top + 40), slice(left, left + 40))
        rgb = np.stack([chip.band(n)[part] for n in ("red", "green", "blue")])
        low, high = np.nanpercentile(rgb, (2, 98))
        shade = np.clip((np.nan_to_num(rgb) - low) / max(high - low, 0.02), 0, 1)
        inside = np.zeros((chip.grid.height, chip.grid.width), np.bool_)
        inside[berth.rows, berth.cols] = berth.inside
        mask = inside[part]
        none = np.zeros_like(mask)
        image = (shade * 255).astype(np.uint8)
        tiles.append(_outlined(image, mask, none) if there else _outlined(image, none, mask))
    return tiles


def _outlined(image: Picture, yellow: npt.NDArray[np.bool_], red: npt.NDArray[np.bool_]) -> Picture:
    """Return a tile enlarged to about `TILE` pixels, rims of two masks drawn in."""
    times = max(1, TILE // max(image.shape[1:]))
    big = np.kron(image, np.ones((1, times, times), np.uint8))
    for mask, colour in ((yellow, (255, 220, 0)), (red, (255, 0, 0))):
        wide = np.kron(mask, np.ones((times, times))) > 0
        rim = wide & ~ndimage.binary_erosion(wide)
        for channel, value in enumerate(colour):
            big[channel][rim] = value
    out = np.full((3, TILE + 4, TILE + 4), 255, np.uint8)
    out[:, 2 : 2 + big.shape[1], 2 : 2 + big.shape[2]] = big
    return out


def _packed(tiles: list[Picture], *, columns: int) -> bytes:
    while len(tiles) % columns:
        tiles = [*tiles, np.full_like(tiles[0], 255)]
    rows = [np.concatenate(tiles[i : i + columns], axis=2) for i in range(0, len(tiles), columns)]
    sheet = np.concatenate(rows, axis=1) & 0xF0  # sixteen shades pack well
    alpha = np.full((1, *sheet.shape[1:]), 255, np.uint8)
    return png_bytes(np.ascontiguousarray(np.moveaxis(np.concatenate([sheet, alpha]), 0, 2)))


if __name__ == "__main__":
    main()
