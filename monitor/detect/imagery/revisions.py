"""One look at the ground, one scene: newer processings take the place of older ones, and of tiles
or catalogs that show the same look only what adds ground is kept.

Catalogs hand out the same pass more than once: processed again months later under a new id, cut
into two map tiles of neighbouring UTM zones, or offered by two services. Judged each by itself, one
look would count as two witnesses. Which scene stays depends on the scenes alone, never on the order
in which they were learned of.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from monitor.domain.chip import Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import Modality, Scene

_SAME_GROUND = 0.99
"""A scene is replaced by a newer one that shows at least this share of its part of the port; the
outlines of two processings differ by a pixel or two."""
_ADDS_GROUND = 0.001
"""A scene is kept beside others of its look if it adds at least this share of the port."""


def current_scenes(
    scenes: Iterable[Scene], *, area: tuple[float, float, float, float]
) -> tuple[Scene, ...]:
    """Return the scenes to judge, ordered by acquisition and id.

    Args:
        scenes: All that are known, in any order.
        area: West, south, east, north of the port, degrees OGC:CRS84.
    """
    port = shapely.box(*area)
    ordered = sorted(scenes, key=lambda s: (s.modality, s.sensor, s.rendered, s.datatake, s.id))
    kept: list[Scene] = []
    for look, group in groupby(ordered, key=_look):
        same = list(group)
        kept += _of_one_look(same, port) if look[-1] else same
    return tuple(sorted(kept, key=lambda s: (s.acquired_at, s.id)))


def ground_of(grid: Grid) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a grid, degrees OGC:CRS84: what is read of every scene."""
    east, south = grid.west_m + grid.width * grid.gsd_m, grid.north_m - grid.height * grid.gsd_m
    corners = shapely.box(grid.west_m, south, east, grid.north_m)
    west, south, east, north = MetricFrame(grid.epsg).geographic(corners).bounds
    return float(west), float(south), float(east), float(north)


def _look(scene: Scene) -> tuple[Modality, str, bool, str]:
    return scene.modality, scene.sensor, scene.rendered, scene.datatake


def _of_one_look(scenes: list[Scene], port: Polygon) -> list[Scene]:
    if len(scenes) == 1:
        return scenes
    shown = {s.id: shapely.from_wkt(s.footprint_wkt).buffer(0).intersection(port) for s in scenes}
    ranked = sorted(scenes, key=lambda s: s.id)
    ranked.sort(key=_rank, reverse=True)
    newest = [
        scene
        for place, scene in enumerate(ranked)
        if not any(_replaces(shown[n.id], shown[scene.id]) for n in ranked[:place])
    ]
    # Of what is left none replaces another: take the widest first, then what adds to it.
    newest.sort(key=lambda s: -round(shown[s.id].area / port.area, 6))
    kept: list[Scene] = []
    seen: BaseGeometry = Polygon()
    for scene in newest:
        if not kept or shown[scene.id].difference(seen).area >= _ADDS_GROUND * port.area:
            kept.append(scene)
            seen = seen.union(shown[scene.id])
    return kept


def _rank(scene: Scene) -> tuple[bool, int, str]:
    """Order scenes of one look: ready pixels before counts, more bands, then the newer."""
    is_ready = not any(band.calibration_href for band in scene.bands)
    return is_ready, len(scene.bands), scene.revision


def _replaces(newer: BaseGeometry, older: BaseGeometry) -> bool:
    return bool(newer.intersection(older).area >= _SAME_GROUND * older.area)
