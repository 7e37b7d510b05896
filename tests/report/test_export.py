from __future__ import annotations

from pathlib import Path

import geopandas
import pytest

from monitor.domain.finding import Subject
from monitor.report.export import write_findings_geojson
from tests.report.port_story import a_finding, the_story


def test_findings_open_in_a_gis(tmp_path: Path) -> None:
    """Each finding is a feature with its own words, whole numbers and a point; order is kept."""
    view = the_story()
    path = tmp_path / "findings.geojson"
    write_findings_geojson(path, view.findings, view)
    table = geopandas.read_file(path)
    assert table.crs == "OGC:CRS84"
    assert table["id"].tolist() == [f.id for f in view.findings]
    assert table["text"].tolist() == [f.text for f in view.findings]
    assert '"imo": 9268710,' in path.read_text()
    known = table.geometry.notna()
    assert known.any()
    assert table.geometry[known].x.between(-180, 180).all()


@pytest.mark.parametrize("name", ['<IMG SRC=X>&"\\', None])
def test_hostile_and_missing_names_survive(tmp_path: Path, name: str | None) -> None:
    """A name is data: it comes back as it went, and no name is null."""
    view = the_story()
    path = tmp_path / "findings.geojson"
    nobody = a_finding(subject=Subject(imo=None, mmsi=None, name=name), place_id=None)
    write_findings_geojson(path, [nobody], view)
    table = geopandas.read_file(path)
    assert table["name"].tolist() == [name]


def test_no_findings_is_an_empty_collection(tmp_path: Path) -> None:
    """Nothing found is still a file a GIS can open."""
    path = tmp_path / "findings.geojson"
    write_findings_geojson(path, [], the_story())
    assert '"features": []' in path.read_text()
