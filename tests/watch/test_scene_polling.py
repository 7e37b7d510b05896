"""Catalogs that are not through with a window, and scenes whose place others take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.bundled import bundled
from monitor.detect.imagery.occupancy import OccupancyCriteria
from monitor.domain.chip import Chip, Grid
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import BadScene
from monitor.sources.gazetteer import load_gazetteer
from monitor.store.derived import load_berth_states
from monitor.store.engine import open_store
from monitor.store.observations import add_scenes
from monitor.watch.ingest import poll_scenes
from monitor.watch.survey import Surveyor, SurveyPlan, survey

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


class Blind:
    """A reader that can open nothing: every berth is unobserved."""

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Refuse."""
        raise BadScene("missing_asset", scene.id)


def a_scene(name: str, revision: str) -> Scene:
    """Return one processing of a look at Tartus."""
    return Scene(
        id=name,
        acquired_at=NOW - timedelta(days=2),
        available_at=NOW - timedelta(days=1),
        platform="sentinel-2a",
        sensor="sentinel-2",
        modality=Modality.OPTICAL,
        orbit=None,
        footprint_wkt="POLYGON((35 34, 37 34, 37 36, 35 36, 35 34))",
        bands=(BandRef(name="red", href="/x"),),
        datatake="S2A_20250730T082331",
        revision=revision,
    )


def test_what_was_said_of_an_older_processing_is_withdrawn(tmp_path: Path) -> None:
    """One look is one witness: the newer processing's states stand alone."""
    store = open_store(tmp_path / "s.db")
    gazetteer = load_gazetteer(bundled("aoi", "tartus.geojson"))
    plan = SurveyPlan(gazetteer=gazetteer, reader=Blind(), criteria=OccupancyCriteria())
    judged = []
    for scene in (a_scene("old", "1"), a_scene("new", "2")):
        with store.begin() as connection:
            add_scenes(connection, (scene,))
        survey(store, Surveyor(plan), now=NOW)
        with store.read() as connection:
            states = load_berth_states(connection, available_by=NOW)
        judged.append({s.scene_id for s in states})
    store.close()
    assert judged == [{"old"}, {"new"}]
