"""What ships said of themselves, in the archive: a Parquet file a day, a row group an hour.

Of equal reports of one hour and source the earliest is kept: how long a ship kept to a name or a
number is told by how often she said it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

from monitor.domain.vessel import StaticReport
from monitor.store.spill import DAY_MS, HOUR_MS

_SAID = tuple(f.name for f in fields(StaticReport) if f.name != "time_ms")
_TEXTS = ("name", "call_sign", "destination", "source")
Row = dict[str, Any]


class StaticSpill:
    """Static reports set aside in a folder, by hour."""

    def __init__(self, folder: Path) -> None:
        """Use an empty folder, or one with files of other names."""
        self._folder = folder

    def days(self) -> list[int]:
        """Return, ordered, the days (counted from 1970-01-01) there is anything of."""
        return sorted({int(file.name.split(".")[0]) for file in self._folder.glob("*.static")})

    def add(self, reports: Iterable[StaticReport]) -> None:
        """Set reports aside."""
        told: dict[int, list[str]] = {}
        for report in reports:
            row = {name: getattr(report, name) for name in _SAID}
            line = json.dumps({"time": report.time_ms, **row})
            told.setdefault(report.time_ms // HOUR_MS, []).append(line)
        for hour, lines in told.items():
            path = self._folder / f"{hour // 24}.{hour % 24}.static"
            with path.open("a", encoding="utf-8") as file:
                file.write("\n".join([*lines, ""]))

    def merge(self, day: int, before: Path | None, after: Path) -> None:
        """Write a day's reports, with those of the file `before`, to `after`; an hour at a time."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with ExitStack() as stack:
            held = stack.enter_context(pq.ParquetFile(before)) if before is not None else None
            groups = {} if held is None else _hours_of(held)
            files = {int(f.name.split(".")[1]): f for f in self._folder.glob(f"{day}.*.static")}
            writer = pq.ParquetWriter(after, _schema(pa.timestamp("ms", "UTC")), compression="zstd")
            stack.enter_context(writer)
            for hour in sorted(files.keys() | groups.keys()):
                rows = _rows_of(held, groups[hour]) if hour in groups else []
                if hour in files:
                    with files[hour].open(encoding="utf-8") as lines:
                        rows += [json.loads(line) for line in lines]
                table = pa.Table.from_pylist(_once(rows), schema=_schema(pa.int64()))
                writer.write_table(table.cast(writer.schema))


def _once(rows: list[Row]) -> list[Row]:
    """Return an hour's reports, of equal ones the earliest, by vessel and time."""
    first: dict[tuple[object, ...], Row] = {}
    for row in sorted(rows, key=lambda row: int(row["time"])):
        first.setdefault(tuple(row[name] for name in _SAID), row)
    return sorted(first.values(), key=lambda row: (row["mmsi"], row["time"], repr(row)))


def _rows_of(file: Any, group: int) -> list[Row]:  # noqa: ANN401 - a pyarrow ParquetFile
    import pyarrow as pa

    table = file.read_row_group(group, use_threads=False)
    rows: list[Row] = table.cast(_schema(pa.int64())).to_pylist()
    return rows


def _hours_of(file: Any) -> dict[int, int]:  # noqa: ANN401 - a pyarrow ParquetFile
    """Return the row group of each hour of the day."""
    firsts = [_rows_of(file, group)[0]["time"] for group in range(file.num_row_groups)]
    return {first % DAY_MS // HOUR_MS: group for group, first in enumerate(firsts)}


def _schema(instant: Any) -> Any:  # noqa: ANN401 - pyarrow's DataType and Schema
    import pyarrow as pa

    kinds = {"time": instant, "draught_m": pa.float64(), **dict.fromkeys(_TEXTS, pa.string())}
    return pa.schema([(name, kinds.get(name, pa.int64())) for name in ("time", *_SAID)])
