"""The berth matrix: what AIS and one image say of one berth at one moment, side by side.

| AIS \\ image | occupied | free | unobserved |
|---|---|---|---|
| ship | confirmed | AIS without ship where she is held there then, else free | not observed |
| empty | occupied without AIS | free | not observed |
| unknown | occupied, AIS unknown | free | not observed |

No coverage, no absence: a hull is without AIS only where it was shown that AIS was received near
the berth about then. No usable image, no `free`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.coverage import NEAR_KM, Heard
from monitor.domain.visit import Fix


class AisSays(StrEnum):
    """The three honest answers of AIS about a berth at one moment."""

    SHIP = "ship"
    """A ship lies there, or so near that she may be the hull in it."""
    EMPTY = "empty"
    """Others were heard near there about then, and nobody was heard at the berth."""
    UNKNOWN = "unknown"
    """It was not shown that a ship there would have been heard."""


class Verdict(StrEnum):
    """What a cell comes to."""

    CONFIRMED = "confirmed"
    OCCUPIED_WITHOUT_AIS = "occupied_without_ais"
    OCCUPIED_AIS_UNKNOWN = "occupied_ais_unknown"
    """A hull, but nobody can say whether it sent AIS."""
    AIS_WITHOUT_SHIP = "ais_without_ship"
    FREE = "free"
    """Free by the image, whatever is known of AIS."""
    NOT_OBSERVED = "not_observed"


_TAKEN = {
    AisSays.SHIP: Verdict.CONFIRMED,
    AisSays.EMPTY: Verdict.OCCUPIED_WITHOUT_AIS,
    AisSays.UNKNOWN: Verdict.OCCUPIED_AIS_UNKNOWN,
}


def verdict_of(image: Occupancy, ais: AisSays, *, held: bool) -> Verdict:
    """Return what the two say together.

    Args:
        image: What the image shows.
        ais: What AIS says.
        held: Whether AIS holds a ship at this very berth at the acquisition. Without it a free
            berth is free: she may lie at the next one, or have left since she was heard.
    """
    if image is Occupancy.UNOBSERVED:
        return Verdict.NOT_OBSERVED
    if image is Occupancy.OCCUPIED:
        return _TAKEN[ais]
    return Verdict.AIS_WITHOUT_SHIP if ais is AisSays.SHIP and held else Verdict.FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipByAis:
    """One ship that AIS puts at a berth or beside it."""

    mmsi: int
    row: int
    """Row in the tracks of her report nearest in time."""
    offset_ms: int
    """That report's time less the acquisition's."""
    distance_m: float
    """Between the berth and that report."""
    stay: bool
    """Whether a stay at the berth, proven by reports, may last at the acquisition."""
    held: bool
    """Whether she is held at this very berth at the acquisition: lying still in it within the
    time told by the criteria, or heard in it before and after, close together."""
    moored: bool
    """Of `held`: a report of her lying still in it comes within half an hour or as set."""
    report: Fix | None = None
    """Of `moored`: the report nearest in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisHalf:
    """What AIS says of one berth at one acquisition."""

    says: AisSays
    ships: tuple[ShipByAis, ...] = ()
    """Nearest first."""
    silent: tuple[int, ...] = ()
    """MMSIs of ships last heard in the port and not since, that could lie there unheard. They
    explain nothing, and the hull may be one of them."""
    near: Heard
    """How others were heard near the berth around the acquisition."""

    @property
    def held(self) -> tuple[int, ...]:
        """MMSIs that AIS holds at this very berth then."""
        return tuple(s.mmsi for s in self.ships if s.held)

    @property
    def coverage(self) -> str:
        """The sentence on coverage."""
        return f"others heard within {NEAR_KM} km in {self.near.fed} of {self.near.hours} h"


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthCell:
    """One berth at one pass: both pieces of evidence and what they come to."""

    image: BerthState
    """Scene, score, usable share and reason."""
    ais: AisHalf
    matched: tuple[int, ...] = ()
    """MMSIs of the ships matched to sightings in this berth in this scene."""

    @property
    def verdict(self) -> Verdict:
        """What the two halves come to."""
        return verdict_of(self.image.state, self.ais.says, held=bool(self.ais.held))


def passes_of(cells: Iterable[BerthCell]) -> dict[str, int]:
    """Return how many cells came to which verdict, in the order of the verdicts."""
    counts = Counter(c.verdict for c in cells)
    return {v.value: counts[v] for v in Verdict if counts[v]}
