"""The outbox table: order, leases, fences and the hand of a human."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.store.outbox import (
    NewRow,
    OutboxRow,
    OutboxState,
    claim_due,
    drop,
    enqueue,
    list_rows,
    mark_dead,
    mark_retry,
    mark_sent,
    note_uncertain,
    retry,
)
from monitor.store.schema import metadata

NOW = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
LEASE = timedelta(minutes=10)


@pytest.fixture
def conn() -> Iterator[sa.Connection]:
    """Open a write transaction on an empty store."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def a_row(number: int, target: str = "ops", revision: int = 1) -> NewRow:
    """Build a row to queue; its id falls as `number` rises, so ids never give the order away."""
    return NewRow(
        id=f"{99 - number:032d}", finding_id="f" * 20, revision=revision, target=target, body="{}"
    )


def claim(conn: sa.Connection, at: datetime = NOW, limit: int = 9) -> tuple[OutboxRow, ...]:
    """Claim what is due."""
    return claim_due(conn, now=at, lease=LEASE, limit=limit)


def states(conn: sa.Connection) -> dict[str, str]:
    """Return every row's state by id."""
    return {row.id: row.state.value for row in list_rows(conn)}


def test_the_same_news_is_queued_once(conn: sa.Connection) -> None:
    """Queueing a row again changes nothing, also after it was sent."""
    assert enqueue(conn, [a_row(1), a_row(2), a_row(1)], now=NOW) == 2
    mark_sent(conn, claim(conn)[0], now=NOW)
    assert enqueue(conn, [a_row(1), a_row(2)], now=NOW + LEASE) == 0
    assert sorted(states(conn).values()) == ["pending", "sent"]


def test_rows_of_a_target_leave_in_the_order_they_came(conn: sa.Connection) -> None:
    """Queued in one instant, or with the clock set back, the order of queueing stands."""
    enqueue(conn, [a_row(1), a_row(2)], now=NOW)
    enqueue(conn, [a_row(3)], now=NOW - timedelta(hours=1))
    left = []
    for _ in range(3):
        (row,) = claim(conn)
        mark_sent(conn, row, now=NOW)
        left.append(row.id)
    assert left == [a_row(1).id, a_row(2).id, a_row(3).id]


def test_a_later_row_waits_for_the_one_before_it(conn: sa.Connection) -> None:
    """While a target's first row is being sent or waits for a retry, its second is not claimed."""
    enqueue(conn, [a_row(1), a_row(2)], now=NOW)
    (first,) = claim(conn)
    assert claim(conn) == ()
    later = NOW + timedelta(minutes=5)
    mark_retry(conn, first, not_before=later, error="", uncertain=False)
    assert claim(conn, later - MS) == ()
    assert [r.id for r in claim(conn, later)] == [first.id]


def test_a_dead_row_lets_the_next_one_go(conn: sa.Connection) -> None:
    """What was given up no longer stands in the way of its target."""
    enqueue(conn, [a_row(1), a_row(2)], now=NOW)
    mark_dead(conn, claim(conn)[0], error="refused", uncertain=False)
    assert [r.id for r in claim(conn)] == [a_row(2).id]


def test_targets_do_not_wait_for_one_another(conn: sa.Connection) -> None:
    """Each target's first row is claimed, oldest first, no more than asked for."""
    enqueue(conn, [a_row(1, "b"), a_row(2, "a"), a_row(3, "c"), a_row(4, "a")], now=NOW)
    assert [r.target for r in claim(conn, limit=2)] == ["a", "b"]
    assert [r.target for r in claim(conn, limit=2)] == ["c"]


@pytest.mark.parametrize(("early", "claimed"), [(MS, 0), (timedelta(0), 1)])
def test_a_claim_is_taken_over_when_its_lease_runs_out(
    conn: sa.Connection, early: timedelta, claimed: int
) -> None:
    """A send that never reported back is claimed again at the end of its lease, not before."""
    enqueue(conn, [a_row(1)], now=NOW)
    (first,) = claim(conn)
    assert (first.attempts, first.recovered) == (1, False)
    again = claim(conn, NOW + LEASE - early)
    assert [(r.attempts, r.recovered) for r in again] == [(2, True)] * claimed


def test_only_the_last_claim_may_report_failure(conn: sa.Connection) -> None:
    """A sender that comes back after its lease cannot undo what its successor is doing."""
    enqueue(conn, [a_row(1)], now=NOW)
    (old,) = claim(conn)
    (new,) = claim(conn, NOW + LEASE)
    mark_dead(conn, old, error="late", uncertain=True)
    mark_retry(conn, old, not_before=NOW, error="late", uncertain=True)
    (row,) = list_rows(conn)
    assert (row.state, row.last_error, row.uncertain) == (OutboxState.SENDING, "", 0)
    mark_dead(conn, new, error="refused", uncertain=True)
    (row,) = list_rows(conn)
    assert (row.state, row.last_error, row.uncertain) == (OutboxState.DEAD, "refused", 1)


def test_delivered_is_delivered(conn: sa.Connection) -> None:
    """A delivery counts even if the row was dropped or taken over while it was under way."""
    enqueue(conn, [a_row(1)], now=NOW)
    (row,) = claim(conn)
    assert drop(conn, row.id)
    mark_retry(conn, row, not_before=NOW, error="", uncertain=False)
    assert states(conn) == {row.id: "dropped"}
    mark_sent(conn, row, now=NOW)
    assert states(conn) == {row.id: "sent"}
    assert not drop(conn, row.id)


def test_uncertain_sends_add_up(conn: sa.Connection) -> None:
    """Every send of unknown outcome is counted on its row."""
    enqueue(conn, [a_row(1)], now=NOW)
    (row,) = claim(conn)
    note_uncertain(conn, row)
    mark_retry(conn, row, not_before=NOW, error="no answer", uncertain=True)
    assert [r.uncertain for r in list_rows(conn)] == [2]


def test_a_dead_row_comes_back_by_hand(conn: sa.Connection) -> None:
    """Asked for again, a dead row is due at once, first in its order and with no attempts used."""
    enqueue(conn, [a_row(1), a_row(2)], now=NOW)
    mark_dead(conn, claim(conn)[0], error="refused", uncertain=False)
    later = NOW + timedelta(days=1)
    assert retry(conn, a_row(1).id, now=later) == 1
    (row,) = claim(conn, later)
    assert (row.id, row.attempts) == (a_row(1).id, 1)


def test_retrying_all_means_all_the_dead(conn: sa.Connection) -> None:
    """Without an id every dead row comes back; the dropped stay dropped until named."""
    enqueue(conn, [a_row(1, "a"), a_row(2, "b"), a_row(3, "c"), a_row(4, "d")], now=NOW)
    for row, state in zip(claim(conn), ("dead", "dead", "sent", "dropped"), strict=True):
        if state == "dead":
            mark_dead(conn, row, error="", uncertain=False)
        elif state == "sent":
            mark_sent(conn, row, now=NOW)
        else:
            drop(conn, row.id)
    assert retry(conn, None, now=NOW) == 2
    assert retry(conn, a_row(4, "d").id, now=NOW) == 1
    assert retry(conn, a_row(3, "c").id, now=NOW) == 0
    assert retry(conn, "no such row", now=NOW) == 0
    assert sorted(states(conn).values()) == ["pending"] * 3 + ["sent"]


def test_a_waiting_row_can_be_hurried(conn: sa.Connection) -> None:
    """A row that waits for its next attempt is due at once when asked for by hand."""
    enqueue(conn, [a_row(1)], now=NOW)
    (row,) = claim(conn)
    mark_retry(conn, row, not_before=NOW + LEASE, error="503", uncertain=False)
    assert retry(conn, row.id, now=NOW) == 1
    assert len(claim(conn)) == 1


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        ("hook https://u:p@chat.example:8443/T0/B0/k3y?t=1 said 500", "https://chat.example/***"),
        ("bad secret whsec_c2VjcmV0", "bad secret whsec_***"),
        ("HTTP://CHAT.EXAMPLE/k3y", "HTTP://CHAT.EXAMPLE/***"),
    ],
)
def test_stored_errors_hold_no_secrets(conn: sa.Connection, error: str, kept: str) -> None:
    """Paths, queries, passwords and signing secrets are struck out before an error is stored."""
    enqueue(conn, [a_row(1)], now=NOW)
    mark_dead(conn, claim(conn)[0], error=error, uncertain=False)
    (row,) = list_rows(conn, [OutboxState.DEAD])
    assert kept in row.last_error
    assert not any(secret in row.last_error for secret in ("k3y", "c2VjcmV0", "u:p"))


def test_a_stored_error_is_not_endless(conn: sa.Connection) -> None:
    """An error is kept up to five hundred characters."""
    enqueue(conn, [a_row(1)], now=NOW)
    mark_dead(conn, claim(conn)[0], error="x" * 501, uncertain=False)
    assert [len(r.last_error) for r in list_rows(conn)] == [500]
