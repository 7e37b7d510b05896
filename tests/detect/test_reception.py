from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from monitor.detect.reception import (
    CellHeard,
    FeedCriteria,
    Outage,
    coverage_of,
    feed_logs,
    listening_to,
    outages_in,
    reception_features,
)
from monitor.domain.coverage import cell_of
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.window import to_ms
from tests.builders import OTHER, SEA, SPARTA, T0, a_track, hours
from tests.detect.listening import FAR_SEA, a_feed

CRITERIA = FeedCriteria()


def outages(rows: PositionColumns, *, as_of_h: float) -> tuple[Outage, ...]:
    """Return the outages of the one source in `rows`."""
    (log,) = feed_logs(rows)
    return outages_in(log, as_of=T0 + hours(as_of_h), criteria=CRITERIA)


@pytest.mark.parametrize(("pause_min", "found"), [(50, 0), (51, 1)])
def test_a_source_is_silent_beyond_ten_of_its_spacings(pause_min: float, found: int) -> None:
    """A report every five minutes makes fifty minutes the longest pause that is usual."""
    rows = a_feed(24, every_min=5)
    last_h = 24 - 5 / 60
    pauses = outages(rows, as_of_h=last_h + pause_min / 60)
    assert len(pauses) == found
    assert all(o.is_open and o.last_ms == to_ms(T0 + hours(last_h)) for o in pauses)


@pytest.mark.parametrize(("pause_min", "found"), [(10, 0), (11, 1)])
def test_a_busy_source_is_silent_after_ten_minutes(pause_min: float, found: int) -> None:
    """However dense a source, ten minutes are allowed."""
    rows = a_feed(12, every_min=0.5)
    # The last report falls into the minute that begins a minute before the end.
    assert len(outages(rows, as_of_h=12 - 1 / 60 + pause_min / 60)) == found


@pytest.mark.parametrize(("spacings", "found"), [(100, 0), (101, 1)])
def test_a_habit_takes_a_hundred_spacings(spacings: int, found: int) -> None:
    """Of a source that has just begun it is not known what is usual."""
    rows = a_feed((spacings - 1) * 5 / 60 + 0.001, every_min=5)
    assert len(rows) == spacings
    assert len(outages(rows, as_of_h=100)) == found


def test_pauses_between_satellite_passes_are_usual() -> None:
    """A source that speaks for ten minutes in a hundred is not silent between."""
    passes = concat([a_feed(h + 1 / 6, from_h=h, every_min=1) for h in np.arange(0, 60, 5 / 3)])
    assert not outages(passes, as_of_h=60)
    assert len(outages(passes, as_of_h=66)) == 1


def test_an_outage_keeps_its_start_when_it_ends() -> None:
    """Open and closed are the same outage."""
    (lasting,) = outages(a_feed(24), as_of_h=30)
    (ended,) = outages(a_feed(40, (24, 30)), as_of_h=40)
    assert lasting.last_ms == ended.last_ms
    assert lasting.allowed_ms == ended.allowed_ms
    assert ended.next_ms == to_ms(T0 + hours(30))


def test_order_does_not_matter() -> None:
    """Logs and coverage are the same whatever order positions come in, repeats included."""
    rows = concat([a_feed(30, (10, 14)), a_feed(30, source="second:part", place=FAR_SEA)])
    mixed = concat([rows, rows]).take(np.random.default_rng(3).permutation(2 * len(rows)))
    for one, two in zip(feed_logs(rows), feed_logs(mixed), strict=True):
        assert one.name == two.name
        for name in ("minutes", "hours", "vessels"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    one, two = coverage_of(rows), coverage_of(mixed)
    assert one.feeds == two.feeds == ("feed", "second")
    for name in ("cell", "hour", "feed", "low_mmsi", "high_mmsi"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_coverage_speaks_of_others() -> None:
    """An hour in which only the ship itself was heard does not show that the feed worked."""
    rows = concat([a_track((0, SEA, 1), (1, SEA, 1)), a_track((1.5, SEA, 1), mmsi=OTHER)])
    coverage = coverage_of(rows)
    assert coverage.fed_between(T0, T0 + hours(2), except_mmsi=SPARTA) == (1, 2)
    assert coverage.fed_between(T0, T0 + hours(2)) == (2, 2)


def test_coverage_near_is_not_coverage_elsewhere() -> None:
    """Ships heard far away show that the feed worked, not that this water was covered."""
    coverage = coverage_of(a_feed(5, place=FAR_SEA))
    start, end = to_ms(T0), to_ms(T0 + hours(5))
    assert coverage.near_between(*SEA, start, end).fed == 0
    assert coverage.near_between(*FAR_SEA, start, end).fed == 5
    assert coverage.near_between(*FAR_SEA, start, end).feeds == ("feed",)
    assert coverage.fed_between(T0, T0 + hours(5)) == (5, 5)


def test_time_is_lost_only_while_all_sources_are_silent() -> None:
    """What one source does not hear another may."""
    rows = concat([a_feed(60, (30, 40)), a_feed(60, (35, 45), source="second")])
    heard = listening_to(
        coverage_of(rows), feed_logs(rows), as_of=T0 + hours(60), criteria=CRITERIA
    )
    start, end = to_ms(T0), to_ms(T0 + hours(60))
    both = heard.lost_ms(("feed", "second"), start, end)
    assert both == pytest.approx(5 * 3_600_000, abs=10 * 60_000)
    assert heard.lost_ms(("feed",), start, end) == pytest.approx(10 * 3_600_000, abs=600_000)


def test_what_was_received_later_is_not_known_yet() -> None:
    """As of an instant, later minutes of a source are no evidence."""
    rows = a_feed(60)
    heard = listening_to(coverage_of(rows), feed_logs(rows), as_of=T0 + hours(3), criteria=CRITERIA)
    assert heard.next_received_ms(("feed",), to_ms(T0 + hours(4))) is None
    assert heard.next_received_ms(("feed",), to_ms(T0 + hours(2))) == to_ms(T0 + hours(2))


def test_cells_are_drawn_as_geojson() -> None:
    """Each cell is a closed polygon in lon/lat with what was heard in it."""
    cell = CellHeard(cell=int(cell_of(35.8, 34.9)), hours=3, minutes=9, vessels=2, feeds=("feed",))
    (feature,) = reception_features([cell])
    ring = feature["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1] == [35.75, 34.75]
    assert len(ring) == 5
    assert feature["properties"] == {
        "hours_heard": 3, "minutes_heard": 9, "vessels": 2, "sources": ["feed"],
    }  # fmt: skip


def test_ten_minutes_are_the_least() -> None:
    """The watchdog's least pause is the published one."""
    assert CRITERIA.least == timedelta(minutes=10)
