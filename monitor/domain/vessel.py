"""Who a ship is: IMO number first, MMSI second, name never."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

from monitor.domain.flags import flag_of
from monitor.domain.history import History, HistoryCriteria, Said, V, history_of
from monitor.domain.window import from_ms, to_ms

Dimensions: TypeAlias = tuple[int, int, int, int]
"""Metres from the antenna to bow, stern, port and starboard."""
_LONGEST_SHIP_M = 500
"""Own limit: no ship afloat is longer; a larger figure is a typing error."""


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
    """As reported; it names a ship only where `imo_is_valid`."""
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
    lost_at: datetime | None = None
    """The day she sank or went to the breakers, as far as the list says so."""


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

    def ship(self, imo: int) -> WatchedVessel | None:
        """Return the watched ship of an IMO number."""
        return self._by_imo.get(imo)

    def imos(self) -> list[int]:
        """Return the IMO numbers on the list, ordered."""
        return sorted(self._by_imo)

    def mmsis(self) -> frozenset[int]:
        """Return every MMSI any listed ship is said to have used."""
        return frozenset(self._by_mmsi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The best answer to "which ship is this MMSI?", at one instant."""

    mmsi: int
    imo: int | None = None
    name: str = ""
    length_m: float | None = None
    watched: bool = False
    hull: Hull | None = None
    """None where the ship does not say where on board her antenna stands."""
    flag: str = ""
    """ISO 3166-1 alpha-2, from the country digits of the MMSI."""
    call_sign: str = ""
    ship_type: int | None = None
    """As in AIS, 1-99."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipHistory:
    """What one ship said of herself over time: a new name or flag makes no new ship of her."""

    imo: int | None
    """None for a ship known by her MMSI alone."""
    mmsis: History[int]
    names: History[str]
    flags: History[str]
    call_signs: History[str]
    ship_types: History[int]
    dimensions: History[Dimensions]


_NO_HISTORY = ShipHistory(
    imo=None,
    mmsis=History(),
    names=History(),
    flags=History(),
    call_signs=History(),
    ship_types=History(),
    dimensions=History(),
)


@dataclass(frozen=True)
class Register:
    """Who each MMSI is and was, compiled from static reports and the watch list."""

    identities: Mapping[int, Identity] = field(default_factory=dict)
    """By MMSI, as of the instant the register was compiled for."""
    numbers: Mapping[int, History[int]] = field(default_factory=dict)
    """By MMSI: the valid IMO numbers reported with it."""
    ships: Mapping[int, ShipHistory] = field(default_factory=dict)
    """By IMO number, of a ship without one by MMSI: seven digits and nine never meet."""
    same_ship: Mapping[int, int] = field(default_factory=dict)
    """MMSI -> the smallest MMSI of that ship, where she used several one after the other."""
    watch: WatchList = field(default_factory=WatchList)

    def identity(self, mmsi: int) -> Identity:
        """Return what is known of `mmsi`; a bare identity if nothing is."""
        return self.identities.get(mmsi, Identity(mmsi=mmsi))

    def identity_at(self, mmsi: int, at: datetime) -> Identity:
        """Return who used `mmsi` at an instant: a number may pass to another ship."""
        imo = _imo_at(self.numbers, self.watch, mmsi, at)
        ship, at_ms = self.ships.get(imo or mmsi, _NO_HISTORY), to_ms(at)
        watched = self.watch.find(imo=imo, mmsi=mmsi, at=at)
        sides = _value(ship.dimensions.at(at_ms))
        length = sides[0] + sides[1] if sides else 0
        flag = _value(ship.flags.at(at_ms))
        return Identity(
            mmsi=mmsi,
            imo=watched.imo if watched else imo,
            name=watched.name if watched else _visible(_value(ship.names.at(at_ms)) or ""),
            length_m=(watched.length_m if watched else None) or float(length) or None,
            watched=watched is not None,
            hull=_hull(sides) if sides else None,
            flag=flag_of(mmsi) if flag is None else flag,
            call_sign=_visible(_value(ship.call_signs.at(at_ms)) or ""),
            ship_type=_value(ship.ship_types.at(at_ms)),
        )

    def history(self, number: int) -> ShipHistory:
        """Return the history of a ship by IMO number, or by an MMSI she used last."""
        imo = self.identity(number).imo
        return self.ships.get(number) or self.ships.get(imo or 0, _NO_HISTORY)

    def leader(self, mmsi: int) -> int:
        """Return the MMSI under which the reports of this ship are gathered."""
        return self.same_ship.get(mmsi, mmsi)


def compile_register(
    reports: Iterable[StaticReport],
    watch: WatchList,
    mmsis: Iterable[int],
    *,
    at: datetime,
    criteria: HistoryCriteria = HistoryCriteria(),  # noqa: B008 - frozen
) -> Register:
    """Join static reports and the watch list into ships, each with her history.

    A ship is her IMO number; an MMSI is hers while she reports it. A report without a number
    belongs to the ship that used the MMSI then. Where two IMO numbers are in use on one MMSI at
    once, neither is merged into the other: each report stays with its own number, and the MMSI
    by itself stands for the ship the watch list gives it to, else for the one told more often.

    Args:
        reports: In any order; the result does not depend on it.
        watch: The ships to look for; its names and lengths win.
        mmsis: Numbers to have an identity for, beside those that reported.
        at: The instant `Register.identity` answers for.
        criteria: When a value that was said counts as a change.
    """
    seen: dict[int, list[StaticReport]] = {}
    for report in reports:
        seen.setdefault(report.mmsi, []).append(report)
    numbers = {
        mmsi: history_of(
            [(r.imo, r.time_ms, r.source) for r in own if r.imo and imo_is_valid(r.imo)],
            criteria=criteria,
        )
        for mmsi, own in seen.items()
    }
    gathered: dict[int, list[StaticReport]] = {}
    for mmsi, own in seen.items():
        for ship, report in _by_ship(mmsi, own, numbers, watch):
            gathered.setdefault(ship, []).append(report)
    register = Register(
        numbers=numbers,
        ships={key: _ship_history(key, own, criteria) for key, own in sorted(gathered.items())},
        same_ship=_same_ship(numbers),
        watch=watch,
    )
    everyone = sorted(set(mmsis) | set(seen))
    identities = {mmsi: register.identity_at(mmsi, at) for mmsi in everyone}
    return replace(register, identities=identities)


def _by_ship(
    mmsi: int, own: list[StaticReport], numbers: Mapping[int, History[int]], watch: WatchList
) -> Iterator[tuple[int, StaticReport]]:
    """Yield the reports of one MMSI with the key of the ship each belongs to."""
    counted = {said.value for said in numbers[mmsi].said}
    for report in own:
        imo = report.imo if report.imo in counted else None
        if imo is None and counted:
            imo = _imo_at(numbers, watch, mmsi, from_ms(report.time_ms))
        yield imo or mmsi, report


def _imo_at(
    numbers: Mapping[int, History[int]], watch: WatchList, mmsi: int, at: datetime
) -> int | None:
    """Return the IMO number of who used an MMSI at an instant.

    The list's word breaks a tie between numbers in use at once, and stands against a number
    that was not reported often enough to count. It also stands where a ship that gave the listed
    number before takes on that of another listed ship: then it is not known who she is, and what
    was said of her must not change its name and change it back.
    """
    history = numbers.get(mmsi, _NO_HISTORY.mmsis)
    if not history.said:
        return None
    told = history.at(to_ms(at))
    assert told is not None
    listed = watch.find(imo=None, mmsi=mmsi, at=at)
    if listed is None or listed.imo is None:
        return told.value
    rivals = {s.value for s in history.said if s.overlaps(told)}
    if watch.ship(told.value) is not None:
        rivals |= {s.value for s in history.said if s.first_ms < told.first_ms}
    return listed.imo if listed.imo in rivals or told.held_ms is None else told.value


def _ship_history(key: int, reports: list[StaticReport], criteria: HistoryCriteria) -> ShipHistory:
    def said(values: Iterable[tuple[V, StaticReport]]) -> History[V]:
        return history_of([(value, r.time_ms, r.source) for value, r in values], criteria=criteria)

    return ShipHistory(
        imo=key if imo_is_valid(key) else None,
        mmsis=said((r.mmsi, r) for r in reports),
        names=said((r.name, r) for r in reports if r.name),
        flags=said((flag, r) for r in reports if (flag := flag_of(r.mmsi))),
        call_signs=said((r.call_sign, r) for r in reports if r.call_sign),
        ship_types=said((r.ship_type, r) for r in reports if r.ship_type is not None),
        dimensions=said((sides, r) for r in reports if (sides := _dimensions(r))),
    )


def _dimensions(report: StaticReport) -> Dimensions | None:
    sides = (report.to_bow_m, report.to_stern_m, report.to_port_m, report.to_starboard_m)
    bow, stern, port, starboard = (side or 0 for side in sides)
    return (bow, stern, port, starboard) if 0 < bow + stern <= _LONGEST_SHIP_M else None


def _hull(sides: Dimensions) -> Hull | None:
    """Return the outline; none where bow and port are 0: then only length and beam were given.

    Source: ITU-R M.1371-5, Annex 8, section 3.3.3 (reference point not available).
    """
    bow, stern, port, starboard = sides
    if (bow == 0 and port == 0) or port + starboard == 0:
        return None
    return Hull(to_bow_m=bow, to_stern_m=stern, to_port_m=port, to_starboard_m=starboard)


def _same_ship(numbers: Mapping[int, History[int]]) -> dict[int, int]:
    """Return MMSI -> leader for ships that used several, one after the other.

    Only numbers that counted, and only MMSIs that never stood for another ship: what was sent
    under a number that passed on cannot be gathered under one hull as a whole.
    """
    used: dict[int, list[tuple[int, Said[int]]]] = {}
    for mmsi, history in sorted(numbers.items()):
        held = [said for said in history.said if said.held_ms is not None]
        if len({said.value for said in held}) == 1:
            for said in held:
                used.setdefault(said.value, []).append((mmsi, said))
    leaders = {}
    for uses in used.values():
        at_once = any(a.overlaps(b) for (m, a), (n, b) in combinations(uses, 2) if m != n)
        users = {mmsi for mmsi, _ in uses}
        if len(users) > 1 and not at_once:
            leaders.update(dict.fromkeys(sorted(users), min(users)))
    return leaders


def _value(said: Said[V] | None) -> V | None:
    return said.value if said is not None else None


def _visible(text: str) -> str:
    """Return text without control and direction characters, which change what is read."""
    return "".join(c for c in text if unicodedata.category(c)[0] != "C").strip()
