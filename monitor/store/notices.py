"""What each channel is owed and was told, and what people said about it: silences and nods.

A notice is put down in the transaction that changes its finding, and stays for good: held, told or
dropped, with the reason. This module knows rows and times; what becomes of a notice is decided by
`alerts.schedule`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.window import from_ms, to_ms
from monitor.store.schema import acknowledgements, findings, notices, outbox, silences

HELD, TOLD, DROPPED = "held", "told", "dropped"
_AT_ONCE = 500
"""Ids in one query; SQLite takes some thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice that becomes owed."""

    id: str
    finding_id: str
    revision: int
    target: str
    news: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice and what has become of it so far."""

    id: str
    finding_id: str
    revision: int
    target: str
    news: str
    state: str
    """`held`, `told` or `dropped`."""
    reason: str
    """Why it is held or was dropped; of a told one why it was held before, empty if it was not."""
    first: datetime
    """Since when the channel has been owed something about the finding."""
    since: datetime
    due: datetime
    """Of a held one when to look again; else when it was told or dropped."""
    group: str
    stage: str
    """Of a told one: the finding's stage then."""
    message_id: str
    """Of a told one: the row of the outbox that tells it."""
    thread: str = ""
    """That row's thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What becomes of a notice."""

    id: str
    state: str
    news: str
    reason: str
    due: datetime
    group: str = ""
    stage: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """A finding as it is stored now."""

    id: str
    body: str
    revision: int
    superseded_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """A silence as it was typed."""

    id: str
    matchers: tuple[str, ...]
    start: datetime
    end: datetime
    author: str
    comment: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Nod:
    """Somebody has taken note of a finding, up to a revision."""

    finding_id: str
    revision: int
    at: datetime
    author: str
    comment: str


def put_owed(conn: sa.Connection, new: Iterable[NewNotice], *, now: datetime) -> int:
    """Put down what is owed from now on; what is there already stays as it is.

    Returns:
        How many were new.
    """
    rows = list(new)
    waiting: dict[tuple[str, str], int] = {}
    ids = sorted({r.finding_id for r in rows})
    for some in _chunks(ids):
        found = conn.execute(
            sa.select(notices.c.finding_id, notices.c.target, sa.func.min(notices.c.first_ms))
            .where(notices.c.state == HELD, notices.c.finding_id.in_(some))
            .group_by(notices.c.finding_id, notices.c.target)
        )
        waiting |= {(finding, target): first for finding, target, first in found}
    now_ms = to_ms(now)
    values = [
        {
            "id": r.id,
            "finding_id": r.finding_id,
            "revision": r.revision,
            "target": r.target,
            "news": r.news,
            "state": HELD,
            "reason": "",
            "first_ms": waiting.get((r.finding_id, r.target), now_ms),
            "since_ms": now_ms,
            "due_ms": now_ms,
            "group_key": "",
            "stage": "",
            "message_id": "",
        }
        for r in rows
    ]
    if not values:
        return 0
    done = conn.execute(sa.insert(notices).prefix_with("OR IGNORE"), values)
    return done.rowcount


def due_targets(conn: sa.Connection, *, now: datetime) -> tuple[str, ...]:
    """Return the channels of which some held notice is to be looked at again."""
    found = conn.execute(
        sa.select(notices.c.target)
        .where(notices.c.state == HELD, notices.c.due_ms <= to_ms(now))
        .distinct()
        .order_by(notices.c.target)
    )
    return tuple(target for (target,) in found)


def load_owed(conn: sa.Connection, targets: Sequence[str]) -> tuple[NoticeRow, ...]:
    """Return all that is held for `targets`."""
    found = conn.execute(
        sa.select(notices)
        .where(notices.c.state == HELD, notices.c.target.in_(targets))
        .order_by(notices.c.target, notices.c.since_ms, notices.c.id)
    )
    return tuple(_notice(row) for row in found)


def load_notices(conn: sa.Connection, *, finding_id: str | None = None) -> tuple[NoticeRow, ...]:
    """Return every notice, or those of one finding, oldest first."""
    chosen = sa.select(notices).order_by(notices.c.since_ms, notices.c.target, notices.c.id)
    if finding_id is not None:
        chosen = chosen.where(notices.c.finding_id == finding_id)
    return tuple(_notice(row) for row in conn.execute(chosen))


def load_told(
    conn: sa.Connection, targets: Sequence[str], finding_ids: Iterable[str]
) -> dict[tuple[str, str], NoticeRow]:
    """Return the last that each target was told about each finding, by (target, finding)."""
    last: dict[tuple[str, str], NoticeRow] = {}
    for some in _chunks(sorted(set(finding_ids))):
        found = conn.execute(
            sa.select(notices, outbox.c.thread)
            .outerjoin(outbox, outbox.c.id == notices.c.message_id)
            .where(
                notices.c.state == TOLD,
                notices.c.finding_id.in_(some),
                notices.c.target.in_(targets),
            )
            .order_by(notices.c.due_ms, notices.c.revision, notices.c.id)
        )
        last |= {(row.target, row.finding_id): _notice(row, row.thread or "") for row in found}
    return last


def told_since(
    conn: sa.Connection, targets: Sequence[str], since: datetime
) -> dict[tuple[str, str], NoticeRow]:
    """Return the last that each target was told about each finding of which it was told since."""
    found = conn.execute(
        sa.select(notices.c.finding_id)
        .where(
            notices.c.state == TOLD,
            notices.c.target.in_(targets),
            notices.c.due_ms >= to_ms(since),
        )
        .distinct()
    )
    return load_told(conn, targets, [finding_id for (finding_id,) in found])


def last_flushes(
    conn: sa.Connection, targets: Sequence[str], *, since: datetime
) -> dict[tuple[str, str], datetime]:
    """Return when each (target, group) was last told, where that was after `since`."""
    found = conn.execute(
        sa.select(notices.c.target, notices.c.group_key, sa.func.max(notices.c.due_ms))
        .where(
            notices.c.state == TOLD,
            notices.c.target.in_(targets),
            notices.c.due_ms > to_ms(since),
        )
        .group_by(notices.c.target, notices.c.group_key)
    )
    return {(target, group): from_ms(at) for target, group, at in found}


def settle(conn: sa.Connection, verdicts: Iterable[Settled]) -> None:
    """Write down what became of held notices."""
    rows = [
        {
            "this": v.id,
            "state": v.state,
            "news": v.news,
            "reason": v.reason,
            "due_ms": to_ms(v.due),
            "group_key": v.group,
            "stage": v.stage,
            "message_id": v.message_id,
        }
        for v in verdicts
    ]
    if rows:
        this = notices.c.id == sa.bindparam("this")
        changed: dict[str, Any] = {key: sa.bindparam(key) for key in rows[0] if key != "this"}
        conn.execute(sa.update(notices).where(this).values(changed), rows)


def load_current(conn: sa.Connection, finding_ids: Iterable[str]) -> dict[str, Current]:
    """Return findings as they are stored now, by id."""
    found: dict[str, Current] = {}
    for some in _chunks(sorted(set(finding_ids))):
        rows = conn.execute(
            sa.select(
                findings.c.id, findings.c.body, findings.c.revision, findings.c.superseded_by
            ).where(findings.c.id.in_(some))
        )
        for row in rows:
            found[row.id] = Current(
                id=row.id,
                body=row.body,
                revision=row.revision,
                superseded_by=row.superseded_by,
            )
    return found


def open_of_kinds(conn: sa.Connection, kinds: Sequence[str]) -> tuple[str, ...]:
    """Return the stored forms of open findings of some kinds, ordered by id."""
    found = conn.execute(
        sa.select(findings.c.body)
        .where(findings.c.status == "open", findings.c.kind.in_(kinds))
        .order_by(findings.c.id)
    )
    return tuple(body for (body,) in found)


def add_silence(conn: sa.Connection, silence: SilenceRow) -> None:
    """Keep a silence; held notices are looked at again at once."""
    conn.execute(
        sa.insert(silences).values(
            id=silence.id,
            matchers=json.dumps(list(silence.matchers)),
            start_ms=to_ms(silence.start),
            end_ms=to_ms(silence.end),
            author=silence.author,
            comment=silence.comment,
            created_ms=to_ms(silence.created_at),
        )
    )
    _look_again(conn, silence.created_at)


def load_silences(conn: sa.Connection) -> tuple[SilenceRow, ...]:
    """Return every silence, past ones too: a late report may tell of their time."""
    found = conn.execute(sa.select(silences).order_by(silences.c.created_ms, silences.c.id))
    return tuple(
        SilenceRow(
            id=row.id,
            matchers=tuple(json.loads(row.matchers)),
            start=from_ms(row.start_ms),
            end=from_ms(row.end_ms),
            author=row.author,
            comment=row.comment,
            created_at=from_ms(row.created_ms),
        )
        for row in found
    )


def expire_silence(conn: sa.Connection, silence_id: str, *, now: datetime) -> bool:
    """End a silence now; return False where there is none or it has ended."""
    now_ms = to_ms(now)
    done = conn.execute(
        sa.update(silences)
        .where(silences.c.id == silence_id, silences.c.end_ms > now_ms)
        .values(end_ms=sa.func.max(silences.c.start_ms, now_ms))
    )
    return bool(done.rowcount)


def nod(conn: sa.Connection, said: Nod) -> None:
    """Write down that somebody has taken note; held reminders are looked at again at once."""
    conn.execute(
        sa.delete(acknowledgements).where(acknowledgements.c.finding_id == said.finding_id)
    )
    conn.execute(
        sa.insert(acknowledgements).values(
            finding_id=said.finding_id,
            revision=said.revision,
            at_ms=to_ms(said.at),
            author=said.author,
            comment=said.comment,
        )
    )
    _look_again(conn, said.at)


def load_nods(conn: sa.Connection) -> dict[str, Nod]:
    """Return who has taken note of what, by finding."""
    return {
        row.finding_id: Nod(
            finding_id=row.finding_id,
            revision=row.revision,
            at=from_ms(row.at_ms),
            author=row.author,
            comment=row.comment,
        )
        for row in conn.execute(sa.select(acknowledgements))
    }


def _look_again(conn: sa.Connection, now: datetime) -> None:
    conn.execute(
        sa.update(notices)
        .where(notices.c.state == HELD, notices.c.due_ms > to_ms(now))
        .values(due_ms=to_ms(now))
    )


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[i : i + _AT_ONCE] for i in range(0, len(ids), _AT_ONCE))


def _notice(row: sa.Row[Any], thread: str = "") -> NoticeRow:
    return NoticeRow(
        id=row.id,
        finding_id=row.finding_id,
        revision=row.revision,
        target=row.target,
        news=row.news,
        state=row.state,
        reason=row.reason,
        first=from_ms(row.first_ms),
        since=from_ms(row.since_ms),
        due=from_ms(row.due_ms),
        group=row.group_key,
        stage=row.stage,
        message_id=row.message_id,
        thread=thread,
    )
