"""Real logs, clean and messy, with plain pyais and an independent decoding as oracles."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyais
import pytest

from monitor.domain.positions import concat, no_positions
from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.ais.files import read_ais_file
from tests.conftest import SHARED, shared
from tests.sources.ais.ais_lines import NOON_S, accounted, read, read_lines, stamped

pytestmark = pytest.mark.shared_data
AIS = SHARED / "data" / "ais"
FILES = sorted(
    str(path.relative_to(AIS))
    for room in ("nmea", "messy", "feeds", "samples")
    for path in (AIS / room).rglob("*")
    if path.is_file()
) or ["nmea"]
_NMEA = re.compile(r"nmea/|\.(nmea|nm4|aivdm|log|ais)$|pyais_.*\.txt$")


@pytest.mark.parametrize("file", FILES)
def test_every_real_file_is_read_or_refused_in_one_line(file: str, capsys: object) -> None:
    """Each line is accounted for, no position is impossible, nothing is printed."""
    path = shared("data", "ais", *file.split("/"))
    if _NMEA.search(file):
        positions, _, tally = read(path)
        assert tally.read > 0
    else:
        tally = Tally()
        refusal = ""
        try:
            positions = concat([b.positions for b in read_ais_file(path, tally=tally)])
        except InputError as exc:
            positions, refusal = no_positions(), str(exc)
        assert "\n" not in refusal
        assert accounted(tally)
    assert (np.abs(positions.lat) <= 90).all()
    assert (np.abs(positions.lon) <= 180).all()
    assert not ((positions.lat == 0) & (positions.lon == 0)).any()
    assert capsys.readouterr() == ("", "")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("file", "accepted", "rejected"),
    [
        ("nmea/novorossiysk_2021-02-04_raw.nmea", 10_560, {}),
        ("nmea/uscg_nais_2006-07-15.nmea", 775, {}),
        ("nmea/kystverket_2024-12-09_tagblock.nmea", 180, {}),
        ("nmea/exactearth_2021-11-01_tagblock.nm4", 944, {}),
        ("nmea/dma_aislib_stream_2010-06-11.nmea", 3417, {}),
        ("nmea/losangeles_2016-01-10_unixts.nmea", 7928, {"missing_part": 72}),
        ("messy/pyais_nmea_data_sample.txt", 760, {"empty_payload": 100, "missing_part": 20}),
    ],
)
def test_logs_checked_by_eye_give_the_same_counts(
    file: str, accepted: int, rejected: dict[str, int]
) -> None:
    """What is lost of a real log is exactly what was found damaged in it by eye."""
    _, _, tally = read(shared("data", "ais", *file.split("/")))
    assert tally.accepted == accepted
    assert tally.rejected == rejected


def test_decoded_fields_equal_plain_pyais(tmp_path: Path) -> None:
    """Every 17th single-line report of a public log says what pyais says it says."""
    log = shared("data", "ais", "nmea", "aishub_nmea-sample_85194.txt").read_text("latin-1")
    lines = [line for line in log.splitlines()[::17] if re.match(r"!AIVDM,1,1,,.,[123BCK]", line)]
    stamps = range(NOON_S, NOON_S + 60 * len(lines), 60)
    positions, _, _ = read_lines(tmp_path, *map(stamped, lines, stamps))
    expected = []
    for line in lines:
        said = pyais.decode(line)
        bits = 6 * len(line.split(",")[5]) - int(line.split(",")[6][0])
        least, most = {19: (312, 432), 27: (96, 96)}.get(said.msg_type, (168, 288))
        whole = least <= bits <= most
        place = (said.lon, said.lat)
        real = place != (0, 0) and abs(place[0]) <= 180 and abs(place[1]) <= 90
        if whole and real and 201_000_000 <= said.mmsi <= 775_999_999:
            expected.append(
                (said.mmsi, *place, _known(said.speed, 102.15), _known(said.course, 360),
                 _known(getattr(said, "heading", 511), 360))
            )  # fmt: skip
    assert len(expected) > 3000
    found = np.column_stack(
        [positions.mmsi, positions.lon, positions.lat, positions.sog_kn, positions.cog_deg,
         positions.heading_deg]
    )  # fmt: skip
    np.testing.assert_allclose(found, np.array(expected), rtol=1e-6, equal_nan=True)


def _known(value: float, below: float) -> float:
    return value if value < below else np.nan


def test_a_bare_harbour_log_is_dated_as_in_an_independent_decoding() -> None:
    """Every ship has the positions decoded elsewhere, at the times told by the base stations.

    The other decoding, which leaves out type 27, stamps a line with the last base-station time
    before it; it has neither the line before the first report nor the second of two lines that
    came out equal in ship and stamp. It lags by up to the longest gap between two such reports
    (100 s), and only the first line after a report can be compared closely; a ship's own second,
    if wrong, moves ours by half a minute.
    """
    positions, _, _ = read(shared("data", "ais", "nmea", "novorossiysk_2021-02-04_raw.nmea"))
    other = pd.read_csv(
        shared("data", "ais", "tracks", "novorossiysk_2021-02-04_decoded_bs_time.csv")
    )
    told = pd.to_datetime(other["t"])
    other["ms"] = (told - pd.Timestamp(0)) // pd.Timedelta(milliseconds=1)
    other["fresh"] = told != told.shift()
    fine = positions.take(positions.precision_m < 50)
    assert len(fine) == len(other) + 2
    late_ms, fresh = [], []
    for mmsi, theirs in other.groupby("mmsi"):
        ours = fine.take(fine.mmsi == mmsi)
        if len(ours) == len(theirs):
            at = np.column_stack([ours.lon, ours.lat])
            np.testing.assert_allclose(at, theirs[["lon", "lat"]].to_numpy(), atol=2e-5)
            late_ms.extend(ours.time_ms - theirs["ms"])
            fresh.extend(theirs["fresh"])
    late = np.array(late_ms) / 1000
    assert len(late) > 9000
    assert late.min() >= -35
    assert late.max() < 130
    assert np.quantile(np.abs(late[np.array(fresh)]), 0.9) <= 10
