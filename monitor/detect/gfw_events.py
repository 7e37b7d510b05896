"""Port events and visits by Global Fishing Watch's rules, over all tracks at once.

Source: pipe-anchorages, the port events of `create_in_out_events` and the visits of
`create_port_visits`. What differs: one state machine runs per track, so two ships on one MMSI do
not come and go in turn; and a visit is not cut inside a track, since a jump of 60 nm is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from monitor.detect.ground import Span, visit_of
from monitor.detect.presence import Mask, Rows, held, runs_in
from monitor.detect.tracks import Tracks
from monitor.detect.visit_criteria import VisitCriteria
from monitor.domain.geo import EARTH_RADIUS_M, FloatArray, distance_m
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.visit import Visit
from monitor.domain.window import span_ms, to_ms


class PortEvent(IntEnum):
    """What happened; of two at one instant the smaller comes first."""

    PORT_ENTRY = 0
    PORT_GAP_BEGIN = 1
    PORT_GAP_END = 2
    PORT_STOP_BEGIN = 3
    PORT_STOP_END = 4
    PORT_EXIT = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortEvents:
    """Events by track, time and kind; every array has shape (events,)."""

    kind: npt.NDArray[np.int8]
    """A `PortEvent`."""
    time_ms: npt.NDArray[np.int64]
    row: Rows
    """Report that showed it; for a gap's begin the last one before the gap."""
    mmsi: npt.NDArray[np.int64]
    point: Rows
    """Index of the anchorage point the ship was in port at last."""

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _States:
    """The state after each row: at sea, in port, or stopped in port."""

    in_port: Mask
    stopped: Mask
    was_in_port: Mask
    """The state before each row; False on the first row of a track, which never tells."""
    was_stopped: Mask
    first: Mask
    point: Rows
    """Nearest anchorage point within the exit distance, -1 where there is none."""


def anchorage_points(gazetteer: Gazetteer) -> tuple[Place, ...]:
    """Return what presence is measured to: anchorage points and berths, else the port itself.

    A place that is not a point stands for its middle.
    """
    points = [*gazetteer.of_kind(PlaceKind.ANCHORAGE_POINT), *gazetteer.berths]
    berthed = {p.port for p in gazetteer.berths}
    points += [gazetteer.port_place(port) for port in gazetteer.ports if port not in berthed]
    return tuple(points)


def port_events_in(
    tracks: Tracks, points: tuple[Place, ...], *, criteria: VisitCriteria, as_of: datetime
) -> PortEvents:
    """Find every entry, exit, stop and gap in port.

    Args:
        tracks: Cleaned positions.
        points: Anchorage points, see `anchorage_points`.
        criteria: `point_enter_m`, `point_exit_m`, `stop_kn`, `moving_kn` and `gap`.
        as_of: Until when reports would have been there: a gap may last until then.
    """
    states = _states(tracks, points, criteria)
    return _events(tracks, states, criteria, to_ms(as_of))


def visits_by_points(
    tracks: Tracks, gazetteer: Gazetteer, *, criteria: VisitCriteria
) -> list[Visit]:
    """Find port calls by the same rules: from entry to exit, each graded by its events.

    A call without a single event (a ship that was there from the first report to the last and
    did nothing) is none. A gap that nothing has ended counts if it lasts until the latest report
    of anyone.
    """
    points = anchorage_points(gazetteer)
    states = _states(tracks, points, criteria)
    events = _events(tracks, states, criteria, int(tracks.rows.time_ms.max()))
    runs = runs_in(states.in_port, ~states.in_port, tracks.starts)
    shown = _stops_and_gaps(events, runs.first)
    ports = set(gazetteer.ports)
    found = []
    for number, (a, end, left) in enumerate(
        zip(runs.first.tolist(), runs.end.tolist(), runs.left.tolist(), strict=True)
    ):
        span = Span(
            a,
            end - 1,
            None if states.first[a] else a - 1,
            end if left else None,
            np.arange(a, end),
        )
        if span.before is None and span.after is None and number not in shown:
            continue
        place = points[states.point[a]]
        name = gazetteer.port_place(place.port).id if place.port in ports else place.id
        found.append(
            visit_of(
                tracks,
                span,
                place_id=name,
                kind="port",
                learned_ms=int(tracks.rows.received_ms[a:end].min()),
                stopped=number in shown,
                criteria=criteria,
            )
        )
    return found


def _stops_and_gaps(events: PortEvents, begins: Rows) -> frozenset[int]:
    """Return the numbers of the runs, given by their first rows, that a stop or gap belongs to."""
    kinds = (PortEvent.PORT_STOP_BEGIN, PortEvent.PORT_GAP_BEGIN)
    ends = events.kind == PortEvent.PORT_STOP_END
    # What ends with the exit was shown by the row before it, the last one in port.
    rows = np.concatenate([events.row[np.isin(events.kind, kinds)], events.row[ends] - 1])
    return frozenset((np.searchsorted(begins, rows, side="right") - 1).tolist())


def _states(tracks: Tracks, points: tuple[Place, ...], c: VisitCriteria) -> _States:
    rows, first = tracks.rows, tracks.starts
    off_m, point = _nearest(rows.lon, rows.lat, points, c.point_exit_m)
    in_port = held(off_m <= c.point_enter_m, off_m >= c.point_exit_m, first)
    # Between the two speeds a ship that was stopped stays so, but only in port is she "stopped":
    # one that comes in drifting is not.
    stopped = held(
        in_port & (rows.sog_kn <= c.stop_kn), ~in_port | (rows.sog_kn >= c.moving_kn), first
    )
    return _States(
        in_port=in_port,
        stopped=stopped,
        was_in_port=_before(in_port, first),
        was_stopped=_before(stopped, first),
        first=first,
        point=point,
    )


def _before(state: Mask, first: Mask) -> Mask:
    before = np.zeros(len(state), bool)
    before[1:] = state[:-1]
    return before & ~first


def _events(tracks: Tracks, s: _States, c: VisitCriteria, until_ms: int) -> PortEvents:
    """Read the events off the states; a gap that nothing has ended lasts until `until_ms`."""
    times = tracks.rows.time_ms
    gap_ms = span_ms(c.gap)
    told = ~s.first
    gap = np.zeros(len(times), bool)
    gap[1:] = s.was_in_port[1:] & (np.diff(times) >= gap_ms)
    found = {
        PortEvent.PORT_ENTRY: told & s.in_port & ~s.was_in_port,
        PortEvent.PORT_GAP_END: gap,
        PortEvent.PORT_STOP_BEGIN: told & s.stopped & ~s.was_stopped,
        PortEvent.PORT_STOP_END: told & s.was_stopped & ~s.stopped,
        PortEvent.PORT_EXIT: told & s.was_in_port & ~s.in_port,
    }
    rows = {kind: np.flatnonzero(mask) for kind, mask in found.items()}
    last = np.append(tracks.first_row[1:], len(times))[: len(tracks.first_row)] - 1
    unended = last[s.in_port[last] & (until_ms - times[last] >= gap_ms)]
    rows[PortEvent.PORT_GAP_BEGIN] = np.append(rows[PortEvent.PORT_GAP_END] - 1, unended)
    kind = np.concatenate([np.full(len(r), k, np.int8) for k, r in rows.items()])
    row = np.concatenate(list(rows.values()))
    at = times[row] + np.where(kind == PortEvent.PORT_GAP_BEGIN, gap_ms, 0)
    track = np.searchsorted(tracks.first_row, row, side="right")
    order = np.lexsort((kind, at, track))
    point = _carried(s)
    return PortEvents(
        kind=kind[order],
        time_ms=at[order],
        row=row[order],
        mmsi=tracks.rows.mmsi[row[order]],
        point=point[row[order]],
    )


def _carried(s: _States) -> Rows:
    """Return for each row the point of the latest row in port of its track, itself included."""
    known = np.where(s.in_port | s.first, np.arange(len(s.point)), 0)
    return s.point[np.maximum.accumulate(known)]


def _nearest(
    lon: FloatArray, lat: FloatArray, points: tuple[Place, ...], reach_m: float
) -> tuple[FloatArray, Rows]:
    """Return metres to the nearest point and its index; inf and -1 where none is in reach."""
    off = np.full(len(lon), np.inf)
    index = np.full(len(lon), -1, np.intp)
    if not len(lon) or not points:
        return off, index
    middles = np.array([p.geometry.centroid.coords[0] for p in points])
    rows = np.flatnonzero(_may_be_near(lon, lat, middles, reach_m))
    tree = cKDTree(_on_sphere(middles[:, 0], middles[:, 1]))
    chord = 2.0 * np.sin(reach_m * 1.001 / EARTH_RADIUS_M / 2.0)
    hit = np.asarray(tree.query(_on_sphere(lon[rows], lat[rows]), distance_upper_bound=chord)[1])
    rows, hit = rows[hit < len(points)], hit[hit < len(points)]
    off[rows] = distance_m(lon[rows], lat[rows], middles[hit, 0], middles[hit, 1])
    index[rows] = hit
    return off, index


def _may_be_near(lon: FloatArray, lat: FloatArray, middles: FloatArray, reach_m: float) -> Mask:
    """Return which rows lie in or beside a grid cell that holds a point: a cheap sieve."""
    step = float(np.degrees(reach_m * 1.01 / EARTH_RADIUS_M))
    shrunk = np.cos(np.radians(min(float(np.abs(middles[:, 1]).max()) + step, 89.0)))
    columns = max(int(360.0 * shrunk / step), 1)  # whole ones, so that the last meets the first

    def cells(x: FloatArray, y: FloatArray, east: int = 0, north: int = 0) -> Rows:
        column = (np.floor((x + 180.0) * (columns / 360.0)).astype(np.intp) + east) % columns
        return (np.floor((y + 90.0) / step).astype(np.intp) + north) * columns + column

    beside = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    held = np.concatenate([cells(middles[:, 0], middles[:, 1], i, j) for i, j in beside])
    return np.isin(cells(lon, lat), np.unique(held))


def _on_sphere(lon: FloatArray, lat: FloatArray) -> FloatArray:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
