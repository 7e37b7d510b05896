"""Counting what was read and what was lost, by reason. Nothing is dropped without a line here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """How many items came in, how many were kept, and why each other one was not.

    `read` = `accepted` + `ignored` + the sum of `rejected`, unless a reader says otherwise.
    """

    read: int = 0
    """Items looked at: lines, rows, frames, scenes."""
    accepted: int = 0
    """Items that gave something usable."""
    ignored: Counter[str] = field(default_factory=Counter)
    """Well-formed items of kinds we do not use (base stations, GPS sentences, comments)."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Damaged or impossible items, by reason."""
    repaired: Counter[str] = field(default_factory=Counter)
    """Items kept after something was taken out of them, besides their own outcome."""
    examples: dict[str, str] = field(default_factory=dict)
    """The first item seen for each reason of rejection, shortened."""

    def reject(self, reason: str, example: object = "", count: int = 1) -> None:
        """Count a rejected item and remember the first example of its reason."""
        if count:
            self.rejected[reason] += count
            text = str(example)
            if text and reason not in self.examples:
                self.examples[reason] = text[:160]

    def add(self, other: Tally) -> None:
        """Add the counts of another tally to this one."""
        self.read += other.read
        self.accepted += other.accepted
        self.ignored.update(other.ignored)
        self.rejected.update(other.rejected)
        self.repaired.update(other.repaired)
        for reason, text in other.examples.items():
            self.examples.setdefault(reason, text)

    def summary(self) -> dict[str, Any]:
        """Return plain values for `summary.json`, keys sorted."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "ignored": dict(sorted(self.ignored.items())),
            "rejected": dict(sorted(self.rejected.items())),
            "repaired": dict(sorted(self.repaired.items())),
            "examples": dict(sorted(self.examples.items())),
        }
