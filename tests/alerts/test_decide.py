"""Who is told what, at every threshold."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.decide import News, Route, decisions_for, notice_id, notices_for
from monitor.domain.finding import Basis, Change, Finding, FindingKind, Severity, Status, Subject

AS_OF = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)
ROUTE = Route(target="ops", format="slack")


def a_finding(**changes: object) -> Finding:
    """Build an open wait off Tartus."""
    base = Finding(
        kind=FindingKind.WAITING,
        status=Status.OPEN,
        severity=Severity.NOTICE,
        subject=Subject(imo=9160994, name="SPARTA II"),
        place_id="tartus.waiting.outer",
        start_earliest=None,
        start_latest=AS_OF - timedelta(days=10),
        end_earliest=None,
        end_latest=None,
        learned_at=AS_OF - timedelta(days=1),
        basis=Basis.AIS,
        confidence="high",
    )
    return replace(base, **changes)


def reason(change: Change, route: Route = ROUTE) -> str:
    """Return the one decision's reason, having checked that a notice goes with it."""
    (decision,) = decisions_for([change], routes=[route], as_of=AS_OF)
    spoken = notices_for([change], routes=[route], as_of=AS_OF)
    assert [n.news.value for n in spoken] == ([decision.reason] if decision.speak else [])
    return decision.reason


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (None, "open/notice", "new"),
        (None, "closed/notice", "new"),
        (None, "retracted/notice", "retracted_untold"),
        ("open/notice/", "open/notice", "unchanged"),
        ("open/notice/", "open/warning", "updated"),
        ("open/notice/2", "open/notice", "updated"),
        ("open/notice/", "closed/notice", "closed"),
        ("closed/notice/", "open/notice", "reopened"),
        ("closed/notice/", "retracted/notice", "retracted"),
        ("retracted/notice/", "retracted/notice", "unchanged"),
        ("garbled", "open/notice", "reopened"),
    ],
)
def test_news_is_a_new_stage(before: str | None, now: str, said: str) -> None:
    """A finding is told when it is new, changes stage or is taken back, and not otherwise."""
    status, severity = now.split("/")
    finding = a_finding(status=Status(status), severity=Severity(severity))
    assert reason(Change(finding=finding, previous_stage=before, revision=1)) == said


def test_an_escalation_is_news() -> None:
    """A wait that reaches its next stage is told again at the same severity."""
    finding = a_finding(why={"stage": 2})
    assert reason(Change(finding=finding, previous_stage="open/notice/1", revision=2)) == "updated"
    assert reason(Change(finding=finding, previous_stage=finding.stage, revision=3)) == "unchanged"


@pytest.mark.parametrize(
    ("least", "before", "said"),
    [
        (Severity.NOTICE, None, "new"),
        (Severity.WARNING, None, "severity"),
        (Severity.WARNING, "open/warning/", "updated"),
        (Severity.CRITICAL, "open/warning/", "severity"),
    ],
)
def test_a_route_hears_from_its_severity_on(least: Severity, before: str | None, said: str) -> None:
    """A route hears findings at its severity, and the calming down of what it heard before."""
    change = Change(finding=a_finding(), previous_stage=before, revision=1)
    assert reason(change, replace(ROUTE, min_severity=least)) == said


@pytest.mark.parametrize(
    ("kinds", "said"),
    [((), "new"), ((FindingKind.WAITING,), "new"), ((FindingKind.ARRIVED,), "kind")],
)
def test_a_route_hears_its_kinds(kinds: tuple[FindingKind, ...], said: str) -> None:
    """A route with kinds hears those; one without hears all."""
    change = Change(finding=a_finding(), previous_stage=None, revision=1)
    assert reason(change, replace(ROUTE, kinds=kinds)) == said


@pytest.mark.parametrize(
    ("places", "place_id", "said"),
    [
        ((), None, "new"),
        (("tartus",), "tartus.berth.b1", "new"),
        (("tartus.berth.b1",), "tartus.berth.b1", "new"),
        (("tartus.berth.",), "tartus.berth.b1", "new"),
        (("tartus.berth.b1",), "tartus.berth.b11", "place"),
        (("latakia", "tartus.gate"), "tartus.berth.b1", "place"),
        (("tartus",), None, "place"),
    ],
)
def test_a_route_hears_its_places(places: tuple[str, ...], place_id: str | None, said: str) -> None:
    """A prefix takes a place and all within it, never a neighbour with a longer name."""
    change = Change(finding=a_finding(place_id=place_id), previous_stage=None, revision=1)
    assert reason(change, replace(ROUTE, places=places)) == said


@pytest.mark.parametrize(
    ("age", "said"), [(timedelta(days=1), "new"), (timedelta(hours=23, minutes=59), "too_old")]
)
def test_old_news_can_be_kept_quiet(age: timedelta, said: str) -> None:
    """What was learned longer ago than the route's limit is not told; exactly at it, it is."""
    change = Change(finding=a_finding(), previous_stage=None, revision=1)
    assert reason(change, replace(ROUTE, max_age=age)) == said


def test_every_pair_gets_one_decision_whatever_the_order() -> None:
    """Changes and routes in any order give the same decisions and notices, oldest news first."""
    changes = [
        Change(
            finding=a_finding(anchor=str(n), learned_at=AS_OF - timedelta(hours=n)),
            previous_stage=None,
            revision=1,
        )
        for n in range(3)
    ]
    routes = [ROUTE, Route(target="hook", format="webhook", min_severity=Severity.WARNING)]
    expected = decisions_for(changes, routes=routes, as_of=AS_OF)
    assert len({(d.finding_id, d.target) for d in expected}) == len(expected) == 6
    for some, ways in itertools.product(itertools.permutations(changes), (routes, routes[::-1])):
        assert decisions_for(some, routes=ways, as_of=AS_OF) == expected
        told = notices_for(some, routes=ways, as_of=AS_OF)
        assert [n.finding.anchor for n in told] == ["2", "1", "0"]
        assert all(n.news is News.NEW for n in told)


def test_an_id_names_news_for_a_target() -> None:
    """Ids differ by finding, revision and target, and by nothing else."""
    ids = {notice_id(*parts) for parts in [("a", 1, "x"), ("b", 1, "x"), ("a", 2, "x")]}
    ids.add(notice_id("a", 1, "y"))
    assert len(ids) == 4
    assert all(len(i) == 32 for i in ids)
    change = Change(finding=a_finding(), previous_stage=None, revision=7)
    (notice,) = notices_for([change], routes=[ROUTE], as_of=AS_OF)
    (later,) = notices_for([change], routes=[ROUTE], as_of=AS_OF + timedelta(days=9))
    assert notice.id == later.id == notice_id(change.finding.id, 7, "ops")


def test_a_correction_is_told_once() -> None:
    """What takes the place of another is told as a correction, the vanished one not at all."""
    old, new = a_finding(anchor="a"), a_finding(anchor="b")
    told = Change(finding=new, previous_stage=old.stage, revision=1, replaced=old)
    assert reason(told) == "corrected"
    (notice,) = notices_for([told], routes=[ROUTE], as_of=AS_OF)
    assert notice.replaced == old
    gone = replace(old, status=Status.RETRACTED)
    silent = Change(finding=gone, previous_stage=old.stage, revision=2, superseded_by=new.id)
    assert reason(silent) == "superseded"


def test_a_correction_into_void_is_told_as_void() -> None:
    """Where the better claim is that we could not tell, that is the news."""
    old, new = a_finding(anchor="a"), a_finding(anchor="b", status=Status.VOID)
    change = Change(finding=new, previous_stage=old.stage, revision=1, replaced=old)
    assert reason(change) == "void"


def test_a_correction_that_moves_elsewhere_reaches_who_heard_the_first() -> None:
    """A target that was told of one place hears that it was another."""
    route = replace(ROUTE, places=("tartus.waiting.outer",))
    old = a_finding(anchor="a")
    new = a_finding(anchor="b", place_id="tartus.waiting.inner")
    change = Change(finding=new, previous_stage=old.stage, revision=1, replaced=old)
    assert reason(change, route) == "corrected"
