"""Images as GDAL is shown them: the blocks of a TIFF that a window needs, or a whole JPEG 2000.

GDAL opens memory only, never a path or an address, and of a TIFF only what `tiff.py` let pass.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from rasterio.io import DatasetReader, MemoryFile

from monitor.domain.chip import Grid
from monitor.errors import BadScene
from monitor.sources.imagery.excerpt import Part, excerpt
from monitor.sources.imagery.gdal import GDAL_FAULTS
from monitor.sources.imagery.placing import Placing, placing
from monitor.sources.imagery.spans import ReadsSpans, Span
from monitor.sources.imagery.tiff import (
    GDAL_METADATA,
    MAX_BLOCK_BYTES,
    Directory,
    PixelWindow,
    Tiff,
)

_TIFF_STARTS = frozenset({b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"})
_JP2_STARTS = frozenset({b"\0\0\0\x0c", b"\xff\x4f\xff\x51"})
_MAX_JP2_BYTES = 150 * 1024 * 1024
"""JPEG 2000 says too little of where its tiles lie, so it is taken whole: a 10 m band of
Sentinel-2 has some 120 MB."""
_MAX_PACKED_BYTES = 128 * 1024 * 1024
"""Most packed bytes of one band over a port."""
_REMEMBERED_BYTES = 64 * 1024
"""Longest description of an image to remember."""
_SCALING = re.compile(
    rb'<Item name="(?:SCALE|OFFSET)" sample="([0-9]{1,5})" role="(scale|offset)">'
    rb"([^<]{1,40})</Item>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BandProfile:
    """What an image says of one of its bands."""

    dtype: str
    nodata: float | None
    scaling: tuple[float, float]
    """(scale, offset), (1, 0) where the file states none."""
    place: Placing


class ShowsPixels(Protocol):
    """An image of which parts can be read."""

    width: int
    height: int

    def profile(self, index: int, grid: Grid) -> BandProfile:
        """Return what the image says of a band, and where a grid lies in it.

        Raises:
            BadScene: `missing_band`, and as `placing` does.
        """

    def showing(
        self, index: int, window: PixelWindow, *, coarser: float, masked: bool
    ) -> AbstractContextManager[DatasetReader]:
        """Return an opened dataset whose band `index` can be read over `window` of this image.

        Args:
            index: Band number, from 1.
            window: In pixels of the full image.
            coarser: A smaller copy may be shown instead, by up to this factor.
            masked: Whether the image's own mask counts.
        """


def image_in(file: ReadsSpans) -> TiffImage | Jp2Image:
    """Return the image that a file holds, by how it begins.

    Raises:
        BadScene: `unreadable_raster`: neither format; and as `Tiff` and reading do.
    """
    (start,) = file.read([Span(0, min(4, file.size))])
    if start in _TIFF_STARTS:
        return TiffImage(file)
    if start in _JP2_STARTS:
        return Jp2Image(file)
    raise BadScene("unreadable_raster", f"{file.name} is neither TIFF nor JPEG 2000")


class TiffImage:
    """A TIFF; of its pixels only what a window needs is read."""

    def __init__(self, file: ReadsSpans) -> None:
        self._file, self._tiff = file, Tiff(file)
        main = self._tiff.main
        self.width, self.height = main.width, main.height
        if main.is_complex:
            raise BadScene("unreadable_raster", f"{file.name} holds complex numbers")

    def profile(self, index: int, grid: Grid) -> BandProfile:
        """Return what the image says of a band, as `ShowsPixels` says."""
        bare = excerpt([Part(image=self._tiff.main)])
        # Scenes of a series differ in their pixels and rarely in what they say of themselves.
        ask = _profile_in if len(bare) <= _REMEMBERED_BYTES else _profile_in.__wrapped__
        try:
            return replace(ask(bare, index, grid), scaling=self._scaling(index))
        except BadScene as exc:
            raise BadScene(exc.reason, f"{self._file.name}: {exc}") from exc

    @contextmanager
    def showing(
        self, index: int, window: PixelWindow, *, coarser: float = 1.0, masked: bool = False
    ) -> Iterator[DatasetReader]:
        """Open the image with the pixels of `window`, as `ShowsPixels` says."""
        main = self._tiff.main
        level = self._level(coarser)
        mask = self._tiff.mask_of(level) if masked else None
        inside = _scaled(window, main, level)
        parts = [self._part(level, inside, index)]
        if mask is not None:
            parts.append(self._part(mask, inside, 1))
        options = {}
        if level is not main:
            above = [main, self._tiff.mask_of(main) if mask is not None else None]
            parts = [Part(image=image) for image in above if image is not None] + parts
            options["OVERVIEW_LEVEL"] = 0
        with _opened(excerpt(parts), "GTiff", self._file.name, **options) as raster:
            yield raster

    def _scaling(self, index: int) -> tuple[float, float]:
        """Return (scale, offset) of a band.

        GDAL's own metadata are not passed on to it: they can name further files.
        """
        tag = self._tiff.main.tags.get(GDAL_METADATA)
        found = {b"scale": 1.0, b"offset": 0.0}
        for sample, role, text in _SCALING.findall(tag.values if tag else b""):
            if int(sample) == index - 1:
                found[role] = _number(text, found[role])
        return found[b"scale"], found[b"offset"]

    def _level(self, coarser: float) -> Directory:
        """Return the smallest copy that is no coarser than allowed."""
        main = self._tiff.main
        if coarser < 2:
            return main  # without looking for copies, which may lie all over the file
        return min(
            (main, *(d for d in self._tiff.others if _is_copy(d, main, coarser))),
            key=lambda image: image.width,
        )

    def _part(self, image: Directory, window: PixelWindow, index: int) -> Part:
        wanted = image.blocks_in(window, index)
        spans = self._tiff.block_spans(image, wanted)
        if sum(span.size for span in spans.values()) > _MAX_PACKED_BYTES:
            raise BadScene(
                "raster_too_large", f"{self._file.name}: too many bytes lie over the port"
            )
        blocks = self._file.read(list(spans.values()))
        if image.is_deflated:
            for block in blocks:
                _refuse_bomb(block, image.block_bytes, self._file.name)
        return Part(image=image, blocks=dict(zip(spans, blocks, strict=True)))


class Jp2Image:
    """A JPEG 2000, which is taken whole."""

    def __init__(self, file: ReadsSpans) -> None:
        if file.size > _MAX_JP2_BYTES:
            raise BadScene("raster_too_large", f"{file.name}: JPEG 2000 of {file.size} bytes")
        self._name = file.name
        (self._content,) = file.read([Span(0, file.size)])
        with self._whole() as raster:
            self.width, self.height = raster.width, raster.height
            # Bands of one file are unpacked together.
            together = sum(np.dtype(kind).itemsize for kind in raster.dtypes)
            rows, cols = raster.block_shapes[0]
        if rows * cols * together > MAX_BLOCK_BYTES:
            raise BadScene("raster_too_large", f"{file.name} has blocks of {rows} × {cols} pixels")

    def profile(self, index: int, grid: Grid) -> BandProfile:
        """Return what the image says of a band, as `ShowsPixels` says."""
        with self._whole() as raster:
            return _profile(raster, index, grid, self._name)

    @contextmanager
    def showing(
        self, index: int, window: PixelWindow, *, coarser: float = 1.0, masked: bool = False
    ) -> Iterator[DatasetReader]:
        """Open the image; all of it can be read."""
        del index, window, coarser, masked
        with self._whole() as raster:
            yield raster

    def _whole(self) -> AbstractContextManager[DatasetReader]:
        return _opened(self._content, "JP2OpenJPEG", self._name)


@lru_cache(maxsize=64)
def _profile_in(bare: bytes, index: int, grid: Grid) -> BandProfile:
    """Return a band's profile from an excerpt without any pixels."""
    with _opened(bare, "GTiff", "GDAL") as raster:
        return _profile(raster, index, grid, "it")


def _profile(raster: DatasetReader, index: int, grid: Grid, name: str) -> BandProfile:
    if not 1 <= index <= raster.count:
        raise BadScene("missing_band", f"{name} has {raster.count} bands, not {index}")
    return BandProfile(
        dtype=raster.dtypes[index - 1],
        nodata=raster.nodatavals[index - 1],
        scaling=(raster.scales[index - 1], raster.offsets[index - 1]),
        place=placing(raster, grid, name),
    )


@contextmanager
def _opened(content: bytes, driver: str, name: str, **options: int) -> Iterator[DatasetReader]:
    """Open an image in memory; what goes wrong with it until it is closed is a `BadScene`."""
    try:
        with MemoryFile(content) as memory, memory.open(driver=driver, **options) as raster:
            yield raster
    except GDAL_FAULTS as exc:
        raise BadScene("cut_short", f"{name}: {exc}") from exc


def _refuse_bomb(block: bytes, most: int, name: str) -> None:
    """Refuse a block that would go on unpacking beyond its pixels.

    GDAL 3.10 takes such a block for whole and leaves stray memory in its last rows, so that
    the same file reads differently each time.
    """
    try:
        unpacked = len(zlib.decompressobj().decompress(block, most + 1)) if block else 0
    except zlib.error as exc:
        raise BadScene("cut_short", f"{name}: a block cannot be unpacked ({exc})") from exc
    if unpacked > most:
        raise BadScene("unreadable_raster", f"{name}: a block unpacks to more than its pixels")


def _is_copy(image: Directory, main: Directory, coarser: float) -> bool:
    """Return whether an image shows the same as `main`, smaller but not too small."""
    same = (image.samples, image.bits, image.is_planar) == (main.samples, main.bits, main.is_planar)
    by_col, by_row = main.width / image.width, main.height / image.height
    # Sides are rounded, up or down.
    alike = abs(main.width - image.width * by_row) <= max(by_row, 1.0) * 1.5
    return image.is_overview and same and alike and max(by_col, by_row) <= coarser * 1.01


def _scaled(window: PixelWindow, main: Directory, level: Directory) -> PixelWindow:
    if level is main:
        return window
    by_col, by_row = main.width / level.width, main.height / level.height
    return PixelWindow(
        left=max(int(window.left / by_col) - 2, 0),
        top=max(int(window.top / by_row) - 2, 0),
        right=min(int(window.right / by_col) + 3, level.width),
        bottom=min(int(window.bottom / by_row) + 3, level.height),
    )


def _number(text: bytes, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if value - value == 0 else default
