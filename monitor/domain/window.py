"""Instants, spans and uncertain edges. All instants are aware UTC; in columns they are integer
milliseconds since 1970-01-01T00:00Z (`…_ms`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Return `at` (aware) as integer milliseconds since the epoch, rounded down."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone; give it one, e.g. UTC")
    return span_ms(at - _EPOCH)


def span_ms(span: timedelta) -> int:
    """Return a span as integer milliseconds, rounded down."""
    return span // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """Return the aware UTC instant `ms` milliseconds after the epoch."""
    return _EPOCH + timedelta(milliseconds=int(ms))


def utc_text(at: datetime) -> str:
    """Return `at` as `2025-01-21T17:35:00Z`; fractions of a second are dropped (rounded down)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_utc(text: str) -> datetime:
    """Parse an ISO 8601 instant or date; a missing zone is read as UTC.

    Raises:
        ValueError: The text is not an ISO 8601 instant.
    """
    at = datetime.fromisoformat(text.strip())
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """The span [start, end): `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a time window needs aware instants")
        if self.end < self.start:
            raise ValueError(f"window ends ({self.end}) before it starts ({self.start})")

    def contains(self, at: datetime) -> bool:
        """Return whether `at` lies in [start, end)."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """When something began or ended, as far as it was seen: somewhere in [earliest, latest]."""

    earliest: datetime | None
    """Last evidence of the state before; None if there was none."""
    latest: datetime | None
    """First evidence of the state after; None if there is none yet."""
    observed: bool
    """True where both sides were seen close enough together to call the change watched;
    False where it was inferred across a gap or an open side."""

    def __post_init__(self) -> None:
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValueError(f"edge ends ({self.latest}) before it starts ({self.earliest})")


OPEN_EDGE = Edge(earliest=None, latest=None, observed=False)
