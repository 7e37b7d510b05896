"""Chips that were read once are kept: a static STAC catalog of cloud-optimised GeoTIFFs.

    chips/catalog.json                             opens in QGIS, pystac and our own StaticCatalog
    chips/sentinel-1/2025/catalog.json
    chips/sentinel-1/2025/20250110T154257Z_<id>_<hash>/item.json, chip-<hash>.tif, scl-<hash>.tif

A survey can be repeated from it without a network and says the same. One process writes at a
time; whoever reads meanwhile sees the old item or the new one. Every file is written beside its
place and renamed, rasters before the item that names them, the item before the catalogs, so a
crash costs at most one chip and the next write tidies up. This room holds no clock.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from monitor.domain.chip import Chip, Grid
from monitor.domain.scene import Modality, Scene
from monitor.errors import BadScene
from monitor.sources.base import ReadsChips
from monitor.sources.imagery.chip_item import (
    KeptFile,
    catalog_json,
    counting,
    item_json,
    rounded,
    source_digest,
)
from monitor.sources.imagery.cog import CogBand, cog_bytes, cog_counts

Json = dict[str, Any]

_LOG = logging.getLogger(__name__)
_MAX_ITEM_BYTES = 1_000_000
_NAME = "tartus-monitor-chips"
_STAMP = "%Y%m%dT%H%M%SZ"
_FOLDER = re.compile(r"(\d{8}T\d{6}Z)_[\w.-]*_[0-9a-f]{12}", re.ASCII)
_FILE = re.compile(r"\./((?:chip|scl)-[0-9a-f]{16}\.tif)", re.ASCII)
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How much is kept; None is no limit."""

    keep: timedelta | None = None
    """Since acquisition. Should reach over the references of a survey."""
    max_bytes: int | None = None
    """Of rasters and items; the oldest acquisitions go first."""


class ChipArchive:
    """A folder of kept chips."""

    def __init__(self, root: Path, *, retention: Retention | None = None) -> None:
        self.root = root
        self._retention = retention or Retention()

    def chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip | None:
        """Return the named bands of a kept scene on that very grid, or None.

        None too where the scene was processed anew since, other bands are asked for, or what is
        kept does not match its checksum.
        """
        folder = self._folder(scene)
        try:
            item = _json(folder / "item.json")
            source = item["properties"]["monitor:source"]
            if source["digest"] != source_digest(scene) or item["id"] != scene.id:
                return None
            layers: dict[str, Any] = {}
            for asset in item["assets"].values():
                names = tuple(str(b["name"]) for b in asset["eo:bands"])
                if set(names) & set(bands):
                    layers |= self._layers(folder, asset, names, scene.modality, grid)
        except BadScene as exc:
            _LOG.debug("kept chip is not used", extra={"scene": scene.id, "reason": exc.reason})
            return None
        except _UNREADABLE:
            return None
        if not set(bands) <= layers.keys():
            return None
        values = np.stack([layers[name] for name in bands])
        return Chip(scene_id=scene.id, grid=grid, bands=tuple(bands), values=values)

    def _layers(
        self,
        folder: Path,
        asset: Json,
        names: tuple[str, ...],
        modality: Modality,
        grid: Grid,
    ) -> dict[str, Any]:
        found = _FILE.fullmatch(asset["href"])
        if found is None:
            raise BadScene("unreadable_raster", "kept item names no file of ours")
        content = (folder / found[1]).read_bytes()
        if asset["file:checksum"] != "1220" + hashlib.sha256(content).hexdigest():
            raise BadScene("cut_short", f"{found[1]} is not what was kept")
        how = counting(names[0], modality)
        counts = cog_counts(content, grid, bands=len(names), dtype=how.dtype)
        return {
            name: counting(name, modality).values(layer)
            for name, layer in zip(names, counts, strict=True)
        }

    def keep(self, scene: Scene, chip: Chip) -> None:
        """Keep a chip, in place of an older one of the same scene.

        Keeping the same twice changes nothing, not a byte and not a date.

        Raises:
            OSError: The folder cannot be written: full, read-only or not a folder.
        """
        files = tuple(_files(scene, chip))
        folder = self._folder(scene)
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                _write(folder / file.href, file.content)
            _write(folder / "item.json", _dumps(item_json(scene, chip, files)))
            wanted = {"item.json", *(f.href for f in files)}
            for stray in folder.iterdir():
                if stray.name not in wanted:
                    stray.unlink(missing_ok=True)
            self._link(None if self._evict(None) else folder.parent)

    def tidy(self, as_of: datetime) -> int:
        """Drop what is kept no longer, mend what a crash left; return how many chips went.

        Raises:
            OSError: The folder cannot be written.
        """
        if not self.root.is_dir():
            return 0
        with self._writing():
            gone = self._evict(as_of)
            self._link(None)
        return gone

    def _folder(self, scene: Scene) -> Path:
        sensor = re.sub(r"[^a-z0-9-]", "-", scene.sensor.lower())[:40] or "unknown"
        shown = re.sub(r"[^\w.-]", "-", scene.id, flags=re.ASCII)[:60]
        # The id may be any printable text; its hash tells apart what looks alike when made plain.
        key = hashlib.sha256(f"{scene.sensor}\x1f{scene.id}".encode()).hexdigest()[:12]
        at = scene.acquired_at.astimezone(UTC)
        return self.root / sensor / f"{at.year:04d}" / f"{at.strftime(_STAMP)}_{shown}_{key}"

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the folder against other writers; the lock dies with its process."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):
                if _json(self.root / "catalog.json").get("id", _NAME) != _NAME:
                    raise FileExistsError(errno.EEXIST, "the folder holds another catalog")
            yield

    def _kept(self) -> list[tuple[datetime, Path]]:
        """Return every folder of a chip with its acquisition, oldest first."""
        found = []
        for folder in self.root.glob("*/*/*"):
            match = _FOLDER.fullmatch(folder.name)
            if match and folder.is_dir() and not folder.is_symlink():
                try:
                    at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
                except ValueError:
                    continue
                found.append((at, folder))
        return sorted(found, key=lambda kept: (kept[0], kept[1].name))

    def _evict(self, as_of: datetime | None) -> int:
        kept, gone = self._kept(), 0
        if as_of is not None:
            limit = None if self._retention.keep is None else as_of - self._retention.keep
            for at, folder in list(kept):
                if (limit is not None and at < limit) or not (folder / "item.json").is_file():
                    shutil.rmtree(folder)
                    kept.remove((at, folder))
                    gone += 1
        if self._retention.max_bytes is not None:
            sizes = {folder: _size(folder) for _, folder in kept}
            total = sum(sizes.values())
            for _, folder in kept:
                if total <= self._retention.max_bytes:
                    break
                shutil.rmtree(folder)
                total -= sizes[folder]
                gone += 1
        return gone

    def _link(self, changed: Path | None) -> None:
        """Make the catalogs say what lies in the folders: of one year, or of all.

        Unchanged files are left alone, and folders that are not ours.
        """
        years = [changed] if changed else [y for s in _folders(self.root) for y in _folders(s)]
        for year in years:
            sensor = year.parent.name
            items = [f"./{d.name}/item.json" for d in _folders(year) if _is_kept(d)]
            _catalog(year, f"{sensor}-{year.name}", "item", items, up=2)
        for parent in {y.parent for y in years}:
            listed = [f"./{d.name}/catalog.json" for d in _folders(parent) if _is_listed(d)]
            _catalog(parent, parent.name, "child", listed, up=1)
        listed = [f"./{d.name}/catalog.json" for d in _folders(self.root) if _is_listed(d)]
        _catalog(self.root, _NAME, "child", listed, up=0)


class ArchivingReader:
    """`ReadsChips` that reads each scene of another reader once and keeps it."""

    def __init__(self, reader: ReadsChips, archive: ChipArchive) -> None:
        self._reader = reader
        self._archive = archive
        self._failing = False

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Return the bands from the archive, or from the reader and then keep them.

        Both give the same values, rounded as the archive keeps them, so that a survey of the
        archive answers as the first one did. A full disk costs the keeping, not the survey.

        Raises:
            BadScene: What the reader raises; nothing is kept then.
        """
        kept = self._archive.chip(scene, grid, bands)
        if kept is not None:
            return kept
        chip = rounded(self._reader.read_chip(scene, grid, bands), scene.modality)
        try:
            self._archive.keep(scene, chip)
        except OSError as exc:
            if not self._failing:
                _LOG.warning("chips are not kept", extra={"why": exc.strerror or str(exc)})
            self._failing = True
        else:
            if self._failing:
                _LOG.info("chips are kept again")
            self._failing = False
        return chip


def _files(scene: Scene, chip: Chip) -> Iterator[KeptFile]:
    classes = tuple(b for b in chip.bands if b == "scl")
    for key, names in (("chip", tuple(b for b in chip.bands if b != "scl")), ("scl", classes)):
        if not names:
            continue
        how = counting(names[0], scene.modality)
        content = cog_bytes(
            np.stack([how.counts(chip.band(name)) for name in names]),
            chip.grid,
            [CogBand(name=n, scale=how.scale, offset=how.offset, unit=how.unit) for n in names],
            nodata=how.nodata,
            classes=key == "scl",
        )
        name = f"{key}-{hashlib.sha256(content).hexdigest()[:16]}.tif"
        yield KeptFile(key=key, href=name, content=content, bands=names)


def _json(path: Path) -> Json:
    try:
        with path.open("rb") as stream:
            content = json.loads(stream.read(_MAX_ITEM_BYTES))
    except (ValueError, RecursionError):
        return {}  # cut short; what is missing in it says so
    return content if isinstance(content, dict) else {}


def _is_kept(folder: Path) -> bool:
    return _FOLDER.fullmatch(folder.name) is not None and (folder / "item.json").is_file()


def _folders(folder: Path) -> list[Path]:
    return sorted(d for d in folder.iterdir() if d.is_dir() and not d.name.startswith("."))


def _size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.iterdir() if f.is_file())


def _is_listed(folder: Path) -> bool:
    return (folder / "catalog.json").is_file()


def _catalog(folder: Path, name: str, rel: str, hrefs: list[str], *, up: int) -> None:
    """Write a catalog; one that would list nothing goes, with its folder if that is empty now."""
    if up and not hrefs:
        if {f.name for f in folder.iterdir()} <= {"catalog.json"}:
            shutil.rmtree(folder)
        return
    links = [{"rel": "root", "href": "../" * up + "catalog.json" if up else "./catalog.json"}]
    if up:
        links.append({"rel": "parent", "href": "../catalog.json"})
    links += [{"rel": rel, "href": href} for href in hrefs]
    typed = [
        {**link, "type": "application/geo+json" if link["rel"] == "item" else "application/json"}
        for link in links
    ]
    _write(
        folder / "catalog.json",
        _dumps(catalog_json(name, f"Chips of satellite scenes over a port: {name}.", typed)),
    )


def _dumps(content: Json) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Write a file in one step, unless it holds that already."""
    try:
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return
    except FileNotFoundError:
        pass
    beside = path.with_name(f".{path.name}.part")  # one writer at a time, so one name will do
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
