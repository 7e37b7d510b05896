"""Which states of a berth are unusual by its own past, and why the others are not told.

Each spell is held against what was seen before it began; it and what follows are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.detect.baselines import (
    BerthPast,
    Share,
    least_span,
    most_span,
    stratum_of,
)
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.spells import Glimpse, Spell, seen_by_berth
from monitor.detect.usual_criteria import UsualCriteria
from monitor.domain.berth_state import BerthState


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One look at a spell and the baseline it is held against."""

    look: BerthState
    share: Share

    def rare(self, criteria: UsualCriteria) -> bool:
        """Return whether the baseline calls the state rare."""
        known = not self.share.learning(criteria)
        return known and self.share.at_most(criteria.level) <= criteria.rare_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """How long a spell lasted, among past ones of the same berth and state."""

    past: int
    """Spells whose two ends were seen, in the window."""
    as_long: int
    """Those that may have lasted as long."""

    @property
    def probability(self) -> float:
        """That a spell drawn from the same distribution outlasts them: its rank among them."""
        return (self.as_long + 1) / (self.past + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A spell, or a single look, and the one thing decided about it."""

    spell: Spell | None
    glimpse: Glimpse | None
    reason: str
    """`rare`, `long`, or why not: `learning`, `not_confirmed`, `not_rare`, `not_longer`."""
    shown: tuple[Shown, ...]
    """The first two looks of a known baseline that see enough of the berth; failing them the
    first look."""
    ranked: Ranked | None = None
    told_by: BerthState | None = None
    """The look that made it unusual; None where it is not told."""
    settled_by: BerthState | None = None
    """The look at which it had lasted so long that it is usual now."""

    @property
    def first(self) -> BerthState:
        """The first look of it."""
        if self.spell is not None:
            return self.spell.looks[0]
        assert self.glimpse is not None
        return self.glimpse.look

    @property
    def told(self) -> bool:
        """Whether it is unusual."""
        return self.told_by is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual at the berths of a port, and what is not."""

    pasts: tuple[BerthPast, ...] = ()
    """By berth."""
    judged: tuple[Judged, ...] = ()
    """By berth and time."""


def usual_of(
    states: Iterable[BerthState], *, criteria: UsualCriteria, matrix: MatrixCriteria
) -> Usual:
    """Return the baselines of each berth and what they say of each spell; the same in any order."""
    seen = seen_by_berth(states, freed_to=matrix.freed_to, taken_from=matrix.taken_from)
    pasts = tuple(BerthPast(s, criteria=criteria) for s in seen.values())
    return Usual(pasts=pasts, judged=tuple(j for p in pasts for j in _judged(p, criteria)))


def _judged(past: BerthPast, criteria: UsualCriteria) -> list[Judged]:
    found = [
        *(_spell(past, spell, criteria) for spell in past.seen.spells),
        *(_glimpse(past, glimpse, criteria) for glimpse in past.seen.glimpses),
    ]
    return sorted(found, key=lambda j: (j.first.acquired_at, j.first.scene_id))


def _spell(past: BerthPast, spell: Spell, criteria: UsualCriteria) -> Judged:
    shown = tuple(_first_known(past, spell.looks, criteria))
    if len(shown) == 2 and all(s.rare(criteria) for s in shown):
        reason = "rare"
        ranked: Ranked | None = None
        told_by: BerthState | None = shown[1].look
    else:
        reason = _why_not_rare(shown, criteria)
        ranked, told_by = _long(past, spell, criteria)
        if told_by is not None:
            reason = "long"
        elif reason == "not_rare" and ranked is not None:
            reason = "not_longer"
    return Judged(
        spell=spell,
        glimpse=None,
        reason=reason,
        shown=shown or (_shown(past, spell.looks[0], spell.looks[0].acquired_at),),
        ranked=ranked,
        told_by=told_by,
        settled_by=_settled(spell, told_by, criteria),
    )


def _glimpse(past: BerthPast, glimpse: Glimpse, criteria: UsualCriteria) -> Judged:
    shown = tuple(_first_known(past, (glimpse.look,), criteria))
    rare = bool(shown) and all(s.rare(criteria) for s in shown)
    return Judged(
        spell=None,
        glimpse=glimpse,
        reason="not_confirmed" if rare else _why_not_rare(shown, criteria),
        shown=shown or (_shown(past, glimpse.look, glimpse.look.acquired_at),),
    )


def _first_known(
    past: BerthPast, looks: tuple[BerthState, ...], criteria: UsualCriteria
) -> Iterator[Shown]:
    """Yield the first two looks that see enough of the berth and have a baseline that is known."""
    found = 0
    for look in looks:
        if look.usable < criteria.usable:
            continue
        shown = _shown(past, look, looks[0].acquired_at)
        if not shown.share.learning(criteria):
            yield shown
            found += 1
        if found == 2:
            return


def _shown(past: BerthPast, look: BerthState, before: datetime) -> Shown:
    return Shown(look=look, share=past.share(stratum_of(look), look.state, before=before))


def _why_not_rare(shown: tuple[Shown, ...], criteria: UsualCriteria) -> str:
    if not shown:
        return "learning"
    return "not_confirmed" if all(s.rare(criteria) for s in shown) else "not_rare"


def _least_past(criteria: UsualCriteria) -> int:
    """Return how many past spells it takes for any to be called long."""
    return round(1 / criteria.long_rank) - 1


def _long(
    past: BerthPast, spell: Spell, criteria: UsualCriteria
) -> tuple[Ranked | None, BerthState | None]:
    """Return the rank of a spell's length, and the look that made it long if one did; no rank where
    too few spells were seen before."""
    before = past.stays(spell.state, before=spell.looks[0].acquired_at)
    if len(before) < _least_past(criteria):
        return None, None
    ranked = _ranked(before, least_span(spell))
    if ranked.past < _least_past(criteria):
        return None, None
    if ranked.probability > criteria.long_rank:
        return ranked, None
    began = spell.looks[0].acquired_at
    return ranked, next(
        s
        for s in spell.looks
        if _ranked(before, s.acquired_at - began).probability <= criteria.long_rank
    )


def _ranked(spells: Sequence[Spell], lasted: timedelta) -> Ranked:
    """Rank a length; a spell whose beginning was not seen counts if it was seen to last as long."""
    spans = [(most_span(s), least_span(s)) for s in spells]
    known = [most for most, _ in spans if most is not None]
    cut = sum(most is None and least >= lasted for most, least in spans)
    return Ranked(past=len(known) + cut, as_long=sum(m >= lasted for m in known) + cut)


def _settled(
    spell: Spell, told_by: BerthState | None, criteria: UsualCriteria
) -> BerthState | None:
    if told_by is None:
        return None
    due = told_by.acquired_at + criteria.settled_after
    return next((s for s in spell.looks if s.acquired_at >= due), None)
