"""Frames of aisstream.io saved to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.domain.window import parse_utc, to_ms
from tests.conftest import shared
from tests.sources.ais.ais_lines import LAT, LON, SHIP, read

POSITION = {
    "UserID": SHIP, "Longitude": LON, "Latitude": LAT, "Sog": 8.5, "Cog": 271.3,
    "TrueHeading": 270, "NavigationalStatus": 5, "Timestamp": 35, "Valid": True,
}  # fmt: skip
AT = "2025-01-21 12:00:36.94034384 +0000 UTC"


def frame(kind: str, body: dict[str, Any], *, meta: str = "MetaData", at: str = AT) -> str:
    """Return one frame as the service sends it."""
    envelope = {"MMSI": body.get("UserID"), "ShipName": "URSA MAJOR   ", "time_utc": at}
    return json.dumps({"MessageType": kind, "Message": {kind: body}, meta: envelope})


def _read(folder: Path, *frames: str) -> Any:  # noqa: ANN401
    path = folder / "frames.jsonl"
    path.write_text("\n".join(frames))
    return read(path)


@pytest.mark.parametrize(
    "kind",
    ["PositionReport", "StandardClassBPositionReport", "ExtendedClassBPositionReport"],
)
@pytest.mark.parametrize("meta", ["MetaData", "Metadata"])
def test_a_position_frame_gives_a_position(tmp_path: Path, kind: str, meta: str) -> None:
    """All position types are read, whichever way the envelope is spelled."""
    positions, _, tally = _read(tmp_path, frame(kind, POSITION, meta=meta))
    assert (positions.mmsi[0], positions.lon[0], positions.lat[0]) == (SHIP, LON, LAT)
    assert positions.time_ms[0] == to_ms(parse_utc("2025-01-21T12:00:35Z"))
    assert positions.received_ms[0] == to_ms(parse_utc("2025-01-21T12:00:36.940Z"))
    assert (positions.heading_deg[0], positions.nav_status[0]) == (270, 5)
    assert tally.accepted == 1


def test_a_long_range_frame_is_coarse(tmp_path: Path) -> None:
    """Type 27 keeps its grid of a tenth of a minute and has codes of its own."""
    body = {**POSITION, "Sog": 63, "Cog": 511}
    del body["Timestamp"], body["TrueHeading"]
    positions, _, _ = _read(tmp_path, frame("LongRangeAisBroadcastMessage", body))
    assert positions.precision_m[0] == 93
    assert np.isnan([positions.sog_kn[0], positions.cog_deg[0], positions.heading_deg[0]]).all()


def test_only_the_valid_half_of_type_24_is_used(tmp_path: Path) -> None:
    """The half that was not sent says nothing."""
    part_a = {"Valid": True, "Name": "AMUR"}
    zeros = {"A": 0, "B": 0, "C": 0, "D": 0}
    part_b = {"Valid": False, "CallSign": "XX", "ShipType": 30, "Dimension": zeros}
    body = {"UserID": SHIP, "Valid": True, "ReportA": part_a, "ReportB": part_b}
    _, (report,), _ = _read(tmp_path, frame("StaticDataReport", body))
    assert (report.name, report.call_sign, report.ship_type) == ("AMUR", "", None)


def test_ship_static_data_gives_a_static_report(tmp_path: Path) -> None:
    """Identity, size and destination are read; texts end at the first fill character."""
    body = {
        "UserID": SHIP, "ImoNumber": 9538892, "Name": "URSA MAJOR@@@", "CallSign": "UBQG8",
        "Type": 70, "Dimension": {"A": 120, "B": 22, "C": 10, "D": 13},
        "MaximumStaticDraught": 7.5, "Destination": "TARTUS\u0000  ", "Valid": True,
    }  # fmt: skip
    _, (report,), _ = _read(tmp_path, frame("ShipStaticData", body))
    assert (report.imo, report.name, report.destination) == (9538892, "URSA MAJOR", "TARTUS")
    assert (report.to_bow_m, report.to_starboard_m, report.draught_m) == (120, 13, 7.5)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"error": "Api Key Is Not Valid"}', "error_frame"),
        ("{half a frame", "not_json"),
        ("[" * 60_000, "not_json"),
        ("[]", "not_an_aisstream_frame"),
        (frame("PositionReport", {**POSITION, "Valid": False}), "marked_invalid"),
        (frame("PositionReport", POSITION, at="yesterday"), "undated"),
        (frame("PositionReport", POSITION).replace('"MMSI": 2', '"MMSI": 3'), "mmsi_mismatch"),
        (frame("PositionReport", POSITION, meta="Else"), "missing_part"),
        (frame("PositionReport", {**POSITION, "Latitude": 95}), "impossible_position"),
        (frame("PositionReport", {**POSITION, "Latitude": 0, "Longitude": 0}), "zero_position"),
    ],
)
def test_a_bad_frame_is_counted_and_harms_no_other(tmp_path: Path, text: str, reason: str) -> None:
    """A bad frame is rejected under its reason; its neighbours are read."""
    good = frame("PositionReport", POSITION)
    positions, _, tally = _read(tmp_path, good, text, good)
    assert tally.rejected == {reason: 1}
    assert len(positions) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (frame("BaseStationReport", POSITION), "type_BaseStationReport"),
        (frame("AidsToNavigationReport", POSITION), "not_a_ship"),
        (frame("PositionReport", {**POSITION, "UserID": 2734452}), "not_a_ship"),
        (frame("PositionReport", {**POSITION, "Latitude": 91}), "no_position"),
        (frame("PositionReport", {**POSITION, "Latitude": None}), "no_position"),
    ],
)
def test_frames_we_do_not_use_are_ignored(tmp_path: Path, text: str, reason: str) -> None:
    """Well-formed frames that are no ship's position are no damage."""
    positions, _, tally = _read(tmp_path, text)
    assert len(positions) == 0
    assert tally.ignored == {reason: 1}


@pytest.mark.shared_data
def test_real_frames_are_read(tmp_path: Path) -> None:
    """Of nine recorded frames two are ships' positions and two their static data."""
    sample = json.loads(shared("data", "ais", "samples", "aisstream.json").read_text())
    positions, static, tally = _read(tmp_path, *map(json.dumps, sample["messages"]))
    assert sorted(positions.mmsi.tolist()) == [232007164, 250013879]
    assert sorted((r.mmsi, r.name, r.call_sign) for r in static) == [
        (244780791, "DE MAZE", "PF7479"),
        (257503600, "", "LK 4676"),
    ]
    assert not tally.rejected


def test_half_a_character_in_a_name_is_left_out(tmp_path: Path) -> None:
    """JSON can spell half of a character, which no database or file takes."""
    body = {"UserID": SHIP, "ImoNumber": 9538892, "Name": "URSA\ud800 MAJOR", "Valid": True}
    _, (report,), _ = _read(tmp_path, frame("ShipStaticData", body))
    assert report.name == "URSA MAJOR"
