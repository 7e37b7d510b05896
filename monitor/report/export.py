"""Findings as features for a GIS: what QGIS, GeoPandas or a web map can open as they are."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from monitor.domain.finding import Finding
from monitor.domain.positions import concat
from monitor.domain.window import utc_text
from monitor.report.aprons import ApronStatus
from monitor.report.files import csv_text, spreadsheet_safe, write_bytes
from monitor.report.layers import finding_point
from monitor.report.status import BerthStatus, ShipStatus
from monitor.report.summary import MapView, TrackView
from monitor.report.words import BASIS_WORDS, plain

if TYPE_CHECKING:
    import geopandas

Row = dict[str, Any]

FINDING_COLUMNS = (
    "id", "kind", "status", "severity", "name", "imo", "mmsi", "place_id", "start_earliest",
    "start_latest", "end_earliest", "end_latest", "learned_at", "basis", "confidence", "text",
)  # fmt: skip
_TIMES = frozenset({"start_earliest", "start_latest", "end_earliest", "end_latest", "learned_at"})


def findings_geojson(findings: Sequence[Finding], view: MapView) -> str:
    """Return one feature per finding, in the order given, OGC:CRS84.

    The geometry is a point in the place a finding names, else the last position of its evidence;
    null where neither is known. Times are ISO 8601 UTC texts.
    """
    text: str = _findings_table(findings, view).to_json(drop_id=True)
    return text + "\n"


def findings_csv(findings: Iterable[Finding]) -> str:
    """Return one row per finding, in the order given, with a heading.

    Times are ISO 8601 UTC texts; no cell is one that a spreadsheet would run.
    """
    return csv_text(
        FINDING_COLUMNS,
        (
            ["" if v is None else spreadsheet_safe(str(v)) for v in _told(f).values()]
            for f in findings
        ),
    )


def write_findings_parquet(path: Path, findings: Sequence[Finding], view: MapView) -> None:
    """Write GeoParquet: as `findings_geojson`, times as timestamps, UTC. Needs pyarrow."""
    import pandas as pd

    table = _findings_table(findings, view)
    for name in FINDING_COLUMNS:
        if name in _TIMES:
            table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[ms, UTC]")
        else:
            table[name] = table[name].astype("Int64" if name in {"imo", "mmsi"} else "string")
    _write_parquet(path, table)


def write_positions_parquet(path: Path, tracks: Iterable[TrackView]) -> None:
    """Write GeoParquet: every position of the tracks, by ship and time, OGC:CRS84. Needs pyarrow.

    Columns: mmsi, imo, name, time and received (timestamps, UTC), sog_kn, cog_deg, precision_m
    (half the step of the reported coordinates), source; empty where not reported.
    """
    import geopandas
    import pandas as pd

    shown = sorted(tracks, key=lambda t: (t.identity.mmsi or 0, t.identity.imo or 0))
    rows = concat([t.positions for t in shown])
    counts = [len(t.positions) for t in shown]
    table = geopandas.GeoDataFrame(
        {
            "mmsi": rows.mmsi,
            "imo": pd.Series([t.identity.imo for t in shown], dtype="Int64").repeat(counts).array,
            "name": pd.Series([t.identity.name or None for t in shown], dtype="string")
            .repeat(counts)
            .array,
            "time": pd.to_datetime(rows.time_ms, unit="ms", utc=True),
            "received": pd.to_datetime(rows.received_ms, unit="ms", utc=True),
            "sog_kn": rows.sog_kn,
            "cog_deg": rows.cog_deg,
            "precision_m": rows.precision_m,
            "source": pd.Categorical.from_codes(rows.source, categories=list(rows.sources)),
        },
        geometry=geopandas.points_from_xy(rows.lon, rows.lat),
        crs="OGC:CRS84",
    )
    _write_parquet(path, table)


def _write_parquet(path: Path, table: geopandas.GeoDataFrame) -> None:
    content = io.BytesIO()
    table.to_parquet(content, index=False, compression="zstd")
    write_bytes(path, content.getvalue())


def _findings_table(findings: Sequence[Finding], view: MapView) -> geopandas.GeoDataFrame:
    # Imported here: it takes as long to load as the rest of this room together.
    import geopandas

    # As objects: a column of numbers with a gap would turn every IMO number into a float.
    return geopandas.GeoDataFrame(
        [_told(f) for f in findings],
        columns=list(FINDING_COLUMNS),
        dtype=object,
        geometry=[finding_point(f, view) for f in findings],
        crs="OGC:CRS84",
    )


def _told(finding: Finding) -> Row:
    """Return a finding as one flat row, in the order of the columns."""
    flat = finding.to_dict() | finding.to_dict()["subject"]
    return {name: flat[name] for name in FINDING_COLUMNS}


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
