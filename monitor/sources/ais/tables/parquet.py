"""GeoParquet and Parquet tables of positions, and zstandard; the reader's door to pyarrow.

Columns are named as in any table (`ColumnMap`). A table without longitude and latitude may have
them in a point geometry, as WKB or as GeoArrow points.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import shapely

from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.ais.tables.column_map import (
    KNOWN_HEADERS,
    ColumnMap,
    ColumnRule,
    missing_columns,
)
from monitor.sources.ais.tables.frames import FrameReader
from monitor.sources.base import AisBatch

_LONLAT = frozenset({"OGC:CRS84", "EPSG:4326"})
"""In GeoParquet both mean longitude first (specification 1.1, "crs")."""


def open_zstandard(raw: BinaryIO, name: str) -> AbstractContextManager[Any]:
    """Return a stream that unpacks zstandard.

    Raises:
        InputError: pyarrow is not installed.
    """
    arrow = _pyarrow(name, "packed with zstandard")
    stream: AbstractContextManager[Any] = arrow.CompressedInputStream(
        arrow.PythonFile(raw, mode="r"), "zstd"
    )
    return stream


def read_parquet(
    path: Path,
    *,
    source: str,
    tally: Tally,
    received_at: datetime | None = None,
    batch_rows: int = 20_000,
    columns: ColumnMap = KNOWN_HEADERS,
) -> Iterator[tuple[AisBatch, float]]:
    """Read a Parquet file, `batch_rows` rows at a time.

    Args:
        path: The file.
        source: Name of the rows' source where no column gives one.
        tally: Counts every row.
        received_at: When all rows reached us; else `received`, else the event time.
        batch_rows: Rows to a batch, at most.
        columns: What the column names do not tell.

    Yields:
        A batch, and which part of the file has been read, in [0, 1].

    Raises:
        InputError: Not readable, not in longitude and latitude, or a needed column is not there.
    """
    _pyarrow(path.name, "Parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Columns of one row group may be large, so pages are read as they are needed.
        file = pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowException, OSError) as exc:
        raise InputError(f"{path}: not readable as Parquet: {_short(exc)}") from exc
    with file:
        names = file.schema_arrow.names
        rules = columns.rules(names)
        point = None if rules.keys() & {"lat", "lon"} else _point_column(file, path)
        wanted = sorted({rule.place for rule in rules.values()})
        if point is not None:
            rules |= {"lon": ColumnRule(place=-1), "lat": ColumnRule(place=-2)}
        if missing := missing_columns(rules, timed=received_at is not None):
            raise InputError(
                f"{path.name}: no column {', '.join(missing)}; found {', '.join(names)[:300]}; "
                "name yours with --columns mmsi=…,time=…"
            )
        reader = FrameReader(
            rules=rules,
            time_format=columns.time_format,
            source=source,
            tally=tally,
            received_at=received_at,
        )
        total, done = max(file.metadata.num_rows, 1), 0
        chosen = [names[i] for i in wanted] + ([point] if point is not None else [])
        try:
            for rows in file.iter_batches(batch_size=batch_rows, columns=chosen, use_threads=False):
                frame = _frame(rows, names, rules, point)
                tally.read += len(frame)
                done += len(frame)
                yield reader.batch(frame, partial(_example, frame)), done / total
        except (pa.ArrowException, OSError) as exc:
            tally.read += 1
            tally.reject("damaged_file", f"{path.name}: {_short(exc)}")


def _frame(
    rows: Any,  # noqa: ANN401 - a pyarrow RecordBatch
    names: list[str],
    rules: dict[str, ColumnRule],
    point: str | None,
) -> pd.DataFrame:
    taken = {
        ours: _column(rows.column(rows.schema.get_field_index(names[rule.place])))
        for ours, rule in rules.items()
        if rule.place >= 0
    }
    if point is not None:
        taken["lon"], taken["lat"] = _coordinates(rows.column(rows.schema.get_field_index(point)))
    return pd.DataFrame(taken)


def _column(values: Any) -> pd.Series:  # noqa: ANN401 - a pyarrow Array
    import pyarrow as pa

    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        values = values.cast(pa.string()).dictionary_encode()
    elif pa.types.is_timestamp(kind):
        # Times beyond milliseconds are rounded down, as everywhere in this program.
        values = values.cast(pa.timestamp("ms", kind.tz), safe=False)
    elif pa.types.is_decimal(kind):
        values = values.cast(pa.float64())
    elif pa.types.is_integer(kind) and values.null_count:
        values = values.cast(pa.float64(), safe=False)
    column: pd.Series = values.to_pandas()
    return column


def _coordinates(points: Any) -> tuple[pd.Series, pd.Series]:  # noqa: ANN401 - a pyarrow Array
    import pyarrow as pa

    if pa.types.is_struct(points.type):
        x, y = points.field("x").to_numpy(False), points.field("y").to_numpy(False)
        return pd.Series(x), pd.Series(y)
    shapes = shapely.from_wkb(points.to_numpy(zero_copy_only=False), on_invalid="ignore")
    # Anything but a point has no coordinates of its own and comes out as "no position".
    return pd.Series(shapely.get_x(shapes)), pd.Series(shapely.get_y(shapes))


def _point_column(file: Any, path: Path) -> str | None:  # noqa: ANN401 - a ParquetFile
    """Return the name of the primary geometry column, None if there is none.

    Raises:
        InputError: It is in another reference system than longitude and latitude.
    """
    told = (file.schema_arrow.metadata or {}).get(b"geo")
    if told is None:
        return None
    try:
        geo = json.loads(told)
        name = str(geo["primary_column"])
        system = geo["columns"][name].get("crs", {"id": {"authority": "OGC", "code": "CRS84"}})
        key = system and "{authority}:{code}".format_map(system["id"])
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise InputError(f"{path}: its GeoParquet description cannot be read: {exc}") from exc
    if key not in _LONLAT:
        raise InputError(f"{path}: in {key or 'no reference system'}; convert it to OGC:CRS84")
    return name if name in file.schema_arrow.names else None


def _example(frame: pd.DataFrame, row: int) -> str:
    return ",".join(map(str, np.asarray(frame.iloc[row], object)))


def _pyarrow(name: str, what: str) -> ModuleType:
    try:
        import pyarrow
    except ImportError as exc:
        raise InputError(
            f"{name}: {what}, which needs pyarrow: pip install 'tartus-monitor[archive]'"
        ) from exc
    module: ModuleType = pyarrow
    return module


def _short(exc: Exception) -> str:
    return " ".join(str(exc).split())[:200]
