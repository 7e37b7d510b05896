"""From a route with a few known instants to AIS reports with plausible spacing, speed and course.

Positions between two known instants advance at even speed along the route. Reports fall at random
but seeded instants, as a satellite receiver hears a ship, and carry a few metres of noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from monitor.demo.story import Hull
from monitor.domain.geo import KNOT_MS, FloatArray, distance_m
from monitor.domain.window import from_ms, to_ms, utc_text

HEADER = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,"
    "Length,Width,Draft,Cargo,TransceiverClass,Source,Received"
)
UNDER_WAY, AT_ANCHOR, MOORED = 0, 1, 5
"""Navigational status, ITU-R M.1371-5 table 45."""
_COS_LAT_FLOOR = 0.01
_RESTING_KN = 0.3
_NOISE_M = 6.0
_MOORED_NOISE_M = 2.5  # a fixed antenna; more would put it on the quay


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point of a route: degrees (OGC:CRS84), and when the ship was there if that is known."""

    lon: float
    lat: float
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A stretch of a route reported in one manner. The first and last marks carry an instant."""

    marks: tuple[Mark, ...]
    source: str
    every_h: tuple[float, float] = (1.0, 2.1)
    """Shortest and longest hours between two reports."""
    status: int = UNDER_WAY
    heading_deg: float | None = None
    """Fixed heading of a moored ship; None where the bow follows the course."""
    reported_at: tuple[datetime, ...] = ()
    """Instants at which a report falls in any case, such as a published one."""
    only_those: bool = False
    """True where nothing but `reported_at` is received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One row of the file."""

    hull: Hull
    at: datetime
    received_at: datetime
    lon: float
    lat: float
    sog_kn: float
    cog_deg: float
    heading_deg: float
    status: int
    source: str

    def row(self) -> str:
        """Return the row in MarineCadastre's columns, plus `Source` and `Received`."""
        ship = self.hull
        imo = f"IMO{ship.imo}" if ship.imo else ""
        size = (f"{ship.length_m:.0f}", f"{ship.beam_m:.0f}") if ship.ais_length else ("", "")
        kind = ship.ais_type if ship.ais_type is not None else ""
        fields = (
            ship.mmsi, utc_text(self.at)[:-1], f"{self.lat:.5f}", f"{self.lon:.5f}",
            f"{self.sog_kn:.1f}", f"{self.cog_deg:.1f}", f"{self.heading_deg:.0f}", ship.name,
            imo, "", kind, self.status, *size, "", kind, "A", self.source,
            utc_text(self.received_at),
        )  # fmt: skip
        return ",".join(map(str, fields))


@dataclass(frozen=True)
class _Path:
    """A leg's marks with an instant for each, by even speed between those known."""

    ms: FloatArray
    lon: FloatArray
    lat: FloatArray

    def at(self, ms: float) -> tuple[float, float]:
        return float(np.interp(ms, self.ms, self.lon)), float(np.interp(ms, self.ms, self.lat))

    def motion(self, ms: float) -> tuple[float, float]:
        """Return (speed in kn, course in degrees) over the two minutes around `ms`."""
        early, late = max(ms - 60_000, self.ms[0]), min(ms + 60_000, self.ms[-1])
        (lon1, lat1), (lon2, lat2) = self.at(early), self.at(late)
        metres = float(distance_m(lon1, lat1, lon2, lat2))
        east = (lon2 - lon1) * max(np.cos(np.radians(lat1)), _COS_LAT_FLOOR)
        course = float(np.degrees(np.arctan2(east, lat2 - lat1)) % 360)
        return metres / max((late - early) / 1000, 1.0) / KNOT_MS, course


def _path(marks: Sequence[Mark]) -> _Path:
    lon, lat = np.array([m.lon for m in marks]), np.array([m.lat for m in marks])
    steps = distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    along = np.concatenate([[0.0], np.cumsum(np.maximum(steps, 1e-3))])
    known = [i for i, m in enumerate(marks) if m.at is not None]
    times = [float(to_ms(m.at)) for m in marks if m.at is not None]
    return _Path(ms=np.interp(along, along[known], times), lon=lon, lat=lat)


def reports(
    hull: Hull, legs: Sequence[Leg], rng: np.random.Generator, *, silent: Sequence[datetime] = ()
) -> list[Report]:
    """Return one ship's reports along its legs, in order of time.

    Args:
        hull: Who reports.
        legs: In order of time; a leg may begin where the one before ended.
        rng: Spacing, latency and noise come from here.
        silent: Instants of published first and last reports: no random report may fall within
            four minutes of them, so that they stay the published ones.
    """
    out: list[Report] = []
    for leg in legs:
        path = _path(leg.marks)
        fixed = [float(to_ms(at)) for at in leg.reported_at]
        for ms in sorted({*fixed, *(_instants(leg, path, fixed, rng))}):
            crowded = any(abs(ms - to_ms(at)) < 240_000 for at in silent) and ms not in fixed
            too_soon = bool(out) and from_ms(int(ms)) <= out[-1].at
            if not crowded and not too_soon:
                out.append(_report(hull, leg, path, ms, rng))
    return out


def _instants(
    leg: Leg, path: _Path, fixed: Sequence[float], rng: np.random.Generator
) -> list[float]:
    """Random instants over the leg, kept clear of the fixed ones by half the shortest spacing."""
    if leg.only_those:
        return []
    shortest, longest = (h * 3_600_000 for h in leg.every_h)
    instants, ms = [], path.ms[0] + rng.uniform(0.1, 0.6) * shortest
    while ms < path.ms[-1]:
        if all(abs(ms - f) > shortest / 2 for f in fixed):
            instants.append(float(ms // 1000 * 1000))
        ms += rng.uniform(shortest, longest)
    return instants


def _report(hull: Hull, leg: Leg, path: _Path, ms: float, rng: np.random.Generator) -> Report:
    lon, lat = path.at(ms)
    sog_kn, cog_deg = path.motion(ms)
    north_m, east_m = rng.normal(0, _MOORED_NOISE_M if leg.status == MOORED else _NOISE_M, 2)
    at = from_ms(int(ms))
    resting = sog_kn < _RESTING_KN
    wander = 0.0 if at in leg.reported_at else 1.0  # published speeds and courses stay as they are
    heading = leg.heading_deg
    if heading is None:
        heading = rng.uniform(230, 290) if resting else cog_deg + wander * rng.normal(0, 3)
    sog_kn = abs(rng.normal(0, 0.06)) if resting else sog_kn * (1 + wander * rng.normal(0, 0.02))
    return Report(
        hull=hull,
        at=at,
        received_at=at + timedelta(seconds=int(rng.integers(180, 3300))),
        lon=lon + east_m / 111_320 / max(np.cos(np.radians(lat)), _COS_LAT_FLOOR),
        lat=lat + north_m / 111_320,
        sog_kn=sog_kn,
        cog_deg=round(
            float(rng.uniform(0, 360) if resting else cog_deg + wander * rng.normal(0, 2)), 1
        )
        % 360,
        heading_deg=round(heading) % 360,
        status=leg.status,
        source=leg.source,
    )


def resting(mark: Mark, start: datetime, end: datetime) -> tuple[Mark, ...]:
    """Return marks of a ship that stays where it is."""
    return (replace(mark, at=start), replace(mark, at=end))
