"""How long the berth matrix takes over ten years: 40 berths, 960 passes, millions of positions."""

from __future__ import annotations

import resource
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import shapely

from monitor.detect.cells import cells_in
from monitor.detect.matching import MatchCriteria, scene_matches
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.reception import coverage_of
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import positions_from
from monitor.domain.scene import Modality
from monitor.domain.window import to_ms

BERTHS, PASSES, ROWS, SHIPS = 40, 960, 5_000_000, 1_000
START = datetime(2015, 1, 1, tzinfo=UTC)


def main() -> None:
    """Print seconds for the matrix and the matching, and the memory at its highest."""
    rng = np.random.default_rng(5)
    boxes = [(35.80 + 0.003 * (i % 8), 34.90 + 0.003 * (i // 8)) for i in range(BERTHS)]
    places = [
        Place(
            id=f"port.berth.{i:02d}",
            kind=PlaceKind.BERTH,
            name=f"berth {i}",
            geometry=shapely.box(x, y, x + 0.0015, y + 0.0004),
        )
        for i, (x, y) in enumerate(boxes)
    ]
    gazetteer = Gazetteer("port", {p.id: p for p in places})
    span_ms = int(timedelta(days=3652) / timedelta(milliseconds=1))
    times = np.sort(rng.integers(0, span_ms, ROWS)) + to_ms(START)
    positions = positions_from(
        {
            "time_ms": times,
            "mmsi": 273_000_000 + rng.integers(0, SHIPS, ROWS),
            "lon": 35.80 + rng.random(ROWS) * 0.03,
            "lat": 34.90 + rng.random(ROWS) * 0.03,
            "sog_kn": rng.random(ROWS) * 5,
        },
        sources=("made",),
    )
    states = [
        BerthState(
            scene_id=f"s{k:04d}", acquired_at=at, available_at=at, sensor="sentinel-1",
            modality=Modality.RADAR, orbit=14, berth_id=place.id,
            state=Occupancy.OCCUPIED if (i + k) % 3 else Occupancy.FREE,
            score=0.9 if (i + k) % 3 else 0.02, usable=1.0,
        )
        for k in range(PASSES)
        for at in (START + timedelta(days=3652 * (k + 0.5) / PASSES),)
        for i, place in enumerate(places)
    ]  # fmt: skip
    tracks = tracks_in(positions, criteria=TrackCriteria())
    coverage = coverage_of(positions)
    began = time.perf_counter()
    cells = cells_in(states, tracks, (), gazetteer, coverage, criteria=MatrixCriteria())
    matrix = time.perf_counter()
    scene_matches((), states, tracks, gazetteer, coverage, lengths={}, criteria=MatchCriteria())
    done = time.perf_counter()
    print(f"{len(cells)} cells over {len(tracks.rows)} reports: {matrix - began:.1f} s")
    print(f"tracks placed at {PASSES} passes: {done - matrix:.1f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
