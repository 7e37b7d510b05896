"""Lines as receivers send them, one after another: NMEA, and the JSON of AIS-catcher and gpsd.

Lines come cut anywhere (TCP), several at once (UDP) or glued together. A line without a stamp is
dated by its arrival, and moved to the transponder's own second. Each sender's half-said messages
are kept apart.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Iterator

from monitor.domain.tally import Tally
from monitor.errors import BadPayload
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.nmea.payload import message_of
from monitor.sources.ais.nmea.sentences import LineReader, Sentence
from monitor.sources.ais.streams.live import Frame, keep
from monitor.sources.ais.streams.receiver_json import read_object

MAX_LINE = 8_192
"""Longest line taken, characters. NMEA allows 82; a message in the JSON of a receiver, with all
its sentences and the decoder's own remarks, stays under 2,000."""
MAX_SENDERS = 64
"""Senders told apart on one socket; beyond, the one not heard for longest is forgotten."""
MAX_OPEN = 64
"""Messages of one sender of which parts are awaited; beyond, the oldest is given up."""
MAX_APART_MS = 10_000
"""Longest wait for the next part of a message. A message of five slots takes 0.13 s on the air;
the rest is for relays that queue. Sequence numbers repeat, so longer would join strangers."""
_LINE_ENDS = re.compile(r"[\r\n]+")
_GLUED = re.compile(r"(?<=\*[0-9A-Fa-f]{2})(?=[!$]..VD[MO],|\\[a-z]:|\$PGHP,|\{\")")


class LiveLines:
    """Reads lines as they come and puts their rows into a builder."""

    def __init__(self, builder: BatchBuilder, tally: Tally, *, cut_anywhere: bool) -> None:
        """Take no lines yet.

        Args:
            builder: Takes the rows.
            tally: Counts every line.
            cut_anywhere: Whether a frame may end inside a line, which the next one goes on with.
        """
        self._builder, self._tally, self._cut_anywhere = builder, tally, cut_anywhere
        self._senders: OrderedDict[str, _Sender] = OrderedDict()

    def read(self, frame: Frame, now_ms: int) -> int:
        """Read a frame; return how many whole lines it ended."""
        sender = self._sender(frame.sender)
        lines = 0
        for line in sender.lines(frame.data.decode("latin-1"), self._cut_anywhere):
            for piece in _GLUED.split(line):
                lines += 1
                self._read(piece, sender, now_ms)
        return lines

    def finish(self) -> None:
        """Count the lines and messages left half said."""
        while self._senders:
            self._senders.popitem()[1].finish()

    def _sender(self, name: str) -> _Sender:
        if name not in self._senders:
            self._senders[name] = _Sender(self._tally)
            if len(self._senders) > MAX_SENDERS:
                self._senders.popitem(last=False)[1].finish()
        self._senders.move_to_end(name)
        return self._senders[name]

    def _read(self, line: str, sender: _Sender, now_ms: int) -> None:
        self._tally.read += 1
        try:
            if line.lstrip().startswith("{"):
                message, stamp_ms = read_object(line)
            else:
                sentence = sender.reader.sentence(line)
                parts = None if sentence is None else sender.parts(sentence, now_ms)
                if parts is None:
                    return
                if len(parts) > 1:
                    self._tally.ignored["fragment"] += len(parts) - 1
                payload = "".join(part.payload for part in parts)
                message = message_of(payload, parts[-1].fill, parts=len(parts))
                stamp_ms = next((p.stamp_ms for p in parts if p.stamp_ms is not None), None)
            keep(
                message,
                builder=self._builder,
                tally=self._tally,
                stamp_ms=stamp_ms,
                now_ms=now_ms,
            )
        except BadPayload as bad:
            self._tally.reject(bad.reason, line.strip())


class _Sender:
    """What one sender has left half said."""

    def __init__(self, tally: Tally) -> None:
        self.reader = LineReader(tally)
        self._tally = tally
        self._rest = ""
        self._overlong = False
        self._open: deque[tuple[int, list[Sentence]]] = deque()

    def lines(self, text: str, cut_anywhere: bool) -> Iterator[str]:
        """Yield the lines that `text` ends; the last one too, unless it may go on."""
        *ended, rest = _LINE_ENDS.split(self._rest + text)
        if not cut_anywhere:
            ended, rest = [*ended, rest], ""
        for line in ended:
            if self._overlong or len(line) > MAX_LINE:
                self._tally.read += 1
                self._tally.reject("overlong_line", line)
                self._overlong = False
            elif line.strip():
                yield line
        if len(rest) > MAX_LINE:
            # Its end will be told by the next line end; till then it takes no room.
            self._overlong, rest = True, ""
        self._rest = rest

    def parts(self, part: Sentence, now_ms: int) -> list[Sentence] | None:
        """Return all parts of a message once the last is there, None before.

        Raises:
            BadPayload: The part continues nothing we have.
        """
        if part.total == 1:
            return [part]
        while self._open and not 0 <= now_ms - self._open[0][0] <= MAX_APART_MS:
            self._give_up(0)
        # Of messages that look alike the one begun last is the likeliest to go on.
        like = [i for i, (_, held) in enumerate(self._open) if _same_talk(part, held[-1])][::-1]
        if part.number == 1:
            for i in like:
                self._give_up(i)
            if len(self._open) >= MAX_OPEN:
                self._give_up(0)
            self._open.append((now_ms, [part]))
            return None
        at = next((i for i in like if self._open[i][1][-1].number + 1 == part.number), None)
        if at is None:
            raise BadPayload("missing_part")
        held = self._open[at][1]
        held.append(part)
        if part.number < part.total:
            return None
        del self._open[at]
        return held

    def finish(self) -> None:
        """Give up what is still open."""
        if self._rest.strip() or self._overlong:
            self._tally.read += 1
            self._tally.reject("cut_off", self._rest)
        self._rest, self._overlong = "", False
        while self._open:
            self._give_up(0)

    def _give_up(self, at: int) -> None:
        held = self._open[at][1]
        del self._open[at]
        self._tally.reject("missing_part", held[0].payload, len(held))


def _same_talk(part: Sentence, last: Sentence) -> bool:
    """Return whether two parts may be of one message; groups and stations count if both say."""
    return (
        (part.talker, part.sequence, part.total, part.channel)
        == (last.talker, last.sequence, last.total, last.channel)
        and (not part.group or not last.group or part.group == last.group)
        and (not part.station or not last.station or part.station == last.station)
    )
