"""CSV archives: MarineCadastre of both generations and the Danish Maritime Authority."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.domain.tally import Tally
from monitor.domain.window import parse_utc, to_ms
from monitor.errors import InputError
from monitor.sources.ais.files import read_ais_file
from tests.conftest import shared
from tests.sources.ais.ais_lines import read

OLD = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,"
    "Length,Width,Draft,Cargo,TransceiverClass"
)
OLD_ROW = (
    "636021061,2023-01-11T00:00:00,26.09241,-80.04806,8.8,272.7,270.0,MSC NAISHA III,IMO9307839,"
    "5LCB4,70,8.0,208.0,30.0,8.0,70.0,A"
)
NEW = (
    "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,"
    "vessel_type,status,length,width,draft,cargo,transceiver"
)
NEW_ROW = (
    "636021061,2023-01-11 00:00:00,-80.04806,26.09241,8.8,272.7,270,MSC NAISHA III,IMO9307839,"
    "5LCB4,70,8,208,30,8.0,70,A"
)
DANISH = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,"
    "IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,"
    "Destination,ETA,Data source type"
)
DANISH_ROW = (
    "11/01/2023 00:00:00,Class A,636021061,26.09241,-80.04806,Under way sailing,,8.8,272.7,270,"
    "9307839,5LCB4,MSC NAISHA III,Cargo,,30,208,GPS,8.0,Unknown,,AIS"
)
AT_MS = to_ms(parse_utc("2023-01-11T00:00:00Z"))


def _read(folder: Path, *lines: str, **options: object) -> Any:  # noqa: ANN401
    path = folder / "day.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return read(path, **options)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (OLD, OLD_ROW),
        ("\ufeff" + OLD, OLD_ROW + "\r"),
        (NEW, NEW_ROW),
        (DANISH, DANISH_ROW),
        (DANISH + ",A,B,C,D", DANISH_ROW + ",200,8,20,10"),
    ],
)
def test_every_generation_of_archive_says_the_same(tmp_path: Path, header: str, row: str) -> None:
    """One row gives the same position and identity in every layout."""
    positions, (report,), tally = _read(tmp_path, header, row)
    assert positions.time_ms.tolist() == positions.received_ms.tolist() == [AT_MS]
    assert positions.mmsi.tolist() == [636021061]
    assert (positions.lon[0], positions.lat[0]) == (-80.04806, 26.09241)
    np.testing.assert_allclose(
        [positions.sog_kn[0], positions.cog_deg[0], positions.heading_deg[0]],
        [8.8, 272.7, 270],
        rtol=1e-6,
    )
    assert positions.nav_status.tolist() == [8]
    assert (report.imo, report.name, report.call_sign) == (9307839, "MSC NAISHA III", "5LCB4")
    assert (report.ship_type, report.draught_m, report.destination) == (70, 8, "")
    assert tally.accepted == 1


def test_length_without_the_antennas_place_gives_no_dimensions(tmp_path: Path) -> None:
    """Dimensions are taken only where all four distances are given."""
    _, (old,), _ = _read(tmp_path, OLD, OLD_ROW)
    _, (danish,), _ = _read(tmp_path, DANISH + ",A,B,C,D", DANISH_ROW + ",200,8,20,10")
    assert (old.to_bow_m, old.to_stern_m) == (None, None)
    assert (danish.to_bow_m, danish.to_stern_m, danish.to_port_m) == (200, 8, 20)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2023-01-11T00:00:00", "2023-13-11T00:00:00", "bad_time"),
        ("2023-01-11T00:00:00", "", "undated"),
        ("2023-01-11T00:00:00", "2023", "bad_time"),
        ("2023-01-11T00:00:00", "-1.5", "bad_time"),
        ("2023-01-11T00:00:00", "0001-01-01T00:00:00", "bad_time"),
        ("2023-01-11T00:00:00", "9999-12-31T23:59:59", "bad_time"),
        ("2023-01-11T00:00:00", "1970-01-01T00:00:00", "bad_time"),
        ("26.09241", "north", "bad_number"),
        ("26.09241", "inf", "impossible_position"),
        ("26.09241", "90.00001", "impossible_position"),
        ("26.09241,-80.04806", "0.0,0", "zero_position"),
        ("636021061", "63602X061", "bad_number"),
        (",A", "", "wrong_number_of_columns"),
        (",A", ",A,B", "wrong_number_of_columns"),
        ("MSC NAISHA III", '"MSC NAISHA III', "wrong_number_of_columns"),
    ],
)
def test_a_bad_row_is_counted_and_harms_no_other(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    """A bad row is rejected under its reason; the rows around it are read."""
    positions, _, tally = _read(tmp_path, OLD, OLD_ROW, OLD_ROW.replace(old, new, 1), OLD_ROW)
    assert tally.rejected == {reason: 1}
    assert len(positions) == 2


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("636021061", "3669702", "not_a_ship"),
        ("26.09241", "91.0", "no_position"),
        ("26.09241", "", "no_position"),
    ],
)
def test_rows_that_are_no_ships_position_are_ignored(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    """Well-formed rows without a ship's position are no damage."""
    positions, _, tally = _read(tmp_path, OLD, OLD_ROW.replace(old, new))
    assert len(positions) == 0
    assert tally.ignored == {reason: 1}


def test_nul_bytes_are_taken_out_and_counted(tmp_path: Path) -> None:
    """A NUL byte in a name costs neither the row nor the name."""
    _, (report,), tally = _read(tmp_path, OLD, OLD_ROW.replace("MSC", "M\0SC"))
    assert report.name == "MSC NAISHA III"
    assert tally.accepted == 1
    assert tally.repaired == {"nul_bytes_removed": 1}


def test_a_quoted_name_may_hold_a_comma(tmp_path: Path) -> None:
    """Quotation marks are honoured within a line and never beyond it."""
    row = OLD_ROW.replace("MSC NAISHA III", '"NAISHA, MSC"')
    _, (report,), _ = _read(tmp_path, OLD, row)
    assert report.name == "NAISHA, MSC"


@pytest.mark.parametrize("column", ["MMSI", "BaseDateTime", "LAT", "LON"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    """The refusal names the file, the column and what was found instead."""
    path = tmp_path / "day.csv"
    path.write_text(f"{OLD.replace(column, 'Else')}\n{OLD_ROW}\n")
    with pytest.raises(InputError, match=rf"day\.csv: no column {column}; found .*Else"):
        list(read_ais_file(path, tally=Tally()))


def test_a_row_may_name_its_source_and_its_arrival(tmp_path: Path) -> None:
    """`Source` and `Received` overrule the file's name and the event time, row by row."""
    positions, static, tally = _read(
        tmp_path,
        OLD + ",Source,Received",
        OLD_ROW + ",satellite,2023-01-11T06:30:00Z",
        OLD_ROW + ",,2023-01-11T00:00:02Z",
        OLD_ROW + ",roof,soon",
    )
    assert [positions.sources[i] for i in positions.source] == ["satellite", "file:day.csv"]
    late_ms = (positions.received_ms - AT_MS).tolist()
    assert late_ms == [6.5 * 3_600_000, 2000]
    assert tally.rejected == {"bad_received": 1}
    assert sorted(report.source for report in static) == ["file:day.csv", "satellite"]


def test_the_moment_of_import_overrules_the_received_column(tmp_path: Path) -> None:
    """Given `received_at`, the column is not needed and not used."""
    at = parse_utc("2024-01-01")
    positions, _, _ = _read(tmp_path, OLD + ",Received", OLD_ROW + ",soon", received_at=at)
    assert positions.received_ms.tolist() == [to_ms(at)]


def test_danish_base_stations_are_not_ships(tmp_path: Path) -> None:
    """Rows of stations on land and of buoys are ignored."""
    rows = [DANISH_ROW.replace("Class A", kind) for kind in ("Base Station", "AtoN", "Class B")]
    positions, _, tally = _read(tmp_path, DANISH, *rows)
    assert len(positions) == 1
    assert tally.ignored == {"not_a_ship": 2}


def test_the_size_of_a_batch_does_not_matter(tmp_path: Path) -> None:
    """A file gives the same rows in small batches as in one."""
    rows = [OLD_ROW.replace("T00:00:00", f"T00:{i:02}:00") for i in range(50)]
    whole, _, _ = _read(tmp_path, OLD, *rows)
    parts, static, _ = _read(tmp_path, OLD, *rows, batch_rows=7)
    assert parts.time_ms.tolist() == whole.time_ms.tolist()
    assert len(static) == 1


def test_a_static_report_is_told_again_only_where_it_was_earlier(tmp_path: Path) -> None:
    """Of an hour's equal reports the earliest comes through, in whatever batch it stands."""
    rows = [OLD_ROW.replace("T00:00", f"T00:{minute}") for minute in (50, 30, 40)]
    _, static, _ = _read(tmp_path, OLD, *rows, OLD_ROW.replace("T00", "T01"), batch_rows=1)
    assert [(report.time_ms - AT_MS) // 60_000 for report in static] == [50, 30, 60]


def test_a_quotation_mark_swallows_no_row(tmp_path: Path) -> None:
    """Lines with marks are each read by themselves; the plain ones around them are untouched."""
    marked = [
        OLD_ROW.replace("MSC NAISHA III", name)
        for name in ('"', 'A"B', '"A"', '"A,""B"""', '"open,', '"A\n')
    ]
    rows = [row for bad in marked for row in (OLD_ROW, bad)]
    positions, static, tally = _read(tmp_path, OLD, *rows, OLD_ROW)
    assert len(positions) == 7 + 3
    assert {report.name for report in static} == {"MSC NAISHA III", 'A"B', "A", 'A,"B"'}
    assert tally.rejected == {"wrong_number_of_columns": 4}


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_kind_of_line_end_is_one(tmp_path: Path, end: str) -> None:
    """Windows, Unix and old Macintosh files give the same rows, the last line ended or not."""
    path = tmp_path / "day.csv"
    path.write_bytes(end.join([OLD, OLD_ROW, "", OLD_ROW]).encode())
    positions, _, tally = read(path)
    assert len(positions) == 2
    assert tally.ignored == {"blank": 1}


@pytest.mark.parametrize("rows", [1, 2, 3, 50])
def test_one_bad_number_changes_no_other(tmp_path: Path, rows: int) -> None:
    """Degrees come out as written, whether or not a text stands among them."""
    texts = ["-80.04806", " -80.1 ", "8e1", "West", "True", "unknown"]
    lines = [OLD_ROW.replace("-80.04806", text) for text in texts]
    positions, _, tally = _read(tmp_path, OLD, *lines, batch_rows=rows)
    assert positions.lon.tolist() == [-80.04806, -80.1, 80.0]
    assert tally.rejected == {"bad_number": 2}
    assert tally.ignored == {"no_position": 1}


def test_a_long_range_report_carries_its_precision(tmp_path: Path) -> None:
    """Where a table gives the message type, type 27 is coarse."""
    positions, _, _ = _read(
        tmp_path, OLD + ",Message_ID", OLD_ROW + ",27", OLD_ROW + ",1", OLD_ROW + ",None"
    )
    assert positions.precision_m.tolist() == [93, 1, 1]


def test_a_table_of_ships_alone_gives_static_reports(tmp_path: Path) -> None:
    """Without latitude and longitude a table may still say who is who."""
    positions, static, tally = _read(
        tmp_path, "sourcemmsi,imonumber,shipname,t", "304091000,9509255,HC JETTE,1443650423",
        "304091000,,,1443650423",
    )  # fmt: skip
    assert len(positions) == 0
    assert [(report.imo, report.time_ms) for report in static] == [(9509255, 1443650423000)]
    assert (tally.accepted, tally.ignored) == (1, {"no_static_report": 1})


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "rows", "accepted", "ships"),
    [
        ("feeds/marinecadastre_noaa_20230111_sample.csv", 1000, 998, 998),
        ("samples/marinecadastre_2015_2023.csv", 11, 11, 11),
        ("samples/dma_aisdk.csv", 6, 5, 5),
    ],
)
def test_real_archives_are_read(file: str, rows: int, accepted: int, ships: int) -> None:
    """Rows of real archives are kept but for stations on land."""
    positions, _, tally = read(shared("data", "ais", *file.split("/")))
    assert (tally.read, tally.accepted) == (rows, accepted)
    assert len(set(positions.mmsi.tolist())) == ships
    assert not tally.rejected
