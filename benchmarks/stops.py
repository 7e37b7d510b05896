"""Cleaned positions to stops and port calls, as a ratio to MovingPandas' stop detection alone.

Both get the same cleaned positions of the Kattegat file, theirs once as they are (lon/lat, where
it measures on the ellipsoid) and once already in metres. Building its trajectories is not counted.
Then the stops are held against each other, and where they differ the definition judges: a run of
reports within the room, for at least the duration, and none left out that would still fit.
"""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.positions import cleaned, kattegat, port_points
from monitor.detect.stops import CompactCriteria, Stops, stops_in
from monitor.detect.tracks import Tracks
from monitor.detect.visits import PRESETS, visits_in

SETTINGS = ((200.0, 30), (100.0, 20), (1500.0, 180))
"""(metres, minutes): alongside; the same, stricter; at anchor."""
UTM = 32632
Span = tuple[int, int, int]
"""(track, first ms, last ms)."""


@dataclass(frozen=True)
class Room:
    """Measures runs of reports by the definition itself, apart from the program's code."""

    tracks: Tracks
    metric: np.ndarray

    def fits(self, span: Span, metres: float, *, before: int = 0, after: int = 0) -> bool:
        """Return whether a stop, with so many more reports on either side, fits the room."""
        rows = self.tracks.slices()[span[0]]
        times = self.tracks.rows.time_ms[rows]
        a = int(np.searchsorted(times, span[1])) - before
        b = int(np.searchsorted(times, span[2])) + after
        if a < 0 or b >= len(times):
            return False
        box = shapely.oriented_envelope(shapely.multipoints(self.metric[rows][a : b + 1]))
        corners = shapely.get_coordinates(box)
        opposite = corners[2] if len(corners) > 3 else corners[-1]
        return bool(np.hypot(*(opposite - corners[0])) < metres)


def theirs(collection: object, metres: float, minutes: int) -> list[Span]:
    """Run MovingPandas' detector."""
    import movingpandas as mpd

    found = mpd.TrajectoryStopDetector(collection).get_stop_time_ranges(
        max_diameter=metres, min_duration=timedelta(minutes=minutes)
    )
    return [(int(s.traj_id), _ms(s.t_0), _ms(s.t_n)) for s in found]


def ours(tracks: Tracks, metres: float, minutes: int) -> Stops:
    """Run the program's."""
    criteria = CompactCriteria(max_diameter_m=metres, min_duration=timedelta(minutes=minutes))
    return stops_in(tracks, criteria=criteria)


def compare(room: Room, mine: list[Span], other: list[Span], metres: float) -> Counter[str]:
    """Pair stops that overlap and say of each pair how it differs and who kept the definition."""
    said: Counter[str] = Counter()
    left = set(mine)
    for span in other:
        pair = next(
            (m for m in mine if m[0] == span[0] and m[1] <= span[2] and span[1] <= m[2]), None
        )
        if pair is None:
            said["only theirs"] += 1
            continue
        left.discard(pair)
        said[_difference(room, pair, span, metres)] += 1
    said["only ours"] += len(left)
    return said


def _difference(room: Room, mine: Span, other: Span, metres: float) -> str:
    if mine == other:
        return "same to the report"
    if not room.fits(mine, metres):
        return "ours does not fit by their measure (the two planes differ by centimetres)"
    if mine[1] < other[1] and room.fits(other, metres, before=1):
        return "theirs leaves out earlier reports that fit"
    if mine[1] < other[1]:
        return "ours begins earlier and so is full earlier; both fit"
    return "same begin, theirs ends otherwise (planes differ by centimetres)"


def main() -> None:
    """Print times, ratios and differences for each setting."""
    warnings.simplefilter("ignore")  # MovingPandas speaks of optional parts at import
    tracks = cleaned(kattegat())
    gazetteer = port_points(tracks)
    lonlat, metric, xy = _collections(tracks)
    room = Room(tracks, xy)
    calls = _best(lambda: visits_in(tracks, gazetteer, criteria=PRESETS["gfw"]))
    print(f"{len(tracks.rows)} positions, {len(tracks.first_row)} tracks")
    for metres, minutes in SETTINGS:
        stops = ours(tracks, metres, minutes)
        took = _best(lambda m=metres, d=minutes: ours(tracks, m, d))
        track = np.searchsorted(tracks.first_row, stops.first, side="right") - 1
        mine = list(
            zip(track.tolist(), stops.start_ms.tolist(), stops.end_ms.tolist(), strict=True)
        )
        print(f"{metres:.0f} m, {minutes} min: {len(mine)} stops in {took * 1e3:.1f} ms, with port "
              f"calls {(took + calls) * 1e3:.1f} ms")  # fmt: skip
        for name, collection in (("lon/lat", lonlat), ("metres", metric)):
            began = time.perf_counter()
            other = theirs(collection, metres, minutes)
            peer = time.perf_counter() - began
            said = compare(room, mine, other, metres)
            print(
                f"  MovingPandas in {name}: {len(other)} stops in {peer:.2f} s; stops "
                f"{peer / took:.0f} times, stops and port calls {peer / (took + calls):.0f} times "
                f"its speed; {'; '.join(f'{n} {what}' for what, n in said.items() if n)}"
            )


def _collections(tracks: Tracks) -> tuple[object, object, np.ndarray]:
    import movingpandas as mpd

    rows = tracks.rows
    number = np.repeat(
        np.arange(len(tracks.first_row)), np.diff(tracks.first_row, append=len(rows))
    )
    frame = gpd.GeoDataFrame(
        {"track": number, "t": pd.to_datetime(rows.time_ms, unit="ms")},
        geometry=gpd.points_from_xy(rows.lon, rows.lat),
        crs="OGC:CRS84",
    )
    metres = frame.to_crs(UTM)
    xy = shapely.get_coordinates(metres.geometry.to_numpy())
    built = [mpd.TrajectoryCollection(f, "track", t="t") for f in (frame, metres)]
    return built[0], built[1], xy


def _best(run: Callable[[], object], times: int = 5) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return min(took)


def _ms(at: pd.Timestamp) -> int:
    return int(at.value // 1_000_000)


if __name__ == "__main__":
    main()
