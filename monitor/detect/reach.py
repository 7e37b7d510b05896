"""Where a silent ship can be, when she could be at the port, and which image could tell.

All of it is arithmetic on her last report and a speed she can hardly exceed: a bound on what is
possible, never a guess at what she does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from monitor.detect.next_look import NextLook
from monitor.detect.tracks import Tracks
from monitor.detect.wording import clock_text
from monitor.domain.geo import METRES_PER_NM, distance_m
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Modality
from monitor.domain.visit import Fix
from monitor.domain.window import from_ms, utc_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachCriteria:
    """How fast a ship can have been (own values)."""

    caps_kn: MappingProxyType[int, float] = field(
        default_factory=lambda: MappingProxyType({3: 30.0, 4: 45.0, 5: 30.0, 6: 30.0, 7: 25.0,
                                                  8: 19.0})
    )  # fmt: skip
    """By the first digit of the AIS ship type: fishing and naval, high-speed craft, tugs and
    other service, passenger, cargo, tanker. Source: service speeds of each kind, with 10 %."""
    cap_kn: float = 30.0
    """Of a ship that does not tell her type."""
    margin: float = 1.25
    """Her top speed is at most this many times what she was heard to make: ships keep a fifth
    in hand, and a current may add two knots."""
    least_kn: float = 12.0
    """No ship worth watching is slower than this, however slowly she was heard to go."""
    moving_kn: float = 3.0
    least_reports: int = 20
    """Reports under way before her own speed says anything; fewer, and her type alone counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a silence leaves possible."""

    since: datetime
    """Her last report."""
    as_of: datetime
    """Now, to the full hour: what is possible grows by the hour, not by the second."""
    max_kn: float
    speed_from: str
    """`heard`: her own top speed and a margin; `type`: the cap of her kind."""
    top_heard_kn: float | None
    distance_nm: float
    """From her last report to the port, straight."""
    was_in_port: bool
    earliest_at_port: datetime
    """No sooner can she be at the port; her last report where she was in it."""
    looks: tuple[NextLook, ...] = ()
    """The next passes that could show her at the port, at most one of radar and one optical."""

    @property
    def radius_nm(self) -> float:
        """How far from her last report she can be by now."""
        hours = max(self.as_of - self.since, timedelta(0)) / timedelta(hours=1)
        return min(self.max_kn * hours, _ANYWHERE_NM)


_ANYWHERE_NM = 10_800.0
"""Half way round the Earth: no place is farther."""


def top_speed(
    tracks: Tracks, leader: int, *, before_ms: int, criteria: ReachCriteria
) -> float | None:
    """Return the top speed a ship was heard to make by then, knots; None where too few reports.

    The highest of a hundred reports is left out: single wrong speeds are common.
    """
    rows = tracks.rows
    own = [
        part
        for part, who in zip(tracks.slices(), tracks.leader.tolist(), strict=True)
        if who == leader
    ]
    if not own:
        return None
    sog = np.concatenate([rows.sog_kn[part] for part in own])
    at = np.concatenate([rows.time_ms[part] for part in own])
    moving = sog[(at <= before_ms) & (sog >= criteria.moving_kn)]
    if len(moving) < criteria.least_reports:
        return None
    return round(float(np.percentile(moving, 99)), 1)


def max_speed(
    top_heard_kn: float | None, ship_type: int | None, *, criteria: ReachCriteria
) -> tuple[float, str]:
    """Return the speed a ship can hardly exceed, and whether it is `heard` or her `type`'s."""
    cap = criteria.caps_kn.get((ship_type or 0) // 10, criteria.cap_kn)
    if top_heard_kn is None:
        return cap, "type"
    own = max(top_heard_kn * criteria.margin, criteria.least_kn)
    # What she was heard to make she can make, whatever her type is said to be.
    return (own, "heard") if own <= max(cap, top_heard_kn) else (max(cap, top_heard_kn), "type")


def reach_of(
    before: Fix,
    port: str,
    gazetteer: Gazetteer,
    *,
    in_port: bool,
    max_kn: tuple[float, str],
    top_heard_kn: float | None,
    looks: Iterable[NextLook],
    as_of: datetime,
) -> Reach:
    """Return what a silence leaves possible.

    Args:
        before: The ship's last report.
        port: The port asked about.
        gazetteer: The places.
        in_port: Whether she was in it then.
        max_kn: From `max_speed`.
        top_heard_kn: From `top_speed`.
        looks: From `next_looks`, of that port.
        as_of: Now.
    """
    since, hour = from_ms(before.time_ms), as_of.replace(minute=0, second=0, microsecond=0)
    distance = 0.0 if in_port else port_distance_nm(before, port, gazetteer)
    earliest = since + timedelta(hours=distance / max_kn[0])
    useful = [n for n in looks if n.at - n.spread >= max(earliest, since)]
    first = {m: next((n for n in useful if n.modality is m), None) for m in Modality}
    return Reach(
        since=since,
        as_of=max(hour, since),
        max_kn=round(max_kn[0], 1),
        speed_from=max_kn[1],
        top_heard_kn=top_heard_kn,
        distance_nm=round(distance, 1),
        was_in_port=in_port,
        earliest_at_port=earliest,
        looks=tuple(sorted((n for n in first.values() if n), key=lambda n: (n.at, n.orbit))),
    )


def port_distance_nm(fix: Fix, port: str, gazetteer: Gazetteer) -> float:
    """Return the great-circle distance from a report to the nearest corner of a port, nm."""
    edges = _corners(gazetteer, port)
    return float(distance_m(fix.lon, fix.lat, edges[:, 0], edges[:, 1]).min()) / METRES_PER_NM


def _corners(gazetteer: Gazetteer, port: str) -> np.ndarray:
    return np.asarray(shapely.get_coordinates(gazetteer.port_area(port).convex_hull))


def reach_json(reach: Reach) -> dict[str, Any]:
    """Return a reach as plain JSON: a circle round her last report, and the instants."""
    return {
        "as_of": utc_text(reach.as_of),
        "radius_nm": round(reach.radius_nm),
        "max_kn": reach.max_kn,
        "speed_from": reach.speed_from,
        "top_heard_kn": reach.top_heard_kn,
        "distance_to_port_nm": reach.distance_nm,
        "was_in_port": reach.was_in_port,
        "earliest_at_port": utc_text(reach.earliest_at_port),
        "next_looks": [look_json(n) for n in reach.looks],
    }


def look_json(look: NextLook) -> dict[str, Any]:
    """Return a predicted pass as plain JSON."""
    return {
        "sensor": look.sensor,
        "orbit": look.orbit,
        "modality": look.modality.value,
        "at": utc_text(look.at),
        "spread_min": round(look.spread / timedelta(minutes=1), 1),
        "available_at": utc_text(look.available_at),
        "available_by": utc_text(look.available_by),
        "delay_known": look.delay_known,
        "cycle_days": look.cycle_days,
        "passes_seen": look.passes,
        "missed": look.missed,
    }


def reach_text(reach: Reach, place: str) -> str:
    """Return one or two sentences on where she can be and which image could tell."""
    far = f"up to {reach.radius_nm:.0f} nm from there"
    fast = f"At no more than {reach.max_kn:.0f} kn she can be {far}"
    if reach.was_in_port:
        where = f"{fast} by {clock_text(reach.as_of)}, or still in {place}."
    else:
        passed = reach.earliest_at_port <= reach.as_of
        could = "could be back at berth" if passed else "cannot be at berth before"
        at = clock_text(reach.earliest_at_port)
        where = (
            f"{fast} by {clock_text(reach.as_of)} and {could} "
            f"{f'in {place} from {at}' if passed else f'{at} in {place}'}."
        )
    return f"{where} {looks_text(reach.looks)}"


def looks_text(looks: Iterable[NextLook]) -> str:
    """Return which image could settle a question about the port, and when it may be had."""
    parts = [
        f"{n.sensor} orbit {n.orbit} on {clock_text(n.at)}"
        f"{' if the sky is clear' if n.modality is Modality.OPTICAL else ''}"
        f", to be had about {clock_text(n.available_at)}"
        for n in looks
    ]
    if not parts:
        return "No pass over the port can be predicted that could tell."
    return f"The question stays open until {', or '.join(parts)} (predicted)."


def usable_looks(looks: Iterable[NextLook], *, after: datetime) -> tuple[NextLook, ...]:
    """Return the first pass of each modality after an instant, by time."""
    first: dict[Modality, NextLook] = {}
    for look in looks:
        if look.at > after:
            first.setdefault(look.modality, look)
    return tuple(sorted(first.values(), key=lambda n: (n.at, n.orbit)))


def implied_kn(before: Fix, after: Fix) -> float | None:
    """Return the speed the way between two reports needs; None where no time lies between."""
    hours = (after.time_ms - before.time_ms) / 3_600_000
    if hours <= 0:
        return None
    way = float(distance_m(before.lon, before.lat, after.lon, after.lat)) / METRES_PER_NM
    return way / hours
