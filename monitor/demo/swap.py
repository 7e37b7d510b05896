"""The demo told with two ships mixed up: for eight days each sends the other's static data.

Part of the press had SPARTA II off Tartus from 5 January and SPARTA behind her (conflict K2 of the
timeline); by IMO number it was the other way round.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from monitor.demo.story import SPARTA, SPARTA_II
from monitor.domain.window import TimeWindow, parse_utc
from monitor.report.files import out_folder, write_text

MIXED_UP = TimeWindow(start=parse_utc("2025-01-05"), end=parse_utc("2025-01-13"))
"""From SPARTA's arrival off the port until SPARTA II had joined her (E024, E036)."""
SOURCE = "reconstruction:swap"
_STATIC = ("VesselName", "IMO", "CallSign", "VesselType", "Length", "Width", "Cargo")


def swapped(ais: str) -> str:
    """Return the demo's AIS file with the static data of SPARTA and SPARTA II exchanged.

    Positions, MMSIs and times stay as they are; rows changed say so as their `Source`.

    Args:
        ais: Text of `reconstruction.csv`.
    """
    reader = csv.DictReader(io.StringIO(ais))
    rows = list(reader)
    own = {
        row["MMSI"]: {column: row[column] for column in _STATIC}
        for row in rows
        if row["MMSI"] in _OTHER
    }
    for row in rows:
        if row["MMSI"] in _OTHER and MIXED_UP.contains(parse_utc(row["BaseDateTime"])):
            row |= own[_OTHER[row["MMSI"]]] | {"Source": SOURCE}
    out = io.StringIO()
    writer = csv.DictWriter(out, reader.fieldnames or (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_swapped(ais: Path, out: Path) -> Path:
    """Write the CSV files of a folder with the static data exchanged; return the folder written.

    Raises:
        InputError: It cannot be written.
    """
    folder = out_folder(out).resolve()
    for file in sorted(ais.glob("*.csv")):
        write_text(folder / file.name, swapped(file.read_text(encoding="utf-8")))
    return folder


_OTHER = {
    str(SPARTA.mmsi): str(SPARTA_II.mmsi),
    str(SPARTA_II.mmsi): str(SPARTA.mmsi),
}
