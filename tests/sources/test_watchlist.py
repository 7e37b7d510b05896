"""The watch list: what a row means, and which rows are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.bundled import bundled
from monitor.domain.vessel import MmsiClaim, WatchedVessel, imo_is_valid
from monitor.errors import ConfigError
from monitor.sources import watchlist
from monitor.sources.watchlist import load_watchlist, survey_watchlist
from tests.conftest import shared

HEADER = (
    "name,imo,mmsi,mmsi_from,mmsi_to,former_names,length_m,flag,ship_type,note,source,confidence"
)
IN_2025 = datetime(2025, 1, 21, tzinfo=UTC)


def a_list(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """Write a watch list and return its path."""
    path = folder / "ships.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def ships(folder: Path, *rows: str, header: str = HEADER) -> tuple[WatchedVessel, ...]:
    """Return the ships of a watch list of these rows."""
    return load_watchlist(a_list(folder, *rows, header=header)).vessels


def refusal(folder: Path, *rows: str, header: str = HEADER) -> str:
    """Return what is said when a watch list of these rows is refused."""
    path = a_list(folder, *rows, header=header)
    with pytest.raises(ConfigError) as refused:
        load_watchlist(path)
    return str(refused.value).removeprefix(f"{path}: ")


def test_a_row_is_a_ship(tmp_path: Path) -> None:
    """Every column of our header ends in the field it is named for."""
    row = "SPARTA,9268710,273351920,2020-01-01,2025-06-01,Old One|Old Two,126.4,RU,ro-ro,n,s,high"
    assert ships(tmp_path, row) == (
        WatchedVessel(
            name="SPARTA",
            imo=9268710,
            claims=(
                MmsiClaim(
                    mmsi=273351920,
                    valid_from=datetime(2020, 1, 1, tzinfo=UTC),
                    valid_to=datetime(2025, 6, 1, tzinfo=UTC),
                ),
            ),
            former_names=("Old One", "Old Two"),
            length_m=126.4,
            flag="RU",
            ship_type="ro-ro",
            note="n",
            source="s",
        ),
    )


def test_three_columns_are_enough(tmp_path: Path) -> None:
    """Name, IMO and MMSI make a list, in any order, whatever else stands in the file."""
    (ship,) = ships(tmp_path, "x,IMO 9268710,,SPARTA", header="mood, IMO ,mmsi,Name")
    assert (ship.name, ship.imo, ship.claims) == ("SPARTA", 9268710, ())


def test_blank_rows_and_short_rows_are_no_fault(tmp_path: Path) -> None:
    """Spreadsheets leave empty rows and cut trailing cells."""
    assert len(ships(tmp_path, "", ",,,,", "SPARTA,9268710")) == 1


def test_candidates_are_parted_by_a_bar_and_found_under_either(tmp_path: Path) -> None:
    """A ship with two MMSI candidates is found by both."""
    listed = load_watchlist(a_list(tmp_path, "BALTIC LEADER,9220639,273297850|273549530"))
    for mmsi in (273297850, 273549530):
        found = listed.find(imo=None, mmsi=mmsi, at=IN_2025)
        assert found is not None
        assert found.imo == 9220639


def test_rows_of_one_ship_are_joined(tmp_path: Path) -> None:
    """A second row of the same IMO adds an MMSI with its own dates and fills what was empty."""
    (ship,) = ships(
        tmp_path,
        "SPARTA,9268710,273351920,,2024-01-01,A,,RU",
        "Sparta,9268710,273351921,2024-01-01,,A|B,126.4,XX",
    )
    assert [c.mmsi for c in ship.claims] == [273351920, 273351921]
    assert (ship.former_names, ship.length_m, ship.flag) == (("A", "B"), 126.4, "RU")


def test_an_mmsi_repeated_by_its_own_ship_counts_once(tmp_path: Path) -> None:
    """A plain repeat within one ship leaves one claim, or the ship would no longer be found."""
    listed = load_watchlist(
        a_list(tmp_path, "SPARTA,9268710,273351920|273351920", "SPARTA,9268710,273351920")
    )
    assert len(listed.vessels[0].claims) == 1
    assert listed.find(imo=None, mmsi=273351920, at=IN_2025) is not None


def test_a_ship_with_neither_number_stays_and_never_matches(tmp_path: Path) -> None:
    """A warship known by name only is on the list, and no AIS message can be hers."""
    listed = load_watchlist(a_list(tmp_path, "KILDIN,,", "KILDIN,,"))
    assert [v.name for v in listed.vessels] == ["KILDIN", "KILDIN"]
    assert listed.mmsis() == frozenset()
    assert listed.find(imo=None, mmsi=273351920, at=IN_2025) is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A,9268711,", "row 2: IMO 9268711 fails its check digit"),
        ("A,926871,", "row 2: IMO '926871' is not seven digits"),
        ("A,٩٢٦٨٧١٠,", "is not seven digits"),
        ("A,9268710.0,", "row 2: IMO '9268710.0' is not seven digits"),
        ("A,,27335192", "row 2: MMSI '27335192' is not a ship's"),
        ("A,,200999999", "MMSI '200999999' is not a ship's"),
        ("A,,776000000", "MMSI '776000000' is not a ship's"),
        ("A,,273351920;273351921", "is not a ship's"),
        (",9268710,", "row 2: has no name"),
        ("A,9268710,273351920,soon", "row 2: 'soon' is not a date like 2024-01-31"),
        ("A,9268710,273351920,2024-02-30", "'2024-02-30' is not a date"),
        ("A,9268710,273351920,0001-01-01T00:00+14:00", "is not a date"),
        ("A,9268710,273351920,2024-01-02,2024-01-02", "mmsi_to is not after mmsi_from"),
        ("A,9268710,,,,,12o", "row 2: length_m '12o' is not a number of metres"),
        ("A,9268710,,,,,0", "length_m 0 is not between 0 and 500"),
        ("A,9268710,,,,,500.1", "length_m 500.1 is not between 0 and 500"),
    ],
)
def test_a_wrong_row_is_refused_by_number(tmp_path: Path, row: str, words: str) -> None:
    """A row that cannot be right is named as a spreadsheet numbers it, and why."""
    assert words in refusal(tmp_path, row)


@pytest.mark.parametrize(
    ("text", "length_m"),
    [
        ("", None),
        ("126.4", 126.4),
        ("127 m", 127.0),
        ("500", 500.0),
        ("112.5 (reference, 1975)", 112.5),
        ("120 (globalsecurity) / 135 (wp.pl)", None),
    ],
)
def test_a_length_is_one_figure_or_unknown(
    tmp_path: Path, text: str, length_m: float | None
) -> None:
    """A figure with a remark is taken, two figures that disagree are not."""
    (ship,) = ships(tmp_path, f'A,9268710,,,,,"{text}"')
    assert ship.length_m == length_m


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    """One refusal lists all faults, blank rows counted as a spreadsheet shows them."""
    said = refusal(tmp_path, "A,1234568,", "", "B,9268710,", "C,,12")
    assert [part.split(":")[0] for part in said.split("; ")] == ["row 2", "row 5"]


def test_one_imo_number_has_one_name(tmp_path: Path) -> None:
    """The same IMO under two names is refused: one of the two is a mistake."""
    said = refusal(tmp_path, "SPARTA,9268710,", "SPARTA II,9268710,")
    assert said == "row 3: IMO 9268710 is 'SPARTA II' here and 'SPARTA' in row 2"


@pytest.mark.parametrize(
    ("one_to", "other_from", "refused"),
    [
        ("2024-01-01", "2024-01-01", False),
        ("2024-01-02", "2024-01-01", True),
        ("", "2024-01-01", True),
        ("2024-01-01", "", True),
        ("", "", True),
    ],
)
def test_an_mmsi_belongs_to_one_ship_at_a_time(
    tmp_path: Path, one_to: str, other_from: str, refused: bool
) -> None:
    """An MMSI may pass from ship to ship, but two may not hold it on one day."""
    rows = (f"A,9268710,273351920,,{one_to}", f"B,9160994,273351920,{other_from},")
    if refused:
        told = "row 3: MMSI 273351920 is claimed for the same time by 'A' in row 2"
        assert refusal(tmp_path, *rows) == told
    else:
        assert len(ships(tmp_path, *rows)) == 2


def test_one_ship_may_not_claim_an_mmsi_for_two_overlapping_spans(tmp_path: Path) -> None:
    """Two spans that overlap are a mistake even within one ship, unlike a plain repeat."""
    rows = ("A,9268710,273351920,,2024-06-01", "A,9268710,273351920,2024-01-01,")
    assert "row 3: MMSI 273351920 is claimed for the same time" in refusal(tmp_path, *rows)


@pytest.mark.parametrize(
    ("header", "missing"),
    [("name;imo;mmsi", "name, imo, mmsi"), ("name,imo", "mmsi"), ("ship,imo,mmsi", "name")],
)
def test_a_header_without_the_three_columns_is_refused(
    tmp_path: Path, header: str, missing: str
) -> None:
    """A file of another shape is told which columns it lacks."""
    assert f"the header has no {missing};" in refusal(tmp_path, header=header)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (b'name,imo,mmsi\n"open', "is not CSV"),
        (b"name,imo,mmsi\n" + b"x" * 200_000, "is not CSV (field larger"),
    ],
)
def test_a_file_that_is_no_csv_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """A file of another sort is refused in one line that names it."""
    path = tmp_path / "ships.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load_watchlist(path)
    assert str(refused.value).startswith(f"{path}: {words}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_path_that_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """A missing file and a folder are told in one line."""
    with pytest.raises(ConfigError, match=r"is not a file|cannot be read \(No such file"):
        load_watchlist(tmp_path / name)


def test_a_list_longer_than_any_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the limit a list is read, one byte above it is not."""
    path = a_list(tmp_path, "SPARTA,9268710,")
    monkeypatch.setattr(watchlist, "MAX_BYTES", path.stat().st_size)
    assert len(load_watchlist(path).vessels) == 1
    monkeypatch.setattr(watchlist, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(ConfigError, match="is larger than"):
        load_watchlist(path)


def test_a_byte_order_mark_and_hidden_characters_are_dropped(tmp_path: Path) -> None:
    """A list saved by a spreadsheet loads, and a name cannot turn the line round."""
    path = tmp_path / "ships.csv"
    path.write_bytes("\ufeffname,imo,mmsi\r\nSPAR\u202eTA,9268710,\r\n".encode())
    assert load_watchlist(path).vessels[0].name == "SPAR TA"


def test_the_bundled_list_is_sound() -> None:
    """Twenty-eight ships, eleven of them by name only, each with its source."""
    listed = load_watchlist(bundled("config", "watchlist.csv"))
    assert len(listed.vessels) == 28
    assert sum(v.imo is None and not v.claims for v in listed.vessels) == 11
    assert all(v.source for v in listed.vessels)
    assert all(imo_is_valid(v.imo) for v in listed.vessels if v.imo is not None)


@pytest.mark.parametrize(
    ("mmsi", "name"),
    [
        (273297850, "BALTIC LEADER"),
        (273549530, "BALTIC LEADER"),
        (273351920, "SPARTA"),
        (273394890, "SPARTA II"),
        (305973000, None),
        (273318020, None),
    ],
)
def test_the_bundled_list_avoids_the_known_traps(mmsi: int, name: str | None) -> None:
    """Both candidates find their ship; the stale number of LADY D and the junk one find none."""
    found = load_watchlist(bundled("config", "watchlist.csv")).find(imo=None, mmsi=mmsi, at=IN_2025)
    assert (found.name if found else None) == name


@pytest.mark.shared_data
def test_the_research_table_loads_as_it_is() -> None:
    """The wider table behind our list needs no change to be read."""
    listed = load_watchlist(shared("facts", "watchlist.csv"))
    by_name = {v.name: v for v in listed.vessels}
    assert len(by_name) == 28
    assert [c.mmsi for c in by_name["BALTIC LEADER"].claims] == [273297850, 273549530]
    assert by_name["IVAN GREN"].length_m is None
    assert by_name["ALEKSANDR SHABALIN"].length_m == 112.5
    assert "SPARTA III" in by_name["URSA MAJOR"].former_names
    assert "off Cartagena" in by_name["URSA MAJOR"].note
    assert "Wikipedia" in by_name["URSA MAJOR"].note


def test_a_strangers_list_keeps_what_is_sound(tmp_path: Path) -> None:
    """A bad cell is named and left empty; the rest of its row, and the other rows, are kept."""
    path = a_list(
        tmp_path,
        "ONE,9268710,Call sign,\ufffd273351920,Profit / Old Name",
        "TWO,RS 150443,273394890,,",
        ",9160994,,,",
        "PION\u0415,9160994,,,",
        header="name,imo,mmsi_current,mmsi_legacy,former_names",
    )
    watch, bad = survey_watchlist(path)
    assert [(v.name, v.imo) for v in watch.vessels] == [
        ("ONE", 9268710),
        ("TWO", None),
        ("PIONE", 9160994),
    ]
    assert watch.vessels[0].former_names == ("Profit", "Old Name")
    assert watch.mmsis() == {273351920, 273394890}
    assert [(b.row, b.column, b.repaired) for b in bad] == [
        (2, "mmsi", False),
        (2, "mmsi_legacy", True),
        (3, "imo", False),
        (4, "name", False),
        (5, "name", True),
    ]
    assert str(bad[0]).startswith("row 2: MMSI 'Call sign' is not a ship's")


def test_an_mmsi_two_ships_claim_is_neithers(tmp_path: Path) -> None:
    """In a stranger's list a disputed number finds nobody, and is named."""
    watch, bad = survey_watchlist(a_list(tmp_path, "A,9268710,273351920", "B,9160994,273351920"))
    assert watch.mmsis() == frozenset()
    assert "MMSI 273351920 is claimed for the same time by 'A' in row 2" in str(bad[0])


def test_a_claim_with_a_bad_date_does_not_hold_for_ever(tmp_path: Path) -> None:
    """An MMSI whose dates cannot be read is left out with them."""
    watch, bad = survey_watchlist(a_list(tmp_path, "A,9268710,273351920,soon"))
    assert (watch.vessels[0].claims, len(bad)) == ((), 1)


@pytest.mark.parametrize(
    ("note", "lost"),
    [
        ("sank 2024-12-23/24 off Cartagena; last AIS", datetime(2024, 12, 23, tzinfo=UTC)),
        ("Scrapped at Aliaga 2021-05-02", datetime(2021, 5, 2, tzinfo=UTC)),
        ("fuel leak reported 2025-01-12", None),
        ("sunk in 2023-99-99", None),
        ("sank in bad weather", None),
    ],
)
def test_a_note_may_say_that_a_ship_is_lost(
    tmp_path: Path, note: str, lost: datetime | None
) -> None:
    """Only with a day: without one nothing could be held against it."""
    (ship,) = ships(tmp_path, f"A,9268710,,,,,,,,{note}")
    assert ship.lost_at == lost


@pytest.mark.shared_data
def test_the_large_dirty_list_loads() -> None:
    """Of 1,414 ships every bad cell is named: call signs for MMSIs, numbers claimed twice."""
    watch, bad = survey_watchlist(shared("data", "ais", "feeds", "gur_vessels_watchlist.csv"))
    assert (len(watch.vessels), len(watch.imos())) == (1414, 1410)
    assert sum("Call sign" in cell.why for cell in bad) == 207
    assert sum("claimed for the same time" in cell.why for cell in bad) == 3
    assert sum(cell.repaired for cell in bad) == 8
    assert len(bad) == 220
