"""Listening to feeds that speak by themselves: a thread each, an inbox, and a job that empties it.

The thread connects, hears, and connects again; it never touches the store. The job stores what
waits in one transaction and only then lets go of it, so that a failed commit loses nothing. Every
row that finds no room is counted.
"""

from __future__ import annotations

import hashlib
import logging
import statistics
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.clock import Clock, wait
from monitor.domain.feed import SourceBeat
from monitor.domain.positions import concat
from monitor.domain.tally import Tally
from monitor.domain.window import from_ms, span_ms, to_ms, utc_text
from monitor.errors import MonitorError, SourceRefused, SourceUnavailable
from monitor.sources.base import AisBatch, Heard, StreamsPositions
from monitor.store.engine import Store
from monitor.store.observations import append_positions, append_static, count_losses
from monitor.store.progress import move_cursor
from monitor.store.reception import put_beat
from monitor.watch.ingest import Ingested

log = logging.getLogger(__name__)

_SILENT = "silent"
_SPACINGS_KEPT = 101
_SPACINGS_NEEDED = 20
"""Spacings below which a feed's habit is not known: a median of few is no habit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCriteria:
    """When a stream is silent, and how it is connected again."""

    silent_min: timedelta = timedelta(minutes=10)
    """An open connection without a frame for this long is silent. aisstream.io has stood open and
    silent for days (its issue 257); ten minutes are some 200 class A intervals under way."""
    silent_spacings: float = 10.0
    """... or for this many of its own median spacings, whichever is longer: thin feeds are not
    disturbed in their habit."""
    silent_max: timedelta = timedelta(days=1)
    """... and never longer than this."""
    retry_first: timedelta = timedelta(seconds=2)
    """Longest first wait before connecting again. The wait is doubled each time until something is
    heard, and shortened by up to half at random, so never under a second: aisstream.io takes one
    new connection a second."""
    retry_max: timedelta = timedelta(minutes=2)
    """Longest wait after a lost or failed connection."""
    retry_told_max: timedelta = timedelta(minutes=30)
    """Longest wait where the service told us to stay away (HTTP 429): storms are answered with
    blocked addresses (aisstream.io issues 256 and 287)."""
    grace: timedelta = timedelta(minutes=1)
    """How long a lost connection is nobody's business: drops every few minutes are usual."""
    inbox_rows: int = 200_000
    """Rows that may wait to be stored: ten minutes of all AIS in the world at 300 a second."""


def inbox_job(name: str) -> str:
    """Return the name of the job that stores what the source `name` said."""
    return f"poll:{name}"


def retry_wait(
    name: str, attempt: int, *, told: timedelta | None, criteria: StreamCriteria
) -> timedelta:
    """Return how long to wait before connecting again.

    Args:
        name: Of the source; it seeds the jitter, so that sources do not march in step.
        attempt: Connections in a row on which nothing was heard, from 0.
        told: How long the service wants to be left alone at least, if it said so.
        criteria: First and longest wait.
    """
    first, most = criteria.retry_first, criteria.retry_max
    if told is not None:
        first, most = max(2 * told, first), criteria.retry_told_max
    longest = min(first * (1 << min(attempt, 20)), most)
    seed = hashlib.sha256(f"{name}:{attempt}".encode()).digest()
    share = 0.5 + int.from_bytes(seed[:4], "big") / 2**33
    return max(longest * share, min(told or timedelta(0), most))


class Inbox:
    """What was heard and is not stored yet, oldest first, bounded in rows."""

    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows
        self._lock = threading.Lock()
        self._waiting: deque[AisBatch] = deque()
        self._rows = 0
        self._tally = Tally()
        self._frames = 0

    def put(self, heard: Heard) -> None:
        """Take something heard; where there is no room for all, the oldest gives way."""
        with self._lock:
            self._tally.add(heard.tally)
            self._frames += heard.frames
            if _rows(heard.batch):
                self._waiting.append(heard.batch)
                self._rows += _rows(heard.batch)
                self._make_room()

    @contextmanager
    def emptied(self) -> Iterator[Heard]:
        """Give out what waits, as one; put it back if the block raises."""
        with self._lock:
            batches, self._waiting = self._waiting, deque()
            rows, tally, frames = self._rows, self._tally, self._frames
            self._rows, self._tally, self._frames = 0, Tally(), 0
        together = AisBatch(
            positions=concat([batch.positions for batch in batches]),
            static=tuple(report for batch in batches for report in batch.static),
        )
        try:
            yield Heard(batch=together, tally=tally, frames=frames, last_frame_ms=None)
        except BaseException:
            with self._lock:
                self._waiting.extendleft(reversed(batches))
                self._rows += rows
                self._frames += frames
                tally.add(self._tally)
                self._tally = tally
                self._make_room()
            raise

    def _make_room(self) -> None:
        while self._rows > self._max_rows:
            lost = _rows(self._waiting.popleft())
            self._rows -= lost
            self._tally.accepted -= lost
            self._tally.reject("inbox_full", count=lost)


def _rows(batch: AisBatch) -> int:
    return len(batch.positions) + len(batch.static)


@dataclass(slots=True)
class _State:
    """How the listening goes; guarded by the listener's lock."""

    lost_ms: int | None
    """Since when there has been no connection worth the name; None while there is one."""
    heard_ms: int
    """When something was last heard; the start of the listening if nothing was."""
    connected: bool = False
    last_frame_ms: int | None = None
    fault: str = "not connected yet"
    refusal: str = ""


class Listener:
    """Listens to one stream from `start` to `stop`, whatever happens to the connection."""

    def __init__(self, source: StreamsPositions, *, criteria: StreamCriteria | None = None) -> None:
        self.name = source.name
        self._source = source
        self._criteria = criteria or StreamCriteria()
        self._inbox = Inbox(self._criteria.inbox_rows)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._clock: Clock | None = None
        self._thread: threading.Thread | None = None
        self._state = _State(lost_ms=0, heard_ms=0)
        self._spacings_ms: deque[int] = deque(maxlen=_SPACINGS_KEPT)
        self._stored_ms = 0

    @property
    def is_started(self) -> bool:
        """Whether anybody listens, or did until `stop`."""
        return self._clock is not None

    def start(self, clock: Clock) -> None:
        """Begin to listen."""
        now_ms = to_ms(clock.now())
        self._clock, self._stored_ms = clock, now_ms
        self._state = _State(lost_ms=now_ms, heard_ms=now_ms)
        self._begin(clock)

    def stop(self, timeout_s: float = 15.0) -> None:
        """Stop listening; what was heard still waits to be stored. Safe to call twice."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def store_heard(self, store: Store, *, now: datetime) -> Ingested:
        """Store what waits, what was lost and how far we are, in one transaction.

        Raises:
            SourceRefused: The service wants nothing of us; a human must act.
            SourceUnavailable: No connection for a while, or an open one that is silent. What was
                heard before is stored all the same.
        """
        with self._inbox.emptied() as heard:
            beat = self._beat(heard.frames, now_ms=to_ms(now))
            with store.begin() as connection:
                written = append_positions(connection, heard.batch.positions)
                append_static(connection, heard.batch.static)
                count_losses(connection, self.name, heard.tally)
                put_beat(connection, beat, now=now)
                if beat.last_frame_ms is not None:
                    at = from_ms(beat.last_frame_ms).isoformat()
                    move_cursor(connection, f"ais:{self.name}", at)
        self._stored_ms = to_ms(now)
        self._complain(now)
        return Ingested(positions=written, scenes=0, tally=heard.tally)

    def _beat(self, frames: int, *, now_ms: int) -> SourceBeat:
        with self._lock:
            lost_ms = self._lost_for_ms(now_ms)
            return SourceBeat(
                source=self.name,
                connected=not self._state.refusal and lost_ms <= span_ms(self._criteria.grace),
                last_frame_ms=self._state.last_frame_ms,
                frames=frames,
                since_ms=self._stored_ms,
            )

    def _lost_for_ms(self, now_ms: int) -> int:
        """Return for how long there has been no connection; 0 while there is one."""
        state = self._state
        if state.connected or state.lost_ms is None:
            return 0
        return max(now_ms - state.lost_ms, 0)

    def _complain(self, now: datetime) -> None:
        """Say what is wrong with the stream, if something is."""
        with self._lock:
            state = replace(self._state)
        if state.refusal:
            raise SourceRefused(state.refusal)
        if self._stop.is_set():
            return
        if self._clock is not None and self._thread is not None and not self._thread.is_alive():
            # Only a fault of our own ends the thread; it has told its trace on stderr.
            self._begin(self._clock)
            raise SourceUnavailable(f"{self.name}: the reader had ended and was started again")
        now_ms = to_ms(now)
        lost_ms = self._lost_for_ms(now_ms)
        if lost_ms > span_ms(self._criteria.grace):
            since = utc_text(from_ms(now_ms - lost_ms))
            raise SourceUnavailable(f"{self.name}: not connected since {since}: {state.fault}")
        if now_ms - state.heard_ms > self._silence_ms():
            # A connection given up for its silence was one.
            stands = state.connected or state.fault == _SILENT
            how = "connected but silent" if stands else "silent"
            raise SourceUnavailable(f"{self.name}: {how} since {utc_text(from_ms(state.heard_ms))}")

    def _begin(self, clock: Clock) -> None:
        self._thread = threading.Thread(
            target=self._listen, args=(clock,), name=f"listen:{self.name}", daemon=True
        )
        self._thread.start()

    def _listen(self, clock: Clock) -> None:
        attempt = -1
        while not self._stop.is_set():
            told: timedelta | None = None
            before_ms = self._state.last_frame_ms
            try:
                self._hear(clock)
                fault = _SILENT
            except SourceUnavailable as exc:
                fault, told = str(exc), exc.retry_after
            except MonitorError as exc:
                self._lost(clock, str(exc), refused=True)
                return
            if self._stop.is_set():
                return
            self._lost(clock, fault)
            attempt = attempt + 1 if self._state.last_frame_ms == before_ms else 0
            pause_s = retry_wait(
                self.name, attempt, told=told, criteria=self._criteria
            ).total_seconds()
            log.debug("stream lost: %s: %s; next try in %.1f s", self.name, fault, pause_s)
            wait(pause_s, self._stop)

    def _hear(self, clock: Clock) -> None:
        """Listen on one connection until it is lost, silent or no longer wanted."""
        with closing(self._source.stream(clock, self._stop)) as stream:
            begun_ms = quiet_ms = to_ms(clock.now())
            last_ms: int | None = None
            for heard in stream:
                now_ms = to_ms(clock.now())
                self._inbox.put(heard)
                self._note(heard.last_frame_ms, last_ms, stood_ms=now_ms - begun_ms)
                last_ms = last_ms if heard.last_frame_ms is None else heard.last_frame_ms
                # A clock set back must not put the end of patience off.
                quiet_ms = min(heard.last_frame_ms or quiet_ms, now_ms)
                if now_ms - quiet_ms > self._silence_ms():
                    return

    def _note(self, frame_ms: int | None, before_ms: int | None, *, stood_ms: int) -> None:
        """Note that the connection stands, and what came over it."""
        with self._lock:
            self._state.connected = True
            if frame_ms is not None:
                self._state.last_frame_ms = self._state.heard_ms = frame_ms
                if before_ms is not None:
                    # Within one connection only: an outage is no habit.
                    self._spacings_ms.append(frame_ms - before_ms)
            # A connection that is lost at once, again and again, is none.
            if frame_ms is not None or stood_ms > span_ms(self._criteria.grace):
                self._state.lost_ms = None

    def _lost(self, clock: Clock, fault: str, *, refused: bool = False) -> None:
        with self._lock:
            self._state.connected, self._state.fault = False, fault
            if self._state.lost_ms is None:
                self._state.lost_ms = to_ms(clock.now())
            self._state.refusal = fault if refused else ""

    def _silence_ms(self) -> int:
        """Return how long nothing may be heard before a connection counts as silent."""
        usual_ms = 0.0
        if len(self._spacings_ms) >= _SPACINGS_NEEDED:
            usual_ms = statistics.median(self._spacings_ms)
        least, most = span_ms(self._criteria.silent_min), span_ms(self._criteria.silent_max)
        return int(min(max(least, self._criteria.silent_spacings * usual_ms), max(least, most)))
