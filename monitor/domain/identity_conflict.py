"""Claims about who a ship is that exclude one another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.history import Said
from monitor.domain.visit import Fix


class ConflictKind(StrEnum):
    """What cannot be."""

    TWO_IMOS = "two_imos_on_one_mmsi"
    TWO_MMSIS = "one_imo_on_two_mmsis"
    LISTED_OTHERWISE = "contradicts_watch_list"
    LOST_SHIP = "lost_ship_heard"
    BAD_IMO = "impossible_imo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One side of a conflict."""

    text: str
    """What is claimed, in words."""
    sources: tuple[str, ...]
    """Who claims it."""
    first_ms: int | None = None
    """None for what a list says for all time."""
    last_ms: int | None = None
    reports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Claims about one MMSI or one ship that exclude one another."""

    kind: ConflictKind
    mmsi: int
    imo: int | None
    """The ship it is about, where a list or a number in common names her."""
    claims: tuple[Claim, ...]
    first_ms: int
    """From when on both sides were claimed."""
    last_ms: int
    """Until when both were, as far as we know."""
    learned_ms: int
    """When there was enough to say so."""
    held: bool
    """Whether each reported side was repeated often enough to rule out a corrupted report."""
    watched: int
    """How many ships of the watch list are involved."""
    anchor: str
    fixes: tuple[Fix, ...] = ()
    """Positions that show it, where positions do."""


def reported(text: str, said: Said[int] | Said[str]) -> Claim:
    """Return what was reported as a claim in words."""
    return Claim(
        text=text,
        sources=said.sources or ("AIS",),
        first_ms=said.first_ms,
        last_ms=said.last_ms,
        reports=said.reports,
    )
