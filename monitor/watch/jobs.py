"""Jobs: named, repeatable pieces of work, each leaving a heartbeat. Nothing escapes from here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.errors import MonitorError, TryLater
from monitor.store.engine import Store
from monitor.store.progress import job_finished, job_started

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work and how often it is due."""

    name: str
    every: timedelta
    run: Callable[[datetime], str]
    """Does the work as of an instant; returns a short note of what came of it."""
    is_aside: bool = False
    """Whether it runs beside the others: it waits for other people's servers, and they do not."""


class JobRunner:
    """Runs jobs and remembers which are failing: one warning, one recovery, silence between."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._failing: set[str] = set()

    def run(self, job: Job) -> bool:
        """Run a job once; return whether it succeeded. No exception leaves this method."""
        now = self._clock.now()
        try:
            with self._store.begin() as connection:
                job_started(connection, job.name, now=now, every=job.every)
            note = job.run(now)
            self._finish(job, succeeded=True, note=note)
        except Exception as exc:  # noqa: BLE001 - the one place that catches all: a daemon goes on
            self._failed(job, exc)
            return False
        if job.name in self._failing:
            self._failing.discard(job.name)
            log.info("job works again: %s", job.name)
        log.debug("job done: %s %s", job.name, note)
        return True

    def _failed(self, job: Job, exc: Exception) -> None:
        level = logging.DEBUG if job.name in self._failing else logging.WARNING
        expected = isinstance(exc, MonitorError)
        hint = "will try again" if isinstance(exc, TryLater) else "needs attention"
        log.log(
            level,
            "job failed: %s: %s (%s)",
            job.name,
            exc,
            hint,
            exc_info=None if expected else exc,
        )
        self._failing.add(job.name)
        try:
            self._finish(job, succeeded=False, note=f"{type(exc).__name__}: {exc}")
        except Exception as second:  # noqa: BLE001 - a full disk must not end the daemon
            log.warning("heartbeat not written: %s: %s", job.name, second)

    def _finish(self, job: Job, *, succeeded: bool, note: str) -> None:
        with self._store.begin() as connection:
            job_finished(
                connection, job.name, now=self._clock.now(), succeeded=succeeded, note=note
            )
