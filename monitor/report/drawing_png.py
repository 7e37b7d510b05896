"""A drawing as PNG: the one Pillow door. The same drawing gives the same bytes.

Letters come from the font inside Pillow, so nothing need be installed; it knows Latin letters only,
others show as boxes. Drawn at twice the size, for sharp print.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from itertools import cycle

from PIL import Image, ImageColor, ImageDraw, ImageFont

from monitor.report.drawing import Box, Drawing, Line, Words
from monitor.report.visual import INKS, STYLES, Style

_SCALE = 2
_MOST_PX = 60_000_000
"""Larger drawings come at single size: a picture viewer has to open them."""
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png_of(drawing: Drawing) -> bytes:
    """Return a drawing on light ground as PNG.

    Raises:
        ValueError: It has no area.
    """
    if drawing.width <= 0 or drawing.height <= 0:
        raise ValueError("a drawing without area has no picture")
    scale = _SCALE if drawing.width * drawing.height * _SCALE**2 <= _MOST_PX else 1
    size = round(drawing.width * scale), round(drawing.height * scale)
    image = Image.new("RGB", size, INKS["ground"].light)
    pen = _Pen(image, scale)
    for mark in drawing.marks:
        if isinstance(mark, Box):
            pen.box(mark)
        elif isinstance(mark, Line):
            pen.line(mark)
        else:
            pen.words(mark)
    content = io.BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE).save(content, "PNG", optimize=True)
    return content.getvalue()


class _Pen:
    def __init__(self, image: Image.Image, scale: int) -> None:
        self._image, self._scale = image, scale
        self._draw = ImageDraw.Draw(image)

    def box(self, mark: Box) -> None:
        style, k = STYLES[mark.style], self._scale
        left, top = round(mark.x * k), round(mark.y * k)
        right = max(round((mark.x + mark.width) * k) - 1, left)
        bottom = max(round((mark.y + mark.height) * k) - 1, top)
        if style.hatched:
            self._image.paste(_hatching(right - left + 1, bottom - top + 1, k), (left, top))
        fill = _mixed(style) if style.fill and not style.hatched else None
        outline = INKS[style.stroke].light if style.stroke else None
        if fill or outline:
            width = max(round(style.width * k), 1) if outline else 0
            self._draw.rounded_rectangle(
                (left, top, right, bottom), round(mark.round * k), fill, outline, width
            )

    def line(self, mark: Line) -> None:
        style, k = STYLES[mark.style], self._scale
        ink = INKS[style.stroke or "ink"].light
        width = max(round(style.width * k), 1)
        for x1, y1, x2, y2 in _dashes(mark, style.dash):
            self._draw.line((x1 * k, y1 * k, x2 * k, y2 * k), ink, width)

    def words(self, mark: Words) -> None:
        style, k = STYLES[mark.style], self._scale
        self._draw.text(
            (mark.x * k, mark.y * k),
            mark.text,
            INKS[style.fill or "ink"].light,
            _font(style.size * k),
            anchor=_ANCHORS[mark.anchor],
            stroke_width=2 * k - 1 if style.halo else 0,
            stroke_fill=INKS["ground"].light,
        )
        if style.bold:  # Pillow's font has one weight
            self._draw.text(
                (mark.x * k + 1, mark.y * k),
                mark.text,
                INKS[style.fill or "ink"].light,
                _font(style.size * k),
                anchor=_ANCHORS[mark.anchor],
            )


def _mixed(style: Style) -> tuple[int, ...]:
    """Return a fill over light ground."""
    top = ImageColor.getrgb(INKS[style.fill or "ground"].light)
    ground = ImageColor.getrgb(INKS["ground"].light)
    share = style.opacity
    return tuple(round(share * a + (1 - share) * b) for a, b in zip(top, ground, strict=True))


def _dashes(line: Line, dash: tuple[float, ...]) -> Iterator[tuple[float, float, float, float]]:
    dx, dy = line.x2 - line.x1, line.y2 - line.y1
    length = (dx * dx + dy * dy) ** 0.5
    if not dash or length == 0:
        yield line.x1, line.y1, line.x2, line.y2
        return
    begin, shown = 0.0, True
    for step in cycle(dash):
        end = min(begin + step, length)
        if shown:
            a, b = begin / length, end / length
            yield line.x1 + a * dx, line.y1 + a * dy, line.x1 + b * dx, line.y1 + b * dy
        begin, shown = end, not shown
        if begin >= length:
            return


@lru_cache(maxsize=64)
def _hatching(width: int, height: int, scale: int) -> Image.Image:
    image = Image.new("RGB", (width, height), INKS["hatch-ground"].light)
    draw = ImageDraw.Draw(image)
    for x in range(-height, width, 6 * scale):
        draw.line((x, height, x + height, 0), INKS["hatch"].light, scale)
    return image


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
