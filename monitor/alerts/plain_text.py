"""Other people's text made harmless and short: what every channel has in common. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

_COMBINING_IN_A_ROW = 3
"""More marks on one letter than any living script needs; the rest is there to smear the page."""


def plain(text: str) -> str:
    """Return `text` as one line of visible characters.

    Controls, bidirectional and zero-width characters, surrogates and unassigned code points go;
    every kind of white space becomes one space.
    """
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category[0] == "Z" or category == "Cc":
            kept.append(" ")
        elif category[0] != "C" and marks <= _COMBINING_IN_A_ROW:
            kept.append(char)
    return " ".join("".join(kept).split())


def fitted(text: str, limit: int, *, escape: Callable[[str], str] = str) -> str:
    """Return `text`, escaped, in at most `limit` UTF-16 units.

    Cut between graphemes, never inside an escape; what was cut is counted at the end.
    """
    pieces = [escape(grapheme) for grapheme in graphemes(text)]
    sizes = [len(piece.encode("utf-16-le", "surrogatepass")) // 2 for piece in pieces]
    if sum(sizes) <= limit:
        return "".join(pieces)
    room = limit - len(f"… +{len(pieces)} more characters")
    used = kept = 0
    for size in sizes:
        if used + size > room:
            break
        used, kept = used + size, kept + 1
    return "".join(pieces[:kept]) + f"… +{len(pieces) - kept} more characters"


def graphemes(text: str) -> Iterator[str]:
    """Split text that went through `plain` into what a reader sees as one character.

    Source: Unicode UAX #29, reduced to what is left after NFC and without format characters:
    marks stay with their letter, skin tones with their emoji, flag letters in pairs.
    """
    cluster = ""
    for char in text:
        joined = cluster and (
            unicodedata.category(char)[0] == "M"
            or "\U0001f3fb" <= char <= "\U0001f3ff"
            or (_is_flag_letter(char) and len(cluster) == 1 and _is_flag_letter(cluster))
        )
        if cluster and not joined:
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
