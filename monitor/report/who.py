"""Who lay at a berth at an instant: by AIS, by image, and which silent ship fits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.sighting import Sighting
from monitor.domain.vessel import Register
from monitor.domain.visit import Visit
from monitor.domain.window import from_ms, to_ms, utc_text
from monitor.report.summary import (
    began,
)
from monitor.report.words import (
    minute_text,
    plain,
    ship_name,
    span_text,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtBerth:
    """One answer to who lay at a berth."""

    ship: str
    how: str
    """`by AIS`, `fits by last AIS` or `seen in an image`."""
    sure: str
    """`there then`, `may have been there` or a confidence."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoAnswer:
    """Who lay at a berth at an instant, and what was seen of it around then."""

    berth_id: str
    at: datetime
    said: str
    """The answer in one sentence."""
    ships: tuple[AtBerth, ...]
    before: BerthState | None
    """Last image that could be judged, at or before the instant."""
    after: BerthState | None
    """First one after it, of those that were to be had."""
    blind: tuple[BerthState, ...]
    """Images between these two that could not be judged."""
    sightings: tuple[Sighting, ...]
    """Ships seen in `before` or `after` at that berth."""

    def to_dict(self) -> Json:
        """Return plain JSON values."""

        def look(state: BerthState | None) -> Json | None:
            return (
                None
                if state is None
                else {
                    "scene_id": state.scene_id,
                    "at": _text(state.acquired_at),
                    "sensor": state.sensor,
                    "state": state.state.value,
                    "score": None if state.state is Occupancy.UNOBSERVED else round(state.score, 3),
                    "reason": state.reason,
                }
            )

        return {
            "berth_id": self.berth_id,
            "at": _text(self.at),
            "answer": self.said,
            "ships": [
                {"ship": s.ship, "how": s.how, "sure": s.sure, "note": s.note} for s in self.ships
            ],
            "image_before": look(self.before),
            "image_after": look(self.after),
            "not_judged_between": [look(s) for s in self.blind],
            "lengths_m": [[round(s.length_m), round(s.length_error_m)] for s in self.sightings],
        }


def who_lay_at(
    berth_id: str,
    at: datetime,
    *,
    visits: Iterable[Visit],
    states: Iterable[BerthState],
    sightings: Iterable[Sighting],
    findings: Iterable[Finding],
    register: Register,
) -> WhoAnswer:
    """Say who lay at a berth: by AIS, by image, and which silent ship fits.

    Nobody named is not nobody there: the images around the instant are part of the answer.
    """
    ships = [
        *_by_ais(berth_id, at, visits, register),
        *_by_fit(berth_id, at, findings),
    ]
    own = sorted(
        (s for s in states if s.berth_id == berth_id), key=lambda s: (s.acquired_at, s.scene_id)
    )
    judged = [s for s in own if s.state is not Occupancy.UNOBSERVED]
    before = next((s for s in reversed(judged) if s.acquired_at <= at), None)
    after = next((s for s in judged if s.acquired_at > at), None)
    low = before.acquired_at if before else None
    blind = [
        s
        for s in own
        if s.state is Occupancy.UNOBSERVED
        and (low is None or s.acquired_at > low)
        and (after is None or s.acquired_at < after.acquired_at)
    ]
    around = {s.scene_id for s in (before, after) if s is not None}
    seen = tuple(s for s in sightings if s.scene_id in around and berth_id in s.berth_ids)
    return WhoAnswer(
        berth_id=berth_id,
        at=at,
        said=_answer(ships, before, after),
        ships=tuple(ships),
        before=before,
        after=after,
        blind=tuple(blind),
        sightings=seen,
    )


def _by_ais(
    berth_id: str, at: datetime, visits: Iterable[Visit], register: Register
) -> list[AtBerth]:
    at_ms = to_ms(at)
    found = []
    for stay in sorted(visits, key=lambda v: (v.first.time_ms, v.mmsi)):
        here = stay.place_id == berth_id or berth_id in stay.covers
        if stay.place_kind != "berth" or not here or not stay.may_hold_at(at_ms):
            continue
        inside = stay.first.time_ms <= at_ms <= stay.last.time_ms
        first, last = from_ms(stay.first.time_ms), from_ms(stay.last.time_ms)
        found.append(
            AtBerth(
                ship=ship_name(register.identity_at(stay.mmsi, at)),
                how="by AIS",
                sure="there then" if inside else "may have been there",
                note=f"heard there from {minute_text(first)} to {minute_text(last)}, "
                f"{stay.positions} reports",
            )
        )
    return found


def _by_fit(berth_id: str, at: datetime, findings: Iterable[Finding]) -> list[AtBerth]:
    found = []
    for finding in sorted(findings, key=lambda f: (began(f), f.id)):
        if finding.kind is not FindingKind.OCCUPIED_WITHOUT_AIS or finding.place_id != berth_id:
            continue
        if finding.status is Status.RETRACTED or not _covers(finding, at):
            continue
        candidates = finding.why.get("candidates", ())
        seen = (
            f"a vessel without AIS, come {span_text(finding.start_earliest, finding.start_latest)}"
        )
        if not candidates:
            found.append(
                AtBerth(ship="not known", how="seen in images", sure=finding.confidence, note=seen)
            )
        found += [
            AtBerth(
                ship=plain(str(c.get("name") or f"IMO {c.get('imo')}")),
                how="fits a vessel without AIS",
                sure="inferred",
                note=seen,
            )
            for c in candidates
        ]
    return found


def _covers(finding: Finding, at: datetime) -> bool:
    begins = finding.start_earliest or finding.start_latest
    return (begins is None or begins <= at) and (
        finding.end_latest is None or at <= finding.end_latest
    )


def _answer(ships: Sequence[AtBerth], before: BerthState | None, after: BerthState | None) -> str:
    there = [s.ship for s in ships if s.sure == "there then"]
    if there:
        return f"By AIS: {', '.join(there)}."
    fits = [s.ship for s in ships if s.sure == "inferred"]
    unnamed = any(s.how == "seen in images" for s in ships)
    maybe = [s.ship for s in ships if s.sure == "may have been there"]
    parts = []
    if maybe:
        parts.append(f"By AIS perhaps {', '.join(maybe)}: no report from then.")
    if fits:
        parts.append(f"A vessel without AIS; {', '.join(fits)} fits, which is inferred.")
    elif unnamed:
        parts.append("A vessel without AIS that no known ship fits.")
    if parts:
        return " ".join(parts)
    states = {s.state for s in (before, after) if s is not None}
    if not states:
        return "Not known: no AIS from there and no image that could be judged."
    if states == {Occupancy.FREE}:
        return "Nobody known: the images on both sides, or the only one, show it free."
    if states == {Occupancy.OCCUPIED}:
        return "A vessel was seen there in the images around that time; nothing says which."
    return "Not known: it changed between the images before and after, and no AIS tells when."


def _text(at: datetime | None) -> str | None:
    return utc_text(at) if at is not None else None
