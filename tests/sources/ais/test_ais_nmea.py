"""Raw NMEA, as receivers and archives really write it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from monitor.domain.window import from_ms, to_ms
from monitor.sources.ais.clean import refined_ms
from monitor.sources.ais.nmea.sentences import stamp_ms
from tests.sources.ais.ais_lines import (
    LAT,
    LON,
    NOON,
    NOON_S,
    SHIP,
    base_line,
    checked,
    position_line,
    read_lines,
    sentences,
    stamped,
    static_lines,
    tagged,
)

NOON_MS = NOON_S * 1000


@pytest.mark.parametrize(
    "line",
    [
        stamped(position_line()),
        stamped(position_line(), NOON_S + 0.25),
        f"{NOON_MS} {position_line()}",
        f"{NOON_MS}000000 {position_line()}",
        f"{position_line()},r003669987,{NOON_S}",
        f"{position_line()},{NOON_S}",
        tagged(position_line(), f"s:2573238,c:{NOON_S}"),
        tagged(position_line(), f"c:{NOON_MS}"),
        tagged(position_line(), f"g:1-1-99,s:rORBCOMM,c:{NOON_S}"),
        stamped(checked(position_line()[1:-3].replace("AIVDM", "BSVDM"))),
        stamped(checked(position_line()[1:-3].replace("AIVDM", "AIVDO"))),
        stamped(position_line()) + "\r",
    ],
)
def test_a_stamped_line_gives_its_position_in_every_dress(tmp_path: Path, line: str) -> None:
    """A position is read the same whatever stands around its sentence."""
    positions, _, tally = read_lines(tmp_path, line)
    assert tally.accepted == 1
    assert (positions.mmsi[0], positions.lon[0], positions.lat[0]) == (SHIP, LON, LAT)
    assert positions.time_ms[0] == NOON_MS
    assert positions.received_ms[0] // 1000 == NOON_S
    assert positions.sog_kn[0] == pytest.approx(8.5)
    assert positions.cog_deg[0] == pytest.approx(271.3)
    assert (positions.heading_deg[0], positions.nav_status[0]) == (270, 0)
    assert positions.precision_m[0] == 1
    assert positions.sources == ("file:log.nmea",)


@pytest.mark.parametrize(
    "wrapper",
    [
        checked("PGHP,1,2025,1,21,12,0,0,0,219,,2190077,1,62", start="$"),
        "\\" + checked(f"si:AISD,c:{NOON_S}", start="") + "\\",
    ],
)
def test_a_line_of_its_own_dates_the_next_sentence(tmp_path: Path, wrapper: str) -> None:
    """A wrapper line or a lone tag block dates the sentence that follows it."""
    positions, _, tally = read_lines(tmp_path, wrapper, position_line())
    assert positions.time_ms.tolist() == [NOON_MS]
    assert sum(tally.ignored.values()) == 1


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1452468552", 1452468552000),
        ("1452468552.938", 1452468552938),
        ("1733782034123", 1733782034123),
        ("1550303566167726840", 1550303566167),
        ("145246855", None),
        ("003669987", None),
        ("0883612799", None),
        ("0883612800", 883612800000),
        ("4102444800", None),
        ("1452468552.x", None),
    ],
)
def test_a_stamp_tells_its_unit_by_its_length(text: str, ms: int | None) -> None:
    """Seconds, milliseconds and nanoseconds are told apart; station numbers are no stamps."""
    assert stamp_ms(text) == ms


@pytest.mark.parametrize(
    ("second", "moved_s"),
    [(30, 30 - 60), (29, 29), (31, -29), (0, 0), (59, -1), (60, 0), (63, 0), (None, 0), (-1, 0)],
)
def test_the_own_second_moves_a_time_by_half_a_minute_at_most(
    second: int | None, moved_s: int
) -> None:
    """A fix is dated at the nearest instant with its own second; 60 and up say nothing."""
    assert refined_ms(NOON_MS, second) == NOON_MS + moved_s * 1000


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (stamped(position_line()[:-2] + "00"), "bad_checksum"),
        (stamped(position_line().partition("*")[0]), "malformed_sentence"),
        (stamped(checked("AIVDM,1,1,,A,13Lh?20P00OPwK4SN,0")), "truncated_payload"),
        (stamped(checked("AIVDM,1,1,,A," + position_line()[14:-6] + ",0")), "truncated_payload"),
        (stamped(checked("AIVDM,1,1,,A," + "1" * 60 + ",0")), "overlong_payload"),
        (stamped(checked("AIVDM,1,1,,A,,0")), "empty_payload"),
        (stamped(checked("AIVDM,1,1,,A," + "0" * 28 + ",0")), "unknown_type"),
        (stamped(checked("AIVDM,1,1,,A,L" + "0" * 27 + ",0")), "unknown_type"),
        (stamped(checked("AIVDM,1,1,,A," + "1" * 28 + ",6")), "malformed_sentence"),
        (stamped(checked("AIVDM,1,2,,A," + "1" * 28 + ",0")), "malformed_sentence"),
        (stamped(position_line(lat=0.0, lon=0.0)), "zero_position"),
        (stamped(position_line(lat=-91.5)), "impossible_position"),
        (stamped(position_line(lon=-181.0)), "impossible_position"),
        (tagged(position_line(), "c:1733782034").replace("c:17", "c:16"), "bad_tag_block"),
        ("nothing known", "unreadable_line"),
        (stamped(static_lines()[1]), "missing_part"),
        (stamped(static_lines()[0]), "missing_part"),
        (position_line(), "undated"),
    ],
)
def test_damage_is_counted_and_never_a_position(tmp_path: Path, line: str, reason: str) -> None:
    """A damaged line is rejected under its reason and gives nothing; its neighbour survives."""
    neighbour = stamped(position_line(mmsi=271000001), NOON_S + 3600)
    lines = (line, *["# far"] * 200, neighbour)
    positions, static, tally = read_lines(tmp_path, *lines)
    assert tally.rejected == {reason: 1}
    assert positions.mmsi.tolist() == [271000001]
    assert static == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (position_line(lat=91.0, lon=181.0), "no_position"),
        (position_line(lon=181.0), "no_position"),
        (position_line(mmsi=111234567), "not_a_ship"),
        (position_line(mmsi=992471234), "not_a_ship"),
        (position_line(mmsi=200999999), "not_a_ship"),
        (position_line(mmsi=776000000), "not_a_ship"),
        (sentences({"type": 9, "mmsi": 111234567, "lon": LON, "lat": LAT})[0], "not_a_ship"),
        (base_line(NOON), "base_station"),
        (sentences({"type": 8, "mmsi": SHIP, "dac": 1, "fid": 1, "data": b"\x01"})[0], "type_8"),
        ("$GPGGA,213950.00,5250.53669,N,00542.34920,E,1,09*58", "other_nmea"),
    ],
)
def test_well_formed_lines_we_do_not_use_are_ignored(
    tmp_path: Path, line: str, reason: str
) -> None:
    """Stations that are no ships and messages without a position are no damage."""
    positions, _, tally = read_lines(tmp_path, stamped(line))
    assert len(positions) == 0
    assert tally.ignored == {reason: 1}
    assert not tally.rejected


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"speed": 102.3}, "sog_kn", np.nan),
        ({"speed": 102.2}, "sog_kn", np.nan),
        ({"speed": 102.1}, "sog_kn", 102.1),
        ({"course": 360.0}, "cog_deg", np.nan),
        ({"course": 359.9}, "cog_deg", 359.9),
        ({"heading": 511}, "heading_deg", np.nan),
        ({"heading": 360}, "heading_deg", np.nan),
        ({"heading": 359}, "heading_deg", 359),
        ({"status": 15}, "nav_status", -1),
        ({"status": 14}, "nav_status", 14),
        ({"type": 27, "speed": 63}, "sog_kn", np.nan),
        ({"type": 27, "speed": 62}, "sog_kn", 62),
        ({"type": 27, "course": 511}, "cog_deg", np.nan),
        ({"type": 27}, "precision_m", 93),
        ({"type": 27}, "heading_deg", np.nan),
        ({"type": 18}, "nav_status", -1),
    ],
)
def test_codes_for_not_available_become_missing_values(
    tmp_path: Path, changes: dict[str, object], column: str, value: float
) -> None:
    """The code is missing, the value one step beside it is kept."""
    positions, _, _ = read_lines(tmp_path, stamped(position_line(**changes)))
    np.testing.assert_allclose(getattr(positions, column), [value], rtol=1e-6)


def test_sentences_glued_together_are_both_read(tmp_path: Path) -> None:
    """Where a line end was lost, neither sentence is."""
    glued = stamped(position_line()) + position_line(mmsi=271000001)
    positions, _, tally = read_lines(tmp_path, glued)
    assert positions.mmsi.tolist() == [SHIP, 271000001]
    assert tally.read == 2


def test_noise_behind_a_whole_class_a_report_does_no_harm(tmp_path: Path) -> None:
    """Six characters of noise behind the 168 bits leave the position as it is."""
    body = position_line()[1:-3].replace(",0", "<>uwvF,0")
    positions, _, _ = read_lines(tmp_path, stamped(checked(body)))
    assert positions.lon.tolist() == [LON]


def test_a_static_report_of_two_parts_is_joined(tmp_path: Path) -> None:
    """Both parts give one report; the first counts as a fragment."""
    first, second = static_lines(shipname="URSA MAJOR@X")
    _, static, tally = read_lines(tmp_path, stamped(first), position_line(), second)
    (report,) = static
    assert (report.mmsi, report.imo, report.name) == (SHIP, 9538892, "URSA MAJOR")
    assert (report.to_bow_m, report.to_stern_m, report.draught_m) == (120, 22, 7.5)
    assert (report.call_sign, report.destination, report.ship_type) == ("UBQG8", "TARTUS", 70)
    assert report.time_ms == NOON_MS
    assert report.source == "file:log.nmea"
    assert tally.ignored["fragment"] == 1


@pytest.mark.parametrize(("imo", "kept"), [(0, None), (999_999, None), (9538893, 9538893)])
def test_what_is_reported_as_imo_number_has_seven_digits(
    tmp_path: Path, imo: int, kept: int | None
) -> None:
    """A number of seven digits is kept as reported; who uses it asks for the check digit."""
    _, (report,), _ = read_lines(tmp_path, *map(stamped, static_lines(imo=imo)))
    assert report.imo == kept


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (f"g:1-2-7,s:a,c:{NOON_S}", "g:2-2-7,s:a", True),
        (f"g:1-2-7,s:a,c:{NOON_S}", "g:2-2-8,s:a", False),
        (f"s:a,c:{NOON_S}", "s:b", False),
        (f"s:a,c:{NOON_S}", f"s:a,c:{NOON_S + 30}", True),
        (f"s:a,c:{NOON_S}", f"s:a,c:{NOON_S + 31}", False),
    ],
)
def test_parts_of_different_groups_are_never_joined(
    tmp_path: Path, first: str, second: str, joined: bool
) -> None:
    """Group, station and time keep the parts of different messages apart."""
    one, two = static_lines()
    _, static, tally = read_lines(tmp_path, tagged(one, first), tagged(two, second))
    assert len(static) == int(joined)
    assert tally.rejected == ({} if joined else {"missing_part": 2})


@pytest.mark.parametrize(("apart", "joined"), [(499, True), (500, False)])
def test_a_part_waits_for_a_limited_time(tmp_path: Path, apart: int, joined: bool) -> None:
    """A part more than 500 lines after the first no longer completes it."""
    one, two = static_lines()
    _, static, _ = read_lines(tmp_path, stamped(one), *["# x"] * apart, stamped(two))
    assert len(static) == int(joined)


def test_equal_static_reports_of_a_day_are_kept_once(tmp_path: Path) -> None:
    """Of equal reports the earliest is kept; all are counted as accepted."""
    late = [stamped(line, NOON_S + 360) for line in static_lines()]
    soon = [stamped(line) for line in static_lines()]
    _, static, tally = read_lines(tmp_path, *late, *soon)
    assert [report.time_ms for report in static] == [NOON_MS]
    assert tally.accepted == 2


def test_a_bare_log_is_dated_by_its_base_stations(tmp_path: Path) -> None:
    """Lines between two base-station reports lie between their times, at their own second."""
    positions, _, tally = read_lines(
        tmp_path,
        position_line(second=58),
        base_line(NOON),
        position_line(second=31),
        position_line(second=5),
        base_line(NOON + timedelta(seconds=90)),
        position_line(second=33),
    )
    seconds = ((positions.time_ms - NOON_MS) // 1000).tolist()
    assert seconds == [-2, 31, 65, 93]
    assert (positions.received_ms == positions.time_ms).all()
    assert tally.ignored["base_station"] == 2


@pytest.mark.parametrize(
    "wrong", [NOON.replace(year=2065), NOON - timedelta(hours=5), NOON + timedelta(hours=5)]
)
def test_one_wrong_base_station_changes_nothing(tmp_path: Path, wrong: object) -> None:
    """A station that contradicts the others is rejected and dates no line."""
    right = [base_line(NOON + timedelta(seconds=10 * i)) for i in range(3)]
    positions, _, tally = read_lines(
        tmp_path,
        *right,
        base_line(wrong, mmsi=2734453),  # type: ignore[arg-type]
        position_line(second=25),
        base_line(NOON + timedelta(seconds=30)),
    )
    assert positions.time_ms.tolist() == [NOON_MS + 25_000]
    assert tally.rejected == {"base_station_time": 1}


def test_a_wrong_base_station_before_the_first_right_one_dates_nothing(tmp_path: Path) -> None:
    """The first report is believed only once another agrees with it."""
    positions, _, _ = read_lines(
        tmp_path,
        base_line(NOON.replace(year=2007), mmsi=2734453),
        position_line(second=2),
        base_line(NOON + timedelta(seconds=5)),
        base_line(NOON + timedelta(seconds=15)),
    )
    assert positions.time_ms.tolist() == [NOON_MS + 2000]


def test_a_log_that_was_paused_for_a_day_is_dated_on_both_sides(tmp_path: Path) -> None:
    """After a long pause a trusted station is believed at once."""
    later = NOON + timedelta(hours=23)
    positions, _, _ = read_lines(
        tmp_path,
        base_line(NOON),
        base_line(NOON + timedelta(seconds=10)),
        position_line(second=12),
        base_line(later),
        position_line(second=7),
    )
    assert [from_ms(ms) for ms in positions.time_ms] == [
        NOON + timedelta(seconds=12),
        later + timedelta(seconds=7),
    ]


def test_a_bare_log_without_base_stations_starts_when_the_user_says(tmp_path: Path) -> None:
    """The messages' own seconds carry the given time on, over the minute and never back."""
    seconds = (5, 20, 19, 45, 14, 13, 40, 60)
    lines = [position_line(second=second) for second in seconds]
    positions, _, tally = read_lines(tmp_path, *lines, start_at=NOON)
    assert ((positions.time_ms - NOON_MS) // 1000).tolist() == [5, 20, 19, 45, 74, 73, 100, 100]
    assert tally.accepted == len(seconds)


def test_a_base_station_overrules_the_user(tmp_path: Path) -> None:
    """What the log says of its time counts more than the time given for it."""
    lines = (position_line(second=1), base_line(NOON), base_line(NOON))
    positions, _, _ = read_lines(tmp_path, *lines, start_at=NOON - timedelta(days=9))
    assert positions.time_ms.tolist() == [NOON_MS + 1000]


@pytest.mark.parametrize(("apart", "dated"), [(99, True), (100, False)])
def test_a_stamp_dates_only_its_neighbours(tmp_path: Path, apart: int, dated: bool) -> None:
    """Where other lines carry stamps, a line without is dated only within 100 lines of one."""
    positions, _, tally = read_lines(
        tmp_path, stamped(position_line()), *["# x"] * apart, position_line(second=2)
    )
    assert len(positions) == 1 + int(dated)
    assert tally.rejected == ({} if dated else {"undated": 1})


def test_the_moment_of_import_overrides_all_receive_times(tmp_path: Path) -> None:
    """Given `received_at`, every row is received then; event times stay."""
    positions, _, _ = read_lines(
        tmp_path, stamped(position_line()), received_at=NOON + timedelta(days=3)
    )
    assert positions.received_ms.tolist() == [to_ms(NOON + timedelta(days=3))]
    assert positions.time_ms.tolist() == [NOON_MS]


def test_a_line_dated_by_its_neighbours_is_counted(tmp_path: Path) -> None:
    """In a stamped log a line without a stamp takes its neighbours' time, and that is no secret."""
    lines = (
        stamped(position_line()),
        position_line(mmsi=SHIP + 1),
        stamped(position_line(), NOON_S + 60),
    )
    positions, _, tally = read_lines(tmp_path, *lines)
    assert len(positions) == 3
    assert tally.repaired == {"dated_by_neighbours": 1}
    _, _, stamped_only = read_lines(tmp_path, lines[0], lines[2])
    assert stamped_only.repaired == {}


def test_parts_that_spell_a_message_of_one_slot_are_of_strangers(tmp_path: Path) -> None:
    """A position report fits into one sentence; cut in two it is the ends of two lost messages."""
    payload = position_line().split(",")[5]
    first = checked(f"AIVDM,2,1,7,A,{payload[:14]},0")
    second = checked(f"AIVDM,2,2,7,A,{payload[14:]},0")
    positions, _, tally = read_lines(tmp_path, stamped(first), stamped(second))
    assert len(positions) == 0
    assert tally.rejected == {"parts_of_strangers": 1}
