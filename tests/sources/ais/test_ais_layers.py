"""GeoParquet and GeoPackage: the same rows whatever holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest

from monitor.domain.window import parse_utc, to_ms
from monitor.errors import InputError
from tests.sources.ais.ais_lines import read

AT = parse_utc("2024-03-01T10:00:00Z")
COLUMNS = {
    "mmsi": [636021061, 273396130, 3669702],
    "base_date_time": [pd.Timestamp("2024-03-01 10:00:00")] * 3,
    "sog": [8.8, np.nan, 1.0],
    "vessel_name": ["MSC NAISHA III", None, ""],
    "imo": ["IMO9307839", None, None],
    "status": [8, 15, 0],
}
PLACES = ([-80.5, 35.85, 1.0], [26.5, 34.91, 2.0])


def _layer(crs: str = "OGC:CRS84", **changes: Any) -> geopandas.GeoDataFrame:  # noqa: ANN401
    points = geopandas.points_from_xy(*PLACES, crs="OGC:CRS84")
    layer = geopandas.GeoDataFrame({**COLUMNS, **changes}, geometry=points)
    return layer if crs == "OGC:CRS84" else layer.to_crs(crs)


def _check(path: Path) -> None:
    positions, (report,), tally = read(path)
    np.testing.assert_allclose(positions.lon, PLACES[0][:2], atol=1e-9)
    np.testing.assert_allclose(positions.lat, PLACES[1][:2], atol=1e-9)
    assert positions.mmsi.tolist() == COLUMNS["mmsi"][:2]
    assert positions.time_ms.tolist() == [to_ms(AT)] * 2
    assert positions.nav_status.tolist() == [8, -1]
    assert (report.imo, report.name) == (9307839, "MSC NAISHA III")
    assert (tally.read, tally.ignored) == (3, {"not_a_ship": 1})


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_points_of_geoparquet_are_positions(tmp_path: Path, encoding: str) -> None:
    """MarineCadastre's own columns beside a point geometry in either encoding."""
    path = tmp_path / "day.parquet"
    _layer().to_parquet(path, geometry_encoding=encoding)
    _check(path)


@pytest.mark.parametrize(
    "mmsi", [[str(m) for m in COLUMNS["mmsi"]], [float(m) for m in COLUMNS["mmsi"]]]
)
def test_parquet_without_points_is_read_by_its_columns(tmp_path: Path, mmsi: list[object]) -> None:
    """Latitude and longitude as numbers, MMSI as text or as a number."""
    path = tmp_path / "day.parquet"
    lon, lat = PLACES
    pd.DataFrame({**COLUMNS, "mmsi": mmsi, "longitude": lon, "latitude": lat}).to_parquet(path)
    _check(path)


def test_geoparquet_in_metres_is_refused(tmp_path: Path) -> None:
    """The message names the reference system."""
    path = tmp_path / "day.parquet"
    _layer("EPSG:3857").to_parquet(path)
    with pytest.raises(InputError, match="in EPSG:3857; convert it"):
        read(path)


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:4326", "EPSG:3857"])
def test_a_geopackage_is_read_in_any_reference_system(tmp_path: Path, crs: str) -> None:
    """A layer is transformed to longitude and latitude; other layers are passed over."""
    path = tmp_path / "day.gpkg"
    _layer(crs).to_file(path, layer="positions")
    _layer().drop(columns=["mmsi"]).to_file(path, layer="buoys")
    _check(path)


def test_the_size_of_a_piece_does_not_matter(tmp_path: Path) -> None:
    """A layer gives the same rows in small pieces as in one."""
    layer = pd.concat([_layer()] * 4, ignore_index=True)
    for name in ("day.gpkg", "day.parquet"):
        path = tmp_path / name
        layer.to_parquet(path) if name.endswith("t") else layer.to_file(path)
        whole, _, _ = read(path)
        parts, _, _ = read(path, batch_rows=5)
        assert parts.lon.tolist() == whole.lon.tolist()
        assert len(parts) == 8


@pytest.mark.parametrize("name", ["day.gpkg", "day.parquet"])
def test_a_layer_without_ships_is_refused(tmp_path: Path, name: str) -> None:
    """The message says what was found."""
    path = tmp_path / name
    layer = _layer().drop(columns=["mmsi"])
    layer.to_parquet(path) if name.endswith("t") else layer.to_file(path)
    with pytest.raises(InputError, match="vessel_name"):
        read(path)
