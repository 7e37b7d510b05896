"""Second opinions: kept by what they are about, because their sources change ids and minds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.outside_event import OutsideEvent, OutsideKind
from monitor.domain.window import from_ms, parse_utc, to_ms
from monitor.store import schema


def put_outside_events(
    connection: sa.Connection, events: Sequence[OutsideEvent], *, now: datetime
) -> int:
    """Store events, replacing what was said before of the same; return how many are new.

    The time an event was first learned is kept.
    """
    table = schema.outside_events
    count = sa.select(sa.func.count()).select_from(table)
    before = connection.execute(count).scalar_one()
    rows = [
        (e.key, e.source, e.kind.value, to_ms(e.start), to_ms(e.learned_at), to_ms(now), _text(e))
        for e in events
    ]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO outside_events (key, source, kind, start_ms, learned_ms, seen_ms, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
            "seen_ms = max(seen_ms, excluded.seen_ms), body = excluded.body",
            rows,
        )
    return int(connection.execute(count).scalar_one() - before)


def load_outside_events(connection: sa.Connection, *, source: str) -> tuple[OutsideEvent, ...]:
    """Return what `source` still says, ordered by start and key.

    An event the source's last answer did not repeat, although that answer held earlier ones of
    its kind, was taken back: the source worked its data again. It is left out.
    """
    table = schema.outside_events.c
    rows = connection.execute(
        sa.select(table.kind, table.start_ms, table.learned_ms, table.seen_ms, table.body)
        .where(table.source == source)
        .order_by(table.start_ms, table.key)
    ).all()
    last: dict[str, int] = {}
    for row in rows:
        last[row.kind] = max(last.get(row.kind, 0), row.seen_ms)
    asked_from: dict[str, int] = {}
    for row in rows:
        if row.seen_ms == last[row.kind]:
            asked_from.setdefault(row.kind, row.start_ms)
    return tuple(
        _event(row.body, row.learned_ms)
        for row in rows
        if row.seen_ms == last[row.kind] or row.start_ms < asked_from[row.kind]
    )


def _text(event: OutsideEvent) -> str:
    body = asdict(event)
    del body["learned_at"]
    body["start"] = event.start.isoformat()
    body["end"] = event.end.isoformat() if event.end else None
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _event(text: str, learned_ms: int) -> OutsideEvent:
    body: dict[str, Any] = json.loads(text)
    body["kind"] = OutsideKind(body["kind"])
    body["start"] = parse_utc(body["start"])
    body["end"] = parse_utc(body["end"]) if body["end"] else None
    body["detail"] = tuple((name, value) for name, value in body["detail"])
    return OutsideEvent(**body, learned_at=from_ms(learned_ms))
