"""Apron episodes to findings: ground that looks otherwise than before, and when it went back.

What is told is a change of ground. What stands there is never named: at 10 m a lorry is a tenth of
a pixel, and wet patches and new paint change an apron too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from monitor.detect.apron_trend import Trend, trend_of
from monitor.detect.aprons import ApronCriteria, ApronEpisode
from monitor.detect.wording import RULES_VERSION, Words, clock_text
from monitor.domain.apron_state import ApronChange, ApronState
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
from monitor.domain.place import Gazetteer
from monitor.domain.scene import native_gsd_m
from monitor.domain.window import utc_text

APRON_KINDS = {
    ApronChange.FILLED: FindingKind.APRON_FILLED,
    ApronChange.CLEARED: FindingKind.APRON_CLEARED,
    ApronChange.CHANGED: FindingKind.APRON_CHANGED,
}
APRON_RULE = f"apron@{RULES_VERSION}"
_LISTED = 40
"""At most so many looks of each sort are listed; how many more there are is told."""


def apron_findings(
    episodes: Sequence[ApronEpisode], words: Words, *, criteria: ApronCriteria
) -> list[Finding]:
    """Return one finding for each episode, in their order.

    Aprons overlap: of episodes that show the same ground at the same time, one is told aloud and
    the others name it.
    """
    parts = _parts(episodes, words.gazetteer)
    return [_finding(e, words, criteria, parts[i]) for i, e in enumerate(episodes)]


def _parts(episodes: Sequence[ApronEpisode], gazetteer: Gazetteer) -> list[str]:
    """Return for each episode the apron that tells the same ground, or an empty text.

    It is the one that holds most of the ground, and where two hold each other the smaller apron.
    """
    grounds = [_ground(e) for e in episodes]
    sizes = [
        gazetteer.places[e.apron_id].geometry.area if e.apron_id in gazetteer.places else 0.0
        for e in episodes
    ]
    inside: list[list[int]] = [[] for _ in episodes]
    for i, one in enumerate(episodes):
        for j, other in enumerate(episodes):
            if one.is_return or other.is_return or not _at_once(one, other):
                continue
            held = _within(grounds[i], grounds[j])
            both = held and _within(grounds[j], grounds[i])
            if held and not (both and (sizes[i], one.apron_id) < (sizes[j], other.apron_id)):
                inside[i].append(j)
    found: list[str] = []
    for i, episode in enumerate(episodes):
        if episode.is_return:
            found.append(found[-1])  # it follows what it is the end of
            continue
        whole = [j for j in inside[i] if not inside[j]] or inside[i]
        best = min(whole, key=lambda j: (sizes[j], episodes[j].apron_id), default=None)
        found.append("" if best is None else episodes[best].apron_id)
    return found


_MOST = 0.6
"""Share of its ground that makes one change a part of another."""


def _ground(episode: ApronEpisode) -> BaseGeometry:
    """Return the ground it was first told of: what comes later does not change whose it is."""
    outlines = [s.outline_wkt for s in episode.seen[: episode.told_with] if s.outline_wkt]
    return shapely.union_all([shapely.from_wkt(text) for text in outlines])


def _at_once(one: ApronEpisode, other: ApronEpisode) -> bool:
    return (
        one.apron_id != other.apron_id
        and one.change is other.change
        and one.seen[0].acquired_at <= other.seen[-1].acquired_at
        and other.seen[0].acquired_at <= one.seen[-1].acquired_at
    )


def _within(one: BaseGeometry, other: BaseGeometry) -> bool:
    return one.area > 0 and float(one.intersection(other).area) >= _MOST * float(one.area)


def _finding(episode: ApronEpisode, words: Words, criteria: ApronCriteria, part_of: str) -> Finding:
    first, last = episode.seen[0], episode.seen[-1]
    before, after = episode.before, episode.after
    told_with = episode.seen[: episode.told_with]
    trend = trend_of(episode.seen)
    ends: tuple[datetime | None, datetime | None]
    if episode.is_return:
        ends = (before.acquired_at if before else None, first.acquired_at)
    else:
        ends = (last.acquired_at, after.acquired_at) if after else (None, None)
    is_quiet = bool(part_of) or not _is_settled(episode, criteria)
    return Finding(
        kind=APRON_KINDS[episode.change],
        status=Status.CLOSED if after or episode.is_return else Status.OPEN,
        severity=Severity.INFO if is_quiet else Severity.NOTICE,
        subject=Subject(),
        place_id=episode.apron_id,
        start_earliest=before.acquired_at if before else None,
        start_latest=first.acquired_at,
        end_earliest=ends[0],
        end_latest=ends[1],
        learned_at=max(s.available_at for s in told_with),
        basis=Basis.IMAGE,
        confidence=_confidence(episode, criteria),
        evidence=tuple(_evidence(s) for s in _shown(episode)),
        why={
            "rule": APRON_RULE,
            "looks": len(episode.seen),
            "told_with": [s.scene_id for s in told_with],
            "one_look_enough": episode.told_with == 1,
            "area": [_area(s) for s in episode.seen[-_LISTED:]],
            "area_not_listed": max(len(episode.seen) - _LISTED, 0),
            "trend": {
                "word": trend.word,
                "sensor": trend.sensor,
                "looks": trend.looks,
                "chance": trend.chance,
            },
            "past": {
                "sensor": episode.past.sensor,
                "looks": episode.past.looks,
                "as_large": episode.past.as_large,
                "needed": criteria.min_history,
                "learning": episode.past.is_learning,
            },
            "part_of": part_of or None,
            "return": episode.is_return,
            "ended": _ended(episode),
            "not_shown_by": [_area(s) for s in episode.against[-_LISTED:]],
            "not_seen": _unseen(episode.blind),
        },
        text=_text(episode, trend, words, part_of),
        anchor=f"{before.scene_id if before else '-'}/{first.scene_id}",
    )


def _shown(episode: ApronEpisode) -> list[ApronState]:
    looks = [*([episode.before] if episode.before else []), *episode.seen, *episode.ended_with]
    if len(looks) <= _LISTED:
        return looks
    return [*looks[: _LISTED // 2], *looks[-_LISTED // 2 :]]


def _shown_by(episode: ApronEpisode) -> int:
    """Return how many looks showed the change, or what a return is the end of."""
    return episode.shown_before if episode.is_return else len(episode.seen)


def _is_settled(episode: ApronEpisode, criteria: ApronCriteria) -> bool:
    return not episode.past.is_learning or _shown_by(episode) >= criteria.settled


def _confidence(episode: ApronEpisode, criteria: ApronCriteria) -> str:
    """Return `low` while the past is short and few looks show it; `high` where neither is so."""
    if not _is_settled(episode, criteria):
        return "low"
    fine = any(native_gsd_m(s.sensor) <= criteria.fine_gsd_m for s in episode.seen)
    many = _shown_by(episode) >= criteria.settled
    return "high" if fine and many and not episode.past.is_learning else "medium"


def _evidence(look: ApronState) -> Evidence:
    drawn = f", {DRAWN}" if look.rendered else ""
    said = (
        "looks as usual"
        if look.change is ApronChange.NONE
        else f"{look.change.value} {_m2(look.changed_m2)}"
    )
    return Evidence(
        kind="scene",
        ref=look.scene_id,
        at=look.acquired_at,
        source=look.sensor,
        note=f"{look.apron_id} {said}, score {look.score:.2f}, {look.reason or 'compared'}{drawn}",
    )


def _area(look: ApronState) -> dict[str, Any]:
    return {
        "at": utc_text(look.acquired_at),
        "m2": round(look.changed_m2) if math.isfinite(look.changed_m2) else None,
        "change": look.change.value,
        "sensor": look.sensor,
        "score": round(look.score, 3) if math.isfinite(look.score) else None,
        "scene": look.scene_id,
    }


def _ended(episode: ApronEpisode) -> str | None:
    if episode.is_return:
        return "as before"
    if episode.after is None:
        return None
    return "usual by now" if episode.is_usual_now else "reversed"


def _unseen(blind: Sequence[ApronState]) -> dict[str, int]:
    """Return how many looks could not see the apron, by reason."""
    return dict(sorted(Counter(s.reason or "unobserved" for s in blind).items()))


def _text(episode: ApronEpisode, trend: Trend, words: Words, part_of: str) -> str:
    place = words.place(episode.apron_id)
    parts = [_returned(episode, place) if episode.is_return else _differs(episode, place, trend)]
    if part_of:
        parts.append(f"When it began, the same ground was told of {words.place(part_of)}.")
    if episode.past.is_learning and not episode.is_return:
        parts.append(
            f"Learning: only {episode.past.looks} earlier looks of {episode.past.sensor} say what "
            "is usual there."
        )
    if episode.against:
        parts.append(_contradicted(episode))
    if episode.blind:
        reasons = ", ".join(f"{n} × {r}" for r, n in _unseen(episode.blind).items())
        parts.append(f"Not seen in the meantime: {reasons}.")
    parts.append("Changed ground is all that is claimed.")
    return " ".join(parts)


_LOOKS = {
    ApronChange.FILLED: "looks covered where it used to be bare",
    ApronChange.CLEARED: "looks bare where it used to be covered",
    ApronChange.CHANGED: "looks different, which way cannot be told",
}


def _differs(episode: ApronEpisode, place: str, trend: Trend) -> str:
    first, last = episode.seen[0], episode.seen[-1]
    largest = max(episode.seen, key=lambda s: (s.changed_m2, s.acquired_at))
    not_before = (
        f", not yet {_when(episode.before)}" if episode.before else "; how it looked before is open"
    )
    said = [
        f"{place}: {_m2(first.changed_m2)} of ground {_LOOKS[episode.change]}, first seen "
        f"{_when(first)}{not_before}."
    ]
    if len(episode.seen) > 1:
        peak = "" if largest is last else f", {_m2(largest.changed_m2)} at most {_when(largest)}"
        said.append(f"Last shown {_when(last)} with {_m2(last.changed_m2)}{peak}.")
    if trend.word != "not clear":
        said.append(f"The area is {trend.word} over {trend.looks} looks of {trend.sensor}.")
    if episode.after:
        said.append(
            f"By {_when(episode.after)} it has become the usual look; that is not to say it went."
            if episode.is_usual_now
            else f"No more {_when(episode.after)}."
        )
    return " ".join(said)


def _returned(episode: ApronEpisode, place: str) -> str:
    first, before = episode.seen[0], episode.before
    word = "covered" if episode.change is ApronChange.FILLED else "bare"
    was = "bare" if word == "covered" else "covered"
    since = f", last seen {was} {_when(before)}" if before else ""
    looks = len(episode.seen)
    return (
        f"{place}: ground that had looked {was} looks {word} again {_when(first)}{since}"
        f" ({looks} look{'s' * (looks > 1)})."
    )


def _contradicted(episode: ApronEpisode) -> str:
    others = episode.against
    finest = min(native_gsd_m(s.sensor) for s in episode.seen)
    coarser = all(native_gsd_m(s.sensor) > finest for s in others)
    return (
        f"{len(others)} look{'s' * (len(others) > 1)} in the meantime did not show it "
        f"(last {_when(others[-1])}){', all of them coarser' if coarser else ''}."
    )


def _when(look: ApronState) -> str:
    drawn = ", rendered" if look.rendered else ""
    return f"{clock_text(look.acquired_at)} ({look.sensor}{drawn})"


def _m2(area: float) -> str:
    """Return an area rounded to what it can be trusted for."""
    if not math.isfinite(area):
        return "an area not measured"
    step = 100 if area >= 1000 else 10
    return f"{round(area / step) * step:,} m²"
