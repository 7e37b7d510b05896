"""The cells of the berth matrix: every look at a berth, held against what AIS said about then.

The work is done on columns: reports are cut down to those near a pass in time and near a berth in
place, once for all passes; a cell then only looks up what is its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import shapely

from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.tracks import Tracks
from monitor.domain.berth_cell import AisHalf, AisSays, BerthCell, ShipByAis
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.coverage import (
    HOUR_MS,
    CellSpans,
    Coverage,
    Heard,
    Ints,
    cell_of,
    cells_around,
    merged_spans,
)
from monitor.domain.geo import KNOT_MS
from monitor.domain.place import Gazetteer
from monitor.domain.sighting import SightingMatch
from monitor.domain.visit import Visit
from monitor.domain.window import span_ms, to_ms

Floats = npt.NDArray[np.float64]
Matched = Mapping[str, Mapping[int, SightingMatch]]
"""Scene -> MMSI -> the sighting that ship was matched to."""
_NONE_MATCHED: Matched = MappingProxyType({})
_BLOCK = 1_000_000
_MOORED = 5
"""Navigational status "moored" (ITU-R M.1371-5, table 47)."""


def cells_in(
    states: Iterable[BerthState],
    tracks: Tracks,
    visits: tuple[Visit, ...],
    gazetteer: Gazetteer,
    coverage: Coverage,
    *,
    criteria: MatrixCriteria,
    matched: Matched = _NONE_MATCHED,
    beside: Iterable[BerthState] = (),
) -> tuple[BerthCell, ...]:
    """Return one cell for each look at a berth, ordered by berth, time and scene.

    Args:
        states: Looks at berths, any order; those at berths that are no longer drawn are left out.
        tracks: Cleaned reports.
        visits: All visits found in them.
        gazetteer: The places.
        coverage: Where and when others were heard; asked around each berth and pass only, see
            `spans_asked`.
        criteria: All thresholds.
        matched: Ships matched to sightings, so that a ship seen elsewhere is no ghost.
        beside: Further looks, of which no cell is asked for: a ghost may be the hull next door.
    """
    looks = sorted(
        (s for s in states if s.berth_id in gazetteer.places),
        key=lambda s: (s.berth_id, s.acquired_at, s.scene_id),
    )
    if not looks:
        return ()
    grid = _Grid(looks, gazetteer)
    heard = _heard_at_berths(grid, tracks, visits, criteria)
    silent = _Silent(grid, visits, criteria)
    ear = _Ear(grid, coverage, criteria)
    scenes = {(s.scene_id, s.berth_id): s.state for s in (*beside, *looks)}
    cells = []
    for look, berth, at in zip(looks, grid.berth.tolist(), grid.at.tolist(), strict=True):
        ships, stale = heard.get((berth, at), ((), ()))
        mates = matched.get(look.scene_id, {})
        here = [m for _, m in sorted(mates.items()) if look.berth_id in m.sighting.berth_ids[:1]]
        if look.state is Occupancy.FREE:
            ships = tuple(
                _told_apart(s, look, grid, tracks, scenes, mates, criteria) for s in ships
            )
        elif look.state is Occupancy.OCCUPIED:
            # A ship farther off than reach by her last place, but the one that would be seen here.
            known = {s.mmsi for s in ships}
            ships = (*ships, *(_by_match(m) for m in here if m.mmsi not in known))
        unheard = silent.near(berth, at)
        near = ear.heard(berth, at, unheard)
        cells.append(
            BerthCell(
                image=look,
                ais=AisHalf(
                    says=_says(ships, stale, near),
                    ships=ships,
                    silent=tuple(sorted({*unheard, *stale})),
                    near=near,
                ),
                matched=tuple(m.mmsi for m in here if m.mmsi is not None),
            )
        )
    return tuple(cells)


def spans_asked(
    states: Iterable[BerthState], gazetteer: Gazetteer, *, criteria: MatrixCriteria
) -> CellSpans:
    """Return the cells and hours whose coverage `cells_in` will ask for."""
    looks = [s for s in states if s.berth_id in gazetteer.places]
    if not looks:
        return merged_spans(*(np.zeros(0, np.int64),) * 3)
    grid = _Grid(looks, gazetteer)
    pairs = np.unique(np.stack([grid.cell[grid.berth], grid.times[grid.at]]), axis=1)
    around = {c: cells_around(c) for c in np.unique(pairs[0]).tolist()}
    cells = [around[c] for c in pairs[0].tolist()]
    many = np.array([len(c) for c in cells], np.int64)
    span = span_ms(criteria.fed_around)
    return merged_spans(
        np.array([c for own in cells for c in own], np.int64),
        np.repeat((pairs[1] - span) // HOUR_MS, many),
        np.repeat((pairs[1] + span) // HOUR_MS, many),
    )


def rows_about(time_ms: Ints, passes: Ints, within_ms: int) -> npt.NDArray[np.intp]:
    """Return the rows no farther than `within_ms` from any of the sorted `passes`, ascending."""
    found = []
    for begin in range(0, len(time_ms), _BLOCK):
        times = time_ms[begin : begin + _BLOCK]
        near = np.searchsorted(passes, times - within_ms, "left") < np.searchsorted(
            passes, times + within_ms, "right"
        )
        found.append(np.flatnonzero(near) + begin)
    return np.concatenate(found) if found else np.zeros(0, np.intp)


class _Grid:
    """Berths and passes by number, and berths in metres."""

    def __init__(self, looks: Sequence[BerthState], gazetteer: Gazetteer) -> None:
        self.frame = gazetteer.frame
        self.names = sorted({s.berth_id for s in looks})
        number = {name: i for i, name in enumerate(self.names)}
        self.berth = np.array([number[s.berth_id] for s in looks], np.int64)
        at_ms = np.array([to_ms(s.acquired_at) for s in looks], np.int64)
        self.times, self.at = np.unique(at_ms, return_inverse=True)
        shapes = [gazetteer.places[name].geometry for name in self.names]
        self.shapes = np.array([self.frame.metric(shape) for shape in shapes])
        middles = shapely.centroid(np.array(shapes))
        self.lon, self.lat = shapely.get_x(middles), shapely.get_y(middles)
        self.cell = cell_of(self.lon, self.lat)

    def passes_in(self, start_ms: int, end_ms: int) -> range:
        """Return the numbers of the passes in [start, end]."""
        first = int(np.searchsorted(self.times, start_ms, "left"))
        return range(first, int(np.searchsorted(self.times, end_ms, "right")))

    def from_berths(self, lon: Floats, lat: Floats) -> Floats:
        """Return the distance of points from every berth, shape (berths, points), metres."""
        points = self.points(lon, lat)
        return np.asarray(shapely.distance(self.shapes[:, None], points[None, :]), np.float64)

    def points(self, lon: Floats, lat: Floats) -> npt.NDArray[np.object_]:
        """Return points in metres, shape (n,)."""
        return np.asarray(shapely.points(np.column_stack(self.frame.xy(lon, lat))), object)


_Heard = dict[tuple[int, int], tuple[tuple[ShipByAis, ...], tuple[int, ...]]]


def _heard_at_berths(
    grid: _Grid, tracks: Tracks, visits: tuple[Visit, ...], criteria: MatrixCriteria
) -> _Heard:
    """Return (ships, MMSIs of stays not heard of for too long) by berth and pass."""
    ships: dict[tuple[int, int], dict[int, ShipByAis]] = defaultdict(dict)
    stale: dict[tuple[int, int], set[int]] = defaultdict(set)
    for key, ship in _by_report(grid, tracks, criteria):
        ships[key][ship.mmsi] = ship
    for key, mmsi, stay in _by_stay(grid, tracks, visits, criteria):
        if stay is None:
            stale[key].add(mmsi)
            continue
        known = ships[key].get(mmsi)
        if known is None or not known.stay:
            ships[key][mmsi] = (
                replace(known, stay=True, held=known.held or stay.held) if known else stay
            )
        elif stay.held:
            ships[key][mmsi] = replace(known, held=True)
    return {
        key: (
            tuple(sorted(ships[key].values(), key=lambda s: (s.distance_m, s.mmsi))),
            tuple(sorted(stale.get(key, set()) - set(ships[key]))),
        )
        for key in sorted({*ships, *stale})
    }


def _by_report(
    grid: _Grid, tracks: Tracks, criteria: MatrixCriteria
) -> Iterator[tuple[tuple[int, int], ShipByAis]]:
    """Yield, for each berth and pass, every ship heard within reach about then."""
    rows = tracks.rows
    about = rows_about(rows.time_ms, grid.times, span_ms(criteria.around))
    zone = shapely.union_all(shapely.buffer(grid.shapes, criteria.reach_m))
    west, south, east, north = grid.frame.geographic(zone).bounds
    lon, lat = rows.lon[about], rows.lat[about]
    about = about[(lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)]
    points = grid.points(rows.lon[about], rows.lat[about])
    tree = shapely.STRtree(points)
    berth, point = tree.query(grid.shapes, predicate="dwithin", distance=criteria.reach_m)
    if not len(berth):
        return
    away = np.asarray(shapely.distance(grid.shapes[berth], points[point]), np.float64)
    row = about[point]
    low = np.searchsorted(grid.times, rows.time_ms[row] - span_ms(criteria.around), "left")
    high = np.searchsorted(grid.times, rows.time_ms[row] + span_ms(criteria.around), "right")
    many = high - low
    at = np.repeat(low, many) + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    berth, row, away = np.repeat(berth, many), np.repeat(row, many), np.repeat(away, many)
    offset = rows.time_ms[row] - grid.times[at]
    mmsi = rows.mmsi[row]
    still = _still(tracks, row, criteria) & (away <= criteria.own_m)
    moored = still & (np.abs(offset) <= span_ms(criteria.moored_around))
    order = np.lexsort((row, offset, np.abs(offset), mmsi, at, berth))
    key = np.stack([berth[order], at[order], mmsi[order]])
    first = np.flatnonzero(np.r_[True, np.any(np.diff(key, axis=1) != 0, axis=0)])
    any_moored = np.logical_or.reduceat(moored[order], first)
    for i, is_moored in zip(order[first].tolist(), any_moored.tolist(), strict=True):
        yield (
            (int(berth[i]), int(at[i])),
            ShipByAis(
                mmsi=int(mmsi[i]),
                row=int(row[i]),
                offset_ms=int(offset[i]),
                distance_m=round(float(away[i]), 1),
                stay=False,
                held=is_moored,
                moored=is_moored,
                report=tracks.fix(int(row[i])) if is_moored else None,
            ),
        )


def _still(
    tracks: Tracks, row: npt.NDArray[np.intp], criteria: MatrixCriteria
) -> npt.NDArray[np.bool_]:
    """Return which reports are of a ship lying still, placed well enough to name a berth."""
    rows = tracks.rows
    speed = rows.sog_kn[row]
    still = np.where(
        np.isnan(speed), rows.nav_status[row] == _MOORED, speed <= np.float32(criteria.moored_kn)
    )
    return np.asarray(still & (rows.precision_m[row] <= criteria.own_m), np.bool_)


def _by_stay(
    grid: _Grid, tracks: Tracks, visits: tuple[Visit, ...], criteria: MatrixCriteria
) -> Iterator[tuple[tuple[int, int], int, ShipByAis | None]]:
    """Yield, for each berth and pass, ships whose stay there may last; None where it is too long
    since anything was heard of her."""
    parts = dict(
        zip(
            zip(tracks.leader.tolist(), tracks.part.tolist(), strict=True),
            tracks.slices(),
            strict=True,
        )
    )
    stays = [v for v in visits if v.place_kind == "berth"]
    if not stays:
        return
    lon, lat = np.array([v.last.lon for v in stays]), np.array([v.last.lat for v in stays])
    points = grid.points(lon, lat)
    near, which = shapely.STRtree(points).query(
        grid.shapes, predicate="dwithin", distance=criteria.reach_m
    )
    longest, unheard = span_ms(criteria.silent_for), span_ms(criteria.unheard)
    for berth, index in zip(near.tolist(), which.tolist(), strict=True):
        stay = stays[index]
        first, last = stay.first.time_ms, stay.last.time_ms
        begin = stay.before.time_ms if stay.before else first
        end = stay.after.time_ms if stay.after else last + longest
        passes = grid.passes_in(max(begin, first - longest), min(end, last + longest))
        if not passes:
            continue
        own = parts.get((stay.mmsi, stay.part)) or _slice_of(tracks, stay)
        named = grid.names[berth] in (stay.place_id, *stay.covers)
        for at in passes:
            time = int(grid.times[at])
            key = (berth, at)
            if not first - unheard <= time <= last + unheard:
                yield key, stay.mmsi, None
                continue
            yield key, stay.mmsi, _held_by(stay, own, named, berth, time, grid, tracks, criteria)


def _slice_of(tracks: Tracks, stay: Visit) -> slice:
    """Return the track that holds a stay gathered under another number."""
    rows = tracks.rows
    for own in tracks.slices():
        # Two numbers of one ship may report at the same instant.
        first, end = np.searchsorted(
            rows.time_ms[own], [stay.first.time_ms, stay.first.time_ms + 1]
        )
        here = slice(own.start + int(first), own.start + int(end))
        if np.any((rows.mmsi[here] == stay.mmsi) & (rows.lon[here] == stay.first.lon)):
            return own
    return slice(0, 0)


def _held_by(
    stay: Visit,
    own: slice,
    named: bool,
    berth: int,
    time: int,
    grid: _Grid,
    tracks: Tracks,
    criteria: MatrixCriteria,
) -> ShipByAis:
    rows = tracks.rows
    times = rows.time_ms[own]
    after = int(np.searchsorted(times, time, "left"))
    inside = [
        i
        for i in (after - 1, after)
        if 0 <= i < len(times) and stay.first.time_ms <= times[i] <= stay.last.time_ms
    ]
    # Reports outside that do not yet show her gone may lie between the stay's own and the look.
    first = int(np.searchsorted(times, stay.first.time_ms, "left"))
    last = int(np.searchsorted(times, stay.last.time_ms, "right")) - 1
    own_reports = {min(max(i, first), last) for i in (after - 1, after)}
    nearest = min(own_reports, key=lambda i: (abs(int(times[i]) - time), i))
    row = own.start + nearest
    between = len(inside) == 2 and times[inside[1]] - times[inside[0]] <= span_ms(criteria.held_gap)
    distance = grid.from_berths(rows.lon[row : row + 1], rows.lat[row : row + 1])[berth, 0]
    return ShipByAis(
        mmsi=stay.mmsi,
        row=row,
        offset_ms=int(rows.time_ms[row]) - time,
        distance_m=round(float(distance), 1),
        stay=True,
        held=named and bool(between),
        moored=False,
    )


def _told_apart(
    ship: ShipByAis,
    look: BerthState,
    grid: _Grid,
    tracks: Tracks,
    scenes: Mapping[tuple[str, str], Occupancy],
    mates: Mapping[int, SightingMatch],
    criteria: MatrixCriteria,
) -> ShipByAis:
    """Return a ship as not held at a free berth where she may be the hull at the next one, or
    was seen elsewhere in the scene."""
    if not ship.held:
        return ship
    rows = tracks.rows
    own = slice(ship.row, ship.row + 1)
    from_her = grid.from_berths(rows.lon[own], rows.lat[own])[:, 0]
    beside = [grid.names[i] for i in np.flatnonzero(from_her <= criteria.reach_m).tolist()]
    elsewhere = ship.mmsi in mates or any(
        scenes.get((look.scene_id, name), Occupancy.UNOBSERVED) is not Occupancy.FREE
        for name in beside
        if name != look.berth_id
    )
    return replace(ship, held=False, moored=False) if elsewhere else ship


def _by_match(match: SightingMatch) -> ShipByAis:
    assert match.mmsi is not None
    return ShipByAis(
        mmsi=match.mmsi,
        row=match.row,
        offset_ms=match.offset_ms,
        distance_m=match.distance_m,
        stay=False,
        held=False,
        moored=False,
    )


class _Silent:
    """Ships last heard in the port before a pass and not since, that lie at no known berth."""

    def __init__(self, grid: _Grid, visits: tuple[Visit, ...], criteria: MatrixCriteria) -> None:
        # Of every call and not only of her latest: a later one changes nothing here.
        alongside = {(v.mmsi, v.last.time_ms) for v in visits if v.place_kind == "berth"}
        self._at: dict[int, list[Visit]] = defaultdict(list)
        self._grid, self._speed = grid, criteria.port_kn * KNOT_MS
        self._reach_m, self._found = criteria.reach_m, dict[int, tuple[list[int], Floats]]()
        for call in (v for v in visits if v.place_kind == "port"):
            last = call.last.time_ms
            if (call.mmsi, last) in alongside:
                continue
            until = last + span_ms(criteria.silent_for)
            end = min(call.after.time_ms, until) if call.after else until
            for at in grid.passes_in(last + 1, end):
                self._at[at].append(call)

    def near(self, berth: int, at: int) -> tuple[int, ...]:
        """Return MMSIs of those that can have come to a berth since, ordered."""
        calls = self._at.get(at)
        if not calls:
            return ()
        if at not in self._found:
            lon, lat = (np.array([getattr(c.last, k) for c in calls]) for k in ("lon", "lat"))
            since = (self._grid.times[at] - np.array([c.last.time_ms for c in calls])) / 1000
            away = self._grid.from_berths(lon, lat)
            can = away <= since * self._speed + self._reach_m
            self._found[at] = [c.mmsi for c in calls], can
        mmsis, can = self._found[at]
        return tuple(sorted({m for m, ok in zip(mmsis, can[berth].tolist(), strict=True) if ok}))


class _Ear:
    """How others were heard near a berth around a pass, asked once for each."""

    def __init__(self, grid: _Grid, coverage: Coverage, criteria: MatrixCriteria) -> None:
        self._grid, self._coverage = grid, coverage
        self._span = span_ms(criteria.fed_around)
        self._known: dict[tuple[int, int, int | None], Heard] = {}

    def heard(self, berth: int, at: int, unheard: tuple[int, ...]) -> Heard:
        """Return how others than each of `unheard` were heard: she does not speak for herself."""
        return min(
            (self._asked(berth, at, mmsi) for mmsi in unheard or (None,)), key=lambda h: h.fed
        )

    def _asked(self, berth: int, at: int, mmsi: int | None) -> Heard:
        grid = self._grid
        key = (int(grid.cell[berth]), at, mmsi)
        if key not in self._known:
            time = int(grid.times[at])
            self._known[key] = self._coverage.near_between(
                float(grid.lon[berth]),
                float(grid.lat[berth]),
                time - self._span,
                time + self._span,
                except_mmsi=mmsi,
            )
        return self._known[key]


def _says(ships: tuple[ShipByAis, ...], stale: tuple[int, ...], near: Heard) -> AisSays:
    if ships:
        return AisSays.SHIP
    return AisSays.EMPTY if near.fed and not stale else AisSays.UNKNOWN
