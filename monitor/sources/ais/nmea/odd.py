"""The lines of a block that have no usual form, and the parts of longer messages, in their order.

Each is read alone, by the reader for single lines; what they give joins the block's columns.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.domain.tally import Tally
from monitor.errors import BadPayload
from monitor.sources.ais.nmea.armour import Ints, Payloads
from monitor.sources.ais.nmea.by_line import Assembler, WholeMessage
from monitor.sources.ais.nmea.marks import NO_TIME
from monitor.sources.ais.nmea.part_columns import PairOf
from monitor.sources.ais.nmea.payload import PAYLOAD_BITS, message_of
from monitor.sources.ais.nmea.payload_columns import Decoded, Messages
from monitor.sources.ais.nmea.scan import OddLine, Scan
from monitor.sources.ais.nmea.sentences import LineReader, Sentence

_VOYAGE = 5
_LEAST, _MOST = PAYLOAD_BITS[_VOYAGE]


class OddLines:
    """Reads odd lines one at a time; remembers open messages and stamps from block to block."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._reader = LineReader(tally)
        self._assembler = Assembler(tally)

    def read(self, scan: Scan, *, first_place: int) -> Messages:
        """Return all messages of a block, with their places in the log."""
        stamp_ms = scan.messages.stamp_ms.copy()
        decoded, place, stamps = Decoded(), [], []
        voyages: list[tuple[int, str]] = []
        before = -1
        for line in scan.odd:
            if isinstance(line[2], PairOf):
                self._assembler.pass_by(line[2].talk, first_place + line[0])
                continue
            self._hand_over(scan.messages.place, stamp_ms, before, line[0])
            before = line[0]
            try:
                whole = self._whole(line, first_place)
                if whole is None:
                    continue
                if _is_voyage(whole):
                    voyages.append((line[0], whole.payload))
                else:
                    message = message_of(whole.payload, whole.fill, parts=whole.parts)
                    decoded.add_message(line[0], message)
            except BadPayload as bad:
                self._tally.reject(bad.reason, line[1].strip())
                continue
            place.append(line[0])
            stamps.append(NO_TIME if whole.stamp_ms is None else whole.stamp_ms)
        self._hand_over(scan.messages.place, stamp_ms, before, scan.lines)
        if voyages:
            chars = np.frombuffer("".join(p for _, p in voyages).encode("ascii"), np.uint8)
            payloads = Payloads(chars.reshape(len(voyages), -1))
            decoded.add(_VOYAGE, payloads, np.array([at for at, _ in voyages]))
        usual = replace(scan.messages, stamp_ms=stamp_ms)
        return usual.with_others(decoded.messages(place, stamps), first_place=first_place)

    def finish(self) -> None:
        """Give up messages of which parts are still missing."""
        self._assembler.finish()

    def _whole(self, line: OddLine, first_place: int) -> WholeMessage | None:
        place, text, sentence = line
        if not isinstance(sentence, Sentence):
            sentence = self._reader.sentence(text)
        elif self._reader.carries:
            carried = self._reader.take_carried()
            if sentence.stamp_ms is None:
                sentence = sentence._replace(stamp_ms=carried)
        return None if sentence is None else self._assembler.whole(sentence, first_place + place)

    def _hand_over(self, places: Ints, stamp_ms: Ints, after: int, before: int) -> None:
        """Give a stamp from a line of its own to the first sentence between two odd lines."""
        if not self._reader.carries:
            return
        first = int(np.searchsorted(places, after, "right"))
        if first < len(places) and places[first] < before:
            carried = self._reader.take_carried()
            if stamp_ms[first] == NO_TIME and carried is not None:
                stamp_ms[first] = carried


def _is_voyage(whole: WholeMessage) -> bool:
    """Return whether a message is of type 5 and whole; such are read by column after all."""
    bits = 6 * len(whole.payload) - whole.fill
    return whole.payload.startswith("5") and _LEAST <= bits <= _MOST
