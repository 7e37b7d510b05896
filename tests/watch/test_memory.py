"""What an assessment remembers changes what it reads, never what it finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.render import Voice
from monitor.detect.picture import Criteria
from monitor.domain.finding import Status
from monitor.domain.positions import PositionColumns, concat
from monitor.store.derived import found_text, load_findings
from monitor.store.engine import Store, open_store
from monitor.store.observations import append_positions
from monitor.watch.assess import Brief, assess, picture_at
from monitor.watch.memory import Memory
from tests.builders import BERTH, INSIDE, SEA, T0, WAITING, WATCH, a_gazetteer, a_track, hours
from tests.watch.any_history import found_alike
from tests.watch.any_story import Story, stories
from tests.watch.test_convergence import QUICK

HISTORIES = st.lists(stories(), min_size=2, max_size=4)
EVERY_H = st.sampled_from((12.0, 24.0, 36.0))
BRIEF = Brief(gazetteer=a_gazetteer(), watch=WATCH, criteria=Criteria())
OFFING = (35.10, 34.91)
"""Beyond the 12-mile line."""


def a_call(at: float, mmsi: int) -> PositionColumns:
    """Return a call of two days, in from the offing and out again, a report each half hour."""
    way = [(OFFING, 0.5), ((35.35, 34.91), 12.0), (SEA, 10.0), (WAITING, 1.0), (INSIDE, 5.0)]
    legs = [*way, *[(BERTH, 0.0)] * 80, *reversed(way)]
    return a_track(*((at + i / 2, place, kn) for i, (place, kn) in enumerate(legs)), mmsi=mmsi)


def live(store: Store) -> dict[str, str]:
    """Return the stored form of every finding that is not retracted."""
    with store.read() as connection:
        found = load_findings(connection)
    return {f.id: found_text(f) for f in found if f.status is not Status.RETRACTED}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store of a month in which ships call one after another, some again."""
    ships = [371000001 + i % 5 for i in range(14)]
    opened = open_store(tmp_path / "s.db")
    with opened.begin() as connection:
        calls = [a_call(50.0 * i, mmsi) for i, mmsi in enumerate(ships)]
        append_positions(connection, concat(calls))
    return opened


def test_what_is_settled_is_not_read_again_and_stays_found(store: Store) -> None:
    """Day by day the same is found as by reading all, and most reports are no longer read."""
    memory = Memory()
    for day in range(1, 31, 3):
        now = T0 + hours(24 * day)
        assess(store, BRIEF, (), voice=Voice(), now=now, memory=memory)
        whole = picture_at(store, BRIEF, as_of=now)
        assert live(store) == {f.id: found_text(f) for f in whole.findings}
    assert len(memory._rows) < len(whole.tracks.rows) / 2
    assert memory.settled.gone
    store.close()


def test_late_evidence_unsettles_all(store: Store) -> None:
    """A report that comes weeks late changes what was settled."""
    memory = Memory()
    for day in (10, 20, 29):
        assess(store, BRIEF, (), voice=Voice(), now=T0 + hours(24 * day), memory=memory)
    before = live(store)
    with store.begin() as connection:
        append_positions(connection, a_call(300.0, 371000077))
    now = T0 + hours(24 * 29.1)
    assess(store, BRIEF, (), voice=Voice(), now=now, memory=memory)
    whole = picture_at(store, BRIEF, as_of=now)
    assert live(store) == {f.id: found_text(f) for f in whole.findings}
    assert live(store) != before
    store.close()


@settings(QUICK, max_examples=8)
@given(many=HISTORIES, every_h=EVERY_H)
def test_any_history_is_found_alike_with_a_memory_and_without(
    many: list[Story], every_h: float
) -> None:
    """Findings and all their revisions are the same bytes, after every step."""
    found_alike(many, every_h)
