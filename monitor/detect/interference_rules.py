"""Interference to findings: where positions cannot be trusted, and what is therefore not said."""

from __future__ import annotations

from collections.abc import Iterable

from shapely.geometry import Point
from shapely.ops import nearest_points

from monitor.detect.interference import Degraded, Disc
from monitor.detect.track_criteria import KNOWN_SINKS
from monitor.detect.wording import RULES_VERSION, Words, clock_text, position_evidence
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status, Subject
from monitor.domain.geo import distance_m
from monitor.domain.place import Gazetteer
from monitor.domain.window import from_ms, utc_text

HELD_BACK = (
    FindingKind.ARRIVED,
    FindingKind.DEPARTED,
    FindingKind.BERTHED,
    FindingKind.UNBERTHED,
    FindingKind.WAITING,
    FindingKind.NO_AIS_RECEIVED,
)
"""Rules that say nothing where their edges fall into a spell."""
_EVIDENCE = 10
"""Ships whose first displaced report is shown; the count tells of the others."""


def interference_findings(degraded: Iterable[Degraded], words: Words) -> list[Finding]:
    """Tell of each spell of interference once: where, when, how many ships, what is held back.

    A spell that touches the waters of a port is a warning and names the port. It is open until a
    ship that was displaced gives a good report after the last displaced one.
    """
    return [_finding(spell, words) for spell in degraded]


def _finding(spell: Degraded, words: Words) -> Finding:
    port = _port_touched(spell.areas, words.gazetteer)
    back = from_ms(spell.after_ms) if spell.after_ms is not None else None
    return Finding(
        kind=FindingKind.INTERFERENCE,
        status=Status.OPEN if back is None else Status.CLOSED,
        severity=Severity.NOTICE if port is None else Severity.WARNING,
        subject=Subject(),
        place_id=port,
        start_earliest=from_ms(spell.before_ms) if spell.before_ms is not None else None,
        start_latest=from_ms(spell.start_ms),
        end_earliest=from_ms(spell.end_ms) if back else None,
        end_latest=back,
        learned_at=from_ms(spell.learned_ms),
        basis=Basis.AIS,
        confidence="high" if _sure(spell) else "medium",
        evidence=tuple(position_evidence(f, "displaced") for f in spell.evidence[:_EVIDENCE]),
        why={
            "rule": f"interference@{RULES_VERSION}",
            "ships": len(spell.ships),
            "reports": spell.reports,
            "reasons": dict(spell.reasons),
            "areas": [
                {
                    "role": a.role,
                    "lon": round(a.lon, 4),
                    "lat": round(a.lat, 4),
                    "radius_km": round(a.radius_m / 1000, 1),
                }
                for a in spell.areas
            ],
            "held_back": [kind.value for kind in HELD_BACK],
        },
        text=_text(spell, port, words),
        anchor=utc_text(from_ms(spell.start_ms)),
    )


def _sure(spell: Degraded) -> bool:
    """Whether place itself, and not only the way to it, speaks against most of the reports."""
    by_place = sum(spell.reasons.get(k, 0) for k in ("known_sink", "on_land", "crowded"))
    return 2 * by_place >= spell.reports


def _text(spell: Degraded, port: str | None, words: Words) -> str:
    sinks = [a for a in spell.areas if a.role == "to"]
    origins = [a for a in spell.areas if a.role == "from"]
    near = f" near {words.place(port)}" if port else ""
    whence = f", last well seen within {_disc_text(origins[0])}" if origins else ""
    end = f" until {clock_text(from_ms(spell.end_ms))}"
    return (
        f"GNSS positions were not to be trusted{near}: {len(spell.ships)} ships reported from "
        f"where they cannot have been ({', '.join(_disc_text(a) for a in sinks[:3])}), "
        f"{clock_text(from_ms(spell.start_ms))}"
        f"{end if spell.after_ms is not None else ' and since'}{whence}. {spell.reports} reports "
        "are set aside; arrivals, departures, berthings, waits and silences that rest on "
        "reports there and then are held back."
    )


def _disc_text(disc: Disc) -> str:
    """Return a circle as `8 km of 33.820N 35.490E (Beirut airport)`."""
    ns, ew = "N" if disc.lat >= 0 else "S", "E" if disc.lon >= 0 else "W"
    named = [
        sink.name
        for sink in KNOWN_SINKS
        if distance_m(sink.lon, sink.lat, disc.lon, disc.lat) <= disc.radius_m
    ]
    name = f" ({named[0]})" if named else ""
    return f"{disc.radius_m / 1000:.0f} km of {abs(disc.lat):.3f}{ns} {abs(disc.lon):.3f}{ew}{name}"


def _port_touched(areas: tuple[Disc, ...], gazetteer: Gazetteer) -> str | None:
    """Return the place id of the first port whose waters reach into one of the circles."""
    for port in gazetteer.ports:
        waters = gazetteer.port_area(port)
        for disc in areas:
            near, _ = nearest_points(waters, Point(disc.lon, disc.lat))
            if distance_m(near.x, near.y, disc.lon, disc.lat) <= disc.radius_m:
                return gazetteer.port_place(port).id
    return None
