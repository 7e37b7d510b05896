"""Unusual occupancy and drift to findings: what is seen, what was usual, and on how many looks that
rests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.detect.drift import Block, Group, Run, ends_of
from monitor.detect.usual import Judged, Shown, Usual
from monitor.detect.usual_criteria import DriftCriteria, UsualCriteria
from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    between_text,
    clock_text,
    days_text,
    image_confidence,
    scene_evidence,
)
from monitor.domain.berth_state import BerthState
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
from monitor.domain.window import utc_text

USUAL_RULE = f"unusual_occupancy@{RULES_VERSION}"
DRIFT_RULE = f"occupancy_drift@{RULES_VERSION}"


def unusual_findings(usual: Usual, words: Words, *, criteria: UsualCriteria) -> list[Finding]:
    """Berths in a state that their own past calls rare, or longer than it ever lasted."""
    return [_unusual(j, words, criteria) for j in usual.judged if j.told]


def usual_anchor(judged: Judged) -> str:
    """Return what names a spell or a glimpse beside its berth, whether it is told or not."""
    word = "glimpse/" if judged.spell is None else ""
    return f"{word}{judged.first.state.value}/{judged.first.scene_id}"


def _unusual(judged: Judged, words: Words, criteria: UsualCriteria) -> Finding:
    spell, told_by = judged.spell, judged.told_by
    assert spell is not None
    assert told_by is not None
    first, last, after = spell.looks[0], spell.looks[-1], spell.after
    settled = judged.settled_by
    if settled is not None:
        i = spell.looks.index(settled)
        end: tuple[datetime | None, datetime | None] = (
            spell.looks[i - 1].acquired_at,
            settled.acquired_at,
        )
    elif after is not None:
        end = (last.acquired_at, after.acquired_at)
    else:
        end = (None, None)
    looks = tuple(s.look for s in judged.shown)
    states = (first, *(s for s in (*looks, told_by) if s is not first))
    outcome = "became_usual" if settled else "ended" if after else "lasts"
    return Finding(
        kind=FindingKind.UNUSUAL_OCCUPANCY,
        status=Status.OPEN if end[1] is None else Status.CLOSED,
        severity=Severity.NOTICE,
        subject=Subject(),
        place_id=spell.berth_id,
        start_earliest=spell.before.acquired_at if spell.before else None,
        start_latest=first.acquired_at,
        end_earliest=end[0],
        end_latest=end[1],
        learned_at=max(s.available_at for s in states),
        basis=Basis.IMAGE,
        confidence=image_confidence(states),
        evidence=_evidence(judged, states),
        why={
            "rule": USUAL_RULE,
            "state": spell.state.value,
            "unusual_by": judged.reason,
            "outcome": outcome,
            "baselines": [share_numbers(s, criteria) for s in judged.shown],
            "rare_share": criteria.rare_share,
            "level": criteria.level,
            **rank_numbers(judged),
            "lasted_at_least_d": round((told_by.acquired_at - first.acquired_at).days)
            if judged.reason == "long"
            else None,
            "window_d": criteria.window.days,
        },
        text=_unusual_text(judged, words, end),
        anchor=usual_anchor(judged),
    )


def _evidence(judged: Judged, states: Sequence[BerthState]) -> tuple[Evidence, ...]:
    spell = judged.spell
    assert spell is not None
    shown: dict[str, BerthState] = {}
    for state in (spell.before, *states, *spell.against[:3], spell.after):
        if state is not None:
            shown.setdefault(state.scene_id, state)
    scenes = sorted(shown.values(), key=lambda s: (s.acquired_at, s.scene_id))
    return (
        *(scene_evidence(s) for s in scenes),
        *(
            Evidence(
                kind="coverage",
                ref=f"{s.share.stratum.text}: {s.share.looks} looks, "
                f"{_days(s.share.first, s.share.last)}",
                note=f"{s.share.held} showed it {s.share.state.value}",
            )
            for s in {s.share.stratum: s for s in judged.shown}.values()
        ),
    )


def share_numbers(shown: Shown, criteria: UsualCriteria) -> dict[str, Any]:
    """Return one baseline as plain JSON."""
    share = shown.share
    return {
        "of": share.stratum.text,
        "looks": share.looks,
        "showed_it": share.held,
        "spells": share.spells,
        "first": utc_text(share.first) if share.first else None,
        "last": utc_text(share.last) if share.last else None,
        "state": "learning" if share.learning(criteria) else "known",
        "probability": round(share.probability, 4),
        "at_most": round(share.at_most(criteria.level), 4),
        "scene": shown.look.scene_id,
    }


def rank_numbers(judged: Judged) -> dict[str, Any]:
    """Return how the length ranks, as plain JSON; nothing where it was not asked."""
    if judged.ranked is None:
        return {}
    return {
        "past_spells": judged.ranked.past,
        "as_long": judged.ranked.as_long,
        "rank_probability": round(judged.ranked.probability, 4),
    }


def _unusual_text(
    judged: Judged, words: Words, end: tuple[datetime | None, datetime | None]
) -> str:
    spell, told_by = judged.spell, judged.told_by
    assert spell is not None
    assert told_by is not None
    word = spell.state.value
    began = between_text(
        spell.before.acquired_at if spell.before else None, spell.looks[0].acquired_at
    )
    parts = [f"{words.place(spell.berth_id)}: {word} in {len(spell.looks)} looks, begun {began}."]
    if judged.reason == "rare":
        parts += [_share_text(s) for s in {s.share.stratum: s for s in judged.shown}.values()]
    else:
        assert judged.ranked is not None
        parts.append(
            f"It lasted {days_text(told_by.acquired_at - spell.looks[0].acquired_at)} by "
            f"{clock_text(told_by.acquired_at)}, longer than all but {judged.ranked.as_long} of "
            f"{judged.ranked.past} earlier spells there (probability "
            f"{judged.ranked.probability:.3f})."
        )
    if spell.against:
        parts.append(f"{len(spell.against)} single looks in between showed otherwise.")
    if judged.settled_by:
        parts.append(
            f"It lasts and counts as usual since {clock_text(judged.settled_by.acquired_at)}."
        )
    elif end[1]:
        parts.append(f"It ended {between_text(*end)}.")
    return " ".join(parts)


def _share_text(shown: Shown) -> str:
    share = shown.share
    return (
        f"Before, {share.held} of {share.looks} looks by {share.stratum.text} showed it so "
        f"({_days(share.first, share.last)}): probability {share.probability:.3f}."
    )


def _days(first: datetime | None, last: datetime | None) -> str:
    return f"{first:%d %b %Y} to {last:%d %b %Y}" if first and last else "no day"


def drift_findings(
    groups: Sequence[Group], words: Words, *, criteria: DriftCriteria
) -> list[Finding]:
    """Ports and quays that emptied or filled slowly, each drift once."""
    return [
        _drift(group, i, words, criteria)
        for group in groups
        for i, run in enumerate(group.runs)
        if run.changed is not None
    ]


def _drift(group: Group, number: int, words: Words, criteria: DriftCriteria) -> Finding:
    run, after = group.runs[number], group.runs[number + 1]
    assert run.changed is not None
    changed, told = group.blocks[run.changed], group.blocks[run.last]
    since = group.blocks[run.changed : run.last + 1]
    now = sum(b.share for b in since) / len(since)
    learned = _learned(group, after, criteria)
    first_look, last_look = changed.looks[0][0], told.looks[-1][0]
    word = "filled" if run.rising else "emptied"
    _, told_at = ends_of(told, criteria)
    drawn = any(s.rendered for block in since for look in block.looks for s in look)
    end = ends_of(learned, criteria) if learned else (None, None)
    text = (
        f"{words.place(group.place_id)} {word}: {_percent(run.level)} of its "
        f"{len(group.berths)} berths were taken in the {run.blocks()} months before, "
        f"{_percent(now)} since some time between {clock_text(first_look.acquired_at)} "
        f"and {clock_text(last_look.acquired_at)}."
    )
    if learned:
        new = group.blocks[after.first : after.first + criteria.least_blocks]
        level = sum(b.share for b in new) / len(new)
        text += f" The new level is known since {clock_text(end[1] or told_at)}: {_percent(level)}."
    else:
        text += " The new level is being learned; until then no further drift is told."
    return Finding(
        kind=FindingKind.OCCUPANCY_DRIFT,
        status=Status.CLOSED if learned else Status.OPEN,
        severity=Severity.NOTICE,
        subject=Subject(),
        place_id=group.place_id,
        start_earliest=first_look.acquired_at,
        start_latest=last_look.acquired_at,
        end_earliest=end[0],
        end_latest=end[1],
        learned_at=max(
            told_at, *(s.available_at for block in since for look in block.looks for s in look)
        ),
        basis=Basis.IMAGE,
        confidence="medium",
        evidence=(
            _scene(first_look, f"first look of the month in which it began{_drawn(drawn)}"),
            _scene(last_look, f"last look of the month that showed it{_drawn(drawn)}"),
            Evidence(
                kind="coverage",
                ref=f"{sum(len(b.looks) for b in since)} looks that saw "
                f"{criteria.observed:.0%} of the berths since, in {len(since)} months",
                note=f"{run.blocks()} months before",
            ),
        ),
        why={
            "rule": DRIFT_RULE,
            "direction": word,
            "share_before": round(run.level, 3),
            "share_since": round(now, 3),
            "months_before": run.blocks(),
            "month_shares": [round(b.share, 3) for b in since],
            "berths": len(group.berths),
            "sum": round(run.sum, 2),
            "limit": criteria.limit,
            "slack": criteria.slack,
        },
        text=text,
        anchor=f"{word}/{told.number}",
    )


def _learned(group: Group, after: Run, criteria: DriftCriteria) -> Block | None:
    """Return the block with which the level after a drift became known."""
    i = after.first + criteria.least_blocks - 1
    return group.blocks[i] if i <= after.last else None


def _scene(state: BerthState, note: str) -> Evidence:
    return Evidence(
        kind="scene", ref=state.scene_id, at=state.acquired_at, source=state.sensor, note=note
    )


def _drawn(drawn: bool) -> str:
    return f", {DRAWN}" if drawn else ""


def _percent(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0):.0%}"
