"""Why not: every candidate of the rules with the one decision it came to.

Worked out from a finished picture when somebody asks, not in every assessment: it is many small
records of which hardly one is ever read. Each part looks at what its rule looked at and says what
the rule did not. A candidate that is told later keeps its name: it is named as its finding is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from monitor.detect import matrix
from monitor.detect.apron_rules import APRON_KINDS, APRON_RULE
from monitor.detect.clear_looks import looks_that_count
from monitor.detect.interference import held_back, silence_held_back
from monitor.detect.picture import Criteria, Evidence, Picture
from monitor.detect.usual_rules import USUAL_RULE, rank_numbers, share_numbers, usual_anchor
from monitor.detect.visits import short_waits
from monitor.detect.voyage_rules import first_calls
from monitor.detect.wording import RULES_VERSION, Words
from monitor.domain.berth_state import BerthState
from monitor.domain.candidate import Candidate, Decided
from monitor.domain.finding import Basis, Finding, FindingKind, Status, Subject, claim_key
from monitor.domain.place import Gazetteer
from monitor.domain.visit import Ground, Silence, Visit
from monitor.domain.window import from_ms, utc_text

_HOUR_MS = 3_600_000
_SAID = {
    "told": "Told as a finding.",
    "void": "Told as void: we could not listen for too much of the time to tell.",
    "interference": "Held back: positions there and then were not to be trusted.",
    "began_inside": "Nothing was received from her before she was inside: no arrival was seen.",
    "coverage_not_shown": "Not claimed: it was not shown that she would have been heard.",
    "nothing_received_since": "Not claimed: nothing at all was received after the threshold, or "
    "too much was lost before it.",
    "not_watched": "Told of watch-listed ships only.",
    "explained_by_ais": "AIS explains the ship in the images.",
    "ais_coverage_not_shown": "Not claimed: AIS was not shown to work around the images.",
    "doubtful_image": "One doubtful image neither takes nor frees a berth.",
    "not_confirmed": "A change waits for a second look that shows it too.",
    "doubtful_change": "The score of a change on an apron is too low to begin or confirm anything.",
    "beside_berth": "A change along a berth may be a ship alongside or her shadow.",
    "usual_for_apron": "This apron has often looked as different as that.",
    "contradicted": "Other looks at the apron show the opposite.",
    "history_too_short": "Learning: too few days of AIS before the visit to call it the first.",
    "learning": "Learning: too few looks before it to say what is usual.",
    "not_rare": "Not unusual: earlier looks showed it too, or are too few to rule that out.",
    "not_longer": "Not unusual: neither rare nor longer than earlier ones.",
    "visit_unsure": "No visit of hers is sure enough to count.",
    "below_first_stage": "She stayed for less than the first stage of a wait.",
}


def candidates_in(
    picture: Picture, evidence: Evidence, gazetteer: Gazetteer, *, criteria: Criteria
) -> tuple[Candidate, ...]:
    """Return what was told and what was held back, each once, by time and name.

    Args:
        picture: Compiled from `evidence`.
        evidence: All that had reached us.
        gazetteer: The places of the port.
        criteria: The thresholds the picture was compiled with.
    """
    words = Words(picture.register, gazetteer)
    found = [
        *(_told(f) for f in picture.findings),
        *_edges(picture, words, criteria),
        *_silences(picture, words, criteria),
        *_hulls(picture, criteria),
        *_leavings(picture, gazetteer, words, criteria),
        *_looks(evidence.berth_states, criteria),
        *_usual(picture, criteria),
        *_aprons(picture),
        *_first_visits(picture, words, criteria),
        *_waits(picture, gazetteer, words, criteria),
    ]
    far = from_ms(0)
    return tuple(sorted(found, key=lambda c: (c.start or c.end or far, c.rule, c.about)))


def _told(finding: Finding) -> Candidate:
    reason = "void" if finding.status is Status.VOID else "told"
    ends = finding.end_latest
    return Candidate(
        rule=str(finding.why.get("rule", finding.kind.value)),
        about=finding.claim_key,
        subject=finding.subject,
        place_id=finding.place_id,
        start=finding.start_earliest or finding.start_latest,
        end=ends if ends or finding.status is Status.OPEN else finding.start_latest,
        decided=Decided.TOLD,
        reason=reason,
        said=_SAID[reason],
        finding_id=finding.id,
    )


def _held(kind: FindingKind, *, anchor: str, basis: Basis = Basis.AIS, **said: Any) -> Candidate:  # noqa: ANN401
    return Candidate(
        about=claim_key(kind, said["subject"], said["place_id"], basis, anchor),
        decided=Decided.HELD,
        said=_SAID[said["reason"]],
        **said,
    )


_EDGE_KINDS = {
    ("port", True): ("port_call", FindingKind.ARRIVED),
    ("port", False): ("port_call", FindingKind.DEPARTED),
    ("berth", True): ("berth_stay", FindingKind.BERTHED),
    ("berth", False): ("berth_stay", FindingKind.UNBERTHED),
}


def _edges(picture: Picture, words: Words, criteria: Criteria) -> Iterator[Candidate]:
    """Beginnings and ends of calls and stays that rest on reports nobody can trust, or on none."""
    for visit in picture.visits:
        for is_start in (True, False):
            rule, kind = _EDGE_KINDS.get((visit.place_kind, is_start), (None, None))
            reason = _edge_reason(visit, is_start, picture, criteria)
            if rule is None or kind is None or reason is None:
                continue
            edge = visit.start if is_start else visit.end
            yield _held(
                kind,
                rule=f"{rule}@{RULES_VERSION}",
                subject=words.subject(visit.mmsi),
                place_id=visit.place_id,
                anchor=utc_text(from_ms(visit.anchor_ms)),
                start=edge.earliest,
                end=edge.latest,
                reason=reason,
                numbers={"reports_inside": visit.positions},
            )


def _edge_reason(visit: Visit, is_start: bool, picture: Picture, criteria: Criteria) -> str | None:
    a, b = (visit.before, visit.first) if is_start else (visit.last, visit.after)
    if b is None:
        return None
    if a is None:
        return "began_inside"
    shaky = held_back(picture.degraded, a, b, criteria=criteria.interference)
    return "interference" if shaky else None


def _silences(picture: Picture, words: Words, criteria: Criteria) -> Iterator[Candidate]:
    for silence in picture.silences:
        reason = _silence_reason(silence, picture, words, criteria)
        if reason is None:
            continue
        start = from_ms(silence.before.time_ms)
        yield _held(
            FindingKind.NO_AIS_RECEIVED,
            rule=f"silence@{RULES_VERSION}",
            subject=words.subject(silence.mmsi),
            place_id=silence.place_id,
            anchor=utc_text(start),
            start=start,
            end=from_ms(silence.after.time_ms) if silence.after else None,
            reason=reason,
            numbers={
                "threshold_h": round(silence.threshold_ms / _HOUR_MS, 1),
                "near_fed_hours": silence.near.fed,
                "near_hours": silence.near.hours,
                "near_share": round(silence.near.share, 3),
                "least_coverage": criteria.silence.least_coverage,
                "own_reports_day_before": silence.own_reports,
                "own_reports_needed": criteria.silence.own_reports,
            },
        )


def _silence_reason(
    silence: Silence, picture: Picture, words: Words, criteria: Criteria
) -> str | None:
    shaky = silence_held_back(
        picture.degraded, silence.before, silence.after, criteria=criteria.interference
    )
    if shaky:
        return "interference"
    if not words.ship(silence.mmsi).watched:
        return "not_watched"
    if silence.is_stated:
        return None
    return "coverage_not_shown" if silence.ground is Ground.NONE else "nothing_received_since"


def _hulls(picture: Picture, criteria: Criteria) -> Iterator[Candidate]:
    """Ships in images that are not told as being without AIS."""
    for episode in picture.episodes:
        if episode.unexplained:
            continue
        before, after, first = episode.before, episode.after, episode.seen[0]
        yield _held(
            FindingKind.OCCUPIED_WITHOUT_AIS,
            basis=Basis.IMAGE,
            rule=f"occupied_without_ais@{RULES_VERSION}",
            subject=Subject(),
            place_id=episode.berth_id,
            anchor=f"{before.scene_id if before else '-'}/{first.scene_id}",
            start=before.acquired_at if before else first.acquired_at,
            end=after.acquired_at if after else None,
            reason="explained_by_ais" if episode.explained else "ais_coverage_not_shown",
            numbers={
                "images_occupied": len(episode.seen),
                "mmsis": list(episode.explained),
                "reach_m": criteria.matrix.reach_m,
                "fed_around_h": criteria.matrix.fed_around / timedelta(hours=1),
            },
        )


def _leavings(
    picture: Picture, gazetteer: Gazetteer, words: Words, criteria: Criteria
) -> Iterator[Candidate]:
    """Ships that fit a hull which has gone, and are on no list."""
    fits = matrix.attributions(
        picture.episodes, picture.visits, gazetteer, criteria=criteria.matrix
    )
    for fit in fits:
        after, last = fit.episode.after, fit.episode.seen[-1]
        if after is None:
            continue
        held = _held(
            FindingKind.DEPARTED,
            basis=Basis.IMAGE,
            rule=f"departed_by_image@{RULES_VERSION}",
            subject=words.subject(fit.call.mmsi),
            place_id=fit.call.place_id,
            anchor=f"{last.scene_id}/{after.scene_id}",
            start=last.acquired_at,
            end=after.acquired_at,
            reason="not_watched",
            numbers={"last_ais_to_berth_m": round(fit.distance_m)},
        )
        if not words.ship(fit.call.mmsi).watched:
            yield held


def _looks(states: Iterable[BerthState], criteria: Criteria) -> Iterator[Candidate]:
    """Images whose score speaks against the state before them, and not loudly enough."""
    c = criteria.matrix
    series: dict[str, list[BerthState]] = {}
    for state in states:
        series.setdefault(state.berth_id, []).append(state)
    aside = (s for own in series.values() for s in looks_that_count(own, criteria=c).aside)
    for state in aside:
        yield _held(
            FindingKind.BERTH_STATE_CHANGED,
            basis=Basis.IMAGE,
            rule=f"berth_state@{RULES_VERSION}",
            subject=Subject(),
            place_id=state.berth_id,
            anchor=f"doubtful/{state.scene_id}",
            start=state.acquired_at,
            end=state.acquired_at,
            reason="doubtful_image",
            numbers={
                "scene": state.scene_id,
                "state": state.state.value,
                "score": round(state.score, 3),
                "rests_on": state.reason,
                "freed_to": c.freed_to,
                "taken_from": c.taken_from,
                "clear_to": c.clear_to,
                "clear_from": c.clear_from,
            },
        )


def _aprons(picture: Picture) -> Iterator[Candidate]:
    """Looks at aprons that show a change no finding rests on."""
    for state, reason in picture.aprons.held:
        yield _held(
            APRON_KINDS[state.change],
            basis=Basis.IMAGE,
            rule=APRON_RULE,
            subject=Subject(),
            place_id=state.apron_id,
            anchor=f"look/{state.scene_id}",
            start=state.acquired_at,
            end=state.acquired_at,
            reason=reason,
            numbers={
                "scene": state.scene_id,
                "score": None if math.isnan(state.score) else round(state.score, 3),
                "changed_m2": None if math.isnan(state.changed_m2) else round(state.changed_m2),
            },
        )


def _usual(picture: Picture, criteria: Criteria) -> Iterator[Candidate]:
    """States of berths that are not told as unusual, and single looks at one."""
    for judged in picture.usual.judged:
        if judged.told:
            continue
        spell, first = judged.spell, judged.first
        after = spell.after if spell else None
        yield _held(
            FindingKind.UNUSUAL_OCCUPANCY,
            basis=Basis.IMAGE,
            rule=USUAL_RULE,
            subject=Subject(),
            place_id=first.berth_id,
            anchor=usual_anchor(judged),
            start=first.acquired_at,
            end=first.acquired_at if spell is None else after.acquired_at if after else None,
            reason=judged.reason,
            numbers={
                "state": first.state.value,
                "looks": len(spell.looks) if spell else 1,
                "baselines": [share_numbers(s, criteria.usual) for s in judged.shown],
                "least_looks": criteria.usual.least_looks,
                "rare_share": criteria.usual.rare_share,
                **rank_numbers(judged),
            },
        )


def _first_visits(picture: Picture, words: Words, criteria: Criteria) -> Iterator[Candidate]:
    c = criteria.voyage
    calls = first_calls(picture.visits, words, coverage=picture.coverage, criteria=c)
    for first in calls:
        visit = first.sure or first.calls[0]
        if first.sure is not None and first.days_heard >= c.min_history_days:
            continue
        yield _held(
            FindingKind.FIRST_VISIT,
            rule=f"first_visit@{RULES_VERSION}",
            subject=words.subject(visit.mmsi),
            place_id=visit.place_id,
            anchor="",
            start=visit.start.earliest or visit.start.latest,
            end=visit.start.latest,
            reason="visit_unsure" if first.sure is None else "history_too_short",
            numbers={
                "days_heard": first.days_heard,
                "min_history_days": c.min_history_days,
                "visit_confidence": visit.confidence,
                "min_confidence": c.min_confidence,
            },
        )


def _waits(
    picture: Picture, gazetteer: Gazetteer, words: Words, criteria: Criteria
) -> Iterator[Candidate]:
    for wait in short_waits(picture.tracks, gazetteer, criteria=criteria.visit):
        yield _held(
            FindingKind.WAITING,
            rule=f"waiting@{RULES_VERSION}",
            subject=words.subject(wait.mmsi),
            place_id=wait.place_id,
            anchor=utc_text(from_ms(wait.anchor_ms)),
            start=wait.start.earliest or wait.start.latest,
            end=wait.end.latest,
            reason="below_first_stage",
            numbers={
                "hours": round((wait.last.time_ms - wait.first.time_ms) / _HOUR_MS, 2),
                "waiting_min_h": criteria.visit.waiting_min / timedelta(hours=1),
                "reports_inside": wait.positions,
            },
        )
