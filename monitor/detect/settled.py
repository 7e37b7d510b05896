"""What is settled of a history: past what of it nothing that comes now can change any more.

A ship that sailed beyond every line and area of the port has ended all that she had begun there.
What was found of her until then stays as it was found, and her reports until then need not be
read again; a berth that both an image and AIS showed free has ended what images had begun there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.berth_cell import BerthCell
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Basis, Finding, FindingKind
from monitor.domain.sighting import Sighting
from monitor.domain.window import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCalls:
    """Calls of one MMSI at one port whose reports are no longer read."""

    sure: bool = False
    """Whether one of them was sure enough to be a first visit."""
    unsure: int = 0
    """How many there were before the sure one, else in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where the settled part of a history ends. The empty one settles nothing."""

    at_ms: int = 0
    """When it was settled."""
    until_ms: int | None = None
    """Nothing later is settled; evidence of before it that comes later unsettles all."""
    ships: Mapping[int, int] = field(default_factory=dict)
    """MMSI -> time of the report up to which what was found of her is settled."""
    unread: Mapping[int, int] = field(default_factory=dict)
    """MMSI -> time of her first report that is still read; of others all are."""
    farthest_nm: Mapping[int, float] = field(default_factory=dict)
    """MMSI -> how far off the port she was ever heard among the reports not read, by `unread`."""
    gone: frozenset[int] = frozenset()
    """MMSIs of which nothing is read until they are heard again."""
    berths: Mapping[str, datetime] = field(default_factory=dict)
    """Berth -> the look up to which it is settled; that look is the first still read."""
    cells: tuple[BerthCell, ...] = ()
    """What AIS says of looks still read, where it can change no more."""
    calls: Mapping[tuple[int, str], EarlierCalls] = field(default_factory=dict)
    """(MMSI, place) -> calls among the reports not read."""

    def looks(self, states: tuple[BerthState, ...]) -> tuple[BerthState, ...]:
        """Return the looks at berths that are still to be read."""
        if not self.berths:
            return states
        since = self.berths
        return tuple(
            s for s in states if (begun := since.get(s.berth_id)) is None or s.acquired_at >= begun
        )

    def asked(self, looks: tuple[BerthState, ...]) -> tuple[BerthState, ...]:
        """Return the looks of which it is still to be asked what AIS says."""
        known = {(c.image.scene_id, c.image.berth_id) for c in self.cells}
        return tuple(s for s in looks if (s.scene_id, s.berth_id) not in known)

    def unmatched(self, sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
        """Return the sightings that are still to be matched."""
        if self.until_ms is None:
            return sightings
        return tuple(s for s in sightings if to_ms(s.acquired_at) >= self.until_ms)

    def holds(self, finding: Finding) -> bool:
        """Return whether a finding rests on the settled part: it stays as it was found."""
        departed = finding.kind is FindingKind.DEPARTED and finding.basis is Basis.IMAGE
        if finding.kind in _BY_IMAGE or departed:
            place = finding.why["berth"] if departed else finding.place_id
            berth = self.berths.get(place or "")
            seen = [e.at for e in finding.evidence if e.kind == "scene" and e.at is not None]
            return berth is not None and bool(seen) and min(seen) < berth
        return any(
            to_ms(e.at) < self.ships[mmsi]
            for e in finding.evidence
            if e.kind == "position" and e.at is not None
            for mmsi in (int(e.ref.partition("/")[0]),)
            if mmsi in self.ships
        )


_BY_IMAGE = (
    FindingKind.BERTH_STATE_CHANGED,
    FindingKind.OCCUPIED_WITHOUT_AIS,
    FindingKind.AIS_WITHOUT_SHIP,
)
