"""Images that should have come and did not: a port nobody looked at must not pass for unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.detect.next_look import (
    Delay,
    NextLookCriteria,
    Pass,
    by_orbit,
    cadence_of,
    delay_of,
    in_slot,
)
from monitor.detect.wording import RULES_VERSION, clock_text
from monitor.domain.finding import (
    DRAWN,
    Basis,
    Evidence,
    Finding,
    FindingKind,
    Severity,
    Status,
    Subject,
)
from monitor.domain.window import span_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRun:
    """Passes of one orbit in a row whose images were not there in time."""

    last: Pass
    """The one before them."""
    due: datetime
    """Predicted time of the first."""
    cycle_days: int
    spread: timedelta
    delay: Delay
    passes: int
    """Past passes the prediction rests on."""
    missed: int
    """So far, at most `stopped_after`."""
    told_at: datetime
    """When the first was overdue."""
    ended_at: datetime | None
    """When an image of that orbit came, or no further pass was expected."""
    outcome: str
    """`awaited`, `came_late`, `next_came` or `no_longer_expected`."""
    came: Pass | None
    """What ended it."""


def missing_runs(
    passes: Sequence[Pass], *, as_of: datetime, criteria: NextLookCriteria
) -> tuple[MissingRun, ...]:
    """Return every run of missing passes, also those over by now; the same in any order.

    Each prediction uses only what had been published when it fell due, so a scene that comes late
    ends a run and does not undo it.
    """
    known = [p for p in passes if p.available_at <= as_of]
    return tuple(
        run
        for flown in by_orbit(known).values()
        for number in range(len(flown))
        for run in _run_after(flown, number, as_of=as_of, criteria=criteria)
    )


def _run_after(
    flown: list[Pass], number: int, *, as_of: datetime, criteria: NextLookCriteria
) -> Iterator[MissingRun]:
    """Yield the run of misses that begins after one pass, if one does."""
    last, upto = flown[number], flown[: number + 1]
    cadence = cadence_of(tuple(to_ms(p.at) for p in upto[-criteria.window :]), criteria)
    if cadence is None:
        return
    slot = next((s for s in cadence.slots if s[-1] == to_ms(last.at)), ())
    if len(slot) < criteria.least_in_slot:
        return
    cycle, near = timedelta(days=cadence.cycle_days), span_ms(criteria.same_pass)
    delay = delay_of(upto, criteria=criteria)
    wait = delay.typical + criteria.margin
    overdue = last.at + cycle + wait
    if overdue > as_of or any(p.available_at > overdue for p in upto[-criteria.least_passes :]):
        return
    later = [
        p for p in flown[number + 1 :] if in_slot(to_ms(p.at), to_ms(last.at), span_ms(cycle), near)
    ]
    came = min(later, key=lambda p: (p.available_at, p.at), default=None)
    if came is not None and came.available_at <= overdue:
        return
    stopped_at = overdue + (criteria.stopped_after - 1) * cycle
    ended_at, outcome = None, "awaited"
    if came is not None and came.available_at <= stopped_at:
        ended_at, outcome = came.available_at, "next_came"
    elif as_of >= stopped_at:
        ended_at, outcome, came = stopped_at, "no_longer_expected", None
    first = later[0] if later else None
    if outcome != "no_longer_expected" and first and abs(first.at - last.at - cycle) < cycle / 2:
        outcome = "came_late"
    until = ended_at or as_of
    yield MissingRun(
        last=last,
        due=last.at + cycle,
        cycle_days=cadence.cycle_days,
        spread=timedelta(milliseconds=cadence.spread_ms),
        delay=delay,
        passes=sum(len(s) for s in cadence.slots),
        missed=min(1 + (until - overdue) // cycle, criteria.stopped_after),
        told_at=overdue,
        ended_at=ended_at,
        outcome=outcome,
        came=came,
    )


def missing_scene_findings(
    passes: Sequence[Pass], place_id: str, *, as_of: datetime, criteria: NextLookCriteria
) -> list[Finding]:
    """Expected images of a port that had not come a day after they should have been there.

    A catalog that cannot be asked looks the same as a satellite that took no image; the text
    claims neither.
    """
    return [
        _missing(run, place_id, criteria)
        for run in missing_runs(passes, as_of=as_of, criteria=criteria)
    ]


def _missing(run: MissingRun, place_id: str, criteria: NextLookCriteria) -> Finding:
    last = run.last
    return Finding(
        kind=FindingKind.EXPECTED_SCENE_MISSING,
        status=Status.OPEN if run.ended_at is None else Status.CLOSED,
        severity=Severity.INFO,
        subject=Subject(),
        place_id=place_id,
        start_earliest=run.due - run.spread,
        start_latest=run.due + run.spread,
        end_earliest=run.ended_at,
        end_latest=run.ended_at,
        learned_at=run.told_at,
        basis=Basis.IMAGE,
        confidence="high" if run.delay.known and run.passes >= _MANY else "medium",
        evidence=(
            _scene_evidence(last, "last pass of that orbit before it"),
            *(
                [_scene_evidence(run.came, "first image of that orbit after it")]
                if run.came
                else []
            ),
        ),
        why={
            "rule": f"expected_scene@{RULES_VERSION}",
            "sensor": last.sensor,
            "orbit": last.orbit,
            "cycle_days": run.cycle_days,
            "passes_seen": run.passes,
            "spread_min": round(run.spread / timedelta(minutes=1), 1),
            "usual_delay_h": round(run.delay.typical / timedelta(hours=1), 1),
            "delay_known": run.delay.known,
            "margin_h": criteria.margin // timedelta(hours=1),
            "missed": run.missed,
            "outcome": run.outcome,
        },
        text=_text(run),
        anchor=f"{last.sensor}/{last.orbit}/{run.due:%Y-%m-%d}",
    )


_MANY = 6
"""Passes from which a cycle is sure: six of Sentinel-1 are two months."""


def _text(run: MissingRun) -> str:
    orbit = f"{run.last.sensor} orbit {run.last.orbit}"
    missed = (
        f"; {run.missed} passes in a row by now"
        if run.missed > 1 and run.outcome == "awaited"
        else ""
    )
    ended = {
        "awaited": f"{missed}.",
        "came_late": f". It came late, at {clock_text(run.ended_at or run.told_at)}.",
        "next_came": f". {run.missed} missed until an image of a later pass came "
        f"{clock_text(run.ended_at or run.told_at)}.",
        "no_longer_expected": f". {run.missed} passes in a row gave none: no further pass of that "
        "orbit is expected until it is seen again.",
    }[run.outcome]
    return (
        f"No image of the pass of {orbit} expected {clock_text(run.due)} had come by "
        f"{clock_text(run.told_at)} (every {run.cycle_days} d, last seen "
        f"{clock_text(run.last.at)}){ended} Nothing was seen of the port by that pass; why is not "
        "known."
    )


def _scene_evidence(one: Pass, note: str) -> Evidence:
    scene = one.scenes[0]
    return Evidence(
        kind="scene",
        ref=scene.id,
        at=scene.acquired_at,
        source=scene.source,
        note=f"{note}; {DRAWN}" if scene.rendered else note,
    )
