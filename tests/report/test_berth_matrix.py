from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from monitor.domain.berth_cell import AisHalf, AisSays, BerthCell, ShipByAis
from monitor.domain.coverage import Heard
from monitor.report.files import MATRIX_COLUMNS, write_berth_matrix
from tests.builders import SPARTA, SPARTA_II, a_look


def test_a_row_tells_both_halves(tmp_path: Path) -> None:
    """The image, AIS, who is silent, coverage and the verdict stand in one row; text is safe."""
    ship = ShipByAis(
        mmsi=SPARTA, row=0, offset_ms=-600_000, distance_m=12.3, stay=False, held=True, moored=True
    )
    half = AisHalf(
        says=AisSays.SHIP, ships=(ship,), silent=(SPARTA_II,), near=Heard(fed=2, hours=7)
    )
    look = replace(a_look(1, "unobserved"), reason="=cloud()")
    write_berth_matrix(tmp_path / "m.csv", [BerthCell(image=look, ais=half)])
    with (tmp_path / "m.csv").open(newline="") as handle:
        (row,) = csv.DictReader(handle)
    assert tuple(row) == MATRIX_COLUMNS
    assert (row["score"], row["reason"], row["verdict"]) == ("", "'=cloud()", "not_observed")
    assert (row["ais"], row["ais_mmsis"], row["ais_offset_min"]) == ("ship", str(SPARTA), "-10")
    assert (row["silent_mmsis"], row["near_fed_hours"]) == (str(SPARTA_II), "2")
