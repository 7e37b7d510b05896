"""Berth episodes to findings: what images show, and which ship a hull without AIS may be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitor.detect.fits import Candidate, Fits
from monitor.detect.matrix import Attribution, Episode
from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    clock_text,
    image_confidence,
    position_evidence,
    scene_evidence,
    sensor_text,
)
from monitor.domain.berth_state import BerthState
from monitor.domain.coverage import NEAR_KM
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status, Subject
from monitor.domain.vessel import Identity
from monitor.domain.window import from_ms, utc_text


def image_findings(
    episodes: tuple[Episode, ...],
    fits: tuple[Attribution, ...],
    words: Words,
    *,
    hulls: tuple[Fits, ...] = (),
) -> list[Finding]:
    """What images alone show: berths changing state, and hulls that no AIS explains.

    Args:
        episodes: Berths seen occupied.
        fits: Ships silent in port, each given to one hull.
        words: Names.
        hulls: Watch-listed hulls against each episode, in the same order.
    """
    found = []
    by_episode = {id(f.episode): f for f in fits}
    for i, episode in enumerate(episodes):
        if episode.before is not None:
            found.append(_state_change(episode.before, episode.seen[0], episode.seconded_by, words))
        if episode.after is not None:
            found.append(
                _state_change(episode.seen[-1], episode.after, episode.after_seconded_by, words)
            )
        if episode.unexplained:
            listed = hulls[i] if i < len(hulls) else Fits()
            found.append(_dark_hull(episode, by_episode.get(id(episode)), listed, words))
    return found


def _state_change(
    old: BerthState, new: BerthState, second: BerthState | None, words: Words
) -> Finding:
    """Return the finding of a change; `second` is the look that `new` had to wait for."""
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
        learned_at=_known_at(new, second),
        basis=Basis.IMAGE,
        confidence=image_confidence((old, new)),
        evidence=tuple(scene_evidence(s) for s in (old, new, second) if s is not None),
        why={
            "rule": f"berth_state@{RULES_VERSION}",
            "from": old.state.value,
            "to": new.state.value,
            "score_before": round(old.score, 3),
            "score_after": round(new.score, 3),
        },
        text=(
            f"{words.place(new.berth_id)}: {old.state.value} on {clock_text(old.acquired_at)} "
            f"({sensor_text(old)}), {new.state.value} on "
            f"{clock_text(new.acquired_at)} ({sensor_text(new)})."
        ),
        anchor=f"{old.scene_id}/{new.scene_id}",
    )


def _known_at(look: BerthState, second: BerthState | None) -> datetime:
    """Return when what a look shows could be told: with the one it had to wait for, if any."""
    return max(s.available_at for s in (look, second) if s is not None)


def _dark_hull(episode: Episode, fit: Attribution | None, listed: Fits, words: Words) -> Finding:
    first, last = episode.unexplained[0], episode.unexplained[-1]
    before, after = episode.before, episode.after
    candidates = _candidates(fit, listed, words)
    named = (
        f" {words.name(fit.call.mmsi)} fits: her last AIS was {fit.distance_m:.0f} m away "
        f"on {clock_text(from_ms(fit.call.last.time_ms))}."
        if fit
        else " No ship heard nearby fits."
    ) + _others_fit(candidates, fit)
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
        learned_at=_known_at(first, episode.seconded_by),
        basis=Basis.IMAGE,
        confidence=image_confidence(episode.unexplained),
        evidence=tuple(
            [
                *([scene_evidence(before)] if before else []),
                *[scene_evidence(s) for s in episode.unexplained],
                *([scene_evidence(after)] if after else []),
                *(
                    [position_evidence(fit.call.last, "last AIS of the ship that fits")]
                    if fit
                    else []
                ),
            ]
        ),
        why={
            "rule": f"occupied_without_ais@{RULES_VERSION}",
            "images": len(episode.unexplained),
            "images_occupied": len(episode.seen),
            "passes": episode.passes,
            "silent_in_port": sorted({m for c in episode.cells for m in c.ais.silent}),
            "near_km": NEAR_KM,
            "length_m": [round(m) for m in listed.length_m] if listed.length_m else None,
            "candidates": candidates[:_LISTED],
            "candidates_not_listed": max(len(candidates) - _LISTED, 0),
            "excluded": [
                {"imo": e.vessel.imo, "mmsi": e.mmsi, "name": e.vessel.name, "why_not": e.why_not}
                for e in listed.excluded[:_LISTED]
            ],
            "excluded_not_listed": max(len(listed.excluded) - _LISTED, 0),
            "watch_listed_considered": listed.considered,
            "watch_listed_not_heard": len(listed.unheard),
        },
        text=(
            f"A vessel at {words.place(episode.berth_id)} in {images} from "
            f"{clock_text(first.acquired_at)} to {clock_text(last.acquired_at)} "
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
        heard = clock_text(from_ms(fit.call.last.time_ms))
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
                learned_at=_known_at(after, fit.episode.after_seconded_by),
                basis=Basis.IMAGE,
                confidence="medium",
                evidence=(
                    scene_evidence(last),
                    scene_evidence(after),
                    position_evidence(fit.call.last, "last AIS in port"),
                ),
                why={
                    "rule": f"departed_by_image@{RULES_VERSION}",
                    "berth": fit.episode.berth_id,
                    "last_ais_to_berth_m": round(fit.distance_m),
                    "inferred": "that the hull was this ship, from her last AIS report",
                    "not_seen_days": _not_seen(fit.episode.blind),
                },
                text=(
                    f"{name} gone by imagery: a hull at {words.place(fit.episode.berth_id)} on "
                    f"{clock_text(last.acquired_at)} ({sensor_text(last)}), berth free on "
                    f"{clock_text(after.acquired_at)} ({sensor_text(after)}). That it was {name} "
                    f"is inferred from her last AIS, {fit.distance_m:.0f} m away on {heard}."
                ),
                anchor=f"{last.scene_id}/{after.scene_id}",
            )
        )
    return found


def _not_seen(blind: tuple[BerthState, ...]) -> list[dict[str, Any]]:
    """Return the looks that could not see the berth: how many each day, and why."""
    days: dict[str, list[str]] = {}
    for look in blind:
        days.setdefault(f"{look.acquired_at:%Y-%m-%d}", []).append(look.reason)
    return [
        {"day": day, "looks": len(reasons), "reasons": sorted({r for r in reasons if r})}
        for day, reasons in sorted(days.items())
    ]


_LISTED = 10
"""At most so many hulls are listed; how many more there are is told."""


def _candidates(fit: Attribution | None, listed: Fits, words: Words) -> list[dict[str, Any]]:
    """Return the hulls that fit, the one silent in port nearest by first."""
    found = [_listed(c) for c in listed.candidates]
    if fit is None:
        return found
    identity = words.ship(fit.call.mmsi)
    same = [c for c in found if _same(c, identity)]
    nearest = {
        "imo": identity.imo,
        "mmsi": identity.mmsi,
        "name": identity.name,
        "last_ais_at": utc_text(from_ms(fit.call.last.time_ms)),
        "last_ais_to_berth_m": round(fit.distance_m),
        "length_m": identity.length_m,
        "reasons": [
            "silent in port since a report near the berth",
            *(r for c in same for r in c["reasons"]),
        ],
    }
    return [nearest, *(c for c in found if not _same(c, identity))]


def _same(candidate: dict[str, Any], identity: Identity) -> bool:
    if identity.imo is not None:
        return bool(candidate["imo"] == identity.imo)
    return bool(candidate["mmsi"] == identity.mmsi)


def _listed(candidate: Candidate) -> dict[str, Any]:
    return {
        "imo": candidate.vessel.imo,
        "mmsi": candidate.mmsi,
        "name": candidate.vessel.name,
        "last_ais_at": utc_text(from_ms(candidate.last.time_ms)),
        "last_ais_to_berth_m": round(candidate.distance_m),
        "length_m": candidate.vessel.length_m,
        "reasons": list(candidate.reasons),
    }


def _others_fit(candidates: list[dict[str, Any]], fit: Attribution | None) -> str:
    """Return the sentence on further hulls: fitting is all that is said of them."""
    names = [str(c["name"] or f"MMSI {c['mmsi']}") for c in candidates[1 if fit else 0 :][:_LISTED]]
    if not names:
        return ""
    return f" Watch-listed hulls that {'also ' if fit else ''}fit: {', '.join(names)}."
