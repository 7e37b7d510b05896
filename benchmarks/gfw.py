"""Port events by Global Fishing Watch's rules: ours, over columns, against a plain state machine.

The plain one walks fix by fix through the published table of states and events and is written
apart from ours. Prints the events of each file by kind and every one found by one of them only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import numpy as np

from benchmarks.positions import cleaned, kattegat, novorossiysk, port_points, singapore, solent
from monitor.detect.gfw_events import PortEvent, anchorage_points, port_events_in
from monitor.detect.tracks import Tracks
from monitor.detect.visits import PRESETS, visits_in
from monitor.domain.geo import distance_m
from monitor.domain.place import Place
from monitor.domain.window import from_ms

Event = tuple[int, int, str]
"""(MMSI, ms since the epoch, kind)."""
GAP_MS = 240 * 60_000
TABLE = {
    ("AT_SEA", "IN_PORT"): ("PORT_ENTRY",),
    ("AT_SEA", "STOPPED"): ("PORT_ENTRY", "PORT_STOP_BEGIN"),
    ("IN_PORT", "STOPPED"): ("PORT_STOP_BEGIN",),
    ("STOPPED", "IN_PORT"): ("PORT_STOP_END",),
    ("IN_PORT", "AT_SEA"): ("PORT_EXIT",),
    ("STOPPED", "AT_SEA"): ("PORT_STOP_END", "PORT_EXIT"),
}


def next_state(before: str | None, off_m: float, sog_kn: np.float32) -> str:
    """Return the state after one fix; the speed in the precision it was reported in."""
    was_in = before in ("IN_PORT", "STOPPED")
    in_port = off_m <= 3000.0 or (was_in and off_m < 4000.0)
    stopped = sog_kn <= 0.2 or (before == "STOPPED" and not sog_kn >= 0.5)
    if not in_port:
        return "AT_SEA"
    return "STOPPED" if stopped else "IN_PORT"


def naive_events(tracks: Tracks, points: tuple[Place, ...]) -> Iterator[Event]:
    """Walk every track fix by fix."""
    rows = tracks.rows
    lon = [p.geometry.centroid.x for p in points]
    lat = [p.geometry.centroid.y for p in points]
    end = int(rows.time_ms.max())
    for track in tracks.slices():
        state: str | None = None
        at = 0
        for i in range(track.start, track.stop):
            now, mmsi = int(rows.time_ms[i]), int(rows.mmsi[i])
            off = float(distance_m(rows.lon[i], rows.lat[i], lon, lat).min())
            if state in ("IN_PORT", "STOPPED") and now - at >= GAP_MS:
                yield int(rows.mmsi[i - 1]), at + GAP_MS, "PORT_GAP_BEGIN"
                yield mmsi, now, "PORT_GAP_END"
            after = next_state(state, off, rows.sog_kn[i])
            for kind in TABLE.get((str(state), after), ()):
                yield mmsi, now, kind
            state, at = after, now
        if state in ("IN_PORT", "STOPPED") and end - at >= GAP_MS:
            yield int(rows.mmsi[track.stop - 1]), at + GAP_MS, "PORT_GAP_BEGIN"


def our_events(tracks: Tracks, points: tuple[Place, ...]) -> list[Event]:
    """Return the events of the program."""
    end = from_ms(int(tracks.rows.time_ms.max()))
    found = port_events_in(tracks, points, criteria=PRESETS["gfw"], as_of=end)
    return [
        (int(mmsi), int(at), PortEvent(kind).name)
        for mmsi, at, kind in zip(found.mmsi, found.time_ms, found.kind, strict=True)
    ]


def main() -> None:
    """Compare on every file given."""
    for read in (novorossiysk, kattegat, singapore, solent):
        tracks = cleaned(read())
        gazetteer = port_points(tracks)
        points = anchorage_points(gazetteer)
        began = time.perf_counter()
        theirs = Counter(naive_events(tracks, points))
        middle = time.perf_counter()
        ours = Counter(our_events(tracks, points))
        took = time.perf_counter() - middle
        visits = visits_in(tracks, gazetteer, criteria=PRESETS["gfw"])
        kinds = Counter(kind for _, _, kind in ours.elements())
        graded = Counter(v.confidence for v in visits)
        print(
            f"{read.__name__}: {len(tracks.rows)} positions, {len(points)} points, "
            f"{ours.total()} events ({', '.join(f'{k} {n}' for k, n in sorted(kinds.items()))}); "
            f"equal to the plain machine's {(ours & theirs).total()}, only ours "
            f"{(ours - theirs).total()}, only its {(theirs - ours).total()}; "
            f"{(middle - began) / took:.0f} times its speed; {len(visits)} visits, by confidence "
            f"{dict(sorted(graded.items()))}"
        )
        for event in [*(ours - theirs), *(theirs - ours)]:
            print("  differs:", event)


if __name__ == "__main__":
    main()
