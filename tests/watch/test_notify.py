"""Delivery: retries at their times, crashes at every step, nothing lost, nothing doubled unseen."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.channels import Receipt
from monitor.alerts.pace import Pace, free_at
from monitor.errors import (
    BadPayload,
    DeliveryDelayed,
    DeliveryRefused,
    SourceUnavailable,
    TargetRefused,
)
from monitor.store.engine import open_store
from monitor.store.outbox import (
    NewRow,
    OutboxRow,
    OutboxState,
    claim_due,
    closed,
    drop,
    enqueue,
    list_rows,
    open_target,
    retry,
)
from monitor.store.schema import metadata
from monitor.watch.notify import DeliveryReport, RetryCriteria, deliver

NOW = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)
SHARP = RetryCriteria(jitter=0.0)
ATTEMPTS = len(SHARP.waits) + 1


class Crash(BaseException):
    """Stands for the process dying here."""


class MemoryStore:
    """A store in memory; `at_step` is called before and after everything that can be cut off."""

    def __init__(self, at_step: Callable[[str], None] = lambda _: None) -> None:
        self.engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        metadata.create_all(self.engine)
        self.at_step = at_step

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open one write transaction."""
        self.at_step("begin")
        with self.engine.begin() as conn:
            yield conn
            self.at_step("commit")
        self.at_step("committed")


@dataclass
class Receiver:
    """A channel whose other side does as told, one word for each send; then says ok."""

    name: str = "ops"
    idempotent: bool = False
    hold_uncertain: bool = False
    script: list[str | BaseException] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    """Message ids as the other side took them, repeats too."""
    bodies: list[object] = field(default_factory=list)
    previous: list[str | None] = field(default_factory=list)
    at_step: Callable[[str], None] = lambda _: None

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Take the message, or not, as the script says."""
        self.at_step("send")
        word = self.script.pop(0) if self.script else "ok"
        if isinstance(word, BaseException):
            raise word
        if word in {"ok", "taken and lost"}:
            self.taken.append(message_id)
            self.previous.append(previous)
            self.bodies.append(body)
            self.at_step("taken")
        if word in {"lost", "taken and lost"}:
            raise DeliveryDelayed("no answer", uncertain=True)
        return Receipt(status=200, remote_id=f"at {self.name}: {message_id[-2:]}")

    def shown(self) -> Counter[str]:
        """Count what a reader sees: an idempotent side shows a repeated id once."""
        return Counter(set(self.taken)) if self.idempotent else Counter(self.taken)


def a_row(number: int, target: str = "ops") -> NewRow:
    """Build a row; later rows have smaller ids, so that ids do not give the order away."""
    return NewRow(
        id=f"{99 - number:032d}",
        finding_id="f" * 20,
        revision=1,
        target=target,
        body=json.dumps({"n": number}),
    )


def a_store(*rows: NewRow) -> MemoryStore:
    """Open a store that owes `rows`."""
    store = MemoryStore()
    with store.begin() as conn:
        enqueue(conn, rows, now=NOW)
    return store


def rows_of(store: MemoryStore) -> list[OutboxRow]:
    """Return all rows in order."""
    with store.begin() as conn:
        return list(list_rows(conn))


def go(store: MemoryStore, *channels: Receiver, at: datetime = NOW) -> DeliveryReport:
    """Deliver without jitter."""
    return deliver(store, {c.name: c for c in channels}, now=at, criteria=SHARP)


def test_rows_are_sent_in_order_and_once() -> None:
    """Each target gets its rows in their order, each once, whatever the other targets get."""
    store = a_store(a_row(1), a_row(2), a_row(3, "hook"))
    ops, hook = Receiver(), Receiver(name="hook", idempotent=True)
    assert go(store, ops, hook) == DeliveryReport(sent=3)
    assert go(store, ops, hook) == DeliveryReport()
    assert ops.bodies == [{"n": 1}, {"n": 2}]
    assert hook.bodies == [{"n": 3}]


def test_a_later_message_of_a_thread_names_the_first() -> None:
    """A channel is told what the other side called the first message about the same finding."""
    told = [replace(a_row(n), thread="f" if n < 4 else "") for n in range(1, 5)]
    store = a_store(*told, replace(a_row(5, "hook"), thread="f"))
    ops, hook = Receiver(script=[DeliveryDelayed("503")]), Receiver(name="hook")
    go(store, ops, hook)
    go(store, ops, hook, at=NOW + timedelta(seconds=5))
    assert ops.previous == [None, "at ops: 98", "at ops: 98", None]
    assert hook.previous == [None]


def test_a_failed_row_comes_back_at_its_time_and_keeps_its_place() -> None:
    """After a 503 the row waits five seconds, and the rows behind it wait with it."""
    store = a_store(a_row(1), a_row(2))
    ops = Receiver(script=[DeliveryDelayed("503")])
    assert go(store, ops) == DeliveryReport(delayed=1)
    assert go(store, ops, at=NOW + timedelta(seconds=4.999)) == DeliveryReport()
    assert go(store, ops, at=NOW + timedelta(seconds=5)) == DeliveryReport(sent=2)
    assert ops.bodies == [{"n": 1}, {"n": 2}]
    assert [r.last_error for r in rows_of(store)] == ["", ""]


def test_waits_grow_until_the_row_is_dead() -> None:
    """Each wait is the next of the schedule; after the last attempt the row is given up."""
    store = a_store(a_row(1))
    ops = Receiver(script=[SourceUnavailable(f"503 no. {n}") for n in range(ATTEMPTS)])
    at, waits = NOW, []
    while (row := rows_of(store)[0]).state is OutboxState.PENDING:
        waits.append(row.not_before - at)
        at = row.not_before
        go(store, ops, at=at)
    assert tuple(waits[1:]) == SHARP.waits
    assert (row.state, row.attempts) == (OutboxState.DEAD, ATTEMPTS)
    assert row.last_error == "out of attempts: 503 no. 9"


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (timedelta(seconds=4), timedelta(seconds=5)),
        (timedelta(seconds=6), timedelta(seconds=6)),
        (timedelta(days=9), timedelta(days=1)),
        (None, timedelta(seconds=5)),
    ],
)
def test_a_server_may_ask_for_a_longer_wait(asked: timedelta | None, waited: timedelta) -> None:
    """Retry-After lengthens a wait, within a day, and never shortens it."""
    store = a_store(a_row(1))
    go(store, Receiver(script=[DeliveryDelayed("429", retry_after=asked)]))
    assert rows_of(store)[0].not_before == NOW + waited


def test_jitter_spreads_rows_and_repeats_itself() -> None:
    """Waits of different rows differ by up to a fifth, and are the same for the same row."""
    store = a_store(*(a_row(n, f"t{n}") for n in range(20)))
    with store.begin() as conn:
        rows = claim_due(conn, now=NOW, lease=LEASE, limit=20)
    criteria = RetryCriteria()
    waits = [criteria.wait_after(row, None) for row in rows]
    assert len(set(waits)) == len(waits)
    assert all(timedelta(seconds=5) <= w < timedelta(seconds=6) for w in waits)
    assert waits == [criteria.wait_after(row, None) for row in rows]


def test_a_failing_target_holds_up_no_other() -> None:
    """While one target waits for its retry, the rows of another leave."""
    store = a_store(a_row(1), a_row(2), a_row(3, "hook"))
    ops = Receiver(script=[DeliveryDelayed("503")])
    assert go(store, ops, Receiver(name="hook")) == DeliveryReport(sent=1, delayed=1)


def test_a_crash_casts_doubt_on_one_row_only() -> None:
    """Rows of other targets that were due in the same call are not taken for half sent."""
    store = a_store(a_row(1), a_row(2, "web"))
    web = Receiver(name="web", hold_uncertain=True)
    with pytest.raises(Crash):
        go(store, Receiver(at_step=_crash_at("send")), web)
    assert go(store, Receiver(), web) == DeliveryReport(sent=1)
    assert web.bodies == [{"n": 2}]


@pytest.mark.parametrize("error", [DeliveryRefused("404 no_service"), BadPayload("too_long")])
def test_a_refusal_is_final_and_lets_the_next_row_go(error: Exception) -> None:
    """What can never succeed is dead at once, with the channel's words, and blocks nobody."""
    store = a_store(a_row(1), a_row(2))
    ops = Receiver(script=[error])
    assert go(store, ops) == DeliveryReport(dead=1, sent=1)
    assert [(r.state.value, r.last_error) for r in rows_of(store)] == [
        ("dead", str(error)),
        ("sent", ""),
    ]


def test_a_target_that_is_no_good_is_closed_and_the_others_hear_of_it() -> None:
    """A wrong key closes the channel: its rows wait, others are told once, a human opens it."""
    store = a_store(a_row(1), a_row(2), a_row(3, "hook"))
    ops = Receiver(script=[TargetRefused("403 invalid_token")])
    hook = Receiver(name="hook")
    said: list[tuple[str, str]] = []

    def announce(target: str, reason: str, _: datetime) -> list[NewRow]:
        said.append((target, reason))
        return [a_row(4, "hook")]

    both = {"ops": ops, "hook": hook}
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        deliver(store, both, now=at, criteria=SHARP, announce=announce)
    assert said == [("ops", "403 invalid_token")]
    assert ops.taken == []
    assert hook.bodies == [{"n": 3}, {"n": 4}]
    assert [r.state.value for r in rows_of(store) if r.target == "ops"] == ["pending"] * 2
    with store.begin() as conn:
        assert closed(conn) == {"ops": (NOW, "403 invalid_token")}
        assert open_target(conn, "ops") == ("ops",)
    assert go(store, ops, hook, at=NOW + timedelta(hours=1)) == DeliveryReport(sent=2)
    assert ops.bodies == [{"n": 1}, {"n": 2}]


SECOND = timedelta(seconds=1)


def test_a_channel_is_spoken_to_at_its_pace() -> None:
    """One a second: what is over it waits, within a call's patience, then for the next call."""
    store = a_store(*(a_row(n) for n in range(1, 9)), a_row(9, "hook"))
    ops, hook = Receiver(), Receiver(name="hook")
    at, sent_at = [NOW], []

    def pause(span: timedelta) -> datetime:
        at[0] += span
        return at[0]

    ops.at_step = lambda _: sent_at.append(at[0])
    paces = {"ops": (Pace(count=1, span=SECOND),)}
    patient = replace(SHARP, patience=3 * SECOND)
    done = deliver(
        store, {"ops": ops, "hook": hook}, now=NOW, criteria=patient, paces=paces, pause=pause
    )
    assert done == DeliveryReport(sent=5)
    assert sorted(set(sent_at)) == [NOW + n * SECOND for n in range(4)]
    assert deliver(store, {"ops": ops}, now=at[0], criteria=SHARP, paces=paces).sent == 0
    assert deliver(store, {"ops": ops}, now=at[0] + SECOND, criteria=SHARP, paces=paces).sent == 1


@given(
    tries=st.lists(st.integers(-5_000, 100), max_size=30),
    paces=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3_000)), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_at_the_instant_promised_the_pace_is_kept(
    tries: list[int], paces: list[tuple[int, int]]
) -> None:
    """One more message then is within every pace, and not a moment before."""
    ms = timedelta(milliseconds=1)
    at = [NOW + n * ms for n in tries]
    limits = [Pace(count=count, span=span * ms) for count, span in paces]
    free = free_at(limits, at, NOW)

    def keeps(then: datetime) -> bool:
        return all(sum(then - p.span < min(t, NOW) <= then for t in at) < p.count for p in limits)

    assert free >= NOW
    assert keeps(free)
    assert free == NOW or not keeps(free - ms)


def test_a_picture_that_is_refused_costs_the_picture_only() -> None:
    """The same words go without it, at once, and the outbox says so; without words all is over."""
    with_picture = replace(a_row(1), body=json.dumps({"n": 1, "picture": {"scenes": ["a"]}}))
    refusals: list[Exception] = [DeliveryRefused("413 too large"), TargetRefused("403 no media")]
    for refusal in refusals:
        store, ops = a_store(with_picture), Receiver(script=[refusal])
        assert go(store, ops) == DeliveryReport(sent=1)
        assert ops.bodies == [{"n": 1}]
        (row,) = rows_of(store)
        assert (row.state, row.last_error) == (
            OutboxState.SENT, f"sent without its picture: {refusal}",
        )  # fmt: skip
        store, ops = a_store(with_picture), Receiver(script=[refusal, DeliveryRefused("no")])
        assert go(store, ops) == DeliveryReport(dead=1)
        assert rows_of(store)[0].last_error == "no"


def test_a_target_without_a_channel_is_dead_with_a_reason() -> None:
    """News for a channel that is no longer configured is kept for a human to see."""
    store = a_store(a_row(1, "gone"))
    assert go(store, Receiver()) == DeliveryReport(dead=1)
    (row,) = rows_of(store)
    assert "no channel of this name can run" in row.last_error


def test_a_damaged_body_is_dead_with_a_reason() -> None:
    """A stored message that is no JSON is never sent and never fatal."""
    store = a_store(NewRow(id="1", finding_id="f", revision=1, target="ops", body="{"))
    ops = Receiver()
    assert go(store, ops) == DeliveryReport(dead=1)
    assert ops.taken == []


@pytest.mark.parametrize("word", ["lost", "taken and lost"])
@pytest.mark.parametrize(
    ("idempotent", "hold", "uncertain", "state"),
    [
        (True, False, 0, OutboxState.SENT),
        (True, True, 0, OutboxState.SENT),
        (False, False, 1, OutboxState.SENT),
        (False, True, 1, OutboxState.DEAD),
    ],
)
def test_a_lost_answer(
    word: str, idempotent: bool, hold: bool, uncertain: int, state: OutboxState
) -> None:
    """A lost answer is sent again where repeats are harmless; elsewhere it is counted, or held."""
    store = a_store(a_row(1))
    ops = Receiver(idempotent=idempotent, hold_uncertain=hold, script=[word])
    assert go(store, ops).uncertain == uncertain
    assert go(store, ops, at=NOW + timedelta(seconds=5)).uncertain == 0
    (row,) = rows_of(store)
    assert (row.state, row.uncertain) == (state, uncertain)
    assert sum(ops.shown().values()) <= 1 + uncertain
    if state is OutboxState.DEAD:
        assert row.last_error == "held, it may have arrived: no answer"
        with store.begin() as conn:
            assert retry(conn, row.id, now=NOW) == 1
        assert go(store, ops) == DeliveryReport(sent=1)


@pytest.mark.parametrize(
    ("idempotent", "hold", "uncertain", "state"),
    [
        (True, False, 0, OutboxState.SENT),
        (False, False, 1, OutboxState.SENT),
        (False, True, 1, OutboxState.DEAD),
    ],
)
def test_a_send_cut_off_by_a_crash(
    idempotent: bool, hold: bool, uncertain: int, state: OutboxState
) -> None:
    """After its lease a cut-off send is repeated, counted where a repeat shows, or held."""
    store = a_store(a_row(1))
    ops = Receiver(idempotent=idempotent, hold_uncertain=hold, at_step=_crash_at("taken"))
    with pytest.raises(Crash):
        go(store, ops)
    ops.at_step = lambda _: None
    assert go(store, ops, at=NOW + LEASE - timedelta(milliseconds=1)) == DeliveryReport()
    go(store, ops, at=NOW + LEASE)
    (row,) = rows_of(store)
    assert (row.state, row.uncertain) == (state, uncertain)
    assert ops.shown()[row.id] == (2 if not idempotent and not hold else 1)


def test_a_row_that_always_crashes_its_sender_ends() -> None:
    """A message that kills the process each time is given up like any other."""
    store = a_store(a_row(1), a_row(2))
    ops = Receiver(at_step=_crash_at("send"))
    at = NOW
    for _ in range(ATTEMPTS):
        with pytest.raises(Crash):
            go(store, ops, at=at)
        at += LEASE
    ops.at_step = lambda _: None
    assert go(store, ops, at=at) == DeliveryReport(dead=1, sent=1, uncertain=1)
    first, second = rows_of(store)
    assert (first.state, first.attempts) == (OutboxState.DEAD, ATTEMPTS + 1)
    assert first.uncertain == ATTEMPTS
    assert second.state is OutboxState.SENT


def _crash_at(name: str) -> Callable[[str], None]:
    def step(here: str) -> None:
        if here == name:
            raise Crash

    return step


class _Countdown:
    """Crashes at the step with the given number, and counts steps."""

    def __init__(self, crash_at: int | None) -> None:
        self.crash_at = crash_at
        self.steps = 0

    def __call__(self, _: str) -> None:
        self.steps += 1
        if self.steps == self.crash_at:
            raise Crash


def _run_to_the_end(store: MemoryStore, receiver: Receiver, *crashes: int) -> int:
    """Deliver, die at each step named (counted from the last restart), restart, until done."""
    steps = 0
    at = NOW
    for crash in (*crashes, None):
        countdown = _Countdown(crash)
        store.at_step = receiver.at_step = countdown
        try:
            go(store, receiver, at=at)
        except Crash:
            at += LEASE
        steps += countdown.steps
    store.at_step = receiver.at_step = lambda _: None
    return steps


def _steps_without_a_crash() -> int:
    return _run_to_the_end(a_store(a_row(1), a_row(2), a_row(3)), Receiver())


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_crash_at_any_two_steps_loses_nothing_and_doubles_nothing_unseen(
    idempotent: bool,
) -> None:
    """Killed at every pair of steps, all rows arrive in order; repeats show only where counted."""
    reach = _steps_without_a_crash()
    assert reach == 27  # for each row two transactions and a send, and a last claim of nothing
    for first in range(1, reach + 1):
        for second in range(1, reach + 1, 5):
            store = a_store(a_row(1), a_row(2), a_row(3))
            receiver = Receiver(idempotent=idempotent)
            _run_to_the_end(store, receiver, first, second)
            rows = rows_of(store)
            assert [r.state for r in rows] == [OutboxState.SENT] * 3
            shown = receiver.shown()
            assert list(dict.fromkeys(receiver.taken)) == [r.id for r in rows]
            for row in rows:
                assert 1 <= shown[row.id] <= 1 + row.uncertain
            if idempotent:
                assert sum(r.uncertain for r in rows) == 0
                assert set(shown.values()) == {1}
            store.engine.dispose()


@given(
    words=st.lists(
        st.sampled_from(["ok", "lost", "taken and lost", "busy", "refused", "crash"]), max_size=25
    ),
    idempotent=st.booleans(),
    hold=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_whatever_the_other_side_does_every_row_comes_to_an_end(
    words: list[str], idempotent: bool, hold: bool
) -> None:
    """Under any course of events rows end sent or dead, in order, and repeats are accounted for."""
    answers = {"busy": DeliveryDelayed("503"), "refused": DeliveryRefused("404"), "crash": Crash()}
    receiver = Receiver(idempotent=idempotent, hold_uncertain=hold)
    receiver.script = [answers.get(word, word) for word in words]
    store = a_store(*(a_row(n) for n in range(4)))
    at = NOW
    for _ in range(200):
        with suppress(Crash):
            go(store, receiver, at=at)
        if all(r.state in {OutboxState.SENT, OutboxState.DEAD} for r in rows_of(store)):
            break
        at += timedelta(hours=30)
    rows = rows_of(store)
    order = [r.id for r in rows]
    first_taken = list(dict.fromkeys(receiver.taken))
    assert first_taken == [i for i in order if i in set(first_taken)]
    for row in rows:
        assert row.state in {OutboxState.SENT, OutboxState.DEAD}
        assert receiver.shown()[row.id] <= 1 + row.uncertain
        if row.state is OutboxState.SENT:
            assert receiver.shown()[row.id] >= 1
    store.engine.dispose()


def test_two_daemons_never_hold_the_same_row() -> None:
    """While one process sends a row, another finds nothing to do for that target."""
    store = a_store(a_row(1), a_row(2))
    inner: list[DeliveryReport] = []
    second = Receiver()

    def meanwhile(step: str) -> None:
        if step == "send":
            inner.append(go(store, second))

    first = Receiver(at_step=meanwhile)
    assert go(store, first) == DeliveryReport(sent=2)
    assert inner == [DeliveryReport()] * 2
    assert second.taken == []


def test_a_row_dropped_while_it_fails_stays_dropped() -> None:
    """A human's word during a send is not undone by the send's failure."""
    store = a_store(a_row(1))

    def meanwhile(_: str) -> None:
        with store.begin() as conn:
            assert drop(conn, a_row(1).id)

    go(store, Receiver(at_step=meanwhile, script=[DeliveryDelayed("503")]))
    assert [r.state for r in rows_of(store)] == [OutboxState.DROPPED]


@pytest.mark.parametrize(("limit", "sent"), [(3, 3), (4, 4), (5, 4)])
def test_one_call_sends_up_to_its_limit(limit: int, sent: int) -> None:
    """A call ends when nothing is due or its limit is reached, whichever comes first."""
    store = a_store(a_row(1), a_row(2), a_row(3), a_row(4, "hook"))
    channels = {"ops": Receiver(), "hook": Receiver(name="hook")}
    done = deliver(store, channels, now=NOW, criteria=RetryCriteria(limit=limit))
    assert done == DeliveryReport(sent=sent)
    assert str(done) == f"{sent} sent, 0 delayed, 0 given up, 0 uncertain"


def test_the_log_keeps_what_a_channel_gives_away(caplog: pytest.LogCaptureFixture) -> None:
    """An address in a plug-in's error reaches neither the log nor the store."""
    store = a_store(a_row(1), a_row(2))
    errors = [DeliveryRefused("https://h.example/k3y"), DeliveryDelayed("https://h.example/k3y")]
    ops = Receiver(script=list(errors))
    with caplog.at_level(logging.DEBUG):
        assert go(store, ops) == DeliveryReport(dead=1, delayed=1)
    assert caplog.text.count("https://h.example/***") == 2
    assert "k3y" not in caplog.text + "".join(r.last_error for r in rows_of(store))


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.store.engine import open_store
from monitor.store.outbox import NewRow, enqueue
from monitor.watch.notify import deliver

class Deadly:
    name, idempotent, hold_uncertain = "ops", False, False
    def send(self, body, *, message_id, attempt_at, previous=None):
        print(message_id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

now = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)
store = open_store(Path(sys.argv[1]))
with store.begin() as conn:
    enqueue(conn, [NewRow(id="1", finding_id="f", revision=1, target="ops", body="{}")], now=now)
deliver(store, {"ops": Deadly()}, now=now)
"""


def test_a_killed_process_leaves_its_news_to_the_next(tmp_path: Path) -> None:
    """Killed for good in the middle of a send, the next process delivers and counts the doubt."""
    path = tmp_path / "monitor.db"
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "1\n"), done.stderr
    store, ops = open_store(path), Receiver()
    assert deliver(store, {"ops": ops}, now=NOW) == DeliveryReport()
    assert deliver(store, {"ops": ops}, now=NOW + LEASE) == DeliveryReport(sent=1, uncertain=1)
    with store.read() as conn:
        assert [(r.state.value, r.uncertain) for r in list_rows(conn)] == [("sent", 1)]
    store.close()
