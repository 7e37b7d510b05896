from __future__ import annotations

import json
from dataclasses import replace

from port_story import AS_OF, a_scene, tartus

from monitor.report.layers import page_values
from monitor.report.ships import ships_geojson
from monitor.report.summary import MapView
from tests.store.test_looks import SHIP


def test_ships_are_features_a_gis_opens() -> None:
    """Each sighting is one polygon, lon/lat, with stable properties; unknown numbers are null."""
    hostile = replace(SHIP, reason='"</script>\u2028', sensor="planetscope", rendered=True)
    text = ships_geojson([SHIP, hostile], about={"seen_share": 0.5})
    read = json.loads(text)
    assert (read["type"], read["seen_share"], len(read["features"])) == (
        "FeatureCollection", 0.5, 2,
    )  # fmt: skip
    said = read["features"][0]["properties"]
    assert (said["length_m"], said["mooring"], said["beam_m"]) == (120.5, "alongside", None)
    assert said["berth_ids"] == ["port.berth.a"]
    assert read["features"][1]["properties"]["sensor"] == "planetscope (rendered)"
    assert read["features"][0]["geometry"]["coordinates"][0][0] == [0.0, 0.0]


def test_no_ships_is_an_empty_collection() -> None:
    """Nothing seen is still a file that opens."""
    assert json.loads(ships_geojson([]))["features"] == []


def test_a_picture_carries_the_ships_seen_in_it() -> None:
    """Outlines come as [lat, lon] with their length, its error and the probability."""
    scene = replace(a_scene(), ships=(SHIP,))
    view = MapView(title="Tartus", as_of=AS_OF, gazetteer=tartus(), scenes=(scene,))
    (shown,) = page_values(view)["scenes"]
    (ship,) = shown["ships"]
    assert ship["outline"][1] == [0.0, 1.0]
    assert ship["label"].startswith("120 ± 18 m, alongside, probability 0.93")
