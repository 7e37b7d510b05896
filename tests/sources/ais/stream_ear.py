"""Listening to a stream in a test until it has said enough."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from monitor.clock import Clock, VirtualClock
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.errors import MonitorError
from monitor.sources.base import Heard, StreamsPositions
from tests.sources.ais.ais_lines import NOON, accounted


@dataclass
class Listened:
    """What a stream said."""

    heard: list[Heard] = field(default_factory=list)
    error: MonitorError | None = None
    """What ended it, None if it ended because it was told to."""

    @property
    def positions(self) -> PositionColumns:
        """All positions."""
        return concat([h.batch.positions for h in self.heard])

    @property
    def static(self) -> list[StaticReport]:
        """All static reports."""
        return [report for h in self.heard for report in h.batch.static]

    @property
    def tally(self) -> Tally:
        """All counts."""
        total = Tally()
        for h in self.heard:
            total.add(h.tally)
        return total

    @property
    def frames(self) -> int:
        """Frames heard."""
        return sum(h.frames for h in self.heard)


def listen(
    source: StreamsPositions,
    *,
    until: Callable[[Listened], bool] = lambda _: False,
    clock: Clock | None = None,
    turns: int = 30,
) -> Listened:
    """Listen until `until` is content or the stream ends; count every frame."""
    stop, told = threading.Event(), Listened()
    with closing(source.stream(clock or VirtualClock(NOON), stop)) as stream:
        try:
            for heard in stream:
                told.heard.append(heard)
                if until(told) or len(told.heard) >= turns:
                    stop.set()
        except MonitorError as exc:
            told.error = exc
    assert len(told.heard) < turns, f"only this was heard: {told.tally}"
    assert accounted(told.tally)
    return told
