"""Contradictions side by side: two findings that tell of one event by different sensors.

Neither is merged into the other, and none is taken back for the other's sake: each names the
other, the time it gives, and whether the two can both be true.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from monitor.detect.wording import between_text
from monitor.domain.finding import Basis, Finding, Status, Subject
from monitor.domain.window import utc_text

_LIVE = (Status.OPEN, Status.CLOSED)
_WORDS = {Basis.AIS: "AIS", Basis.IMAGE: "Imagery", Basis.BOTH: "AIS"}


def with_beside(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings in their order, each with what another sensor says of the same event.

    Two findings tell of one event where kind, ship and place are the same, the sensors differ,
    and they rest on a report in common (a departure by image names the last report in port, which
    is where the departure by AIS begins) or their times overlap. Where both give the same time
    there is nothing to set side by side.
    """
    told = list(findings)
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in told:
        if finding.status in _LIVE and finding.subject != Subject():
            key = (finding.kind.value, finding.subject.key, finding.place_key)
            groups.setdefault(key, []).append(finding)
    return [
        _beside(finding, groups.get((finding.kind.value, finding.subject.key, finding.place_key)))
        for finding in told
    ]


def _beside(finding: Finding, group: list[Finding] | None) -> Finding:
    if group is None or finding.status not in _LIVE:
        return finding
    others = sorted(
        (o for o in group if o.basis_key != finding.basis_key and _one_event(finding, o)),
        key=lambda o: o.id,
    )
    if not others:
        return finding
    said = " ".join(_sentence(finding, other) for other in others)
    return replace(
        finding,
        why={**finding.why, "beside": [_reference(finding, other) for other in others]},
        text=f"{finding.text} {said}",
    )


def _one_event(one: Finding, other: Finding) -> bool:
    if _span(one) == _span(other):
        return False
    shared = {(e.kind, e.ref) for e in one.evidence if e.kind == "position"}
    rests_on_the_same = any((e.kind, e.ref) in shared for e in other.evidence)
    return rests_on_the_same or agree(one, other)


def agree(one: Finding, other: Finding) -> bool:
    """Return whether the times two findings give for one event can both be true."""
    (a, b), (c, d) = _span(one), _span(other)
    return (a is None or d is None or a <= d) and (c is None or b is None or c <= b)


def _span(finding: Finding) -> tuple[Any, Any]:
    return finding.start_earliest, finding.start_latest


def _reference(finding: Finding, other: Finding) -> dict[str, Any]:
    earliest, latest = _span(other)
    return {
        "id": other.id,
        "basis": other.basis.value,
        "interval": [
            utc_text(earliest) if earliest else None,
            utc_text(latest) if latest else None,
        ],
        "agrees": agree(finding, other),
    }


def _sentence(finding: Finding, other: Finding) -> str:
    when = between_text(*_span(other))
    if agree(finding, other):
        return f"{_WORDS[other.basis]} puts it {when}, which does not contradict this."
    return f"{_WORDS[other.basis]} says otherwise: {when}."
