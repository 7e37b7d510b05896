"""Hours of the day in a named time zone: when to be quiet, and when a digest is due. Pure.

Where the clock is set forward, an hour that does not exist is taken by the offset before the
change (RFC 5545, section 3.3.5). Where it is set back, an hour that comes twice begins a quiet
time at its first and ends one at its second coming, so that a promised silence is kept whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A time of every day, or of some days of the week, in which nothing is said."""

    zone: tzinfo
    start: time
    end: time
    """Not later than `start`: of the next day."""
    days: frozenset[int] = frozenset(range(7))
    """Days on which it begins; Monday is 0."""

    def until(self, now: datetime) -> datetime | None:
        """Return when the quiet time around `now` ends, aware UTC; None where it is not quiet."""
        today = now.astimezone(self.zone).date()
        ends = []
        for begins in (today - _DAY, today):
            if begins.weekday() not in self.days:
                continue
            last_day = begins if self.start < self.end else begins + _DAY
            start = _instant(self.zone, begins, self.start)
            end = _instant(self.zone, last_day, self.end, last=True)
            if start <= now < end:
                ends.append(end)
        return max(ends, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestTime:
    """When a digest is sent: every day, or on one day of the week."""

    zone: tzinfo
    at: time
    weekday: int | None = None
    """Monday is 0; None for every day."""

    def next_after(self, instant: datetime) -> datetime:
        """Return the first time of a digest after `instant`, aware UTC."""
        day = instant.astimezone(self.zone).date()
        for ahead in range(-1, 9):
            that = day + ahead * _DAY
            due = _instant(self.zone, that, self.at)
            if due > instant and self.weekday in (None, that.weekday()):
                return due
        raise AssertionError("a week has every day")


def _instant(zone: tzinfo, day: date, at: time, *, last: bool = False) -> datetime:
    first = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    # In a gap the second reading lies before the first; where an hour comes twice, after it.
    second = datetime.combine(day, at.replace(fold=1), tzinfo=zone).astimezone(UTC)
    return max(first, second) if last else first
