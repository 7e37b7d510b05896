"""Raw NMEA files by the block: columns from the bytes on, memory flat in the length of the file.

A block of lines is scanned first, which knows nothing of other blocks and may happen in another
process. What depends on the lines before comes second and in order: odd lines, messages in
several parts, and what time it is. The result is that of `nmea.read_nmea`, line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

import numpy as np

from monitor.domain.tally import Tally
from monitor.domain.window import to_ms
from monitor.sources.ais.batch import BatchBuilder, Fix, StaticValues
from monitor.sources.ais.nmea.armour import Ints
from monitor.sources.ais.nmea.dating import BaseStationClock
from monitor.sources.ais.nmea.dating_columns import Anchors, DatedRows, UndatedRows, refined
from monitor.sources.ais.nmea.marks import NO_TIME
from monitor.sources.ais.nmea.odd import OddLines
from monitor.sources.ais.nmea.payload_columns import ROW, Messages, Rows, chosen
from monitor.sources.ais.nmea.scan import Scan, scan_block
from monitor.sources.base import AisBatch

MapsBlocks: TypeAlias = Callable[[Callable[[bytes], Scan], Iterable[bytes]], Iterable[Scan]]
"""Like the built-in `map`: applies a pure function to blocks, answers in their order."""


def read_nmea_blocks(
    blocks: Iterable[bytes],
    builder: BatchBuilder,
    *,
    tally: Tally,
    start_at: datetime | None = None,
    scans: MapsBlocks = map,
) -> Iterator[AisBatch]:
    """Read a raw log in blocks of whole lines.

    Args:
        blocks: Whole lines; about a mebibyte keeps a block's columns in the processor's cache.
        builder: Takes the rows.
        tally: Counts every line.
        start_at: When the first line was received, for logs in which nothing says so.
        scans: Applies `scan_block` to the blocks, in order; for instance in other processes.

    Yields:
        Batches whenever the builder is full, and a last one.
    """
    log = _Log(builder, tally, start_at)
    for scan in scans(scan_block, blocks):
        log.read(scan)
        while builder.is_full():
            yield builder.take()
    log.finish()
    while builder.is_full():
        yield builder.take()
    yield builder.take()


class _Log:
    """The state of one pass through a log."""

    def __init__(self, builder: BatchBuilder, tally: Tally, start_at: datetime | None) -> None:
        self._builder = builder
        self._tally = tally
        self._odd = OddLines(tally)
        self._clock = BaseStationClock()
        self._undated = UndatedRows(None if start_at is None else to_ms(start_at))
        self._statics: dict[int, StaticValues] = {}
        self._static_count = 0
        self._lines = 0
        self._stamped = False

    def read(self, scan: Scan) -> None:
        """Take the lines of one block."""
        self._tally.read += scan.lines
        # Lines of a log count from 1: a time given by the user stands for a line before it.
        messages = self._odd.read(scan, first_place=self._lines + 1)
        self._lines += scan.lines
        self._tally.ignored.update(messages.ignored)
        rows = messages.rows
        rows["static"][rows["static"] >= 0] += self._static_count
        self._statics.update(enumerate(messages.statics, start=self._static_count))
        self._static_count += len(messages.statics)
        self._date(rows, messages)

    def finish(self) -> None:
        """Date and pass on what still waits."""
        self._odd.finish()
        told = [(self._lines, place, ms) for place, ms in self._clock.finish()]
        self._learn(np.zeros(0, ROW), _anchors(told, _NONE, _NONE))
        rows, at_ms, _ = self._undated.finish()
        self._pass_on(DatedRows(rows, at_ms, np.full(len(rows), self._stamped)))

    def _date(self, rows: Rows, messages: Messages) -> None:
        has_stamp = messages.stamp_ms != NO_TIME
        place, stamp_ms = messages.place[has_stamp], messages.stamp_ms[has_stamp]
        self._stamped |= len(place) > 0
        stamps = messages.stamp_ms[np.searchsorted(messages.place, rows["place"])]
        alone = stamps == NO_TIME
        told = self._hear(messages, place, stamp_ms)
        self._learn(chosen(rows, alone), _anchors(told, place, stamp_ms))
        rows, stamps = chosen(rows, ~alone), stamps[~alone]
        self._keep(rows, refined(stamps, rows["second"].astype(np.int64)), stamps)

    def _hear(self, messages: Messages, place: Ints, stamp_ms: Ints) -> list[tuple[int, int, int]]:
        """Weigh what base stations say; returns (known at, place, time) of what is believed."""
        clocks = messages.clocks
        stamped = np.isin(clocks["place"], place)
        base_stations = int(np.count_nonzero(stamped))
        clocks = chosen(clocks, ~stamped)
        before = np.searchsorted(place, clocks["place"]).tolist()
        told: list[tuple[int, int, int]] = []
        believed = 0
        for (at, ms, mmsi), stamps in zip(clocks.tolist(), before, strict=True):
            if stamps > believed:
                self._clock.believe(int(stamp_ms[stamps - 1]))
                believed = stamps
            anchors = [] if ms == NO_TIME else self._clock.hear(ms, mmsi, at)
            if anchors is None:
                self._tally.reject("base_station_time", f"mmsi {mmsi}")
                continue
            base_stations += 1
            told.extend((at, *anchor) for anchor in anchors)
        if len(place) > believed:
            self._clock.believe(int(stamp_ms[-1]))
        if base_stations:
            self._tally.ignored["base_station"] += base_stations
        return told

    def _learn(self, rows: Rows, anchors: Anchors) -> None:
        for dated in self._undated.date(rows, anchors):
            self._pass_on(dated)

    def _pass_on(self, dated: DatedRows) -> None:
        known = dated.at_ms != NO_TIME
        for number in dated.rows["static"][~known].tolist():
            self._statics.pop(number, None)
        self._tally.reject("undated", count=int(np.count_nonzero(~known)))
        # In a stamped log a line without a stamp is the exception, and is counted as one.
        if by_stamp := int(np.count_nonzero(known & dated.by_stamp)):
            self._tally.repaired["dated_by_neighbours"] += by_stamp
        at_ms = dated.at_ms[known]
        self._keep(chosen(dated.rows, known), at_ms, at_ms)

    def _keep(self, rows: Rows, at_ms: Ints, received_ms: Ints) -> None:
        static = np.flatnonzero(rows["static"] >= 0)
        for number, ms in zip(rows["static"][static].tolist(), at_ms[static].tolist(), strict=True):
            self._builder.add_static_values(self._statics.pop(number), ms)
        fix = rows["mmsi"] > 0
        rows = chosen(rows, fix)
        columns = {name: rows[name] for name in Fix._fields}
        columns["time_ms"], columns["received_ms"] = at_ms[fix], received_ms[fix]
        columns["counted"] = rows["static"] < 0
        self._builder.add_fixes(columns)


_NONE = np.zeros(0, np.int64)


def _anchors(told: list[tuple[int, int, int]], place: Ints, stamp_ms: Ints) -> Anchors:
    """Return what base stations and stamps tell of the time, in the order of the log."""
    known_at, at, ms = np.array(told, np.int64).reshape(-1, 3).T
    known_at = np.concatenate([known_at, place])
    order = np.argsort(known_at, kind="stable")
    return Anchors(
        known_at[order],
        np.concatenate([at, place])[order],
        np.concatenate([ms, stamp_ms])[order],
        (np.arange(len(order)) >= len(told))[order],
    )
