"""A block of raw log lines at once: framing, checksums, stamps and payloads as columns.

A pure function of the block, so that blocks can be read side by side. It takes a line only if
every part of it has one of the usual forms and every checksum is right, and then says of it
exactly what `sentences` and `payload` say; every other line is handed back as it is, to be read
by those, one at a time. It never rejects anything itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

import numpy as np

from monitor.sources.ais.nmea.armour import ARMOUR, Ints, Payloads
from monitor.sources.ais.nmea.marks import Flags, Marks
from monitor.sources.ais.nmea.part_columns import PairOf, first_of_pairs, joined, parts, talks
from monitor.sources.ais.nmea.payload import PAYLOAD_BITS, unused_kind
from monitor.sources.ais.nmea.payload_columns import Decoded, Messages
from monitor.sources.ais.nmea.sentence_columns import Sentences, find_sentences, is_digit
from monitor.sources.ais.nmea.sentences import MAX_LINE, Sentence, glued_pieces
from monitor.sources.ais.nmea.stamp_columns import stamps_of

_VDM, _PGHP = np.frombuffer(b"VDM", np.uint8), np.frombuffer(b"PGHP", np.uint8)
_LEAST_BITS = np.array([PAYLOAD_BITS.get(kind, (0, 0))[0] for kind in range(64)])
_MOST_BITS = np.array([PAYLOAD_BITS.get(kind, (0, 10**6))[1] for kind in range(64)])
_WIDTHS = {(1, 2, 3): 24, (4, 11): 13, (18,): 24, (27,): 16, (19,): 51, (5,): 71, (24,): 27}
"""Characters of a payload that are looked at, by the types of one layout."""
_IN_PAIRS = np.array([kind == 5 or kind not in PAYLOAD_BITS for kind in range(64)])
"""Types read from two sentences; those of one layout with others fit into one."""

OddLine: TypeAlias = tuple[int, str, Sentence | PairOf | None]
"""A line to be looked at in order: its place, its text, and what it holds if that is known: a part
of a message, or the end of a message that is read but closes others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What one block of lines gave. Places count its lines from 0, in order."""

    lines: int
    """Lines in the block; one that holds several glued sentences counts as so many."""
    messages: Messages
    """What is read; `ignored` counts lines without a message too."""
    odd: list[OddLine]
    """The other lines, by place."""


def scan_block(block: bytes) -> Scan:
    """Read whole lines, each ended by a line feed (the last one may lack it)."""
    marks = Marks(block)
    bangs = marks.counted("!")
    found = find_sentences(marks, bangs)
    stamp_ms, clear = stamps_of(marks, found.bang, found.star, found.line)
    kind = ARMOUR[marks.at(found.payload)].astype(np.int64)
    single = marks.at(found.start + 7) == ord("1")
    whole = clear & single & _is_read(marks, found, kind)
    # A tag block may hold what keeps the parts of different messages apart.
    part = clear & ~single & (marks.at(marks.line_start[found.line]) != ord("\\"))
    odd = np.ones(marks.lines, np.bool_)
    odd[found.line[whole | part]] = False
    other = odd & _is_other(marks, bangs[2])
    blank = marks.line_end == marks.line_start
    odd &= ~other & ~blank
    pieces = _pieces(marks, odd, bangs[2])
    line_place = _places(marks, pieces)

    first = first_of_pairs(marks, found, stamp_ms, part)
    first = first[_is_read_in_pairs(found, first, kind[first])]
    part[first] = part[first + 1] = False
    place, ends = line_place[found.line], np.concatenate([np.flatnonzero(whole), first + 1])
    decoded = Decoded(_counted(other_nmea=other, blank=blank))
    _add_single(decoded, marks, found.take(whole), kind[whole], place[whole])
    _add_pairs(decoded, marks, found, first, kind[first], place[first + 1])
    order = np.argsort(ends, kind="stable")
    stamp_of_ends = np.concatenate([stamp_ms[whole], stamp_ms[first]])
    odd_lines = _odd_lines(marks, odd, line_place, pieces)
    known = parts(marks, found.take(part), stamp_ms[part])
    odd_lines += zip(place[part].tolist(), marks.texts(found.line[part]), known, strict=True)
    closed = talks(marks, found, first)
    odd_lines += (
        (at, "", talk) for at, talk in zip(place[first + 1].tolist(), closed, strict=True)
    )
    return Scan(
        lines=marks.lines + sum(len(texts) - 1 for texts in pieces.values()),
        messages=decoded.messages(place[ends[order]], stamp_of_ends[order]),
        odd=sorted(odd_lines, key=itemgetter(0)),
    )


def _is_read(marks: Marks, found: Sentences, kind: Ints) -> Flags:
    """Return which payloads, each taken as a whole message, are read here."""
    bits = 6 * found.chars - found.fill
    good = (found.chars > 0) & (kind >= 1) & (kind <= 27)
    good &= (bits >= _LEAST_BITS[kind & 63]) & (bits <= _MOST_BITS[kind & 63])
    # Part A or B of type 24: bits 38 and 39, in the middle of the seventh character.
    part = ARMOUR[marks.at(found.payload + 6)] >> 2 & 3
    good &= (kind != 24) | (part == 0) | ((part == 1) & (bits >= 162))
    return np.asarray(good)


def _is_read_in_pairs(found: Sentences, first: Ints, kind: Ints) -> Flags:
    bits = 6 * (found.chars[first] + found.chars[first + 1]) - found.fill[first + 1]
    good = (kind >= 1) & (kind <= 27) & _IN_PAIRS[kind & 63]
    good &= (bits >= _LEAST_BITS[kind & 63]) & (bits <= _MOST_BITS[kind & 63])
    return np.asarray(good)


def _add_single(decoded: Decoded, marks: Marks, found: Sentences, kind: Ints, place: Ints) -> None:
    for kinds, width in _WIDTHS.items():
        which = np.flatnonzero(np.isin(kind, kinds))
        if len(which):
            chars = marks.window(found.payload[which], width)
            decoded.add(kinds[0], Payloads(chars), place[which])
    _count_unused(decoded, kind)


def _add_pairs(
    decoded: Decoded, marks: Marks, found: Sentences, first: Ints, kind: Ints, place: Ints
) -> None:
    if not len(first):
        return
    voyage = kind == 5
    if voyage.any():
        chars = joined(marks, found, first[voyage], _WIDTHS[(5,)])
        decoded.add(5, Payloads(chars), place[voyage])
    _count_unused(decoded, kind)
    decoded.ignored["fragment"] += len(first)


def _count_unused(decoded: Decoded, kind: Ints) -> None:
    for number, count in enumerate(np.bincount(kind, minlength=64).tolist()):
        if count and number not in PAYLOAD_BITS:
            decoded.ignored[unused_kind(number)] += count


def _is_other(marks: Marks, bangs: Ints) -> Flags:
    """Return which lines are sentences of other kinds: `$GPRMC,` and the like, and nothing else."""
    lines = np.zeros(marks.lines, np.bool_)
    dollar, line, count = marks.counted("$")
    start = marks.place_of(dollar)
    alone = (start == marks.line_start[line]) & (bangs[line] == 0) & (count[line] == 1)
    alone &= marks.line_end[line] - start < MAX_LINE
    start, line = start[alone], line[alone]
    head = marks.window(start, 11)
    upper = head - 65 < 26
    run = np.logical_and.accumulate((upper | is_digit(head))[:, 1:], axis=1).sum(axis=1)
    named = upper[:, 1] & (run >= 2) & (run <= 8)
    named &= np.take_along_axis(head, np.minimum(run + 1, 10)[:, None], 1)[:, 0] == ord(",")
    ais = (head[:, 3:5] == _VDM[:2]).all(axis=1) & np.isin(head[:, 5], (ord("M"), ord("O")))
    wrapper = (head[:, 1:5] == _PGHP).all(axis=1)
    lines[line[named & ~ais & ~wrapper]] = True
    return lines


def _counted(**lines: Flags) -> Counter[str]:
    return Counter({name: int(n) for name, f in lines.items() if (n := np.count_nonzero(f))})


def _pieces(marks: Marks, odd: Flags, bangs: Ints) -> dict[int, list[str]]:
    """Return the pieces of lines that hold more than one sentence or are too long, by line."""
    several = odd & ((bangs > 1) | (marks.line_end - marks.line_start >= MAX_LINE))
    split = {}
    for line in np.flatnonzero(several).tolist():
        text = marks.text(line, with_end=True)
        cut = [text[i : i + MAX_LINE] for i in range(0, len(text), MAX_LINE)]
        split[line] = [piece for part in cut for piece in glued_pieces(part)]
    return split


def _places(marks: Marks, pieces: dict[int, list[str]]) -> Ints:
    """Return the place of each line; a line in pieces takes up as many."""
    taken = np.ones(marks.lines + 1, np.int64)
    taken[0] = 0
    for line, texts in pieces.items():
        taken[line + 1] = len(texts)
    return np.cumsum(taken)[:-1]


def _odd_lines(
    marks: Marks, odd: Flags, place: Ints, pieces: dict[int, list[str]]
) -> list[OddLine]:
    lines = np.flatnonzero(odd)
    read: list[OddLine] = []
    spots = zip(lines.tolist(), place[lines].tolist(), marks.texts(lines), strict=True)
    for line, at, text in spots:
        texts = pieces.get(line) or (text,)
        read.extend((at + k, piece, None) for k, piece in enumerate(texts))
    return read
