"""Ships on their way to a port: whose track closes on it, or who say that they are bound for it.

What a ship does and what she says are kept apart. Either may be wrong: a course that closes on
one port closes on its neighbours too, and destinations are typed by crews.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from monitor.detect.tracks import Tracks
from monitor.detect.voyages import Run
from monitor.domain.geo import METRES_PER_NM, distance_m
from monitor.domain.positions import PositionColumns
from monitor.domain.visit import Fix
from monitor.domain.window import from_ms, span_ms

Floats = npt.NDArray[np.float64]
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EnRouteCriteria:
    """When a ship is on her way here (own values unless a source is named)."""

    window: timedelta = timedelta(hours=6)
    """Course and speed are those made good over this long: a turn of the wheel says nothing."""
    longest_window: timedelta = timedelta(hours=24)
    """Between reports further apart nothing is known of the course."""
    least_kn: float = 4.0
    """Made good towards the port; what drifts is not under way."""
    here_nm: float = 12.0
    """Nearer than this she has come, whatever she does next."""
    from_nm: float = 24.0
    """A ship must be at least this far off to be on her way: `window` at `least_kn`."""
    behaviour_nm: float = 300.0
    """Beyond a day's sail a course alone points at a whole coast."""
    pass_nm: float = 12.0
    """A course that passes the port within this is laid on it. Source: the territorial sea."""
    pass_share: float = 0.05
    """And this share of the distance to go: courses made good are known to about 3 degrees."""
    cone_deg: float = 45.0
    """Of a ship that says she is bound here: islands and straits bend her way."""
    turned: timedelta = timedelta(hours=6)
    """How long she must not close on the port before she is said to have turned away."""
    silent: timedelta = timedelta(days=3)
    """After so long without a report she is no longer said to be on her way."""
    sea_factor: float = 1.15
    """The way by sea is at most this many times the great circle. Source: Gibraltar to Tartus is
    1.05, Port Said to Tartus 1.0; an island or a cape on the way adds a tenth."""
    eta_step: timedelta = timedelta(hours=12)
    """An arrival estimate moved by more is told again."""
    declared_for: timedelta = timedelta(days=10)
    """A destination not repeated for longer belongs to another voyage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eta:
    """When she may be here."""

    earliest: datetime
    """Straight, at the highest of her recent speeds."""
    latest: datetime | None
    """By sea at the lowest; None where her course does not close on the port."""

    @property
    def middle(self) -> datetime:
        """The instant by which two estimates are compared."""
        return self.earliest + (self.latest - self.earliest) / 2 if self.latest else self.earliest


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """One ship's way to the port, from the first report that shows it."""

    before: Fix
    """Start of the course that showed it."""
    shown: Fix
    """The report that showed it."""
    last: Fix
    """The latest report on the way."""
    distance_nm: float
    """Great circle from there to the port."""
    closing_kn: float
    """Made good towards the port at that report."""
    pass_nm: float
    """How far off the port the course would pass."""
    declared: Run[str] | None
    """The destination that holds, if it is the port."""
    said: str
    """What she says of where she is bound, as typed; empty where nothing holds."""
    closes: bool
    """Whether her track closes on the port; else only her word says that she comes."""
    eta: Eta
    stage: int
    """How often the estimate has moved by `eta_step`."""
    after: Fix | None
    """The report that ended it; None while it lasts or where she fell silent."""
    ended: str
    """`arrived`, `turned_away`, `stopped`, `silent` or empty."""
    anchor_ms: int


@dataclass(slots=True)
class _Motion:
    """Course and speed made good at every report of one track; arrays of shape (n,)."""

    back: npt.NDArray[np.intp]
    """Row the course is reckoned from; -1 where there is none near enough in time."""
    distance: Floats
    """To the port, nm."""
    closing: Floats
    """Knots towards the port."""
    speed: Floats
    """Knots made good, whatever the direction."""
    off: Floats
    """Degrees between the course made good and the bearing of the port, 0-180."""
    passes: Floats
    """How far off the port the course would pass, nm; the distance itself where it leads away."""


def _motion(rows: PositionColumns, port: tuple[float, float], c: EnRouteCriteria) -> _Motion:
    """Return the motion over `window` up to each report."""
    t, n = rows.time_ms, len(rows)
    back = np.searchsorted(t, t - span_ms(c.window), side="right") - 1
    back = np.where((back >= 0) & (t - t[back] <= span_ms(c.longest_window)), back, -1)
    distance = distance_m(rows.lon, rows.lat, *port) / METRES_PER_NM
    hours = np.where(back >= 0, (t - t[back]) / _HOUR_MS, np.nan)
    way = distance_m(rows.lon[back], rows.lat[back], rows.lon, rows.lat) / METRES_PER_NM
    with np.errstate(invalid="ignore", divide="ignore"):
        closing, speed = (distance[back] - distance) / hours, way / hours
        turn = _bearing(rows.lon[back], rows.lat[back], rows.lon, rows.lat) - _bearing(
            rows.lon, rows.lat, *(np.full(n, v) for v in port)
        )
    off = np.abs((turn + 180.0) % 360.0 - 180.0)
    passes = np.where(off < 90.0, distance * np.sin(np.radians(off)), distance)
    return _Motion(back, distance, closing, speed, off, passes)


def _bearing(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Return the initial great-circle bearing, degrees."""
    p1, p2, dl = np.radians(lat1), np.radians(lat2), np.radians(lon2 - lon1)
    y = np.sin(dl) * np.cos(p2)
    x = np.cos(p1) * np.sin(p2) - np.sin(p1) * np.cos(p2) * np.cos(dl)
    return np.asarray(np.degrees(np.arctan2(y, x)), np.float64)


def approaches_in(
    tracks: Tracks,
    ships: frozenset[int],
    port: tuple[float, float],
    *,
    bound: Mapping[int, Sequence[Run[str]]],
    ours: frozenset[str],
    as_of: datetime,
    criteria: EnRouteCriteria,
) -> tuple[Approach, ...]:
    """Find the approaches of the ships asked for, over by now or not.

    Args:
        tracks: Cleaned positions.
        ships: Leading MMSIs of the ships to look at; further ships on a shared number are not.
        port: (lon, lat) of the port.
        bound: Leading MMSI -> what held of her destination after each report, by time.
        ours: The destinations that mean this port.
        as_of: Now.
        criteria: Thresholds.

    Returns:
        By ship and time. A ship that passes by is none of them.
    """
    found = []
    for part, leader, number in zip(
        tracks.slices(), tracks.leader.tolist(), tracks.part.tolist(), strict=True
    ):
        if leader in ships and number == 0 and part.stop - part.start > 1:
            way = _Way(tracks, part.start, port, bound.get(leader, ()), ours, criteria)
            found += list(way.approaches(tracks.rows.take(part), as_of))
    return tuple(found)


class _Way:
    """One track, read report by report."""

    def __init__(
        self,
        tracks: Tracks,
        offset: int,
        port: tuple[float, float],
        said: Sequence[Run[str]],
        ours: frozenset[str],
        criteria: EnRouteCriteria,
    ) -> None:
        self.tracks, self.offset, self.port = tracks, offset, port
        self.said, self.ours, self.c = said, ours, criteria

    def approaches(self, rows: PositionColumns, as_of: datetime) -> Iterator[Approach]:
        """Yield the approaches of this track."""
        self.rows, self.m = rows, _motion(rows, self.port, self.c)
        row = 0
        while row < len(rows):
            if self._comes(row):
                last, after, ended = self._until(row, as_of)
                yield self._approach(row, last, after, ended)
                row = last if after is None else after
            row += 1

    def _closes(self, row: int, *, strict: float = 1.0) -> bool:
        """Return whether her track is laid on the port; less strictly once she is on her way."""
        m, c = self.m, self.c
        laid = strict * (c.pass_nm + c.pass_share * m.distance[row])
        return bool(
            m.back[row] >= 0
            and m.closing[row] >= c.least_kn / strict
            and m.distance[row] <= c.behaviour_nm
            and m.passes[row] <= laid
        )

    def _heads(self, row: int) -> bool:
        """Return whether a ship bound for the port makes way towards it."""
        return bool(
            self.m.closing[row] >= self.c.least_kn / 2 and self.m.off[row] <= self.c.cone_deg
        )

    def _holds(self, row: int) -> Run[str] | None:
        """Return the destination that holds at a report."""
        at, until = int(self.rows.time_ms[row]), span_ms(self.c.declared_for)
        i = bisect_right(self.said, at, key=lambda run: run.last.time_ms)
        held = self.said[i - 1] if i else None
        return held if held is not None and at - held.last.time_ms <= until else None

    def _bound_here(self, row: int) -> bool:
        held = self._holds(row)
        return held is not None and held.value in self.ours

    def _comes(self, row: int) -> bool:
        m, c = self.m, self.c
        if m.back[row] < 0 or m.distance[row] < c.from_nm:
            return False
        return self._closes(row) or (self._bound_here(row) and bool(m.speed[row] >= c.least_kn))

    def _still(self, row: int) -> bool:
        """Return whether a report goes with her being on her way."""
        if self.m.back[row] < 0:
            return True
        moving = bool(self.m.speed[row] >= self.c.least_kn / 2)
        return self._closes(row, strict=2.0) or (self._bound_here(row) and moving)

    def _until(self, begun: int, as_of: datetime) -> tuple[int, int | None, str]:
        """Return (last row on the way, row that ended it, why)."""
        t, last = self.rows.time_ms, begun
        for row in range(begun + 1, len(t)):
            if t[row] - t[row - 1] > span_ms(self.c.silent):
                return last, None, "silent"
            if self.m.distance[row] <= self.c.here_nm:
                return last, row, "arrived"
            if self._still(row):
                last = row
            elif t[row] - t[last] >= span_ms(self.c.turned):
                slow = self.m.speed[row] < self.c.least_kn / 2
                return last, row, "stopped" if slow else "turned_away"
        silent = as_of - from_ms(int(t[-1])) > self.c.silent
        return last, None, "silent" if silent else ""

    def _eta(self, row: int) -> Eta:
        """Return the estimate at a report, from the speeds of the day before it."""
        at, m = int(self.rows.time_ms[row]), self.m
        day = slice(int(np.searchsorted(self.rows.time_ms, at - 24 * _HOUR_MS)), row + 1)
        sog = self.rows.sog_kn[day].astype(np.float64)
        under_way = sog[sog >= self.c.least_kn]
        made = max(float(m.speed[row]), self.c.least_kn)
        slow = min(made, *np.percentile(under_way, [10]).tolist()) if len(under_way) else made
        fast = max(made, *np.percentile(under_way, [90]).tolist()) if len(under_way) else made
        to_go = float(m.distance[row])
        known = self._closes(row, strict=2.0) or self._heads(row)
        latest = from_ms(at) + timedelta(hours=to_go * self.c.sea_factor / slow)
        return Eta(
            earliest=_minute(from_ms(at) + timedelta(hours=to_go / fast)),
            latest=_minute(latest) if known else None,
        )

    def _approach(self, first: int, last: int, after: int | None, ended: str) -> Approach:
        fix = self.tracks.fix
        etas = [self._eta(row) for row in range(first, last + 1) if self.m.back[row] >= 0]
        told, stage = etas[0], 0
        for eta in etas:
            moved = abs(eta.middle - told.middle) > self.c.eta_step
            if moved or (eta.latest is None) != (told.latest is None):
                told, stage = eta, stage + 1
        received = self.rows.received_ms[first : last + 1]
        held = self._holds(last)
        back = int(self.m.back[first])
        return Approach(
            before=fix(self.offset + back),
            shown=fix(self.offset + first),
            last=fix(self.offset + last),
            distance_nm=float(self.m.distance[last]),
            closing_kn=float(self.m.closing[last]),
            pass_nm=float(self.m.passes[last]),
            declared=held if held is not None and held.value in self.ours else None,
            said=held.last.destination if held is not None else "",
            closes=self._closes(last, strict=2.0),
            eta=etas[-1],
            stage=stage,
            after=fix(self.offset + after) if after is not None else None,
            ended=ended,
            anchor_ms=int(self.rows.time_ms[first + int(np.argmin(received))]),
        )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
