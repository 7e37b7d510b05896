"""The archive of closed days: one GeoParquet file a day, for GeoPandas, DuckDB and Dask.

`date=YYYY-MM-DD/positions.parquet` holds the day's positions, sorted by hour, vessel and time,
exact repeats merged; `_static/date=YYYY-MM-DD.parquet` what the ships said of
themselves, of equal reports one an hour. The
same rows give the same bytes, in whatever order and however often they come. The writer's door
to pyarrow.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.domain.positions import ARRAY_FIELDS, PositionColumns, concat, no_positions
from monitor.domain.vessel import StaticReport
from monitor.domain.window import TimeWindow, from_ms, to_ms
from monitor.errors import InputError
from monitor.store.archive_static import StaticSpill
from monitor.store.spill import DAY_MS, HOUR_MS, Spill

_GROUP_ROWS = 131_072
"""Most rows of a row group; a group never spans two hours, so that a reader can skip hours."""
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])
"""Well-known binary of a point, little-endian (OGC 06-103r4, 8.2)."""
_GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    # No "crs" means OGC:CRS84, longitude first (GeoParquet 1.1).
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
}
Progress = Callable[[int, int], None]
"""Told (days done, days in all)."""
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What a merge into the archive changed."""

    days: int
    """Day files written."""
    rows: int
    """Positions in those days now."""
    new: int
    """Of those, not there before."""


class ArchiveWriter:
    """Takes positions and static reports in any order; `merge` makes them part of the archive.

    Until then they wait on disk beside the archive, by day: memory does not grow with their
    number. Use as a context manager, which clears them away.
    """

    def __init__(self, folder: Path) -> None:
        """Open an archive, made if it is not there.

        Raises:
            InputError: The folder cannot be written, or pyarrow is not installed.
        """
        _pyarrow()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for stale in folder.glob(".import-*"):
                shutil.rmtree(stale)  # of an import that was killed
            self._scratch = Path(tempfile.mkdtemp(prefix=".import-", dir=folder))
        except OSError as exc:
            raise InputError(f"{folder}: cannot be written as an archive: {exc}") from exc
        self._folder = folder
        self._spill = Spill(self._scratch)
        self._static = StaticSpill(self._scratch)

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def add(self, positions: PositionColumns, static: Iterable[StaticReport] = ()) -> None:
        """Set rows aside until `merge`."""
        self._spill.add(positions)
        self._static.add(static)

    def merge(self, progress: Progress = lambda *_: None) -> Archived:
        """Merge what was added into the days it belongs to, one day after the other.

        Each file is written beside the old one and takes its place when it is whole. Killed on
        the way, some days have the new rows and some do not; the same import again ends with
        the bytes an undisturbed one would have given.
        """
        total = before = 0
        days = self._spill.days()
        for done, day in enumerate(days):
            progress(done, len(days))
            path = day_path(self._folder, day)
            if path.exists():
                for rows in _read(path):
                    before += len(rows)
                    self._spill.add(rows)
            total += _write(self._spill.take(day), path)
        for day in self._static.days():
            path = self._folder / "_static" / f"date={_date(day)}.parquet"
            path.parent.mkdir(exist_ok=True)
            part = _part(path)
            self._static.merge(day, path if path.exists() else None, part)
            _replace(part, path)
        progress(len(days), len(days))
        return Archived(days=len(days), rows=total, new=total - before)


def read_archive(
    folder: Path, *, window: TimeWindow | None = None, bounds: Bounds | None = None
) -> Iterator[PositionColumns]:
    """Yield archived positions, sorted by hour, vessel and time; row groups outside are skipped.

    Args:
        folder: The archive.
        window: Only positions of event time in [start, end).
        bounds: Only positions in this box: west, south, east, north in degrees.

    Raises:
        InputError: Nothing is there, a file is damaged, or pyarrow is not installed.
    """
    _pyarrow()
    days = sorted(folder.glob("date=*/positions.parquet"))
    if not days:
        raise InputError(f"{folder}: no archive (date=YYYY-MM-DD/positions.parquet)")
    for path in days:
        date = path.parent.name.removeprefix("date=")
        if window is None or _touches(date, window):
            yield from _read(path, window=window, bounds=bounds)


def day_path(folder: Path, day: int) -> Path:
    """Return the file of a day, counted from 1970-01-01."""
    return folder / f"date={_date(day)}" / "positions.parquet"


def _date(day: int) -> str:
    return f"{from_ms(day * DAY_MS):%Y-%m-%d}"


def _touches(date: str, window: TimeWindow) -> bool:
    return f"{window.start:%Y-%m-%d}" <= date <= f"{window.end:%Y-%m-%d}"


def _read(
    path: Path, *, window: TimeWindow | None = None, bounds: Bounds | None = None
) -> Iterator[PositionColumns]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for number in range(file.num_row_groups):
                if _may_hold(file.metadata.row_group(number), window, bounds):
                    rows = _columns(file.read_row_group(number, _COLUMNS, use_threads=False))
                    rows = _within(rows, window, bounds)
                    if len(rows):
                        yield rows
    except (pa.ArrowException, OSError, KeyError) as exc:
        raise InputError(f"{path}: cannot be read: {' '.join(str(exc).split())[:200]}") from exc


def _may_hold(
    group: Any,  # noqa: ANN401 - pyarrow's RowGroupMetaData
    window: TimeWindow | None,
    bounds: Bounds | None,
) -> bool:
    told = {
        column.path_in_schema: column.statistics
        for column in (group.column(i) for i in range(group.num_columns))
        if column.statistics is not None and column.statistics.has_min_max
    }
    spans: list[tuple[str, Any, Any]] = []
    if window is not None:
        spans.append(("time", window.start, window.end))
    if bounds is not None:
        west, south, east, north = bounds
        spans += [("lon", west, east), ("lat", south, north)]
    return all(
        name not in told or (told[name].min <= last and told[name].max >= first)
        for name, first, last in spans
    )


def _within(
    rows: PositionColumns, window: TimeWindow | None, bounds: Bounds | None
) -> PositionColumns:
    inside = np.ones(len(rows), np.bool_)
    if window is not None:
        inside &= (rows.time_ms >= to_ms(window.start)) & (rows.time_ms < to_ms(window.end))
    if bounds is not None:
        west, south, east, north = bounds
        inside &= (rows.lon >= west) & (rows.lon <= east)
        inside &= (rows.lat >= south) & (rows.lat <= north)
    return rows if inside.all() else rows.take(inside)


def _write(parts: Iterable[PositionColumns], path: Path) -> int:
    """Write a day's file from its rows in order; return how many there were."""
    import pyarrow.parquet as pq

    path.parent.mkdir(exist_ok=True)
    part = _part(path)
    written = 0
    with pq.ParquetWriter(part, _schema(), **_WRITING) as writer:
        for group in _row_groups(parts):
            writer.write_table(_table(group), row_group_size=len(group))
            written += len(group)
    _replace(part, path)
    return written


def _row_groups(parts: Iterable[PositionColumns]) -> Iterator[PositionColumns]:
    """Yield the rows again, cut at every hour and at the size of a group."""
    held = no_positions()
    for part in parts:
        edges = np.flatnonzero(np.diff(part.time_ms // HOUR_MS)) + 1
        for first, last in zip([0, *edges], [*edges, len(part)], strict=True):
            piece = part.take(slice(first, last))
            if len(held) and held.time_ms[0] // HOUR_MS != piece.time_ms[0] // HOUR_MS:
                yield held
                held = no_positions()
            held = concat([held, piece])
            while len(held) > _GROUP_ROWS:
                yield held.take(slice(_GROUP_ROWS))
                held = held.take(slice(_GROUP_ROWS, None))
    if len(held):
        yield held


def _schema() -> Any:  # noqa: ANN401 - a pyarrow Schema
    import pyarrow as pa

    instant = pa.timestamp("ms", "UTC")
    kinds = {
        "mmsi": pa.int32(), "time": instant, "received": instant, "lon": pa.float64(),
        "lat": pa.float64(), "sog_kn": pa.float32(), "cog_deg": pa.float32(),
        "heading_deg": pa.float32(), "nav_status": pa.int8(), "precision_m": pa.float32(),
        "source": pa.string(), "geometry": pa.binary(),
    }  # fmt: skip
    return pa.schema(list(kinds.items()), metadata={"geo": json.dumps(_GEO)})


_COLUMNS = [
    "mmsi", "time", "received", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "nav_status",
    "precision_m", "source",
]  # fmt: skip
_DELTAS = ("time", "received")
_SPLIT = ("lon", "lat")
_WRITING: dict[str, Any] = {
    "compression": "zstd",
    "use_dictionary": [c for c in _COLUMNS if c not in (*_DELTAS, *_SPLIT)],
    # Sorted by vessel and time, instants are small steps and coordinates share their first bytes.
    "column_encoding": {
        **dict.fromkeys(_DELTAS, "DELTA_BINARY_PACKED"),
        **dict.fromkeys(_SPLIT, "BYTE_STREAM_SPLIT"),
    },
}


def _table(rows: PositionColumns) -> Any:  # noqa: ANN401 - a pyarrow Table
    import pyarrow as pa

    columns: dict[str, Any] = {name: getattr(rows, name) for name in ARRAY_FIELDS}
    columns["time"], columns["received"] = columns.pop("time_ms"), columns.pop("received_ms")
    for name in ("sog_kn", "cog_deg", "heading_deg"):
        columns[name] = pa.array(columns[name], from_pandas=True)  # NaN is null
    names = pa.array(rows.sources, pa.string())
    columns["source"] = pa.DictionaryArray.from_arrays(pa.array(rows.source), names)
    points = np.empty(len(rows), _POINT)
    points["order"], points["kind"], points["lon"], points["lat"] = 1, 1, rows.lon, rows.lat
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * _POINT.itemsize
    columns["geometry"] = pa.Array.from_buffers(
        pa.binary(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(points.tobytes())]
    )
    schema = _schema()
    arrays = [pa.array(columns[f.name]).cast(f.type) for f in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _columns(table: Any) -> PositionColumns:  # noqa: ANN401 - a pyarrow Table
    import pyarrow as pa

    names = {"time_ms": "time", "received_ms": "received"}
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name in ARRAY_FIELDS:
        column = table.column(names.get(name, name)).combine_chunks()
        if name == "source":
            column = column.dictionary_encode()
            sources = column.dictionary.to_pylist()
            column = column.indices
        elif name in names:
            column = column.cast(pa.int64())
        arrays[name] = column.to_numpy(zero_copy_only=False)
    arrays["mmsi"] = arrays["mmsi"].astype(np.int64)
    arrays["source"] = arrays["source"].astype(np.int32)
    return PositionColumns(sources=tuple(sources), **arrays)


def _part(path: Path) -> Path:
    """Return where a file is written: readers of the folder pass over names with a dot."""
    return path.with_name(f".{path.name}.part")


def _replace(part: Path, path: Path) -> None:
    """Put a file in its place once it is whole on disk."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401 - only whether it is there
    except ImportError as exc:
        raise InputError(
            "the archive needs pyarrow: pip install 'tartus-monitor[archive]'"
        ) from exc
