"""Ingest, assess and outbox together, on a small port, with sources that speak the protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.alerts.decide import Route
from monitor.alerts.render import Voice
from monitor.detect.picture import Criteria
from monitor.detect.silences import SIX_HOURS
from monitor.domain.feed import FeedControl
from monitor.domain.finding import FindingKind, Severity, Status
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, to_ms
from monitor.errors import SourceUnavailable
from monitor.sources.base import AisBatch
from monitor.store.derived import load_findings
from monitor.store.engine import Store, open_store
from monitor.store.observations import load_positions
from monitor.store.outbox import list_rows
from monitor.watch.assess import Brief, assess
from monitor.watch.ingest import poll_positions
from tests.builders import (
    INSIDE,
    SEA,
    SPARTA_II,
    T0,
    WAITING,
    WATCH,
    a_gazetteer,
    a_track,
    hours,
)
from tests.detect.listening import a_feed

BRIEF = Brief(gazetteer=a_gazetteer(), watch=WATCH, criteria=Criteria())
ROUTES = (Route(target="hook", format="webhook", min_severity=Severity.NOTICE),)


class FakeFeed:
    """A feed that holds rows and gives those received in the window asked for."""

    name = "feed"

    def __init__(self, rows: PositionColumns) -> None:
        self.rows = rows
        self.fails_after: int | None = None

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[AisBatch]:
        """Yield one row a batch, so that a failure can fall between them."""
        received = self.rows.received_ms
        chosen = (received >= to_ms(window.start)) & (received < to_ms(window.end))
        rows = self.rows.take(chosen)
        for i in range(len(rows)):
            if self.fails_after is not None and i >= self.fails_after:
                raise SourceUnavailable("feed: reset")
            tally.read += 1
            tally.accepted += 1
            yield AisBatch(positions=rows.take(slice(i, i + 1)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def run(store: Store, feed: FakeFeed, *hours_after: float, brief: Brief = BRIEF) -> None:
    """Poll and assess at each instant."""
    for h in hours_after:
        poll_positions(store, feed, now=T0 + hours(h))
        assess(store, brief, ROUTES, voice=Voice(), now=T0 + hours(h))


def queued(store: Store) -> list[tuple[str, str]]:
    """Return (kind, status) of what is owed, in order."""
    with store.read() as connection:
        rows = list_rows(connection)
    bodies = [json.loads(r.body) for r in rows]
    return [(b["data"]["finding"]["kind"], b["data"]["finding"]["status"]) for b in bodies]


def stored(store: Store) -> int:
    """Return how many positions are stored."""
    with store.read() as connection:
        return len(load_positions(connection, received_by=T0 + hours(1000)))


def test_a_wait_is_told_when_it_begins_and_when_it_ends(store: Store) -> None:
    """Six hours in the waiting area open a finding; leaving for the port closes it and arrives."""
    feed = FakeFeed(
        a_track(
            (0, SEA, 9), *((h, WAITING, 1) for h in range(1, 9)), (10, INSIDE, 5), (11, INSIDE, 0)
        )
    )
    run(store, feed, 3, 6)
    assert queued(store) == []
    run(store, feed, 9)
    assert queued(store) == [("waiting", "open")]
    run(store, feed, 12, 13)
    assert sorted(queued(store)) == [
        ("arrived", "closed"), ("waiting", "closed"), ("waiting", "open"),
    ]  # fmt: skip


def test_assessing_again_tells_nothing_twice(store: Store) -> None:
    """The same evidence assessed any number of times is told once."""
    feed = FakeFeed(a_track((0, SEA, 9), (2, INSIDE, 5), (3, INSIDE, 0)))
    run(store, feed, 4, 4, 5, 6)
    assert queued(store) == [("arrived", "closed")]


def test_a_feed_that_breaks_off_costs_nothing(store: Store) -> None:
    """A window that failed half way is stored not at all and asked for again."""
    feed = FakeFeed(a_track((0, SEA, 9), (2, INSIDE, 5), (3, INSIDE, 0)))
    feed.fails_after = 2
    with pytest.raises(SourceUnavailable):
        poll_positions(store, feed, now=T0 + hours(4))
    assert stored(store) == 0
    feed.fails_after = None
    run(store, feed, 5)
    assert stored(store) == 3
    assert queued(store) == [("arrived", "closed")]


def test_a_late_report_that_explains_a_silence_retracts_it(store: Store) -> None:
    """What late data takes back is told as retracted, never silently dropped."""
    others = a_track(*((h, (35.5, 34.5), 5) for h in range(60)), mmsi=371000001)
    early = a_track(*((h, SEA, 1) for h in range(10)))
    late = a_track(*((h, SEA, 1) for h in range(10, 40)), delay=hours(40))
    feed = FakeFeed(concat([early, late, others]))
    run(store, feed, 30)
    assert queued(store) == [("no_ais_received", "open")]
    run(store, feed, 81)
    assert ("no_ais_received", "retracted") in queued(store)


def test_a_gap_lives_as_skylight_describes(store: Store) -> None:
    """Reports of 10:00, 11:14 and 20:30, then late that of 16:20: no six hours are left."""
    ship = a_track((10, SEA, 5), (11 + 14 / 60, SEA, 5), (20.5, SEA, 5))
    late = a_track((16 + 20 / 60, SEA, 5), delay=hours(5))
    feed = FakeFeed(concat([ship, late, a_feed(24)]))
    brief = replace(BRIEF, criteria=Criteria(silence=SIX_HOURS))
    run(store, feed, 12, 17, brief=brief)
    assert queued(store) == []
    run(store, feed, 17.5, brief=brief)
    assert queued(store) == [("no_ais_received", "open")]
    run(store, feed, 20.6, 22, brief=brief)
    assert ("no_ais_received", "closed") in queued(store)
    assert ("no_ais_received", "retracted") in queued(store)


def test_a_silent_source_is_told_once_and_no_ship_with_it(store: Store) -> None:
    """Three days of nothing: one finding of the system, opened and closed, none of a ship."""
    sea = a_track(*((h / 4, SEA, 5) for h in range(480)), source="feed")
    port = a_track(*((h / 4, INSIDE, 0) for h in range(480)), mmsi=SPARTA_II, source="feed")
    rows = concat([sea, port, a_feed(120)])
    lost = (rows.time_ms >= to_ms(T0 + hours(30))) & (rows.time_ms < to_ms(T0 + hours(102)))
    brief = replace(BRIEF, feeds=(FeedControl(name="feed"),))
    run(store, FakeFeed(rows.take(~lost)), *range(6, 120, 6), brief=brief)
    assert queued(store) == [("feed_silent", "open"), ("feed_silent", "closed")]
    with store.read() as connection:
        kinds = {f.kind for f in load_findings(connection)}
    assert FindingKind.NO_AIS_RECEIVED not in kinds


def test_kinds_and_statuses_are_the_public_words() -> None:
    """The words in findings are a promise to their readers."""
    assert [s.value for s in Status] == ["open", "closed", "retracted", "void"]
    assert {k.value for k in FindingKind} == {
        "arrived", "departed", "waiting", "berthed", "unberthed", "no_ais_received",
        "ais_resumed", "occupied_without_ais", "berth_state_changed", "feed_silent",
        "interference", "identity_conflict", "destination_changed", "first_visit", "encounter",
        "crossed_12_nm", "en_route", "ais_without_ship", "unusual_occupancy", "occupancy_drift",
        "apron_filled", "apron_cleared", "apron_changed", "expected_scene_missing",
    }  # fmt: skip
