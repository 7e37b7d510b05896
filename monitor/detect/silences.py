"""Tracks to silences: spans in which no AIS of a vessel was received, against its own habit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.detect.tracks import Tracks
from monitor.domain.place import Gazetteer
from monitor.domain.visit import Coverage, Silence, Visit
from monitor.domain.window import from_ms, span_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceCriteria:
    """When a gap is longer than a vessel's own habit explains.

    Source: MonitorFish and Starboard (4 h), eykon (12 × own cadence), MonitorFish (longer in
    port); the numbers for few reports and for ports are our own.
    """

    least: timedelta = timedelta(hours=4)
    own_intervals: float = 12.0
    """Times the vessel's own median spacing."""
    in_port: timedelta = timedelta(hours=24)
    """In port, sets are switched off for maintenance and quays hide antennas."""
    few_reports: timedelta = timedelta(hours=24)
    """Where fewer than `habit_reports` spacings are known."""
    habit_reports: int = 5
    habit_window: int = 50
    """Spacings before the gap that make up the habit."""


def silences_in(
    tracks: Tracks,
    gazetteer: Gazetteer,
    visits: tuple[Visit, ...],
    coverage: Coverage,
    *,
    as_of: datetime,
    criteria: SilenceCriteria,
) -> tuple[Silence, ...]:
    """Find every span without reports longer than its vessel's threshold, the last one open.

    The claim that coverage was good enough is left to the caller: each silence carries the hours
    in which others were heard.
    """
    found = []
    times = tracks.rows.time_ms
    as_of_ms = to_ms(as_of)
    calls: dict[int, list[Visit]] = {}
    for visit in visits:
        if visit.place_kind == "port":
            calls.setdefault(visit.mmsi, []).append(visit)
    least_ms = span_ms(criteria.least)
    for rows in tracks.slices():
        own = times[rows]
        gaps = np.diff(own, append=as_of_ms)
        # One report shows no habit that could have been broken.
        for i in np.flatnonzero(gaps > least_ms) if len(own) > 1 else ():
            before = tracks.fix(rows.start + int(i))
            call = next(
                (v for v in calls.get(before.mmsi, []) if _ends_in(v, before.time_ms)), None
            )
            median, threshold = _habit(gaps[:i], in_port=call is not None, criteria=criteria)
            if gaps[i] <= threshold:
                continue
            is_last = int(i) == len(own) - 1
            end = from_ms(as_of_ms if is_last else int(own[i + 1]))
            fed, hours = coverage.fed_between(from_ms(before.time_ms), end, except_mmsi=before.mmsi)
            found.append(
                Silence(
                    mmsi=before.mmsi,
                    before=before,
                    after=None if is_last else tracks.fix(rows.start + int(i) + 1),
                    threshold_ms=threshold,
                    median_interval_ms=median,
                    fed_hours=fed,
                    hours=hours,
                    place_id=call.place_id if call else None,
                )
            )
    return tuple(found)


def _ends_in(call: Visit, at_ms: int) -> bool:
    return call.first.time_ms <= at_ms <= call.last.time_ms


def _habit(gaps: np.ndarray, *, in_port: bool, criteria: SilenceCriteria) -> tuple[int, int]:
    """Return (median spacing, threshold) in ms from the spacings before a gap."""
    known = gaps[-criteria.habit_window :]
    enough = len(known) >= criteria.habit_reports
    median = int(np.median(known)) if enough else 0
    threshold = max(span_ms(criteria.least), int(median * criteria.own_intervals))
    if not enough:
        threshold = max(threshold, span_ms(criteria.few_reports))
    if in_port:
        threshold = max(threshold, span_ms(criteria.in_port))
    return median, threshold
