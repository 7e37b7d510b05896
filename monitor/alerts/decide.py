"""Whether to speak: which changes of findings are news, and for which target.

Every pair of change and route gets exactly one decision with its reason, so that silence can be
explained too. Nothing here knows words, channels or the time of day; when what is owed is told,
and with what else, is `schedule`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.alerts.hours import DigestTime, QuietHours
from monitor.domain.finding import Change, Finding, FindingKind, Severity, Status

_SURE = ("low", "medium", "high")


class News(StrEnum):
    """What is new about a finding."""

    NEW = "new"
    UPDATED = "updated"
    CLOSED = "closed"
    REOPENED = "reopened"
    RETRACTED = "retracted"
    VOID = "void"
    CORRECTED = "corrected"
    """The same thing told better: another finding takes the place of one told before."""
    REMINDER = "reminder"
    """It still holds, and nobody has acknowledged it."""
    ESCALATED = "escalated"
    """Told elsewhere, where nobody acknowledged it in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """When a target is told what it is owed; by default at once, one message for each notice."""

    group_by: tuple[str, ...] = ()
    """What notices of one group have in common: `kind`, `port`, `vessel`, `severity`."""
    group_wait: timedelta = timedelta(0)
    """How long the first notice of a group waits for others."""
    group_interval: timedelta = timedelta(0)
    """Least time between two tellings of one group."""
    group_from: int | None = None
    """So many notices at once become one message; None for never."""
    steady: timedelta = timedelta(0)
    """How long an open finding must stand before it is told. One that ends sooner is not."""
    quiet: QuietHours | None = None
    digest: DigestTime | None = None
    """What is not loud enough to go at once is told together then."""
    at_once: Severity | None = Severity.CRITICAL
    """From this on quiet hours and digests do not hold it; None for never."""
    inhibit_at_most: timedelta = timedelta(hours=24)
    """No silent feed and no interference holds a finding longer than this."""
    repeat_every: timedelta | None = None
    """An open, unacknowledged finding is told again after this; None for never."""
    escalate_to: str | None = None
    """The target told when nobody acknowledges a finding."""
    escalate_after: timedelta = timedelta(minutes=30)
    escalate_from: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which news a target wants."""

    target: str
    """Name of the channel."""
    format: str
    """The form of its messages, a key of `render.FORMATS`."""
    min_severity: Severity = Severity.INFO
    kinds: tuple[FindingKind, ...] = ()
    """Only these; empty for all."""
    places: tuple[str, ...] = ()
    """Only places with these ids, or within them: `tartus.berth` takes `tartus.berth.b1`. Empty
    for all, also for findings without a place."""
    vessels: tuple[int, ...] = ()
    """Only ships with these IMO numbers or MMSIs; empty for all, also for findings without one."""
    min_confidence: str = "low"
    """`low`, `medium` or `high`."""
    max_age: timedelta | None = None
    """Silent about what was learned longer ago than this, as when an archive is read in."""
    manner: Manner = Manner()
    """When what is owed is told, and with what else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One piece of news for one target, not yet in words."""

    id: str
    """The same for the same finding, revision and target."""
    target: str
    format: str
    news: News
    finding: Finding
    revision: int
    as_of: datetime
    """What was known at this instant is what it tells."""
    replaced: Finding | None = None
    """Of a correction: the finding it corrects, as it was."""
    held: str = ""
    """Why it was held back until now, in a few words; empty if it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why a target is, or is not, told about a change."""

    finding_id: str
    revision: int
    target: str
    speak: bool
    reason: str
    """A `News` where `speak`; else `unchanged`, `superseded` (its correction is told instead),
    `retracted_untold`, `void_untold`, `kind`, `place`, `vessel`, `severity`, `confidence` or
    `too_old`."""


def notices_for(
    changes: Sequence[Change], *, routes: Sequence[Route], as_of: datetime
) -> tuple[Notice, ...]:
    """Return the notices owed, in the order in which the news was learned."""
    return tuple(
        Notice(
            id=notice_id(change.finding.id, change.revision, route.target),
            target=route.target,
            format=route.format,
            news=News(decision.reason),
            finding=change.finding,
            revision=change.revision,
            as_of=as_of,
            replaced=change.replaced,
        )
        for change, route, decision in _decided(changes, routes, as_of)
        if decision.speak
    )


def decisions_for(
    changes: Sequence[Change], *, routes: Sequence[Route], as_of: datetime
) -> tuple[Decision, ...]:
    """Return one decision for every change and route; those that speak match `notices_for`."""
    return tuple(decision for _, _, decision in _decided(changes, routes, as_of))


def notice_id(finding_id: str, revision: int, target: str) -> str:
    """Return 32 hex digits that name this news for this target."""
    parts = "\x1f".join((finding_id, str(revision), target))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _decided(
    changes: Sequence[Change], routes: Sequence[Route], as_of: datetime
) -> Iterator[tuple[Change, Route, Decision]]:
    by_learning = sorted(changes, key=lambda c: (c.finding.learned_at, c.finding.id, c.revision))
    for change in by_learning:
        for route in sorted(routes, key=lambda r: r.target):
            silence = _silence(change, route, as_of)
            decision = Decision(
                finding_id=change.finding.id,
                revision=change.revision,
                target=route.target,
                speak=silence is None,
                reason=silence or _news(change).value,
            )
            yield change, route, decision


def _silence(change: Change, route: Route, as_of: datetime) -> str | None:
    """Return why `route` is not told about `change`, or None if it is told."""
    finding = change.finding
    if change.superseded_by is not None:
        return "superseded"
    if change.previous_stage == finding.stage and change.replaced is None:
        return "unchanged"
    if change.previous_stage is None and finding.status in (
        Status.RETRACTED,
        Status.VOID,
    ):
        return f"{finding.status}_untold"
    if route.kinds and finding.kind not in route.kinds:
        return "kind"
    told_of = [finding, change.replaced] if change.replaced else [finding]
    if route.places and not any(is_within(f.place_id, route.places) for f in told_of):
        return "place"
    if route.vessels and not any(_is_of(f, route.vessels) for f in told_of):
        return "vessel"
    if all(_SURE.index(f.confidence) < _SURE.index(route.min_confidence) for f in told_of):
        return "confidence"
    if _loudest(change) < route.min_severity.rank:
        return "severity"
    if route.max_age is not None and finding.learned_at < as_of - route.max_age:
        return "too_old"
    return None


def _news(change: Change) -> News:
    corrects = change.replaced is not None
    return news_of(change.finding.status, change.previous_stage, corrects=corrects)


def news_of(status: Status, previous_stage: str | None, *, corrects: bool = False) -> News:
    """Return what is new about a finding of this status.

    Args:
        status: What it is now.
        previous_stage: Its stage when it was last told, or that of the finding it corrects.
        corrects: Whether it takes the place of another.
    """
    previous = _status_of(previous_stage)
    if corrects and status != Status.VOID:
        return News.CORRECTED
    if previous is None:
        return News.NEW
    if status == previous:
        return News.UPDATED
    return {
        Status.OPEN: News.REOPENED,
        Status.CLOSED: News.CLOSED,
        Status.RETRACTED: News.RETRACTED,
        Status.VOID: News.VOID,
    }[status]


def _loudest(change: Change) -> int:
    # A target that heard of a warning also hears that it has calmed down below its threshold.
    before = (change.previous_stage or "").split("/")[1:2]
    ranks = [Severity(word).rank for word in before if word in set(Severity)]
    return max([change.finding.severity.rank, *ranks])


def _is_of(finding: Finding, vessels: tuple[int, ...]) -> bool:
    return finding.subject.imo in vessels or finding.subject.mmsi in vessels


def _status_of(stage: str | None) -> str | None:
    return stage.split("/")[0] if stage is not None else None


def is_within(place_id: str | None, prefixes: tuple[str, ...]) -> bool:
    """Return whether a place is one of `prefixes` or lies within one."""
    return place_id is not None and any(
        f"{place_id}.".startswith(f"{prefix.rstrip('.')}.") for prefix in prefixes
    )
