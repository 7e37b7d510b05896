"""Ships on their way to a port to findings, with an interval for when they may be here."""

from __future__ import annotations

from datetime import datetime

from monitor.detect.en_route import Approach, EnRouteCriteria, approaches_in
from monitor.detect.tracks import Tracks
from monitor.detect.voyage_rules import port_codes
from monitor.detect.voyages import StaticByShip, VoyageCriteria, runs_as_told
from monitor.detect.wording import RULES_VERSION, Words, between_text, clock_text, position_evidence
from monitor.domain.destination import parse_destination
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status
from monitor.domain.window import from_ms, utc_text


def en_route_findings(
    tracks: Tracks,
    static: StaticByShip,
    words: Words,
    *,
    as_of: datetime,
    criteria: EnRouteCriteria,
    voyage: VoyageCriteria,
) -> list[Finding]:
    """Watch-listed ships on their way to one of our ports; those that pass by are not told."""
    watched = frozenset(leader for leader in tracks.leader.tolist() if words.ship(leader).watched)
    if not watched:
        return []
    bound = {
        leader: tuple(
            runs_as_told(
                (
                    (parse_destination(r.destination).key, r)
                    for r in static.of(leader)
                    if r.destination
                ),
                voyage,
            )
        )
        for leader in sorted(watched)
    }
    codes = port_codes(words.gazetteer, criteria=voyage)
    found = []
    for port in words.gazetteer.ports:
        middle = words.gazetteer.port_area(port).centroid
        place_id = words.gazetteer.port_place(port).id
        approaches = approaches_in(
            tracks,
            watched,
            (middle.x, middle.y),
            bound=bound,
            ours=frozenset(code for code, name in codes.items() if name == port),
            as_of=as_of,
            criteria=criteria,
        )
        found += [_en_route(a, place_id, words, criteria) for a in approaches]
    return found


def _en_route(approach: Approach, place_id: str, words: Words, c: EnRouteCriteria) -> Finding:
    a, end = approach, approach.after
    is_open = not a.ended
    declared = a.declared
    return Finding(
        kind=FindingKind.EN_ROUTE,
        status=Status.OPEN if is_open else Status.CLOSED,
        severity=Severity.NOTICE if a.declared or a.closes else Severity.INFO,
        subject=words.subject(a.shown.mmsi),
        place_id=place_id,
        start_earliest=from_ms(a.before.time_ms),
        start_latest=from_ms(a.shown.time_ms),
        end_earliest=None if is_open else from_ms(a.last.time_ms),
        end_latest=from_ms(end.time_ms) if end else None,
        learned_at=from_ms(max(a.before.received_ms, a.shown.received_ms)),
        basis=Basis.AIS,
        confidence="high" if declared and a.closes else "medium" if declared else "low",
        evidence=(
            position_evidence(a.before, "course from"),
            position_evidence(a.shown, "first report that shows it"),
            *([position_evidence(a.last, "latest on the way")] if a.last != a.shown else []),
            *([position_evidence(end, _ENDED[a.ended])] if end else []),
            *([_declared_evidence(a)] if declared else []),
        ),
        why={
            "rule": f"en_route@{RULES_VERSION}",
            "stage": a.stage,
            "closes_on_port": a.closes,
            "declared_here": declared is not None,
            "declared_text": a.said,
            "distance_nm": round(a.distance_nm, 1),
            "closing_kn": round(a.closing_kn, 1),
            "would_pass_nm": round(a.pass_nm, 1),
            "eta_earliest": utc_text(a.eta.earliest),
            "eta_latest": utc_text(a.eta.latest) if a.eta.latest else None,
            "sea_factor": c.sea_factor,
            "as_of_report": utc_text(from_ms(a.last.time_ms)),
            "ended": a.ended,
        },
        text=_text(a, place_id, words, c),
        anchor=utc_text(from_ms(a.anchor_ms)),
    )


_ENDED = {
    "arrived": "came near the port",
    "turned_away": "no longer closes on the port",
    "stopped": "stopped on the way",
}


def _declared_evidence(approach: Approach) -> Evidence:
    assert approach.declared is not None
    report = approach.declared.last
    at = from_ms(report.time_ms)
    return Evidence(
        kind="static",
        ref=f"{report.mmsi}/{utc_text(at)}",
        at=at,
        source=report.source,
        note=f"destination '{report.destination}'",
    )


def _text(a: Approach, place_id: str, words: Words, c: EnRouteCriteria) -> str:
    name, place = words.name(a.shown.mmsi), words.place(place_id)
    does = (
        f"her course closes on it at {a.closing_kn:.1f} kn and would pass {a.pass_nm:.0f} nm off"
        if a.closes
        else "her course does not close on it"
    )
    says = (
        f"she says she is bound there ('{a.said}')"
        if a.declared
        else f"she says she is bound elsewhere ('{a.said}')"
        if a.said
        else "where she is bound is not known from her"
    )
    eta = (
        f"could be here {between_text(a.eta.earliest, a.eta.latest)} at her recent speeds, the way "
        f"taken as 1 to {c.sea_factor} great circles"
        if a.eta.latest
        else f"could not be here before {clock_text(a.eta.earliest)}"
    )
    ended = {
        "": "",
        "arrived": f" She came within {c.here_nm:.0f} nm.",
        "turned_away": " She no longer closes on it.",
        "stopped": " She stopped on the way.",
        "silent": f" Nothing was heard of her for {c.silent.days} d since.",
    }[a.ended]
    return (
        f"{name} may be on her way to {place}: {a.distance_nm:.0f} nm off "
        f"{clock_text(from_ms(a.last.time_ms))}, {does}; {says}. She {eta}.{ended}"
    )
