"""The time of lines without a stamp, by the block: the fast twin of `dating.UndatedMessages`.

Rows wait as columns for the next line that knows the time; between two such lines they are dated
by arithmetic on whole arrays, and walked one by one only where a log does not say enough.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.sources.ais.clean import refined_ms
from monitor.sources.ais.nmea.armour import Ints
from monitor.sources.ais.nmea.dating import MAX_GAP_MS, MAX_HELD, STAMP_REACH, Anchor
from monitor.sources.ais.nmea.marks import NO_TIME
from monitor.sources.ais.nmea.payload_columns import ROW, Rows

Flags = npt.NDArray[np.bool_]


class Anchors(NamedTuple):
    """Lines whose time is known, in the order in which it became known; arrays of shape (n,)."""

    known_at: Ints
    """Place of the line at which the time became known: its own or a later one."""
    place: Ints
    """Ascending."""
    ms: Ints
    stamped: Flags
    """Whether the line has a stamp; a base station told the time where not."""

    def span(self, start: int, end: int | None = None) -> Anchors:
        """Return some that follow one another."""
        part = slice(start, end)
        return Anchors(self.known_at[part], self.place[part], self.ms[part], self.stamped[part])


class DatedRows(NamedTuple):
    """Rows of which all that can be known about their time is known."""

    rows: Rows
    at_ms: Ints
    """`NO_TIME` where nothing tells."""
    by_stamp: Flags
    """Whether a stamp of another line dated it."""


def refined(at_ms: Ints, second: Ints) -> Ints:
    """Do as `refined_ms`, by column; -1 stands for no second."""
    at_s = at_ms // 1000
    moved = (at_s + (second - at_s % 60 + 30) % 60 - 30) * 1000
    return np.where(second >= 0, moved, at_ms)


class UndatedRows:
    """Rows without a receive stamp, in the order of the log, waiting for an anchor."""

    def __init__(self, start_ms: int | None = None) -> None:
        self._held = np.zeros(0, ROW)
        # A time given by the user stands for a line before the first.
        self._anchor = None if start_ms is None else Anchor(0, start_ms, sys.maxsize)
        self._given = start_ms is not None

    def date(self, rows: Rows, anchors: Anchors) -> Iterator[DatedRows]:
        """Take the rows and anchors of some more lines; yields what can be dated now.

        Args:
            rows: By place.
            anchors: What became known in these lines; no row stands on the line of one.
        """
        held = np.concatenate([self._held, rows]) if len(self._held) else rows
        while (overflow := _first_overflow(held["place"], anchors)) is not None:
            count, heard = overflow
            waiting = yield from self._learn(held[:count], anchors.span(0, heard))
            cut = MAX_HELD // 2
            yield self._onwards(waiting[:cut])
            held, anchors = np.concatenate([waiting[cut:], held[count:]]), anchors.span(heard)
        waiting = yield from self._learn(held, anchors)
        self._held = waiting.copy()  # a view would keep the whole block

    def finish(self) -> DatedRows:
        """Return what still waits at the end of the log."""
        held, self._held = self._held, self._held[:0]
        return self._onwards(held)

    def _learn(self, held: Rows, anchors: Anchors) -> Generator[DatedRows, None, Rows]:
        """Date the rows before each anchor; returns those behind the last."""
        if not len(anchors.ms):
            return held
        first = self._anchor
        spans = np.searchsorted(anchors.place, held["place"])
        beyond = int(np.searchsorted(spans, len(anchors.ms)))
        span, now = spans[:beyond], held[:beyond]
        before_ms = np.concatenate([[first.at_ms if first else 0], anchors.ms[:-1]])
        before_at = np.concatenate([[first.place if first else 0], anchors.place[:-1]])
        apart = anchors.ms - before_ms
        even = (apart >= 0) & (apart <= MAX_GAP_MS)
        even[0] &= first is not None and not self._given
        rate = apart / np.maximum(1, anchors.place - before_at)
        guess = before_ms[span] + np.rint(rate[span] * (now["place"] - before_at[span])).astype(int)
        at_ms = refined(guess, now["second"].astype(np.int64))
        for k in np.unique(span[~even[span]]).tolist():
            low, high = np.searchsorted(span, [k, k + 1]).tolist()
            if k:
                self._anchor, self._given = _anchor(anchors, k - 1), False
            at_ms[low:high] = self._uneven(now[low:high], _anchor(anchors, k))
        self._anchor, self._given = _anchor(anchors, -1), False
        if beyond:
            yield DatedRows(now, at_ms, anchors.stamped[span])
        return held[beyond:]

    def _uneven(self, rows: Rows, anchor: Anchor) -> Ints:
        """Date rows before an anchor that does not follow evenly from the one before."""
        if self._anchor is not None and not self._given:
            return self._walked(rows)
        # What the log itself says overrules the user, backwards too.
        far = int(np.count_nonzero(anchor.place - rows["place"] > anchor.reach))
        return np.concatenate([self._walked(rows[:far]), _backwards(rows[far:], anchor.at_ms)])

    def _onwards(self, rows: Rows) -> DatedRows:
        return DatedRows(rows, self._walked(rows), np.zeros(len(rows), np.bool_))

    def _walked(self, rows: Rows) -> Ints:
        """Go forward from the anchor by the rows' own seconds; time does not run back."""
        if self._anchor is None or not len(rows):
            return np.full(len(rows), NO_TIME)
        place, now_ms, reach = self._anchor
        last = int(rows["place"][-1])
        near = rows["second"]
        if last - place > reach:
            near = near[: np.searchsorted(rows["place"], place + reach, "right")]
        at_ms: list[int] = []
        for second in near.tolist():
            # `refined_ms`, written out: logs without a stamp and a station end up here whole.
            if second < 0:
                at_ms.append(now_ms)
                continue
            at_s = now_ms // 1000
            one = (at_s + (second - at_s % 60 + 30) % 60 - 30) * 1000
            at_ms.append(one)
            if one > now_ms:
                now_ms = one
        self._anchor = Anchor(last, now_ms, max(0, reach - (last - place)))
        return np.array(at_ms + [NO_TIME] * (len(rows) - len(at_ms)), np.int64)


def _anchor(anchors: Anchors, k: int) -> Anchor:
    reach = STAMP_REACH if anchors.stamped[k] else sys.maxsize
    return Anchor(int(anchors.place[k]), int(anchors.ms[k]), reach)


def _first_overflow(place: Ints, anchors: Anchors) -> tuple[int, int] | None:
    """Return how many rows stand up to the first that is too many, and anchors known before it."""
    if len(place) <= MAX_HELD:
        return None
    heard = np.searchsorted(anchors.known_at, place)
    known_to = np.concatenate([[-1], anchors.place])[heard]
    waiting = np.arange(1, len(place) + 1) - np.searchsorted(place, known_to, "right")
    over = np.flatnonzero(waiting > MAX_HELD)
    return (int(over[0]) + 1, int(heard[over[0]])) if len(over) else None


def _backwards(rows: Rows, now_ms: int) -> Ints:
    """Go from the first anchor back to the beginning of the log, by the rows' own seconds."""
    at_ms = np.zeros(len(rows), np.int64)
    for i, second in zip(range(len(rows) - 1, -1, -1), rows["second"][::-1].tolist(), strict=True):
        at_ms[i] = one = refined_ms(now_ms, second)
        now_ms = min(now_ms, one)
    return at_ms
