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
