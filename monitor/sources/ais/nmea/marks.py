"""Where things stand in a block of lines: marks, line ends, checksums, stamps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.sources.ais.clean import FIRST_MS, LAST_MS
from monitor.sources.ais.nmea.armour import ARMOUR, Bytes, Ints

Flags = npt.NDArray[np.bool_]
NO_TIME = -1
"""Where a line has no stamp or a station no time: no receiver lived before 1970."""
_MARGIN = 80
"""Bytes behind a block, so that a look beyond its end finds something: more than any payload."""
_IS_MARK = (ARMOUR == 255).tobytes()
_BEHIND = np.array([(1 << 64) - (1 << 8 * n) for n in range(1, 9)], np.uint64)
"""Masks of the bytes of a little-endian word behind its first, second, … and last."""
_HEX = np.full(256, 255, np.uint8)
for _digits, _first in ((b"0123456789", 0), (b"ABCDEF", 10), (b"abcdef", 10)):
    _HEX[list(_digits)] = np.arange(_first, _first + len(_digits))
_LONGEST_STAMP = 30
_POWERS = 10 ** np.arange(9, -1, -1)


class Marks:
    """The bytes of a block that are not of the payload armour (`!`, `,`, `*`, line feed…)."""

    def __init__(self, block: bytes) -> None:
        places = self._look(block)
        returns = self._bytes[places] == ord("\r")
        if returns.any():
            if (self._bytes[places[returns] + 1] == ord("\n")).all():
                places = places[~returns]
            else:  # line ends of old Macintoshes
                places = self._look(block.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        self._kind = np.concatenate([self._bytes[places], self._bytes[-8:]])
        self.newline = np.flatnonzero(self._kind[: len(places)] == ord("\n"))
        """Which marks are line feeds, one for each line."""
        self.lines = len(self.newline)
        feeds = places[self.newline]
        self.line_start = np.concatenate([[0], feeds + 1])[:-1]
        self.line_end = places[self.newline] = feeds - (self._bytes[feeds - 1] == ord("\r"))
        self._place = np.concatenate([places, np.arange(8) + len(self._bytes) - 8])
        self._sums = np.bitwise_xor.accumulate(self._words)

    def _look(self, block: bytes) -> Ints:
        """Keep the bytes; return where the marks stand, the last one a line feed."""
        self.block = block
        padded = block + b"\n" * _MARGIN
        size = len(block) + bool(block and not block.endswith(b"\n"))
        self._bytes = np.frombuffer(padded, np.uint8)
        self._words = np.frombuffer(padded[: len(padded) // 8 * 8], "<u8")
        return np.flatnonzero(np.frombuffer(padded[:size].translate(_IS_MARK), np.bool_))

    def at(self, place: Ints) -> Bytes:
        """Return the bytes at some places."""
        return self._bytes[place]

    def window(self, start: Ints, width: int) -> Bytes:
        """Return `width` bytes from each start on, shape (n, width)."""
        windows = np.lib.stride_tricks.sliding_window_view(self._bytes, width)
        return windows[start]

    def text(self, line: int, *, with_end: bool = False) -> str:
        """Return a line, with its line feed if the block has one there and it is asked for."""
        end = self.line_end[line] + with_end
        return self.block[self.line_start[line] : end].decode("latin-1")

    def texts(self, lines: Ints) -> list[str]:
        """Return some lines without their ends."""
        spans = zip(self.line_start[lines].tolist(), self.line_end[lines].tolist(), strict=True)
        return [self.block[start:end].decode("latin-1") for start, end in spans]

    def places(self, mark: Ints) -> list[Ints]:
        """Return where the eight marks from each mark on stand, first ones first."""
        return list(np.lib.stride_tricks.sliding_window_view(self._place, 8)[mark].T)

    def place_of(self, mark: Ints) -> Ints:
        """Return where marks stand."""
        return self._place[mark]

    def kind_of(self, mark: Ints) -> Bytes:
        """Return which bytes marks are."""
        return self._kind[mark]

    def kinds(self, mark: Ints, expected: bytes) -> Flags:
        """Return where the marks from `mark` on are the expected bytes, of which there are 8."""
        eight = np.lib.stride_tricks.sliding_window_view(self._kind, 8)[mark].view(np.uint64)
        same: Flags = eight[:, 0] == np.frombuffer(expected, np.uint64)[0]
        return same

    def are(self, kinds: bytes) -> Flags:
        """Return which of all marks are one of some bytes."""
        table = np.zeros(256, np.bool_)
        table[list(kinds)] = True
        among: Flags = table[self._kind]
        return among

    def counted(self, char: str) -> tuple[Ints, Ints, Ints]:
        """Return which marks are a byte, their lines, and how many stand on every line."""
        marks = np.flatnonzero(self._kind == ord(char))
        line = np.searchsorted(self.newline, marks)
        return marks, line, np.bincount(line, minlength=self.lines)

    def checksum(self, start: Ints, end: Ints) -> Bytes:
        """Return the exclusive or of the bytes from `start` (at least 1) up to before `end`."""
        return self._sum(end - 1) ^ self._sum(start - 1)

    def _sum(self, place: Ints) -> Bytes:
        """Return the exclusive or of all bytes up to and with a place.

        Eight sums run side by side, one for each byte of a word; they are folded here.
        """
        word, byte = np.divmod(place, 8)
        folded = self._sums[word] ^ (self._words[word] & _BEHIND[byte])
        for shift in (32, 16, 8):
            folded ^= folded >> np.uint64(shift)
        return np.asarray(folded, np.uint8)

    def hexadecimal(self, place: Ints) -> npt.NDArray[np.int64]:
        """Return the value of two hexadecimal digits, above 255 where there are none."""
        high, low = (_HEX[self._bytes[place + k]].astype(np.int64) for k in (0, 1))
        return np.where((high < 16) & (low < 16), high * 16 + low, 256)

    def stamp_ms(self, start: Ints, length: Ints) -> Ints:
        """Read stamps in s (with or without decimals), ms, µs or ns; `NO_TIME` where none is.

        As `sentences.stamp_ms`, but for more than 19 decimals.
        """
        chars = self.window(start, _LONGEST_STAMP) - 48
        column = np.arange(_LONGEST_STAMP)
        inside = column < length[:, None]
        pointed = (chars[:, 10] == 254) & (length >= 12)  # "." is two below "0"
        digits = chars < 10
        digits[:, 10] |= pointed
        good = (digits | ~inside).all(axis=1) & (length <= _LONGEST_STAMP)
        good &= pointed | np.isin(length, (10, 13, 16, 19))
        seconds = chars[:, :10].astype(np.int64) @ _POWERS
        decimals = np.where(pointed[:, None], chars[:, 11:14], chars[:, 10:13]).astype(np.int64)
        decimals[~inside[:, 11:14] & pointed[:, None] | (length == 10)[:, None]] = 0
        ms = seconds * 1000 + decimals @ _POWERS[-3:]
        return np.where(good & (ms >= FIRST_MS) & (ms < LAST_MS), ms, NO_TIME)
