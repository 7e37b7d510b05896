"""The verdict on a hull by its measures: what is measured, and the small model that weighs it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

MEASURES = (
    "hull_inside",
    "hull_patch",
    "hull_near_side",
    "hull_far_side",
    "hull_near_end",
    "hull_far_end",
    "core_inside",
    "core_most",
    "level",
    "length",
    "width",
    "slimness",
    "fill",
    "wet_inside",
    "wet_near_side",
    "wet_far_side",
    "wet_near_end",
    "wet_far_end",
    "water_ring",
    "offing",
    "land_near",
    "blue",
    "green",
    "red",
    "nir",
    "swir16",
    "uneven",
    "differs_near_side",
    "differs_far_side",
    "differs_near_end",
    "differs_far_end",
)
"""What `measures` says of a hull, in order. Near is the drier side or end, far the wetter."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HullJudge:
    """A small model of the measures: a chain of linear layers, each but the last through tanh."""

    middle: Numbers
    """Of each measure, as met in training, shape (measure,);"""
    spread: Numbers
    """and its standard deviation."""
    weights: tuple[Numbers, ...]
    """Per layer, shape (in, out)."""
    biases: tuple[Numbers, ...]

    def scores(self, told: Numbers) -> Numbers:
        """Return how likely each hull is a ship, shape (hull,), from shape (hull, measure)."""
        values = np.clip((told - self.middle) / self.spread, -4, 4)
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = (np.tanh(values) if number else values) @ weight + bias
        scores: Numbers = 1 / (1 + np.exp(-np.mean(values, axis=1)))
        return scores
