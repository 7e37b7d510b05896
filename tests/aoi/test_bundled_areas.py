"""The area files we ship: what they hold, and that they hold together."""

from __future__ import annotations

import csv
import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from benchmarks.syria_areas import fall, neighbours, on_grid
from monitor.bundled import bundled
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.sources.gazetteer import check_aoi, load_gazetteer, side_of
from tests.conftest import shared

FILES = ("latakia", "novorossiysk", "tartus")


def areas(name: str) -> Gazetteer:
    """Return the bundled areas of one port."""
    return load_gazetteer(bundled("aoi", f"{name}.geojson"))


@pytest.mark.parametrize("name", FILES)
def test_a_bundled_file_has_no_fault(name: str) -> None:
    """Every file we ship passes its own check and is one port."""
    assert check_aoi(bundled("aoi", f"{name}.geojson")) == []
    assert areas(name).ports == (name,)


@pytest.mark.parametrize("name", FILES)
def test_every_feature_says_whence_it_comes(name: str) -> None:
    """Source, confidence and licence stand on every feature, the same id in both its places."""
    document = json.loads(bundled("aoi", f"{name}.geojson").read_text("utf-8"))
    for feature in document["features"]:
        assert feature["id"] == feature["properties"]["id"]
    for place in areas(name).places.values():
        assert place.source
        assert place.confidence
        assert place.licence


def test_tartus_holds_what_the_facts_hold() -> None:
    """Nineteen quays, 38 berths and the rest; Hmeimim beside them is no port."""
    kinds = Counter(p.kind for p in areas("tartus").places.values())
    assert kinds[PlaceKind.QUAY] == 19
    assert kinds[PlaceKind.BERTH] == 38
    assert kinds[PlaceKind.BASIN] == 6
    assert kinds[PlaceKind.WAITING_AREA] == 2
    assert kinds[PlaceKind.ANCHORAGE] == 3
    assert kinds[PlaceKind.RUNWAY] == 1
    for kind in ("harbour_water", "port_boundary", "gate", "land"):
        assert kinds[PlaceKind(kind)] == 1
    assert areas("tartus").port_place("tartus").id == "tartus.harbour"


def test_latakia_and_novorossiysk_hold_their_berths() -> None:
    """Six stern-to moorings on one quay at Latakia, 31 mooring places at Novorossiysk."""
    latakia = areas("latakia")
    assert [b.mooring for b in latakia.berths] == ["stern-to"] * 6
    assert {b.quay_id for b in latakia.berths} == {"latakia.quay.breakwater"}
    assert len(areas("novorossiysk").berths) == 31


@pytest.mark.parametrize("name", FILES)
def test_every_berth_lies_on_the_water_side_of_its_quay(name: str) -> None:
    """The stated water side of a quay is the side its berths are on."""
    gazetteer = areas(name)
    for berth in gazetteer.berths:
        line = gazetteer.quay_line(berth)
        if line is not None and berth.quay_id is not None:
            assert side_of(line, berth.geometry) == gazetteer.places[berth.quay_id].water_side


@pytest.mark.parametrize("name", FILES)
def test_berths_touch_but_do_not_overlap(name: str) -> None:
    """One ship cannot be at two berths: no two share more than a rounded edge."""
    shapes = [b.geometry for b in areas(name).berths]
    for i, one in enumerate(shapes):
        for other in shapes[i + 1 :]:
            smaller = min(one.area, other.area)
            assert one.intersection(other).area < 0.06 * smaller


@pytest.mark.parametrize("name", FILES)
def test_anchorages_and_waiting_areas_lie_outside_the_port(name: str) -> None:
    """A ship is in port or waiting for it, never both."""
    gazetteer = areas(name)
    inside = gazetteer.port_area(name)
    for place in gazetteer.of_kind(PlaceKind.ANCHORAGE, PlaceKind.WAITING_AREA):
        assert place.geometry.intersection(inside).area < 1e-3 * place.geometry.area


def test_the_quays_of_tartus_add_up_to_the_published_length() -> None:
    """The port publishes 6,366 to 6,400 m of quay; our lines come within five per cent."""
    gazetteer = areas("tartus")
    metres = sum(
        gazetteer.frame.metric(q.geometry).length for q in gazetteer.of_kind(PlaceKind.QUAY)
    )
    assert metres == pytest.approx(6400, rel=0.05)


@pytest.mark.shared_data
def test_novorossiysk_tells_who_was_in_the_harbour() -> None:
    """The harbour polygon gives the in/out of each ship's first and last twenty fixes."""
    summary = shared("data", "ais", "tracks", "novorossiysk_2021-02-04_summary.csv")
    decoded = shared("data", "ais", "tracks", "novorossiysk_2021-02-04_decoded_bs_time.csv")
    with summary.open(encoding="utf-8") as rows:
        said = {r["mmsi"]: (r["in0"] == "True", r["in1"] == "True") for r in csv.DictReader(rows)}
    fixes: dict[str, list[tuple[str, float, float]]] = {}
    with decoded.open(encoding="utf-8") as rows:
        for r in csv.DictReader(rows):
            fixes.setdefault(r["mmsi"], []).append((r["t"], float(r["lon"]), float(r["lat"])))
    harbour = areas("novorossiysk").port_area("novorossiysk")
    found = {}
    for mmsi in said:
        track = sorted(fixes[mmsi], key=lambda fix: fix[0])
        ends = [np.median([fix[1:] for fix in part], axis=0) for part in (track[:20], track[-20:])]
        found[mmsi] = tuple(bool(harbour.contains(Point(*end))) for end in ends)
    assert found == said


def test_the_waiting_areas_of_tartus_join_without_overlap() -> None:
    """A ship that drifts out through eleven miles passes from one waiting area into the other."""
    gazetteer = areas("tartus")
    inner, outer = (
        gazetteer.frame.metric(gazetteer.places[f"tartus.waiting.{ring}"].geometry)
        for ring in ("inner", "outer")
    )
    assert inner.distance(outer) < 50
    assert inner.intersection(outer).area < 1e-3 * inner.area


@pytest.mark.shared_data
@pytest.mark.parametrize(("port", "least"), [("tartus", 0.95), ("latakia", 0.98)])
def test_ships_lay_where_areas_are_drawn_for_them(port: str, least: float) -> None:
    """Of the positions where ships lay from 2018 to 2022, nearly all are in port or anchorage."""
    path = shared("data", "ais", "syria", "syria_ports_ais_positions_2018-12_2022-08.csv")
    rows = pd.read_csv(path)
    rows = rows[rows["near_port"] == port]
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    coarse = on_grid(lon) & on_grid(lat)
    lon, lat = lon[~coarse], lat[~coarse]
    fallen = dict(fall(lon, lat, areas(port)))
    moored = neighbours(lon, lat, areas(port).frame) >= 20
    assert 1 - (fallen["nowhere"] | fallen["waiting"])[moored].mean() >= least
