"""Pictures for messages: the scenes a finding rests on, cut out around its place and drawn.

Only pixels that are here are used, kept chips first: an alert waits for no download. A picture
that cannot be had is None, and the message goes without.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from monitor.alerts.pictures import Picture
from monitor.alerts.plain_text import fitted, inert, plain
from monitor.detect.imagery.occupancy import bands_for
from monitor.detect.imagery.port_pixels import port_grid
from monitor.detect.imagery.quicklook import chip_image
from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place
from monitor.domain.scene import Scene, native_gsd_m
from monitor.errors import BadScene, SourceRefused, TryLater
from monitor.report.evidence_picture import Panel, evidence_png
from monitor.sources.base import ReadsChips
from monitor.store.engine import Store
from monitor.store.observations import scenes_by_id

_log = logging.getLogger(__name__)
_MARGIN_M = 200.0
_SIDE_M = (600.0, 3000.0)
"""Shortest and longest side of the ground shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePictures:
    """Draws the pictures messages ask for."""

    store: Store
    gazetteer: Gazetteer
    reader: ReadsChips
    """Reads what lies on this machine."""
    zone: tzinfo
    """The port's local time."""
    out: Path
    """Folder of the published pages."""

    def picture(self, wanted: Mapping[str, Any]) -> Picture | None:
        """Return the picture `wanted` describes; None where no scene of it can be shown."""
        scenes = {
            str(item["id"]): str(item.get("note", ""))
            for item in wanted.get("scenes", ())
            if isinstance(item, Mapping) and "id" in item
        }
        place = self._place(wanted, scenes)
        if place is None:
            return None
        with self.store.read() as connection:
            found = scenes_by_id(connection, list(scenes))
        panels, words, rendered = [], [], False
        for scene in found:
            try:
                panel = self._panel(scene, place, scenes[scene.id])
            except (BadScene, TryLater, SourceRefused, ValueError) as exc:
                _log.info("scene=%s is not shown in a message: %s", scene.id, type(exc).__name__)
                continue
            panels.append(panel)
            words.append(", ".join(panel.captions))
            rendered = rendered or scene.rendered
        if not panels:
            return None
        notes = [f"Outline: {plain(place.short_name)}. North is up."]
        if any(not panel.rgba[..., 3].all() for panel in panels):
            notes[0] += " Grey was not seen."
        if rendered:
            notes.append("Demonstration: drawn, not taken by a satellite.")
        said = f"{place.short_name}: {'; '.join(words)}"
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
        return Picture(
            name=f"{digest[:20]}.png",
            png=evidence_png(panels, title=plain(place.short_name), notes=notes),
            words=fitted(inert(plain(said)), 300),
        )

    def publish(self, wanted: Mapping[str, Any]) -> Picture | None:
        """Return the picture and put it into the folder `evidence` of the published pages."""
        picture = self.picture(wanted)
        if picture is None:
            return None
        path = self.out / "evidence" / picture.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".part")
            beside.write_bytes(picture.png)
            beside.replace(path)
        except OSError as exc:
            _log.warning("evidence is not published: %s", exc.strerror or type(exc).__name__)
            return None
        return picture

    def _place(self, wanted: Mapping[str, Any], scenes: Mapping[str, str]) -> Place | None:
        """Return the berth the scenes speak of, else the finding's own place."""
        names = [note.partition(" ")[0] for note in scenes.values()]
        for name in (*names, str(wanted.get("place") or "")):
            if name in self.gazetteer.places:
                return self.gazetteer.places[name]
        return None

    def _panel(self, scene: Scene, place: Place, note: str) -> Panel:
        grid = port_grid(self.gazetteer, gsd_m=native_gsd_m(scene.sensor))
        chip = self.reader.read_chip(scene, grid, bands_for(scene))
        area = MetricFrame(epsg=grid.epsg).metric(place.geometry)
        first_row, first_col, side = _window(area, grid)
        rgba = _cut(chip_image(chip), first_row, first_col, side)
        if not rgba[..., 3].any():
            raise BadScene("unobserved", f"{scene.id} shows nothing of {place.id}")
        utc = scene.acquired_at
        local = utc.astimezone(self.zone)
        state = note.partition(" ")[2].partition(",")[0]
        sensor = scene.platform or scene.sensor
        return Panel(
            rgba=rgba,
            gsd_m=grid.gsd_m,
            outline=[
                [
                    (
                        (x - grid.west_m) / grid.gsd_m - first_col,
                        (grid.north_m - y) / grid.gsd_m - first_row,
                    )
                    for x, y in ring
                ]
                for ring in _rings(area)
            ],
            captions=(
                f"{utc:%Y-%m-%d %H:%M} UTC ({local:%a %H:%M} local)",
                plain(f"{sensor}, {grid.gsd_m:g} m" + (f": {state}" if state else "")),
            ),
        )


def _window(area: BaseGeometry, grid: Grid) -> tuple[int, int, int]:
    """Return first row, first column and side of the square around `area`, pixels."""
    west, south, east, north = area.bounds
    wanted = max(east - west, north - south) + 2 * _MARGIN_M
    side = round(min(max(wanted, _SIDE_M[0]), _SIDE_M[1]) / grid.gsd_m)
    col = round(((west + east) / 2 - grid.west_m) / grid.gsd_m - side / 2)
    row = round((grid.north_m - (south + north) / 2) / grid.gsd_m - side / 2)
    return row, col, side


def _cut(image: npt.NDArray[np.uint8], row: int, col: int, side: int) -> npt.NDArray[np.uint8]:
    """Return a square of `image`, transparent where it reaches beyond."""
    cut = np.zeros((side, side, 4), np.uint8)
    rows = slice(max(row, 0), max(min(row + side, image.shape[0]), 0))
    cols = slice(max(col, 0), max(min(col + side, image.shape[1]), 0))
    part = image[rows, cols]
    if part.size:
        top, left = rows.start - row, cols.start - col
        cut[top : top + part.shape[0], left : left + part.shape[1]] = part
    return cut


def _rings(area: BaseGeometry) -> Iterator[list[tuple[float, float]]]:
    for part in shapely.get_parts(area):
        if isinstance(part, Polygon):
            yield [(float(x), float(y)) for x, y, *_ in part.exterior.coords[:-1]]
