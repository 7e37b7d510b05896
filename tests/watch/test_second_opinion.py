"""The second opinion from the poll to the files people read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.domain.outside_event import OutsideEvent, OutsideKind
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import SourceUnavailable
from monitor.store.engine import Store, open_store
from monitor.watch.ingest import StoredPace, poll_events
from monitor.watch.second_opinion import COLUMNS, publish_second_opinion
from tests.builders import INSIDE, SEA, SPARTA, T0, WATCH, a_gazetteer, a_track, hours

NOW = T0 + timedelta(days=20)


class FakeWatch:
    """Says what it is told to say."""

    name = "gfw"

    def __init__(self, *events: OutsideEvent, fault: bool = False) -> None:
        self.events, self.fault = events, fault

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[OutsideEvent]:
        """Yield the events, or fail after the first."""
        for event in self.events:
            tally.read += 1
            tally.accepted += 1
            yield event
        if self.fault:
            raise SourceUnavailable("gfw is away")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    opened = open_store(tmp_path / "s.db")
    yield opened
    opened.close()


def an_event(kind: OutsideKind = OutsideKind.PORT_VISIT, name: str = "SPARTA") -> OutsideEvent:
    """Return their account of the call below."""
    ship = None if kind is OutsideKind.DARK_DETECTION else SPARTA
    return OutsideEvent(
        source="gfw", kind=kind, mmsi=ship, imo=None, name=name, start=T0 + hours(1),
        end=T0 + hours(20), lon=35.81, lat=34.91, place="=syr", confidence=4, learned_at=NOW,
    )  # fmt: skip


def a_picture(as_of: datetime = NOW) -> Picture:
    """Return what we know: one call, in port from hour 0-2 to hour 10-12."""
    track = a_track((0, SEA, 9), (2, INSIDE, 5), (10, INSIDE, 0), (12, SEA, 9))
    evidence = Evidence(positions=track)
    return compile_picture(evidence, a_gazetteer(), WATCH, as_of=as_of, criteria=Criteria())


def published(store: Store, out: Path) -> str:
    """Publish the second opinion."""
    return publish_second_opinion(
        store, a_picture(), a_gazetteer(), source="gfw", lookback=timedelta(days=60), out=out
    )


def test_what_was_polled_is_published_side_by_side(store: Store, tmp_path: Path) -> None:
    """The table holds both accounts and the radar detections; the text says it is days late."""
    watch = FakeWatch(an_event(), an_event(OutsideKind.DARK_DETECTION))
    assert poll_events(store, watch, now=NOW).events == 2
    assert poll_events(store, watch, now=NOW).events == 0
    text = published(store, tmp_path)
    assert text.startswith("A second opinion, days late: gfw, asked 30 Jan 2025 00:00Z")
    assert "Port calls compared: 1 (1 differ). 1 radar detection without AIS" in text
    assert "Global Fishing Watch" in text
    with (tmp_path / "second_opinion.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == COLUMNS
    call, dark = rows
    assert (call["verdict"], call["name"], call["their_place"]) == ("differs", "SPARTA", "'=syr")
    assert (call["our_start_latest"], call["their_start"]) == (
        "2025-01-10T02:00:00Z", "2025-01-10T01:00:00Z",
    )  # fmt: skip
    assert (call["start_differs_h"], call["end_differs_h"]) == ("0.0", "8.0")
    assert (dark["verdict"], dark["distance_km"], dark["mmsi"]) == ("dark_detection", "0.0", "")


def test_before_the_first_answer_there_is_no_opinion(store: Store, tmp_path: Path) -> None:
    """Nobody is contradicted by a source that has not been asked."""
    assert published(store, tmp_path) == "Second opinion: gfw has not answered yet."
    assert not (tmp_path / "second_opinion.csv").exists()


def test_a_poll_that_fails_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """Events and cursor are stored together or not at all."""
    with pytest.raises(SourceUnavailable):
        poll_events(store, FakeWatch(an_event(), fault=True), now=NOW)
    assert "not answered yet" in published(store, tmp_path)


def test_pace_is_kept_across_restarts(tmp_path: Path) -> None:
    """When a feed may be asked again lies in the store."""
    store = open_store(tmp_path / "s.db")
    assert StoredPace(store).not_before("hub") is None
    StoredPace(store).put_off("hub", NOW)
    store.close()
    again = open_store(tmp_path / "s.db")
    assert StoredPace(again).not_before("hub") == NOW
    again.close()
