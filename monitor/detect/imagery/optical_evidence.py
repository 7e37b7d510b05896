"""How much each pixel near the berths looks like a hull in one optical scene, 0-1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from monitor.detect.imagery.optical_occupancy import OpticalCriteria, hull_masks
from monitor.detect.imagery.port_pixels import PortPixels
from monitor.domain.chip import Chip

FloatArray = npt.NDArray[np.float32]


def hull_evidence(
    chip: Chip, references: Sequence[Chip], port: PortPixels, criteria: OpticalCriteria
) -> FloatArray | None:
    """Return evidence of shape (row, col): 1 hull, 0 water or quay, NaN unseen or clouded.

    None where the chip lacks the bands to tell. A pixel that is not water in nearly all of the
    references is quay.
    """
    now = hull_masks(chip, port, criteria)
    if now is None:
        return None
    hull, seen = now
    evidence = np.where(seen, hull, np.nan).astype(np.float32)
    step = max(1, -(-len(references) // criteria.max_references))
    past = [m for m in (hull_masks(r, port, criteria) for r in references[::step]) if m is not None]
    if len(past) >= criteria.min_references:
        times_seen = np.sum([s for _, s in past], axis=0)
        times_hull = np.sum([h & s for h, s in past], axis=0)
        quay = (times_seen >= criteria.min_references) & (
            times_hull >= criteria.permanent_share * times_seen
        )
        evidence[quay & seen] = 0.0
    return evidence
