"""PlanetScope scenes by Planet's Data API: found, ordered, and asked for once they are ready.

A file must be activated before it can be had, which takes minutes. Nothing waits for that here: a
scene still in the making is left for the next search, and the search says from when it must begin.
The address of a file is signed and ends soon; what is stored is our own unsigned name of it, which
`PlanetShelf` turns into today's address when it is read.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor.clock import Clock
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, parse_utc, utc_text
from monitor.errors import BadScene, SourceRefused, SourceUnavailable
from monitor.sources.base import RemoteFile
from monitor.sources.imagery.signing import basic_login
from monitor.sources.imagery.stac_items import UNPARSABLE, footprint_wkt, plain
from monitor.sources.imagery.web_hrefs import HostList, host_of
from monitor.sources.web import AsksWeb, HasAnswer, at, json_of, raise_for_status

Json = Any

_BANDS = {
    "ortho_analytic_4b_sr": ("blue", "green", "red", "nir"),
    "ortho_analytic_8b_sr": ("", "blue", "", "green", "", "red", "", "nir"),
}
"""Surface reflectance x 10000, 0 where unseen. Source: Planet, PlanetScope product specification,
bands in the order of the file; those we have no use for are left empty."""
_STAGES = ("preview", "standard", "finalized")
_PAGE_SIZE = 250
_MAX_PAGES = 40
_MAX_ASKED = 300
"""Most items whose files are asked after in one search: under a minute at Planet's 10 a second."""
_IN_THE_MAKING = timedelta(minutes=5)
_KEEP_BEFORE_END = timedelta(seconds=60)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanetQuery:
    """What is asked of Planet."""

    url: str
    """The Data API, without a slash at its end."""
    area: tuple[float, float, float, float]
    """West, south, east, north of the port, degrees OGC:CRS84."""
    item_types: tuple[str, ...] = ("PSScene",)
    assets: tuple[str, ...] = ("ortho_analytic_8b_sr", "ortho_analytic_4b_sr")
    """In the order of preference."""
    max_cloud_percent: float = 50.0
    lateness: timedelta = timedelta(days=15)
    lookback: timedelta = timedelta(days=30)
    max_activations: int = 20
    """Most files ordered in one search; each counts against the quota."""


class PlanetApi:
    """The Data API under one key: questions, and what its answers mean."""

    def __init__(self, name: str, url: str, *, key: str, ask: AsksWeb, clock: Clock) -> None:
        self.name, self.url = name, url.rstrip("/")
        self._key, self._ask, self.clock = key, ask, clock

    def __repr__(self) -> str:
        return f"PlanetApi({self.name!r})"

    def ask(self, url: str, *, body: Json = None) -> Json:
        """Return the JSON of an answer; None for one without content.

        Raises:
            SourceUnavailable: Worth trying later, too many questions at once among it.
            SourceRefused: The key, or a quota that is used up.
            BadScene: `missing_asset`: there is no such item.
        """
        answer = self._sent(url, body)
        self._judge(answer)
        return json_of(self.name, answer.content) if answer.content.strip() else None

    def direct(self, location: str) -> str:
        """Return the address a file's address leads to: Planet sends readers on to a store."""
        try:
            answer = self._ask(location, method="GET", headers={"range": "bytes=0-0"}, content=None)
        except SourceUnavailable:
            return location  # it sends the whole file, so it is the place
        onward = urljoin(location, answer.headers.get("location", ""))
        if answer.status in _REDIRECTS and urlsplit(onward).scheme == "https":
            return onward
        return location

    def _sent(self, url: str, body: Json) -> HasAnswer:
        if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            raise SourceRefused(f"{self.name} sends us on to another host, which gets no key")
        headers = {"accept": "application/json", **basic_login(self._key)}
        if body is None:
            return self._ask(url, method="GET", headers=headers, content=None)
        headers["content-type"] = "application/json"
        return self._ask(url, method="POST", headers=headers, content=json.dumps(body).encode())

    def _judge(self, answer: HasAnswer) -> None:
        if answer.status == 404:
            raise BadScene("missing_asset", f"{self.name} has no such item")
        if answer.status == 429 and b"quota" in answer.content[:4_000].lower():
            raise SourceRefused(f"{self.name}: the quota is used up; no file can be ordered")
        raise_for_status(self.name, answer, now=self.clock.now(), secrets=(self._key,))


class PlanetScenes:
    """`FindsScenes` and `ResumesSearch` over the Data API."""

    def __init__(self, name: str, query: PlanetQuery, api: PlanetApi) -> None:
        self.name = name
        self.resume_at: datetime | None = None
        self._query, self._api = query, api
        self._ready: set[str] = set()
        self._told: set[tuple[str, str]] = set()

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Return the scenes whose files are ready, ordered by time and id; order the others.

        Raises:
            SourceUnavailable: Worth trying later.
            SourceRefused: The key, or the quota is used up and nothing is ready.
        """
        found = {}
        for item in self._items(window, tally):
            tally.read += 1
            try:
                scene = self._scene(item)
            except BadScene as exc:
                self._lose(exc, item, tally)
            except UNPARSABLE as exc:
                self._lose(BadScene("bad_item", f"{type(exc).__name__} in its JSON"), item, tally)
            else:
                found[scene.id] = scene
        newest_first = sorted(found.values(), key=lambda s: (s.acquired_at, s.id), reverse=True)
        ready = self._ready_of(newest_first, tally)
        tally.accepted += len(ready)
        return sorted(ready, key=lambda s: (s.acquired_at, s.id))

    def _items(self, window: TimeWindow, tally: Tally) -> Iterator[Json]:
        url = f"{self._query.url}/quick-search?_page_size={_PAGE_SIZE}"
        body: Json = self._question(window)
        seen: set[str] = set()
        for _ in range(_MAX_PAGES):
            try:
                page = self._api.ask(url, body=body)
            except BadScene as exc:
                raise SourceRefused(f"{self.name} has no such search; check its url") from exc
            features = at(page, ("features",))
            if not isinstance(features, list):
                raise SourceUnavailable(f"{self.name} sent a page without a list of items")
            yield from features
            seen.add(url)
            following = at(page, ("_links", "_next"))
            if not features or not isinstance(following, str):
                return
            if following in seen:
                break
            url, body = following, None
        tally.read += 1
        tally.reject("pages_left_unread", f"{self.name}: more than we ask for at once")

    def _question(self, window: TimeWindow) -> Json:
        query = self._query
        west, south, east, north = query.area
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        start = max(window.start - query.lateness, window.end - query.lookback)
        between = {"gte": utc_text(start), "lt": utc_text(window.end)}
        filters = [
            _filter("Geometry", "geometry", {"type": "Polygon", "coordinates": [ring]}),
            _filter("DateRange", "acquired", between),
            _filter("Range", "cloud_cover", {"lte": query.max_cloud_percent / 100}),
            _filter("StringIn", "quality_category", ["standard"]),
            {"type": "PermissionFilter", "config": ["assets:download"]},
        ]
        return {
            "item_types": list(query.item_types),
            "filter": {"type": "AndFilter", "config": filters},
        }

    def _scene(self, item: Json) -> Scene:
        properties = item["properties"]
        item_id, item_type = plain(item["id"]), plain(properties["item_type"])
        if not re.fullmatch(r"[A-Za-z0-9_-]+", item_id) or item_type not in self._query.item_types:
            raise BadScene("bad_item", "id or type is not one of Planet's")
        if properties.get("ground_control") is not True:
            # Without it a scene may lie hundreds of metres off, and every quay in it.
            raise BadScene("no_ground_control", "its place on the ground is not known")
        asset = self._asset(item)
        stage = str(properties.get("publishing_stage"))
        if stage not in _STAGES:
            raise BadScene("bad_item", "publishing stage is not one of Planet's")
        acquired = parse_utc(properties["acquired"])
        href = f"{self._query.url}/item-types/{item_type}/items/{item_id}/assets/{asset}"
        return Scene(
            # Pixels may shift between stages: each is a scene of its own, of the same look.
            id=item_id if stage == _STAGES[-1] else f"{item_id}@{stage}",
            acquired_at=acquired,
            available_at=max(parse_utc(properties["published"]), acquired),
            platform=f"planetscope-{plain(properties.get('satellite_id'))}".rstrip("-"),
            sensor="planetscope",
            modality=Modality.OPTICAL,
            orbit=None,
            footprint_wkt=footprint_wkt(item["geometry"]),
            bands=tuple(
                BandRef(name=band, href=href, index=number, scale=1e-4, nodata=0.0)
                for number, band in sorted(enumerate(_BANDS[asset], 1), key=lambda b: b[1])
                if band
            ),
            source=f"{self.name} (© Planet Labs PBC)",
            datatake=item_id,
            revision=f"{_STAGES.index(stage)} {utc_text(parse_utc(properties['updated']))}",
        )

    def _asset(self, item: Json) -> str:
        granted = set(item.get("_permissions") or ())
        offered = set(item.get("assets") or ())
        for asset in self._query.assets:
            if asset in _BANDS and asset in offered and f"assets.{asset}:download" in granted:
                return asset
        raise BadScene("no_known_band", "none of the wanted files may be downloaded")

    def _ready_of(self, scenes: list[Scene], tally: Tally) -> list[Scene]:
        """Return the scenes whose files can be had now; order some of the rest, newest first."""
        ready, waiting = [], []
        orders = self._query.max_activations
        asked, stopped = 0, ""
        for scene in scenes:
            if scene.id in self._ready:
                ready.append(scene)
                continue
            if stopped or asked >= _MAX_ASKED:
                waiting.append(scene)
                continue
            asked += 1
            try:
                status, ordered = self._status(scene, may_order=orders > 0)
            except BadScene as exc:
                self._lose(exc, {"id": scene.id}, tally)
                continue
            except (SourceUnavailable, SourceRefused) as exc:
                if not ready:
                    raise
                stopped = str(exc)  # what is ready is not lost over what is not
                waiting.append(scene)
                continue
            orders -= ordered
            if status == "active":
                self._ready.add(scene.id)
                ready.append(scene)
            else:
                waiting.append(scene)
        self.resume_at = min((s.acquired_at for s in waiting), default=None)
        if waiting:
            tally.ignored["in_the_making"] += len(waiting)
        if stopped:
            tally.read += 1
            tally.reject("orders_refused", stopped)
        return ready

    def _status(self, scene: Scene, *, may_order: bool) -> tuple[str, bool]:
        """Return the state of a scene's file, and whether it was ordered just now."""
        file = _file_at(self._api, scene.bands[0].href)
        if file["status"] == "inactive" and may_order:
            _order(self._api, file)
            return "activating", True
        return str(file["status"]), False

    def _lose(self, exc: BadScene, item: Json, tally: Tally) -> None:
        shown = plain(item.get("id")) if isinstance(item, Mapping) else ""
        if (shown, exc.reason) in self._told:
            tally.ignored["told_before"] += 1
            return
        self._told.add((shown, exc.reason))
        tally.reject(exc.reason, f"{shown} {exc}")


class PlanetShelf:
    """The files of the Data API, by our unsigned names of them; see `signing.Shelf`."""

    def __init__(self, api: PlanetApi) -> None:
        host = host_of(api.url)
        self.hosts = HostList(hosts=(host,), plain_http=api.url.startswith("http:"))
        self._api = api
        self._lock = threading.Lock()
        self._held: dict[str, tuple[str, datetime]] = {}

    def remote(self, href: str, *, renew: bool) -> RemoteFile:
        """Return where the file lies today.

        Raises:
            SourceUnavailable: It is being made again; worth trying later.
            SourceRefused: The key or the quota.
            BadScene: `missing_asset`.
        """
        now = self._api.clock.now()
        with self._lock:
            url, until = self._held.get(href, ("", datetime.min.replace(tzinfo=UTC)))
            if renew or until - now < _KEEP_BEFORE_END:
                url, until = self._located(href, now)
                self._held[href] = url, until
        return RemoteFile(url=url)

    def _located(self, href: str, now: datetime) -> tuple[str, datetime]:
        file = _file_at(self._api, href)
        location = file.get("location")
        if file["status"] != "active" or not isinstance(location, str):
            if file["status"] == "inactive":
                _order(self._api, file)
            raise SourceUnavailable(
                f"{self._api.name} makes this file anew", retry_after=_IN_THE_MAKING
            )
        allowed = ("https", urlsplit(self._api.url).scheme)
        if urlsplit(location).scheme not in allowed:
            raise BadScene("not_https", "the file's address is not https")
        try:
            until = parse_utc(str(file.get("expires_at")))
        except ValueError:
            until = now + _IN_THE_MAKING
        return self._api.direct(location), until


def _file_at(api: PlanetApi, href: str) -> dict[str, Json]:
    """Return what Planet says of one file, by our name of it."""
    item, _, asset = href.rpartition("/")
    said = api.ask(f"{item}/")
    file = at(said, (asset,))
    if not isinstance(file, dict):
        raise BadScene("missing_asset", f"{api.name} no longer offers {asset}")
    status = file.get("status")
    return {**file, "status": status if status in ("active", "activating") else "inactive"}


def _order(api: PlanetApi, file: Mapping[str, Json]) -> None:
    link = at(file, ("_links", "activate"))
    if not isinstance(link, str):
        raise BadScene("missing_asset", f"{api.name} offers no way to order this file")
    api.ask(link)


def _filter(kind: str, field: str, config: Json) -> Json:
    return {"type": f"{kind}Filter", "field_name": field, "config": config}
