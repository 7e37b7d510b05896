"""Ship lengths from Sentinel-1 chips against AIS lengths (OpenSARShip), scene by scene left out.

For each scene the line from extent to length is fitted on the other scenes (least absolute
deviations) and tried on it. The line in `LengthCriteria` is the one fitted on all.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from benchmarks.ship_images import ship_chips
from monitor.detect.imagery.ship_length import LengthCriteria, length_and_axis

Vector = npt.NDArray[np.float64]


def main() -> None:
    """Measure every chip's ship and print errors by length."""
    chips = [(row, power) for row, power in ship_chips() if float(row["length"]) > 20]
    truth = np.array([float(row["length"]) for row, _ in chips])
    scene = np.array([row["scene"] for row, _ in chips])
    plain = replace(LengthCriteria(), slope=1.0, offset_m=0.0)
    extent = np.array([_extent(power, plain) for _, power in chips])
    length = np.full(truth.shape, np.nan)
    for name in sorted(set(scene)):
        slope, offset = _line(extent[scene != name], truth[scene != name])
        length[scene == name] = slope * extent[scene == name] + offset
        print(f"without {name[17:32]}: length = {slope:.3f} × extent {offset:+.1f} m")
    slope, offset = _line(extent, truth)
    print(f"on all {len(chips)}: length = {slope:.3f} × extent {offset:+.1f} m")
    criteria = LengthCriteria()
    stated = np.hypot(criteria.error_m, criteria.error_share * length)
    error = length - truth
    for low, high in ((20, 90), (90, 150.1), (150.1, 220), (220, 500), (20, 500)):
        chosen = (truth >= low) & (truth < high)
        e = error[chosen]
        print(
            f"{low:.0f}-{high:.0f} m, n {len(e)}: median |error| {np.median(np.abs(e)):.1f} m, "
            f"bias median {np.median(e):+.1f} mean {e.mean():+.1f} m, within stated error "
            f"{(np.abs(e) <= stated[chosen]).mean():.2f}"
        )


def _extent(power: npt.NDArray[np.float32], criteria: LengthCriteria) -> float:
    """Return the extent of the ship in the middle of a chip, over the sea at its rim."""
    height, width = power.shape[1:]
    rim = np.ones((height, width), np.bool_)
    edge = max(2, height // 8)
    rim[edge:-edge, edge:-edge] = False
    over = np.mean([band / np.median(band[rim & (band > 0)]) for band in power], axis=0)
    smooth = 10 * np.log10(np.maximum(ndimage.uniform_filter(over, 3, mode="nearest"), 1e-3))
    reach = max(3, height // 6)
    top, left = height // 2 - reach, width // 2 - reach
    middle = smooth[top : height // 2 + reach + 1, left : width // 2 + reach + 1]
    row, col = np.unravel_index(int(np.argmax(middle)), middle.shape)
    row, col = row + top, col + left
    labels, _ = ndimage.label(smooth > min(7.0, smooth[row, col] - 1), np.ones((3, 3)))
    blob = labels == labels[row, col]
    return length_and_axis(over, blob, gsd_m=10.0, criteria=criteria).length


def _line(x: Vector, y: Vector) -> tuple[float, float]:
    columns, weight = np.column_stack([x, np.ones_like(x)]), np.ones_like(y)
    slope, offset = 1.0, 0.0
    for _ in range(80):
        root = np.sqrt(weight)
        slope, offset = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
        weight = 1 / np.maximum(np.abs(y - slope * x - offset), 1)
    return float(slope), float(offset)


if __name__ == "__main__":
    main()
