"""Where each watched ship is and how each berth stands: what `monitor status` answers. Pure.

What was not seen stands beside what was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.baseline import BerthBaseline
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.geo import METRES_PER_NM
from monitor.domain.vessel import Identity
from monitor.domain.window import Edge, from_ms, utc_text
from monitor.report.summary import (
    MapView,
    Shade,
    TrackView,
    began,
    berth_pictures,
    how_known,
    is_about,
    port_distance_m,
    tells_of_same_leaving,
    watched_tracks,
    whereabouts,
)
from monitor.report.usual_words import baseline_dict
from monitor.report.words import (
    plain,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipStatus:
    """Where one watched ship is, since when, and how that is known."""

    identity: Identity
    where: str
    """`outside, waiting`, `in port`, `at a berth`, `away`, `not told` or `not received`."""
    place_id: str | None
    since: Edge
    """When that began; without bounds where nothing tells."""
    finding: Finding | None
    """The finding it rests on."""
    last_heard: datetime | None
    last_heard_nm: float | None
    """Distance of the last position from the port, nautical miles; None without port or report."""
    silent: Finding | None
    """The open silence, if there is one."""
    fits: tuple[Finding, ...]
    """Vessels seen without AIS that she fits, by when they were first seen."""
    also: tuple[Finding, ...]
    """Other findings about the same movement by another kind of evidence."""

    def to_dict(self) -> Json:
        """Return plain JSON values."""
        return {
            "name": plain(self.identity.name),
            "imo": self.identity.imo,
            "mmsi": self.identity.mmsi or None,
            "where": self.where,
            "place_id": self.place_id,
            "since_earliest": _text(self.since.earliest),
            "since_latest": _text(self.since.latest),
            "basis": self.finding.basis.value if self.finding else None,
            "confidence": self.finding.confidence if self.finding else None,
            "finding": self.finding.id if self.finding else None,
            "last_ais": _text(self.last_heard),
            "last_ais_nm_from_port": self.last_heard_nm,
            "no_ais_since": _text(began(self.silent)) if self.silent else None,
            "fits_vessel_without_ais_at": [f.place_id for f in self.fits],
            "beside": [f.id for f in self.also],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthStatus:
    """How one berth stands, since when, and what that rests on."""

    berth_id: str
    name: str
    state: Shade
    since: Edge
    """When images or AIS first showed it so; open where no look showed it otherwise."""
    evidence: tuple[str, ...]
    last_look: BerthState | None
    """Newest image that could be judged."""
    unusable: BerthState | None
    """A newer image that could not."""
    baselines: tuple[BerthBaseline, ...] = ()
    """What is usual there."""

    def to_dict(self) -> Json:
        """Return plain JSON values."""
        look, blind = self.last_look, self.unusable
        return {
            "berth_id": self.berth_id,
            "name": self.name,
            "state": self.state.value,
            "since_earliest": _text(self.since.earliest),
            "since_latest": _text(self.since.latest),
            "evidence": list(self.evidence),
            "last_look": _text(look.acquired_at) if look else None,
            "last_look_scene": look.scene_id if look else None,
            "last_look_says": look.state.value if look else None,
            "not_seen_since": _text(blind.acquired_at) if blind else None,
            "not_seen_because": blind.reason if blind else None,
            "usual": [baseline_dict(b) for b in self.baselines],
        }


def ship_statuses(view: MapView) -> tuple[ShipStatus, ...]:
    """Return the status of each watched ship, by name; every ship of the watch list has one."""
    return tuple(_ship_status(view, track) for track in watched_tracks(view))


def _ship_status(view: MapView, track: TrackView) -> ShipStatus:
    own = [f for f in view.findings if is_about(f, track.identity)]
    latest = max(whereabouts(own).values(), key=lambda f: (began(f), f.id), default=None)
    silent = [f for f in own if f.kind is FindingKind.NO_AIS_RECEIVED and f.status is Status.OPEN]
    rows = track.positions
    heard = from_ms(int(rows.time_ms.max())) if len(rows) else None
    far = port_distance_m(view.gazetteer, track)
    where, since = _whereabouts(latest, received=heard is not None)
    return ShipStatus(
        identity=track.identity,
        where=where,
        place_id=latest.place_id if latest else None,
        since=since,
        finding=latest,
        last_heard=heard,
        last_heard_nm=None if far is None else round(far / METRES_PER_NM, 1),
        silent=max(silent, key=lambda f: (began(f), f.id), default=None),
        fits=fitting(view.findings, track.identity),
        also=tuple(f for f in own if latest is not None and tells_of_same_leaving(f, latest)),
    )


_WHERE = {
    FindingKind.ARRIVED: "in port",
    FindingKind.BERTHED: "at a berth",
    FindingKind.UNBERTHED: "in port, left berth",
    FindingKind.DEPARTED: "away",
    FindingKind.WAITING: "outside, waiting",
}


def _whereabouts(latest: Finding | None, *, received: bool) -> tuple[str, Edge]:
    if latest is None:
        nothing = Edge(earliest=None, latest=None, observed=False)
        return "not told" if received else "not received", nothing
    if latest.kind is FindingKind.WAITING and latest.status is Status.CLOSED:
        return "no longer waiting", _ended(latest)
    return _WHERE[latest.kind], _began(latest)


def _began(finding: Finding) -> Edge:
    return Edge(earliest=finding.start_earliest, latest=finding.start_latest, observed=False)


def _ended(finding: Finding) -> Edge:
    return Edge(earliest=finding.end_earliest, latest=finding.end_latest, observed=False)


def fitting(findings: Iterable[Finding], identity: Identity) -> tuple[Finding, ...]:
    """Return the vessels seen without AIS for which this ship is a candidate, by time and id."""

    def names(finding: Finding) -> bool:
        return any(
            c.get("imo") == identity.imo
            if c.get("imo") and identity.imo
            else c.get("mmsi") == identity.mmsi
            for c in finding.why.get("candidates", ())
        )

    chosen = [
        f
        for f in findings
        if f.kind is FindingKind.OCCUPIED_WITHOUT_AIS
        and f.status is not Status.RETRACTED
        and names(f)
    ]
    return tuple(sorted(chosen, key=lambda f: (began(f), f.id)))


def berth_statuses(
    view: MapView, baselines: Iterable[BerthBaseline] = ()
) -> tuple[BerthStatus, ...]:
    """Return the status of each berth, by id, beside what is usual there."""
    usual: dict[str, list[BerthBaseline]] = {}
    for baseline in baselines:
        usual.setdefault(baseline.berth_id, []).append(baseline)
    series: dict[str, list[BerthState]] = {}
    for state in view.berth_states:
        judged = state.state is not Occupancy.UNOBSERVED
        if judged and max(state.acquired_at, state.available_at) <= view.as_of:
            series.setdefault(state.berth_id, []).append(state)
    return tuple(
        BerthStatus(
            berth_id=picture.berth.id,
            name=plain(picture.berth.short_name),
            state=picture.shade,
            since=_since(picture.shade, series.get(picture.berth.id, []), picture.claims),
            evidence=tuple(how_known(picture)),
            last_look=picture.look.usable,
            unusable=picture.look.unusable,
            baselines=tuple(usual.get(picture.berth.id, ())),
        )
        for picture in berth_pictures(view)
    )


def _since(shade: Shade, looks: list[BerthState], claims: Sequence[Finding]) -> Edge:
    """Return when the present state began: by the claims that hold, else by the images alone."""
    nothing = Edge(earliest=None, latest=None, observed=False)
    if shade is Shade.NOT_OBSERVED:
        return nothing
    if claims and shade is not Shade.FREE:
        return _began(max(claims, key=lambda f: (began(f), f.id)))
    looks = sorted(looks, key=lambda s: (s.acquired_at, s.scene_id))
    if not looks:
        return nothing
    now = looks[-1].state
    first, before = looks[-1], None
    for look in reversed(looks):
        if look.state is not now:
            before = look
            break
        first = look
    return Edge(
        earliest=before.acquired_at if before else None, latest=first.acquired_at, observed=False
    )


def _text(at: datetime | None) -> str | None:
    return utc_text(at) if at is not None else None
