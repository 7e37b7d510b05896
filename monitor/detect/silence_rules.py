"""Silences to findings: "no AIS received" is all a silence shows.

A ship is never said to have switched anything off, and what shows that she would have been heard
is named: others near there, or her own reports before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor.detect.reach import Reach, implied_kn, reach_json, reach_text
from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    clock_text,
    days_text,
    lonlat_text,
    position_evidence,
)
from monitor.domain.coverage import NEAR_KM
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status
from monitor.domain.visit import Fix, Ground, Silence
from monitor.domain.window import from_ms, utc_text

_HOUR_MS = 3_600_000


_IMPOSSIBLE_KN = 60.0
"""No merchant or naval ship keeps this up. Source: the project's event table."""


def silence_findings(
    silences: tuple[Silence, ...],
    words: Words,
    *,
    reach: Callable[[Silence], tuple[Reach, str] | None] = lambda _: None,
) -> list[Finding]:
    """Watch-listed ships of which no AIS was received where it should have been; their return.

    `reach` gives for an open silence what it leaves possible, and of which place.
    """
    found = []
    for silence in silences:
        if words.ship(silence.mmsi).watched and silence.is_stated:
            found.append(_with_reach(_silence(silence, words), reach(silence)))
            if silence.after and not silence.is_void:
                found.append(_return(silence, silence.after, words))
    return found


def _silence(silence: Silence, words: Words) -> Finding:
    start = from_ms(silence.before.time_ms)
    end = from_ms(silence.after.time_ms) if silence.after else None
    status = Status.VOID if silence.is_void else Status.CLOSED if end else Status.OPEN
    return Finding(
        kind=FindingKind.NO_AIS_RECEIVED,
        status=status,
        severity=Severity.INFO if silence.known_late else Severity.NOTICE,
        subject=words.subject(silence.mmsi),
        place_id=silence.place_id,
        start_earliest=start,
        start_latest=start,
        end_earliest=end,
        end_latest=end,
        learned_at=_learned(silence),
        basis=Basis.AIS,
        confidence=_confidence(silence),
        evidence=(
            position_evidence(silence.before, "last report before"),
            *([position_evidence(silence.after, "first report after")] if silence.after else []),
            *_coverage(silence),
        ),
        why=_why(silence),
        text=_text(silence, words, start, end),
        anchor=utc_text(start),
    )


def _with_reach(finding: Finding, reach: tuple[Reach, str] | None) -> Finding:
    if reach is None or finding.status is not Status.OPEN:
        return finding
    return replace(
        finding,
        why={**finding.why, "reach": reach_json(reach[0])},
        text=f"{finding.text} {reach_text(*reach)}",
    )


def _return(silence: Silence, after: Fix, words: Words) -> Finding:
    at = from_ms(after.time_ms)
    lasted = timedelta(milliseconds=after.time_ms - silence.before.time_ms)
    # What shows only in reports that came late is told in the tables, not by an alert.
    late = silence.known_late or after.received_ms - after.time_ms > silence.threshold_ms
    implied = implied_kn(silence.before, after)
    impossible = implied is not None and implied > _IMPOSSIBLE_KN
    return Finding(
        kind=FindingKind.AIS_RESUMED,
        status=Status.CLOSED,
        severity=Severity.INFO if late else Severity.NOTICE,
        subject=words.subject(silence.mmsi),
        place_id=None,
        start_earliest=at,
        start_latest=at,
        end_earliest=at,
        end_latest=at,
        learned_at=from_ms(after.received_ms),
        basis=Basis.AIS,
        confidence="high",
        evidence=(
            position_evidence(silence.before, "last report before"),
            position_evidence(after, "first report after"),
        ),
        why={
            **_why(silence),
            "implied_kn": None if implied is None else round(implied, 1),
            "implied_impossible": impossible,
        },
        text=(
            f"AIS of {words.name(silence.mmsi)} received again {clock_text(at)} at "
            f"{lonlat_text(after)}, after {days_text(lasted)} without.{_implied(implied)}"
        ),
        # Named for the silence it ends: a late report from within that silence moves the hour.
        anchor=utc_text(from_ms(silence.before.time_ms)),
    )


def _implied(kn: float | None) -> str:
    if kn is None:
        return ""
    if kn > _IMPOSSIBLE_KN:
        return (
            f" The way between the two reports needs {kn:.0f} kn, which no such ship makes: one of "
            "them is wrong, or another ship's."
        )
    return f" The way between the two reports needs {kn:.1f} kn straight."


def _why(silence: Silence) -> dict[str, Any]:
    return {
        "rule": f"silence@{RULES_VERSION}",
        "threshold_h": round(silence.threshold_ms / _HOUR_MS, 1),
        "median_interval_h": round(silence.median_interval_ms / _HOUR_MS, 2),
        "fed_hours": silence.fed_hours,
        "hours": silence.hours,
        "coverage_shown_by": silence.ground.value,
        "near_km": NEAR_KM,
        "near_fed_hours": silence.near.fed,
        "near_hours": silence.near.hours,
        "own_reports_day_before": silence.own_reports,
        "sources": list(silence.listened.feeds),
    }


def _text(silence: Silence, words: Words, start: datetime, end: datetime | None) -> str:
    where = (
        f"in {words.place(silence.place_id)}"
        if silence.place_id
        else f"at {lonlat_text(silence.before)}"
    )
    again = (
        f"; heard again {clock_text(end)} after {days_text(end - start)}" if end is not None else ""
    )
    void = (
        " Void: our sources were silent for too much of that time to tell."
        if silence.is_void
        else ""
    )
    return (
        f"No AIS received from {words.name(silence.mmsi)} since {clock_text(start)}, last heard "
        f"{where}{again}. {_shown_by(silence)}.{void}"
    )


def _shown_by(silence: Silence) -> str:
    near, listened = silence.near, silence.listened
    if silence.ground is Ground.OTHERS:
        return f"Others were heard within {NEAR_KM} km of there in {near.fed} of {near.hours} h"
    few = f"in only {near.fed}" if near.fed else "in none"
    return (
        f"Within {NEAR_KM} km of there others were heard {few} of {near.hours} h, so "
        f"that water may not be covered; she herself had been heard {silence.own_reports} times in "
        f"the day before, and her source heard ships elsewhere in {listened.fed} of "
        f"{listened.hours} h"
    )


def _coverage(silence: Silence) -> list[Evidence]:
    near, listened = silence.near, silence.listened
    said = [
        Evidence(
            kind="coverage",
            ref=f"others heard within {NEAR_KM} km in {near.fed} of {near.hours} h",
            source=", ".join(near.feeds),
            note="it does not show why she was not heard: she may have left the range of the "
            "receivers",
        )
    ]
    if silence.ground is Ground.OWN:
        said.append(
            Evidence(
                kind="coverage",
                ref=f"her source heard ships in {listened.fed} of {listened.hours} h",
                source=", ".join(listened.feeds),
                note="elsewhere, not where she was",
            )
        )
    return said


def _confidence(silence: Silence) -> str:
    """High where others were heard nearly all the time, low where only her own habit speaks."""
    if silence.ground is Ground.OWN:
        return "low"
    return "high" if silence.near.share >= 0.9 else "medium"


def _learned(silence: Silence) -> datetime:
    """When it could first be claimed; one known only from late reports was learned with them."""
    claimed = silence.stated_ms if silence.stated_ms is not None else silence.due_ms
    if silence.after and silence.known_late:
        claimed = max(silence.before.received_ms, silence.after.received_ms)
    return from_ms(claimed)
