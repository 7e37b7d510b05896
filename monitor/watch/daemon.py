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

log = logging.getLogger(__name__)


class Daemon:
    """New wires, Run blocks, Stop is safe twice."""

    def __init__(
        self, store: Store, jobs: Sequence[Job], clock: Clock, resources: ExitStack
    ) -> None:
        self._store, self._clock, self._resources = store, clock, resources
        self._runner = JobRunner(store, clock)
        self._scheduler = Scheduler(jobs, self._runner.run)
        self._stop = threading.Event()

    def run(self) -> None:
        """Run until SIGTERM, SIGINT or `stop`; the job under way is finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self._stop.set())
        self._scheduler.start(self._clock.now())
        log.info("monitor started")
        try:
            while not wait(1.0, self._stop):
                pass
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop cleanly; safe to call twice."""
        self._stop.set()
        self._scheduler.stop()
        self._resources.close()
        log.info("monitor stopped")
