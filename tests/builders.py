"""Small harbours and tracks for tests: a square port at 35.80-35.82 E, 34.90-34.92 N."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import shapely

from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns, positions_from
from monitor.domain.scene import Modality
from monitor.domain.vessel import MmsiClaim, StaticReport, WatchedVessel, WatchList
from monitor.domain.window import to_ms

T0 = datetime(2025, 1, 10, tzinfo=UTC)
SPARTA, SPARTA_II, OTHER = 273351920, 273394890, 371000001
WATCH = WatchList(
    (
        WatchedVessel(name="SPARTA", imo=9268710, claims=(MmsiClaim(mmsi=SPARTA),), length_m=126.4),
        WatchedVessel(name="SPARTA II", imo=9160994, claims=(MmsiClaim(mmsi=SPARTA_II),)),
    )
)
INSIDE, BERTH, SEA, WAITING, FAR = (
    (35.810, 34.910),
    (35.8150, 34.9150),
    (35.60, 34.91),
    (35.70, 34.91),
    (33.0, 34.3),
)


def hours(n: float) -> timedelta:
    """Return n hours."""
    return timedelta(hours=n)


def a_place(place_id: str, kind: PlaceKind, box: tuple[float, float, float, float]) -> Place:
    """Return a rectangular place, (west, south, east, north)."""
    return Place(id=place_id, kind=kind, name=place_id, geometry=shapely.box(*box))


def a_gazetteer() -> Gazetteer:
    """Return a port with one basin, two berths and a waiting area to its west."""
    places = (
        a_place("port.harbour", PlaceKind.HARBOUR_WATER, (35.80, 34.90, 35.82, 34.92)),
        a_place("port.berth.a", PlaceKind.BERTH, (35.8140, 34.9145, 35.8160, 34.9155)),
        a_place("port.berth.b", PlaceKind.BERTH, (35.8040, 34.9045, 35.8060, 34.9055)),
        a_place("port.waiting", PlaceKind.WAITING_AREA, (35.65, 34.85, 35.75, 34.97)),
    )
    return Gazetteer("port", {p.id: p for p in places})


def a_track(
    *reports: tuple[float, tuple[float, float], float | None],
    mmsi: int = SPARTA,
    delay: timedelta = timedelta(0),
    source: str = "test",
) -> PositionColumns:
    """Return a track from (hours after T0, (lon, lat), knots or None)."""
    times = [to_ms(T0 + hours(h)) for h, _, _ in reports]
    return positions_from(
        {
            "time_ms": times,
            "received_ms": [t + int(delay.total_seconds() * 1000) for t in times],
            "mmsi": [mmsi] * len(reports),
            "lon": [p[0] for _, p, _ in reports],
            "lat": [p[1] for _, p, _ in reports],
            "sog_kn": np.array([np.nan if k is None else k for _, _, k in reports]),
        },
        sources=[source],
    )


def a_look(
    hour: float,
    state: str,
    *,
    berth: str = "port.berth.a",
    sensor: str = "sentinel-1",
    score: float | None = None,
) -> BerthState:
    """Return what one scene says of one berth, `hour` hours after T0."""
    at = T0 + hours(hour)
    default = {"occupied": 0.95, "free": 0.05, "unobserved": float("nan")}[state]
    return BerthState(
        scene_id=f"scene-{hour:06.1f}",
        acquired_at=at,
        available_at=at + hours(3),
        sensor=sensor,
        modality=Modality.RADAR,
        orbit=14,
        berth_id=berth,
        state=Occupancy(state),
        score=default if score is None else score,
        usable=0.0 if state == "unobserved" else 1.0,
    )


def a_static(hour: float, mmsi: int = SPARTA, *, source: str = "test", **said: Any) -> StaticReport:  # noqa: ANN401
    """Return what a ship says of herself `hour` hours after T0."""
    return StaticReport(time_ms=to_ms(T0 + hours(hour)), mmsi=mmsi, source=source, **said)
