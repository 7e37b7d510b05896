"""What two sets of rules make of the same evidence: found by one only, by both alike, or changed.

Pure: two lists of findings in, differences out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from monitor.domain.finding import Finding
from monitor.domain.life import Edit, edits_between, successions
from monitor.domain.window import utc_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One finding that the two do not tell alike; one of the sides is None where it is not told."""

    a: Finding | None
    b: Finding | None
    changed: tuple[Edit, ...] = ()
    """Field, value by A, value by B, where both tell it."""

    @property
    def which(self) -> Literal["only_a", "only_b", "changed"]:
        """Who tells it."""
        if self.a is not None and self.b is not None:
            return "changed"
        return "only_a" if self.b is None else "only_b"

    @property
    def shown(self) -> Finding:
        """The finding by B where both tell it, else by whom it is told."""
        found = self.b or self.a
        assert found is not None
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "which": self.which,
            "a": self.a.to_dict() if self.a else None,
            "b": self.b.to_dict() if self.b else None,
            "changed": [list(edit) for edit in self.changed],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDiff:
    """All differences, by when the findings began, and how many findings are told alike."""

    differences: tuple[Difference, ...]
    same: int

    def count(self, which: str) -> int:
        """Return how many differences are of one sort."""
        return sum(d.which == which for d in self.differences)


def compared(a: Iterable[Finding], b: Iterable[Finding]) -> RuleDiff:
    """Compare what is found by rules A and by rules B.

    Findings of one id are one finding. Of the others, those that tell of the same thing (kind,
    ship, place and sensor, in times that overlap or touch) are one whose first evidence another
    threshold has moved: its `id` changed. Words and counters do not count.
    """
    by_a, by_b = ({f.id: f for f in found} for found in (a, b))
    pairs = {i: i for i in by_a.keys() & by_b.keys()}
    left, right = ([f for i, f in found.items() if i not in pairs] for found in (by_a, by_b))
    pairs |= successions(left, right)
    found, same = [], 0
    for i, j in pairs.items():
        changed = _edits(by_a[i], by_b[j])
        if changed:
            found.append(Difference(a=by_a[i], b=by_b[j], changed=changed))
        else:
            same += 1
    taken = set(pairs.values())
    found += [Difference(a=f, b=None) for f in left if f.id not in pairs]
    found += [Difference(a=None, b=f) for f in right if f.id not in taken]
    return RuleDiff(differences=tuple(sorted(found, key=_order)), same=same)


def _edits(a: Finding, b: Finding) -> tuple[Edit, ...]:
    edits = edits_between(a, b)
    if a.id != b.id:
        edits = (("id", a.id, b.id), *edits)
    if a.learned_at != b.learned_at:
        edits = (*edits, ("learned_at", utc_text(a.learned_at), utc_text(b.learned_at)))
    return edits


def _order(difference: Difference) -> tuple[Any, ...]:
    f = difference.shown
    return (f.start_latest or f.start_earliest or f.learned_at, f.kind, f.id)
