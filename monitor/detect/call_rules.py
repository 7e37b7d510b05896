"""Encounters to findings: only where a watched ship takes part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    clock_text,
    days_text,
    lonlat_text,
    position_evidence,
)
from monitor.domain.encounter import Encounter
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status
from monitor.domain.window import from_ms, utc_text


def encounter_findings(encounters: Iterable[Encounter], words: Words) -> list[Finding]:
    """Say of each watched ship whom she lay beside; what was done there AIS does not show."""
    return [
        _encounter(met, words, which)
        for met in encounters
        for which in (0, 1)
        if words.ship(met.mmsis[which]).watched
    ]


def _encounter(met: Encounter, words: Words, which: int) -> Finding:
    """Return the finding about one of the two ships."""
    own, other = met.mmsis[which], met.mmsis[1 - which]
    start, end = from_ms(met.start_ms), from_ms(met.end_ms)
    lasted = timedelta(milliseconds=met.end_ms - met.start_ms)
    until = f"until {clock_text(end)}" if met.ended else f"at least until {clock_text(end)}"
    notes = ("at the start", "at the end")
    return Finding(
        kind=FindingKind.ENCOUNTER,
        status=Status.CLOSED if met.ended else Status.OPEN,
        severity=Severity.WARNING,
        subject=words.subject(own),
        place_id=None,
        start_earliest=start,
        start_latest=start,
        end_earliest=end,
        end_latest=end if met.ended else None,
        learned_at=from_ms(met.learned_ms),
        basis=Basis.AIS,
        confidence="high" if met.ended else "medium",
        evidence=tuple(
            position_evidence(fix, f"{words.name(fix.mmsi)} {note}")
            for note, pair in zip(notes, (met.first, met.last), strict=True)
            for fix in (pair[which], pair[1 - which])
        ),
        why={
            "rule": f"encounter@{RULES_VERSION}",
            "with_mmsi": other,
            "with_imo": words.ship(other).imo,
            "hours": round(lasted / timedelta(hours=1), 1),
            "closest_m": round(met.closest_m),
        },
        text=(
            f"{words.name(own)} and {words.name(other)} lay together near "
            f"{lonlat_text(met.first[which])} from {clock_text(start)} {until} "
            f"({days_text(lasted)}), as near as {met.closest_m:.0f} m, both slower than 2 kn; AIS "
            "does not show what was done there."
        ),
        anchor=f"{other}/{utc_text(from_ms(met.anchor_ms))}",
    )
