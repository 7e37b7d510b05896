"""What was said of a ship, over time: values that held, and reports that stand alone.

Nothing here knows what the values mean. The answer is the same for reports in any order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any, Generic, TypeVar

from monitor.domain.window import span_ms

V = TypeVar("V", bound=int | str | tuple[int, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryCriteria:
    """How often a value must be said before it counts as a change.

    Source: the project's event table (`corrupted single reports ignored`): three reports over an
    hour. Static messages are sent every six minutes, so a bit error cannot repeat so long.
    """

    min_reports: int = 3
    min_span: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Generic[V]):
    """One value as it was reported, without a held other value in between."""

    value: V
    first_ms: int
    last_ms: int
    reports: int
    """Reports kept; a store that merges repeats has heard at least so many."""
    held_ms: int | None
    """When it had been said often and long enough to count; None if it never was."""
    sources: tuple[str, ...] = ()
    """Feeds or files that said so, ordered."""

    def overlaps(self, other: Said[V]) -> bool:
        """Return whether both were said in the same span of time."""
        return self.first_ms <= other.last_ms and other.first_ms <= self.last_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Generic[V]):
    """The values of one attribute of one ship, by when they began."""

    said: tuple[Said[V], ...] = ()
    """What counts. Where nothing ever held, the one value most often reported."""
    ignored: tuple[Said[V], ...] = ()
    """Reported too seldom to count: corrupted reports, and changes not yet confirmed."""

    def at(self, at_ms: int) -> Said[V] | None:
        """Return what held at an instant: else what held last before it, else first after it."""
        if len(self.said) < 2:
            return self.said[0] if self.said else None
        during = [s for s in self.said if s.first_ms <= at_ms <= s.last_ms]
        if during:
            return max(during, key=lambda s: (s.reports, s.last_ms))
        before = [s for s in self.said if s.last_ms < at_ms]
        if before:
            return max(before, key=lambda s: (s.last_ms, s.reports))
        return self.said[0]


@dataclass(slots=True)
class _Told:
    """All reports of one value."""

    times: list[int] = field(default_factory=list)
    sources: dict[int, set[str]] = field(default_factory=dict)
    """By time; reports of one instant count once, from however many feeds."""


def history_of(reports: Iterable[tuple[V, int, str]], *, criteria: HistoryCriteria) -> History[V]:
    """Sort reports of one attribute into values that held, each with its spans, and the others.

    Args:
        reports: (value, milliseconds since the epoch, source), in any order.
        criteria: When a value counts.

    Returns:
        A value is one span unless another value held entirely between two of its reports. So
        values said in turn overlap, and values said one after the other do not. What does not
        count is told apart by value and span too.
    """
    told: dict[V, _Told] = {}
    for value, at_ms, source in reports:
        told.setdefault(value, _Told()).sources.setdefault(at_ms, set()).add(source)
    for one in told.values():
        one.times = sorted(one.sources)
    if len(told) == 1:  # nearly always: nothing contradicts it
        ((value, one),) = told.items()
        return History(said=(_said(value, one, one.times, criteria),))
    spans = [s for value in told for s in _spans(value, told, criteria)]
    said = [s for s in spans if s.held_ms is not None]
    if not said and spans:
        # Nothing to prefer but numbers: ties go to the latest, then to the smaller value.
        value = _most_told(told)
        said = [s for s in spans if s.value == value]
    counted = {id(s) for s in said}
    return History(
        said=tuple(sorted(said, key=_order)),
        ignored=tuple(sorted((s for s in spans if id(s) not in counted), key=_order)),
    )


def _order(said: Said[Any]) -> tuple[Any, ...]:
    return said.first_ms, said.last_ms, said.value


def _most_told(told: Mapping[V, _Told]) -> V:
    scores = {value: (len(one.times), one.times[-1]) for value, one in told.items()}
    best = max(scores.values())
    return min(value for value, score in scores.items() if score == best)


def _spans(value: V, told: Mapping[V, _Told], criteria: HistoryCriteria) -> list[Said[V]]:
    """Return the spans of one value; pieces too short to hold are one span if they do together.

    So a feed heard now and then counts beside one that speaks all day and contradicts it.
    """
    own = told[value]
    others = [one.times for other, one in told.items() if other != value]
    cuts = [0, *_cuts(own.times, others, criteria), len(own.times)]
    pieces = [own.times[a:b] for a, b in pairwise(cuts)]
    short = [piece for piece in pieces if _held_ms(piece, criteria) is None]
    pool = [t for piece in short for t in piece]
    if _held_ms(pool, criteria) is not None:
        pieces = [*(p for p in pieces if p not in short), pool]
    return [_said(value, own, piece, criteria) for piece in pieces]


def _cuts(times: list[int], others: list[list[int]], criteria: HistoryCriteria) -> list[int]:
    """Return where another value held between two reports."""
    if not others:
        return []
    long_enough = span_ms(criteria.min_span)
    return [
        i
        for i in range(1, len(times))
        if times[i] - times[i - 1] >= long_enough
        and any(_held_between(times[i - 1], times[i], o, criteria) for o in others)
    ]


def _held_between(a: int, b: int, times: list[int], criteria: HistoryCriteria) -> bool:
    first, end = bisect_right(times, a), bisect_left(times, b)
    return _held_ms(times[first:end], criteria) is not None


def _held_ms(times: list[int], criteria: HistoryCriteria) -> int | None:
    """Return the first report by which there were enough, over long enough."""
    if len(times) < criteria.min_reports:
        return None
    i = bisect_left(times, times[0] + span_ms(criteria.min_span))
    i = max(i, criteria.min_reports - 1)
    return times[i] if i < len(times) else None


def _said(value: V, told: _Told, times: list[int], criteria: HistoryCriteria) -> Said[V]:
    return Said(
        value=value,
        first_ms=times[0],
        last_ms=times[-1],
        reports=len(times),
        held_ms=_held_ms(times, criteria),
        sources=tuple(sorted({s for t in times for s in told.sources[t] if s})),
    )
