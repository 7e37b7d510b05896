"""One door for AIS files: looks at the first lines, then hands over to the reader of the format."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.ais.aisstream import read_frames
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.nmea import read_nmea
from monitor.sources.ais.tables import columns_of, read_table
from monitor.sources.base import AisBatch

MAX_LINE = 65_536
"""Longest line taken as one, characters: no AIS line comes near it, and memory stays bounded."""
_HEAD = 65_536
_SENTENCE = re.compile(r"[!$][A-Z-]{2}[A-Z]{3},[^*]*\*[0-9A-Fa-f]{2}|[!$]..VD[MO],")
_PACKED = {
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"PAR1": "parquet",
}


class AisFormat(StrEnum):
    """What a file holds."""

    NMEA = "nmea"
    AISSTREAM = "aisstream"
    TABLE = "table"


def read_ais_file(
    path: Path,
    *,
    tally: Tally,
    name: str | None = None,
    received_at: datetime | None = None,
    start_at: datetime | None = None,
    batch_rows: int = 20_000,
) -> Iterator[AisBatch]:
    """Read any AIS file: raw NMEA, saved aisstream.io frames, MarineCadastre or Danish CSV.

    Gzip is unpacked on the way. The format is told by content, never by the file's name.

    Args:
        path: The file.
        tally: Counts every line: accepted, ignored or rejected, by reason.
        name: Name of the source the rows get, `file:<file name>` if left out.
        received_at: When all rows reached us; left out, each row's own receive time stands, and
            its event time where it has none.
        start_at: For raw logs in which nothing tells the date: when the first line was received.
        batch_rows: About how many rows make a batch.

    Raises:
        InputError: The file is missing, empty, no file at all, or of no known format.
    """
    form = ais_format(path)
    source = name or f"file:{path.name}"
    # NMEA is bytes: one to a character, so that checksums hold. The rest is UTF-8.
    lines = _lines(path, "latin-1" if form is AisFormat.NMEA else "utf-8", tally)
    if form is AisFormat.TABLE:
        yield from read_table(
            lines,
            file=path.name,
            source=source,
            tally=tally,
            received_at=received_at,
            batch_rows=batch_rows,
        )
        return
    builder = BatchBuilder(
        source=source, tally=tally, batch_rows=batch_rows, received_at=received_at
    )
    if form is AisFormat.NMEA:
        yield from read_nmea(lines, builder, tally=tally, start_at=start_at)
    else:
        yield from read_frames(lines, builder, tally=tally)


def ais_format(path: Path) -> AisFormat:
    """Tell the format of a file by its first 64 KiB.

    Raises:
        InputError: As `read_ais_file`.
    """
    head = _head(path)
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    if not lines:
        raise InputError(f"{path}: the file is empty")
    if columns_of(lines[0]):
        return AisFormat.TABLE
    objects = [line for line in lines if line.startswith(("{", "["))]
    if any('"MessageType"' in line for line in objects):
        return AisFormat.AISSTREAM
    if any(_SENTENCE.search(line) for line in lines if not line.startswith(("{", "["))):
        return AisFormat.NMEA
    if objects:
        raise InputError(f"{path}: JSON, but not aisstream.io frames, one to a line")
    raise InputError(
        f"{path}: no line of any known AIS format (NMEA, aisstream.io JSON lines, "
        "MarineCadastre or Danish CSV)"
    )


def _open(path: Path, encoding: str) -> io.TextIOWrapper:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    binary = gzip.open(path, "rb") if packed else path.open("rb")  # noqa: SIM115 - see next line
    # The wrapper owns the file and closes it.
    return io.TextIOWrapper(binary, encoding=encoding, errors="replace")


def _head(path: Path) -> str:
    try:
        if path.is_dir():
            raise InputError(f"{path}: a folder, not a file; name a file in it")
        with path.open("rb") as file:
            start = file.read(8)
        for magic, what in _PACKED.items():
            if start.startswith(magic):
                raise InputError(f"{path}: {what} is not read here; unpack it or convert it to CSV")
        with _open(path, "latin-1") as text:
            return text.read(_HEAD)
    except FileNotFoundError as exc:
        raise InputError(f"{path}: no such file") from exc
    except (OSError, EOFError, zlib.error) as exc:
        raise InputError(f"{path}: cannot be read: {exc}") from exc


def _lines(path: Path, encoding: str, tally: Tally) -> Iterator[str]:
    """Yield physical lines; damage in the middle (a cut gzip) ends them and is counted."""
    try:
        with _open(path, encoding) as text:
            while line := text.readline(MAX_LINE):
                yield line
    except (OSError, EOFError, zlib.error) as exc:
        tally.read += 1
        tally.reject("damaged_file", f"{path.name}: {exc}")
