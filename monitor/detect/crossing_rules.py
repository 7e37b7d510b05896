"""Crossings of the 12-mile line to findings."""

from __future__ import annotations

from collections.abc import Callable

from monitor.detect.crossings import Crossing, CrossingCriteria, Line, crossings_in, line_off
from monitor.detect.tracks import Tracks
from monitor.detect.wording import RULES_VERSION, Words, between_text, position_evidence
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status
from monitor.domain.visit import Fix
from monitor.domain.window import from_ms, utc_text


def crossing_findings(
    tracks: Tracks,
    words: Words,
    *,
    shaky: Callable[[Fix, Fix], bool],
    criteria: CrossingCriteria,
) -> list[Finding]:
    """Ships that crossed the 12-mile line off a port, inwards or outwards."""
    found = []
    for port in words.gazetteer.ports:
        line, place_id = line_off(words.gazetteer, port), words.gazetteer.port_place(port).id
        found += [
            _crossed(crossing, line, place_id, words, criteria)
            for crossing in crossings_in(tracks, line, criteria=criteria, shaky=shaky)
        ]
    return found


_FROM = {
    "land": "from the land drawn in the area file",
    "port": "from the port's own limits, no land being drawn in the area file",
}


def _crossed(
    crossing: Crossing, line: Line, place_id: str, words: Words, criteria: CrossingCriteria
) -> Finding:
    a, b = crossing.before, crossing.after
    earliest, latest = from_ms(a.time_ms), from_ms(b.time_ms)
    direction = "inward" if crossing.inward else "outward"
    return Finding(
        kind=FindingKind.CROSSED_12_NM,
        status=Status.CLOSED,
        severity=Severity.NOTICE if words.ship(a.mmsi).watched else Severity.INFO,
        subject=words.subject(a.mmsi),
        place_id=place_id,
        start_earliest=earliest,
        start_latest=latest,
        end_earliest=earliest,
        end_latest=latest,
        learned_at=from_ms(max(a.received_ms, b.received_ms)),
        basis=Basis.AIS,
        confidence="high" if line.measured_from == "land" else "medium",
        evidence=(
            position_evidence(a, f"{crossing.before_nm:.1f} nm off"),
            position_evidence(b, f"{crossing.after_nm:.1f} nm off"),
        ),
        why={
            "rule": f"crossed_12_nm@{RULES_VERSION}",
            "direction": direction,
            "line_nm": criteria.line_nm,
            "hysteresis_nm": criteria.hysteresis_nm,
            "measured_from": line.measured_from,
            "before_nm": round(crossing.before_nm, 2),
            "after_nm": round(crossing.after_nm, 2),
        },
        text=(
            f"{words.name(a.mmsi)} crossed the {criteria.line_nm:.0f}-mile line off "
            f"{words.place(place_id)} {direction}s {between_text(earliest, latest)}: "
            f"{crossing.before_nm:.1f} nm off before, {crossing.after_nm:.1f} nm after, measured "
            f"{_FROM[line.measured_from]}, not from a legal baseline."
        ),
        anchor=f"{direction}/{utc_text(from_ms(crossing.anchor_ms))}",
    )
