"""Reception to answers: where others were heard, when a source gave nothing, how each one does.

A source is judged against its own habit. Where too little is known of that, the answer is that it
is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from monitor.domain.coverage import (
    HOUR_MS,
    Coverage,
    Heard,
    Ints,
    cell_bounds,
    cell_hours,
    coverage_from,
    hours_heard,
)
from monitor.domain.feed import (
    FeedLog,
    feeds_of,
    log_until,
)
from monitor.domain.positions import PositionColumns
from monitor.domain.window import span_ms, to_ms

_MINUTE_MS = 60_000
_BLOCK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCriteria:
    """When a source is silent, and when it says too little.

    Source: peers' stall watchdogs (10 minutes, 10 times the median spacing; less than 30 % of the
    usual ships of that hour of the week); the rest is our own, with its reason.
    """

    least: timedelta = timedelta(minutes=10)
    median_spacings: float = 10.0
    """Times the median time between two minutes in which something came."""
    tail_spacings: float = 3.0
    """Times the spacing that 99 of 100 keep to. A feed by satellite speaks in passes, and its
    median would call every pause between two an outage; of one that speaks at random, one pause
    in a million is this long."""
    known_spacings: int = 100
    """Fewer show no habit: the 99th percentile needs them."""
    window_spacings: int = 2_000
    """Spacings before a pause that make up the habit."""
    quiet_share: float = 0.3
    """Of the usual number of ships."""
    usual_weeks: int = 8
    """Weeks looked back on."""
    least_weeks: int = 3
    """A median of fewer is not usual yet."""
    control: timedelta = timedelta(hours=2)
    """Reference ships or a control box not heard in so many full hours are silent."""
    control_share: float = 0.5
    """If they had been heard in this share of the hours of the week before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A pause in which a source gave nothing, longer than its habit explains."""

    feed: str
    last_ms: int
    """Start of the last minute in which something came."""
    next_ms: int | None
    """Start of the next one; None while it lasts."""
    usual_ms: int
    """Median spacing before it."""
    allowed_ms: int
    """Longest pause its habit explains."""

    @property
    def is_open(self) -> bool:
        """Whether it lasts."""
        return self.next_ms is None


def coverage_of(positions: PositionColumns) -> Coverage:
    """Return where and when others were heard, worked out from all positions, any order."""
    names, feed = feeds_of(positions)
    cells = cell_hours(positions, feed)
    return coverage_from(cells, hours_heard(cells), feeds=names)


def feed_logs(positions: PositionColumns) -> tuple[FeedLog, ...]:
    """Return when each source gave anything, worked out from all positions, any order."""
    names, feed = feeds_of(positions)
    logs = []
    for index, name in enumerate(names):
        own = feed == index
        received = positions.received_ms[own]
        pairs = np.unique(np.stack([received // HOUR_MS, positions.mmsi[own]]), axis=1)
        hours, vessels = np.unique(pairs[0], return_counts=True)
        minutes = np.unique(received // _MINUTE_MS)
        logs.append(
            FeedLog(name=name, minutes=minutes, hours=hours, vessels=vessels.astype(np.int64))
        )
    return tuple(logs)


def outages_in(log: FeedLog, *, as_of: datetime, criteria: FeedCriteria) -> tuple[Outage, ...]:
    """Find every pause of a source longer than its habit before it explains, the last one open.

    The habit is taken once for every hundred spacings, so that a long history is quickly read.
    """
    as_of_ms = to_ms(as_of)
    minutes = log.minutes[: np.searchsorted(log.minutes, as_of_ms // _MINUTE_MS, side="right")]
    steps = np.diff(minutes)
    least_ms, known = span_ms(criteria.least), criteria.known_spacings
    # Few pauses are long enough to be looked at; the last one lasts.
    long = known + np.flatnonzero(steps[known:] * _MINUTE_MS > least_ms)
    if len(minutes) > known and as_of_ms - int(minutes[-1]) * _MINUTE_MS > least_ms:
        long = np.r_[long, len(minutes) - 1]
    found, habits = [], {}
    for i in long.tolist():
        block = max(int(i) // _BLOCK * _BLOCK, known)
        if block not in habits:
            habits[block] = _habit(
                steps[max(block - criteria.window_spacings, 0) : block] * _MINUTE_MS
            )
        usual, tail = habits[block]
        allowed = max(
            least_ms, int(criteria.median_spacings * usual), int(criteria.tail_spacings * tail)
        )
        last = int(i) == len(minutes) - 1
        begun = int(minutes[i]) * _MINUTE_MS
        over = None if last else int(minutes[i + 1]) * _MINUTE_MS
        if (as_of_ms if over is None else over) - begun > allowed:
            found.append(
                Outage(
                    feed=log.name,
                    last_ms=begun,
                    next_ms=over,
                    usual_ms=usual,
                    allowed_ms=allowed,
                )
            )
    return tuple(found)


def _habit(spacing: Ints) -> tuple[int, int]:
    """Return the median spacing and the one that 99 of 100 keep to."""
    median, tail = np.percentile(spacing, [50, 99])
    return int(median), int(tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellHeard:
    """How well one cell of the reception map was heard over some span."""

    cell: int
    hours: int
    """Hours in which anything was received in it."""
    minutes: int
    """Minutes of those in which something was received, by the source that heard most."""
    vessels: int
    """Distinct MMSIs received in it."""
    feeds: tuple[str, ...]
    """Who heard it, ordered."""


def reception_features(cells: Iterable[CellHeard]) -> list[dict[str, Any]]:
    """Return cells as GeoJSON features: polygons in OGC:CRS84, ordered as given."""
    features = []
    for c in cells:
        west, south, east, north = cell_bounds(c.cell)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "id": c.cell,
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {
                    "hours_heard": c.hours,
                    "minutes_heard": c.minutes,
                    "vessels": c.vessels,
                    "sources": list(c.feeds),
                },
            }
        )
    return features


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Everything that is known of how we listened, as of one instant."""

    coverage: Coverage
    logs: tuple[FeedLog, ...]
    outages: tuple[Outage, ...]
    """Of every source, ordered by source and time."""

    def is_down(self, feeds: Iterable[str]) -> bool:
        """Return whether all of these sources are silent now."""
        silent = {o.feed for o in self.outages if o.is_open}
        names = set(feeds)
        return bool(names) and names <= silent

    def lost_ms(self, feeds: Iterable[str], start_ms: int, end_ms: int) -> int:
        """Return for how long of [start, end) all of these sources were silent at once."""
        names, edges = set(feeds), []
        for o in (o for o in self.outages if o.feed in names):
            begun, over = max(o.last_ms, start_ms), min(o.next_ms or end_ms, end_ms)
            if begun < over:
                edges += [(begun, 1), (over, -1)]
        lost, silent, since = 0, 0, start_ms
        for at, step in sorted(edges):
            lost += (at - since) * (silent == len(names))
            silent, since = silent + step, at
        return lost

    def next_received_ms(self, feeds: Iterable[str], at_ms: int) -> int | None:
        """Return when one of these sources first gave something at or after an instant.

        To the minute: within the minute of `at_ms` it is `at_ms` itself.
        """
        names, minute = set(feeds), at_ms // _MINUTE_MS
        found = []
        for log in (log for log in self.logs if log.name in names):
            row = int(np.searchsorted(log.minutes, minute))
            found += log.minutes[row : row + 1].tolist()
        return max(min(found) * _MINUTE_MS, at_ms) if found else None

    def heard_since(self, feed: str, start_ms: int, end_ms: int) -> bool:
        """Return whether a source gave anything in [start, end], to the minute."""
        first, last = start_ms // _MINUTE_MS, end_ms // _MINUTE_MS
        return any(
            bool(np.any((log.minutes >= first) & (log.minutes <= last)))
            for log in self.logs
            if log.name == feed
        )

    def worked_between(self, feed: str, start_ms: int, end_ms: int) -> Heard:
        """Return in how many hours of [start, end) a source gave anything at all."""
        first, last = start_ms // HOUR_MS, -(-end_ms // HOUR_MS)
        last = max(last, first + 1)
        low, high = 0, 0
        for log in (log for log in self.logs if log.name == feed):
            low, high = np.searchsorted(log.hours, [first, last]).tolist()
        return Heard(fed=high - low, hours=last - first, feeds=(feed,))


def listening_to(
    coverage: Coverage, logs: Iterable[FeedLog], *, as_of: datetime, criteria: FeedCriteria
) -> Listening:
    """Return how we listened up to `as_of`."""
    known = tuple(sorted((log_until(log, as_of) for log in logs), key=lambda log: log.name))
    outages = [o for log in known for o in outages_in(log, as_of=as_of, criteria=criteria)]
    return Listening(coverage=coverage, logs=known, outages=tuple(outages))
