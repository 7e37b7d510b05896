"""Ships in labelled radar pictures: precision, recall, F1; calibration; speed.

A detection meets a ship one to one, by falling overlap of their boxes: `IoU` where the boxes
overlap by 0.3 of their union or more, `centre` where the middle of the detection's box lies in
the ship's. `dev` and `held` are every second scene number; thresholds were chosen with both in
view and the confidences counted on both, so `held` is no blind test.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks.ship_images import Box, Picture, pictures, ship_chips
from monitor.detect.imagery.radar_vessels import Hull, hulls_in
from monitor.detect.imagery.sea_clutter import amplitude_to_db


def main() -> None:
    """Look at every picture and score it."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 4)
    sure: dict[tuple[str, float], list[int]] = defaultdict(lambda: [0, 0])
    empty = [0, 0]
    everything = list(pictures())
    scenes = sorted({p.name[:5] for p in everything if p.source == "hrsid"})
    for picture in everything:
        hulls = hulls_in([amplitude_to_db(picture.pixels)], gsd_m=None)
        by_overlap = _matched(hulls, picture.boxes, _overlap, 0.3)
        by_centre = _matched(hulls, picture.boxes, _centred, 0.5)
        known = picture.name[:5] in scenes
        fold = "dev" if known and scenes.index(picture.name[:5]) % 2 == 0 else "held"
        for key in _groups(picture, fold) if picture.source == "hrsid" else [picture.source]:
            for slot, value in enumerate(
                (len(by_overlap), len(by_centre), len(hulls), len(picture.boxes))
            ):
                counts[key][slot] += value
        for number, hull in enumerate(hulls):
            if picture.source == "hrsid":
                sure[fold, round(hull.confidence, 2)][0] += number in by_centre
                sure[fold, round(hull.confidence, 2)][1] += 1
        if picture.source == "ls_ssdd" and not picture.boxes:
            empty = [empty[0] + len(hulls), empty[1] + 1]
    for key, (overlap, centre, found, ships) in sorted(counts.items()):
        print(
            f"{key:28s} {ships:4d} ships {found:4d} found | IoU {_figures(overlap, found, ships)}"
            f" | centre {_figures(centre, found, ships)}"
        )
    print(f"false alarms on {empty[1]} empty LS-SSDD chips: {empty[0]}")
    for (fold, confidence), (right, all_) in sorted(sure.items()):
        print(f"confidence {confidence:.2f} {fold:4s}: {right} of {all_} were ships")
    _recall_at_known_places()
    _speed()


def _groups(picture: Picture, fold: str) -> Iterable[str]:
    kind = "with land" if picture.has_land else "no land"
    yield f"hrsid {kind}"
    yield f"hrsid {kind}, {fold}"
    if picture.has_land and not picture.name.startswith("P0119"):
        yield "hrsid with land, not P0119"


def _figures(hits: int, found: int, ships: int) -> str:
    return (
        f"P {hits / max(found, 1):.2f} R {hits / max(ships, 1):.2f} "
        f"F1 {2 * hits / max(found + ships, 1):.3f}"
    )


def _matched(
    hulls: Sequence[Hull], boxes: Sequence[Box], score: object, least: float
) -> dict[int, int]:
    assert callable(score)
    pairs = sorted(
        (
            (score(hull.pixel_bbox, box), i, j)
            for i, hull in enumerate(hulls)
            for j, box in enumerate(boxes)
        ),
        reverse=True,
    )
    met: dict[int, int] = {}
    for value, i, j in pairs:
        if value >= least and i not in met and j not in met.values():
            met[i] = j
    return met


def _overlap(a: Box, b: Box) -> float:
    wide = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    area = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)) - wide * high
    return wide * high / area


def _centred(a: Box, b: Box) -> float:
    col, row = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2
    return 1 + _overlap(a, b) if b[0] <= col <= b[2] and b[1] <= row <= b[3] else 0.0


def _recall_at_known_places() -> None:
    found = chips = 0
    for _, power in ship_chips():
        with np.errstate(divide="ignore"):
            bands = [np.where(b > 0, 10 * np.log10(b), np.nan).astype(np.float32) for b in power]
        middle = np.array(power.shape[1:]) / 2
        reach = max(6.0, power.shape[1] / 4)
        hulls = hulls_in(bands, gsd_m=10.0)
        found += any(np.hypot(h.row - middle[0], h.col - middle[1]) <= reach for h in hulls)
        chips += 1
    print(f"OpenSARShip: a ship within a quarter of the chip of its middle in {found} of {chips}")


def _speed() -> None:
    rng = np.random.default_rng(1)
    sea = (10 * np.log10(rng.gamma(4.4, 1 / 4.4, (3000, 3000))) - 20).astype(np.float32)
    for row, col in rng.integers(100, 2900, (60, 2)):
        sea[row : row + 4, col : col + 18] += 22
    began = time.perf_counter()
    found = len(hulls_in([sea], gsd_m=10.0))
    took = time.perf_counter() - began
    print(f"{found} of 60 drawn ships in 9 Mpx in {took:.2f} s: {9 / took:.1f} Mpx/s")


if __name__ == "__main__":
    main()
