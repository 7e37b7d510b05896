"""Visits and silences to findings: each rule says why, in numbers and in words.

"No AIS received" is all a silence shows; a ship is never said to have switched anything off. A
wait grows louder in stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.detect.matrix import Episode
from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    between_text,
    clock_text,
    days_text,
    edge_confidence,
    lonlat_text,
    position_evidence,
    scene_evidence,
)
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status
from monitor.domain.visit import Silence, Visit
from monitor.domain.window import from_ms, to_ms, utc_text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCriteria:
    """What is worth saying, and how loudly."""

    waiting_stages: tuple[timedelta, ...] = (
        timedelta(hours=6),
        timedelta(hours=24),
        timedelta(hours=72),
        timedelta(days=7),
        timedelta(days=14),
    )
    """Waits are told again at each. Source: peers' loitering rules (6 h, 24 h, 7 d)."""
    silence_coverage: float = 0.5
    """Least share of hours in which others were heard, to speak of a ship's silence."""


def port_call_findings(visits: tuple[Visit, ...], words: Words) -> list[Finding]:
    """Arrivals and departures by AIS. A track that begins in port has not arrived."""
    found = []
    for call in (v for v in visits if v.place_kind == "port"):
        for arriving in _edges_seen(call):
            edge = call.start if arriving else call.end
            how = "watched by AIS" if edge.observed else "inferred between two AIS reports"
            found.append(
                _edge_finding(
                    call,
                    words,
                    arriving=arriving,
                    kind=FindingKind.ARRIVED if arriving else FindingKind.DEPARTED,
                    notes=("outside", "first report inside")
                    if arriving
                    else ("last report inside", "outside"),
                    why={"rule": f"port_call@{RULES_VERSION}", "visit_confidence": call.confidence},
                    verb="entered" if arriving else "left",
                    how=how,
                )
            )
    return found


def _edges_seen(visit: Visit) -> list[bool]:
    """Return [True] for a start that was seen, then [False] for an end that was seen."""
    return [True] * (visit.before is not None) + [False] * (visit.after is not None)


def _edge_finding(
    visit: Visit,
    words: Words,
    *,
    arriving: bool,
    kind: FindingKind,
    notes: tuple[str, str],
    why: dict[str, Any],
    verb: str,
    how: str,
    images: Sequence[BerthState] = (),
) -> Finding:
    """Return the finding that a visit began or ended, somewhere between two reports.

    A stay confirmed by an image is one claim with two sources; its hour still rests on AIS.
    """
    edge = visit.start if arriving else visit.end
    a, b = (visit.before, visit.first) if arriving else (visit.last, visit.after)
    assert a is not None
    assert b is not None
    return Finding(
        kind=kind,
        status=Status.CLOSED,
        severity=Severity.WARNING if words.ship(visit.mmsi).watched else Severity.INFO,
        subject=words.subject(visit.mmsi),
        place_id=visit.place_id,
        start_earliest=edge.earliest,
        start_latest=edge.latest,
        end_earliest=edge.earliest,
        end_latest=edge.latest,
        learned_at=from_ms(max(visit.learned_ms, b.received_ms) if arriving else b.received_ms),
        basis=Basis.BOTH if images else Basis.AIS,
        confidence=edge_confidence(observed=edge.observed, grade=visit.confidence),
        evidence=(
            position_evidence(a, notes[0]),
            position_evidence(b, notes[1]),
            *(scene_evidence(image) for image in images[:3]),
        ),
        why={
            **why,
            "edge": "observed" if edge.observed else "inferred",
            "reports_inside": visit.positions,
        },
        text=(
            f"{words.name(visit.mmsi)} {verb} {words.place(visit.place_id)} "
            f"{between_text(edge.earliest, edge.latest)}, {how}."
        ),
        anchor=utc_text(from_ms(visit.first.time_ms)),
    )


def waiting_findings(
    visits: tuple[Visit, ...], words: Words, *, criteria: RuleCriteria
) -> list[Finding]:
    """Ships that stay off the port, with a day counter; louder at each stage."""
    found = []
    for wait in visits:
        if wait.place_kind != "waiting_area":
            continue
        lasted = timedelta(milliseconds=wait.last.time_ms - wait.first.time_ms)
        stage = sum(lasted >= s for s in criteria.waiting_stages)
        watched = words.ship(wait.mmsi).watched
        severity = Severity.NOTICE if watched else Severity.INFO
        if watched and stage >= 3:
            severity = Severity.WARNING
        evidence = [position_evidence(wait.before, "outside")] if wait.before else []
        evidence += [
            position_evidence(wait.first, "first report inside"),
            position_evidence(wait.last, "latest report inside"),
        ]
        if wait.after:
            evidence.append(position_evidence(wait.after, "outside"))
        ended = (
            ""
            if wait.after is None
            else f" until {between_text(wait.end.earliest, wait.end.latest)}"
        )
        found.append(
            Finding(
                kind=FindingKind.WAITING,
                status=Status.OPEN if wait.is_open else Status.CLOSED,
                severity=severity,
                subject=words.subject(wait.mmsi),
                place_id=wait.place_id,
                start_earliest=wait.start.earliest,
                start_latest=wait.start.latest,
                end_earliest=wait.end.earliest if wait.after else None,
                end_latest=wait.end.latest,
                learned_at=from_ms(wait.learned_ms),
                basis=Basis.AIS,
                confidence="high" if wait.longest_gap_ms <= 12 * 3_600_000 else "medium",
                evidence=tuple(evidence),
                why={
                    "rule": f"waiting@{RULES_VERSION}",
                    "days_waited": round(lasted / timedelta(days=1), 2),
                    "stage": stage,
                    "stages_h": [s // timedelta(hours=1) for s in criteria.waiting_stages],
                    "reports_inside": wait.positions,
                    "areas": dict(wait.areas),
                    "longest_gap_h": round(wait.longest_gap_ms / 3_600_000, 1),
                },
                text=(
                    f"{words.name(wait.mmsi)} {'has been waiting' if wait.is_open else 'waited'} "
                    f"{days_text(lasted)} off the port, mostly in {words.place(wait.place_id)} "
                    f"({wait.areas[0][1]} of {wait.positions} reports), "
                    f"since {between_text(wait.start.earliest, wait.start.latest)}{ended}; "
                    f"longest gap between reports {wait.longest_gap_ms / 3_600_000:.1f} h."
                ),
                anchor=utc_text(from_ms(wait.first.time_ms)),
            )
        )
    return found


def berth_findings(
    visits: tuple[Visit, ...], episodes: tuple[Episode, ...], words: Words
) -> list[Finding]:
    """Ships alongside by AIS; confirmed where an image shows the berth taken meanwhile."""
    found = []
    for stay in (v for v in visits if v.place_kind == "berth"):
        images = [
            s
            for e in episodes
            if e.berth_id == stay.place_id
            for s in e.seen
            if stay.first.time_ms <= to_ms(s.acquired_at) <= stay.last.time_ms
        ]
        for arriving in _edges_seen(stay):
            found.append(  # noqa: PERF401 - one call a line reads better than the comprehension
                _edge_finding(
                    stay,
                    words,
                    arriving=arriving,
                    kind=FindingKind.BERTHED if arriving else FindingKind.UNBERTHED,
                    notes=("before", "after"),
                    why={"rule": f"berth_stay@{RULES_VERSION}", "images_confirming": len(images)},
                    verb="came alongside" if arriving else "left the berth",
                    how=f"by AIS; images that show the berth taken meanwhile: {len(images)}",
                    images=images,
                )
            )
    return found


def silence_findings(
    silences: tuple[Silence, ...], words: Words, *, criteria: RuleCriteria
) -> list[Finding]:
    """Watch-listed ships of which no AIS was received although others were; and their return."""
    found = []
    for silence in silences:
        if not words.ship(silence.mmsi).watched or silence.coverage < criteria.silence_coverage:
            continue
        start = from_ms(silence.before.time_ms)
        end = from_ms(silence.after.time_ms) if silence.after else None
        lasted = (end or start + timedelta(hours=silence.hours)) - start
        where = (
            f"in {words.place(silence.place_id)}"
            if silence.place_id
            else f"at {lonlat_text(silence.before)}"
        )
        coverage = Evidence(
            kind="coverage",
            ref=f"others heard in {silence.fed_hours} of {silence.hours} h",
            note="the feed worked, though perhaps not where this ship was; it does not show why "
            "she was not heard",
        )
        why: dict[str, Any] = {
            "rule": f"silence@{RULES_VERSION}",
            "threshold_h": round(silence.threshold_ms / 3_600_000, 1),
            "median_interval_h": round(silence.median_interval_ms / 3_600_000, 2),
            "fed_hours": silence.fed_hours,
            "hours": silence.hours,
        }
        name = words.name(silence.mmsi)
        found.append(
            Finding(
                kind=FindingKind.NO_AIS_RECEIVED,
                status=Status.CLOSED if end else Status.OPEN,
                severity=Severity.NOTICE,
                subject=words.subject(silence.mmsi),
                place_id=silence.place_id,
                start_earliest=start,
                start_latest=start,
                end_earliest=end,
                end_latest=end,
                learned_at=_silence_learned(silence),
                basis=Basis.AIS,
                confidence=_silence_confidence(silence, words),
                evidence=(
                    position_evidence(silence.before, "last report before"),
                    *(
                        [position_evidence(silence.after, "first report after")]
                        if silence.after
                        else []
                    ),
                    coverage,
                ),
                why=why,
                text=(
                    f"No AIS received from {name} since {clock_text(start)}, last heard {where}"
                    + (f"; heard again {clock_text(end)} after {days_text(lasted)}" if end else "")
                    + f". Others were heard in {silence.fed_hours} of {silence.hours} h."
                ),
                anchor=utc_text(start),
            )
        )
        if silence.after and end:
            found.append(
                Finding(
                    kind=FindingKind.AIS_RESUMED,
                    status=Status.CLOSED,
                    severity=Severity.NOTICE,
                    subject=words.subject(silence.mmsi),
                    place_id=None,
                    start_earliest=end,
                    start_latest=end,
                    end_earliest=end,
                    end_latest=end,
                    learned_at=from_ms(silence.after.received_ms),
                    basis=Basis.AIS,
                    confidence="high",
                    evidence=(
                        position_evidence(silence.before, "last report before"),
                        position_evidence(silence.after, "first report after"),
                    ),
                    why=why,
                    text=(
                        f"AIS of {name} received again {clock_text(end)} at "
                        f"{lonlat_text(silence.after)}, after {days_text(lasted)} without."
                    ),
                    anchor=utc_text(end),
                )
            )
    return found


def _silence_confidence(silence: Silence, words: Words) -> str:
    """High only near the port, where the others were heard; far off reception is another matter."""
    west, south, east, north = words.gazetteer.bounds
    before = silence.before
    near = west - 1 <= before.lon <= east + 1 and south - 1 <= before.lat <= north + 1
    if silence.coverage >= 0.9:
        return "high" if near else "medium"
    return "medium" if near else "low"


def _silence_learned(silence: Silence) -> datetime:
    """When the threshold passed; a silence known only from late reports was learned with them."""
    due = from_ms(silence.before.time_ms + silence.threshold_ms)
    known = max(due, from_ms(silence.before.received_ms))
    return min(known, from_ms(silence.after.received_ms)) if silence.after else known
