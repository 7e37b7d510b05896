"""How far a history may be settled: which reports and looks nothing to come can ask for again.

A ship is settled up to a report far outside everything drawn, older than any evidence that may
still be on its way, if nothing she began before it is still going on. Ships whose reports
contradict themselves, that share an identity or that the list says were lost are read as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import shapely

from monitor.detect.crossings import line_off, within_line
from monitor.detect.ground import Ground
from monitor.detect.implausible import contradictory
from monitor.detect.picture import Criteria, Evidence, Picture
from monitor.detect.presence import Mask
from monitor.detect.settled import EarlierCalls, Settled
from monitor.detect.visit_criteria import RINGS_NM, PortRules
from monitor.domain.berth_cell import AisSays, BerthCell, Verdict
from monitor.domain.finding import Basis, Finding, FindingKind, Status
from monitor.domain.geo import METRES_PER_NM, distance_m
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.vessel import WatchList
from monitor.domain.visit import Visit
from monitor.domain.window import span_ms, to_ms

_NEVER = np.iinfo(np.int64).max
_LATEST = timedelta(days=2)
"""Evidence later than this unsettles all: it is rare, and then the whole history is read."""
_CLEAR = timedelta(hours=12)
"""Kept before `_LATEST`: an image asks for reports so long before it, an encounter merges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    picture: Picture
    evidence: Evidence
    gazetteer: Gazetteer
    watch: WatchList
    criteria: Criteria

    @property
    def settled(self) -> Settled:
        return self.evidence.settled


def settle(
    picture: Picture,
    evidence: Evidence,
    gazetteer: Gazetteer,
    watch: WatchList,
    *,
    criteria: Criteria,
) -> Settled:
    """Return what is settled once a picture was compiled: at least what was before.

    Args:
        picture: Compiled from `evidence`, whose own settled part it goes on from.
        evidence: All of it.
        gazetteer: The places.
        watch: The ships looked for.
        criteria: All thresholds.
    """
    if criteria.visit.rules is PortRules.POINTS:
        return evidence.settled
    case = _Case(
        picture=picture, evidence=evidence, gazetteer=gazetteer, watch=watch, criteria=criteria
    )
    until = to_ms(picture.as_of) - span_ms(_LATEST)
    ships, unread, farthest = _ships_settled(case, until - span_ms(_CLEAR))
    calls = _earlier_calls(case, unread)
    berths = _berths_settled(case, ships, until)
    settled = replace(
        case.settled,
        until_ms=until,
        ships=ships,
        unread=unread,
        farthest_nm=farthest,
        berths=berths,
        calls=calls,
    )
    return replace(settled, gone=case.settled.gone | _gone(case, settled, until))


def _ships_settled(
    case: _Case, latest: int
) -> tuple[dict[int, int], dict[int, int], dict[int, float]]:
    """Return (settled up to, first report read, farthest off before that) by MMSI."""
    tracks = case.picture.tracks
    rows = tracks.rows
    ships, unread = dict(case.settled.ships), dict(case.settled.unread)
    farthest = dict(case.settled.farthest_nm)
    whole, limits, together = _whole(case), _limits(case), _together(case)
    off_nm = _off_nm(case)
    clear = _clear(case) & (rows.time_ms <= latest)
    for own in tracks.slices():
        mmsi = int(rows.mmsi[own.start])
        if mmsi in whole:
            continue
        watched = case.picture.register.identity(mmsi).watched
        ok = clear[own] & (rows.time_ms[own] < limits.get(mmsi, _NEVER))
        times, off = rows.time_ms[own], off_nm[own]
        # Reports within seconds of each other may be one heard twice.
        ok[1:] &= np.diff(times) > 2 * span_ms(case.criteria.track.near_time)
        for begun, over in together.get(mmsi, ()):
            ok &= (times < begun) | (times > over)
        far = np.maximum.accumulate(off)
        known = farthest.get(mmsi, 0.0)
        if not watched:
            for nm in RINGS_NM:
                ok &= (off > nm) | (np.maximum(far, known) <= nm)
        at = np.flatnonzero(ok)
        if not len(at) or times[at[-1]] <= ships.get(mmsi, -1):
            continue
        ships[mmsi] = int(times[at[-1]])
        if not watched:
            unread[mmsi] = ships[mmsi]
            farthest[mmsi] = max(float(far[at[-1]]), known)
    return ships, unread, farthest


def _whole(case: _Case) -> set[int]:
    """Return the MMSIs that are read as a whole and never settled."""
    tracks, register = case.picture.tracks, case.picture.register
    rows = tracks.rows
    whole = set(tracks.quarantined_leader.tolist()) | set(tracks.quarantined.mmsi.tolist())
    whole |= set(tracks.shared_numbers)
    number = np.repeat(tracks.leader, np.diff(np.r_[tracks.first_row, len(rows)]))
    jumps = contradictory(rows, number, np.arange(len(rows)), case.criteria.track)
    whole |= {int(number[run[0]]) for run in jumps}
    used: dict[int, set[int]] = {}
    for mmsi, history in register.numbers.items():
        for said in (*history.said, *history.ignored):
            used.setdefault(said.value, set()).add(mmsi)
        if len(history.said) > 1:
            whole.add(mmsi)
    for mmsis in used.values():
        if len(mmsis) > 1:
            whole |= mmsis
    for vessel in case.watch.vessels:
        if vessel.lost_at is not None:
            whole |= {claim.mmsi for claim in vessel.claims}
            whole |= used.get(vessel.imo or 0, set())
    return whole | set(register.same_ship)


def _clear(case: _Case) -> Mask:
    """Return the reports from outside all that a ship can be said to be in."""
    tracks, places, c = case.picture.tracks, case.gazetteer, case.criteria
    ground = Ground(tracks, places, c.visit)
    inside = np.zeros(len(tracks.rows), bool)
    for port in places.ports:
        inside |= ground.within(ground.frame.metric(places.port_area(port)), c.visit.port_exit_m)
        nm = c.crossing.line_nm + c.crossing.hysteresis_nm
        inside |= within_line(tracks.rows, line_off(places, port), nm)
    off_port = places.of_kind(PlaceKind.WAITING_AREA, PlaceKind.ANCHORAGE, PlaceKind.BERTH)
    if off_port:
        whole = ground.frame.metric(shapely.union_all([p.geometry for p in off_port]))
        inside |= ground.within(whole, max(c.visit.waiting_exit_m, c.visit.port_exit_m))
    return ~inside


def _off_nm(case: _Case) -> npt.NDArray[np.float64]:
    """Return how far off the port each report is; of several ports the nearest."""
    rows = case.picture.tracks.rows
    off = np.full(len(rows), np.inf)
    for port in case.gazetteer.ports:
        middle = case.gazetteer.port_area(port).centroid
        away = distance_m(rows.lon, rows.lat, middle.x, middle.y) / METRES_PER_NM
        off = np.minimum(off, away)
    return off


def _limits(case: _Case) -> dict[int, int]:
    """Return the times from which on ships are still asked for by what is not over."""
    limits: dict[int, int] = {}

    def ask(mmsi: int, at_ms: int) -> None:
        limits[mmsi] = min(at_ms, limits.get(mmsi, at_ms))

    for finding in case.picture.findings:
        if finding.status is Status.OPEN:
            for mmsi, at_ms in _reports_of(finding):
                ask(mmsi, at_ms)
    for mmsi, at_ms in (*_asked_by_cells(case), *_asked_by_hulls(case)):
        ask(mmsi, at_ms)
    return limits


def _asked_by_cells(case: _Case) -> Iterator[tuple[int, int]]:
    """Yield (MMSI, time) of ships that looks not settled were held against."""
    visits: dict[int, list[Visit]] = {}
    for visit in case.picture.visits:
        visits.setdefault(visit.mmsi, []).append(visit)
    lasting = span_ms(case.criteria.matrix.silent_for + timedelta(days=1))
    for cell in case.picture.cells:
        at = to_ms(cell.image.acquired_at)
        for mmsi in {*(s.mmsi for s in cell.ais.ships), *cell.ais.silent, *cell.matched}:
            yield mmsi, at - span_ms(_CLEAR)
            for visit in visits.get(mmsi, ()):
                if visit.first.time_ms - lasting <= at <= visit.last.time_ms + lasting:
                    yield mmsi, visit.first.time_ms


def _asked_by_hulls(case: _Case) -> Iterator[tuple[int, int]]:
    """Yield (MMSI, time) of ships that may be a hull seen without AIS."""
    for episode in case.picture.episodes:
        if episode.unexplained:
            seen = to_ms(episode.seen[-1].acquired_at)
            since = to_ms(episode.before.acquired_at) if episode.before else 0
            for visit in case.picture.visits:
                if visit.first.time_ms <= seen and visit.last.time_ms >= since:
                    yield visit.mmsi, visit.first.time_ms


def _together(case: _Case) -> dict[int, list[tuple[int, int]]]:
    """Return when each ship lay with another, with the time around that belongs to it."""
    c = case.criteria.encounter
    around = span_ms(c.merge_within + c.longest_gap + c.every)
    found: dict[int, list[tuple[int, int]]] = {}
    for finding in case.picture.findings:
        if finding.kind is FindingKind.ENCOUNTER:
            reports = list(_reports_of(finding))
            begun, over = (f([at for _, at in reports]) for f in (min, max))
            for mmsi in {m for m, _ in reports}:
                found.setdefault(mmsi, []).append((begun - around, over + around))
    return found


def _reports_of(finding: Finding) -> Iterable[tuple[int, int]]:
    """Yield (MMSI, time) of the positions a finding rests on."""
    for e in finding.evidence:
        if e.kind == "position" and e.at is not None:
            yield int(e.ref.partition("/")[0]), to_ms(e.at)


def _earlier_calls(case: _Case, unread: Mapping[int, int]) -> dict[tuple[int, str], EarlierCalls]:
    calls = dict(case.settled.calls)
    for visit in case.picture.visits:
        if visit.place_kind != "port" or visit.part or visit.mmsi not in unread:
            continue
        if visit.first.time_ms >= unread[visit.mmsi]:
            continue
        key = (visit.mmsi, visit.place_id)
        known = calls.get(key, EarlierCalls())
        sure = visit.confidence >= case.criteria.voyage.min_confidence
        if not known.sure:
            calls[key] = EarlierCalls(sure=sure, unsure=known.unsure + (not sure))
    return calls


def _berths_settled(case: _Case, ships: Mapping[int, int], until: int) -> dict[str, datetime]:
    """Return for each berth the last look that ended whatever images had begun there."""
    limits: dict[str, int] = {}

    def ask(berth: str, at_ms: int) -> None:
        limits[berth] = min(at_ms, limits.get(berth, at_ms))

    for visit in case.picture.visits:
        if visit.place_kind == "berth" and visit.first.time_ms >= ships.get(visit.mmsi, -1):
            ask(visit.place_id, visit.first.time_ms)
    for finding in case.picture.findings:
        by_image = finding.kind is FindingKind.DEPARTED and finding.basis is Basis.IMAGE
        if by_image and any(at >= ships.get(mmsi, -1) for mmsi, at in _reports_of(finding)):
            ask(
                str(finding.why["berth"]),
                min(to_ms(e.at) for e in finding.evidence if e.kind == "scene" and e.at),
            )
    berths = dict(case.settled.berths)
    looks = Counter((c.image.berth_id, c.image.acquired_at) for c in case.picture.cells)
    for cell in case.picture.cells:
        image = cell.image
        least = min(until, limits.get(image.berth_id, _NEVER))
        alone = looks[image.berth_id, image.acquired_at] == 1
        if alone and _ends_all(cell, case) and to_ms(image.acquired_at) < least:
            known = berths.get(image.berth_id)
            if known is None or image.acquired_at > known:
                berths[image.berth_id] = image.acquired_at
    return berths


def _ends_all(cell: BerthCell, case: _Case) -> bool:
    """Return whether a look shows a berth free beyond doubt, and AIS nobody in it."""
    return (
        cell.verdict is Verdict.FREE
        and cell.ais.says is AisSays.EMPTY
        and cell.image.score <= case.criteria.matrix.freed_to
    )


def _gone(case: _Case, settled: Settled, until: int) -> set[int]:
    """Return ships last heard a while ago, of which all is settled."""
    rows = case.picture.tracks.rows
    named = {
        mmsi
        for finding in case.picture.findings
        if not settled.holds(finding)
        for mmsi in (finding.subject.mmsi, *(m for m, _ in _reports_of(finding)))
        if any(e.kind == "position" for e in finding.evidence)
    }
    last: dict[int, int] = {}
    for own in case.picture.tracks.slices():
        last[int(rows.mmsi[own.start])] = int(rows.time_ms[own.stop - 1])
    return {
        mmsi
        for mmsi, at in last.items()
        if mmsi in settled.unread and at < until - span_ms(_CLEAR) and mmsi not in named
        if not any(
            v.mmsi == mmsi and v.last.time_ms >= settled.unread[mmsi] for v in case.picture.visits
        )
    }
