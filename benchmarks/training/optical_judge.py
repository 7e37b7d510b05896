"""Fits the judge of hulls: a logistic curve over the measures of `optical_hulls`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy import optimize

from benchmarks.sen2ships import LEAST_IOU, Port
from monitor.detect.imagery.optical_hulls import (
    ProposalCriteria,
    likeliest,
    measures,
    proposals,
)
from monitor.detect.imagery.optical_instances import Instance
from monitor.detect.imagery.optical_vessels import ScoresShips, VesselCriteria, ship_scores
from monitor.detect.imagery.optical_water import water_in
from monitor.domain.hull_judge import MEASURES, HullJudge

FloatArray = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

PENALTY = 0.3
"""Inverse of the weight of small coefficients, fixed before any figure was seen."""
FULL_IOU, NO_IOU = 0.6, 0.15
"""A hull that overlaps a ship so well counts as one wholly, in between by share, below not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One port's proposals, from maps of a network that was not taught by it."""

    hulls: tuple[Instance, ...]
    told: Numbers
    """Shape (hull, measure)."""
    ious: Numbers
    """With every ship drawn, shape (hull, ship)."""


def case(port: Port, scorer: ScoresShips) -> Case:
    """Propose hulls in a port and hold them against the outlines."""
    criteria = VesselCriteria()
    water = water_in(port.chip, criteria=criteria.water)
    if water is None:
        raise SystemExit(f"{port.name} has no water")
    grid, how = port.chip.grid, criteria.proposals
    maps = ship_scores(water, scorer=scorer, criteria=criteria)
    hulls, levels = proposals(maps, gsd_m=grid.gsd_m, criteria=how)
    told = measures(hulls, levels, maps, water, gsd_m=grid.gsd_m, criteria=how)
    cell = grid.gsd_m / 2

    def in_cells(xy: Numbers) -> Numbers:
        return np.column_stack((grid.north_m - xy[:, 1], xy[:, 0] - grid.west_m)) / cell - 0.5

    ships = [shapely.transform(s, in_cells) for s in port.ships]
    ious = np.zeros((len(hulls), len(ships)))
    for i, hull in enumerate(hulls):
        outline = shapely.Polygon(hull.corners)
        for j, ship in enumerate(ships):
            if outline.intersects(ship):
                common = outline.intersection(ship).area
                ious[i, j] = common / (outline.area + ship.area - common)
    return Case(hulls=hulls, told=told, ious=ious)


def fitted(cases: Sequence[Case]) -> HullJudge:
    """Return the judge of those ports; every port weighs as the root of its proposals."""
    told = np.concatenate([c.told for c in cases])
    best = np.concatenate([c.ious.max(axis=1) for c in cases])
    share = np.clip(best / FULL_IOU, 0, 1) * (best > NO_IOU)
    weight = np.concatenate([np.full(len(c.hulls), len(c.hulls) ** -0.5) for c in cases])
    weight = PENALTY * weight / weight.mean()
    middle, spread = told.mean(axis=0), told.std(axis=0) + 1e-6
    x = np.clip((told - middle) / spread, -4, 4)

    def loss(at: Numbers) -> tuple[float, Numbers]:
        z = x @ at[1:] + at[0]
        error = weight * (1 / (1 + np.exp(-z)) - share)
        value = np.sum(weight * (np.logaddexp(0, z) - share * z)) + at[1:] @ at[1:] / 2
        return float(value), np.concatenate(([error.sum()], x.T @ error + at[1:]))

    at = optimize.minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return HullJudge(middle=middle, spread=spread, weights=(at[1:, np.newaxis],), biases=(at[:1],))


def verdicts(one: Case, judge: HullJudge) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the scores of the hulls that stay, and which of them are ships, one to one."""
    number = {id(h.rows): i for i, h in enumerate(one.hulls)}
    kept = likeliest(one.hulls, judge.scores(one.told), criteria=ProposalCriteria())
    ious = one.ious[[number[id(h.rows)] for h in kept]]
    right = np.zeros(len(kept), np.bool_)
    taken: set[int] = set()
    pairs = np.argwhere(ious >= LEAST_IOU)
    for i, j in sorted(pairs.tolist(), key=lambda p: (-ious[p[0], p[1]], p)):
        if not right[i] and j not in taken:
            right[i] = True
            taken.add(j)
    return np.array([h.score for h in kept], np.float32), right


def as_card(judge: HullJudge) -> dict[str, Any]:
    """Return the judge as it stands in the weights' card."""
    return {
        "measures": list(MEASURES),
        "middle": np.round(judge.middle, 6).tolist(),
        "spread": np.round(judge.spread, 6).tolist(),
        "weights": [np.round(w, 6).tolist() for w in judge.weights],
        "biases": [np.round(b, 6).tolist() for b in judge.biases],
    }
