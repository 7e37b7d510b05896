"""AIS files read on all cores, with the answer of one: the same rows in the same order.

A file too big for one core's share is scanned by the block in other processes and put together
here; of others, each is read whole by one process. What waits to be put together is bounded.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.errors import InputError
from monitor.sources.ais.batch import StaticValues, static_of, values_of
from monitor.sources.ais.files import AisFormat, ais_format, read_ais_file
from monitor.sources.ais.nmea.by_block import MapsBlocks
from monitor.sources.ais.nmea.scan import Scan, scan_block

SMALL_BYTES = 128 << 20
"""Input up to which one process is faster: it reads so much in the time others take to start."""
BIG_FILE_BYTES = 64 << 20
"""A raw log from this size on is scanned by the block."""
IN_FLIGHT = 4
"""Blocks or files handed out per process: enough to keep it busy, few enough to hold."""


@dataclass(slots=True)
class FileRead:
    """What one file gave."""

    path: Path
    tally: Tally = field(default_factory=Tally)
    positions: list[PositionColumns] = field(default_factory=list)
    static: list[StaticReport] = field(default_factory=list)
    failed: str = ""
    """Why it gave nothing at all, where it did."""


def read_files(
    files: Sequence[Path], *, start_at: datetime | None, workers: int | None = None
) -> Iterator[FileRead]:
    """Read AIS files, in parallel where that is faster.

    Args:
        files: Any mixture of the known formats.
        start_at: When the first line of a log without dates was received.
        workers: Processes to use, one for each core if left out; 1 uses none but this.

    Yields:
        What each file gave, in the order of `files`.

    Raises:
        InputError: A process that read was ended from outside.
    """
    workers = workers or cores()
    if workers == 1 or sum(map(_size, files)) <= SMALL_BYTES:
        yield from (_read(path, start_at) for path in files)
        return
    # Fresh processes: a fork would take over the threads and open files of this one.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            yield from _in_parallel(pool, files, start_at, IN_FLIGHT * workers)
    except BrokenProcessPool as exc:
        raise InputError(
            "a process that read AIS files was ended from outside (out of memory?); "
            "read fewer files at a time"
        ) from exc


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_parallel(
    pool: Executor, files: Sequence[Path], start_at: datetime | None, in_flight: int
) -> Iterator[FileRead]:
    ready = pool.submit(scan_block, b"")
    scans = ordered_map(pool, ready, in_flight)
    waiting: deque[tuple[Path, Future[_Packed] | None]] = deque()
    for path in files:
        shared = ready.done() and not _is_scanned(path)
        waiting.append((path, pool.submit(_read_packed, path, start_at) if shared else None))
        # Until the others are there, this process reads by itself and holds nothing back.
        while waiting and (len(waiting) >= in_flight or not ready.done()):
            yield _finished(*waiting.popleft(), start_at, scans)
    while waiting:
        yield _finished(*waiting.popleft(), start_at, scans)


_Packed: TypeAlias = tuple[FileRead, list[tuple[StaticValues, int, str]]]
"""A file without its static reports, and these as bare values, which travel five times faster."""


def _read_packed(path: Path, start_at: datetime | None) -> _Packed:
    read = _read(path, start_at)
    static = [(values_of(report), report.time_ms, report.source) for report in read.static]
    return replace(read, positions=[concat(read.positions)], static=[]), static


def _finished(
    path: Path, packed: Future[_Packed] | None, start_at: datetime | None, scans: MapsBlocks
) -> FileRead:
    if packed is None:
        return _read(path, start_at, scans)
    read, static = packed.result()
    reports = [static_of(values, time_ms=ms, source=source) for values, ms, source in static]
    return replace(read, static=reports)


def ordered_map(pool: Executor, ready: Future[Any], in_flight: int) -> MapsBlocks:
    """Return a `map` over other processes: answers in order, few blocks under way.

    Args:
        pool: The processes.
        ready: Done when they have started; until then the work is done here.
        in_flight: Blocks handed out at most.
    """

    def run(scan: Callable[[bytes], Scan], blocks: Iterable[bytes]) -> Iterator[Scan]:
        waiting: deque[Future[Scan]] = deque()
        for block in blocks:
            if not ready.done():
                yield scan(block)
                continue
            waiting.append(pool.submit(scan, block))
            if len(waiting) >= in_flight:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    return run


def _read(path: Path, start_at: datetime | None, scans: MapsBlocks = map) -> FileRead:
    read = FileRead(path)
    try:
        for batch in read_ais_file(path, tally=read.tally, start_at=start_at, scans=scans):
            read.positions.append(batch.positions)
            read.static.extend(batch.static)
    except InputError as exc:
        read.failed = str(exc)
    return read


def _is_scanned(path: Path) -> bool:
    try:
        return _size(path) >= BIG_FILE_BYTES and ais_format(path) is AisFormat.NMEA
    except InputError:
        return False  # said again, and kept, where the file is read


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
