"""What a report page says, worked out from domain values: pure, no files, no clock, no map library.

`MapView` holds everything one page shows. The functions here decide what each berth looks like as
of an instant; `monitor.report.headline` puts that into sentences and `monitor.report.layers` into
what the map draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import shapely

from monitor.domain.apron_state import ApronState
from monitor.domain.berth_cell import BerthCell
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.life import is_over_by
from monitor.domain.place import Gazetteer, Place
from monitor.domain.positions import PositionColumns
from monitor.domain.sighting import Sighting
from monitor.domain.vessel import Identity
from monitor.domain.window import from_ms
from monitor.report.words import (
    BASIS_WORDS,
    age_text,
    minute_text,
    plain,
    since_text,
    subject_name,
)

SILENT_MS = 6 * 3_600_000
"""Reports further apart than this are joined by a dashed line."""
STALE_AFTER = timedelta(days=7)
"""A look older than this no longer colours its berth: about the longest usual wait between two
usable Sentinel-1 or Sentinel-2 passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackView:
    """One ship and where it was."""

    identity: Identity
    positions: PositionColumns
    """Rows of this ship only, any order; none for a watched ship that was not received."""
    silent_ms: int = SILENT_MS
    """Longest time between two reports still drawn as a solid line, milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneOverlay:
    """One picture that can be laid under the berths."""

    scene_id: str
    label: str
    """Shown in the list of images, as in `VV, dB`; date, sensor and `rendered` are added."""
    acquired_at: datetime
    sensor: str
    rendered: bool
    """True for a drawn scene of the demo."""
    webp: bytes
    """Evenly spaced in Web Mercator, north up; transparent where nothing was seen."""
    bounds: tuple[float, float, float, float]
    """(south, west, north, east) outer pixel edges, degrees, OGC:CRS84."""
    ships: tuple[Sighting, ...] = ()
    """What was taken for a ship in it; drawn while the picture is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideReport:
    """A report that was not believed."""

    lon: float
    lat: float
    at: datetime
    ship: str
    why: str
    """As in `teleport`, a key of the reasons in summary.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardCell:
    """How well one cell was listened to."""

    bounds: tuple[float, float, float, float]
    """(west, south, east, north), degrees."""
    hours: int
    """Hours in which anybody was heard in it."""
    of: int
    """Hours looked at."""
    vessels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """A map of others to lie beneath: fetched by whoever opens the page, from the host named."""

    url: str
    """`https://tiles.example/{z}/{x}/{y}.png`."""
    attribution: str
    terms: str = ""
    """Address of the provider's terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """All that one map page shows."""

    title: str
    """States the port, as in `Port of Tartus`."""
    as_of: datetime
    gazetteer: Gazetteer
    tracks: tuple[TrackView, ...] = ()
    berth_states: tuple[BerthState, ...] = ()
    """Every look at hand; those acquired or available after `as_of` are left out."""
    apron_states: tuple[ApronState, ...] = ()
    """The same of the aprons."""
    findings: tuple[Finding, ...] = ()
    since: datetime | None = None
    """Findings that were over by then count for where things stand, and are not listed."""
    scenes: tuple[SceneOverlay, ...] = ()
    coverage: tuple[str, ...] = ()
    """What was not seen, one plain sentence each."""
    next_looks: tuple[str, ...] = ()
    """Passes to come, one plain sentence each, by time."""
    cells: tuple[BerthCell, ...] = ()
    """The berth matrix."""
    aside: tuple[AsideReport, ...] = ()
    """Reports set aside in the time of the map, newest last."""
    reception: tuple[HeardCell, ...] = ()
    tiles: Tiles | None = None
    """None: the page asks no network for anything."""
    zone: str = "UTC"
    """IANA name of the port's local time, as in `Asia/Damascus`."""
    key_area_id: str | None = None
    """The place whose berths the headline is about, as in `tartus.basin.naval`; None for all."""
    stale_after: timedelta = STALE_AFTER

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError("a map needs an aware `as_of`")


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthLook:
    """The newest that images say about one berth."""

    berth_id: str
    usable: BerthState | None
    """Newest look that could be judged; None if there was none."""
    unusable: BerthState | None
    """Newest look, where it came after `usable` and could not be judged."""
    age: timedelta | None
    """Age of `usable`."""


class Shade(StrEnum):
    """How a berth is drawn."""

    OCCUPIED = "occupied"
    OCCUPIED_WITHOUT_AIS = "occupied without AIS"
    FREE = "free"
    NOT_OBSERVED = "not observed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthPicture:
    """One berth as of the view's instant, by image and by AIS."""

    berth: Place
    look: BerthLook
    shade: Shade
    claims: tuple[Finding, ...]
    """Findings that put a ship here now, ordered by id."""


def latest_states(states: Iterable[BerthState], *, as_of: datetime) -> tuple[BerthLook, ...]:
    """Return, per berth in order of id, the newest usable look and a newer one that was not.

    Only looks that were acquired and could be had by `as_of` count; looks of one instant are
    ordered by scene id, so the order of `states` does not matter.
    """
    seen: dict[str, list[BerthState]] = {}
    for state in states:
        if max(state.acquired_at, state.available_at) <= as_of:
            seen.setdefault(state.berth_id, []).append(state)
    looks = []
    for berth_id, own in sorted(seen.items()):
        own.sort(key=lambda s: (s.acquired_at, s.scene_id))
        usable = next((s for s in reversed(own) if s.state is not Occupancy.UNOBSERVED), None)
        looks.append(
            BerthLook(
                berth_id=berth_id,
                usable=usable,
                unusable=own[-1] if own[-1].state is Occupancy.UNOBSERVED else None,
                age=as_of - usable.acquired_at if usable else None,
            )
        )
    return tuple(looks)


def berth_pictures(view: MapView) -> tuple[BerthPicture, ...]:
    """Return every berth of the gazetteer with how it is to be drawn, ordered by id."""
    looks = {look.berth_id: look for look in latest_states(view.berth_states, as_of=view.as_of)}
    claims = _claims(view)
    pictures = []
    for berth in view.gazetteer.berths:
        own = tuple(claims.get(berth.id, ()))
        unseen = BerthLook(berth_id=berth.id, usable=None, unusable=None, age=None)
        look = looks.get(berth.id, unseen)
        shade = _shade(view, look, own)
        pictures.append(BerthPicture(berth=berth, look=look, shade=shade, claims=own))
    return tuple(pictures)


def _claims(view: MapView) -> dict[str, list[Finding]]:
    """Return by berth the hulls without AIS seen there last, and the ships that lie there by AIS:
    those whose latest movement was to come alongside."""
    dark = [
        f
        for f in view.findings
        if f.kind is FindingKind.OCCUPIED_WITHOUT_AIS and f.status is Status.OPEN
    ]
    alongside = [f for f in whereabouts(view.findings).values() if f.kind is FindingKind.BERTHED]
    claims: dict[str, list[Finding]] = {}
    for finding in sorted(dark + alongside, key=lambda f: f.id):
        claims.setdefault(finding.place_id or "", []).append(finding)
    return claims


def _shade(view: MapView, look: BerthLook, claims: tuple[Finding, ...]) -> Shade:
    """The newest evidence decides, by image or by AIS; what is too old decides nothing."""
    signs = []
    if look.usable:
        taken = look.usable.state is Occupancy.OCCUPIED
        signs.append((look.usable.acquired_at, Shade.OCCUPIED if taken else Shade.FREE))
    for claim in claims:
        if claim.kind is FindingKind.BERTHED:
            signs.append((_last_heard_at(view, claim), Shade.OCCUPIED))
        else:
            signs.append((began(claim), Shade.OCCUPIED_WITHOUT_AIS))
            if look.usable and look.usable.state is Occupancy.OCCUPIED:
                signs.append((look.usable.acquired_at, Shade.OCCUPIED_WITHOUT_AIS))
    fresh = [s for s in signs if view.as_of - s[0] <= view.stale_after]
    if not fresh:
        return Shade.NOT_OBSERVED
    return max(fresh, key=lambda s: (s[0], _AT_ONE_INSTANT.index(s[1])))[1]


# Of signs of the same instant the later in this list counts.
_AT_ONE_INSTANT = (Shade.FREE, Shade.OCCUPIED, Shade.OCCUPIED_WITHOUT_AIS)


def _last_heard_at(view: MapView, claim: Finding) -> datetime:
    """Return when the ship of a claim was last received, at the earliest when the claim began."""
    times = [
        from_ms(int(t.positions.time_ms.max()))
        for t in view.tracks
        if len(t.positions) and is_about(claim, t.identity)
    ]
    return max([began(claim), *times])


def whereabouts(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return, by ship (`Subject.key`), the latest finding that says where it is.

    Arrivals, departures and berthings are instants: each holds until the next.
    """
    latest: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda f: (began(f), f.id)):
        if finding.kind in _MOVEMENTS and finding.status is not Status.RETRACTED:
            latest[finding.subject.key] = finding
    latest.pop("-", None)
    return latest


_MOVEMENTS = (
    FindingKind.ARRIVED,
    FindingKind.DEPARTED,
    FindingKind.WAITING,
    FindingKind.BERTHED,
    FindingKind.UNBERTHED,
)


def home_port(gazetteer: Gazetteer) -> str | None:
    """Return the port the file is about: the one it is named for, else its first."""
    ports = gazetteer.ports
    return gazetteer.name if gazetteer.name in ports else next(iter(ports), None)


def watched_tracks(view: MapView) -> list[TrackView]:
    """Return one track per watched ship, ordered by name: of several MMSIs the one heard last."""
    ships: dict[tuple[str, int], TrackView] = {}
    for track in sorted(view.tracks, key=lambda t: (_last_ms(t), t.identity.mmsi)):
        identity = track.identity
        if identity.watched:
            ships[(identity.name, identity.imo or identity.mmsi)] = track
    return [ships[key] for key in sorted(ships)]


def _last_ms(track: TrackView) -> int:
    return int(track.positions.time_ms.max()) if len(track.positions) else 0


def port_distance_m(gazetteer: Gazetteer, track: TrackView) -> float | None:
    """Return how far the last position lies from the port's area, metres; 0 inside it.

    None where the ship was not received or the file has no port.
    """
    port, rows = home_port(gazetteer), track.positions
    if port is None or not len(rows):
        return None
    last = int(rows.time_ms.argmax())
    x, y = gazetteer.frame.xy(rows.lon[last], rows.lat[last])
    area = gazetteer.frame.metric(gazetteer.port_area(port))
    return float(shapely.distance(shapely.Point(float(x), float(y)), area))


def listed(view: MapView) -> tuple[Finding, ...]:
    """Return the findings of the time the page is about."""
    since = view.since
    return tuple(f for f in view.findings if since is None or not is_over_by(f, since))


def newest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by the time they claim, newest first; ties by id."""
    return sorted(findings, key=lambda f: (-began(f).timestamp(), f.id))


def began(finding: Finding) -> datetime:
    """Return the instant a finding is filed under."""
    return finding.start_latest or finding.start_earliest or finding.learned_at


def tells_of_same_leaving(finding: Finding, latest: Finding) -> bool:
    """Return whether a departure is told by another sensor than `latest` and may be the same one.

    The two need not agree: where their times lie apart, within a week, both are shown.
    """
    return (
        finding.kind is latest.kind is FindingKind.DEPARTED
        and finding.id != latest.id
        and finding.status is not Status.RETRACTED
        and finding.basis_key != latest.basis_key
        and (can_both_be(finding, latest) or abs(began(finding) - began(latest)) < _SAME_LEAVING)
    )


_SAME_LEAVING = timedelta(days=7)


def can_both_be(one: Finding, other: Finding) -> bool:
    """Return whether the times that two findings give for one event overlap."""
    (a, b), (c, d) = ((f.start_earliest, f.start_latest) for f in (one, other))
    return (a is None or d is None or a <= d) and (c is None or b is None or c <= b)


def is_about(finding: Finding, identity: Identity) -> bool:
    """Return whether a finding names this ship: by IMO number if both have one, else by MMSI."""
    if finding.subject.imo is not None and identity.imo is not None:
        return finding.subject.imo == identity.imo
    return finding.subject.mmsi is not None and finding.subject.mmsi == identity.mmsi


def how_known(picture: BerthPicture) -> list[str]:
    """Return what each sensor says about a berth, in words; contradictions stay side by side."""
    said = []
    for claim in picture.claims:
        if claim.kind is FindingKind.BERTHED:
            ship = subject_name(claim.subject)
            said.append(f"{ship} by {BASIS_WORDS[claim.basis]} {since_text(claim)}")
    usable, unusable = picture.look.usable, picture.look.unusable
    if usable and picture.look.age is not None:
        drawn = ", rendered, not an image" if usable.rendered else ""
        said.append(
            f"seen {usable.state} in {plain(usable.sensor)} of {minute_text(usable.acquired_at)},"
            f" {age_text(picture.look.age)} before{drawn}"
        )
    if unusable:
        reason = f": {plain(unusable.reason)}" if unusable.reason else ""
        said.append(
            f"{plain(unusable.sensor)} of {minute_text(unusable.acquired_at)}"
            f" could not be judged{reason}"
        )
    return said or ["no image of it was judged"]
