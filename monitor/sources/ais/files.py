"""One door for AIS files: looks at the first bytes, then hands over to the reader of the format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.ais.aisstream import read_frames
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.nmea.by_block import MapsBlocks, read_nmea_blocks
from monitor.sources.ais.nmea.sentences import MAX_LINE
from monitor.sources.ais.tables.column_map import KNOWN_HEADERS, ColumnMap
from monitor.sources.ais.tables.geopackage import read_geopackage
from monitor.sources.ais.tables.parquet import read_parquet
from monitor.sources.ais.tables.text import looks_like_a_table, read_table
from monitor.sources.ais.unpack import BLOCK_BYTES, DAMAGE, ToldBytes, open_unpacked, whole_lines
from monitor.sources.base import AisBatch

_HEAD = 65_536
_TABLE_BYTES = 4 << 20
"""Of a table read at a time: the more, the more often a text is met that was understood before."""
_SENTENCE = re.compile(r"[!$][A-Z-]{2}[A-Z]{3},[^*]*\*[0-9A-Fa-f]{2}|[!$]..VD[MO],")
_PARQUET, _SQLITE = b"PAR1", b"SQLite format 3\0"
_ARCHIVED = ("date=*/*.parquet", "_static/*.parquet")
"""What an archive folder of this program holds."""


class AisFormat(StrEnum):
    """What a file holds."""

    NMEA = "nmea"
    AISSTREAM = "aisstream"
    TABLE = "table"
    PARQUET = "parquet"
    GEOPACKAGE = "geopackage"


def ais_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files themselves, archive folders replaced by the files in them, ordered.

    Raises:
        InputError: `-` stands for standard input, which cannot be read.
    """
    files: list[Path] = []
    for path in paths:
        if str(path) == "-":
            raise InputError(
                "-: standard input cannot be read, as a log may be read twice and in parts; save "
                "it to a file first: `COMMAND > log.nmea`, then name log.nmea"
            )
        inside = [file for pattern in _ARCHIVED for file in sorted(path.glob(pattern))]
        files.extend(inside or [path])
    return files


def read_ais_file(
    path: Path,
    *,
    tally: Tally,
    name: str | None = None,
    received_at: datetime | None = None,
    start_at: datetime | None = None,
    batch_rows: int = 20_000,
    scans: MapsBlocks = map,
    columns: ColumnMap | None = None,
    told: ToldBytes = lambda _: None,
) -> Iterator[AisBatch]:
    """Read any AIS file: raw NMEA, saved aisstream.io frames, a table as text, Parquet or
    GeoPackage.

    Gzip, bzip2, xz, zstandard and a zip of one file are unpacked on the way. The format is told
    by content, never by the file's name.

    Args:
        path: The file.
        tally: Counts every line or row: accepted, ignored or rejected, by reason.
        name: Name of the source the rows get, `file:<file name>` if left out.
        received_at: When all rows reached us; left out, each row's own receive time stands, and
            its event time where it has none.
        start_at: For raw logs in which nothing tells the date: when the first line was received.
        batch_rows: About how many rows make a batch.
        scans: Applies a pure function to the blocks of a raw log, answers in order; for instance
            in other processes.
        columns: What the columns of a table mean where its header does not tell; a text file is
            then taken for a table.
        told: Told now and then how many bytes of the file have been read.

    Raises:
        InputError: The file is missing, empty, no file at all, or of no known format.
    """
    form = ais_format(path, columns)
    source = name or f"file:{path.name}"
    if form in (AisFormat.PARQUET, AisFormat.GEOPACKAGE):
        size = path.stat().st_size
        read = read_parquet if form is AisFormat.PARQUET else read_geopackage
        for batch, part in read(
            path,
            source=source,
            tally=tally,
            received_at=received_at,
            batch_rows=batch_rows,
            columns=columns or KNOWN_HEADERS,
        ):
            told(int(part * size))
            yield batch
        return
    blocks = _blocks(path, tally, told, _TABLE_BYTES if form is AisFormat.TABLE else BLOCK_BYTES)
    if form is AisFormat.TABLE:
        yield from read_table(
            blocks,
            file=path.name,
            source=source,
            tally=tally,
            received_at=received_at,
            batch_rows=batch_rows,
            columns=columns or KNOWN_HEADERS,
        )
        return
    builder = BatchBuilder(
        source=source, tally=tally, batch_rows=batch_rows, received_at=received_at
    )
    if form is AisFormat.NMEA:
        yield from read_nmea_blocks(blocks, builder, tally=tally, start_at=start_at, scans=scans)
    else:
        yield from read_frames(_lines(blocks), builder, tally=tally)


def ais_format(path: Path, columns: ColumnMap | None = None) -> AisFormat:
    """Tell the format of a file by its first 64 KiB.

    Raises:
        InputError: As `read_ais_file`.
    """
    head = _head(path)
    if head.startswith(_PARQUET):
        return AisFormat.PARQUET
    if head.startswith(_SQLITE):
        return AisFormat.GEOPACKAGE
    text = head.decode("utf-8-sig", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError(f"{path}: the file is empty")
    if columns is not None or looks_like_a_table(lines[0]):
        return AisFormat.TABLE
    objects = [line for line in lines if line.startswith(("{", "["))]
    if any('"MessageType"' in line for line in objects):
        return AisFormat.AISSTREAM
    if any(_SENTENCE.search(line) for line in lines if not line.startswith(("{", "["))):
        return AisFormat.NMEA
    if objects:
        raise InputError(f"{path}: JSON, but not aisstream.io frames, one to a line")
    raise InputError(
        f"{path}: no line of any known AIS format (NMEA, aisstream.io JSON lines, MarineCadastre "
        "or Danish CSV); the columns of another table are named with "
        "`monitor import ais --columns`"
    )


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(
                f"{path}: a folder without an archive (date=…/*.parquet); name a file in it"
            )
        with open_unpacked(path) as (file, _):
            head = b""
            while len(head) < _HEAD and (more := file.read1(_HEAD)):
                head += more
            return head[:_HEAD]
    except FileNotFoundError as exc:
        raise InputError(f"{path}: no such file") from exc
    except DAMAGE as exc:
        raise InputError(f"{path}: cannot be read: {exc}") from exc


def _blocks(path: Path, tally: Tally, told: ToldBytes, block_bytes: int) -> Iterator[bytes]:
    """Yield whole lines by the block; damage in the middle (a cut gzip) ends them, counted."""
    try:
        with open_unpacked(path) as (file, raw):
            for block in whole_lines(file, block_bytes=block_bytes):
                yield block
                told(raw.tell())
    except DAMAGE as exc:
        tally.read += 1
        tally.reject("damaged_file", f"{path.name}: {exc}")


def _lines(blocks: Iterator[bytes]) -> Iterator[str]:
    """Yield physical lines, none longer than `MAX_LINE`."""
    for block in blocks:
        for line in block.decode("utf-8", "replace").removesuffix("\n").split("\n"):
            for start in range(0, max(len(line), 1), MAX_LINE):
                yield line[start : start + MAX_LINE]
