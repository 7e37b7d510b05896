from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.clock import VirtualClock
from monitor.errors import SourceUnavailable
from monitor.store.engine import Store, open_store
from monitor.store.progress import heartbeats
from monitor.watch.health import health
from monitor.watch.jobs import Job, JobRunner
from tests.builders import T0, hours


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def a_job(outcome: list[Exception | None]) -> Job:
    """Return a job that does or raises what `outcome` lists, one a run."""

    def run(_now: datetime) -> str:
        error = outcome.pop(0)
        if error is not None:
            raise error
        return "done"

    return Job(name="poll", every=timedelta(minutes=1), run=run)


def test_a_failing_job_is_one_warning_and_one_recovery(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """However long a source fails, it is said once, and its recovery once."""
    caplog.set_level(logging.INFO)
    job = a_job([SourceUnavailable("x"), SourceUnavailable("x"), RuntimeError("y"), None, None])
    runner = JobRunner(store, VirtualClock(T0))
    assert [runner.run(job) for _ in range(5)] == [False, False, False, True, True]
    levels = [(r.levelname, r.getMessage().split(":")[0]) for r in caplog.records]
    assert levels == [("WARNING", "job failed"), ("INFO", "job works again")]


def test_a_heartbeat_tells_success_from_failure(store: Store) -> None:
    """A failed run keeps the time of the last success and says why."""
    clock = VirtualClock(T0)
    runner = JobRunner(store, clock)
    job = a_job([None, SourceUnavailable("feed is down")])
    runner.run(job)
    clock.set(T0 + hours(1))
    runner.run(job)
    with store.read() as connection:
        (beat,) = heartbeats(connection)
    assert beat.succeeded_at == T0
    assert beat.finished_at == T0 + hours(1)
    assert beat.note == "SourceUnavailable: feed is down"


@pytest.mark.parametrize(("minutes", "well"), [(3, True), (3.1, False)])
def test_health_allows_two_missed_runs(store: Store, minutes: float, well: bool) -> None:
    """Twice the interval and a minute without success is unwell."""
    JobRunner(store, VirtualClock(T0)).run(a_job([None]))
    assert health(store, now=T0 + timedelta(minutes=minutes)).is_well is well


def test_health_without_any_run_is_not_well(store: Store) -> None:
    """A store nobody works on is not a healthy monitor."""
    assert not health(store, now=T0).is_well


def test_a_job_that_never_succeeded_is_not_well(store: Store) -> None:
    """A source that cannot be read is not healthy because it is new."""
    JobRunner(store, VirtualClock(T0)).run(a_job([SourceUnavailable("no folder")]))
    answer = health(store, now=T0)
    assert not answer.is_well
    assert answer.lines[0].startswith("poll: failing, last success never")
