"""When and where we truly listened, for people: hours heard near the port, and the map of cells."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.detect.reception import CellHeard, reception_features
from monitor.domain.coverage import HOUR_MS, CellHours, cells_around, cells_within
from monitor.domain.place import Gazetteer
from monitor.domain.window import TimeWindow, from_ms, to_ms
from monitor.errors import InputError
from monitor.report.files import write_json
from monitor.store.engine import Store
from monitor.store.reception import load_reception, vessels_by_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHeard:
    """How well the port was listened to on one UTC day."""

    day: datetime
    hours: int
    """Hours of the day that lie in the span asked for."""
    heard: int
    """Hours in which any source heard anybody near the port."""
    by_source: tuple[tuple[str, int], ...]
    """The same for each source, ordered by name."""


def listening_near(store: Store, gazetteer: Gazetteer, window: TimeWindow) -> tuple[DayHeard, ...]:
    """Return for each day of `window` in how many hours anybody was heard near the port.

    Near are the cells the areas touch, and their neighbours.
    """
    near = {c for cell in cells_within(gazetteer.bounds) for c in cells_around(cell)}
    first, last = _hours(window)
    with store.read() as connection:
        names, rows = load_reception(
            connection, first_hour=first, last_hour=last, cells=sorted(near)
        )
    heard: dict[int, dict[str, set[int]]] = defaultdict(lambda: {name: set() for name in names})
    for hour, feed in zip(rows.hour.tolist(), rows.feed.tolist(), strict=True):
        heard[hour // 24][names[feed]].add(hour)
    days = []
    for day in range(first // 24, last // 24 + 1):
        own = heard[day]
        days.append(
            DayHeard(
                day=from_ms(day * 24 * HOUR_MS),
                hours=min(last, day * 24 + 23) - max(first, day * 24) + 1,
                heard=len(set().union(*own.values())),
                by_source=tuple((name, len(own[name])) for name in names),
            )
        )
    return tuple(days)


def reception_map(
    store: Store, window: TimeWindow, *, bounds: tuple[float, float, float, float] | None = None
) -> tuple[CellHeard, ...]:
    """Return how well each cell was heard in `window`, ordered by cell; silent cells are absent.

    Args:
        store: What the monitor remembers.
        window: By the time the ships were there; whole hours.
        bounds: Only cells that touch (west, south, east, north); the world if None.
    """
    first, last = _hours(window)
    cells = cells_within(bounds) if bounds else None
    with store.read() as connection:
        names, rows = load_reception(connection, first_hour=first, last_hour=last, cells=cells)
        ships = vessels_by_cell(connection, first_ms=first * HOUR_MS, end_ms=(last + 1) * HOUR_MS)
    parts = np.split(np.arange(len(rows.cell)), np.flatnonzero(np.diff(rows.cell)) + 1)
    return tuple(_cell_heard(rows, part, names, ships) for part in parts if len(part))


def coverage_table(store: Store, gazetteer: Gazetteer, window: TimeWindow) -> str:
    """Return hours heard near the port as a text table: one line for each day."""
    days = listening_near(store, gazetteer, window)
    names = [name for name, _ in days[0].by_source]
    wide = [max(len(name), 3) for name in names]
    heads = "  ".join(f"{n:>{w}}" for n, w in zip(names, wide, strict=True))
    lines = [f"day         heard  {heads}".rstrip()]
    for d in days:
        counts = zip(d.by_source, wide, strict=True)
        cells = "  ".join(f"{hours:>{w}}" for (_, hours), w in counts)
        lines.append(f"{d.day:%Y-%m-%d}  {d.heard:>2}/{d.hours:>2}  {cells}".rstrip())
    heard, hours = sum(d.heard for d in days), sum(d.hours for d in days)
    return "\n".join([*lines, f"{heard} of {hours} hours"])


def coverage_json(store: Store, gazetteer: Gazetteer, window: TimeWindow) -> str:
    """Return hours heard near the port as JSON: one object for each day."""
    return json.dumps(
        [
            {
                "day": f"{d.day:%Y-%m-%d}",
                "hours": d.hours,
                "heard": d.heard,
                "by_source": dict(d.by_source),
            }
            for d in listening_near(store, gazetteer, window)
        ],
        indent=2,
    )


def write_reception_map(path: Path, store: Store, window: TimeWindow) -> None:
    """Write the reception map of `window` as a GeoJSON feature collection.

    Raises:
        InputError: `path` is not in a folder that can be written to.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(f"{path}: name a file in a folder that exists, e.g. reception.geojson")
    features = reception_features(reception_map(store, window))
    write_json(path, {"type": "FeatureCollection", "features": features})


def _cell_heard(
    rows: CellHours, part: npt.NDArray[np.intp], names: Sequence[str], ships: Mapping[int, int]
) -> CellHeard:
    feeds = rows.feed[part]
    minutes = np.bitwise_count(rows.minutes[part])
    cell = int(rows.cell[part[0]])
    return CellHeard(
        cell=cell,
        hours=len(np.unique(rows.hour[part])),
        minutes=max(int(minutes[feeds == f].sum()) for f in np.unique(feeds).tolist()),
        vessels=ships.get(cell, 0),
        feeds=tuple(names[f] for f in np.unique(feeds).tolist()),
    )


def _hours(window: TimeWindow) -> tuple[int, int]:
    """Return the first and the last hour since the epoch that a window touches."""
    end = to_ms(max(window.end, window.start + timedelta(milliseconds=1)))
    return to_ms(window.start) // HOUR_MS, -(-end // HOUR_MS) - 1
