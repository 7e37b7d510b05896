"""A candidate: one thing a rule looked at, and the one decision it came to.

What is told is a finding; what is not told is kept beside it with its reason, so that "why not"
has an answer too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.domain.finding import Subject
from monitor.domain.window import utc_text


class Decided(StrEnum):
    """What became of a candidate."""

    TOLD = "told"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One decision of one rule about one ship, place and time."""

    rule: str
    """Rule and version, as in a finding's `why`."""
    about: str
    """What was looked at; with the rule it names the candidate: no two have the same."""
    subject: Subject
    place_id: str | None
    start: datetime | None
    """The time it is about; None where its beginning is not known."""
    end: datetime | None
    """None while it lasts."""
    decided: Decided
    reason: str
    """`told`, or one stable word for why not."""
    said: str = ""
    """The reason as a sentence."""
    numbers: dict[str, Any] = field(default_factory=dict)
    """Values and the thresholds they were held against, plain JSON."""
    finding_id: str | None = None
    """The finding that tells it; None where it is held."""

    @property
    def key(self) -> tuple[str, str]:
        """What names it."""
        return (self.rule, self.about)

    def holds_at(self, at: datetime) -> bool:
        """Return whether the time it is about includes `at`, both ends included."""
        return (self.start is None or self.start <= at) and (self.end is None or at <= self.end)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "rule": self.rule,
            "about": self.about,
            "subject": {
                "imo": self.subject.imo,
                "mmsi": self.subject.mmsi,
                "name": self.subject.name,
            },
            "place_id": self.place_id,
            "start": utc_text(self.start) if self.start else None,
            "end": utc_text(self.end) if self.end else None,
            "decision": self.decided.value,
            "reason": self.reason,
            "said": self.said,
            "numbers": self.numbers,
            "finding_id": self.finding_id,
        }
