"""Whether latitude and longitude were exchanged: the commonest fault in hand-made GeoJSON.

Off the globe it shows at once. Else something must say where the feature belongs: the published
position of the port its id names, the file's `bbox`, or the other features. A wholly exchanged
file of a port not known here agrees with itself, and nothing in it can tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

KNOWN_PORTS: Mapping[str, tuple[float, float]] = {
    "tartus": (35.87, 34.90),
    "baniyas": (35.95, 35.22),
    "hmeimim": (35.95, 35.40),
    "latakia": (35.77, 35.52),
    "novorossiysk": (37.80, 44.72),
}
"""Published positions (lon, lat) of the places we ship or name (World Port Index, OurAirports)."""
_MIRROR_REACH_DEG = 0.15
"""A file of an unnamed port this close to the mirror image of a known port is taken for that port
exchanged. The five mirror images lie in open sea or far inland, so none can be meant."""
_LEAST_DEG, _RATIO = 0.2, 3.0
"""A feature counts as exchanged if it lies farther off than the first, and exchanging brings it
at least so many times nearer. Own choice: Latakia is only 0.35 degrees from its mirror image."""


def axis_faults(
    centres: npt.NDArray[np.float64], ports: Sequence[str], bbox: object
) -> dict[int, str]:
    """Return the rows whose lon and lat are exchanged, each with the reason.

    Args:
        centres: Shape (n, 2), the middle of each feature, lon and lat in degrees.
        ports: The port each feature's id names.
        bbox: The file's `bbox` member, unchecked; used if it is four degrees, ignored else.
    """
    if not len(centres):
        return {}
    common, whose = _common_anchor(centres, bbox)
    faults = {}
    for row, (centre, port) in enumerate(zip(centres, ports, strict=True)):
        known = KNOWN_PORTS.get(port)
        anchor, holder = (known, port) if known else (common, whose)
        off = math.dist(centre, anchor)
        if off > _LEAST_DEG and math.dist(centre[::-1], anchor) * _RATIO < off:
            faults[row] = (
                f"lon and lat are swapped: it lies at lon {centre[0]:.3f}, lat {centre[1]:.3f}; "
                f"{holder} at lon {anchor[0]:.3f}, lat {anchor[1]:.3f}"
            )
    return faults


def _common_anchor(
    centres: npt.NDArray[np.float64], bbox: object
) -> tuple[tuple[float, float], str]:
    """Return where the file as a whole lies, and in whose word."""
    if (
        isinstance(bbox, list)
        and len(bbox) == 4
        and all(isinstance(v, int | float) and -180 <= v <= 180 for v in bbox)
    ):
        west, south, east, north = bbox
        return ((west + east) / 2, (south + north) / 2), "the file's bbox"
    sample = centres[:: -(-len(centres) // 400)]
    # The member nearest to all others; a mean or median could fall between two heaps.
    spread = np.hypot(*(sample[:, None, :] - sample[None, :, :]).transpose(2, 0, 1)).sum(axis=1)
    lon, lat = (float(v) for v in sample[int(np.argmin(spread))])
    for port, known in sorted(KNOWN_PORTS.items()):
        if math.dist((lat, lon), known) < _MIRROR_REACH_DEG:
            return known, port
    return (lon, lat), "the rest of the file"
