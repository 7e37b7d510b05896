"""Invented background traffic: port calls and passing ships, so that feed coverage can be told.

Nothing here stands for a real ship. Names say so, and there are no IMO numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from monitor.demo.harbour import Harbour
from monitor.demo.story import BACKGROUND, CALLS, STORY, Call, Hull
from monitor.demo.tracks import AT_ANCHOR, MOORED, Leg, Mark, Report, reports, resting
from monitor.domain.geo import KNOT_MS, distance_m
from monitor.domain.window import parse_utc

SOURCE = "reconstruction:background"
_KNOTS = 10.5

_SEA_ROUTES = {
    "west": ((32.6, 34.05), (34.0, 34.4), (35.3, 34.8), (35.70, 34.93)),
    "north": ((35.3, 36.1), (35.2, 35.5), (35.45, 35.1), (35.68, 34.98)),
    "south": ((33.2, 32.2), (34.6, 33.6), (35.4, 34.5), (35.66, 34.88)),
    "cyprus": ((34.3, 34.6), (35.3, 34.8), (35.70, 34.93)),
}
"""From the open sea to off the anchorage, (lon, lat)."""
_PILOT = Mark(lon=35.838, lat=34.926)
_GATE_XY = ((760_880, 3_867_100), (761_010, 3_866_790), (761_300, 3_866_330))
_BASIN_XY = {
    "b2": ((761_540, 3_866_225), (761_700, 3_866_255)),
    "b3": ((761_640, 3_865_960), (761_800, 3_865_945)),
    "phos": ((761_560, 3_865_900), (761_900, 3_865_830)),
}
"""Ways inside the harbour, EPSG:32636 metres: through the gate, then to the basin's mouth."""

_PASSING: tuple[tuple[str, tuple[tuple[float, float], ...], str, float], ...] = (
    ("09", ((32.4, 31.7), (33.4, 32.6), (34.6, 34.0), (35.0, 35.0), (35.15, 35.6), (35.5, 36.3)),
     "2024-11-30T06:00", 12.0),
    ("10", ((35.3, 33.95), (35.1, 34.5), (34.95, 35.2), (34.85, 35.8), (34.72, 36.35)),
     "2024-11-30T20:00", 7.0),
    ("11", ((33.15, 34.45), (34.2, 34.65), (35.0, 35.1), (35.60, 35.50)),
     "2024-11-30T15:00", 9.0),
)  # fmt: skip
"""Ship, lane, first departure, hours out of reception between two passages."""
_IDLE_OFF_CYPRUS = {
    "03": ("2024-12-07T09:00", 34.300, 34.600),
    "04": ("2024-12-08T05:00", 34.380, 34.520),
}
"""E007: two grain ships lay idle off Cyprus: since when (invented), lon, lat."""


def _timed(
    points: Sequence[tuple[float, float]], start: datetime, knots: float = _KNOTS
) -> list[Mark]:
    lon, lat = np.array(points).T
    steps = distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    hours = np.concatenate([[0], np.cumsum(steps)]) / KNOT_MS / knots / 3600
    return [
        Mark(lon=x, lat=y, at=start + timedelta(hours=float(h)))
        for (x, y), h in zip(points, hours, strict=True)
    ]


def _hours(marks: Sequence[Mark]) -> timedelta:
    first, last = marks[0].at, marks[-1].at
    assert first is not None
    assert last is not None
    return last - first


def berth_way(harbour: Harbour, hull: Hull, berth_id: str) -> list[tuple[float, float]]:
    """Return the way from the pilot to a commercial berth, (lon, lat)."""
    centre, _, across, _ = harbour.berth_axes(berth_id)
    middle = harbour.hull_at(berth_id, hull.length_m, hull.beam_m).centroid
    basin = berth_id.split(".")[2].partition("_")[0]
    off = centre - across * 30
    way = np.array([*_GATE_XY, *_BASIN_XY[basin], tuple(off), (middle.x, middle.y)])
    lon, lat = harbour.frame.lonlat(way[:, 0], way[:, 1])
    return [(_PILOT.lon, _PILOT.lat), *zip(lon.tolist(), lat.tolist(), strict=True)]


def _call_legs(harbour: Harbour, call: Call, rng: np.random.Generator) -> list[Leg]:
    """Return one port call as legs: sea, anchor, way in, berth, way out, sea."""
    spot = Mark(lon=35.803 + rng.uniform(0, 0.03), lat=34.925 + rng.uniform(0, 0.025))
    way = berth_way(harbour, call.hull, call.berth_id)
    _, along, _, _ = harbour.berth_axes(call.berth_id)
    moored_deg = float(np.degrees(np.arctan2(along[0], along[1])) % 360)
    weighed = call.berthed_at - timedelta(minutes=75)
    dropped = weighed - timedelta(hours=call.anchored_h)
    outside = call.left_at + timedelta(minutes=65)
    berth = Mark(lon=way[-1][0], lat=way[-1][1])
    between = [Mark(lon=lon, lat=lat) for lon, lat in way[1:-1]]
    pilot_in, pilot_out = _PILOT, replace(_PILOT, at=outside)
    inward = (replace(spot, at=weighed), pilot_in, *between, replace(berth, at=call.berthed_at))
    outward = (replace(berth, at=call.left_at), *reversed(between), pilot_out)
    legs = []
    if call.from_sea != "roads":
        idle = _IDLE_OFF_CYPRUS[call.hull.name[-2:]] if call.from_sea == "cyprus" else None
        lane = [*_SEA_ROUTES[call.from_sea], (spot.lon, spot.lat)]
        if idle:
            lane[0] = idle[1:]
        took = _hours(_timed(lane, dropped))
        if idle:
            since, lon, lat = parse_utc(idle[0]), *idle[1:]
            coming = _timed([(33.2, 34.2), (lon, lat)], since)
            lying = resting(Mark(lon=lon, lat=lat), since + _hours(coming), dropped - took)
            legs += [_sea(coming), Leg(marks=lying, source=SOURCE, every_h=(1.3, 2.9))]
        legs += [_sea(_timed(lane, dropped - took))]
    at_anchor = resting(spot, dropped, weighed)
    moored = resting(berth, call.berthed_at, call.left_at)
    away = _timed([(_PILOT.lon, _PILOT.lat), *reversed(_SEA_ROUTES[call.to_sea])], outside)
    legs += [
        Leg(marks=at_anchor, source=SOURCE, every_h=(1.4, 2.8), status=AT_ANCHOR),
        Leg(marks=inward, source=SOURCE, every_h=(0.12, 0.3), reported_at=(call.berthed_at,)),
        Leg(marks=moored, source=SOURCE, every_h=(2.5, 3.5), status=MOORED, heading_deg=moored_deg),
        Leg(marks=outward, source=SOURCE, every_h=(0.15, 0.35), reported_at=(call.left_at,)),
        _sea(away),
    ]
    return legs


def _sea(marks: Sequence[Mark]) -> Leg:
    return Leg(marks=tuple(marks), source=SOURCE, every_h=(0.8, 1.6))


def _passing_legs(key: str) -> list[Leg]:
    _, lane, start, away_h = next(row for row in _PASSING if row[0] == key)
    legs, at = [], parse_utc(start)
    while at < STORY.end:
        marks = _timed(lane, at, 11.5)
        legs.append(Leg(marks=tuple(marks), source=SOURCE, every_h=(0.8, 1.5)))
        at += _hours(marks) + timedelta(hours=away_h)
        lane = tuple(reversed(lane))
    return legs


def background_reports(harbour: Harbour, rng: np.random.Generator) -> list[Report]:
    """Return every background ship's reports within the story's span, by ship and time."""
    out: list[Report] = []
    for key, hull in BACKGROUND.items():
        calls = sorted((c for c in CALLS if c.hull is hull), key=lambda c: c.berthed_at)
        legs = [leg for call in calls for leg in _call_legs(harbour, call, rng)]
        out += reports(hull, legs or _passing_legs(key), rng)
    return [r for r in out if STORY.contains(r.at)]
