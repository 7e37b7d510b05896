"""How each apron stands, since when, and when it was last seen. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.place import PlaceKind
from monitor.domain.window import OPEN_EDGE, Edge, utc_text
from monitor.report.summary import MapView, began
from monitor.report.words import minute_text, plain, span_text

Json = dict[str, Any]
_KINDS = {
    FindingKind.APRON_FILLED: "filled",
    FindingKind.APRON_CLEARED: "cleared",
    FindingKind.APRON_CHANGED: "changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApronStatus:
    """How one apron stands against its own past."""

    apron_id: str
    name: str
    state: str
    """`filled`, `cleared` or `changed` while a finding says so, else `as usual`; `not observed`
    where no image could be judged."""
    since: Edge
    """When that began; open where nothing tells."""
    finding: Finding | None
    """What it rests on: the open claim, or the last one that ended."""
    last_look: ApronState | None
    """Newest image that could be judged."""
    unusable: ApronState | None
    """A newer one that could not."""

    def to_dict(self) -> Json:
        """Return plain JSON values."""
        look, blind = self.last_look, self.unusable
        return {
            "apron_id": self.apron_id,
            "name": self.name,
            "state": self.state,
            "since_earliest": _text(self.since.earliest),
            "since_latest": _text(self.since.latest),
            "finding": self.finding.id if self.finding else None,
            "last_look": _text(look.acquired_at) if look else None,
            "last_look_scene": look.scene_id if look else None,
            "last_look_says": look.change.value if look else None,
            "last_look_m2": round(look.changed_m2) if look else None,
            "not_seen_since": _text(blind.acquired_at) if blind else None,
            "not_seen_because": blind.reason if blind else None,
        }


def apron_statuses(view: MapView) -> tuple[ApronStatus, ...]:
    """Return the status of each apron, by id."""
    known: dict[str, list[ApronState]] = {}
    for state in view.apron_states:
        if max(state.acquired_at, state.available_at) <= view.as_of:
            known.setdefault(state.apron_id, []).append(state)
    claims: dict[str, list[Finding]] = {}
    for finding in view.findings:
        if finding.kind in _KINDS and finding.status in (Status.OPEN, Status.CLOSED):
            claims.setdefault(finding.place_id or "", []).append(finding)
    return tuple(
        _status(
            place.id, plain(place.short_name), known.get(place.id, []), claims.get(place.id, [])
        )
        for place in view.gazetteer.of_kind(PlaceKind.APRON)
    )


def said_of(status: ApronStatus) -> list[list[str]]:
    """Return the rows a map shows of an apron, label and text."""
    rows = [["State", status.state]]
    if status.since != OPEN_EDGE:
        rows.append(["Since", span_text(status.since.earliest, status.since.latest)])
    if status.finding:
        rows.append(["Known", plain(status.finding.text)])
    if status.last_look:
        rows.append(["Last look", look_text(status.last_look)])
    if status.unusable:
        blind = status.unusable
        rows.append(["Not seen", f"{minute_text(blind.acquired_at)}: {plain(blind.reason)}"])
    return rows


def look_text(look: ApronState) -> str:
    """Return what one look said in a few words."""
    drawn = ", rendered" if look.rendered else ""
    said = (
        "as usual"
        if look.change is ApronChange.NONE
        else f"{look.change.value}, {look.changed_m2:,.0f} m²"
    )
    return f"{minute_text(look.acquired_at)} ({plain(look.sensor)}{drawn}): {said}"


def _status(
    apron_id: str, name: str, looks: list[ApronState], claims: list[Finding]
) -> ApronStatus:
    looks = sorted(looks, key=lambda s: (s.acquired_at, s.scene_id))
    usable = [s for s in looks if s.change is not ApronChange.UNOBSERVED]
    last = usable[-1] if usable else None
    blind = looks[-1] if looks and looks[-1] is not last else None
    ordered = sorted(claims, key=lambda f: (began(f), f.id))
    lasting = [f for f in ordered if f.status is Status.OPEN]
    told = lasting or ordered
    claim = told[-1] if told else None
    if lasting and claim:
        state, since = _KINDS[claim.kind], (claim.start_earliest, claim.start_latest)
    elif claim:
        state, since = "as usual", (claim.end_earliest, claim.end_latest)
    else:
        state, since = ("as usual" if last else "not observed"), (None, None)
    return ApronStatus(
        apron_id=apron_id,
        name=name,
        state=state,
        since=Edge(earliest=since[0], latest=since[1], observed=False),
        finding=claim,
        last_look=last,
        unusable=blind,
    )


def _text(at: datetime | None) -> str | None:
    return utc_text(at) if at is not None else None
