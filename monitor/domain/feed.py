"""How a feed does: what each source of positions says about itself, ships aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from monitor.domain.positions import PositionColumns
from monitor.domain.window import to_ms

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBeat:
    """What one source gave in one stretch of listening; stretches follow one another."""

    source: str
    connected: bool
    """Whether the connection stood when the stretch ended, drops just mended aside. An open one may
    still be silent."""
    last_frame_ms: int | None
    """When the last frame came, by our own clock; None if none has come since the start."""
    frames: int
    """Frames heard in the stretch, whatever was in them: lines, datagrams, messages."""
    since_ms: int
    """When the stretch began: where the one before it ended, or the listening started."""


class FeedState(StrEnum):
    """How a source of positions does."""

    OK = "ok"
    QUIET = "quiet"
    """It speaks, but says much less than usual, or nothing of what it always says."""
    STALLED = "stalled"
    """Nothing comes, though nothing is known to be broken: an open socket may be silent."""
    DOWN = "down"
    """It cannot be read."""
    UNKNOWN = "unknown"
    """Too little was received so far to know what is usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedControl:
    """A source we count on, and what it should always hear."""

    name: str
    reference_mmsis: frozenset[int] = frozenset()
    """Ships that are always there, such as ferries and tugs."""
    control_box: tuple[float, float, float, float] | None = None
    """(west, south, east, north) of busy water the source covers, degrees."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeedLog:
    """When a source gave anything, by the time it reached us."""

    name: str
    minutes: Ints
    """Minutes since the epoch in which a report was received, ordered, shape (n,)."""
    hours: Ints
    """Hours since the epoch in which a report was received, ordered, shape (m,)."""
    vessels: Ints
    """Distinct MMSIs received in each of those hours, shape (m,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How one source does, and why we say so."""

    name: str
    state: FeedState
    reason: str
    last_ms: int | None
    """When it last gave anything; None if it never did."""
    vessels: int
    """Ships received in the last full hour."""
    usual_vessels: float | None
    """Median of the same hour of the week over the past weeks; None where too few are known."""

    @property
    def fails(self) -> bool:
        """Whether nothing is to be expected of it now."""
        return self.state in (FeedState.STALLED, FeedState.DOWN)


def feed_name(label: str) -> str:
    """Return the source a label of positions belongs to: what stands before the first colon.

    `reconstruction:E042` is of the source `reconstruction`; names in the settings hold no colon.
    """
    return label.partition(":")[0] or label


def feeds_of(positions: PositionColumns) -> tuple[tuple[str, ...], Ints]:
    """Return the sources of `positions`, ordered by name, and the index of each row's."""
    names = tuple(sorted({feed_name(label) for label in positions.sources}))
    index = [names.index(feed_name(label)) for label in positions.sources]
    return names, np.array(index, np.int64)[positions.source]


def minutes_in(hours: Ints, bits: Ints) -> Ints:
    """Return, ordered, the minutes since the epoch that the bits of ordered hours stand for."""
    on = (bits[:, np.newaxis] >> np.arange(60)) & 1
    row, minute = np.nonzero(on)
    return np.asarray(hours[row] * 60 + minute, np.int64)


def log_until(log: FeedLog, as_of: datetime) -> FeedLog:
    """Return the log as it stood at `as_of`: later minutes and hours are not known yet."""
    last = int(np.searchsorted(log.minutes, to_ms(as_of) // 60_000, side="right"))
    known = int(np.searchsorted(log.hours, to_ms(as_of) // 3_600_000, side="right"))
    return FeedLog(
        name=log.name,
        minutes=log.minutes[:last],
        hours=log.hours[:known],
        vessels=log.vessels[:known],
    )
