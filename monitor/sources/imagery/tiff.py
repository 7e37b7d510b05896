"""What a TIFF says of itself: sizes, places, and where its blocks lie. No pixel is decoded here.

Everything is checked before anything is allocated for it: GDAL is only ever shown what passed
(`excerpt.py`), so a directory that loops, a block beyond the end of the file or a tile that
unpacks to gigabytes never gets that far. Source: TIFF 6.0; Adobe's BigTIFF; GDAL's GTiff notes
for overviews and masks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from monitor.errors import BadScene
from monitor.sources.imagery.spans import ReadsSpans, Span

AHEAD_BYTES = 16 * 1024
"""Fetched at a time while directories are walked; those of a COG of one band fit."""
MAX_BLOCK_BYTES = 64 * 1024 * 1024
"""Largest tile or strip to unpack. Sane ones have a few megabytes at most; 5490 × 5490 pixels of
16 bits in a single strip just pass."""
_MAX_SIDE_PX = 2_000_000
_MAX_BANDS = 256
_MAX_BLOCKS = 2_000_000
_MAX_DIRECTORIES = 32
_MAX_ENTRIES = 256
_MAX_TAG_BYTES = 256 * 1024

_WIDTH, _HEIGHT, _BITS, _COMPRESSION = 256, 257, 258, 259
_SAMPLES, _ROWS_PER_STRIP, _PLANAR = 277, 278, 284
_STRIP_OFFSETS, _STRIP_COUNTS, _TILE_OFFSETS, _TILE_COUNTS = 273, 279, 324, 325
_TILE_WIDTH, _TILE_HEIGHT, _SUBFILE, _SAMPLE_FORMAT = 322, 323, 254, 339
GDAL_METADATA = 42112

PLAIN_TAGS = frozenset(
    {
        _WIDTH, _HEIGHT, _BITS, _COMPRESSION, 262, 266, _SAMPLES, _ROWS_PER_STRIP, _PLANAR, 317,
        _TILE_WIDTH, _TILE_HEIGHT, 338, _SAMPLE_FORMAT, 347, 530, 532, 33550, 33922, 34264, 34735,
        34736, 34737, 42113, 50674,
    }
)  # fmt: skip
"""Tags that say how to unpack pixels and where they lie; only these are passed on to GDAL."""
_READ_TAGS = PLAIN_TAGS | {_SUBFILE, GDAL_METADATA}
_TYPE_BYTES = {
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8,
    18: 8,
}  # fmt: skip
_WHOLE_NUMBERS = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
_DEFLATE = frozenset({8, 32946})
_COMPLEX_FORMATS = frozenset({5, 6})
# None, LZW, JPEG, Deflate (two codes), PackBits, LERC, ZSTD.
_COMPRESSIONS = frozenset({1, 5, 7, 8, 32946, 32773, 34887, 50000})


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry of a directory; `values` are the raw bytes, in the file's byte order."""

    type: int
    count: int
    values: bytes


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the numbers of a block table lie in the file."""

    type: int
    count: int
    at: int

    def span(self, first: int, last: int) -> Span:
        size = _TYPE_BYTES[self.type]
        return Span(self.at + first * size, (last - first + 1) * size)


@dataclass(frozen=True, kw_only=True)
class Directory:
    """One image of a TIFF: the scene, an overview of it, or a mask. Checked, so plausible."""

    order: str
    """`<` or `>`, as for `struct`."""
    tags: Mapping[int, Tag]
    offsets: _Table
    counts: _Table

    def number(self, tag: int, default: int) -> int:
        """Return the first whole number of a tag."""
        return self.numbers(tag, default)[0]

    def numbers(self, tag: int, default: int) -> tuple[int, ...]:
        """Return the whole numbers of a tag."""
        entry = self.tags.get(tag)
        if entry is None or entry.count == 0 or entry.type not in _WHOLE_NUMBERS:
            return (default,)
        kind = self.order + _WHOLE_NUMBERS[entry.type]
        return tuple(int(v) for v in np.frombuffer(entry.values, kind))

    @cached_property
    def width(self) -> int:
        """Columns."""
        return self.number(_WIDTH, 0)

    @cached_property
    def height(self) -> int:
        """Rows."""
        return self.number(_HEIGHT, 0)

    @cached_property
    def samples(self) -> int:
        """Bands."""
        return self.number(_SAMPLES, 1)

    @cached_property
    def bits(self) -> int:
        """Bits of one number; all bands have the same."""
        return self.number(_BITS, 1)

    @cached_property
    def is_complex(self) -> bool:
        """Whether its numbers have an imaginary part."""
        return bool(_COMPLEX_FORMATS & set(self.numbers(_SAMPLE_FORMAT, 1)))

    @cached_property
    def is_tiled(self) -> bool:
        """Whether blocks are tiles, else strips."""
        return _TILE_WIDTH in self.tags

    @cached_property
    def block_width(self) -> int:
        """Columns of a block."""
        return self.number(_TILE_WIDTH, 0) if self.is_tiled else self.width

    @cached_property
    def block_height(self) -> int:
        """Rows of a block."""
        if self.is_tiled:
            return self.number(_TILE_HEIGHT, 0)
        return min(self.number(_ROWS_PER_STRIP, self.height), self.height)

    @cached_property
    def is_planar(self) -> bool:
        """Whether each band has blocks of its own."""
        return self.samples > 1 and self.number(_PLANAR, 1) == 2

    @cached_property
    def across(self) -> int:
        """Blocks side by side."""
        return -(-self.width // self.block_width)

    @cached_property
    def down(self) -> int:
        """Blocks one under another."""
        return -(-self.height // self.block_height)

    @property
    def blocks(self) -> int:
        """Blocks in all."""
        return self.across * self.down * (self.samples if self.is_planar else 1)

    @property
    def block_bytes(self) -> int:
        """Bytes of one unpacked block."""
        together = 1 if self.is_planar else self.samples
        return self.block_width * self.block_height * together * -(-self.bits // 8)

    @property
    def is_deflated(self) -> bool:
        """Whether blocks are packed with Deflate."""
        return self.number(_COMPRESSION, 1) in _DEFLATE

    @property
    def is_overview(self) -> bool:
        """Whether it is a smaller copy."""
        return self.number(_SUBFILE, 0) & 5 == 1

    @property
    def is_mask(self) -> bool:
        """Whether it says which pixels of an image count."""
        return self.number(_SUBFILE, 0) & 4 == 4

    def blocks_in(self, window: PixelWindow, band: int) -> npt.NDArray[np.int64]:
        """Return the numbers of the blocks that a window touches, for one band from 1."""
        rows = np.arange(window.top // self.block_height, -(-window.bottom // self.block_height))
        cols = np.arange(window.left // self.block_width, -(-window.right // self.block_width))
        first = (band - 1) * self.across * self.down if self.is_planar else 0
        return np.asarray(first + (rows[:, None] * self.across + cols).ravel(), np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelWindow:
    """Columns [left, right) and rows [top, bottom) of an image."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def pixels(self) -> int:
        """How many pixels it has."""
        return (self.right - self.left) * (self.bottom - self.top)


class Tiff:
    """The directories of one file, walked as far as they are asked for."""

    def __init__(self, file: ReadsSpans) -> None:
        """Read the first directory.

        Raises:
            BadScene: `cut_short`, `unreadable_raster`, `raster_too_large`; and what reading does.
        """
        self._file = file
        self._order, self._big, first = self._start()
        self._seen: set[int] = set()
        self.main, self._next = self._directory(first)
        _refuse_hostile(self.main, file.name)

    @cached_property
    def others(self) -> tuple[Directory, ...]:
        """The directories after the first: overviews and masks; what is not sane is left out."""
        return tuple(self._walk())

    def _walk(self) -> Iterator[Directory]:
        while self._next:
            found, self._next = self._directory(self._next)
            try:
                _refuse_hostile(found, self._file.name)
            except BadScene:
                continue  # a page that is no use to us is no harm either
            yield found

    def mask_of(self, image: Directory) -> Directory | None:
        """Return the mask that belongs to an image of this file, or None."""
        size = (image.width, image.height)
        fits = (d for d in self.others if d.is_mask and (d.width, d.height) == size)
        return next((d for d in fits if d.samples == 1 and d.bits in (1, 8)), None)

    def block_spans(self, image: Directory, wanted: npt.NDArray[np.int64]) -> dict[int, Span]:
        """Return where the packed bytes of blocks lie; empty for those never written.

        Raises:
            BadScene: `cut_short`: beyond the end of the file. `unreadable_raster`: they claim to
                be many times their unpacked size.
        """
        first, last = int(wanted.min()), int(wanted.max())
        raw = self._take(
            [image.offsets.span(first, last), image.counts.span(first, last)], "its block table"
        )
        kinds = (self._order + _WHOLE_NUMBERS[t.type] for t in (image.offsets, image.counts))
        offsets, sizes = (
            np.frombuffer(r, k)[wanted - first].tolist() for r, k in zip(raw, kinds, strict=True)
        )
        most = 2 * image.block_bytes + 65_536
        spans = {}
        for number, offset, size in zip(wanted.tolist(), offsets, sizes, strict=True):
            if size > most:
                raise BadScene("unreadable_raster", f"{self._file.name}: a block of {size} bytes")
            if size and offset + size > self._file.size:
                raise BadScene("cut_short", f"{self._file.name} ends before a block it names")
            spans[number] = Span(offset, size if offset else 0)
        return spans

    def _start(self) -> tuple[str, bool, int]:
        start = self._take([Span(0, 8)], "its header")[0]
        order = {b"II": "<", b"MM": ">"}.get(start[:2], "")
        version = struct.unpack(f"{order}H", start[2:4])[0] if order else 0
        if version == 42:
            return order, False, struct.unpack(f"{order}I", start[4:8])[0]
        if version == 43:
            return (
                order,
                True,
                struct.unpack(f"{order}Q", self._take([Span(8, 8)], "its header")[0])[0],
            )
        raise BadScene("unreadable_raster", f"{self._file.name} is no TIFF")

    def _take(self, spans: Iterable[Span], what: str) -> list[bytes]:
        spans = list(spans)
        if any(span.end > self._file.size for span in spans):
            raise BadScene("cut_short", f"{self._file.name} ends before {what}")
        return self._file.read(spans, ahead=AHEAD_BYTES)

    def _directory(self, at: int) -> tuple[Directory, int]:
        if at in self._seen or len(self._seen) >= _MAX_DIRECTORIES:
            raise BadScene("unreadable_raster", f"{self._file.name}: its directories never end")
        self._seen.add(at)
        head, entry, word = (8, 20, "Q") if self._big else (2, 12, "I")
        (raw,) = self._take([Span(at, head)], "its directory")
        (count,) = struct.unpack(self._order + ("Q" if self._big else "H"), raw)
        if not 0 < count <= _MAX_ENTRIES:
            raise BadScene(
                "unreadable_raster", f"{self._file.name}: a directory of {count} entries"
            )
        body_at = at + head
        (body,) = self._take([Span(body_at, count * entry + entry // 2 - 2)], "its directory's end")
        inline = 8 if self._big else 4
        entries: dict[int, _Table] = {}
        for n in range(count):
            tag, kind, values = struct.unpack_from(f"{self._order}HH{word}", body, n * entry)
            size = values * _TYPE_BYTES.get(kind, 0)
            place = n * entry + entry - inline
            at_value = body_at + place
            if size > inline:
                (at_value,) = struct.unpack_from(self._order + word, body, place)
            if kind in _TYPE_BYTES:
                entries.setdefault(tag, _Table(kind, values, at_value))
        (following,) = struct.unpack_from(self._order + word, body, count * entry)
        return self._checked(entries), following

    def _checked(self, entries: Mapping[int, _Table]) -> Directory:
        wanted = [
            (tag, table)
            for tag, table in sorted(entries.items())
            if tag in _READ_TAGS and table.count
        ]
        spans = [table.span(0, table.count - 1) for _, table in wanted]
        if any(span.size > _MAX_TAG_BYTES for span in spans):
            raise BadScene("unreadable_raster", f"{self._file.name}: a tag of too many bytes")
        values = self._take(spans, "its tags")
        tags = {
            tag: Tag(table.type, table.count, raw)
            for (tag, table), raw in zip(wanted, values, strict=True)
        }
        tiled = _TILE_WIDTH in tags
        offsets = entries.get(_TILE_OFFSETS if tiled else _STRIP_OFFSETS)
        counts = entries.get(_TILE_COUNTS if tiled else _STRIP_COUNTS)
        if offsets is None or counts is None:
            raise BadScene(
                "unreadable_raster", f"{self._file.name} does not say where its pixels are"
            )
        return Directory(order=self._order, tags=tags, offsets=offsets, counts=counts)


def _refuse_hostile(image: Directory, name: str) -> None:
    """Refuse an image that cannot be true, or that would cost more memory than it may."""
    sides = image.width, image.height
    blocks = image.number(_TILE_WIDTH, 1), image.number(_TILE_HEIGHT, 1), image.block_height
    if min(*sides, *blocks, image.samples, image.bits) < 1 or image.bits > 128:
        raise BadScene("unreadable_raster", f"{name} has no pixels")
    if max(sides) > _MAX_SIDE_PX or image.samples > _MAX_BANDS:
        raise BadScene(
            "raster_too_large", f"{name} claims {sides[0]} × {sides[1]} pixels × {image.samples}"
        )
    if image.block_bytes > MAX_BLOCK_BYTES or image.blocks > _MAX_BLOCKS:
        size = f"{image.block_height} × {image.block_width}"
        raise BadScene("raster_too_large", f"{name} has {image.blocks} blocks of {size} pixels")
    if len(set(image.numbers(_BITS, 1))) > 1 or image.number(_COMPRESSION, 1) not in _COMPRESSIONS:
        raise BadScene("unreadable_raster", f"{name} is packed in a way that is not read here")
    tables = image.offsets, image.counts
    if any(t.count < image.blocks or t.type not in _WHOLE_NUMBERS for t in tables):
        raise BadScene("cut_short", f"{name} names fewer blocks than it has")
