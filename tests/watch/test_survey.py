"""Scenes that cannot be read: for good, for now, or not by us. The survey goes on past each."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.detect.imagery.occupancy import OccupancyCriteria
from monitor.domain.chip import Chip, Grid
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.errors import BadScene, SourceRefused, SourceUnavailable
from monitor.store.engine import open_store
from monitor.store.looks import surveyed
from monitor.store.observations import add_scenes
from monitor.watch.survey import Surveyor, SurveyPlan, survey
from tests.builders import T0, a_gazetteer, hours


class Reads:
    """A reader that fails for scenes as it was told."""

    def __init__(self, **faults: Exception) -> None:
        self.faults = faults

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Return a sea with its speckle."""
        if scene.id in self.faults:
            raise self.faults[scene.id]
        speckle = np.random.default_rng(1).normal(-18, 1.5, (len(bands), grid.height, grid.width))
        values = speckle.astype(np.float32)
        return Chip(scene_id=scene.id, grid=grid, bands=bands, values=values)


def a_scene(name: str, hour: int) -> Scene:
    """Return a radar scene over the port; each has an orbit of its own, so no references."""
    return Scene(
        id=name,
        acquired_at=T0 + hours(hour),
        available_at=T0 + hours(hour),
        platform="sentinel-1a",
        sensor="sentinel-1",
        modality=Modality.RADAR,
        orbit=hour,
        footprint_wkt="POLYGON ((35 34, 36 34, 36 35, 35 35, 35 34))",
        bands=(BandRef(name="vv", href=f"https://example.org/{name}.tif", unit="dB"),),
    )


def test_a_scene_that_cannot_be_had_now_waits_and_the_others_are_judged(tmp_path: Path) -> None:
    """What is bad is judged unobserved for good; what is not there yet is asked for again."""
    reader = Reads(
        bad=BadScene("cut_short"), slow=SourceUnavailable("later"), locked=SourceRefused("keys")
    )
    plan = SurveyPlan(gazetteer=a_gazetteer(), reader=reader, criteria=OccupancyCriteria())
    surveyor = Surveyor(plan)
    names = ("bad", "slow", "locked", "good")
    with closing(open_store(tmp_path / "a.db")) as store:
        with store.begin() as connection:
            add_scenes(connection, [a_scene(n, h) for h, n in enumerate(names, start=1)])
        tally = survey(store, surveyor, now=T0 + hours(24))
        assert dict(tally.rejected) == {"cut_short": 1, "try_later": 1, "refused": 1}
        assert (tally.read, tally.accepted) == (4, 1)
        with store.read() as connection:
            assert set(surveyed(connection)) == {"bad", "good"}
        reader.faults.clear()
        tally = survey(store, surveyor, now=T0 + hours(25))
        assert (tally.read, tally.accepted) == (2, 2)
        with store.read() as connection:
            assert set(surveyed(connection)) == set(names)


@pytest.mark.parametrize(
    ("modality", "said"), [(Modality.OPTICAL, [("unobserved", "cut_short")]), (Modality.RADAR, [])]
)
def test_an_apron_in_a_scene_that_cannot_be_read_is_unobserved(
    modality: Modality, said: list[tuple[str, str]]
) -> None:
    """As its berths are, with the reason; radar says nothing of aprons either way."""
    port = a_gazetteer()
    apron = replace(port.berths[0], id="port.apron.a", kind=PlaceKind.APRON)
    port = Gazetteer(name=port.name, places={**port.places, apron.id: apron})
    reader = Reads(bad=BadScene("cut_short"))
    surveyor = Surveyor(SurveyPlan(gazetteer=port, reader=reader, criteria=OccupancyCriteria()))
    scene = replace(a_scene("bad", 1), modality=modality)
    look = surveyor.judge(scene, (), {scene.id: scene}, Tally())
    assert [(a.change.value, a.reason) for a in look.aprons] == said
    assert {b.state.value for b in look.berths} == {"unobserved"}
