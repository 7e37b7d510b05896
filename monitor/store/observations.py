"""Facts from outside: positions, static reports, scenes. Writing twice is harmless."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from monitor.domain.positions import PositionColumns, concat, positions_from
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import parse_utc, to_ms
from monitor.store import schema
from monitor.store.names import source_id
from monitor.store.progress import note_evidence
from monitor.store.reception import note_reception

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_E7 = 10_000_000
_BOUND_ROWS = 10_000
"""Rows turned into Python values at once: they take ten times the room they have in columns."""
_SAID = tuple(f.name for f in fields(StaticReport) if f.name not in ("time_ms", "mmsi"))
_SORTED_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))

# Of two reports alike the one received first stays (ties by source), whatever order they came in.
PUT_POSITION = """
INSERT INTO positions (mmsi, time_ms, lon_e7, lat_e7, received_ms, sog_kn, cog_deg, heading_deg,
                       nav_status, precision_m, source_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (mmsi, time_ms, lon_e7, lat_e7) DO UPDATE SET
  received_ms = excluded.received_ms, sog_kn = excluded.sog_kn, cog_deg = excluded.cog_deg,
  heading_deg = excluded.heading_deg, nav_status = excluded.nav_status,
  precision_m = excluded.precision_m, source_id = excluded.source_id
WHERE (excluded.received_ms, excluded.source_id) < (positions.received_ms, positions.source_id)
"""

_PUT_VESSEL = """
INSERT INTO vessels (mmsi, west_e7, east_e7, south_e7, north_e7) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (mmsi) DO UPDATE SET
  west_e7 = min(west_e7, excluded.west_e7), east_e7 = max(east_e7, excluded.east_e7),
  south_e7 = min(south_e7, excluded.south_e7), north_e7 = max(north_e7, excluded.north_e7)
"""

# A repeat adds its hour to the row of its day; the earliest of the day dates it.
_PUT_STATIC = """
INSERT INTO static_reports (mmsi, day, digest, time_ms, imo, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (mmsi, day, digest) DO UPDATE SET
  time_ms = min(static_reports.time_ms, excluded.time_ms),
  body = json_set(static_reports.body, '$.hours',
                  static_reports.body ->> '$.hours' | excluded.body ->> '$.hours')
WHERE excluded.time_ms < static_reports.time_ms
   OR NOT static_reports.body ->> '$.hours' & excluded.body ->> '$.hours'
"""


def append_positions(connection: sa.Connection, positions: PositionColumns) -> int:
    """Store positions; return how many rows were written. Repeats change nothing."""
    if not len(positions):
        return 0
    ids = np.array([source_id(connection, name) for name in positions.sources], np.int64)
    columns = [
        positions.mmsi,
        positions.time_ms,
        np.rint(positions.lon * _E7).astype(np.int64),
        np.rint(positions.lat * _E7).astype(np.int64),
        positions.received_ms,
        _shortest(positions.sog_kn),
        _shortest(positions.cog_deg),
        _shortest(positions.heading_deg),
        positions.nav_status,
        positions.precision_m,
        ids[positions.source],
    ]
    written = 0
    for start in range(0, len(positions), _BOUND_ROWS):
        part = slice(start, start + _BOUND_ROWS)
        rows = list(zip(*(column[part].tolist() for column in columns), strict=True))
        written += max(connection.exec_driver_sql(PUT_POSITION, rows).rowcount, 0)
    table = pd.DataFrame({"mmsi": columns[0], "lon": columns[2], "lat": columns[3]})
    boxes = table.groupby("mmsi").agg({"lon": ["min", "max"], "lat": ["min", "max"]})
    connection.exec_driver_sql(_PUT_VESSEL, list(boxes.itertuples(name=None)))
    changes = "SELECT total_changes()"
    before = connection.exec_driver_sql(changes).scalar_one()
    note_reception(connection, positions)
    # Repeats are no new evidence, unless another feed gave them.
    if written or connection.exec_driver_sql(changes).scalar_one() != before:
        note_evidence(connection, int(positions.time_ms.min()))
    return written


def vessels_within(
    connection: sa.Connection, bounds: tuple[float, float, float, float]
) -> list[int]:
    """Return, ordered, the MMSIs ever reported in a box that touches (west, south, east, north).

    Some of them only passed on both sides of it; none that was in it is missing.
    """
    west, south, east, north = (round(v * _E7) for v in bounds)
    box = schema.vessels.c
    rows = connection.execute(
        sa.select(box.mmsi)
        .where(
            box.west_e7 <= east, box.east_e7 >= west, box.south_e7 <= north, box.north_e7 >= south
        )
        .order_by(box.mmsi)
    )
    return [mmsi for (mmsi,) in rows]


def load_positions(
    connection: sa.Connection,
    *,
    received_by: datetime,
    since: datetime | None = None,
    before: datetime | None = None,
    mmsis: Sequence[int] | None = None,
) -> PositionColumns:
    """Return stored positions received at or before `received_by`, sorted by vessel and time.

    Args:
        received_by: What arrived later is not yet known.
        since: Only reports of this instant or later.
        before: Only reports of earlier instants.
        mmsis: Only these vessels.
    """
    where: list[str] = ["received_ms <= ?"]
    values: list[int | str] = [to_ms(received_by)]
    if since is not None:
        where.append("time_ms >= ?")
        values.append(to_ms(since))
    if before is not None:
        where.append("time_ms < ?")
        values.append(to_ms(before))
    if mmsis is not None:
        # One bound text, however many: a long list of placeholders would reach SQLite's limit.
        where.append("mmsi IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(mmsis)))
    # The conditions are fixed text; every value is bound.
    statement = (
        "SELECT time_ms, received_ms, mmsi, lon_e7, lat_e7, sog_kn, cog_deg, heading_deg,"  # noqa: S608
        " nav_status, precision_m, source_id FROM positions WHERE "
        + " AND ".join(where)
        + " ORDER BY mmsi, time_ms, lon_e7, lat_e7"
    )
    names = dict(connection.execute(sa.select(schema.sources.c.id, schema.sources.c.name)).all())
    found = connection.exec_driver_sql(statement, tuple(values))
    # A batch at a time, and from the driver itself: as values of Python rows take ten times the
    # room they have in columns.
    batches = []
    while rows := found.cursor.fetchmany(_BOUND_ROWS):
        batches.append(positions_of(rows, names))
    return concat(batches)


def positions_of(rows: Sequence[Sequence[Any]], names: Mapping[int, str]) -> PositionColumns:
    """Return rows as columns, in their order.

    Args:
        rows: time_ms, received_ms, mmsi, lon_e7, lat_e7, sog_kn, cog_deg, heading_deg, nav_status,
            precision_m, source_id of each; at least one.
        names: Of the sources by their numbers.
    """
    time, received, mmsi, lon, lat, sog, cog, heading, status, precision, source = zip(
        *rows, strict=True
    )
    used = sorted({names[i] for i in set(source)})
    index = {i: used.index(names[i]) for i in set(source)}
    return positions_from(
        {
            "time_ms": time,
            "received_ms": received,
            "mmsi": mmsi,
            "lon": np.array(lon, np.float64) / _E7,
            "lat": np.array(lat, np.float64) / _E7,
            # A missing value is None, which becomes NaN.
            "sog_kn": sog,
            "cog_deg": cog,
            "heading_deg": heading,
            "nav_status": status,
            "precision_m": precision,
            "source": [index[i] for i in source] if len(used) > 1 else np.zeros(len(rows)),
        },
        sources=used,
    )


def oldest_late(connection: sa.Connection, *, after: datetime, by: datetime) -> int | None:
    """Return the earliest instant of reports received in (after, by] more than a day late."""
    # The condition is that of the index of late reports, which is small.
    oldest: int | None = connection.exec_driver_sql(
        "SELECT min(time_ms) FROM positions WHERE received_ms - time_ms > 86400000 "
        "AND received_ms > ? AND received_ms <= ?",
        (to_ms(after), to_ms(by)),
    ).scalar_one()
    return oldest


def append_static(connection: sa.Connection, reports: Iterable[StaticReport]) -> None:
    """Store static reports: one row per vessel, content, source and UTC day.

    A row keeps the earliest instant and in which hours of the day the same was said, so that
    repeats still count as such; in any order, and however often it is stored.
    """
    rows = []
    for report in reports:
        said = {name: getattr(report, name) for name in _SAID}
        digest = hashlib.sha256(_SORTED_JSON.encode(said).encode()).hexdigest()[:16]
        hours = 1 << report.time_ms % _DAY_MS // _HOUR_MS
        text = _SORTED_JSON.encode({**said, "hours": hours})
        day = report.time_ms // _DAY_MS
        rows.append((report.mmsi, day, digest, report.time_ms, report.imo, text))
    if rows:
        connection.exec_driver_sql(_PUT_STATIC, rows)


def load_static(
    connection: sa.Connection, *, by: datetime, mmsis: Sequence[int]
) -> tuple[StaticReport, ...]:
    """Return these vessels' static reports of `by` or before, ordered by vessel and time.

    What was said again during a day comes back as up to three reports: the first, and one each
    for the middle and the last of the further hours, dated at the hour's end.
    """
    rows = connection.exec_driver_sql(
        "SELECT mmsi, time_ms, body FROM static_reports WHERE time_ms <= ? "
        "AND mmsi IN (SELECT value FROM json_each(?)) ORDER BY mmsi, time_ms, digest",
        (to_ms(by), json.dumps(list(mmsis))),
    )
    reports = []
    for mmsi, time_ms, body in rows:
        said = json.loads(body)
        further = _hour_ends(time_ms, said.pop("hours", 0), to_ms(by))
        told = (time_ms, *further[(len(further) - 1) // 2 : -1][:1], *further[-1:])
        reports += [StaticReport(mmsi=mmsi, time_ms=at_ms, **said) for at_ms in told]
    return tuple(sorted(reports, key=lambda r: (r.mmsi, r.time_ms)))


def _hour_ends(first_ms: int, hours: int, by_ms: int) -> list[int]:
    """Return the last millisecond of each marked hour of a day after `first_ms`'s own hour."""
    midnight = first_ms - first_ms % _DAY_MS
    ends = (midnight + (h + 1) * _HOUR_MS - 1 for h in range(24) if hours >> h & 1)
    return [end for end in ends if first_ms // _HOUR_MS < end // _HOUR_MS and end <= by_ms]


def vessels_saying(
    connection: sa.Connection, mmsis: Sequence[int], *, since: datetime
) -> list[int]:
    """Return, ordered, those of these MMSIs that said anything of themselves since a UTC day."""
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT mmsi FROM static_reports WHERE day >= ? "
        "AND mmsi IN (SELECT value FROM json_each(?)) ORDER BY mmsi",
        (to_ms(since) // _DAY_MS, json.dumps(list(mmsis))),
    )
    return [mmsi for (mmsi,) in rows]


def vessels_claiming(connection: sa.Connection, imos: Sequence[int]) -> list[int]:
    """Return, ordered, the MMSIs that ever reported one of these IMO numbers."""
    static = schema.static_reports.c
    rows = connection.execute(
        sa.select(static.mmsi).distinct().where(static.imo.in_(imos)).order_by(static.mmsi)
    )
    return [mmsi for (mmsi,) in rows]


def sharing_imos(connection: sa.Connection, mmsis: Sequence[int]) -> list[int]:
    """Return, ordered, the MMSIs that ever reported an IMO number one of these ever reported."""
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT mmsi FROM static_reports WHERE imo IN (SELECT imo FROM static_reports "
        "WHERE mmsi IN (SELECT value FROM json_each(?)) AND imo IS NOT NULL) ORDER BY mmsi",
        (json.dumps(list(mmsis)),),
    )
    return [mmsi for (mmsi,) in rows]


def add_scenes(connection: sa.Connection, scenes: Iterable[Scene]) -> int:
    """Store scenes not stored yet; return how many were new."""
    rows = [
        (s.id, to_ms(s.acquired_at), to_ms(s.available_at), _scene_text(s))
        for s in sorted(scenes, key=lambda s: s.id)
    ]
    before = connection.execute(sa.select(sa.func.count()).select_from(schema.scenes)).scalar_one()
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO scenes (id, acquired_ms, available_ms, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO NOTHING",
            rows,
        )
    after = connection.execute(sa.select(sa.func.count()).select_from(schema.scenes)).scalar_one()
    return int(after - before)


def load_scenes(connection: sa.Connection, *, available_by: datetime) -> tuple[Scene, ...]:
    """Return scenes available at or before `available_by`, ordered by acquisition and id."""
    rows = connection.execute(
        sa.select(schema.scenes.c.body)
        .where(schema.scenes.c.available_ms <= to_ms(available_by))
        .order_by(schema.scenes.c.acquired_ms, schema.scenes.c.id)
    )
    return tuple(_scene_from(body) for (body,) in rows)


def scenes_by_id(connection: sa.Connection, ids: Sequence[str]) -> tuple[Scene, ...]:
    """Return the stored scenes among `ids`, ordered by acquisition and id."""
    rows = connection.execute(
        sa.select(schema.scenes.c.body)
        .where(schema.scenes.c.id.in_(ids))
        .order_by(schema.scenes.c.acquired_ms, schema.scenes.c.id)
    )
    return tuple(_scene_from(body) for (body,) in rows)


def count_losses(connection: sa.Connection, source: str, tally: Tally) -> None:
    """Add a tally's rejections to the running count of what each source could not give."""
    rows = [
        (source, reason, count, tally.examples.get(reason, ""))
        for reason, count in sorted(tally.rejected.items())
    ]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO losses (source, reason, count, example) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (source, reason) DO UPDATE SET count = losses.count + excluded.count",
            rows,
        )


def load_losses(connection: sa.Connection) -> list[tuple[str, str, int, str]]:
    """Return (source, reason, count, first example), ordered."""
    rows = connection.execute(
        sa.select(schema.losses).order_by(schema.losses.c.source, schema.losses.c.reason)
    )
    return [(source, reason, count, example) for source, reason, count, example in rows]


def _shortest(column: np.ndarray) -> np.ndarray:
    """Return float32 values as the decimals they were; SQLite stores NaN as NULL."""
    return np.round(column.astype(np.float64), 4)


def _scene_text(scene: Scene) -> str:
    body: dict[str, Any] = asdict(scene)
    body["acquired_at"] = scene.acquired_at.isoformat()
    body["available_at"] = scene.available_at.isoformat()
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=16_384)
def _scene_from(text: str) -> Scene:
    body = json.loads(text)
    names = {f.name for f in fields(BandRef)}
    body["bands"] = tuple(
        BandRef(**{k: v for k, v in band.items() if k in names}) for band in body["bands"]
    )
    body["modality"] = Modality(body["modality"])
    for key in ("acquired_at", "available_at"):
        body[key] = parse_utc(body[key])
    return Scene(**body)
