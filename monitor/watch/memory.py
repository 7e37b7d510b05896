"""What one assessment keeps for the next, so that it reads what is new and not ten years again.

All of it can be worked out again from the store. It is dropped, and the whole history read once
more, when evidence comes that is older than what may still change, when a ship of whom something
is settled turns out to be another, or when the clock goes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import sqlalchemy as sa

from monitor.detect.cells import spans_asked
from monitor.detect.picture import Evidence, Picture, compile_picture
from monitor.detect.settled import Settled
from monitor.detect.settling import reaches_back, settle
from monitor.detect.silences import spans_wanted
from monitor.domain.berth_state import BerthState
from monitor.domain.coverage import HOUR_MS, Ints, spans_joined
from monitor.domain.feed import FeedLog
from monitor.domain.finding import Finding
from monitor.domain.positions import PositionColumns, concat, no_positions
from monitor.domain.sighting import Sighting
from monitor.domain.vessel import Identity
from monitor.domain.window import from_ms, to_ms
from monitor.store.derived import load_berth_states
from monitor.store.looks import load_apron_states, load_sightings
from monitor.store.observations import (
    load_positions,
    load_scenes,
    load_static,
    oldest_late,
    sharing_imos,
    vessels_claiming,
    vessels_saying,
    vessels_within,
)
from monitor.store.progress import noted_evidence
from monitor.store.reception import load_coverage, load_feeds, load_heard
from monitor.watch.brief import Brief

_AGAIN = timedelta(days=1)
"""What this long before the last assessment happened may have reached us since."""
_SETTLE_EVERY = timedelta(days=2)


_NONE: Ints = np.zeros(0, np.int64)


@dataclass(slots=True)
class Memory:
    """The evidence of the last assessment, and what was settled of it."""

    settles: bool = True
    """Whether anything is ever settled; else every assessment reads the whole history."""
    settled: Settled = field(default_factory=Settled)
    as_of: datetime | None = None
    _brief: Brief | None = None
    _settled_at: datetime | None = None
    _whose: frozenset[int] = frozenset()
    _rows: PositionColumns = field(default_factory=no_positions)
    _states: tuple[BerthState, ...] = ()
    _sightings: tuple[Sighting, ...] = ()
    _heard: tuple[Ints, Ints, Ints] = field(default_factory=lambda: (_NONE, _NONE, _NONE))
    _feeds: tuple[FeedLog, ...] = ()
    _names: dict[int, Identity] = field(default_factory=dict)
    _evidenced: Evidence | None = None

    def forget(self) -> None:
        """Drop everything: the whole history is read at the next assessment."""
        fresh = Memory(settles=self.settles)
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    @property
    def rows(self) -> int:
        """How many reports are kept."""
        return len(self._rows)

    @property
    def is_whole(self) -> bool:
        """Whether the last picture was compiled from the whole history."""
        return self.settled.until_ms is None

    def picture(self, connection: sa.Connection, brief: Brief, *, as_of: datetime) -> Picture:
        """Compile the picture of all that is not settled, as of now."""
        since = self._known_until(connection, brief, as_of)
        if since is None:
            self.forget()
        evidence = self._evidence(connection, brief, since, as_of)
        picture = _compiled(evidence, brief, as_of)
        if self._renamed(picture) or reaches_back(picture, self.settled):
            self.forget()
            evidence = self._evidence(connection, brief, None, as_of)
            picture = _compiled(evidence, brief, as_of)
        self.as_of, self._brief, self._evidenced = as_of, brief, evidence
        return picture

    def settle(self, picture: Picture) -> list[Finding]:
        """Settle what can be, every so often; return the findings that are settled by it."""
        assert self._brief is not None
        assert self._evidenced is not None
        evidence, self._evidenced = self._evidenced, None
        recent = self._settled_at and picture.as_of - self._settled_at < _SETTLE_EVERY
        if recent or not self.settles:
            return []
        before = self.settled
        self._settled_at = picture.as_of
        self.settled = settle(
            picture,
            evidence,
            self._brief.gazetteer,
            self._brief.watch,
            criteria=self._brief.criteria,
        )
        left = self.settled.gone - before.gone
        self._forget_rows()
        self._names |= picture.register.identities
        return [f for f in picture.findings if self.settled.holds(f) or f.subject.mmsi in left]

    def _known_until(self, connection: sa.Connection, brief: Brief, as_of: datetime) -> int | None:
        """Return the instant up to which nothing changed since, None where all must be read."""
        if self.settled.until_ms is None or self.as_of is None or as_of < self.as_of:
            return None
        if brief is not self._brief:
            return None
        noted = noted_evidence(connection)
        oldest = [
            to_ms(self.as_of - _AGAIN),
            noted.oldest_ms if noted else None,
            oldest_late(connection, after=self.as_of, by=as_of),
            *(
                to_ms(s.acquired_at)
                for s in load_scenes(connection, available_by=as_of)
                if s.available_at > self.as_of
            ),
        ]
        since = min(at for at in oldest if at is not None)
        return since if since >= (self.settled.until_ms or since) else None

    def _evidence(
        self, connection: sa.Connection, brief: Brief, since: int | None, as_of: datetime
    ) -> Evidence:
        watch = brief.watch
        named = {*vessels_claiming(connection, watch.imos()), *watch.mmsis()}
        whose = {*vessels_within(connection, brief.gazetteer.bounds), *named}
        rows = self._positions(connection, whose, since, as_of)
        self._states, self._sightings = self._seen(connection, since, as_of)
        self._heard = self._heard_until(connection, since, as_of)
        self._feeds = self._feeds_until(connection, since, as_of)
        here = sorted({*named, *np.unique(rows.mmsi).tolist()} if since is not None else whose)
        known = sorted({*here, *sharing_imos(connection, here)} & whose)
        wanted = spans_joined(
            spans_wanted(rows, as_of=as_of, criteria=brief.criteria.silence),
            spans_asked(
                self.settled.asked(self.settled.looks(self._states)),
                brief.gazetteer,
                criteria=brief.criteria.matrix,
            ),
        )
        self._rows, self._whose = rows, frozenset(whose)
        return Evidence(
            positions=rows,
            coverage=load_coverage(connection, wanted=wanted, until=as_of, heard=self._heard),
            feeds=self._feeds,
            feeds_expected=tuple(feed.name for feed in brief.feeds),
            static=load_static(connection, by=as_of, mmsis=known),
            berth_states=self._states,
            sightings=self._sightings,
            apron_states=load_apron_states(connection, available_by=as_of),
            scenes=tuple(load_scenes(connection, available_by=as_of)),
            settled=self.settled,
        )

    def _positions(
        self, connection: sa.Connection, whose: set[int], since: int | None, as_of: datetime
    ) -> PositionColumns:
        if since is None:
            return load_positions(connection, received_by=as_of, mmsis=sorted(whose))
        start = from_ms(since)
        recent = load_positions(connection, received_by=as_of, since=start, mmsis=sorted(whose))
        parts = [self._rows.take(self._rows.time_ms < since), recent]
        if fresh := sorted(whose - self._whose):
            parts.append(load_positions(connection, received_by=as_of, before=start, mmsis=fresh))
        gone = self.settled.gone
        back = gone.intersection(np.unique(recent.mmsi).tolist())
        # Where she says she is bound is told of her too, though she was not heard from anywhere.
        back |= set(vessels_saying(connection, sorted(gone), since=start))
        for mmsi in sorted(back):
            begun = from_ms(self.settled.unread[mmsi])
            parts.append(
                load_positions(
                    connection, received_by=as_of, since=begun, before=start, mmsis=[mmsi]
                )
            )
        self.settled = replace(self.settled, gone=gone - back)
        rows = concat(parts)
        return rows.take(np.lexsort((rows.lat, rows.lon, rows.time_ms, rows.mmsi)))

    def _seen(
        self, connection: sa.Connection, since: int | None, as_of: datetime
    ) -> tuple[tuple[BerthState, ...], tuple[Sighting, ...]]:
        if since is None:
            return (
                load_berth_states(connection, available_by=as_of),
                load_sightings(connection, available_by=as_of),
            )
        start = from_ms(since)
        return (
            (
                *(s for s in self._states if s.acquired_at < start),
                *load_berth_states(connection, available_by=as_of, since=start),
            ),
            (
                *(s for s in self._sightings if s.acquired_at < start),
                *load_sightings(connection, available_by=as_of, since=start),
            ),
        )

    def _heard_until(
        self, connection: sa.Connection, since: int | None, as_of: datetime
    ) -> tuple[Ints, Ints, Ints]:
        if since is None:
            return load_heard(connection, until=as_of)
        first = since // HOUR_MS
        kept = int(np.searchsorted(self._heard[0], first))
        new = load_heard(connection, until=as_of, since_hour=first)
        hour, low, high = (np.r_[a[:kept], b] for a, b in zip(self._heard, new, strict=True))
        return hour, low, high

    def _feeds_until(
        self, connection: sa.Connection, since: int | None, as_of: datetime
    ) -> tuple[FeedLog, ...]:
        if since is None:
            return load_feeds(connection, as_of=as_of)
        # By the hour of receipt, and clocks of sources go wrong by hours.
        first = (since - to_ms(from_ms(0) + _AGAIN)) // HOUR_MS
        new = {log.name: log for log in load_feeds(connection, as_of=as_of, since_hour=first)}
        old = {log.name: log for log in self._feeds}
        joined = []
        for name in sorted({*new, *old}):
            parts = []
            if name in old:
                log = old[name]
                minute, hour = (
                    np.searchsorted(log.minutes, first * 60),
                    np.searchsorted(log.hours, first),
                )
                parts.append((log.minutes[:minute], log.hours[:hour], log.vessels[:hour]))
            if name in new:
                parts.append((new[name].minutes, new[name].hours, new[name].vessels))
            minutes, hours, vessels = (np.concatenate(c) for c in zip(*parts, strict=True))
            joined.append(FeedLog(name=name, minutes=minutes, hours=hours, vessels=vessels))
        return tuple(joined)

    def _forget_rows(self) -> None:
        rows, settled = self._rows, self.settled
        numbers, index = np.unique(rows.mmsi, return_inverse=True)
        first = np.array([settled.unread.get(m, -1) for m in numbers.tolist()], np.int64)
        first[np.isin(numbers, list(settled.gone))] = np.iinfo(np.int64).max
        if len(rows):
            self._rows = rows.take(rows.time_ms >= first[index])

    def _renamed(self, picture: Picture) -> bool:
        """Return whether a ship of whom something is settled is called otherwise by now.

        What is settled of a hull seen without AIS is settled of every listed ship: she fits or not.
        """
        return any(
            before != identity
            and (mmsi in self.settled.ships or before.watched or identity.watched)
            for mmsi, identity in picture.register.identities.items()
            for before in (self._names.get(mmsi, identity),)
        )


def _compiled(evidence: Evidence, brief: Brief, as_of: datetime) -> Picture:
    return compile_picture(
        evidence, brief.gazetteer, brief.watch, as_of=as_of, criteria=brief.criteria
    )
