"""A real STAC API, stac-fastapi on PostgreSQL, searched end to end by our own adapter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_httpserver import HTTPServer

from monitor.clock import SystemClock, VirtualClock
from monitor.detect.imagery.revisions import current_scenes, ground_of
from monitor.domain.chip import Grid
from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import SourceRefused
from monitor.http_client import HttpClient
from monitor.sources.imagery.raster import RasterReader, write_geotiff
from monitor.sources.imagery.remote_file import HttpFiles
from monitor.sources.imagery.signing import PlainShelf, RemoteFiles
from monitor.sources.imagery.stac_api import StacApi, StacQuery
from monitor.sources.imagery.web_hrefs import HostList
from tests.servers.stac_server import StacServer, Unavailable, serving

GRID = Grid(epsg=32636, west_m=759_000, north_m=3_867_000, gsd_m=10, width=64, height=64)
AREA = ground_of(GRID)
END = datetime(2025, 8, 1, tzinfo=UTC)
WINDOW = TimeWindow(start=END - timedelta(days=100), end=END)
LOOPBACK = HostList(hosts=("127.0.0.1",), plain_http=True)
Json = Any


@pytest.fixture(scope="module")
def server() -> Iterator[StacServer]:
    """One server for the tests of this file, with its collections."""
    try:
        with serving() as running:
            yield running
    except Unavailable as exc:
        pytest.skip(str(exc))


@pytest.fixture
def http() -> Iterator[HttpClient]:
    """Our own client, as the product has it."""
    with HttpClient(user_agent="test") as client:
        yield client


def an_item(number: int, href: str, **properties: object) -> Json:
    """Return a Sentinel-2 item over the grid, a day earlier for each number."""
    taken = END - timedelta(days=number, hours=4)
    west, south, east, north = AREA
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "id": f"s2-{number:03}",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": list(AREA),
        "properties": {
            "datetime": f"{taken:%Y-%m-%dT%H:%M:%SZ}",
            "platform": "sentinel-2a",
            "constellation": "sentinel-2",
            "s2:processing_baseline": "05.11",
            "eo:cloud_cover": number,
            **properties,
        },
        "assets": {
            key: {"href": href, "type": "image/tiff", "roles": ["data"]} for key in ("red", "B08")
        },
        "links": [],
    }


def api(server: StacServer, http: HttpClient, collection: str, **changes: Json) -> StacApi:
    """Return our adapter on the server."""
    query = StacQuery(
        **{
            "url": server.url, "collections": (collection,), "area": AREA, "hosts": LOOPBACK,
            **changes,
        }
    )  # fmt: skip
    return StacApi("own", query, ask=http.ask, clock=VirtualClock(END))


def test_every_page_is_found_and_read_to_its_pixels(
    server: StacServer, http: HttpClient, httpserver: HTTPServer, tmp_path: Path
) -> None:
    """Items posted to the server come back by search, page by page, and their files are read."""
    counts = np.full((1, GRID.height, GRID.width), 3000, np.uint16)
    write_geotiff(tmp_path / "band.tif", counts, GRID, nodata=0)
    content = (tmp_path / "band.tif").read_bytes()
    httpserver.expect_request("/band.tif").respond_with_data(content, content_type="image/tiff")
    href = httpserver.url_for("/band.tif").replace("localhost", "127.0.0.1")
    server.put_collection("pages")
    server.put_items("pages", [an_item(n, href) for n in range(7)])
    tally = Tally()
    scenes = list(api(server, http, "pages", page_size=3).search(WINDOW, tally))
    assert [s.id for s in scenes] == [f"s2-{n:03}" for n in reversed(range(7))]
    assert tally.accepted == tally.read == 7
    band = scenes[0].band("nir")
    assert band is not None
    assert (band.href, band.scale, band.offset) == (href, 1e-4, -0.1)
    assert _reflectance(scenes[0], http) == pytest.approx(0.2)


def test_limits_are_kept_on_both_sides(server: StacServer, http: HttpClient) -> None:
    """The server's own query, our limit of cloud, the area and the dates all narrow the search."""
    href = "http://127.0.0.1:9/x.tif"
    server.put_collection("limits")
    far = {**an_item(3, href), "id": "far", "bbox": [10, 50, 11, 51],
           "geometry": {"type": "Point", "coordinates": [10.5, 50.5]}}  # fmt: skip
    server.put_items("limits", [*(an_item(n, href) for n in (0, 20, 40, 60)), far])

    def ids(**changes: Json) -> list[str]:
        return [s.id for s in api(server, http, "limits", **changes).search(WINDOW, Tally())]

    assert ids() == ["s2-060", "s2-040", "s2-020", "s2-000"]
    assert ids(query={"eo:cloud_cover": {"lt": 40}}) == ["s2-020", "s2-000"]
    assert ids(max_cloud_percent=20.0) == ["s2-020", "s2-000"]
    assert ids(lookback=timedelta(days=21)) == ["s2-020", "s2-000"]


def test_a_newer_processing_takes_the_place_of_the_older(
    server: StacServer, http: HttpClient
) -> None:
    """Both are found, and one is judged."""
    href = "http://127.0.0.1:9/x.tif"
    server.put_collection("revised")
    take = {"s2:datatake_id": "GS2A_20250731T082331_000001_N05.11"}
    old = {**an_item(1, href, **take), "id": "old"}
    newer = take | {"s2:processing_baseline": "05.12"}
    server.put_items("revised", [old, {**an_item(1, href, **newer), "id": "new"}])
    scenes = list(api(server, http, "revised").search(WINDOW, Tally()))
    assert {s.id for s in scenes} == {"old", "new"}
    assert [s.id for s in current_scenes(scenes, area=AREA)] == ["new"]


def test_a_collection_that_is_not_there_is_named(server: StacServer, http: HttpClient) -> None:
    """The real server's 404 becomes a word to a human."""
    with pytest.raises(SourceRefused, match="no collection 'nothing'"):
        api(server, http, "nothing").search(WINDOW, Tally())


def _reflectance(scene: Scene, http: HttpClient) -> float:
    """Return the middle value of the near infrared, read over the web."""
    files = RemoteFiles([PlainShelf(hosts=LOOPBACK)])
    remote = HttpFiles(http, files, clock=SystemClock(), pause=lambda _: None)
    chip = RasterReader(remote).read_chip(scene, GRID, ("nir",))
    return float(np.median(chip.values))
