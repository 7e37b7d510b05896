"""Lines of raw NMEA: what surrounds a sentence (tag block, stamps, wrapper) and the sentence.

Knows framing only; what a payload says is decided in `payload`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import reduce
from operator import xor
from typing import NamedTuple, TypeAlias

from monitor.domain.tally import Tally
from monitor.domain.window import to_ms
from monitor.errors import BadPayload
from monitor.sources.ais.clean import plausible_ms

MAX_LINE = 65_536
"""Longest line taken as one, bytes: no AIS line comes near it, and memory stays bounded."""
MAX_STAMPS_APART_MS = 30_000
"""Longest time between two parts of one message; farther apart they are not of one message."""
Talk: TypeAlias = tuple[str, str, str, int]
"""Talker, sequence number, channel and count of parts: the same in all parts of a message."""
_SENTENCE = re.compile(
    r"[!$](([A-Z-][A-Z0-9-]VD[MO]),([1-9]),([1-9]),([0-9]?),([^,*]{0,2}),([0-W`-w]*),([0-5]))"
    r"\*([0-9A-Fa-f]{2})"
)
_GLUED = re.compile(r"(?<=\*[0-9A-Fa-f]{2})(?=!..VD[MO],)")
_AIS_HINT = re.compile(r"[!$]..VD[MO],")
_OTHER = re.compile(r"^[^!$]*[!$][A-Z][A-Z0-9]{1,7},")
_WRAPPER = re.compile(r"\$(PGHP,1,(\d+),(\d+),(\d+),(\d+),(\d+),(\d+),(\d+),[^*]*)\*([0-9A-F]{2})")
_TAG_BLOCK = re.compile(r"\\([^\\]*)\\")
_PREFIX = re.compile(r"\s*(\d{10,19}(?:\.\d+)?)[\s,;:]")
_STAMP = re.compile(r"(?:\d{10}(?:\.\d+)?|\d{13}|\d{16}|\d{19})")


class Sentence(NamedTuple):
    """One AIVDM or AIVDO sentence whose checksum is right."""

    talker: str
    total: int
    number: int
    sequence: str
    channel: str
    payload: str
    fill: int
    stamp_ms: int | None
    """When it was received, as the line says; None where it does not."""
    group: str = ""
    """Tag-block group id, empty if none."""
    station: str = ""
    """Tag-block source, empty if none."""


def glued_pieces(line: str) -> list[str]:
    """Return the lines in a line: a lost line end glues sentences together."""
    return _GLUED.split(line) if line.count("!") > 1 else [line]


def stamp_ms(text: str) -> int | None:
    """Read a receive stamp in s, ms, µs or ns since the epoch, told apart by its digits."""
    if not _STAMP.fullmatch(text):
        return None
    whole, _, fraction = text.partition(".")
    scaled = int((whole + (fraction + "000")[:3]) if len(whole) == 10 else whole[:13])
    return plausible_ms(scaled)


class LineReader:
    """Reads one line after another; remembers the stamp of a wrapper for the next sentence."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._carried_ms: int | None = None

    def sentence(self, line: str) -> Sentence | None:
        """Return the AIS sentence of a line; None where it holds none (counted as ignored).

        Raises:
            BadPayload: The line is damaged.
        """
        found = None if line.startswith("#") else _SENTENCE.search(line)
        if found is None:
            self._ignore(line)
            return None
        body, talker, total, number, sequence, channel, payload, fill, check = found.groups()
        if _checksum(body) != int(check, 16):
            raise BadPayload("bad_checksum")
        stamp, group, station = self._surroundings(line[: found.start()], line[found.end() :])
        carried = self.take_carried()
        stamp = carried if stamp is None else stamp
        if int(number) > int(total) or (number < total and fill != "0"):
            raise BadPayload("malformed_sentence")
        return Sentence(
            talker,
            int(total),
            int(number),
            sequence,
            channel,
            payload,
            int(fill),
            stamp,
            group,
            station,
        )

    @property
    def carries(self) -> bool:
        """Whether the next sentence is to get a stamp from a line of its own before it."""
        return self._carried_ms is not None

    def take_carried(self) -> int | None:
        """Return the stamp a line of its own gave to the next sentence, once."""
        carried, self._carried_ms = self._carried_ms, None
        return carried

    def _ignore(self, line: str) -> None:
        text = line.strip()
        wrapper = _WRAPPER.search(text)
        if wrapper:
            self._carried_ms = _wrapper_ms(wrapper)
            self._tally.ignored["wrapper"] += 1
        elif not text or text.startswith(("#", "//")):
            self._tally.ignored["comment" if text else "blank"] += 1
        elif _AIS_HINT.search(text):
            raise BadPayload("malformed_sentence")
        elif text.startswith("\\") and text.endswith("\\"):
            # A tag block on a line of its own speaks of the sentence that follows.
            stamp, _, _ = self._surroundings(text, "")
            self._carried_ms = stamp if stamp is not None else self._carried_ms
            self._tally.ignored["tag_block"] += 1
        elif _OTHER.match(text):
            self._tally.ignored["other_nmea"] += 1
        else:
            raise BadPayload("unreadable_line")

    @staticmethod
    def _surroundings(head: str, tail: str) -> tuple[int | None, str, str]:
        """Return (stamp, group, station) out of what stands before and after a sentence."""
        if not head and not tail.strip():
            return None, "", ""
        stamp, group, station = None, "", ""
        for block in _TAG_BLOCK.findall(head):
            content, star, check = block.rpartition("*")
            if not star or check.upper() != f"{_checksum(content):02X}":
                # A damaged block may hold a wrong time, and a wrong time is a false position.
                raise BadPayload("bad_tag_block")
            for field in content.split(","):
                code, _, value = field.partition(":")
                if code == "c":
                    stamp = stamp_ms(value)
                elif code == "g":
                    group = value.rpartition("-")[2]
                elif code == "s":
                    station = value
        prefix = _PREFIX.match(head)
        if stamp is None and prefix:
            stamp = stamp_ms(prefix[1])
        if stamp is None:
            stamps = (stamp_ms(field.strip()) for field in tail.split(",")[1:])
            stamp = next((s for s in stamps if s is not None), None)
        return stamp, group, station


def _checksum(body: str) -> int:
    return reduce(xor, body.encode("latin-1", "replace"), 0)


def _wrapper_ms(wrapper: re.Match[str]) -> int | None:
    """Read the time of a `$PGHP` line: year to millisecond, UTC, of the sentence after it."""
    body, *fields, check = wrapper.groups()
    if _checksum(body) != int(check, 16):
        raise BadPayload("bad_checksum")
    year, month, day, hour, minute, second, millis = (int(f) for f in fields)
    try:
        at = datetime(year, month, day, hour, minute, second, millis * 1000, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return plausible_ms(to_ms(at))
