"""The same jobs under a virtual clock, over history, into a store of its own.

History comes from the files of the settings' folders, or from another store. The replay's place is
kept in its own store: killed at any moment and started again with the same inputs, it goes on from
its last finished step and ends with the same findings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import VirtualClock
from monitor.domain.window import TimeWindow, parse_utc
from monitor.errors import ConfigError, InputError
from monitor.store.engine import Store, open_store
from monitor.store.history import arrivals, recorded_instants
from monitor.store.progress import move_cursor, read_cursor
from monitor.watch.assess import ASSESSED
from monitor.watch.jobs import Job

_PLAN, _PLACE = "replay:plan", "replay:place"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """What is replayed, and in what steps."""

    window: TimeWindow
    step: timedelta
    inputs: str
    """Hash of the settings, areas and watch list: other inputs start a new replay."""
    instants: tuple[datetime, ...] = ()
    """When the jobs run in place of every step: those of the window count."""
    context: bool = False
    """Whether the jobs run at the window's start too: what was found before it is then known and
    not news of the window."""

    def __post_init__(self) -> None:
        if self.window.end <= self.window.start:
            raise ConfigError("a replay must end after it starts: check --from and --to")

    def steps(self) -> list[datetime]:
        """Return the instants at which the jobs run, the last one being the window's end."""
        start, end = self.window.start, self.window.end
        first = [start] if self.context else []
        if self.instants:
            return [*first, *(at for at in self.instants if start < at < end), end]
        count = -(-(end - start) // self.step)
        return [*first, *(min(start + (i + 1) * self.step, end) for i in range(count))]

    def text(self) -> str:
        """Return a text that is equal for equal plans."""
        return json.dumps([self.inputs, *(at.isoformat() for at in self.steps())])


def plan_of_store(
    source: Store,
    *,
    start: datetime | None,
    end: datetime | None,
    step: timedelta,
    inputs: str,
    by_step: bool = False,
) -> ReplayPlan:
    """Return the plan of a replay of what a store holds.

    The jobs run when an assessment of that store changed what was found: in between nothing did,
    so the replay finds what was found live. A store that was never assessed goes by `step`.

    Args:
        source: The store to replay; it is only read.
        start: None for its first arrival.
        end: None for its last assessment, else a step after its last arrival.
        step: Between two rounds of the jobs where the store does not say.
        inputs: As in the plan.
        by_step: Go by `step` all the same: quicker over a long time in which much was found, and
            the same stands at the end; what came and went between two steps is not found.

    Raises:
        InputError: The store holds nothing to replay in that time.
    """
    span = arrivals(source)
    if span is None:
        raise InputError("the store holds no position and no scene: nothing to replay")
    with source.read() as connection:
        assessed = read_cursor(connection, ASSESSED)
    # A whole hour before the first arrival, so that steps fall on whole hours.
    before = span[0] - timedelta(milliseconds=1)
    first = start or before.replace(minute=0, second=0, microsecond=0)
    last = end or (parse_utc(assessed) if assessed else span[1] + step)
    if last <= first:
        raise InputError(
            f"nothing to replay between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M} UTC: the "
            f"store speaks of {span[0]:%Y-%m-%d %H:%M} to {span[1]:%Y-%m-%d %H:%M}"
        )
    return ReplayPlan(
        window=TimeWindow(start=first, end=last),
        step=step,
        inputs=inputs,
        instants=() if by_step else recorded_instants(source),
        context=start is not None,
    )


def open_replay(path: Path, plan: ReplayPlan) -> Store:
    """Open the store of an unfinished replay of the same plan, or a fresh one.

    Only the store's own files are removed.
    """
    store = open_store(path)
    with store.read() as connection:
        same = read_cursor(connection, _PLAN) == plan.text()
        place = read_cursor(connection, _PLACE)
    if same and (place is None or parse_utc(place) < plan.window.end):
        return store
    store.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    store = open_store(path)
    with store.begin() as connection:
        move_cursor(connection, _PLAN, plan.text())
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
        said = read_cursor(connection, _PLACE)
    place = parse_utc(said) if said else None
    steps = plan.steps()
    clock = VirtualClock(plan.window.start)
    for number, at in enumerate(steps, start=1):
        if place is not None and at <= place:
            continue
        clock.set(at)
        for job in jobs:
            job.run(clock.now())
        with store.begin() as connection:
            move_cursor(connection, _PLACE, at.isoformat())
        progress(number, len(steps), at)
