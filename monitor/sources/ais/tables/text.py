"""AIS archives as text tables: MarineCadastre (both generations), the Danish Maritime Authority,
and any other CSV whose columns are told by a `ColumnMap`.

Read in columns. Two extra columns are understood in any of them: `Source` names the feed a row
came from, and `Received` says when it reached us (an ISO instant), so that a replay can tell
late news from fresh.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.ais.tables.column_map import (
    KNOWN_HEADERS,
    ColumnMap,
    ColumnRule,
    is_header,
    missing_columns,
)
from monitor.sources.ais.tables.frames import EMPTY, FrameReader
from monitor.sources.base import AisBatch

_NUMBERS = frozenset(
    {"mmsi", "lat", "lon", "sog_kn", "cog_deg", "heading_deg", "precision_m", "message_type"}
)
"""Columns of as many values as rows; the others are read as categories."""
_EMPTY_CELLS = sorted({word for e in EMPTY for word in (e, e.capitalize(), e.upper())})
_UNIT = "\x1f"
"""Between cells taken out of quotation marks (ASCII's own unit separator)."""
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """The shape of one table."""

    rules: Mapping[str, ColumnRule]
    delimiter: str
    width: int


def looks_like_a_table(first_line: str) -> bool:
    """Return whether a file's first line is a header that tells its columns."""
    layout = _layout(first_line, KNOWN_HEADERS)
    return is_header(layout.rules)


def read_table(
    blocks: Iterable[bytes],
    *,
    file: str,
    source: str,
    tally: Tally,
    received_at: datetime | None = None,
    batch_rows: int = 20_000,
    columns: ColumnMap = KNOWN_HEADERS,
) -> Iterator[AisBatch]:
    """Read a table, `batch_rows` lines at a time.

    Args:
        blocks: Whole lines of UTF-8 text, many together, the header first; of the last line the
            end may be missing.
        file: Name for messages to the user.
        source: Name of the rows' source where no column gives one.
        tally: Counts every row after the header. A row from which NUL bytes were taken is kept
            and counted under repaired `nul_bytes_removed` besides its own outcome.
        received_at: When all rows reached us; else `Received`, else the event time. A table
            without a column of time is a snapshot of that moment.
        batch_rows: Rows to a batch, at most.
        columns: What the header does not tell.

    Raises:
        InputError: A column without which nothing works is not there.
    """
    rest = iter(blocks)
    first = next(rest, b"").removeprefix(b"\xef\xbb\xbf")
    line, _, body = _line_feeds(first).partition(b"\n")
    header = line.decode("utf-8", "replace")
    layout = _layout(header, columns)
    if missing := missing_columns(layout.rules, timed=received_at is not None):
        raise InputError(
            f"{file}: no column {', '.join(missing)}; found {header.strip()[:300]}. MarineCadastre "
            "and Danish (aisdk) headers are understood; name others with --columns mmsi=…,time=…"
        )
    reader = FrameReader(
        rules=layout.rules,
        time_format=columns.time_format,
        source=source,
        tally=tally,
        received_at=received_at,
    )
    for block in chain([body if columns.has_header else first], rest):
        for lines in _cut(_line_feeds(block), batch_rows):
            for text, delimiter in _sound_parts(lines, layout, tally):
                yield _batch(text, delimiter, layout, reader)


def _layout(header: str, columns: ColumnMap) -> _Layout:
    header = header.lstrip("\ufeff").rstrip("\r\n")
    delimiter = columns.delimiter or max(_DELIMITERS, key=header.count)
    names = _cells(header, delimiter) or [""]
    return _Layout(rules=columns.rules(names), delimiter=delimiter, width=len(names))


def _cells(line: str, delimiter: str) -> list[str]:
    # Each line by itself: a quotation mark in a ship's name must not swallow the next rows.
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _line_feeds(block: bytes) -> bytes:
    """Return the block with every kind of line end as one."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return block


def _cut(block: bytes, rows: int) -> Iterator[bytes]:
    """Yield at most `rows` lines at a time, each ended."""
    if block and not block.endswith(b"\n"):
        block += b"\n"
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    start = 0
    for end in [*ends[rows - 1 : -1 : rows].tolist(), len(block) - 1]:
        if end >= start:
            yield block[start : end + 1]
        start = end + 1


def _sound_parts(block: bytes, layout: _Layout, tally: Tally) -> Iterator[tuple[bytes, str]]:
    """Yield the rows that are rows, as texts without quotation marks, each with its delimiter."""
    if b"\0" in block:
        tally.repaired["nul_bytes_removed"] += sum(b"\0" in line for line in block.split(b"\n"))
        block = block.replace(b"\0", b"")
    chars = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(chars == ord("\n"))
    tally.read += len(ends)
    odd = _per_line(chars == ord(layout.delimiter), ends) != layout.width - 1
    if b'"' in block:
        odd |= _per_line(chars == ord('"'), ends) > 0
    if not odd.any():
        yield block, layout.delimiter
        return
    lines = block.split(b"\n")
    plain = [lines[i] for i in np.flatnonzero(~odd)]
    unquoted = _unquoted([lines[i] for i in np.flatnonzero(odd)], layout, tally)
    for rows, delimiter in ((plain, layout.delimiter), (unquoted, _UNIT)):
        if rows:
            yield b"\n".join([*rows, b""]), delimiter


def _per_line(marks: npt.NDArray[np.bool_], ends: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return np.diff(np.searchsorted(np.flatnonzero(marks), ends), prepend=0)


def _unquoted(lines: list[bytes], layout: _Layout, tally: Tally) -> list[bytes]:
    """Return the good ones of lines that need a closer look; count the others."""
    kept = []
    for line in lines:
        if not line.strip():
            tally.ignored["blank"] += 1
            continue
        text = line.decode("utf-8", "replace")
        cells = _cells(text, layout.delimiter)
        if len(cells) == layout.width:
            kept.append(_UNIT.join(cell.replace(_UNIT, " ") for cell in cells).encode())
        else:
            tally.reject("wrong_number_of_columns", text)
    return kept


def _batch(text: bytes, delimiter: str, layout: _Layout, reader: FrameReader) -> AisBatch:
    places = {ours: rule.place for ours, rule in layout.rules.items()}
    numeric = {place for ours, place in places.items() if ours in _NUMBERS}
    dtypes: dict[int, Any] = {p: "category" for p in places.values() if p not in numeric}
    table = pd.read_csv(
        io.BytesIO(text),
        sep=delimiter,
        header=None,
        names=range(layout.width),
        usecols=sorted(set(places.values())),
        dtype=dtypes,
        na_values={place: _EMPTY_CELLS for place in numeric},
        keep_default_na=False,
        quoting=csv.QUOTE_NONE,
        lineterminator="\n",
        skip_blank_lines=False,
        encoding="utf-8",
        encoding_errors="replace",
        low_memory=False,
    )
    frame = pd.DataFrame({ours: table[place] for ours, place in places.items()})

    def example(row: int) -> str:
        return text.split(b"\n")[row].decode("utf-8", "replace").replace(_UNIT, layout.delimiter)

    return reader.batch(frame, example)
