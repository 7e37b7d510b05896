"""Second opinions in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.outside_event import OutsideEvent, OutsideKind
from monitor.store.engine import Store, open_store
from monitor.store.outside_events import load_outside_events, put_outside_events
from tests.builders import SPARTA, T0, hours

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open an empty store."""
    opened = open_store(tmp_path / "s.db")
    yield opened
    opened.close()


def an_event(day: float, kind: OutsideKind = OutsideKind.PORT_VISIT) -> OutsideEvent:
    """Return an event that began `day` days after T0."""
    return OutsideEvent(
        source="gfw",
        kind=kind,
        mmsi=SPARTA,
        imo=None,
        name="SPARTA",
        start=T0 + day * DAY,
        end=None,
        lon=35.84,
        lat=34.91,
        place="syr-tartus",
        confidence=4,
        learned_at=T0 + 10 * DAY,
        detail=(("port", "TARTUS"),),
    )


def put(store: Store, *events: OutsideEvent, day: float) -> int:
    """Store the answer to a question put on a day."""
    with store.begin() as connection:
        told = [replace(e, learned_at=T0 + day * DAY) for e in events]
        return put_outside_events(connection, told, now=T0 + day * DAY)


def load(store: Store) -> tuple[OutsideEvent, ...]:
    """Return what the source still says."""
    with store.read() as connection:
        return load_outside_events(connection, source="gfw")


def test_an_event_comes_back_as_it_was(store: Store) -> None:
    """Every field survives, ordered by start."""
    assert put(store, an_event(2), an_event(1), day=10) == 2
    assert load(store) == (an_event(1), an_event(2))
    with store.read() as connection:
        assert load_outside_events(connection, source="other") == ()


def test_the_same_event_is_one_row_learned_once(store: Store) -> None:
    """A repeat brings what is new in it and keeps when it was first learned."""
    put(store, an_event(1), day=10)
    ended = replace(an_event(1), end=T0 + hours(30), name="SPARTA I")
    assert put(store, ended, day=11) == 0
    (event,) = load(store)
    assert (event.end, event.name, event.learned_at) == (ended.end, "SPARTA I", T0 + 10 * DAY)


def test_what_the_source_took_back_is_left_out(store: Store) -> None:
    """An event missing between others of the newest answer is gone; one before it is only old."""
    put(store, an_event(1), an_event(2), an_event(3), day=10)
    put(store, an_event(1, OutsideKind.GAP), day=10)
    put(store, an_event(2), replace(an_event(3), start=T0 + 3 * DAY + hours(1)), day=11)
    kept = {(e.kind.value, (e.start - T0) / DAY) for e in load(store)}
    assert kept == {
        ("port_visit", 1),
        ("gap", 1),
        ("port_visit", 2),
        ("port_visit", 3 + 1 / 24),
    }


def test_an_answer_of_nothing_takes_nothing_back(store: Store) -> None:
    """A data set that failed or was empty leaves what was known."""
    put(store, an_event(1), day=10)
    assert put(store, day=11) == 0
    assert load(store) == (an_event(1),)
