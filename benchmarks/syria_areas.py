"""Where ships lay off Syria's ports from 2018 to 2022, against the areas drawn for them.

The 98,662 positions have neither ship nor time nor speed, so "moored" cannot be told from one of
them. It is told from company instead: of the positions that are not on the 0.1 minute grid of
long-range AIS, those that lie in a 40 m cell with at least so many others. A ship alongside
reports from one spot for days; one under way or swinging at anchor spreads over many cells. The
figures are given for several numbers of others, so that none of them is a choice.

Source of the positions: UN Global Platform AIS (exactEarth, Spire), via the World Bank's Syria
Economic Monitor notebooks.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from benchmarks.data import shared
from monitor.bundled import bundled
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.sources.gazetteer import load_gazetteer

Mask = np.ndarray
CELL_M = 40.0
"""Wider than the scatter of a moored ship's positions, narrower than a ship is long."""
COMPANY = (10, 20, 50)
BERTH_REACH_M = 30.0
"""How far outside its berth a moored ship's antenna still counts (`berth_enter_m`)."""


def main() -> None:
    """Print, for both ports, the share of moored and of all positions in each kind of area."""
    path = shared("data", "ais", "syria", "syria_ports_ais_positions_2018-12_2022-08.csv")
    table = pd.read_csv(path)
    for port in ("tartus", "latakia"):
        rows = table[table["near_port"] == port]
        lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
        gazetteer = load_gazetteer(bundled("aoi", f"{port}.geojson"))
        coarse = on_grid(lon) & on_grid(lat)
        company = neighbours(lon[~coarse], lat[~coarse], gazetteer.frame)
        fallen = dict(fall(lon, lat, gazetteer))
        print(f"{port}: {len(lon)} positions, {coarse.mean():.1%} on the 0.1 minute grid")
        for least in COMPANY:
            moored = np.zeros(len(lon), bool)
            moored[np.flatnonzero(~coarse)] = company >= least
            print(f"  moored ({least} in a cell): {moored.sum()}; {shares(fallen, moored)}")
        print(f"  fine: {(~coarse).sum()}; {shares(fallen, ~coarse)}")
        print(f"  all: {len(lon)}; {shares(fallen, np.ones(len(lon), bool))}")


def on_grid(degrees: np.ndarray) -> Mask:
    """Return which coordinates are whole tenths of a minute, as type 27 sends them."""
    tenths = degrees * 600.0
    return np.abs(tenths - np.round(tenths)) < 1e-3


def neighbours(lon: np.ndarray, lat: np.ndarray, frame: MetricFrame) -> np.ndarray:
    """Return how many positions share each one's cell, itself included."""
    x, y = frame.xy(lon, lat)
    cells = np.floor(np.column_stack([x, y]) / CELL_M).astype(np.int64)
    _, index, count = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    return count[index]


def fall(lon: np.ndarray, lat: np.ndarray, gazetteer: Gazetteer) -> Iterator[tuple[str, Mask]]:
    """Yield (kind of area, positions that fall in it and in none before it)."""
    frame = gazetteer.frame
    x, y = frame.xy(lon, lat)
    left = np.ones(len(x), bool)

    def taken(shape: BaseGeometry) -> Mask:
        shapely.prepare(shape)
        here = left & shapely.contains_xy(shape, x, y)
        left[here] = False
        return here

    def kind(*kinds: PlaceKind) -> BaseGeometry:
        return frame.metric(shapely.union_all([p.geometry for p in gazetteer.of_kind(*kinds)]))

    yield "berth", taken(kind(PlaceKind.BERTH))
    yield (
        f"within {BERTH_REACH_M:.0f} m of a berth",
        taken(kind(PlaceKind.BERTH).buffer(BERTH_REACH_M)),
    )
    yield "basin", taken(kind(PlaceKind.BASIN))
    yield "harbour water", taken(kind(PlaceKind.HARBOUR_WATER))
    yield "port land", taken(kind(PlaceKind.PORT_BOUNDARY))
    yield "anchorage", taken(kind(PlaceKind.ANCHORAGE))
    yield "waiting", taken(kind(PlaceKind.WAITING_AREA))
    yield "nowhere", left


def shares(fallen: dict[str, Mask], among: Mask) -> str:
    """Return the shares as text; what is drawn for ships to lie in comes first, summed."""
    part = {name: float(mask[among].mean()) for name, mask in fallen.items()}
    drawn = 1.0 - part["nowhere"] - part["waiting"]
    named = ", ".join(f"{name} {share:.1%}" for name, share in part.items() if share)
    return f"in port or anchorage {drawn:.1%} ({named})"


if __name__ == "__main__":
    main()
