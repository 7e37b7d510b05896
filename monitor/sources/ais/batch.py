"""From rows to columns: the one gate every AIS position passes, whatever format it came in.

Codes for "not available" become missing values here, and positions that cannot be true or do
not belong to a ship are counted and dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.domain.positions import PositionColumns, no_positions, positions_from
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from monitor.sources.ais.clean import FIRST_MS, LAST_MS
from monitor.sources.base import AisBatch

LONG_RANGE_PRECISION_M = 93.0
"""Half of 0.1 minute of latitude, the grid of type 27 (ITU-R M.1371-5, table 79)."""
HOUR_MS = 3_600_000
Columns = Mapping[str, npt.NDArray[Any]]
StaticValues: TypeAlias = tuple[Any, ...]
"""The fields of a static report but its time and source, in the order of `STATIC_FIELDS`."""
STATIC_FIELDS = tuple(f.name for f in fields(StaticReport) if f.name not in ("time_ms", "source"))
values_of = attrgetter(*STATIC_FIELDS)


class Fix(NamedTuple):
    """One position as the message gives it, sentinels and all; NaN where the format has none.

    A tuple, because rows are turned into columns by the tens of thousands.
    """

    mmsi: int
    lon: float
    lat: float
    sog_kn: float
    cog_deg: float
    heading_deg: float
    nav_status: int
    precision_m: float = 1.0


def static_of(values: StaticValues, *, time_ms: int, source: str) -> StaticReport:
    """Return a report made of bare values."""
    mmsi, imo, name, call_sign, kind, bow, stern, port, starboard, draught, destination = values
    return StaticReport(
        time_ms=time_ms,
        mmsi=mmsi,
        imo=imo,
        name=name,
        call_sign=call_sign,
        ship_type=kind,
        to_bow_m=bow,
        to_stern_m=stern,
        to_port_m=port,
        to_starboard_m=starboard,
        draught_m=draught,
        destination=destination,
        source=source,
    )


_COLUMNS = ("time_ms", "received_ms", "counted", *Fix._fields)


class BatchBuilder:
    """Collects positions and static reports and hands them out as batches."""

    def __init__(
        self,
        *,
        source: str,
        tally: Tally,
        batch_rows: int = 20_000,
        received_at: datetime | None = None,
    ) -> None:
        self.source = source
        self.tally = tally
        self._batch_rows = batch_rows
        self._received_ms = None if received_at is None else to_ms(received_at)
        self._rows: list[tuple[int, int, bool, *tuple[float, ...]]] = []
        self._chunks: list[dict[str, npt.NDArray[Any]]] = []
        self._chunk_rows = 0
        self._static: dict[tuple[StaticValues, int], int] = {}

    def add_fix(self, fix: Fix, *, time_ms: int, received_ms: int, counted: bool = True) -> None:
        """Take a position; `counted` is False where its message is in the tally already."""
        self._rows.append((time_ms, received_ms, counted, *fix))

    def add_fixes(self, columns: Columns) -> None:
        """Take many positions: `time_ms`, `received_ms`, `counted` and the fields of `Fix`."""
        self._chunks.append({name: columns[name] for name in _COLUMNS})
        self._chunk_rows += len(columns["time_ms"])

    def add_static(self, report: StaticReport) -> None:
        """Take a static report; of equal ones of one hour in one batch the earliest is kept."""
        self.add_static_values(values_of(report), report.time_ms)

    def add_static_values(self, values: StaticValues, time_ms: int) -> None:
        """Take a static report as bare values; see `add_static`."""
        self.tally.accepted += 1
        key = (values, time_ms // HOUR_MS)
        self._static[key] = min(time_ms, self._static.get(key, time_ms))

    def is_full(self) -> bool:
        """Return whether it is time to `take`."""
        rows = len(self._rows) + self._chunk_rows
        return rows >= self._batch_rows or len(self._static) >= self._batch_rows

    def take(self) -> AisBatch:
        """Return what has been collected, checked: the first `batch_rows` rows, the rest later."""
        columns, positions = self._columns(), no_positions()
        if columns is not None:
            if self._received_ms is not None:
                columns["received_ms"] = np.full(len(columns["time_ms"]), self._received_ms)
            positions = checked_positions(columns, sources=(self.source,), tally=self.tally)
        static = tuple(
            static_of(values, time_ms=ms, source=self.source)
            for (values, _), ms in self._static.items()
        )
        self._static = {}
        return AisBatch(positions=positions, static=static)

    def _columns(self) -> dict[str, npt.NDArray[Any]] | None:
        """Return up to `batch_rows` rows and keep the others."""
        if self._rows:
            rows = map(np.array, zip(*self._rows, strict=True))
            self.add_fixes(dict(zip(_COLUMNS, rows, strict=True)))
            self._rows = []
        if not self._chunk_rows:
            return None
        columns = {
            name: np.concatenate([chunk[name] for chunk in self._chunks]) for name in _COLUMNS
        }
        rest = {name: values[self._batch_rows :] for name, values in columns.items()}
        self._chunk_rows = len(rest["time_ms"])
        self._chunks = [rest] if self._chunk_rows else []
        return {name: values[: self._batch_rows] for name, values in columns.items()}


def checked_positions(
    columns: Columns, *, sources: tuple[str, ...], tally: Tally
) -> PositionColumns:
    """Drop and count what is no ship's position, and turn sentinels into missing values.

    Args:
        columns: `time_ms`, `received_ms`, `lon`, `lat` (NaN where empty) and the other fields of
            `Fix`, shape (n,); `counted` (bool) may say which rows count in the tally, `source`
            may hold indices into `sources`.
        sources: Names of the feeds or files.
        tally: Gets one count per row.

    Source: ITU-R M.1371-5, tables 48, 66 and 79 for the codes. Speed 102.2 means "102.2 knots or
    more", which no ship makes, so it counts as missing too.
    """
    good = _kept(columns, tally)
    rows: dict[str, Sequence[float] | npt.NDArray[Any]] = {
        name: values[good] for name, values in columns.items() if name != "counted"
    }
    status = columns["nav_status"][good]
    fastest = np.where(columns["precision_m"][good] > 50, 62.5, 102.15)
    rows["sog_kn"] = _within(columns["sog_kn"][good], fastest)
    rows["cog_deg"] = _within(columns["cog_deg"][good], 360)
    rows["heading_deg"] = _within(columns["heading_deg"][good], 360)
    rows["nav_status"] = np.where((status >= 0) & (status <= 14), status, -1)
    return positions_from(rows, sources=sources)


def _within(values: npt.NDArray[Any], below: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return values in [0, below), NaN elsewhere."""
    numbers = np.asarray(values, np.float64)
    # Rounded before they are compared: float32 columns must not turn 359.99999 into 360. Clipped
    # before that: rounding overflows on the largest numbers a hostile feed can write.
    tidy = np.clip(numbers, -1e6, 1e6, out=np.empty_like(numbers)).round(3)
    return np.where((tidy >= 0) & (tidy < np.asarray(below)), tidy, np.nan)


def _kept(columns: Columns, tally: Tally) -> npt.NDArray[np.bool_]:
    mmsi, time_ms = columns["mmsi"], columns["time_ms"]
    lon = np.asarray(columns["lon"], np.float64)
    lat = np.asarray(columns["lat"], np.float64)
    counted = columns.get("counted", np.ones(len(mmsi), np.bool_))
    left = np.ones(len(mmsi), np.bool_)
    is_ship = (mmsi >= 201_000_000) & (mmsi <= 775_999_999)  # as `mmsi_is_ship`, by column
    faults: tuple[tuple[str, bool, npt.NDArray[np.bool_]], ...] = (
        ("not_a_ship", True, ~is_ship),
        ("bad_time", False, (time_ms < FIRST_MS) | (time_ms >= LAST_MS)),
        ("no_position", True, np.isnan(lon) | np.isnan(lat) | (lat == 91) | (lon == 181)),
        # Where there is no fix, bad equipment sends zeros (or the decoder of a feed does).
        ("zero_position", False, (lon == 0) & (lat == 0)),
        ("impossible_position", False, (np.abs(lon) > 180) | (np.abs(lat) > 90)),
    )
    for reason, well_formed, fault in faults:
        hit = fault & left
        left &= ~fault
        count = int(np.count_nonzero(hit & counted))
        if count and well_formed:
            tally.ignored[reason] += count
        elif count:
            row = int(np.flatnonzero(hit & counted)[0])
            tally.reject(reason, f"mmsi {mmsi[row]} lon {lon[row]} lat {lat[row]}", count)
    tally.accepted += int(np.count_nonzero(left & counted))
    return left
