"""Planet's Data API: search, orders, files that are ready later, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.clock import VirtualClock
from monitor.domain.tally import Tally
from monitor.errors import BadScene, SourceRefused, SourceUnavailable
from monitor.http_client import HttpAnswer
from monitor.sources.imagery.planet import PlanetApi, PlanetQuery, PlanetScenes, PlanetShelf
from tests.conftest import shared
from tests.sources.imagery.fake_web import NOW, WINDOW, FakeWeb, Request, always, answer, in_turn

URL = "https://api.planet.com/data/v1"
Json = Any


def item(name: str = "20250730_081523_45_2461", **properties: Json) -> Json:
    """Return a scene over Tartus."""
    ring = [[35.5, 34.5], [36, 34.5], [36, 35], [35.5, 35], [35.5, 34.5]]
    return {
        "id": name,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "assets": ["ortho_analytic_4b_sr", "ortho_visual"],
        "_permissions": ["assets.ortho_analytic_4b_sr:download"],
        "properties": {
            "acquired": f"{name[:4]}-{name[4:6]}-{name[6:8]}T08:15:23Z",
            "published": "2025-07-30T20:00:00Z",
            "updated": "2025-07-30T20:00:00Z",
            "ground_control": True,
            "publishing_stage": "finalized",
            "item_type": "PSScene",
            "satellite_id": "2461",
            **properties,
        },
    }


def files(status: str, **more: Json) -> HttpAnswer:
    """Return what Planet says of an item's files."""
    links = {"_self": f"{URL}/assets/abc", "activate": f"{URL}/assets/abc/activate"}
    file = {"status": status, "_links": links, **more}
    return answer({"ortho_analytic_4b_sr": file})


def planet(web: FakeWeb, **changes: Json) -> tuple[PlanetScenes, PlanetApi]:
    """Return the adapter and its API."""
    api = PlanetApi("planet", URL, key="k3y", ask=web, clock=VirtualClock(NOW))
    query = PlanetQuery(url=URL, area=(35.8, 34.8, 35.95, 34.95), **changes)
    return PlanetScenes("planet", query, api), api


def found(*items: Json, following: str | None = None) -> HttpAnswer:
    """Return a page of a search."""
    return answer({"features": list(items), "_links": {"_next": following}})


def test_a_scene_in_the_making_comes_with_a_later_search() -> None:
    """It is ordered once; nothing waits, and the next search begins early enough to meet it."""
    web = FakeWeb({f"{URL}/quick-search": lambda _: found(item())})
    web.routes[f"{URL}/assets/abc/activate"] = always(status=202)
    web.routes[f"{URL}/item-types"] = in_turn(
        files("inactive"), files("activating"), files("active")
    )
    source, _ = planet(web)
    tally = Tally()
    assert list(source.search(WINDOW, tally)) == []
    assert source.resume_at is not None
    assert f"{source.resume_at:%Y-%m-%dT%H:%M}" == "2025-07-30T08:15"
    assert list(source.search(WINDOW, tally)) == []
    (scene,) = source.search(WINDOW, tally)
    assert source.resume_at is None
    assert len(web.to(f"{URL}/assets/abc/activate")) == 1
    asked = len(web.asked)
    assert len(list(source.search(WINDOW, tally))) == 1
    assert len(web.asked) == asked + 1  # a scene that is ready is not asked after again
    assert [(b.name, b.index, b.scale) for b in scene.bands] == [
        ("blue", 1, 1e-4), ("green", 2, 1e-4), ("nir", 4, 1e-4), ("red", 3, 1e-4)
    ]  # fmt: skip
    assert scene.bands[0].href == (
        f"{URL}/item-types/PSScene/items/20250730_081523_45_2461/assets/ortho_analytic_4b_sr"
    )
    assert "k3y" not in repr((scene, source))


def test_the_question_names_all_limits_and_pages_are_followed() -> None:
    """Area, dates, cloud, quality and permission are asked for; `_next` leads on, in no circle."""
    web = FakeWeb({f"{URL}/quick-search": lambda _: found(item(), following=f"{URL}/searches/x")})
    second = found(item("20250729_081523_45_2461"), following=f"{URL}/searches/x")
    web.routes[f"{URL}/searches/x"] = lambda _: second
    web.routes[f"{URL}/item-types"] = lambda _: files("active")
    source, _ = planet(web)
    tally = Tally()
    assert len(list(source.search(WINDOW, tally))) == 2
    assert tally.rejected["pages_left_unread"] == 1
    (asked,) = web.to(f"{URL}/quick-search")
    filters = {f["type"]: f["config"] for f in asked.body["filter"]["config"]}
    assert filters["DateRangeFilter"] == {
        "gte": "2025-07-10T00:00:00Z",
        "lt": "2025-08-01T12:00:00Z",
    }
    assert filters["RangeFilter"] == {"lte": 0.5}
    assert filters["PermissionFilter"] == ["assets:download"]
    assert asked.headers["authorization"] == "Basic azN5Og=="


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ground_control": False}, "no_ground_control"),
        ({"ground_control": None}, "no_ground_control"),
        ({"publishing_stage": "draft"}, "bad_item"),
        ({"acquired": 5}, "bad_item"),
        ({"item_type": "../x"}, "bad_item"),
    ],
)
def test_a_scene_that_cannot_be_placed_is_counted(change: Json, reason: str) -> None:
    """Without ground control every quay may lie elsewhere."""
    web = FakeWeb({f"{URL}/quick-search": lambda _: found(item(**change), None)})
    source, _ = planet(web)
    tally = Tally()
    assert list(source.search(WINDOW, tally)) == []
    assert tally.rejected[reason] >= 1


def test_each_stage_is_a_scene_and_the_last_ranks_first() -> None:
    """Pixels may shift between stages, so an earlier one keeps a name of its own."""
    stages = [item(publishing_stage=s) for s in ("preview", "standard", "finalized")]
    web = FakeWeb({f"{URL}/quick-search": lambda _: found(*stages)})
    web.routes[f"{URL}/item-types"] = lambda _: files("active")
    scenes = sorted(planet(web)[0].search(WINDOW, Tally()), key=lambda s: s.revision)
    name = "20250730_081523_45_2461"
    assert [s.id for s in scenes] == [f"{name}@preview", f"{name}@standard", name]
    assert {s.datatake for s in scenes} == {name}


def test_orders_are_bounded() -> None:
    """What is beyond the number waits for the next search; the newest go first."""
    names = [f"202507{day}_081523_45_2461" for day in (28, 29, 30)]
    web = FakeWeb({f"{URL}/quick-search": lambda _: found(*map(item, names))})
    web.routes[f"{URL}/item-types"] = lambda _: files("inactive")
    web.routes[f"{URL}/assets/abc/activate"] = always(status=204)
    source, _ = planet(web, max_activations=1)
    assert list(source.search(WINDOW, Tally())) == []
    assert len(web.to(f"{URL}/assets/abc/activate")) == 1
    assert source.resume_at is not None
    assert source.resume_at.day == 28


def test_a_used_up_quota_is_told_apart_from_haste() -> None:
    """Both answer 429; one waits for a human, the other for a moment."""
    quota = {"field": {}, "general": [{"message": "Download quota has been exceeded."}]}
    for body, error in ((quota, SourceRefused), ({"message": "slow down"}, SourceUnavailable)):
        web = FakeWeb({f"{URL}/quick-search": always(body, status=429)})
        with pytest.raises(error):
            list(planet(web)[0].search(WINDOW, Tally()))


def test_what_is_ready_is_not_lost_over_a_refused_order() -> None:
    """A quota that ends midway is counted, and the scenes before it are returned."""
    names = ["20250730_081523_45_2461", "20250729_081523_45_2461"]
    web = FakeWeb({f"{URL}/quick-search": lambda _: found(*map(item, names))})
    web.routes[f"{URL}/item-types/PSScene/items/{names[0]}"] = lambda _: files("active")
    web.routes[f"{URL}/item-types/PSScene/items/{names[1]}"] = lambda _: files("inactive")
    web.routes[f"{URL}/assets/abc/activate"] = always({"general": "quota"}, status=429)
    source, tally = planet(web)[0], Tally()
    assert [s.id for s in source.search(WINDOW, tally)] == [names[0]]
    assert tally.rejected["orders_refused"] == 1


HREF = f"{URL}/item-types/PSScene/items/a/assets/ortho_analytic_4b_sr"


def test_a_file_is_found_where_it_lies_today() -> None:
    """Our name of it leads to Planet's signed address and on to the store, until that ends."""
    expiry = "2025-08-01T13:00:00Z"
    location = f"{URL}/download?token=t0"
    web = FakeWeb({location: always(status=302, location="https://store.example/a?sig=x")})
    web.routes[f"{URL}/item-types"] = lambda _: files(
        "active", location=location, expires_at=expiry
    )
    _, api = planet(web)
    shelf = PlanetShelf(api)
    assert shelf.remote(HREF, renew=False).url == "https://store.example/a?sig=x"
    assert len(web.asked) == 2
    shelf.remote(HREF, renew=False)
    assert len(web.asked) == 2
    shelf.remote(HREF, renew=True)
    assert len(web.asked) == 4
    assert "authorization" not in web.to(location)[0].headers


def test_a_file_that_went_cold_is_ordered_again_and_tried_later() -> None:
    """Active files go back to inactive after a while."""
    web = FakeWeb({f"{URL}/item-types": lambda _: files("inactive")})
    web.routes[f"{URL}/assets/abc/activate"] = always(status=202)
    shelf = PlanetShelf(planet(web)[1])
    with pytest.raises(SourceUnavailable) as caught:
        shelf.remote(HREF, renew=False)
    assert caught.value.retry_after is not None
    assert len(web.to(f"{URL}/assets/abc/activate")) == 1
    with pytest.raises(BadScene):
        PlanetShelf(planet(FakeWeb())[1]).remote(HREF, renew=False)


def test_no_key_leaves_for_another_host() -> None:
    """An activation link elsewhere is not followed."""

    def elsewhere(_: Request) -> HttpAnswer:
        links = {"activate": "https://evil.example/a"}
        return answer({"ortho_analytic_4b_sr": {"status": "inactive", "_links": links}})

    web = FakeWeb({f"{URL}/quick-search": lambda _: found(item())})
    web.routes[f"{URL}/item-types"] = elsewhere
    with pytest.raises(SourceRefused, match="another host"):
        list(planet(web)[0].search(WINDOW, Tally()))
    assert not web.to("https://evil")


@pytest.mark.shared_data
def test_a_recorded_item_and_its_files_are_read() -> None:
    """Planet's own item is taken, with the files its permissions name."""
    folder = shared("data", "imagery", "samples")
    recorded = json.loads((folder / "planet_data_item_20220125_075509_67_1061.json").read_text())
    web = FakeWeb({f"{URL}/quick-search": lambda _: found(recorded)})
    web.routes[f"{URL}/item-types"] = lambda _: files("active")
    (scene,) = planet(web)[0].search(WINDOW, Tally())
    assert (scene.sensor, scene.platform) == ("planetscope", "planetscope-1061")
    assert scene.id == "20220125_075509_67_1061"
