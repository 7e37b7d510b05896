"""What is usual at a place, in words and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from monitor.domain.baseline import AreaBaseline, BerthBaseline
from monitor.domain.window import utc_text


def baseline_dict(baseline: BerthBaseline) -> dict[str, Any]:
    """Return a baseline as plain JSON values."""
    return {
        "of": baseline.of,
        "state": "learning" if baseline.learning else "known",
        "looks": baseline.looks,
        "unusable": baseline.unusable,
        "taken": baseline.taken,
        "share": round(baseline.share, 3),
        "share_90": [round(baseline.low, 3), round(baseline.high, 3)],
        "first": utc_text(baseline.first) if baseline.first else None,
        "last": utc_text(baseline.last) if baseline.last else None,
        "stays": baseline.stays,
        "usual_stay_d": [_days(s) for s in baseline.stay_span],
    }


def baseline_text(baseline: BerthBaseline) -> str:
    """Return one baseline in a line."""
    word = ", learning" if baseline.learning else ""
    since = f" since {baseline.first:%Y-%m-%d}" if baseline.first else ""
    return (
        f"{baseline.of}: taken in {baseline.taken} of {baseline.looks} looks{since} "
        f"({baseline.low:.0%} to {baseline.high:.0%} of the time){word}"
    )


def usual_text(baselines: Sequence[BerthBaseline]) -> str:
    """Return in a few words how often a berth is taken, over all its sensors and orbits."""
    looks = sum(b.looks for b in baselines)
    if not looks:
        return "learning, no look"
    known = [b for b in baselines if not b.learning]
    taken = sum(b.taken for b in baselines)
    return f"taken in {taken} of {looks} looks" + ("" if known else ", learning")


def stay_text(baseline: BerthBaseline) -> str:
    """Return the usual stay: empty where none was seen from end to end."""
    least, most = (_days(s) for s in baseline.stay_span)
    if least is None or most is None:
        return ""
    return f"usual stay between {least:g} and {most:g} d, of {baseline.stays}"


def area_text(area: AreaBaseline) -> str:
    """Return in a line how many ships usually lie in an area, and for how long."""
    if area.ships is None or area.ships_spread is None:
        return f"{area.place_id}: learning, no day on which AIS was shown to work"
    word = ", learning" if area.learning else ""
    stay = (
        f"; stays of {area.stay_h:.0f} h, give or take {area.stay_spread_h:.0f} h ({area.stays})"
        if area.stay_h is not None and area.stay_spread_h is not None
        else "; no stay seen from end to end"
    )
    return (
        f"{area.place_id} ({area.place_kind.replace('_', ' ')}): {area.ships:g} ships at noon, "
        f"give or take {area.ships_spread:g}, at most {area.ships_most}, on {area.days} days"
        f"{stay}{word}"
    )


def area_dict(area: AreaBaseline) -> dict[str, Any]:
    """Return an area's baseline as plain JSON values."""
    return {
        "place_id": area.place_id,
        "place_kind": area.place_kind,
        "class": area.vessel_class,
        "state": "learning" if area.learning else "known",
        "days": area.days,
        "days_unheard": area.days_unheard,
        "first": utc_text(area.first) if area.first else None,
        "last": utc_text(area.last) if area.last else None,
        "ships": area.ships,
        "ships_spread": area.ships_spread,
        "ships_most": area.ships_most,
        "stays": area.stays,
        "stay_h": None if area.stay_h is None else round(area.stay_h, 1),
        "stay_spread_h": None if area.stay_spread_h is None else round(area.stay_spread_h, 1),
    }


def _days(span: timedelta | None) -> float | None:
    return None if span is None else round(span / timedelta(days=1), 1)
