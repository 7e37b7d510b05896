"""Tables whose headers tell nothing, read by a mapping of their columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.window import parse_utc, to_ms
from monitor.errors import InputError
from monitor.sources.ais.tables.column_map import ColumnMap, column_map
from tests.conftest import shared
from tests.sources.ais.ais_lines import read

AT = parse_utc("2023-01-11T00:00:00Z")
RAW_UNITS = (
    "lat=latitude/600000,lon=longitude/600000,sog_kn=speed_over_ground/10,"
    "cog_deg=course_over_ground/10"
)


def _write(folder: Path, text: str) -> Path:
    path = folder / "odd.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("when", "form"),
    [
        ("1673395200", "unix"),
        ("1673395200", None),
        ("1673395200000", "unix_ms"),
        ("1673395200000", None),
        ("20230111 0000", "%Y%m%d %H%M"),
        ("20230111_000000", None),
        ("11.01.2023 00:00:00", None),
        ("2023-01-11 00:00:00.067018882 +0000 UTC", None),
    ],
)
def test_times_are_read_as_told_or_as_they_look(
    tmp_path: Path, when: str, form: str | None
) -> None:
    """Seconds, milliseconds and any written form give the same instant."""
    path = _write(tmp_path, f"ship;t;y;x\n636021061;{when};26.5;-80.5\n")
    columns = column_map("mmsi=ship,time=t,lat=y,lon=x", time_format=form)
    positions, _, _ = read(path, columns=columns)
    assert (positions.time_ms // 1000).tolist() == [to_ms(AT) // 1000]


def test_numbers_are_scaled(tmp_path: Path) -> None:
    """A factor turns the table's unit into ours, sentinels included."""
    path = _write(
        tmp_path,
        "mmsi,t,y,x,v,c\n636021061,1673395200,15900000,-48300000,1023,3600\n"
        "636021061,1673395200,15900000,-48300000,88,2727\n",
    )
    columns = column_map("lat=y/600000,lon=x / 600000,sog_kn=v*0.1,cog_deg=c/10")
    positions, _, _ = read(path, columns=columns)
    assert (positions.lat[1], positions.lon[1]) == (26.5, -80.5)
    assert positions.sog_kn[1] == pytest.approx(8.8)
    assert positions.cog_deg[1] == pytest.approx(272.7)
    assert positions.sog_kn[0] != positions.sog_kn[0]
    assert positions.cog_deg[0] != positions.cog_deg[0]


def test_a_table_without_a_header_is_mapped_by_place(tmp_path: Path) -> None:
    """Whole numbers are places, and the first line is a row."""
    path = _write(tmp_path, "1673395200|636021061|26.5|-80.5\n" * 2)
    positions, _, tally = read(path, columns=column_map("time=1,mmsi=2,lat=3,lon=4"))
    assert tally.read == len(positions) == 2


def test_a_snapshot_without_times_is_of_the_moment_it_was_received(tmp_path: Path) -> None:
    """Given when it was received, a table needs no column of time."""
    path = _write(tmp_path, "mmsi,lat,lon\n636021061,26.5,-80.5\n")
    positions, _, _ = read(path, received_at=AT)
    assert positions.time_ms.tolist() == positions.received_ms.tolist() == [to_ms(AT)]
    with pytest.raises(InputError, match="no column BaseDateTime"):
        read(path)


def test_the_map_may_stand_in_a_file(tmp_path: Path) -> None:
    """TOML says the same as the options, and an option overrules it."""
    told = tmp_path / "map.toml"
    told.write_text('time_format = "unix"\n[columns]\nmmsi = "ship"\nlat = "y/10"\n')
    assert column_map(file=told) == column_map("mmsi=ship,lat=y/10", time_format="unix")
    assert column_map("lat=y", file=told).columns == {"mmsi": "ship", "lat": "y"}


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"columns": "ship"}, "not of the form"),
        ({"columns": "speed=v"}, "no field speed; there are: mmsi"),
        ({"time_format": "%Q"}, "time-format: '%Q'"),
        ({"delimiter": ";;"}, "one character"),
        ({"delimiter": '"'}, "one character"),
    ],
)
def test_a_map_that_means_nothing_is_refused(texts: dict[str, str], says: str) -> None:
    """The message names the option and what is wrong with it."""
    with pytest.raises(InputError, match=says):
        column_map(**texts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mmsi=boat", "no such column; it has ship, t"),
        ("lat=t/0", "cannot be scaled"),
        ("time=t/1000", "cannot be scaled"),
        ("mmsi=3", "no such column"),
    ],
)
def test_a_column_that_is_not_there_is_named(text: str, says: str) -> None:
    """The message names the column and those there are."""
    with pytest.raises(InputError, match=says):
        column_map(f"{text},lon=t").rules(["ship", "t"])


@pytest.mark.parametrize("content", ["[columns", "columns = 1", 'delimitr = ","', "delimiter = 1"])
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, content: str) -> None:
    """Syntax, shape and unknown keys are each told."""
    path = tmp_path / "map.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=r"map\.toml"):
        column_map(file=path)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "columns", "rows", "accepted"),
    [
        ("tracks/singapore_tankers/9267118.csv", RAW_UNITS, 9922, 9921),
        (
            "tracks/SolentAIS_20160112_130211.csv",
            "lat=Latitude_degrees,lon=Longitude_degrees,cog_deg=COG_degrees,sog_kn=SOG_knots",
            18_623,
            18_623,
        ),
        (
            "tracks/oldbahama_nais_recreational_2023.csv",
            "time=PERIOD,lat=LAT_AVG,lon=LON_AVG,sog_kn=SPEED_KNOTS,source=RECEIVER",
            6921,
            6921,
        ),
        ("feeds/aisstream_positions_code4fukui.csv", "mmsi=UserID,time=", 5850, 5841),
        ("feeds/aisstream_snapshot_2026-03-30_shimizu.csv", None, 1710, 1347),
        ("messy/aisdb_exactearth_20210701.csv", None, 2498, 2285),
        ("tracks/luarca_aisstream_2024-2026.csv", None, 6548, 6548),
        ("tracks/brest_nari_dynamic_sample.csv", None, 4389, 4389),
        ("tracks/arctic_sais_tais_2019-08_2vessels.csv", None, 1939, 969),
        ("tracks/novorossiysk_2021-02-04_decoded_bs_time.csv", None, 9846, 9846),
        ("tracks/kattegat_dma_2025-11-01_03_1min.parquet", None, 51_569, 51_569),
    ],
)
def test_real_tables_are_read_by_header_or_map(
    file: str, columns: str | None, rows: int, accepted: int
) -> None:
    """Each public table at hand gives every position it holds."""
    told = None if columns is None else column_map(columns)
    at = AT if "code4fukui" in file else None
    positions, _, tally = read(
        shared("data", "ais", *file.split("/")), columns=told, received_at=at
    )
    assert (tally.read, tally.accepted) == (rows, accepted)
    assert len(positions) == accepted


def test_no_map_is_the_known_headers() -> None:
    """Without words of the user, only what headers tell is used."""
    assert column_map() == ColumnMap()
