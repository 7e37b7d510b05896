"""What the columns of a table of positions mean: known headers, and the user's own mapping."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from monitor.errors import InputError

_NAMES = {
    "mmsi": ("mmsi", "sourcemmsi"),
    "time": (
        "basedatetime", "base_date_time", "# timestamp", "timestamp", "time", "datetime",
        "ts_pos_utc", "dt_pos_utc", "t", "t_ms", "time_ms",
    ),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
    "sog_kn": ("sog", "sog_kn", "speedoverground", "speed_over_ground"),
    "cog_deg": ("cog", "cog_deg", "courseoverground", "course_over_ground"),
    "heading_deg": ("heading", "heading_deg", "trueheading", "true_heading", "hdg"),
    "nav_status": (
        "status", "navigational status", "nav_status", "navigationalstatus",
        "navigational_status", "navigation_status",
    ),
    "message_type": ("message_type", "message_id", "messageid", "msg_type"),
    "precision_m": ("precision_m",),
    "imo": ("imo", "imonumber", "imo_number"),
    "name": ("vesselname", "vessel_name", "name", "shipname"),
    "call_sign": ("callsign", "call_sign"),
    "ship_type": ("vesseltype", "vessel_type", "ship type", "shiptype", "ship_type"),
    "draught_m": ("draft", "draught", "draught_m"),
    "destination": ("destination",),
    "to_bow_m": ("a", "to_bow_m", "tobow", "dim_bow", "dimension_to_bow"),
    "to_stern_m": ("b", "to_stern_m", "tostern", "dim_stern", "dimension_to_stern"),
    "to_port_m": ("c", "to_port_m", "toport", "dim_port", "dimension_to_port"),
    "to_starboard_m": (
        "d", "to_starboard_m", "tostarboard", "dim_starboard", "dimension_to_starboard",
    ),
    "station": ("type of mobile",),
    "source": ("source",),
    "received": ("received",),
}  # fmt: skip
"""Our names, and what the formats call them (lower case), the likeliest first."""
STATIC_FIELDS = (
    "imo", "name", "call_sign", "ship_type", "draught_m", "destination",
    "to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m",
)  # fmt: skip
"""The columns that say who a ship is."""
_REQUIRED = {"mmsi": "MMSI", "time": "BaseDateTime", "lat": "LAT", "lon": "LON"}
_SCALED = re.compile(r"(.+?)\s*([*/])\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")
_NOT_SCALED = frozenset({"time", "received", "source", "station", "name", "destination"})
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """Where one of our columns comes from."""

    place: int
    """Of the column in the table, from 0."""
    divisor: float = 1.0
    """The table's numbers are divided by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """How to read a table whose header is not enough: what is left out is told by the header."""

    columns: Mapping[str, str] | None = None
    """Our name to the table's, or `name/10`, `name*1.852`; an empty text leaves ours out. All
    whole numbers: places counted from 1, in a table without a header."""
    time_format: str | None = None
    """`unix`, `unix_ms` or a strptime format (UTC); None: told by the look of it."""
    delimiter: str | None = None
    """One character; None: the commonest of comma, semicolon, tab and bar in the header."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.columns or {}) - set(_NAMES))
        if unknown:
            raise InputError(
                f"columns: no field {', '.join(unknown)}; there are: {', '.join(_NAMES)}"
            )
        if self.delimiter is not None and (
            len(self.delimiter) != 1 or not self.delimiter.isascii() or self.delimiter in '"\r\n\0'
        ):
            raise InputError(f"delimiter: one character (or `tab`), not {self.delimiter!r}")
        if self.time_format not in (None, "unix", "unix_ms"):
            try:
                pd.to_datetime(["x"], format=self.time_format, errors="coerce")
            except ValueError as exc:
                raise InputError(f"time-format: {self.time_format!r}: {exc}") from exc

    @property
    def has_header(self) -> bool:
        """Return whether the table's first line names its columns."""
        return not self.columns or not all(text.isdecimal() for text in self.columns.values())

    def rules(self, names: Sequence[str]) -> dict[str, ColumnRule]:
        """Return where each of our columns stands in a table with these column names.

        Raises:
            InputError: The map names a column that is not there.
        """
        if not self.has_header:
            return {
                ours: _placed(ours, int(text), len(names))
                for ours, text in (self.columns or {}).items()
            }
        found = [name.strip().lower() for name in names]
        rules = {
            ours: ColumnRule(place=found.index(name))
            for ours, known in _NAMES.items()
            for name in known[::-1]
            if name in found
        }
        for ours, text in (self.columns or {}).items():
            rules.pop(ours, None)
            if text:
                rules[ours] = _rule(ours, text, [name.strip() for name in names])
        return rules


KNOWN_HEADERS = ColumnMap()
"""Only what the header tells."""


def column_map(
    columns: str | None = None,
    *,
    time_format: str | None = None,
    delimiter: str | None = None,
    file: Path | None = None,
) -> ColumnMap:
    """Build a map from the command line's texts, over what a TOML file says.

    Args:
        columns: `mmsi=ship,lat=y/600000,…`.
        time_format: As in `ColumnMap`.
        delimiter: As in `ColumnMap`, or `tab`.
        file: TOML with `time_format`, `delimiter` and a table `[columns]`.

    Raises:
        InputError: A text cannot be understood; the message names it.
    """
    told = _from_file(file) if file else {}
    mapped: dict[str, str] = dict(told.get("columns", {}))
    for part in (columns or "").split(","):
        ours, equals, theirs = part.partition("=")
        if part.strip() and not equals:
            raise InputError(f"columns: {part.strip()!r} is not of the form field=column")
        if equals:
            mapped[ours.strip()] = theirs.strip()
    mark = delimiter if delimiter is not None else told.get("delimiter")
    return ColumnMap(
        columns=mapped or None,
        time_format=time_format or told.get("time_format"),
        delimiter=_DELIMITERS.get(mark, mark) if mark is not None else None,
    )


def missing_columns(rules: Mapping[str, ColumnRule], *, timed: bool) -> list[str]:
    """Return what a table needs and has not, in the words of the best known format.

    A table with neither latitude nor longitude may hold static reports alone.

    Args:
        rules: What was found.
        timed: Whether rows without a time column may pass as of the moment they were received.
    """
    spare = {"time"} if timed else set()
    if not rules.keys() & {"lat", "lon"} and rules.keys() & set(STATIC_FIELDS):
        spare |= {"lat", "lon"}
    return [name for ours, name in _REQUIRED.items() if ours not in rules and ours not in spare]


def is_header(rules: Mapping[str, ColumnRule]) -> bool:
    """Return whether a line with these columns is likely the header of a table of AIS."""
    return len(rules.keys() & _REQUIRED.keys()) >= 2


def scaled(values: npt.NDArray[np.float64], rule: ColumnRule) -> npt.NDArray[np.float64]:
    """Return the table's numbers in our unit."""
    return values if rule.divisor == 1.0 else values / rule.divisor


def _rule(ours: str, text: str, names: Sequence[str]) -> ColumnRule:
    divisor = 1.0
    if text not in names and (parts := _SCALED.fullmatch(text)):
        text, sign, digits = parts.groups()
        factor = float(digits)
        if factor == 0 or ours in _NOT_SCALED:
            raise InputError(f"columns: {ours}={text}{sign}{digits}: cannot be scaled so")
        divisor = factor if sign == "/" else 1 / factor
    if text not in names:
        raise InputError(
            f"columns: {ours}={text}: the table has no such column; it has {', '.join(names)[:300]}"
        )
    return ColumnRule(place=names.index(text), divisor=divisor)


def _placed(ours: str, number: int, width: int) -> ColumnRule:
    if not 1 <= number <= width:
        raise InputError(f"columns: {ours}={number}: the table has {width} columns")
    return ColumnRule(place=number - 1)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise InputError(f"{path}: not a readable column map (TOML): {exc}") from exc
    unknown = sorted(told.keys() - {"columns", "time_format", "delimiter"})
    columns = told.get("columns", {})
    texts = [told.get("time_format", ""), told.get("delimiter", "")]
    if unknown or not isinstance(columns, dict) or not all(isinstance(t, str) for t in texts):
        raise InputError(
            f"{path}: a column map has `time_format`, `delimiter` (texts) and a table [columns]"
            + (f", no {', '.join(unknown)}" if unknown else "")
        )
    return {**told, "columns": {ours: str(text) for ours, text in columns.items()}}
