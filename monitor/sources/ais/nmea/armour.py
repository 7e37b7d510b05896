"""Six-bit payloads of many messages at once: one row a message, one array a field.

Knows how AIS packs bits into characters (ITU-R M.1371-5, annex 8; IEC 61162-1 for the armour)
and nothing of what the fields mean.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

_WORD_CHARS = 10
_WORD_BITS = 6 * _WORD_CHARS
"""Ten characters fill 60 bits of a 64-bit word and leave its sign alone."""


def _armour() -> Bytes:
    table = np.full(256, 255, np.uint8)
    table[48:88] = np.arange(40)
    table[96:120] = np.arange(40, 64)
    return table


ARMOUR = _armour()
"""Six-bit value by character, 255 where the armour does not use the character."""
_SIX_BITS = (ARMOUR & 63).tobytes()
_TEXT = np.array([c + 64 if c < 32 else c for c in range(64)], np.uint8)
"""ASCII code by six-bit value (ITU-R M.1371-5, table 47)."""


class Payloads:
    """Payloads of equal layout; reads their bit fields as columns."""

    def __init__(self, chars: Bytes) -> None:
        """Take characters, shape (n, width); what stands behind a payload's end is never read."""
        # Column by column; `translate` looks up bytes faster than any index of arrays.
        six = np.frombuffer(chars.T.tobytes().translate(_SIX_BITS), np.uint8)
        six = six.reshape(chars.shape[::-1])
        self._words: list[Ints] = []
        for start in range(0, len(six), _WORD_CHARS):
            word = np.zeros(len(chars), np.int64)
            columns = six[start : start + _WORD_CHARS]
            for column in columns:
                word <<= 6
                word |= column
            self._words.append(word << 6 * (_WORD_CHARS - len(columns)))

    def unsigned(self, start: int, width: int) -> Ints:
        """Return the unsigned number of `width` bits (at most 60) from bit `start` on."""
        word, offset = divmod(start, _WORD_BITS)
        over = offset + width - _WORD_BITS
        if over <= 0:
            return (self._words[word] >> -over) & ((1 << width) - 1)
        head = self._words[word] & ((1 << (width - over)) - 1)
        return (head << over) | (self._words[word + 1] >> (_WORD_BITS - over))

    def signed(self, start: int, width: int) -> Ints:
        """Return the two's-complement number of `width` bits from bit `start` on."""
        half = 1 << (width - 1)
        return (self.unsigned(start, width) ^ half) - half

    def text(self, start: int, length: int) -> list[str]:
        """Return texts of `length` characters from bit `start` on, cut at the first `@`."""
        codes = [_TEXT[self.unsigned(start + 6 * i, 6)] for i in range(length)]
        joined = np.stack(codes, axis=1).tobytes().decode("ascii")
        cells = (joined[i : i + length] for i in range(0, len(joined), length))
        return [cell.partition("@")[0].strip() for cell in cells]
