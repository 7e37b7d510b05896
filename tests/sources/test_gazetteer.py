"""Area files: what loads, what is refused, and in which words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import LineString, Point

from monitor.domain.place import PlaceKind
from monitor.errors import ConfigError
from monitor.sources import geojson
from monitor.sources.gazetteer import check_aoi, load_gazetteer, side_of
from tests.conftest import shared

QUAY = [[37.0, 45.0], [37.004, 45.0]]
NORTH_OF_QUAY = [[[37.0, 45.0], [37.002, 45.0], [37.002, 45.0004], [37.0, 45.0004], [37.0, 45.0]]]


def a_feature(
    identity: str,
    kind: object = "berth",
    shape: str = "Polygon",
    at: object = None,
    **properties: object,
) -> dict[str, Any]:
    """Return a feature that is right in every respect until told otherwise."""
    required = {
        "id": identity, "kind": kind, "name": identity, "source": "drawn", "confidence": "low",
        "licence": "own work",
    }  # fmt: skip
    return {
        "type": "Feature",
        "properties": {**required, **properties},
        "geometry": {"type": shape, "coordinates": NORTH_OF_QUAY if at is None else at},
    }


def a_quay(**properties: object) -> dict[str, Any]:
    """Return a quay of 315 m that runs east."""
    return a_feature("x.quay.1", "quay", "LineString", QUAY, **properties)


def a_file(folder: Path, *features: object, **members: object) -> Path:
    """Write a feature collection and return its path."""
    path = folder / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}))
    return path


def moved(lon: float, lat: float) -> list[list[list[float]]]:
    """Return the berth's ring with its first corner at (lon, lat)."""
    return [[[x - 37.0 + lon, y - 45.0 + lat] for x, y in NORTH_OF_QUAY[0]]]


def test_a_berth_with_only_the_six_properties_stands_alone(tmp_path: Path) -> None:
    """A berth needs no quay: the six properties and a polygon make it a place."""
    gazetteer = load_gazetteer(a_file(tmp_path, a_feature("x.berth.1")))
    berth = gazetteer.places["x.berth.1"]
    assert (berth.kind, berth.port, berth.quay_id) == (PlaceKind.BERTH, "x", None)
    assert gazetteer.quay_line(berth) is None
    assert (gazetteer.name, gazetteer.ports, berth.mooring) == ("x", ("x",), "alongside")


def test_a_berth_finds_the_line_of_its_quay(tmp_path: Path) -> None:
    """A berth that names a quay lies along that quay's line."""
    berth = a_feature("x.berth.1", quay="x.quay.1", mooring="stern-to")
    gazetteer = load_gazetteer(a_file(tmp_path, a_quay(water_side="left"), berth))
    line = gazetteer.quay_line(gazetteer.places["x.berth.1"])
    assert line is not None
    assert [list(c) for c in line.coords] == QUAY
    assert gazetteer.places["x.berth.1"].mooring == "stern-to"


def test_heights_are_dropped(tmp_path: Path) -> None:
    """A third coordinate is taken off, not refused."""
    ring = [[[lon, lat, 3.5] for lon, lat in NORTH_OF_QUAY[0]]]
    place = load_gazetteer(a_file(tmp_path, a_feature("x.b", at=ring))).places["x.b"]
    assert not place.geometry.has_z
    assert place.geometry.equals(geojson.read_geometry(a_feature("y")["geometry"], ("Polygon",)))


def test_a_multipart_geometry_of_one_part_is_that_part(tmp_path: Path) -> None:
    """Desktop tools write MultiPolygon for everything; one part is a polygon."""
    path = a_file(
        tmp_path,
        a_feature("x.b", shape="MultiPolygon", at=[NORTH_OF_QUAY]),
        a_feature("x.q", "quay", "MultiLineString", [QUAY]),
    )
    shapes = {p.geometry.geom_type for p in load_gazetteer(path).places.values()}
    assert shapes == {"Polygon", "LineString"}


def test_the_id_may_stand_beside_the_properties(tmp_path: Path) -> None:
    """RFC 7946 puts a feature's id beside its properties; both places will do."""
    feature = a_feature("x.b")
    del feature["properties"]["id"]
    assert "x.b" in load_gazetteer(a_file(tmp_path, {**feature, "id": "x.b"})).places


def test_characters_that_do_not_show_leave_the_name(tmp_path: Path) -> None:
    """A name cannot turn a line of text round or break it in two."""
    feature = a_feature("x.b", name="north\u202e\nquay\ud800")
    assert load_gazetteer(a_file(tmp_path, feature)).places["x.b"].name == "north  quay"


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "OGC:CRS84"],
)
def test_a_crs_member_naming_degrees_is_taken(tmp_path: Path, name: str) -> None:
    """Older tools name the coordinate system; longitude and latitude in degrees is right."""
    crs = {"type": "name", "properties": {"name": name}}
    assert check_aoi(a_file(tmp_path, a_feature("x.b"), crs=crs)) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "is not text in UTF-8"),
        (b"{", "is not JSON (line 1"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"1" * 5000, "a number is too long"),
        (b"[]", "is not a GeoJSON FeatureCollection"),
        (b'{"type": "Feature"}', "is not a GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection"}', "has no list of features"),
        (b'{"type": "FeatureCollection", "features": {}}', "has no list of features"),
        (b'{"type": "FeatureCollection", "features": []}', "holds no feature"),
    ],
)
def test_a_file_that_is_no_area_file_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """A file of another sort is refused in one line that names it."""
    path = tmp_path / "x.geojson"
    path.write_bytes(content)
    (fault,) = check_aoi(path)
    assert fault.feature_id == "(file)"
    assert words in fault.reason
    with pytest.raises(ConfigError) as refused:
        load_gazetteer(path)
    assert str(refused.value) == f"{path}: {fault}"
    assert "\n" not in str(refused.value)


def test_a_file_too_large_for_a_port_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file above the limit is refused; at the limit it is read."""
    path = a_file(tmp_path, a_feature("x.b"))
    size = path.stat().st_size
    monkeypatch.setattr(geojson, "MAX_BYTES", size)
    assert check_aoi(path) == []
    monkeypatch.setattr(geojson, "MAX_BYTES", size - 1)
    assert "is larger than" in check_aoi(path)[0].reason


@pytest.mark.parametrize("name", ["absent.geojson", ".", "a\0b"])
def test_a_path_that_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """A missing file, a folder and an impossible name are told in one line."""
    with pytest.raises(ConfigError, match=r"is not a file|cannot be read"):
        load_gazetteer(tmp_path / name)


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32636"}},
        {"type": "name", "properties": {"name": "EPSG:14326"}},
        {"type": "link"},
        "EPSG:4326",
    ],
)
def test_another_coordinate_system_is_refused(tmp_path: Path, crs: object) -> None:
    """A projected file is refused with the way out, whatever its numbers look like."""
    (fault,) = check_aoi(a_file(tmp_path, a_feature("x.b"), crs=crs))
    assert fault.feature_id == "(file)"
    assert "save it as EPSG:4326" in fault.reason


BOW_TIE = [[[37.0, 45.0], [37.002, 45.002], [37.002, 45.0], [37.0, 45.002], [37.0, 45.0]]]
WIDE = [[[30.0, 45.0], [35.01, 45.0], [35.01, 45.1], [30.0, 45.0]]]


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (a_feature("x.b", at=BOW_TIE), "crosses itself at lon 37.001000, lat 45.001000"),
        (a_feature("x.b", at=[NORTH_OF_QUAY[0][:-1]]), "ring that is not closed"),
        (a_feature("x.b", at=[[[37, 45], [37.1, 45], [37, 45]]]), "fewer than four positions"),
        (a_feature("x.b", at=[[[37, 45]] * 4]), "is not valid (Too few points"),
        (a_feature("x.b", at=WIDE), "is 5.0 degrees across; at most 5"),
        (a_feature("x.b", at=[]), "has an empty geometry"),
        (a_feature("x.b", at=[[]]), "has an empty or malformed list"),
        (a_feature("x.b", at=[[["a", "b"]]]), "position that is not two numbers"),
        (a_feature("x.b", at=[[[True, False]]]), "position that is not two numbers"),
        (a_feature("x.b", at=[[[37.0]]]), "position that is not two numbers"),
        (a_feature("x.b", at=[[[float("nan"), 45.0]]]), "NaN or infinite"),
        (a_feature("x.b", at=[[[float("inf"), 45.0]]]), "NaN or infinite"),
        (a_feature("x.b", at=[[[10**400, 45.0]]]), "NaN or infinite"),
        (a_feature("x.b", at=moved(45.0, 100.0)), "lat 100); lon and lat are swapped"),
        (a_feature("x.b", at=moved(759_000.0, 3_866_000.0)), "degrees of EPSG:4326 are needed"),
        (a_feature("x.b", shape="Point", at=[37, 45]), "type 'Point', not Polygon"),
        (a_feature("x.q", "quay"), "type 'Polygon', not LineString"),
        (a_feature("x.b", shape="Circle"), "type 'Circle', not Polygon"),
        (a_feature("x.b", shape="MultiPolygon", at=[NORTH_OF_QUAY, BOW_TIE]), "has 2 parts"),
        (a_feature("x.q", "quay", "LineString", [[37, 45]]), "a line of one position"),
        (a_feature("x.q", "quay", "LineString", [[37, 45], [37, 45]]), "is not valid"),
        (a_feature("x.b", "births"), "kind 'births' is unknown; did you mean berth?"),
        (a_feature("x.b", "Waiting Area"), "did you mean waiting_area?"),
        (a_feature("x.b", "zzz"), "known are harbour_water, port_boundary"),
        (a_feature("x.b", ["berth"]), "kind is not text"),
        (a_feature("x.b", name=7), "name is not text"),
        (a_feature("x.b", source=""), "has no source"),
        (a_feature("x.b", confidence=None, licence=None), "has no confidence, licence"),
        (a_feature("x.b", mooring="bow-to"), "mooring is 'bow-to', not alongside or stern-to"),
        (a_quay(water_side="west"), "water_side is 'west', not left or right"),
        (a_feature("x.b", quay="x.quay.2"), "quay 'x.quay.2', which is not in the file"),
        ({**a_feature("x.b"), "geometry": None}, "has no geometry"),
        ({**a_feature("x.b"), "geometry": {"type": ["Polygon"]}}, "geometry type list"),
        ({**a_feature("x.b"), "type": "Thing"}, "is not a GeoJSON Feature"),
    ],
)
def test_a_wrong_feature_is_refused_by_id_and_reason(
    tmp_path: Path, feature: dict[str, Any], reason: str
) -> None:
    """Every fault of a feature is told with the feature's id."""
    path = a_file(tmp_path, feature)
    (fault,) = check_aoi(path)
    assert fault.feature_id == feature["properties"]["id"]
    assert reason in fault.reason
    with pytest.raises(ConfigError) as refused:
        load_gazetteer(path)
    assert str(refused.value) == f"{path}: {fault}"


@pytest.mark.parametrize("width", [4.99, 5.01])
def test_five_degrees_is_the_widest_a_feature_may_be(tmp_path: Path, width: float) -> None:
    """A waiting area just under five degrees wide is taken, just over it is not."""
    ring = [[[30.0, 45.0], [30.0 + width, 45.0], [30.0, 45.1], [30.0, 45.0]]]
    faults = check_aoi(a_file(tmp_path, a_feature("x.w", "waiting_area", at=ring)))
    assert bool(faults) is (width > 5)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", "a\u202eb", " ", "x" * 121, "\ud800"])
def test_an_id_that_would_not_show_is_refused(tmp_path: Path, name: str) -> None:
    """An id that could garble a message is refused and shown escaped, by the feature's place."""
    (fault,) = check_aoi(a_file(tmp_path, a_feature(name, name="berth")))
    assert fault.feature_id == "feature 1"
    assert "control characters" in fault.reason
    assert str(fault).isprintable()
    assert str(fault).isascii()


@pytest.mark.parametrize("feature", [None, 3, [], "berth"])
def test_a_feature_that_is_no_object_is_refused_by_number(tmp_path: Path, feature: object) -> None:
    """Where there is no id to name, the feature's place in the file is named."""
    (fault,) = check_aoi(a_file(tmp_path, a_feature("x.b"), feature))
    assert str(fault) == "feature 2: is not a GeoJSON Feature"


def test_a_deeply_nested_property_does_not_exhaust_the_stack(tmp_path: Path) -> None:
    """A value nested as deep as JSON allows is a fault like any other."""
    nest: object = "berth"
    for _ in range(400):
        nest = [nest]
    feature = {**a_feature("x.b", nest), "geometry": {"type": nest, "coordinates": nest}}
    assert {f.feature_id for f in check_aoi(a_file(tmp_path, feature))} == {"x.b"}


def test_an_id_given_twice_is_refused_once(tmp_path: Path) -> None:
    """A repeated id is one fault that says how often it stands."""
    (fault,) = check_aoi(a_file(tmp_path, *[a_feature("x.b")] * 3))
    assert str(fault) == "x.b: the id stands 3 times; ids are unique in a file"


def test_every_fault_is_found_in_one_pass(tmp_path: Path) -> None:
    """The checker lists all faults of all features; loading names three and counts the rest."""
    path = a_file(
        tmp_path,
        a_feature("x.a", "birth", at=BOW_TIE, source=""),
        a_feature("x.b", at=BOW_TIE),
        a_feature("x.c", quay="x.nowhere"),
    )
    assert [f.feature_id for f in check_aoi(path)] == ["x.a", "x.a", "x.a", "x.b", "x.c"]
    with pytest.raises(ConfigError, match=r"x\.a: has no source; .*; and 2 more$"):
        load_gazetteer(path)


def test_a_berth_at_a_refused_quay_is_not_blamed(tmp_path: Path) -> None:
    """A quay that is refused for its own fault is there; its berths add no second fault."""
    path = a_file(tmp_path, a_quay(water_side="west"), a_feature("x.berth.1", quay="x.quay.1"))
    assert [f.feature_id for f in check_aoi(path)] == ["x.quay.1"]


def test_a_berth_may_lie_at_a_quay_or_pier_only(tmp_path: Path) -> None:
    """A basin is no quay, a pier is one."""
    path = a_file(
        tmp_path,
        a_feature("x.basin", "basin"),
        a_feature("x.pier", "pier"),
        a_feature("x.b1", quay="x.basin"),
        a_feature("x.b2", quay="x.pier"),
    )
    assert [str(f) for f in check_aoi(path)] == [
        "x.b1: names x.basin as its quay, which is a basin"
    ]


@pytest.mark.parametrize(("side", "refused"), [("left", False), ("right", True)])
def test_a_berth_lies_on_the_water_side_of_its_quay(
    tmp_path: Path, side: str, refused: bool
) -> None:
    """A berth north of a quay that runs east has its water on the left, and nowhere else."""
    berth = a_feature("x.berth.1", quay="x.quay.1")
    faults = [str(f) for f in check_aoi(a_file(tmp_path, a_quay(water_side=side), berth))]
    told = "x.berth.1: lies on the land side of x.quay.1, whose water_side is right"
    assert faults == ([told] if refused else [])


def test_the_side_is_that_of_the_nearest_stretch() -> None:
    """On a bent quay the nearest stretch decides, with degrees of longitude at their true size."""
    bent = LineString([(37.0, 45.0), (37.002, 45.0), (37.002, 45.002)])
    assert side_of(bent, Point(37.001, 45.0002)) == "left"
    assert side_of(bent, Point(37.0023, 45.001)) == "right"
    assert side_of(LineString(bent.coords[::-1]), Point(37.0023, 45.001)) == "left"


# --- latitude and longitude exchanged ---------------------------------------------------------


def test_one_swapped_feature_among_others_is_found(tmp_path: Path) -> None:
    """A feature that fits in only when its axes are exchanged is refused, the others are not."""
    path = a_file(
        tmp_path,
        a_feature("x.b1", at=moved(45.0, 37.0)),
        a_feature("x.b2"),
        a_feature("x.b3", at=moved(37.01, 45.0)),
    )
    (fault,) = check_aoi(path)
    assert fault.feature_id == "x.b1"
    assert fault.reason.startswith("lon and lat are swapped: it lies at lon 45.001, lat 37.000")


@pytest.mark.parametrize("port", ["tartus", "latakia", "baniyas", "hmeimim", "novorossiysk"])
def test_a_wholly_swapped_file_of_a_known_port_is_found(tmp_path: Path, port: str) -> None:
    """Where every feature is swapped, the published position of the port tells, id or no id."""
    places = {
        "tartus": (35.866, 34.909), "latakia": (35.765, 35.52), "baniyas": (35.947, 35.222),
        "hmeimim": (35.948, 35.40), "novorossiysk": (37.80, 44.72),
    }  # fmt: skip
    lon, lat = places[port]
    for name in (f"{port}.berth.1", "elsewhere.berth.1"):
        assert check_aoi(a_file(tmp_path, a_feature(name, at=moved(lon, lat)))) == []
        (fault,) = check_aoi(a_file(tmp_path, a_feature(name, at=moved(lat, lon))))
        assert fault.feature_id == name
        assert f"{port} at lon" in fault.reason


def test_the_bbox_of_a_file_tells_a_wholly_swapped_one(tmp_path: Path) -> None:
    """A bbox in the right order gives away features in the wrong one."""
    swapped = a_feature("x.b", at=moved(45.0, 37.0))
    assert check_aoi(a_file(tmp_path, swapped)) == []
    (fault,) = check_aoi(a_file(tmp_path, swapped, bbox=[36.9, 44.9, 37.1, 45.1]))
    assert "the file's bbox at lon 37.000" in fault.reason


@pytest.mark.parametrize("bbox", [None, [1, 2], ["a"] * 4, [10**400] * 4, [float("nan")] * 4])
def test_a_bbox_that_is_none_is_ignored(tmp_path: Path, bbox: object) -> None:
    """A malformed bbox neither helps nor hurts."""
    assert check_aoi(a_file(tmp_path, a_feature("x.b"), bbox=bbox)) == []


def test_ports_far_apart_in_one_file_are_not_taken_for_swapped(tmp_path: Path) -> None:
    """A second port a degree away is a second port."""
    path = a_file(
        tmp_path,
        a_feature("one.b", at=moved(35.87, 34.90)),
        a_feature("two.b", at=moved(36.18, 36.59)),
        a_feature("three.b", at=moved(33.02, 34.65)),
    )
    assert check_aoi(path) == []


# --- files from elsewhere, as they are --------------------------------------------------------


def test_a_bare_land_mask_is_one_place(tmp_path: Path) -> None:
    """A file that only says whence it comes is a land mask, one place named for the file."""
    bare = a_feature("x")
    bare["properties"] = {"source": "coast", "licence": "ODbL-1.0"}
    gazetteer = load_gazetteer(a_file(tmp_path, bare, bare))
    (land,) = gazetteer.places.values()
    assert (land.id, land.kind, land.source) == ("x", PlaceKind.LAND, "coast")
    assert gazetteer.ports == ()


def test_a_faulty_land_mask_is_refused(tmp_path: Path) -> None:
    """A land mask is held to the same geometry as any place."""
    bare = a_feature("x", at=BOW_TIE)
    bare["properties"] = {"source": "coast", "licence": "ODbL-1.0"}
    (fault,) = check_aoi(a_file(tmp_path, bare))
    assert str(fault).startswith("feature 1: has a ring that crosses itself")


def test_a_swapped_land_mask_is_refused(tmp_path: Path) -> None:
    """A land mask has no id to name its port; the port's mirror image tells."""
    bare = a_feature("x", at=moved(34.9, 35.9))
    bare["properties"] = {"source": "coast", "licence": "ODbL-1.0"}
    (fault,) = check_aoi(a_file(tmp_path, bare))
    assert str(fault).startswith("x: lon and lat are swapped")


def test_a_drawing_without_properties_is_not_a_land_mask(tmp_path: Path) -> None:
    """A polygon fresh from a drawing tool is told what it lacks."""
    bare = {**a_feature("x"), "properties": {}}
    (fault,) = check_aoi(a_file(tmp_path, bare))
    assert str(fault) == "feature 1: has no id, kind, name, source, confidence, licence"


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("stem", "places", "berths"),
    [
        ("tartus_areas", 103, 38),
        ("latakia_moorings", 7, 6),
        ("latakia_hmeimim_areas", 16, 0),
        ("tartus_land", 1, 0),
    ],
)
def test_the_fact_files_load_as_they_are(stem: str, places: int, berths: int) -> None:
    """The published coordinate facts need no change to be read."""
    path = shared("facts", f"{stem}.geojson")
    assert check_aoi(path) == []
    gazetteer = load_gazetteer(path)
    assert (len(gazetteer.places), len(gazetteer.berths)) == (places, berths)
