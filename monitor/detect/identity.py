"""Where what is said of a ship cannot all be true: conflicts, each with both sides, never merged.

A new name, flag or call sign is history and no conflict. Nothing here decides who is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

import numpy as np
import numpy.typing as npt

from monitor.detect.identity_list import (
    imo_claim,
    listed_otherwise,
    lost_ships,
    named_otherwise,
    rows_of,
)
from monitor.detect.tracks import Tracks
from monitor.domain.geo import KNOT_MS, distance_m
from monitor.domain.history import HistoryCriteria, Said, history_of
from monitor.domain.identity_conflict import Conflict, ConflictKind, reported
from monitor.domain.vessel import (
    Register,
    StaticReport,
    WatchList,
    imo_is_valid,
)
from monitor.domain.window import from_ms

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCriteria:
    """When a contradiction is worth a finding."""

    history: HistoryCriteria = field(default_factory=HistoryCriteria)
    far_kn: float = 60.0
    """Two places are too far apart for one ship above this speed between them. Source: the
    project's event table, spoofing row (implied speed over 60 kn)."""
    far_slack_m: float = 5_000.0
    """Taken off their distance first: coarse long-range fixes, clocks a few minutes apart."""
    far_reports: int = 3
    """Positions of that kind wanted; one may be a jump."""
    lost_grace: timedelta = timedelta(days=2)
    """Published dates of a loss differ by a day, and a date has no hour."""


def conflicts_in(
    static: Iterable[StaticReport],
    tracks: Tracks,
    watch: WatchList,
    register: Register,
    *,
    criteria: IdentityCriteria,
) -> tuple[Conflict, ...]:
    """Find every contradiction in who ships say they are.

    Args:
        static: All static reports, in any order.
        tracks: Cleaned positions of the same time.
        watch: The ships to look for.
        register: Compiled from the same reports and list.
        criteria: Thresholds.

    Returns:
        Conflicts by MMSI, kind and anchor; one for each pair of claims, however long it lasts.
    """
    by_mmsi: dict[int, list[StaticReport]] = {}
    for report in static:
        by_mmsi.setdefault(report.mmsi, []).append(report)
    found: dict[tuple[int, str, str], Conflict] = {}
    for conflict in (
        *_two_imos(register, watch),
        *_two_mmsis(register, watch, tracks, criteria),
        *listed_otherwise(register, watch),
        *named_otherwise(by_mmsi, register, watch, criteria.history),
        *lost_ships(register, watch, tracks, criteria.lost_grace),
        *_bad_imos(by_mmsi, watch, criteria),
    ):
        key = (conflict.mmsi, conflict.kind, conflict.anchor)
        if key not in found or conflict.first_ms < found[key].first_ms:
            found[key] = conflict
    return tuple(found[key] for key in sorted(found))


def _two_imos(register: Register, watch: WatchList) -> Iterator[Conflict]:
    for mmsi, history in register.numbers.items():
        for a, b in combinations(history.said, 2):
            if a.value == b.value or a.held_ms is None or b.held_ms is None or not a.overlaps(b):
                continue
            low, high = sorted((a, b), key=lambda s: s.value)
            listed = [s for s in (low, high) if watch.ship(s.value)]
            yield Conflict(
                kind=ConflictKind.TWO_IMOS,
                mmsi=mmsi,
                imo=_listed_imo(watch, mmsi, from_ms(max(a.first_ms, b.first_ms))),
                claims=tuple(imo_claim(mmsi, s, register) for s in (low, high)),
                first_ms=max(a.first_ms, b.first_ms),
                last_ms=min(a.last_ms, b.last_ms),
                learned_ms=max(a.held_ms, b.held_ms),
                held=True,
                watched=len(listed),
                anchor=f"{low.value}+{high.value}",
            )


def _two_mmsis(
    register: Register, watch: WatchList, tracks: Tracks, criteria: IdentityCriteria
) -> Iterator[Conflict]:
    users: dict[int, list[tuple[int, Said[int]]]] = {}
    for mmsi, history in sorted(register.numbers.items()):
        for said in history.said:
            if said.held_ms is not None:
                users.setdefault(said.value, []).append((mmsi, said))
    for imo, uses in users.items():
        for (m, a), (n, b) in combinations(uses, 2):
            if m == n or not a.overlaps(b) or a.held_ms is None or b.held_ms is None:
                continue
            first, last = max(a.first_ms, b.first_ms), min(a.last_ms, b.last_ms)
            pairs = _far_apart(tracks, (m, n), (first, last), criteria)
            if len(pairs) < criteria.far_reports:
                continue
            shown = [tracks.fix(int(row)) for row in pairs[0]]
            proof = pairs[criteria.far_reports - 1]
            received = int(tracks.rows.received_ms[proof].max())
            yield Conflict(
                kind=ConflictKind.TWO_MMSIS,
                mmsi=m,
                imo=imo,
                claims=tuple(imo_claim(x, s, register) for x, s in ((m, a), (n, b))),
                first_ms=max(f.time_ms for f in shown),
                last_ms=last,
                learned_ms=max(a.held_ms, b.held_ms, received),
                held=True,
                watched=int(watch.ship(imo) is not None),
                anchor=f"{imo}@{n}",
                fixes=tuple(shown),
            )


def _far_apart(
    tracks: Tracks, pair: tuple[int, int], span: tuple[int, int], criteria: IdentityCriteria
) -> Rows:
    """Return rows (of one MMSI, of the other) too far apart for one ship, shape (n, 2), by time."""
    a, b = (rows_of(tracks, mmsi, *span) for mmsi in pair)
    if not len(a) or not len(b):
        return np.zeros((0, 2), np.intp)
    rows = tracks.rows
    times = rows.time_ms[b]
    after = np.clip(np.searchsorted(times, rows.time_ms[a]), 1, max(len(b) - 1, 1))
    after = np.minimum(after, len(b) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(times[before] - rows.time_ms[a]) <= np.abs(times[after] - rows.time_ms[a])
    other = b[np.where(nearer, before, after)]
    apart = distance_m(rows.lon[a], rows.lat[a], rows.lon[other], rows.lat[other])
    seconds = np.abs(rows.time_ms[a] - rows.time_ms[other]) / 1000
    far = apart - criteria.far_slack_m > criteria.far_kn * KNOT_MS * seconds
    return np.stack([a[far], other[far]], axis=1)


def _bad_imos(
    by_mmsi: Mapping[int, list[StaticReport]], watch: WatchList, criteria: IdentityCriteria
) -> Iterator[Conflict]:
    """Numbers in the place of an IMO number that cannot be one, said again and again."""
    for mmsi, reports in by_mmsi.items():
        wrong = [(r.imo, r.time_ms, r.source) for r in reports if r.imo and not imo_is_valid(r.imo)]
        for said in history_of(wrong, criteria=criteria.history).said:
            if said.held_ms is None:
                continue
            listed = _listed_imo(watch, mmsi, from_ms(said.first_ms))
            claim = f"MMSI {mmsi} reports {said.value} as her IMO number; its check digit is wrong"
            yield Conflict(
                kind=ConflictKind.BAD_IMO,
                mmsi=mmsi,
                imo=listed,
                claims=(reported(claim, said),),
                first_ms=said.first_ms,
                last_ms=said.last_ms,
                learned_ms=said.held_ms,
                held=True,
                watched=int(listed is not None),
                anchor=f"bad:{said.value}",
            )


def _listed_imo(watch: WatchList, mmsi: int, at: datetime) -> int | None:
    vessel = watch.find(imo=None, mmsi=mmsi, at=at)
    return vessel.imo if vessel else None
