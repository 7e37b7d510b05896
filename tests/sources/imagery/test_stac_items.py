"""Items of the services themselves, and items made to trip the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.domain.scene import Modality, Scene
from monitor.errors import BadScene
from monitor.sources.imagery.stac_items import scene_of
from monitor.sources.imagery.web_hrefs import HostList, checked_href, located
from tests.conftest import shared

Json = Any
HOSTS = HostList(
    hosts=(
        "e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com",
        "sentinel-cogs.s3.us-west-2.amazonaws.com",
        "download.dataspace.copernicus.eu",
        ".blob.core.windows.net",
    )
)


def sample(name: str) -> Json:
    """Return a recorded answer."""
    return json.loads(shared("data", "imagery", "samples", name).read_text())


def read(item: Json, lost: list[str] | None = None) -> Scene:
    """Read an item as an API's adapter does."""
    losses = [] if lost is None else lost
    return scene_of(
        item,
        source="test",
        locate=lambda asset: located(asset, hosts=HOSTS, base="", properties=item["properties"]),
        lose=lambda exc, _: losses.append(exc.reason),
        marks_updates=True,
    )


def an_item(**properties: object) -> Json:
    """Return an item as Planetary Computer has it: counts, and no word of scale."""
    blob = "https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/x"
    return {
        "type": "Feature",
        "id": "S2A_MSIL2A_20230110T082331_R121_T36SYE_20230110T122018",
        "bbox": [35.0, 34.0, 36.5, 35.5],
        "geometry": None,
        "properties": {
            "datetime": "2023-01-10T08:23:31Z",
            "platform": "Sentinel-2A",
            "constellation": "Sentinel 2",
            "s2:processing_baseline": "05.09",
            "s2:datatake_id": "GS2A_20230110T082331_039456_N05.09",
            "sat:relative_orbit": 121,
            "eo:cloud_cover": 12.5,
            **properties,
        },
        "assets": {
            key: {
                "href": f"{blob}_{key}.tif",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["data"],
            }
            for key in ("B02", "B03", "B04", "B08", "B11", "SCL", "visual", "AOT")
        },
        "links": [],
    }


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "offset"),
    [("earthsearch_v1_item_sentinel-2-c1-l2a.json", -0.1),
     ("earthsearch_v1_item_sentinel-2-l2a.json", 0.0)],
)  # fmt: skip
def test_the_offset_is_applied_once(name: str, offset: float) -> None:
    """Collection 1 holds counts; the older collection took the offset out and repeats it still."""
    lost: list[str] = []
    scene = read(sample(name), lost)
    names = [b.name for b in scene.bands]
    assert names == ["blue", "green", "nir", "red", "scl", "swir16"]
    for band in scene.bands:
        expected = (1.0, 0.0) if band.name == "scl" else (1e-4, offset)
        assert (band.scale, band.offset, band.nodata) == (*expected, 0.0)
        assert band.href.endswith(".tif")
    assert lost == []  # the same bands are there in a bucket too, which costs nothing
    assert (scene.sensor, scene.orbit, scene.datatake) == (
        "sentinel-2",
        95,
        "S2B_20250731T131909",
    )


@pytest.mark.shared_data
def test_the_newer_vocabulary_is_read_alike() -> None:
    """Copernicus Data Space says proj:code, bands, processing:version, and keeps files by https
    beside a bucket."""
    scene = read(sample("cdse_stac_v1_search_s2l2a_trimmed.json")["features"][0])
    bands = {b.name: b for b in scene.bands}
    assert sorted(bands) == ["blue", "nir", "scl", "swir16"]
    assert (bands["nir"].scale, bands["nir"].offset, bands["nir"].nodata) == (1e-4, -0.1, 0.0)
    assert bands["scl"].scale == 1.0
    assert bands["nir"].href.startswith("https://download.dataspace.copernicus.eu/odata/v1/")
    assert (scene.orbit, scene.datatake) == (17, "S2C_20260527T014651")
    assert scene.revision.startswith("0005.0012 ")


@pytest.mark.shared_data
def test_a_bucket_whose_reader_pays_is_named_as_such() -> None:
    """Earth Search lists Sentinel-1 scenes that cannot be had for nothing."""
    item = sample("earthsearch_v1_item_sentinel-1-grd.json")
    for old, new in (("hh", "vv"),):
        item = json.loads(json.dumps(item).replace(f"-{old}", f"-{new}").replace('"hh"', '"vv"'))
    with pytest.raises(BadScene) as caught:
        read(item)
    assert caught.value.reason == "requester_pays"


@pytest.mark.parametrize(
    ("baseline", "offset"), [("03.01", 0.0), ("04.00", -0.1), ("05.11", -0.1), ("5.11", -0.1)]
)
def test_counts_without_a_word_of_scale_get_that_of_their_baseline(
    baseline: str, offset: float
) -> None:
    """Planetary Computer does not harmonise: 1000 is taken off from baseline 04.00 on."""
    scene = read(an_item(**{"s2:processing_baseline": baseline}))
    band = scene.band("blue")
    assert band is not None
    assert (band.scale, band.offset, band.nodata) == (1e-4, offset, 0.0)
    classes = scene.band("scl")
    assert classes is not None
    assert (classes.scale, classes.offset) == (1.0, 0.0)


def test_a_picture_for_the_eye_is_no_band() -> None:
    """`visual` fills no gap beside real bands, and serves where nothing else is there."""
    item = an_item()
    item["assets"]["visual"]["eo:bands"] = [{"common_name": n} for n in ("red", "green", "blue")]
    del item["assets"]["B04"]
    assert "red" not in [b.name for b in read(item).bands]
    item["assets"] = {"visual": item["assets"]["visual"]}
    assert [(b.name, b.scale) for b in read(item).bands] == [
        ("blue", 1.0),
        ("green", 1.0),
        ("red", 1.0),
    ]


def test_a_scene_is_kept_without_a_band_that_cannot_be_had() -> None:
    """One foreign address costs its own band and is counted; the others stay."""
    item, lost = an_item(), []
    item["assets"]["B08"]["href"] = "https://evil.example/B08.tif"
    scene = read(item, lost)
    assert "nir" not in [b.name for b in scene.bands]
    assert lost == ["foreign_host"]


def test_a_grd_band_knows_its_tables() -> None:
    """Calibration and noise lie beside the counts; counts without calibration are no use."""
    item = an_item(**{"sar:product_type": "GRD", "platform": "SENTINEL-1A"})
    href = "https://sentinel1euwest.blob.core.windows.net/s1-grd/a"
    item["properties"]["constellation"] = "Sentinel-1"
    raster = {"type": "image/tiff", "raster:bands": [{"data_type": "uint16"}]}
    item["assets"] = {
        "vv": {"href": f"{href}/vv.tiff", **raster},
        "vh": {"href": f"{href}/vh.tiff", **raster},
        "schema-calibration-vv": {"href": f"{href}/cal-vv.xml", "roles": ["metadata"]},
        "schema-noise-vv": {"href": f"{href}/noise-vv.xml", "roles": ["metadata"]},
    }
    lost: list[str] = []
    scene = read(item, lost)
    (band,) = scene.bands
    assert scene.modality is Modality.RADAR
    assert (band.calibration_href, band.noise_href) == (
        f"{href}/cal-vv.xml",
        f"{href}/noise-vv.xml",
    )
    assert lost == ["no_calibration"]


def test_an_item_changed_under_its_id_is_a_scene_of_its_own() -> None:
    """Changed a day after it was made it was revised; within the day it was completed."""
    made = "2023-01-10T12:00:00Z"
    same = read(an_item(created=made, updated="2023-01-11T12:00:00Z"))
    changed = read(an_item(created=made, updated="2023-01-11T12:00:01Z"))
    assert changed.id == same.id + "@20230111T120001Z"
    assert changed.datatake == same.datatake


@pytest.mark.parametrize(
    "spoiled",
    [
        {"properties": None},
        {"assets": []},
        {"assets": {str(n): {} for n in range(501)}},
        {"assets": {"B02": None}},
        {"assets": {"B02": {"href": 7, "type": "image/tiff"}}},
        {"bbox": ["a", 1, 2, 3]},
        {"bbox": [-400, 0, 400, 1]},
        {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1e400, 1], [1, 1], [0, 0]]]}},
        {"id": "x" * 300},
        {"id": "a\nb"},
    ],
)
def test_whatever_an_item_holds_it_costs_only_itself(spoiled: Json) -> None:
    """Damage is a `BadScene`, never another error."""
    with pytest.raises(BadScene):
        read(an_item() | spoiled)


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("https://a.blob.core.windows.net/c/x.tif", ""),
        ("http://a.blob.core.windows.net/c/x.tif", "not_https"),
        ("https://a.blob.core.windows.net.evil.example/c/x.tif", "foreign_host"),
        ("https://evilblob.core.windows.net/c/x.tif", "foreign_host"),
        ("https://127.0.0.1/c/x.tif", "foreign_host"),
        ("https://me:pw@a.blob.core.windows.net/c/x.tif", "signed_href"),
        ("https://a.blob.core.windows.net/c/x.tif?se=1&sig=abc", "signed_href"),
        ("https://a.blob.core.windows.net/c/x.tif?X-Amz-Signature=abc", "signed_href"),
        ("https://a.blob.core.windows.net/c/x y.tif", "bad_href"),
        ("https://a.blob.core.windows.net:99999/x", "bad_href"),
        ("file:///etc/passwd", "bad_href"),
        ("/vsicurl/https://a.blob.core.windows.net/x", "bad_href"),
        ("https://[::1/x", "bad_href"),
        (None, "bad_href"),
    ],
)
def test_only_plain_addresses_of_known_hosts_are_taken(href: object, reason: str) -> None:
    """What an item names is asked for only where the settings say so, and never with a key."""
    try:
        said = ""
        checked_href(href, HOSTS)
    except BadScene as exc:
        said = exc.reason
    assert said == reason


def test_plain_http_is_for_hosts_named_whole() -> None:
    """A server of one's own on this machine may do without TLS; a whole domain may not."""
    own = HostList(hosts=("127.0.0.1", ".example.org"), plain_http=True)
    assert own.holds("http://127.0.0.1:8080/x.tif")
    assert not own.holds("http://a.example.org/x.tif")
