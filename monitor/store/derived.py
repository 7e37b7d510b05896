"""What was concluded: berth states and findings. All of it can be computed again from the facts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import (
    Basis,
    Change,
    Evidence,
    Finding,
    FindingKind,
    Severity,
    Status,
    Subject,
)
from monitor.domain.life import Life, successions
from monitor.domain.scene import Modality
from monitor.domain.window import parse_utc, to_ms
from monitor.store import schema
from monitor.store.lives import Revised, record_revisions
from monitor.store.progress import note_evidence


def put_berth_states(
    connection: sa.Connection, states: Sequence[BerthState], *, references_digest: str
) -> None:
    """Store the states of one scene, replacing what it said against other references."""
    rows = [
        (s.scene_id, s.berth_id, to_ms(s.acquired_at), references_digest, _state_text(s))
        for s in states
    ]
    if rows:
        told = {
            (berth, body)
            for berth, body in connection.exec_driver_sql(
                "SELECT berth_id, body FROM berth_states WHERE scene_id = ?", (rows[0][0],)
            )
        }
        if any((row[1], row[4]) not in told for row in rows):
            note_evidence(connection, rows[0][2])
        connection.exec_driver_sql(
            "INSERT INTO berth_states (scene_id, berth_id, acquired_ms, references_digest, body) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT (scene_id, berth_id) DO UPDATE SET "
            "references_digest = excluded.references_digest, body = excluded.body",
            rows,
        )


def load_berth_states(
    connection: sa.Connection, *, available_by: datetime, since: datetime | None = None
) -> tuple[BerthState, ...]:
    """Return berth states from scenes available by then, by time, scene and berth.

    Args:
        available_by: Scenes published later are not yet known.
        since: Only scenes acquired at this instant or later.
    """
    table = schema.berth_states.c
    rows = connection.execute(
        sa.select(table.body)
        .join(schema.scenes, schema.scenes.c.id == table.scene_id)
        .where(schema.scenes.c.available_ms <= to_ms(available_by))
        .where(table.acquired_ms >= (to_ms(since) if since is not None else -1))
        .order_by(table.acquired_ms, table.scene_id, table.berth_id)
    )
    return tuple(_state_from(body) for (body,) in rows)


def save_findings(
    connection: sa.Connection, findings: Iterable[Finding], *, now: datetime, whole: bool = True
) -> list[Change]:
    """Make the stored findings equal to `findings`; return what is worth telling.

    A stored finding that is no longer found is kept as retracted, or as superseded where a newly
    found one tells of the same thing. Times, texts and evidence may change without a telling; a
    new stage (status, severity, escalation) is a new revision. Every revision is kept, and between
    two of them every edit of what is claimed or of what it rests on.

    Args:
        connection: A write transaction.
        findings: All that is found now.
        now: When they were assessed.
        whole: Whether the whole history was read; else settled findings stay as they are.
    """
    now_found = {f.id: f for f in findings}
    if whole:
        connection.execute(sa.update(schema.findings).values(settled=0).where(_SETTLED))
    else:
        _unsettle(connection, now_found)
    live = schema.findings.c.settled == 0
    stored = {row.id: row for row in connection.execute(sa.select(schema.findings).where(live))}
    told = {i: row for i, row in stored.items() if row.status != Status.RETRACTED}
    gone = {i: found_from(row.body) for i, row in told.items() if i not in now_found}
    follows = successions(gone.values(), (f for i, f in now_found.items() if i not in told))
    replaced = {new: old for old, new in follows.items()}
    rows: list[tuple[Any, ...]] = []
    changes: list[Change] = []
    revised: list[Revised] = []
    for found in now_found.values():
        old = stored.get(found.id)
        stage, body = found.stage, found_text(found)
        if old is not None and old.stage == stage:
            if old.body != body:
                rows.append(_finding_row(found, body, old.revision, old.replaces, None))
                revised.append(Revised(finding=found, body=body, revision=old.revision))
            continue
        revision = old.revision + 1 if old is not None else 1
        first = replaced.get(found.id)
        before = old.stage if old is not None else None
        changes.append(
            Change(
                finding=found,
                previous_stage=stored[first].stage if first is not None else before,
                revision=revision,
                replaced=gone[first] if first is not None else None,
            )
        )
        link = first or (old.replaces if old is not None else None)
        rows.append(_finding_row(found, body, revision, link, None))
        revised.append(Revised(finding=found, body=body, revision=revision, replaces=first))
    for i, was in gone.items():
        found, revision = replace(was, status=Status.RETRACTED), told[i].revision + 1
        body, instead = found_text(found), follows.get(i)
        changes.append(
            Change(
                finding=found,
                previous_stage=told[i].stage,
                revision=revision,
                superseded_by=instead,
            )
        )
        rows.append(_finding_row(found, body, revision, None, instead))
        revised.append(Revised(finding=found, body=body, revision=revision, superseded_by=instead))
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO findings (id, kind, status, stage, revision, learned_ms, body, replaces, "
            "superseded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "kind = excluded.kind, status = excluded.status, stage = excluded.stage, "
            "revision = excluded.revision, learned_ms = excluded.learned_ms, "
            "body = excluded.body, replaces = excluded.replaces, "
            "superseded_by = excluded.superseded_by",
            rows,
        )
    record_revisions(connection, revised, read=found_from, now=now)
    return changes


def settle_findings(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Mark findings as settled: they stay as they are until the whole history is read again."""
    for some in _batches(ids):
        table = schema.findings
        connection.execute(sa.update(table).values(settled=1).where(table.c.id.in_(some)))


def _unsettle(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Take the mark from settled findings that are found again."""
    for some in _batches(ids):
        table = schema.findings
        connection.execute(
            sa.update(table).values(settled=0).where(_SETTLED).where(table.c.id.in_(some))
        )


_SETTLED = schema.findings.c.settled == 1
_AT_ONCE = 500
"""Ids in one statement; SQLite takes some thousands."""


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(ids)
    for i in range(0, len(listed), _AT_ONCE):
        yield listed[i : i + _AT_ONCE]


def load_lives(connection: sa.Connection) -> dict[str, Life]:
    """Return the lives of the findings that replace another or are superseded, by id."""
    table = schema.findings.c
    rows = connection.execute(
        sa.select(table.id, table.replaces, table.superseded_by)
        .where(sa.or_(table.replaces.is_not(None), table.superseded_by.is_not(None)))
        .order_by(table.id)
    )
    return {i: Life(replaces=first, superseded_by=instead) for i, first, instead in rows}


def load_findings(connection: sa.Connection) -> tuple[Finding, ...]:
    """Return every finding, retracted ones included, ordered by id."""
    rows = connection.execute(sa.select(schema.findings.c.body).order_by(schema.findings.c.id))
    return tuple(found_from(body) for (body,) in rows)


def found_text(finding: Finding) -> str:
    """Return the stored form of a finding: its public form and its anchor."""
    return json.dumps(
        {**finding.to_dict(), "anchor": finding.anchor}, ensure_ascii=False, separators=(",", ":")
    )


def found_from(text: str) -> Finding:
    """Return the finding a stored form holds."""
    body = json.loads(text)
    at = {
        key: parse_utc(body[key]) if body[key] else None
        for key in ("start_earliest", "start_latest", "end_earliest", "end_latest")
    }
    return Finding(
        kind=FindingKind(body["kind"]),
        status=Status(body["status"]),
        severity=Severity(body["severity"]),
        subject=Subject(**body["subject"]),
        place_id=body["place_id"],
        **at,
        learned_at=parse_utc(body["learned_at"]),
        basis=Basis(body["basis"]),
        confidence=body["confidence"],
        evidence=tuple(
            Evidence(**{**e, "at": parse_utc(e["at"]) if e["at"] else None})
            for e in body["evidence"]
        ),
        why=body["why"],
        text=body["text"],
        anchor=body["anchor"],
    )


def _finding_row(
    finding: Finding, body: str, revision: int, replaces: str | None, superseded_by: str | None
) -> tuple[Any, ...]:
    return (
        finding.id,
        finding.kind.value,
        finding.status.value,
        finding.stage,
        revision,
        to_ms(finding.learned_at),
        body,
        replaces,
        superseded_by,
    )


def _state_text(state: BerthState) -> str:
    body = asdict(state)
    body["acquired_at"] = state.acquired_at.isoformat()
    body["available_at"] = state.available_at.isoformat()
    body["score"] = None if math.isnan(state.score) else state.score
    return json.dumps(body, separators=(",", ":"))


def _state_from(text: str) -> BerthState:
    body = json.loads(text)
    body["score"] = math.nan if body["score"] is None else body["score"]
    for key in ("acquired_at", "available_at"):
        body[key] = parse_utc(body[key])
    body["state"], body["modality"] = Occupancy(body["state"]), Modality(body["modality"])
    return BerthState(**body)
