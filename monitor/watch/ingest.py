"""Observations from a feed into the store, with the cursor, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice

from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, parse_utc
from monitor.sources.base import FindsScenes, PollsEvents, PollsPositions, ResumesSearch
from monitor.store.engine import Store
from monitor.store.observations import add_scenes, append_positions, append_static, count_losses
from monitor.store.outside_events import put_outside_events
from monitor.store.progress import move_cursor, read_cursor

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What one poll brought."""

    positions: int
    scenes: int
    tally: Tally
    events: int = 0
    """New events of second opinions."""


def poll_positions(store: Store, source: PollsPositions, *, now: datetime) -> Ingested:
    """Fetch what `source` received since its cursor and store it.

    Everything and the new cursor are committed together: after a crash the same window is asked
    for again, and storing a row twice changes nothing.

    Raises:
        SourceUnavailable, SourceRefused: From the source; nothing is stored, the cursor stays.
    """
    cursor = f"ais:{source.name}"
    tally = Tally()
    written = 0
    window = _window(store, cursor, now)
    batches = iter(source.fetch(window, tally))
    # The first answer is waited for before the store is locked: a slow feed blocks nobody else.
    first = list(islice(batches, 1))
    with store.begin() as connection:
        for batch in chain(first, batches):
            written += append_positions(connection, batch.positions)
            append_static(connection, batch.static)
        count_losses(connection, source.name, tally)
        move_cursor(connection, cursor, now.isoformat())
    return Ingested(positions=written, scenes=0, tally=tally)


def poll_scenes(store: Store, source: FindsScenes, *, now: datetime) -> Ingested:
    """Store the scenes that `source` made available since its cursor, as `poll_positions` does."""
    cursor = f"scenes:{source.name}"
    tally = Tally()
    scenes = tuple(source.search(_window(store, cursor, now), tally))
    left = source.resume_at if isinstance(source, ResumesSearch) else None
    with store.begin() as connection:
        new = add_scenes(connection, scenes)
        count_losses(connection, source.name, tally)
        move_cursor(connection, cursor, (min(left, now) if left else now).isoformat())
    return Ingested(positions=0, scenes=new, tally=tally)


def events_cursor(source: str) -> str:
    """Return the name of the cursor that says when a source of events was last asked."""
    return f"events:{source}"


def poll_events(store: Store, source: PollsEvents, *, now: datetime) -> Ingested:
    """Store what a second opinion says as of now, as `poll_positions` does.

    Raises:
        SourceUnavailable, SourceRefused: From the source; nothing is stored, the cursor stays.
    """
    cursor = events_cursor(source.name)
    tally = Tally()
    events = tuple(source.fetch(_window(store, cursor, now), tally))
    with store.begin() as connection:
        new = put_outside_events(connection, events, now=now)
        count_losses(connection, source.name, tally)
        move_cursor(connection, cursor, now.isoformat())
    return Ingested(positions=0, scenes=0, events=new, tally=tally)


def _window(store: Store, cursor: str, now: datetime) -> TimeWindow:
    with store.read() as connection:
        value = read_cursor(connection, cursor)
    start = parse_utc(value) if value else _BEGINNING
    # A clock set back must not make a window that ends before it starts.
    return TimeWindow(start=min(start, now), end=now)


class StoredPace:
    """Remembers in the store when a feed may be asked again, each time in its own transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def not_before(self, what: str) -> datetime | None:
        """Return the instant before which `what` is not to be asked; None if there is none."""
        with self._store.read() as connection:
            value = read_cursor(connection, f"pace:{what}")
        return parse_utc(value) if value else None

    def put_off(self, what: str, until: datetime) -> None:
        """Set that instant."""
        with self._store.begin() as connection:
            move_cursor(connection, f"pace:{what}", until.isoformat())
