"""Other people's text made harmless and short: what every channel has in common. Pure."""

from __future__ import annotations

import re
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


_ACTED_UPON = (
    # `://` makes a link anywhere; a chat program that knows the ending also links `a.example`,
    # and one that knows the scheme `tg:resolve`.
    (re.compile("://"), "[:]//"),
    (re.compile(r"(?<=[^\W_])[.。．｡](?=[^\W\d_]{2}|\d+\.\d)"), "[.]"),
    (re.compile(r"(?<=[^\W\d_]):(?=[^\s\d])"), "∶"),
    # @everyone, #channel, ~channel, /command, $cashtag and :smile:, told by the sign before.
    (re.compile("@"), "＠"),
    (re.compile(r"(?<!\w)#(?=\w)"), "＃"),
    (re.compile(r"(?<!\w)~(?=\w)"), "∼"),
    (re.compile(r"(?<![\w/])/(?=\w)"), "∕"),
    (re.compile(r"(?<!\w)\$(?=[^\W\d_])"), "＄"),
    (re.compile(r":(?=[a-z_+-][a-z0-9_+-]*:)", re.IGNORECASE), "∶"),
    # <@U1>, <!channel>, <b> and {{DATE}}.
    (re.compile("<"), "‹"),
    (re.compile(">"), "›"),
    (re.compile(r"\{(?=\{)"), "❴"),
)


def inert(text: str) -> str:
    """Take from plain text what chat programs act upon by themselves: links, mentions, commands.

    Every sign taken is replaced by one that looks like it, so that a reader sees what was typed.
    """
    for pattern, shown in _ACTED_UPON:
        text = pattern.sub(shown, text)
    return text


_MARKDOWN = re.compile(r"[\\`*_\[\]~|#]")


def markdown(grapheme: str) -> str:
    """Return a grapheme as Markdown shows it unchanged."""
    return _MARKDOWN.sub(r"\\\g<0>", grapheme)


def utf16_units(text: str) -> int:
    """Return the length most chat programs count: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """Return the length in bytes."""
    return len(text.encode())


def fitted(
    text: str,
    limit: int,
    *,
    escape: Callable[[str], str] = str,
    size: Callable[[str], int] = utf16_units,
) -> str:
    """Return `text`, escaped, in at most `limit` of what `size` counts.

    Cut between graphemes, never inside an escape; what was cut is counted at the end.
    """
    pieces = [escape(grapheme) for grapheme in graphemes(text)]
    sizes = [size(piece) for piece in pieces]
    if sum(sizes) <= limit:
        return "".join(pieces)
    room = limit - size(f"… +{len(pieces)} more characters")
    used = kept = 0
    for taken in sizes:
        if used + taken > room:
            break
        used, kept = used + taken, kept + 1
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
