"""Raw NMEA logs: bare, tag-blocked, stamped before or behind, wrapped, mixed with other talk.

Every line is accounted for. A position is dated by its receive stamp where the line has one, by
the base stations in the log where it has not, and moved to the transponder's own second. Damage
is counted by reason and never becomes a position.

Here lines are read one at a time, as they come from a feed. Files are read by `nmea_blocks`, which
gives the same and is tested against this reader.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter

from monitor.domain.tally import Tally
from monitor.domain.window import to_ms
from monitor.errors import BadPayload
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.clean import refined_ms
from monitor.sources.ais.nmea.dating import BaseStationClock, Dated, UndatedMessages
from monitor.sources.ais.nmea.payload import Message, message_of
from monitor.sources.ais.nmea.sentences import (
    MAX_STAMPS_APART_MS,
    LineReader,
    Sentence,
    Talk,
    glued_pieces,
)
from monitor.sources.base import AisBatch

MAX_LINES_APART = 500
"""Lines between two parts of one message; farther apart they are not of one message."""


def read_nmea(
    lines: Iterable[str], builder: BatchBuilder, *, tally: Tally, start_at: datetime | None = None
) -> Iterator[AisBatch]:
    """Read a raw log.

    Args:
        lines: Physical lines, decoded one byte to one character.
        builder: Takes the rows.
        tally: Counts every line.
        start_at: When the first line was received, for logs in which nothing says so.

    Yields:
        Batches whenever the builder is full, and a last one.
    """
    log = _Log(builder, tally, start_at)
    for line in lines:
        for piece in glued_pieces(line):
            log.read(piece)
        if builder.is_full():
            yield builder.take()
    log.finish()
    yield builder.take()


@dataclass(slots=True, eq=False)
class _Parts:
    """A message of which parts are still missing."""

    place: int
    parts: list[Sentence]


@dataclass(frozen=True, slots=True)
class WholeMessage:
    """A message all parts of which are there."""

    payload: str
    fill: int
    stamp_ms: int | None
    """Receive stamp of the first part that has one."""
    parts: int = 1


class Assembler:
    """Joins the parts of multi-part messages: in order, of one talk, within reach."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._open: dict[Talk, list[_Parts]] = {}
        self._oldest = 0
        """No open message began before this place."""

    def whole(self, sentence: Sentence, place: int) -> WholeMessage | None:
        """Return the message a sentence completes, None while parts are missing.

        Raises:
            BadPayload: The sentence continues nothing we have.
        """
        if sentence.total == 1:
            return WholeMessage(sentence.payload, sentence.fill, sentence.stamp_ms)
        parts = self._join(sentence, place)
        if parts is None:
            return None
        self._tally.ignored["fragment"] += len(parts) - 1
        stamp = next((part.stamp_ms for part in parts if part.stamp_ms is not None), None)
        payload = "".join([part.payload for part in parts])
        return WholeMessage(payload, sentence.fill, stamp, len(parts))

    def pass_by(self, talk: Talk, place: int) -> None:
        """Learn that a message of a talk was read elsewhere, its second and last part at `place`.

        What was open of that talk ended with its first part, one place before.
        """
        self._age_out(place - 1)
        for held in list(self._open.get(talk, ())):
            self._drop(talk, held)
        self._age_out(place)

    def finish(self) -> None:
        """Give up what is still open."""
        self._give_up(sys.maxsize)

    def _join(self, part: Sentence, place: int) -> list[Sentence] | None:
        self._age_out(place)
        talk = (part.talker, part.sequence, part.channel, part.total)
        # Tag-block groups and stations keep the parts of different messages apart. A later part
        # without a tag block joins what has its sequence number.
        fitting = [h for h in self._open.get(talk, ()) if _continues(part, h.parts[-1])]
        if part.number == 1:
            for held in fitting:
                self._drop(talk, held)
            self._oldest = self._oldest if self._open else place
            self._open.setdefault(talk, []).append(_Parts(place, [part]))
            return None
        if not fitting:
            raise BadPayload("missing_part")
        held = fitting[-1]
        held.parts.append(part)
        if part.number < part.total:
            return None
        self._close(talk, held)
        return held.parts

    def _age_out(self, place: int) -> None:
        if place - self._oldest > MAX_LINES_APART and self._open:
            self._give_up(place)

    def _give_up(self, place: int) -> None:
        """Drop what began too long before a place."""
        by_age = sorted(
            ((held.place, talk, held) for talk, open_ in self._open.items() for held in open_),
            key=itemgetter(0),
        )
        for began, talk, held in by_age:
            if place - began <= MAX_LINES_APART:
                self._oldest = began
                return
            self._drop(talk, held)

    def _drop(self, talk: Talk, held: _Parts) -> None:
        self._close(talk, held)
        self._tally.reject("missing_part", held.parts[0].payload, len(held.parts))

    def _close(self, talk: Talk, held: _Parts) -> None:
        self._open[talk].remove(held)
        if not self._open[talk]:
            del self._open[talk]


def _continues(part: Sentence, last: Sentence) -> bool:
    """Return whether `part`, of the same talk, may be of the same message as `last`."""
    if part.group and last.group and part.group != last.group:
        return False
    if part.station and last.station and part.station != last.station:
        return False
    if part.number == 1:
        return True
    near = (
        part.stamp_ms is None
        or last.stamp_ms is None
        or abs(part.stamp_ms - last.stamp_ms) <= MAX_STAMPS_APART_MS
    )
    return near and part.number == last.number + 1


class _Log:
    """The state of one pass through a log."""

    def __init__(self, builder: BatchBuilder, tally: Tally, start_at: datetime | None) -> None:
        self._builder = builder
        self._tally = tally
        self._reader = LineReader(tally)
        self._assembler = Assembler(tally)
        self._clock = BaseStationClock()
        self._undated = UndatedMessages(None if start_at is None else to_ms(start_at))
        self._place = 0
        self._stamped = False

    def read(self, line: str) -> None:
        """Take one physical line."""
        self._place += 1
        self._tally.read += 1
        try:
            sentence = self._reader.sentence(line)
            if sentence is None:
                return
            whole = self._assembler.whole(sentence, self._place)
            if whole is None:
                return
            message = message_of(whole.payload, whole.fill, parts=whole.parts)
        except BadPayload as bad:
            self._tally.reject(bad.reason, line.strip())
            return
        self._date(message, whole.stamp_ms)

    def finish(self) -> None:
        """Date and pass on what still waits."""
        self._assembler.finish()
        self._learn(self._clock.finish())
        self._pass_on(self._undated.finish(), from_stamps=self._stamped)

    def _date(self, message: Message, stamp_ms: int | None) -> None:
        if stamp_ms is not None:
            self._stamped = True
            self._clock.believe(stamp_ms)
            dated = self._undated.anchor(self._place, stamp_ms, stamped=True)
            self._pass_on(dated, from_stamps=True)
        elif message.clock_ms is not None:
            told = self._clock.hear(message.clock_ms, message.clock_mmsi, self._place)
            if told is None:
                self._tally.reject("base_station_time", f"mmsi {message.clock_mmsi}")
                return
            self._learn(told)
        if message.ignored:
            self._tally.ignored[message.ignored] += 1
        elif stamp_ms is not None:
            self._keep(message, refined_ms(stamp_ms, message.second), stamp_ms)
        else:
            self._pass_on(self._undated.hold(self._place, message))

    def _learn(self, anchors: list[tuple[int, int]]) -> None:
        for place, ms in anchors:
            self._pass_on(self._undated.anchor(place, ms, stamped=False))

    def _pass_on(self, dated: Iterable[Dated], *, from_stamps: bool = False) -> None:
        for message, at_ms in dated:
            if at_ms is None:
                self._tally.reject("undated")
                continue
            if from_stamps:
                # In a stamped log a line without a stamp is the exception, and is counted as one.
                self._tally.repaired["dated_by_neighbours"] += 1
            self._keep(message, at_ms, at_ms)

    def _keep(self, message: Message, at_ms: int, received_ms: int) -> None:
        if message.static is not None:
            self._builder.add_static(replace(message.static, time_ms=at_ms))
        if message.fix is not None:
            self._builder.add_fix(
                message.fix,
                time_ms=at_ms,
                received_ms=received_ms,
                counted=message.static is None,
            )
