"""The reception map in the store: who was heard where and when, and when each source gave anything.

It is kept while positions are stored. Each row is a union (bits, smallest and largest number, set
of numbers), so any batches in any order, with repeats, leave the same bytes behind. Sizes: a row
of `reception` takes about 42 bytes, one for each source, quarter-degree cell and hour in which
anything was heard; a row of `feed_hours` four bytes for each ship heard in the hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from monitor.domain.coverage import (
    HOUR_MS,
    CellHours,
    CellSpans,
    Coverage,
    Ints,
    cell_hours,
    coverage_from,
    hours_heard,
)
from monitor.domain.feed import FeedLog, SourceBeat, feeds_of, minutes_in
from monitor.domain.positions import PositionColumns
from monitor.domain.window import to_ms
from monitor.store import schema
from monitor.store.names import source_id

_PUT_HEARD = """
INSERT INTO heard (hour, low_mmsi, high_mmsi) VALUES (?, ?, ?)
ON CONFLICT (hour) DO UPDATE SET
  low_mmsi = min(low_mmsi, excluded.low_mmsi), high_mmsi = max(high_mmsi, excluded.high_mmsi)
WHERE excluded.low_mmsi < low_mmsi OR excluded.high_mmsi > high_mmsi
"""
_PUT_RECEPTION = """
INSERT INTO reception (source_id, cell, hour, minutes, low_mmsi, high_mmsi)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (cell, hour, source_id) DO UPDATE SET
  minutes = minutes | excluded.minutes,
  low_mmsi = min(low_mmsi, excluded.low_mmsi), high_mmsi = max(high_mmsi, excluded.high_mmsi)
WHERE excluded.minutes & ~minutes <> 0
  OR excluded.low_mmsi < low_mmsi OR excluded.high_mmsi > high_mmsi
"""
_PUT_FEED_HOUR = """
INSERT INTO feed_hours (source_id, hour, minutes, mmsis) VALUES (?, ?, ?, ?)
ON CONFLICT (source_id, hour) DO UPDATE SET minutes = excluded.minutes, mmsis = excluded.mmsis
"""


def note_reception(connection: sa.Connection, positions: PositionColumns) -> None:
    """Remember where, when and by which source `positions` were received. Repeats change nothing.

    Call it in the transaction that stores the positions.
    """
    if not len(positions):
        return
    names, feed = feeds_of(positions)
    ids = np.array([source_id(connection, name) for name in names], np.int64)
    cells = cell_hours(positions, feed)
    columns = (
        ids[cells.feed], cells.cell, cells.hour, cells.minutes, cells.low_mmsi, cells.high_mmsi,
    )  # fmt: skip
    connection.exec_driver_sql(_PUT_RECEPTION, _rows(*columns))
    connection.exec_driver_sql(_PUT_HEARD, _rows(*hours_heard(cells)))
    _note_feed_hours(connection, ids[feed], positions)


def note_heard_again(
    connection: sa.Connection,
    source: sa.Connection,
    positions: PositionColumns,
    *,
    now: datetime,
) -> None:
    """Remember what other feeds received of what `positions` tell, as the store `source` knows.

    A report that two feeds gave is stored once, under the feed that was first, so that the second
    cannot be read off the positions. When it came is not kept: it counts from the first on. What a
    feed was the first to give, but after `now`, is not told before.
    """
    cells = cell_hours(positions, np.zeros(len(positions), np.int64))
    keys = json.dumps(np.column_stack([cells.cell, cells.hour]).tolist())
    told, own = (c.exec_driver_sql(_RECEPTION_AT, (keys,)).fetchall() for c in (source, connection))
    stored = {row[:3]: row[3:] for row in map(tuple, own)}
    known: dict[tuple[int, int], tuple[int, int, int]] = {}
    for _, cell, hour, minutes, low, high in own:
        bits, lowest, highest = known.get((cell, hour), (0, low, high))
        known[cell, hour] = bits | minutes, min(lowest, low), max(highest, high)
    again = [
        row
        for row in map(tuple, told)
        if stored.get(row[:3]) != row[3:] and (row[1], row[2]) in known
    ]
    to_come = _minutes_to_come(source, {row[2] for row in again}, now=now)
    unfinished = {key[1:] for key in to_come}
    rows = []
    for feed, cell, hour, minutes, low, high in again:
        bits, lowest, highest = known[cell, hour]
        if (cell, hour) not in unfinished and minutes & ~bits == 0:
            rows.append((feed, cell, hour, minutes, low, high))  # who was heard is known too
            continue
        came = stored.get((feed, cell, hour), (0,))[0]
        part = minutes & bits & (came | ~to_come.get((feed, cell, hour), 0))
        if part != came:
            rows.append((feed, cell, hour, part, max(low, lowest), min(high, highest)))
    if rows:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO reception (source_id, cell, hour, minutes, low_mmsi, "
            "high_mmsi) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )


def _minutes_to_come(
    source: sa.Connection, hours: Iterable[int], *, now: datetime
) -> dict[tuple[int, int, int], int]:
    """Return (source, cell, hour) -> minutes of reports that reached the store after `now`."""
    found = source.exec_driver_sql(
        "SELECT p.source_id, (p.time_ms / 60000) % 60, p.time_ms / 3600000, "  # noqa: S608
        f"{_CELL} FROM json_each(?) AS w CROSS JOIN positions AS p "
        "ON p.time_ms >= w.value * 3600000 AND p.time_ms < (w.value + 1) * 3600000 "
        "WHERE p.received_ms > ?",
        (json.dumps(sorted(hours)), to_ms(now)),
    )
    bits: dict[tuple[int, int, int], int] = {}
    for feed, minute, hour, cell in found:
        bits[feed, cell, hour] = bits.get((feed, cell, hour), 0) | 1 << minute
    return bits


_CELL = "min((lat_e7 + 900000000) / 2500000, 719) * 1440 + (lon_e7 + 1800000000) / 2500000 % 1440"
"""The cell of a position in SQL, worked out as `cell_of` does."""

_RECEPTION_AT = """
SELECT r.source_id, r.cell, r.hour, r.minutes, r.low_mmsi, r.high_mmsi
FROM json_each(?) AS w CROSS JOIN reception AS r ON r.cell = json_extract(w.value, '$[0]')
AND r.hour = json_extract(w.value, '$[1]') ORDER BY r.cell, r.hour, r.source_id
"""


def copy_feed_hours(
    connection: sa.Connection, source: sa.Connection, *, after: datetime | None, by: datetime
) -> None:
    """Copy from the store `source` when each feed gave anything, from the hour of `after` to `by`.

    Of an hour in which more came after `by` only the minutes up to it are known, not the ships.
    """
    first, last_minute = 0 if after is None else to_ms(after) // HOUR_MS, to_ms(by) // 60_000
    rows = source.exec_driver_sql(
        "SELECT f.source_id, f.hour, f.minutes, f.mmsis FROM sources AS s CROSS JOIN feed_hours "
        "AS f ON f.source_id = s.id AND f.hour BETWEEN ? AND ?",
        (first, last_minute // 60),
    ).fetchall()
    whole, part = [], []
    for feed, hour, minutes, mmsis in rows:
        told = minutes & ((1 << min(60, last_minute - hour * 60 + 1)) - 1)
        if told == minutes:
            whole.append((feed, hour, minutes, mmsis))
        elif told:
            part.append((feed, hour, told, b""))
    if whole:
        connection.exec_driver_sql(_PUT_FEED_HOUR, whole)
    if part:
        connection.exec_driver_sql(
            "INSERT INTO feed_hours (source_id, hour, minutes, mmsis) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (source_id, hour) DO UPDATE SET minutes = minutes | excluded.minutes",
            part,
        )


def load_coverage(
    connection: sa.Connection,
    *,
    wanted: CellSpans,
    until: datetime,
    heard: tuple[Ints, Ints, Ints] | None = None,
) -> Coverage:
    """Return in which hours up to `until` anything was received, in the cells wanted and anywhere.

    Args:
        wanted: Cells and hours; no cell that is not among them is in the answer.
        until: Hours that begin later are left out.
        heard: From `load_heard`, where it is known already.
    """
    last = to_ms(until) // HOUR_MS
    spans = np.column_stack([wanted.cell, wanted.first, np.minimum(wanted.last, last)])
    # A span is a range of the primary key; CROSS JOIN keeps SQLite from turning the join round.
    found = connection.exec_driver_sql(
        "SELECT r.source_id, r.cell, r.hour, r.minutes, r.low_mmsi, r.high_mmsi "
        "FROM json_each(?) AS w CROSS JOIN reception AS r "
        "ON r.cell = json_extract(w.value, '$[0]') "
        "AND r.hour BETWEEN json_extract(w.value, '$[1]') AND json_extract(w.value, '$[2]')",
        (json.dumps(spans.tolist()),),
    ).fetchall()
    anywhere = load_heard(connection, until=until) if heard is None else heard
    names, cells = _cell_hours(connection, found)
    return coverage_from(cells, anywhere, feeds=names)


def load_heard(
    connection: sa.Connection, *, until: datetime, since_hour: int = 0
) -> tuple[Ints, Ints, Ints]:
    """Return the hours up to `until` in which anything was received, smallest and largest MMSI."""
    rows = connection.exec_driver_sql(
        "SELECT hour, low_mmsi, high_mmsi FROM heard WHERE hour BETWEEN ? AND ? ORDER BY hour",
        (since_hour, to_ms(until) // HOUR_MS),
    ).fetchall()
    hour, low, high = _columns(rows, 3)
    return hour, low, high


def load_feeds(
    connection: sa.Connection, *, as_of: datetime, since_hour: int = 0
) -> tuple[FeedLog, ...]:
    """Return when each source gave anything from an hour on up to `as_of`, ordered by name."""
    rows = connection.exec_driver_sql(
        "SELECT s.name, f.hour, f.minutes, length(f.mmsis) / 4 FROM feed_hours AS f "
        "JOIN sources AS s ON s.id = f.source_id WHERE f.hour BETWEEN ? AND ? "
        "ORDER BY s.name, f.hour",
        (since_hour, to_ms(as_of) // HOUR_MS),
    ).fetchall()
    last_minute = to_ms(as_of) // 60_000
    logs = []
    for name in sorted({row[0] for row in rows}):
        hours, bits, vessels = _columns([row[1:] for row in rows if row[0] == name], 3)
        minutes = minutes_in(hours, bits)
        logs.append(
            FeedLog(
                name=name, minutes=minutes[minutes <= last_minute], hours=hours, vessels=vessels
            )
        )
    return tuple(logs)


def hours_of_ships(
    connection: sa.Connection, name: str, mmsis: Iterable[int], *, since_hour: int
) -> Ints:
    """Return, ordered, the hours from `since_hour` on in which a source heard any of the ships."""
    wanted = np.array(sorted(mmsis), np.int64)
    rows = connection.exec_driver_sql(
        "SELECT f.hour, f.mmsis FROM feed_hours AS f JOIN sources AS s ON s.id = f.source_id "
        "WHERE s.name = ? AND f.hour >= ? ORDER BY f.hour",
        (name, since_hour),
    )
    return np.array([h for h, blob in rows if np.isin(wanted, _mmsis(blob)).any()], np.int64)


def hours_in_cells(
    connection: sa.Connection, name: str, cells: Iterable[int], *, since_hour: int
) -> Ints:
    """Return, ordered, the hours from `since_hour` on in which a source heard anybody in cells."""
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT r.hour FROM json_each(?) AS w CROSS JOIN reception AS r "
        "ON r.cell = w.value AND r.hour >= ? JOIN sources AS s ON s.id = r.source_id "
        "WHERE s.name = ? ORDER BY r.hour",
        (json.dumps(list(cells)), since_hour, name),
    )
    return np.array([hour for (hour,) in rows], np.int64)


def load_reception(
    connection: sa.Connection, *, first_hour: int, last_hour: int, cells: Iterable[int] | None
) -> tuple[tuple[str, ...], CellHours]:
    """Return the names of sources and who they heard where in hours [first, last].

    Args:
        first_hour: Hours since the epoch, by the time the ships were there.
        last_hour: Belongs to the span.
        cells: Only these; everywhere if None.
    """
    only, values = "", tuple[str, ...]()
    if cells is not None:
        only, values = "AND cell IN (SELECT value FROM json_each(?)) ", (json.dumps(list(cells)),)
    found = connection.exec_driver_sql(
        "SELECT source_id, cell, hour, minutes, low_mmsi, high_mmsi FROM reception "  # noqa: S608
        f"WHERE hour BETWEEN ? AND ? {only}ORDER BY cell, hour, source_id",
        (first_hour, last_hour, *values),
    ).fetchall()
    return _cell_hours(connection, found)


def vessels_by_cell(connection: sa.Connection, *, first_ms: int, end_ms: int) -> Mapping[int, int]:
    """Return how many ships reported in each cell in [first, end), from their positions."""
    rows = connection.exec_driver_sql(
        f"SELECT {_CELL} AS cell, count(DISTINCT mmsi) "  # noqa: S608
        "FROM positions WHERE time_ms >= ? AND time_ms < ? GROUP BY cell",
        (first_ms, end_ms),
    )
    return {cell: count for cell, count in rows}


def put_beat(connection: sa.Connection, beat: SourceBeat, *, now: datetime) -> None:
    """Keep the latest that a connection said about itself."""
    connection.exec_driver_sql(
        "INSERT INTO source_beats (source, connected, last_frame_ms, frames, since_ms, noted_ms) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET "
        "connected = excluded.connected, frames = excluded.frames, since_ms = excluded.since_ms, "
        "last_frame_ms = coalesce(excluded.last_frame_ms, last_frame_ms), "
        "noted_ms = excluded.noted_ms",
        (
            beat.source, int(beat.connected), beat.last_frame_ms, beat.frames, beat.since_ms,
            to_ms(now),
        ),
    )  # fmt: skip


def load_beats(connection: sa.Connection) -> dict[str, SourceBeat]:
    """Return the latest that each connection said about itself, by source."""
    rows = connection.execute(sa.select(schema.source_beats).order_by(schema.source_beats.c.source))
    return {
        r.source: SourceBeat(
            source=r.source,
            connected=bool(r.connected),
            last_frame_ms=r.last_frame_ms,
            frames=r.frames,
            since_ms=r.since_ms,
        )
        for r in rows
    }


def _note_feed_hours(connection: sa.Connection, ids: Ints, positions: PositionColumns) -> None:
    minute = positions.received_ms // 60_000
    hour = minute // 60
    # First what one ship gave one source in one hour, then what all ships gave it.
    said = np.stack([ids, hour, positions.mmsi])
    first = np.flatnonzero(np.r_[True, np.any(said[:, 1:] != said[:, :-1], axis=0)])
    bits = np.bitwise_or.reduceat(np.int64(1) << (minute - hour * 60), first)
    order = np.lexsort(said[::-1, first])
    ids, hour, mmsi = said[:, first[order]]
    starts = np.flatnonzero(np.r_[True, (np.diff(ids) != 0) | (np.diff(hour) != 0)])
    bits = np.bitwise_or.reduceat(bits[order], starts)
    keys = list(zip(ids[starts].tolist(), hour[starts].tolist(), strict=True))
    stored = _stored_feed_hours(connection, keys)
    rows = []
    for key, own, new in zip(keys, bits.tolist(), np.split(mmsi, starts[1:]), strict=True):
        known, blob = stored.get(key, (0, b""))
        union = (own | known, np.union1d(_mmsis(blob), new).astype("<u4").tobytes())
        if union != (known, blob):
            rows.append((*key, *union))
    if rows:
        connection.exec_driver_sql(_PUT_FEED_HOUR, rows)


def _stored_feed_hours(
    connection: sa.Connection, keys: list[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, bytes]]:
    """Return (source, hour) -> (minutes, MMSIs) of those stored already."""
    found = connection.exec_driver_sql(
        "SELECT f.source_id, f.hour, f.minutes, f.mmsis FROM json_each(?) AS w "
        "CROSS JOIN feed_hours AS f ON f.source_id = json_extract(w.value, '$[0]') "
        "AND f.hour = json_extract(w.value, '$[1]')",
        (json.dumps(keys),),
    )
    return {(source, hour): (minutes, blob) for source, hour, minutes, blob in found}


def _mmsis(blob: bytes) -> Ints:
    return np.frombuffer(blob, "<u4").astype(np.int64)


def _cell_hours(
    connection: sa.Connection, found: Sequence[Sequence[Any]]
) -> tuple[tuple[str, ...], CellHours]:
    """Return names of sources and columns from rows (source, cell, hour, minutes, low, high)."""
    source, cell, hour, minutes, low, high = _columns(found, 6)
    known = dict(connection.execute(sa.select(schema.sources.c.id, schema.sources.c.name)).all())
    used = sorted({known[i] for i in np.unique(source).tolist()})
    index = {i: used.index(name) for i, name in known.items() if name in used}
    numbers, inverse = np.unique(source, return_inverse=True)
    feed = np.array([index[i] for i in numbers.tolist()], np.int64)[inverse]
    return tuple(used), CellHours(
        feed=feed, cell=cell, hour=hour, minutes=minutes, low_mmsi=low, high_mmsi=high
    )


def _columns(found: Sequence[Sequence[Any]], width: int) -> Ints:
    """Return rows of integers as columns, shape (width, n)."""
    return np.array([tuple(row) for row in found], np.int64).reshape(-1, width).T


def _rows(*columns: Ints) -> list[tuple[int, ...]]:
    return list(zip(*(c.tolist() for c in columns), strict=True))
