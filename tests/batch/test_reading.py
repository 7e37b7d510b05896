"""Reading on several cores gives what reading on one gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from monitor.batch import reading
from monitor.batch.reading import FileRead, ordered_map, read_files
from monitor.domain.positions import ARRAY_FIELDS, concat
from monitor.sources.ais.nmea.scan import scan_block
from tests.sources.ais.ais_lines import (
    NOON,
    NOON_S,
    base_line,
    position_line,
    stamped,
    static_lines,
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Write a stamped log, one without stamps, one too short to share, and none."""
    bare = [base_line(NOON), base_line(NOON), *static_lines()]
    bare += [position_line(lat=34.0 + i / 997, second=i % 60) for i in range(500)]
    logs = {
        "stamped.nmea": [stamped(position_line(), NOON_S + 60 * i) for i in range(500)],
        "bare.nmea": bare,
        "short.nmea": [stamped(position_line(lon=35.0)), "damage"],
    }
    for name, lines in logs.items():
        (tmp_path / name).write_text("\n".join(lines))
    return [tmp_path / name for name in (*logs, "missing.nmea")]


def assert_same(one: list[FileRead], other: list[FileRead]) -> None:
    """Compare what was read, to the order of the rows."""
    for mine, theirs in zip(one, other, strict=True):
        assert (mine.path, mine.tally, mine.static) == (theirs.path, theirs.tally, theirs.static)
        assert mine.failed == theirs.failed
        rows = [concat(read.positions) for read in (mine, theirs)]
        for name in ARRAY_FIELDS:
            np.testing.assert_array_equal(getattr(rows[0], name), getattr(rows[1], name))


class ReadyPool(ProcessPoolExecutor):
    """A pool that has started before it is given out."""

    def __enter__(self) -> Self:
        """Wait for the processes."""
        self.submit(scan_block, b"").result()
        return self

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        """Hand out work; the first piece, which tells that all is ready, is waited for."""
        future = super().submit(fn, *args, **kwargs)
        if args == (b"",):
            future.result()
        return future


def test_several_processes_read_the_same(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files read whole and files scanned by the block come out as in one process, in order."""
    alone = list(read_files(files, start_at=None, workers=1))
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    monkeypatch.setattr(reading, "BIG_FILE_BYTES", 10_000)
    monkeypatch.setattr(reading, "ProcessPoolExecutor", ReadyPool)
    together = list(read_files(files, start_at=None, workers=2))
    assert [len(concat(read.positions)) for read in alone] == [500, 500, 1, 0]
    assert "no such file" in alone[-1].failed
    assert_same(alone, together)


def test_small_input_starts_no_process(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A small run does not pay for what speeds up a large one."""
    monkeypatch.setattr(reading, "ProcessPoolExecutor", None)
    read = list(read_files(files[:1], start_at=None, workers=8))
    assert read[0].tally.accepted == 500


class LazyExecutor(Executor):
    """Does its work when asked for the answer, and counts what was not asked for yet."""

    def __init__(self) -> None:
        self.waiting = 0
        self.most = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        """Take one piece of work."""
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        executor = self

        class Answer(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401
                executor.waiting -= 1
                return fn(*args, **kwargs)

        return Answer()


def test_few_blocks_are_under_way_and_answers_keep_their_order() -> None:
    """However long a file, the blocks handed out are bounded."""
    pool = LazyExecutor()

    def blocks() -> Iterator[bytes]:
        for number in range(50):
            yield b"\n" * number

    ready: Future[object] = Future()
    ready.set_result(None)
    lines = [scan.lines for scan in ordered_map(pool, ready, 3)(scan_block, blocks())]
    assert lines == list(range(50))
    assert pool.most == 3


def test_until_other_processes_have_started_this_one_reads() -> None:
    """Nothing waits for a process that is not there yet."""
    pool, ready = LazyExecutor(), Future[object]()
    scans = iter(ordered_map(pool, ready, 3)(scan_block, [b"\n", b"\n" * 2, b"\n" * 3]))
    assert next(scans).lines == 1
    assert pool.most == 0
    ready.set_result(None)
    assert [scan.lines for scan in scans] == [2, 3]
    assert pool.most == 2
