from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from monitor.domain.finding import (
    Basis,
    Evidence,
    Finding,
    FindingKind,
    Severity,
    Status,
    Subject,
)
from monitor.domain.life import Life
from monitor.domain.positions import concat
from monitor.domain.scene import Modality, Scene
from monitor.store import derived, observations
from monitor.store.engine import Store, open_store
from monitor.store.lives import load_revisions
from tests.builders import SPARTA, T0, WAITING, a_look, a_track, hours


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def a_finding(**changes: object) -> Finding:
    """Return a wait of SPARTA."""
    wait = Finding(
        kind=FindingKind.WAITING, status=Status.OPEN, severity=Severity.NOTICE,
        subject=Subject(imo=9268710, mmsi=SPARTA, name="SPARTA"), place_id="port.waiting",
        start_earliest=None, start_latest=T0, end_earliest=None, end_latest=None,
        learned_at=T0 + hours(6), basis=Basis.AIS, confidence="high",
        evidence=(Evidence(kind="position", ref="x", at=T0),), why={"stage": 1}, text="waits",
        anchor="a",
    )  # fmt: skip
    return replace(wait, **changes)


def saved(
    store: Store, *findings: Finding, now: datetime = T0
) -> list[tuple[int, str | None, str]]:
    """Save and return (revision, previous stage, status) of each change."""
    with store.begin() as connection:
        changes = derived.save_findings(connection, findings, now=now)
    return [(c.revision, c.previous_stage, c.finding.status.value) for c in changes]


def test_a_finding_is_told_once_until_its_stage_changes(store: Store) -> None:
    """A longer wait is no news; the next stage, the end and a retraction are."""
    assert saved(store, a_finding()) == [(1, None, "open")]
    assert saved(store, a_finding()) == []
    assert saved(store, a_finding(text="waits longer")) == []
    assert saved(store, a_finding(why={"stage": 2})) == [(2, "open/notice/1", "open")]
    assert saved(store, a_finding(why={"stage": 2}, status=Status.CLOSED)) == [
        (3, "open/notice/2", "closed")
    ]
    assert saved(store) == [(4, "closed/notice/2", "retracted")]
    assert saved(store) == []
    assert [r for r, _, _ in saved(store, a_finding())] == [5]


def test_a_finding_comes_back_as_it_went(store: Store) -> None:
    """The stored form holds the whole finding, its latest words included."""
    saved(store, a_finding())
    saved(store, a_finding(text="waits longer"))
    with store.read() as connection:
        assert derived.load_findings(connection) == (a_finding(text="waits longer"),)


def test_berth_states_come_back_as_they_went(store: Store) -> None:
    """States survive storing, an unobserved one with its missing score; judging again replaces."""
    looks = [a_look(0, "occupied"), a_look(0, "unobserved", berth="port.berth.b")]
    scene = Scene(
        id=looks[0].scene_id, acquired_at=T0, available_at=T0 + hours(3), platform="p",
        sensor="sentinel-1", modality=Modality.RADAR, orbit=14, footprint_wkt="", bands=(),
    )  # fmt: skip
    with store.begin() as connection:
        observations.add_scenes(connection, [scene])
        derived.put_berth_states(connection, [a_look(0, "free"), looks[1]], references_digest="1")
        derived.put_berth_states(connection, looks, references_digest="2")
    with store.read() as connection:
        back = derived.load_berth_states(connection, available_by=T0 + hours(3))
        assert derived.load_berth_states(connection, available_by=T0) == ()
    assert [s.state for s in back] == [s.state for s in looks]
    assert back[0] == looks[0]
    assert back[1].score != back[1].score


def history(store: Store, finding: Finding) -> list[tuple[int, int, str]]:
    """Return (revision, minor, stage) of all that was kept of a finding."""
    with store.read() as connection:
        return [(r.revision, r.minor, r.stage) for r in load_revisions(connection, finding.id)]


def test_every_revision_and_every_edit_is_kept(store: Store) -> None:
    """Tellings and edits between them stay, with what changed, by which evidence, and when."""
    first = a_finding()
    saved(store, first, now=T0 + hours(6))
    saved(store, a_finding(text="waits longer"), now=T0 + hours(7))
    seen = (*first.evidence, Evidence(kind="position", ref="y", at=T0 - hours(1)))
    earlier = a_finding(start_latest=T0 - hours(1), evidence=seen)
    saved(store, earlier, now=T0 + hours(8))
    saved(store, replace(earlier, why={"stage": 2}), now=T0 + hours(24))
    saved(store, now=T0 + hours(25))
    assert history(store, first) == [
        (1, 0, "open/notice/1"),
        (1, 1, "open/notice/1"),
        (2, 0, "open/notice/2"),
        (3, 0, "retracted/notice/2"),
    ]
    with store.read() as connection:
        edit = load_revisions(connection, first.id)[1]
    assert edit.changed == (("start_latest", "2025-01-10T00:00:00Z", "2025-01-09T23:00:00Z"),)
    assert edit.cause == {"new": ["position:y"], "gone": []}
    assert edit.recorded_at == T0 + hours(8)
    assert derived.found_from(edit.body) == earlier


def test_a_correction_is_one_change_told_and_one_superseded(store: Store) -> None:
    """A finding that takes the place of a vanished one replaces it, and both remember."""
    old, new = a_finding(anchor="a"), a_finding(anchor="b", start_latest=T0 - hours(2))
    saved(store, old)
    with store.begin() as connection:
        changes = derived.save_findings(connection, [new], now=T0 + hours(9))
        lives = derived.load_lives(connection)
    told, silent = changes
    assert (told.finding.id, told.replaced, told.previous_stage) == (new.id, old, old.stage)
    assert (silent.finding.id, silent.superseded_by) == (old.id, new.id)
    assert lives == {new.id: Life(replaces=old.id), old.id: Life(superseded_by=new.id)}
    with store.begin() as connection:
        derived.save_findings(connection, [old], now=T0 + hours(10))
        lives = derived.load_lives(connection)
    assert lives == {old.id: Life(replaces=new.id), new.id: Life(superseded_by=old.id)}


def test_a_retraction_names_the_report_that_came_late(store: Store) -> None:
    """What reached us since the last revision and falls into the time it spoke of is the cause."""
    silence = a_finding(
        kind=FindingKind.NO_AIS_RECEIVED, start_earliest=T0, start_latest=T0,
        end_earliest=T0 + hours(9), end_latest=T0 + hours(9), status=Status.CLOSED,
    )  # fmt: skip
    saved(store, silence, now=T0 + hours(9))
    late = a_track((5, WAITING, 1.0), delay=hours(5))
    early = a_track((0, WAITING, 1.0), (9, WAITING, 1.0))
    with store.begin() as connection:
        observations.append_positions(connection, concat([early, late]))
    saved(store, now=T0 + hours(11))
    with store.read() as connection:
        last = load_revisions(connection, silence.id)[-1]
    assert last.cause["new"] == [f"position:{SPARTA}/2025-01-10T05:00:00Z"]
    assert (last.learned_at, last.recorded_at) == (T0 + hours(10), T0 + hours(11))
