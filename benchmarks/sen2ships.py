"""The nine ports of sen2ships as the product reads them, and sightings held against its outlines.

Ships drawn by hand on Sentinel-2 scenes (sen2ships, MIT). Craft under about 40 m were left out
by the annotators, so that a small boat found counts as an invention here.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from benchmarks.data import shared
from monitor.detect.imagery.optical_vessels import OPTICAL_BANDS
from monitor.domain.chip import Chip, Grid
from monitor.domain.geo import MetricFrame
from monitor.domain.scene import Scene
from monitor.domain.sighting import Sighting
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog

LEAST_IOU = 0.3
LENGTHS_M = (0, 100, 150, 250, 1000)
_ALWAYS = TimeWindow(start=datetime(2000, 1, 1, tzinfo=UTC), end=datetime(2100, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port: its scene on a UTM grid of 10 m, and the outlines drawn by hand."""

    name: str
    scene: Scene
    chip: Chip
    ships: tuple[BaseGeometry, ...]
    """Outlines in the grid's metres; one ship in several parts is one outline."""


def ports() -> list[Port]:
    """Read all ports, by name."""
    root = shared("data", "imagery", "sen2ships")
    return [_port(folder) for folder in sorted(p for p in root.iterdir() if p.is_dir())]


def _port(folder: Path) -> Port:
    (scene,) = StaticCatalog("sen2ships", folder / "item.json").search(_ALWAYS, Tally())
    footprint = shapely.from_wkt(scene.footprint_wkt)
    frame = MetricFrame.around(footprint.centroid.x, footprint.centroid.y)
    west, south, east, north = frame.metric(footprint).bounds
    grid = Grid(
        epsg=frame.epsg,
        west_m=float(np.floor(west / 10) * 10),
        north_m=float(np.ceil(north / 10) * 10),
        gsd_m=10.0,
        width=int(np.ceil((east - west) / 10)) + 1,
        height=int(np.ceil((north - south) / 10)) + 1,
    )
    parts: dict[int, list[BaseGeometry]] = {}
    for feature in json.loads((folder / "ships.geojson").read_text())["features"]:
        parts.setdefault(feature["id"], []).append(shape(feature["geometry"]))
    ships = (frame.metric(shapely.make_valid(shapely.unary_union(p))) for p in parts.values())
    chip = RasterReader().read_chip(scene, grid, OPTICAL_BANDS)
    return Port(name=folder.name, scene=scene, chip=chip, ships=tuple(ships))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one port's sightings and ships."""

    port: str
    right: Mapping[int, int]
    """Sighting → ship."""
    sightings: tuple[Sighting, ...]
    outlines: tuple[BaseGeometry, ...]
    """Of the sightings, in the ships' metres."""
    ships: tuple[BaseGeometry, ...]

    @property
    def counts(self) -> tuple[int, int, int]:
        """Return (found, invented, missed)."""
        found = len(self.right)
        return found, len(self.sightings) - found, len(self.ships) - found


def outcome(port: Port, sightings: Sequence[Sighting]) -> Outcome:
    """Pair sightings with ships one to one, best overlap first, at `LEAST_IOU` or more."""
    frame = MetricFrame(epsg=port.chip.grid.epsg)
    outlines = tuple(frame.metric(shapely.from_wkt(s.outline_wkt)) for s in sightings)
    overlaps = []
    for i, outline in enumerate(outlines):
        for j, ship in enumerate(port.ships):
            if outline.intersects(ship):
                common = outline.intersection(ship).area
                iou = common / (outline.area + ship.area - common)
                if iou >= LEAST_IOU:
                    overlaps.append((-iou, i, j))
    right: dict[int, int] = {}
    for _, i, j in sorted(overlaps):
        if i not in right and j not in right.values():
            right[i] = j
    return Outcome(
        port=port.name,
        right=right,
        sightings=tuple(sightings),
        outlines=outlines,
        ships=port.ships,
    )


def long_side_m(outline: BaseGeometry) -> float:
    """Return the longer side of the smallest rectangle round an outline."""
    corners = shapely.get_coordinates(outline.minimum_rotated_rectangle)
    return float(max(np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))))


def f1(found: int, invented: int, missed: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * found / max(1, 2 * found + invented + missed)


def print_table(title: str, outcomes: Iterable[Outcome]) -> None:
    """Print precision, recall and F1 by port, recall by length, and the lengths' errors."""
    rows = list(outcomes)
    print(title)
    total = np.zeros(3, int)
    for row in rows:
        total += row.counts
        print(_line(row.port, row.counts))
    print(_line("all", (int(total[0]), int(total[1]), int(total[2]))))
    lengths = [(long_side_m(s), j in r.right.values()) for r in rows for j, s in enumerate(r.ships)]
    for low, high in itertools.pairwise(LENGTHS_M):
        some = [hit for length, hit in lengths if low <= length < high]
        print(f"  outlines of {low}-{high} m: {sum(some)} of {len(some)} found")
    drawn = [
        (long_side_m(r.outlines[i]) - long_side_m(r.ships[j]), r.sightings[i].length_m, r.ships[j])
        for r in rows
        for i, j in r.right.items()
    ]
    if drawn:
        outline = np.array([d for d, _, _ in drawn])
        reported = np.array([length - long_side_m(ship) for _, length, ship in drawn])
        print(
            f"  outline against outline: median error {np.median(np.abs(outline)):.0f} m, bias "
            f"{np.median(outline):+.0f} m; reported length (blur off) against outline: bias "
            f"{np.median(reported):+.0f} m"
        )


def _line(name: str, counts: tuple[int, int, int]) -> str:
    found, invented, missed = counts
    return (
        f"  {name:<11} found {found:3} invented {invented:3} missed {missed:3}  "
        f"P {found / max(1, found + invented):.2f} R {found / max(1, found + missed):.2f} "
        f"F1 {f1(*counts):.2f}"
    )
