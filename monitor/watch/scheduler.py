"""The one door to APScheduler. Due times live in memory; what was done lives in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.watch.jobs import Job


class Scheduler:
    """Runs each job at its interval, never two runs of one job at once; all but those aside one
    at a time."""

    def __init__(self, jobs: Sequence[Job], run: Callable[[Job], bool]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread: there is one writer, and jobs that follow each other see each other.
            # What waits for channels has one of its own, so that a slow one delays no reading.
            executors={"default": ThreadPoolExecutor(1), "aside": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in jobs:
            self._scheduler.add_job(
                run,
                "interval",
                args=[job],
                seconds=job.every.total_seconds(),
                id=job.name,
                executor="aside" if job.is_aside else "default",
            )

    def start(self, now: datetime) -> None:
        """Start; every job is due at once, in the order given."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now)
        self._scheduler.start()

    def stop(self) -> None:
        """Let the running job finish, then stop; safe to call twice."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
