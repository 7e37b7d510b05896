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
from monitor.domain.scene import Modality, Scene
from monitor.store import derived, observations
from monitor.store.engine import Store, open_store
from tests.builders import SPARTA, T0, a_look, hours


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
