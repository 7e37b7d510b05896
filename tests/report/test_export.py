from __future__ import annotations

import csv
from pathlib import Path

import geopandas
import pytest

from monitor.domain.finding import Subject
from monitor.report.export import (
    findings_csv,
    findings_geojson,
    write_findings_parquet,
    write_positions_parquet,
)
from tests.report.port_story import a_finding, the_story


def test_findings_open_in_a_gis(tmp_path: Path) -> None:
    """Each finding is a feature with its own words, whole numbers and a point; order is kept."""
    view = the_story()
    path = tmp_path / "findings.geojson"
    path.write_text(findings_geojson(view.findings, view))
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
    path.write_text(findings_geojson([nobody], view))
    table = geopandas.read_file(path)
    assert table["name"].tolist() == [name]


def test_no_findings_is_an_empty_collection(tmp_path: Path) -> None:
    """Nothing found is still a file a GIS can open."""
    path = tmp_path / "findings.geojson"
    path.write_text(findings_geojson([], the_story()))
    assert '"features": []' in path.read_text()


def test_findings_go_through_a_spreadsheet(tmp_path: Path) -> None:
    """One row a finding; a name that would be a formula is text, and its comma stays within."""
    hostile = a_finding(subject=Subject(imo=None, mmsi=None, name='=HYPERLINK("x"),1'))
    (row,) = csv.DictReader(findings_csv([hostile]).splitlines())
    assert row["id"] == hostile.id
    assert row["name"] == '\'=HYPERLINK("x"),1'
    assert row["imo"] == ""


def test_findings_are_geoparquet(tmp_path: Path) -> None:
    """Times are instants and numbers whole, the order is kept, and the bytes are the same again."""
    view = the_story()
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    for path in (one, two):
        write_findings_parquet(path, view.findings, view)
    table = geopandas.read_parquet(one)
    assert one.read_bytes() == two.read_bytes()
    assert table.crs == "OGC:CRS84"
    assert table["id"].tolist() == [f.id for f in view.findings]
    assert table["imo"].dropna().iloc[0] == 9268710
    known = [f.start_latest for f in view.findings if f.start_latest]
    assert [t.to_pydatetime() for t in table["start_latest"].dropna()] == known


def test_positions_are_geoparquet(tmp_path: Path) -> None:
    """Each report is a row with its ship; one that gave no speed has none."""
    view = the_story()
    path = tmp_path / "positions.parquet"
    write_positions_parquet(path, view.tracks)
    table = geopandas.read_parquet(path)
    assert len(table) == sum(len(t.positions) for t in view.tracks) > 0
    for track in view.tracks:
        own = table[table["mmsi"] == track.positions.mmsi[0]]
        assert set(own["imo"].dropna()) == {track.identity.imo} - {None}
        assert own.geometry.x.to_numpy() == pytest.approx(track.positions.lon)
        assert (own["time"].astype("datetime64[ms, UTC]").astype("int64")).tolist() == (
            track.positions.time_ms.tolist()
        )


def test_no_tracks_is_an_empty_table(tmp_path: Path) -> None:
    """Nothing heard is still a file a GIS can open."""
    write_positions_parquet(tmp_path / "p.parquet", ())
    write_findings_parquet(tmp_path / "f.parquet", (), the_story())
    assert len(geopandas.read_parquet(tmp_path / "p.parquet")) == 0
    assert len(geopandas.read_parquet(tmp_path / "f.parquet")) == 0
