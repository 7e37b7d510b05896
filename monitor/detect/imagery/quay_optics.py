"""The quay profile of an optical scene: how much of each cell is not water.

What a hull looks like is `optical_occupancy`'s knowledge; here its answer for each pixel is laid
along the quay. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from monitor.detect.imagery.optical_evidence import hull_evidence
from monitor.detect.imagery.optical_occupancy import OpticalCriteria
from monitor.detect.imagery.port_pixels import PortPixels, compared_with
from monitor.detect.imagery.quay_profile import Profile
from monitor.detect.imagery.quay_strip import QuayStrip
from monitor.domain.chip import Chip

FloatArray = npt.NDArray[np.float32]

_HALF = np.float32(0.5)
_SOFTNESS = 0.2
"""Evidence of 0.7 has odds of e to 1. By judgement: no optical history with truth was at hand."""


def optical_profiles(
    chip: Chip,
    references: Sequence[Chip],
    port: PortPixels,
    strips: Sequence[QuayStrip],
    *,
    criteria: OpticalCriteria,
) -> list[Profile]:
    """Return the profile of each strip; empty where the chip lacks the bands.

    Args:
        chip: Reflectance.
        references: Other scenes of the same sensor on the same grid; from `min_references` on
            they tell quay from hull.
        port: Berths and water on the chip's grid.
        strips: Of the same grid.
        criteria: Thresholds of the optical test.
    """
    shown = hull_evidence(chip, references, port, criteria)
    if shown is None:
        return []
    known = len(references) >= criteria.min_references
    reason = compared_with(len(references) if known else 0, enough=criteria.max_references)
    found = []
    for strip in strips:
        evidence = strip.sampled(shown)
        # What lies closer to a traced line than its own error is quay unless a past says not.
        edge = strip.quayside & (strip.out_m[:, None] <= 0)
        if not strip.has_quay and not known:
            # Round a berth without a quay line lies its quay, nobody says on which side.
            edge = edge | ~strip.in_berth.any(axis=0)
        if not known:
            evidence = np.where(edge, np.float32(0.0), evidence)
        found.append(
            Profile(
                strip=strip,
                evidence=np.asarray(evidence - _HALF, np.float32),
                strength=evidence,
                structure=np.asarray(edge, np.bool_),
                softness=_SOFTNESS,
                reason=reason,
                known_past=known,
            )
        )
    return found
