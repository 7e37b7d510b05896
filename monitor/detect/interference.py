"""Where and when satellite navigation was degraded: several ships displaced together.

One displaced ship is a fault of its own; several at once, to one place or from one place, are
interference. The areas found say where edges of visits and silences prove nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from monitor.detect.track_criteria import Reason
from monitor.detect.tracks import Tracks, fix_at
from monitor.domain.geo import distance_m
from monitor.domain.visit import Fix
from monitor.domain.window import span_ms

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterferenceCriteria:
    """When displaced ships mean interference. Source: SeaSpoofFinder, implausible jumps of
    several ships that share where they go or where they come from; the numbers are our own."""

    ships: int = 3
    """Least number of different ships within `window`."""
    window: timedelta = timedelta(hours=1)
    sink_m: float = 20_000.0
    """Displaced to places nearer to each other than this: one sink, with its drift."""
    origin_m: float = 50_000.0
    """Displaced from places nearer to each other than this: one transmitter reaches farther."""
    origin_age: timedelta = timedelta(hours=24)
    """An older last good report does not tell where a ship was displaced from."""
    margin_m: float = 5_000.0
    """Added around the places seen: nobody was at the rim to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """A circle on the sea."""

    role: str
    """`from`: where displaced ships had been or came back to; `to`: where they were put."""
    lon: float
    lat: float
    radius_m: float

    def holds(self, fix: Fix) -> bool:
        """Return whether a report lies in the circle."""
        return bool(distance_m(fix.lon, fix.lat, self.lon, self.lat) <= self.radius_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Degraded:
    """One spell of interference."""

    start_ms: int
    """First displaced report."""
    end_ms: int
    """Last displaced report."""
    before_ms: int | None
    """Last good report of any of the ships before `start_ms`."""
    after_ms: int | None
    """First good report of any of the ships after `end_ms`; None while none has come back."""
    areas: tuple[Disc, ...]
    ships: tuple[int, ...]
    """The ships displaced, by the number that leads each."""
    reports: int
    """Displaced reports."""
    reasons: Mapping[str, int]
    """Displaced reports by reason."""
    evidence: tuple[Fix, ...]
    """The first displaced report of each ship, in order of time."""
    learned_ms: int
    """When enough ships to tell had been received."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive displaced reports of one ship, and the good ones around them."""

    ship: int
    rows: npt.NDArray[np.intp]
    """Quarantined rows, in order of time."""
    start_ms: int
    end_ms: int
    sink: tuple[float, float]
    """Median (lon, lat) of where it was put."""
    before: int
    """Last good row before, -1 if there is none."""
    after: int
    """First good row after, -1 if there is none."""
    origin: tuple[float, float]
    """Where it was displaced from, (lon, lat), NaN if unknown."""


def degraded_in(tracks: Tracks, *, criteria: InterferenceCriteria) -> tuple[Degraded, ...]:
    """Find spells in which several ships were displaced together.

    Returns:
        Spells ordered by start. Where a ship was displaced from is as much degraded as where it
        was put.
    """
    runs = _runs(tracks, criteria)
    found = []
    for group in _together(runs, criteria):
        learned = _learned_ms(tracks, group, criteria)
        if learned is not None:
            found.append(_spell(tracks, group, learned, criteria))
    return tuple(sorted(found, key=lambda d: (d.start_ms, d.end_ms, d.ships)))


def held_back(
    degraded: tuple[Degraded, ...],
    before: Fix | None,
    after: Fix | None,
    *,
    criteria: InterferenceCriteria,
) -> Degraded | None:
    """Return the spell in which the edge between two reports proves nothing, or None.

    Clean reports made before or after a spell, or away from its areas, prove what they prove.

    Args:
        degraded: From `degraded_in`.
        before: Last report before the edge of a visit; None where there is none.
        after: First report after it; None while there is none.
        criteria: Its `window` is added to both ends of each spell.
    """
    pad = span_ms(criteria.window)
    for spell in degraded:
        for fix in (before, after):
            if (
                fix is not None
                and spell.start_ms - pad <= fix.time_ms <= spell.end_ms + pad
                and any(disc.holds(fix) for disc in spell.areas)
            ):
                return spell
    return None


def silence_held_back(
    degraded: tuple[Degraded, ...],
    before: Fix,
    after: Fix | None,
    *,
    criteria: InterferenceCriteria,
) -> Degraded | None:
    """Return the spell that may account for a silence, or None.

    Besides what holds for any edge: a ship that was displaced meanwhile was heard, and is not
    silent.
    """
    for spell in degraded:
        until = after.time_ms if after else spell.end_ms
        if before.mmsi in spell.ships and before.time_ms <= spell.end_ms <= until:
            return spell
    return held_back(degraded, before, after, criteria=criteria)


_SPOOF_LIKE = np.array([r for r in Reason if r.spoof_like], np.int8)


def _runs(tracks: Tracks, criteria: InterferenceCriteria) -> list[_Run]:
    """Gather the displaced reports of each ship into runs between good ones, by start."""
    displaced = np.flatnonzero(np.isin(tracks.reason, _SPOOF_LIKE))
    ships = tracks.quarantined_leader
    good = {
        number: rows
        for number, part, rows in zip(
            tracks.leader.tolist(), tracks.part.tolist(), tracks.slices(), strict=True
        )
        if part == 0
    }
    found = []
    for own in np.split(displaced, np.flatnonzero(np.diff(ships[displaced])) + 1):
        if not len(own):
            continue
        times = tracks.quarantined.time_ms[own]
        rows = good.get(int(ships[own[0]]), slice(0, 0))
        place = np.searchsorted(tracks.rows.time_ms[rows], times)
        long_after = np.diff(times) > span_ms(criteria.origin_age)
        for run in np.split(own, np.flatnonzero((np.diff(place) != 0) | long_after) + 1):
            found.append(_run(tracks, run, rows, criteria))  # noqa: PERF401 - reads better
    return sorted(found, key=lambda r: (r.start_ms, r.ship))


def _run(
    tracks: Tracks, rows: npt.NDArray[np.intp], good: slice, criteria: InterferenceCriteria
) -> _Run:
    aside, times = tracks.quarantined, tracks.rows.time_ms[good]
    start, end = int(aside.time_ms[rows[0]]), int(aside.time_ms[rows[-1]])
    place = int(np.searchsorted(times, start))
    before = good.start + place - 1 if place else -1
    after = good.start + place if place < len(times) else -1
    origin = (np.nan, np.nan)
    for row in (after, before):
        at = tracks.rows.time_ms[row]
        if row >= 0 and max(start - at, at - end) <= span_ms(criteria.origin_age):
            origin = (float(tracks.rows.lon[row]), float(tracks.rows.lat[row]))
    sink = (float(np.median(aside.lon[rows])), float(np.median(aside.lat[rows])))
    ship = int(tracks.quarantined_leader[rows[0]])
    return _Run(ship, rows, start, end, sink, before, after, origin)


def _together(runs: list[_Run], criteria: InterferenceCriteria) -> Iterator[list[_Run]]:
    """Yield groups of runs that meet in time and share where they go or where they come from."""
    sinks, origins = _points([r.sink for r in runs]), _points([r.origin for r in runs])
    start = np.array([r.start_ms for r in runs], np.int64)
    end = np.array([r.end_ms for r in runs], np.int64)

    def linked(i: int) -> npt.NDArray[np.bool_]:
        meets: npt.NDArray[np.bool_] = end[:i] + span_ms(criteria.window) >= start[i]
        near_sink = _metres(sinks, i) <= criteria.sink_m
        return meets & (near_sink | (_metres(origins, i) <= criteria.origin_m))

    for group in _groups(len(runs), linked):
        yield [runs[i] for i in group]


def _points(pairs: list[tuple[float, float]]) -> Floats:
    return np.array(pairs, np.float64).reshape(-1, 2)


def _metres(points: Floats, i: int) -> Floats:
    """Return the distances of the points before point `i` to it; NaN where one is unknown."""
    return distance_m(points[:i, 0], points[:i, 1], points[i, 0], points[i, 1])


def _groups(
    n: int, linked: Callable[[int], npt.NDArray[np.bool_]]
) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the connected groups of n items; `linked(i)` tells which items before `i` touch it."""
    if not n:
        return
    pairs = [(i, j) for i in range(1, n) for j in np.flatnonzero(linked(i)).tolist()]
    a, b = np.array(pairs, np.intp).reshape(-1, 2).T
    graph = coo_matrix((np.ones(len(a), bool), (a, b)), shape=(n, n))
    label = connected_components(graph, directed=False)[1]
    for k in range(int(label.max()) + 1):
        yield np.flatnonzero(label == k)


def _learned_ms(tracks: Tracks, group: list[_Run], criteria: InterferenceCriteria) -> int | None:
    """Return when enough ships within one window had been received, None if that never was."""
    pad, known = span_ms(criteria.window), []
    for run in group:
        first: dict[int, int] = {}
        for other in group:
            if other.start_ms <= run.start_ms <= other.end_ms + pad:
                received = int(tracks.quarantined.received_ms[other.rows[0]])
                first[other.ship] = min(received, first.get(other.ship, received))
        if len(first) >= criteria.ships:
            known.append(sorted(first.values())[criteria.ships - 1])
    return min(known, default=None)


def _spell(
    tracks: Tracks, group: list[_Run], learned_ms: int, criteria: InterferenceCriteria
) -> Degraded:
    """Return what a group of runs shows."""
    aside = tracks.quarantined
    rows = np.sort(np.concatenate([r.rows for r in group]))
    around = sorted({row for r in group for row in (r.before, r.after) if row >= 0})
    times = tracks.rows.time_ms[around]
    start, end = min(r.start_ms for r in group), max(r.end_ms for r in group)
    first: dict[int, int] = {}
    for run in group:
        first.setdefault(run.ship, int(run.rows[0]))
    origins = _points([r.origin for r in group])
    areas = [
        *_discs("from", origins[~np.isnan(origins[:, 0])], criteria.origin_m, criteria.margin_m),
        *_discs("to", _points([r.sink for r in group]), criteria.sink_m, criteria.margin_m),
    ]
    reasons = Counter(Reason(int(code)).key for code in tracks.reason[rows])
    return Degraded(
        start_ms=start,
        end_ms=end,
        before_ms=int(times[times < start].max()) if (times < start).any() else None,
        after_ms=int(times[times > end].min()) if (times > end).any() else None,
        areas=tuple(areas),
        ships=tuple(sorted(set(aside.mmsi[rows].tolist()))),
        reports=len(rows),
        reasons=dict(sorted(reasons.items())),
        evidence=tuple(fix_at(aside, row) for row in first.values()),
        learned_ms=learned_ms,
    )


def _discs(role: str, points: Floats, link_m: float, margin_m: float) -> Iterator[Disc]:
    """Yield one circle round each group of points."""
    for group in _groups(len(points), lambda i: _metres(points, i) <= link_m):
        lon, lat = points[group].mean(axis=0)
        radius = float(distance_m(points[group, 0], points[group, 1], lon, lat).max())
        yield Disc(role=role, lon=float(lon), lat=float(lat), radius_m=radius + margin_m)
