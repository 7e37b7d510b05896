from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from monitor.errors import InputError, SchemaMismatch
from monitor.store import schema
from monitor.store.engine import open_store, writer_lock


def test_migrations_and_schema_agree(tmp_path: Path) -> None:
    """A migrated store has exactly the tables the code speaks of."""
    store = open_store(tmp_path / "s.db")
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    store.close()


def test_a_commit_survives_a_power_cut(tmp_path: Path) -> None:
    """Every connection writes ahead and waits for the disk."""
    store = open_store(tmp_path / "s.db")
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    store.close()


def test_a_failed_block_leaves_nothing(tmp_path: Path) -> None:
    """A write is one transaction or nothing."""
    store = open_store(tmp_path / "s.db")

    def fail_half_way() -> None:
        with store.begin() as connection:
            connection.execute(sa.insert(schema.cursors).values(name="a", value="b"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with store.read() as connection:
        assert connection.execute(sa.select(schema.cursors)).all() == []
    store.close()


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    """A store written by a later version is left alone, with the fix in the error."""
    open_store(tmp_path / "s.db").close()
    with sqlite3.connect(tmp_path / "s.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(SchemaMismatch, match="newer version"):
        open_store(tmp_path / "s.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Someone else's file is not overwritten."""
    path = tmp_path / "s.db"
    path.write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(InputError, match="not a usable store"):
        open_store(path)
    assert path.read_bytes().startswith(b"not a database")


def test_two_writers_are_told_apart(tmp_path: Path) -> None:
    """A second writing process is refused while the first runs, and only then."""
    path = tmp_path / "s.db"
    with (
        writer_lock(path),
        pytest.raises(InputError, match="another monitor process"),
        writer_lock(path),
    ):
        pass
    with writer_lock(path):
        pass
