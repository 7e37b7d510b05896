"""Tracks laid on the port's own plane: where every report lies, in metres, and who is in what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from monitor.detect.presence import Mask, Rows, last_true, runs_in
from monitor.detect.tracks import Tracks
from monitor.detect.visit_criteria import RINGS_NM, VisitCriteria
from monitor.domain.geo import METRES_PER_NM, distance_m
from monitor.domain.place import Gazetteer
from monitor.domain.visit import RingCrossing, Visit
from monitor.domain.window import Edge, from_ms, span_ms


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Rows first..last in which a presence held, with the reports around it."""

    first: int
    last: int
    before: int | None
    """Row before `first` in the same track; None where the track begins with it."""
    after: int | None
    """Row after `last` in the same track; None where the ship was not seen to leave."""
    inside: Rows
    """The rows of it that lie inside; the others are not far enough out to have left."""


class Ground:
    """The tracks projected once, and what can be asked of them."""

    def __init__(self, tracks: Tracks, gazetteer: Gazetteer, criteria: VisitCriteria) -> None:
        self.tracks, self.gazetteer, self.criteria = tracks, gazetteer, criteria
        self.frame = gazetteer.frame
        self.starts = tracks.starts
        rows = tracks.rows
        # Far-away reports cannot be projected into one UTM zone; no place is there either.
        west, south, east, north = gazetteer.bounds
        self.near: Mask = (
            (rows.lon > west - 0.5)
            & (rows.lon < east + 0.5)
            & (rows.lat > south - 0.5)
            & (rows.lat < north + 0.5)
        )
        x, y = np.full(len(rows), np.inf), np.full(len(rows), np.inf)
        x[self.near], y[self.near] = self.frame.xy(rows.lon[self.near], rows.lat[self.near])
        self.x, self.y = x, y

    def within(self, shape: BaseGeometry, metres: float = 0.0) -> Mask:
        """Return which reports lie in a metric shape grown by `metres`."""
        grown = shape.buffer(metres) if metres else shape
        shapely.prepare(grown)
        mask = np.zeros(len(self.x), bool)
        west, south, east, north = grown.bounds
        box = (self.x >= west) & (self.x <= east) & (self.y >= south) & (self.y <= north)
        rows = np.flatnonzero(box)
        mask[rows] = shapely.contains_xy(grown, self.x[rows], self.y[rows])
        return mask

    def spans(self, inside: Mask, outside: Mask) -> list[Span]:
        """Return the spans in which a ship had come inside and not yet gone outside.

        A report that is neither keeps the state before it; each track starts outside.
        """
        runs = runs_in(inside, outside, self.starts)
        found = []
        for a, b, left in zip(
            runs.first.tolist(), runs.last.tolist(), runs.left.tolist(), strict=True
        ):
            before = None if self.starts[a] else a - 1
            after = b + 1 if left else None
            found.append(Span(a, b, before, after, a + np.flatnonzero(inside[a : b + 1])))
        return found

    def visit(self, span: Span, *, place_id: str, kind: str, learned_ms: int) -> Visit:
        """Turn a span into a visit with its edges and its confidence."""
        rows, c = self.tracks.rows, self.criteria
        times = rows.time_ms[span.inside]
        longest_gap = int(np.diff(times).max()) if len(times) > 1 else 0
        trailing = int(rows.time_ms[span.after] - times[-1]) if span.after is not None else 0
        # A stay at a berth, at anchor or waiting is itself the stop that a port call must show.
        slow = np.flatnonzero(rows.sog_kn[span.first : span.last + 1] <= c.stop_kn) + span.first
        stopped = kind != "port" or len(slow) > 0 or max(longest_gap, trailing) >= span_ms(c.gap)
        visit = visit_of(
            self.tracks,
            span,
            place_id=place_id,
            kind=kind,
            learned_ms=learned_ms,
            stopped=stopped,
            criteria=c,
        )
        return replace(visit, sure_ms=self._sure_ms(visit, slow)) if kind == "port" else visit

    def _sure_ms(self, visit: Visit, slow: Rows) -> int:
        """Return when entry or exit and the stop had both been received, as far as they were.

        A ship that was never slow inside shows her stop by a gap, and that by her next report.
        """
        sure = visit.learned_ms
        if visit.before is not None and len(slow):
            return max(sure, int(self.tracks.rows.received_ms[slow].min()))
        return max(sure, visit.after.received_ms) if visit.after is not None else sure

    def proven(self, span: Span, least: timedelta) -> int | None:
        """Return when reports inside that prove a stay of `least` had been received, or None.

        Reports that came late and were not needed for the proof do not put it off.
        """
        rows = self.tracks.rows
        order = np.argsort(rows.received_ms[span.inside], kind="stable")
        times = rows.time_ms[span.inside[order]]
        known = np.maximum.accumulate(times) - np.minimum.accumulate(times)
        enough = np.flatnonzero(known >= span_ms(least))
        return int(rows.received_ms[span.inside[order[enough[0]]]]) if len(enough) else None

    def seen_twice(self, span: Span) -> int | None:
        """Return when two reports inside had been received, or None."""
        received = self.tracks.rows.received_ms[span.inside]
        return int(np.partition(received, 1)[1]) if len(received) > 1 else None

    def long_enough(self, span: Span, least: timedelta) -> int | None:
        """Return when it was known that the stay had or can have lasted `least`, or None.

        Where reports inside do not prove it, a ship between whose neighbouring reports that much
        time lies can have been there; the report after it is what tells.
        """
        proven = self.proven(span, least)
        if proven is not None or span.after is None:
            return proven
        rows = self.tracks.rows
        begun = span.first if span.before is None else span.before
        if rows.time_ms[span.after] - rows.time_ms[begun] < span_ms(least):
            return None
        return int(rows.received_ms[[begun, span.first, span.after]].max())

    def with_rings(self, visits: Iterable[tuple[int, Visit]], port: str) -> list[Visit]:
        """Add to (first row, visit) pairs the rings round the port passed on the way in."""
        pairs = list(visits)
        if not pairs:
            return []
        rows = self.tracks.rows
        middle = self.gazetteer.port_area(port).centroid
        off_nm = distance_m(rows.lon, rows.lat, middle.x, middle.y) / METRES_PER_NM
        beyond = {nm: last_true(off_nm > nm) for nm in RINGS_NM}
        begins = last_true(self.starts)
        found = []
        for row, visit in pairs:
            outs = [(nm, int(beyond[nm][row])) for nm in RINGS_NM]
            rings = tuple(
                RingCrossing(nm=nm, edge=self._edge(out))
                for nm, out in outs
                if begins[row] <= out < row
            )
            found.append(replace(visit, rings=rings))
        return found

    def _edge(self, row: int) -> Edge:
        """Return the edge between a row and the next."""
        a, b = (int(t) for t in self.tracks.rows.time_ms[row : row + 2])
        observed = b - a <= span_ms(self.criteria.observed_gap)
        return Edge(earliest=from_ms(a), latest=from_ms(b), observed=observed)


def visit_of(
    tracks: Tracks,
    span: Span,
    *,
    place_id: str,
    kind: str,
    learned_ms: int,
    stopped: bool,
    criteria: VisitCriteria,
) -> Visit:
    """Turn a span into a visit with its edges.

    The visit is named for the report inside that was received first (ties: the earliest): late
    reports were received later, so whatever they do to its edges it stays the same visit. Split
    in two by a late report from outside, the part that holds that report keeps the name; two
    visits joined into one keep the older name.
    """
    fix, rows = tracks.fix, tracks.rows
    first, last = fix(span.first), fix(span.last)
    before = fix(span.before) if span.before is not None else None
    after = fix(span.after) if span.after is not None else None
    times = rows.time_ms[span.inside]
    observed_ms = span_ms(criteria.observed_gap)
    return Visit(
        mmsi=first.mmsi,
        place_id=place_id,
        place_kind=kind,
        start=Edge(
            earliest=from_ms(before.time_ms) if before else None,
            latest=from_ms(first.time_ms),
            observed=bool(before and first.time_ms - before.time_ms <= observed_ms),
        ),
        end=Edge(
            earliest=from_ms(last.time_ms),
            latest=from_ms(after.time_ms) if after else None,
            observed=bool(after and after.time_ms - last.time_ms <= observed_ms),
        ),
        confidence=confidence_of(entry=before is not None, exit_=after is not None, stop=stopped),
        positions=len(span.inside),
        before=before,
        first=first,
        last=last,
        after=after,
        learned_ms=learned_ms,
        anchor_ms=int(times[np.argmin(rows.received_ms[span.inside])]),
        longest_gap_ms=int(np.diff(times).max()) if len(times) > 1 else 0,
        part=int(tracks.part[track_of(tracks, span.first)]),
    )


def confidence_of(*, entry: bool, exit_: bool, stop: bool) -> int:
    """Grade a visit 1-4 by which evidence exists. Source: Global Fishing Watch, port visits."""
    if stop:
        return 2 + entry + exit_
    return 1


def track_of(tracks: Tracks, row: int) -> int:
    """Return the number of the track a row belongs to."""
    return int(np.searchsorted(tracks.first_row, row, side="right")) - 1
