"""Findings as features for a GIS: what QGIS, GeoPandas or a web map can open as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor.domain.finding import Finding
from monitor.domain.window import utc_text
from monitor.report.files import write_text
from monitor.report.layers import finding_point
from monitor.report.summary import MapView


def write_findings_geojson(path: Path, findings: Sequence[Finding], view: MapView) -> None:
    """Write one feature per finding, in the order given, OGC:CRS84.

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
    write_text(path, table.to_json(drop_id=True) + "\n")


_COLUMNS = (
    "id", "kind", "status", "severity", "name", "imo", "mmsi", "place_id", "start_earliest",
    "start_latest", "end_earliest", "end_latest", "basis", "confidence", "text",
)  # fmt: skip
