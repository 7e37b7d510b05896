"""Our port calls beside those somebody else concluded from their own data.

A second opinion, days late: it confirms or questions what we said and never changes it. What
lies within its delay, or outside the days it was asked for, is neither agreed nor denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import shapely

from monitor.domain.outside_event import OutsideEvent, OutsideKind
from monitor.domain.place import Gazetteer
from monitor.domain.vessel import Register
from monitor.domain.visit import Visit
from monitor.domain.window import Edge, TimeWindow, from_ms


class Verdict(StrEnum):
    """How the two accounts of one call stand to each other."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ONLY_OURS = "only_ours"
    ONLY_THEIRS = "only_theirs"
    NOT_YET = "not_yet"
    """Ours, and too young for them to have published it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinionCriteria:
    """When two accounts are of one call, and when they agree."""

    tolerance: timedelta = timedelta(hours=4)
    """Largest difference of an edge: the port gap of Global Fishing Watch's rules, by which an
    entry or exit in a silence is displaced at most (pipe-anchorages, 240 minutes)."""
    delay: timedelta = timedelta(days=5)
    """How long their events may take to appear: at least three days for port visits, about five
    for radar (API documentation); the longer, so that what is late is not called missing."""
    near_m: float = 4000.0
    """Their visit is of our port within this of its areas: the distance at which a visit ends by
    their rules (pipe-anchorages, 4 km)."""
    min_confidence: int = 2
    """Least confidence of theirs that counts; their documentation advises 2 and up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One port call, as we have it, as they have it, and how the two stand to each other."""

    verdict: Verdict
    port: str
    mmsi: int
    imo: int | None
    name: str
    ours: Visit | None = None
    theirs: OutsideEvent | None = None
    start_differs: timedelta | None = None
    """Their start against ours, positive where theirs is later; zero within our interval. None
    where either did not see it."""
    end_differs: timedelta | None = None
    """The same of the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DarkDetection:
    """A ship they saw by radar without AIS, and how far from which port."""

    event: OutsideEvent
    port: str
    distance_m: float
    """From the port's areas to the detection's cell of 0.01 degree; 0 inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """Both accounts side by side."""

    source: str
    asked: TimeWindow
    """The days they were asked for; the end is when they were."""
    opinions: tuple[Opinion, ...]
    dark: tuple[DarkDetection, ...]


def second_opinion(
    visits: Iterable[Visit],
    events: Iterable[OutsideEvent],
    *,
    source: str,
    gazetteer: Gazetteer,
    register: Register,
    asked: TimeWindow,
    criteria: SecondOpinionCriteria | None = None,
) -> SecondOpinion:
    """Compare port calls with port visits, and list radar detections without AIS.

    Args:
        visits: Ours; those of kind `port` count.
        events: Theirs.
        source: Who they are.
        gazetteer: The ports' areas.
        register: Who our ships are.
        asked: The days they were asked for, ending when they were.
        criteria: Thresholds.

    Returns:
        One opinion for each call of ours or theirs that reaches into `asked`, ordered by ship,
        port and start; detections ordered by time and place. The order of the input is no matter.
    """
    criteria = criteria or SecondOpinionCriteria()
    near = _Ports(gazetteer)
    theirs: dict[tuple[int, str], list[OutsideEvent]] = {}
    dark: list[DarkDetection] = []
    for event in sorted(events, key=lambda e: (e.start, e.key)):
        port, distance_m = near.of(event.lon, event.lat)
        if event.kind is OutsideKind.DARK_DETECTION:
            dark.append(DarkDetection(event=event, port=port, distance_m=distance_m))
        elif _counts(event, distance_m, asked, criteria) and event.mmsi is not None:
            theirs.setdefault((event.mmsi, port), []).append(event)
    ours: dict[tuple[int, str], list[Visit]] = {}
    for visit in visits:
        if visit.place_kind == "port" and _reaches(visit, asked):
            ours.setdefault((visit.mmsi, visit.place_id.partition(".")[0]), []).append(visit)
    opinions = [
        _with_identity(opinion, register)
        for ship in sorted(ours.keys() | theirs.keys())
        for opinion in _side_by_side(
            ship, ours.get(ship, []), theirs.get(ship, []), asked, criteria
        )
    ]
    return SecondOpinion(source=source, asked=asked, opinions=tuple(opinions), dark=tuple(dark))


class _Ports:
    """Says which port a point is nearest to."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._frame = gazetteer.frame
        self._areas = [
            (port, self._frame.metric(gazetteer.port_area(port))) for port in gazetteer.ports
        ]

    def of(self, lon: float, lat: float) -> tuple[str, float]:
        """Return (port, metres from its areas); ("", inf) where there is no port."""
        x, y = self._frame.xy(lon, lat)
        point = shapely.Point(float(x), float(y))
        found = [(area.distance(point), port) for port, area in self._areas]
        distance_m, port = min(found, default=(float("inf"), ""))
        return port, float(distance_m)


def _counts(
    event: OutsideEvent, distance_m: float, asked: TimeWindow, criteria: SecondOpinionCriteria
) -> bool:
    sure = event.confidence is None or event.confidence >= criteria.min_confidence
    ends_before = event.end is not None and event.end < asked.start
    return (
        event.kind is OutsideKind.PORT_VISIT
        and sure
        and distance_m <= criteria.near_m
        and not ends_before
        and event.start < asked.end
    )


def _reaches(visit: Visit, asked: TimeWindow) -> bool:
    ends = _ended(visit)
    return (ends is None or ends >= asked.start) and from_ms(visit.first.time_ms) < asked.end


def _side_by_side(
    ship: tuple[int, str],
    ours: Sequence[Visit],
    theirs: Sequence[OutsideEvent],
    asked: TimeWindow,
    criteria: SecondOpinionCriteria,
) -> list[Opinion]:
    """Pair calls with visits, the closest first, each once."""
    mmsi, port = ship
    blank = Opinion(verdict=Verdict.NOT_YET, port=port, mmsi=mmsi, imo=None, name="")
    ours = sorted(ours, key=_order)
    pairs = sorted(
        (_apart(visit, event), i, j)
        for i, visit in enumerate(ours)
        for j, event in enumerate(theirs)
        if _overlap(visit, event, criteria.tolerance)
    )
    mine: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in mine and j not in mine.values():
            mine[i] = j
    rows = []
    for i, visit in enumerate(ours):
        if i in mine:
            rows.append(_compared(blank, visit, theirs[mine[i]], criteria.tolerance))
        else:
            too_young = (_ended(visit) or asked.end) > asked.end - criteria.delay
            verdict = Verdict.NOT_YET if too_young else Verdict.ONLY_OURS
            rows.append(replace(blank, verdict=verdict, ours=visit))
    rows += [
        replace(blank, verdict=Verdict.ONLY_THEIRS, theirs=event)
        for j, event in enumerate(theirs)
        if j not in mine.values()
    ]
    return sorted(rows, key=_row_order)


def _compared(blank: Opinion, ours: Visit, theirs: OutsideEvent, tolerance: timedelta) -> Opinion:
    start = _differs(theirs.start, ours.start)
    end = _differs(theirs.end, ours.end) if not ours.is_open else None
    # One still going on for one of us and over for the other is late data, not a contradiction.
    apart = [abs(d) for d in (start, end) if d is not None]
    agrees = all(d <= tolerance for d in apart)
    return replace(
        blank,
        verdict=Verdict.AGREES if agrees else Verdict.DIFFERS,
        ours=ours,
        theirs=theirs,
        start_differs=start,
        end_differs=end,
    )


def _differs(theirs: datetime | None, ours: Edge) -> timedelta | None:
    """Return how far an instant lies outside an interval; None where one side did not see it.

    An interval whose beginning we do not know reaches back without end.
    """
    if theirs is None or ours.latest is None:
        return None
    if ours.earliest is not None and theirs < ours.earliest:
        return theirs - ours.earliest
    return max(theirs - ours.latest, timedelta(0))


def _overlap(visit: Visit, event: OutsideEvent, tolerance: timedelta) -> bool:
    """Return whether the two have an instant in common, give or take the tolerance."""
    ends = _ended(visit)
    over_before = event.end is not None and event.end + tolerance < from_ms(visit.first.time_ms)
    return not over_before and (ends is None or event.start - tolerance <= ends)


def _ended(visit: Visit) -> datetime | None:
    """Return by when the ship was gone; None while it stays."""
    return None if visit.after is None else from_ms(visit.after.time_ms)


def _apart(visit: Visit, event: OutsideEvent) -> timedelta:
    edges = (_differs(event.start, visit.start), _differs(event.end, visit.end))
    return sum((abs(d) for d in edges if d is not None), timedelta(0))


def _order(visit: Visit) -> tuple[int, int, int]:
    return visit.first.time_ms, visit.last.time_ms, visit.positions


def _row_order(row: Opinion) -> tuple[datetime, str]:
    theirs = row.theirs
    if row.ours is not None:
        return from_ms(row.ours.first.time_ms), theirs.key if theirs else ""
    assert theirs is not None
    return theirs.start, theirs.key


def _with_identity(opinion: Opinion, register: Register) -> Opinion:
    ship = register.identity(opinion.mmsi)
    theirs = opinion.theirs
    return replace(
        opinion,
        imo=ship.imo or (theirs.imo if theirs else None),
        name=ship.name or (theirs.name if theirs else ""),
    )
