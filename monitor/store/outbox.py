"""The outbox: every notice that is owed, until it is delivered, dead or dropped.

A notice is queued in the transaction that stores its finding, so neither is ever there without
the other. Whoever delivers claims a row for a while (a lease), sends outside any transaction and
writes down what came of it; a crash in between leaves a row whose lease runs out. This module
knows rows and times, not channels.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.domain.window import from_ms, to_ms
from monitor.store.schema import closed_targets, outbox

_ERROR_LENGTH = 500
_ADDRESS = re.compile(r"(?i)\b(https?)://(?:[^\s/@]*@)?([^\s/?#:@]*)[^\s]*")
_SECRET = re.compile(r"whsec_\S+")


class OutboxState(StrEnum):
    """Where a row is in its life."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    """Given up: refused, out of attempts, or held because it may already have arrived."""
    DROPPED = "dropped"
    """Given up by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """One notice to queue."""

    id: str
    """The same for the same news to the same target, 32 hex digits."""
    finding_id: str
    revision: int
    target: str
    body: str
    """The message as JSON."""
    thread: str = ""
    """Messages of one thread are about the same finding; empty for one that stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One queued notice and what became of it so far."""

    id: str
    finding_id: str
    revision: int
    target: str
    created_at: datetime
    """When it was queued; its place in its target's order."""
    not_before: datetime
    state: OutboxState
    lease_until: datetime
    attempts: int
    """Sends begun since it was queued or last asked for by hand."""
    uncertain: int
    """Sends of which nobody knows whether they arrived."""
    last_error: str
    body: str
    thread: str = ""
    sent_at: datetime | None = None
    remote_id: str = ""
    """The other side's name for the message; empty where it gave none."""
    recovered: bool = False
    """True on a claim that takes over a send of which the outcome was never written down."""


def enqueue(conn: sa.Connection, rows: Iterable[NewRow], *, now: datetime) -> int:
    """Queue `rows` in the order given; return how many were not there yet.

    Each target's rows get strictly rising `created_at`, a millisecond apart where needed, also
    when the clock has gone back, so that the order of news is the order of queueing.
    """
    now_ms, added = to_ms(now), 0
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    last_ms: dict[str, int] = {}
    for row in rows:
        if row.target not in last_ms:
            latest = sa.select(sa.func.max(outbox.c.created_ms)).where(
                outbox.c.target == row.target
            )
            last_ms[row.target] = conn.execute(latest).scalar() or 0
        created_ms = max(now_ms, last_ms[row.target] + 1)
        done = conn.execute(
            insert(outbox)
            .values(
                id=row.id,
                finding_id=row.finding_id,
                revision=row.revision,
                target=row.target,
                created_ms=created_ms,
                not_before_ms=now_ms,
                state=OutboxState.PENDING.value,
                lease_until_ms=0,
                attempts=0,
                uncertain=0,
                last_error="",
                body=row.body,
                thread=row.thread,
            )
            .on_conflict_do_nothing(index_elements=[outbox.c.id])
        )
        if done.rowcount:
            last_ms[row.target] = created_ms
            added += 1
    return added


def claim_due(
    conn: sa.Connection,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    passing_over: Collection[str] = (),
) -> tuple[OutboxRow, ...]:
    """Take up to `limit` rows to send, at most one per target: the first it still owes.

    A row is due when its time has come or when the lease of an earlier claim has run out. While
    a target's first row waits or is being sent, its later rows stay where they are. Nothing is
    taken for closed targets, nor for those in `passing_over`.
    """
    now_ms = to_ms(now)
    found = conn.execute(_due(now_ms).limit(limit + len(passing_over))).all()
    claimed = []
    lease_ms = to_ms(now + lease)
    for row in [row for row in found if row.target not in passing_over][:limit]:
        taken = conn.execute(
            # The old values stand guard where two daemons share a server.
            sa.update(outbox)
            .where(
                outbox.c.id == row.id,
                outbox.c.state == row.state,
                outbox.c.attempts == row.attempts,
                outbox.c.lease_until_ms == row.lease_until_ms,
            )
            .values(
                state=OutboxState.SENDING.value,
                attempts=row.attempts + 1,
                lease_until_ms=lease_ms,
                tried_ms=now_ms,
            )
        )
        if taken.rowcount:
            claimed.append(
                _row(
                    {**row._asdict(), "attempts": row.attempts + 1, "lease_until_ms": lease_ms},
                    state=OutboxState.SENDING,
                    recovered=row.state == OutboxState.SENDING,
                )
            )
    return tuple(claimed)


def due_targets(conn: sa.Connection, *, now: datetime) -> frozenset[str]:
    """Return the targets for which `claim_due` would find a row."""
    return frozenset(row.target for row in conn.execute(_due(to_ms(now))))


def tries_since(conn: sa.Connection, target: str, since: datetime) -> tuple[datetime, ...]:
    """Return when rows of a target were last tried, where that is later than `since`."""
    found = conn.execute(
        sa.select(outbox.c.tried_ms).where(
            outbox.c.target == target, outbox.c.tried_ms > to_ms(since)
        )
    )
    return tuple(from_ms(tried_ms) for (tried_ms,) in found)


def close_target(conn: sa.Connection, target: str, *, reason: str, now: datetime) -> bool:
    """Send nothing more to a target until it is opened by hand; return whether it was open."""
    done = conn.execute(
        sa.insert(closed_targets)
        .prefix_with("OR IGNORE")
        .values(target=target, since_ms=to_ms(now), reason=scrubbed(reason))
    )
    return bool(done.rowcount)


def open_target(conn: sa.Connection, target: str | None) -> tuple[str, ...]:
    """Send to a target again, to every one for None; return those that were closed."""
    which = sa.true() if target is None else closed_targets.c.target == target
    was = conn.execute(
        sa.select(closed_targets.c.target).where(which).order_by(closed_targets.c.target)
    )
    names = tuple(name for (name,) in was)
    conn.execute(sa.delete(closed_targets).where(which))
    return names


def closed(conn: sa.Connection) -> dict[str, tuple[datetime, str]]:
    """Return since when and why targets are closed."""
    rows = conn.execute(sa.select(closed_targets).order_by(closed_targets.c.target))
    return {row.target: (from_ms(row.since_ms), row.reason) for row in rows}


def note_uncertain(conn: sa.Connection, row: OutboxRow) -> None:
    """Count one more send of `row` of which nobody knows whether it arrived."""
    conn.execute(
        sa.update(outbox).where(outbox.c.id == row.id).values(uncertain=outbox.c.uncertain + 1)
    )


def mark_sent(
    conn: sa.Connection, row: OutboxRow, *, now: datetime, remote_id: str = "", note: str = ""
) -> None:
    """Write down that `row` was delivered; true whatever else happened to it meanwhile.

    Args:
        conn: A write transaction.
        row: The claimed row.
        now: When it was sent.
        remote_id: The other side's name for the message, where it gave one.
        note: What went wrong all the same.
    """
    conn.execute(
        sa.update(outbox)
        .where(outbox.c.id == row.id)
        .values(
            state=OutboxState.SENT.value,
            last_error=scrubbed(note),
            sent_ms=to_ms(now),
            remote_id=remote_id,
        )
    )


def first_remote_id(conn: sa.Connection, row: OutboxRow) -> str | None:
    """Return the other side's name for the first message sent in `row`'s thread, None if none."""
    if not row.thread:
        return None
    return conn.execute(
        sa.select(outbox.c.remote_id)
        .where(
            outbox.c.target == row.target,
            outbox.c.thread == row.thread,
            outbox.c.id != row.id,
            outbox.c.remote_id != "",
        )
        .order_by(outbox.c.created_ms)
        .limit(1)
    ).scalar()


def mark_retry(
    conn: sa.Connection, row: OutboxRow, *, not_before: datetime, error: str, uncertain: bool
) -> None:
    """Give the claimed `row` back for another send from `not_before` on."""
    _settle(conn, row, OutboxState.PENDING, error, uncertain, not_before_ms=to_ms(not_before))


def mark_dead(conn: sa.Connection, row: OutboxRow, *, error: str, uncertain: bool) -> None:
    """Give the claimed `row` up; only a human brings it back."""
    _settle(conn, row, OutboxState.DEAD, error, uncertain)


def list_rows(
    conn: sa.Connection, states: Sequence[OutboxState] = tuple(OutboxState)
) -> tuple[OutboxRow, ...]:
    """Return the rows in any of `states`, by target and order of queueing."""
    found = conn.execute(
        sa.select(outbox)
        .where(outbox.c.state.in_([state.value for state in states]))
        .order_by(outbox.c.target, outbox.c.created_ms, outbox.c.revision, outbox.c.id)
    )
    return tuple(_row(row._asdict(), state=OutboxState(row.state)) for row in found)


def load_rows(conn: sa.Connection, ids: Iterable[str]) -> tuple[OutboxRow, ...]:
    """Return the rows with these ids, those that there are."""
    found = conn.execute(
        sa.select(outbox).where(outbox.c.id.in_(sorted(ids))).order_by(outbox.c.created_ms)
    )
    return tuple(_row(row._asdict(), state=OutboxState(row.state)) for row in found)


def retry(conn: sa.Connection, row_id: str | None, *, now: datetime) -> int:
    """Ask for rows to be sent from `now` on, with all attempts before them again.

    Closed targets they are for are opened.

    Args:
        conn: A write transaction.
        row_id: A dead, dropped or waiting row; None stands for every dead one. What was sent or is
            being sent is left alone.
        now: The present.

    Returns:
        How many rows it concerned.
    """
    again = [OutboxState.DEAD.value, OutboxState.DROPPED.value, OutboxState.PENDING.value]
    which = (
        outbox.c.state == OutboxState.DEAD.value
        if row_id is None
        else sa.and_(outbox.c.id == row_id, outbox.c.state.in_(again))
    )
    if row_id is None:
        open_target(conn, None)
    for (target,) in conn.execute(sa.select(outbox.c.target).where(which).distinct()).all():
        open_target(conn, target)
    done = conn.execute(
        sa.update(outbox)
        .where(which)
        .values(state=OutboxState.PENDING.value, attempts=0, not_before_ms=to_ms(now))
    )
    return done.rowcount


def drop(conn: sa.Connection, row_id: str) -> bool:
    """Give a row up by hand; return False where there is none or it was sent or dropped."""
    done = conn.execute(
        sa.update(outbox)
        .where(
            outbox.c.id == row_id,
            outbox.c.state.not_in([OutboxState.SENT.value, OutboxState.DROPPED.value]),
        )
        .values(state=OutboxState.DROPPED.value)
    )
    return bool(done.rowcount)


def _due(now_ms: int) -> sa.Select[Any]:
    owed = [OutboxState.PENDING.value, OutboxState.SENDING.value]
    place = sa.func.row_number().over(
        partition_by=outbox.c.target,
        order_by=(outbox.c.created_ms, outbox.c.revision, outbox.c.id),
    )
    shut = sa.select(closed_targets.c.target)
    heads = (
        sa.select(outbox, place.label("place"))
        .where(outbox.c.state.in_(owed), outbox.c.target.not_in(shut))
        .subquery()
    )
    due = sa.or_(
        sa.and_(heads.c.state == OutboxState.PENDING.value, heads.c.not_before_ms <= now_ms),
        sa.and_(heads.c.state == OutboxState.SENDING.value, heads.c.lease_until_ms <= now_ms),
    )
    return (
        sa.select(heads).where(heads.c.place == 1, due).order_by(heads.c.created_ms, heads.c.target)
    )


def scrubbed(error: str) -> str:
    """Return an error without addresses beyond their host, without secrets, and not endless.

    Our own channels put neither into errors; a plug-in might.
    """
    return _SECRET.sub("whsec_***", _ADDRESS.sub(r"\1://\2/***", error))[:_ERROR_LENGTH]


def _settle(
    conn: sa.Connection,
    row: OutboxRow,
    state: OutboxState,
    error: str,
    uncertain: bool,
    **values: int,
) -> None:
    # Only the claim that is still the last one may say how it ended badly: the row may have been
    # dropped, or taken over after its lease.
    conn.execute(
        sa.update(outbox)
        .where(
            outbox.c.id == row.id,
            outbox.c.state == OutboxState.SENDING.value,
            outbox.c.attempts == row.attempts,
            outbox.c.lease_until_ms == to_ms(row.lease_until),
        )
        .values(
            state=state.value,
            last_error=scrubbed(error),
            uncertain=outbox.c.uncertain + int(uncertain),
            **values,
        )
    )


def _row(values: Mapping[str, Any], *, state: OutboxState, recovered: bool = False) -> OutboxRow:
    return OutboxRow(
        id=values["id"],
        finding_id=values["finding_id"],
        revision=values["revision"],
        target=values["target"],
        created_at=from_ms(values["created_ms"]),
        not_before=from_ms(values["not_before_ms"]),
        state=state,
        lease_until=from_ms(values["lease_until_ms"]),
        attempts=values["attempts"],
        uncertain=values["uncertain"],
        last_error=values["last_error"],
        body=values["body"],
        thread=values["thread"],
        sent_at=from_ms(values["sent_ms"]) if values["sent_ms"] is not None else None,
        remote_id=values["remote_id"],
        recovered=recovered,
    )
