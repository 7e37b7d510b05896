"""Ghosts to findings: AIS says a ship lies at a berth, and images show the berth free."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.detect.ghosts import Ghost
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.tracks import Tracks
from monitor.detect.wording import (
    RULES_VERSION,
    Words,
    clock_text,
    position_evidence,
    scene_evidence,
)
from monitor.domain.berth_cell import passes_of
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status
from monitor.domain.window import from_ms


def ghost_findings(
    ghosts: Iterable[Ghost], tracks: Tracks, words: Words, *, criteria: MatrixCriteria
) -> list[Finding]:
    """AIS of a ship moored where images show no ship. It says nothing about why."""
    return [_finding(ghost, tracks, words, criteria) for ghost in ghosts]


def _finding(ghost: Ghost, tracks: Tracks, words: Words, criteria: MatrixCriteria) -> Finding:
    first, last = ghost.looks[0][0], ghost.looks[-1][0]
    needed = ghost.looks[: ghost.enough]
    reports = [ship.report or tracks.fix(ship.row) for _, ship in ghost.looks]
    received = max(f.received_ms for f in reports[: ghost.enough])
    known = ghost.length_m is not None
    after = ghost.after.image if ghost.after else None
    images = f"{len(ghost.looks)} image{'s' * (len(ghost.looks) > 1)}"
    size = (
        f" She is {ghost.length_m:.0f} m long."
        if ghost.length_m is not None
        else " Her length is not known: she may be too small to be seen."
    )
    evidence: list[Evidence] = []
    for (image, _), fix in list(zip(ghost.looks, reports, strict=True))[:3]:
        evidence += [position_evidence(fix, "at the berth by AIS"), scene_evidence(image)]
    return Finding(
        kind=FindingKind.AIS_WITHOUT_SHIP,
        status=Status.CLOSED if after else Status.OPEN,
        severity=_severity(ghost, words),
        subject=words.subject(ghost.mmsi),
        place_id=ghost.berth_id,
        start_earliest=ghost.before.acquired_at if ghost.before else None,
        start_latest=first.acquired_at,
        end_earliest=last.acquired_at if after else None,
        end_latest=after.acquired_at if after else None,
        learned_at=max(*(i.available_at for i, _ in needed), from_ms(received)),
        basis=Basis.BOTH,
        confidence="low" if not known else "high" if len(ghost.looks) > 1 else "medium",
        evidence=(*evidence, *([scene_evidence(after)] if after else [])),
        why={
            "rule": f"ais_without_ship@{RULES_VERSION}",
            "images": len(ghost.looks),
            "scores": [round(i.score, 3) for i, _ in ghost.looks],
            "usable": [round(i.usable, 2) for i, _ in ghost.looks],
            "report_offsets_s": [s.offset_ms // 1000 for _, s in ghost.looks],
            "moored_around_min": int(criteria.moored_around.total_seconds() // 60),
            "score_one_image": criteria.ghost_score,
            "score_two_images": criteria.freed_to,
            "length_m": ghost.length_m,
            "seen_from_m": criteria.seen_from_m,
            "passes": passes_of(ghost.cells),
        },
        text=(
            f"AIS has {words.name(ghost.mmsi)} lying at {words.place(ghost.berth_id)}, and "
            f"{images} from {clock_text(first.acquired_at)} to {clock_text(last.acquired_at)} "
            f"show{'s' * (len(ghost.looks) == 1)} the berth free.{size}"
        ),
        anchor=first.scene_id,
    )


def _severity(ghost: Ghost, words: Words) -> Severity:
    if ghost.length_m is None:
        return Severity.INFO
    return Severity.WARNING if words.ship(ghost.mmsi).watched else Severity.NOTICE
