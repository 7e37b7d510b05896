"""Identity conflicts to findings: both sides and who said so, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.detect.wording import RULES_VERSION, Words, clock_text, position_evidence
from monitor.domain.finding import (
    Basis,
    Evidence,
    Finding,
    FindingKind,
    Severity,
    Status,
    Subject,
)
from monitor.domain.identity_conflict import Claim, Conflict, ConflictKind
from monitor.domain.window import from_ms

_WHAT = {
    ConflictKind.TWO_IMOS: "two IMO numbers are in use on one MMSI at once",
    ConflictKind.TWO_MMSIS: "one IMO number is in use on two MMSIs, too far apart for one ship",
    ConflictKind.LISTED_OTHERWISE: "what is reported contradicts the watch list",
    ConflictKind.LOST_SHIP: "a ship listed as lost is heard",
    ConflictKind.BAD_IMO: "what is reported as IMO number cannot be one",
}
_KEEPS = "Nothing is merged: a report with an IMO number stays with the ship of that number."
_ALONE = "It names no ship and is not used."


def identity_findings(conflicts: Iterable[Conflict], words: Words) -> list[Finding]:
    """Return one finding for each conflict, about the MMSI it was heard on."""
    return [_finding(conflict, words) for conflict in conflicts]


def _finding(conflict: Conflict, words: Words) -> Finding:
    start, end = from_ms(conflict.first_ms), from_ms(conflict.last_ms)
    sides = "; ".join(_side(claim) for claim in conflict.claims)
    last = _ALONE if conflict.kind is ConflictKind.BAD_IMO else _KEEPS
    return Finding(
        kind=FindingKind.IDENTITY_CONFLICT,
        status=Status.CLOSED,
        severity=_severity(conflict),
        subject=Subject(
            imo=conflict.imo, mmsi=conflict.mmsi, name=words.ship(conflict.mmsi).name or None
        ),
        place_id=None,
        start_earliest=start,
        start_latest=start,
        end_earliest=end,
        end_latest=end,
        learned_at=from_ms(conflict.learned_ms),
        basis=Basis.AIS,
        confidence=_confidence(conflict),
        evidence=(
            *(_evidence(conflict, claim) for claim in conflict.claims),
            *(position_evidence(fix, f"heard as MMSI {fix.mmsi}") for fix in conflict.fixes),
        ),
        why={
            "rule": f"identity@{RULES_VERSION}",
            "conflict": conflict.kind.value,
            "mmsi": conflict.mmsi,
            "imo": conflict.imo,
            "claims": [
                {"text": c.text, "sources": list(c.sources), "reports": c.reports}
                for c in conflict.claims
            ],
            "repeated": conflict.held,
        },
        text=(
            f"{words.name(conflict.mmsi)}, MMSI {conflict.mmsi}: {_WHAT[conflict.kind]}. "
            f"{sides}. {last}"
        ),
        anchor=f"{conflict.kind.value}/{conflict.mmsi}/{conflict.anchor}",
    )


def _severity(conflict: Conflict) -> Severity:
    """Loud for a listed ship, louder for two mixed up or one risen from the dead."""
    if conflict.watched == 0 or conflict.kind is ConflictKind.BAD_IMO:
        return Severity.INFO
    grave = conflict.watched > 1 or conflict.kind is ConflictKind.LOST_SHIP
    return Severity.WARNING if grave else Severity.NOTICE


def _confidence(conflict: Conflict) -> str:
    """The list's MMSIs are hints, so a claim against one is never better than medium."""
    if not conflict.held:
        return "medium" if conflict.kind is ConflictKind.LOST_SHIP else "low"
    return "medium" if conflict.kind is ConflictKind.LISTED_OTHERWISE else "high"


def _side(claim: Claim) -> str:
    said = f"{', '.join(claim.sources)}: {claim.text}"
    if claim.first_ms is None or claim.last_ms is None:
        return said
    first, last = clock_text(from_ms(claim.first_ms)), clock_text(from_ms(claim.last_ms))
    if claim.reports == 1:
        return f"{said} (1 report, {first})"
    return f"{said} ({claim.reports} reports, {first} to {last})"


def _evidence(conflict: Conflict, claim: Claim) -> Evidence:
    if claim.first_ms is None:
        return Evidence(
            kind="watch_list", ref=str(conflict.mmsi), source=claim.sources[0], note=claim.text
        )
    at = from_ms(claim.first_ms)
    return Evidence(
        kind="static",
        ref=f"{conflict.mmsi}/{at:%Y-%m-%dT%H:%M:%SZ}",
        at=at,
        source=", ".join(claim.sources),
        note=f"{claim.text}, {claim.reports} reports",
    )
