"""`monitor import ais`: files into the store or the archive, twice without a difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.batch import import_ais
from monitor.batch.import_ais import ImportPlan, import_into_archive, import_into_store
from monitor.bundled import bundled
from monitor.domain.window import parse_utc
from monitor.errors import InputError
from monitor.store import observations
from monitor.store.engine import Store, open_store, writer_lock
from monitor.store.observations import load_losses, load_positions
from tests.flows.story import monitor
from tests.sources.ais.ais_lines import NOON_S, SHIP, position_line, stamped, static_lines

HEADER = "mmsi,base_date_time,longitude,latitude,sog,vessel_name\n"
LATER = parse_utc("2030-01-01")


def _rows(count: int, *, bad: int = 0) -> str:
    good = (
        f"{636021000 + i % 7},2023-01-11 {i // 3600:02}:{i // 60 % 60:02}:{i % 60:02},"
        f"-80.{i:05},26.5,{i % 20},SHIP {i % 7}\n"
        for i in range(count)
    )
    return HEADER + "".join(good) + "636021061,never,1,1,1,X\n" * bad


def _quiet(**_: object) -> None:
    """Take no notice of progress."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a table of several groups, one row of it bad."""
    monkeypatch.setattr(import_ais, "GROUP_ROWS", 100)
    path = tmp_path / "day.csv"
    path.write_text(_rows(1000, bad=1))
    return path


def _stored(store: Store) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        rows = [
            tuple(row)
            for table in ("positions", "vessels", "static_reports", "losses", "cursors", "sources")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    return sorted(rows, key=repr)


def test_importing_twice_changes_nothing(store: Store, file: Path) -> None:
    """The second import finds every row and every loss already there."""
    plan = ImportPlan(files=[file])
    first = import_into_store(store, plan, _quiet)
    before = _stored(store)
    second = import_into_store(store, plan, _quiet)
    assert _stored(store) == before
    assert (first.positions, first.new, second.new) == (1000, 1000, 0)
    assert first.summary()["rejected"] == {"bad_time": 1}
    with store.read() as connection:
        assert [row[:3] for row in load_losses(connection)] == [("file:day.csv", "bad_time", 1)]


@pytest.mark.parametrize("stop", [0, 1, 5])
def test_a_killed_import_goes_on_where_it_was(
    store: Store, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    """What was committed is not written again, and the end is that of an undisturbed import."""
    written: list[int] = []
    append = observations.append_positions

    def dies(connection: Any, positions: Any) -> int:  # noqa: ANN401
        if len(written) == stop:
            raise KeyboardInterrupt
        written.append(len(positions))
        return append(connection, positions)

    monkeypatch.setattr(import_ais, "append_positions", dies)
    with pytest.raises(KeyboardInterrupt):
        import_into_store(store, ImportPlan(files=[file]), _quiet)
    stop = -1
    committed = sum(written)
    again = import_into_store(store, ImportPlan(files=[file]), _quiet)
    assert committed + again.new == 1000
    assert sum(written) == 1000
    calm = open_store(tmp_path / "calm.db")
    import_into_store(calm, ImportPlan(files=[file]), _quiet)
    assert _stored(calm) == _stored(store)
    calm.close()


def test_a_file_that_has_grown_is_read_again(store: Store, file: Path) -> None:
    """More of the same log is another file; what was there is not doubled."""
    import_into_store(store, ImportPlan(files=[file]), _quiet)
    file.write_text(_rows(1200))
    assert import_into_store(store, ImportPlan(files=[file]), _quiet).new == 200


def test_archive_and_store_hold_the_same(store: Store, file: Path, tmp_path: Path) -> None:
    """An archive made of files, imported in turn, gives what the files give."""
    made = import_into_archive(tmp_path / "a", ImportPlan(files=[file]), _quiet)
    assert (made.new, made.days) == (1000, 1)
    assert import_into_archive(tmp_path / "a", ImportPlan(files=[file]), _quiet).new == 0
    import_into_store(store, ImportPlan(files=[tmp_path / "a"]), _quiet)
    other = open_store(tmp_path / "o.db")
    import_into_store(other, ImportPlan(files=[file]), _quiet)
    with store.read() as one, other.read() as two:
        theirs, ours = (load_positions(c, received_by=LATER) for c in (one, two))
        assert theirs.lon.tolist() == ours.lon.tolist()
        assert theirs.sources == ours.sources == ("file:day.csv",)
        mmsis = sorted(set(ours.mmsi.tolist()))
        assert observations.load_static(one, by=LATER, mmsis=mmsis) == observations.load_static(
            two, by=LATER, mmsis=mmsis
        )
    other.close()


def test_good_files_are_taken_beside_bad_ones(store: Store, file: Path, tmp_path: Path) -> None:
    """A file that cannot be read is named; if none can, the import ends so."""
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"")
    done = import_into_store(store, ImportPlan(files=[bad, file]), _quiet)
    assert done.new == 1000
    assert list(done.failed) == [str(bad)]
    with pytest.raises(InputError, match=r"bad\.csv: the file is empty"):
        import_into_store(store, ImportPlan(files=[bad]), _quiet)


def test_a_log_begun_at_a_known_time_is_dated(store: Store, tmp_path: Path) -> None:
    """`received_at` dates a log without stamps; without it there is nothing, and that is said."""
    log = tmp_path / "log.nmea"
    log.write_text("\n".join([position_line(), *static_lines()]) + "\n")
    with pytest.raises(InputError, match=r"no position in 3 rows .*--received-at"):
        import_into_store(store, ImportPlan(files=[log]), _quiet)
    at = parse_utc("2025-01-21T12:00:00Z")
    done = import_into_store(store, ImportPlan(files=[log], received_at=at, source="roof"), _quiet)
    assert (done.new, done.static) == (1, 1)
    with store.read() as connection:
        assert load_positions(connection, received_by=LATER).sources == ("roof",)


def test_progress_is_told_in_bytes_and_rows(store: Store, file: Path) -> None:
    """It grows, and ends with all bytes and all rows."""
    told: list[tuple[int, int, int]] = []

    def note(*, done_bytes: int, all_bytes: int, rows: int, what: str) -> None:
        assert what == "day.csv"
        told.append((done_bytes, all_bytes, rows))

    import_into_store(store, ImportPlan(files=[file]), note)
    assert told == sorted(told)
    size = file.stat().st_size
    assert told[-1] == (size, size, 1001)


def test_the_command_imports_and_says_what_came(tmp_path: Path) -> None:
    """Counts by reason with an example, as text or JSON; exit codes tell how it ended."""
    table, log = tmp_path / "day.csv", tmp_path / "log.nmea"
    table.write_text(_rows(10, bad=2))
    log.write_text(stamped(position_line(), NOON_S) + "\n")
    words = ("import", "ais", "--archive", str(tmp_path / "a"))
    done = monitor(*words, str(table), str(log))
    assert done.returncode == 0, done.stderr
    assert "2  bad_time  e.g. 636021061,never,1,1,1,X" in done.stdout
    assert "11 positions, 11 of them new; 7 static reports" in done.stdout
    again = monitor(*words, "--json", str(table), str(tmp_path / "gone"))
    summary = json.loads(again.stdout)
    assert (summary["positions"], summary["positions_new"]) == (10, 0)
    assert (again.returncode, "gone: no such file" in again.stderr) == (1, True)
    nothing = monitor(*words, str(tmp_path / "gone"))
    assert (nothing.returncode, "gone: no such file" in nothing.stderr) == (2, True)


def test_the_command_imports_into_the_configured_store(tmp_path: Path) -> None:
    """The store of the settings gets the rows, unless another process is writing to it."""
    config = tmp_path / "port.toml"
    areas = bundled("aoi", "tartus.geojson")
    config.write_text(f'[port]\naoi = "{areas}"\n[store]\npath = "live.db"\n')
    table = tmp_path / "odd.csv"
    table.write_text(f"ship;t;y;x\n{SHIP};1737460800;20946000;21510000\n")
    words = (
        "import", "ais", "-c", str(config), "--source", "history", "--columns",
        "mmsi=ship,lat=y/600000,lon=x/600000", "--time-format", "unix", str(table),
    )  # fmt: skip
    with writer_lock(tmp_path / "live.db"):
        assert "another monitor process" in monitor(*words).stderr
    done = monitor(*words)
    assert done.returncode == 0, done.stderr
    store = open_store(tmp_path / "live.db")
    with store.read() as connection:
        rows = load_positions(connection, received_by=LATER)
    store.close()
    assert (rows.lon.tolist(), rows.lat.tolist()) == ([35.85], [34.91])
    assert rows.sources == ("history",)
