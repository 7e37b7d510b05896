"""What `monitor alerts`, `ack` and `silence` answer and do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.render import Voice
from monitor.domain.finding import Status
from monitor.errors import InputError
from monitor.store.engine import Store
from monitor.store.lives import RecordedDecision, record_decisions
from monitor.store.notices import load_nods
from monitor.store.outbox import list_rows
from monitor.watch.alerts import (
    acknowledge,
    alerts_of,
    end_silence,
    silence,
    silences,
    would_send,
)
from tests.watch.test_dispatch import MIN, NOW, WAIT, found, kept, later, route, sent, store

__all__ = ["store"]


def test_every_outcome_is_listed_with_its_reason(store: Store) -> None:
    """Told, held, dropped and not wanted, oldest first, each with why and its delivery."""
    routes = [route(group_by=("kind",), group_interval=5 * MIN)]
    found(store, routes, WAIT)
    found(store, routes, WAIT, replace(WAIT, anchor="b"), at=MIN)
    found(store, routes, WAIT, at=2 * MIN)
    found(store, routes, WAIT, replace(WAIT, anchor="c"), at=3 * MIN)
    with store.begin() as connection:
        said = RecordedDecision(
            finding_id=WAIT.id, revision=1, target="boss", recorded_at=NOW, speak=False,
            reason="severity",
        )  # fmt: skip
        record_decisions(connection, [said])
    rows = [(r["target"], r["outcome"], r["why"], r["delivery"]) for r in alerts_of(store)]
    assert rows == [
        ("boss", "not_told", "severity", None),
        ("ops", "told", "", "pending"),
        ("ops", "dropped", "overtaken:revision 2", None),
        ("ops", "dropped", "retracted_untold", None),
        ("ops", "held", "group_interval", None),
    ]
    assert len(alerts_of(store, targets=["ops"], outcomes=["held"])) == 1
    assert [r["outcome"] for r in alerts_of(store, since=NOW + 2 * MIN)] == ["dropped", "held"]
    assert alerts_of(store, limit=1)[0]["next_look"] == "2025-01-27T09:05:00Z"


def test_a_dry_run_shows_what_would_be_sent_and_leaves_no_trace(store: Store) -> None:
    """Asked when the group is due, the held notice is shown; nothing is told by asking."""
    routes = [route(group_wait=5 * MIN)]
    found(store, routes, WAIT)
    assert would_send(store, routes, voice=Voice(), now=NOW) == []
    (message,) = would_send(store, routes, voice=Voice(), now=NOW + 5 * MIN)
    assert (message["target"], message["when"], message["finding"]) == ("ops", "now", WAIT.id)
    assert message["body"]["type"] == "finding.new"
    assert (sent(store), kept(store)) == ([], ["held group_wait"])
    later(store, routes, 5 * MIN)
    with store.read() as connection:
        assert [r.id for r in list_rows(connection)] == [message["message"]]


def test_a_silence_is_kept_listed_and_ended(store: Store) -> None:
    """From its beginning to its end by hand it silences; ended it is listed as that."""
    made = silence(
        store, ["vessel=9160994"], start=NOW - 60 * MIN, end=NOW + 60 * MIN, author="anna",
        comment="known transfer", now=NOW,
    )  # fmt: skip
    found(store, [route()], WAIT)
    assert kept(store) == [f"dropped silenced:{made.id} by anna"]
    assert [s["state"] for s in silences(store, now=NOW)] == ["active"]
    assert end_silence(store, made.id[:4], now=NOW + MIN) == made.id
    assert silences(store, now=NOW + MIN) == []
    (ended,) = silences(store, now=NOW + MIN, every=True)
    assert (ended["state"], ended["end"]) == ("ended", "2025-01-27T09:01:00Z")
    with pytest.raises(InputError, match="no silences that last"):
        end_silence(store, made.id, now=NOW + MIN)


@pytest.mark.parametrize(
    ("matchers", "hours", "author", "said"),
    [
        (["kind=arrivd"], 1, "anna", "there are: arrived"),
        ([], 1, "anna", "silence everything"),
        (["kind=arrived"], 0, "anna", "must end"),
        (["kind=arrived"], 1, " ", "--by NAME"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(
    store: Store, matchers: list[str], hours: int, author: str, said: str
) -> None:
    """The message says what to type instead."""
    end = NOW + timedelta(hours=hours)
    with pytest.raises(InputError, match=said):
        silence(store, matchers, start=NOW, end=end, author=author, comment="", now=NOW)


def test_taking_note_holds_for_the_finding_as_it_is(store: Store) -> None:
    """A nod names the revision; after the next change it no longer counts."""
    found(store, [route()], WAIT)
    acknowledge(store, WAIT.id[:8], author="anna", comment="seen", now=NOW)
    found(store, [route()], replace(WAIT, status=Status.CLOSED), at=MIN)
    with store.read() as connection:
        said = load_nods(connection)[WAIT.id]
    assert (said.revision, said.author, said.comment) == (1, "anna", "seen")
    with pytest.raises(InputError, match="no finding begins"):
        acknowledge(store, "ffff" * 5, author="anna", comment="", now=NOW)
