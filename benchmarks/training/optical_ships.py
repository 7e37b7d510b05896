"""Trains the model of ships in optical scenes that comes with the monitor.

    python3 -m venv .train && .train/bin/pip install -e . torch==2.13.0 onnx
    .train/bin/python -m benchmarks.training.optical_ships --leave-one-port-out   # the figures
    .train/bin/python -m benchmarks.training.optical_ships --ship                 # the weights

Data: sen2ships (MIT; ship outlines drawn on nine Sentinel-2 port scenes), read where it lies and
never copied. A small U-Net sees the layers of `monitor.detect.imagery.optical_water` at 10 m and
answers at 5 m, as hulls are narrower than a pixel: hull, and core (hull without its outer 10 m,
which parts ships that touch). Weights: MIT as this project, with attribution to sen2ships; seed,
recipe and figures are in the JSON card beside them. One core, no GPU.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.features import rasterize
from scipy import ndimage, optimize

from benchmarks.sen2ships import Outcome, Port, f1, outcome, ports, print_table
from monitor.detect.imagery.optical_vessels import VesselCriteria, optical_sightings
from monitor.detect.imagery.optical_water import CHANNELS, WaterCriteria, channels, water_in

if TYPE_CHECKING:
    from torch import nn

FloatArray = npt.NDArray[np.float32]
Tensor = Any  # torch is imported when it is needed, and comes without a part in the type checks

WEIGHTS = Path(__file__).parents[2] / "monitor" / "sources" / "imagery" / "weights"
PATCH = 64
"""Side of a training patch, pixels of 10 m."""
BATCH = 8
RATE = 2e-3
WIDTHS = (16, 32, 48, 64)
CORE_INSET_M = 10.0
_WINDOW = 96
"""What a patch is turned and scaled out of."""


@dataclasses.dataclass(frozen=True)
class Lesson:
    """One port, ready to take patches from."""

    layers: FloatArray
    targets: FloatArray
    """(hull, core), shape (2, 2·row, 2·col)."""
    ships: npt.NDArray[np.float64]
    """Centres of ships, (row, col) in pixels, shape (n, 2)."""
    shore: npt.NDArray[np.intp]
    """Pixels within 150 m of a shore and 500 m of water,"""
    near: npt.NDArray[np.intp]
    """and all within 500 m of water."""


def lesson(port: Port) -> Lesson:
    """Prepare a port."""
    water = water_in(port.chip, criteria=WaterCriteria())
    if water is None:
        raise SystemExit(f"{port.name} has no water")
    grid = port.chip.grid
    place = Affine(grid.gsd_m / 2, 0, grid.west_m, 0, -grid.gsd_m / 2, grid.north_m)
    shape = (2 * grid.height, 2 * grid.width)
    numbered = [(s, i + 1) for i, s in enumerate(port.ships)]
    hulls = rasterize(numbered, shape, transform=place, dtype="int32")
    inner = [s.buffer(-CORE_INSET_M) for s in port.ships]
    cores = rasterize([(s, 1) for s in inner if not s.is_empty], shape, transform=place)
    drawn = np.unique(hulls[hulls > 0])
    centres = np.array(ndimage.center_of_mass(hulls > 0, hulls, drawn)) / 2
    land = water.seen & ~water.mask
    to_water = ndimage.distance_transform_edt(~water.mask)
    to_land = ndimage.distance_transform_edt(~land)
    return Lesson(
        layers=channels(water),
        targets=np.stack([hulls > 0, cores > 0]).astype(np.float32),
        ships=centres,
        shore=np.argwhere((to_water < 50) & (to_land < 15)),
        near=np.argwhere(to_water < 50),
    )


class Patches:
    """Random patches: near ships, at shores without them, anywhere; turned, scaled, discoloured.

    Nine ports hold few ships and fewer skies; what the weather, the sensor and the sun may change
    is changed at random, so that the model cannot rely on it.
    """

    def __init__(self, lessons: Sequence[Lesson], seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._lessons = lessons
        weights = np.sqrt([len(x.ships) for x in lessons])
        self._weights = weights / weights.sum()

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Return (layers, targets)."""
        import torch
        from torch.nn import functional

        cut = [self._cut() for _ in range(size)]
        turns = torch.tensor(np.array([self._turn() for _ in range(size)]), dtype=torch.float32)
        layers = torch.from_numpy(np.stack([x for x, _ in cut]))
        targets = torch.from_numpy(np.stack([y for _, y in cut]))

        def turned(values: Tensor, side: int) -> Tensor:
            where = functional.affine_grid(
                turns, [size, values.shape[1], side, side], align_corners=False
            )
            return functional.grid_sample(values, where, align_corners=False)

        return self._discoloured(turned(layers, PATCH)), turned(targets, 2 * PATCH)

    def _cut(self) -> tuple[FloatArray, FloatArray]:
        random = self._random
        chosen = self._lessons[random.choice(len(self._lessons), p=self._weights)]
        chance = random.random()
        if chance < 0.45:
            places, stray = chosen.ships, 20.0
        else:
            places, stray = (chosen.shore if chance < 0.85 else chosen.near), 10.0
        row, col = places[random.integers(len(places))] + random.uniform(-stray, stray, 2)
        top, left = round(row) - _WINDOW // 2, round(col) - _WINDOW // 2
        return _window(chosen.layers, top, left, 1), _window(chosen.targets, top, left, 2)

    def _turn(self) -> list[list[float]]:
        """Return an affine map: a third of the time by right angles only, which blurs nothing."""
        random = self._random
        if random.random() < 0.35:
            angle, scale = random.integers(4) * math.pi / 2, 1.0
        else:
            angle, scale = random.uniform(0, 2 * math.pi), math.exp(random.normal(0, 0.15))
        flip = 1 if random.random() < 0.5 else -1
        size = PATCH / _WINDOW / scale
        c, s = size * math.cos(angle), size * math.sin(angle)
        return [[c * flip, -s, 0], [s * flip, c, 0]]

    def _discoloured(self, layers: Tensor) -> Tensor:
        import torch

        random, size = self._random, len(layers)

        def normal(spread: float, *shape: int) -> Tensor:
            return torch.from_numpy(random.normal(0, spread, (size, *shape)).astype(np.float32))

        excess = torch.sinh(layers[:, :5])
        gain = torch.exp(normal(0.3, 1, 1, 1) + normal(0.12, 5, 1, 1))
        hazy = torch.from_numpy((random.random((size, 1, 1, 1)) < 0.5).astype(np.float32))
        offset = normal(0.08, 1, 1, 1) * hazy + normal(0.06, 5, 1, 1)
        noise = normal(0.05, 1, 1, 1).abs() * normal(1.0, 5, PATCH, PATCH)
        excess = torch.asinh(excess * gain + offset + noise)
        # Some sensors have no shortwave infrared.
        has_swir = torch.from_numpy((random.random((size, 1, 1)) >= 0.12).astype(np.float32))
        excess = torch.cat([excess[:, :4], (excess[:, 4] * has_swir)[:, None]], 1)
        stretch = torch.from_numpy(random.uniform(0.8, 1.2, (size, 1, 1, 1)).astype(np.float32))
        wetness = layers[:, 5:6] * stretch + normal(0.05, 1, 1, 1)
        seen = layers[:, 6:7]
        return torch.cat([excess * seen, wetness * seen, seen], 1)


def _window(layers: FloatArray, top: int, left: int, cells: int) -> FloatArray:
    height, width = layers.shape[1:]
    side, top, left = _WINDOW * cells, top * cells, left * cells
    out = np.zeros((len(layers), side, side), np.float32)
    r0, r1 = max(0, top), min(height, top + side)
    c0, c1 = max(0, left), min(width, left + side)
    if r1 > r0 and c1 > c0:
        out[:, r0 - top : r1 - top, c0 - left : c1 - left] = layers[:, r0:r1, c0:c1]
    return out


def network() -> nn.Module:
    """Return the untrained network: logits of (hull, core) at half a pixel a cell."""
    import torch
    from torch import nn

    def step(inside: int, outside: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(inside, outside, 3, padding=1, bias=False),
            nn.BatchNorm2d(outside),
            nn.LeakyReLU(0.1),
        )

    class Hulls(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            a, b, c, d = WIDTHS
            self.down = nn.ModuleList(
                [
                    step(len(CHANNELS), a),
                    nn.Sequential(step(a, b), step(b, b)),
                    nn.Sequential(step(b, c), step(c, c)),
                    nn.Sequential(step(c, d), step(d, d)),
                ]
            )
            self.up = nn.ModuleList(
                [
                    step(d + c, c),
                    step(c + b, b),
                    nn.Sequential(step(b + a, a + 8), step(a + 8, a + 8)),
                ]
            )
            self.head = nn.Conv2d(a + 8, 8, 3, padding=1)
            nn.init.constant_(self.head.bias, -2.0)  # most cells are no hull

        def forward(self, layers: Tensor) -> Tensor:
            kept = []
            for number, down in enumerate(self.down):
                layers = down(layers if number == 0 else nn.functional.max_pool2d(layers, 2))
                kept.append(layers)
            for up, finer in zip(self.up, reversed(kept[:-1]), strict=True):
                coarse = nn.functional.interpolate(layers, scale_factor=2.0, mode="nearest")
                layers = up(torch.cat([coarse, finer], 1))
            return nn.functional.pixel_shuffle(self.head(layers), 2)

    return Hulls()


def trained(lessons: Sequence[Lesson], *, iterations: int, seed: int) -> nn.Module:
    """Return a network taught by those ports."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net, patches = network(), Patches(lessons, seed)
    net = net.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=iterations, pct_start=0.15
    )
    for number in range(1, iterations + 1):
        layers, targets = patches.batch(BATCH)
        logits = net(layers.contiguous(memory_format=torch.channels_last))
        likely = torch.sigmoid(logits)
        overlap = 2 * (likely * targets).sum((0, 2, 3)) + 1
        dice = 1 - overlap / ((likely + targets).sum((0, 2, 3)) + 1)
        loss = 10 * functional.binary_cross_entropy_with_logits(logits, targets) + dice.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if number % 200 == 0:
            print(f"    {number}: loss {loss.item():.3f}", flush=True)
    return net.eval()


def averaged(nets: Sequence[nn.Module]) -> nn.Module:
    """Return a network of likelihoods: the mean over `nets` and over four mirror images."""
    import torch
    from torch import nn

    class Averaged(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.nets = nn.ModuleList(nets)

        def forward(self, layers: Tensor) -> Tensor:
            said = [torch.sigmoid(net(layers)) for net in self.nets]
            for axes in ([2], [3], [2, 3]):
                mirrored = torch.flip(layers, axes)
                said += [torch.flip(torch.sigmoid(net(mirrored)), axes) for net in self.nets]
            return torch.stack(said).mean(0)

    return Averaged().eval()


class TorchScorer:
    """`ScoresShips` by a network at hand."""

    name = "torch"
    calibration = (1.0, 0.0)

    def __init__(self, net: nn.Module) -> None:
        self._net = net

    def scores(self, tile: FloatArray) -> FloatArray:
        """Return (hull, core) likelihoods."""
        import torch

        with torch.no_grad():
            scores: FloatArray = self._net(torch.from_numpy(tile[np.newaxis]))[0].numpy()
        return scores


def calibrated(scores: FloatArray, right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return (slope, intercept) of the logistic curve from score to being right (Platt 1999)."""
    logits = np.log(scores / (1 - scores))
    truth = right.astype(np.float64)

    def loss(at: npt.NDArray[np.float64]) -> float:
        z = at[0] * logits + at[1]
        return float(np.sum(np.logaddexp(0, z) - truth * z) + 0.01 * at[0] ** 2)

    slope, intercept = optimize.minimize(loss, (1.0, 0.0), method="Nelder-Mead").x
    return float(slope), float(intercept)


def left_out(every: Sequence[Port], *, folds: int, iterations: int, seeds: int) -> dict[str, Any]:
    """Train without each group of ports, search them, print the table; return the figures."""
    lessons = {p.name: lesson(p) for p in every}
    criteria = dataclasses.replace(VesselCriteria(), least_confidence=0.05)
    found: list[Outcome] = []
    for number in range(folds):
        out = [p for i, p in enumerate(every) if i % folds == number]
        names = {p.name for p in out}
        taught = [x for name, x in lessons.items() if name not in names]
        nets = [trained(taught, iterations=iterations, seed=s) for s in range(seeds)]
        scorer = TorchScorer(averaged(nets))
        for port in out:
            sightings = optical_sightings(port.scene, port.chip, criteria=criteria, scorer=scorer)
            found.append(outcome(port, sightings))
            print(f"  {port.name} {found[-1].counts}", flush=True)
    return told(found)


def told(found: Sequence[Outcome]) -> dict[str, Any]:
    """Print the table at the shipped least confidence, calibrated without the port itself."""
    least = VesselCriteria().least_confidence
    kept = []
    for row in found:
        others = [r for r in found if r.port != row.port]
        slope, intercept = calibrated(*_scores(others))
        scores, _ = _scores([row])
        sure = 1 / (1 + np.exp(-(slope * np.log(scores / (1 - scores)) + intercept)))
        stay = [i for i in range(len(scores)) if sure[i] >= least]
        right = {new: row.right[old] for new, old in enumerate(stay) if old in row.right}
        kept.append(
            dataclasses.replace(
                row,
                right=right,
                sightings=tuple(row.sightings[i] for i in stay),
                outlines=tuple(row.outlines[i] for i in stay),
            )
        )
    print_table(f"ports not trained on, confidence {least} or more", kept)
    total = np.sum([r.counts for r in kept], axis=0)
    return {
        "calibration": [round(v, 4) for v in calibrated(*_scores(found))],
        "f1": round(f1(*(int(n) for n in total)), 3),
        "precision": round(float(total[0] / max(1, total[0] + total[1])), 3),
        "recall": round(float(total[0] / (total[0] + total[2])), 3),
    }


def _scores(found: Sequence[Outcome]) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    scores = [s.confidence for r in found for s in r.sightings]
    right = [i in r.right for r in found for i in range(len(r.sightings))]
    return np.clip(np.array(scores), 1e-6, 1 - 1e-6), np.array(right, np.bool_)


def ship(net: nn.Module, card: dict[str, Any], folder: Path) -> None:
    """Write weights and card."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    example = torch.zeros(1, len(CHANNELS), 64, 64)
    side = {2: "rows", 3: "cols"}
    torch.onnx.export(
        net,
        (example,),
        str(folder / "optical_ships.onnx"),
        input_names=["layers"],
        output_names=["likelihoods"],
        dynamic_axes={"layers": side, "likelihoods": {2: "rows2", 3: "cols2"}},
        opset_version=17,
        dynamo=False,
    )
    (folder / "optical_ships.json").write_text(json.dumps(card, indent=2, sort_keys=True) + "\n")


def main() -> None:
    """Train, and print figures or write weights."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--leave-one-port-out", action="store_true", help="print the figures")
    options.add_argument("--folds", type=int, default=9, help="groups of ports left out together")
    options.add_argument("--ship", action="store_true", help="train on all and write the weights")
    options.add_argument("--iterations", type=int, default=3000)
    options.add_argument("--seeds", type=int, default=1, help="networks averaged")
    options.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = options.parse_args()
    every = ports()
    card_path = chosen.out / "optical_ships.json"
    figures: dict[str, Any] = {}
    if chosen.leave_one_port_out:
        figures = left_out(
            every, folds=chosen.folds, iterations=chosen.iterations, seeds=chosen.seeds
        )
        print(json.dumps(figures))
    if chosen.ship:
        if not figures and card_path.exists():
            old = json.loads(card_path.read_text())
            figures = {k: old[k] for k in ("calibration", "f1", "precision", "recall")}
        lessons = [lesson(p) for p in every]
        nets = [trained(lessons, iterations=chosen.iterations, seed=s) for s in range(chosen.seeds)]
        ship(averaged(nets), card(figures, chosen.iterations, chosen.seeds), chosen.out)


def card(figures: dict[str, Any], iterations: int, seeds: int) -> dict[str, Any]:
    """Return what a reader of the weights must know."""
    return {
        "name": "model sen2ships-1",
        "data": "sen2ships, nine Sentinel-2 port scenes, 192 ship outlines; contains modified "
        "Copernicus Sentinel data",
        "licence": "MIT; attribution to sen2ships (MIT)",
        "made_by": "python -m benchmarks.training.optical_ships --ship",
        "made_on": "2026-11-25",
        "seeds": list(range(seeds)),
        "iterations": iterations,
        "layers": list(CHANNELS),
        "figures_on": "ports not trained on, IoU >= 0.3; see docs/optical_vessels.md",
        "calibration": [1.0, 0.0],
        **figures,
    }


if __name__ == "__main__":
    main()
