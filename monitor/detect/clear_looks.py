"""Which looks at a berth count: one that is not clear waits for a second that shows the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.domain.berth_state import NO_REFERENCES, BerthState, Occupancy


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Looks at one berth, each list by time."""

    looks: tuple[BerthState, ...]
    """Those that count."""
    seconded_by: Mapping[str, BerthState]
    """Scene id of a look that waited, and the look that showed the same."""
    aside: tuple[BerthState, ...]
    """Those that do not count."""


def looks_that_count(looks: Iterable[BerthState], *, criteria: MatrixCriteria) -> Counted:
    """Return which looks at one berth count, the same in any order.

    A look that agrees with the state before it counts. One that speaks against it counts at once
    where its score is clear and it had a past to be held against; with a doubtful score it is set
    aside; anything between waits until another shows the same, before one shows the old state.

    Args:
        looks: Of one berth, in any order; unobserved ones are left out.
        criteria: Thresholds of scores.
    """
    counted: list[BerthState] = []
    aside: list[BerthState] = []
    seconded_by: dict[str, BerthState] = {}
    known: Occupancy | None = None
    waiting: BerthState | None = None
    for look in sorted(looks, key=lambda s: (s.acquired_at, s.scene_id)):
        if look.state is Occupancy.UNOBSERVED:
            continue
        if look.state is not known:
            if criteria.freed_to < look.score < criteria.taken_from:
                aside.append(look)
                continue
            seconded = waiting is not None and waiting.state is look.state
            if not seconded and not is_clear(look, criteria):
                aside += [waiting] if waiting else []
                waiting = look
                continue
            if waiting and seconded:
                counted.append(waiting)
                seconded_by[waiting.scene_id] = look
                waiting = None
        if waiting:
            aside.append(waiting)
            waiting = None
        counted.append(look)
        known = look.state
    aside += [waiting] if waiting else []
    aside.sort(key=lambda s: (s.acquired_at, s.scene_id))
    return Counted(looks=tuple(counted), seconded_by=seconded_by, aside=tuple(aside))


def is_clear(look: BerthState, criteria: MatrixCriteria) -> bool:
    """Return whether a look needs no second one to count, whatever was seen before it."""
    has_past = not look.reason.startswith(NO_REFERENCES)
    return has_past and not criteria.clear_to < look.score < criteria.clear_from
