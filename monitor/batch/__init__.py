"""The two batch doors: files in, tables out, no store and no clock.

They run the same analysis as the daemon, over whatever files are named, and stay useful as its
cross-check. Each is a module of its own, so that one does not wait for the other's libraries.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from monitor.domain.window import TimeWindow

Progress = Callable[[int, int, str], None]
"""Told (done, in all, what)."""
EVER = TimeWindow(start=datetime(1900, 1, 1, tzinfo=UTC), end=datetime(2900, 1, 1, tzinfo=UTC))
