from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.look import Look
from monitor.domain.scene import Modality, Scene
from monitor.domain.sighting import Mooring, Sighting
from monitor.store import observations
from monitor.store.derived import load_berth_states
from monitor.store.engine import Store, open_store
from monitor.store.looks import load_apron_states, load_sightings, put_look, surveyed
from tests.builders import T0, a_look, hours


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store that knows of one scene."""
    store = open_store(tmp_path / "s.db")
    scene = Scene(
        id="scene-0000.0", acquired_at=T0, available_at=T0 + hours(3), platform="s1a",
        sensor="sentinel-1", modality=Modality.RADAR, orbit=14, footprint_wkt="POINT (0 0)",
        bands=(),
    )  # fmt: skip
    with store.begin() as connection:
        observations.add_scenes(connection, [scene])
    yield store
    store.close()


SHIP = Sighting(
    scene_id="scene-0000.0", acquired_at=T0, sensor="sentinel-1", modality=Modality.RADAR,
    lon=35.86, lat=34.91, outline_wkt="POLYGON ((0 0, 1 0, 1 1, 0 0))", length_m=120.5,
    length_error_m=18.0, axis_deg=179.5, confidence=0.93, mooring=Mooring.ALONGSIDE,
    quay_id="port.quay.a", along_start_m=10.0, along_end_m=130.5, berth_ids=("port.berth.a",),
    reason="24 references",
)  # fmt: skip
APRON = ApronState(
    scene_id="scene-0000.0", acquired_at=T0, available_at=T0 + hours(3), sensor="planetscope",
    modality=Modality.OPTICAL, apron_id="port.apron.a", change=ApronChange.UNOBSERVED,
    changed_m2=math.nan, filled_m2=math.nan, cleared_m2=math.nan, score=math.nan,
    confirmed=False, usable=0.2, reason="cloud",
)  # fmt: skip


def test_a_look_comes_back_as_it_was_stored(store: Store) -> None:
    """Berths, ships and aprons of a scene are read again value for value, once available."""
    clear = replace(
        APRON, apron_id="port.apron.b", change=ApronChange.FILLED, changed_m2=900.0,
        filled_m2=900.0, cleared_m2=0.0, score=0.97, usable=1.0,
    )  # fmt: skip
    look = Look(
        scene_id="scene-0000.0", acquired_at=T0, berths=(a_look(0, "occupied"),), ships=(SHIP,),
        aprons=(APRON, clear),
    )  # fmt: skip
    with store.begin() as connection:
        put_look(connection, look, digest="1")
    with store.read() as connection:
        assert load_sightings(connection, available_by=T0 + hours(3)) == (SHIP,)
        unseen, filled = load_apron_states(connection, available_by=T0 + hours(3))
        assert load_sightings(connection, available_by=T0) == ()
        assert load_apron_states(connection, available_by=T0) == ()
    assert filled == clear
    assert unseen.change is ApronChange.UNOBSERVED
    assert math.isnan(unseen.changed_m2)


def test_judging_again_replaces_all_of_a_look(store: Store) -> None:
    """What a scene said against other references is gone, ships that are no longer seen too."""
    first = Look(
        scene_id="scene-0000.0", acquired_at=T0, berths=(a_look(0, "occupied"),), ships=(SHIP,)
    )
    with store.begin() as connection:
        put_look(connection, first, digest="1")
        put_look(connection, replace(first, berths=(a_look(0, "free"),), ships=()), digest="2")
    with store.read() as connection:
        assert load_sightings(connection, available_by=T0 + hours(3)) == ()
        (state,) = load_berth_states(connection, available_by=T0 + hours(3))
        assert surveyed(connection) == {"scene-0000.0": "2"}
    assert state.state.value == "free"
