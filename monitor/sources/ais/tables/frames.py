"""From a frame of named columns to checked positions and static reports, a batch at a time.

Every tabular format (CSV, GeoParquet, GeoPackage) ends here. Texts are worked on once per
distinct value, never once per row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from monitor.domain.positions import no_positions
from monitor.domain.tally import Tally
from monitor.domain.window import to_ms
from monitor.sources.ais.batch import LONG_RANGE_PRECISION_M, checked_positions
from monitor.sources.ais.clean import FIRST_MS, LAST_MS, clean_text, number
from monitor.sources.ais.tables.column_map import STATIC_FIELDS, ColumnRule, scaled
from monitor.sources.ais.tables.static_rows import Cells, StaticRows
from monitor.sources.base import AisBatch

EMPTY = frozenset({"", "unknown", "undefined", "unknown value", "null", "none", "nan"})
"""Cells that say nothing, in lower case."""
_SHIP_STATIONS = frozenset({"class a", "class b", ""})
_ZONE = r"\s*(?:\+0000 UTC|UTC|GMT)$"
_TIME_FORMATS = (
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S",
    "%Y%m%d_%H%M%S",
)  # fmt: skip
"""MarineCadastre to 2023 and since, the Danish (and with full stops), exactEarth; other ISO
instants are read more slowly."""
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
_STATUS = {
    "under way using engine": 0,
    "at anchor": 1,
    "not under command": 2,
    "restricted manoeuverability": 3,
    "restricted maneuverability": 3,
    "constrained by her draught": 4,
    "moored": 5,
    "aground": 6,
    "engaged in fishing": 7,
    "under way sailing": 8,
}
"""Navigational status in words (ITU-R M.1371-5, table 48), as both archives have written it."""
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameReader:
    """Turns the frames of one table into batches."""

    rules: Mapping[str, ColumnRule]
    """What the table has; scale factors are taken from here."""
    time_format: str | None
    """As in `ColumnMap`."""
    source: str
    """Name of the rows' source where no column gives one."""
    tally: Tally
    """Gets one count per row."""
    received_at: datetime | None
    """When all rows reached us; else `received`, else the event time."""
    static: StaticRows = field(default_factory=StaticRows)
    """Remembers what was told."""

    def batch(self, frame: pd.DataFrame, example: Callable[[int], str]) -> AisBatch:
        """Return the positions and static reports of a frame.

        Args:
            frame: Our column names; numbers as numbers, texts as categories or texts, instants
                as datetimes or either.
            example: Returns the text of a row, for the tally.
        """
        kept = np.ones(len(frame), np.bool_)
        self._skip_stations(frame, kept)
        time_ms = self._times(frame, kept, example)
        received_ms = self._arrivals(frame, time_ms, kept, example)
        columns: dict[str, npt.NDArray[Any]] = {"time_ms": time_ms, "received_ms": received_ms}
        for name in ("mmsi", "lon", "lat"):
            values, damaged = self._numbers(frame, name)
            if name == "mmsi":
                damaged = damaged | (values % 1 > 0)
            self._reject("bad_number", damaged, kept, example)
            columns[name] = values
        columns["mmsi"] = np.nan_to_num(columns["mmsi"]).clip(0, 1e12).astype(np.int64)
        for name in ("sog_kn", "cog_deg", "heading_deg"):
            columns[name] = self._numbers(frame, name)[0]
        columns["nav_status"] = _status(frame)
        columns["precision_m"] = self._precision(frame)
        sources, columns["source"] = self._sources(frame)
        rows = np.flatnonzero(kept)
        chosen = {name: values[rows] for name, values in columns.items()}
        cells = {name: self._cells(frame, name) for name in STATIC_FIELDS if name in frame}
        static, told = self.static.news(
            {name: (labels, codes[rows]) for name, (labels, codes) in cells.items()},
            mmsi=chosen["mmsi"],
            time_ms=chosen["time_ms"],
            source=(list(sources), chosen["source"]),
        )
        if self.rules.keys() & {"lat", "lon"}:
            positions = checked_positions(chosen, sources=sources, tally=self.tally)
        else:
            positions = no_positions()
            self.tally.accepted += told
            if told < len(rows):
                self.tally.ignored["no_static_report"] += len(rows) - told
        return AisBatch(positions=positions, static=static)

    def _reject(self, reason: str, bad: Flags, kept: Flags, example: Callable[[int], str]) -> None:
        """Count the rows that are bad and not yet lost, and take them out of `kept`."""
        hit = np.flatnonzero(bad & kept)
        if len(hit):
            self.tally.reject(reason, example(int(hit[0])), len(hit))
            kept[hit] = False

    def _skip_stations(self, frame: pd.DataFrame, kept: Flags) -> None:
        if "station" in frame:
            labels, codes = texts(frame["station"])
            is_ship = np.array([label.lower() in _SHIP_STATIONS for label in labels])[codes]
            if not is_ship.all():
                self.tally.ignored["not_a_ship"] += int(np.count_nonzero(~is_ship))
            kept &= is_ship

    def _times(
        self, frame: pd.DataFrame, kept: Flags, example: Callable[[int], str]
    ) -> npt.NDArray[np.int64]:
        if "time" not in frame:
            assert self.received_at is not None, "asked for before the first row"
            return np.full(len(frame), to_ms(self.received_at), np.int64)
        time_ms, empty, bad = instants(frame["time"], self.time_format)
        self._reject("undated", empty, kept, example)
        self._reject("bad_time", bad, kept, example)
        return time_ms

    def _arrivals(
        self,
        frame: pd.DataFrame,
        time_ms: npt.NDArray[np.int64],
        kept: Flags,
        example: Callable[[int], str],
    ) -> npt.NDArray[np.int64]:
        if self.received_at is not None:
            return np.full(len(frame), to_ms(self.received_at), np.int64)
        if "received" not in frame:
            return time_ms
        received_ms, empty, bad = instants(frame["received"], None)
        self._reject("bad_received", empty | bad, kept, example)
        return received_ms

    def _numbers(self, frame: pd.DataFrame, name: str) -> tuple[Floats, Flags]:
        if name not in frame:
            return np.full(len(frame), np.nan), np.zeros(len(frame), np.bool_)
        values, damaged = numbers(frame[name])
        return scaled(values, self.rules[name]), damaged

    def _precision(self, frame: pd.DataFrame) -> Floats:
        if "precision_m" in frame:
            return np.nan_to_num(self._numbers(frame, "precision_m")[0], nan=1.0)
        if "message_type" in frame:
            long_range = self._numbers(frame, "message_type")[0] == 27
            return np.where(long_range, LONG_RANGE_PRECISION_M, 1.0)
        return np.ones(len(frame))

    def _sources(self, frame: pd.DataFrame) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
        if "source" not in frame:
            return (self.source,), np.zeros(len(frame), np.int32)
        labels, codes = texts(frame["source"])
        named = [clean_text(label) or self.source for label in labels]
        names = sorted(set(named))
        index = np.array([names.index(name) for name in named], np.int32)
        return tuple(names), index[codes]

    def _cells(self, frame: pd.DataFrame, name: str) -> Cells:
        labels, codes = texts(frame[name])
        labels = ["" if label.lower() in EMPTY else label for label in labels]
        divisor = self.rules[name].divisor
        if divisor != 1.0:
            values = [number(label) for label in labels]
            labels = ["" if value is None else str(value / divisor) for value in values]
        return labels, codes


def texts(column: pd.Series) -> Cells:
    """Return a column's distinct texts, without outer blanks, and each row's place among them."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), list(column.cat.categories)
    else:
        codes, found = pd.factorize(column)
        values = list(found)
    # The last label is for missing cells, whose code is -1.
    return [*(str(value).strip() for value in values), ""], np.asarray(codes, np.intp)


def numbers(column: pd.Series) -> tuple[Floats, Flags]:
    """Return a column's numbers, NaN where empty or damaged, and which are damaged."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return values, np.zeros(len(values), np.bool_)
    labels, codes = texts(column)
    found = pd.to_numeric(pd.Series(labels, dtype=object), errors="coerce").to_numpy(np.float64)
    empty = np.array([label.lower() in EMPTY for label in labels])
    return found[codes], (np.isnan(found) & ~empty)[codes]


def instants(column: pd.Series, form: str | None) -> tuple[npt.NDArray[np.int64], Flags, Flags]:
    """Return a column's instants (ms, UTC; 0 where there is none), which are empty, which bad."""
    if pd.api.types.is_datetime64_any_dtype(column):
        at = column.dt.tz_localize("UTC") if column.dt.tz is None else column.dt.tz_convert("UTC")
        return _whole_ms(at), at.isna().to_numpy(), np.zeros(len(at), np.bool_)
    if pd.api.types.is_numeric_dtype(column) and form in (None, "unix", "unix_ms"):
        values, _ = numbers(column)
        ms, bad = _epoch_ms(values, form)
        return ms, np.isnan(values), bad & ~np.isnan(values)
    labels, codes = texts(column)
    told = pd.Series(labels, dtype=object)
    empty = told.str.lower().isin(EMPTY).to_numpy()
    if form in ("unix", "unix_ms"):
        ms, bad = _epoch_ms(numbers(told)[0], form)
    elif form is not None:
        at = pd.to_datetime(told, format=form, errors="coerce", utc=True)
        ms, bad = _whole_ms(at), at.isna().to_numpy()
    else:
        ms, bad = _told_ms(told)
    return ms[codes], empty[codes], (bad & ~empty)[codes]


def _epoch_ms(values: Floats, form: str | None) -> tuple[npt.NDArray[np.int64], Flags]:
    """Return seconds or milliseconds since 1970 as milliseconds, and which are no such thing.

    Unless told, the unit is plain from the size: no AIS time in one is an AIS time in the other.
    """
    is_ms = np.abs(values) >= FIRST_MS if form is None else np.full(len(values), form == "unix_ms")
    ms = np.where(is_ms, values, values * 1000)
    bad = ~((ms >= FIRST_MS) & (ms < LAST_MS))
    return np.where(bad, 0, np.rint(ms)).astype(np.int64), bad


def _told_ms(told: pd.Series) -> tuple[npt.NDArray[np.int64], Flags]:
    plain = told.str.replace(_ZONE, "", regex=True)
    at = pd.Series(pd.NaT, index=plain.index, dtype="datetime64[us, UTC]")
    for form in (*_TIME_FORMATS, "ISO8601"):
        rest = plain[at.isna()]
        if form == "ISO8601":
            # Asked for in full: pandas would take "2023" or "-1.5" for an instant.
            rest = rest[rest.str.fullmatch(_ISO)]
        if not len(rest):
            continue
        found = pd.to_datetime(rest, format=form, errors="coerce", utc=True)
        at = at.fillna(found.dt.as_unit("us").reindex(at.index))
    ms, bad = _whole_ms(at), at.isna().to_numpy()
    if bad.any():
        epoch, no_epoch = _epoch_ms(numbers(plain)[0], None)
        ms, bad = np.where(bad, epoch, ms), bad & no_epoch
    return ms, bad


def _whole_ms(at: pd.Series) -> npt.NDArray[np.int64]:
    ms: npt.NDArray[np.int64] = at.dt.as_unit("ms").to_numpy("datetime64[ms]").astype(np.int64)
    return np.where(at.isna().to_numpy(), 0, ms)


def _status(frame: pd.DataFrame) -> Floats:
    if "nav_status" not in frame:
        return np.full(len(frame), -1.0)
    labels, codes = texts(frame["nav_status"])
    words = [_STATUS.get(label.lower(), label) for label in labels]
    values = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").to_numpy(np.float64)
    found: Floats = np.nan_to_num(values, nan=-1.0, posinf=-1.0, neginf=-1.0)[codes]
    return found
