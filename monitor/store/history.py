"""The facts of a store once more, each when it reached us: what a replay is made of.

Positions count from when they were received, scenes and what was judged of them from when they
were to be had. Of static reports only the time they speak of is kept: they count from then.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.window import from_ms, parse_utc, to_ms
from monitor.store import schema
from monitor.store.engine import Store
from monitor.store.names import source_id
from monitor.store.observations import append_positions, positions_of
from monitor.store.progress import move_cursor, read_cursor
from monitor.store.reception import copy_feed_hours, note_heard_again

_CURSOR = "history"
_AT_ONCE = 50_000
"""Rows held in memory at a time."""
_POSITIONS = """
SELECT time_ms, received_ms, mmsi, lon_e7, lat_e7, sog_kn, cog_deg, heading_deg, nav_status,
       precision_m, source_id
FROM positions WHERE received_ms > ? ORDER BY received_ms, mmsi, time_ms, lon_e7, lat_e7
"""
_STATIC = """
SELECT time_ms, mmsi, day, digest, imo, body
FROM static_reports WHERE time_ms > ? ORDER BY time_ms, mmsi, day, digest
"""
_SCENES = """
SELECT available_ms, id, acquired_ms, body
FROM scenes WHERE available_ms > ? ORDER BY available_ms, id
"""
_PUT_STATIC = """
INSERT OR IGNORE INTO static_reports (time_ms, mmsi, day, digest, imo, body)
VALUES (?, ?, ?, ?, ?, ?)
"""
_PUT_SCENE = (
    "INSERT OR IGNORE INTO scenes (available_ms, id, acquired_ms, body) VALUES (?, ?, ?, ?)"
)


class History:
    """Reads the facts of a store in the order of their arrival, each once.

    What it reads is of one moment, whatever a daemon writes meanwhile. Ask for later and later
    instants; close it at the end.
    """

    def __init__(self, store: Store) -> None:
        self._connection = store.engine.connect()
        source = schema.sources.c
        rows = self._connection.execute(sa.select(source.id, source.name))
        self._names = dict(rows.all())
        feed = schema.feed_hours.c.source_id
        self._feeds = self._connection.execute(
            sa.select(sa.func.count(sa.distinct(feed)))
        ).scalar_one()
        self._facts: tuple[_Arriving, _Arriving, _Arriving] | None = None

    def close(self) -> None:
        """Let go of the store; safe to call twice."""
        self._connection.close()

    def take_in(self, into: Store, *, now: datetime) -> str:
        """Store in `into` what had arrived by `now` and is not in it yet; return a short note.

        Killed half way and called again it ends with the same rows.
        """
        with into.begin() as connection:
            place = read_cursor(connection, _CURSOR)
            for name in self._names.values():
                source_id(connection, name)
        before = parse_utc(place) if place else None
        if self._facts is None:
            self._facts = self._after(to_ms(before) if before else None)
        positions, static, scenes = self._facts
        counts = [0, 0, 0]
        for rows in positions.until(to_ms(now)):
            counts[0] += len(rows)
            with into.begin() as connection:
                came = positions_of(rows, self._names)
                append_positions(connection, came)
                if self._feeds > 1:
                    note_heard_again(connection, self._connection, came, now=now)
        for rows in static.until(to_ms(now)):
            counts[1] += len(rows)
            with into.begin() as connection:
                connection.exec_driver_sql(_PUT_STATIC, rows)
        for rows in scenes.until(to_ms(now)):
            counts[2] += len(rows)
            with into.begin() as connection:
                connection.exec_driver_sql(_PUT_SCENE, rows)
                self._copy_judged(connection, [row[1] for row in rows])
        with into.begin() as connection:
            copy_feed_hours(connection, self._connection, after=before, by=now)
            move_cursor(connection, _CURSOR, now.isoformat())
        return f"{counts[0]} positions, {counts[1]} static reports, {counts[2]} scenes"

    def _after(self, at_ms: int | None) -> tuple[_Arriving, _Arriving, _Arriving]:
        after = (at_ms if at_ms is not None else -(1 << 62),)
        positions, static, scenes = (
            _Arriving(self._connection.exec_driver_sql(query, after), column)
            for query, column in ((_POSITIONS, 1), (_STATIC, 0), (_SCENES, 0))
        )
        return positions, static, scenes

    def _copy_judged(self, into: sa.Connection, scene_ids: Sequence[str]) -> None:
        wanted = json.dumps(list(scene_ids))
        for table in (schema.berth_states, schema.looks):
            names = ", ".join(c.name for c in table.columns)
            marks = ", ".join("?" for _ in table.columns)
            # Names come from the schema; every value is bound.
            rows = self._connection.exec_driver_sql(
                f"SELECT {names} FROM {table.name} "  # noqa: S608
                "WHERE scene_id IN (SELECT value FROM json_each(?))",
                (wanted,),
            ).fetchall()
            if rows:
                into.exec_driver_sql(
                    f"INSERT OR REPLACE INTO {table.name} ({names}) VALUES ({marks})",  # noqa: S608
                    [tuple(row) for row in rows],
                )


class _Arriving:
    """Rows of a query ordered by one column, milliseconds, handed out up to an instant."""

    def __init__(self, result: sa.CursorResult[Any], column: int) -> None:
        self._result, self._column = result, column
        self._held: list[tuple[Any, ...]] = []

    def until(self, at_ms: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows not handed out yet that arrived by then, some thousands at a time."""
        while True:
            if not self._held:
                self._held = [tuple(row) for row in self._result.fetchmany(_AT_ONCE)]
            cut = bisect.bisect_right(self._held, at_ms, key=lambda row: row[self._column])
            ready, self._held = self._held[:cut], self._held[cut:]
            if ready:
                yield ready
            if self._held or not ready:
                return


def arrivals(store: Store) -> tuple[datetime, datetime] | None:
    """Return when the first and the last fact reached a store; None if it holds none."""
    p, s = schema.positions.c.received_ms, schema.scenes.c.available_ms
    with store.read() as connection:
        found = [
            connection.execute(sa.select(sa.func.min(column), sa.func.max(column))).one()
            for column in (p, s)
        ]
    ends = [(first, last) for first, last in found if first is not None]
    if not ends:
        return None
    return from_ms(min(first for first, _ in ends)), from_ms(max(last for _, last in ends))


def recorded_instants(store: Store) -> tuple[datetime, ...]:
    """Return, ordered, when an assessment changed what was found."""
    column = schema.finding_revisions.c.recorded_ms
    with store.read() as connection:
        rows = connection.execute(sa.select(column).distinct().order_by(column))
        return tuple(from_ms(at_ms) for (at_ms,) in rows)
