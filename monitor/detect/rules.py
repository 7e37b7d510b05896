"""Visits, silences and berth episodes to findings: each rule says why, in numbers and in words.

Texts name what was observed and what was inferred. "No AIS received" is all a silence shows; a
ship is never said to have switched anything off. A wait grows louder in stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.detect.matrix import Attribution, Episode
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status, Subject
from monitor.domain.place import Gazetteer
from monitor.domain.vessel import Identity, Register
from monitor.domain.visit import Fix, Silence, Visit
from monitor.domain.window import from_ms, utc_text

RULES_VERSION = "1"


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


@dataclass(frozen=True, slots=True)
class Words:
    """Looks up the names rules speak with."""

    register: Register
    gazetteer: Gazetteer

    def ship(self, mmsi: int) -> Identity:
        """Return the identity of an MMSI."""
        return self.register.identity(mmsi)

    def name(self, mmsi: int) -> str:
        """Return what to call a ship: its name, else its MMSI."""
        identity = self.ship(mmsi)
        return identity.name or f"MMSI {mmsi}"

    def place(self, place_id: str) -> str:
        """Return a place's own name, short."""
        place = self.gazetteer.places.get(place_id)
        return place.short_name if place else place_id

    def subject(self, mmsi: int) -> Subject:
        """Return the finding's subject for an MMSI."""
        identity = self.ship(mmsi)
        return Subject(imo=identity.imo, mmsi=mmsi, name=identity.name or None)


def port_call_findings(visits: tuple[Visit, ...], words: Words) -> list[Finding]:
    """Arrivals and departures by AIS. A track that begins in port has not arrived."""
    found = []
    for call in visits:
        if call.place_kind != "port":
            continue
        if call.before is not None:
            found.append(_edge_finding(call, words, arriving=True))
        if call.after is not None:
            found.append(_edge_finding(call, words, arriving=False))
    return found


def _edge_finding(call: Visit, words: Words, *, arriving: bool) -> Finding:
    edge = call.start if arriving else call.end
    a, b = (call.before, call.first) if arriving else (call.last, call.after)
    assert a is not None
    assert b is not None
    watched = words.ship(call.mmsi).watched
    verb = "entered" if arriving else "left"
    how = "watched by AIS" if edge.observed else "inferred between two AIS reports"
    learned_ms = max(call.learned_ms, b.received_ms) if arriving else b.received_ms
    return Finding(
        kind=FindingKind.ARRIVED if arriving else FindingKind.DEPARTED,
        status=Status.CLOSED,
        severity=Severity.WARNING if watched else Severity.INFO,
        subject=words.subject(call.mmsi),
        place_id=call.place_id,
        start_earliest=edge.earliest,
        start_latest=edge.latest,
        end_earliest=edge.earliest,
        end_latest=edge.latest,
        learned_at=from_ms(learned_ms),
        basis=Basis.AIS,
        confidence=_edge_confidence(observed=edge.observed, grade=call.confidence),
        evidence=(
            _position(a, "outside" if arriving else "last report inside"),
            _position(b, "first report inside" if arriving else "outside"),
        ),
        why={
            "rule": f"port_call@{RULES_VERSION}",
            "edge": "observed" if edge.observed else "inferred",
            "visit_confidence": call.confidence,
            "reports_inside": call.positions,
        },
        text=(
            f"{words.name(call.mmsi)} {verb} {words.place(call.place_id)} "
            f"{_between(edge.earliest, edge.latest)}, {how}."
        ),
        anchor=utc_text(from_ms(call.first.time_ms)),
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
        evidence = [_position(wait.before, "outside")] if wait.before else []
        evidence += [
            _position(wait.first, "first report inside"),
            _position(wait.last, "latest report inside"),
        ]
        if wait.after:
            evidence.append(_position(wait.after, "outside"))
        ended = (
            "" if wait.after is None else f" until {_between(wait.end.earliest, wait.end.latest)}"
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
                    "longest_gap_h": round(wait.longest_gap_ms / 3_600_000, 1),
                },
                text=(
                    f"{words.name(wait.mmsi)} {'has been waiting' if wait.is_open else 'waited'} "
                    f"{_days(lasted)} off the port ({words.place(wait.place_id)}), "
                    f"since {_between(wait.start.earliest, wait.start.latest)}{ended}; "
                    f"{wait.positions} AIS reports, longest gap "
                    f"{wait.longest_gap_ms / 3_600_000:.0f} h."
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
    for stay in visits:
        if stay.place_kind != "berth":
            continue
        images = [
            s
            for e in episodes
            if e.berth_id == stay.place_id
            for s in e.seen
            if stay.first.time_ms <= s.acquired_at.timestamp() * 1000 <= stay.last.time_ms
        ]
        if stay.start.earliest is not None:
            found.append(_berth_edge(stay, images, words, arriving=True))
        if stay.after is not None:
            found.append(_berth_edge(stay, images, words, arriving=False))
    return found


def _berth_edge(stay: Visit, images: list[BerthState], words: Words, *, arriving: bool) -> Finding:
    edge = stay.start if arriving else stay.end
    a, b = (stay.before, stay.first) if arriving else (stay.last, stay.after)
    assert a is not None
    assert b is not None
    # A stay confirmed by an image is one claim with two sources; the hour still rests on AIS.
    evidence = [_position(a, "before"), _position(b, "after")]
    evidence += [_scene(s) for s in images[:3]]
    watched = words.ship(stay.mmsi).watched
    return Finding(
        kind=FindingKind.BERTHED if arriving else FindingKind.UNBERTHED,
        status=Status.CLOSED,
        severity=Severity.WARNING if watched else Severity.INFO,
        subject=words.subject(stay.mmsi),
        place_id=stay.place_id,
        start_earliest=edge.earliest,
        start_latest=edge.latest,
        end_earliest=edge.earliest,
        end_latest=edge.latest,
        learned_at=from_ms(max(stay.learned_ms, b.received_ms) if arriving else b.received_ms),
        basis=Basis.BOTH if images else Basis.AIS,
        confidence=_edge_confidence(observed=edge.observed, grade=stay.confidence),
        evidence=tuple(evidence),
        why={
            "rule": f"berth_stay@{RULES_VERSION}",
            "edge": "observed" if edge.observed else "inferred",
            "reports_inside": stay.positions,
            "images_confirming": len(images),
        },
        text=(
            f"{words.name(stay.mmsi)} {'came alongside' if arriving else 'left the berth'} "
            f"{words.place(stay.place_id)} {_between(edge.earliest, edge.latest)}"
            + (
                f"; {len(images)} image{'s' * (len(images) > 1)} show the berth taken."
                if images
                else ", by AIS."
            )
        ),
        anchor=utc_text(from_ms(stay.first.time_ms)),
    )


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
            else (f"at {_lonlat(silence.before)}")
        )
        coverage = Evidence(
            kind="coverage",
            ref=f"others heard in {silence.fed_hours} of {silence.hours} h",
            note="the feed worked; it does not show why this ship was not heard",
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
                confidence="high" if silence.coverage >= 0.9 else "medium",
                evidence=(
                    _position(silence.before, "last report before"),
                    *([_position(silence.after, "first report after")] if silence.after else []),
                    coverage,
                ),
                why=why,
                text=(
                    f"No AIS received from {name} since {_clock(start)}, last heard {where}"
                    + (f"; heard again {_clock(end)} after {_days(lasted)}" if end else "")
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
                        _position(silence.before, "last report before"),
                        _position(silence.after, "first report after"),
                    ),
                    why=why,
                    text=(
                        f"AIS of {name} received again {_clock(end)} at {_lonlat(silence.after)}, "
                        f"after {_days(lasted)} without."
                    ),
                    anchor=utc_text(end),
                )
            )
    return found


def _silence_learned(silence: Silence) -> datetime:
    """When the threshold passed; a silence known only from late reports was learned with them."""
    due = from_ms(silence.before.time_ms + silence.threshold_ms)
    known = max(due, from_ms(silence.before.received_ms))
    return min(known, from_ms(silence.after.received_ms)) if silence.after else known


def image_findings(
    episodes: tuple[Episode, ...],
    fits: tuple[Attribution, ...],
    words: Words,
) -> list[Finding]:
    """What images alone show: berths changing state, and hulls that no AIS explains."""
    found = []
    by_episode = {id(f.episode): f for f in fits}
    for episode in episodes:
        if episode.before is not None:
            found.append(_state_change(episode.before, episode.seen[0], words))
        if episode.after is not None:
            found.append(_state_change(episode.seen[-1], episode.after, words))
        if episode.unexplained:
            found.append(_dark_hull(episode, by_episode.get(id(episode)), words))
    return found


def _state_change(old: BerthState, new: BerthState, words: Words) -> Finding:
    return Finding(
        kind=FindingKind.BERTH_STATE_CHANGED,
        status=Status.CLOSED,
        severity=Severity.INFO,
        subject=Subject(),
        place_id=new.berth_id,
        start_earliest=old.acquired_at,
        start_latest=new.acquired_at,
        end_earliest=old.acquired_at,
        end_latest=new.acquired_at,
        learned_at=new.available_at,
        basis=Basis.IMAGE,
        confidence=_image_confidence((old, new)),
        evidence=(_scene(old), _scene(new)),
        why={
            "rule": f"berth_state@{RULES_VERSION}",
            "from": old.state.value,
            "to": new.state.value,
            "score_before": round(old.score, 3),
            "score_after": round(new.score, 3),
        },
        text=(
            f"{words.place(new.berth_id)}: {old.state.value} on {_clock(old.acquired_at)} "
            f"({old.sensor}), {new.state.value} on {_clock(new.acquired_at)} ({new.sensor})."
        ),
        anchor=f"{old.scene_id}/{new.scene_id}",
    )


def _dark_hull(episode: Episode, fit: Attribution | None, words: Words) -> Finding:
    first, last = episode.unexplained[0], episode.unexplained[-1]
    before, after = episode.before, episode.after
    candidate = _candidate(fit, words) if fit else None
    named = (
        f" {words.name(fit.call.mmsi)} fits: her last AIS was {fit.distance_m:.0f} m away "
        f"on {_clock(from_ms(fit.call.last.time_ms))}."
        if fit
        else " No ship heard nearby fits."
    )
    images = f"{len(episode.unexplained)} image{'s' * (len(episode.unexplained) > 1)}"
    watched = fit is not None and words.ship(fit.call.mmsi).watched
    return Finding(
        kind=FindingKind.OCCUPIED_WITHOUT_AIS,
        status=Status.CLOSED if after else Status.OPEN,
        severity=Severity.WARNING if watched else Severity.NOTICE,
        subject=Subject(),
        place_id=episode.berth_id,
        start_earliest=before.acquired_at if before else None,
        start_latest=first.acquired_at,
        end_earliest=last.acquired_at if after else None,
        end_latest=after.acquired_at if after else None,
        learned_at=first.available_at,
        basis=Basis.IMAGE,
        confidence=_image_confidence(episode.unexplained),
        evidence=tuple(
            [
                *([_scene(before)] if before else []),
                *[_scene(s) for s in episode.unexplained],
                *([_scene(after)] if after else []),
                *([_position(fit.call.last, "last AIS of the ship that fits")] if fit else []),
            ]
        ),
        why={
            "rule": f"occupied_without_ais@{RULES_VERSION}",
            "images": len(episode.unexplained),
            "images_occupied": len(episode.seen),
            "candidates": [candidate] if candidate else [],
        },
        text=(
            f"A vessel at {words.place(episode.berth_id)} in {images} from "
            f"{_clock(first.acquired_at)} to {_clock(last.acquired_at)} "
            f"with no AIS to explain it.{named}"
        ),
        anchor=f"{before.scene_id if before else '-'}/{first.scene_id}",
    )


def departures_by_image(fits: tuple[Attribution, ...], words: Words) -> list[Finding]:
    """Watch-listed ships silent in port whose attributed berth was next seen free.

    The hour rests on images, the name on the last AIS report near the berth; both are said.
    """
    found = []
    for fit in fits:
        after, last = fit.episode.after, fit.episode.seen[-1]
        if after is None or not words.ship(fit.call.mmsi).watched:
            continue
        name = words.name(fit.call.mmsi)
        heard = _clock(from_ms(fit.call.last.time_ms))
        found.append(
            Finding(
                kind=FindingKind.DEPARTED,
                status=Status.CLOSED,
                severity=Severity.WARNING,
                subject=words.subject(fit.call.mmsi),
                place_id=fit.call.place_id,
                start_earliest=last.acquired_at,
                start_latest=after.acquired_at,
                end_earliest=last.acquired_at,
                end_latest=after.acquired_at,
                learned_at=after.available_at,
                basis=Basis.IMAGE,
                confidence="medium",
                evidence=(
                    _scene(last),
                    _scene(after),
                    _position(fit.call.last, "last AIS in port"),
                ),
                why={
                    "rule": f"departed_by_image@{RULES_VERSION}",
                    "berth": fit.episode.berth_id,
                    "last_ais_to_berth_m": round(fit.distance_m),
                    "inferred": "that the hull was this ship, from her last AIS report",
                },
                text=(
                    f"{name} gone by imagery: a hull at {words.place(fit.episode.berth_id)} on "
                    f"{_clock(last.acquired_at)} ({last.sensor}), berth free on "
                    f"{_clock(after.acquired_at)} ({after.sensor}). That it was {name} is inferred "
                    f"from her last AIS, {fit.distance_m:.0f} m away on {heard}."
                ),
                anchor=f"{last.scene_id}/{after.scene_id}",
            )
        )
    return found


def _candidate(fit: Attribution, words: Words) -> dict[str, Any]:
    identity = words.ship(fit.call.mmsi)
    return {
        "imo": identity.imo,
        "mmsi": identity.mmsi,
        "name": identity.name,
        "last_ais_at": utc_text(from_ms(fit.call.last.time_ms)),
        "last_ais_to_berth_m": round(fit.distance_m),
        "length_m": identity.length_m,
    }


def _position(fix: Fix, note: str) -> Evidence:
    at = from_ms(fix.time_ms)
    speed = "" if fix.sog_kn is None else f", {fix.sog_kn:.1f} kn"
    return Evidence(
        kind="position",
        ref=f"{fix.mmsi}/{utc_text(at)}",
        at=at,
        source=fix.source,
        note=f"{note}: {_lonlat(fix)}{speed}",
    )


def _scene(state: BerthState) -> Evidence:
    drawn = ", rendered for the demo" if state.rendered else ""
    return Evidence(
        kind="scene",
        ref=state.scene_id,
        at=state.acquired_at,
        source=state.sensor,
        note=f"{state.berth_id} {state.state.value}, score {state.score:.2f}{drawn}",
    )


def _edge_confidence(*, observed: bool, grade: int) -> str:
    if observed:
        return "high" if grade >= 2 else "medium"
    return "medium" if grade >= 3 else "low"


def _image_confidence(states: tuple[BerthState, ...]) -> str:
    """High where every image decided clearly; one clear image of several gives medium."""
    margins = [abs(s.score - 0.5) for s in states]
    if min(margins) >= 0.35:
        return "high"
    return "medium" if max(margins) >= 0.35 or len(states) > 1 else "low"


def _lonlat(fix: Fix) -> str:
    ns, ew = "N" if fix.lat >= 0 else "S", "E" if fix.lon >= 0 else "W"
    return f"{abs(fix.lat):.3f}{ns} {abs(fix.lon):.3f}{ew}"


def _clock(at: datetime) -> str:
    return at.strftime("%d %b %Y %H:%MZ")


def _between(earliest: datetime | None, latest: datetime | None) -> str:
    if earliest is None or latest is None:
        known = latest or earliest
        return f"before {_clock(known)}" if known else "at an unknown time"
    if latest - earliest < timedelta(minutes=1):
        return f"at {_clock(latest)}"
    return f"between {_clock(earliest)} and {_clock(latest)}"


def _days(span: timedelta) -> str:
    hours = int(span / timedelta(hours=1))
    return f"{hours // 24} d {hours % 24} h" if hours >= 48 else f"{hours} h"
