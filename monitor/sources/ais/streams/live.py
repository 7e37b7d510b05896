"""Streams: one connection listened to, whatever it speaks, and handed on about every second.

How to connect is a `Link` of its own for each kind of socket; what was said is read by a reader
for each language. This file joins the two and keeps what belongs to the area that is watched.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from monitor.clock import Clock
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from monitor.errors import BadPayload, MonitorError
from monitor.sources.ais.batch import BatchBuilder, Fix
from monitor.sources.ais.clean import MAX_AHEAD_MS, refined_ms
from monitor.sources.ais.nmea.payload import Message
from monitor.sources.base import Heard

MAX_NEAR = 50_000
"""Ships remembered as seen in the area; about as many as AIS hears in the world at one time."""
LAST_FRAMES = 1_000
"""Frames still taken off a connection when told to stop: seconds of the busiest feed."""
MINUTES_PER_DEGREE = 60.0
"""A nautical mile is a minute of latitude."""


Bounds = tuple[float, float, float, float]
"""(west, south, east, north), degrees, OGC:CRS84."""


class Frame(NamedTuple):
    """What a socket gave in one piece."""

    data: bytes
    sender: str = ""
    """Who said it, where several speak on one socket: an address, a topic."""


class Link(Protocol):
    """One open connection."""

    def receive(self, timeout_s: float) -> Frame | None:
        """Wait for the next frame; None if none came in time; 0 takes only what is there.

        Raises:
            SourceUnavailable: The connection is lost.
        """

    def close(self) -> None:
        """Let go of the connection; safe to call twice."""


class ReadsFrames(Protocol):
    """Turns frames into rows."""

    def read(self, frame: Frame, now_ms: int) -> int:
        """Read a frame received at `now_ms`; return how many lines or messages it held.

        Raises:
            SourceUnavailable, SourceRefused: The frame says that the service will not go on.
        """

    def finish(self) -> None:
        """Count what was left half said when the connection ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Which ships of a feed that hears many are kept: those in boxes, and the watched anywhere."""

    boxes: tuple[Bounds, ...]
    watched: frozenset[int] = frozenset()
    """MMSIs kept wherever they are."""

    def holds(self, lon: float, lat: float) -> bool:
        """Return whether a place lies in a box, which may reach over the date line."""
        return any(
            south <= lat <= north and (lon - west) % 360 <= east - west
            for west, south, east, north in self.boxes
        )


def grown(bounds: Bounds, margin_nm: float) -> Bounds:
    """Return a box with a margin round it; it ends at the poles, but not at the date line."""
    west, south, east, north = bounds
    up = margin_nm / MINUTES_PER_DEGREE
    aside = up / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    return west - aside, max(south - up, -90.0), east + aside, min(north + up, 90.0)


class AreaBuilder(BatchBuilder):
    """A builder that counts and drops the ships outside an area.

    Static reports hold no place: they are kept of watched ships and of those seen in the area.
    """

    def __init__(self, *, source: str, tally: Tally, area: Area) -> None:
        super().__init__(source=source, tally=tally)
        self._area = area
        self._near: set[int] = set()

    def add_fix(self, fix: Fix, *, time_ms: int, received_ms: int, counted: bool = True) -> None:
        """Take a position if it lies in the area or its ship is watched."""
        # What is no place on Earth is judged with the other rows, not here.
        if fix.mmsi not in self._area.watched and abs(fix.lon) <= 180 and abs(fix.lat) <= 90:
            if not self._area.holds(fix.lon, fix.lat):
                self.tally.ignored["outside_area"] += counted
                return
            if len(self._near) >= MAX_NEAR:
                self._near.clear()
            self._near.add(int(fix.mmsi))
        super().add_fix(fix, time_ms=time_ms, received_ms=received_ms, counted=counted)

    def add_static(self, report: StaticReport) -> None:
        """Take a static report of a ship that is near or watched."""
        if report.mmsi in self._near or report.mmsi in self._area.watched:
            super().add_static(report)
        else:
            self.tally.ignored["outside_area"] += 1


class LiveFeed:
    """One named stream."""

    def __init__(
        self,
        name: str,
        *,
        connect: Callable[[], Link],
        reader: Callable[[BatchBuilder, Tally], ReadsFrames],
        area: Area | None = None,
        pause_s: float = 1.0,
    ) -> None:
        """Name a stream; nothing is connected yet.

        Args:
            name: Source name of the rows.
            connect: Opens the connection, and subscribes where that is needed.
            reader: Makes a reader that puts rows into a builder and counts in a tally.
            area: Which ships are kept; all if None.
            pause_s: How long is collected before it is handed on.
        """
        self.name = name
        self._connect, self._reader = connect, reader
        self._area, self._pause_s = area, pause_s

    def stream(self, clock: Clock, stop: threading.Event) -> Generator[Heard, None, None]:
        """Connect once and yield what is heard; see `StreamsPositions`."""
        with closing(self._connect()) as link:
            ear = _Ear(self._builder, self._reader)
            yield ear.heard()
            try:
                begun_ms = to_ms(clock.now())
                while not stop.is_set():
                    frame = link.receive(self._pause_s)
                    now_ms = to_ms(clock.now())
                    if frame is not None:
                        ear.hear(frame, now_ms)
                    # A clock set back must not make the next second an hour long.
                    waited = not 0 <= now_ms - begun_ms < 1000 * self._pause_s
                    if frame is None or waited or ear.builder.is_full():
                        yield ear.heard()
                        begun_ms = now_ms
                # What has reached this machine by now is not left in the socket.
                for _ in range(LAST_FRAMES):
                    frame = link.receive(0.0)
                    if frame is None:
                        break
                    ear.hear(frame, to_ms(clock.now()))
            except MonitorError:
                yield ear.last()
                raise
            yield ear.last()

    def _builder(self, tally: Tally) -> BatchBuilder:
        if self._area is None:
            return BatchBuilder(source=self.name, tally=tally)
        return AreaBuilder(source=self.name, tally=tally, area=self._area)


class _Ear:
    """What has been heard on one connection and not been handed on."""

    def __init__(
        self,
        builder: Callable[[Tally], BatchBuilder],
        reader: Callable[[BatchBuilder, Tally], ReadsFrames],
    ) -> None:
        self._tally = Tally()
        self.builder = builder(self._tally)
        self._reader = reader(self.builder, self._tally)
        self._frames = 0
        self._last_frame_ms: int | None = None

    def hear(self, frame: Frame, now_ms: int) -> None:
        self._last_frame_ms = now_ms
        self._frames += self._reader.read(frame, now_ms)

    def heard(self) -> Heard:
        """Hand on what there is; the tally starts anew."""
        batch = self.builder.take()
        counted = Tally()
        counted.add(self._tally)
        self._tally.read = self._tally.accepted = 0
        for counter in (self._tally.ignored, self._tally.rejected, self._tally.repaired):
            counter.clear()
        self._tally.examples.clear()
        heard = Heard(
            batch=batch, tally=counted, frames=self._frames, last_frame_ms=self._last_frame_ms
        )
        self._frames, self._last_frame_ms = 0, None
        return heard

    def last(self) -> Heard:
        """Hand on what there is when nothing more will come."""
        self._reader.finish()
        return self.heard()


def keep(
    message: Message, *, builder: BatchBuilder, tally: Tally, stamp_ms: int | None, now_ms: int
) -> None:
    """Put one decoded message into a builder.

    Args:
        message: What it says.
        builder: Takes the rows.
        tally: Counts a message of no use.
        stamp_ms: When its receiver says it came; None where that is now.
        now_ms: When it reached us.

    Raises:
        BadPayload: It was received in the future.
    """
    if stamp_ms is not None and stamp_ms - now_ms > MAX_AHEAD_MS:
        raise BadPayload("time_in_future")
    at_ms = refined_ms(now_ms if stamp_ms is None else stamp_ms, message.second)
    if message.ignored:
        tally.ignored[message.ignored] += 1
    if message.static is not None:
        builder.add_static(replace(message.static, time_ms=at_ms))
    if message.fix is not None:
        builder.add_fix(
            message.fix, time_ms=at_ms, received_ms=now_ms, counted=message.static is None
        )
