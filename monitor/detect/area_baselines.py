"""What is usual in a port, an anchorage or a waiting area by AIS: ships by class, and their stays.

Ships are counted once a day, at noon UTC, and only on days on which AIS was shown to work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from monitor.detect.baselines import Ints
from monitor.detect.encounters import SERVICE_TYPES
from monitor.detect.usual_criteria import UsualCriteria
from monitor.domain.baseline import AreaBaseline
from monitor.domain.coverage import Coverage
from monitor.domain.place import Gazetteer
from monitor.domain.vessel import Register
from monitor.domain.visit import Visit
from monitor.domain.window import from_ms, span_ms, to_ms

_DAY_MS = 86_400_000
_KINDS = ("port", "anchorage", "waiting_area")
ALL = "all"


def vessel_class(ship_type: int | None) -> str:
    """Return the class of an AIS ship type (ITU-R M.1371-5, table 53)."""
    if ship_type is None:
        return "not told"
    if ship_type in SERVICE_TYPES:
        return "service"
    tens = {3: "fishing" if ship_type == 30 else "other", 6: "passenger", 7: "cargo", 8: "tanker"}
    return tens.get(ship_type // 10, "other")


def area_baselines(
    visits: Iterable[Visit],
    register: Register,
    coverage: Coverage,
    gazetteer: Gazetteer,
    *,
    as_of: datetime,
    criteria: UsualCriteria,
) -> tuple[AreaBaseline, ...]:
    """Return what is usual at each area that was visited in the window, by area and class.

    A wait off the port and a stay at anchor in one area are two rows. Of each the class `all` comes
    first. A day counts if something was received, anywhere, in
    `usable` of its hours: a day without reports is not a day without ships.
    """
    until = to_ms(as_of)
    since = until - span_ms(criteria.window)
    days, silent = _days(coverage, since, until, criteria)
    by_area: dict[tuple[str, str], dict[str, list[Visit]]] = {}
    for visit in visits:
        known = visit.place_kind in _KINDS and visit.place_id in gazetteer.places
        if known and visit.last.time_ms >= since and visit.first.time_ms < until:
            area = by_area.setdefault((visit.place_id, visit.place_kind), {ALL: []})
            area[ALL].append(visit)
            kind = vessel_class(register.identity(visit.mmsi).ship_type)
            area.setdefault(kind, []).append(visit)
    return tuple(
        _baseline(kind, own, days, silent, criteria)
        for _, area in sorted(by_area.items())
        for kind, own in _all_first(area)
    )


def _all_first(area: Mapping[str, list[Visit]]) -> list[tuple[str, list[Visit]]]:
    return sorted(area.items(), key=lambda item: (item[0] != ALL, item[0]))


def _days(coverage: Coverage, since: int, until: int, criteria: UsualCriteria) -> tuple[Ints, int]:
    """Return the noons of whole days on which AIS worked, and how many others there were."""
    if coverage.first_hour is None:
        return np.empty(0, np.int64), 0
    first = max(since, coverage.first_hour * 3_600_000)
    starts = range(-(-first // _DAY_MS), until // _DAY_MS)
    heard = []
    for day in starts:
        begin = from_ms(day * _DAY_MS)
        fed, hours = coverage.fed_between(begin, begin + timedelta(days=1))
        if hours and fed >= criteria.usable * hours:
            heard.append(day * _DAY_MS + _DAY_MS // 2)
    return np.array(heard, np.int64), len(starts) - len(heard)


def _baseline(
    kind: str, visits: list[Visit], days: Ints, silent: int, criteria: UsualCriteria
) -> AreaBaseline:
    present: dict[int, set[int]] = {}
    for visit in visits:
        low, high = np.searchsorted(days, (visit.first.time_ms, visit.last.time_ms + 1)).tolist()
        for day in range(low, high):
            present.setdefault(day, set()).add(visit.mmsi)
    counts = np.array([len(present.get(day, ())) for day in range(len(days))], np.int64)
    # A stay whose beginning or end was not seen says only how long it was at least.
    hours = [
        (v.last.time_ms - v.first.time_ms) / 3_600_000
        for v in visits
        if v.before is not None and v.after is not None
    ]
    middle = median(hours) if hours else None
    return AreaBaseline(
        place_id=visits[0].place_id,
        place_kind=visits[0].place_kind,
        vessel_class=kind,
        learning=len(days) < criteria.least_days,
        days=len(days),
        days_unheard=silent,
        first=from_ms(int(days[0])) if len(days) else None,
        last=from_ms(int(days[-1])) if len(days) else None,
        ships=float(np.median(counts)) if len(counts) else None,
        ships_spread=_mad(counts.tolist()) if len(counts) else None,
        ships_most=int(counts.max()) if len(counts) else None,
        stays=len(hours),
        stay_h=middle,
        stay_spread_h=_mad(hours) if hours else None,
    )


def _mad(values: list[float] | list[int]) -> float:
    """Return the median absolute deviation."""
    middle = median(values)
    return float(median(abs(v - middle) for v in values))
