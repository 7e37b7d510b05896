"""Pictures for messages, from the demo's scenes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.decide import News
from monitor.alerts.render import Voice, message_for
from monitor.batch import EVER
from monitor.bundled import bundled
from monitor.domain.finding import Evidence
from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from monitor.store.engine import open_store
from monitor.store.observations import add_scenes
from monitor.watch.evidence import EvidencePictures
from tests.alerts.test_render import a_finding, a_notice

BERTH = "tartus.berth.b3_n.2"
FREE, TAKEN = "rendered_s1a_20241201T033530_r021", "rendered_s2b_20241205T083021"
WANTED = {
    "place": "tartus",
    "scenes": [
        {"id": FREE, "note": f"{BERTH} free, score 0.09, rendered for the demo"},
        {"id": TAKEN, "note": f"{BERTH} occupied, score 0.99, rendered for the demo"},
    ],
}


@pytest.fixture(scope="module")
def scenes() -> dict[str, Scene]:
    """Return the two scenes."""
    catalog = bundled("sample_tiles", "tartus_2025", "scenes", "catalog.json")
    found = StaticCatalog("demo", catalog).search(EVER, Tally())
    return {s.id: s for s in found if s.id in (FREE, TAKEN)}


@pytest.fixture
def pictures(tmp_path: Path, scenes: dict[str, Scene]) -> Iterator[EvidencePictures]:
    """Open a store that knows the scenes, and one that lies elsewhere."""
    away = replace(
        scenes[FREE],
        id="away",
        bands=tuple(replace(b, href=f"https://x.example/{b.name}.tif") for b in scenes[FREE].bands),
    )
    with closing(open_store(tmp_path / "a.db")) as store:
        with store.begin() as connection:
            add_scenes(connection, [*scenes.values(), away])
        yield EvidencePictures(
            store=store,
            gazetteer=load_gazetteer(bundled("aoi", "tartus.geojson")),
            reader=RasterReader(),
            zone=ZoneInfo("Asia/Damascus"),
            out=tmp_path / "report",
        )


def test_before_and_after_are_one_picture(pictures: EvidencePictures) -> None:
    """Its words say place, time, sensor and state of each look; it is small and repeatable."""
    picture = pictures.picture(WANTED)
    assert picture is not None
    assert picture.words == (
        "Mole 3 south side, slot 2/4: 2024-12-01 03:35 UTC (Sun 06:35 local), sentinel-1a, 10 m: "
        "free; 2024-12-05 08:30 UTC (Thu 11:30 local), sentinel-2b, 10 m: occupied"
    )
    assert picture.png.startswith(b"\x89PNG")
    assert len(picture.png) < 200_000
    assert picture == pictures.picture(json.loads(json.dumps(WANTED)))


def test_a_picture_is_published_under_its_name(pictures: EvidencePictures) -> None:
    """It lies whole among the pages, where chat programs can fetch it."""
    picture = pictures.publish(WANTED)
    assert picture is not None
    assert (pictures.out / "evidence" / picture.name).read_bytes() == picture.png
    assert picture.name.removesuffix(".png").isalnum()
    assert [p.suffix for p in (pictures.out / "evidence").iterdir()] == [".png"]


def test_a_scene_that_is_not_here_is_left_out(pictures: EvidencePictures) -> None:
    """One look is shown where the other lies elsewhere; with neither there is no picture."""
    away = {"id": "away", "note": f"{BERTH} free"}
    one = pictures.picture({**WANTED, "scenes": [away, WANTED["scenes"][1]]})
    assert one is not None
    assert "occupied" in one.words
    assert "free" not in one.words
    assert pictures.picture({**WANTED, "scenes": [away]}) is None


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"scenes": []},
        {"scenes": ["x"]},
        {"place": "nowhere", "scenes": [{"id": FREE}]},
        {"place": BERTH, "scenes": [{"id": "unknown"}]},
    ],
)
def test_a_wish_nobody_can_grant_is_no_picture(
    wanted: dict[str, object], pictures: EvidencePictures
) -> None:
    """A message of another version, or of scenes long gone, goes without."""
    assert pictures.picture(wanted) is None


def test_a_message_asks_for_the_look_before_the_change_and_the_last() -> None:
    """Of four looks, the last and the latest that told otherwise."""
    at = a_finding().learned_at
    looks = [
        Evidence(kind="scene", ref=ref, at=at.replace(hour=hour), note=f"b {state}, score 1")
        for hour, ref, state in ((4, "d", "free"), (1, "a", "occupied"), (2, "b", "occupied"),
                                 (3, "c", "free"))
    ]  # fmt: skip
    finding = a_finding(evidence=tuple(looks))
    message = message_for(a_notice(finding, news=News.NEW), voice=Voice())
    assert [s["id"] for s in message.picture["scenes"]] == ["b", "d"]  # type: ignore[attr-defined]
    assert message_for(a_notice(a_finding(evidence=())), voice=Voice()).picture == {}


def test_a_message_links_to_its_finding() -> None:
    """Where the pages have an address, a message leads to its finding there."""
    finding = a_finding()
    voice = Voice(report_url="https://port.example/tartus/")
    message = message_for(a_notice(finding), voice=voice)
    assert message.link == f"https://port.example/tartus/findings.html#{finding.id}"
    assert message_for(a_notice(finding), voice=Voice()).link == ""
