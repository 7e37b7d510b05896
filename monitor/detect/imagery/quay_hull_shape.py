"""What one hull looks like in a strip of water, and how she is measured. Metres; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HullCriteria:
    """What one ship can look like to a sensor; metres on the ground, as blurred by it."""

    thinnest_m: float
    """Patches thinner than this are streaks of side lobes, speckle, moles, never hulls."""
    least_m2: float
    """Smallest area of a hull."""
    blur_m: float
    """How much longer and wider than she is a ship looks, taken off her length and beam."""
    length_error_m: float
    """What of that varies from ship to ship: two in three lie within it."""
    valley: float
    """Between two ships the strength falls by this below the weaker one's peak,"""
    shape_valley: float
    """or by this where the patch cannot be one ship."""
    depth: float = math.inf
    """A hull's own echo reaches this far below her middle one, in the unit of the evidence;
    what is weaker round her is her glare."""
    least_seen_m: float = 60.0
    """A shorter patch is a mole's lamp, a buoy or a boat."""
    longest_m: float = 300.0
    """No ship of these ports is longer,"""
    broadest_m: float = 40.0
    """or broader (a tanker of 250,000 t is 60 m; such ships do not come alongside here)."""
    shortest_m: float = 40.0
    """Half of a patch must be at least this long to be a ship of its own."""
    bridge_m: float = 25.0
    """A crane or shed that hides this much of a hull does not part her."""
    fill: float = 0.5
    """One hull fills at least this share of the rectangle round her."""


RADAR_HULLS = HullCriteria(
    thinnest_m=30.0,
    least_m2=1400.0,
    blur_m=40.0,
    length_error_m=30.0,
    depth=3.0,
    valley=6.0,
    shape_valley=1.5,
)
"""Sentinel-1 at 10 m. Blur: ships told apart from calm water at 6 dB look about 44 m longer than
they are (OpenSARShip, 113 ships of 90-150 m with AIS lengths: bias +14 m after 30 m off)."""
OPTICAL_HULLS = HullCriteria(
    thinnest_m=10.0,
    least_m2=600.0,
    blur_m=8.0,
    length_error_m=15.0,
    least_seen_m=40.0,
    valley=0.5,
    shape_valley=0.1,
)
"""Sentinel-2 at 10 m: a mixed pixel at either end counts about half."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hull:
    """One ship-like patch of a strip."""

    cells: BoolArray
    """Shape (out, along)."""
    along_m: tuple[float, float]
    """First and last metre along the quay, blur taken off, from the strip's first column's edge."""
    out_m: tuple[float, float]
    """Nearest and furthest metre from the strip's first row's edge, as seen."""
    centre: tuple[float, float]
    """(along, out) of her middle, metres from the same edges."""
    length_m: float
    beam_m: float
    """Both with the blur taken off."""
    turned_deg: float | None
    """Angle between her axis and the quay, 0 ≤ it < 180, from along towards out; None where she
    looks as wide as long."""
    lean_deg: float
    """The same for the rectangle round her, whatever its sides."""
    seen_length_m: float
    seen_beam_m: float
    """The rectangle as seen, blur included."""
    whole: bool
    """False where she is too large for one ship, and no valley says where to part her."""


def may_be_one(part: BoolArray, cell_m: float, criteria: HullCriteria) -> bool:
    """Return whether a patch has the length, breadth and fullness that one ship can have."""
    length, beam, _, _ = rectangle(part, cell_m)
    area = np.count_nonzero(part) * cell_m**2
    # By area: glare sticks out of the rectangle here and there without being hull.
    return bool(
        length <= criteria.longest_m + criteria.blur_m
        and area <= length * (criteria.broadest_m + criteria.blur_m)
        and area >= criteria.fill * length * beam
    )


def rectangle(cells: BoolArray, cell_m: float) -> tuple[float, float, Vector, Vector]:
    """Return (length, beam, unit vector of the long axis, middle) of a patch; (along, out) axes.

    The rectangle lies along the patch's principal axis. A cell reaches half its side beyond its
    middle. Length is measured along the middle third of the beam, where a bow or stern's blur
    does not slant it.
    """
    rows, cols = np.nonzero(cells)
    points = np.column_stack([cols + 0.5, rows + 0.5]) * cell_m
    middle = points.mean(axis=0)
    if len(points) < 2:
        return cell_m, cell_m, np.array([1.0, 0.0]), middle
    spread = np.cov((points - middle).T)
    axis = np.linalg.eigh(spread)[1][:, 1]
    if axis[0] < 0 or (axis[0] == 0 and axis[1] < 0):
        axis = -axis
    across = np.array([-axis[1], axis[0]])
    by_length, by_beam = (points - middle) @ axis, (points - middle) @ across
    (low, high), (left, right) = _extent(by_length), _extent(by_beam)
    centre = middle + axis * (low + high) / 2 + across * (left + right) / 2
    length, beam = high - low + cell_m, right - left + cell_m
    if length < beam:
        length, beam, axis = beam, length, across if across[0] >= 0 else -across
    return length, beam, axis, centre


def _extent(values: Vector) -> tuple[float, float]:
    """Return first and last value but for 1 % at either end: single cells do not stretch a ship."""
    low, high = np.quantile(values, (0.01, 0.99))
    return float(low), float(high)


_ROUND = 1.25
"""Longer than broad by less than this, a patch has no axis to speak of."""


def measured(cells: BoolArray, cell_m: float, criteria: HullCriteria) -> Hull:
    """Return a patch as one hull, with what the sensor's blur adds taken off her length."""
    length, beam, axis, centre = rectangle(cells, cell_m)
    own_length = max(length - criteria.blur_m, 0.0)
    own_beam = max(beam - criteria.blur_m, 10.0)
    turned = math.degrees(math.atan2(axis[1], axis[0])) % 180
    # Her shadow on the quay, from the rectangle without its blur.
    half = (abs(axis[0]) * own_length + abs(axis[1]) * own_beam) / 2
    out = np.flatnonzero(cells.any(axis=1))
    return Hull(
        cells=cells,
        along_m=(float(centre[0] - half), float(centre[0] + half)),
        out_m=(float(out[0] * cell_m), float((out[-1] + 1) * cell_m)),
        centre=(float(centre[0]), float(centre[1])),
        length_m=own_length,
        beam_m=own_beam,
        turned_deg=None if length < _ROUND * beam else turned,
        lean_deg=turned,
        seen_length_m=length,
        seen_beam_m=beam,
        whole=may_be_one(cells, cell_m, criteria),
    )
