"""Receive stamps before and behind the sentences of a block: the fast twin of `sentences`' own."""

from __future__ import annotations

import numpy as np

from monitor.sources.ais.nmea.armour import Ints
from monitor.sources.ais.nmea.marks import NO_TIME, Flags, Marks


def stamps_of(marks: Marks, bang: Ints, star: Ints, line: Ints) -> tuple[Ints, Flags]:
    """Read what stands round sentences that are alone on their lines.

    Returns:
        The stamp of each, `NO_TIME` where there is none, and whether all that stands there is
        understood: nothing, one tag block or one stamp before, or fields behind.
    """
    stamp = np.full(len(line), NO_TIME)
    start, first = marks.place_of(bang), marks.line_start[line]
    head, tail = start - first, marks.line_end[line] - star - 3
    clear = (head == 0) & (tail == 0)
    before = np.flatnonzero((head > 0) & (tail == 0))
    tagged = marks.at(first[before]) == ord("\\")
    for which, read in ((before[tagged], _tag_blocks), (before[~tagged], _prefixes)):
        if len(which):
            stamp[which], clear[which] = read(marks, bang[which], line[which])
    behind = np.flatnonzero((head == 0) & (tail > 0))
    if len(behind):
        stamp[behind], clear[behind] = _suffixes(marks, star[behind], bang[behind], line[behind])
    return stamp, clear


def _prefixes(marks: Marks, bang: Ints, line: Ints) -> tuple[Ints, Flags]:
    """Read stamps followed by one separator and the sentence."""
    first, end = marks.line_start[line], marks.place_of(bang) - 1
    stamp = marks.stamp_ms(first, end - first)
    return stamp, (stamp != NO_TIME) & np.isin(marks.at(end), list(b" \t,;:"))


def _tag_blocks(marks: Marks, bang: Ints, line: Ints) -> tuple[Ints, Flags]:
    """Read tag blocks with a right checksum, one to a line, with at most one time."""
    opening = np.concatenate([[0], marks.newline + 1])[line]
    star = marks.place_of(bang) - 4
    clear = (marks.kind_of(bang - 1) == ord("\\")) & (bang - opening >= 3)
    clear &= marks.kind_of(np.maximum(bang - 2, 0)) == ord("*")
    clear &= (marks.place_of(opening) == marks.line_start[line]) & (
        marks.place_of(np.maximum(bang - 2, 0)) == star
    )
    right = marks.hexadecimal(star + 1)
    clear &= marks.checksum(marks.line_start[line] + 1, np.maximum(star, 1)) == right
    odd = np.concatenate([[0], np.cumsum(marks.are(b"\\*$"))])
    clear &= odd[np.maximum(bang - 2, 0)] == odd[opening + 1]  # none between the outer ones
    times = np.flatnonzero(marks.are(b",\\"))
    spot = marks.place_of(times)
    size = marks.line_end[-1]
    times = times[(marks.at(np.minimum(spot + 1, size)) == ord("c"))
                  & (marks.at(np.minimum(spot + 2, size)) == ord(":"))]  # fmt: skip
    lowest, beyond = np.searchsorted(times, opening), np.searchsorted(times, bang - 2)
    clear &= beyond - lowest <= 1
    stamp = np.full(len(line), NO_TIME)
    one = np.flatnonzero(clear & (beyond - lowest == 1))
    mark = times[lowest[one]]
    value, end = marks.place_of(mark) + 3, marks.place_of(mark + 1)
    stamp[one] = marks.stamp_ms(value, end - value)
    clear[one] &= (stamp[one] != NO_TIME) & np.isin(marks.kind_of(mark + 1), list(b",*"))
    return stamp, clear


def _suffixes(marks: Marks, star: Ints, bang: Ints, line: Ints) -> tuple[Ints, Flags]:
    """Read fields behind sentences; the first that is a stamp counts."""
    lowest, beyond = bang + 8, marks.newline[line]
    clear = (marks.place_of(lowest) == star + 3) & (marks.kind_of(lowest) == ord(","))
    blank = np.concatenate([[0], np.cumsum(marks.are(bytes((*range(33), *range(127, 256)))))])
    clear &= blank[beyond] == blank[np.minimum(lowest, beyond)]
    commas = np.flatnonzero(marks.are(b","))
    # A point as the eleventh character of a field: perhaps seconds with decimals. Left to others.
    ends = commas + 1
    apart = marks.place_of(ends) - marks.place_of(commas)
    points = commas[(marks.kind_of(ends) == ord(".")) & (apart == 11)]
    clear &= np.searchsorted(points, lowest) == np.searchsorted(points, beyond)
    fields = commas[np.isin(apart, (11, 14, 17, 20)) & np.isin(marks.kind_of(ends), list(b",\n"))]
    value = marks.place_of(fields) + 1
    ms = marks.stamp_ms(value, marks.place_of(fields + 1) - value)
    fields, ms = fields[ms != NO_TIME], ms[ms != NO_TIME]
    first = np.searchsorted(fields, lowest)
    told = np.flatnonzero(first < np.searchsorted(fields, beyond))
    stamp = np.full(len(line), NO_TIME)
    stamp[told] = ms[first[told]]
    return stamp, clear
