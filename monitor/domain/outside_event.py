"""What somebody else concluded from their own data: a second opinion, never our observation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.window import utc_text


class OutsideKind(StrEnum):
    """What an outside event says happened."""

    PORT_VISIT = "port_visit"
    GAP = "gap"
    LOITERING = "loitering"
    ENCOUNTER = "encounter"
    DARK_DETECTION = "dark_detection"
    """A ship seen by radar with no AIS position to go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideEvent:
    """One event as a source outside tells it."""

    source: str
    """Name of the feed."""
    kind: OutsideKind
    mmsi: int | None
    """None where the event names no ship."""
    imo: int | None
    """As our watch list has it; the sources tell events by MMSI."""
    name: str
    start: datetime
    end: datetime | None
    """None while it lasts, as far as the source knows."""
    lon: float
    """Degrees, OGC:CRS84."""
    lat: float
    place: str
    """The source's own id of the place, or the position to a hundredth of a degree."""
    confidence: int | None
    """1-4 for port visits as Global Fishing Watch defines it; None where the source gives none."""
    learned_at: datetime
    """When we first had it: days after it happened."""
    detail: tuple[tuple[str, str], ...] = ()
    """What else the source says, name and value, ordered by name."""

    @property
    def key(self) -> str:
        """Return what stays when the source works its data again and gives it another id: a hash
        of source, kind, ship, start and place."""
        ship = self.mmsi or self.imo or ""
        parts = (self.source, self.kind.value, ship, utc_text(self.start), self.place)
        text = "\x1f".join(map(str, parts))
        return hashlib.sha256(text.encode()).hexdigest()[:20]
