"""The only place that reads the wall clock or waits. Everything else is handed a `Clock`."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is set; replays and tests run under it."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the instant last set, aware UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move to `at`; going back is refused, because findings would be unlearned."""
        if at < self._at:
            raise ValueError(f"a virtual clock cannot go back from {self._at} to {at}")
        self._at = at


def wait(seconds: float, stop: threading.Event) -> bool:
    """Wait up to `seconds` or until `stop` is set; return whether it was set."""
    return stop.wait(seconds)
