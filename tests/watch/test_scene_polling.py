"""Catalogs that are not through with a window, and scenes whose place others take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.store.engine import open_store
from monitor.watch.ingest import poll_scenes

NOW = datetime(2025, 8, 1, tzinfo=UTC)


class Unfinished:
    """A catalog that leaves a scene for later, once."""

    name = "c"

    def __init__(self) -> None:
        self.resume_at: datetime | None = NOW - timedelta(days=3)
        self.windows: list[TimeWindow] = []

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Remember what was asked."""
        self.windows.append(window)
        return ()


def test_the_next_window_begins_where_a_catalog_left_off(tmp_path: Path) -> None:
    """What a catalog could not finish is asked for again, and only until it has."""
    store, catalog = open_store(tmp_path / "s.db"), Unfinished()
    poll_scenes(store, catalog, now=NOW)
    poll_scenes(store, catalog, now=NOW + timedelta(hours=1))
    catalog.resume_at = None
    poll_scenes(store, catalog, now=NOW + timedelta(hours=2))
    poll_scenes(store, catalog, now=NOW + timedelta(hours=3))
    store.close()
    starts = [w.start for w in catalog.windows[1:]]
    left = NOW - timedelta(days=3)
    assert starts == [left, left, NOW + timedelta(hours=2)]
