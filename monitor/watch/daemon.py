"""The long-lived process: started whole or not at all, stopped the way it is torn down."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack

from monitor.clock import Clock, wait
from monitor.store.engine import Store
from monitor.watch.jobs import Job, JobRunner
from monitor.watch.scheduler import Scheduler
from monitor.watch.streams import Listener, inbox_job

log = logging.getLogger(__name__)


class Daemon:
    """New wires, Run blocks, Stop is safe twice."""

    def __init__(
        self,
        store: Store,
        jobs: Sequence[Job],
        clock: Clock,
        resources: ExitStack,
        *,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._store, self._clock, self._resources = store, clock, resources
        self._listeners = listeners
        inboxes = {inbox_job(listener.name) for listener in listeners}
        self._last_jobs = [job for job in jobs if job.name in inboxes]
        self._runner = JobRunner(store, clock)
        self._scheduler = Scheduler(jobs, self._runner.run)
        self._stopped = False
        # A job that is due again while a long one runs waits its turn; that is no news.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        self._stop = threading.Event()

    def run(self) -> None:
        """Run until SIGTERM, SIGINT or `stop`; the job under way is finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self._stop.set())
        try:
            for listener in self._listeners:
                listener.start(self._clock)
            self._scheduler.start(self._clock.now())
            log.info("monitor started")
            while not wait(1.0, self._stop):
                pass
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop cleanly, and store what was heard until now; safe to call twice."""
        self._stop.set()
        if self._stopped:
            return
        self._stopped = True
        for listener in self._listeners:
            listener.stop(timeout_s=0)  # all are told before any is waited for
        for listener in self._listeners:
            listener.stop()
        self._scheduler.stop()
        for job in self._last_jobs:
            self._runner.run(job)
        self._resources.close()
        log.info("monitor stopped")
