"""The one door into the analysis: evidence and places in, the whole picture out.

Same input in any order, same picture, byte for byte. Nothing here remembers anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from monitor.detect import ais_rules, image_rules, matrix
from monitor.detect.apron_rules import apron_findings
from monitor.detect.aprons import ApronCriteria, ApronHistory, apron_history
from monitor.detect.beside import with_beside
from monitor.detect.call_rules import encounter_findings
from monitor.detect.cells import cells_in
from monitor.detect.crossing_rules import crossing_findings
from monitor.detect.crossings import CrossingCriteria
from monitor.detect.drift import Group, groups_of
from monitor.detect.en_route import EnRouteCriteria
from monitor.detect.en_route_rules import en_route_findings
from monitor.detect.encounters import EncounterCriteria, encounters_in, service_ships
from monitor.detect.feed_rules import feed_findings
from monitor.detect.fits import FitCriteria, hull_fits
from monitor.detect.ghost_rules import ghost_findings
from monitor.detect.ghosts import ghosts_in
from monitor.detect.identity import IdentityCriteria, conflicts_in
from monitor.detect.identity_rules import identity_findings
from monitor.detect.implausible import forbidden_land
from monitor.detect.interference import (
    Degraded,
    InterferenceCriteria,
    degraded_in,
    held_back,
    silence_held_back,
)
from monitor.detect.interference_rules import interference_findings
from monitor.detect.matching import MatchCriteria, SceneMatch, scene_matches, ships_by_scene
from monitor.detect.outlook import OutlookCriteria, outlook_of
from monitor.detect.reception import (
    FeedCriteria,
    Listening,
    coverage_of,
    feed_logs,
    listening_to,
)
from monitor.detect.rule_inputs import digest_of
from monitor.detect.silence_rules import silence_findings
from monitor.detect.silences import SilenceCriteria, silences_in
from monitor.detect.tracks import TrackCriteria, Tracks, tracks_in
from monitor.detect.usual import Usual, usual_of
from monitor.detect.usual_criteria import DriftCriteria, UsualCriteria
from monitor.detect.usual_rules import drift_findings, unusual_findings
from monitor.detect.visits import VisitCriteria, visits_in
from monitor.detect.voyage_rules import destination_findings, first_visit_findings
from monitor.detect.voyages import VoyageCriteria, static_by_ship, voyage_of
from monitor.detect.wording import Words
from monitor.domain.apron_state import ApronState
from monitor.domain.berth_cell import BerthCell
from monitor.domain.berth_state import BerthState
from monitor.domain.coverage import Coverage
from monitor.domain.feed import FeedLog
from monitor.domain.finding import Finding
from monitor.domain.place import Gazetteer
from monitor.domain.positions import PositionColumns
from monitor.domain.scene import Scene
from monitor.domain.sighting import Sighting
from monitor.domain.vessel import Register, StaticReport, WatchList, compile_register
from monitor.domain.visit import Silence, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Every threshold of the analysis."""

    track: TrackCriteria = field(default_factory=TrackCriteria)
    visit: VisitCriteria = field(default_factory=VisitCriteria)
    silence: SilenceCriteria = field(default_factory=SilenceCriteria)
    feed: FeedCriteria = field(default_factory=FeedCriteria)
    interference: InterferenceCriteria = field(default_factory=InterferenceCriteria)
    identity: IdentityCriteria = field(default_factory=IdentityCriteria)
    voyage: VoyageCriteria = field(default_factory=VoyageCriteria)
    encounter: EncounterCriteria = field(default_factory=EncounterCriteria)
    matrix: matrix.MatrixCriteria = field(default_factory=matrix.MatrixCriteria)
    match: MatchCriteria = field(default_factory=MatchCriteria)
    fit: FitCriteria = field(default_factory=FitCriteria)
    crossing: CrossingCriteria = field(default_factory=CrossingCriteria)
    en_route: EnRouteCriteria = field(default_factory=EnRouteCriteria)
    outlook: OutlookCriteria = field(default_factory=OutlookCriteria)
    usual: UsualCriteria = field(default_factory=UsualCriteria)
    drift: DriftCriteria = field(default_factory=DriftCriteria)
    apron: ApronCriteria = field(default_factory=ApronCriteria)
    rule: ais_rules.RuleCriteria = field(default_factory=ais_rules.RuleCriteria)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that had reached us by `as_of`."""

    positions: PositionColumns
    static: tuple[StaticReport, ...] = ()
    berth_states: tuple[BerthState, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    """Ships seen in images, of the scenes of `berth_states`."""
    apron_states: tuple[ApronState, ...] = ()
    scenes: tuple[Scene, ...] = ()
    """Every scene that was to be had, judged or not, by id."""
    coverage: Coverage | None = None
    """Where and when anything was received, where `positions` holds only some of the vessels."""
    feeds: tuple[FeedLog, ...] = ()
    """When each source gave anything, beside `coverage`."""
    feeds_expected: tuple[str, ...] = ()
    """Sources counted on: their silence is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the evidence shows."""

    as_of: datetime
    tracks: Tracks
    register: Register
    coverage: Coverage
    visits: tuple[Visit, ...]
    silences: tuple[Silence, ...]
    degraded: tuple[Degraded, ...]
    episodes: tuple[matrix.Episode, ...]
    cells: tuple[BerthCell, ...]
    """The berth matrix: one cell for each look at a berth, by berth and time."""
    matches: tuple[SceneMatch, ...]
    """Sightings against tracks, by time and scene."""
    usual: Usual
    """What is usual at each berth, and what is not."""
    levels: tuple[Group, ...]
    """How full each port and quay is, and its drifts."""
    aprons: ApronHistory
    """What the looks at the aprons come to."""
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
    mmsis = np.unique(evidence.positions.mmsi).tolist()
    register = compile_register(
        evidence.static, watch, mmsis, at=as_of, criteria=criteria.identity.history
    )
    tracks = tracks_in(
        evidence.positions,
        criteria=criteria.track,
        same_ship=register.same_ship,
        land=forbidden_land(gazetteer, land_m=criteria.track.land_m),
    )
    degraded = degraded_in(tracks, criteria=criteria.interference)
    listening = listening_of(evidence, as_of=as_of, criteria=criteria.feed)
    hulls = {mmsi: ship.hull for mmsi, ship in register.identities.items() if ship.hull}
    visits = visits_in(tracks, gazetteer, criteria=criteria.visit, hulls=hulls)
    static = static_by_ship(evidence.static, register)
    visits = tuple(
        replace(v, voyage=voyage_of(v, static, criteria=criteria.voyage))
        if v.place_kind == "port"
        else v
        for v in visits
    )
    silences = silences_in(tracks, visits, listening, as_of=as_of, criteria=criteria.silence)
    lengths = {m: ship.length_m for m, ship in register.identities.items() if ship.length_m}
    matches = scene_matches(
        evidence.sightings,
        evidence.berth_states,
        tracks,
        gazetteer,
        listening.coverage,
        lengths=lengths,
        criteria=criteria.match,
    )
    cells = cells_in(
        evidence.berth_states,
        tracks,
        visits,
        gazetteer,
        listening.coverage,
        criteria=criteria.matrix,
        matched=ships_by_scene(matches),
    )
    episodes = matrix.explained(
        matrix.episodes_in(evidence.berth_states, criteria=criteria.matrix), cells
    )
    fits = matrix.attributions(episodes, visits, gazetteer, criteria=criteria.matrix)
    hulls_fitting = hull_fits(
        episodes,
        evidence.sightings,
        tracks,
        register,
        watch,
        gazetteer,
        criteria=criteria.fit,
    )
    usual = usual_of(evidence.berth_states, criteria=criteria.usual, matrix=criteria.matrix)
    levels = groups_of(
        evidence.berth_states,
        gazetteer,
        as_of=as_of,
        criteria=criteria.drift,
        matrix=criteria.matrix,
    )
    words = Words(register, gazetteer)
    outlook = outlook_of(evidence.scenes, gazetteer, as_of=as_of, criteria=criteria.outlook)
    shaky = _shaky_edges(visits, degraded, criteria.interference)
    told = tuple(
        s
        for s in silences
        if not silence_held_back(degraded, s.before, s.after, criteria=criteria.interference)
    )
    met = encounters_in(
        tracks,
        gazetteer,
        criteria=criteria.encounter,
        except_mmsis=service_ships(evidence.static),
    )
    aprons = apron_history(evidence.apron_states, gazetteer, criteria=criteria.apron)
    rules = digest_of(criteria)
    findings: list[Finding] = [
        *ais_rules.port_call_findings(visits, words, shaky=shaky),
        *ais_rules.waiting_findings(visits, words, criteria=criteria.rule),
        *ais_rules.berth_findings(visits, episodes, words, shaky=shaky),
        *silence_findings(told, words, reach=lambda s: outlook.reach_of(s, tracks, register)),
        *crossing_findings(
            tracks,
            words,
            shaky=lambda a, b: (
                held_back(degraded, a, b, criteria=criteria.interference) is not None
            ),
            criteria=criteria.crossing,
        ),
        *en_route_findings(
            tracks, static, words, as_of=as_of, criteria=criteria.en_route, voyage=criteria.voyage
        ),
        *outlook.missing_scenes(),
        *feed_findings(listening, silences, expected=evidence.feeds_expected),
        *interference_findings(degraded, words),
        *identity_findings(
            conflicts_in(evidence.static, tracks, watch, register, criteria=criteria.identity),
            words,
        ),
        *destination_findings(static, words, criteria=criteria.voyage),
        *first_visit_findings(visits, words, coverage=listening.coverage, criteria=criteria.voyage),
        *encounter_findings(met, words),
        *image_rules.image_findings(episodes, fits, words, hulls=hulls_fitting),
        *ghost_findings(
            ghosts_in(cells, lengths=lengths, criteria=criteria.matrix),
            tracks,
            words,
            criteria=criteria.matrix,
        ),
        *image_rules.departures_by_image(fits, words),
        *unusual_findings(usual, words, criteria=criteria.usual),
        *drift_findings(levels, words, criteria=criteria.drift),
        *apron_findings(aprons.episodes, words, criteria=criteria.apron),
    ]
    return Picture(
        as_of=as_of,
        tracks=tracks,
        register=register,
        coverage=listening.coverage,
        visits=visits,
        silences=silences,
        degraded=degraded,
        episodes=episodes,
        cells=cells,
        matches=matches,
        usual=usual,
        levels=levels,
        aprons=aprons,
        findings=in_order(
            _labelled(f, rules) for f in with_beside(outlook.with_next_look(findings))
        ),
    )


def _shaky_edges(
    visits: tuple[Visit, ...], degraded: tuple[Degraded, ...], criteria: InterferenceCriteria
) -> frozenset[tuple[Visit, bool]]:
    """Return (visit, whether its start) for edges that rest on reports made amid interference."""
    if not degraded:
        return frozenset()
    starts = {(v, True): (v.before, v.first) for v in visits}
    ends = {(v, False): (v.last, v.after) for v in visits}
    return frozenset(
        edge
        for edge, (before, after) in (*starts.items(), *ends.items())
        if held_back(degraded, before, after, criteria=criteria)
    )


def listening_of(evidence: Evidence, *, as_of: datetime, criteria: FeedCriteria) -> Listening:
    """Return how we listened: as the evidence says, else worked out from its positions."""
    if evidence.coverage is None:
        coverage, logs = coverage_of(evidence.positions), feed_logs(evidence.positions)
    else:
        coverage, logs = evidence.coverage, evidence.feeds
    return listening_to(coverage, logs, as_of=as_of, criteria=criteria)


def _labelled(finding: Finding, rules: str) -> Finding:
    """Say in `why.rules` which thresholds made it, and begin the text of what rests on the demo's
    made-up evidence with a word that says so."""
    finding = replace(finding, why={**finding.why, "rules": rules})
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
