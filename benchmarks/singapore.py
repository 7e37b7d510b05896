"""Port calls of four tankers at Singapore, each with its evidence, with and without the cleaning.

The files hold teleports and spikes as received (raw units, sentinels left in). An event (an edge of
a port call) rests on a bad report if one of the two reports around the edge is one that the
cleaning sets aside, so that there is none left holds by construction; what speaks for the verdicts
is the speed each false edge needs, printed beside it, and that no other event is lost. The rules
for damaged reports were worked out with these files in sight. Ports: the UN/LOCODE polygon of
Singapore, and circles of 3 km round the other port points of Global Fishing Watch nearby; both are
read where they lie.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from benchmarks.data import shared
from monitor.detect.track_criteria import Reason
from monitor.detect.tracks import TrackCriteria, Tracks, tracks_in
from monitor.detect.visit_criteria import VisitCriteria
from monitor.detect.visits import visits_in
from monitor.domain.geo import KNOT_MS, MetricFrame, distance_m
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns, concat, positions_from
from monitor.domain.visit import Fix, Visit
from monitor.domain.window import from_ms, parse_utc, to_ms

UNCLEANED = TrackCriteria(max_speed_kn=math.inf, sog_excess_kn=math.inf, frozen_kn=math.inf)
"""Thresholds nothing exceeds: the tracks as received, repeats merged."""
REGION = shapely.box(103.3, 0.9, 104.6, 1.8)
CIRCLE_M = 3_000.0
"""Source: Global Fishing Watch, in port within 3 km of an anchorage point."""
NEAR_MS = 12 * 3_600_000


@dataclass(frozen=True, slots=True)
class Event:
    """One edge of a port call, and the reports it rests on."""

    visit: Visit
    arriving: bool
    fixes: tuple[Fix, Fix]

    @property
    def key(self) -> tuple[object, ...]:
        """What is claimed: ship, place, which edge, between which reports."""
        a, b = self.fixes
        return (self.visit.mmsi, self.visit.place_id, self.arriving, a.time_ms, b.time_ms)


def positions(path: Path) -> PositionColumns:
    """Return one tanker's positions; rows without a position are dropped, sentinels become NaN."""
    with path.open(newline="") as lines:
        rows = [
            r
            for r in csv.DictReader(lines)
            if abs(int(r["longitude"])) <= 180 * 600_000 and abs(int(r["latitude"])) <= 90 * 600_000
        ]

    def number(name: str, missing: int, step: float) -> list[float]:
        return [math.nan if int(r[name]) >= missing else int(r[name]) / step for r in rows]

    return positions_from(
        {
            "time_ms": [to_ms(parse_utc(r["timeStamp"])) for r in rows],
            "mmsi": [int(r["mmsi"]) for r in rows],
            "lon": [int(r["longitude"]) / 600_000 for r in rows],
            "lat": [int(r["latitude"]) / 600_000 for r in rows],
            "sog_kn": number("speed_over_ground", 1022, 10),
            "cog_deg": number("course_over_ground", 3600, 10),
        },
        sources=[path.name],
    )


def gazetteer() -> Gazetteer:
    """Return the ports of the Singapore Strait."""
    places = [_boundary("sgsin", "Singapore", _locode_polygon("SGSIN"))]
    features = json.loads(shared("data", "ais", "ports", "gfw_ports.json").read_text())
    for feature in features["features"] if isinstance(features, dict) else features:
        point, known = shapely.Point(feature["geometry"]["coordinates"]), feature["properties"]
        if known["area"] != "sgp-singapore" and REGION.contains(point):
            frame = MetricFrame.around(point.x, point.y)
            circle = frame.geographic(frame.metric(point).buffer(CIRCLE_M))
            places.append(_boundary(known["area"], known["name"].title(), circle))
    return Gazetteer("singapore", {p.id: p for p in places})


def _boundary(port: str, name: str, shape: BaseGeometry) -> Place:
    return Place(id=f"{port}.boundary", kind=PlaceKind.PORT_BOUNDARY, name=name, geometry=shape)


def _locode_polygon(locode: str) -> BaseGeometry:
    path = shared("data", "ais", "ports", "port_locodes_polygons.csv")
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        _, code, ring = line.split(";")[:3]
        if code == locode:
            corners = [tuple(map(float, corner.split())) for corner in ring.split(",")]
            return shapely.make_valid(shapely.Polygon(corners))
    raise SystemExit(f"no polygon of {locode} in {path.name}")


def events_of(visits: tuple[Visit, ...]) -> list[Event]:
    """Return the edges of port calls that were seen from both sides."""
    found = []
    for v in visits:
        if v.place_kind == "port" and v.before:
            found.append(Event(v, True, (v.before, v.first)))
        if v.place_kind == "port" and v.after:
            found.append(Event(v, False, (v.last, v.after)))
    return found


def _place_time(fix: Fix) -> tuple[int, int, float, float]:
    return (fix.mmsi, fix.time_ms, fix.lon, fix.lat)


def set_aside(tracks: Tracks) -> dict[tuple[int, int, float, float], str]:
    """Return the reports set aside, and by which reason."""
    q = tracks.quarantined
    keys = zip(q.mmsi.tolist(), q.time_ms.tolist(), q.lon.tolist(), q.lat.tolist(), strict=True)
    return {k: Reason(code).key for k, code in zip(keys, tracks.reason.tolist(), strict=True)}


def when(ms: int) -> str:
    """Return a short instant."""
    return from_ms(ms).strftime("%y-%m-%d %H:%M:%S")


def implied_kn(a: Fix, b: Fix) -> float:
    """Return the speed the way between two reports needs."""
    metres = float(distance_m(a.lon, a.lat, b.lon, b.lat))
    return metres / max((b.time_ms - a.time_ms) / 1000.0, 1.0) / KNOT_MS


def print_calls(tracks: Tracks, visits: tuple[Visit, ...]) -> None:
    """Print one line a port call: edges, reports, evidence, what was set aside near its edges."""
    aside_ms = {m: tracks.quarantined.time_ms[tracks.quarantined.mmsi == m] for m in
                np.unique(tracks.rows.mmsi).tolist()}  # fmt: skip
    print("mmsi       port                  before            first in          last in           "
          "after             seen  conf reports  kn in/out  aside")  # fmt: skip
    for v in visits:
        if v.place_kind != "port":
            continue
        ends = [f.time_ms for f in (v.before, v.first, v.last, v.after) if f]
        times = aside_ms[v.mmsi]
        near = sum(int(np.abs(np.array(ends) - t).min()) <= NEAR_MS for t in times.tolist())
        into = f"{implied_kn(v.before, v.first):4.1f}" if v.before else "   -"
        out = f"{implied_kn(v.last, v.after):4.1f}" if v.after else "   -"
        edges = [when(f.time_ms) if f else "-" for f in (v.before, v.first, v.last, v.after)]
        print(
            f"{v.mmsi}  {v.place_id.partition('.')[0]:20.20}  "
            + " ".join(f"{e:17}" for e in edges)
            + f" {v.observed:5} {v.confidence:4d} {v.positions:7d}  {into}/{out} {near:5d}"
        )


def main() -> None:
    """Print the calls found with the cleaning, then the events that only bad reports made."""
    folder = shared("data", "ais", "tracks", "singapore_tankers")
    files = sorted(p for p in folder.glob("*.csv") if "static" not in p.name)
    rows = concat([positions(p) for p in files])
    places, criteria = gazetteer(), VisitCriteria()
    clean = tracks_in(rows, criteria=TrackCriteria())
    raw = tracks_in(rows, criteria=UNCLEANED)
    visits = visits_in(clean, places, criteria=criteria)
    print(
        f"{len(files)} tankers, {len(rows)} positions, merged {clean.repeats}, set aside "
        f"{dict(clean.set_aside)}"
    )
    print_calls(clean, visits)
    bad = set_aside(clean)
    before = events_of(visits_in(raw, places, criteria=criteria))
    after = events_of(visits)
    false = [e for e in before if any(_place_time(f) in bad for f in e.fixes)]
    left = [e for e in after if any(_place_time(f) in bad for f in e.fixes)]
    kept = {e.key for e in after}
    print(f"\nwithout the cleaning: {len(before)} events, {len(false)} rest on a bad report:")
    for event in false:
        a, b = event.fixes
        culprit = next(f for f in event.fixes if _place_time(f) in bad)
        print(
            f"  {event.visit.mmsi} {'arrives' if event.arriving else 'leaves '} "
            f"{event.visit.place_id.partition('.')[0]:20.20} {when(a.time_ms)} -> "
            f"{when(b.time_ms)}: {bad[_place_time(culprit)]} at {culprit.lat:.3f}N "
            f"{culprit.lon:.3f}E {when(culprit.time_ms)}, {implied_kn(a, b):.0f} kn across the edge"
        )
    honest = {e.key for e in before if e not in false}
    print(
        f"with the cleaning: {len(after)} events, {len(left)} rest on a bad report; "
        f"{len(honest & kept)} of the {len(honest)} others are unchanged, "
        f"{len(honest - kept)} are gone, {len(kept - honest)} are new or have new edges; fastest "
        f"edge {max((implied_kn(*e.fixes) for e in after), default=0.0):.1f} kn"
    )
    for event in (e for e in before if e.key in honest - kept):
        a, b = event.fixes
        print(
            f"  gone: {event.visit.mmsi} {'arrives' if event.arriving else 'leaves '} "
            f"{event.visit.place_id.partition('.')[0]} {when(a.time_ms)} -> {when(b.time_ms)}, "
            f"{implied_kn(a, b):.0f} kn, {event.visit.positions} reports inside"
        )


if __name__ == "__main__":
    main()
