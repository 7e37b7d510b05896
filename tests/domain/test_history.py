from __future__ import annotations

import random

import pytest

from monitor.domain.history import History, HistoryCriteria, history_of

HOUR = 3_600_000


def the_history(*reports: tuple[str, float], source: str = "feed") -> History[str]:
    """Return the history of (value, hour) reports, shuffled."""
    shuffled = [(value, int(hour * HOUR), source) for value, hour in reports]
    random.Random(4).shuffle(shuffled)
    return history_of(shuffled, criteria=HistoryCriteria())


def spans(history: History[str]) -> list[tuple[str, float, float, int]]:
    """Return what counts as (value, first hour, last hour, reports)."""
    return [(s.value, s.first_ms / HOUR, s.last_ms / HOUR, s.reports) for s in history.said]


@pytest.mark.parametrize(
    ("hours", "counts"),
    [((10, 10.5, 11), True), ((10, 10.5, 10.99), False), ((10, 11), False), ((10, 10, 11), False)],
)
def test_a_change_is_said_three_times_over_an_hour(hours: tuple[float, ...], counts: bool) -> None:
    """Fewer reports, or three in less than an hour, change nothing; one instant counts once."""
    old = [("A", h) for h in range(5)]
    history = the_history(*old, *(("B", h) for h in hours))
    assert ("B" in [s.value for s in history.said]) is counts
    assert ("B" in [s.value for s in history.ignored]) is not counts


def test_values_one_after_the_other_do_not_overlap() -> None:
    """A rename, and the name taken back, are three spans."""
    history = the_history(
        *(("A", h) for h in (0, 1, 2)),
        *(("B", h) for h in (3, 4, 5)),
        *(("A", h) for h in (6, 7, 8)),
    )
    assert spans(history) == [("A", 0, 2, 3), ("B", 3, 5, 3), ("A", 6, 8, 3)]
    assert not history.said[0].overlaps(history.said[1])


def test_values_said_in_turn_overlap() -> None:
    """Two feeds that disagree all day give two spans over the same time."""
    history = the_history(*(("A", h) for h in range(9)), *(("B", h + 0.1) for h in range(9)))
    assert spans(history) == [("A", 0, 8, 9), ("B", 0.1, 8.1, 9)]
    assert history.said[0].overlaps(history.said[1])


def test_a_late_stray_does_not_stretch_a_value() -> None:
    """One old name years later is ignored and listed, and the old span ends where it ended."""
    history = the_history(
        *(("A", h) for h in (0, 1, 2)), *(("B", h) for h in range(10, 20)), ("A", 15.5)
    )
    assert spans(history) == [("A", 0, 2, 3), ("B", 10, 19, 10)]
    assert [(s.value, s.reports) for s in history.ignored] == [("A", 1)]


def test_where_nothing_held_the_most_told_stands() -> None:
    """Two reports against one; with one each the later; and it says that it never held."""
    history = the_history(("A", 0), ("A", 1), ("B", 2))
    assert [(s.value, s.held_ms) for s in history.said] == [("A", None)]
    assert [s.value for s in the_history(("A", 0), ("B", 2)).said] == ["B"]


@pytest.mark.parametrize(("hour", "value"), [(-1, "A"), (0, "A"), (2.5, "A"), (3, "B"), (99, "B")])
def test_what_held_at_an_instant(hour: float, value: str) -> None:
    """Between two spans the last one before holds; before all of them, the first."""
    history = the_history(*(("A", h) for h in (0, 1, 2)), *(("B", h) for h in (3, 4, 5)))
    said = history.at(int(hour * HOUR))
    assert said is not None
    assert said.value == value


def test_a_value_counts_from_the_report_that_made_it_enough() -> None:
    """The third report, or the first an hour after the beginning, whichever is later."""
    assert the_history(("A", 0), ("A", 0.2), ("A", 0.4), ("A", 1.5)).said[0].held_ms == 1.5 * HOUR
    assert the_history(("A", 0), ("A", 2), ("A", 3)).said[0].held_ms == 3 * HOUR


def test_a_thin_feed_counts_beside_a_loud_one() -> None:
    """Four reports a day against one each hour: both values hold, over the same time."""
    history = the_history(*(("A", h) for h in (0, 6, 12, 18)), *(("B", h + 0.5) for h in range(20)))
    assert {s.value for s in history.said} == {"A", "B"}
    a, b = (next(s for s in history.said if s.value == v) for v in "AB")
    assert (a.reports, b.reports) == (4, 20)
    assert a.overlaps(b)
