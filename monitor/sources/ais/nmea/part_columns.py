"""Messages in two sentences on two lines, all at once, and other parts one by one.

Two parts that follow one another are of one message whatever is open from before: the first part
closes that. So they can be joined without knowing it, and `PairOf` tells what they close.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from monitor.sources.ais.nmea.armour import Bytes, Ints
from monitor.sources.ais.nmea.marks import NO_TIME, Flags, Marks
from monitor.sources.ais.nmea.sentence_columns import Sentences
from monitor.sources.ais.nmea.sentences import MAX_STAMPS_APART_MS, Sentence, Talk

_HEADER = 16
"""Bytes from the talker to the payload at most: `AIVDM,2,1,9,AB,`."""
_NUMBER = 8
"""Where the number of the part stands in it."""


class PairOf(NamedTuple):
    """Where two parts of one message were joined: the message is read, its talk is closed."""

    talk: Talk


def first_of_pairs(marks: Marks, found: Sentences, stamp_ms: Ints, part: Flags) -> Ints:
    """Return which sentences are part 1 of 2 with part 2 on the next line, nothing unusual."""
    first = np.flatnonzero(part[:-1] & part[1:])
    second = first + 1
    near = found.line[second] - found.line[first] == 1
    near &= found.chars[first] > 0
    stamps, later = stamp_ms[first], stamp_ms[second]
    near &= (stamps == NO_TIME) == (later == NO_TIME)
    near &= np.abs(later - stamps) <= MAX_STAMPS_APART_MS
    first, second = first[near], second[near]
    headers = [marks.window(found.start[k] + 1, _HEADER) for k in (first, second)]
    size = found.payload[first] - found.start[first] - 1
    same = (headers[0] == headers[1]) | (np.arange(_HEADER) >= size[:, None])
    same[:, _NUMBER] = (headers[0][:, _NUMBER] == ord("1")) & (headers[1][:, _NUMBER] == ord("2"))
    same[:, _NUMBER - 2] &= headers[0][:, _NUMBER - 2] == ord("2")
    same_size = found.payload[second] - found.start[second] - 1 == size
    pairs: Ints = first[same.all(axis=1) & same_size]
    return pairs


def joined(marks: Marks, found: Sentences, first: Ints, width: int) -> Bytes:
    """Return the payloads of pairs, shape (n, width), from the first of each."""
    column = np.arange(width)
    chars = found.chars[first][:, None]
    place = np.where(
        column < chars,
        found.payload[first][:, None] + column,
        found.payload[first + 1][:, None] + column - chars,
    )
    return marks.at(place)


def talks(marks: Marks, found: Sentences, which: Ints) -> list[PairOf]:
    """Return the talks of sentences that are parts of two."""
    block = marks.block
    spots = zip(found.start[which].tolist(), found.payload[which].tolist(), strict=True)
    heads = (block[start + 1 : payload - 1].decode("ascii").split(",") for start, payload in spots)
    return [PairOf((talker, sequence, channel, 2)) for talker, _, _, sequence, channel in heads]


def parts(marks: Marks, found: Sentences, stamp_ms: Ints) -> list[Sentence]:
    """Return sentences one by one."""
    block = marks.block
    spots = zip(found.start.tolist(), found.star.tolist(), stamp_ms.tolist(), strict=True)
    read = []
    for start, star, ms in spots:
        fields = block[start + 1 : star].decode("ascii").split(",")
        talker, total, number, sequence, channel, payload, fill = fields
        stamp = None if ms == NO_TIME else ms
        read.append(
            Sentence(talker, int(total), int(number), sequence, channel, payload, int(fill), stamp)
        )
    return read
