"""Reports that cannot be where they say: which ones, and by which reason.

A report is set aside, never dropped: it feeds no rule, and it stays for the map, the export and
the search for interference. What is in doubt between "spoofed" and "another ship on the same
number" is decided by place (land, known sinks, a crowd) and by whether the tracks interleave.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from monitor.detect.implausible import (
    Index,
    contradictory,
    frozen,
    in_sinks,
    on_land,
    spikes,
)
from monitor.detect.segments import segments_in
from monitor.detect.track_criteria import Reason, TrackCriteria
from monitor.domain.geo import EARTH_RADIUS_M, distance_m
from monitor.domain.positions import PositionColumns
from monitor.domain.window import span_ms


def judged(
    rows: PositionColumns,
    leader: npt.NDArray[np.int64],
    *,
    criteria: TrackCriteria,
    land: BaseGeometry | None,
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int16]]:
    """Judge every report of sorted tracks.

    Args:
        rows: Reports sorted by (leader, time).
        leader: Number under which the ship's reports are gathered, shape (n,).
        criteria: Thresholds.
        land: Where no ship can be, lon/lat, see `implausible.forbidden_land`.

    Returns:
        (reason, part), each of shape (n,): why a report is set aside (`Reason.KEPT` else), and
        which of the tracks on its number it belongs to, 0 for the main one.
    """
    reason = np.zeros(len(rows), np.int8)
    part = np.zeros(len(rows), np.int16)
    reason[frozen(rows, leader, criteria)] = Reason.FROZEN
    if land is not None:
        reason[on_land(rows, land, criteria)] = Reason.ON_LAND
    reason[in_sinks(rows)] = Reason.KNOWN_SINK
    left = np.flatnonzero(reason == Reason.KEPT)
    spike = spikes(rows, leader, left, criteria)
    reason[left[spike]] = Reason.SPIKE
    landings: list[Index] = [left[i : i + 1] for i in np.flatnonzero(spike).tolist()]
    left = left[~spike]
    for run in contradictory(rows, leader, left, criteria):
        whole = _rows_of(leader, int(leader[run[0]]))
        landings += _dealt(rows, run, whole, criteria=criteria, reason=reason, part=part)
    for run in _crowded(rows, leader, landings, criteria):
        reason[run] = Reason.CROWDED
        part[run] = 0
    return reason, part


def _rows_of(leader: npt.NDArray[np.int64], number: int) -> slice:
    a, b = np.searchsorted(leader, [number, number + 1])
    return slice(int(a), int(b))


def _dealt(
    rows: PositionColumns,
    run: Index,
    whole: slice,
    *,
    criteria: TrackCriteria,
    reason: npt.NDArray[np.int8],
    part: npt.NDArray[np.int16],
) -> list[Index]:
    """Deal one number's rows out to parts, judge the lesser ones, return them as landings."""
    labels = segments_in(rows.take(run), criteria=criteria.segment)
    reason[run[labels < 0]] = Reason.SPIKE
    groups = [g for k in range(int(labels.max()) + 1) if len(g := run[labels == k])]
    groups.sort(key=lambda g: (-_hours_heard(rows, g), rows.time_ms[g[0]] - rows.time_ms[g[-1]]))
    main = groups[0]
    static = np.arange(whole.start, whole.stop)
    static = static[reason[static] >= Reason.ON_LAND]
    others = 0
    for group in groups[1:]:
        verdict = _lesser(rows, group, main, static, criteria=criteria, reason=reason)
        reason[group] = verdict
        if verdict is Reason.KEPT:
            others += 1
            part[group] = min(others, np.iinfo(np.int16).max)
    return groups[1:]


def _hours_heard(rows: PositionColumns, group: Index) -> int:
    """Return in how many different hours a track was heard: dense feeds must not outvote it."""
    return len(np.unique(rows.time_ms[group] // 3_600_000))


def _lesser(
    rows: PositionColumns,
    group: Index,
    main: Index,
    static: Index,
    *,
    criteria: TrackCriteria,
    reason: npt.NDArray[np.int8],
) -> Reason:
    """Judge a track that is not its number's main one."""
    for end in (group[0], group[-1]):
        near = static[np.abs(rows.time_ms[static] - rows.time_ms[end]) <= 3_600_000]
        metres = distance_m(rows.lon[near], rows.lat[near], rows.lon[end], rows.lat[end])
        if (metres <= _DRIFT_M).any():
            return Reason(int(reason[near[np.argmin(metres)]]))
    times = rows.time_ms[main]
    begin, end = np.searchsorted(times, rows.time_ms[[group[0], group[-1]]])
    inside = int(end - begin)
    if not inside:
        brief = rows.time_ms[group[-1]] - rows.time_ms[group[0]] <= span_ms(criteria.away)
        there_and_back = 0 < begin < len(main)
        if len(group) == 1 and there_and_back:
            return Reason.SPIKE
        return Reason.TELEPORT if brief or len(group) < criteria.least_fixes else Reason.KEPT
    believed = len(group) >= max(criteria.least_fixes, criteria.least_share * inside)
    return Reason.KEPT if believed else Reason.SPIKE


_DRIFT_M = 10_000.0
"""A spoofed position circles or drifts about its sink by less than this (own)."""


def _crowded(
    rows: PositionColumns,
    leader: npt.NDArray[np.int64],
    landings: list[Index],
    criteria: TrackCriteria,
) -> Iterable[Index]:
    """Yield the landings of several ships on one spot within the window.

    Only tracks that are not their number's main one count, so that ships which jump back to
    their own anchorage make no crowd there.
    """
    if len(landings) < criteria.crowd:
        return
    first = np.array([run[0] for run in landings])
    lam, phi = np.radians(rows.lon[first]), np.radians(rows.lat[first])
    scaled = np.column_stack(
        [
            np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
            * (EARTH_RADIUS_M / criteria.crowd_m),
            (rows.time_ms[first] - rows.time_ms[first].min()) / span_ms(criteria.crowd_window),
        ]
    )
    tree = cKDTree(scaled)
    for i, run in enumerate(landings):
        near = tree.query_ball_point(scaled[i], r=1.0, p=np.inf)
        if len(set(leader[first[near]].tolist())) >= criteria.crowd:
            yield run
