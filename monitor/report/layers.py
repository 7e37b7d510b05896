"""What the map draws, as plain JSON values: areas, berths, tracks, findings and pictures.

Pure. Every text that came from outside passes `plain` here, once; the page then shows it as text
and never as HTML. Coordinates in the result are [lat, lon] (Leaflet's order) except inside GeoJSON.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Point

from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.geo import METRES_PER_NM
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns
from monitor.domain.sighting import Sighting
from monitor.domain.window import from_ms, to_ms
from monitor.report.aprons import apron_statuses, said_of
from monitor.report.headline import told
from monitor.report.panels import berth_rows, side_by_side, view_at
from monitor.report.summary import (
    SILENT_MS,
    BerthPicture,
    MapView,
    SceneOverlay,
    Shade,
    TrackView,
    began,
    berth_pictures,
    home_port,
    how_known,
    is_about,
    listed,
    newest_first,
)
from monitor.report.words import (
    BASIS_WORDS,
    evidence_text,
    finding_text,
    local_text,
    minute_text,
    place_name,
    plain,
    ship_name,
    span_text,
)

Json = dict[str, Any]
_PAGES = [["Overview", "index.html"], ["Findings", "findings.html"], ["Berth plan", "plan.html"],
          ["Coverage", "coverage.html"]]  # fmt: skip
"""What lies beside a map of a port."""
_METRES_PER_DEGREE = 111_320.0
_THIN_M = 15.0
"""Tracks may be drawn this far off: about a pixel at the closest zoom that shows a harbour."""
_LATE_M = 300.0
"""At an instant between two reports a ship may be drawn so far from where she was on her way."""
MAX_POINTS = 60_000
"""Vertices of all other ships' tracks together: about 1 MB of page."""
MAX_SCENE_BYTES = 1_800_000
"""WebP bytes of all scenes together: 2.4 MB of a page that is to stay under 5 MB."""
_COARSE_M = 50.0
"""A position known no better is marked: it cannot tell one berth from the next."""
MAX_ASIDE = 2_000
"""Newest reports set aside that are drawn."""
NEAR_NM = 30.0
"""Watched ships within this distance of the port belong to the opening view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    id: str
    label: str
    kinds: tuple[PlaceKind, ...]
    shown: bool = True


_LAYERS = (
    _Layer(
        id="land",
        label="Land, port limits, breakwaters",
        kinds=(
            PlaceKind.LAND, PlaceKind.COASTLINE, PlaceKind.PORT_BOUNDARY, PlaceKind.AIRBASE,
            PlaceKind.BREAKWATER,
        ),
    ),
    _Layer(
        id="water",
        label="Harbour water and basins",
        kinds=(PlaceKind.HARBOUR_WATER, PlaceKind.BASIN, PlaceKind.GATE),
    ),
    _Layer(id="apron", label="Aprons, runways", kinds=(PlaceKind.APRON, PlaceKind.RUNWAY)),
    _Layer(id="quay", label="Quays and piers", kinds=(PlaceKind.PIER, PlaceKind.QUAY)),
    _Layer(id="waiting", label="Waiting areas", kinds=(PlaceKind.WAITING_AREA,)),
    _Layer(
        id="anchorage",
        label="Anchorages",
        kinds=(PlaceKind.ANCHORAGE, PlaceKind.ANCHORAGE_POINT),
    ),
    _Layer(id="approach", label="Approaches", kinds=(PlaceKind.APPROACH,), shown=False),
    _Layer(id="limit", label="12-mile and other lines", kinds=(PlaceKind.REFERENCE,)),
    _Layer(
        id="point", label="Reference points", kinds=(PlaceKind.REFERENCE_POINT,), shown=False
    ),
)  # fmt: skip


def page_values(view: MapView) -> Json:
    """Return everything the map page of `view` shows.

    Raises:
        ConfigError: The view's time zone is not known.
    """
    pictures = berth_pictures(view)
    ships, thinned = _ships(view)
    local = [local_text(view.as_of, view.zone)] if view.zone != "UTC" else []
    scenes = _that_fit(view.scenes)
    notes = [
        "A dashed line joins two reports with no AIS received between; it is not a route.",
        _land_note(view.gazetteer),
    ]
    if thinned > _THIN_M:
        notes.append(f"Tracks of other ships are simplified to within {thinned:.0f} m.")
    if len(view.aside) > MAX_ASIDE:
        notes.append(f"{len(view.aside) - MAX_ASIDE} older reports set aside are not drawn.")
    if len(scenes) < len(view.scenes):
        notes.append(f"{len(view.scenes) - len(scenes)} older images are left out for their size.")
    return {
        **_page(
            view.gazetteer,
            plain(view.title),
            said={a.apron_id: said_of(a) for a in apron_statuses(view)},
        ),
        "asOf": [minute_text(view.as_of), *local],
        **_clock(view),
        "headline": [
            {"text": plain(t.text), "more": [plain(line) for line in t.more]} for t in told(view)
        ],
        "unseen": [plain(line) for line in view.coverage],
        "nextLooks": [plain(line) for line in view.next_looks],
        "sideBySide": side_by_side(view),
        "berthRows": berth_rows(view),
        "berths": [_berth(p) for p in pictures],
        "shades": [s.value for s in Shade],
        "ships": ships,
        "pages": _PAGES,
        "aside": [
            {
                "at": [round(a.lat, 5), round(a.lon, 5)],
                "t": to_ms(a.at) // 1000,
                "text": f"{plain(a.ship)}: set aside, {plain(a.why).replace('_', ' ')}",
            }
            for a in view.aside[-MAX_ASIDE:]
        ],
        "reception": [
            {
                "bounds": [[c.bounds[1], c.bounds[0]], [c.bounds[3], c.bounds[2]]],
                "share": round(c.hours / max(c.of, 1), 3),
                "text": f"anybody heard here in {c.hours} of {c.of} hours, {c.vessels} ships",
            }
            for c in view.reception
        ],
        "tiles": None
        if view.tiles is None
        else {
            "url": view.tiles.url,
            "attribution": plain(view.tiles.attribution),
            "terms": view.tiles.terms,
        },
        "findings": [_finding(f, view) for f in newest_first(listed(view))],
        "scenes": [
            # With the newest image the berths are those of the page: nothing newer was seen.
            _scene(s) | ({} if s is scenes[-1] else {"then": _then(view, s)})
            for s in scenes
        ],
        "notes": notes,
        "credits": credits_of(view),
        **_views(view),
    }


def areas_values(gazetteer: Gazetteer) -> Json:
    """Return what a map of the areas alone shows."""
    view = MapView(title="-", as_of=from_ms(0), gazetteer=gazetteer)
    values = _page(gazetteer, f"Areas of {plain(gazetteer.name)}")
    for layer in values["layers"]:
        layer["shown"] = True
    return {
        **values,
        "asOf": [],
        **_clock(view),
        "headline": [
            {
                "text": f"{len(gazetteer.places)} places, {len(gazetteer.berths)} of them berths.",
                "more": [],
            }
        ],
        "unseen": [],
        "nextLooks": [],
        "sideBySide": [],
        "berthRows": [],
        "berths": [_place(b) | {"shade": "area"} for b in gazetteer.berths],
        "shades": [],
        "ships": [],
        "pages": [],
        "aside": [],
        "reception": [],
        "tiles": None,
        "findings": [],
        "scenes": [],
        "notes": [_land_note(gazetteer)],
        "credits": credits_of(view),
        **_views(view),
    }


def _clock(view: MapView) -> Json:
    """Return what the bar that moves through time goes by, seconds since the epoch."""
    return {
        "asOfT": to_ms(view.as_of) // 1000,
        "silentS": SILENT_MS // 1000,
        "zone": view.zone,
    }


def _page(
    gazetteer: Gazetteer, title: str, *, said: Mapping[str, list[list[str]]] | None = None
) -> Json:
    """Return the layers of areas; `said` holds rows on what is known of some, by place id."""
    layers = []
    for layer in _LAYERS:
        places = [p for kind in layer.kinds for p in gazetteer.of_kind(kind)]
        if places:
            layers.append(
                {
                    "id": layer.id,
                    "label": layer.label,
                    "shown": layer.shown,
                    "places": [_place(p, (said or {}).get(p.id, ())) for p in places],
                }
            )
    return {"title": title, "layers": layers}


def _place(place: Place, said: Sequence[list[str]] = ()) -> Json:
    rows = [
        ("Kind", place.kind.value.replace("_", " ")),
        ("Id", place.id),
        ("Along", place.quay_id or ""),
        ("Moored", place.mooring if place.kind is PlaceKind.BERTH else ""),
        ("Water side", place.water_side or ""),
        ("Source", place.source),
        ("Confidence", place.confidence),
        ("Licence", place.licence),
    ]
    return {
        "kind": place.kind.value,
        "name": plain(place.name or place.id),
        "short": plain(place.id.removeprefix(f"{place.port}.").removeprefix("berth.")),
        "rows": [*said, *([label, plain(text)] for label, text in rows if text)],
        "shape": _shape(place),
    }


def _shape(place: Place) -> Json:
    # 1e-6 degree is 0.1 m: finer than any outline here, and half the size of the page.
    rounded = shapely.transform(place.geometry, lambda c: np.round(c, 6))
    shape: Json = shapely.geometry.mapping(rounded)
    return shape


def _berth(picture: BerthPicture) -> Json:
    values = _place(picture.berth)
    return values | _state(picture) | {"about": values["rows"][1:3]}


def _state(picture: BerthPicture) -> Json:
    """Return how a berth is drawn, and the lines that say why."""
    rows = [["State", picture.shade.value], *(["Known", plain(s)] for s in how_known(picture))]
    usable = picture.look.usable
    if usable:
        rows.append(["Judged on", f"score {usable.score:.2f}, {usable.usable:.0%} of it visible"])
    return {"shade": picture.shade.value, "rows": rows}


def _then(view: MapView, scene: SceneOverlay) -> Json:
    """Return the berths as they stood when an image was taken, in the order of the page's."""
    pictures = berth_pictures(view_at(view, scene.acquired_at))
    return {"at": minute_text(scene.acquired_at), "berths": [_state(p) for p in pictures]}


def _ships(view: MapView) -> tuple[list[Json], float]:
    """Return the ships, watched ones first, and the tolerance other tracks were thinned with, m."""
    order = sorted(
        (t for t in view.tracks if len(t.positions)),
        key=lambda t: (not t.identity.watched, t.identity.name, t.identity.mmsi),
    )
    watched = [_ship(t, view, _THIN_M) for t in order if t.identity.watched]
    others = [t for t in order if not t.identity.watched]
    tolerance = _THIN_M
    ships = [_ship(t, view, tolerance) for t in others]
    while sum(len(s["path"]) for s in ships) > 3 * MAX_POINTS and tolerance < 5_000:
        tolerance *= 4
        ships = [_ship(t, view, tolerance) for t in others]
    return watched + ships, tolerance


def _ship(track: TrackView, view: MapView, tolerance_m: float) -> Json:
    """Return one ship; what is not known, and what is False, is left out to save room."""
    rows = track.positions.canonical()
    last = len(rows) - 1
    kept, gaps = _thinned(rows, track.silent_ms, tolerance_m)
    values = {
        "name": ship_name(track.identity),
        "mmsi": track.identity.mmsi,
        "imo": track.identity.imo,
        "watched": track.identity.watched or None,
        "sog": _number(rows.sog_kn[last]),
        "cog": _number(rows.cog_deg[last]),
        "source": plain(rows.sources[int(rows.source[last])]),
        "silent": to_ms(view.as_of) - int(rows.time_ms[last]) > track.silent_ms or None,
        "path": _packed(rows, kept),
        "gaps": gaps or None,
        "coarse": np.flatnonzero(rows.precision_m[kept] > _COARSE_M).tolist()[-MAX_ASIDE:] or None
        if track.identity.watched
        else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _number(value: np.float32) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)


def _thinned(
    rows: PositionColumns, silent_ms: int, tolerance_m: float
) -> tuple[npt.NDArray[np.intp], list[int]]:
    """Return the rows to draw, and which of them end a silence: no line is drawn to those.

    Each run between silences keeps its ends and what Douglas and Peucker (1973) would keep, of
    the way and of how far she had come by when: between two rows kept she went evenly enough.
    """
    before = np.flatnonzero(np.diff(rows.time_ms) > silent_ms) + 1
    runs = [_run(rows, index, tolerance_m) for index in np.split(np.arange(len(rows)), before)]
    ends = np.cumsum([len(run) for run in runs])
    return np.concatenate(runs), ends[:-1].tolist()


def _run(
    rows: PositionColumns, index: npt.NDArray[np.intp], tolerance_m: float
) -> npt.NDArray[np.intp]:
    if len(index) < 3:
        return index
    lat = rows.lat[index]
    x = np.unwrap(rows.lon[index], period=360) * np.cos(np.radians(lat.mean()))
    way = np.column_stack([x, lat]) * _METRES_PER_DEGREE
    gone = np.r_[0.0, np.cumsum(np.hypot(*np.diff(way, axis=0).T))]
    # A second counts 100 m, so that a step off the line is one along the way and not in time.
    clock = (rows.time_ms[index] - rows.time_ms[index[0]]) / 10.0
    late_m = max(tolerance_m, _LATE_M)
    kept = [_kept(way, tolerance_m), _kept(np.column_stack([clock, gone]), late_m)]
    return index[np.unique(np.concatenate(kept))]


def _kept(points: npt.NDArray[np.float64], tolerance: float) -> npt.NDArray[np.intp]:
    """Return which of some points a line keeps when simplified."""
    # The number rides along as z, which simplification leaves alone.
    line = shapely.linestrings(np.column_stack([points, np.arange(len(points))]))
    simple = shapely.simplify(line, tolerance, preserve_topology=False)
    return shapely.get_coordinates(simple, include_z=True)[:, 2].astype(np.intp)


def _packed(rows: PositionColumns, kept: npt.NDArray[np.intp]) -> list[int]:
    """Return latitude and longitude in 1e-5 degree and seconds since the epoch, one after another;
    after the first, each is the step from the one before: a third of the room of plain numbers.

    Longitude runs on over the date line, so that no track is drawn round the world.
    """
    lon = np.unwrap(rows.lon[kept], period=360)
    columns = np.column_stack(
        [np.round(rows.lat[kept] * 1e5), np.round(lon * 1e5), rows.time_ms[kept] // 1000]
    ).astype(np.int64)
    packed: list[int] = np.diff(columns, axis=0, prepend=0).ravel().tolist()
    return packed


def _finding(finding: Finding, view: MapView) -> Json:
    when = span_text(finding.start_earliest, finding.start_latest)
    lasts = can_end(finding)
    if lasts and (finding.end_earliest or finding.end_latest):
        when += f"; ended {span_text(finding.end_earliest, finding.end_latest)}"
    chips = [
        [f"severity-{finding.severity.value}", finding.severity.value],
        [f"basis-{finding.basis.value}", BASIS_WORDS[finding.basis]],
        ["confidence", f"{plain(finding.confidence)} confidence"],
    ]
    if finding.status is Status.RETRACTED:
        chips.append(["status-retracted", "retracted"])
    elif lasts:
        ongoing = finding.status is Status.OPEN
        chips.append([f"status-{finding.status.value}", "ongoing" if ongoing else "ended"])
    at = finding_point(finding, view)
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "t": to_ms(began(finding)) // 1000,
        "text": finding_text(finding, view.gazetteer),
        "when": when,
        "place": place_name(view.gazetteer, finding.place_id) if finding.place_id else "",
        "retracted": finding.status is Status.RETRACTED,
        "chips": chips,
        "evidence": [evidence_text(e) for e in finding.evidence],
        "at": [round(at.y, 6), round(at.x, 6)] if at else None,
    }


def can_end(finding: Finding) -> bool:
    """Return whether it tells of something that lasts and not of an instant: a closed arrival is
    an arrival and not one that is over."""
    return finding.kind in _LASTING and not finding.why.get("return")


_LASTING = (
    FindingKind.WAITING, FindingKind.NO_AIS_RECEIVED, FindingKind.OCCUPIED_WITHOUT_AIS,
    FindingKind.APRON_FILLED, FindingKind.APRON_CLEARED, FindingKind.APRON_CHANGED,
)  # fmt: skip
_AT_PLACE = (FindingKind.BERTHED, FindingKind.UNBERTHED)


def finding_point(finding: Finding, view: MapView) -> Point | None:
    """Return where on the map a finding is, lon/lat: its ship at the time claimed, else its place.

    Berths win over the ship's own position: they are the smaller of the two.
    """
    place = view.gazetteer.places.get(finding.place_id) if finding.place_id else None
    if place and finding.kind in _AT_PLACE:
        return place.geometry.representative_point()
    at = finding.start_earliest or finding.start_latest or finding.learned_at
    for track in view.tracks:
        rows = track.positions
        before = np.flatnonzero(rows.time_ms <= to_ms(at))
        if is_about(finding, track.identity) and len(before):
            last = before[np.argmax(rows.time_ms[before])]
            return Point(float(rows.lon[last]), float(rows.lat[last]))
    return place.geometry.representative_point() if place else None


def _land_note(gazetteer: Gazetteer) -> str:
    land = gazetteer.of_kind(PlaceKind.LAND)
    if not land:
        return "No land is drawn."
    west, south, east, north = shapely.total_bounds([p.geometry for p in land])
    return (
        f"Land is drawn between {south:.2f} and {north:.2f}° latitude and {west:.2f} and"
        f" {east:.2f}° longitude only; what is blank beyond may be land."
    )


def _that_fit(scenes: tuple[SceneOverlay, ...]) -> list[SceneOverlay]:
    """Return the newest scenes that fit the page together, oldest first; at least one."""
    kept: list[SceneOverlay] = []
    room = MAX_SCENE_BYTES
    for scene in sorted(scenes, key=lambda s: (s.acquired_at, s.scene_id), reverse=True):
        room -= len(scene.webp)
        if room < 0 and kept:
            break
        kept.append(scene)
    return kept[::-1]


def _scene(scene: SceneOverlay) -> Json:
    south, west, north, east = scene.bounds
    label = f"{minute_text(scene.acquired_at)[:-4]}Z · {plain(scene.sensor)}"
    return {
        "label": label + (" · rendered" if scene.rendered else ""),
        "t": to_ms(scene.acquired_at) // 1000,
        "note": ("rendered, not an image · " if scene.rendered else "") + plain(scene.label),
        "id": plain(scene.scene_id),
        "rendered": scene.rendered,
        "bounds": [[south, west], [north, east]],
        "url": "data:image/webp;base64," + base64.b64encode(scene.webp).decode("ascii"),
        "ships": [_sighted(ship) for ship in scene.ships],
    }


def _sighted(ship: Sighting) -> Json:
    corners = shapely.get_coordinates(shapely.from_wkt(ship.outline_wkt))
    lies = plain(ship.mooring.value.replace("-", " "))
    return {
        "outline": [[round(lat, 6), round(lon, 6)] for lon, lat in corners.tolist()],
        "label": (
            f"{ship.length_m:.0f} ± {ship.length_error_m:.0f} m, {lies}, "
            f"probability {ship.confidence:.2f}; an image gives no name"
        ),
    }


def credits_of(view: MapView) -> list[str]:
    """Return whose data and code a page shows, as their licences ask."""
    licences = " ".join(sorted({p.licence for p in view.gazetteer.places.values()}))
    credits = []
    if "odbl" in licences.lower():
        credits.append("© OpenStreetMap contributors, ODbL")
    if "GSHHG" in licences:
        credits.append("GSHHG, LGPL")
    looks = [(s.sensor, s.acquired_at, s.rendered) for s in view.scenes]
    looks += [(s.sensor, s.acquired_at, s.rendered) for s in view.berth_states]
    years = {at.year for name, at, drawn in looks if name.startswith("sentinel") and not drawn}
    if years:
        span = "–".join(str(y) for y in sorted({min(years), max(years)}))
        credits.append(f"Contains modified Copernicus Sentinel data {span}")
    return [*credits, "Leaflet"]


def _views(view: MapView) -> Json:
    """Return the corners of the harbour and of the opening view, which adds watched ships near it.

    A degree of longitude counts as long as one of latitude: near enough for a first look.
    """
    port = home_port(view.gazetteer)
    shapes = [p.geometry for p in view.gazetteer.places.values()]
    area = view.gazetteer.port_area(port) if port else shapely.union_all(shapes)
    if area.is_empty:
        area = shapely.box(-180.0, -60.0, 180.0, 75.0)
    points = []
    for track in view.tracks:
        rows = track.positions
        if track.identity.watched and len(rows):
            last = int(rows.time_ms.argmax())
            point = Point(float(rows.lon[last]), float(rows.lat[last]))
            if area.distance(point) * _METRES_PER_DEGREE < NEAR_NM * METRES_PER_NM:
                points.append(point)
    return {
        name: [[south, west], [north, east]]
        for name, shapes in (("harbour", [area]), ("home", [area, *points]))
        for west, south, east, north in [shapely.total_bounds(shapes).tolist()]
    }
