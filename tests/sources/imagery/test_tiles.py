"""Map tiles: which are asked for, where they lie, and what stands for none."""

from __future__ import annotations

import hashlib
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from monitor.clock import VirtualClock
from monitor.domain.tally import Tally
from monitor.errors import SourceRefused
from monitor.http_client import HttpAnswer
from monitor.sources.imagery.raster import png_bytes
from monitor.sources.imagery.tiles import TileLayer, TileScenes, tile_url, tiles_over, zoom_for
from tests.sources.imagery.fake_web import NOW, WINDOW, FakeWeb, Request, answer

URL = "https://tiles.example"
AREA = (35.84, 34.88, 35.90, 34.94)
DAY = date(2025, 7, 30)


def picture(seed: int, alpha: int = 255) -> bytes:
    """Return a tile of noise as PNG."""
    pixels = np.random.default_rng(seed).integers(0, 255, (256, 256, 4), dtype=np.uint8)
    pixels[..., 3] = alpha
    return png_bytes(pixels)


def layer(folder: Path, web: FakeWeb, **changes: Any) -> TileScenes:  # noqa: ANN401
    """Return the adapter of a layer dated by its address."""
    made = {"url": f"{URL}/{{date}}/{{z}}/{{x}}/{{y}}.png", "area": AREA, "folder": folder,
            "dates": (DAY,), "gsd_m": 20.0}  # fmt: skip
    return TileScenes("t", TileLayer(**{**made, **changes}), ask=web, clock=VirtualClock(NOW))


@pytest.mark.parametrize(
    ("gsd_m", "lat", "zoom"),
    [(7.83, 34.9, 15), (7.84, 34.9, 14), (3.93, 34.9, 15), (9.56, 0.0, 14), (9.55, 0.0, 15)],
)
def test_the_zoom_is_that_of_the_ground(gsd_m: float, lat: float, zoom: int) -> None:
    """A pixel of Web Mercator is smaller on the ground by the cosine of the latitude."""
    assert zoom_for(gsd_m, lat, max_zoom=18) == zoom
    assert zoom_for(gsd_m, lat, max_zoom=12) == 12


def test_tiles_are_numbered_from_the_north_west() -> None:
    """Known numbers of Tartus at zoom 12; counted from the south in TMS; in the words of WMTS."""
    span = tiles_over(AREA, 12)
    assert (list(span.x), list(span.y)) == ([2455, 2456], [1623, 1624])
    at = {"zoom": 12, "x": 2455, "y": 1623, "day": DAY}
    assert tile_url("{z}/{x}/{-y}", **at) == f"12/2455/{4095 - 1623}"
    words = "TileMatrix=EPSG:3857:{TileMatrix}&TileRow={TileRow}&TileCol={TileCol}&Time={Time}"
    filled = "TileMatrix=EPSG:3857:12&TileRow=1623&TileCol=2455&Time=2025-07-30"
    assert tile_url(words, **at) == filled
    assert tile_url("{key}{other}", **at, key="a/b c") == "a%2Fb%20c{other}"
    with pytest.raises(ValueError, match="tiles"):
        tiles_over((30, 30, 40, 40), 14)


def test_a_day_becomes_a_scene_that_lies_where_it_should(tmp_path: Path) -> None:
    """The stitched picture is on the map's own grid, and its ground pixel is told by latitude."""
    web = FakeWeb({URL: lambda r: answer(picture(zlib.crc32(r.url.encode())))})
    (scene,) = layer(tmp_path, web).search(WINDOW, Tally())
    assert scene.acquired_at == datetime(2025, 7, 30, 12, tzinfo=UTC)
    assert [(b.name, b.index, b.scale) for b in scene.bands] == [
        ("blue", 3, 1 / 255), ("green", 2, 1 / 255), ("red", 1, 1 / 255)
    ]  # fmt: skip
    with rasterio.open(scene.bands[0].href) as raster:
        assert raster.crs.to_epsg() == 3857
        box = rasterio.warp.transform_bounds(raster.crs, "OGC:CRS84", *raster.bounds)
        assert box[0] <= AREA[0] < AREA[2] <= box[2]
        assert box[1] <= AREA[1] < AREA[3] <= box[3]
        assert raster.nodata == 0
        assert (raster.read() > 0).all()  # black that was seen is not nothing
    asked = len(web.asked)
    assert len(list(layer(tmp_path, web).search(WINDOW, Tally()))) == 1
    assert len(web.asked) == asked  # a day is fetched once


def test_a_missing_tile_is_a_part_that_was_not_seen(tmp_path: Path) -> None:
    """404, 204, an error page with status 200 and damage all leave their part empty."""
    bad = [answer(status=404), answer(status=204), answer(b"<html>quota</html>"),
           answer(b"\x89PNG\r\n damaged")]  # fmt: skip
    answers = iter(bad)
    first: list[Request] = []

    def give(request: Request) -> HttpAnswer:
        first.append(request)
        return next(answers, answer(picture(len(first))))

    (scene,) = layer(tmp_path, FakeWeb({URL: give}), gsd_m=10.0).search(WINDOW, Tally())
    with rasterio.open(scene.bands[0].href) as raster:
        empty = (raster.read(1) == 0).reshape(raster.height // 256, 256, -1, 256).all((1, 3))
    assert empty.sum() == 4
    assert empty.ravel()[:4].all()


@pytest.mark.parametrize("kind", ["one colour", "same everywhere", "known", "clear", "none"])
def test_what_stands_for_no_tile_is_no_picture(tmp_path: Path, kind: str) -> None:
    """Placeholders come with status 200: of one colour, one picture everywhere, or named."""
    mark = picture(7)
    flat = png_bytes(np.full((256, 256, 4), 200, np.uint8))
    contents = {"one colour": flat, "same everywhere": mark, "known": mark,
                "clear": picture(3, alpha=0)}  # fmt: skip
    web = FakeWeb({URL: lambda _: answer(contents[kind])} if kind in contents else {})
    hashes = (hashlib.sha256(mark).hexdigest(),) if kind == "known" else ()
    tally = Tally()
    source = layer(tmp_path, web, missing_sha256=hashes)
    assert list(source.search(WINDOW, tally)) == []
    assert tally.ignored["nothing_seen"] == 1
    assert list(tmp_path.iterdir()) == []


def test_planets_404_everywhere_is_a_refused_key(tmp_path: Path) -> None:
    """Planet answers 404 and not 401 to a key that may not see a tile."""
    url = "https://tiles{s}.planet.com/x/{date}/{z}/{x}/{y}.png?api_key={key}"
    source = layer(tmp_path, FakeWeb(), url=url, key="s3cr3t")
    with pytest.raises(SourceRefused, match="404") as caught:
        source.search(WINDOW, Tally())
    assert "s3cr3t" not in str(caught.value)


def test_an_address_with_a_date_is_tried_for_each_day(tmp_path: Path) -> None:
    """The last day first; days without a picture are asked again for a week only."""
    web = FakeWeb({f"{URL}/2025-07-31": lambda r: answer(picture(zlib.crc32(r.url.encode())))})
    source = layer(tmp_path, web, dates=(), lookback=timedelta(days=12), gsd_m=60.0)
    tally = Tally()
    assert [s.id for s in source.search(WINDOW, tally)] == ["t_20250731"]
    assert tally.ignored["nothing_seen"] == 11
    days = list(dict.fromkeys(r.url.split("/")[3] for r in web.asked))
    assert days[0] == "2025-07-31"
    assert days[-1] == "2025-07-20"
    web.asked.clear()
    list(source.search(WINDOW, Tally()))
    days = list(dict.fromkeys(r.url.split("/")[3] for r in web.asked))
    assert days[0] == "2025-07-30"
    assert days[-1] == "2025-07-25"
