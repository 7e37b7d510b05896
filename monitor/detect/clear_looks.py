"""Which looks at a berth count: one that is not clear waits for a second that shows the same."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.domain.berth_state import NO_REFERENCES, BerthState, Occupancy


def looks_that_count(
    looks: Iterable[BerthState], *, criteria: MatrixCriteria
) -> tuple[list[BerthState], list[BerthState]]:
    """Return the looks at one berth that count, and those that are set aside; both by time.

    A look that agrees with the state before it counts. One that speaks against it counts at once
    where its score is clear and it had a past to be held against; with a doubtful score it is set
    aside; anything between waits until another shows the same, before one shows the old state.

    Args:
        looks: Of one berth, in any order; unobserved ones are left out.
        criteria: Thresholds of scores.
    """
    counted: list[BerthState] = []
    aside: list[BerthState] = []
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
            if not seconded and not _is_clear(look, criteria):
                aside += [waiting] if waiting else []
                waiting = look
                continue
            if waiting and seconded:
                counted.append(waiting)
                waiting = None
        if waiting:
            aside.append(waiting)
            waiting = None
        counted.append(look)
        known = look.state
    aside += [waiting] if waiting else []
    return counted, sorted(aside, key=lambda s: (s.acquired_at, s.scene_id))


def _is_clear(look: BerthState, criteria: MatrixCriteria) -> bool:
    has_past = not look.reason.startswith(NO_REFERENCES)
    return has_past and not criteria.clear_to < look.score < criteria.clear_from
