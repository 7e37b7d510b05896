"""Evidence to look at: one place in one or two scenes side by side, as a PNG.

Pixels are shown as they are, without smoothing; under each picture stand its time and sensor, in
it a bar of known length, north, and the outline of the place. What was not seen is grey. The same
panels give the same bytes. Pure.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.report.dot_letters import ADVANCE, HEIGHT, letters

Picture = npt.NDArray[np.uint8]

SIDE = 520
"""Pixels a panel is wide and high at most; one below that wherever that is no multiple."""
_GAP, _DOT = 14, 2
_PAPER, _INK, _UNSEEN = (250, 250, 248), (25, 25, 25), (128, 128, 128)
_OUTLINE, _SHADOW = (255, 209, 0), (0, 0, 0)
_BARS_M = (20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """One place in one scene."""

    rgba: Picture
    """Square, shape (row, col, 4), north up; transparent where nothing was seen."""
    gsd_m: float
    """Side of a pixel, metres."""
    outline: Sequence[Sequence[tuple[float, float]]]
    """Rings of the place: (column, row) of each corner, in pixels from the upper left."""
    captions: tuple[str, ...]
    """Lines under the picture."""


def evidence_png(panels: Sequence[Panel], *, title: str, notes: Sequence[str] = ()) -> bytes:
    """Return the panels from left to right with a title above and notes below, as PNG.

    Raises:
        ValueError: There is no panel, or one is not square.
    """
    if not panels:
        raise ValueError("a picture of nothing")
    drawn = [_drawn(panel) for panel in panels]
    line = HEIGHT * _DOT + 4
    captions = max(len(panel.captions) for panel in panels)
    high = max(len(image) for image in drawn)
    width = sum(image.shape[1] for image in drawn) + _GAP * (len(drawn) + 1)
    top = _GAP + line
    height = top + high + 6 + line * (captions + len(notes)) + _GAP
    canvas = np.full((height, width, 3), _PAPER, np.uint8)
    _write(canvas, title, _GAP, _GAP, width - 2 * _GAP, _INK)
    left = _GAP
    for panel, image in zip(panels, drawn, strict=True):
        side = image.shape[1]
        canvas[top : top + side, left : left + side] = image
        for n, text in enumerate(panel.captions):
            _write(canvas, text, left, top + high + 6 + n * line, side, _INK)
        left += side + _GAP
    for n, text in enumerate(notes):
        y = top + high + 6 + (captions + n) * line
        _write(canvas, text, _GAP, y, width - 2 * _GAP, _INK)
    return _png(canvas)


def _drawn(panel: Panel) -> Picture:
    rows, cols = panel.rgba.shape[:2]
    if rows != cols or not rows:
        raise ValueError(f"a panel of {rows} × {cols} pixels")
    scale = max(1, SIDE // rows)
    seen = panel.rgba[..., 3:] > 0
    shown = np.where(seen, panel.rgba[..., :3], np.array(_UNSEEN, np.uint8)).astype(np.uint8)
    image = np.ascontiguousarray(shown.repeat(scale, 0).repeat(scale, 1))
    for ring in panel.outline:
        points = np.asarray(ring, np.float64) * scale
        for colour, thick in ((_SHADOW, 2), (_OUTLINE, 1)):
            _stroke(image, points, colour, thick)
    _scale_bar(image, panel.gsd_m / scale)
    _north(image)
    return image


def _stroke(
    image: Picture, points: npt.NDArray[np.float64], colour: tuple[int, ...], thick: int
) -> None:
    for start, end in zip(points, np.roll(points, -1, 0), strict=True):
        steps = int(np.ceil(np.abs(end - start).max())) + 1
        xs, ys = np.rint(np.linspace(start, end, min(steps, 8 * SIDE))).astype(int).T
        for dx in range(-thick, thick):
            for dy in range(-thick, thick):
                x, y = xs + dx, ys + dy
                inside = (x >= 0) & (y >= 0) & (x < image.shape[1]) & (y < image.shape[0])
                image[y[inside], x[inside]] = colour


def _scale_bar(image: Picture, metres_a_pixel: float) -> None:
    side = image.shape[1]
    fitting = [m for m in _BARS_M if m / metres_a_pixel <= side * 0.4]
    metres = fitting[-1] if fitting else _BARS_M[0]
    length = round(metres / metres_a_pixel)
    y, x = image.shape[0] - 14, 12
    image[y - 2 : y + 6, x - 2 : x + length + 2] = _SHADOW
    image[y : y + 4, x : x + length] = (255, 255, 255)
    _label(image, f"{metres} m", x, y - HEIGHT * _DOT - 6)


def _north(image: Picture) -> None:
    x, y = image.shape[1] - 24, 12
    for row in range(18):
        half = row // 2
        image[y + row, x - half - 1 : x + half + 2] = _SHADOW
        if half:
            image[y + row, x - half : x + half + 1] = (255, 255, 255)
    _label(image, "N", x - ADVANCE * _DOT // 2 + 1, y + 22)


def _label(image: Picture, text: str, x: int, y: int) -> None:
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)):
        _write(image, text, x + dx, y + dy, image.shape[1], _SHADOW)
    _write(image, text, x, y, image.shape[1], (255, 255, 255))


def _write(image: Picture, text: str, x: int, y: int, width: int, colour: tuple[int, ...]) -> None:
    """Write one line into at most `width` pixels; what is cut ends in dots."""
    room = width // (ADVANCE * _DOT)
    if len(text) > room:
        text = text[: max(room - 3, 0)] + "..."
    mask = letters(text, dot=_DOT)
    place = image[max(y, 0) : y + mask.shape[0], max(x, 0) : x + mask.shape[1]]
    place[mask[: place.shape[0], : place.shape[1]]] = colour


def _png(image: Picture) -> bytes:
    """Return an image, shape (row, col, 3), as PNG.

    Source: the PNG specification, third edition: chunks of length, type, data and CRC-32; rows
    that begin with their filter, here 0.
    """
    height, width, _ = image.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), image.reshape(height, -1)], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", head),
            (b"IDAT", zlib.compress(rows.tobytes(), 9)),
            (b"IEND", b""),
        )
    )
