"""Trains the model of ships in optical scenes that comes with the monitor.

    python3 -m venv .train && .train/bin/pip install -e . torch==2.13.0 onnx matplotlib
    .train/bin/python -m benchmarks.training.optical_ships --work nets          # the figures
    .train/bin/python -m benchmarks.training.optical_ships --work nets --ship   # and the weights

Data: sen2ships (MIT; ship outlines drawn on nine Sentinel-2 port scenes), read where it lies and
never copied. A small U-Net sees the layers of `monitor.detect.imagery.optical_water` at 10 m and
answers at 5 m, as hulls are narrower than a pixel: hull, and core (hull without its outer 10 m,
which parts ships that touch). A logistic curve over measures of every hull then tells the ships
among them (`optical_judge`). 45 minutes of one core. Weights: MIT as this project, with attribution
to sen2ships; seed, recipe and figures are in the JSON card beside them. No GPU.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
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

from benchmarks.sen2ships import Port, f1, outcome, ports, print_table
from benchmarks.training.optical_judge import as_card, case, fitted, verdicts
from benchmarks.training.optical_sheet import contact_sheet
from monitor.detect.imagery.optical_vessels import optical_sightings
from monitor.detect.imagery.optical_water import CHANNELS, WaterCriteria, channels, water_in
from monitor.domain.hull_judge import HullJudge

if TYPE_CHECKING:
    from torch import nn

FloatArray = npt.NDArray[np.float32]
Tensor = Any  # torch is imported when it is needed, and comes without a part in the type checks

WEIGHTS = Path(__file__).parents[2] / "monitor" / "sources" / "imagery" / "weights"
PATCH = 64
"""Side of a training patch, pixels of 10 m."""
BATCH = 16
RATE = 3e-3
WIDTHS = (16, 32, 48, 64)
CORE_INSET_M = 10.0
PASTED = 0.5
"""Share of patches with ships of other places put into them (copy-paste, Ghiasi 2021, CVPR)."""
_WINDOW = 96
"""What a patch is turned and scaled out of."""


@dataclasses.dataclass(frozen=True)
class Hull:
    """One ship cut out of its port, to be put to sea elsewhere."""

    layers: FloatArray
    """Shape (channel, row, col); hull in the middle, its long side along the rows."""
    targets: FloatArray
    """(hull, core), shape (2, 2·row, 2·col)."""
    length: float
    """Pixels,"""
    width: float


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
    hulls: tuple[Hull, ...]
    offing: FloatArray
    """Pixels from here to what is not water, 0 on it; shape (row, col)."""
    inshore: FloatArray
    """Which way the shore is: (row, col) parts of the slope, shape (2, row, col)."""


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
    layers = channels(water)
    targets = np.stack([hulls > 0, cores > 0]).astype(np.float32)
    blurred = ndimage.gaussian_filter(water.mask.astype(np.float32), 2.0)
    return Lesson(
        hulls=tuple(_cut_out(layers, targets, hulls == n) for n in drawn),
        offing=np.asarray(ndimage.distance_transform_edt(water.mask), np.float32),
        inshore=-np.stack(np.gradient(blurred)).astype(np.float32),
        layers=layers,
        targets=targets,
        ships=centres,
        shore=np.argwhere((to_water < 50) & (to_land < 15)),
        near=np.argwhere(to_water < 50),
    )


def _cut_out(layers: FloatArray, targets: FloatArray, own: npt.NDArray[np.bool_]) -> Hull:
    rows, cols = np.nonzero(own)
    middle = np.array((rows.mean(), cols.mean()))
    away = np.column_stack((rows, cols)) - middle
    _, axes = np.linalg.eigh(away.T @ away)
    along, across = away @ axes[:, 1], away @ axes[:, 0]
    length, width = np.ptp(along) / 2 + 0.5, np.ptp(across) / 2 + 0.5
    side = 2 * math.ceil(length / 2 + 3)
    angle = math.atan2(axes[1, 1], axes[0, 1])
    straight = _turned(layers, (middle + 0.5) / 2 - 0.5, side, angle)
    masks = _turned(targets * own, middle, 2 * side, angle)
    return Hull(layers=straight, targets=masks, length=float(length), width=float(width))


def _turned(
    layers: FloatArray, middle: npt.NDArray[np.float64], side: int, angle: float
) -> FloatArray:
    """Return a square about `middle` whose rows run at `angle` to those of the layers."""
    c, s = math.cos(angle), math.sin(angle)
    turn = np.array(((c, -s), (s, c)))
    start = middle - turn @ np.array(((side - 1) / 2,) * 2)
    return np.stack(
        [
            ndimage.affine_transform(x, turn, start, (side, side), order=1, mode="nearest")
            for x in layers
        ]
    ).astype(np.float32)


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
        self._hulls = [h for x in lessons for h in x.hulls]

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
        layers = _window(chosen.layers, top, left, 1)
        targets = _window(chosen.targets, top, left, 2)
        if random.random() < PASTED:
            offing = _window(chosen.offing[np.newaxis], top, left, 1)[0]
            inshore = _window(chosen.inshore, top, left, 1)
            for _ in range(random.integers(1, 4)):
                self._launch(layers, targets, offing, inshore)
        return layers, targets

    def _launch(
        self, layers: FloatArray, targets: FloatArray, offing: FloatArray, inshore: FloatArray
    ) -> None:
        """Put a ship on water of a patch: alongside, stern to the shore, or anywhere."""
        random = self._random
        hull = self._hulls[random.integers(len(self._hulls))]
        how = random.random()
        beam = hull.width / 2 + random.uniform(-0.5, 1.0)
        away = beam if how < 0.6 else hull.length / 2 + random.uniform(0, 2)
        fit = (np.abs(offing - away) < 0.7) if how < 0.8 else offing > beam
        places = np.argwhere(fit)
        if not len(places):
            return
        row, col = places[random.integers(len(places))]
        angle = math.atan2(inshore[1, row, col], inshore[0, row, col])
        if how < 0.6:
            angle += math.pi / 2 * (1 if random.random() < 0.5 else -1)
        angle = random.uniform(0, 2 * math.pi) if how >= 0.8 else angle + random.normal(0, 0.07)
        side = hull.layers.shape[1]
        middle = np.array(((side - 1) / 2,) * 2)
        shape = _turned(hull.targets, middle * 2 + 0.5, 2 * side, -angle)
        share = shape[0].reshape(side, 2, side, 2).mean((1, 3))
        top, left = int(row) - side // 2, int(col) - side // 2
        if min(top, left) < 0 or max(top, left) + side > _WINDOW or not share.any():
            return
        here = (slice(None), slice(top, top + side), slice(left, left + side))
        fine = (
            slice(None),
            slice(2 * top, 2 * (top + side)),
            slice(2 * left, 2 * (left + side)),
        )
        afloat = float((share * (offing[here[1:]] > 0)).sum() / share.sum())
        if afloat < 0.85 or float((targets[fine][0] * shape[0]).sum()) > 8:
            return
        ship = _turned(hull.layers, middle, side, -angle)
        paint = np.exp(random.normal(0, 0.2) + random.normal(0, 0.15, 5)).astype(np.float32)
        ship[:5] = np.arcsinh(np.sinh(ship[:5]) * paint[:, None, None])
        layers[here] = ship * share + layers[here] * (1 - share)
        targets[fine] = np.maximum(targets[fine], shape)

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
    """Return a network of likelihoods: the mean over `nets`, each upright and upside down."""
    import torch
    from torch import nn

    class Averaged(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.nets = nn.ModuleList(nets)

        def forward(self, layers: Tensor) -> Tensor:
            said = [torch.sigmoid(net(layers)) for net in self.nets]
            for axes in ([2, 3],):
                mirrored = torch.flip(layers, axes)
                said += [torch.flip(torch.sigmoid(net(mirrored)), axes) for net in self.nets]
            return torch.stack(said).mean(0)

    return Averaged().eval()


class TorchScorer:
    """`ScoresShips` by a network at hand; answers are kept, as every port is asked twice."""

    name = "torch"

    def __init__(self, net: nn.Module) -> None:
        self._net = net
        self._kept: dict[bytes, FloatArray] = {}
        self.judge: HullJudge | None = None
        self.calibration = (1.0, 0.0)

    def scores(self, tile: FloatArray) -> FloatArray:
        """Return (hull, core) likelihoods."""
        import torch

        key = tile.tobytes()
        if key not in self._kept:
            with torch.no_grad():
                self._kept[key] = self._net(torch.from_numpy(tile[np.newaxis]))[0].numpy()
        return self._kept[key]


def nets_of_folds(
    every: Sequence[Port], *, folds: int, iterations: int, seed: int, work: Path
) -> list[nn.Module]:
    """Return one network per group of ports, taught by the others; the last one by all.

    Networks already in `work` are taken from there.
    """
    import torch

    lessons: list[Lesson] = []
    nets = []
    for number in (*range(folds), None):
        path = work / f"net_{'all' if number is None else number}.pt"
        if not path.exists():
            lessons = lessons or [lesson(p) for p in every]
            taught = [x for i, x in enumerate(lessons) if number is None or i % folds != number]
            torch.save(trained(taught, iterations=iterations, seed=seed).state_dict(), path)
        net = network()
        net.load_state_dict(torch.load(path))
        nets.append(net.eval())
    return nets


def held_out(every: Sequence[Port], nets: Sequence[nn.Module], folds: int) -> dict[str, Any]:
    """Judge each port by what its own fold has not seen; print the table, return the card's part.

    Networks: a port's maps come from the network taught without its fold. Judge, calibration: a
    port's are fitted on the ports of the other folds alone. What leaks: maps of those other ports
    were made by networks that had been taught by this port, so that the judge learned from maps a
    little surer of its kind; the port's own outlines are in nothing that judges it.
    """
    scorers = [TorchScorer(averaged([n])) for n in nets[:folds]]
    cases = [case(p, scorers[i % folds]) for i, p in enumerate(every)]
    scored: dict[int, tuple[FloatArray, npt.NDArray[np.bool_]]] = {}
    for i in range(len(every)):
        others = [k for k in range(len(every)) if k % folds != i % folds]
        scored[i] = verdicts(cases[i], fitted([cases[k] for k in others]))
    found = []
    for i, port in enumerate(every):
        others = [k for k in range(len(every)) if k % folds != i % folds]
        scorer = scorers[i % folds]
        scorer.judge = fitted([cases[k] for k in others])
        scorer.calibration = calibrated(*_joined([scored[k] for k in others]))
        found.append(outcome(port, optical_sightings(port.scene, port.chip, scorer=scorer)))
    print_table(f"ports not trained on, {folds} folds", found)
    sure = np.array([s.confidence for r in found for s in r.sightings])
    right = np.array([i in r.right for r in found for i in range(len(r.sightings))])
    for low, high in itertools.pairwise((0.25, 0.35, 0.5, 0.7, 1.01)):
        here = (sure >= low) & (sure < high)
        print(f"  confidence {low}-{min(high, 1)}: {right[here].sum()} of {here.sum()} are ships")
    total = np.sum([r.counts for r in found], axis=0)
    return {
        "judge": as_card(fitted(cases)),
        "calibration": [round(v, 4) for v in calibrated(*_joined(list(scored.values())))],
        "f1": round(f1(*(int(n) for n in total)), 3),
        "precision": round(float(total[0] / max(1, total[0] + total[1])), 3),
        "recall": round(float(total[0] / (total[0] + total[2])), 3),
        "found": found,
    }


def _joined(
    scored: Sequence[tuple[FloatArray, npt.NDArray[np.bool_]]],
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    return np.concatenate([s for s, _ in scored]), np.concatenate([r for _, r in scored])


def calibrated(scores: FloatArray, right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return (slope, intercept) of the logistic curve from score to being right (Platt 1999)."""
    bounded = np.clip(scores.astype(np.float64), 1e-6, 1 - 1e-6)
    logits, truth = np.log(bounded / (1 - bounded)), right.astype(np.float64)

    def loss(at: npt.NDArray[np.float64]) -> float:
        z = at[0] * logits + at[1]
        return float(np.sum(np.logaddexp(0, z) - truth * z) + 0.01 * at[0] ** 2)

    slope, intercept = optimize.minimize(loss, (1.0, 0.0), method="Nelder-Mead").x
    return float(slope), float(intercept)


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
    """Train what is not in the work folder yet, print the figures, write the weights."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--folds", type=int, default=3, help="groups of ports left out together")
    options.add_argument("--iterations", type=int, default=1800)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--work", type=Path, required=True, help="networks are kept here")
    options.add_argument("--ship", action="store_true", help="write the weights")
    options.add_argument("--sheet", type=Path, help="draw misses and false alarms (matplotlib)")
    options.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = options.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    every = ports()
    nets = nets_of_folds(
        every,
        folds=chosen.folds,
        iterations=chosen.iterations,
        seed=chosen.seed,
        work=chosen.work,
    )
    figures = held_out(every, nets, chosen.folds)
    found = figures.pop("found")
    if chosen.sheet is not None:
        contact_sheet(every, found, chosen.sheet)
    if chosen.ship:
        ship(averaged(nets[-1:]), card(figures, chosen.iterations, chosen.seed), chosen.out)


def card(figures: dict[str, Any], iterations: int, seed: int) -> dict[str, Any]:
    """Return what a reader of the weights must know."""
    return {
        "name": "model sen2ships-1",
        "data": "sen2ships, nine Sentinel-2 port scenes, 192 ship outlines; contains modified "
        "Copernicus Sentinel data",
        "licence": "MIT; attribution to sen2ships (MIT)",
        "made_by": "python -m benchmarks.training.optical_ships --ship",
        "made_on": "2026-11-25",
        "seeds": [seed],
        "iterations": iterations,
        "recipe": f"U-Net, {BATCH} patches of {PATCH} px, AdamW at {RATE}, one cycle; turned, "
        "scaled, discoloured, ships of other places pasted in; cross-entropy and dice; the judge "
        "is a logistic curve over measures of held-out maps",
        "layers": list(CHANNELS),
        "figures_on": "ports not trained on, IoU >= 0.3; see docs/optical_vessels.md",
        **figures,
    }


if __name__ == "__main__":
    main()
