"""Optical berth state from one scene over nine ports, each judged by thresholds fitted on eight.

Berths come from the shared tool, run with seeds of their own: its seed 7 is the one that was at
hand when the thresholds were first chosen. For every port left out, four thresholds are fitted on
the others by coordinate search and the port is judged with them. Prints accuracy by fold, ship
length and port, for the fitted and the product's own thresholds, and a reliability table.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.data import shared
from monitor.batch import EVER
from monitor.detect.imagery.occupancy import bands_for, look_at_port
from monitor.detect.imagery.optical_occupancy import OpticalCriteria, optical_readings
from monitor.detect.imagery.port_pixels import PortPixels, port_grid, port_pixels
from monitor.domain.chip import Chip
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog

SEEDS = (7, 101, 202, 303)
GRID = {
    "hull_share": (0.25, 0.29, 0.33, 0.37, 0.42),
    "water_ndwi": (0.0, 0.05, 0.1),
    "brighter": (0.015, 0.025, 0.04),
    "nir_brighter": (0.005, 0.01, 0.02),
}
Scores = npt.NDArray[np.float64]
Loss = Callable[[Scores, npt.NDArray[np.bool_]], float]


@dataclass(frozen=True)
class Slots:
    """The berths of one port drawn with one seed, and what is in them."""

    port: str
    seed: int
    scene: Scene
    gazetteer: Gazetteer
    chip: Chip
    pixels: PortPixels
    occupied: npt.NDArray[np.bool_]
    length_m: Scores

    def scores(self, criteria: OpticalCriteria) -> Scores:
        """Return the product's score of each berth; NaN where unobserved."""
        readings = optical_readings(self.chip, (), self.pixels, criteria=criteria)
        return np.array([r.score if r.usable >= 0.6 else np.nan for r in readings])


def main() -> None:
    """Fit, judge, print."""
    with tempfile.TemporaryDirectory() as folder:
        slots = [s for seed in SEEDS for s in _ports(seed, Path(folder))]
    ports = sorted({s.port for s in slots})
    own = [s.scores(OpticalCriteria()) for s in slots]
    print("the product's own thresholds (chosen with these ports in view):")
    for seed in SEEDS:
        at = [i for i, s in enumerate(slots) if s.seed == seed]
        _report(f"  seed {seed}", [slots[i] for i in at], [own[i] for i in at])
    _ships_told(slots)
    known: dict[tuple[int, OpticalCriteria], Scores] = {}
    for title, names, loss in (
        ("four thresholds by log loss", tuple(GRID), _log_loss),
        ("four thresholds by errors", tuple(GRID), _errors),
        ("hull_share alone by errors", ("hull_share",), _errors),
    ):
        print(f"leave one port out, {title}:")
        held = _held_out(slots, ports, names, loss, known)
        for seed in SEEDS:
            at = [i for i, s in enumerate(slots) if s.seed == seed]
            _report(f"  seed {seed}", [slots[i] for i in at], [held[i] for i in at])
        _report("  all seeds", slots, held)
        _reliability(np.concatenate(held), np.concatenate([s.occupied for s in slots]))


def _ships_told(slots: Sequence[Slots]) -> None:
    """Print the ships told at berths, from one scene without history, against what lies there."""
    right = wrong = held = missed = 0
    errors = []
    for slot in slots:
        look = look_at_port(slot.scene, slot.chip, slot.gazetteer, references=())
        ids = [b.place.id for b in slot.pixels.berths]
        length_of = dict(zip(ids, slot.length_m.tolist(), strict=True))
        taken = {i for i, occupied in zip(ids, slot.occupied, strict=True) if occupied}
        told = [s for s in look.ships if s.confidence >= 0.5]
        for ship in told:
            hit = [b for b in ship.berth_ids if b in taken]
            right, wrong = right + bool(hit), wrong + (not hit)
            if len(hit) == 1 and len(ship.berth_ids) == 1:
                errors.append(ship.length_m - length_of[hit[0]])
        shown = {b for s in told for b in s.berth_ids}
        held, missed = held + len(taken & shown), missed + len(taken - shown)
    off = np.array(errors)
    print(
        f"ships told at the berths, no history: {right} where one lies, {wrong} where none does; "
        f"{held} of {held + missed} taken berths have one; length of those alone in one berth: "
        f"median error {np.median(abs(off)):.1f} m, bias {np.median(off):+.1f} m (n {len(off)})"
    )


def _held_out(
    slots: Sequence[Slots],
    ports: Sequence[str],
    names: Sequence[str],
    loss: Loss,
    known: dict[tuple[int, OpticalCriteria], Scores],
) -> list[Scores]:
    """Return every slot's scores by thresholds fitted without its port."""
    held: dict[int, Scores] = {}
    for port in ports:
        train = [i for i, s in enumerate(slots) if s.port != port and s.seed in SEEDS[:2]]
        best = _fit(slots, train, names, loss, known)
        print(
            f"  without {port:11s}" + " ".join(f"{n}={getattr(best, n):g}" for n in names),
            flush=True,
        )
        held.update(
            {i: _scored(slots, i, best, known) for i, s in enumerate(slots) if s.port == port}
        )
    return [held[i] for i in range(len(slots))]


def _scored(
    slots: Sequence[Slots],
    i: int,
    criteria: OpticalCriteria,
    known: dict[tuple[int, OpticalCriteria], Scores],
) -> Scores:
    if (i, criteria) not in known:
        known[i, criteria] = slots[i].scores(criteria)
    return known[i, criteria]


def _ports(seed: int, folder: Path) -> list[Slots]:
    tool = shared("tools", "berths_from_ships.py").read_text(encoding="utf-8")
    seeded, changed = re.subn(r"default_rng\(7\)", f"default_rng({seed})", tool)
    if changed != 1:
        sys.exit("the tool that draws berths has no seed where one is expected")
    script = folder / f"berths_{seed}.py"
    script.write_text(seeded, encoding="utf-8")
    found = []
    for port in sorted(p for p in shared("data", "imagery", "sen2ships").iterdir() if p.is_dir()):
        areas = folder / f"{port.name}_{seed}.geojson"
        subprocess.run([sys.executable, script, port, areas], check=True, capture_output=True)
        gazetteer = load_gazetteer(areas)
        truth = json.loads(areas.with_suffix(".truth.json").read_text())
        (scene,) = StaticCatalog("x", port).search(EVER, Tally())
        grid = port_grid(gazetteer)
        pixels = port_pixels(gazetteer, grid, quayside_m=30.0)
        told = [truth[b.place.id] for b in pixels.berths]
        found.append(
            Slots(
                port=port.name,
                seed=seed,
                scene=scene,
                gazetteer=gazetteer,
                chip=RasterReader().read_chip(scene, grid, bands_for(scene)),
                pixels=pixels,
                occupied=np.array([bool(t["occupied"]) for t in told]),
                length_m=np.array([float(t["length_m"]) for t in told]),
            )
        )
    return found


def _fit(
    slots: Sequence[Slots],
    train: Sequence[int],
    names: Sequence[str],
    loss: Loss,
    known: dict[tuple[int, OpticalCriteria], Scores],
) -> OpticalCriteria:
    """Return the thresholds of least loss on `train`, by coordinate search, two rounds.

    The search starts at the far end of the grid, not at the product's own values; of equals the
    middle one of the grid is taken.
    """

    def cost(criteria: OpticalCriteria) -> float:
        return float(
            np.mean([loss(_scored(slots, i, criteria, known), slots[i].occupied) for i in train])
        )

    best = OpticalCriteria()
    for name in names:
        best = replace(best, **{name: GRID[name][-1]})
    for _ in range(2):
        for name in names:
            values = GRID[name]
            centre = values[len(values) // 2]
            ordered = sorted(values, key=lambda v: abs(v - centre))
            best = min((replace(best, **{name: value}) for value in ordered), key=cost)
    return best


def _log_loss(scores: Scores, occupied: npt.NDArray[np.bool_]) -> float:
    judged = np.isfinite(scores)
    if not judged.any():
        return 1.0
    p = np.clip(scores[judged], 0.01, 0.99)
    return float(-np.log(np.where(occupied[judged], p, 1 - p)).mean())


def _errors(scores: Scores, occupied: npt.NDArray[np.bool_]) -> float:
    judged = np.isfinite(scores)
    return float(np.mean((scores[judged] >= 0.5) != occupied[judged])) if judged.any() else 1.0


def _report(title: str, slots: Sequence[Slots], scores: Sequence[Scores]) -> None:
    right = [(v >= 0.5) == s.occupied for s, v in zip(slots, scores, strict=True)]
    seen = [np.isfinite(v) for v in scores]
    by_port: dict[str, list[bool]] = {}
    for s, r, k in zip(slots, right, seen, strict=True):
        by_port.setdefault(s.port, []).extend(r[k])
    worst = min(by_port, key=lambda p: float(np.mean(by_port[p])))
    every, judged = np.concatenate(right), np.concatenate(seen)
    length = np.concatenate([s.length_m for s in slots])
    ships = np.concatenate([s.occupied for s in slots])
    middle = judged & ships & (length >= 100) & (length < 150)
    small = judged & ships & (length < 100)
    print(
        f"{title}: accuracy {every[judged].mean():.3f} of {judged.sum()} "
        f"(unobserved {(~judged).sum()}), ships 100-150 m {every[middle].mean():.3f} "
        f"({middle.sum()}), under 100 m {every[small].mean():.3f} ({small.sum()}), "
        f"empty {every[judged & ~ships].mean():.3f}, "
        f"worst port {worst} {np.mean(by_port[worst]):.3f}",
        flush=True,
    )


def _reliability(scores: Scores, occupied: npt.NDArray[np.bool_]) -> None:
    print("held-out scores against what was there:")
    edges = (0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.001)
    for low, high in itertools.pairwise(edges):
        there = (scores >= low) & (scores < high)
        if there.any():
            print(
                f"  {low:.2f}-{min(high, 1):.2f}: {there.sum():4d} berths, "
                f"mean score {scores[there].mean():.3f}, occupied {occupied[there].mean():.3f}"
            )


if __name__ == "__main__":
    main()
