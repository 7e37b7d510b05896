"""From findings to messages through the store: held, let go, corrected, followed up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts.decide import Manner, Route, notices_for
from monitor.alerts.render import Voice
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status, Subject
from monitor.store.derived import save_findings
from monitor.store.engine import Store, open_store
from monitor.store.notices import (
    NewNotice,
    Nod,
    SilenceRow,
    add_silence,
    load_notices,
    nod,
    put_owed,
)
from monitor.store.outbox import list_rows
from monitor.watch.dispatch import dispatch

NOW = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)
WAIT = Finding(
    kind=FindingKind.WAITING,
    status=Status.OPEN,
    severity=Severity.NOTICE,
    subject=Subject(imo=9160994, mmsi=273394890, name="SPARTA II"),
    place_id="tartus.waiting",
    start_earliest=None,
    start_latest=NOW - 10 * MIN,
    end_earliest=None,
    end_latest=None,
    learned_at=NOW - MIN,
    basis=Basis.AIS,
    confidence="high",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def route(target: str = "ops", **manner: object) -> Route:
    """Build a route to a webhook."""
    return Route(target=target, format="webhook", manner=Manner(**manner))


def found(
    store: Store, routes: Sequence[Route], *findings: Finding, at: timedelta = timedelta(0)
) -> None:
    """Say what is found now, as an assessment does."""
    now = NOW + at
    with store.begin() as connection:
        changes = save_findings(connection, findings, now=now)
        owed = [
            NewNotice(
                id=n.id,
                finding_id=n.finding.id,
                revision=n.revision,
                target=n.target,
                news=n.news.value,
            )
            for n in notices_for(changes, routes=routes, as_of=now)
        ]
        put_owed(connection, owed, now=now)
        dispatch(connection, routes, voice=Voice(), now=now)


def later(store: Store, routes: Sequence[Route], at: timedelta) -> None:
    """Let what is due then go."""
    with store.begin() as connection:
        dispatch(connection, routes, voice=Voice(), now=NOW + at)


def sent(store: Store, target: str = "ops") -> list[str]:
    """Return the types of what is queued for a target, in order."""
    with store.read() as connection:
        rows = [r for r in list_rows(connection) if r.target == target]
    return [json.loads(r.body)["type"] for r in rows]


def kept(store: Store) -> list[str]:
    """Return state and reason of every notice, in order."""
    with store.read() as connection:
        return [f"{n.state} {n.reason}".strip() for n in load_notices(connection)]


def test_held_news_comes_out_later_and_once(store: Store) -> None:
    """A group's interval holds the second finding; asked again and again, it is told once."""
    routes = [route(group_by=("kind",), group_interval=5 * MIN)]
    other = replace(WAIT, anchor="b")
    found(store, routes, WAIT)
    found(store, routes, WAIT, other, at=MIN)
    assert (sent(store), kept(store)) == (["finding.new"], ["told", "held group_interval"])
    for minute in (2, 4.9, 5, 5, 6, 60):
        later(store, routes, minute * MIN)
    assert sent(store) == ["finding.new"] * 2
    assert kept(store) == ["told", "told group_interval"]


def test_what_comes_and_goes_while_held_is_never_told(store: Store) -> None:
    """Taken back before its group was told, a finding leaves two reasons and no message."""
    routes = [route(group_wait=5 * MIN)]
    found(store, routes, WAIT)
    found(store, routes, at=MIN)
    later(store, routes, 9 * MIN)
    assert sent(store) == []
    assert kept(store) == ["dropped overtaken:revision 2", "dropped retracted_untold"]


def test_a_finding_that_flaps_is_told_once_for_each_interval(store: Store) -> None:
    """Opened and closed a hundred times in ten minutes: a message each five minutes at most."""
    routes = [route(group_by=("kind",), group_interval=5 * MIN)]
    for n in range(100):
        status = Status.CLOSED if n % 2 else Status.OPEN
        found(store, routes, replace(WAIT, status=status), at=n * MIN / 10)
    later(store, routes, 15 * MIN)
    assert sent(store) == ["finding.new", "finding.closed"]
    reasons = Counter(reason.partition(":")[0] for reason in kept(store))
    assert reasons == {"told": 2, "dropped overtaken": 49, "dropped settled": 49}


def test_a_correction_while_the_first_is_held_tells_of_one(store: Store) -> None:
    """Corrected twice before it is due, what was told first is corrected once, in its thread."""
    routes = [route(group_by=("kind",), group_interval=5 * MIN)]
    found(store, routes, WAIT)
    found(store, routes, replace(WAIT, anchor="b"), at=MIN)
    found(store, routes, replace(WAIT, anchor="c"), at=2 * MIN)
    later(store, routes, 5 * MIN)
    assert sent(store) == ["finding.new", "finding.corrected"]
    with store.read() as connection:
        first, second = list_rows(connection)
    assert first.thread == second.thread == WAIT.id
    body = json.loads(second.body)["data"]
    assert body["replaces"] == WAIT.id
    assert body["finding"]["id"] == replace(WAIT, anchor="c").id


def test_many_at_once_are_one_message_that_names_them(store: Store) -> None:
    """Thirty findings make one message of a group; each notice points at it."""
    found(store, [route(group_from=5)], *(replace(WAIT, anchor=str(n)) for n in range(30)))
    assert sent(store) == ["findings.group"]
    with store.read() as connection:
        (row,) = list_rows(connection)
        notices = load_notices(connection)
    data = json.loads(row.body)["data"]
    assert len(data["findings"]) + data["findings_omitted"] == len(notices) == 30
    assert {n.message_id for n in notices} == {row.id}
    assert row.thread == ""


def test_a_silence_applies_to_what_is_held_already(store: Store) -> None:
    """A silence added while a notice is held drops it, and says whose it was."""
    routes = [route(group_wait=5 * MIN)]
    found(store, routes, WAIT)
    silence = SilenceRow(
        id="5ee9", matchers=("vessel=9160994",), start=NOW - 60 * MIN, end=NOW + 60 * MIN,
        author="anna", comment="", created_at=NOW + MIN,
    )  # fmt: skip
    with store.begin() as connection:
        add_silence(connection, silence)
    later(store, routes, MIN)
    assert kept(store) == ["dropped silenced:5ee9 by anna"]


def test_nobody_answers_until_somebody_does(store: Store) -> None:
    """Unacknowledged, a finding is told again and to the boss; acknowledged, no more."""
    manner = {"repeat_every": 60 * MIN, "escalate_to": "boss", "escalate_after": 30 * MIN}
    routes = [
        route(**manner, escalate_from=Severity.NOTICE),
        replace(route("boss"), kinds=(FindingKind.ARRIVED,)),
    ]
    found(store, routes, WAIT)
    for minute in (29, 30, 31, 60, 61, 119):
        later(store, routes, minute * MIN)
    assert sent(store, "boss") == ["finding.escalated"]
    assert sent(store) == ["finding.new", "finding.reminder"]
    with store.begin() as connection:
        nod(
            connection,
            Nod(finding_id=WAIT.id, revision=1, at=NOW + 119 * MIN, author="anna", comment=""),
        )
    later(store, routes, 999 * MIN)
    assert sent(store) == ["finding.new", "finding.reminder"]
    found(store, routes, at=1000 * MIN)
    assert sent(store)[2:] == ["finding.retracted"]
    later(store, routes, 1001 * MIN)
    assert sent(store, "boss") == ["finding.escalated", "finding.retracted"]


def test_a_store_of_before_remembers_what_was_told(store: Store, tmp_path: Path) -> None:
    """What stands in the outbox of an older store counts as told, so that its end is an end."""
    found(store, [route()], WAIT)
    with store.begin() as connection:
        for table in ("notices", "silences", "acknowledgements", "closed_targets"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for index in ("outbox_tried", "findings_settled", "positions_late"):
            connection.exec_driver_sql(f"DROP INDEX {index}")
        connection.exec_driver_sql("ALTER TABLE findings DROP COLUMN settled")
        connection.exec_driver_sql("ALTER TABLE outbox DROP COLUMN tried_ms")
        connection.exec_driver_sql(
            "INSERT INTO decisions VALUES (?, 1, 'ops', 0, 1, 'new')", (WAIT.id,)
        )
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
    newer = open_store(tmp_path / "s.db")
    found(newer, [route()], replace(WAIT, status=Status.CLOSED), at=MIN)
    assert sent(newer) == ["finding.new", "finding.closed"]
    newer.close()
