"""Berth stays: by the hull's outline where antenna offsets and heading are known, else by the
antenna. Coarse positions never decide which berth it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from monitor.detect.ground import Ground, Span, track_of
from monitor.detect.hulls import Outlines, fit_of, outlines, quay_direction
from monitor.detect.presence import Mask
from monitor.domain.geo import FloatArray
from monitor.domain.place import Place
from monitor.domain.vessel import Hull
from monitor.domain.visit import Visit

_FAR_M = 500.0
"""A coarse report says nothing beside the berth, but this far off it does."""


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    """What every report says of one berth; arrays have a value for each row of the tracks."""

    inside: Mask
    outside: Mask
    weight: FloatArray
    """How much of the ship the report puts into the berth, 0-1."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stay:
    """A stay that may yet lose against one at a neighbouring berth."""

    visit: Visit
    span: Span
    track: int
    held: float
    """Reports inside, each counted by how much of the ship it puts into the berth."""


def berth_stays(ground: Ground, hulls: Mapping[int, Hull]) -> list[Visit]:
    """Find stays at berths; of overlapping stays of one ship the berth that holds most wins."""
    berths = ground.gazetteer.berths
    if not berths:
        return []
    c, rows = ground.criteria, ground.tracks.rows
    around = shapely.box(*shapely.total_bounds([ground.frame.metric(b.geometry) for b in berths]))
    fine = ground.within(around, _FAR_M) & (rows.precision_m <= c.berth_precision_m)
    shapes = outlines(ground, hulls, fine)
    stays = [stay for berth in berths for stay in _stays_at(ground, berth, shapes, fine)]
    return [_with_hull(ground, stay, shapes) for stay in _best_held(stays)]


def _stays_at(ground: Ground, berth: Place, shapes: Outlines, fine: Mask) -> list[_Stay]:
    c, rows = ground.criteria, ground.tracks.rows
    slot = _slot(ground, berth, shapes, fine)
    if slot is None:
        return []
    still = (slot.weight > 0.5) & ~(rows.sog_kn > c.stop_kn)
    found = []
    for span in ground.spans(slot.inside, slot.outside):
        learned = ground.proven(span, c.berth_min)
        if learned is None and still[span.inside].any():
            # One report can only speak for a stay if it lies still in the berth itself.
            learned = ground.long_enough(span, c.berth_min)
        if learned is not None:
            visit = ground.visit(span, place_id=berth.id, kind="berth", learned_ms=learned)
            held = float(slot.weight[span.inside].sum())
            found.append(_Stay(visit, span, track_of(ground.tracks, span.first), held))
    return found


def _slot(ground: Ground, berth: Place, shapes: Outlines, fine: Mask) -> _Slot | None:
    """Judge every report by its antenna, then, where the outline is known, by that instead."""
    c, rows = ground.criteria, ground.tracks.rows
    shape = ground.frame.metric(berth.geometry)
    fit = fit_of(shapes, shape, quay_direction(ground, berth))
    at = ground.within(shape, c.berth_enter_m) & fine
    at[shapes.rows] = (fit.share >= c.berth_hull_share) & (fit.off_m <= c.berth_enter_m)
    inside = at & ~(rows.sog_kn > c.berth_enter_kn)
    if not inside.any():
        return None
    off = ~ground.within(shape, c.berth_exit_m) & fine
    off[shapes.rows] = fit.off_m > c.berth_exit_m
    weight = ground.within(shape).astype(np.float64)
    weight[shapes.rows] = fit.inner
    fast = rows.sog_kn > c.berth_exit_kn
    return _Slot(inside, off | fast | ~ground.within(shape, _FAR_M), weight)


def _best_held(stays: list[_Stay]) -> list[_Stay]:
    """Drop stays that overlap a stay of the same ship at a berth which held more of her.

    A report between two slots lies within reach of both; one hull is at one berth.
    """
    ranked = sorted(
        stays,
        key=lambda s: (
            -s.held,
            -s.visit.positions,
            s.visit.first.time_ms,
            s.visit.place_id,
            s.span.first,
        ),
    )
    kept: dict[int, list[_Stay]] = {}
    for stay in ranked:
        others = kept.setdefault(stay.track, [])
        if not any(
            stay.span.first <= o.span.last and o.span.first <= stay.span.last for o in others
        ):
            others.append(stay)
    return [stay for stays in kept.values() for stay in stays]


def _with_hull(ground: Ground, stay: _Stay, shapes: Outlines) -> Visit:
    """Say whether the outline decided, and which other slots it takes."""
    own = shapes.of(stay.span.inside)
    if 2 * len(own.rows) <= len(stay.span.inside):
        return stay.visit
    covers = []
    for berth in ground.gazetteer.berths:
        if berth.id == stay.visit.place_id:
            continue
        fit = fit_of(own, ground.frame.metric(berth.geometry), quay_direction(ground, berth))
        taken = np.where(fit.inner > 0, fit.covered, 0.0)
        if np.median(taken) >= ground.criteria.berth_covered:
            covers.append(berth.id)
    return replace(stay.visit, by_hull=True, covers=tuple(covers))
