"""Where and when we truly listened: the reception map, by cell and hour.

A cell is a quarter of a degree on a side. With its neighbours it reaches no farther than
`NEAR_KM` from a ship in it, about what one shore station hears (VHF carries some 40 nautical
miles to a mast), so ships heard there speak for the same receivers. Half a degree would count
harbours out of earshot; a tenth would be empty at a port that hears twenty reports a day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from monitor.domain.positions import PositionColumns
from monitor.domain.window import to_ms

Ints = npt.NDArray[np.int64]
HOUR_MS = 3_600_000
NEAR_KM = 80
"""No point of a cell and its neighbours is farther than this from any ship in the cell."""
_E7 = 10_000_000
_CELL_E7 = _E7 // 4
_COLUMNS, _ROWS = 360 * 4, 180 * 4
ANYWHERE = _COLUMNS * _ROWS
"""Stands for the whole world where a cell is asked for."""
_HOUR_BITS = 24
_FEED_SHIFT = _HOUR_BITS + 21


def cell_of(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Ints:
    """Return the cell of each position: rows from the south, columns from 180 degrees west.

    Coordinates are first rounded to 1e-7 degree as the store does, so that a position is in the
    same cell before and after it was stored.
    """
    lon_e7 = np.rint(np.asarray(lon, np.float64) * _E7).astype(np.int64)
    lat_e7 = np.rint(np.asarray(lat, np.float64) * _E7).astype(np.int64)
    column = (lon_e7 + 180 * _E7) // _CELL_E7 % _COLUMNS
    row = np.clip((lat_e7 + 90 * _E7) // _CELL_E7, 0, _ROWS - 1)
    return np.asarray(row * _COLUMNS + column, np.int64)


def cell_bounds(cell: int) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) of a cell, degrees."""
    row, column = divmod(cell, _COLUMNS)
    west, south = column / 4 - 180, row / 4 - 90
    return west, south, west + 0.25, south + 0.25


def cells_around(cell: int) -> tuple[int, ...]:
    """Return a cell and its neighbours, ordered; towards the poles more of them east and west."""
    row, column = divmod(cell, _COLUMNS)
    middle = np.cos(np.radians((row + 0.5) / 4 - 90))
    aside = min(round(1 / middle), 4)
    return tuple(
        sorted(
            {
                r * _COLUMNS + (column + c) % _COLUMNS
                for r in range(max(row - 1, 0), min(row + 2, _ROWS))
                for c in range(-aside, aside + 1)
            }
        )
    )


def cells_within(bounds: tuple[float, float, float, float]) -> tuple[int, ...]:
    """Return, ordered, the cells that touch (west, south, east, north)."""
    west, south, east, north = bounds
    low, high = cell_of([west, east], [south, north]).tolist()
    width = (high - low) % _COLUMNS
    return tuple(
        sorted(
            {
                row * _COLUMNS + (low + step) % _COLUMNS
                for row in range(low // _COLUMNS, high // _COLUMNS + 1)
                for step in range(width + 1)
            }
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellHours:
    """Who was received where and when: one row per feed, cell and hour; arrays of shape (n,).

    Each column is a union of what its reports say, so rows made from parts of a feed, in any
    order and with repeats, combine to the rows made from the whole.
    """

    feed: Ints
    """Index into the names of the feeds."""
    cell: Ints
    hour: Ints
    """Hours since the epoch, by the time the ships were there."""
    minutes: Ints
    """Bit m is set if something was received in minute m of the hour. It stands for a count of
    reports, which could not be told twice without counting twice."""
    low_mmsi: Ints
    """Smallest and largest MMSI received: enough to know whether anybody but one ship was."""
    high_mmsi: Ints


def cell_hours(positions: PositionColumns, feed: Ints) -> CellHours:
    """Return the cells and hours in which `positions` were received, ordered by feed, cell, hour.

    Args:
        positions: Rows in any order.
        feed: Index of each row's feed, shape (n,).
    """
    minute = positions.time_ms // 60_000
    hour = minute // 60
    key = (feed << _FEED_SHIFT) + (cell_of(positions.lon, positions.lat) << _HOUR_BITS) + hour
    key, bits, low, high = runs_joined(key, np.int64(1) << (minute - hour * 60), positions.mmsi)
    return CellHours(
        feed=key >> _FEED_SHIFT,
        cell=(key >> _HOUR_BITS) & ((1 << _FEED_SHIFT - _HOUR_BITS) - 1),
        hour=key & ((1 << _HOUR_BITS) - 1),
        minutes=bits,
        low_mmsi=low,
        high_mmsi=high,
    )


def runs_joined(key: Ints, bits: Ints, mmsi: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the distinct keys, ordered, with their bits joined, smallest and largest MMSI.

    Rows come in tracks, where the key stays the same for long: runs are joined before anything
    is sorted.
    """
    low = high = mmsi
    if not len(key):
        return key, bits, low, high
    for _ in range(2):
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        bits = np.bitwise_or.reduceat(bits, first)
        low, high = np.minimum.reduceat(low, first), np.maximum.reduceat(high, first)
        key = key[first]
        order = np.argsort(key, kind="stable")
        key, bits, low, high = key[order], bits[order], low[order], high[order]
    return key, bits, low, high


def hours_heard(cells: CellHours) -> tuple[Ints, Ints, Ints]:
    """Return the hours in which anything was received, smallest and largest MMSI of each."""
    order = np.argsort(cells.hour, kind="stable")
    hour = cells.hour[order]
    first = np.flatnonzero(np.r_[True, np.diff(hour) != 0]) if len(hour) else order
    if not len(hour):
        return hour, hour, hour
    low = np.minimum.reduceat(cells.low_mmsi[order], first)
    return hour[first], low, np.maximum.reduceat(cells.high_mmsi[order], first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How well others were heard in some place over some span."""

    fed: int
    """Hours in which others were heard."""
    hours: int
    """Hours in the span."""
    feeds: tuple[str, ...] = ()
    """Who heard them, ordered."""

    @property
    def share(self) -> float:
        """Share of the hours in which others were heard, 0-1."""
        return self.fed / self.hours if self.hours else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """When and where we truly listened: in which hours who was received in which cell.

    Rows are ordered by cell and hour; the rows of `ANYWHERE` say when anything was received at
    all. A coverage may hold only the cells somebody asked for.
    """

    cell: Ints
    hour: Ints
    feed: Ints
    """Index into `feeds`; -1 in the rows of `ANYWHERE`."""
    low_mmsi: Ints
    high_mmsi: Ints
    feeds: tuple[str, ...]
    _key: Ints = field(init=False, repr=False)
    """Cell and hour of each row in one number, ascending."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", (self.cell << _HOUR_BITS) + self.hour)

    @property
    def first_hour(self) -> int | None:
        """The first hour since the epoch in which anything was received; None if there is none."""
        (rows,) = self._rows((ANYWHERE,), 0, (1 << _HOUR_BITS) - 1)
        return int(self.hour[rows][0]) if rows.stop > rows.start else None

    def fed_between(
        self, start: datetime, end: datetime, *, except_mmsi: int | None = None
    ) -> tuple[int, int]:
        """Return (hours in which others were heard anywhere, hours in all) in [start, end)."""
        heard = self._heard((ANYWHERE,), to_ms(start), to_ms(end), except_mmsi)
        return heard.fed, heard.hours

    def near_between(
        self, lon: float, lat: float, start_ms: int, end_ms: int, *, except_mmsi: int | None = None
    ) -> Heard:
        """Return how well others were heard within `NEAR_KM` of a place in [start, end)."""
        cells = cells_around(int(cell_of(lon, lat)))
        return self._heard(cells, start_ms, end_ms, except_mmsi)

    def _heard(
        self, cells: tuple[int, ...], start_ms: int, end_ms: int, except_mmsi: int | None
    ) -> Heard:
        first, last = start_ms // HOUR_MS, -(-end_ms // HOUR_MS)
        last = max(last, first + 1)
        found = [rows for rows in self._rows(cells, first, last) if rows.stop > rows.start]
        low, high, hour, feed = (
            np.concatenate([column[rows] for rows in found]) if found else column[:0]
            for column in (self.low_mmsi, self.high_mmsi, self.hour, self.feed)
        )
        if except_mmsi is not None and len(hour):
            others = (low != except_mmsi) | (high != except_mmsi)
            hour, feed = hour[others], feed[others]
        # The hours of one cell ascend, and there are many of them only where it is `ANYWHERE`.
        fed = len(set(hour.tolist())) if len(found) > 1 else _distinct(hour)
        names = {self.feeds[i] for i in np.unique(feed).tolist() if i >= 0}
        return Heard(fed=fed, hours=last - first, feeds=tuple(sorted(names)))

    def _rows(self, cells: tuple[int, ...], first: int, last: int) -> list[slice]:
        """Return the rows of each cell with hours in [first, last)."""
        starts = np.array(cells, np.int64) << _HOUR_BITS
        low = np.searchsorted(self._key, starts + first).tolist()
        high = np.searchsorted(self._key, starts + last).tolist()
        return [slice(a, b) for a, b in zip(low, high, strict=True)]


def _distinct(ascending: Ints) -> int:
    return int(np.count_nonzero(np.diff(ascending))) + 1 if len(ascending) else 0


def coverage_from(
    cells: CellHours, anywhere: tuple[Ints, Ints, Ints], *, feeds: tuple[str, ...]
) -> Coverage:
    """Return the coverage that reception adds up to.

    Args:
        cells: Reception by feed, cell and hour, in any order.
        anywhere: Hours in which anything was received, smallest and largest MMSI of each.
        feeds: Names of the feeds.
    """
    hour, low, high = anywhere
    columns = np.stack(
        [
            np.r_[cells.cell, np.full(len(hour), ANYWHERE)],
            np.r_[cells.hour, hour],
            np.r_[cells.feed, np.full(len(hour), -1)],
            np.r_[cells.low_mmsi, low],
            np.r_[cells.high_mmsi, high],
        ]
    )
    cell, hour, feed, low, high = columns[:, np.lexsort((columns[2], columns[1], columns[0]))]
    return Coverage(cell=cell, hour=hour, feed=feed, low_mmsi=low, high_mmsi=high, feeds=feeds)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSpans:
    """Cells somebody wants to know about, and when: hours `first` to `last`, both included.

    Ordered by cell and hour; spans of one cell do not touch.
    """

    cell: Ints
    first: Ints
    last: Ints


def merged_spans(cell: Ints, first: Ints, last: Ints) -> CellSpans:
    """Return the same cells and hours with every hour of a cell named once."""
    order = np.lexsort((first, cell))
    shift = cell[order] << _HOUR_BITS
    starts, ends = shift + first[order], shift + last[order]
    reached = np.maximum.accumulate(ends)
    new = np.flatnonzero(np.r_[True, starts[1:] > reached[:-1] + 1]) if len(order) else order
    until = reached[np.r_[new[1:] - 1, len(order) - 1]] if len(order) else ends
    hours = (1 << _HOUR_BITS) - 1
    return CellSpans(cell=cell[order][new], first=starts[new] & hours, last=until & hours)


def spans_joined(*spans: CellSpans) -> CellSpans:
    """Return the cells and hours of all of them, every hour of a cell named once."""
    return merged_spans(
        np.concatenate([s.cell for s in spans]),
        np.concatenate([s.first for s in spans]),
        np.concatenate([s.last for s in spans]),
    )
