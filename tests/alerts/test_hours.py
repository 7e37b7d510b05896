"""Quiet hours and digests in real time zones, also where the clock is changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.hours import DigestTime, QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
"""Forward on 30 March 2025 at 01:00 UTC, back on 26 October 2025 at 01:00 UTC."""
NIGHT = QuietHours(zone=BERLIN, start=time(22), end=time(7))


def utc(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2025-01-10 20:59", None),
        ("2025-01-10 21:00", "2025-01-11 06:00"),
        ("2025-01-11 05:59", "2025-01-11 06:00"),
        ("2025-01-11 06:00", None),
        ("2025-07-10 20:00", "2025-07-11 05:00"),
        ("2025-03-29 21:00", "2025-03-30 05:00"),
        ("2025-10-25 20:00", "2025-10-26 06:00"),
    ],
)
def test_a_night_ends_at_the_hour_on_the_wall(now: str, until: str | None) -> None:
    """Seven o'clock is seven o'clock, whatever was done to the clock in between."""
    assert NIGHT.until(utc(now)) == (utc(until) if until else None)


@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        (time(1), time(2, 30), "2025-10-26 00:15", "2025-10-26 01:30"),
        (time(1), time(2, 30), "2025-10-26 01:15", "2025-10-26 01:30"),
        (time(2, 30), time(4), "2025-10-26 00:30", "2025-10-26 03:00"),
        (time(1), time(2, 30), "2025-03-30 01:15", "2025-03-30 01:30"),
    ],
)
def test_an_hour_that_comes_twice_or_never(start: time, end: time, now: str, until: str) -> None:
    """A quiet time begins at the first and ends at the second 2:30; a missing one is 3:30."""
    assert QuietHours(zone=BERLIN, start=start, end=end).until(utc(now)) == utc(until)


def test_quiet_days_are_those_on_which_it_begins() -> None:
    """A quiet Friday night reaches into Saturday morning; Thursday night is not quiet."""
    friday = QuietHours(zone=UTC, start=time(22), end=time(7), days=frozenset({4}))
    assert friday.until(utc("2025-01-11 06:00")) == utc("2025-01-11 07:00")
    assert friday.until(utc("2025-01-10 06:00")) is None


@given(
    minutes=st.integers(0, 2 * 366 * 24 * 60),
    zone=st.sampled_from(["Asia/Damascus", "Europe/Berlin", "America/St_Johns", "UTC"]),
    start=st.times(),
    end=st.times(),
)
@settings(max_examples=100, deadline=None)
def test_whatever_is_quiet_ends_later_and_within_a_day(
    minutes: int, zone: str, start: time, end: time
) -> None:
    """An end lies ahead, and no further away than the longest day has hours."""
    quiet = QuietHours(zone=ZoneInfo(zone), start=start, end=end)
    now = utc("2024-01-01") + timedelta(minutes=minutes)
    until = quiet.until(now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)


@pytest.mark.parametrize(
    ("digest", "after", "due"),
    [
        (DigestTime(zone=BERLIN, at=time(8)), "2025-01-10 06:59", "2025-01-10 07:00"),
        (DigestTime(zone=BERLIN, at=time(8)), "2025-01-10 07:00", "2025-01-11 07:00"),
        (DigestTime(zone=BERLIN, at=time(8)), "2025-03-29 08:00", "2025-03-30 06:00"),
        (DigestTime(zone=BERLIN, at=time(8), weekday=0), "2025-01-10 07:00", "2025-01-13 07:00"),
        (DigestTime(zone=BERLIN, at=time(8), weekday=0), "2025-01-13 07:00", "2025-01-20 07:00"),
    ],
)
def test_a_digest_is_due_at_its_hour(digest: DigestTime, after: str, due: str) -> None:
    """Daily or weekly, strictly after, by the clock on the wall."""
    assert digest.next_after(utc(after)) == utc(due)
