"""When what is owed is told, and with what else: held, dropped or out, each with its reason. Pure.

A notice that a route wants is owed until it is told or there is nothing left to tell. It is held
by what could make it wrong (a silent feed, interference, a finding that has not stood long
enough), by what makes it unwelcome (quiet hours, a digest) and by its group. What comes out is
worded by what the target was told last, so a finding that came and went while it was held is
never told, and one that changed twice is told once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.alerts.decide import Manner, News, Route, news_of, notice_id
from monitor.alerts.silences import Silence, event_span, silence_for
from monitor.domain.finding import Basis, Finding, FindingKind, Status
from monitor.domain.life import told_span

_GONE = (Status.RETRACTED, Status.VOID)
_FOLLOWS = (News.REMINDER, News.ESCALATED)
_TAKEN_BACK = (News.RETRACTED, News.VOID, News.CORRECTED)
_STEADY_MOST = 4
"""A finding that keeps changing is told after this many times `steady` all the same."""
_LATER = timedelta(minutes=1)
"""When to look again where no time is known."""
ABSENCES = frozenset({FindingKind.NO_AIS_RECEIVED, FindingKind.OCCUPIED_WITHOUT_AIS})
"""Findings that rest on what was not received: a silent feed makes them doubtful."""
POSITIONS = frozenset(
    {
        FindingKind.ARRIVED,
        FindingKind.DEPARTED,
        FindingKind.WAITING,
        FindingKind.BERTHED,
        FindingKind.UNBERTHED,
        FindingKind.FIRST_VISIT,
        FindingKind.ENCOUNTER,
        FindingKind.CROSSED_12_NM,
        FindingKind.EN_ROUTE,
        FindingKind.AIS_WITHOUT_SHIP,
    }
)
"""Findings that rest on where AIS says a ship is: interference makes them doubtful."""


class Action(StrEnum):
    """What becomes of a notice now."""

    TELL = "tell"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a target was told last about a finding."""

    finding_id: str
    """Of a correction not yet told: the finding it corrects."""
    stage: str
    revision: int
    news: News
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A notice that a route wanted, with its finding as it stands now."""

    id: str
    target: str
    finding: Finding
    revision: int
    news: News
    """As decided when the finding changed; a follow-up keeps it."""
    since: datetime
    """When this revision was put down."""
    first: datetime
    """Since when the target has been owed something about this finding."""
    told: Told | None = None
    replaced: Finding | None = None
    """Of a correction: as it was, the finding that `told` speaks of."""
    superseded: bool = False
    """Whether a correction of it is told instead."""
    held: str = ""
    """Why it was held so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of one notice, and why."""

    id: str
    action: Action
    reason: str
    """`TELL`: the word it is told under. Else one word, and after a colon what exactly."""
    due: datetime | None = None
    """Of a held one: when to look again."""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One notice that comes out, under the word that fits what was told before."""

    owed: Owed
    news: News


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Notices that make one message."""

    target: str
    group: str
    tellings: tuple[Telling, ...]
    """Oldest news first; one, or more in one message."""
    digest: bool = False

    @property
    def id(self) -> str:
        """The notice's own id, or 32 hex digits that name these notices together."""
        if len(self.tellings) == 1:
            return self.tellings[0].owed.id
        ids = "\x1f".join(sorted(t.owed.id for t in self.tellings))
        return hashlib.sha256(ids.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One verdict for every notice, and the messages to send."""

    verdicts: tuple[Verdict, ...]
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What bears on every notice."""

    now: datetime
    silences: tuple[Silence, ...] = ()
    inhibitors: tuple[Finding, ...] = ()
    """Open findings of silent feeds and of interference."""
    flushed: Mapping[tuple[str, str], datetime] | None = None
    """(target, group) -> when it was last told."""
    acknowledged: Mapping[str, int] | None = None
    """Finding -> the revision somebody has taken note of."""


def schedule(owed: Iterable[Owed], routes: Sequence[Route], around: Surroundings) -> Plan:
    """Decide for everything owed whether it is told now; the order of the arguments is no matter.

    Where one notice of a group is due, all that is owed of the group must be given.
    """
    manners = {route.target: route.manner for route in routes}
    ordered = sorted(owed, key=lambda o: (o.target, o.finding.id, o.revision, o.since, o.id))
    verdicts: list[Verdict] = []
    ready: dict[tuple[str, str], list[Telling]] = defaultdict(list)
    digests: dict[str, list[Telling]] = defaultdict(list)
    for one, last in _with_the_last(ordered):
        manner = manners.get(one.target)
        if manner is None:
            verdicts.append(_held(one, "no_channel", around.now + 60 * _LATER))
            continue
        said = _verdict(one, last, manner, around)
        if isinstance(said, Verdict):
            verdicts.append(said)
            continue
        due = None if _is_loud(one, manner) else manner.digest
        if due is None:
            ready[one.target, group_of(one.finding, manner)].append(said)
        elif (at := due.next_after(one.since)) > around.now:
            verdicts.append(_held(one, "digest", at))
        else:
            digests[one.target].append(said)
    batches: list[Batch] = []
    for (target, group), tellings in sorted(ready.items()):
        manner = manners[target]
        at = _flush_at(tellings, (around.flushed or {}).get((target, group)), manner)
        if at > around.now:
            known = (target, group) in (around.flushed or {})
            word = "group_interval" if known else "group_wait"
            verdicts += [_held(t.owed, word, at, group) for t in tellings]
            continue
        verdicts += [_out(t, group) for t in tellings]
        batches += _batches(target, group, tellings, manner.group_from)
    for target, tellings in sorted(digests.items()):
        verdicts += [_out(t, "") for t in tellings]
        batches.append(Batch(target=target, group="", tellings=_in_order(tellings), digest=True))
    return Plan(verdicts=tuple(sorted(verdicts, key=lambda v: v.id)), batches=tuple(batches))


def group_of(finding: Finding, manner: Manner) -> str:
    """Return the key of a finding's group."""
    ship = finding.subject
    parts = {
        "kind": finding.kind.value,
        "port": (finding.place_id or "").partition(".")[0],
        "vessel": ship.key,
        "severity": finding.severity.value,
    }
    return "|".join(parts[key] for key in manner.group_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A finding that a target was told about, as it is now."""

    target: str
    finding: Finding
    revision: int
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A reminder or an escalation that becomes owed."""

    id: str
    finding_id: str
    revision: int
    target: str
    news: News


def follow_ups(
    standing: Iterable[Standing], routes: Sequence[Route], around: Surroundings
) -> tuple[FollowUp, ...]:
    """Return what is told again, or elsewhere, because nobody has taken note of it.

    Args:
        standing: What each target was told last about each finding.
        routes: Say after how long.
        around: The present and what was acknowledged.
    """
    manners = {route.target: route.manner for route in routes}
    found = []
    for one in standing:
        target, finding, told = one.target, one.finding, one.told
        manner = manners.get(target)
        if manner is None:
            continue
        if told.news is News.ESCALATED and told.stage != finding.stage:
            # Who was called hears how it ends, also where its own route would not want it.
            news = news_of(finding.status, told.stage)
            found.append(_follow(finding, one.revision, target, news, finding.stage))
        endings = (News.CLOSED, News.RETRACTED, News.VOID, News.ESCALATED)
        if told.news in endings or _is_answered(finding, told.revision, around):
            continue
        every, to = manner.repeat_every, manner.escalate_to
        if every is not None and finding.status is Status.OPEN and told.at + every <= around.now:
            which = told.at.isoformat()
            found.append(_follow(finding, told.revision, target, News.REMINDER, which))
        loud = finding.severity.rank >= manner.escalate_from.rank
        if to in manners and loud and told.at + manner.escalate_after <= around.now:
            assert to is not None
            found.append(_follow(finding, told.revision, to, News.ESCALATED, ""))
    return tuple(sorted({f.id: f for f in found}.values(), key=lambda f: f.id))


def _follow(finding: Finding, revision: int, target: str, news: News, which: str) -> FollowUp:
    return FollowUp(
        id=notice_id(finding.id, revision, f"{target}\x1f{news}\x1f{which}"),
        finding_id=finding.id,
        revision=revision,
        target=target,
        news=news,
    )


def _verdict(one: Owed, last: Owed, manner: Manner, around: Surroundings) -> Verdict | Telling:
    """Return why a notice does not go out now, or how it is told if its group allows."""
    if one.news in _FOLLOWS:
        if one.finding.status in _GONE or _is_answered(one.finding, one.revision, around):
            return _dropped(one, "answered")
        if one.news is News.REMINDER and one.finding.status is not Status.OPEN:
            return _dropped(one, "over")
        news = one.news
    else:
        if one is not last:
            return _dropped(one, f"overtaken:revision {last.revision}")
        nothing = _nothing_left(one)
        if nothing is not None:
            return _dropped(one, nothing)
        news = _word(one)
    event = event_span(one.finding, one.news)
    silence = silence_for(around.silences, one.finding, one.target, event)
    if silence is not None and news not in _TAKEN_BACK:
        return _dropped(one, f"silenced:{silence.id} by {silence.author}")
    held = _inhibited(one, news, manner, around) or _unsteady(one, news, manner, around)
    if held is not None:
        return held
    until = manner.quiet.until(around.now) if manner.quiet else None
    if until is not None and not _is_loud(one, manner):
        return _held(one, "quiet_hours", until)
    return Telling(owed=one, news=news)


def _nothing_left(one: Owed) -> str | None:
    """Return why there is nothing to tell any more, by what the target was told."""
    if one.superseded:
        return "superseded"
    if one.told is None:
        return f"{one.finding.status}_untold" if one.finding.status in _GONE else None
    same = one.told.finding_id == one.finding.id and one.told.stage == one.finding.stage
    return "settled" if same else None


def _word(one: Owed) -> News:
    before = one.told.stage if one.told is not None else None
    corrects = one.told is not None and one.told.finding_id != one.finding.id
    return news_of(one.finding.status, before, corrects=corrects)


def _inhibited(one: Owed, news: News, manner: Manner, around: Surroundings) -> Verdict | None:
    at_most = one.first + manner.inhibit_at_most
    if news in _TAKEN_BACK or at_most <= around.now:
        return None
    span = event_span(one.finding, one.news)
    for other in sorted(around.inhibitors, key=lambda f: f.id):
        if _puts_in_doubt(other, one.finding) and told_span(other)[0] <= span[1]:
            reason = f"{other.kind}:{other.id}"
            return _held(one, reason, min(at_most, around.now + _LATER))
    return None


def _puts_in_doubt(other: Finding, finding: Finding) -> bool:
    if other.kind is FindingKind.FEED_SILENT:
        return finding.kind in ABSENCES
    where, here = other.place_id or "", finding.place_id or ""
    near = not where or not here or where.partition(".")[0] == here.partition(".")[0]
    by_ais = finding.basis is Basis.AIS or finding.kind is FindingKind.AIS_WITHOUT_SHIP
    return near and finding.kind in POSITIONS and by_ais


def _unsteady(one: Owed, news: News, manner: Manner, around: Surroundings) -> Verdict | None:
    if not manner.steady or news in _FOLLOWS or news in _TAKEN_BACK:
        return None
    if one.finding.status is not Status.OPEN:
        brief = one.told is None and one.first < one.since < one.first + manner.steady
        return _dropped(one, "short_lived") if brief else None
    due = min(one.since + manner.steady, one.first + _STEADY_MOST * manner.steady)
    return _held(one, "unsteady", due) if due > around.now else None


def _is_loud(one: Owed, manner: Manner) -> bool:
    return manner.at_once is not None and one.finding.severity.rank >= manner.at_once.rank


def _is_answered(finding: Finding, revision: int, around: Surroundings) -> bool:
    return finding.status in _GONE or (around.acknowledged or {}).get(finding.id, 0) >= revision


def _flush_at(tellings: Sequence[Telling], flushed: datetime | None, manner: Manner) -> datetime:
    """Return when a group may be told: after its wait, or its interval since it was told last."""
    first = min(t.owed.since for t in tellings) + manner.group_wait
    return first if flushed is None else max(first, flushed + manner.group_interval)


def _batches(
    target: str, group: str, tellings: Sequence[Telling], group_from: int | None
) -> Iterator[Batch]:
    ordered = _in_order(tellings)
    together = group_from is not None and len(ordered) >= max(group_from, 2)
    for some in (ordered,) if together else ((t,) for t in ordered):
        yield Batch(target=target, group=group, tellings=some)


def _in_order(tellings: Sequence[Telling]) -> tuple[Telling, ...]:
    return tuple(
        sorted(
            tellings,
            key=lambda t: (
                t.owed.finding.learned_at,
                t.owed.finding.id,
                t.owed.revision,
                t.owed.id,
            ),
        )
    )


def _with_the_last(owed: Sequence[Owed]) -> Iterator[tuple[Owed, Owed]]:
    """Pair each notice with the last one owed to its target about its finding."""
    last: dict[tuple[str, str], Owed] = {}
    for one in owed:
        if one.news not in _FOLLOWS:
            last[one.target, one.finding.id] = one
    for one in owed:
        yield one, last.get((one.target, one.finding.id), one)


def _out(telling: Telling, group: str) -> Verdict:
    return Verdict(id=telling.owed.id, action=Action.TELL, reason=telling.news.value, group=group)


def _held(one: Owed, reason: str, due: datetime, group: str = "") -> Verdict:
    return Verdict(id=one.id, action=Action.HOLD, reason=reason, due=due, group=group)


def _dropped(one: Owed, reason: str) -> Verdict:
    return Verdict(id=one.id, action=Action.DROP, reason=reason)
