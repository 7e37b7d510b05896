"""When what is owed is told: held, dropped or out, each with its reason."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.decide import Manner, News, Route
from monitor.alerts.hours import DigestTime, QuietHours
from monitor.alerts.schedule import (
    Action,
    Owed,
    Plan,
    Standing,
    Surroundings,
    Told,
    follow_ups,
    schedule,
)
from monitor.alerts.silences import Silence, parsed
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status, Subject

NOW = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WAIT = Finding(
    kind=FindingKind.WAITING,
    status=Status.OPEN,
    severity=Severity.NOTICE,
    subject=Subject(imo=9160994, name="SPARTA II"),
    place_id="tartus.waiting",
    start_earliest=None,
    start_latest=NOW - 10 * HOUR,
    end_earliest=None,
    end_latest=None,
    learned_at=NOW - 2 * HOUR,
    basis=Basis.AIS,
    confidence="high",
)


def an_owed(
    finding: Finding = WAIT, *, revision: int = 1, ago: timedelta = MIN, **more: object
) -> Owed:
    """Build a notice owed to `ops` since some time ago."""
    base = Owed(
        id=f"{finding.id}-{revision}",
        target="ops",
        finding=finding,
        revision=revision,
        news=News.NEW,
        since=NOW - ago,
        first=NOW - ago,
    )
    return replace(base, **more)


def told(finding: Finding, news: News = News.NEW, *, ago: timedelta = HOUR) -> Told:
    """Say that `finding` was told as it is."""
    return Told(finding_id=finding.id, stage=finding.stage, revision=1, news=news, at=NOW - ago)


def plan(*owed: Owed, manner: Manner | None = None, **around: object) -> Plan:
    """Schedule for one route."""
    route = Route(target="ops", format="slack", manner=manner or Manner())
    return schedule(owed, [route], Surroundings(now=NOW, **around))


def said(*owed: Owed, manner: Manner | None = None, **around: object) -> list[str]:
    """Return action and reason of each verdict, in the order of ids."""
    made = plan(*owed, manner=manner, **around)
    assert sorted(v.id for v in made.verdicts) == sorted(o.id for o in owed)
    sent = sorted(t.owed.id for b in made.batches for t in b.tellings)
    assert sent == [v.id for v in made.verdicts if v.action is Action.TELL]
    assert all(
        (v.due is not None and v.due > NOW) == (v.action is Action.HOLD) for v in made.verdicts
    )
    return [f"{v.action} {v.reason}" for v in made.verdicts]


def test_by_default_news_is_told_at_once_and_alone() -> None:
    """Without a manner every notice is its own message, oldest news first."""
    other = replace(WAIT, anchor="b", learned_at=NOW - 3 * HOUR)
    made = plan(an_owed(), an_owed(other))
    assert [[t.owed.finding.anchor for t in b.tellings] for b in made.batches] == [["b"], [""]]


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        (None, Status.OPEN, "tell new"),
        (None, Status.CLOSED, "tell new"),
        (None, Status.RETRACTED, "drop retracted_untold"),
        (None, Status.VOID, "drop void_untold"),
        (Status.OPEN, Status.OPEN, "drop settled"),
        (Status.OPEN, Status.CLOSED, "tell closed"),
        (Status.OPEN, Status.RETRACTED, "tell retracted"),
        (Status.CLOSED, Status.OPEN, "tell reopened"),
    ],
)
def test_the_word_fits_what_was_told_before(
    before: Status | None, now: Status, verdict: str
) -> None:
    """What came and went while it was held is not told; what was told is always taken back."""
    last = told(replace(WAIT, status=before)) if before else None
    assert said(an_owed(replace(WAIT, status=now), told=last)) == [verdict]


def test_what_was_overtaken_while_held_is_told_once() -> None:
    """Of several revisions owed the last is told, under the word that fits the whole way."""
    now = replace(WAIT, status=Status.CLOSED)
    owed = [an_owed(now, revision=n, told=told(WAIT)) for n in (2, 3, 4)]
    assert said(*owed) == ["drop overtaken:revision 4"] * 2 + ["tell closed"]


def test_a_correction_follows_what_was_told() -> None:
    """A target that heard of the first hears that it was wrong; one that did not hears news."""
    better = replace(WAIT, anchor="b")
    assert said(an_owed(better, told=told(WAIT), replaced=WAIT)) == ["tell corrected"]
    assert said(an_owed(better, news=News.CORRECTED)) == ["tell new"]
    assert said(an_owed(replace(WAIT, status=Status.RETRACTED), superseded=True)) == [
        "drop superseded"
    ]


SILENCE = Silence(
    id="5ee9", matchers=parsed(["kind=waiting"]), start=NOW - 20 * HOUR, end=NOW - 5 * HOUR,
    author="anna", comment="exercise",
)  # fmt: skip


def test_a_silence_drops_what_happened_in_its_time() -> None:
    """A silence that has ended still holds for its time; a retraction of what was told does not."""
    assert said(an_owed(), silences=(SILENCE,)) == ["drop silenced:5ee9 by anna"]
    late = replace(SILENCE, start=NOW - 5 * HOUR, end=NOW)
    assert said(an_owed(), silences=(late,)) == ["tell new"]
    gone = an_owed(replace(WAIT, status=Status.RETRACTED), told=told(WAIT))
    assert said(gone, silences=(SILENCE,)) == ["tell retracted"]


FEED = replace(
    WAIT,
    kind=FindingKind.FEED_SILENT,
    subject=Subject(),
    place_id=None,
    start_latest=NOW - 12 * HOUR,
)
JAM = replace(FEED, kind=FindingKind.INTERFERENCE, place_id="tartus")
SILENT_SHIP = replace(WAIT, kind=FindingKind.NO_AIS_RECEIVED)


@pytest.mark.parametrize(
    ("finding", "inhibitor", "verdict"),
    [
        (SILENT_SHIP, FEED, f"hold feed_silent:{FEED.id}"),
        (SILENT_SHIP, JAM, "tell new"),
        (WAIT, FEED, "tell new"),
        (WAIT, JAM, f"hold interference:{JAM.id}"),
        (replace(WAIT, basis=Basis.BOTH), JAM, "tell new"),
        (replace(WAIT, place_id="latakia.waiting"), JAM, "tell new"),
        (SILENT_SHIP, replace(FEED, start_latest=NOW - 9 * HOUR), "tell new"),
    ],
)
def test_doubt_holds_what_it_touches(finding: Finding, inhibitor: Finding, verdict: str) -> None:
    """A silent feed holds absences, interference positions of its port, from its beginning on."""
    assert said(an_owed(finding), inhibitors=(inhibitor,)) == [verdict]


def test_doubt_does_not_hold_for_ever() -> None:
    """After a day what stands is told all the same."""
    assert said(an_owed(ago=24 * HOUR - MIN), inhibitors=(JAM,))[0].startswith("hold")
    assert said(an_owed(ago=24 * HOUR), inhibitors=(JAM,)) == ["tell new"]


@pytest.mark.parametrize(
    ("finding", "since", "first", "verdict"),
    [
        (WAIT, 9, 9, "hold unsteady"),
        (WAIT, 10, 10, "tell new"),
        (WAIT, 1, 39, "hold unsteady"),
        (WAIT, 1, 40, "tell new"),
        (replace(WAIT, status=Status.CLOSED), 1, 5, "drop short_lived"),
        (replace(WAIT, status=Status.CLOSED), 1, 20, "tell new"),
        (replace(WAIT, status=Status.CLOSED), 1, 1, "tell new"),
    ],
)
def test_a_finding_must_stand_before_it_is_told(
    finding: Finding, since: int, first: int, verdict: str
) -> None:
    """Ten minutes unchanged, or forty in all; what ends before is dropped, not what happens."""
    owed = replace(an_owed(finding, ago=since * MIN), first=NOW - first * MIN)
    assert said(owed, manner=Manner(steady=10 * MIN)) == [verdict]


NIGHT = QuietHours(zone=UTC, start=time(8), end=time(10))


def test_quiet_hours_hold_all_but_the_loudest() -> None:
    """What is held is due when they end; what is critical goes through unless that is off."""
    (verdict,) = plan(an_owed(), manner=Manner(quiet=NIGHT)).verdicts
    assert (verdict.reason, verdict.due) == ("quiet_hours", NOW + HOUR)
    loud = an_owed(replace(WAIT, severity=Severity.CRITICAL))
    assert said(loud, manner=Manner(quiet=NIGHT)) == ["tell new"]
    assert said(loud, manner=Manner(quiet=NIGHT, at_once=None)) == ["hold quiet_hours"]


def test_a_digest_tells_together_what_is_not_loud() -> None:
    """Owed before nine and due at nine, three findings are one message; a critical one is alone."""
    manner = Manner(digest=DigestTime(zone=UTC, at=time(9)))
    some = [an_owed(replace(WAIT, anchor=str(n))) for n in range(3)]
    loud = an_owed(replace(WAIT, severity=Severity.CRITICAL, anchor="x"))
    late = an_owed(replace(WAIT, anchor="y"), ago=timedelta(0))
    made = plan(*some, loud, late, manner=manner)
    assert [(b.digest, len(b.tellings)) for b in made.batches] == [(False, 1), (True, 3)]
    (held,) = [v for v in made.verdicts if v.action is Action.HOLD]
    assert (held.id, held.reason, held.due) == (late.id, "digest", NOW + 24 * HOUR)


@pytest.mark.parametrize(
    ("ago", "flushed", "verdict"),
    [
        (0.4, None, "hold group_wait"),
        (0.5, None, "tell new"),
        (3, 4, "hold group_interval"),
        (3, 5, "tell new"),
        (0.4, 5, "hold group_interval"),
    ],
)
def test_a_group_waits_and_keeps_its_interval(
    ago: float, flushed: float | None, verdict: str
) -> None:
    """Half a minute after its first notice, and five minutes after it was told last."""
    manner = Manner(group_by=("kind",), group_wait=0.5 * MIN, group_interval=5 * MIN)
    last = {("ops", "waiting"): NOW - flushed * MIN} if flushed else {}
    assert said(an_owed(ago=ago * MIN), manner=manner, flushed=last) == [verdict]


def test_many_of_a_group_are_one_message() -> None:
    """From the number set on a group is told together; other groups are not drawn in."""
    manner = Manner(group_by=("kind", "port"), group_from=3)
    some = [an_owed(replace(WAIT, anchor=str(n))) for n in range(3)]
    other = [an_owed(replace(WAIT, place_id="latakia", anchor=str(n))) for n in range(2)]
    made = plan(*some, *other, manner=manner)
    assert [(b.group, len(b.tellings)) for b in made.batches] == [
        ("waiting|latakia", 1), ("waiting|latakia", 1), ("waiting|tartus", 3),
    ]  # fmt: skip
    assert len({b.id for b in made.batches}) == 3


def test_what_no_channel_wants_any_more_is_kept() -> None:
    """Owed to a channel that is not configured, it waits."""
    assert said(an_owed(target="gone")) == ["hold no_channel"]


ASK = Manner(
    repeat_every=4 * HOUR, escalate_to="boss", escalate_after=HOUR, escalate_from=Severity.NOTICE
)
ROUTES = (Route(target="ops", format="slack", manner=ASK), Route(target="boss", format="slack"))


def follow(
    finding: Finding = WAIT, *, ago: timedelta, news: News = News.NEW, acked: int = 0
) -> list[str]:
    """Return what is told again or elsewhere of a finding told some time ago."""
    standing = Standing(
        target="ops", finding=finding, revision=1, told=told(finding, news, ago=ago)
    )
    around = Surroundings(now=NOW, acknowledged={finding.id: acked})
    return sorted(f"{f.news} {f.target}" for f in follow_ups([standing], ROUTES, around))


def test_what_nobody_acknowledges_is_told_again_and_elsewhere() -> None:
    """After an hour the boss is told, after four the channel again; a nod ends both."""
    assert follow(ago=HOUR - MIN) == []
    assert follow(ago=HOUR) == ["escalated boss"]
    assert follow(ago=4 * HOUR) == ["escalated boss", "reminder ops"]
    assert follow(ago=4 * HOUR, acked=1) == []
    assert follow(replace(WAIT, status=Status.RETRACTED), ago=4 * HOUR) == []
    assert follow(replace(WAIT, status=Status.CLOSED), ago=4 * HOUR) == ["escalated boss"]
    assert follow(ago=4 * HOUR, news=News.CLOSED) == []


def test_who_was_called_hears_how_it_ends() -> None:
    """An ending goes to the target of an escalation, also where it does not want the kind."""
    gone = replace(WAIT, status=Status.RETRACTED)
    called = Standing(
        target="boss", finding=gone, revision=2, told=told(WAIT, News.ESCALATED, ago=HOUR)
    )
    (one,) = follow_ups([called], ROUTES, Surroundings(now=NOW))
    assert (one.target, one.news, one.revision) == ("boss", News.RETRACTED, 2)


def test_a_reminder_that_was_answered_is_not_sent() -> None:
    """Acknowledged or over while it was held, nobody is reminded of it."""
    reminder = an_owed(news=News.REMINDER, told=told(WAIT))
    assert said(reminder) == ["tell reminder"]
    assert said(reminder, acknowledged={WAIT.id: 1}) == ["drop answered"]
    over = replace(reminder, finding=replace(WAIT, status=Status.CLOSED))
    assert said(over) == ["drop over"]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_order_of_what_is_owed_does_not_matter(seed: int) -> None:
    """Any owed notices in any order give the same plan, and each one verdict."""
    chance = random.Random(seed)
    manner = Manner(
        group_by=("kind",), group_interval=3 * MIN, group_from=2, steady=2 * MIN,
        digest=DigestTime(zone=UTC, at=time(9)) if seed % 3 == 0 else None,
    )  # fmt: skip
    owed = []
    for n in range(12):
        finding = replace(
            WAIT,
            anchor=str(chance.randrange(6)),
            kind=chance.choice([FindingKind.WAITING, FindingKind.NO_AIS_RECEIVED]),
            status=chance.choice(list(Status)),
        )
        made = an_owed(finding, revision=n, ago=chance.randrange(5) * MIN)
        owed.append(replace(made, told=told(WAIT) if n % 2 else None))
    around = {"inhibitors": (FEED,), "flushed": {("ops", "waiting"): NOW - 2 * MIN}}
    expected = plan(*owed, manner=manner, **around)
    assert [v.id for v in expected.verdicts] == sorted(o.id for o in owed)
    chance.shuffle(owed)
    assert plan(*owed, manner=manner, **around) == expected
