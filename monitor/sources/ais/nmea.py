"""Raw NMEA logs: bare, tag-blocked, stamped before or behind, wrapped, mixed with other talk.

Every line is accounted for. A position is dated by its receive stamp where the line has one, by
the base stations in the log where it has not, and moved to the transponder's own second. Damage
is counted by reason and never becomes a position.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.tally import Tally
from monitor.domain.window import to_ms
from monitor.errors import BadPayload
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.clean import refined_ms
from monitor.sources.ais.dating import BaseStationClock, Dated, UndatedMessages
from monitor.sources.ais.payload import Message, message_of
from monitor.sources.ais.sentences import LineReader, Sentence
from monitor.sources.base import AisBatch

MAX_LINES_APART = 500
"""Lines between two parts of one message; farther apart they are not of one message."""
MAX_STAMPS_APART_MS = 30_000
_GLUED = re.compile(r"(?<=\*[0-9A-Fa-f]{2})(?=!..VD[MO],)")


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
        # A lost line end glues two sentences together; each is a line of its own.
        for piece in _GLUED.split(line) if line.count("!") > 1 else (line,):
            log.read(piece)
        if builder.is_full():
            yield builder.take()
    log.finish()
    yield builder.take()


@dataclass(slots=True)
class _Parts:
    """A message of which parts are still missing."""

    place: int
    parts: list[Sentence]


class _Assembler:
    """Joins the parts of multi-part messages: in order, of one talk, within reach."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._open: OrderedDict[tuple[str, ...], _Parts] = OrderedDict()

    def join(self, part: Sentence, place: int) -> list[Sentence] | None:
        """Return all parts once the last is there, None before.

        Raises:
            BadPayload: The part continues nothing we have.
        """
        self._age_out(place)
        # Tag-block groups and stations keep the parts of different messages apart. A later part
        # without a tag block joins what has its sequence number.
        keys = [key for key, held in self._open.items() if _continues(part, held.parts[-1])]
        if part.number == 1:
            for key in keys:
                self._drop(key)
            self._open[_key(part)] = _Parts(place, [part])
            return None
        if not keys:
            raise BadPayload("missing_part")
        held = self._open[keys[-1]]
        held.parts.append(part)
        if part.number < part.total:
            return None
        del self._open[keys[-1]]
        return held.parts

    def finish(self) -> None:
        """Give up what is still open."""
        for key in list(self._open):
            self._drop(key)

    def _age_out(self, place: int) -> None:
        while self._open:
            key, held = next(iter(self._open.items()))
            if place - held.place <= MAX_LINES_APART:
                return
            self._drop(key)

    def _drop(self, key: tuple[str, ...]) -> None:
        held = self._open.pop(key)
        self._tally.reject("missing_part", held.parts[0].payload, len(held.parts))


def _key(part: Sentence) -> tuple[str, ...]:
    return (part.talker, part.sequence, part.channel, str(part.total), part.group, part.station)


def _continues(part: Sentence, last: Sentence) -> bool:
    """Return whether `part` may be of the same message as `last`, its number aside for part 1."""
    same_talk = (
        part.talker == last.talker
        and part.sequence == last.sequence
        and part.total == last.total
        and part.channel == last.channel
        and (not part.group or not last.group or part.group == last.group)
        and (not part.station or not last.station or part.station == last.station)
    )
    near = (
        part.stamp_ms is None
        or last.stamp_ms is None
        or abs(part.stamp_ms - last.stamp_ms) <= MAX_STAMPS_APART_MS
    )
    return same_talk and (part.number == 1 or (near and part.number == last.number + 1))


class _Log:
    """The state of one pass through a log."""

    def __init__(self, builder: BatchBuilder, tally: Tally, start_at: datetime | None) -> None:
        self._builder = builder
        self._tally = tally
        self._reader = LineReader(tally)
        self._assembler = _Assembler(tally)
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
            parts: list[Sentence] | None = [sentence]
            if sentence.total > 1:
                parts = self._assembler.join(sentence, self._place)
            if parts is None:
                return
            if len(parts) > 1:
                self._tally.ignored["fragment"] += len(parts) - 1
            message = message_of("".join(part.payload for part in parts), parts[-1].fill)
        except BadPayload as bad:
            self._tally.reject(bad.reason, line.strip())
            return
        stamps = (part.stamp_ms for part in parts)
        self._date(message, next((s for s in stamps if s is not None), None))

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
