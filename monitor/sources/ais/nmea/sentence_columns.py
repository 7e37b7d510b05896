"""The sentences of a block, all at once: the fast twin of what `sentences` finds in one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.sources.ais.nmea.armour import Bytes, Ints
from monitor.sources.ais.nmea.marks import Flags, Marks
from monitor.sources.ais.nmea.sentences import MAX_LINE


@dataclass(frozen=True, slots=True)
class Sentences:
    """Where the pieces of sentences stand; every field has shape (n,)."""

    line: Ints
    bang: Ints
    """Which mark of the block is the `!`."""
    start: Ints
    """Where the `!` stands."""
    payload: Ints
    """Where the payload starts."""
    chars: Ints
    """Its length."""
    fill: Ints
    star: Ints
    """Where the `*` before the checksum stands."""

    def take(self, index: Ints | Flags) -> Sentences:
        """Return the chosen ones."""
        return Sentences(*(getattr(self, name)[index] for name in self.__slots__))


def find_sentences(marks: Marks, bangs: tuple[Ints, Ints, Ints]) -> Sentences:
    """Find the sentences with a right checksum on lines with one `!`."""
    bang, line, count = bangs
    alone = (count[line] == 1) & marks.kinds(bang, b"!,,,,,,*")
    bang, line = bang[alone], line[alone]
    d = marks.places(bang)
    whole = np.ones(len(bang), np.bool_)
    # Between two marks stand only characters of the armour: that is what a mark is.
    for k, span in ((1, (6, 6)), (2, (2, 2)), (3, (2, 2)), (4, (1, 2)), (5, (1, 3)), (7, (2, 2))):
        apart = d[k] - d[k - 1]
        whole &= (apart >= span[0]) & (apart <= span[1])
    bang, line, d = bang[whole], line[whole], [p[whole] for p in d]
    at, start, star = marks.at, d[0], d[7]
    total, number, fill = at(start + 7), at(start + 9), at(star - 1)
    talker = (at(start + 1) - 65 < 26) & (is_digit(at(start + 2)) | (at(start + 2) - 65 < 26))
    sort = (at(start + 3) == ord("V")) & (at(start + 4) == ord("D"))
    sort &= (at(start + 5) == ord("M")) | (at(start + 5) == ord("O"))
    counts = (total - 49 < 9) & (number - 49 < 9) & (number <= total) & (fill - 48 < 6)
    counts &= (number == total) | (fill == 48)
    numbered = (d[4] - d[3] == 1) | is_digit(at(d[3] + 1))
    right = marks.checksum(start + 1, star) == marks.hexadecimal(star + 1)
    good = talker & sort & counts & numbered & right
    good &= marks.line_end[line] - marks.line_start[line] < MAX_LINE
    found = Sentences(
        line, bang, start, d[5] + 1, d[6] - d[5] - 1, fill.astype(np.int64) - 48, star
    )
    return found.take(good)


def is_digit(char: Bytes) -> Flags:
    """Return which characters are decimal digits."""
    return char - 48 < 10  # unsigned: what lies below wraps round
