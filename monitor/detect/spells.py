"""Spells: how long a berth was seen taken or free, so that one odd look neither begins nor ends
one.

A state begins with two looks in a row that show it, and lasts until two in a row show the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.domain.berth_state import BerthState, Occupancy


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A berth in one state, shown by two looks or more."""

    berth_id: str
    state: Occupancy
    before: BerthState | None
    """Last look that showed the other state before it; None where the history begins in it."""
    looks: tuple[BerthState, ...]
    """Looks that show it, by time, two at least."""
    against: tuple[BerthState, ...] = ()
    """Single looks between them that showed the other state."""
    after: BerthState | None = None
    """First look of the other state that ended it; None while it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """A state that one look showed and the next one did not, or no other has yet."""

    look: BerthState
    before: BerthState | None
    """The look before it."""
    is_last: bool
    """Whether it is the newest look at the berth: another may yet confirm it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All clear looks at one berth, and what they add up to."""

    berth_id: str
    looks: tuple[BerthState, ...]
    """By time."""
    stay: tuple[int, ...]
    """For each look a number that looks of one spell share; a glimpse has its own."""
    spells: tuple[Spell, ...]
    glimpses: tuple[Glimpse, ...]
    blind: tuple[BerthState, ...]
    """Looks that could not be judged or were doubtful, by time."""


def seen_by_berth(
    states: Iterable[BerthState], *, freed_to: float, taken_from: float
) -> Mapping[str, Seen]:
    """Return what was seen of each berth, by berth id.

    Args:
        states: In any order.
        freed_to: A look with a score up to here shows the berth free.
        taken_from: One with a score from here on shows it taken; those between show nothing.
    """
    clear: dict[str, list[BerthState]] = {}
    blind: dict[str, list[BerthState]] = {}
    for state in states:
        judged = state.state is not Occupancy.UNOBSERVED
        plain = judged and not freed_to < state.score < taken_from
        (clear if plain else blind).setdefault(state.berth_id, []).append(state)
    return {
        berth_id: _seen(
            berth_id, _by_time(clear.get(berth_id, [])), _by_time(blind.get(berth_id, []))
        )
        for berth_id in sorted({*clear, *blind})
    }


def _by_time(looks: list[BerthState]) -> list[BerthState]:
    return sorted(looks, key=lambda s: (s.acquired_at, s.scene_id))


@dataclass(slots=True)
class _Run:
    """Looks in a row that show one state."""

    looks: list[BerthState]
    before: BerthState | None
    against: list[BerthState] = field(default_factory=list)
    after: BerthState | None = None


def _seen(berth_id: str, looks: list[BerthState], blind: list[BerthState]) -> Seen:
    runs: list[_Run] = []
    glimpses: list[Glimpse] = []
    stay: list[int] = []
    pending: BerthState | None = None
    number = 0
    for i, look in enumerate(looks):
        now = runs[-1] if runs else None
        if now and look.state is now.looks[-1].state:
            if pending:
                glimpses.append(Glimpse(look=pending, before=now.looks[-1], is_last=False))
                now.against.append(pending)
                pending = None
                stay.append(stay[-2])
            else:
                stay.append(stay[-1])
            now.looks.append(look)
            continue
        if pending and look.state is pending.state:
            before = looks[i - 2] if i > 1 else None
            if now:
                now.after = pending
            runs.append(_Run([pending, look], before))
            pending = None
            stay.append(stay[-1])
            continue
        if pending:  # only before the first spell: nothing is settled yet
            glimpses.append(
                Glimpse(look=pending, before=looks[i - 2] if i > 1 else None, is_last=False)
            )
        pending, number = look, number + 1
        stay.append(number)
    if pending:
        last = looks[-2] if len(looks) > 1 else None
        glimpses.append(Glimpse(look=pending, before=last, is_last=True))
    return Seen(
        berth_id=berth_id,
        looks=tuple(looks),
        stay=tuple(stay),
        spells=tuple(
            Spell(
                berth_id=berth_id,
                state=run.looks[0].state,
                before=run.before,
                looks=tuple(run.looks),
                against=tuple(run.against),
                after=run.after,
            )
            for run in runs
        ),
        glimpses=tuple(glimpses),
        blind=tuple(blind),
    )
