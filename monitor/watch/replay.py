"""The same jobs under a virtual clock, over stored history, into a store of its own.

The replay's place is kept in its store: killed at any moment and started again with the same
inputs, it goes on from its last finished step and ends with the same findings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import VirtualClock
from monitor.domain.window import TimeWindow, parse_utc
from monitor.errors import ConfigError
from monitor.store.engine import Store, open_store
from monitor.store.progress import move_cursor, read_cursor
from monitor.watch.jobs import Job

_PLAN, _PLACE = "replay:plan", "replay:place"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """What is replayed, and in what steps."""

    window: TimeWindow
    step: timedelta
    inputs: str
    """Hash of the settings, areas and watch list: other inputs start a new replay."""

    def __post_init__(self) -> None:
        if self.window.end <= self.window.start:
            raise ConfigError("a replay must end after it starts: check --from and --to")

    def steps(self) -> list[datetime]:
        """Return the instants at which the jobs run, the last one being the window's end."""
        count = -(-(self.window.end - self.window.start) // self.step)
        return [min(self.window.start + (i + 1) * self.step, self.window.end) for i in range(count)]

    def text(self) -> str:
        """Return a text that is equal for equal plans."""
        return json.dumps(
            [
                self.window.start.isoformat(),
                self.window.end.isoformat(),
                self.step.total_seconds(),
                self.inputs,
            ]
        )


def open_replay(path: Path, plan: ReplayPlan) -> Store:
    """Open the store of an unfinished replay of the same plan, or a fresh one.

    Only the store's own files are removed.
    """
    store = open_store(path)
    with store.read() as connection:
        same = read_cursor(connection, _PLAN) == plan.text()
        place = read_cursor(connection, _PLACE)
    if same and place is not None and parse_utc(place) < plan.window.end:
        return store
    store.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    store = open_store(path)
    with store.begin() as connection:
        move_cursor(connection, _PLAN, plan.text())
        move_cursor(connection, _PLACE, plan.window.start.isoformat())
    return store


def told_until(store: Store) -> datetime | None:
    """Return how far the replay of a store has come; None for the store of a daemon."""
    with store.read() as connection:
        place = read_cursor(connection, _PLACE)
    return parse_utc(place) if place is not None else None


def replay(
    store: Store,
    plan: ReplayPlan,
    jobs: Sequence[Job],
    *,
    progress: Callable[[int, int, datetime], None],
) -> None:
    """Run every job at every step still to come.

    Args:
        store: From `open_replay`.
        plan: The same plan.
        jobs: In the order they follow each other; an error in one ends the replay.
        progress: Told (steps done, steps in all, virtual instant).
    """
    with store.read() as connection:
        place = parse_utc(read_cursor(connection, _PLACE) or plan.window.start.isoformat())
    steps = plan.steps()
    clock = VirtualClock(place)
    for number, at in enumerate(steps, start=1):
        if at <= place:
            continue
        clock.set(at)
        for job in jobs:
            job.run(clock.now())
        with store.begin() as connection:
            move_cursor(connection, _PLACE, at.isoformat())
        progress(number, len(steps), at)
