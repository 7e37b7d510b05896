"""AIS archives as CSV: MarineCadastre (both generations) and the Danish Maritime Authority.

Read in columns. Two extra columns are understood in any of them: `Source` names the feed a row
came from, and `Received` says when it reached us (an ISO instant), so that a replay can tell
late news from fresh.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from monitor.domain.positions import PositionColumns, no_positions
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from monitor.errors import InputError
from monitor.sources.ais.batch import DAY_MS, checked_positions
from monitor.sources.ais.clean import clean_text, static_report
from monitor.sources.base import AisBatch

_NAMES = {
    "mmsi": ("mmsi",),
    "time": ("basedatetime", "base_date_time", "# timestamp", "timestamp"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
    "sog_kn": ("sog",),
    "cog_deg": ("cog",),
    "heading_deg": ("heading",),
    "nav_status": ("status", "navigational status", "nav_status"),
    "imo": ("imo",),
    "name": ("vesselname", "vessel_name", "name"),
    "call_sign": ("callsign", "call_sign"),
    "ship_type": ("vesseltype", "vessel_type", "ship type"),
    "draught_m": ("draft", "draught"),
    "destination": ("destination",),
    "to_bow": ("a",),
    "to_stern": ("b",),
    "to_port": ("c",),
    "to_starboard": ("d",),
    "station": ("type of mobile",),
    "source": ("source",),
    "received": ("received",),
}
"""Our names, and what the formats call them (lower case)."""
_REQUIRED = {"mmsi": "MMSI", "time": "BaseDateTime", "lat": "LAT", "lon": "LON"}
_STATIC = (
    "imo", "name", "call_sign", "ship_type", "draught_m", "destination",
    "to_bow", "to_stern", "to_port", "to_starboard",
)  # fmt: skip
_EMPTY = frozenset({"", "unknown", "undefined", "unknown value", "null", "none", "nan"})
_SHIP_STATIONS = frozenset({"class a", "class b", ""})
_ZONE = r"\s*(?:\+0000 UTC|UTC|GMT)$"
_TIME_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S")
"""MarineCadastre to 2023 and since, and the Danish; other ISO instants are read more slowly."""
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
_SHIP_TYPES = {
    "fishing": 30, "towing": 31, "towing long/wide": 32, "dredging": 33, "diving": 34,
    "military": 35, "sailing": 36, "pleasure": 37, "hsc": 40, "pilot": 50, "sar": 51, "tug": 52,
    "port tender": 53, "anti-pollution": 54, "law enforcement": 55, "medical": 58,
    "passenger": 60, "cargo": 70, "tanker": 80,
}  # fmt: skip
"""The Danish words for ship types as the first code of their kind (ITU-R M.1371-5, table 53)."""


def columns_of(header: str) -> dict[str, int]:
    """Return where our columns stand in a header line; empty if it is not one."""
    found = [cell.strip().lower() for cell in _cells(header.lstrip("\ufeff"))]
    where = {
        ours: found.index(name)
        for ours, names in _NAMES.items()
        for name in names[::-1]
        if name in found
    }
    return where if len(where.keys() & _REQUIRED.keys()) >= 2 else {}


def read_table(
    lines: Iterable[str],
    *,
    file: str,
    source: str,
    tally: Tally,
    received_at: datetime | None = None,
    batch_rows: int = 20_000,
) -> Iterator[AisBatch]:
    """Read an archive, `batch_rows` lines at a time.

    Args:
        lines: Physical lines, the header first.
        file: Name for messages to the user.
        source: Name of the rows' source where no column gives one.
        tally: Counts every row after the header. A row from which NUL bytes were taken is kept
            and counted under repaired `nul_bytes_removed` besides its own outcome.
        received_at: When all rows reached us; else `Received`, else the event time.
        batch_rows: Rows to a batch.

    Raises:
        InputError: A column without which nothing works is not there.
    """
    rows = iter(lines)
    header = next(rows, "")
    where = columns_of(header)
    missing = [theirs for ours, theirs in _REQUIRED.items() if ours not in where]
    if missing:
        raise InputError(
            f"{file}: no column {', '.join(missing)}; found {header.strip()[:300]}. "
            "MarineCadastre and Danish (aisdk) headers are understood"
        )
    width = len(_cells(header))
    while chunk := list(islice(rows, batch_rows)):
        frame = _frame(chunk, where, width, tally)
        if len(frame):
            yield _batch(frame, source, tally, received_at)


def _cells(line: str) -> list[str]:
    # Each line by itself: a quotation mark in a ship's name must not swallow the next rows.
    line = line.rstrip("\r\n")
    return next(csv.reader([line]), []) if '"' in line else line.split(",")


def _frame(lines: list[str], where: dict[str, int], width: int, tally: Tally) -> pd.DataFrame:
    """Return the columns we know as text, without the rows that are not rows."""
    kept = []
    tally.read += len(lines)
    for line in lines:
        if "\0" in line:
            line = line.replace("\0", "")
            tally.repaired["nul_bytes_removed"] += 1
        if not line.strip():
            tally.ignored["blank"] += 1
            continue
        try:
            cells = _cells(line)
        except csv.Error:
            cells = []
        if len(cells) == width:
            kept.append(cells)
        else:
            tally.reject("wrong_number_of_columns", line)
    columns = list(zip(*kept, strict=True))
    texts = {
        name: [cell.strip() for cell in columns[place]] if columns else []
        for name, place in where.items()
    }
    return pd.DataFrame(texts, dtype=object)


def _batch(
    frame: pd.DataFrame, source: str, tally: Tally, received_at: datetime | None
) -> AisBatch:
    if "station" in frame:
        is_ship = frame["station"].str.lower().isin(_SHIP_STATIONS)
        tally.ignored["not_a_ship"] += int((~is_ship).sum())
        frame = frame[is_ship]
    frame = _without(frame, frame["time"].str.lower().isin(_EMPTY), "undated", tally)
    frame = _with_times(frame, "time", "time_ms", "bad_time", tally)
    if received_at is not None:
        frame = frame.assign(received_ms=to_ms(received_at))
    elif "received" in frame:
        frame = _with_times(frame, "received", "received_ms", "bad_received", tally)
    else:
        frame = frame.assign(received_ms=frame["time_ms"])
    for name in ("mmsi", "lon", "lat"):
        values = _numbers(frame[name])
        damaged = values.isna()
        if damaged.any():
            damaged &= ~frame[name].str.lower().isin(_EMPTY)
        if name == "mmsi":
            damaged |= values % 1 > 0
        frame = _without(frame, damaged, "bad_number", tally).assign(**{name: values[~damaged]})
    if not len(frame):
        return AisBatch(positions=no_positions())
    frame = frame.assign(mmsi=frame["mmsi"].fillna(0).clip(0, 1e12).astype(np.int64))
    sources: tuple[str, ...] = (source,)
    index = np.zeros(len(frame), np.int32)
    if "source" in frame:
        named = frame["source"].map(clean_text)
        codes, labels = pd.factorize(named.where(named != "", source), sort=True)
        sources, index = tuple(str(label) for label in labels), codes.astype(np.int32)
    positions = _positions(frame, sources, index, tally)
    static = _static(frame.assign(source=np.array(sources, object)[index]), positions)
    return AisBatch(positions=positions, static=static)


def _without(frame: pd.DataFrame, bad: pd.Series, reason: str, tally: Tally) -> pd.DataFrame:
    if bad.any():
        tally.reject(reason, ",".join(map(str, frame[bad].iloc[0])), int(bad.sum()))
        return frame[~bad]
    return frame


def _numbers(texts: pd.Series) -> pd.Series:
    return pd.to_numeric(texts, errors="coerce").astype(np.float64)


def _with_times(
    frame: pd.DataFrame, texts: str, column: str, reason: str, tally: Tally
) -> pd.DataFrame:
    """Add a column of milliseconds since the epoch, without the rows that hold no instant."""
    at = _instants(frame[texts])
    missing = at.isna()
    frame = _without(frame, missing, reason, tally)
    return frame.assign(**{column: at[~missing].dt.as_unit("ms").astype(np.int64)})


def _instants(texts: pd.Series) -> pd.Series:
    texts = texts.str.replace(_ZONE, "", regex=True)
    at = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
    for form in (*_TIME_FORMATS, "ISO8601"):
        rest = texts[at.isna()]
        if form == "ISO8601":
            # Asked for in full: pandas would take "2023" or "-1.5" for an instant.
            rest = rest[rest.str.fullmatch(_ISO)]
        if not len(rest):
            continue
        found = pd.to_datetime(rest, format=form, errors="coerce", utc=True)
        at = at.fillna(found.dt.as_unit("us").reindex(at.index))
    return at


def _positions(
    frame: pd.DataFrame, sources: tuple[str, ...], index: npt.NDArray[np.int32], tally: Tally
) -> PositionColumns:
    columns: dict[str, npt.NDArray[np.generic]] = {
        name: frame[name].to_numpy() for name in ("time_ms", "received_ms", "mmsi", "lon", "lat")
    }
    for name in ("sog_kn", "cog_deg", "heading_deg"):
        known = name in frame
        columns[name] = _numbers(frame[name]).to_numpy() if known else np.full(len(frame), np.nan)
    columns["nav_status"] = _status(frame)
    columns["precision_m"] = np.ones(len(frame))
    columns["source"] = index
    return checked_positions(columns, sources=sources, tally=tally)


def _status(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    if "nav_status" not in frame:
        return np.full(len(frame), -1.0)
    texts = frame["nav_status"].str.lower()
    codes = texts.map(_STATUS).astype(np.float64)
    filled: npt.NDArray[np.float64] = codes.fillna(_numbers(texts)).fillna(-1).to_numpy()
    return filled


def _static(frame: pd.DataFrame, positions: PositionColumns) -> tuple[StaticReport, ...]:
    """Return one report per ship, day, content and source: the earliest.

    Length without the antenna's place is left out: bow and stern cannot be told from it.
    """
    names = [name for name in _STATIC if name in frame]
    kept = frame[frame["mmsi"].isin(positions.mmsi)].sort_values("time_ms", kind="stable")
    kept = kept.assign(day=kept["time_ms"] // DAY_MS)
    kept = kept.drop_duplicates([*names, "mmsi", "day", "source"])
    rows = kept[[*names, "mmsi", "time_ms", "source"]].to_dict("records")
    reports = (_report(row) for row in rows)
    return tuple(report for report in reports if report is not None)


def _report(row: dict[str, Any]) -> StaticReport | None:
    told = {
        name: "" if str(value).lower() in _EMPTY else value
        for name, value in row.items()
        if name in _STATIC
    }
    kind = told.get("ship_type", "")
    return static_report(
        mmsi=row["mmsi"],
        time_ms=row["time_ms"],
        imo=told.get("imo", "").removeprefix("IMO"),
        name=told.get("name"),
        call_sign=told.get("call_sign"),
        ship_type=_SHIP_TYPES.get(kind.lower(), kind),
        dimensions=(
            told.get("to_bow"),
            told.get("to_stern"),
            told.get("to_port"),
            told.get("to_starboard"),
        ),
        draught_m=told.get("draught_m"),
        destination=told.get("destination"),
        source=row["source"],
    )
