"""More positions than memory holds: set aside on disk by day, given back a day at a time in order.

Numpy rows in plain files; nothing here outlives the import that made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.domain.positions import ARRAY_FIELDS, PositionColumns

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
_MOST_SORTED = 250_000
"""Rows sorted at once in memory; a larger day is first cut by its sort key on disk."""
_MOST_PARTS = 64
"""Files a day is cut into at once, all open together; what is still too large is cut again."""
_ROW = np.dtype(
    [
        ("time_ms", "<i8"), ("received_ms", "<i8"), ("mmsi", "<i8"), ("lon", "<f8"),
        ("lat", "<f8"), ("sog_kn", "<f4"), ("cog_deg", "<f4"), ("heading_deg", "<f4"),
        ("nav_status", "<i1"), ("precision_m", "<f4"), ("source", "<i4"),
    ]
)  # fmt: skip
Rows = npt.NDArray[np.void]


class Spill:
    """Positions set aside in a folder."""

    def __init__(self, folder: Path) -> None:
        """Use an empty folder."""
        self._folder = folder
        self._sources: dict[str, int] = {}
        self._counts: dict[int, int] = {}

    def days(self) -> list[int]:
        """Return, ordered, the days (counted from 1970-01-01) there is anything of."""
        return sorted(self._counts)

    def add(self, positions: PositionColumns) -> None:
        """Set rows aside, any number of days among them."""
        if not len(positions):
            return
        index = [self._sources.setdefault(n, len(self._sources)) for n in positions.sources]
        rows = np.empty(len(positions), _ROW)
        for name in ARRAY_FIELDS:
            rows[name] = getattr(positions, name)
        rows["source"] = np.array(index, np.int32)[positions.source]
        days = rows["time_ms"] // DAY_MS
        order = np.argsort(days, kind="stable")
        for part in np.split(rows[order], np.flatnonzero(np.diff(days[order])) + 1):
            day = int(part["time_ms"][0] // DAY_MS)
            with (self._folder / f"{day}.rows").open("ab") as file:
                file.write(part.tobytes())
            self._counts[day] = self._counts.get(day, 0) + len(part)

    def take(self, day: int) -> Iterator[PositionColumns]:
        """Yield a day's rows in bounded pieces, sorted by hour, vessel, time and place, and
        forget them; of repeats the one received first is kept."""
        count = self._counts.pop(day)
        yield from _in_order(self._folder / f"{day}.rows", count, tuple(self._sources))


def _in_order(path: Path, count: int, sources: tuple[str, ...]) -> Iterator[PositionColumns]:
    pivots = _pivots(path, count) if count > _MOST_SORTED else np.empty(0, np.int64)
    if not len(pivots):
        rows = np.fromfile(path, _ROW)
        path.unlink()
        yield _sorted(rows, sources)
        return
    parts = [path.with_name(f"{path.name}.{i}") for i in range(len(pivots) + 1)]
    counts = np.zeros(len(parts), np.int64)
    files = [part.open("wb") for part in parts]
    try:
        for rows in _chunks(path):
            place = np.searchsorted(pivots, _key(rows), side="right")
            for i in np.unique(place):
                chosen = rows[place == i]
                files[i].write(chosen.tobytes())
                counts[i] += len(chosen)
    finally:
        for file in files:
            file.close()
    path.unlink()
    for part, rows_in_it in zip(parts, counts.tolist(), strict=True):
        yield from _in_order(part, rows_in_it, sources)


def _pivots(path: Path, count: int) -> npt.NDArray[np.int64]:
    """Return keys that cut a file into parts small enough; none if it is all one key."""
    few = [_key(rows[:: 1 + len(rows) // 500]) for rows in _chunks(path)]
    sample = np.sort(np.concatenate(few))
    parts = min(2 * count // _MOST_SORTED + 1, _MOST_PARTS)
    pivots = np.unique(sample[np.linspace(0, len(sample) - 1, parts + 1).astype(int)[1:-1]])
    above: npt.NDArray[np.int64] = pivots[pivots > sample[0]]
    return above


def _key(rows: Rows) -> npt.NDArray[np.int64]:
    """Return the place of each row of one day in its order, as one number: hour, vessel, time."""
    of_day = rows["time_ms"] % DAY_MS
    vessel = of_day // HOUR_MS * 1_000_000_000 + rows["mmsi"]
    key: npt.NDArray[np.int64] = vessel * HOUR_MS + of_day % HOUR_MS
    return key


def _chunks(path: Path) -> Iterator[Rows]:
    with path.open("rb") as file:
        while text := file.read(_MOST_SORTED // 4 * _ROW.itemsize):
            yield np.frombuffer(text, _ROW)


def _sorted(rows: Rows, sources: tuple[str, ...]) -> PositionColumns:
    columns = {name: np.ascontiguousarray(rows[name]) for name in ARRAY_FIELDS}
    merged = PositionColumns(sources=sources, **columns).canonical()
    return merged.take(np.argsort(merged.time_ms // HOUR_MS, kind="stable"))
