"""The watch list in, ships out: a CSV file of ours, or the wider research table it came from.

A ship is its IMO number. An MMSI is only a claim, with dates where they are known; a ship with
neither number stays on the list for the reader and can never match AIS. Our own list is taken
whole or refused whole, since one wrong digit would alert about a stranger; of a list made by
others the sound cells are taken, and every other one is named.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from monitor.domain.names import in_one_alphabet
from monitor.domain.vessel import (
    MmsiClaim,
    WatchedVessel,
    WatchList,
    imo_is_valid,
    mmsi_is_ship,
)
from monitor.domain.window import parse_utc
from monitor.errors import ConfigError
from monitor.sources.files import Refused, plain, read_text, shown

MAX_BYTES = 16 * 2**20
"""Some 100,000 ships; more is a mistake or an attack."""
LONGEST_SHIP_M = 500.0
"""Own limit: no ship afloat is longer; a larger figure is a typing error."""
_REQUIRED = ("name", "imo", "mmsi")
_MMSI_COLUMNS = ("mmsi", "mmsi_legacy")
_OTHER_NAMES = {"mmsi_current": "mmsi", "vessel_type": "ship_type"}
"""What research tables call our columns; they keep earlier MMSIs in one of their own."""
_LOST = re.compile(
    r"\b(?:sank|sunk|scrapped|broken up|wrecked|dismantled)\b\D{0,20}(\d{4}-\d\d-\d\d)",
    re.IGNORECASE,
)
"""How a note says that a ship is no more, and since when."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ONE_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(?:\s*m)?(?:\s*\([^()]*\))?")
"""One figure, a unit and one remark in brackets at most: `126.4`, `112.5 (reference)`."""
T = TypeVar("T")
_BEGIN, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """One cell of a watch list that could not be taken as it stood."""

    row: int
    """As a spreadsheet counts: the header is row 1."""
    column: str
    why: str
    """Says what stands there, fit for one line of a message."""
    repaired: bool = False
    """Whether it was taken all the same, put right."""

    def __str__(self) -> str:
        return f"row {self.row}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    vessel: WatchedVessel


def load_watchlist(path: Path) -> WatchList:
    """Read a watch list.

    Args:
        path: CSV, UTF-8, comma-separated, with a header. Ours has the columns `name, imo, mmsi,
            mmsi_from, mmsi_to, former_names, length_m, flag, ship_type, note, source,
            confidence`; the first three must be there. Several MMSI or names in one cell are
            parted by `|`. Rows of one IMO number and name are one ship, so a further row gives a
            further MMSI with its own dates. Columns not known here are left alone.

    Returns:
        The ships in file order.

    Raises:
        ConfigError: The file cannot be read, or rows are wrong; names the file and every bad row.
    """
    watch, bad = survey_watchlist(path)
    faults = [str(cell) for cell in bad if not cell.repaired]
    if faults:
        raise ConfigError(f"{path}: {'; '.join(faults)}")
    return watch


def survey_watchlist(path: Path) -> tuple[WatchList, tuple[BadCell, ...]]:
    """Read a watch list made by others: take what is sound, name what is not.

    Args:
        path: As for `load_watchlist`, or a research table with `mmsi_current` and `mmsi_legacy`.

    Returns:
        The ships in file order, and every bad cell in row order. A bad cell is left empty and the
        rest of its row kept; an MMSI that two ships claim for one time is left out of both.

    Raises:
        ConfigError: The file cannot be read at all, or its header has not the columns.
    """
    rows: list[_Row] = []
    bad: list[BadCell] = []
    for number, cells in _records(path):
        if cells["name"]:
            rows.append(_Row(number=number, vessel=_Reader(number, cells, bad).vessel()))
        else:
            bad.append(BadCell(row=number, column="name", why="has no name"))
    bad += _name_faults(rows)
    claimed_twice = _claim_faults(rows)
    bad += [cell for _, cell in claimed_twice]
    ships = _merged(rows, without={mmsi for mmsi, _ in claimed_twice})
    return WatchList(ships), tuple(sorted(bad, key=lambda cell: cell.row))


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and cells of every row below the header that is not blank."""
    try:
        text = read_text(path, max_bytes=MAX_BYTES)
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except Refused as exc:
        raise ConfigError(f"{path}: {exc}") from exc
    except csv.Error as exc:
        raise ConfigError(f"{path}: is not CSV ({exc})") from exc
    header = [plain(cell).lower() for cell in table[0]]
    header = [_OTHER_NAMES.get(name, name) for name in header]
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        raise ConfigError(
            f"{path}: the header has no {', '.join(missing)}; the first line names the columns, "
            "parted by commas"
        )
    for number, record in enumerate(table[1:], start=2):
        cells = [plain(cell) for cell in record] + [""] * (len(header) - len(record))
        if any(cells):
            yield number, dict(zip(header, cells, strict=False))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the cells of one row; what cannot be right goes to `bad`."""

    row: int
    cells: Mapping[str, str]
    bad: list[BadCell]

    def vessel(self) -> WatchedVessel:
        """Return the ship the row describes."""
        cells = self.cells
        notes = (cells.get("note"), cells.get("scenario_role"), cells.get("conflicts_notes"))
        note = "; ".join(note for note in notes if note)
        name = in_one_alphabet(cells["name"])
        if name != cells["name"]:
            self._put_right("name", f"{shown(cells['name'])} mixes alphabets")
        former = _names(cells.get("aliases", ""), cells.get("former_names", ""))
        return WatchedVessel(
            name=name,
            imo=self._taken("imo", _imo),
            claims=self._claims(),
            former_names=former,
            length_m=self._taken("length_m", _length_m),
            flag=cells.get("flag", ""),
            ship_type=cells.get("ship_type", ""),
            note=note,
            source=cells.get("source") or cells.get("sources", ""),
            lost_at=_lost_at(note),
        )

    def _taken(self, column: str, read: Callable[[str], T]) -> T | None:
        """Return what a cell says; None, and a bad cell, where it cannot be right."""
        try:
            return read(self.cells.get(column, ""))
        except ValueError as exc:
            self.bad.append(BadCell(row=self.row, column=column, why=str(exc)))
            return None

    def _put_right(self, column: str, why: str) -> None:
        self.bad.append(BadCell(row=self.row, column=column, why=why, repaired=True))

    def _claims(self) -> tuple[MmsiClaim, ...]:
        found = len(self.bad)
        valid_from, valid_to = (self._taken(k, _instant) for k in ("mmsi_from", "mmsi_to"))
        if valid_from and valid_to and valid_to <= valid_from:
            why = "mmsi_to is not after mmsi_from"
            self.bad.append(BadCell(row=self.row, column="mmsi_to", why=why))
        if len(self.bad) > found:
            return ()  # without its dates a claim would hold for ever
        return tuple(
            MmsiClaim(mmsi=mmsi, valid_from=valid_from, valid_to=valid_to)
            for column in _MMSI_COLUMNS
            for mmsi in self._mmsis(column)
        )

    def _mmsis(self, column: str) -> Iterator[int]:
        for part in self.cells.get(column, "").split("|"):
            # A character lost on the way stands as U+FFFD; the nine digits say the rest.
            text = part.replace("\ufffd", "").strip()
            if not text:
                continue
            if not re.fullmatch(r"[0-9]{9}", text) or not mmsi_is_ship(int(text)):
                why = f"MMSI {shown(text)} is not a ship's (nine digits, 201… to 775…)"
                self.bad.append(BadCell(row=self.row, column=column, why=why))
                continue
            if "\ufffd" in part:
                self._put_right(column, f"MMSI {shown(part)} has a lost character")
            yield int(text)


def _imo(text: str) -> int | None:
    if not text:
        return None
    digits = text.upper().removeprefix("IMO").strip()
    if not re.fullmatch(r"[0-9]{7}", digits):
        raise ValueError(f"IMO {shown(text)} is not seven digits")
    if not imo_is_valid(int(digits)):
        raise ValueError(f"IMO {digits} fails its check digit")
    return int(digits)


def _lost_at(note: str) -> datetime | None:
    found = _LOST.search(note)
    try:
        return parse_utc(found[1]) if found else None
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        return parse_utc(text) if text else None
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"{shown(text)} is not a date like 2024-01-31") from exc


def _names(*cells: str) -> tuple[str, ...]:
    parts = (part.strip() for cell in cells for part in re.split(r"[|;]| / ", cell))
    return tuple(dict.fromkeys(filter(None, parts)))


def _length_m(text: str) -> float | None:
    """Return a length in metres; None where none is given or sources disagree in the cell."""
    if not text:
        return None
    found = _ONE_LENGTH.fullmatch(text)
    if found is None:
        if len(_NUMBER.findall(text)) > 1:
            return None
        raise ValueError(f"length_m {shown(text)} is not a number of metres")
    length = float(found[1])
    if not 0 < length <= LONGEST_SHIP_M:
        raise ValueError(f"length_m {length:g} is not between 0 and {LONGEST_SHIP_M:g}")
    return length


def _name_faults(rows: list[_Row]) -> list[BadCell]:
    first: dict[int, _Row] = {}
    faults = []
    for row in rows:
        if row.vessel.imo is None:
            continue
        known = first.setdefault(row.vessel.imo, row)
        if known.vessel.name.casefold() != row.vessel.name.casefold():
            why = (
                f"IMO {row.vessel.imo} is {shown(row.vessel.name)} here and "
                f"{shown(known.vessel.name)} in row {known.number}"
            )
            faults.append(BadCell(row=row.number, column="name", why=why))
    return faults


def _claim_faults(rows: list[_Row]) -> list[tuple[int, BadCell]]:
    """Return MMSI claimed twice for the same time, but for plain repeats within one ship."""
    by_mmsi: dict[int, list[tuple[_Row, MmsiClaim]]] = {}
    for row in rows:
        for claim in dict.fromkeys(row.vessel.claims):
            by_mmsi.setdefault(claim.mmsi, []).append((row, claim))
    faults = []
    for mmsi, claimed in by_mmsi.items():
        for (row, one), (other, two) in combinations(claimed, 2):
            same_ship = row.vessel.imo is not None and row.vessel.imo == other.vessel.imo
            if _overlap(one, two) and not (same_ship and one == two):
                why = (
                    f"MMSI {mmsi} is claimed for the same time by "
                    f"{shown(row.vessel.name)} in row {row.number}"
                )
                faults.append((mmsi, BadCell(row=other.number, column="mmsi", why=why)))
    return faults


def _overlap(one: MmsiClaim, two: MmsiClaim) -> bool:
    return (one.valid_from or _BEGIN) < (two.valid_to or _END) and (two.valid_from or _BEGIN) < (
        one.valid_to or _END
    )


def _merged(rows: list[_Row], *, without: set[int]) -> tuple[WatchedVessel, ...]:
    """Join the rows of one IMO number; what the first of them leaves empty, a later one fills.

    MMSIs in `without` are nobody's.
    """
    ships: dict[str, WatchedVessel] = {}
    for row in rows:
        new = row.vessel
        key = f"imo {new.imo}" if new.imo else f"row {row.number}"
        old = ships.get(key, new)
        ships[key] = replace(
            old,
            claims=tuple(
                claim
                for claim in dict.fromkeys(old.claims + new.claims)
                if claim.mmsi not in without
            ),
            former_names=tuple(dict.fromkeys(old.former_names + new.former_names)),
            length_m=old.length_m or new.length_m,
            flag=old.flag or new.flag,
            ship_type=old.ship_type or new.ship_type,
            note=old.note or new.note,
            source=old.source or new.source,
            lost_at=old.lost_at or new.lost_at,
        )
    return tuple(ships.values())
