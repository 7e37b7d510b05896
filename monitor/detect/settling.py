"""How far a history may be settled: which reports and looks nothing to come can ask for again.

A ship is settled up to a report far outside everything drawn, older than any evidence that may
still be on its way, if nothing she began before it is still going on. Ships whose reports
contradict themselves, that share an identity or that the list says were lost are read as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from monitor.detect.clear_looks import is_clear
from monitor.detect.crossings import line_off, within_line
from monitor.detect.ground import Ground
from monitor.detect.implausible import contradictory
from monitor.detect.matrix import Episode
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
from monitor.domain.window import from_ms, span_ms, to_ms

Ints = npt.NDArray[np.int64]
_NEVER = int(np.iinfo(np.int64).max)
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
    ends, looks = _ship_ends(case, until - span_ms(_CLEAR)), _berth_ends(case, until)
    ships, berths = _agreed(case, until, ends, looks)
    unread, farthest = dict(case.settled.unread), dict(case.settled.farthest_nm)
    for mmsi, at in ships.items():
        if mmsi in ends and not picture.register.identity(mmsi).watched:
            unread[mmsi] = at
            farthest[mmsi] = max(ends[mmsi].farthest(at), farthest.get(mmsi, 0.0))
    settled = replace(
        case.settled,
        at_ms=to_ms(picture.as_of),
        until_ms=until,
        ships=ships,
        unread=unread,
        farthest_nm=farthest,
        berths={berth: from_ms(at) for berth, at in berths.items()},
        cells=tuple(
            c
            for c in picture.cells
            if berths.get(c.image.berth_id, -1) <= to_ms(c.image.acquired_at) < until
        ),
        calls=_earlier_calls(case, unread),
    )
    return replace(settled, gone=case.settled.gone | _gone(case, settled, until))


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """Reports of one ship up to which she may be settled."""

    times: Ints
    """Ascending."""
    far_nm: npt.NDArray[np.float64]
    """How far off she was ever heard up to each of them."""

    def farthest(self, at_ms: int) -> float:
        """Return how far off she was ever heard up to one of them."""
        return float(self.far_nm[np.searchsorted(self.times, at_ms)])


def _agreed(
    case: _Case, until: int, ends: Mapping[int, _Ends], looks: Mapping[str, list[int]]
) -> tuple[dict[int, int], dict[str, int]]:
    """Return up to when ships and berths are settled so that neither asks for the other.

    A look not settled asks for the ships it was held against, a stay not settled for the looks at
    its berth. All are first taken to be settled as far as they could be, and then taken back until
    nothing asks any more: what is left is the most that can be settled.
    """
    fixed, by_looks = _limits(case), [*_asked_by_cells(case, until), *_asked_by_hulls(case)]
    by_ships = [
        *_asked_by_stays(case), *_asked_by_departures(case), *_asked_by_open_calls(case)
    ]  # fmt: skip
    ships, berths = dict(case.settled.ships), dict[str, int]()
    for mmsi, own in ends.items():
        at = _last_before(own.times, fixed.get(mmsi, _NEVER))
        if at is not None:
            ships[mmsi] = max(at, ships.get(mmsi, at))
    for berth in {*looks, *case.settled.berths}:
        known = case.settled.berths.get(berth)
        berths[berth] = max([*looks.get(berth, ()), *([to_ms(known)] if known else [])])
    while True:
        ship_limits: dict[int, int] = {}
        for ask in by_looks:
            if ask.look_ms >= berths.get(ask.berth, -1):
                ship_limits[ask.mmsi] = min(ask.report_ms, ship_limits.get(ask.mmsi, _NEVER))
        berth_limits: dict[str, int] = {}
        for ask in by_ships:
            if ask.report_ms >= ships.get(ask.mmsi, -1):
                berth_limits[ask.berth] = min(ask.look_ms, berth_limits.get(ask.berth, _NEVER))
        changed = _taken_back(
            ships,
            ship_limits,
            case.settled.ships,
            {mmsi: own.times.tolist() for mmsi, own in ends.items() if mmsi in ship_limits},
        )
        old = {berth: to_ms(at) for berth, at in case.settled.berths.items()}
        changed |= _taken_back(berths, berth_limits, old, looks)
        if not changed:
            return ships, berths


K = TypeVar("K", int, str)


def _taken_back(
    settled: dict[K, int],
    limits: Mapping[K, int],
    known: Mapping[K, int],
    ends: Mapping[K, list[int]],
) -> bool:
    """Bring what is settled below its limit, never below what was settled before."""
    changed = False
    for key, limit in limits.items():
        if settled.get(key, -1) < limit or settled[key] == known.get(key):
            continue
        below = ends.get(key, [])[: bisect_left(ends.get(key, []), limit)]
        if below and below[-1] > known.get(key, -1):
            settled[key] = below[-1]
        elif key in known:
            settled[key] = known[key]
        else:
            del settled[key]
        changed = True
    return changed


def _last_before(times: Ints, limit: int) -> int | None:
    i = int(np.searchsorted(times, limit))
    return int(times[i - 1]) if i else None


@dataclass(frozen=True, slots=True)
class _Ask:
    """A look at a berth and a ship's report that are read together or not at all."""

    berth: str
    look_ms: int
    mmsi: int
    report_ms: int


def _ship_ends(case: _Case, latest: int) -> dict[int, _Ends]:
    """Return for each ship the reports up to which she may be settled, by her own track."""
    tracks = case.picture.tracks
    rows = tracks.rows
    whole, together, off_nm = _whole(case), _together(case), _off_nm(case)
    clear = _clear(case) & (rows.time_ms <= latest)
    found: dict[int, _Ends] = {}
    for own in tracks.slices():
        mmsi = int(rows.mmsi[own.start])
        if mmsi in whole:
            continue
        times, off, ok = rows.time_ms[own], off_nm[own], clear[own].copy()
        # Reports within seconds of each other may be one heard twice.
        ok[1:] &= np.diff(times) > 2 * span_ms(case.criteria.track.near_time)
        for begun, over in together.get(mmsi, ()):
            ok &= (times < begun) | (times > over)
        far = np.maximum(np.maximum.accumulate(off), case.settled.farthest_nm.get(mmsi, 0.0))
        if not case.picture.register.identity(mmsi).watched:
            # Else a ring passed on the way to her next call would be looked for in vain.
            for nm in RINGS_NM:
                ok &= (off > nm) | (far <= nm)
        found[mmsi] = _Ends(times[ok], far[ok])
    return found


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
    return limits


def _asked_by_cells(case: _Case, until: int) -> Iterator[_Ask]:
    """Yield what looks ask for that are not old enough: the ships they were held against."""
    visits: dict[int, list[Visit]] = {}
    for visit in case.picture.visits:
        visits.setdefault(visit.mmsi, []).append(visit)
    lasting = span_ms(case.criteria.matrix.silent_for + timedelta(days=1))
    for cell in case.picture.cells:
        berth, at = cell.image.berth_id, to_ms(cell.image.acquired_at)
        if at < until:
            continue
        for mmsi in {*(s.mmsi for s in cell.ais.ships), *cell.ais.silent, *cell.matched}:
            yield _Ask(berth, at, mmsi, at - span_ms(_CLEAR))
            for visit in visits.get(mmsi, ()):
                over = visit.after is not None and visit.after.time_ms < at
                if not over and visit.last.time_ms + lasting >= at:
                    yield _Ask(berth, at, mmsi, visit.first.time_ms)


def _asked_by_hulls(case: _Case) -> Iterator[_Ask]:
    """Yield what hulls seen without AIS ask for: the ships last heard near that they may be."""
    for episode, call in _hulls_and_calls(case):
        last = to_ms(episode.seen[-1].acquired_at)
        yield _Ask(episode.berth_id, last, call.mmsi, call.first.time_ms)


def _asked_by_open_calls(case: _Case) -> Iterator[_Ask]:
    """Yield what calls not over ask for: hulls the ship may be until she is heard again."""
    for episode, call in _hulls_and_calls(case):
        if call.after is None:
            first = to_ms(episode.seen[0].acquired_at)
            yield _Ask(episode.berth_id, first, call.mmsi, call.first.time_ms)


def _hulls_and_calls(case: _Case) -> Iterator[tuple[Episode, Visit]]:
    """Yield each hull seen without AIS with each call of a ship last heard near that it may be."""
    frame = case.gazetteer.frame
    calls = [v for v in case.picture.visits if v.place_kind == "port"]
    lon, lat = (np.array([getattr(v.last, k) for v in calls], np.float64) for k in ("lon", "lat"))
    points = np.asarray(shapely.points(np.column_stack(frame.xy(lon, lat))), object)
    for episode in case.picture.episodes:
        if not episode.unexplained:
            continue
        berth = frame.metric(case.gazetteer.places[episode.berth_id].geometry)
        near = shapely.distance(berth, points) <= case.criteria.matrix.attribute_m
        first = to_ms(episode.seen[0].acquired_at)
        since = to_ms(episode.before.acquired_at) if episode.before else 0
        for i in np.flatnonzero(near).tolist():
            call = calls[i]
            elsewhere = call.after is not None and call.after.time_ms < first
            if not elsewhere and call.last.time_ms >= since:
                yield episode, call


def _asked_by_stays(case: _Case) -> Iterator[_Ask]:
    """Yield what stays at berths ask for: the images that confirm them."""
    for visit in case.picture.visits:
        if visit.place_kind == "berth":
            at = visit.first.time_ms
            yield _Ask(visit.place_id, at, visit.mmsi, at)


def _asked_by_departures(case: _Case) -> Iterator[_Ask]:
    """Yield what departures by image ask for: they and those by AIS name each other."""
    for finding in case.picture.findings:
        if finding.kind is FindingKind.DEPARTED and finding.basis is Basis.IMAGE:
            first = min(to_ms(e.at) for e in finding.evidence if e.kind == "scene" and e.at)
            for mmsi, at in _reports_of(finding):
                yield _Ask(str(finding.why["berth"]), first, mmsi, at)


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


def _berth_ends(case: _Case, until: int) -> dict[str, list[int]]:
    """Return for each berth the looks that ended whatever images had begun there, by time."""
    looks = Counter((c.image.berth_id, c.image.acquired_at) for c in case.picture.cells)
    found: dict[str, list[int]] = {}
    for cell in case.picture.cells:
        image, at = cell.image, to_ms(cell.image.acquired_at)
        # Of two looks at one moment either may come first.
        alone = looks[image.berth_id, image.acquired_at] == 1
        if at < until and alone and _ends_all(cell, case):
            found.setdefault(image.berth_id, []).append(at)
    return found


def _ends_all(cell: BerthCell, case: _Case) -> bool:
    """Return whether a look shows a berth free beyond doubt, and AIS nobody in it."""
    return (
        cell.verdict is Verdict.FREE
        and cell.ais.says is AisSays.EMPTY
        # It will be the first look that is read: one that waits for a second would count no more.
        and is_clear(cell.image, case.criteria.matrix)
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


def reaches_back(picture: Picture, settled: Settled) -> bool:
    """Return whether a report received since says where a ship was across the end of the settled.

    A ship heard again in port after a gap lay there, or may have lain there, when looks were
    settled without knowing of it. So did one whose stay a later report made one.
    """
    if settled.until_ms is None:
        return False
    rows, until = picture.tracks.rows, settled.until_ms
    in_port: dict[tuple[int, int], list[Visit]] = {}
    for visit in picture.visits:
        if visit.place_kind in ("port", "berth"):
            begun = (visit.before or visit.first).time_ms
            if begun < until and visit.learned_ms > settled.at_ms:
                return True
            in_port.setdefault((visit.mmsi, visit.part), []).append(visit)
    for own, part in zip(picture.tracks.slices(), picture.tracks.part.tolist(), strict=True):
        after = own.start + int(np.searchsorted(rows.time_ms[own], until))
        if own.start < after < own.stop and rows.received_ms[after] > settled.at_ms:
            begun, over = (int(t) for t in rows.time_ms[after - 1 : after + 1])
            if any(
                v.first.time_ms <= over and v.last.time_ms >= begun
                for v in in_port.get((int(rows.mmsi[own.start]), part), ())
            ):
                return True
    return False
