"""What each scene says of the port: berths, ships and aprons, replaced together or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.look import Look
from monitor.domain.scene import Modality
from monitor.domain.sighting import Mooring, Sighting
from monitor.domain.window import parse_utc, to_ms
from monitor.store import schema
from monitor.store.derived import put_berth_states
from monitor.store.progress import note_evidence


def put_look(connection: sa.Connection, look: Look, *, digest: str) -> None:
    """Store what one scene says, replacing what it said when it was judged otherwise."""
    ships = _text([asdict(ship) for ship in look.ships])
    put_berth_states(connection, look.berths, references_digest=digest)
    table = schema.looks.c
    told = connection.execute(sa.select(table.ships).where(table.scene_id == look.scene_id))
    if told.scalar_one_or_none() != ships:
        note_evidence(connection, to_ms(look.acquired_at))
    connection.exec_driver_sql(
        "INSERT INTO looks (scene_id, acquired_ms, references_digest, ships, aprons) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (scene_id) DO UPDATE SET references_digest = "
        "excluded.references_digest, ships = excluded.ships, aprons = excluded.aprons",
        [
            (
                look.scene_id,
                to_ms(look.acquired_at),
                digest,
                ships,
                _text([asdict(apron) for apron in look.aprons]),
            )
        ],
    )


def drop_looks(connection: sa.Connection, scene_ids: Iterable[str]) -> None:
    """Forget what was concluded from scenes whose place others have taken."""
    rows = [(scene_id,) for scene_id in scene_ids]
    for (scene_id,) in rows:
        for table in (schema.looks, schema.berth_states):
            acquired = sa.select(sa.func.min(table.c.acquired_ms)).where(
                table.c.scene_id == scene_id
            )
            if (at_ms := connection.execute(acquired).scalar_one()) is not None:
                note_evidence(connection, at_ms)
    if rows:
        connection.exec_driver_sql("DELETE FROM looks WHERE scene_id = ?", rows)
        connection.exec_driver_sql("DELETE FROM berth_states WHERE scene_id = ?", rows)


def surveyed(connection: sa.Connection) -> dict[str, str]:
    """Return scene id -> digest of what it was judged with."""
    table = schema.looks.c
    rows = connection.execute(sa.select(table.scene_id, table.references_digest))
    return {scene: digest for scene, digest in rows}


def load_sightings(
    connection: sa.Connection, *, available_by: datetime, since: datetime | None = None
) -> tuple[Sighting, ...]:
    """Return ships seen in scenes available by then, by time and scene, as judged.

    Args:
        available_by: Scenes published later are not yet known.
        since: Only scenes acquired at this instant or later.
    """
    return tuple(
        Sighting(
            **{
                **body,
                "acquired_at": parse_utc(body["acquired_at"]),
                "modality": Modality(body["modality"]),
                "mooring": Mooring(body["mooring"]),
                "berth_ids": tuple(body["berth_ids"]),
            }
        )
        for body in _bodies(connection, schema.looks.c.ships, available_by, since)
    )


def load_apron_states(
    connection: sa.Connection, *, available_by: datetime
) -> tuple[ApronState, ...]:
    """Return all apron states from scenes available by then, by time, scene and apron."""
    return tuple(
        ApronState(
            **{
                **body,
                "acquired_at": parse_utc(body["acquired_at"]),
                "available_at": parse_utc(body["available_at"]),
                "modality": Modality(body["modality"]),
                "change": ApronChange(body["change"]),
                # JSON has no NaN: null stands for it here.
                **{key: math.nan if body[key] is None else body[key] for key in _MAY_BE_NAN},
            }
        )
        for body in _bodies(connection, schema.looks.c.aprons, available_by)
    )


_MAY_BE_NAN = ("changed_m2", "filled_m2", "cleared_m2", "score")


def _bodies(
    connection: sa.Connection,
    column: sa.Column[str],
    available_by: datetime,
    since: datetime | None = None,
) -> Iterator[dict[str, Any]]:
    looks = schema.looks.c
    rows = connection.execute(
        sa.select(column)
        .join(schema.scenes, schema.scenes.c.id == looks.scene_id)
        .where(schema.scenes.c.available_ms <= to_ms(available_by))
        .where(looks.acquired_ms >= (to_ms(since) if since is not None else -1))
        .order_by(looks.acquired_ms, looks.scene_id)
    )
    for (text,) in rows:
        yield from json.loads(text)


def _text(bodies: list[dict[str, Any]]) -> str:
    plain = [
        {
            key: value.isoformat()
            if isinstance(value, datetime)
            else None
            if isinstance(value, float) and math.isnan(value)
            else value
            for key, value in body.items()
        }
        for body in bodies
    ]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
