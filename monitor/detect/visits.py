"""Tracks to visits: which vessel was in which place, between which edges.

Everything is decided on elapsed time and distance, never on how many messages came: at a port
that hears twenty reports a day a count means nothing. Entry and exit thresholds differ, so a
ship lying on a line does not come and go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from monitor.detect.tracks import Tracks
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.visit import Visit
from monitor.domain.window import Edge, from_ms, span_ms

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCriteria:
    """Thresholds of presence. Sources: Global Fishing Watch port visits (3/4 km, 0.2/0.5 kn),
    scaled from anchorage points to drawn polygons; our own where marked."""

    port_exit_m: float = 1_000.0
    """A ship has left a port once it is this far outside its polygons (own)."""
    port_min: timedelta = timedelta(minutes=30)
    """A single report in port counts if the ship can have been there this long (own)."""
    berth_enter_m: float = 30.0
    berth_exit_m: float = 60.0
    berth_enter_kn: float = 0.5
    berth_exit_kn: float = 3.0
    """Above this a ship is under way even if it is still beside the berth (own)."""
    berth_min: timedelta = timedelta(minutes=20)
    berth_precision_m: float = 50.0
    """Coarser positions (type 27, 0.1 minute) cannot tell one berth from the next."""
    anchor_exit_m: float = 200.0
    anchor_enter_kn: float = 0.5
    anchor_exit_kn: float = 1.5
    anchor_min: timedelta = timedelta(hours=1)
    waiting_exit_m: float = 500.0
    waiting_min: timedelta = timedelta(hours=6)
    """A ship that stays in a waiting ring this long makes good less than 3 kn: it waits."""
    waiting_max_gap: timedelta = timedelta(hours=48)
    """Across a longer gap two waits are told apart (own)."""
    observed_gap: timedelta = timedelta(hours=1)
    """An edge between reports closer than this was watched, not inferred."""
    stop_kn: float = 0.2
    gap: timedelta = timedelta(hours=4)
    """A gap this long counts as evidence of a stop in port (Global Fishing Watch)."""


def visits_in(
    tracks: Tracks, gazetteer: Gazetteer, *, criteria: VisitCriteria
) -> tuple[Visit, ...]:
    """Find every visit of every vessel to the ports, berths, anchorages and waiting areas.

    Returns:
        Visits ordered by vessel, first report and place.
    """
    if not len(tracks.rows):
        return ()
    finder = _Finder(tracks, gazetteer, criteria)
    found: list[Visit] = []
    for port in gazetteer.ports:
        found += finder.port_visits(port)
    found += finder.berth_stays()
    found += finder.anchorage_stays()
    for port in sorted({p.port for p in gazetteer.of_kind(*_WAITING_KINDS)}):
        found += finder.waits(port)
    return tuple(sorted(found, key=lambda v: (v.mmsi, v.first.time_ms, v.place_kind, v.place_id)))


_WAITING_KINDS = (PlaceKind.WAITING_AREA, PlaceKind.ANCHORAGE)


@dataclass(frozen=True, slots=True)
class _Span:
    """Rows a..b (both included) in which a hysteresis held; `inside` marks the decisive ones."""

    first: int
    last: int
    before: int | None
    after: int | None
    left: bool
    """Whether a report beyond the exit threshold ended it (rather than the end of the data)."""


class _Finder:
    """The tracks projected once, and the state machines that run over them."""

    def __init__(self, tracks: Tracks, gazetteer: Gazetteer, criteria: VisitCriteria) -> None:
        self.tracks, self.gazetteer, self.criteria = tracks, gazetteer, criteria
        self.frame = gazetteer.frame
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
        rows = np.flatnonzero(self.near & box)
        mask[rows] = shapely.contains_xy(grown, self.x[rows], self.y[rows])
        return mask

    def spans(self, inside: Mask, outside: Mask) -> list[_Span]:
        """Run the two-threshold state machine over all vessels at once.

        A report that is neither inside nor outside keeps the state before it; each vessel starts
        outside.
        """
        n = len(inside)
        starts = self.tracks.starts
        decisive = inside | outside | starts
        last_decisive = np.maximum.accumulate(np.where(decisive, np.arange(n), 0))
        state = inside[last_decisive]
        change = np.flatnonzero(np.r_[True, np.diff(state.astype(np.int8)) != 0] | starts)
        ends = np.append(change[1:], n)
        found = []
        for a, b in zip(change, ends, strict=True):
            if not state[a]:
                continue
            held = np.flatnonzero(inside[a:b])
            first, last = int(a + held[0]), int(a + held[-1])
            before = first - 1 if not starts[first] else None
            has_next = last + 1 < n and not starts[last + 1]
            left = bool(b < n and not starts[b])
            found.append(_Span(first, last, before, last + 1 if has_next and left else None, left))
        return found

    def visit(
        self, span: _Span, inside: Mask, *, place_id: str, kind: str, learned_row: int
    ) -> Visit:
        """Turn a span into a visit with its edges and its confidence."""
        fix, c = self.tracks.fix, self.criteria
        first, last = fix(span.first), fix(span.last)
        before = fix(span.before) if span.before is not None else None
        after = fix(span.after) if span.after is not None else None
        times = self.tracks.rows.time_ms[span.first : span.last + 1]
        inner = np.flatnonzero(inside[span.first : span.last + 1])
        longest_gap = int(np.diff(times[inner]).max()) if len(inner) > 1 else 0
        trailing = after.time_ms - last.time_ms if after else 0
        sog = self.tracks.rows.sog_kn[span.first : span.last + 1]
        # A stay at a berth, at anchor or waiting is itself the stop that a port call must show.
        stopped = (
            kind != "port"
            or bool(np.any(sog <= c.stop_kn))
            or max(longest_gap, trailing) >= span_ms(c.gap)
        )
        observed_ms = span_ms(c.observed_gap)
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
            confidence=_confidence(entry=before is not None, exit_=after is not None, stop=stopped),
            positions=len(inner),
            before=before,
            first=first,
            last=last,
            after=after,
            learned_ms=int(
                self.tracks.rows.received_ms[span.first : learned_row + 1].max(initial=0)
            ),
            longest_gap_ms=longest_gap,
        )

    def proven(self, span: _Span, inside: Mask, least: timedelta) -> int | None:
        """Return the first row inside that lies `least` after the first one, or None."""
        times = self.tracks.rows.time_ms
        rows = span.first + np.flatnonzero(inside[span.first : span.last + 1])
        late = rows[times[rows] - times[span.first] >= span_ms(least)]
        return int(late[0]) if len(late) else None

    def long_enough(self, span: _Span, inside: Mask, least: timedelta) -> int | None:
        """Return the row at which the stay had or can have lasted `least`, or None.

        Where reports inside do not prove it, a ship between whose neighbouring reports that much
        time lies can have been there; the report after it is what tells.
        """
        proven = self.proven(span, inside, least)
        if proven is not None:
            return proven
        times = self.tracks.rows.time_ms
        if span.after is not None:
            begun = times[span.before] if span.before is not None else times[span.first]
            if times[span.after] - begun >= span_ms(least):
                return span.after
        return None

    def port_visits(self, port: str) -> list[Visit]:
        """Find calls at a port: in by the first report inside its polygons, out beyond its ring."""
        c = self.criteria
        shape = self.frame.metric(self.gazetteer.port_area(port))
        inside = self.within(shape)
        spans = self.spans(inside, ~self.within(shape, c.port_exit_m))
        found = []
        for span in spans:
            rows = span.first + np.flatnonzero(inside[span.first : span.last + 1])
            learned = int(rows[1]) if len(rows) > 1 else self.long_enough(span, inside, c.port_min)
            if learned is not None:
                place = self.gazetteer.port_place(port).id
                found.append(
                    self.visit(span, inside, place_id=place, kind="port", learned_row=learned)
                )
        return found

    def berth_stays(self) -> list[Visit]:
        """Find stays at berths; of overlapping stays of one vessel the best held berth wins."""
        c, rows = self.criteria, self.tracks.rows
        slow = ~(rows.sog_kn > c.berth_enter_kn) & (rows.precision_m <= c.berth_precision_m)
        fast = rows.sog_kn > c.berth_exit_kn
        candidates: list[tuple[int, Visit]] = []
        for berth in self.gazetteer.berths:
            shape = self.frame.metric(berth.geometry)
            inside = self.within(shape, c.berth_enter_m) & slow
            if not inside.any():
                continue
            # A coarse report says nothing beside the berth, but half a kilometre off it does.
            fine = rows.precision_m <= c.berth_precision_m
            outside = (
                (~self.within(shape, c.berth_exit_m) & fine) | ~self.within(shape, 500.0) | fast
            )
            exact = self.within(shape)
            moored = exact & ~(rows.sog_kn > c.stop_kn)
            for span in self.spans(inside, outside):
                learned = self.proven(span, inside, c.berth_min)
                if learned is None and moored[span.first : span.last + 1].any():
                    # One report can only speak for a stay if it lies still in the berth itself.
                    learned = self.long_enough(span, inside, c.berth_min)
                if learned is not None:
                    held = int((inside & exact)[span.first : span.last + 1].sum())
                    stay = self.visit(
                        span, inside, place_id=berth.id, kind="berth", learned_row=learned
                    )
                    candidates.append((held, stay))
        return _best_held(candidates)

    def anchorage_stays(self) -> list[Visit]:
        """Find ships lying still in an anchorage."""
        c, rows = self.criteria, self.tracks.rows
        found = []
        for place in self.gazetteer.of_kind(PlaceKind.ANCHORAGE):
            shape = self.frame.metric(place.geometry)
            inside = self.within(shape) & ~(rows.sog_kn > c.anchor_enter_kn)
            outside = ~self.within(shape, c.anchor_exit_m) | (rows.sog_kn > c.anchor_exit_kn)
            for span in self.spans(inside, outside):
                learned = self.long_enough(span, inside, c.anchor_min)
                if learned is not None:
                    found.append(
                        self.visit(
                            span, inside, place_id=place.id, kind="anchorage", learned_row=learned
                        )
                    )
        return found

    def waits(self, port: str) -> list[Visit]:
        """Find ships that stay in the waiting areas and anchorages off a port, taken as one.

        The place named is the area that held most of the reports; all are listed.
        """
        c = self.criteria
        areas = self.gazetteer.of_kind(*_WAITING_KINDS, port=port)
        shapes = [self.frame.metric(a.geometry) for a in areas]
        whole = shapely.union_all(shapes)
        inside = self.within(whole)
        outside = ~self.within(whole, c.waiting_exit_m)
        # A report in an anchorage inside a waiting area counts for the anchorage, the smaller one.
        order = sorted(range(len(areas)), key=lambda i: (shapes[i].area, areas[i].id))
        within = [(areas[i].id, self.within(shapes[i])) for i in order]
        found = []
        for span in self.spans(inside, outside):
            for part in self._split_at_gaps(span, inside):
                # Only reports prove a wait: a ship heard twice a day may pass through.
                learned = self.proven(part, inside, c.waiting_min)
                if learned is None:
                    continue
                held = _held(within, slice(part.first, part.last + 1))
                visit = self.visit(
                    part, inside, place_id=held[0][0], kind="waiting_area", learned_row=learned
                )
                found.append(replace(visit, areas=held))
        return found

    def _split_at_gaps(self, span: _Span, inside: Mask) -> list[_Span]:
        rows = span.first + np.flatnonzero(inside[span.first : span.last + 1])
        wide = np.flatnonzero(
            np.diff(self.tracks.rows.time_ms[rows]) > span_ms(self.criteria.waiting_max_gap)
        )
        parts, first, before = [], span.first, span.before
        for i in wide:
            parts.append(_Span(first, int(rows[i]), before, int(rows[i]) + 1, True))
            first, before = int(rows[i + 1]), int(rows[i + 1]) - 1
        return [*parts, _Span(first, span.last, before, span.after, span.left)]


def _held(within: list[tuple[str, Mask]], rows: slice) -> tuple[tuple[str, int], ...]:
    """Return (area, reports) for the areas that held any of the rows, most first."""
    left = np.ones(rows.stop - rows.start, bool)
    counts = []
    for area, mask in within:
        here = mask[rows] & left
        left &= ~here
        counts.append((area, int(here.sum())))
    return tuple(sorted((c for c in counts if c[1]), key=lambda c: (-c[1], c[0])))


def _best_held(candidates: list[tuple[int, Visit]]) -> list[Visit]:
    """Drop stays that overlap a stay of the same vessel at a berth which held more reports.

    A report between two slots lies within reach of both; one hull is at one berth.
    """
    ranked = sorted(
        candidates,
        key=lambda pair: (-pair[0], -pair[1].positions, pair[1].first.time_ms, pair[1].place_id),
    )
    kept: dict[int, list[Visit]] = {}
    for _, stay in ranked:
        others = kept.setdefault(stay.mmsi, [])
        if not any(
            stay.first.time_ms <= o.last.time_ms and o.first.time_ms <= stay.last.time_ms
            for o in others
        ):
            others.append(stay)
    return [stay for stays in kept.values() for stay in stays]


def _confidence(*, entry: bool, exit_: bool, stop: bool) -> int:
    """Grade a visit 1-4 by which evidence exists. Source: Global Fishing Watch, port visits."""
    if stop:
        return 2 + entry + exit_
    return 1
