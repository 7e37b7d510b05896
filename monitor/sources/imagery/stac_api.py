"""Scenes from a STAC API, through pystac-client: Earth Search, Planetary Computer, Copernicus Data
Space, or any other by its address.

A search is by acquisition over the port. APIs learn of scenes hours after the pass, and of new
processings weeks after it, so each search begins some days before the last one ended; what is
found again is stored once. Items come from outside, and a bad one costs only itself.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pystac
import shapely
from pystac_client import Client
from pystac_client.errors import ClientTypeError
from pystac_client.exceptions import APIError
from pystac_client.item_search import ItemSearch

from monitor.clock import Clock
from monitor.domain.scene import Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, utc_text
from monitor.errors import BadPayload, BadScene, SourceRefused, SourceUnavailable
from monitor.sources.imagery.stac_io import BoundedIO
from monitor.sources.imagery.stac_items import UNPARSABLE, scene_of
from monitor.sources.imagery.web_hrefs import HostList, located
from monitor.sources.web import AsksWeb

_FOREIGN = (pystac.STACError, APIError, ClientTypeError, NotImplementedError, *UNPARSABLE)
"""What pystac and pystac-client raise over an answer that is none."""
_MAX_TOLD = 100_000
_REFUSED_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StacQuery:
    """What is asked of an API."""

    url: str
    """Its landing page."""
    collections: tuple[str, ...]
    area: tuple[float, float, float, float]
    """West, south, east, north of the port, degrees OGC:CRS84."""
    hosts: HostList
    """Where its files may lie."""
    query: Mapping[str, Any] | None = None
    """Limits by the query extension, sent as they are."""
    max_cloud_percent: float = 95.0
    """Optical scenes with more cloud are left out. High, because the share of a whole tile says
    little of a port."""
    page_size: int = 100
    """Items a page. Earth Search fails above some hundred."""
    max_pages: int = 60
    """Most requests for one search."""
    lateness: timedelta = timedelta(days=15)
    """How long after the pass a scene, or a new processing of it, is still looked for."""
    lookback: timedelta = timedelta(days=365)
    """How far back the first search goes: a year of seasons, and some 30 radar passes an orbit."""
    headers: Mapping[str, str] | None = None
    """Sent to the API; they may hold a secret."""
    attribution: str = ""
    """Told with every scene."""


class StacApi:
    """`FindsScenes` over one STAC API."""

    def __init__(self, name: str, query: StacQuery, *, ask: AsksWeb, clock: Clock) -> None:
        self.name = name
        self._query, self._clock = query, clock
        self._io = BoundedIO(
            name,
            ask=ask,
            clock=clock,
            url=query.url,
            max_requests=query.max_pages,
            headers=query.headers,
        )
        self._port = shapely.box(*query.area)
        self._client: Client | None = None
        self._told: set[tuple[str, str]] = set()
        self._not_before = datetime.min.replace(tzinfo=UTC)

    def __repr__(self) -> str:
        return f"StacApi({self.name!r})"

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Return the scenes of the port acquired until the window's end, ordered by time and id.

        They begin `lateness` before the window, so most are found again; a scene of which the
        catalog will only learn later is not lost. An item that cannot be used is counted the
        first time it is met.

        Raises:
            SourceUnavailable: No answer, or none that is STAC; or it asked us to wait, and we do.
            SourceRefused: Credentials, or a collection that the API does not have.
        """
        now = self._clock.now()
        if now < self._not_before:
            raise SourceUnavailable(
                f"{self.name} asked us to wait until {self._not_before:%H:%M:%SZ}",
                retry_after=self._not_before - now,
            )
        try:
            return self._search(window, tally)
        except SourceUnavailable as exc:
            if exc.retry_after:
                self._not_before = now + min(exc.retry_after, _REFUSED_WAIT)
            raise

    def _search(self, window: TimeWindow, tally: Tally) -> list[Scene]:
        self._io.begin()
        found: dict[str, Scene] = {}
        for item in self._items(window, tally):
            tally.read += 1
            scene = self._scene(item, tally)
            if scene is None:
                continue
            if scene.id in found:
                tally.ignored["seen_twice"] += 1
                continue
            tally.accepted += 1
            if scene.available_at < window.end:
                found[scene.id] = scene
        return sorted(found.values(), key=lambda scene: (scene.acquired_at, scene.id))

    def _items(self, window: TimeWindow, tally: Tally) -> Iterator[object]:
        """Yield what the pages hold; a search that is cut short is counted."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a server does not advertise it may still do
            try:
                for page in self._asked(window).pages_as_dicts():
                    yield from page["features"]
            except BadPayload as exc:
                tally.read += 1
                tally.reject(exc.reason, exc)
            except _FOREIGN as exc:
                raise SourceUnavailable(
                    f"{self.name} sent an answer that is no STAC ({type(exc).__name__})"
                ) from None  # their messages repeat addresses

    def _asked(self, window: TimeWindow) -> ItemSearch:
        query = self._query
        client = self._client or self._opened()
        start = max(window.start - query.lateness, window.end - query.lookback)
        methods = {link.extra_fields.get("method", "POST") for link in client.get_links("search")}
        return client.search(
            method="GET" if methods == {"GET"} else "POST",
            collections=list(query.collections),
            bbox=list(query.area),
            datetime=f"{utc_text(start)}/{utc_text(window.end)}",
            query=dict(query.query) if query.query else None,
            limit=query.page_size,
        )

    def _opened(self) -> Client:
        """Read the landing page, and see that the collections are there, once.

        A search for a collection of another name would find nothing, for ever and without a word.
        """
        client = Client.open(self._query.url, stac_io=self._io)
        base = self._query.url.rstrip("/")
        known = [
            str(link.href).rstrip("/").rpartition("/")[2] for link in client.get_links("child")
        ]
        for collection in self._query.collections:
            if collection not in known:
                self._see_collection(base, collection, known)
        self._client = client
        return client

    def _see_collection(self, base: str, collection: str, known: list[str]) -> None:
        try:
            self._io.request(f"{base}/collections/{collection}")
        except SourceRefused as exc:
            near = difflib.get_close_matches(collection, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise SourceRefused(f"{self.name} has no collection {collection!r}{hint}") from exc

    def _scene(self, item: object, tally: Tally) -> Scene | None:
        shown = str(item.get("id"))[:100] if isinstance(item, dict) else ""
        try:
            scene = self._parsed(item if isinstance(item, dict) else {}, tally)
        except BadScene as exc:
            self._lose(exc, shown, tally)
            return None
        return scene

    def _parsed(self, item: dict[str, Any], tally: Tally) -> Scene | None:
        properties = item.get("properties")
        if not isinstance(properties, dict):
            raise BadScene("bad_item", "has no properties")
        note = self._query.attribution
        scene = scene_of(
            item,
            source=f"{self.name} ({note})" if note else self.name,
            locate=partial(
                located, hosts=self._query.hosts, base=_self_link(item), properties=properties
            ),
            lose=lambda exc, item_id: self._lose(exc, item_id, tally, part=True),
            marks_updates=True,
        )
        if not shapely.from_wkt(scene.footprint_wkt).intersects(self._port):
            raise BadScene("outside_area", "does not reach the port")
        if scene.modality is Modality.OPTICAL and self._is_overcast(properties):
            tally.ignored["cloudy"] += 1
            return None
        return scene

    def _is_overcast(self, properties: Mapping[str, Any]) -> bool:
        cloud = properties.get("eo:cloud_cover")
        if isinstance(cloud, bool) or not isinstance(cloud, int | float):
            return False
        return cloud > self._query.max_cloud_percent

    def _lose(self, exc: BadScene, item_id: str, tally: Tally, *, part: bool = False) -> None:
        shown = "".join(c if c.isprintable() else "?" for c in item_id[:100])
        if (shown, exc.reason) in self._told or len(self._told) > _MAX_TOLD:
            tally.ignored["told_before"] += not part
            return
        self._told.add((shown, exc.reason))
        tally.reject(exc.reason, f"{shown} {exc}")


def _self_link(item: Mapping[str, Any]) -> str:
    links = item.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "self":
            return str(link.get("href"))[:2000]
    return ""
