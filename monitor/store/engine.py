"""The door to the database: one engine, one writer at a time, the schema brought up to date.

SQLite is the default: write-ahead log, synchronous FULL (a committed row survives a power cut),
writes begun with BEGIN IMMEDIATE so that two writers queue instead of failing half way.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from monitor.errors import InputError, SchemaMismatch

_BUSY_MS = 30_000


class Store:
    """An open database. Reads see the last commit; a write is one transaction or nothing."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open one write transaction; it is committed at the end of the block, or rolled back."""
        writing = self.engine.connect().execution_options(monitor_write=True)
        with writing as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open one read transaction: everything read in the block is of one moment."""
        with self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database; safe to call twice."""
        self.engine.dispose()


def open_store(path: Path) -> Store:
    """Open (or create) the SQLite store at `path` and bring its schema up to date.

    Raises:
        SchemaMismatch: A newer version of this program wrote it.
        InputError: The file cannot be opened as a database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InputError(f"{path.parent}: cannot be made a folder for the store: {exc}") from exc
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_MS / 1000})
    _speak_sqlite(engine)
    try:
        _migrate(engine)
    except sa.exc.DatabaseError as exc:
        engine.dispose()
        raise InputError(f"{path}: not a usable store ({exc.orig}); move it away") from exc
    except SchemaMismatch:
        engine.dispose()
        raise
    return Store(engine)


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the store at `path` against a second writing process until the block ends.

    The lock dies with the process, so a crash leaves nothing to clean up.

    Raises:
        InputError: Another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise InputError(
                f"{path}: another monitor process is writing to it; stop that one first"
            ) from exc
        yield


def _speak_sqlite(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(dbapi: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        # The driver must not begin transactions on its own; `_on_begin` does, in the right mode.
        dbapi.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        write = connection.get_execution_options().get("monitor_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _migrate(engine: sa.Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    # No path of ours holds a list of paths, and the default separator is deprecated.
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    with engine.connect().execution_options(monitor_write=True) as connection, connection.begin():
        current = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise SchemaMismatch(
                f"{engine.url.database}: written by a newer version (schema {current}); "
                "update this program or use another store"
            )
        if current != scripts.get_current_head():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
