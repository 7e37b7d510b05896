"""A folder somebody drops AIS files into, read live by arrival or replayed by event time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import TimeWindow, from_ms, to_ms
from monitor.errors import InputError, SourceUnavailable
from monitor.sources.ais.files import read_ais_file
from monitor.sources.base import AisBatch

_HIDDEN = (".", "~")
_UNFINISHED = (".part", ".tmp", "~")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Replay:
    """One file read whole, in the order in which its rows were received."""

    version: tuple[int, int]
    positions: PositionColumns
    static: tuple[StaticReport, ...]
    static_received_ms: npt.NDArray[np.int64]

    def within(self, start_ms: int, end_ms: int) -> AisBatch:
        """Return what was received in [start, end)."""
        first, last = np.searchsorted(self.positions.received_ms, (start_ms, end_ms))
        begin, end = np.searchsorted(self.static_received_ms, (start_ms, end_ms))
        return AisBatch(
            positions=self.positions.take(slice(int(first), int(last))),
            static=self.static[int(begin) : int(end)],
        )


class AisFolder:
    """Reads the AIS files that lie directly in one folder, in the order of their names.

    Hidden and unfinished files (`.name`, `~name`, `name.part`, `name.tmp`) are passed over.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        arrival: Literal["file", "event"] = "file",
        start_at: datetime | None = None,
    ) -> None:
        """Name a folder; nothing is read yet.

        Args:
            name: Source name of the rows.
            path: The folder.
            arrival: `file`: a file's rows reached us when the file did (the later of its
                modification and its appearance here). `event`: rows reached us when they say
                they did (`Received` column, receive stamp, else event time), as in a replay.
            start_at: As in `read_ais_file`.
        """
        self.name = name
        self._path = path
        self._arrival = arrival
        self._start_at = start_at
        self._replays: dict[Path, _Replay] = {}
        self._unreadable: dict[Path, tuple[int, int]] = {}

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[AisBatch]:
        """Yield what was received in `window` [start, end).

        In a replay each file is read once and counted in the fetch that reads it.

        Raises:
            SourceUnavailable: The folder is not there (a disk not mounted, say).
        """
        for file in self._files():
            try:
                stat = file.stat()
            except OSError:
                continue  # taken away since the folder was listed
            version = (stat.st_mtime_ns, stat.st_size)
            arrived_at = from_ms(max(stat.st_mtime_ns, stat.st_ctime_ns) // 1_000_000)
            try:
                if self._arrival == "event":
                    yield from self._replayed(file, version, window, tally)
                elif window.contains(arrived_at):
                    yield from self._read(file, tally, received_at=arrived_at)
            except InputError as exc:
                # A replay meets the file at every fetch and must count it once.
                self._unreadable[file] = version
                tally.read += 1
                tally.reject("unreadable_file", f"{file.name}: {exc}")

    def _files(self) -> list[Path]:
        try:
            files = [
                file
                for file in self._path.iterdir()
                if not file.name.startswith(_HIDDEN)
                and not file.name.endswith(_UNFINISHED)
                and file.is_file()
            ]
        except OSError as exc:
            raise SourceUnavailable(f"{self.name}: folder cannot be read: {exc}") from exc
        return sorted(files)

    def _read(
        self, file: Path, tally: Tally, *, received_at: datetime | None = None
    ) -> Iterator[AisBatch]:
        return read_ais_file(
            file, tally=tally, name=self.name, received_at=received_at, start_at=self._start_at
        )

    def _replayed(
        self, file: Path, version: tuple[int, int], window: TimeWindow, tally: Tally
    ) -> Iterator[AisBatch]:
        if self._unreadable.get(file) == version:
            return
        replay = self._replays.get(file)
        if replay is None or replay.version != version:
            replay = _replay(list(self._read(file, tally)), version)
            self._replays[file] = replay
        batch = replay.within(to_ms(window.start), to_ms(window.end))
        if len(batch.positions) or batch.static:
            yield batch


def _replay(batches: list[AisBatch], version: tuple[int, int]) -> _Replay:
    positions = concat([batch.positions for batch in batches])
    positions = positions.take(np.argsort(positions.received_ms, kind="stable"))
    static = tuple(itertools.chain.from_iterable(batch.static for batch in batches))
    received_ms = _received_ms(static, positions)
    order = np.argsort(received_ms, kind="stable")
    return _Replay(
        version=version,
        positions=positions,
        static=tuple(static[i] for i in order),
        static_received_ms=received_ms[order],
    )


def _received_ms(
    static: tuple[StaticReport, ...], positions: PositionColumns
) -> npt.NDArray[np.int64]:
    """Return when each static report was received: with the position of the same ship and
    instant where there is one (a CSV row is both), when it was said else."""
    times = np.array([report.time_ms for report in static], np.int64)
    near = positions.take(np.isin(positions.time_ms, times))
    received: dict[tuple[int, int], int] = {}
    for mmsi, at, got in zip(near.mmsi, near.time_ms, near.received_ms, strict=True):
        received.setdefault((int(mmsi), int(at)), int(got))
    return np.array([received.get((r.mmsi, r.time_ms), r.time_ms) for r in static], np.int64)
