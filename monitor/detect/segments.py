"""One number, several tracks: reports of one MMSI dealt out to the ships that can have sent them.

Sequential by nature, so it runs only where a number's consecutive reports contradict each other.
The idea (each report goes to the open segment that foretells it best) and the names of the
parameters follow Global Fishing Watch's published description of gpsdio-segment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from monitor.domain.positions import PositionColumns

_HOUR = timedelta(hours=1)
_NM_PER_DEGREE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCriteria:
    """How far a report may lie from where a segment foretells it.

    The defaults are for ships: whoever comes back after days is still the same ship, and of two
    segments that fit the better one gets the report. `PUBLISHED` holds the values of
    gpsdio-segment, which closes segments instead.
    """

    max_speed_kn: float = 60.0
    """Reach grows by this much each hour; as `TrackCriteria.max_speed_kn`."""
    buffer: timedelta = timedelta(minutes=1)
    """Least time any step is taken to last: clocks of receivers and relays differ by so much.
    With `max_speed_kn` this is one nautical mile, about `TrackCriteria.spike_m`."""
    penalty_after: timedelta | None = None
    """From here on the reach grows with elapsed time to the power `penalty_exponent`."""
    penalty_exponent: float = 0.5
    look_back: int = 5
    """Latest reports of a segment that may foretell the next, each older one discounted."""
    look_back_discount: float = 2.0
    settle: int | None = 3
    """A report must be within reach of the latest one; if not, but of most of those before it, it
    begins a segment that is joined on, and the ones it contradicts are outvoted, once it has so
    many reports. None: to be within reach of any of those is enough."""
    ambiguity: float | None = None
    """Where the best segment is not this many times better than the next, all that are so near
    to it are closed and the report opens a new one. None: the best one wins."""
    short: int = 10
    """A segment with fewer reports is discounted in proportion."""
    close_after: timedelta | None = None
    """A segment silent for longer is closed. None: never."""
    stay_factor: float = 1.0
    """Weight of "it stayed where it was" against dead reckoning; 1 lets a false course do no
    harm."""
    sharpness: float = 3.0
    """A report at the very end of the reach scores exp(-sharpness²) of one right on the spot."""
    max_open: int = 20
    """Segments kept open; beyond it the short one silent longest is closed, failing short ones
    the one silent longest."""


PUBLISHED = SegmentCriteria(
    max_speed_kn=25.0,
    buffer=timedelta(minutes=15),
    penalty_after=timedelta(hours=4),
    settle=None,
    ambiguity=10.0,
    close_after=timedelta(hours=24),
    stay_factor=4.0,
)
"""As gpsdio-segment documents its current defaults."""


@dataclass(slots=True)
class _Segment:
    label: int
    rows: list[int] = field(default_factory=list)
    parent: _Segment | None = None
    """The segment it goes on with, should the latest reports of that one prove bad."""


def segments_in(rows: PositionColumns, *, criteria: SegmentCriteria) -> npt.NDArray[np.intp]:
    """Deal the reports of one number out to segments.

    Args:
        rows: Reports of one number, sorted by time.
        criteria: Reach, ranking and closing.

    Returns:
        Segment of each row, shape (n,), numbered from 0 by first report (numbers of segments
        joined to others are left out); -1 where a report was outvoted.
    """
    matcher = _Matcher(rows, criteria)
    labels = np.zeros(len(rows), np.intp)
    opened: list[_Segment] = []
    count = 0
    for row in range(len(rows)):
        opened = matcher.still_open(opened, row)
        ranked = matcher.ranked(opened, row)
        chosen, closed = matcher.decide(ranked)
        if closed:
            opened = [s for s in opened if s.label not in closed]
        if chosen is None:
            chosen = _Segment(count, parent=matcher.parent(opened, row))
            opened.append(chosen)
            count += 1
        chosen.rows.append(row)
        labels[row] = chosen.label
        parent = chosen.parent
        if parent is not None and len(chosen.rows) == criteria.settle:
            chosen.parent = None
            if any(s is parent for s in opened) and parent.rows[-1] < chosen.rows[0]:
                kept = matcher.kept(parent, chosen.rows[0])
                labels[parent.rows[kept:]] = -1
                labels[chosen.rows] = parent.label
                parent.rows[kept:] = chosen.rows
                opened = [s for s in opened if s is not chosen]
    return labels


class _Matcher:
    """The reports as plain lists (fast to index one by one) and the rules over them."""

    def __init__(self, rows: PositionColumns, criteria: SegmentCriteria) -> None:
        self.criteria = criteria
        self.hour: list[float] = ((rows.time_ms - rows.time_ms[:1]) / 3_600_000.0).tolist()
        self.lon: list[float] = rows.lon.tolist()
        self.lat: list[float] = rows.lat.tolist()
        self.slack_nm: list[float] = (rows.precision_m / 1852.0).tolist()
        course = np.radians(rows.cog_deg.astype(np.float64))
        self.east_kn: list[float] = (rows.sog_kn * np.sin(course)).tolist()
        self.north_kn: list[float] = (rows.sog_kn * np.cos(course)).tolist()
        self.buffer_h = criteria.buffer / _HOUR
        self.close_h = criteria.close_after / _HOUR if criteria.close_after else math.inf
        self.penalty_h = criteria.penalty_after / _HOUR if criteria.penalty_after else math.inf

    def still_open(self, opened: list[_Segment], row: int) -> list[_Segment]:
        """Return the segments that may still go on at a row."""
        if self.close_h < math.inf:
            opened = [s for s in opened if self.hour[row] - self.hour[s.rows[-1]] <= self.close_h]
        if len(opened) > self.criteria.max_open:
            weakest = min(
                opened, key=lambda s: (len(s.rows) > self.criteria.short, s.rows[-1], s.label)
            )
            opened = [s for s in opened if s is not weakest]
        return opened

    def ranked(self, opened: list[_Segment], row: int) -> list[tuple[float, _Segment]]:
        """Return (score, segment) of the segments that can hold a row, best first."""
        found = [(self.score(segment, row), segment) for segment in opened]
        return sorted((f for f in found if f[0] > 0), key=lambda f: (-f[0], f[1].label))

    def decide(self, ranked: list[tuple[float, _Segment]]) -> tuple[_Segment | None, set[int]]:
        """Return the segment that gets the row (None for a new one), and those now closed."""
        factor = self.criteria.ambiguity
        if not ranked:
            return None, set()
        best = ranked[0][0]
        if factor is not None and len(ranked) > 1 and best < factor * ranked[1][0]:
            return None, {s.label for score, s in ranked if best < factor * score}
        return ranked[0][1], set()

    def score(self, segment: _Segment, row: int) -> float:
        """Return how well a segment foretells a row; 0 where the row is out of reach."""
        c, best = self.criteria, 0.0
        discount = 1.0
        for earlier in reversed(segment.rows[-c.look_back :]):
            alpha, padded_h = self.strain(earlier, row)
            if alpha <= 1.0:
                score = math.exp(-((c.sharpness * alpha) ** 2)) / (padded_h * discount)
                best = max(best, score)
            elif c.settle is not None and discount == 1.0:
                return 0.0
            discount *= c.look_back_discount
        return best * min(1.0, len(segment.rows) / c.short) if c.short else best

    def parent(self, opened: list[_Segment], row: int) -> _Segment | None:
        """Return the latest segment most of whose latest reports, but not the last, reach a row."""
        if self.criteria.settle is None:
            return None
        for segment in sorted(opened, key=lambda s: -s.rows[-1]):
            latest = segment.rows[-self.criteria.look_back :]
            reached = sum(self.strain(earlier, row)[0] <= 1.0 for earlier in latest)
            if 2 * reached > len(latest):
                return segment
        return None

    def kept(self, segment: _Segment, row: int) -> int:
        """Return how many of a segment's reports stay if its latest may not contradict a row."""
        kept = len(segment.rows)
        while kept > 1 and self.strain(segment.rows[kept - 1], row)[0] > 1.0:
            kept -= 1
        return kept

    def strain(self, earlier: int, row: int) -> tuple[float, float]:
        """Return (miss as a share of the reach, padded hours) from an earlier row to a row."""
        hours = self.hour[row] - self.hour[earlier]
        padded_h = math.hypot(hours, self.buffer_h)
        reach_nm = self.criteria.max_speed_kn * self.reach_h(padded_h)
        return self.miss_nm(earlier, row, hours) / reach_nm, padded_h

    def reach_h(self, padded_h: float) -> float:
        """Return the hours for which the reach is taken to grow."""
        if padded_h <= self.penalty_h:
            return padded_h
        return float(self.penalty_h * (padded_h / self.penalty_h) ** self.criteria.penalty_exponent)

    def miss_nm(self, earlier: int, row: int, hours: float) -> float:
        """Return how far a row lies from where an earlier one foretells it, nautical miles.

        Distances are taken on a plane at the mean latitude: they only rank and gate.
        """
        narrow = math.cos(math.radians((self.lat[row] + self.lat[earlier]) / 2))
        turn = (self.lon[row] - self.lon[earlier] + 180.0) % 360.0 - 180.0
        east, north = turn * _NM_PER_DEGREE * narrow, self.lat[row] - self.lat[earlier]
        north *= _NM_PER_DEGREE
        slack = self.slack_nm[row] + self.slack_nm[earlier]
        stayed = math.hypot(east, north)
        # The mean of both velocities: forwards from the earlier report and back from this one.
        east_kn = (self.east_kn[earlier] + self.east_kn[row]) / 2
        north_kn = (self.north_kn[earlier] + self.north_kn[row]) / 2
        if math.isnan(east_kn) or (east_kn == 0.0 and north_kn == 0.0):
            return max(stayed - slack, 0.0)
        reckoned = math.hypot(east - east_kn * hours, north - north_kn * hours)
        return max(min(reckoned, stayed * self.criteria.stay_factor) - slack, 0.0)
