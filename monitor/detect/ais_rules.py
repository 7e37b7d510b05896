"""Visits to findings: each rule says why, in numbers and in words.

A wait grows louder in stages.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitor.detect.matrix import Episode
from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    between_text,
    days_text,
    edge_confidence,
    position_evidence,
    scene_evidence,
)
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status
from monitor.domain.visit import Visit
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


Edges = frozenset[tuple[Visit, bool]]
"""Edges of visits: True for the start, False for the end."""


def port_call_findings(
    visits: tuple[Visit, ...],
    words: Words,
    *,
    shaky: Edges = frozenset(),
) -> list[Finding]:
    """Arrivals and departures by AIS. A track that begins in port has not arrived.

    Edges that are `shaky` are not told: interference made the reports they rest on.
    """
    found = []
    for call in (v for v in visits if v.place_kind == "port"):
        for arriving in _edges_seen(call, shaky):
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


def _edges_seen(visit: Visit, shaky: Edges) -> list[bool]:
    """Return [True] for a start that was seen, then [False] for an end that was seen."""
    seen = [True] * (visit.before is not None) + [False] * (visit.after is not None)
    return [is_start for is_start in seen if (visit, is_start) not in shaky]


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
        anchor=utc_text(from_ms(visit.anchor_ms)),
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
                anchor=utc_text(from_ms(wait.anchor_ms)),
            )
        )
    return found


def berth_findings(
    visits: tuple[Visit, ...],
    episodes: tuple[Episode, ...],
    words: Words,
    *,
    shaky: Edges = frozenset(),
) -> list[Finding]:
    """Ships alongside by AIS; confirmed where an image shows the berth taken meanwhile."""
    found = []
    seen: dict[str, list[BerthState]] = {}
    for episode in episodes:
        seen.setdefault(episode.berth_id, []).extend(episode.seen)
    times = {berth: [to_ms(s.acquired_at) for s in images] for berth, images in seen.items()}
    for stay in (v for v in visits if v.place_kind == "berth"):
        at = times.get(stay.place_id, [])
        first, end = bisect_left(at, stay.first.time_ms), bisect_right(at, stay.last.time_ms)
        images = seen.get(stay.place_id, [])[first:end]
        for arriving in _edges_seen(stay, shaky):
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
