"""Tracks to silences: spans in which no AIS of a vessel was received, against its own habit.

A silence is claimed only where it was shown that the ship would have been heard. Every answer is
worked out whole from what had been received by `as_of`:

| listening | the silence is |
|---|---|
| others were heard near there in enough of the hours until the threshold passed | open |
| hardly anybody else was, but she herself had been, time and again, and her source went on | open |
| neither: far off shore, or at a port nobody hears | not claimed, only counted |
| the threshold has passed, but nothing at all was received since | not claimed yet |
| it was claimed, and every source that heard the others is silent now | void |
| they were silent for more of its first week than the rule allows | void |
| they speak again, and were not silent for too long | open again |
| they were silent for too long before it could be claimed | not claimed |
| the ship was heard again | closed; void where they were silent for too long meanwhile |
| a late report falls into it and leaves no gap longer than the threshold | gone |
| it shows only in reports that came late | closed, not worth a notice |
| her last report itself came late | open when the threshold has passed since it came |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from monitor.detect.reception import Listening
from monitor.detect.tracks import Tracks, fix_at
from monitor.domain.coverage import (
    HOUR_MS,
    CellSpans,
    Heard,
    Ints,
    cell_of,
    cells_around,
    merged_spans,
)
from monitor.domain.feed import feed_name
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.visit import Fix, Ground, Silence, Visit
from monitor.domain.window import from_ms, span_ms, to_ms

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceCriteria:
    """When a gap is longer than a vessel's own habit explains, and may be claimed.

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
    least_coverage: float = 0.5
    """Least share of hours in which others were heard (own)."""
    own_reports: int = 5
    """Reports of her own in the day before that show the water covered where no other ship does.
    Source: Global Fishing Watch asks for 14 by satellite in 12 hours before it calls a set
    disabled, on feeds far denser than ours; we claim no more than that nothing was received."""
    judged_for: timedelta = timedelta(days=7)
    """Coverage where she was last heard says nothing of her after this (own)."""


SIX_HOURS = SilenceCriteria(
    least=timedelta(hours=6), own_intervals=0.0, few_reports=timedelta(hours=6)
)
"""One fixed threshold, as in Skylight's published description of its gap events."""


def silences_in(
    tracks: Tracks,
    visits: tuple[Visit, ...],
    listening: Listening,
    *,
    as_of: datetime,
    criteria: SilenceCriteria,
) -> tuple[Silence, ...]:
    """Find every span without reports longer than its vessel's threshold, the last one open.

    Anything received under a ship's numbers ends it, also a report that was set aside: its place
    may be false, but it was received. Spans whose coverage was not shown are returned too and
    say so (`is_stated`).
    """
    rows, leader = _received(tracks)
    as_of_ms = to_ms(as_of)
    first = np.flatnonzero(np.r_[True, np.diff(leader) != 0]) if len(rows) else np.zeros(0, int)
    last = np.r_[first[1:] - 1, len(rows) - 1] if len(rows) else first
    gaps = np.diff(rows.time_ms, append=as_of_ms)
    gaps[last] = as_of_ms - rows.time_ms[last]
    begins = np.repeat(first, last - first + 1)
    calls = _port_calls(visits)
    found = []
    # One report shows no habit that could have been broken.
    several = np.repeat(last > first, last - first + 1)
    for row in np.flatnonzero((gaps > span_ms(criteria.least)) & several).tolist():
        own = slice(int(begins[row]), row + 1)
        is_last = row == len(rows) - 1 or begins[row + 1] != begins[row]
        before = fix_at(rows, row)
        place = next(
            (v.place_id for v in calls.get(before.mmsi, ()) if _holds(v, before.time_ms)), None
        )
        median, threshold = _habit(gaps[own][:-1], in_port=place is not None, criteria=criteria)
        due = max(before.time_ms, before.received_ms) + threshold
        if gaps[row] <= threshold or (is_last and as_of_ms <= due):
            continue
        gap = _Gap(
            before=before,
            after=None if is_last else fix_at(rows, row + 1),
            end_ms=as_of_ms if is_last else int(rows.time_ms[row + 1]),
            threshold_ms=threshold,
            median_ms=median,
            due_ms=due,
            place_id=place,
            own_reports=int(np.sum(rows.time_ms[own] > before.time_ms - span_ms(_DAY))),
        )
        found.append(_judged(gap, listening, criteria))
    return tuple(found)


def spans_wanted(
    positions: PositionColumns, *, as_of: datetime, criteria: SilenceCriteria
) -> CellSpans:
    """Return the cells and hours whose coverage silences in `positions` may ask for.

    What is set aside later only lengthens gaps; of those coverage is then not known, and no
    silence is claimed, which is right: something was received.

    Args:
        positions: Sorted by vessel and time.
        as_of: The instant up to which last gaps last.
        criteria: All thresholds.
    """
    as_of_ms = to_ms(as_of)
    if not len(positions):
        return merged_spans(*(np.zeros(0, np.int64),) * 3)
    ends = np.r_[positions.time_ms[1:], as_of_ms]
    ends[np.flatnonzero(np.r_[np.diff(positions.mmsi) != 0, True])] = as_of_ms
    begins = positions.time_ms
    row = np.flatnonzero(ends - begins > span_ms(criteria.least))
    until = np.minimum(ends[row], begins[row] + span_ms(criteria.judged_for))
    around = [cells_around(c) for c in cell_of(positions.lon[row], positions.lat[row]).tolist()]
    many = np.array([len(a) for a in around], np.int64)
    return merged_spans(
        np.array([c for cells in around for c in cells], np.int64),
        np.repeat(begins[row] // HOUR_MS, many),
        np.repeat(until // HOUR_MS, many),
    )


def silence_counts(silences: Iterable[Silence]) -> dict[str, int]:
    """Return how many silences are claimed, void and not claimed, for `summary.json`."""
    counts = {"silences": 0, "silences_void": 0, "silences_without_coverage": 0}
    for s in silences:
        key = "silences_void" if s.is_void else "silences"
        counts[key if s.is_stated else "silences_without_coverage"] += 1
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """A span longer than its threshold, before it is known how well we listened."""

    before: Fix
    after: Fix | None
    end_ms: int
    threshold_ms: int
    median_ms: int
    due_ms: int
    place_id: str | None
    own_reports: int


def _judged(gap: _Gap, listening: Listening, criteria: SilenceCriteria) -> Silence:
    """Hold a gap against how we listened."""
    before, start = gap.before, gap.before.time_ms
    limit = start + span_ms(criteria.judged_for)
    until = min(gap.end_ms, limit)
    ground, feeds = _ground(gap, listening, criteria, end_ms=min(start + gap.threshold_ms, limit))

    def lost(end_ms: int) -> bool:
        allowed = (1 - criteria.least_coverage) * (end_ms - start)
        return listening.lost_ms(feeds, start, end_ms) > allowed

    late = gap.after is not None and gap.after.received_ms <= gap.due_ms
    due = start + gap.threshold_ms if late else gap.due_ms
    stated = listening.next_received_ms(feeds, due) if ground is not Ground.NONE else None
    near = _near(gap, listening, until)
    fed, hours = listening.coverage.fed_between(
        from_ms(start), from_ms(gap.end_ms), except_mmsi=before.mmsi
    )
    return Silence(
        mmsi=before.mmsi,
        before=before,
        after=gap.after,
        threshold_ms=gap.threshold_ms,
        median_interval_ms=gap.median_ms,
        fed_hours=fed,
        hours=hours,
        place_id=gap.place_id,
        due_ms=gap.due_ms,
        near=near,
        listened=_worked(gap, listening, until) if ground is Ground.OWN else near,
        own_reports=gap.own_reports,
        ground=ground,
        # Where too much was lost before it could be claimed, it never was.
        stated_ms=None if stated is None or lost(min(stated, limit)) else stated,
        is_void=lost(until) or (gap.after is None and listening.is_down(feeds)),
        known_late=late,
    )


def _ground(
    gap: _Gap, listening: Listening, criteria: SilenceCriteria, *, end_ms: int
) -> tuple[Ground, tuple[str, ...]]:
    """Return what shows that she would have been heard until `end_ms`, and by which sources."""
    near = _near(gap, listening, end_ms)
    if near.share >= criteria.least_coverage:
        return Ground.OTHERS, near.feeds
    worked = _worked(gap, listening, end_ms)
    if gap.own_reports >= criteria.own_reports and worked.share >= criteria.least_coverage:
        return Ground.OWN, worked.feeds
    return Ground.NONE, ()


def _near(gap: _Gap, listening: Listening, end_ms: int) -> Heard:
    """Return how others were heard near where she was last heard."""
    b = gap.before
    return listening.coverage.near_between(b.lon, b.lat, b.time_ms, end_ms, except_mmsi=b.mmsi)


def _worked(gap: _Gap, listening: Listening, end_ms: int) -> Heard:
    """Return how the source that last heard her worked, wherever."""
    return listening.worked_between(feed_name(gap.before.source), gap.before.time_ms, end_ms)


def _received(tracks: Tracks) -> tuple[PositionColumns, Ints]:
    """Return all that was received, set aside or not, by ship and time; and whose it is."""
    many = np.diff(np.r_[tracks.first_row, len(tracks.rows)])
    rows = concat([tracks.rows, tracks.quarantined])
    leader = np.r_[np.repeat(tracks.leader, many), tracks.quarantined_leader]
    order = np.lexsort((rows.lat, rows.lon, rows.time_ms, leader))
    return rows.take(order), np.asarray(leader[order], np.int64)


def _port_calls(visits: tuple[Visit, ...]) -> dict[int, list[Visit]]:
    calls: dict[int, list[Visit]] = {}
    for visit in visits:
        if visit.place_kind == "port":
            calls.setdefault(visit.mmsi, []).append(visit)
    return calls


def _holds(call: Visit, at_ms: int) -> bool:
    return call.first.time_ms <= at_ms <= call.last.time_ms


def _habit(
    gaps: npt.NDArray[np.int64], *, in_port: bool, criteria: SilenceCriteria
) -> tuple[int, int]:
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
