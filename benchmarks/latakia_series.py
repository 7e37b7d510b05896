"""The Latakia series read once, and its labels: what several benchmarks start from."""

from __future__ import annotations

import json
from dataclasses import dataclass

from benchmarks.data import shared
from monitor.batch import EVER
from monitor.bundled import bundled
from monitor.detect.imagery.occupancy import look_at_port, reference_scenes
from monitor.detect.imagery.port_pixels import port_grid
from monitor.domain.chip import Chip
from monitor.domain.look import Look
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What an eye saw in one scene."""

    ships_along_m: tuple[float, ...]
    slots: dict[str, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All scenes with their pixels, ordered by time, and the labels of some."""

    gazetteer: Gazetteer
    scenes: tuple[Scene, ...]
    chips: dict[str, Chip]
    truth: dict[str, Truth]

    def references(self, scene: Scene, limit: int) -> list[Chip]:
        """Return the chips to hold a scene against, never its own."""
        chosen = reference_scenes(scene, self.scenes, causal=False, limit=limit)
        return [self.chips[i] for i in chosen]

    def look(self, scene: Scene, *, limit: int, chip: Chip | None = None) -> Look:
        """Return what the monitor says of a scene, with at most `limit` references."""
        return look_at_port(
            scene,
            chip or self.chips[scene.id],
            self.gazetteer,
            references=self.references(scene, limit) if limit else [],
        )


def load_series() -> Series:
    """Read the catalog and its labels."""
    folder = shared("data", "imagery", "latakia_s1")
    labels = json.loads(shared("data", "imagery", "latakia_s1_labels.json").read_text())["scenes"]
    gazetteer = load_gazetteer(bundled("aoi", "latakia.geojson"))
    grid, reader = port_grid(gazetteer), RasterReader()
    found = StaticCatalog(folder.name, folder).search(EVER, Tally())
    scenes = tuple(sorted(found, key=lambda s: (s.acquired_at, s.id)))
    return Series(
        gazetteer=gazetteer,
        scenes=scenes,
        chips={s.id: reader.read_chip(s, grid, ("vv",)) for s in scenes},
        truth={
            scene: Truth(
                ships_along_m=tuple(record["ships_along_m"]),
                slots={k: None if v is None else bool(v) for k, v in record["slots"].items()},
            )
            for scene, record in labels.items()
        },
    )
