"""When and where we listened, and how the sources do, asked of a store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.clock import VirtualClock
from monitor.domain.coverage import cell_of
from monitor.domain.feed import FeedControl, FeedState, SourceBeat
from monitor.domain.positions import concat
from monitor.domain.window import TimeWindow, to_ms
from monitor.errors import InputError, SourceUnavailable
from monitor.store.engine import Store, open_store
from monitor.store.observations import append_positions
from monitor.store.reception import put_beat
from monitor.watch.coverage import (
    coverage_json,
    coverage_table,
    listening_near,
    reception_map,
    write_reception_map,
)
from monitor.watch.health import health
from monitor.watch.jobs import Job, JobRunner
from tests.builders import SEA, T0, a_gazetteer, hours
from tests.detect.listening import FAR_SEA, NEAR_SEA, a_feed

DAYS = TimeWindow(start=T0, end=T0 + hours(36))
FEED = FeedControl(name="feed", control_box=(35.5, 34.8, 35.6, 34.9))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store with a source near the port, silent for a while, and one far away."""
    store = open_store(tmp_path / "s.db")
    rows = concat([a_feed(30, (6, 10)), a_feed(40, source="far", place=FAR_SEA)])
    with store.begin() as connection:
        append_positions(connection, rows)
    yield store
    store.close()


def polled(store: Store, at: datetime, error: Exception | None = None) -> None:
    """Leave a heartbeat of the source's job."""

    def run(_now: datetime) -> str:
        if error:
            raise error
        return "done"

    JobRunner(store, VirtualClock(at)).run(
        Job(name="poll:feed", every=timedelta(minutes=1), run=run)
    )


def test_hours_heard_near_the_port_are_told_by_day_and_source(store: Store) -> None:
    """Twenty hours of the first day, six of the half day after it, all by the near source."""
    first, second = listening_near(store, a_gazetteer(), DAYS)
    assert (first.day, first.hours, first.heard) == (T0, 24, 20)
    assert (second.hours, second.heard) == (12, 6)
    assert first.by_source == (("feed", 20),)


def test_the_table_and_the_json_say_the_same(store: Store) -> None:
    """People read lines, programs read JSON."""
    lines = coverage_table(store, a_gazetteer(), DAYS).splitlines()
    assert lines == [
        "day         heard  feed",
        "2025-01-10  20/24    20",
        "2025-01-11   6/12     6",
        "26 of 36 hours",
    ]
    rows = json.loads(coverage_json(store, a_gazetteer(), DAYS))
    assert rows[1] == {"day": "2025-01-11", "hours": 12, "heard": 6, "by_source": {"feed": 6}}


def test_a_store_that_heard_nothing_says_so(tmp_path: Path) -> None:
    """Every day is there, with no hour in it."""
    empty = open_store(tmp_path / "empty.db")
    assert coverage_table(empty, a_gazetteer(), DAYS).endswith("0 of 36 hours")
    assert reception_map(empty, DAYS) == ()
    empty.close()


def test_the_map_holds_the_cells_that_were_heard(store: Store, tmp_path: Path) -> None:
    """Cells, hours, ships and sources; a box leaves the others out."""
    near, far = (int(cell_of(*p)) for p in (NEAR_SEA, FAR_SEA))
    cells = {c.cell: c for c in reception_map(store, DAYS)}
    assert set(cells) == {near, far}
    assert (cells[near].hours, cells[near].minutes, cells[near].vessels) == (26, 26 * 12, 3)
    assert cells[far].feeds == ("far",)
    assert [c.cell for c in reception_map(store, DAYS, bounds=(*SEA, *SEA))] == [near]
    out = tmp_path / "map.geojson"
    write_reception_map(out, store, DAYS)
    assert len(json.loads(out.read_text())["features"]) == 2
    with pytest.raises(InputError, match="folder that exists"):
        write_reception_map(tmp_path / "none" / "map.geojson", store, DAYS)


def test_health_has_a_line_for_each_source(store: Store) -> None:
    """A silent source makes the monitor unwell although its job succeeds."""
    polled(store, T0 + hours(30))
    well = health(store, now=T0 + hours(30), feeds=(FEED,))
    assert well.is_well
    assert well.lines[-1].startswith("source feed: ok (too few weeks known")
    polled(store, T0 + hours(31))
    answer = health(store, now=T0 + hours(31), feeds=(FEED,))
    assert not answer.is_well
    assert answer.sources[0].state is FeedState.STALLED
    assert answer.lines[-1] == (
        "source feed: stalled (nothing for 65 min, usually every 5 min), "
        "last received 2025-01-11 05:55Z, 0 ships in the last full hour"
    )


def test_a_source_is_down_when_its_job_fails_for_good(store: Store) -> None:
    """One failure may pass; two missed runs are an answer."""
    polled(store, T0 + hours(30))
    polled(store, T0 + hours(30) + timedelta(minutes=1), SourceUnavailable("feed: 503"))
    assert health(store, now=T0 + hours(30.04), feeds=(FEED,)).sources[0].state is FeedState.OK
    (source,) = health(store, now=T0 + hours(30.1), feeds=(FEED,)).sources
    assert source.state is FeedState.DOWN
    assert source.reason == "cannot be read: SourceUnavailable: feed: 503"


def test_what_a_connection_says_counts(store: Store) -> None:
    """A socket that is gone is down at once."""
    polled(store, T0 + hours(30))
    gone = SourceBeat(
        source="feed", connected=False, last_frame_ms=to_ms(T0), frames=0, since_ms=to_ms(T0)
    )
    with store.begin() as connection:
        put_beat(connection, gone, now=T0 + hours(30))
    assert health(store, now=T0 + hours(30), feeds=(FEED,)).sources[0].state is FeedState.DOWN


def test_an_open_silent_socket_is_stalled_though_its_job_complains(store: Store) -> None:
    """The job of a silent stream fails; the connection stands, and that is what is told."""
    at = T0 + hours(31)
    polled(store, at, SourceUnavailable("feed: silent"))
    silent = SourceBeat(
        source="feed", connected=True, last_frame_ms=to_ms(T0), frames=0, since_ms=to_ms(T0)
    )
    with store.begin() as connection:
        put_beat(connection, silent, now=at)
    assert health(store, now=at, feeds=(FEED,)).sources[0].state is FeedState.STALLED


def test_reference_ships_are_looked_for(store: Store) -> None:
    """Ships that were never heard show nothing: there is no habit to break."""
    polled(store, T0 + hours(30))
    strangers = FeedControl(name="feed", reference_mmsis=frozenset({1}))
    assert health(store, now=T0 + hours(30), feeds=(strangers,)).sources[0].state is FeedState.OK
