"""Tracks to visits: which vessel was in which place, between which edges.

Everything is decided on elapsed time and distance, never on how many messages came: at a port
that hears twenty reports a day a count means nothing. Entry and exit thresholds differ, so a
ship lying on a line does not come and go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import shapely

from monitor.detect.berths import berth_stays
from monitor.detect.gfw_events import visits_by_points
from monitor.detect.ground import Ground, Span
from monitor.detect.presence import Mask
from monitor.detect.tracks import Tracks
from monitor.detect.visit_criteria import PRESETS, PortRules, VisitCriteria
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.vessel import Hull
from monitor.domain.visit import Visit
from monitor.domain.window import span_ms

__all__ = ["PRESETS", "PortRules", "VisitCriteria", "short_waits", "visits_in"]

_WAITING_KINDS = (PlaceKind.WAITING_AREA, PlaceKind.ANCHORAGE)
_NO_HULLS: Mapping[int, Hull] = MappingProxyType({})


def visits_in(
    tracks: Tracks,
    gazetteer: Gazetteer,
    *,
    criteria: VisitCriteria,
    hulls: Mapping[int, Hull] = _NO_HULLS,
) -> tuple[Visit, ...]:
    """Find every visit of every vessel to the ports, berths, anchorages and waiting areas.

    Args:
        tracks: Cleaned positions; one MMSI may have several tracks.
        gazetteer: The places.
        criteria: Thresholds; with `rules = points` only port calls are found, by distance.
        hulls: MMSI -> hull where known. Only a stay of a ship with a heading uses it.

    Returns:
        Visits ordered by vessel, first report, place and track.
    """
    if not len(tracks.rows):
        return ()
    if criteria.rules is PortRules.POINTS:
        found = visits_by_points(tracks, gazetteer, criteria=criteria)
    else:
        ground = Ground(tracks, gazetteer, criteria)
        found = [v for port in gazetteer.ports for v in _port_calls(ground, port)]
        found += berth_stays(ground, hulls)
        found += _anchorage_stays(ground)
        waited_at = {p.port for p in gazetteer.of_kind(*_WAITING_KINDS)}
        found += [v for port in sorted(waited_at) for v in _waits(ground, port)]
    return tuple(
        sorted(found, key=lambda v: (v.mmsi, v.first.time_ms, v.place_kind, v.place_id, v.part))
    )


def short_waits(
    tracks: Tracks, gazetteer: Gazetteer, *, criteria: VisitCriteria
) -> tuple[Visit, ...]:
    """Return the stays off a port, of two reports and more, that were too short for a wait."""
    if not len(tracks.rows) or criteria.rules is PortRules.POINTS:
        return ()
    ground = Ground(tracks, gazetteer, criteria)
    waited_at = {p.port for p in gazetteer.of_kind(*_WAITING_KINDS)}
    return tuple(
        stay
        for port in sorted(waited_at)
        for _, stay, is_proven in _stays_off(ground, port)
        if not is_proven
    )


def _port_calls(ground: Ground, port: str) -> list[Visit]:
    """Find calls at a port: in by the first report inside its polygons, out beyond its ring."""
    c = ground.criteria
    shape = ground.frame.metric(ground.gazetteer.port_area(port))
    place_id = ground.gazetteer.port_place(port).id
    spans = ground.spans(ground.within(shape), ~ground.within(shape, c.port_exit_m))
    found = []
    for span in spans:
        learned = ground.seen_twice(span)
        if learned is None:
            learned = ground.long_enough(span, c.port_min)
        if learned is not None:
            call = ground.visit(span, place_id=place_id, kind="port", learned_ms=learned)
            found.append((span.first, call))
    return ground.with_rings(found, port)


def _anchorage_stays(ground: Ground) -> list[Visit]:
    """Find ships lying still in an anchorage."""
    c, sog = ground.criteria, ground.tracks.rows.sog_kn
    found = []
    for place in ground.gazetteer.of_kind(PlaceKind.ANCHORAGE):
        shape = ground.frame.metric(place.geometry)
        inside = ground.within(shape) & ~(sog > c.anchor_enter_kn)
        outside = ~ground.within(shape, c.anchor_exit_m) | (sog > c.anchor_exit_kn)
        for span in ground.spans(inside, outside):
            learned = ground.long_enough(span, c.anchor_min)
            if learned is not None:
                found.append(
                    ground.visit(span, place_id=place.id, kind="anchorage", learned_ms=learned)
                )
    return found


def _waits(ground: Ground, port: str) -> list[Visit]:
    """Find ships that stay in the waiting areas and anchorages off a port, taken as one.

    The place named is the area that held most of the reports; all are listed.
    """
    found = [(first, wait) for first, wait, is_proven in _stays_off(ground, port) if is_proven]
    return (
        ground.with_rings(found, port) if port in ground.gazetteer.ports else [v for _, v in found]
    )


def _stays_off(ground: Ground, port: str) -> Iterator[tuple[int, Visit, bool]]:
    """Yield (first row, stay, whether it is proven a wait) for stays of two reports and more."""
    c = ground.criteria
    areas = ground.gazetteer.of_kind(*_WAITING_KINDS, port=port)
    shapes = [ground.frame.metric(a.geometry) for a in areas]
    whole = shapely.union_all(shapes)
    # A report in an anchorage inside a waiting area counts for the anchorage, the smaller one.
    order = sorted(range(len(areas)), key=lambda i: (shapes[i].area, areas[i].id))
    within = [(areas[i].id, ground.within(shapes[i])) for i in order]
    for span in ground.spans(ground.within(whole), ~ground.within(whole, c.waiting_exit_m)):
        for part in _split_at_gaps(ground, span):
            # Only reports prove a wait: a ship heard twice a day may pass through.
            proven = ground.proven(part, c.waiting_min)
            learned = proven if proven is not None else ground.seen_twice(part)
            if learned is None:
                continue
            held = _held(within, slice(part.first, part.last + 1))
            wait = ground.visit(part, place_id=held[0][0], kind="waiting_area", learned_ms=learned)
            yield part.first, replace(wait, areas=held), proven is not None


def _split_at_gaps(ground: Ground, span: Span) -> list[Span]:
    rows, longest = span.inside, span_ms(ground.criteria.waiting_max_gap)
    wide = np.flatnonzero(np.diff(ground.tracks.rows.time_ms[rows]) > longest)
    parts, before = [], span.before
    for held in np.split(rows, wide + 1):
        a, b = int(held[0]), int(held[-1])
        is_last = b == span.last
        parts.append(Span(a, b, before, span.after if is_last else b + 1, held))
        before = int(rows[np.searchsorted(rows, b, side="right")]) - 1 if not is_last else None
    return parts


def _held(within: list[tuple[str, Mask]], rows: slice) -> tuple[tuple[str, int], ...]:
    """Return (area, reports) for the areas that held any of the rows, most first."""
    left = np.ones(rows.stop - rows.start, bool)
    counts = []
    for area, mask in within:
        here = mask[rows] & left
        left &= ~here
        counts.append((area, int(here.sum())))
    return tuple(sorted((c for c in counts if c[1]), key=lambda c: (-c[1], c[0])))
