"""Dated map tiles, XYZ or WMTS, stitched over the port into one GeoTIFF a day.

Tiles are pictures for the eye: three colours of 8 bits, stretched by whoever drew them, and what
day they show is known only where the layer is dated. An undated layer is a backdrop and never
evidence; the settings refuse it. Where a tile is missing nothing was seen.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import quote

import numpy as np
import shapely

from monitor.clock import Clock
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import BadScene, SourceRefused
from monitor.sources.imagery.pictures import Pixels, tile_pixels, write_mercator
from monitor.sources.imagery.web_hrefs import host_of
from monitor.sources.web import AsksWeb, raise_for_status

EQUATOR_M = 2 * math.pi * 6_378_137.0
"""Length of the equator of the sphere that Web Mercator is drawn on, metres."""
_HALF_M = EQUATOR_M / 2
_SIDE = 256
_MAX_TILES = 400
"""Most tiles a day: 25 km × 25 km at 5 m."""
_MAX_ASKED = 2_000
"""Most tiles asked for in one search, but for the last day's."""
_MAY_STILL_COME = timedelta(days=7)
"""How long a day without a picture is asked for again."""
_SAME_EVERYWHERE = 3
"""A picture met at this many places of a day stands for "no tile"."""
_PLACES = {
    "TileMatrix": "z",
    "TileCol": "x",
    "TileRow": "y",
    "Time": "date",
    "time": "date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TileLayer:
    """What is asked of a tile service."""

    url: str
    """Template; see docs/imagery.md."""
    area: tuple[float, float, float, float]
    """West, south, east, north of the port, degrees OGC:CRS84."""
    folder: Path
    """Where stitched days are kept."""
    dates: tuple[date, ...] = ()
    time_utc: time = time(12)
    sensor: str = "tiles"
    gsd_m: float = 10.0
    max_zoom: int = 18
    missing_sha256: tuple[str, ...] = ()
    lookback: timedelta = timedelta(days=30)
    key: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSpan:
    """Which tiles of one zoom cover an area."""

    zoom: int
    x: range
    y: range
    """From the north."""

    @property
    def pixel_m(self) -> float:
        """Pixel side at the equator, metres of EPSG:3857."""
        return float(EQUATOR_M / 2**self.zoom / _SIDE)

    @property
    def west_m(self) -> float:
        """Left edge, EPSG:3857."""
        return self.x.start * _SIDE * self.pixel_m - _HALF_M

    @property
    def north_m(self) -> float:
        """Top edge, EPSG:3857."""
        return _HALF_M - self.y.start * _SIDE * self.pixel_m

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield (x, y) row by row."""
        return ((x, y) for y in self.y for x in self.x)


def zoom_for(gsd_m: float, lat: float, *, max_zoom: int) -> int:
    """Return the coarsest zoom whose pixel on the ground is no larger than `gsd_m`.

    A pixel of Web Mercator is 156 543 m × cos(latitude) / 2^zoom on the ground: at 34.9° N zoom 14
    is 7.8 m, not 9.6 m.
    """
    wanted = math.log2(EQUATOR_M / _SIDE * math.cos(math.radians(lat)) / gsd_m)
    return int(max(0, min(max_zoom, math.ceil(wanted - 1e-9))))


def tiles_over(area: tuple[float, float, float, float], zoom: int) -> TileSpan:
    """Return the tiles that cover an area, numbered from the north-west as XYZ has it.

    Raises:
        ValueError: They are too many.
    """
    west, south, east, north = area
    many = 2**zoom

    def col(lon: float) -> int:
        return int(min(many - 1, max(0, math.floor((lon + 180) / 360 * many))))

    def row(lat: float) -> int:
        y = math.asinh(math.tan(math.radians(lat)))
        return int(min(many - 1, max(0, math.floor((1 - y / math.pi) / 2 * many))))

    span = TileSpan(
        zoom=zoom, x=range(col(west), col(east) + 1), y=range(row(north), row(south) + 1)
    )
    if len(span.x) * len(span.y) > _MAX_TILES:
        raise ValueError(f"{len(span.x) * len(span.y)} tiles at zoom {zoom}; ask for coarser ones")
    return span


def tile_url(template: str, *, zoom: int, x: int, y: int, day: date, key: str = "") -> str:
    """Fill a template: XYZ, TMS (`{-y}`), or the words of WMTS."""
    values = {
        "z": str(zoom),
        "x": str(x),
        "y": str(y),
        "-y": str(2**zoom - 1 - y),
        "date": day.isoformat(),
        "key": quote(key, safe=""),
        "s": str((x + y) % 4),
    }

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return values.get(_PLACES.get(name, name), match[0])

    return re.sub(r"\{([A-Za-z-]+)\}", value, template)


class TileScenes:
    """`FindsScenes` over one dated layer."""

    def __init__(self, name: str, layer: TileLayer, *, ask: AsksWeb, clock: Clock) -> None:
        """Say which layer.

        Raises:
            ValueError: The area needs too many tiles.
        """
        self.name = name
        self.resume_at: datetime | None = None
        self._layer, self._ask, self._clock = layer, ask, clock
        self._empty: set[date] = set()
        lat = (layer.area[1] + layer.area[3]) / 2
        self._span = tiles_over(layer.area, zoom_for(layer.gsd_m, lat, max_zoom=layer.max_zoom))

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Fetch the days of the look-back, the last first; return those that show something.

        A day fetched before is taken from its file. A day on which no tile shows anything is
        counted as ignored, and tried again while it lies in the look-back.

        Raises:
            SourceUnavailable: Worth trying later.
            SourceRefused: The key.
        """
        self.resume_at = None
        scenes = []
        asked = 0
        tiles = len(self._span.x) * len(self._span.y)
        for day in self._days(window):
            at = datetime.combine(day, self._layer.time_utc, tzinfo=UTC)
            path = self._layer.folder / f"{self.name}_{day:%Y%m%d}.tif"
            tally.read += 1
            if not path.is_file():
                if day in self._empty and at < window.end - _MAY_STILL_COME:
                    tally.ignored["nothing_seen"] += 1
                    continue
                if asked >= _MAX_ASKED:
                    self.resume_at = at
                    tally.ignored["left_for_later"] += 1
                    continue
                asked += tiles
                if not self._fetch(day, path, tally):
                    self._empty.add(day)
                    tally.ignored["nothing_seen"] += 1
                    continue
            tally.accepted += 1
            scenes.append(self._scene(path, at))
        return scenes

    def _days(self, window: TimeWindow) -> Sequence[date]:
        layer = self._layer
        start = window.end - layer.lookback
        if layer.dates:
            days: Iterable[date] = sorted(set(layer.dates))
        else:
            first = start.date()
            days = (first + timedelta(days=n) for n in range((window.end.date() - first).days + 1))
        taken = [(d, datetime.combine(d, layer.time_utc, tzinfo=UTC)) for d in days]
        days = [d for d, at in taken if at < window.end and (layer.dates or at >= start)]
        return days[::-1]

    def _fetch(self, day: date, path: Path, tally: Tally) -> bool:
        """Stitch one day; return whether anything is seen on it."""
        contents = {place: self._tile(*place, day, tally) for place in self._span.places()}
        pictures = _shown(contents, self._layer.missing_sha256, tally)
        if not pictures:
            if not any(contents.values()):
                self._see_key(contents)
            return False
        span = self._span
        rgba = np.zeros((4, len(span.y) * _SIDE, len(span.x) * _SIDE), np.uint8)
        for (x, y), tile in pictures.items():
            top, left = (y - span.y.start) * _SIDE, (x - span.x.start) * _SIDE
            rgba[:, top : top + _SIDE, left : left + _SIDE] = tile
        if not rgba[3].any():
            return False
        write_mercator(path, rgba, west_m=span.west_m, north_m=span.north_m, pixel_m=span.pixel_m)
        return True

    def _tile(self, x: int, y: int, day: date, tally: Tally) -> bytes:
        """Return a tile's bytes, none where there is none."""
        layer = self._layer
        url = tile_url(layer.url, zoom=self._span.zoom, x=x, y=y, day=day, key=layer.key)
        answer = self._ask(url, method="GET", headers={"accept": "image/*"}, content=None)
        if answer.status in (204, 404, 410):
            return b""
        raise_for_status(self.name, answer, now=self._clock.now(), secrets=(layer.key,))
        if answer.content[:64].lstrip().startswith((b"<", b"{")):
            tally.repaired["no_picture"] += 1  # a page or an error with status 200
            return b""
        return answer.content

    def _see_key(self, contents: Mapping[tuple[int, int], bytes]) -> None:
        """Planet's tiles answer 404, not 401, to a key that may not have them."""
        host = host_of(self._layer.url.replace("{s}", "0"))
        if host.endswith(".planet.com") and not any(contents.values()):
            raise SourceRefused(
                f"{self.name}: every tile answered 404, which is how Planet refuses a key: look at "
                "the key, and at what it may see"
            )

    def _scene(self, path: Path, at: datetime) -> Scene:
        layer = self._layer
        note = f" ({layer.attribution})" if layer.attribution else ""
        return Scene(
            id=f"{self.name}_{at:%Y%m%d}",
            acquired_at=at,
            available_at=at,
            platform=layer.sensor,
            sensor=layer.sensor,
            modality=Modality.OPTICAL,
            orbit=None,
            footprint_wkt=str(shapely.to_wkt(shapely.box(*layer.area))),
            bands=tuple(
                BandRef(name=name, href=str(path.resolve()), index=index, scale=1 / 255, nodata=0.0)
                for name, index in (("blue", 3), ("green", 2), ("red", 1))
            ),
            source=f"{self.name}{note}",
        )


def _shown(
    contents: Mapping[tuple[int, int], bytes], missing: Sequence[str], tally: Tally
) -> dict[tuple[int, int], Pixels]:
    """Return the tiles that show something: none damaged, of one colour, or alike everywhere."""
    hashes = {place: hashlib.sha256(c).hexdigest() for place, c in contents.items() if c}
    met: dict[str, int] = {}
    for digest in hashes.values():
        met[digest] = met.get(digest, 0) + 1
    pictures = {}
    for place, digest in hashes.items():
        if digest in missing or met[digest] >= _SAME_EVERYWHERE:
            tally.repaired["placeholder_tile"] += 1
            continue
        try:
            pixels = tile_pixels(contents[place], side=_SIDE)
        except BadScene as exc:
            tally.repaired[exc.reason] += 1
            continue
        if (pixels[:3] == pixels[:3, :1, :1]).all():
            tally.repaired["placeholder_tile"] += 1
            continue
        pictures[place] = pixels
    return pictures
