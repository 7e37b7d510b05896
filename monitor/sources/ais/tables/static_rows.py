"""Static reports out of the rows of a table, each told once and not once per row.

A table repeats who a ship is in every row. Rows are compared by hashes of their cells, in
columns; only what was not told before is looked at one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from monitor.domain.vessel import StaticReport
from monitor.sources.ais.clean import FIRST_MS, LAST_MS, static_report

_HOUR_MS = 3_600_000
_MOST_TOLD, _MOST_KNOWN = 100_000, 50_000
"""Most hours and reports remembered; then all are forgotten at once, and some told again."""
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Spreads sums of hashes over 64 bits; of a billion different reports two may be taken for one."""
_SHIP_TYPES = {
    "fishing": 30, "towing": 31, "towing long/wide": 32, "dredging": 33, "diving": 34,
    "military": 35, "sailing": 36, "pleasure": 37, "hsc": 40, "pilot": 50, "sar": 51, "tug": 52,
    "port tender": 53, "anti-pollution": 54, "law enforcement": 55, "medical": 58,
    "passenger": 60, "cargo": 70, "tanker": 80,
}  # fmt: skip
"""The Danish words for ship types as the first code of their kind (ITU-R M.1371-5, table 53)."""
Cells = tuple[list[str], npt.NDArray[np.intp]]
"""The distinct texts of a column, empty where they say nothing, and each row's place among them."""


class StaticRows:
    """Remembers what a table has told of its ships."""

    def __init__(self) -> None:
        self._told: dict[int, int] = {}
        self._known: dict[int, StaticReport | None] = {}

    def news(
        self,
        cells: Mapping[str, Cells],
        *,
        mmsi: npt.NDArray[np.int64],
        time_ms: npt.NDArray[np.int64],
        source: Cells,
    ) -> tuple[tuple[StaticReport, ...], int]:
        """Return the reports not told before, and how many rows hold one.

        One per ship, hour, content and source: the earliest. Length without the antenna's place
        is left out: bow and stern cannot be told from it.

        Args:
            cells: By `STATIC_FIELDS`, shape (n,).
            mmsi: Shape (n,), of ships or not.
            time_ms: When each row was said, shape (n,).
            source: The rows' sources.
        """
        is_ship = (mmsi >= 201_000_000) & (mmsi <= 775_999_999)
        sound = np.flatnonzero(is_ship & (time_ms >= FIRST_MS) & (time_ms < LAST_MS))
        if not cells or not len(sound):
            return (), 0
        sound = sound[np.argsort(time_ms[sound], kind="stable")]
        content = pd.util.hash_array(mmsi[sound])
        spoke = np.zeros(len(sound), np.bool_)
        for labels, codes in (*cells.values(), source):
            content = content * _ODD + _hashes(labels)[codes[sound]]
        for labels, codes in cells.values():
            spoke |= np.array([label != "" for label in labels])[codes[sound]]
        key = content * _ODD + pd.util.hash_array(time_ms[sound] // _HOUR_MS)
        reports = []
        for i in np.flatnonzero(~pd.Series(key).duplicated().to_numpy()):
            row = int(sound[i])
            if not self._is_news(int(key[i]), int(time_ms[row])):
                continue
            report = self._report(int(content[i]), row, cells, source, mmsi)
            if report is not None:
                reports.append(replace(report, time_ms=int(time_ms[row])))
        return tuple(reports), int(np.count_nonzero(spoke))

    def _is_news(self, key: int, time_ms: int) -> bool:
        """Return whether this was not told before, or only for a later instant of the hour."""
        if self._told.get(key, LAST_MS) <= time_ms:
            return False
        if len(self._told) >= _MOST_TOLD:
            self._told.clear()
        self._told[key] = time_ms
        return True

    def _report(
        self,
        content: int,
        row: int,
        cells: Mapping[str, Cells],
        source: Cells,
        mmsi: npt.NDArray[Any],
    ) -> StaticReport | None:
        if content not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            said = {name: labels[codes[row]] for name, (labels, codes) in cells.items()}
            name = source[0][source[1][row]]
            self._known[content] = _report(said, mmsi=int(mmsi[row]), source=name)
        return self._known[content]


def _report(said: Mapping[str, str], *, mmsi: int, source: str) -> StaticReport | None:
    kind = said.get("ship_type", "")
    sides = ("to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m")
    bow, stern, port, starboard = (said.get(side) for side in sides)
    return static_report(
        mmsi=mmsi,
        imo=said.get("imo", "").removeprefix("IMO"),
        name=said.get("name"),
        call_sign=said.get("call_sign"),
        ship_type=_SHIP_TYPES.get(kind.lower(), kind),
        dimensions=(bow, stern, port, starboard),
        draught_m=said.get("draught_m"),
        destination=said.get("destination"),
        source=source,
    )


def _hashes(labels: list[str]) -> npt.NDArray[np.uint64]:
    hashes: npt.NDArray[np.uint64] = pd.util.hash_array(np.array(labels, object), categorize=False)
    return hashes
