from __future__ import annotations

import csv
import re

import pytest

from monitor.domain.destination import parse_destination
from monitor.domain.geo import METRES_PER_NM, distance_m
from monitor.domain.locodes import known_ports, locode_of, port_named
from tests.conftest import shared


@pytest.mark.parametrize(
    ("text", "start", "to"),
    [
        ("TRSSX>>RUNVS", "TRSSX", "RUNVS"),
        ("GR JSY > RU NVS", "GRJSY", "RUNVS"),
        ("RU NVS->SY TTS", "RUNVS", "SYTTS"),
        ("PORT SAID => TARTUS", "EGPSD", "SYTTS"),
        ("ES LPA-RU NVS", "ESLPA", "RUNVS"),
        ("RUNVS/SYTTS", "RUNVS", "SYTTS"),
        (">JP CHB OFF  !AN", None, "JPCHB"),
        ("SYTTS>", "SYTTS", None),
    ],
)
def test_a_route_has_two_ends(text: str, start: str | None, to: str | None) -> None:
    """Every spelling of the arrow parts where from and where to."""
    found = parse_destination(text)
    assert (found.from_, found.to, found.raw) == (start, to, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SYTTS", "SYTTS"), ("SY TTS", "SYTTS"), ("SY.TTS", "SYTTS"), ("sy tts ", "SYTTS"),
        ("SY ALD", "SYLTK"), ("SYLTK", "SYLTK"), ("LATAKIA", "SYLTK"), ("LATTAKIA", "SYLTK"),
        ("TARTUS", "SYTTS"), ("TARTOUS", "SYTTS"), ("TARTUS/SYRIA", "SYTTS"),
        ("TARTUS PORT", "SYTTS"), ("TARTUS ANCH.", "SYTTS"), ("TARTUS VIA SUEZ", "SYTTS"),
        ("POR SAID", "EGPSD"), ("PORTSAID", "EGPSD"), ("NVS RU", "RUNVS"), ("RU,NVS", "RUNVS"),
        ("TIAN JIN", "CNTXG"), ("TRIPOLI LEBANON", "LBKYE"), ("TRIPOLI,LIBYA", "LYTIP"),
        ("NLRTM00697TERMC00004", "NLRTM"), ("JP YOK D4", "JPYOK"), ("US ANC", "USANC"),
        ("PORT OF SPAIN", "TTPOS"), ("PORT OF ROTTERDAM", "NLRTM"),
    ],
)  # fmt: skip
def test_a_port_has_many_spellings(text: str, code: str) -> None:
    """Codes with and without a blank, names, names with their country, inland codes."""
    found = parse_destination(text)
    assert (found.to, found.kind) == (code, "port")


@pytest.mark.parametrize(
    ("text", "to"),
    [("TO ORDER", None), ("FOR ORDERS", None), ("ORDERS", None), ("AWAITING ORDER", None),
     ("GENOA FOR ORDER", "ITGOA"), ("GIBRALTAR F/O", "GIGIB")],
)  # fmt: skip
def test_a_ship_may_wait_for_orders(text: str, to: str | None) -> None:
    """Orders are no port, but where she waits for them may be one."""
    found = parse_destination(text)
    assert (found.kind, found.to) == ("order", to)


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", ">", "<>", "TRIPOLI", "SPAIN", "FRIDAY", "ANCHORAGE", "TARTUX", "SYTTX",
     "BORDERS",
     "TARTUS <> LATAKIA", "SYTTS OR LBBEY", "FISHING", "SEA TRIALS", "SUEZ CANAL", "XX TTS",
     "MOBILE 916 79 611", "BOSTON", "=" * 500, "<IMG SRC=X>"],
)  # fmt: skip
def test_what_is_not_certain_stays_unread(text: str) -> None:
    """Lists, shuttles, ambiguous names, words and typing errors name no port."""
    found = parse_destination(text)
    assert (found.to, found.kind, found.raw) == (None, "unknown", text)


def test_spellings_of_one_port_are_one_destination() -> None:
    """Two readings are compared by port, then by text without case and blanks."""
    assert parse_destination("SY ALD").key == parse_destination("LATTAKIA").key
    assert parse_destination("TO ORDER").key == parse_destination("FOR ORDERS").key
    assert parse_destination("home  port").key == parse_destination("HOME PORT").key


@pytest.mark.parametrize(
    ("code", "lon", "lat"),
    [("SYTTS", 35.865, 34.910), ("SYLTK", 35.77, 35.53), ("RUNVS", 37.80, 44.72),
     ("GIGIB", -5.36, 36.14), ("RUTAM", 36.65, 45.13)],
)  # fmt: skip
def test_a_code_lies_where_its_port_is(code: str, lon: float, lat: float) -> None:
    """Within the two miles a table in whole minutes can be off."""
    port = known_ports()[code]
    assert float(distance_m(port.lon, port.lat, lon, lat)) < 2.5 * METRES_PER_NM


def test_a_name_of_two_ports_names_neither() -> None:
    """A country tells them apart."""
    assert port_named("Tripoli") is None
    assert port_named("Tripoli", country="LY") == "LYTIP"
    assert port_named("Tripoli", country="DE") is None


@pytest.mark.shared_data
def test_the_table_is_the_world_port_index() -> None:
    """Every code of the index is in the table, at the index's place."""
    path = shared("data", "ais", "ports", "NGA_WPI_UpdatedPub150.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    coded = [(re.sub(r"\s", "", r["UN/LOCODE"]), r) for r in rows]
    coded = [(code, r) for code, r in coded if re.fullmatch(r"[A-Z]{2}[A-Z2-9]{3}", code)]
    assert len(coded) > 3000
    places: dict[str, list[tuple[float, float]]] = {}
    for code, row in coded:
        known = locode_of(code)
        assert known is not None, code
        places.setdefault(known, []).append((float(row["Longitude"]), float(row["Latitude"])))
    for code, spots in places.items():
        port = known_ports()[code]
        assert min(max(abs(port.lon - x), abs(port.lat - y)) for x, y in spots) < 0.001, code
