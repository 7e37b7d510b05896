"""AIS sentences and files with known contents, for the tests beside this file."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from operator import xor
from pathlib import Path

import pyais

from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from monitor.sources.ais.files import read_ais_file

SHIP = 273396130
LON, LAT = 35.85, 34.91
NOON = datetime(2025, 1, 21, 12, tzinfo=UTC)
NOON_S = to_ms(NOON) // 1000


def checked(body: str, start: str = "!") -> str:
    """Return a sentence with its right checksum."""
    return f"{start}{body}*{reduce(xor, body.encode('latin-1'), 0):02X}"


def sentences(fields: dict[str, object], *, sequence: int = 0) -> list[str]:
    """Return the sentences of one message."""
    return pyais.encode_dict(fields, talker_id="AI", sentence_type="VDM", seq_id=sequence)


def position_line(**changes: object) -> str:
    """Return a class A position report of a ship off Tartus."""
    fields: dict[str, object] = {
        "type": 1, "mmsi": SHIP, "lon": LON, "lat": LAT, "speed": 8.5, "course": 271.3,
        "heading": 270, "status": 0, "second": 0, "turn": 0,
    }  # fmt: skip
    return sentences({**fields, **changes})[0]


def base_line(at: datetime, *, mmsi: int = 2734452) -> str:
    """Return the report of a base station that tells the time."""
    parts = {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute")}
    fields = {"type": 4, "mmsi": mmsi, "second": at.second, "lon": 37.8, "lat": 44.7, **parts}
    return sentences(fields)[0]


def static_lines(*, sequence: int = 3, **changes: object) -> list[str]:
    """Return the two sentences of a static report."""
    fields: dict[str, object] = {
        "type": 5, "mmsi": SHIP, "imo": 9538892, "callsign": "UBQG8", "shipname": "URSA MAJOR",
        "ship_type": 70, "to_bow": 120, "to_stern": 22, "to_port": 10, "to_starboard": 13,
        "draught": 7.5, "destination": "TARTUS",
    }  # fmt: skip
    return sentences({**fields, **changes}, sequence=sequence)


def tagged(line: str, fields: str) -> str:
    """Return a line with a tag block before it."""
    return "\\" + checked(fields, start="") + "\\" + line


def stamped(line: str, second: float = NOON_S) -> str:
    """Return a line with the receive second before it."""
    return f"{second} {line}"


def read(path: Path, **options: object) -> tuple[PositionColumns, tuple[StaticReport, ...], Tally]:
    """Read a file whole, and check that every line is accounted for."""
    tally = Tally()
    batches = list(read_ais_file(path, tally=tally, **options))  # type: ignore[arg-type]
    assert accounted(tally)
    static = tuple(report for batch in batches for report in batch.static)
    return concat([batch.positions for batch in batches]), static, tally


def read_lines(
    folder: Path, *lines: str, **options: object
) -> tuple[PositionColumns, tuple[StaticReport, ...], Tally]:
    """Write lines to a file and read it."""
    path = folder / "log.nmea"
    path.write_text("\n".join(lines) + "\n", encoding="latin-1", newline="")
    return read(path, **options)


def accounted(tally: Tally) -> bool:
    """Return whether each item read was accepted, ignored or rejected, and none twice."""
    lost = sum(tally.ignored.values()) + sum(tally.rejected.values())
    return tally.read == tally.accepted + lost
