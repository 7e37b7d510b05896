"""Guards against optical numbers that do not mean what their catalog says.

Since processing baseline 04.00 (January 2022) Sentinel-2 counts are reflectance × 10000 + 1000.
Some catalogs take the 1000 off, some say so, and some say it and did not, or did not and say it:
the pixels decide. Pure arithmetic; values and what is said of them come from the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.domain.scene import BandRef

Values = npt.NDArray[np.float32]

BRIGHTEST = 2.0
"""No surface reflects more: snow and cloud stay below 1.5, and what is brighter is a count that
ran under zero in 16 bits (DN - 1000 at DN 990 gives 65526, which is 6.55), or no reflectance."""
_WATER = 6.0
"""Class of water in the scene classification layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetCriteria:
    """When the pixels overrule the catalog on the offset of Sentinel-2."""

    scale: float = 1e-4
    """Of Sentinel-2 counts; anything scaled otherwise is left alone."""
    offset: float = -0.1
    """What belongs to counts from baseline 04.00 on."""
    dark_count: float = 900.0
    """The darkest water has some 50-500 counts with the 1000 taken off and 1050-1500 with it on:
    nothing lies between but water under heavy glint. Where published the rule is about 900."""
    percentile: float = 1.0
    min_water_px: int = 200
    """Fewer say nothing: 2 hectares."""


def with_right_offset(
    values: Values,
    refs: Sequence[BandRef],
    *,
    sensor: str,
    criteria: OffsetCriteria | None = None,
) -> Values:
    """Return reflectance with the offset of Sentinel-2 applied exactly once.

    All bands of a scene were made by one program, so they answer together: by the middle one of
    their darkest water, which neither one hazy nor one clipped band moves. Without a
    classification, or with too little water in view, the catalog's word stands.

    Args:
        values: Shape (band, row, col): reflectance as the catalog's scale and offset give it,
            classes for `scl`, NaN where unseen.
        refs: What the catalog says of each band, in the order of `values`.
        sensor: As in `Scene.sensor`; other sensors are returned as they came.
        criteria: Thresholds.
    """
    criteria = criteria or OffsetCriteria()
    scl = next((v for v, r in zip(values, refs, strict=True) if r.name == "scl"), None)
    counted = [i for i, ref in enumerate(refs) if ref.name != "scl" and _is_counted(ref, criteria)]
    if sensor != "sentinel-2" or scl is None or not counted:
        return values
    water = scl == _WATER
    darkest = []
    for i in counted:
        seen = values[i][water & np.isfinite(values[i])]
        if seen.size >= criteria.min_water_px:
            low = float(np.percentile(seen, criteria.percentile))
            darkest.append((low - refs[i].offset) / refs[i].scale)
    if not darkest:
        return values
    needed = criteria.offset if np.median(darkest) > criteria.dark_count else 0.0
    mended = values.copy()
    for i in counted:
        mended[i] += np.float32(needed - refs[i].offset)
    return mended


def _is_counted(ref: BandRef, criteria: OffsetCriteria) -> bool:
    return abs(ref.scale / criteria.scale - 1) < 1e-6 and (
        ref.offset == 0.0 or abs(ref.offset - criteria.offset) < 1e-9
    )


def unstated_nodata(ref: BandRef, dtype: str, *, offset: float = 0.0) -> float | None:
    """Return the count that stands for nothing where neither catalog nor file names one.

    Counts with something taken off begin above nothing: 0 was never measured. Sentinel-2 writes 0
    outside the swath; with its offset that would be reflectance -0.1, dark as no water is, so a
    berth out of sight would look free.

    Args:
        ref: The band, with its scaling as the catalog states it.
        dtype: Of the file's numbers.
        offset: What is added to them, whoever stated it.
    """
    if offset < 0 and dtype == "uint16":
        return 0.0
    counts = np.dtype(dtype).kind in "iu" and np.dtype(dtype).itemsize >= 2
    return 0.0 if counts and ref.name != "scl" and _is_counted(ref, OffsetCriteria()) else None
