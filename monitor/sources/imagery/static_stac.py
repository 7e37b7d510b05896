"""A catalog of scenes lying in a folder: static STAC 1.0 or 1.1, or bare items.

Whatever the JSON says, nothing outside the catalog's own folder is ever touched, and one bad item
never costs its neighbours. Pixels are not opened here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import BadScene, InputError
from monitor.sources.imagery.stac_items import LostAsset, scene_of

Json = Mapping[str, Any]

_MAX_JSON_BYTES = 16_000_000
_MOST_SEARCHED = 20_000
"""Files and folders looked through for items where there is no catalog; ten years of one port."""


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

        Right after a listing earlier ones are returned too: an item may be put there long after
        the pass it shows. The folder is listed once and again only after a file of it has
        changed. An item that cannot be used is counted in the tally of the first search that met
        it, so that asking every minute does not count it every minute.

        Raises:
            InputError: The catalog cannot be read or holds no usable scene.
        """
        if not self._stamps or any(_stamp(p) != s for p, s in self._stamps.items()):
            self._list(tally)
            found = [s for s in self._scenes if s.available_at < window.end]
        else:
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
            what = "this STAC catalog"
            if listing.searched:
                what = "this folder, which has no catalog.json, nor in the folders below it"
            raise InputError(f"{self._path}: no usable scene in {what} ({why})")
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
        self.searched = False
        """Whether there is no catalog and items were searched for."""
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
            self.searched = True
            for path in self._json_files(start):
                self._visit(path, as_child=False)
            return
        try:
            _json(start)
        except BadScene as exc:
            raise InputError(f"{start}: {exc}; expected a STAC catalog or item") from exc
        self._visit(start.resolve(), as_child=True)

    def _json_files(self, folder: Path) -> Iterator[Path]:
        found = [folder, *islice(folder.rglob("*"), _MOST_SEARCHED + 1)]
        if len(found) > _MOST_SEARCHED:
            raise InputError(
                f"{folder}: has no catalog.json, and more than {_MOST_SEARCHED} files and folders "
                "in it to search for STAC items; name the catalog, or the folder the items lie in"
            )
        for path in sorted(found):
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
            scene = scene_of(
                item if isinstance(item, dict) else {},
                source=self._name,
                locate=partial(self._asset, path),
                lose=lambda exc, _: self._lose(path, exc, Path(str(exc)).name),
            )
        except BadScene as exc:
            self._lose(path, exc, shown)
        else:
            if scene.id in self.scenes:
                self._lose(path, BadScene("duplicate_id"), shown)
            self.scenes.setdefault(scene.id, scene)

    def _asset(self, path: Path, asset: Json) -> str:
        target = self._inside(path.parent, asset["href"])
        if not target.is_file():
            self.stamps[target] = None
            raise LostAsset("missing_asset", str(target))
        return str(target)

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
