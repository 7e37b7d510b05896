"""Runs of rows that hold together: the two-threshold state machine, over all tracks at once.

Everything downstream that comes and goes (calls, stays, waits, stops by speed) is such a run. The
machine knows masks and rows, never what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs in which a hysteresis held, in row order; every array has shape (runs,)."""

    first: Rows
    """First row inside."""
    last: Rows
    """Last row inside (included); rows between it and `end` kept the state but decided nothing."""
    end: Rows
    """Row after the run: the one that ended it, or the next track's first, or the row count."""
    left: Mask
    """Whether a row of the same track ended it, rather than the end of the track."""


def last_true(mask: Mask) -> Rows:
    """Return for each row the latest row up to it where `mask` holds, -1 before the first."""
    return np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))


def held(enters: Mask, leaves: Mask, starts: Mask) -> Mask:
    """Run a two-threshold state machine over all tracks at once.

    Args:
        enters: Rows that put the state on; they win where both hold.
        leaves: Rows that put it off; a row that does neither keeps the state before it.
        starts: First row of each track; every track starts off.

    Returns:
        The state after each row.
    """
    decisive = last_true(enters | leaves | starts)
    return np.asarray(enters[decisive], bool)


def runs_in(enters: Mask, leaves: Mask, starts: Mask) -> Runs:
    """Return the runs in which the state of `held` is on."""
    n = len(enters)
    state = held(enters, leaves, starts)
    edge = starts.copy()
    edge[1:] |= state[1:] != state[:-1]
    begins = np.flatnonzero(edge)
    ends = np.append(begins[1:], n)
    on = state[begins]
    begins, ends = begins[on], ends[on]
    left = ends < n
    left[left] = ~starts[ends[left]]
    return Runs(first=begins, last=last_true(enters)[ends - 1], end=ends, left=left)
