"""Stretches of a file's bytes: which are wanted, and in how few pieces to fetch them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

_NEAR_BYTES = 4096
"""A gap not worth a piece of its own: headers of an answer are about as long."""
_WASTE = 0.2
"""Bytes that may be fetched for nothing, as a share of those wanted, to save pieces."""
_FEW = 3
"""Pieces that are few enough: with the start of the file, four requests a band."""
_MOST = 16
"""Never more pieces than this, whatever is fetched for nothing between them."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Bytes [offset, end) of a file."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.offset + self.size

    def holds(self, other: Span) -> bool:
        """Whether all of `other` lies inside."""
        return self.offset <= other.offset and other.end <= self.end


class ReadsSpans(Protocol):
    """A file of which parts can be had."""

    name: str
    """Short and printable, without any key; for messages."""
    size: int
    """Bytes of the whole file."""

    def read(self, spans: Sequence[Span], *, ahead: int = 0) -> list[bytes]:
        """Return the bytes of each span, in the order asked for; all lie inside the file.

        Args:
            spans: What is wanted; asked for together they may be fetched together.
            ahead: Where something has to be fetched, fetch this much and keep it: for walks
                through a file whose next step is probably near.

        Raises:
            BadScene: `missing_asset`, `cut_short`, `no_range` and the like.
            SourceUnavailable: Worth trying later; of remote files only.
            SourceRefused: Credentials; of remote files only.
        """


def pieces(spans: Iterable[Span]) -> list[Span]:
    """Return few spans that hold all of `spans`, in order of offset.

    Gaps are closed, the smallest first, as long as little is fetched for nothing; beyond `_FEW`
    pieces bytes count for more than requests, because kept connections make a request cheap.
    """
    apart: list[Span] = []
    for span in sorted(spans):
        if apart and span.offset <= apart[-1].end + _NEAR_BYTES:
            last = apart[-1]
            apart[-1] = Span(last.offset, max(last.end, span.end) - last.offset)
        elif span.size:
            apart.append(span)
    spare = _WASTE * sum(span.size for span in apart)
    gaps = sorted((b.offset - a.end, n) for n, (a, b) in enumerate(pairwise(apart)))
    closed: set[int] = set()
    for gap, number in gaps:
        left = len(apart) - len(closed)
        if left <= _FEW or (gap > spare and left <= _MOST):
            break
        closed.add(number)
        spare -= gap
    joined: list[Span] = []
    for number, span in enumerate(apart):
        if number - 1 in closed:
            joined[-1] = Span(joined[-1].offset, span.end - joined[-1].offset)
        else:
            joined.append(span)
    return joined
