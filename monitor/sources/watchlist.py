"""The watch list in, ships out: a CSV file of ours, or the wider research table it came from.

A ship is its IMO number. An MMSI is only a claim, with dates where they are known; a ship with
neither number stays on the list for the reader and can never match AIS. The list is taken whole
or refused whole, since one wrong digit would alert about a stranger.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

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
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ONE_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(?:\s*m)?(?:\s*\([^()]*\))?")
"""One figure, a unit and one remark in brackets at most: `126.4`, `112.5 (reference)`."""
_BEGIN, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    """As a spreadsheet counts: the header is row 1."""
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
    rows: list[_Row] = []
    faults: list[str] = []
    for number, cells in _records(path):
        try:
            rows.append(_Row(number=number, vessel=_vessel(cells)))
        except ValueError as exc:
            faults.append(f"row {number}: {exc}")
    faults += _name_faults(rows) + _claim_faults(rows)
    if faults:
        raise ConfigError(f"{path}: {'; '.join(faults)}")
    return WatchList(_merged(rows))


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


def _vessel(cells: Mapping[str, str]) -> WatchedVessel:
    """Return the ship one row describes.

    Raises:
        ValueError: A number, date or length in it cannot be right, or it has no name.
    """
    if not cells["name"]:
        raise ValueError("has no name")
    notes = (cells.get("note"), cells.get("scenario_role"), cells.get("conflicts_notes"))
    return WatchedVessel(
        name=cells["name"],
        imo=_imo(cells["imo"]),
        claims=_claims(cells),
        former_names=_names(cells.get("aliases", ""), cells.get("former_names", "")),
        length_m=_length_m(cells.get("length_m", "")),
        flag=cells.get("flag", ""),
        ship_type=cells.get("ship_type", ""),
        note="; ".join(note for note in notes if note),
        source=cells.get("source") or cells.get("sources", ""),
    )


def _imo(text: str) -> int | None:
    if not text:
        return None
    digits = text.upper().removeprefix("IMO").strip()
    if not re.fullmatch(r"[0-9]{7}", digits):
        raise ValueError(f"IMO {shown(text)} is not seven digits")
    if not imo_is_valid(int(digits)):
        raise ValueError(f"IMO {digits} fails its check digit")
    return int(digits)


def _claims(cells: Mapping[str, str]) -> tuple[MmsiClaim, ...]:
    valid_from, valid_to = (_instant(cells.get(k, "")) for k in ("mmsi_from", "mmsi_to"))
    if valid_from and valid_to and valid_to <= valid_from:
        raise ValueError("mmsi_to is not after mmsi_from")
    claims = []
    for text in filter(None, (part.strip() for part in cells["mmsi"].split("|"))):
        if not re.fullmatch(r"[0-9]{9}", text) or not mmsi_is_ship(int(text)):
            raise ValueError(f"MMSI {shown(text)} is not a ship's (nine digits, 201… to 775…)")
        claims.append(MmsiClaim(mmsi=int(text), valid_from=valid_from, valid_to=valid_to))
    return tuple(claims)


def _instant(text: str) -> datetime | None:
    try:
        return parse_utc(text) if text else None
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"{shown(text)} is not a date like 2024-01-31") from exc


def _names(*cells: str) -> tuple[str, ...]:
    parts = (part.strip() for cell in cells for part in re.split(r"[|;]", cell))
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


def _name_faults(rows: list[_Row]) -> list[str]:
    first: dict[int, _Row] = {}
    faults = []
    for row in rows:
        if row.vessel.imo is None:
            continue
        known = first.setdefault(row.vessel.imo, row)
        if known.vessel.name.casefold() != row.vessel.name.casefold():
            faults.append(
                f"row {row.number}: IMO {row.vessel.imo} is {shown(row.vessel.name)} here and "
                f"{shown(known.vessel.name)} in row {known.number}"
            )
    return faults


def _claim_faults(rows: list[_Row]) -> list[str]:
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
                faults.append(
                    f"row {other.number}: MMSI {mmsi} is claimed for the same time by "
                    f"{shown(row.vessel.name)} in row {row.number}"
                )
    return faults


def _overlap(one: MmsiClaim, two: MmsiClaim) -> bool:
    return (one.valid_from or _BEGIN) < (two.valid_to or _END) and (two.valid_from or _BEGIN) < (
        one.valid_to or _END
    )


def _merged(rows: list[_Row]) -> tuple[WatchedVessel, ...]:
    """Join the rows of one IMO number; what the first of them leaves empty, a later one fills."""
    ships: dict[str, WatchedVessel] = {}
    for row in rows:
        new = row.vessel
        key = f"imo {new.imo}" if new.imo else f"row {row.number}"
        old = ships.get(key, new)
        ships[key] = replace(
            old,
            claims=tuple(dict.fromkeys(old.claims + new.claims)),
            former_names=tuple(dict.fromkeys(old.former_names + new.former_names)),
            length_m=old.length_m or new.length_m,
            flag=old.flag or new.flag,
            ship_type=old.ship_type or new.ship_type,
            note=old.note or new.note,
            source=old.source or new.source,
        )
    return tuple(ships.values())
