"""Who a ship is: IMO number first, MMSI second, name never."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

T = TypeVar("T", int, str)


def imo_is_valid(imo: int | None) -> bool:
    """Return whether the check digit of a seven-digit IMO number is right.

    Source: IMO Resolution A.1117(30): digits times 7, 6, 5, 4, 3, 2, summed, last digit.
    """
    if imo is None or not 1_000_000 <= imo <= 9_999_999:
        return False
    digits = [int(d) for d in str(imo)]
    return sum(d * w for d, w in zip(digits[:6], range(7, 1, -1), strict=True)) % 10 == digits[6]


def mmsi_is_ship(mmsi: int) -> bool:
    """Return whether an MMSI has the form of a ship station: country digits 201-775 first.

    Source: ITU-R M.585-9, Annex 1, section 1.
    """
    return 201_000_000 <= mmsi <= 775_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticReport:
    """What a ship said about itself in one static message (AIS types 5, 19, 24)."""

    time_ms: int
    mmsi: int
    imo: int | None = None
    """Only where the check digit is right."""
    name: str = ""
    call_sign: str = ""
    ship_type: int | None = None
    to_bow_m: int | None = None
    """Distances from the antenna; length is bow + stern, beam is port + starboard."""
    to_stern_m: int | None = None
    to_port_m: int | None = None
    to_starboard_m: int | None = None
    draught_m: float | None = None
    destination: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hull:
    """A ship's outline round her positioning antenna, metres; all at least 0."""

    to_bow_m: float
    to_stern_m: float
    to_port_m: float
    to_starboard_m: float

    @property
    def length_m(self) -> float:
        """Length over all."""
        return self.to_bow_m + self.to_stern_m

    @property
    def beam_m(self) -> float:
        """Greatest width."""
        return self.to_port_m + self.to_starboard_m


@dataclass(frozen=True, slots=True, kw_only=True)
class MmsiClaim:
    """One MMSI a ship is said to have used, and when; open ends mean unknown."""

    mmsi: int
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    """End of validity, not included."""

    def holds_at(self, at: datetime) -> bool:
        """Return whether the claim covers `at`."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_to is None or at < self.valid_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedVessel:
    """One row of the watch list."""

    name: str
    imo: int | None
    claims: tuple[MmsiClaim, ...] = ()
    former_names: tuple[str, ...] = ()
    length_m: float | None = None
    flag: str = ""
    ship_type: str = ""
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class WatchList:
    """The ships we were asked to look for. Joined on IMO, then MMSI, never on a name alone."""

    vessels: tuple[WatchedVessel, ...] = ()

    @cached_property
    def _by_imo(self) -> Mapping[int, WatchedVessel]:
        return {v.imo: v for v in self.vessels if v.imo is not None}

    @cached_property
    def _by_mmsi(self) -> Mapping[int, list[tuple[MmsiClaim, WatchedVessel]]]:
        index: dict[int, list[tuple[MmsiClaim, WatchedVessel]]] = {}
        for vessel in self.vessels:
            for claim in vessel.claims:
                index.setdefault(claim.mmsi, []).append((claim, vessel))
        return index

    def find(self, *, imo: int | None, mmsi: int, at: datetime) -> WatchedVessel | None:
        """Return the watched ship an IMO number or, failing that, an MMSI points to at `at`.

        A valid IMO number of a ship that is not on the list overrules its MMSI: the number may
        have passed to another hull.
        """
        if imo is not None:
            return self._by_imo.get(imo)
        hits = [v for claim, v in self._by_mmsi.get(mmsi, []) if claim.holds_at(at)]
        return hits[0] if len(hits) == 1 else None

    def imos(self) -> list[int]:
        """Return the IMO numbers on the list, ordered."""
        return sorted(self._by_imo)

    def mmsis(self) -> frozenset[int]:
        """Return every MMSI any listed ship is said to have used."""
        return frozenset(self._by_mmsi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The best present answer to "which ship is this MMSI?"."""

    mmsi: int
    imo: int | None = None
    name: str = ""
    length_m: float | None = None
    watched: bool = False


@dataclass(frozen=True)
class Register:
    """Identities by MMSI, compiled from static reports and the watch list."""

    identities: Mapping[int, Identity] = field(default_factory=dict)

    def identity(self, mmsi: int) -> Identity:
        """Return what is known of `mmsi`; a bare identity if nothing is."""
        return self.identities.get(mmsi, Identity(mmsi=mmsi))


def compile_register(
    reports: Iterable[StaticReport], watch: WatchList, mmsis: Iterable[int], *, at: datetime
) -> Register:
    """Join static reports and the watch list into one identity per MMSI, as of `at`.

    The IMO number and name most often reported win (ties: the latest, then the smaller value),
    so one corrupted report changes nothing and the order of reports does not matter.
    """
    seen: dict[int, list[StaticReport]] = {}
    for report in reports:
        seen.setdefault(report.mmsi, []).append(report)
    identities = {}
    for mmsi in sorted(set(mmsis) | set(seen)):
        own = seen.get(mmsi, [])
        imo = _most_reported([(r.imo, r.time_ms) for r in own if r.imo is not None])
        name = _most_reported([(r.name, r.time_ms) for r in own if r.name])
        length = _most_reported(
            [(r.to_bow_m + r.to_stern_m, r.time_ms) for r in own if r.to_bow_m and r.to_stern_m]
        )
        watched = watch.find(imo=imo, mmsi=mmsi, at=at)
        identities[mmsi] = Identity(
            mmsi=mmsi,
            imo=watched.imo if watched else imo,
            name=watched.name if watched else _visible(name or ""),
            length_m=(watched.length_m if watched else None) or (float(length) if length else None),
            watched=watched is not None,
        )
    return Register(identities)


def _visible(text: str) -> str:
    """Return text without control and direction characters, which change what is read."""
    return "".join(c for c in text if unicodedata.category(c)[0] != "C").strip()


def _most_reported(values: list[tuple[T, int]]) -> T | None:
    if not values:
        return None
    tally: dict[T, tuple[int, int]] = {}
    for value, at_ms in values:
        count, last = tally.get(value, (0, 0))
        tally[value] = (count + 1, max(last, at_ms))
    best = max(tally.values())
    return min(v for v, score in tally.items() if score == best)
