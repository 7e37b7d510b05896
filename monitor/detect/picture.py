"""The one door into the analysis: evidence and places in, the whole picture out.

Same input in any order, same picture, byte for byte. Nothing here remembers anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from monitor.detect import ais_rules, image_rules, matrix
from monitor.detect.silences import SilenceCriteria, silences_in
from monitor.detect.tracks import TrackCriteria, Tracks, coverage_of, tracks_in
from monitor.detect.visits import VisitCriteria, visits_in
from monitor.detect.wording import Words
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Finding
from monitor.domain.place import Gazetteer
from monitor.domain.positions import PositionColumns
from monitor.domain.vessel import Register, StaticReport, WatchList, compile_register
from monitor.domain.visit import Coverage, Silence, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Every threshold of the analysis."""

    track: TrackCriteria = field(default_factory=TrackCriteria)
    visit: VisitCriteria = field(default_factory=VisitCriteria)
    silence: SilenceCriteria = field(default_factory=SilenceCriteria)
    matrix: matrix.MatrixCriteria = field(default_factory=matrix.MatrixCriteria)
    rule: ais_rules.RuleCriteria = field(default_factory=ais_rules.RuleCriteria)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that had reached us by `as_of`."""

    positions: PositionColumns
    static: tuple[StaticReport, ...] = ()
    berth_states: tuple[BerthState, ...] = ()
    coverage: Coverage | None = None
    """When anything was received, where `positions` holds only some of the vessels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the evidence shows."""

    as_of: datetime
    tracks: Tracks
    register: Register
    coverage: Coverage
    visits: tuple[Visit, ...]
    silences: tuple[Silence, ...]
    episodes: tuple[matrix.Episode, ...]
    findings: tuple[Finding, ...]


def compile_picture(
    evidence: Evidence,
    gazetteer: Gazetteer,
    watch: WatchList,
    *,
    as_of: datetime,
    criteria: Criteria,
) -> Picture:
    """Turn evidence into tracks, visits, silences, berth episodes and findings.

    Args:
        evidence: Only what had arrived by `as_of`; the caller sees to that.
        gazetteer: The places of the port.
        watch: The ships to look for.
        as_of: The instant the picture is drawn for: silences last until then.
        criteria: All thresholds.

    Returns:
        The picture; its findings ordered by when they began.
    """
    tracks = tracks_in(evidence.positions, criteria=criteria.track)
    mmsis = np.unique(tracks.rows.mmsi).tolist()
    register = compile_register(evidence.static, watch, mmsis, at=as_of)
    coverage = evidence.coverage or coverage_of(tracks)
    visits = visits_in(tracks, gazetteer, criteria=criteria.visit)
    silences = silences_in(
        tracks, gazetteer, visits, coverage, as_of=as_of, criteria=criteria.silence
    )
    episodes = matrix.explained(
        matrix.episodes_in(evidence.berth_states, criteria=criteria.matrix),
        tracks,
        visits,
        gazetteer,
        coverage,
        criteria=criteria.matrix,
    )
    fits = matrix.attributions(episodes, visits, gazetteer, criteria=criteria.matrix)
    words = Words(register, gazetteer)
    findings: list[Finding] = [
        *ais_rules.port_call_findings(visits, words),
        *ais_rules.waiting_findings(visits, words, criteria=criteria.rule),
        *ais_rules.berth_findings(visits, episodes, words),
        *ais_rules.silence_findings(silences, words, criteria=criteria.rule),
        *image_rules.image_findings(episodes, fits, words),
        *image_rules.departures_by_image(fits, words),
    ]
    return Picture(
        as_of=as_of,
        tracks=tracks,
        register=register,
        coverage=coverage,
        visits=visits,
        silences=silences,
        episodes=episodes,
        findings=in_order(_labelled(f) for f in findings),
    )


def _labelled(finding: Finding) -> Finding:
    """Begin the text of what rests on the demo's made-up evidence with a word that says so."""
    if any(e.is_made_up for e in finding.evidence):
        return replace(finding, text=f"[Reconstruction] {finding.text}")
    return finding


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by when they began, then kind and id: one order for every output."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (f.start_latest or f.start_earliest or f.learned_at, f.kind, f.id),
        )
    )
