"""Positions to tracks: one sorted run of reports per vessel, impossible jumps set aside."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from monitor.domain.geo import KNOT_MS, distance_m
from monitor.domain.positions import PositionColumns
from monitor.domain.visit import Coverage, Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCriteria:
    """When a report cannot belong to the track it claims."""

    max_speed_kn: float = 60.0
    """Implied speed no ship reaches. Source: common peer practice, 40-60 kn."""
    spike_m: float = 2_000.0
    """Jumps shorter than this are left alone: at close spacing they are clock noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tracks:
    """Reports sorted by vessel and time, with the row where each vessel begins."""

    rows: PositionColumns
    first_row: npt.NDArray[np.intp]
    """Row at which each vessel starts, shape (vessels,)."""
    spikes: int
    """Reports set aside as impossible jumps."""

    @property
    def starts(self) -> npt.NDArray[np.bool_]:
        """Mask, shape (n,): True on the first row of each vessel."""
        mask = np.zeros(len(self.rows), bool)
        mask[self.first_row] = True
        return mask

    def slices(self) -> list[slice]:
        """Return one slice of rows per vessel, ordered by MMSI."""
        edges = [*self.first_row.tolist(), len(self.rows)]
        return [slice(a, b) for a, b in pairwise(edges)]

    def fix(self, row: int) -> Fix:
        """Return one row as a value."""
        rows = self.rows
        sog = float(rows.sog_kn[row])
        return Fix(
            mmsi=int(rows.mmsi[row]),
            time_ms=int(rows.time_ms[row]),
            received_ms=int(rows.received_ms[row]),
            lon=float(rows.lon[row]),
            lat=float(rows.lat[row]),
            sog_kn=None if np.isnan(sog) else round(sog, 1),
            source=rows.sources[rows.source[row]],
        )


def tracks_in(positions: PositionColumns, *, criteria: TrackCriteria) -> Tracks:
    """Sort positions into tracks and set single impossible jumps aside.

    A report is a spike where the way to it and the way on from it both need more than
    `max_speed_kn`, while the way past it does not. Several reports that agree with each other
    are kept: they may be a second ship on the same MMSI.
    """
    rows = positions.canonical()
    spike = _spikes(rows, criteria)
    kept = rows.take(~spike)
    first = np.flatnonzero(np.r_[True, np.diff(kept.mmsi) != 0]) if len(kept) else np.array([], int)
    return Tracks(rows=kept, first_row=first.astype(np.intp), spikes=int(spike.sum()))


def _spikes(rows: PositionColumns, criteria: TrackCriteria) -> npt.NDArray[np.bool_]:
    n = len(rows)
    mask = np.zeros(n, bool)
    if n < 3:
        return mask
    into = _too_fast(rows, slice(0, n - 2), slice(1, n - 1), criteria)
    out = _too_fast(rows, slice(1, n - 1), slice(2, n), criteria)
    past = _too_fast(rows, slice(0, n - 2), slice(2, n), criteria)
    same = (rows.mmsi[:-2] == rows.mmsi[1:-1]) & (rows.mmsi[1:-1] == rows.mmsi[2:])
    mask[1:-1] = into & out & ~past & same
    return mask


def _too_fast(
    rows: PositionColumns, a: slice, b: slice, criteria: TrackCriteria
) -> npt.NDArray[np.bool_]:
    metres = distance_m(rows.lon[a], rows.lat[a], rows.lon[b], rows.lat[b])
    seconds = np.maximum((rows.time_ms[b] - rows.time_ms[a]) / 1000.0, 1.0)
    fast: npt.NDArray[np.bool_] = (metres / seconds > criteria.max_speed_kn * KNOT_MS) & (
        metres > criteria.spike_m
    )
    return fast


def coverage_of(tracks: Tracks) -> Coverage:
    """Return in which hours anything was received, and two of the vessels received in each.

    Two are enough to answer "was anybody else heard while this one was silent?".
    """
    hours = tracks.rows.time_ms // 3_600_000
    pairs = np.unique(np.column_stack([hours, tracks.rows.mmsi]), axis=0)
    if not len(pairs):
        return Coverage(heard={})
    starts = np.flatnonzero(np.r_[True, np.diff(pairs[:, 0]) != 0])
    return Coverage(
        heard={
            int(pairs[i, 0]): frozenset(int(m) for h, m in pairs[i : i + 2] if h == pairs[i, 0])
            for i in starts
        }
    )
