"""Observations from a feed into the store, with the cursor, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice

from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, parse_utc
from monitor.sources.base import FindsScenes, PollsPositions
from monitor.store.engine import Store
from monitor.store.observations import add_scenes, append_positions, append_static, count_losses
from monitor.store.progress import move_cursor, read_cursor

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What one poll brought."""

    positions: int
    scenes: int
    tally: Tally


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
    with store.begin() as connection:
        new = add_scenes(connection, scenes)
        count_losses(connection, source.name, tally)
        move_cursor(connection, cursor, now.isoformat())
    return Ingested(positions=0, scenes=new, tally=tally)


def _window(store: Store, cursor: str, now: datetime) -> TimeWindow:
    with store.read() as connection:
        value = read_cursor(connection, cursor)
    start = parse_utc(value) if value else _BEGINNING
    # A clock set back must not make a window that ends before it starts.
    return TimeWindow(start=min(start, now), end=now)
