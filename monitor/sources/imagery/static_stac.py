"""A catalog of scenes lying in a folder: static STAC 1.0 or 1.1, or bare items.

Whatever the JSON says, nothing outside the catalog's own folder is ever touched, and one bad item
never costs its neighbours. Pixels are not opened here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import shapely
from shapely.geometry import box, shape

from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, parse_utc
from monitor.errors import BadScene, InputError

Json = Mapping[str, Any]

_MAX_JSON_BYTES = 16_000_000
_MAX_ID = 200
_MAX_ORBIT = 1000
_MAX_CORNERS = 10_000
_BAND_NAMES = {
    "vv": "vv",
    "vh": "vh",
    "blue": "blue",
    "b02": "blue",
    "b2": "blue",
    "green": "green",
    "b03": "green",
    "b3": "green",
    "red": "red",
    "b04": "red",
    "b4": "red",
    "nir": "nir",
    "b08": "nir",
    "b8": "nir",
    "swir16": "swir16",
    "b11": "swir16",
    "scl": "scl",
}
_NO_DATA_ROLES = {"thumbnail", "overview", "metadata"}
_UNPARSABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)


class StaticCatalog:
    """`FindsScenes` over `catalog.json`, `collection.json`, one item, or a folder of items."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._scenes: tuple[Scene, ...] = ()
        self._stamps: dict[Path, tuple[int, int] | None] = {}
        self._told: set[tuple[str, str]] = set()

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Return scenes whose `available_at` lies in `window`, ordered by acquisition and id.

        The folder is listed once and again only after a file of it has changed. An item that
        cannot be used is counted in the tally of the first search that met it, so that asking
        every minute does not count it every minute.

        Raises:
            InputError: The catalog cannot be read or holds no usable scene.
        """
        if not self._stamps or any(_stamp(p) != s for p, s in self._stamps.items()):
            self._list(tally)
        found = [s for s in self._scenes if window.contains(s.available_at)]
        tally.read += len(found)
        tally.accepted += len(found)
        return found

    def _list(self, tally: Tally) -> None:
        listing = _Listing(self._path, self.name)
        listing.read()
        self._stamps = listing.stamps
        for where, reason in listing.losses:
            if (where, reason) not in self._told:
                self._told.add((where, reason))
                tally.read += 1
                tally.reject(reason, where)
        if not listing.scenes:
            why = ", ".join(sorted({reason for _, reason in listing.losses})) or "it has no items"
            self._stamps = {}
            raise InputError(f"{self._path}: no usable scene in this STAC catalog ({why})")
        self._scenes = tuple(
            sorted(listing.scenes.values(), key=lambda scene: (scene.acquired_at, scene.id))
        )


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


class _Listing:
    """One walk over a catalog's files; `stamps` says what a later walk could find changed."""

    def __init__(self, path: Path, name: str) -> None:
        self.scenes: dict[str, Scene] = {}
        self.losses: list[tuple[str, str]] = []
        self.stamps: dict[Path, tuple[int, int] | None] = {}
        self._name = name
        self._top = path
        self._root = (path if path.is_dir() else path.parent).resolve()

    def read(self) -> None:
        if not self._top.exists():
            raise InputError(f"{self._top}: no such catalog; give a catalog.json or its folder")
        start = self._top
        if start.is_dir():
            known = [start / n for n in ("catalog.json", "collection.json")]
            start = next((p for p in known if p.is_file()), start)
        if start.is_dir():
            for path in self._json_files(start):
                self._visit(path, as_child=False)
            return
        try:
            _json(start)
        except BadScene as exc:
            raise InputError(f"{start}: {exc}; expected a STAC catalog or item") from exc
        self._visit(start.resolve(), as_child=True)

    def _json_files(self, folder: Path) -> Iterator[Path]:
        for path in sorted([folder, *folder.rglob("*")]):
            if path.is_dir():
                self.stamps[path] = _stamp(path)
            elif path.suffix == ".json":
                try:
                    yield self._inside(path.parent, path.name)
                except BadScene as exc:
                    self._lose(path, exc)

    def _visit(self, start: Path, *, as_child: bool) -> None:
        """Read one JSON file and, for a catalog, all it links to; no file is read twice."""
        waiting = [start]
        while waiting:
            path = waiting.pop()
            if path in self.stamps:
                continue
            self.stamps[path] = _stamp(path)
            try:
                content = _json(path)
            except BadScene as exc:
                self._lose(path, exc)
                continue
            if content.get("type") in ("Feature", "FeatureCollection"):
                features = content.get("features", [content])
                for item in features if isinstance(features, list) else [None]:
                    self._keep(item, path)
            elif as_child:
                waiting += reversed(self._linked(content, path))

    def _linked(self, catalog: Json, path: Path) -> list[Path]:
        linked = []
        links = catalog.get("links")
        for link in links if isinstance(links, list) else []:
            if not isinstance(link, dict) or link.get("rel") not in ("child", "item"):
                continue
            shown = str(link.get("href"))
            try:
                target = self._inside(path.parent, link.get("href"))
            except BadScene as exc:
                self._lose(path, exc, shown)
                continue
            if target.is_file():
                linked.append(target)
            else:
                self.stamps[target] = None
                self._lose(path, BadScene("missing_item"), shown)
        return linked

    def _keep(self, item: object, path: Path) -> None:
        shown = str(item.get("id")) if isinstance(item, dict) else ""
        try:
            scene = self._scene(item if isinstance(item, dict) else {}, path)
        except BadScene as exc:
            self._lose(path, exc, shown)
        except _UNPARSABLE:
            self._lose(path, BadScene("bad_item"), shown)
        else:
            if scene.id in self.scenes:
                self._lose(path, BadScene("duplicate_id"), shown)
            self.scenes.setdefault(scene.id, scene)

    def _scene(self, item: Json, path: Path) -> Scene:
        properties, assets = item["properties"], item["assets"]
        acquired = parse_utc(properties.get("datetime") or properties["start_datetime"])
        available = properties.get("created") or properties.get("published")
        bands = self._bands(assets, properties, path)
        platform = _plain(properties.get("platform")).lower()
        constellation = _plain(properties.get("constellation")).lower()
        orbit = properties.get("sat:relative_orbit")
        licence = _plain(properties.get("license"))
        return Scene(
            id=_identifier(item["id"]),
            acquired_at=acquired,
            # An item cannot be had before it was taken, whatever it says.
            available_at=max(parse_utc(available), acquired) if available else acquired,
            platform=platform,
            sensor=constellation or re.sub(r"(?<=-\d)[a-z]$", "", platform) or "unknown",
            modality=_modality(properties, bands),
            orbit=orbit if type(orbit) is int and 0 < orbit < _MAX_ORBIT else None,
            footprint_wkt=_footprint_wkt(item),
            bands=bands,
            rendered=properties.get("monitor:rendered") is True,
            source=f"{self._name} ({licence})" if licence else self._name,
        )

    def _bands(self, assets: Json, properties: Json, path: Path) -> tuple[BandRef, ...]:
        """Return one reference per known band; single-band files win over composites."""
        choices: dict[str, list[tuple[tuple[bool, float, str], BandRef]]] = {}
        missing = ""
        for key, asset in sorted(assets.items()):
            refs = list(_band_refs(key, asset, properties))
            if not refs:
                continue
            target = self._inside(path.parent, asset["href"])
            if not target.is_file():
                self.stamps[target] = None
                missing = str(target)
                continue
            rank = (len(refs) > 1, float(asset.get("gsd") or 0), key)
            for ref in refs:
                found = BandRef(**{**ref, "href": str(target)})
                choices.setdefault(found.name, []).append((rank, found))
        if not choices:
            raise BadScene("missing_asset" if missing else "no_known_band", missing)
        if missing:
            # The scene is judged on what is left of it; that something is missing is counted.
            self._lose(path, BadScene("missing_asset"), Path(missing).name)
        return tuple(
            min(found, key=lambda choice: choice[0])[1] for _, found in sorted(choices.items())
        )

    def _inside(self, folder: Path, href: object) -> Path:
        """Resolve a link without leaving the catalog's folder, symbolic links included."""
        if not isinstance(href, str) or not href or "\0" in href:
            raise BadScene("bad_item", f"link {href!r}")
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", href) or href.startswith(("/", "\\")):
            raise BadScene("outside_folder", href)
        try:
            path = folder / href
            if not path.exists():
                path = folder / unquote(href)
            path = path.resolve()
            str(path).encode()  # a name that is no text could not be stored
        except (OSError, RuntimeError, ValueError) as exc:
            raise BadScene("bad_item", f"link {href!r}: {exc}") from exc
        if not path.is_relative_to(self._root):
            raise BadScene("outside_folder", href)
        return path

    def _lose(self, path: Path, exc: BadScene, detail: str = "") -> None:
        shown = path.relative_to(self._root) if path.is_relative_to(self._root) else path.name
        line = f"{shown} {detail}".strip()
        self.losses.append(("".join(c if c.isprintable() else "?" for c in line), exc.reason))


def _json(path: Path) -> Json:
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            raise BadScene("bad_item", "larger than any STAC file")
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as exc:
        raise BadScene("bad_item", f"not readable as JSON ({type(exc).__name__})") from exc
    if not isinstance(content, dict):
        raise BadScene("bad_item", "not a JSON object")
    return content


def _identifier(value: object) -> str:
    text = _plain(value)
    if not text:
        raise BadScene("bad_item", "id is not a short printable text")
    return text


def _plain(value: object) -> str:
    """Return short printable text as it is, anything else as nothing."""
    fits = isinstance(value, str) and len(value) <= _MAX_ID and value.isprintable()
    return str(value) if fits else ""


def _modality(properties: Json, bands: tuple[BandRef, ...]) -> Modality:
    instruments = {str(name).lower() for name in properties.get("instruments") or ()}
    radar = (
        any(key.startswith("sar:") for key in properties)
        or bool(instruments & {"c-sar", "sar"})
        or any(band.name in ("vv", "vh") for band in bands)
    )
    return Modality.RADAR if radar else Modality.OPTICAL


def _footprint_wkt(item: Json) -> str:
    outline = shape(item["geometry"]) if item.get("geometry") else box(*_corners(item["bbox"]))
    corners = shapely.get_coordinates(outline)
    on_earth = (abs(corners) <= (180, 90)).all()  # NaN is not
    if not (0 < len(corners) <= _MAX_CORNERS and on_earth):
        raise BadScene("bad_item", "footprint is not on the Earth")
    return str(shapely.to_wkt(outline))


def _corners(bbox: list[float]) -> tuple[float, float, float, float]:
    half = len(bbox) // 2  # a 3-D box carries heights between
    return bbox[0], bbox[1], bbox[half], bbox[half + 1]


def _band_refs(key: str, asset: Json, properties: Json) -> Iterator[dict[str, Any]]:
    """Yield the fields of a `BandRef`, but `href`, for every band of an asset that we know."""
    if not _is_raster(asset):
        return
    named = asset.get("eo:bands") or asset.get("bands") or [{}]
    layers = asset.get("raster:bands") or []
    for index, band in enumerate(named):
        layer = {**asset, **band, **(layers[index] if index < len(layers) else {})}
        candidates = [band.get("common_name"), band.get("eo:common_name"), band.get("name")]
        if len(named) == 1:
            candidates.append(key)
        names = (_BAND_NAMES.get(str(c).lower().partition("_")[0]) for c in candidates)
        name = next((n for n in names if n), None)
        if name is None:
            continue
        offset = float(layer.get("raster:offset", layer.get("offset", 0.0)))
        if properties.get("earthsearch:boa_offset_applied") is True:
            offset = 0.0  # already in the pixels; the item repeats it all the same
        scale = float(layer.get("raster:scale", layer.get("scale", 1.0)))
        if not (scale - scale == 0 and offset - offset == 0 and scale > 0):
            raise BadScene("bad_item", f"{key}: scale {scale}, offset {offset}")
        nodata = layer.get("nodata")
        yield {
            "name": name,
            "index": index + 1,
            "scale": scale,
            "offset": offset,
            "nodata": None if nodata is None else float(nodata),
            "unit": "dB" if str(layer.get("unit", "")).lower() == "db" else "",
        }


def _is_raster(asset: Json) -> bool:
    if _NO_DATA_ROLES & set(asset.get("roles") or ()):
        return False
    media = str(asset.get("type") or "").lower()
    if media:
        return "tiff" in media or "jp2" in media
    return str(asset.get("href", "")).lower().endswith((".tif", ".tiff", ".jp2"))
