"""The history of findings: every revision with what changed and why, every decision to tell.

Rows are written once, in the transaction that changes the finding, and never changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.finding import Finding, Status
from monitor.domain.life import Cause, cause_between, edits_between, only_goes_on, told_span
from monitor.domain.window import from_ms, to_ms, utc_text
from monitor.store import schema

_LATE_SHOWN = 8
"""Late reports named as the cause of a retraction; one is enough to understand it."""
_AT_ONCE = 500
"""Ids in one query; SQLite takes some thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A finding as it is stored now, for its history."""

    finding: Finding
    body: str
    revision: int
    replaces: str | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One kept state of a finding."""

    finding_id: str
    revision: int
    """Counts what was told."""
    minor: int
    """0 for what was told, then counting the edits until the next telling."""
    recorded_at: datetime
    """When it was assessed."""
    learned_at: datetime
    """When the evidence that made it had reached us."""
    stage: str
    changed: tuple[tuple[str, Any, Any], ...]
    """Field, old value, new value, against the revision before; empty for the first."""
    cause: dict[str, list[str]]
    """Evidence that is `new` and that is `gone`."""
    body: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, without the body."""
        return {
            "revision": self.revision,
            "minor": self.minor,
            "recorded_at": utc_text(self.recorded_at),
            "learned_at": utc_text(self.learned_at),
            "stage": self.stage,
            "changed": [list(edit) for edit in self.changed],
            "cause": self.cause,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecision:
    """Whether one channel was told of one revision, and why."""

    finding_id: str
    revision: int
    target: str
    recorded_at: datetime
    speak: bool
    reason: str


def record_revisions(
    connection: sa.Connection,
    revised: Sequence[Revised],
    *,
    read: Callable[[str], Finding],
    now: datetime,
) -> None:
    """Add to the history what differs from its last row; an open claim that lasts adds none.

    Args:
        connection: The transaction that changes the findings.
        revised: What is stored now.
        read: Makes a finding of a stored body.
        now: When it was assessed.
    """
    last = dict(_last_rows(connection, [r.finding.id for r in revised]))
    rows = []
    for one in revised:
        old = last.get(one.finding.id)
        was = read(old.body) if old is not None else None
        told = old is None or one.revision != old.revision
        changed, cause = _difference(was, one)
        learned = one.finding.learned_at
        if one.finding.status is Status.RETRACTED:
            since_ms = old.recorded_ms if old is not None else 0
            cause, learned = _taken_back(connection, one.finding, since_ms, now)
        if was is not None and not told and not _is_edit(was, one.finding, changed, cause):
            continue
        rows.append(
            {
                "finding_id": one.finding.id,
                "revision": one.revision,
                "minor": 0 if told or old is None else old.minor + 1,
                "recorded_ms": to_ms(now),
                "learned_ms": to_ms(learned),
                "stage": one.finding.stage,
                "changed": _json(changed),
                "cause": _json(cause.to_dict()),
                "body": one.body,
            }
        )
    if rows:
        connection.execute(sa.insert(schema.finding_revisions), rows)


def load_revisions(connection: sa.Connection, finding_id: str) -> tuple[Revision, ...]:
    """Return the history of one finding, oldest first."""
    table = schema.finding_revisions
    rows = connection.execute(
        sa.select(table)
        .where(table.c.finding_id == finding_id)
        .order_by(table.c.revision, table.c.minor)
    )
    return tuple(
        Revision(
            finding_id=row.finding_id,
            revision=row.revision,
            minor=row.minor,
            recorded_at=from_ms(row.recorded_ms),
            learned_at=from_ms(row.learned_ms),
            stage=row.stage,
            changed=tuple((field, old, new) for field, old, new in json.loads(row.changed)),
            cause=json.loads(row.cause),
            body=row.body,
        )
        for row in rows
    )


def last_learned(connection: sa.Connection) -> dict[str, datetime]:
    """Return by finding when the evidence for its newest revision had reached us."""
    table = schema.finding_revisions
    newest = sa.func.max(table.c.learned_ms)
    rows = connection.execute(sa.select(table.c.finding_id, newest).group_by(table.c.finding_id))
    return {finding_id: from_ms(ms) for finding_id, ms in rows}


def record_decisions(connection: sa.Connection, decisions: Iterable[RecordedDecision]) -> None:
    """Write down who was told of what, and why others were not."""
    rows = [
        {
            "finding_id": d.finding_id,
            "revision": d.revision,
            "target": d.target,
            "recorded_ms": to_ms(d.recorded_at),
            "speak": int(d.speak),
            "reason": d.reason,
        }
        for d in decisions
    ]
    if rows:
        connection.execute(sa.insert(schema.decisions).prefix_with("OR IGNORE"), rows)


def load_decisions(connection: sa.Connection, finding_id: str) -> tuple[RecordedDecision, ...]:
    """Return the decisions about one finding, by revision and target."""
    table = schema.decisions
    rows = connection.execute(
        sa.select(table)
        .where(table.c.finding_id == finding_id)
        .order_by(table.c.revision, table.c.target)
    )
    return tuple(
        RecordedDecision(
            finding_id=row.finding_id,
            revision=row.revision,
            target=row.target,
            recorded_at=from_ms(row.recorded_ms),
            speak=bool(row.speak),
            reason=row.reason,
        )
        for row in rows
    )


def _difference(was: Finding | None, one: Revised) -> tuple[tuple[Any, ...], Cause]:
    changed: tuple[Any, ...] = () if was is None else edits_between(was, one.finding)
    for link in ("replaces", "superseded_by"):
        if (told := getattr(one, link)) is not None:
            changed = (*changed, (link, None, told))
    return changed, cause_between(was, one.finding)


def _is_edit(was: Finding, now: Finding, changed: tuple[Any, ...], cause: Cause) -> bool:
    if changed:
        return True
    return bool(cause.new or cause.gone) and not only_goes_on(was, now, cause)


def _taken_back(
    connection: sa.Connection, finding: Finding, since_ms: int, now: datetime
) -> tuple[Cause, datetime]:
    """Return what came in since and falls into the time a retracted claim spoke of."""
    late = sorted(_late(connection, finding, since_ms, to_ms(now)))
    refs = tuple(ref for _, ref in late[:_LATE_SHOWN])
    return Cause(new=refs), from_ms(late[-1][0]) if late else now


def _late(
    connection: sa.Connection, finding: Finding, since_ms: int, until_ms: int
) -> Iterator[tuple[int, str]]:
    """Yield (when it reached us, reference) of her reports and of looks at the place."""
    start, end = (to_ms(at) for at in told_span(finding))
    if finding.subject.mmsi is not None:
        p = schema.positions.c
        rows = connection.execute(
            sa.select(p.received_ms, p.time_ms)
            .where(p.mmsi == finding.subject.mmsi, p.time_ms >= start, p.time_ms <= end)
            .where(p.received_ms > since_ms, p.received_ms <= until_ms)
            .order_by(p.received_ms, p.time_ms)
            .limit(_LATE_SHOWN)
        )
        for received_ms, time_ms in rows:
            yield received_ms, f"position:{finding.subject.mmsi}/{utc_text(from_ms(time_ms))}"
    if finding.place_id is not None:
        states, scenes = schema.berth_states.c, schema.scenes.c
        looks = connection.execute(
            sa.select(scenes.available_ms, scenes.id)
            .join(schema.berth_states, states.scene_id == scenes.id)
            .where(states.berth_id == finding.place_id)
            .where(states.acquired_ms >= start, states.acquired_ms <= end)
            .where(scenes.available_ms > since_ms, scenes.available_ms <= until_ms)
            .order_by(scenes.available_ms, scenes.id)
            .limit(_LATE_SHOWN)
        )
        for available_ms, scene_id in looks:
            yield available_ms, f"scene:{scene_id}"


def _last_rows(connection: sa.Connection, ids: Sequence[str]) -> Iterator[tuple[str, sa.Row[Any]]]:
    table = schema.finding_revisions
    for i in range(0, len(ids), _AT_ONCE):
        rows = connection.execute(
            sa.select(table)
            .where(table.c.finding_id.in_(ids[i : i + _AT_ONCE]))
            .order_by(table.c.finding_id, table.c.revision, table.c.minor)
        )
        # Of each finding the last row is the one that stays.
        for row in rows:
            yield row.finding_id, row


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
