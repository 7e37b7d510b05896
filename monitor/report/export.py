"""Findings as features for a GIS: what QGIS, GeoPandas or a web map can open as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely

from monitor.domain.finding import Finding
from monitor.domain.window import utc_text
from monitor.report.aprons import ApronStatus
from monitor.report.files import write_text
from monitor.report.layers import finding_point
from monitor.report.status import BerthStatus, ShipStatus
from monitor.report.summary import MapView
from monitor.report.words import BASIS_WORDS, plain


def write_findings_geojson(path: Path, findings: Sequence[Finding], view: MapView) -> None:
    """Write what `findings_geojson` returns."""
    write_text(path, findings_geojson(findings, view))


def findings_geojson(findings: Sequence[Finding], view: MapView) -> str:
    """Return one feature per finding, in the order given, OGC:CRS84.

    The geometry is a point in the place a finding names, else the last position of its evidence;
    null where neither is known. Times are ISO 8601 UTC texts.
    """
    # Imported here: it takes as long to load as the rest of this room together.
    import geopandas

    rows = [
        {
            "id": f.id,
            "kind": f.kind.value,
            "status": f.status.value,
            "severity": f.severity.value,
            "name": f.subject.name,
            "imo": f.subject.imo,
            "mmsi": f.subject.mmsi,
            "place_id": f.place_id,
            "start_earliest": utc_text(f.start_earliest) if f.start_earliest else None,
            "start_latest": utc_text(f.start_latest) if f.start_latest else None,
            "end_earliest": utc_text(f.end_earliest) if f.end_earliest else None,
            "end_latest": utc_text(f.end_latest) if f.end_latest else None,
            "basis": f.basis.value,
            "confidence": f.confidence,
            "text": f.text,
        }
        for f in findings
    ]
    points = [finding_point(f, view) for f in findings]
    # As objects: a column of numbers with a gap would turn every IMO number into a float.
    table = geopandas.GeoDataFrame(
        rows, columns=list(_COLUMNS), dtype=object, geometry=points, crs="OGC:CRS84"
    )
    text: str = table.to_json(drop_id=True)
    return text + "\n"


Row = dict[str, Any]


def status_rows(
    statuses: Iterable[ShipStatus | BerthStatus | ApronStatus], view: MapView
) -> list[Row]:
    """Return one flat row for each ship, berth and apron, all with the same keys, in order."""
    rows = []
    for status in statuses:
        told = status.to_dict()
        if isinstance(status, ShipStatus):
            what, ident, state = "ship", told["imo"] or told["mmsi"], status.where
            place, name = status.place_id, told["name"]
            known = "" if status.finding is None else BASIS_WORDS[status.finding.basis]
            last = told["last_ais"]
        elif isinstance(status, BerthStatus):
            what, ident, state = "berth", status.berth_id, status.state.value
            place, name, known = status.berth_id, status.name, "; ".join(status.evidence)
            last = told["last_look"]
        else:
            what, ident, state = "apron", status.apron_id, status.state
            place, name = status.apron_id, status.name
            known = plain(status.finding.text) if status.finding else ""
            last = told["last_look"]
        rows.append(
            {
                "as_of": utc_text(view.as_of),
                "what": what,
                "id": ident,
                "name": name,
                "state": state,
                "place_id": place,
                "since_earliest": told["since_earliest"],
                "since_latest": told["since_latest"],
                "known": known,
                "last_seen": last,
                "not_seen_since": told.get("no_ais_since") or told.get("not_seen_since"),
                "finding": told.get("finding"),
            }
        )
    return rows


def status_features(rows: Iterable[Row], view: MapView) -> Row:
    """Return rows of `status_rows` as GeoJSON, OGC:CRS84: places as drawn, ships where last heard;
    null where that is not known."""
    heard: dict[int, tuple[int, tuple[float, float]]] = {}
    for track in view.tracks:
        if len(track.positions):
            last = int(track.positions.time_ms.argmax())
            at = (float(track.positions.lon[last]), float(track.positions.lat[last]))
            when = int(track.positions.time_ms[last])
            key = track.identity.imo or track.identity.mmsi
            heard[key] = max(heard.get(key, (0, at)), (when, at))
    features = []
    for row in rows:
        shape: Row | None = None
        if row["what"] == "ship":
            if row["id"] in heard:
                shape = {"type": "Point", "coordinates": list(heard[row["id"]][1])}
        else:
            shape = shapely.geometry.mapping(view.gazetteer.places[row["id"]].geometry)
        features.append({"type": "Feature", "geometry": shape, "properties": row})
    return {"type": "FeatureCollection", "features": features}


_COLUMNS = (
    "id", "kind", "status", "severity", "name", "imo", "mmsi", "place_id", "start_earliest",
    "start_latest", "end_earliest", "end_latest", "basis", "confidence", "text",
)  # fmt: skip
