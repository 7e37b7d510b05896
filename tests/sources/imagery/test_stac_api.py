"""STAC APIs as they page, fail and lie."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from monitor.clock import VirtualClock
from monitor.domain.tally import Tally
from monitor.errors import SourceRefused, SourceUnavailable
from monitor.http_client import HttpAnswer
from monitor.sources.imagery.presets import PRESETS
from monitor.sources.imagery.stac_api import StacApi, StacQuery
from monitor.sources.imagery.web_hrefs import HostList
from tests.conftest import shared
from tests.sources.imagery.fake_web import NOW, WINDOW, FakeWeb, Request, always, answer, in_turn
from tests.sources.imagery.test_stac_items import an_item

URL = "https://stac.example/v1"
Json = Any


def landing(**extra: Json) -> Json:
    """Return a landing page that offers a search."""
    return {
        "type": "Catalog", "id": "c", "stac_version": "1.0.0", "description": "d",
        "conformsTo": ["https://api.stacspec.org/v1.0.0/core",
                       "https://api.stacspec.org/v1.0.0/item-search"],
        "links": [
            {"rel": "search", "href": f"{URL}/search", "method": "POST",
             "type": "application/geo+json"},
            {"rel": "child", "href": f"{URL}/collections/s2"},
        ],
        **extra,
    }  # fmt: skip


def page(*items: Json, following: Json = None) -> Json:
    """Return one page of a search."""
    links = [{"rel": "next", **following}] if following else []
    return {"type": "FeatureCollection", "features": list(items), "links": links}


def item(name: str, **properties: object) -> Json:
    """Return an item over Tartus."""
    made = an_item(datetime="2025-07-30T08:23:31Z", **properties)
    return {**made, "id": name, "bbox": [35.0, 34.0, 36.5, 35.5]}


def api(web: FakeWeb, clock: VirtualClock | None = None, **changes: Json) -> StacApi:
    """Return an adapter for the fake."""
    web.routes.setdefault(URL, always(landing()))
    query = StacQuery(
        **{
            "url": URL,
            "collections": ("s2",),
            "area": (35.8, 34.8, 35.95, 34.95),
            "hosts": HostList(hosts=(".blob.core.windows.net",)),
            **changes,
        }
    )
    return StacApi("test", query, ask=web, clock=clock or VirtualClock(NOW))


def ids(web: FakeWeb, tally: Tally | None = None, **changes: Json) -> list[str]:
    """Return the ids one search finds."""
    return [s.id for s in api(web, **changes).search(WINDOW, tally or Tally())]


def test_a_next_page_that_is_empty_ends_the_search() -> None:
    """Earth Search offers a next page even when all has been returned."""
    following = {"href": f"{URL}/search", "method": "POST", "merge": False, "body": {"next": "t"}}
    web = FakeWeb(
        {
            f"{URL}/search": in_turn(
                answer(page(item("a"), following=following)), answer(page(following=following))
            )
        }
    )
    assert ids(web) == ["a"]
    assert [r.body.get("next") for r in web.to(f"{URL}/search")] == [None, "t"]


@pytest.mark.parametrize(("merge", "kept"), [(True, True), (False, False)])
def test_a_page_is_asked_for_as_the_link_says(merge: bool, kept: bool) -> None:
    """With `merge` the body is added to the first question; without it stands alone."""
    following = {"href": f"{URL}/search", "method": "POST", "merge": merge, "body": {"token": "n"}}
    pages = in_turn(answer(page(item("a"), following=following)), answer(page(item("b"))))
    web = FakeWeb({f"{URL}/search": pages})
    assert ids(web) == ["a", "b"]
    second = web.to(f"{URL}/search")[1].body
    assert second["token"] == "n"
    assert ("collections" in second) is kept


def test_a_page_may_be_had_by_get() -> None:
    """A link without a method is a GET, its query kept as it is; a proxy's http becomes ours."""
    following = {"href": f"{URL.replace('https', 'http')}/search?token=x%2Fy&limit=1"}
    pages = in_turn(answer(page(item("a"), following=following)), answer(page(item("b"))))
    web = FakeWeb({f"{URL}/search": pages})
    assert ids(web) == ["a", "b"]
    second = web.to(f"{URL}/search")[1]
    assert (second.method, second.url) == ("GET", f"{URL}/search?token=x%2Fy&limit=1")


def test_an_api_without_post_is_asked_by_get() -> None:
    """What the landing page offers is what is used."""
    web = FakeWeb({f"{URL}/search": always(page(item("a")))})
    links = [{"rel": "search", "href": f"{URL}/search", "method": "GET",
              "type": "application/geo+json"}]  # fmt: skip
    web.routes[URL] = always(landing(links=links))
    web.routes[f"{URL}/collections/s2"] = always({"type": "Collection", "id": "s2"})
    assert ids(web) == ["a"]
    (asked,) = web.to(f"{URL}/search")
    assert asked.method == "GET"
    assert "collections=s2" in asked.url


def test_circles_and_endless_pages_end_and_are_counted() -> None:
    """A server cannot keep us asking; what came until then is kept."""
    circle = {"href": f"{URL}/search", "method": "POST", "body": {"token": "same"}}
    tally = Tally()
    web = FakeWeb({f"{URL}/search": always(page(item("a"), following=circle))})
    assert ids(web, tally) == ["a"]
    assert tally.rejected["paging_loop"] == 1

    def endless(request: Request) -> HttpAnswer:
        number = int((request.body or {}).get("token", 0)) + 1
        link = {"href": f"{URL}/search", "method": "POST", "body": {"token": number}}
        return answer(page(item(f"i{number:03}"), following=link))

    tally = Tally()
    web = FakeWeb({f"{URL}/search": endless})
    assert len(ids(web, tally, max_pages=5)) == 4  # one request went for the landing page
    assert tally.rejected["pages_left_unread"] == 1


def test_a_next_page_elsewhere_is_not_asked() -> None:
    """A link cannot send us, and a header's key, to another host."""
    following = {"href": "https://169.254.169.254/latest", "method": "GET"}
    web = FakeWeb({f"{URL}/search": always(page(item("a"), following=following))})
    with pytest.raises(SourceRefused, match="another host"):
        ids(web)


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (answer({"message": "Internal server error"}, status=502), SourceUnavailable, "502"),
        (answer(b"<html>busy</html>", status=503), SourceUnavailable, "503"),
        (answer(b"<!doctype html><p>Welcome", status=200), SourceUnavailable, "did not send JSON"),
        (answer(b"", status=200), SourceUnavailable, "empty"),
        (answer([1, 2]), SourceUnavailable, "no STAC answer"),
        (answer({"message": "Endpoint request timed out"}), SourceUnavailable, "timed out"),
        (answer({"type": "FeatureCollection", "features": 5}), SourceUnavailable, "no STAC"),
        (answer({"code": "NotFoundError", "description": "Collection x does not exist."},
                status=404), SourceRefused, "Collection x does not exist"),
        (answer({"detail": "bad bbox"}, status=400), SourceRefused, "bad bbox"),
        (answer(b"", status=302, location="https://login.example"), SourceUnavailable, "302"),
    ],
)  # fmt: skip
def test_an_answer_says_whether_to_come_again(
    said: HttpAnswer, error: type[Exception], words: str
) -> None:
    """5xx, pages of HTML and cut answers are worth another try; 4xx wait for a human."""
    web = FakeWeb({f"{URL}/search": always()})
    web.routes[f"{URL}/search"] = lambda _: said
    with pytest.raises(error, match=words) as caught:
        ids(web)
    assert "stac.example" not in str(caught.value)


def test_a_wait_that_was_asked_for_is_kept() -> None:
    """After 429 nothing is asked until the server's wait is over."""
    busy = answer({"message": "slow down"}, status=429, retry_after="90")
    web = FakeWeb({f"{URL}/search": in_turn(busy, answer(page(item("a"))))})
    clock = VirtualClock(NOW)
    source = api(web, clock)
    with pytest.raises(SourceUnavailable) as caught:
        source.search(WINDOW, Tally())
    assert caught.value.retry_after == timedelta(seconds=90)
    asked = len(web.asked)
    clock.set(NOW + timedelta(seconds=89))
    with pytest.raises(SourceUnavailable, match="wait"):
        source.search(WINDOW, Tally())
    assert len(web.asked) == asked
    clock.set(NOW + timedelta(seconds=90))
    assert [s.id for s in source.search(WINDOW, Tally())] == ["a"]


@pytest.mark.parametrize("said", [b"[]", b"{}", b'{"type": "Catalog"}', b"\xff", b"null"])
def test_what_is_no_stac_api_is_told_as_such(said: bytes) -> None:
    """A landing page of another kind is an error of ours, not of a library."""
    with pytest.raises((SourceUnavailable, SourceRefused)):
        ids(FakeWeb({URL: lambda _: answer(said)}))


def test_a_collection_of_another_name_is_told() -> None:
    """A misspelt collection would find nothing for ever, so it is looked up once."""
    web = FakeWeb({f"{URL}/collections": always({"code": "NotFound"}, status=404)})
    with pytest.raises(SourceRefused, match="did you mean 's2'"):
        ids(web, collections=("s2x",))


def test_bad_items_cost_only_themselves_and_are_counted_once() -> None:
    """A page holds whatever a stranger put there; each search meets it again."""
    elsewhere = {**item("far"), "bbox": [10, 50, 11, 51]}
    web = FakeWeb(
        {f"{URL}/search": always(page(None, 7, {}, {**item("x"), "assets": {}}, elsewhere,
                                      item("good"), item("good")))}
    )  # fmt: skip
    source, tally = api(web), Tally()
    assert [s.id for s in source.search(WINDOW, tally)] == ["good"]
    assert tally.rejected == {"bad_item": 2, "no_known_band": 1, "outside_area": 1}
    again = Tally()
    assert [s.id for s in source.search(WINDOW, again)] == ["good"]
    assert not again.rejected


def test_clouds_are_judged_for_optical_scenes_that_tell() -> None:
    """At the limit a scene stays; radar and items that do not tell always do."""
    radar = item("radar", **{"eo:cloud_cover": 100, "sar:instrument_mode": "IW"})
    silent = item("silent", **{"eo:cloud_cover": None})
    cloudy, clear = item("b", **{"eo:cloud_cover": 60.1}), item("a", **{"eo:cloud_cover": 60})
    web = FakeWeb({f"{URL}/search": always(page(radar, silent, cloudy, clear))})
    tally = Tally()
    assert ids(web, tally, max_cloud_percent=60.0) == ["a", "radar", "silent"]
    assert tally.ignored["cloudy"] == 1


def test_a_search_looks_back_for_what_comes_late() -> None:
    """It begins the allowance before the window, and never before the look-back."""
    web = FakeWeb({f"{URL}/search": always(page())})
    ids(web, query={"eo:cloud_cover": {"lt": 60}})
    ids(web, lookback=timedelta(days=3))
    first, second = (r.body for r in web.to(f"{URL}/search"))
    assert first["datetime"] == "2025-07-10T00:00:00Z/2025-08-01T12:00:00Z"
    assert second["datetime"] == "2025-07-29T12:00:00Z/2025-08-01T12:00:00Z"
    assert first["query"] == {"eo:cloud_cover": {"lt": 60}}
    assert (first["bbox"], first["limit"]) == ([35.8, 34.8, 35.95, 34.95], 100)


def test_a_key_reaches_its_server_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    """Headers go with every question, and into no log, message or repr."""
    web = FakeWeb({f"{URL}/search": always({"message": "key s3cr3t is wrong"}, status=403)})
    caplog.set_level(logging.DEBUG)
    source = api(web, headers={"x-api-key": "s3cr3t"})
    with pytest.raises(SourceRefused) as caught:
        source.search(WINDOW, Tally())
    assert all(r.headers["x-api-key"] == "s3cr3t" for r in web.asked)
    assert "s3cr3t" not in f"{caught.value} {source!r} {caplog.text}"


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("preset", "name"),
    [("earth_search", "earthsearch_v1_search_s2l2a_two_pages.json"),
     ("planetary_computer", "planetarycomputer_search_paging.json")],
)  # fmt: skip
def test_recorded_pages_are_followed_as_they_were(preset: str, name: str) -> None:
    """The two services' own paging leads to their own second question."""
    recorded = json.loads(shared("data", "imagery", "samples", name).read_text())
    base = PRESETS[preset].url
    pages = [answer(r["response"]["body"]) for r in recorded]
    web = FakeWeb({f"{base}/search": in_turn(*pages, answer(page()))})
    links = [{"rel": "search", "href": f"{base}/search", "method": "POST",
              "type": "application/geo+json"}]  # fmt: skip
    web.routes[base] = always(landing(links=links))
    collections = tuple(recorded[0]["request"]["body"]["collections"])
    for collection in collections:
        web.routes[f"{base}/collections/{collection}"] = always({"type": "Collection"})
    tally = Tally()
    hosts = HostList(hosts=PRESETS[preset].hosts)
    ids(web, tally, url=base, collections=collections, hosts=hosts, area=(-180, -90, 180, 90))
    assert web.to(f"{base}/search")[1].body == recorded[1]["request"]["body"]
    assert tally.accepted == sum(len(r["response"]["body"]["features"]) for r in recorded)
