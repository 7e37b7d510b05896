"""How a finding lives: what a later look changed in it, and which finding takes its place. Pure.

A finding's name is a hash of what it claims and of its first evidence, so a late report that moves
that evidence takes one finding back and makes another of the same thing. What belongs together is
said here, from the two alone, whatever the path on which they came about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain.finding import Evidence, Finding, Status, Subject

Edit = tuple[str, Any, Any]
"""Field, old value, new value; plain JSON values."""

_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Which findings a finding took the place of, and which took its own."""

    replaces: str | None = None
    """Id of the finding it is the correction of."""
    superseded_by: str | None = None
    """Id of the finding that tells better what this one told; set on retracted ones only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Which evidence made a revision."""

    new: tuple[str, ...] = ()
    """References (`kind:ref`) that the revision before did not have; of a retraction, what came
    in since then and falls into the time it spoke of."""
    gone: tuple[str, ...] = ()
    """References that it had and this one has no more."""

    def to_dict(self) -> dict[str, list[str]]:
        """Return plain JSON values."""
        return {"new": list(self.new), "gone": list(self.gone)}


def successions(gone: Iterable[Finding], new: Iterable[Finding]) -> dict[str, str]:
    """Pair findings that vanish with the newly found ones that tell of the same thing.

    The same thing is the same kind, ship, place and sensor in times that overlap or touch. Each
    finding is in one pair at most; the pair whose times lie nearest goes first, ties go by id, so
    that the order of the arguments does not matter.

    Returns:
        Id of the one that vanishes -> id of the one that takes its place.
    """
    arrivals = sorted(new, key=lambda f: f.id)
    pairs = sorted(
        (_apart(old, found), old.id, found.id)
        for old in gone
        for found in arrivals
        if old.id != found.id and _tells_the_same(old, found)
    )
    taken: dict[str, str] = {}
    for _, old_id, new_id in pairs:
        if old_id not in taken and new_id not in taken.values():
            taken[old_id] = new_id
    return taken


def edits_between(old: Finding, new: Finding) -> tuple[Edit, ...]:
    """Return which fields of a claim differ, in a fixed order; words and counters do not count."""
    before, after = _claim(old), _claim(new)
    return tuple((key, before[key], after[key]) for key in before if before[key] != after[key])


def cause_between(old: Finding | None, new: Finding) -> Cause:
    """Return which evidence came and went. Sentences of coverage count hours and are left out."""
    before = {} if old is None else _references(old)
    after = _references(new)
    return Cause(
        new=tuple(ref for ref in after if ref not in before),
        gone=tuple(ref for ref in before if ref not in after),
    )


def only_goes_on(old: Finding, new: Finding, cause: Cause) -> bool:
    """Return whether an open claim merely lasts: its latest evidence gave way to a later one.

    A ship that waits is heard again and again; that is the same claim, not a correction of it.
    """
    if old.status is not Status.OPEN or new.status is not Status.OPEN:
        return False
    before, after = _references(old), _references(new)
    latest = _latest(before.values())
    moved = all(before[ref].at == latest for ref in cause.gone)
    later = all(_after(after[ref].at, latest) for ref in cause.new)
    return bool(cause.gone) and moved and later


def _claim(finding: Finding) -> dict[str, Any]:
    told = finding.to_dict()
    keys = (
        "status", "severity", "place_id", "start_earliest", "start_latest", "end_earliest",
        "end_latest", "basis", "confidence",
    )  # fmt: skip
    claim = {key: told[key] for key in keys}
    claim["stage"] = finding.why.get("stage")
    claim["imo"], claim["mmsi"] = finding.subject.imo, finding.subject.mmsi
    claim["beside"] = [[b["id"], b["agrees"]] for b in finding.why.get("beside", ())]
    return claim


def _references(finding: Finding) -> dict[str, Evidence]:
    return {f"{e.kind}:{e.ref}": e for e in finding.evidence if e.kind != "coverage"}


def _latest(evidence: Iterable[Evidence]) -> datetime | None:
    return max((e.at for e in evidence if e.at), default=None)


def _after(at: datetime | None, latest: datetime | None) -> bool:
    return at is not None and latest is not None and at > latest


def _tells_the_same(old: Finding, new: Finding) -> bool:
    return (
        (old.kind, old.place_key, old.basis_key) == (new.kind, new.place_key, new.basis_key)
        and _same_ship(old.subject, new.subject)
        and _touch(old, new)
    )


def _same_ship(old: Subject, new: Subject) -> bool:
    """A ship whose IMO number became known, or was taken back, is the same ship."""
    if old.key == new.key:
        return True
    return old.mmsi is not None and old.mmsi == new.mmsi and None in (old.imo, new.imo)


def _touch(old: Finding, new: Finding) -> bool:
    (a, b), (c, d) = told_span(old), told_span(new)
    return a <= d and c <= b


def _apart(old: Finding, new: Finding) -> timedelta:
    (a, b), (c, d) = told_span(old), told_span(new)
    return abs(c - a) + abs(d - b)


def is_over_by(finding: Finding, at: datetime) -> bool:
    """Return whether a finding was learned and over before an instant, and not taken back since.

    A retracted one says nothing of when it was taken back: it counts as not over.
    """
    if finding.status is Status.RETRACTED:
        return False
    return finding.learned_at < at and told_span(finding)[1] < at


def told_span(finding: Finding) -> tuple[datetime, datetime]:
    """Return the time a finding speaks of; one that has not ended reaches into the far future."""
    start = finding.start_earliest or finding.start_latest or finding.learned_at
    end = finding.end_latest
    if end is None:
        end = finding.start_latest if finding.status is Status.CLOSED else _FAR_FUTURE
    return start, max(start, end or start)
