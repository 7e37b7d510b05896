"""Where each job stands: cursors, and heartbeats by which another process can tell it is well."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.domain.window import from_ms, to_ms
from monitor.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The last run of one job."""

    job: str
    started_at: datetime
    finished_at: datetime | None
    succeeded_at: datetime | None
    every: timedelta
    note: str

    @property
    def is_failing(self) -> bool:
        """Return whether its last finished run failed."""
        if self.finished_at is None:
            return False
        return self.succeeded_at is None or self.succeeded_at < self.finished_at

    def is_late(self, now: datetime) -> bool:
        """Return whether two runs in a row were missed or failed (with a minute's grace)."""
        last = self.succeeded_at or self.started_at
        return now - last > 2 * self.every + timedelta(minutes=1)


def read_cursor(connection: sa.Connection, name: str) -> str | None:
    """Return a cursor's value, or None if it was never set."""
    return connection.execute(
        sa.select(schema.cursors.c.value).where(schema.cursors.c.name == name)
    ).scalar_one_or_none()


def move_cursor(connection: sa.Connection, name: str, value: str) -> None:
    """Set a cursor, in the transaction that stores what it stands for."""
    connection.exec_driver_sql(
        "INSERT INTO cursors (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


_NOTED = "evidence:noted"
"""Cursor: the earliest instant that what was stored since the last assessment speaks of."""


def note_evidence(connection: sa.Connection, at_ms: int) -> None:
    """Note that evidence of an instant was stored, in the transaction that stores it."""
    noted = read_cursor(connection, _NOTED)
    oldest, count = json.loads(noted) if noted else (at_ms, 0)
    # The count tells apart what was noted before an assessment read the evidence and after.
    move_cursor(connection, _NOTED, json.dumps([min(oldest, at_ms), count + 1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was noted of evidence up to some moment."""

    oldest_ms: int
    text: str


def noted_evidence(connection: sa.Connection) -> Noted | None:
    """Return what was noted since it was last forgotten; None if nothing was stored."""
    text = read_cursor(connection, _NOTED)
    return Noted(oldest_ms=json.loads(text)[0], text=text) if text else None


def forget_evidence(connection: sa.Connection, noted: Noted | None) -> None:
    """Forget what was noted, in the transaction that stores what was found in it.

    What was stored since it was read is noted still.
    """
    if noted is not None:
        connection.exec_driver_sql(
            "DELETE FROM cursors WHERE name = ? AND value = ?", (_NOTED, noted.text)
        )


def job_started(connection: sa.Connection, job: str, *, now: datetime, every: timedelta) -> None:
    """Note that a job began."""
    connection.exec_driver_sql(
        "INSERT INTO heartbeats (job, started_ms, finished_ms, succeeded_ms, every_s, note) "
        "VALUES (?, ?, NULL, NULL, ?, '') ON CONFLICT (job) DO UPDATE SET "
        "started_ms = excluded.started_ms, finished_ms = NULL, every_s = excluded.every_s",
        (job, to_ms(now), int(every.total_seconds())),
    )


def job_finished(
    connection: sa.Connection, job: str, *, now: datetime, succeeded: bool, note: str = ""
) -> None:
    """Note that a job ended, and how."""
    connection.execute(
        sa.update(schema.heartbeats)
        .where(schema.heartbeats.c.job == job)
        .values(
            finished_ms=to_ms(now),
            note=note[:500],
            **({"succeeded_ms": to_ms(now)} if succeeded else {}),
        )
    )


def heartbeats(connection: sa.Connection) -> tuple[Heartbeat, ...]:
    """Return the heartbeat of every job, ordered by name."""
    rows = connection.execute(sa.select(schema.heartbeats).order_by(schema.heartbeats.c.job))
    return tuple(
        Heartbeat(
            job=r.job,
            started_at=from_ms(r.started_ms),
            finished_at=from_ms(r.finished_ms) if r.finished_ms is not None else None,
            succeeded_at=from_ms(r.succeeded_ms) if r.succeeded_ms is not None else None,
            every=timedelta(seconds=r.every_s),
            note=r.note,
        )
        for r in rows
    )
