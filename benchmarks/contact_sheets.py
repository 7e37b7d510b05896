"""Draws the Latakia quay through time, and every miss and false ship, into docs/images.

Contains modified Copernicus Sentinel data 2022-2025. Run: python -m benchmarks.contact_sheets
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.latakia_series import Series, load_series
from benchmarks.quay_profile import MATCH_M, WINDOW_M, middle_m
from monitor.detect.imagery.quay_strip import QuayStrip, quay_strips
from monitor.domain.look import Look

Image = npt.NDArray[np.uint8]
_IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
_SHIP, _EYE, _LINE = (255, 200, 0), (255, 60, 60), (60, 90, 160)
_DB = (-24.0, -2.0)


def main() -> None:
    """Write both sheets."""
    series = load_series()
    strip = quay_strips(series.gazetteer, next(iter(series.chips.values())).grid)[0]
    looks = {s.id: series.look(s, limit=24) for s in series.scenes}
    _write(_IMAGES / "quay-latakia-time.png", through_time(series, strip, looks))
    _write(_IMAGES / "quay-latakia-labelled.png", labelled(series, strip, looks))
    _write(_IMAGES / "unusual-latakia.png", unusual(series, strip))


def through_time(series: Series, strip: QuayStrip, looks: dict[str, Look]) -> Image:
    """Return one band of rows for each orbit, a scene in three rows: brightness, then its ships."""
    depth = (strip.out_m > 60) & (strip.out_m < 160)
    rows: list[Image] = []
    for orbit in sorted({s.orbit or 0 for s in series.scenes}):
        for scene in (s for s in series.scenes if s.orbit == orbit):
            layer = strip.sampled(series.chips[scene.id].band("vv"))[depth]
            grey = _painted(np.nanmean(layer, axis=0)[None])
            marks = grey.copy()
            for ship in looks[scene.id].ships:
                marks[0, _columns(strip, ship.along_start_m or 0, ship.along_end_m or 0)] = _SHIP
            rows += [grey, grey, marks]
        rows.append(np.full((4, rows[0].shape[1], 3), _LINE, np.uint8))
    return np.repeat(np.concatenate(rows), 2, axis=1)


def labelled(series: Series, strip: QuayStrip, looks: dict[str, Look]) -> Image:
    """Return the strips of all labelled scenes: ours yellow below, the eye's red above.

    A strip with a miss or a false ship in the labelled window has a red frame.
    """
    tiles = []
    for scene in (s for s in series.scenes if s.id in series.truth):
        tile = _painted(strip.sampled(series.chips[scene.id].band("vv")))[::-1].copy()
        truth = series.truth[scene.id].ships_along_m
        ours = [middle_m(s) for s in looks[scene.id].ships]
        for x in truth:
            tile[:8, _columns(strip, x - 4, x + 4)] = _EYE
        for ship in looks[scene.id].ships:
            tile[-5:, _columns(strip, ship.along_start_m or 0, ship.along_end_m or 0)] = _SHIP
        missed = any(min((abs(x - p) for p in ours), default=1e9) > MATCH_M for x in truth)
        false = any(
            WINDOW_M[0] < p < WINDOW_M[1]
            and min((abs(x - p) for x in truth), default=1e9) > MATCH_M
            for p in ours
        )
        framed = np.full((tile.shape[0] + 4, tile.shape[1] + 4, 3), _LINE, np.uint8)
        if missed or false:
            framed[:] = _EYE
        framed[2:-2, 2:-2] = tile
        tiles.append(framed)
    while len(tiles) % 3:
        tiles.append(np.zeros_like(tiles[0]))
    return np.concatenate(
        [np.concatenate(tiles[i : i + 3], axis=1) for i in range(0, len(tiles), 3)]
    )


SLOT_M = {"C": (779, 941), "D": (941, 1119), "E": (1119, 1317), "quay": (318, 1629)}
UNUSUAL = (
    ("C", ("2022-11-10", "2022-11-17", "2022-11-22", "2022-12-11", "2022-12-16")),
    ("C", ("2025-01-17", "2025-01-22", "2025-01-29", "2025-02-15", "2025-02-22")),
    ("quay", ("2022-09-11", "2022-10-05", "2022-11-05", "2022-12-16", "2023-01-21", "2023-02-26")),
    ("D", ("2022-02-26", "2022-03-04", "2022-03-10")),
    ("C", ("2025-03-30", "2025-04-04", "2025-04-05")),
    ("E", ("2022-01-14", "2022-01-21", "2022-01-26")),
)
"""Berth and days of what docs/baselines.md judges, in its order."""


def unusual(series: Series, strip: QuayStrip) -> Image:
    """Return strips of the quay, a panel for each case, its berth marked yellow below them."""
    panels = []
    for slot, days in UNUSUAL:
        rows: list[Image] = []
        for day in days:
            scene = next(s for s in series.scenes if f"{s.acquired_at:%Y-%m-%d}" == day)
            wide = (strip.along_m > 280) & (strip.along_m < 1680)
            deep = (strip.out_m > -10) & (strip.out_m < 170)
            layer = strip.sampled(series.chips[scene.id].band("vv"))[np.ix_(deep, wide)]
            tile = np.kron(_painted(layer)[::-1], np.ones((2, 2, 1), np.uint8))
            rule = np.full((6, *tile.shape[1:]), _LINE, np.uint8)
            along = np.repeat(strip.along_m[wide], 2)
            low, high = SLOT_M[slot]
            rule[:3, (along > low) & (along < high)] = _SHIP
            rows += [tile, rule]
        panels.append(np.concatenate(rows))
    columns = [np.concatenate([p, np.zeros((8, *p.shape[1:]), np.uint8)]) for p in panels]
    sides = [np.concatenate(columns[i::2]) for i in range(2)]
    height = max(len(side) for side in sides)
    return np.concatenate(
        [np.pad(side, ((0, height - len(side)), (0, 8), (0, 0))) for side in sides], axis=1
    )


def _columns(strip: QuayStrip, start_m: float, end_m: float) -> npt.NDArray[np.bool_]:
    return np.asarray((strip.along_m >= start_m) & (strip.along_m <= end_m), np.bool_)


def _painted(layer: npt.NDArray[np.float32]) -> Image:
    grey = (np.nan_to_num(layer, nan=_DB[0]) - _DB[0]) / (_DB[1] - _DB[0])
    steps = np.rint(np.clip(grey, 0, 1) * 31) * 8  # few shades, so that the file stays small
    return np.repeat(steps[..., None], 3, axis=2).astype(np.uint8)


def _write(path: Path, image: Image) -> None:
    """Write an RGB image as PNG (ISO/IEC 15948): one IDAT, no filter."""
    height, width, _ = image.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), image.reshape(height, -1)], axis=1)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    path.write_bytes(data)
    print(f"{path.name}: {width} × {height}, {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
