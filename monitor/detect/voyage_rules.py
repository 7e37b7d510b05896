"""Voyages to findings: destinations changed to or from here, and ships here for the first time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from monitor.detect.settled import EarlierCalls
from monitor.detect.voyages import Run, StaticByShip, VoyageCriteria, runs_of
from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    between_text,
    clock_text,
    position_evidence,
)
from monitor.domain.coverage import HOUR_MS, Coverage
from monitor.domain.destination import Destination, parse_destination
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status
from monitor.domain.geo import METRES_PER_NM, distance_m
from monitor.domain.locodes import Locode, known_ports
from monitor.domain.place import Gazetteer
from monitor.domain.vessel import StaticReport
from monitor.domain.visit import Visit
from monitor.domain.window import from_ms, to_ms, utc_text


def port_codes(gazetteer: Gazetteer, *, criteria: VoyageCriteria) -> dict[Locode, str]:
    """Return the codes that stand for the gazetteer's own ports, each with its port."""
    names, lons, lats = _known_ports()
    codes = {}
    for port in gazetteer.ports:
        point = gazetteer.port_area(port).representative_point()
        off_m = distance_m(lons, lats, point.x, point.y)
        near = np.flatnonzero(off_m <= criteria.port_code_nm * METRES_PER_NM)
        codes.update({names[i]: port for i in near.tolist()})
    return codes


@lru_cache(maxsize=1)
def _known_ports() -> tuple[tuple[Locode, ...], np.ndarray, np.ndarray]:
    """Return codes, longitudes and latitudes as columns: every assessment asks for all of them."""
    known = known_ports()
    where = np.array([(p.lon, p.lat) for p in known.values()], np.float64)
    return tuple(known), where[:, 0], where[:, 1]


def destination_findings(
    static: StaticByShip, words: Words, *, criteria: VoyageCriteria
) -> list[Finding]:
    """Ships whose destination changed to or from one of our ports.

    The first destination heard of a ship is no change. Spellings of one port are one destination.
    """
    ours = port_codes(words.gazetteer, criteria=criteria)
    return [
        _destination_finding(old, new, port, words)
        for reports in static.ships.values()
        for old, new, port in _turns(reports, ours, criteria)
    ]


def _turns(
    reports: Sequence[StaticReport], ours: Mapping[Locode, str], criteria: VoyageCriteria
) -> Iterator[tuple[Run[str], Run[str], str]]:
    """Yield (before, after, port) for each change to or from one of our ports."""
    said = [(parse_destination(r.destination).key, r) for r in reports if r.destination]
    for old, new in pairwise(runs_of(said, criteria)):
        ports = [ours[key] for key in (new.value, old.value) if key in ours]
        if ports and ours.get(old.value) != ours.get(new.value):
            yield old, new, ports[0]


def _destination_finding(old: Run[str], new: Run[str], port: str, words: Words) -> Finding:
    mmsi = new.first.mmsi
    before, after = (parse_destination(r.destination) for r in (old.last, new.first))
    earliest, latest = from_ms(old.last.time_ms), from_ms(new.first.time_ms)
    watched = words.ship(mmsi).watched
    return Finding(
        kind=FindingKind.DESTINATION_CHANGED,
        status=Status.CLOSED,
        severity=Severity.NOTICE if watched else Severity.INFO,
        subject=words.subject(mmsi),
        place_id=words.gazetteer.port_place(port).id,
        start_earliest=earliest,
        start_latest=latest,
        end_earliest=earliest,
        end_latest=latest,
        learned_at=from_ms(new.confirmed.time_ms),
        basis=Basis.AIS,
        confidence="high" if before.to and after.to else "medium",
        evidence=(
            _static_evidence(old.last, f"destination {_quoted(before)}"),
            _static_evidence(new.first, f"destination {_quoted(after)}"),
        ),
        why={
            "rule": f"destination@{RULES_VERSION}",
            "from": before.to,
            "from_text": before.raw,
            "to": after.to,
            "to_text": after.raw,
            "port": port,
        },
        text=(
            f"{words.name(mmsi)} changed her destination from {_spoken(before)} to "
            f"{_spoken(after)} {between_text(earliest, latest)}."
        ),
        # The day, not the instant: an earlier copy of the same report may still come in.
        anchor=f"{old.value}>{new.value}/{latest:%Y-%m-%d}",
    )


def _static_evidence(report: StaticReport, note: str) -> Evidence:
    at = from_ms(report.time_ms)
    return Evidence(
        kind="static", ref=f"{report.mmsi}/{utc_text(at)}", at=at, source=report.source, note=note
    )


def _quoted(destination: Destination) -> str:
    code = f" ({destination.to})" if destination.to else ""
    return f"'{destination.raw}'{code}"


def _spoken(destination: Destination) -> str:
    if destination.to is None:
        return f"'{destination.raw}'"
    return f"{known_ports()[destination.to].name} ('{destination.raw}')"


def first_visit_findings(
    visits: tuple[Visit, ...],
    words: Words,
    *,
    coverage: Coverage,
    criteria: VoyageCriteria,
    earlier: Mapping[tuple[int, str], EarlierCalls] = MappingProxyType({}),
) -> list[Finding]:
    """Ships seen in a port for the first time, with how much history that rests on.

    Said only where something had been received on at least `min_history_days` days before. The
    visit must be sure enough; earlier ones that were less sure are counted in the text. Further
    ships on a shared MMSI are left out: nobody knows who they are.
    """
    known: dict[tuple[str, str], list[EarlierCalls]] = {}
    for (mmsi, place_id), calls in earlier.items():
        known.setdefault((words.subject(mmsi).key, place_id), []).append(calls)
    found = []
    for first in first_calls(visits, words, coverage=coverage, criteria=criteria):
        sure = first.sure
        if sure is None or first.since is None or first.days_heard < criteria.min_history_days:
            continue
        before = known.get((words.subject(sure.mmsi).key, sure.place_id), [])
        if not any(calls.sure for calls in before):
            unsure = first.calls.index(sure) + sum(calls.unsure for calls in before)
            found.append(_first_visit(sure, unsure, first.days_heard, first.since, words))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCall:
    """What is known of a ship's first call at a port."""

    calls: tuple[Visit, ...]
    """Her calls there, by time."""
    sure: Visit | None
    """The first that is sure enough."""
    days_heard: int
    """Days before it on which anything was received."""
    since: datetime | None
    """The first of them ever; None where nothing was received."""


def first_calls(
    visits: tuple[Visit, ...], words: Words, *, coverage: Coverage, criteria: VoyageCriteria
) -> Iterator[FirstCall]:
    """Yield the first call of every ship at every port, by ship and port."""
    calls: dict[tuple[str, str], list[Visit]] = {}
    for visit in visits:
        if visit.place_kind == "port" and visit.part == 0:
            ship = words.subject(visit.mmsi).key
            calls.setdefault((ship, visit.place_id), []).append(visit)
    days = _days_heard(coverage, until_ms=max((v.first.time_ms for v in visits), default=0))
    for _, own in sorted(calls.items()):
        own.sort(key=lambda v: (v.first.time_ms, v.mmsi))
        sure = next((v for v in own if v.confidence >= criteria.min_confidence), None)
        at = (sure or own[0]).first.time_ms
        yield FirstCall(
            calls=tuple(own),
            sure=sure,
            days_heard=int(np.searchsorted(days, at // _DAY_MS)),
            since=from_ms(int(days[0]) * _DAY_MS) if len(days) else None,
        )


_DAY_MS = 24 * HOUR_MS


def _days_heard(coverage: Coverage, *, until_ms: int) -> np.ndarray:
    """Return the days since the epoch, ordered, on which anything was received."""
    days = np.unique(coverage.hours_heard * HOUR_MS // _DAY_MS)
    return days[days <= until_ms // _DAY_MS]


def _first_visit(
    visit: Visit, unsure_before: int, days_heard: int, since: datetime, words: Words
) -> Finding:
    elapsed_days = (visit.first.time_ms - to_ms(since)) // _DAY_MS
    earlier = (
        f"; {unsure_before} earlier with too little evidence to count" if unsure_before else ""
    )
    return Finding(
        kind=FindingKind.FIRST_VISIT,
        status=Status.CLOSED,
        severity=Severity.NOTICE if words.ship(visit.mmsi).watched else Severity.INFO,
        subject=words.subject(visit.mmsi),
        place_id=visit.place_id,
        start_earliest=visit.start.earliest,
        start_latest=visit.start.latest,
        end_earliest=visit.start.earliest,
        end_latest=visit.start.latest,
        learned_at=from_ms(visit.sure_ms or visit.learned_ms),
        basis=Basis.AIS,
        confidence="high" if days_heard >= 0.9 * elapsed_days else "medium",
        evidence=(
            *([position_evidence(visit.before, "outside")] if visit.before else []),
            position_evidence(visit.first, "first report inside"),
            Evidence(
                kind="coverage",
                ref=f"AIS received on {days_heard} of {elapsed_days} days before",
                note="how far back we can tell; she may have called unheard, or before",
            ),
        ),
        why={
            "rule": f"first_visit@{RULES_VERSION}",
            "history_since": utc_text(since),
            "days_heard": days_heard,
            "days": elapsed_days,
            "visit_confidence": visit.confidence,
            "earlier_unsure": unsure_before,
        },
        text=(
            f"{words.name(visit.mmsi)} in {words.place(visit.place_id)}: her first visit in "
            f"{days_heard} d of data (since {clock_text(since)}){earlier}."
        ),
    )
