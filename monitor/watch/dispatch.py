"""From owed to outbox: what is due now becomes messages, in the transaction it is given.

Loads what bears on each owed notice, asks `alerts.schedule`, writes down every verdict and queues
the messages. Asking again at the same instant changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.alerts.bundle import bundle_payload, closed_payload
from monitor.alerts.decide import News, Notice, Route, notice_id
from monitor.alerts.render import Voice, payload_for
from monitor.alerts.schedule import (
    Action,
    Batch,
    Owed,
    Plan,
    Standing,
    Surroundings,
    Told,
    Verdict,
    follow_ups,
    schedule,
)
from monitor.alerts.silences import Matcher, Silence
from monitor.domain.finding import Finding, FindingKind
from monitor.domain.window import to_ms
from monitor.store import notices as kept
from monitor.store.derived import found_from, load_lives
from monitor.store.lives import load_revisions
from monitor.store.notices import NoticeRow
from monitor.store.outbox import NewRow, enqueue

_INHIBITORS = (FindingKind.FEED_SILENT.value, FindingKind.INTERFERENCE.value)
_FOLLOWED = timedelta(days=7)
"""Nobody is reminded of, or called for, what was last told longer ago."""


def dispatch(
    connection: sa.Connection, routes: Sequence[Route], *, voice: Voice, now: datetime
) -> int:
    """Queue what is due; return how many messages."""
    _put_follow_ups(connection, routes, now)
    targets = kept.due_targets(connection, now=now)
    if not targets:
        return 0
    rows = kept.load_owed(connection, targets)
    owed, threads = _owed(connection, targets, rows)
    plan = schedule(owed, routes, _surroundings(connection, routes, targets, now))
    by_id = {one.id: one for one in owed}
    formats = {route.target: route.format for route in routes}
    messages = [
        NewRow(
            id=batch.id,
            finding_id=_alone(batch).id if _is_alone(batch) else "",
            revision=batch.tellings[0].owed.revision if _is_alone(batch) else 0,
            target=batch.target,
            body=json.dumps(_payload(batch, formats[batch.target], voice, now), ensure_ascii=False),
            thread=_thread(batch, threads),
        )
        for batch in plan.batches
    ]
    enqueue(connection, messages, now=now)
    kept.settle(connection, _settled(plan, by_id, now))
    return len(messages)


def announced(routes: Sequence[Route], target: str, reason: str, now: datetime) -> Iterator[NewRow]:
    """Yield what the other channels are told when one closes."""
    for route in routes:
        if route.target != target:
            body = closed_payload(route.format, target=target, reason=reason, now=now)
            yield NewRow(
                id=notice_id(target, to_ms(now), f"closed\x1f{route.target}"),
                finding_id="",
                revision=0,
                target=route.target,
                body=json.dumps(body, ensure_ascii=False),
            )


def _put_follow_ups(connection: sa.Connection, routes: Sequence[Route], now: datetime) -> None:
    followed = [r.target for r in routes if r.manner.repeat_every or r.manner.escalate_to]
    called = [r.manner.escalate_to for r in routes if r.manner.escalate_to]
    targets = sorted({*followed, *called})
    if not targets:
        return
    told = kept.told_since(connection, targets, now - _FOLLOWED)
    current = kept.load_current(connection, [finding_id for _, finding_id in told])
    standing = [
        Standing(
            target=target,
            finding=found_from(current[finding_id].body),
            revision=current[finding_id].revision,
            told=_told(row),
        )
        for (target, finding_id), row in told.items()
        if finding_id in current
    ]
    around = Surroundings(now=now, acknowledged=_acknowledged(connection))
    kept.put_owed(
        connection,
        (
            kept.NewNotice(
                id=f.id,
                finding_id=f.finding_id,
                revision=f.revision,
                target=f.target,
                news=f.news.value,
            )
            for f in follow_ups(standing, routes, around)
        ),
        now=now,
    )


def _owed(
    connection: sa.Connection, targets: Sequence[str], rows: Sequence[NoticeRow]
) -> tuple[list[Owed], dict[str, str]]:
    """Return what is owed, and for each notice the thread it goes on in."""
    current = kept.load_current(connection, (row.finding_id for row in rows))
    before = _Corrected.load(connection, rows)
    told = kept.load_told(connection, targets, {*current, *before.names()})
    owed, threads = [], {}
    for row in rows:
        now_stored = current[row.finding_id]
        last = told.get((row.target, row.finding_id))
        if last is None:
            last = next(
                (t for i in before.of(row.finding_id) if (t := told.get((row.target, i)))), None
            )
        corrects = last is not None and last.finding_id != row.finding_id
        owed.append(
            Owed(
                id=row.id,
                target=row.target,
                finding=found_from(now_stored.body),
                revision=row.revision,
                news=News(row.news),
                since=row.since,
                first=row.first,
                told=_told(last) if last is not None else None,
                replaced=_as_told(connection, last) if corrects and last is not None else None,
                superseded=now_stored.superseded_by is not None,
                held=row.reason,
            )
        )
        threads[row.id] = last.thread if last is not None and last.thread else row.finding_id
    return owed, threads


@dataclass(frozen=True, slots=True)
class _Corrected:
    """Which findings were corrected into which."""

    first: Mapping[str, str]

    @classmethod
    def load(cls, connection: sa.Connection, rows: Sequence[NoticeRow]) -> _Corrected:
        if not any(row.news == News.CORRECTED for row in rows):
            return cls({})
        lives = load_lives(connection)
        return cls({life.superseded_by: i for i, life in lives.items() if life.superseded_by})

    def of(self, finding_id: str) -> Iterator[str]:
        """Yield what a finding corrects, and what that corrected, and so on."""
        seen = {finding_id}
        while (before := self.first.get(finding_id)) is not None and before not in seen:
            yield before
            seen.add(before)
            finding_id = before

    def names(self) -> set[str]:
        return set(self.first.values())


def _surroundings(
    connection: sa.Connection, routes: Sequence[Route], targets: Sequence[str], now: datetime
) -> Surroundings:
    longest = max((r.manner.group_interval for r in routes), default=timedelta(0))
    return Surroundings(
        now=now,
        silences=tuple(
            Silence(
                id=row.id,
                matchers=tuple(Matcher.parse(m) for m in row.matchers),
                start=row.start,
                end=row.end,
                author=row.author,
                comment=row.comment,
            )
            for row in kept.load_silences(connection)
        ),
        inhibitors=tuple(found_from(b) for b in kept.open_of_kinds(connection, _INHIBITORS)),
        flushed=kept.last_flushes(connection, targets, since=now - longest),
        acknowledged=_acknowledged(connection),
    )


def _acknowledged(connection: sa.Connection) -> dict[str, int]:
    return {i: said.revision for i, said in kept.load_nods(connection).items()}


def _told(row: NoticeRow) -> Told:
    return Told(
        finding_id=row.finding_id,
        stage=row.stage,
        revision=row.revision,
        news=News(row.news),
        at=row.due,
    )


def _as_told(connection: sa.Connection, row: NoticeRow) -> Finding | None:
    """Return the finding a notice told of, as it was then."""
    for revision in load_revisions(connection, row.finding_id):
        if (revision.revision, revision.minor) == (row.revision, 0):
            return found_from(revision.body)
    return None


def _settled(plan: Plan, owed: Mapping[str, Owed], now: datetime) -> Iterator[kept.Settled]:
    named = ((batch.id, batch) for batch in plan.batches)
    message = {t.owed.id: name for name, batch in named for t in batch.tellings}
    for verdict in plan.verdicts:
        one = owed[verdict.id]
        yield kept.Settled(
            id=verdict.id,
            state={
                Action.TELL: kept.TOLD,
                Action.HOLD: kept.HELD,
                Action.DROP: kept.DROPPED,
            }[verdict.action],
            news=verdict.reason if verdict.action is Action.TELL else one.news.value,
            reason=one.held if verdict.action is Action.TELL else verdict.reason,
            due=_due(verdict, now),
            group=verdict.group,
            stage=one.finding.stage if verdict.action is Action.TELL else "",
            message_id=message.get(verdict.id, ""),
        )


def _due(verdict: Verdict, now: datetime) -> datetime:
    return verdict.due if verdict.due is not None else now


def _payload(batch: Batch, form: str, voice: Voice, now: datetime) -> dict[str, object]:
    notices = [
        Notice(
            id=t.owed.id,
            target=batch.target,
            format=form,
            news=t.news,
            finding=t.owed.finding,
            revision=t.owed.revision,
            as_of=now,
            replaced=t.owed.replaced,
            held=t.owed.held,
        )
        for t in batch.tellings
    ]
    if _is_alone(batch):
        return payload_for(notices[0], voice=voice)
    return bundle_payload(notices, message_id=batch.id, digest=batch.digest, voice=voice)


def _thread(batch: Batch, threads: Mapping[str, str]) -> str:
    """An edit rings no bell: what calls for somebody stands alone, and so does a group."""
    if not _is_alone(batch) or batch.tellings[0].news in (News.REMINDER, News.ESCALATED):
        return ""
    return threads[batch.tellings[0].owed.id]


def _is_alone(batch: Batch) -> bool:
    return len(batch.tellings) == 1 and not batch.digest


def _alone(batch: Batch) -> Finding:
    return batch.tellings[0].owed.finding
