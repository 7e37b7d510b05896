"""Tracks to encounters: two ships that lie together at sea for hours, and what is said of it.

Ships are compared only with those in the same place at the same time, through one index over
space and time; never every ship with every other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from monitor.detect.ground import Ground
from monitor.detect.presence import Mask, Rows
from monitor.detect.tracks import Tracks
from monitor.detect.visit_criteria import VisitCriteria
from monitor.domain.encounter import Encounter
from monitor.domain.geo import EARTH_RADIUS_M, KNOT_MS, FloatArray, distance_m
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.vessel import StaticReport
from monitor.domain.window import span_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterCriteria:
    """When two ships met. Source: Global Fishing Watch, encounter events; ours where marked."""

    within_m: float = 500.0
    least: timedelta = timedelta(hours=2)
    slower_than_kn: float = 2.0
    """Speed made good between reports, of either ship."""
    every: timedelta = timedelta(minutes=10)
    """Positions are compared at whole multiples of this."""
    longest_gap: timedelta = timedelta(hours=1)
    """Nothing is said of where a ship was between reports further apart."""
    merge_within: timedelta = timedelta(hours=4)
    """Meetings of the same two ships less than this apart are one."""
    port_margin_m: float = 1_000.0
    """Ships this near a port or an anchorage lie together without meeting (own; GFW keeps 10 km
    from any anchorage, which would leave nothing off a small port)."""


SERVICE_TYPES = frozenset({31, 32, 50, 51, 52, 53})
"""Ship types whose work is beside other ships: towing, pilot, rescue, tug, port tender. Source:
ITU-R M.1371-5, table 53."""


def service_ships(reports: Iterable[StaticReport]) -> frozenset[int]:
    """Return the MMSIs of ships that mostly called themselves one of `SERVICE_TYPES`."""
    said: dict[int, int] = {}
    for report in reports:
        if report.ship_type is not None:
            vote = 1 if report.ship_type in SERVICE_TYPES else -1
            said[report.mmsi] = said.get(report.mmsi, 0) + vote
    return frozenset(mmsi for mmsi, votes in said.items() if votes > 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    """Where slow ships were at the compared instants; every array has shape (samples,)."""

    slot: npt.NDArray[np.int64]
    """Multiples of `every` since the epoch."""
    row: Rows
    """Report at or before it."""
    until: Rows
    """Report after it that the position rests on too; the same one where it rests on one."""
    track: Rows
    lon: FloatArray
    lat: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Meetings:
    """Instants at which two ships were together, by pair and time; shape (meetings,)."""

    a: Rows
    """Sample of the ship with the smaller MMSI."""
    b: Rows
    slot: npt.NDArray[np.int64]
    pair: npt.NDArray[np.int64]
    """The same number for the same two tracks."""


def encounters_in(
    tracks: Tracks,
    gazetteer: Gazetteer,
    *,
    criteria: EncounterCriteria,
    except_mmsis: Collection[int] = (),
) -> tuple[Encounter, ...]:
    """Find every pair of ships that lay together at sea.

    Args:
        tracks: Cleaned positions.
        gazetteer: Ports and anchorages, where lying together means nothing.
        criteria: Thresholds.
        except_mmsis: Ships whose work it is to lie beside others, see `service_ships`.

    Returns:
        Encounters ordered by start and MMSIs.
    """
    samples = _samples(tracks, _at_sea(tracks, gazetteer, criteria, except_mmsis), criteria)
    met = _meetings(tracks, samples, criteria)
    slots = -(-span_ms(criteria.least) // span_ms(criteria.every))
    runs = _split(met, np.arange(len(met.slot)), 1)
    long = [run for run in runs if met.slot[run[-1]] - met.slot[run[0]] >= slots]
    chosen = np.concatenate(long) if long else np.zeros(0, np.intp)
    apart = -(-span_ms(criteria.merge_within) // span_ms(criteria.every))
    found = [
        _encounter(tracks, samples, met, run, slots, criteria)
        for run in _split(met, chosen, apart - 1)
    ]
    return tuple(sorted(found, key=lambda e: (e.start_ms, e.mmsis, e.end_ms, e.lon, e.lat)))


def _at_sea(
    tracks: Tracks, gazetteer: Gazetteer, c: EncounterCriteria, except_mmsis: Collection[int]
) -> Mask:
    """Return the reports of ships that count, outside ports and anchorages."""
    ground = Ground(tracks, gazetteer, VisitCriteria())
    shapes = [gazetteer.port_area(port) for port in gazetteer.ports]
    shapes += [p.geometry for p in gazetteer.of_kind(PlaceKind.ANCHORAGE)]
    sea = ~np.isin(tracks.rows.mmsi, list(except_mmsis))
    if shapes:
        sea &= ~ground.within(ground.frame.metric(shapely.union_all(shapes)), c.port_margin_m)
    return sea


def _samples(tracks: Tracks, counts: Mask, c: EncounterCriteria) -> _Samples:
    """Resample what lies between two reports of a slow ship, and single reports on the instant."""
    rows, every = tracks.rows, span_ms(c.every)
    n = len(rows)
    if not n:
        none = np.zeros(0, np.intp)
        return _Samples(none.astype(np.int64), none, none, none, np.zeros(0), np.zeros(0))
    after = np.minimum(np.arange(n) + 1, n - 1)
    linked = ~tracks.starts[after] & (after > np.arange(n))
    spent = np.where(linked, rows.time_ms[after] - rows.time_ms, 1)
    linked &= (spent <= span_ms(c.longest_gap)) & counts[after]
    made = distance_m(rows.lon, rows.lat, rows.lon[after], rows.lat[after])
    slow = ~linked | (made <= c.slower_than_kn * KNOT_MS * spent / 1000.0)
    # A report with nothing after it within reach speaks for its own instant only.
    until = np.where(linked, rows.time_ms[after], rows.time_ms + 1)
    first, end = -(-rows.time_ms // every), -(-until // every)
    count = np.where(counts & slow, end - first, 0)
    row = np.repeat(np.arange(n), count)
    slot = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    share = np.where(linked[row], (slot * every - rows.time_ms[row]) / spent[row], 0.0)
    east = (rows.lon[after[row]] - rows.lon[row] + 180.0) % 360.0 - 180.0
    return _Samples(
        slot=slot,
        row=row,
        until=np.where(linked, after, np.arange(n))[row],
        track=np.searchsorted(tracks.first_row, row, side="right") - 1,
        lon=rows.lon[row] + share * east,
        lat=rows.lat[row] + share * (rows.lat[after[row]] - rows.lat[row]),
    )


def _meetings(tracks: Tracks, s: _Samples, c: EncounterCriteria) -> _Meetings:
    """Join samples of different ships at the same instant and within reach of each other."""
    lam, phi = np.radians(s.lon), np.radians(s.lat)
    sphere = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    # Instants are laid further apart than the reach, so that only the same ones meet.
    apart = (s.slot - s.slot.min(initial=np.iinfo(np.int64).max)) * (2.0 * c.within_m)
    pairs = np.zeros((0, 2), np.intp)
    if len(s.slot):
        tree = cKDTree(np.column_stack([sphere * EARTH_RADIUS_M, apart]))
        pairs = tree.query_pairs(c.within_m, output_type="ndarray")
    mmsi = tracks.rows.mmsi[s.row]
    pairs = pairs[mmsi[pairs[:, 0]] != mmsi[pairs[:, 1]]]
    swap = mmsi[pairs[:, 0]] > mmsi[pairs[:, 1]]
    pairs[swap] = pairs[swap][:, ::-1]
    a, b = pairs.T
    pair = s.track[a] * len(tracks.first_row) + s.track[b]
    order = np.lexsort((s.slot[a], pair))
    return _Meetings(a=a[order], b=b[order], slot=s.slot[a][order], pair=pair[order])


def _split(met: _Meetings, chosen: Rows, longest: int) -> list[Rows]:
    """Split meetings into runs of one pair with no step of more than `longest` instants."""
    if not len(chosen):
        return []
    new = (np.diff(met.pair[chosen]) != 0) | (np.diff(met.slot[chosen]) > longest)
    return np.split(chosen, np.flatnonzero(new) + 1)


def _encounter(
    tracks: Tracks, s: _Samples, met: _Meetings, run: Rows, slots: int, c: EncounterCriteria
) -> Encounter:
    """Turn a run of meetings into an encounter."""
    rows, every = tracks.rows, span_ms(c.every)
    a, b, slot = met.a[run], met.b[run], met.slot[run]
    off = distance_m(s.lon[a], s.lat[a], s.lon[b], s.lat[b])
    nearest = int(np.argmin(off))
    own = np.concatenate([s.row[a], s.row[b]])
    known = rows.received_ms[np.stack([s.row[a], s.row[b], s.until[a], s.until[b]])].max(axis=0)
    order = np.argsort(known, kind="stable")
    span = np.maximum.accumulate(slot[order]) - np.minimum.accumulate(slot[order])
    named = own[np.lexsort((rows.mmsi[own], rows.time_ms[own], rows.received_ms[own]))[0]]
    ends = np.append(tracks.first_row[1:], len(rows)) - 1
    until_ms = int(slot[-1]) * every
    first, last = [(tracks.fix(int(s.row[a[at]])), tracks.fix(int(s.row[b[at]]))) for at in (0, -1)]
    return Encounter(
        mmsis=(first[0].mmsi, first[1].mmsi),
        start_ms=int(slot[0]) * every,
        end_ms=until_ms,
        ended=bool((rows.time_ms[ends[s.track[[a[-1], b[-1]]]]] > until_ms + every).all()),
        lon=float(s.lon[a][nearest]),
        lat=float(s.lat[a][nearest]),
        closest_m=float(off[nearest]),
        first=first,
        last=last,
        learned_ms=int(known[order][span >= slots][0]),
        anchor_ms=int(rows.time_ms[named]),
    )
