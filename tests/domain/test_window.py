from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.domain.window import Edge, TimeWindow, from_ms, parse_utc, to_ms, utc_text
from tests.builders import T0, hours


def test_milliseconds_there_and_back() -> None:
    """An instant survives the trip through integer milliseconds, rounded down."""
    at = datetime(2025, 1, 21, 17, 35, 0, 999_999, tzinfo=UTC)
    assert from_ms(to_ms(at)) == at.replace(microsecond=999_000)
    assert to_ms(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) == -1000


def test_an_instant_without_a_zone_is_refused() -> None:
    """Nobody guesses what zone a naive instant was meant in."""
    with pytest.raises(ValueError, match="time zone"):
        to_ms(datetime(2025, 1, 1))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    ("text", "want"),
    [("2025-01-21", "2025-01-21T00:00:00Z"), ("2025-01-21T17:35Z", "2025-01-21T17:35:00Z"),
     ("2025-01-21T20:35:00+03:00", "2025-01-21T17:35:00Z")],
)  # fmt: skip
def test_iso_texts_are_read_as_utc(text: str, want: str) -> None:
    """A missing zone is UTC, another one is converted."""
    assert utc_text(parse_utc(text)) == want


def test_local_instants_are_written_in_utc() -> None:
    """Output is UTC whatever zone an instant carries."""
    assert utc_text(T0.astimezone(timezone(timedelta(hours=3)))) == "2025-01-10T00:00:00Z"


def test_a_window_holds_its_start_and_not_its_end() -> None:
    """[start, end): one instant belongs to one window."""
    window = TimeWindow(start=T0, end=T0 + hours(1))
    assert window.contains(T0)
    assert not window.contains(T0 + hours(1))
    with pytest.raises(ValueError, match="before it starts"):
        TimeWindow(start=T0, end=T0 - hours(1))


def test_an_edge_cannot_end_before_it_starts() -> None:
    """An impossible edge does not exist."""
    with pytest.raises(ValueError, match="before it starts"):
        Edge(earliest=T0 + hours(1), latest=T0, observed=True)
