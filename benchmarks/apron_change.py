"""Apron change on eight Sentinel-2 dates of Venice's cruise piers, with blocks painted in.

Each date is judged against the other seven. The deck is ground (of two classes of median red, the
brighter) within rows 130-212, columns 45-97, one pixel off its edge; the fit sees only ground
outside. Blocks of 20, 30 and 50 m at random places of the deck have their brightness multiplied by
1 ± contrast in all bands alike, through an edge blurred as the sensor blurs (Gaussian of 0.5
pixels), and are cut at 255 as the pictures are. Statistic: the product's departure at the block's
scale at its middle, against the same places untouched. What truly changed on the deck counts
against us: nobody knows it. The pictures are 8 bit and half of the deck touches white on some
date; `unsaturated` leaves out places where a third of the block is white in a band on the day.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import rasterio
from scipy import ndimage, stats

from benchmarks.data import shared
from monitor.detect.imagery.apron import ApronCriteria
from monitor.detect.imagery.apron_baseline import departure
from monitor.detect.imagery.port_pixels import two_class_split
from monitor.detect.imagery.registration import RegistrationCriteria, shift_of

Stack = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
VIEW = (slice(90, 260), slice(10, 150))
DECK = (slice(130 - 90, 212 - 90), slice(45 - 10, 97 - 10))
SIDES = (2, 3, 5)
CONTRASTS = (0.3, -0.3, 0.15, -0.15)
ROUNDS, BLOCKS = 4, 12
WHOLE = (slice(None), slice(None))


def main() -> None:
    """Inject, compare, print."""
    dates = _dates()
    red = np.median(dates[:, 0], axis=0)
    ground = np.asarray(ndimage.binary_erosion(red > two_class_split(red)), np.bool_)
    deck = np.zeros_like(ground)
    deck[DECK] = ground[DECK]
    stable = ground & ~ndimage.binary_dilation(deck, iterations=3)
    print(f"deck {deck.sum()} px, stable ground {stable.sum()} px")
    scores: dict[tuple[int, float], list[tuple[int, float, float, bool]]] = {}
    alarms, peaks = [], []
    for day in range(len(dates)):
        past = _registered(dates, day, stable)
        plain = _distance(dates[day], past, stable)
        ratio = _ratio(plain)
        blobs, count = ndimage.label(np.where(deck, ratio, 0) >= 1, np.ones((3, 3)))
        alarms.append((count, float((blobs > 0).sum()) * 100))
        rng = np.random.default_rng(day)
        for side in SIDES:
            for _ in range(ROUNDS):
                places = _places(deck, side, rng)
                white = ndimage.uniform_filter((dates[day] >= 1).any(0).astype("f4"), side)
                for contrast in CONTRASTS:
                    painted = _painted(dates[day], places, side, contrast)
                    seen = _distance(painted, past, stable)
                    for row, col in places:
                        here = (int(row), int(col))
                        dark = bool(white[here] <= 1 / 3)
                        scores.setdefault((side, contrast), []).append(
                            (day, float(plain[side][here]), float(seen[side][here]), dark)
                        )
        peaks += _strip_peaks(dates[day], past, stable, deck, day, ratio)
    for (side, contrast), rows in scores.items():
        dark = [r for r in rows if r[3]]
        both = _auc([r[1] for r in rows], [r[2] for r in rows])
        by_day = [
            _auc([r[1] for r in rows if r[0] == d], [r[2] for r in rows if r[0] == d])
            for d in range(8)
        ]
        print(
            f"{side * 10} m at {contrast:+.0%}: AUC {both:.3f} (worst date {min(by_day):.3f}), "
            f"unsaturated {_auc([r[1] for r in dark], [r[2] for r in dark]):.3f} "
            f"({len(dark)} of {len(rows)} places)"
        )
    for side in SIDES:
        rows = scores[side, 0.3] + scores[side, -0.3]
        print(
            f"{side * 10} m at ±30%, both signs together: AUC "
            f"{_auc([r[1] for r in rows], [r[2] for r in rows]):.3f}"
        )
    area_km2 = deck.sum() * 1e-4
    print(
        "changes told on the untouched deck by date: "
        + ", ".join(f"{n} ({a:.0f} m²)" for n, a in alarms)
        + f"; mean {np.mean([n for n, _ in alarms]):.1f} a date, "
        f"{np.mean([n for n, _ in alarms]) / area_km2:.0f} per km² and date, "
        "what truly changed included"
    )
    _calibrate(peaks)


def _dates() -> Stack:
    files = sorted(shared("data", "imagery", "venice_s2_rgb_multidate").glob("RGB_*.png"))
    layers = []
    for path in files:
        with rasterio.open(path) as raster:
            layers.append(raster.read((1, 2, 3))[(slice(None), *VIEW)])
    return (np.stack(layers) / 255).astype(np.float32)


def _registered(dates: Stack, day: int, stable: Mask) -> list[Stack]:
    limits = RegistrationCriteria()
    past = []
    for other in np.delete(dates, day, 0):
        shift = shift_of(other[0], dates[day, 0], stable, criteria=limits)
        if shift.is_worth_correcting(limits):
            by = (0, -shift.d_row, -shift.d_col)
            other = ndimage.shift(other, by, order=3, mode="nearest")
        past.append(other)
    return past


def _distance(now: Stack, past: list[Stack], stable: Mask) -> dict[int, Stack]:
    found = departure(
        now,
        past,
        stable=stable,
        window=WHOLE,
        sides_px=SIDES,
        is_radar=False,
        criteria=ApronCriteria().baseline,
    )
    assert found is not None
    return found.distance


def _ratio(distance: dict[int, Stack]) -> Stack:
    criteria = ApronCriteria()
    small, large = distance[2] / criteria.object_distance, distance[3] / criteria.block_distance
    return np.asarray(np.nan_to_num(np.fmax(small, large)), np.float32)


def _strip_peaks(
    now: Stack, past: list[Stack], stable: Mask, deck: Mask, day: int, plain: Stack
) -> list[tuple[int, float, bool]]:
    """Return the highest departure in each of six strips of the deck (about 25,000 m², an
    apron's size), untouched and with one block of any size, contrast 15-50 % and sign."""
    rng = np.random.default_rng(100 + day)
    strips = [s for s in np.array_split(np.flatnonzero(deck.any(axis=1)), 6)]
    out = []
    for _ in range(10):
        painted = now
        for rows in strips:
            part = np.zeros_like(deck)
            part[rows] = deck[rows]
            side, contrast = int(rng.choice(SIDES)), float(rng.uniform(0.15, 0.5))
            fits = np.argwhere(ndimage.minimum_filter(part.astype("u1"), side) > 0)
            place = fits[rng.integers(len(fits))][None]
            painted = _painted(painted, place, side, contrast * float(rng.choice((-1, 1))))
        after = _ratio(_distance(painted, past, stable))
        for rows in strips:
            out.append((day, float(np.where(deck, plain, 0)[rows].max()), False))
            out.append((day, float(np.where(deck, after, 0)[rows].max()), True))
    return out


def _places(deck: Mask, side: int, rng: np.random.Generator) -> npt.NDArray[np.int_]:
    """Return middles of blocks wholly on the deck and well apart."""
    fits = np.argwhere(ndimage.minimum_filter(deck.astype("u1"), side) > 0)
    rng.shuffle(fits)
    chosen: list[npt.NDArray[np.int_]] = []
    for place in fits:
        if all(np.abs(place - other).max() >= 9 for other in chosen):
            chosen.append(place)
        if len(chosen) == BLOCKS:
            break
    return np.array(chosen)


def _painted(now: Stack, places: npt.NDArray[np.int_], side: int, contrast: float) -> Stack:
    mask = np.zeros(now.shape[1:], np.float32)
    for row, col in places - side // 2:
        mask[row : row + side, col : col + side] = 1
    mask = ndimage.gaussian_filter(mask, 0.5)
    return np.asarray(np.rint(np.minimum(now * (1 + contrast * mask), 1) * 255) / 255, np.float32)


def _auc(plain: list[float], painted: list[float]) -> float:
    if not plain or not painted:
        return math.nan
    u = stats.mannwhitneyu(painted, plain).statistic
    return float(u) / (len(plain) * len(painted))


def _calibrate(peaks: list[tuple[int, float, bool]]) -> None:
    """Fit the score's middle and slope on seven dates, print reliability on the eighth."""
    day, peak, truth = (np.array(v) for v in zip(*peaks, strict=True))
    x = np.log(np.maximum(peak, 1e-3))
    held = np.zeros(len(x))
    for d in range(8):
        a, b = _logistic(x[day != d], truth[day != d])
        held[day == d] = 1 / (1 + np.exp(-(a + b * x[day == d])))
    a, b = _logistic(x, truth)
    print(f"score: slope {b:.2f}, middle {math.exp(-a / b):.2f} of the threshold; held-out dates:")
    for low in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9):
        high = {0.0: 0.1, 0.1: 0.3, 0.3: 0.5, 0.5: 0.7, 0.7: 0.9, 0.9: 1.01}[low]
        at = (held >= low) & (held < high)
        if at.any():
            print(
                f"  {low:.1f}-{min(high, 1):.1f}: {at.sum()} places, "
                f"said {held[at].mean():.2f}, painted {truth[at].mean():.2f}"
            )


def _logistic(x: npt.NDArray[np.float64], y: npt.NDArray[np.bool_]) -> tuple[float, float]:
    design = np.column_stack([np.ones_like(x), x])
    weights = np.zeros(2)
    for _ in range(30):
        p = 1 / (1 + np.exp(-design @ weights))
        hessian = (design * (p * (1 - p) + 1e-9)[:, None]).T @ design
        weights = weights + np.linalg.solve(hessian, design.T @ (y - p))
    return float(weights[0]), float(weights[1])


if __name__ == "__main__":
    main()
