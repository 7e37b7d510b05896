"""Positions to tracks: one sorted run of reports per ship, what cannot be true set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from monitor.detect.quarantine import judged
from monitor.detect.track_criteria import Reason, TrackCriteria
from monitor.domain.positions import PositionColumns
from monitor.domain.visit import Fix
from monitor.domain.window import span_ms

__all__ = ["TrackCriteria", "Tracks", "tracks_in"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tracks:
    """Clean reports sorted by ship, track and time, and beside them what was set aside."""

    rows: PositionColumns
    first_row: npt.NDArray[np.intp]
    """Row at which each track starts, shape (tracks,)."""
    leader: npt.NDArray[np.int64]
    """Number under which the reports of each track's ship are gathered, shape (tracks,)."""
    part: npt.NDArray[np.int16]
    """0 for the main track of that number, 1.. for further ships that use it, shape (tracks,)."""
    quarantined: PositionColumns
    """Reports set aside, sorted by ship and time. They feed no rule about a ship."""
    reason: npt.NDArray[np.int8]
    """Why each of them was set aside: codes of `Reason`, shape of `quarantined`."""
    quarantined_leader: npt.NDArray[np.int64]
    """The ship each of them belongs to, shape of `quarantined`."""
    repeats: int
    """Reports merged into another one: the same, or the same heard twice."""

    @property
    def spikes(self) -> int:
        """Reports set aside, whatever the reason."""
        return len(self.quarantined)

    @property
    def set_aside(self) -> Mapping[str, int]:
        """Reports set aside by reason; reasons without any are left out."""
        counts = np.bincount(self.reason, minlength=len(Reason))
        return {r.key: int(counts[r]) for r in Reason if counts[r]}

    @property
    def shared_numbers(self) -> tuple[int, ...]:
        """Numbers that more than one ship was found to use, ascending."""
        return tuple(np.unique(self.leader[self.part > 0]).tolist())

    @property
    def starts(self) -> npt.NDArray[np.bool_]:
        """Mask, shape (n,): True on the first row of each track."""
        mask = np.zeros(len(self.rows), bool)
        mask[self.first_row] = True
        return mask

    def slices(self) -> list[slice]:
        """Return one slice of rows per track, ordered by ship and part."""
        edges = [*self.first_row.tolist(), len(self.rows)]
        return [slice(a, b) for a, b in pairwise(edges)]

    def fix(self, row: int) -> Fix:
        """Return one row as a value."""
        return fix_at(self.rows, row)


def fix_at(rows: PositionColumns, row: int) -> Fix:
    """Return one row of any columns as a value."""
    sog = float(rows.sog_kn[row])
    return Fix(
        mmsi=int(rows.mmsi[row]),
        time_ms=int(rows.time_ms[row]),
        received_ms=int(rows.received_ms[row]),
        lon=float(rows.lon[row]),
        lat=float(rows.lat[row]),
        sog_kn=None if np.isnan(sog) else round(sog, 1),
        source=rows.sources[rows.source[row]],
    )


def tracks_in(
    positions: PositionColumns,
    *,
    criteria: TrackCriteria,
    same_ship: Mapping[int, int] | None = None,
    land: BaseGeometry | None = None,
) -> Tracks:
    """Sort positions into tracks, tell ships on one number apart, set aside the impossible.

    Args:
        positions: Reports in any order, with repeats.
        criteria: Thresholds.
        same_ship: MMSI -> MMSI under which that ship's reports are gathered, for a hull that
            changed its number. Rows keep their own.
        land: Where no ship can be, lon/lat, see `implausible.forbidden_land`.

    Returns:
        The tracks; the same for the same reports in any order.
    """
    order, leader = _ordered(positions, same_ship or {})
    rows = positions.take(order)
    single = ~_repeated(rows, leader, criteria)
    if not single.all():
        rows, leader = rows.take(single), leader[single]
    reason, part = judged(rows, leader, criteria=criteria, land=land)
    aside = np.flatnonzero(reason)
    quarantined, whose = rows.take(aside), leader[aside]
    if len(aside) or part.any():
        kept = np.flatnonzero(reason == Reason.KEPT)
        kept = kept[np.lexsort((kept, part[kept], leader[kept]))]
        rows, leader, part = rows.take(kept), leader[kept], part[kept]
    first = _changes(leader) | _changes(part)
    first_row = np.flatnonzero(first)
    return Tracks(
        rows=rows,
        first_row=first_row,
        leader=leader[first_row],
        part=part[first_row],
        quarantined=quarantined,
        reason=reason[aside],
        quarantined_leader=whose,
        repeats=len(positions) - len(rows) - len(aside),
    )


def _changes(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return where a value differs from the one before it; True on the first."""
    mask = np.ones(len(values), bool)
    mask[1:] = values[1:] != values[:-1]
    return mask


def _ordered(
    positions: PositionColumns, same_ship: Mapping[int, int]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """Return the order by (leader, time, lon, lat, mmsi, received, source name), and the leaders.

    One key holds leader and time, so one sort does nearly all; ties alone are compared in full.
    """
    numbers, index = np.unique(positions.mmsi, return_inverse=True)
    leaders = np.array([same_ship.get(m, m) for m in numbers.tolist()], np.int64)
    ranks = np.unique(leaders, return_inverse=True)[1].astype(np.int64)
    leader = leaders[index]
    if not len(positions):
        return np.zeros(0, np.intp), leader
    since = positions.time_ms - positions.time_ms.min()
    key = ranks[index] * (int(since.max()) + 1) + since
    order = np.argsort(key)
    sorted_key = key[order]
    tied = np.zeros(len(order), bool)
    tied[1:] = sorted_key[1:] == sorted_key[:-1]
    tied[:-1] |= tied[1:]
    at = np.flatnonzero(tied)
    some = order[at]
    name = np.argsort(np.argsort(np.array(positions.sources)))[positions.source[some]]
    p = positions
    full = np.lexsort(
        (name, p.received_ms[some], p.mmsi[some], p.lat[some], p.lon[some], key[some])
    )
    order[at] = some[full]
    return order, leader[order]


def _repeated(
    rows: PositionColumns, leader: npt.NDArray[np.int64], criteria: TrackCriteria
) -> npt.NDArray[np.bool_]:
    """Return which rows say again what another one says; of alike rows the first received stays.

    Reports are compared with the first one of their span of `near_time`, then those left with
    their neighbour across two spans: a chain of reports a second apart is thinned, not swallowed.
    """
    drop = np.zeros(len(rows), bool)
    span = max(span_ms(criteria.near_time), 1)
    near = _alike(rows, leader, np.arange(len(rows) - 1), np.arange(1, len(rows)), criteria)
    if not near.any():
        return drop
    place = (leader, rows.mmsi, rows.time_ms, rows.lon, rows.lat)
    exact = ~np.logical_or.reduce([_changes(column) for column in place])
    drop |= exact  # sorted by arrival within
    left = np.flatnonzero(~drop)
    new_span = _changes(leader[left]) | _changes(rows.time_ms[left] // span)
    head = left[np.maximum.accumulate(np.where(new_span, np.arange(len(left)), 0))]
    others = (head != left) & _alike(rows, leader, head, left, criteria)
    members, heads = left[others], head[others]
    clusters = np.unique(heads)
    drop[_later(rows, np.r_[clusters, members], np.r_[clusters, heads])] = True
    left = np.flatnonzero(~drop)
    alike = np.r_[False, _alike(rows, leader, left[:-1], left[1:], criteria)]
    run = np.arange(len(left)) - np.maximum.accumulate(np.where(~alike, np.arange(len(left)), 0))
    second = np.flatnonzero(run % 2 == 1)
    drop[_later(rows, np.r_[left[second - 1], left[second]], np.tile(left[second - 1], 2))] = True
    return drop


def _alike(
    rows: PositionColumns,
    leader: npt.NDArray[np.int64],
    a: npt.NDArray[np.intp],
    b: npt.NDArray[np.intp],
    criteria: TrackCriteria,
) -> npt.NDArray[np.bool_]:
    """Return where rows `a` and the later rows `b` are one report heard twice.

    Two numbers gathered as one ship are never one report: which of them came first would decide
    under which number she was heard.
    """
    mask: npt.NDArray[np.bool_] = (
        (leader[a] == leader[b])
        & (rows.mmsi[a] == rows.mmsi[b])
        & (rows.time_ms[b] - rows.time_ms[a] <= span_ms(criteria.near_time))
        & (np.abs(rows.lon[b] - rows.lon[a]) <= criteria.near_deg)
        & (np.abs(rows.lat[b] - rows.lat[a]) <= criteria.near_deg)
    )
    return mask


def _later(
    rows: PositionColumns, members: npt.NDArray[np.intp], cluster: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Return all members of each cluster but the one received first (ties: the earlier row)."""
    order = np.lexsort((members, rows.received_ms[members], cluster))
    return members[order][~_changes(cluster[order])]
