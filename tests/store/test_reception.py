from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import monitor.store
from monitor.detect.reception import coverage_of, feed_logs
from monitor.domain.coverage import HOUR_MS, CellSpans, cell_of, cells_around
from monitor.domain.feed import SourceBeat
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.window import to_ms
from monitor.store import schema
from monitor.store.engine import Store, open_store
from monitor.store.observations import append_positions
from monitor.store.reception import (
    hours_in_cells,
    hours_of_ships,
    load_beats,
    load_coverage,
    load_feeds,
    load_reception,
    note_heard_again,
    put_beat,
    vessels_by_cell,
)
from tests.builders import OTHER, SEA, SPARTA, T0, a_track, hours
from tests.detect.listening import FAR_SEA, NEAR_SEA, a_feed

TABLES = (schema.heard, schema.reception, schema.feed_hours)
ROWS = concat(
    [
        a_track(*((h, SEA, 7) for h in (0, 1.5, 3, 26)), source="sat", delay=hours(2)),
        a_track((0.5, SEA, 1), (5, FAR_SEA, 1), mmsi=OTHER, source="coast:box1"),
        a_feed(4, every_min=7, source="coast:box2"),
    ]
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def fill(store: Store, *batches: PositionColumns) -> None:
    """Store each batch in a transaction of its own."""
    for batch in batches:
        with store.begin() as connection:
            append_positions(connection, batch)


def tables(store: Store) -> list[list[tuple[object, ...]]]:
    """Return every row of the reception tables."""
    with store.read() as connection:
        return [
            [tuple(row) for row in connection.execute(sa.select(t).order_by(*t.primary_key))]
            for t in TABLES
        ]


def test_batches_in_any_order_leave_the_same_rows(store: Store, tmp_path: Path) -> None:
    """Splits, repeats and any order of arrival change no byte of the reception map."""
    fill(store, ROWS)
    for seed in range(4):
        rng = np.random.default_rng(seed)
        order = np.concatenate([rng.permutation(len(ROWS)), rng.integers(0, len(ROWS), 20)])
        other = open_store(tmp_path / f"{seed}.db")
        fill(other, *(ROWS.take(part) for part in np.array_split(order, 1 + seed * 3)))
        assert tables(other) == tables(store)
        other.close()


def everywhere(rows: PositionColumns) -> CellSpans:
    """Return spans that hold every cell of `rows` at all hours."""
    cells = np.unique(cell_of(rows.lon, rows.lat))
    return CellSpans(
        cell=cells, first=np.zeros(len(cells), np.int64), last=np.full(len(cells), 10**6)
    )


def test_the_store_knows_what_the_positions_tell(store: Store) -> None:
    """Coverage and logs kept while storing equal those worked out from all positions."""
    fill(store, ROWS.take(slice(0, 9)), ROWS.take(slice(5, None)))
    with store.read() as connection:
        kept = load_coverage(connection, wanted=everywhere(ROWS), until=T0 + hours(99))
        logs = load_feeds(connection, as_of=T0 + hours(99))
    made = coverage_of(ROWS)
    assert kept.feeds == made.feeds == ("coast", "sat")
    for name in ("cell", "hour", "feed", "low_mmsi", "high_mmsi"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(made, name), err_msg=name)
    for one, two in zip(logs, feed_logs(ROWS), strict=True):
        assert one.name == two.name
        for name in ("minutes", "hours", "vessels"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)


def test_only_the_cells_asked_for_are_read(store: Store) -> None:
    """A picture of one port does not read the reception of the world."""
    fill(store, ROWS)
    wanted = CellSpans(
        cell=np.array([int(cell_of(*SEA))]),
        first=np.array([to_ms(T0) // HOUR_MS]),
        last=np.array([to_ms(T0) // HOUR_MS + 1]),
    )
    with store.read() as connection:
        coverage = load_coverage(connection, wanted=wanted, until=T0 + hours(99))
    start, end = to_ms(T0), to_ms(T0 + hours(4))
    assert coverage.near_between(*SEA, start, end, except_mmsi=SPARTA).fed == 2
    assert coverage.near_between(*FAR_SEA, start, end).fed == 0
    assert coverage.fed_between(T0, T0 + hours(4)) == (4, 4)


def test_what_came_later_is_not_known_yet(store: Store) -> None:
    """Logs and coverage of an instant hold nothing after it."""
    fill(store, ROWS)
    with store.read() as connection:
        logs = load_feeds(connection, as_of=T0 + hours(2.5))
        coverage = load_coverage(connection, wanted=everywhere(ROWS), until=T0 + hours(2.5))
    assert max(int(log.minutes.max()) for log in logs) <= to_ms(T0 + hours(2.5)) // 60_000
    assert coverage.hour.max() == to_ms(T0 + hours(2)) // HOUR_MS


def test_controls_are_found_by_source(store: Store) -> None:
    """Reference ships and boxes are asked of the source that should hear them."""
    fill(store, ROWS)
    first = to_ms(T0) // HOUR_MS
    with store.read() as connection:
        ships = hours_of_ships(connection, "sat", {SPARTA, 1}, since_hour=first + 3)
        nobody = hours_of_ships(connection, "coast", {SPARTA}, since_hour=first)
        box = hours_in_cells(
            connection, "coast", cells_around(int(cell_of(*NEAR_SEA))), since_hour=first + 1
        )
    assert (ships - first).tolist() == [3, 5, 28]  # received two hours after each report
    assert not len(nobody)
    assert (box - first).tolist() == [1, 2, 3]


def test_the_map_counts_ships_once(store: Store) -> None:
    """Ships in a cell are counted from the positions themselves, as `cell_of` places them."""
    edge = a_track((0, (180.0, 90.0), 1), (1, (-180.0, -90.0), 1))
    fill(store, concat([ROWS, edge]))
    with store.read() as connection:
        ships = vessels_by_cell(connection, first_ms=to_ms(T0), end_ms=to_ms(T0 + hours(99)))
        hour = to_ms(T0) // HOUR_MS
        _, rows = load_reception(connection, first_hour=hour, last_hour=hour + 99, cells=None)
    assert set(ships) == set(rows.cell.tolist())
    assert ships[int(cell_of(*NEAR_SEA))] == 5
    assert ships[int(cell_of(180.0, 90.0))] == 1


def test_what_is_to_come_takes_back_nothing_that_came(store: Store, tmp_path: Path) -> None:
    """Two ships in one minute by one feed, one of them late: the minute stays known."""
    came = concat(
        [
            a_track((1, SEA, 7), source="one"),
            a_track((1 + 5 / 60, SEA, 7), mmsi=OTHER, source="two"),
        ]
    )
    late = a_track((1, SEA, 7), mmsi=OTHER, source="one", delay=hours(9))
    doubled = a_track((1 + 5 / 60, SEA, 7), mmsi=OTHER, source="one", delay=hours(0.1))
    fill(store, came, doubled, late)
    other = open_store(tmp_path / "again.db")
    fill(other, came)
    with other.begin() as connection, store.read() as source:
        note_heard_again(connection, source, came, now=T0 + hours(2))
        names, cells = load_reception(connection, first_hour=0, last_hour=1 << 30, cells=None)
    other.close()
    minutes = {names[f]: m for f, m in zip(cells.feed, cells.minutes.tolist(), strict=True)}
    assert minutes == {"one": 1 | 1 << 5, "two": 1 << 5}


def test_who_was_heard_is_known_of_each_feed(store: Store, tmp_path: Path) -> None:
    """Of two feeds that gave the same ships in one minute each keeps all of them."""
    both = concat(
        [
            a_track((1, SEA, 7), mmsi=mmsi, source=source)
            for mmsi, source in ((OTHER, "one"), (SPARTA, "one"), (SPARTA, "two"), (OTHER, "two"))
        ]
    )
    fill(store, both)
    other = open_store(tmp_path / "again.db")
    for source in ("one", "two"):  # of one report each, as where a repeat took the other's place
        mmsi = SPARTA if source == "one" else OTHER
        fill(other, a_track((1, SEA, 7), mmsi=mmsi, source=source))
    with other.begin() as connection, store.read() as known:
        note_heard_again(connection, known, both, now=T0 + hours(2))
    assert tables(other)[:2] == tables(store)[:2]
    other.close()


def test_a_beat_is_remembered_with_its_last_frame(store: Store) -> None:
    """A connection that was made anew and is silent does not forget when it last spoke."""
    one = SourceBeat(source="s", connected=True, last_frame_ms=5, frames=9, since_ms=1)
    two = SourceBeat(source="s", connected=False, last_frame_ms=None, frames=0, since_ms=6)
    with store.begin() as connection:
        put_beat(connection, one, now=T0)
        put_beat(connection, two, now=T0)
    with store.read() as connection:
        (kept,) = load_beats(connection).values()
    assert (kept.connected, kept.last_frame_ms, kept.since_ms) == (False, 5, 6)


def test_an_older_store_learns_its_reception(store: Store, tmp_path: Path) -> None:
    """A store of the first version is filled from its positions, to the same rows."""
    fill(store, ROWS)
    path = tmp_path / "old.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option(
        "script_location", str(Path(monitor.store.__file__).parent / "migrations")
    )
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection, store.read() as filled:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table in (schema.sources, schema.positions, schema.heard):
            rows = filled.execute(sa.select(table)).all()
            connection.execute(sa.insert(table), [r._asdict() for r in rows])
    engine.dispose()
    old = open_store(path)
    assert tables(old) == tables(store)
    old.close()
