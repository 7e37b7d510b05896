"""A small TIFF made of a few blocks of a large one, which is all that GDAL ever opens.

The tags that matter are written anew and the blocks asked for are copied as they are, packed.
Other blocks are given an address that does not exist: touching one is an error, never a gap.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from monitor.sources.imagery.tiff import PLAIN_TAGS, Directory, Tag

Table = npt.NDArray[np.uint64]

_ABSENT = 2**62
"""Address of blocks that were left out."""
_LONG, _LONG8 = 4, 16
_SUBFILE, _STRIP_OFFSETS, _STRIP_COUNTS, _TILE_OFFSETS, _TILE_COUNTS = 254, 273, 279, 324, 325
_OVERVIEW, _MASK = 1, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One image of the excerpt."""

    image: Directory
    blocks: Mapping[int, bytes] = field(default_factory=dict)
    """Packed bytes by block number; empty for blocks that were never written."""


def excerpt(parts: Sequence[Part]) -> bytes:
    """Return a BigTIFF of these images, the first of them the main one.

    Georeference, band number and block numbers stay those of the file the parts come from.
    """
    order = parts[0].image.order
    out = _Pieces(struct.pack(f"{order}2sHHHQ", b"II" if order == "<" else b"MM", 43, 8, 0, 16))
    for number, part in enumerate(parts, start=1):
        _put(out, part, last=number == len(parts))
    return b"".join(out.pieces)


class _Pieces:
    """Bytes strung together without being copied at every step."""

    def __init__(self, first: bytes) -> None:
        self.pieces = [first]
        self.size = len(first)

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.size += len(piece)


def _put(out: _Pieces, part: Part, *, last: bool) -> None:
    """Add a directory, then the values and blocks it names, in the order of their addresses."""
    image = part.image
    kind = (_OVERVIEW if image.is_overview else 0) | (_MASK if image.is_mask else 0)
    tags = {tag: value for tag, value in image.tags.items() if tag in PLAIN_TAGS}
    tags[_SUBFILE] = Tag(_LONG, 1, struct.pack(f"{image.order}I", kind))
    names = (_TILE_OFFSETS, _TILE_COUNTS) if image.is_tiled else (_STRIP_OFFSETS, _STRIP_COUNTS)
    tables_bytes = 2 * 8 * image.blocks if image.blocks > 1 else 0  # one number fits its entry
    head_bytes = 8 + 20 * (len(tags) + 2) + 8
    long_tags = sum(len(t.values) for t in tags.values() if len(t.values) > 8)
    blocks_at = out.size + head_bytes + long_tags + tables_bytes
    addresses, sizes, blocks_bytes = _tables(part, blocks_at)
    for name, table in zip(names, (addresses, sizes), strict=True):
        raw = table.astype(f"{image.order}u8").tobytes()
        tags[name] = Tag(_LONG8, image.blocks, raw)
    head = bytearray(struct.pack(f"{image.order}Q", len(tags)))
    values_at, values = out.size + head_bytes, bytearray()
    for name, tag in sorted(tags.items()):
        head += struct.pack(f"{image.order}HHQ", name, tag.type, tag.count)
        if len(tag.values) <= 8:
            head += tag.values.ljust(8, b"\0")
        else:
            head += struct.pack(f"{image.order}Q", values_at + len(values))
            values += tag.values
    filler = -(values_at + len(values) + blocks_bytes) % 8  # directories begin at even addresses
    following = 0 if last else values_at + len(values) + blocks_bytes + filler
    out.add(bytes(head) + struct.pack(f"{image.order}Q", following))
    out.add(bytes(values))
    for block in part.blocks.values():
        out.add(block)
    out.add(bytes(filler))


def _tables(part: Part, at: int) -> tuple[Table, Table, int]:
    none = np.zeros(part.image.blocks, np.uint64)
    if not part.blocks:  # an image that is shown for its tags
        return none, none, 0
    addresses = np.full(part.image.blocks, _ABSENT, np.uint64)
    sizes = np.ones(part.image.blocks, np.uint64)
    begins = at
    for number, block in part.blocks.items():
        addresses[number], sizes[number] = (at, len(block)) if block else (0, 0)
        at += len(block)
    return addresses, sizes, at - begins
