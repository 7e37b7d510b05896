"""How each source does: its rate against its own habit, and what it should always hear.

Where too little is known of a source to say, that is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from monitor.detect.reception import FeedCriteria, Outage, outages_in
from monitor.detect.wording import days_text
from monitor.domain.coverage import HOUR_MS, Ints
from monitor.domain.feed import FeedControl, FeedLog, FeedState, SourceBeat, SourceHealth, log_until
from monitor.domain.window import from_ms, span_ms, to_ms, utc_text

_MINUTE_MS = 60_000
_WEEK_H = 168


def usual_vessels(log: FeedLog, hour: int, *, criteria: FeedCriteria) -> float | None:
    """Return the median number of ships received in this hour of the week over the weeks before.

    Hours without any count as none, from the first hour of the source on. None where fewer than
    `least_weeks` are known.
    """
    if not len(log.hours):
        return None
    weeks = [hour - _WEEK_H * n for n in range(1, criteria.usual_weeks + 1)]
    counts = [_vessels_at(log, h) for h in weeks if h >= log.hours[0]]
    return float(np.median(counts)) if len(counts) >= criteria.least_weeks else None


def _vessels_at(log: FeedLog, hour: int) -> int:
    at = int(np.searchsorted(log.hours, hour))
    return int(log.vessels[at]) if at < len(log.hours) and log.hours[at] == hour else 0


def source_health(
    control: FeedControl,
    log: FeedLog | None,
    *,
    as_of: datetime,
    criteria: FeedCriteria,
    broken: str = "",
    beat: SourceBeat | None = None,
    control_hours: Mapping[str, Ints] | None = None,
) -> SourceHealth:
    """Say how a source does, and why.

    Args:
        control: The source.
        log: What it gave; None if it never gave anything.
        as_of: The present instant.
        criteria: All thresholds.
        broken: Why it cannot be read; empty if it can.
        beat: What its connection last said about itself; None for one that is polled.
        control_hours: What should always be heard -> hours in which it was.
    """
    heard, now_ms = log_until(log or _nothing(control.name), as_of), to_ms(as_of)
    last_hour = now_ms // HOUR_MS - 1
    vessels = _vessels_at(heard, last_hour)
    usual = usual_vessels(heard, last_hour, criteria=criteria)
    silent = _silent_controls(control_hours or {}, last_hour + 1, criteria)
    pause = next((o for o in outages_in(heard, as_of=as_of, criteria=criteria) if o.is_open), None)
    if broken or (beat and not beat.connected):
        state, reason = FeedState.DOWN, broken or "not connected"
    elif pause:
        state, reason = _paused(pause, beat, now_ms)
    elif silent:
        state, reason = FeedState.QUIET, f"not heard lately: {', '.join(silent)}"
    elif usual is not None and vessels < criteria.quiet_share * usual:
        state, reason = FeedState.QUIET, "far fewer ships than usual"
    elif len(heard.minutes) <= criteria.known_spacings:
        state, reason = FeedState.UNKNOWN, "too little received so far to know its habit"
    else:
        state = FeedState.OK
        reason = "" if usual is not None else "too few weeks known to say what is usual"
    frames = [beat.last_frame_ms] if beat and beat.last_frame_ms is not None else []
    return SourceHealth(
        name=control.name,
        state=state,
        reason=reason,
        last_ms=max([*(heard.minutes[-1:] * _MINUTE_MS).tolist(), *frames], default=None),
        vessels=vessels,
        usual_vessels=usual,
    )


def _nothing(name: str) -> FeedLog:
    none = np.zeros(0, np.int64)
    return FeedLog(name=name, minutes=none, hours=none, vessels=none)


def _paused(pause: Outage, beat: SourceBeat | None, now_ms: int) -> tuple[FeedState, str]:
    """Tell a source that is silent from one that speaks of other things than ships."""
    frame = beat.last_frame_ms if beat else None
    speaks = frame is not None and now_ms - frame <= pause.allowed_ms
    what = "nothing of ships" if speaks else "nothing"
    lasted, usual = now_ms - pause.last_ms, pause.usual_ms
    return (
        FeedState.QUIET if speaks else FeedState.STALLED,
        f"{what} for {_span(lasted)}, usually every {_span(usual)}",
    )


def _span(ms: int) -> str:
    minutes = ms // _MINUTE_MS
    return f"{minutes} min" if minutes < 180 else days_text(timedelta(minutes=minutes))


def _silent_controls(
    control_hours: Mapping[str, Ints], hour: int, criteria: FeedCriteria
) -> list[str]:
    """Return what was heard in most hours of the week before and not in the last full hours."""
    lately = hour - span_ms(criteria.control) // HOUR_MS
    silent = []
    for what, hours in sorted(control_hours.items()):
        week = np.unique(hours[(hours >= lately - _WEEK_H) & (hours < lately)])
        usual = len(week) >= criteria.control_share * _WEEK_H
        if usual and not np.any(hours >= lately):
            silent.append(what)
    return silent


def health_summary(health: Iterable[SourceHealth]) -> list[dict[str, Any]]:
    """Return how the sources do as plain values for `summary.json`."""
    return [
        {
            "source": h.name,
            "state": h.state.value,
            "reason": h.reason,
            "last_received": utc_text(from_ms(h.last_ms)) if h.last_ms is not None else None,
            "vessels_last_hour": h.vessels,
            "usual_vessels": h.usual_vessels,
        }
        for h in health
    ]
