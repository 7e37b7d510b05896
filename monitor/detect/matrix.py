"""What imagery says about berths through time, held against what AIS says.

A berth *episode* is a run of images showing it occupied, bounded by the images before and after
that showed it free. Images that could not see the berth bound nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from monitor.detect.clear_looks import looks_that_count
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.domain.berth_cell import BerthCell, Verdict, passes_of
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.place import Gazetteer
from monitor.domain.visit import Visit
from monitor.domain.window import to_ms

__all__ = ["Attribution", "Episode", "MatrixCriteria", "attributions", "episodes_in", "explained"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A berth seen occupied, from the last free image before to the first free image after."""

    berth_id: str
    before: BerthState | None
    """Last image showing it free."""
    seen: tuple[BerthState, ...]
    """Images showing it occupied, by time."""
    after: BerthState | None
    """First image showing it free again."""
    seconded_by: BerthState | None = None
    """The image that the first of `seen` had to wait for; None where it was clear by itself."""
    after_seconded_by: BerthState | None = None
    """The same for `after`."""
    unexplained: tuple[BerthState, ...] = ()
    """Of `seen`, those no AIS explains though the feed was shown to work."""
    explained: tuple[int, ...] = ()
    """MMSIs of the ships whose AIS explains some of `seen`."""
    cells: tuple[BerthCell, ...] = ()
    """Every look at the berth from the first of `seen` to the last, by time."""
    blind: tuple[BerthState, ...] = ()
    """The looks between the last of `seen` and `after` that could not see the berth, by time."""

    @property
    def passes(self) -> dict[str, int]:
        """How many of `cells` came to which verdict, in the order of the verdicts."""
        return passes_of(self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """A ship that fits a hull seen without AIS, because its last report was near the berth."""

    call: Visit
    episode: Episode
    distance_m: float


def episodes_in(states: Iterable[BerthState], *, criteria: MatrixCriteria) -> tuple[Episode, ...]:
    """Fold berth states into episodes, ordered by berth and time."""
    series: dict[str, list[BerthState]] = {}
    for state in states:
        if state.state is not Occupancy.UNOBSERVED:
            series.setdefault(state.berth_id, []).append(state)
    found = []
    for berth_id, seen in sorted(series.items()):
        run: list[BerthState] = []
        before: BerthState | None = None
        counted = looks_that_count(seen, criteria=criteria)
        seconds = counted.seconded_by
        for state in counted.looks:
            if state.state is Occupancy.OCCUPIED:
                run.append(state)
                continue
            if run:
                found.append(
                    Episode(
                        berth_id=berth_id,
                        before=before,
                        seen=tuple(run),
                        after=state,
                        seconded_by=seconds.get(run[0].scene_id),
                        after_seconded_by=seconds.get(state.scene_id),
                    )
                )
                run = []
            before = state
        if run:
            found.append(
                Episode(
                    berth_id=berth_id,
                    before=before,
                    seen=tuple(run),
                    after=None,
                    seconded_by=seconds.get(run[0].scene_id),
                )
            )
    return tuple(found)


def explained(episodes: Iterable[Episode], cells: Iterable[BerthCell]) -> tuple[Episode, ...]:
    """Mark in each episode which images AIS explains, and which it does not though it could."""
    series: dict[str, list[BerthCell]] = {}
    for cell in cells:
        series.setdefault(cell.image.berth_id, []).append(cell)
    for own in series.values():
        own.sort(key=lambda c: (c.image.acquired_at, c.image.scene_id))
    result = []
    for episode in episodes:
        own = series.get(episode.berth_id, [])
        by_look = {(c.image.acquired_at, c.image.scene_id): c for c in own}
        seen = [by_look.get((s.acquired_at, s.scene_id)) for s in episode.seen]
        looked = [c for c in seen if c is not None]
        result.append(
            replace(
                episode,
                unexplained=tuple(
                    c.image for c in looked if c.verdict is Verdict.OCCUPIED_WITHOUT_AIS
                ),
                explained=tuple(sorted({s.mmsi for c in looked for s in c.ais.ships})),
                cells=_within(own, episode),
                blind=_blind(own, episode),
            )
        )
    return tuple(result)


def _within(cells: list[BerthCell], episode: Episode) -> tuple[BerthCell, ...]:
    """Return the cells from the first image that shows a berth occupied to the last one."""
    times = [c.image.acquired_at for c in cells]
    first = bisect_left(times, episode.seen[0].acquired_at)
    return tuple(cells[first : bisect_right(times, episode.seen[-1].acquired_at)])


def _blind(cells: list[BerthCell], episode: Episode) -> tuple[BerthState, ...]:
    """Return the looks that could not see a berth while a hull left it."""
    if episode.after is None:
        return ()
    times = [c.image.acquired_at for c in cells]
    first = bisect_right(times, episode.seen[-1].acquired_at)
    between = cells[first : bisect_left(times, episode.after.acquired_at)]
    return tuple(c.image for c in between if c.image.state is Occupancy.UNOBSERVED)


def attributions(
    episodes: tuple[Episode, ...],
    visits: tuple[Visit, ...],
    gazetteer: Gazetteer,
    *,
    criteria: MatrixCriteria,
) -> tuple[Attribution, ...]:
    """Match ships silent in port to hulls seen without AIS, one to one, by the last report.

    A ship fits where it entered before the hull was last seen, was heard in no berth during that
    call nor elsewhere before the hull was last seen nor in port once the berth was free, and was
    last heard within `attribute_m` of the berth. The assignment with the least total distance is
    taken. It is an inference and is worded as one.
    """
    dark = [e for e in episodes if e.unexplained]
    alongside = _alongside(visits)
    calls = [
        v
        for v in visits
        if v.place_kind == "port"
        and not any(
            begun <= v.last.time_ms and v.first.time_ms <= over
            for begun, over in alongside.get(v.mmsi, ())
        )
    ]
    if not dark or not calls:
        return ()
    frame = gazetteer.frame
    names = sorted({e.berth_id for e in dark})
    shapes = np.array([frame.metric(gazetteer.places[name].geometry) for name in names], object)
    lon, lat = (np.array([getattr(c.last, k) for c in calls]) for k in ("lon", "lat"))
    points = np.asarray(shapely.points(np.column_stack(frame.xy(lon, lat))), object)
    berth, call = shapely.STRtree(points).query(
        shapes, predicate="dwithin", distance=criteria.attribute_m
    )
    away = np.asarray(shapely.distance(shapes[berth], points[call]), np.float64)
    near: dict[str, list[tuple[int, float]]] = {}
    for k, i, metres in zip(berth.tolist(), call.tolist(), away.tolist(), strict=True):
        near.setdefault(names[k], []).append((i, metres))
    pairs = [
        (i, j, metres)
        for j, episode in enumerate(dark)
        for i, metres in near.get(episode.berth_id, ())
        if metres <= criteria.attribute_m and _fits(calls[i], episode)
    ]
    return tuple(
        Attribution(call=calls[i], episode=dark[j], distance_m=metres)
        for i, j, metres in _assigned(pairs)
    )


def _assigned(pairs: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Return pairs (call, episode, metres) that match one to one at the least total distance.

    Calls and episodes that no chain of pairs joins do not bear on each other and are matched by
    themselves: over years there are thousands of both, and hardly any of them meet.
    """
    if not pairs:
        return []
    # Imported where it is needed: it takes a second to load, and most runs have no such ship.
    from scipy.optimize import linear_sum_assignment

    chosen = []
    for group in _joined(pairs):
        calls = sorted({i for i, _, _ in group})
        dark = sorted({j for _, j, _ in group})
        cost = np.full((len(calls), len(dark)), _FAR)
        for i, j, metres in group:
            cost[calls.index(i), dark.index(j)] = metres
        rows, columns = linear_sum_assignment(cost)
        chosen += [
            (calls[r], dark[c], float(cost[r, c]))
            for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
            if cost[r, c] < _FAR
        ]
    return sorted(chosen)


_FAR = 1e9


def _joined(pairs: list[tuple[int, int, float]]) -> list[list[tuple[int, int, float]]]:
    """Return the pairs in groups that share no call and no episode, in order of their first."""
    leader: dict[tuple[str, int], tuple[str, int]] = {}

    def lead(node: tuple[str, int]) -> tuple[str, int]:
        while (up := leader.setdefault(node, node)) != node:
            leader[node] = leader[up]
            node = up
        return node

    for i, j, _ in pairs:
        leader[lead(("call", i))] = lead(("dark", j))
    groups: dict[tuple[str, int], list[tuple[int, int, float]]] = {}
    for pair in pairs:
        groups.setdefault(lead(("call", pair[0])), []).append(pair)
    return list(groups.values())


def _alongside(visits: tuple[Visit, ...]) -> dict[int, list[tuple[int, int]]]:
    """Return MMSI -> first and last report of each of her stays inside any berth.

    Asked of one call: where she lies in a later one says nothing of this one.
    """
    stays: dict[int, list[tuple[int, int]]] = {}
    for v in visits:
        if v.place_kind == "berth":
            stays.setdefault(v.mmsi, []).append((v.first.time_ms, v.last.time_ms))
    return stays


def _fits(call: Visit, episode: Episode) -> bool:
    first_seen, last_seen = (to_ms(episode.seen[k].acquired_at) for k in (0, -1))
    appeared = to_ms(episode.before.acquired_at) if episode.before else first_seen
    entered = call.first.time_ms
    heard_elsewhere = call.after is not None and call.after.time_ms < last_seen
    # The hull came after the berth was last seen free, the ship by the time it was seen.
    came_after = call.last.time_ms >= appeared or episode.before is None
    # One heard in port once the berth is free is not the ship that left it.
    stayed = episode.after is not None and call.last.time_ms > to_ms(episode.after.acquired_at)
    return entered <= last_seen and not heard_elsewhere and came_after and not stayed
