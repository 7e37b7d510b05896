"""No coverage, no absence; no usable image, no `free`: over evidence of every kind."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detect.picture import Picture
from monitor.domain.berth_cell import AisSays, BerthCell, Verdict
from monitor.domain.berth_state import Occupancy
from monitor.domain.coverage import NEAR_KM
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.geo import distance_m
from monitor.domain.window import to_ms
from tests.watch.any_story import BERTHS, END, LAST, Story, seen_by, stories

ORDER = np.random.default_rng(0)
MODEST = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
AROUND = timedelta(hours=4)
"""The three hours that count as around a pass, in whole hours."""


def others_heard(
    picture: Picture, at: tuple[float, float], start: datetime, end: datetime, but: set[int]
) -> bool:
    """Return whether anybody but these ships was received near a place: from the reports alone."""
    rows = picture.tracks.rows
    near = distance_m(rows.lon, rows.lat, *at) <= (NEAR_KM + 40) * 1000  # cells are coarse
    then = (rows.time_ms >= to_ms(start)) & (rows.time_ms <= to_ms(end))
    return bool(np.any(near & then & ~np.isin(rows.mmsi, sorted(but))))


def claims_absence(cell: BerthCell) -> bool:
    """Return whether a cell says that no ship sent AIS from its berth."""
    return cell.ais.says is AisSays.EMPTY or cell.verdict is Verdict.OCCUPIED_WITHOUT_AIS


@MODEST
@given(story=stories(), hour=st.sampled_from((LAST // 2, END)))
def test_no_cell_claims_what_was_not_looked_at(story: Story, hour: int) -> None:
    """AIS is empty only where others were heard; free only where the image could be judged."""
    picture = seen_by(story, hour, ORDER)
    for cell in picture.cells:
        image, at = cell.image, cell.image.acquired_at
        if claims_absence(cell):
            assert cell.ais.near.fed > 0
            assert others_heard(
                picture, BERTHS[image.berth_id], at - AROUND, at + AROUND, set(cell.ais.silent)
            )
        if cell.verdict in (Verdict.FREE, Verdict.AIS_WITHOUT_SHIP):
            assert image.state is Occupancy.FREE
            assert image.usable > 0
        if image.state is Occupancy.UNOBSERVED:
            assert cell.verdict is Verdict.NOT_OBSERVED


@MODEST
@given(story=stories(), hour=st.sampled_from((LAST // 2, END)))
def test_no_finding_claims_what_was_not_looked_at(story: Story, hour: int) -> None:
    """A silence names its coverage and others were heard in it; what images show rests on images
    that could be judged."""
    picture = seen_by(story, hour, ORDER)
    seen = {(s.scene_id, s.berth_id): s for s in story.looks}
    for finding in picture.findings:
        if finding.status is Status.VOID:
            continue
        if finding.kind is FindingKind.NO_AIS_RECEIVED:
            assert heard_meanwhile(picture, finding)
        if finding.kind in _BY_IMAGE:
            scenes = [e.ref for e in finding.evidence if e.kind == "scene"]
            berth = finding.place_id or ""
            assert scenes
            for scene in scenes:
                look = seen[scene, berth]
                assert look.state is not Occupancy.UNOBSERVED
        if finding.kind is FindingKind.OCCUPIED_WITHOUT_AIS:
            assert finding.why["passes"].get("occupied_without_ais", 0) > 0


_BY_IMAGE = (
    FindingKind.OCCUPIED_WITHOUT_AIS,
    FindingKind.AIS_WITHOUT_SHIP,
    FindingKind.BERTH_STATE_CHANGED,
)


def heard_meanwhile(picture: Picture, finding: Finding) -> bool:
    """Return whether a silence says how others were heard, and they were."""
    start = finding.start_latest
    assert start is not None
    told = [e for e in finding.evidence if e.kind == "coverage"]
    mmsi = finding.subject.mmsi
    assert mmsi is not None
    rows = picture.tracks.rows
    then = (rows.time_ms > to_ms(start)) & (rows.mmsi != mmsi)
    return bool(told) and bool(np.any(then))


@settings(MODEST, max_examples=30)
@given(story=stories())
def test_where_nobody_is_heard_nothing_is_absent(story: Story) -> None:
    """Images alone never say that a ship sent no AIS."""
    picture = seen_by(story.deaf(), END, ORDER)
    assert {c.ais.says for c in picture.cells} <= {AisSays.UNKNOWN}
    told = {f.kind for f in picture.findings}
    assert not told & {FindingKind.OCCUPIED_WITHOUT_AIS, FindingKind.NO_AIS_RECEIVED}
