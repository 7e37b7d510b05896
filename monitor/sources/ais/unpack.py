"""Opening files that may be packed: gzip, bzip2, xz, zip with one member, zstandard.

Everything is streamed, so that an archive that unpacks to more than it seems costs time and
never memory.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from monitor.errors import InputError
from monitor.sources.ais.tables.parquet import open_zstandard

BLOCK_BYTES = 1 << 20
DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)
"""What the unpackers raise on bytes that are not what they claim (zip: RuntimeError, encrypted)."""
ToldBytes = Callable[[int], None]
"""Told how many bytes of the file have been read, before unpacking."""


class ReadsBytes(Protocol):
    """An open file, unpacked."""

    def read1(self, size: int, /) -> bytes:
        """Return up to `size` bytes, empty at the end of the file."""


@contextmanager
def open_unpacked(path: Path) -> Iterator[tuple[ReadsBytes, BinaryIO]]:
    """Open a file, told by its first bytes; give its unpacked content and the file beneath.

    Raises:
        InputError: A zip of several members, or no library for zstandard.
    """
    with path.open("rb") as raw:
        magic = raw.read(6)
        raw.seek(0)
        if magic.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield unpacked, raw
        elif magic.startswith(b"BZh"):
            with bz2.BZ2File(raw) as plain:
                yield plain, raw
        elif magic == b"\xfd7zXZ\0":
            with lzma.LZMAFile(raw) as plain_xz:
                yield plain_xz, raw
        elif magic.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(raw) as archive, archive.open(_only(path, archive)) as member:
                yield cast(ReadsBytes, member), raw
        elif magic.startswith(b"\x28\xb5\x2f\xfd"):
            with open_zstandard(raw, path.name) as stream:
                yield stream, raw
        else:
            yield raw, raw


def whole_lines(file: ReadsBytes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yield the lines of a file in blocks that end with a line; damage is raised after them.

    A line longer than a block, which no format has, is cut: memory stays bounded.
    """
    parts: list[bytes] = []
    held = 0
    try:
        # Unpackers hand out little at a time; a block is worth the work on it.
        while chunk := file.read1(block_bytes):
            parts.append(chunk)
            held += len(chunk)
            if held >= block_bytes:
                block, rest = _cut(b"".join(parts))
                yield block
                parts, held = [rest], len(rest)
    except DAMAGE:
        block, rest = _cut(b"".join(parts))
        if block.endswith(b"\n"):
            yield block
        raise
    if held:
        yield b"".join(parts)


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """Return the whole lines and the begun one; everything if it is all one line."""
    end = text.rfind(b"\n") + 1 or text.rfind(b"\r") + 1 or len(text)
    return text[:end], text[end:]


def _only(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        m
        for m in archive.infolist()
        if not m.is_dir() and not m.filename.startswith(("__MACOSX/", "."))
    ]
    if len(members) != 1:
        raise InputError(f"{path}: a zip of {len(members)} files; unpack it")
    return members[0]
