"""One apron through time: looks to episodes of looking fuller, emptier or different.

A look says how an apron differs from its own past. An episode begins where two looks say so of the
same ground, or one fine enough, and lasts until as much speaks against it. Looks that could not
see bound nothing. A coarser look that sees nothing takes nothing back: it may miss what a finer one
shows, and it may have grown used to it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby

import shapely

from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.place import Gazetteer
from monitor.domain.scene import native_gsd_m


@dataclass(frozen=True, slots=True, kw_only=True)
class ApronCriteria:
    """When looks at an apron come to a claim (own values where no source is named)."""

    fine_gsd_m: float = 3.0
    """One look with pixels this small tells alone: there a lorry is three pixels long,"""
    fine_score: float = 0.8
    """if its score is this high."""
    taken_from: float = 0.7
    """A lower score begins and confirms nothing. Source: as `MatrixCriteria.taken_from`."""
    edge_m: float = 25.0
    """A ship alongside covers the edge of a quay, and so do her shadow and the error in its place:
    a 15 m hull under a sun of 30° throws 26 m. This near to berths"""
    edge_share: float = 0.8
    """a change that lies there with this share of itself begins and confirms nothing."""
    apart: timedelta = timedelta(hours=1)
    """Looks of one sensor nearer in time are one look."""
    same_place: float = 0.3
    """Share of the smaller of two changes that must overlap for both to tell of one thing. Source:
    as `imagery.apron.ApronCriteria.same_place`."""
    min_history: int = 8
    """Earlier looks of the same sensor from which it can be said what is usual here. Source:
    eight valid scenes, as for berths."""
    usual_share: float = 0.2
    """Where this share of them departed by as large an area, it is how the apron looks."""
    references: int = 10
    """So many looks make the past a look is held against. Source: as
    `imagery.apron.ApronCriteria.max_references`."""
    used_to: float = 0.5
    """Where this share of them shows the change, the median of the past holds it, and a look that
    sees no difference says nothing against it. A look that showed less of it counts as less."""
    settled: int = 3
    """Where so many looks show a change, it is told aloud though the past is short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApronPast:
    """What an apron's earlier looks say of a change of this size."""

    sensor: str
    looks: int
    """Earlier looks of that sensor that could be judged; an episode counts as one."""
    as_large: int
    """Those of them that departed the same way by as large an area or larger."""
    is_learning: bool
    """Too few looks to say what is usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApronEpisode:
    """An apron that looks otherwise than before, or back as it was."""

    apron_id: str
    change: ApronChange
    """Never `none` or `unobserved`."""
    before: ApronState | None
    """Last look before it that did not show it, no coarser than the first that does."""
    seen: tuple[ApronState, ...]
    """Looks that show it, by time."""
    told_with: int
    """How many of `seen` it took to tell it."""
    past: ApronPast
    after: ApronState | None = None
    """First of the looks that ended it."""
    ended_with: tuple[ApronState, ...] = ()
    """Looks it took to end it."""
    is_usual_now: bool = False
    """It ended because the past holds it by now, not because it went."""
    is_return: bool = False
    """It is the end of the episode before: the apron looks again as it did,"""
    shown_before: int = 0
    """after so many looks that had shown otherwise."""
    against: tuple[ApronState, ...] = ()
    """Looks in the meantime that did not show it and did not end it, by time."""
    blind: tuple[ApronState, ...] = ()
    """Looks that could not see, from `before` to `after` or, while it lasts, to the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApronHistory:
    """What all looks at all aprons come to."""

    episodes: tuple[ApronEpisode, ...] = ()
    """By apron and time."""
    held: tuple[tuple[ApronState, str], ...] = ()
    """Looks that show a change and are in no episode, each with the reason: `not_confirmed`,
    `doubtful_change`, `beside_berth`, `usual_for_apron` or `contradicted`; by apron and time."""


def apron_history(
    states: Iterable[ApronState], gazetteer: Gazetteer, *, criteria: ApronCriteria
) -> ApronHistory:
    """Fold looks into episodes, whatever their order.

    Args:
        states: Looks at aprons of the port.
        gazetteer: The port, for its berths.
        criteria: Thresholds.
    """
    ordered = sorted(states, key=lambda s: (s.apron_id, s.acquired_at, s.scene_id))
    episodes: list[ApronEpisode] = []
    held: list[tuple[ApronState, str]] = []
    beside = _Beside(gazetteer, criteria)
    for _, looks in groupby(ordered, key=lambda s: s.apron_id):
        series = list(looks)
        fold = _Fold(criteria, beside)
        for look in series:
            if look.change is not ApronChange.UNOBSERVED:
                fold.take(look)
        own = fold.finished()
        blind = [s for s in series if s.change is ApronChange.UNOBSERVED]
        episodes += [replace(e, blind=_blind(e, blind)) for e in own]
        held += fold.held(series, own)
    return ApronHistory(episodes=tuple(episodes), held=tuple(held))


_OPPOSITE = {
    ApronChange.FILLED: ApronChange.CLEARED,
    ApronChange.CLEARED: ApronChange.FILLED,
}


@dataclass(slots=True)
class _Open:
    """An episode that lasts."""

    change: ApronChange
    before: ApronState | None
    seen: list[ApronState]
    told_with: int
    past: ApronPast
    ending: list[ApronState] = field(default_factory=list)
    """Looks against it since the last that shows it."""
    against: list[ApronState] = field(default_factory=list)
    """Others that do not show it."""


class _Beside:
    """Says whether a change lies along berths."""

    def __init__(self, gazetteer: Gazetteer, criteria: ApronCriteria) -> None:
        self._frame = gazetteer.frame
        self._share = criteria.edge_share
        berths = [self._frame.metric(p.geometry) for p in gazetteer.berths]
        self._edge = shapely.union_all(berths).buffer(criteria.edge_m)
        shapely.prepare(self._edge)

    def holds(self, look: ApronState) -> bool:
        if not look.outline_wkt:
            return False
        ground = self._frame.metric(shapely.from_wkt(look.outline_wkt))
        if not ground.area > 0:
            return False
        return float(ground.intersection(self._edge).area) >= self._share * float(ground.area)


class _Fold:
    """Takes the usable looks at one apron by time."""

    def __init__(self, criteria: ApronCriteria, beside: _Beside) -> None:
        self._criteria = criteria
        self._beside = beside
        self._looks: list[ApronState] = []
        self._waiting: list[ApronState] = []
        """Looks that show a change, for a second one that shows it too."""
        self._why: dict[str, str] = {}
        """By scene: why its change is not told."""
        self._open: _Open | None = None
        self._back: _Open | None = None
        """The last return to how things were, and"""
        self._shown_before = 0
        self._gone: frozenset[str] = frozenset()
        """the scenes that had shown what went."""
        self._repeats: set[str] = set()
        """Scenes that show what one before them had shown: an episode counts as one look."""
        self._episodes: list[ApronEpisode] = []

    def take(self, look: ApronState) -> None:
        if self._open is not None:
            self._go_on(self._open, look)
        elif look.change is ApronChange.NONE:
            # What a finer look showed is not refuted by a coarser one.
            self._waiting = [w for w in self._waiting if _gsd(w) < _gsd(look)]
        elif self._is_still_back(look) and self._back is not None:
            self._back.seen.append(look)
            self._repeats.add(look.scene_id)
        else:
            self._begin(look)
        self._looks.append(look)

    def finished(self) -> list[ApronEpisode]:
        """Return the episodes by time; the last may be open."""
        self._settle()
        if self._open is not None:
            self._episodes.append(_episode(self._open, self._open.against + self._open.ending))
        return self._episodes

    def held(
        self, series: Sequence[ApronState], episodes: Sequence[ApronEpisode]
    ) -> list[tuple[ApronState, str]]:
        """Return the looks that show a change no episode rests on, with the reason."""
        told = {s.scene_id for e in episodes for s in e.seen}
        spoke = {s.scene_id for e in episodes for s in e.against}
        return [
            (
                look,
                "contradicted"
                if look.scene_id in spoke
                else self._why.get(look.scene_id, "not_confirmed"),
            )
            for look in series
            if look.change not in (ApronChange.NONE, ApronChange.UNOBSERVED)
            and look.scene_id not in told
        ]

    def _begin(self, look: ApronState) -> None:
        if doubt := self._doubt(look):
            self._why[look.scene_id] = doubt
            return
        told = [w for w in self._waiting if self._agree(w, look)]
        told.append(look)
        if len(told) < 2 and not self._tells_alone(look):
            self._waiting.append(look)
            return
        past = min(
            (self._past(t, before=told[0]) for t in told),
            key=lambda p: (p.is_learning, p.as_large / max(p.looks, 1), -p.looks, p.sensor),
        )
        c = self._criteria
        if not past.is_learning and past.as_large >= c.usual_share * past.looks:
            self._why |= dict.fromkeys((t.scene_id for t in told), "usual_for_apron")
            self._waiting = [w for w in self._waiting if w not in told]
            return
        directions = [t.change for t in told if t.change is not ApronChange.CHANGED]
        change = directions[0] if directions else ApronChange.CHANGED
        before = [
            s
            for s in self._looks
            if s.acquired_at < told[0].acquired_at
            and (
                s.change in (ApronChange.NONE, _OPPOSITE.get(change))
                or _shared(s, told[0]) < self._criteria.same_place
            )
            and _gsd(s) <= _gsd(told[0])
        ]
        self._settle()
        self._repeats |= {t.scene_id for t in told[1:]}
        self._open = _Open(change, before[-1] if before else None, told, len(told), past)
        self._waiting = []

    def _doubt(self, look: ApronState) -> str:
        """Return why a look that shows a change neither begins nor ends anything, or nothing."""
        if look.score < self._criteria.taken_from:
            return "doubtful_change"
        return "beside_berth" if self._beside.holds(look) else ""

    def _go_on(self, now: _Open, look: ApronState) -> None:
        if look.change is now.change or (
            ApronChange.CHANGED in (look.change, now.change) and look.change is not ApronChange.NONE
        ):
            now.seen.append(look)
            self._repeats.add(look.scene_id)
            now.against += now.ending
            now.ending = []
            return
        if look.change is not ApronChange.NONE and self._doubt(look):
            now.against.append(look)
            return
        finest = min(_gsd(s) for s in now.seen)
        is_used_to_it = look.change is ApronChange.NONE and self._is_used_to(now, look)
        knows_it = self._saw_the_last(now, look.sensor) and not is_used_to_it
        if _gsd(look) > finest and not knows_it:
            now.against.append(look)
            return
        now.ending.append(look)
        apart = any(self._is_apart(e, look) for e in now.ending[:-1])
        if apart or self._ends_alone(look):
            self._end(now)

    def _end(self, now: _Open) -> None:
        is_usual = all(
            e.change is ApronChange.NONE and self._is_used_to(now, e) for e in now.ending
        )
        self._episodes.append(
            replace(
                _episode(now, now.against),
                after=now.ending[0],
                ended_with=tuple(now.ending),
                is_usual_now=is_usual,
            )
        )
        opposite = _OPPOSITE.get(now.change)
        self._open, self._gone = None, frozenset(s.scene_id for s in now.seen)
        if opposite is not None and not is_usual:
            self._back = _Open(opposite, now.seen[-1], now.ending, len(now.ending), now.past)
            self._shown_before = len(now.seen)

    def _settle(self) -> None:
        """Note the last return, which takes looks until something else begins."""
        if self._back is not None:
            # The looks that ended the episode before are older than any that follow them.
            self._episodes.append(
                replace(_episode(self._back, []), is_return=True, shown_before=self._shown_before)
            )
            self._back = None

    def _saw_the_last(self, now: _Open, sensor: str) -> bool:
        """True where a sensor showed the change when it last looked before it was last shown."""
        last = now.seen[-1].acquired_at
        own = [s for s in self._looks if s.sensor == sensor and s.acquired_at <= last]
        return bool(own) and own[-1].scene_id in {s.scene_id for s in now.seen}

    def _is_still_back(self, look: ApronState) -> bool:
        """True where a look tells the return over again, because its past holds what went."""
        if self._back is None or look.change is not self._back.change:
            return False
        return any(s.scene_id in self._gone for s in self._references(look))

    def _references(self, look: ApronState) -> list[ApronState]:
        """Return about the looks that it was held against: the last ones of its sensor."""
        own = [
            s
            for s in self._looks
            if s.sensor == look.sensor and s.acquired_at < look.acquired_at - self._criteria.apart
        ]
        return own[-self._criteria.references :]

    def _is_used_to(self, now: _Open, look: ApronState) -> bool:
        past = self._references(look)
        shown = {s.scene_id for s in now.seen}
        largest = max((s.changed_m2 for s in past if s.scene_id in shown), default=0.0)
        if not largest > 0:
            return False
        held = sum(s.changed_m2 for s in past if s.scene_id in shown) / largest
        return held >= self._criteria.used_to * max(look.references, len(past))

    def _past(self, look: ApronState, *, before: ApronState) -> ApronPast:
        left_out = self._repeats | {w.scene_id for w in self._waiting}
        own = [
            s
            for s in self._looks
            if s.sensor == look.sensor
            and s.acquired_at < before.acquired_at
            and s.scene_id not in left_out
        ]
        alike = (look.change, ApronChange.CHANGED)
        return ApronPast(
            sensor=look.sensor,
            looks=len(own),
            as_large=sum(s.change in alike and s.changed_m2 >= look.changed_m2 for s in own),
            is_learning=len(own) < self._criteria.min_history,
        )

    def _is_apart(self, one: ApronState, other: ApronState) -> bool:
        far = abs(other.acquired_at - one.acquired_at) >= self._criteria.apart
        return far or one.sensor != other.sensor

    def _agree(self, one: ApronState, other: ApronState) -> bool:
        directions = {one.change, other.change} - {ApronChange.CHANGED}
        return (
            len(directions) < 2
            and self._is_apart(one, other)
            and _shared(one, other) >= self._criteria.same_place
        )

    def _is_fine(self, look: ApronState) -> bool:
        return _gsd(look) <= self._criteria.fine_gsd_m

    def _tells_alone(self, look: ApronState) -> bool:
        told = look.change is not ApronChange.CHANGED and look.score >= self._criteria.fine_score
        return told and self._is_fine(look)

    def _ends_alone(self, look: ApronState) -> bool:
        return self._is_fine(look) and (
            look.change is ApronChange.NONE or look.score >= self._criteria.fine_score
        )


def _episode(now: _Open, against: Iterable[ApronState]) -> ApronEpisode:
    return ApronEpisode(
        apron_id=now.seen[0].apron_id,
        change=now.change,
        before=now.before,
        seen=tuple(now.seen),
        told_with=now.told_with,
        past=now.past,
        against=tuple(sorted(against, key=lambda s: (s.acquired_at, s.scene_id))),
    )


def _gsd(look: ApronState) -> float:
    return native_gsd_m(look.sensor)


def _shared(one: ApronState, other: ApronState) -> float:
    """Return how much of the smaller change lies in the larger, 0-1."""
    if not one.outline_wkt or not other.outline_wkt:
        return 0.0
    here, there = shapely.from_wkt(one.outline_wkt), shapely.from_wkt(other.outline_wkt)
    smaller = min(float(here.area), float(there.area))
    return float(here.intersection(there).area) / smaller if smaller > 0 else 0.0


def _blind(episode: ApronEpisode, blind: Iterable[ApronState]) -> tuple[ApronState, ...]:
    since = episode.before or episode.seen[0]
    until = episode.seen[-1] if episode.is_return else episode.after
    return tuple(
        s
        for s in blind
        if s.acquired_at > since.acquired_at
        and (until is None or s.acquired_at < until.acquired_at)
    )
