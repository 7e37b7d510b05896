"""Silences: what is not to be told although a channel wants it, who said so and until when. Pure.

A silence holds for what happened in its time, whenever it is learned: a late report about a quiet
weekend stays quiet on Tuesday, and a late report about the Friday before is told on Saturday.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.decide import News, is_within
from monitor.domain.finding import Basis, Finding, FindingKind, Severity

_WORDS: dict[str, frozenset[str]] = {
    "kind": frozenset(FindingKind),
    "severity": frozenset(Severity),
    "basis": frozenset(Basis),
    "confidence": frozenset({"high", "medium", "low"}),
}
"""Keys whose values come from a list."""
_KEYS = (*_WORDS, "place", "vessel", "finding", "target")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One condition: `kind=arrived,departed`, `vessel=9160994`, `place!=tartus.berth.b1`."""

    key: str
    values: tuple[str, ...]
    negated: bool = False

    @classmethod
    def parse(cls, text: str) -> Matcher:
        """Read a condition as typed.

        Raises:
            ValueError: Not a condition; the message says what is wrong and what is known.
        """
        key, sign, said = text.partition("=")
        negated = key.endswith("!")
        key = key.removesuffix("!").strip()
        values = tuple(sorted({v.strip() for v in said.split(",") if v.strip()}))
        if not sign or not values:
            raise ValueError(f"{text!r} is no matcher; write key=value, such as kind=arrived")
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_KEYS)}"
            raise ValueError(f"{text!r}: unknown key {key!r}; {hint}")
        for value in values:
            if key in _WORDS and value not in _WORDS[key]:
                near = difflib.get_close_matches(value, _WORDS[key], n=1) or sorted(_WORDS[key])
                raise ValueError(f"{text!r}: no {key} {value!r}; there are: {', '.join(near)}")
            if key == "vessel" and not value.isdecimal():
                raise ValueError(f"{text!r}: a vessel is named by IMO number or MMSI")
        return cls(key=key, values=values, negated=negated)

    def __str__(self) -> str:
        return f"{self.key}{'!' if self.negated else ''}={','.join(self.values)}"

    def holds(self, finding: Finding, target: str) -> bool:
        """Return whether the condition holds of a finding on its way to a target."""
        return self._is_one(finding, target) is not self.negated

    def _is_one(self, finding: Finding, target: str) -> bool:
        if self.key == "place":
            return is_within(finding.place_id, self.values)
        if self.key == "vessel":
            ship = finding.subject
            return bool({str(ship.imo), str(ship.mmsi)} & set(self.values))
        if self.key == "finding":
            return finding.id.startswith(self.values)
        if self.key == "target":
            return target in self.values
        return str(getattr(finding, self.key)) in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Says that what matches and happened in [start, end) is not told."""

    id: str
    matchers: tuple[Matcher, ...]
    """All must hold."""
    start: datetime
    end: datetime
    author: str
    comment: str

    def covers(self, finding: Finding, target: str, event: tuple[datetime, datetime]) -> bool:
        """Return whether news is silenced; an event that may lie outside its time is not."""
        inside = self.start <= event[0] and event[1] < self.end
        return inside and all(m.holds(finding, target) for m in self.matchers)


def silence_for(
    silences: Iterable[Silence], finding: Finding, target: str, event: tuple[datetime, datetime]
) -> Silence | None:
    """Return the silence that keeps this news from being told, the longest one first."""
    found = [s for s in silences if s.covers(finding, target, event)]
    return max(found, key=lambda s: (s.end, s.id), default=None)


def event_span(finding: Finding, news: News) -> tuple[datetime, datetime]:
    """Return between when and when that happened which is now told.

    Of an ending its end, of an update the latest evidence, else the beginning; where an edge is
    not known, when we learned of it.
    """
    learned = finding.learned_at
    if news is News.UPDATED:
        at = max((e.at for e in finding.evidence if e.at is not None), default=learned)
        return at, at
    if news is News.CLOSED:
        return _span(finding.end_earliest, finding.end_latest, learned)
    return _span(finding.start_earliest, finding.start_latest, learned)


def _span(
    earliest: datetime | None, latest: datetime | None, learned: datetime
) -> tuple[datetime, datetime]:
    end = latest or earliest or learned
    return min(earliest or end, end), end


def parsed(matchers: Sequence[str]) -> tuple[Matcher, ...]:
    """Read conditions, ordered so that the same ones make the same silence.

    Raises:
        ValueError: One is none, or there are none at all.
    """
    if not matchers:
        raise ValueError("a silence without a matcher would silence everything; give one")
    return tuple(sorted((Matcher.parse(m) for m in matchers), key=str))
