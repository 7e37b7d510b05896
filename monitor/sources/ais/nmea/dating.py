"""What time is it in a log that does not say? AIS sends the second of the minute and no more.

Base stations (types 4 and 11) send full UTC. Messages without a receive stamp are held back
until the next line that knows the time and are then placed between the two by their place in
the log. Where nothing in the log knows, a starting time given by the user is walked forward by
the messages' own seconds; failing that too, they stay undated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.sources.ais.clean import refined_ms
from monitor.sources.ais.nmea.payload import Message

MAX_HELD = 50_000
"""Messages held back at most; beyond, the oldest are dated by what is known so far."""
MAX_GAP_MS = 10 * 60_000
"""Longest span between two base-station reports across which time is taken to flow evenly."""
MAX_LEAP_MS = 24 * 3_600_000
"""Longest silence after which a station already trusted is believed at once."""
STAMP_REACH = 100
"""Lines from a stamped line within which a line without a stamp is dated by it alone."""
SLACK_MS = 10_000
"""How far two honest base stations may disagree (reports are relayed and queued)."""
RIVALS_NEEDED = 5
"""Reports in a row that must agree with one another to overrule what was believed before."""


@dataclass(slots=True)
class BaseStationClock:
    """Believes base stations that agree; a single wrong one changes nothing."""

    _now_ms: int | None = None
    _trusted: set[int] = field(default_factory=set)
    _rivals: list[tuple[int, int, int]] = field(default_factory=list)

    def believe(self, ms: int) -> None:
        """Take a receive stamp, which is always believed."""
        self._now_ms, self._rivals = ms, []

    def hear(self, ms: int, mmsi: int, place: int) -> list[tuple[int, int]] | None:
        """Weigh a station's report, the `place`-th line of the log.

        Returns:
            (place, time) pairs now believed, oldest first: more than one where earlier reports
            became credible; empty while undecided; None if the report contradicts the others.
        """
        if self._now_ms is not None and self._agrees(ms, mmsi, self._now_ms):
            self._trusted.add(mmsi)
            self._now_ms, self._rivals = max(ms, self._now_ms), []
            return [(place, ms)]
        if self._rivals and not _follows(ms, self._rivals[-1][1]):
            self._rivals = []
        self._rivals.append((place, ms, mmsi))
        if len(self._rivals) >= (2 if self._now_ms is None else RIVALS_NEEDED):
            return self.settle()
        return [] if self._now_ms is None else None

    def settle(self) -> list[tuple[int, int]]:
        """Believe the reports still undecided: nothing speaks against them."""
        told = [(place, ms) for place, ms, _ in self._rivals]
        if told:
            self._trusted = {mmsi for _, _, mmsi in self._rivals}
            self._now_ms, self._rivals = told[-1][1], []
        return told

    def finish(self) -> list[tuple[int, int]]:
        """Return what is believed at the end of the log: a lone report, if it is all there is."""
        return self.settle() if self._now_ms is None else []

    def _agrees(self, ms: int, mmsi: int, now_ms: int) -> bool:
        leap = MAX_LEAP_MS if mmsi in self._trusted else MAX_GAP_MS
        return -SLACK_MS <= ms - now_ms <= leap


def _follows(ms: int, before_ms: int) -> bool:
    return -SLACK_MS <= ms - before_ms <= MAX_GAP_MS


Dated = tuple[Message, int | None]
"""A message and when it was sent, None if that cannot be told."""
Held = tuple[int, Message]
"""A message with its place in the log."""


class Anchor(NamedTuple):
    """A line whose time is known."""

    place: int
    at_ms: int
    reach: int
    """How many lines around it may be dated by it alone."""


class UndatedMessages:
    """Messages without a receive stamp, in the order of the log, waiting for an anchor."""

    def __init__(self, start_ms: int | None = None) -> None:
        self._held: list[Held] = []
        # A time given by the user stands for a line before the first.
        self._anchor = None if start_ms is None else Anchor(0, start_ms, sys.maxsize)
        self._given = start_ms is not None

    def hold(self, place: int, message: Message) -> Iterator[Dated]:
        """Keep a message; yields the oldest ones where too many wait."""
        self._held.append((place, message))
        if len(self._held) > MAX_HELD:
            oldest, self._held = self._held[: MAX_HELD // 2], self._held[MAX_HELD // 2 :]
            yield from self._onwards(oldest)

    def anchor(self, place: int, ms: int, *, stamped: bool) -> Iterator[Dated]:
        """Learn when line `place` was received; yields what stands before it, dated.

        Args:
            place: Number of the line.
            ms: Its time.
            stamped: Whether by its own stamp. Where lines carry stamps, one without is odd, and
                is dated by a stamp only if it stands near one. A base station dates all.
        """
        cut = next((i for i, (p, _) in enumerate(self._held) if p > place), len(self._held))
        held, self._held = self._held[:cut], self._held[cut:]
        before = None if self._given else self._anchor
        anchor = Anchor(place, ms, STAMP_REACH if stamped else sys.maxsize)
        if before is None:
            # What the log itself says overrules the user, backwards too.
            far = [h for h in held if place - h[0] > anchor.reach]
            yield from self._onwards(far)
            yield from _backwards(held[len(far) :], ms)
        elif 0 <= ms - before.at_ms <= MAX_GAP_MS:
            rate = (ms - before.at_ms) / max(1, place - before.place)
            for at, message in held:
                estimate = before.at_ms + round(rate * (at - before.place))
                yield message, refined_ms(estimate, message.second)
        else:
            yield from self._onwards(held)
        self._anchor, self._given = anchor, False

    def finish(self) -> Iterator[Dated]:
        """Yield what still waits at the end of the log."""
        held, self._held = self._held, []
        yield from self._onwards(held)

    def _onwards(self, held: list[Held]) -> Iterator[Dated]:
        """Go forward from the anchor by the messages' own seconds; time does not run back."""
        if self._anchor is None:
            yield from ((message, None) for _, message in held)
            return
        place, now_ms, reach = self._anchor
        for at, message in held:
            if at - place > reach:
                yield message, None
                continue
            at_ms = refined_ms(now_ms, message.second)
            now_ms = max(now_ms, at_ms)
            yield message, at_ms
        if held:
            self._anchor = Anchor(held[-1][0], now_ms, max(0, reach - (held[-1][0] - place)))


def _backwards(held: list[Held], now_ms: int) -> Iterator[tuple[Message, int]]:
    """Go from the first anchor back to the beginning of the log, by the messages' own seconds."""
    for _, message in reversed(held):
        at_ms = refined_ms(now_ms, message.second)
        now_ms = min(now_ms, at_ms)
        yield message, at_ms
