"""Conflicts between what is reported and what the watch list says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from monitor.detect.tracks import Tracks
from monitor.domain.history import HistoryCriteria, Said, history_of
from monitor.domain.identity_conflict import Claim, Conflict, ConflictKind, reported
from monitor.domain.names import ship_name_key
from monitor.domain.vessel import (
    MmsiClaim,
    Register,
    StaticReport,
    WatchedVessel,
    WatchList,
)
from monitor.domain.window import from_ms, span_ms, to_ms

Rows = npt.NDArray[np.intp]
_ENOUGH = 10_000
"""Positions looked at to tell that a lost ship is heard; more would prove no more."""
_FOREVER_MS = 2**62


def listed_otherwise(register: Register, watch: WatchList) -> Iterator[Conflict]:
    """MMSIs the list gives to one ship and that report the IMO number of another.

    A corrupted report does not hit the number of another listed ship, so one is enough there;
    any other number has to be repeated.
    """
    for mmsi, claim, vessel in _claims(watch):
        history = register.numbers.get(mmsi)
        for said in (*history.said, *history.ignored) if history else ():
            other = watch.ship(said.value)
            if vessel.imo in (None, said.value) or not claim.holds_at(from_ms(said.first_ms)):
                continue
            if other is None and said.held_ms is None:
                continue
            claim_made = imo_claim(mmsi, said, register)
            enough = said.first_ms if other or said.held_ms is None else said.held_ms
            yield _against_list(mmsi, vessel, said, claim_made, other, str(said.value), enough)


def named_otherwise(
    by_mmsi: Mapping[int, list[StaticReport]],
    register: Register,
    watch: WatchList,
    criteria: HistoryCriteria,
) -> Iterator[Conflict]:
    """Listed ships that call themselves by the name of another listed ship."""
    owners = _owners(watch)
    for mmsi, reports in by_mmsi.items():
        vessel = _listed_ship(register, watch, mmsi, reports)
        if vessel is None:
            continue
        own = {ship_name_key(name) for name in (vessel.name, *vessel.former_names)}
        named = [(r.name, r.time_ms, r.source) for r in reports if r.name and r.imo == vessel.imo]
        named += [(r.name, r.time_ms, r.source) for r in reports if r.name and r.imo is None]
        for said in history_of(named, criteria=criteria).said:
            key = ship_name_key(said.value)
            other = owners.get(key)
            if said.held_ms is None or key in own or other is None or other is vessel:
                continue
            claim = reported(f"MMSI {mmsi} calls herself {said.value}", said)
            yield _against_list(mmsi, vessel, said, claim, other, f"name:{key}", said.held_ms)


def _listed_ship(
    register: Register, watch: WatchList, mmsi: int, reports: list[StaticReport]
) -> WatchedVessel | None:
    at = from_ms(min(r.time_ms for r in reports))
    return watch.find(imo=register.identity_at(mmsi, at).imo, mmsi=mmsi, at=at)


def _owners(watch: WatchList) -> dict[str, WatchedVessel]:
    """Return listed ships by name; names of two of them name neither."""
    owners: dict[str, list[WatchedVessel]] = {}
    for vessel in watch.vessels:
        for key in {ship_name_key(name) for name in (vessel.name, *vessel.former_names)}:
            owners.setdefault(key, []).append(vessel)
    return {key: ships[0] for key, ships in owners.items() if len(ships) == 1 and key}


def _against_list(
    mmsi: int,
    vessel: WatchedVessel,
    said: Said[int] | Said[str],
    claim: Claim,
    other: WatchedVessel | None,
    anchor: str,
    learned_ms: int,
) -> Conflict:
    number = f", IMO {vessel.imo}" if vessel.imo else ""
    return Conflict(
        kind=ConflictKind.LISTED_OTHERWISE,
        mmsi=mmsi,
        imo=vessel.imo,
        claims=(
            Claim(text=f"MMSI {mmsi} is {vessel.name}{number}", sources=_list_source(vessel)),
            claim,
        ),
        first_ms=said.first_ms,
        last_ms=said.last_ms,
        learned_ms=learned_ms,
        held=said.held_ms is not None,
        watched=1 + (other is not None),
        anchor=f"listed:{vessel.imo}/{anchor}",
    )


def lost_ships(
    register: Register, watch: WatchList, tracks: Tracks, grace: timedelta
) -> Iterator[Conflict]:
    """Ships the list says were lost, whose number is heard again after `grace`."""
    for vessel in watch.vessels:
        if vessel.lost_at is None or vessel.imo is None:
            continue
        after_ms = to_ms(vessel.lost_at) + span_ms(grace)
        told = {
            mmsi
            for mmsi, history in register.numbers.items()
            if any(s.value == vessel.imo and s.last_ms > after_ms for s in history.said)
        }
        for mmsi in sorted({claim.mmsi for claim in vessel.claims} | told):
            at = rows_of(tracks, mmsi, after_ms + 1, _FOREVER_MS)[:_ENOUGH]
            if len(at):
                yield from _heard_after(vessel, mmsi, at, register, tracks, mmsi in told)


def _heard_after(
    vessel: WatchedVessel, mmsi: int, at: Rows, register: Register, tracks: Tracks, by_imo: bool
) -> Iterator[Conflict]:
    """Yield the conflict if positions after the loss are hers, as far as anybody says."""
    rows = tracks.rows
    reports = [(mmsi, int(rows.time_ms[i]), rows.sources[rows.source[i]]) for i in at.tolist()]
    heard = history_of(reports, criteria=HistoryCriteria()).said[0]
    whose = register.identity_at(mmsi, from_ms(heard.first_ms)).imo
    if heard.held_ms is None or whose != vessel.imo:
        return
    by_then = at[rows.time_ms[at] <= heard.held_ms]
    use = f"with IMO {vessel.imo}" if by_imo else "which the list gives to her"
    yield Conflict(
        kind=ConflictKind.LOST_SHIP,
        mmsi=mmsi,
        imo=vessel.imo,
        claims=(
            Claim(
                text=f"{vessel.name}, IMO {vessel.imo}, was lost about {vessel.lost_at:%d %b %Y}",
                sources=_list_source(vessel),
            ),
            reported(f"MMSI {mmsi} is in use, {use}", heard),
        ),
        first_ms=heard.first_ms,
        last_ms=heard.last_ms,
        learned_ms=int(rows.received_ms[by_then].max()),
        held=by_imo,
        watched=1,
        anchor=f"lost:{vessel.imo}",
        fixes=(tracks.fix(int(at[0])), tracks.fix(int(at[-1]))),
    )


def _claims(watch: WatchList) -> list[tuple[int, MmsiClaim, WatchedVessel]]:
    return [(claim.mmsi, claim, vessel) for vessel in watch.vessels for claim in vessel.claims]


def _list_source(vessel: WatchedVessel) -> tuple[str, ...]:
    return (f"watch list ({vessel.source})" if vessel.source else "watch list",)


def imo_claim(mmsi: int, said: Said[int], register: Register) -> Claim:
    """Return the claim that an MMSI is an IMO number, with the name of that ship if known."""
    listed = register.watch.ship(said.value)
    told = register.ships[said.value].names.said if said.value in register.ships else ()
    name = listed.name if listed else (told[-1].value if told else "")
    return reported(f"MMSI {mmsi} is IMO {said.value}" + (f", {name}" if name else ""), said)


def rows_of(tracks: Tracks, mmsi: int, first_ms: int, last_ms: int) -> Rows:
    """Return the rows sent under an MMSI in [first, last], by time."""
    rows = tracks.rows
    at = np.flatnonzero(
        (rows.mmsi == mmsi) & (rows.time_ms >= first_ms) & (rows.time_ms <= last_ms)
    )
    return at[np.argsort(rows.time_ms[at], kind="stable")]
