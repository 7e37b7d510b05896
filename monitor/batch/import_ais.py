"""AIS files into the live store or into the archive of closed days."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from monitor import __version__
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.errors import InputError
from monitor.sources.ais.files import AisFormat, ais_files, ais_format, read_ais_file
from monitor.sources.ais.tables.column_map import ColumnMap
from monitor.sources.base import AisBatch
from monitor.store.archive import ArchiveWriter
from monitor.store.engine import Store, writer_lock
from monitor.store.observations import append_positions, append_static, count_losses
from monitor.store.progress import move_cursor, read_cursor

GROUP_ROWS = 100_000
"""Rows to a transaction: sorted by vessel they touch few pages of the store, and held in memory
they are some 6 MB."""
_ENDS_BYTES = 65_536
_DONE = "done"


class Progress(Protocol):
    """Is told how an import goes."""

    def __call__(self, *, done_bytes: int, all_bytes: int, rows: int, what: str) -> None:
        """Take the bytes and rows read so far, and the file or day at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What to read, and how."""

    files: Sequence[Path]
    """Files of any known format, or folders that are archives."""
    source: str | None = None
    """Name of the rows' source; None: `file:<file name>`."""
    received_at: datetime | None = None
    """When everything reached us; for a raw log without dates, when it was begun."""
    columns: ColumnMap | None = None
    """For tables whose header does not tell."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """What came of an import."""

    tally: Tally = field(default_factory=Tally)
    positions: int = 0
    """Positions read, repeats included."""
    static: int = 0
    """Static reports read."""
    new: int = 0
    """Positions that were not there before (or were there, received later)."""
    days: int = 0
    """Day files written, in an archive."""
    failed: dict[str, str] = field(default_factory=dict)
    """Files that gave nothing at all, with the reason."""

    def summary(self) -> dict[str, Any]:
        """Return plain values, as printed by `--json`."""
        return {
            **self.tally.summary(),
            "positions": self.positions,
            "positions_new": self.new,
            "positions_repeated": self.positions - self.new,
            "static_reports": self.static,
            "days_written": self.days,
            "files_failed": self.failed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What goes into one transaction."""

    number: int
    positions: PositionColumns
    static: tuple[StaticReport, ...]


def import_into_store(store: Store, plan: ImportPlan, progress: Progress) -> Imported:
    """Store what files hold. Importing again changes nothing, and a killed import goes on.

    Each group is one transaction together with the note of how far its file has been imported.
    Reading and writing take turns: a second thread was tried, and cost as much as it gave.

    Raises:
        InputError: No file could be read, or none holds a single position or static report.
    """
    done = Imported()

    def take(path: Path, groups: Iterator[Group], tally: Tally) -> None:
        cursor = f"import:{_digest(path, plan)}"
        with store.read() as connection:
            told = read_cursor(connection, cursor) or "0"
        seen = 0 if told == _DONE else int(told)

        def write(group: Group) -> int:
            with store.begin() as connection:
                # By vessel and time, as the store keeps them: a page is written once, not often.
                new = append_positions(connection, group.positions.canonical())
                append_static(connection, group.static)
                if told != _DONE:
                    move_cursor(connection, cursor, str(group.number))
            return new

        done.new += sum(write(group) for group in groups if group.number > seen)
        if told != _DONE:
            with store.begin() as connection:
                count_losses(connection, plan.source or f"file:{path.name}", tally)
                move_cursor(connection, cursor, _DONE)

    _read(plan, done, take, progress)
    return done


def import_into_archive(folder: Path, plan: ImportPlan, progress: Progress) -> Imported:
    """Merge what files hold into the archive, day by day. Importing again changes nothing.

    Raises:
        InputError: As `import_into_store`; or the folder cannot be written, another import is
            at work in it, or pyarrow is not installed.
    """
    done = Imported()
    _folder(folder)
    with writer_lock(folder / ".archive"), ArchiveWriter(folder) as writer:

        def take(_path: Path, groups: Iterator[Group], _tally: Tally) -> None:
            for group in groups:
                writer.add(group.positions, group.static)

        size = _read(plan, done, take, progress)
        merged = writer.merge(
            lambda days, all_days: progress(
                done_bytes=size,
                all_bytes=size,
                rows=done.tally.read,
                what=f"merging day {days} of {all_days}",
            )
        )
    done.new, done.days = merged.new, merged.days
    return done


def import_groups(path: Path, plan: ImportPlan) -> Iterator[Group]:
    """Yield a file's rows as they are put into transactions, before any sorting."""
    return _groups(_batches(path, plan, Tally(), lambda _: None))


def _read(
    plan: ImportPlan,
    done: Imported,
    take: Callable[[Path, Iterator[Group], Tally], None],
    progress: Progress,
) -> int:
    """Hand each file's groups to `take`; return the files' size in bytes."""
    files = ais_files(plan.files)
    sizes = [path.stat().st_size if path.is_file() else 0 for path in files]
    before = 0
    for path, size in zip(files, sizes, strict=True):
        tally = Tally()
        so_far = done.tally.read

        def told(at_byte: int, path: Path = path, before: int = before) -> None:
            progress(
                done_bytes=before + at_byte,
                all_bytes=sum(sizes),
                rows=so_far + tally.read,  # noqa: B023 - called within this turn only
                what=path.name,
            )

        try:
            take(path, _counted(_groups(_batches(path, plan, tally, told)), done), tally)
        except InputError as exc:
            done.failed[str(path)] = str(exc)
        done.tally.add(tally)
        before += size
        told(size)
    if len(done.failed) == len(files):
        raise InputError("\n".join(done.failed.values()) or "no files to import")
    if not done.positions and not done.static:
        raise InputError(_nothing(done.tally))
    return before


def _batches(
    path: Path, plan: ImportPlan, tally: Tally, told: Callable[[int], None]
) -> Iterator[AisBatch]:
    # In a raw log the instant dates the first line; the others follow from it.
    is_log = ais_format(path, plan.columns) is AisFormat.NMEA
    return read_ais_file(
        path,
        tally=tally,
        name=plan.source,
        received_at=None if is_log else plan.received_at,
        start_at=plan.received_at,
        batch_rows=GROUP_ROWS,
        columns=plan.columns,
        told=told,
    )


def _groups(batches: Iterator[AisBatch]) -> Iterator[Group]:
    """Yield batches put together to groups; the same file gives the same groups."""
    held: list[AisBatch] = []
    number = count = 0
    for batch in batches:
        held.append(batch)
        count += len(batch.positions) + len(batch.static)
        if count >= GROUP_ROWS:
            number += 1
            yield _joined(number, held)
            held, count = [], 0
    yield _joined(number + 1, held)


def _joined(number: int, batches: list[AisBatch]) -> Group:
    return Group(
        number=number,
        positions=concat([batch.positions for batch in batches]),
        static=tuple(report for batch in batches for report in batch.static),
    )


def _counted(groups: Iterator[Group], done: Imported) -> Iterator[Group]:
    for group in groups:
        done.positions += len(group.positions)
        done.static += len(group.static)
        yield group


def _digest(path: Path, plan: ImportPlan) -> str:
    """Return a name for a file's content and for how it is read.

    Source of the choice: size and both ends tell apart all files that are not made to deceive,
    at a cost that does not grow with the file; a log that has grown is another file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_ENDS_BYTES)
        file.seek(max(size - _ENDS_BYTES, 0))
        tail = file.read(_ENDS_BYTES)
    how = (__version__, path.name, size, plan.source, plan.received_at, plan.columns, GROUP_ROWS)
    return hashlib.sha256(repr(how).encode() + head + tail).hexdigest()[:24]


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InputError(f"{folder}: cannot be made an archive: {exc}") from exc


def _nothing(tally: Tally) -> str:
    lost = tally.rejected + tally.ignored
    reasons = ", ".join(f"{reason} {count}" for reason, count in lost.most_common(5))
    advice = {
        "undated": "the log holds no dates: give --received-at with the time it was begun",
        "impossible_position": "if coordinates are scaled: --columns lat=lat/600000,lon=…",
        "bad_time": "name the form of the times with --time-format",
    }
    worst = lost.most_common(1)[0][0] if lost else ""
    return f"no position in {tally.read} rows ({reasons or 'nothing was read'})" + (
        f"; {advice[worst]}" if worst in advice else ""
    )
