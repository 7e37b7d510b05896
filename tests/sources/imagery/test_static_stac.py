"""A folder of scenes written by strangers: what is taken from it, what is refused, and why."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.scene import Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import InputError
from monitor.sources.imagery import static_stac
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.conftest import shared

EVER = TimeWindow(start=datetime(1990, 1, 1, tzinfo=UTC), end=datetime(2100, 1, 1, tzinfo=UTC))
Json = dict[str, Any]


def an_item(scene_id: str = "one", **properties: object) -> Json:
    """Return a radar item with one band beside it."""
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": scene_id,
        "bbox": [35.8, 34.8, 35.9, 34.9],
        "geometry": None,
        "properties": {
            "datetime": "2025-01-10T03:42:00Z",
            "platform": "sentinel-1a",
            "constellation": "sentinel-1",
            "instruments": ["c-sar"],
            "sat:relative_orbit": 94,
            **properties,
        },
        "assets": {"vv": {"href": "./vv.tif", "raster:bands": [{"unit": "dB", "nodata": "nan"}]}},
        "links": [],
    }


def a_catalog(folder: Path, *items: Json, links: tuple[Json, ...] = ()) -> Path:
    """Write a catalog with each item in a folder of its own, a raster beside it."""
    named = []
    for number, item in enumerate(items):
        place = folder / f"item{number}"
        place.mkdir(parents=True)
        (place / "vv.tif").write_bytes(b"not opened here")
        (place / "item.json").write_text(json.dumps(item))
        named.append({"rel": "item", "href": f"./item{number}/item.json"})
    catalog = {"type": "Catalog", "id": "c", "stac_version": "1.0.0", "links": [*named, *links]}
    path = folder / "catalog.json"
    path.write_text(json.dumps(catalog))
    return path


def found(path: Path, tally: Tally | None = None) -> list[Scene]:
    """Return all scenes of a catalog."""
    return list(StaticCatalog("test", path).search(EVER, tally or Tally()))


def test_a_radar_item_becomes_a_scene(tmp_path: Path) -> None:
    """Time, orbit, sensor, unit and nodata are taken as published; the path is absolute."""
    item = an_item(created="2025-01-10T05:00:00Z", license="proprietary")
    (scene,) = found(a_catalog(tmp_path, item))
    assert (scene.sensor, scene.modality, scene.orbit) == ("sentinel-1", Modality.RADAR, 94)
    assert scene.available_at == datetime(2025, 1, 10, 5, tzinfo=UTC)
    assert scene.source == "test (proprietary)"
    band = scene.band("vv")
    assert band is not None
    assert band.unit == "dB"
    assert band.nodata != band.nodata  # NaN, given as text
    assert Path(band.href) == (tmp_path / "item0" / "vv.tif").resolve()
    assert not scene.rendered


def test_only_true_marks_a_rendered_scene(tmp_path: Path) -> None:
    """A drawn scene says so with JSON true, nothing looser."""
    items = [an_item(str(v), **{"monitor:rendered": v}) for v in (True, "true", 1)]
    scenes = found(a_catalog(tmp_path, *items))
    assert {s.id: s.rendered for s in scenes} == {"True": True, "true": False, "1": False}


@pytest.mark.parametrize(
    "asset",
    [
        {"href": "B11.tif", "eo:bands": [{"name": "B11", "common_name": "swir16"}]},
        {"href": "B11.tif", "bands": [{"name": "B11", "eo:common_name": "swir16"}]},
        {"href": "B11.tif", "type": "image/tiff; application=geotiff"},
    ],
)
def test_both_vocabularies_of_bands_are_understood(tmp_path: Path, asset: Json) -> None:
    """STAC 1.0 (`eo:bands`) and 1.1 (`bands`) name a band alike, and so does the asset's key."""
    path = a_catalog(tmp_path, an_item() | {"assets": {"B11_20m": asset}})
    (tmp_path / "item0" / "B11.tif").touch()
    (scene,) = found(path)
    assert [b.name for b in scene.bands] == ["swir16"]


@pytest.mark.parametrize(
    "fields",
    [
        {"raster:bands": [{"scale": 0.0001, "offset": -0.1, "nodata": 0}]},
        {"raster:scale": 0.0001, "raster:offset": -0.1, "nodata": 0},
    ],
)
def test_scale_and_offset_come_from_either_vocabulary(tmp_path: Path, fields: Json) -> None:
    """Numbers become reflectance by the item's own scale and offset, wherever it keeps them."""
    asset = {"href": "vv.tif", "eo:bands": [{"common_name": "red"}], **fields}
    (scene,) = found(a_catalog(tmp_path, an_item() | {"assets": {"B04": asset}}))
    (band,) = scene.bands
    assert (band.scale, band.offset, band.nodata) == (0.0001, -0.1, 0.0)


def test_an_offset_already_applied_is_not_applied_again(tmp_path: Path) -> None:
    """Earth Search items keep the offset in the text after taking it from the pixels."""
    asset = {
        "href": "vv.tif",
        "eo:bands": [{"common_name": "red"}],
        "raster:bands": [{"offset": -0.1}],
    }
    item = an_item(**{"earthsearch:boa_offset_applied": True}) | {"assets": {"red": asset}}
    (scene,) = found(a_catalog(tmp_path, item))
    assert scene.bands[0].offset == 0.0


def test_a_file_of_many_bands_is_indexed_by_their_order(tmp_path: Path) -> None:
    """Bands of one file are numbered as listed, and a file of its own wins over them."""
    item = an_item()
    names = ("blue", "green", "red", "nir")
    item["assets"] = {
        "all": {"href": "vv.tif", "eo:bands": [{"common_name": n} for n in names]},
        "red": {"href": "red.tif"},
    }
    path = a_catalog(tmp_path, item)
    (tmp_path / "item0" / "red.tif").touch()
    (scene,) = found(path)
    places = {b.name: (Path(b.href).name, b.index) for b in scene.bands}
    assert places == {
        "blue": ("vv.tif", 1),
        "green": ("vv.tif", 2),
        "nir": ("vv.tif", 4),
        "red": ("red.tif", 1),
    }


def test_the_window_is_about_availability(tmp_path: Path) -> None:
    """A scene counts from when it could be had; the window's end does not belong to it."""
    path = a_catalog(tmp_path, an_item(created="2025-01-12T00:00:00Z"))
    catalog, tally = StaticCatalog("test", path), Tally()
    days = [datetime(2025, 1, d, tzinfo=UTC) for d in (10, 12, 13)]
    assert not list(catalog.search(TimeWindow(start=days[0], end=days[1]), tally))
    assert len(list(catalog.search(TimeWindow(start=days[1], end=days[2]), tally))) == 1
    assert tally.summary()["accepted"] == tally.read == 1


def test_a_scene_is_never_available_before_it_was_taken(tmp_path: Path) -> None:
    """An item created before its own acquisition is believed about the acquisition only."""
    (scene,) = found(a_catalog(tmp_path, an_item(created="1999-01-01T00:00:00Z")))
    assert scene.available_at == scene.acquired_at


def test_a_catalog_is_read_again_after_it_grew(tmp_path: Path) -> None:
    """New items appear without a restart, and old losses are not counted again."""
    path = a_catalog(tmp_path, an_item("one"), an_item("one"))
    catalog, tally = StaticCatalog("test", path), Tally()
    assert [s.id for s in catalog.search(EVER, tally)] == ["one"]
    (tmp_path / "item1" / "item.json").write_text(json.dumps(an_item("two, later")))
    os.utime(path, ns=(1, 1))
    assert [s.id for s in catalog.search(EVER, tally)] == ["one", "two, later"]
    assert dict(tally.rejected) == {"duplicate_id": 1}


def _leave_by_dots(folder: Path) -> str:
    return "../../outside.tif"


def _leave_by_root(folder: Path) -> str:
    return str(folder.parent / "outside.tif")


def _leave_by_url(folder: Path) -> str:
    return (folder.parent / "outside.tif").as_uri()


def _leave_by_escapes(folder: Path) -> str:
    return "%2e%2e/%2e%2e/outside.tif"


def _leave_by_link(folder: Path) -> str:
    (folder / "item0" / "link.tif").symlink_to(folder.parent / "outside.tif")
    return "link.tif"


WAYS_OUT = [_leave_by_dots, _leave_by_root, _leave_by_url, _leave_by_escapes, _leave_by_link]


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_no_path_leaves_the_folder(tmp_path: Path, way_out: Callable[[Path], str]) -> None:
    """An item that points outside its catalog's folder is refused; its neighbour is not."""
    (tmp_path / "outside.tif").write_bytes(b"secret")
    folder = tmp_path / "catalog"
    path = a_catalog(folder, an_item("hostile"), an_item("honest"))
    item = an_item("hostile")
    item["assets"]["vv"]["href"] = way_out(folder)
    (folder / "item0" / "item.json").write_text(json.dumps(item))
    tally = Tally()
    assert [s.id for s in found(path, tally)] == ["honest"]
    assert dict(tally.rejected) == {"outside_folder": 1}


def test_no_link_leaves_the_folder(tmp_path: Path) -> None:
    """A catalog cannot make us read items outside its folder."""
    a_catalog(tmp_path / "other", an_item("other"))
    link = {"rel": "child", "href": "../other/catalog.json"}
    tally = Tally()
    scenes = found(a_catalog(tmp_path / "mine", an_item("mine"), links=(link,)), tally)
    assert [s.id for s in scenes] == ["mine"]
    assert dict(tally.rejected) == {"outside_folder": 1}


def test_circles_end(tmp_path: Path) -> None:
    """Catalogs that link to each other are read once each."""
    (tmp_path / "sub").mkdir()
    back = {"type": "Catalog", "links": [{"rel": "child", "href": "../catalog.json"}]}
    (tmp_path / "sub" / "catalog.json").write_text(json.dumps(back))
    link = {"rel": "child", "href": "./sub/catalog.json"}
    path = a_catalog(tmp_path, an_item(), links=(link, link))
    assert len(found(path)) == 1


def _no_time(item: Json) -> None:
    item["properties"]["datetime"] = None


def _nested_time(item: Json) -> None:
    item["properties"]["datetime"] = {"a": []}


def _no_properties(item: Json) -> None:
    item["properties"] = ["vv"]


def _no_number(item: Json) -> None:
    item["assets"]["vv"]["raster:bands"][0]["scale"] = float("nan")


def _off_earth(item: Json) -> None:
    item["bbox"] = [35.8, 134.8, 35.9, 134.9]


def _unprintable(item: Json) -> None:
    item["id"] = "a\ud800\x1b[31m"


def _no_file(item: Json) -> None:
    item["assets"]["vv"]["href"] = "vh.tif"


def _no_band(item: Json) -> None:
    item["assets"] = {"thumbnail": {"href": "vv.tif", "type": "image/png"}}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_no_time, "bad_item"),
        (_nested_time, "bad_item"),
        (_no_properties, "bad_item"),
        (_no_number, "bad_item"),
        (_off_earth, "bad_item"),
        (_unprintable, "bad_item"),
        (_no_file, "missing_asset"),
        (_no_band, "no_known_band"),
    ],
)
def test_a_bad_item_is_counted_and_its_neighbour_kept(
    tmp_path: Path, damage: Callable[[Json], None], reason: str
) -> None:
    """What cannot be used is one count with its reason, in text fit to be shown."""
    item = an_item("bad")
    damage(item)
    tally = Tally()
    assert [s.id for s in found(a_catalog(tmp_path, item, an_item("good")), tally)] == ["good"]
    assert dict(tally.rejected) == {reason: 1}
    assert (tally.read, tally.accepted) == (2, 1)
    assert tally.examples[reason].isprintable()


def test_broken_and_absent_files_cost_nobody_else(tmp_path: Path) -> None:
    """JSON cut short, far too deep, or not there at all is counted; the rest is found."""
    links = tuple({"rel": "item", "href": f"{n}.json"} for n in ("cut", "deep", "absent"))
    path = a_catalog(tmp_path, an_item(), links=links)
    (tmp_path / "cut.json").write_text('{"type": "Feat')
    (tmp_path / "deep.json").write_text("[" * 200_000)
    tally = Tally()
    assert len(found(path, tally)) == 1
    assert dict(tally.rejected) == {"bad_item": 2, "missing_item": 1}


def test_a_folder_of_items_needs_no_catalog(tmp_path: Path) -> None:
    """Items are found wherever they lie below the folder; other JSON is passed over."""
    a_catalog(tmp_path, an_item("a"), an_item("b")).unlink()
    (tmp_path / "notes.json").write_text('{"type": "notes"}')
    tally = Tally()
    assert [s.id for s in found(tmp_path, tally)] == ["a", "b"]
    assert not tally.rejected


@pytest.mark.parametrize("content", [None, "", "[]", '{"type": "Catalog", "links": []}'])
def test_a_catalog_without_scenes_stops_with_its_name(tmp_path: Path, content: str | None) -> None:
    """A catalog that is absent, unreadable or empty is an error that names the file."""
    path = tmp_path / "catalog.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=r"catalog\.json"):
        found(path)


@pytest.mark.shared_data
def test_the_latakia_catalog_is_read_whole() -> None:
    """All 244 real Sentinel-1 items become scenes in decibels."""
    scenes = found(shared("data", "imagery", "latakia_s1", "catalog.json"))
    assert len(scenes) == 244
    assert {s.modality for s in scenes} == {Modality.RADAR}
    assert {b.unit for s in scenes for b in s.bands} == {"dB"}
    assert {s.orbit for s in scenes} == {14, 21, 87, 94}


def test_a_scene_that_lacks_one_of_its_files_is_kept_and_the_loss_counted(tmp_path: Path) -> None:
    """A scene with one band missing is judged on the rest, and nobody is left to guess it."""
    item = an_item("half")
    item["assets"]["vh"] = {**item["assets"]["vv"], "href": "./gone.tif"}
    tally = Tally()
    (scene,) = found(a_catalog(tmp_path, item), tally)
    assert [b.name for b in scene.bands] == ["vv"]
    assert dict(tally.rejected) == {"missing_asset": 1}
    assert tally.examples["missing_asset"].endswith("gone.tif")


def test_a_tree_too_large_to_search_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder named by mistake is not read to its end: the catalog is asked for."""
    monkeypatch.setattr(static_stac, "_MOST_SEARCHED", 3)
    for name in "abcd":
        (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="name the catalog"):
        list(StaticCatalog("x", tmp_path).search(EVER, Tally()))
