"""Ships' names as people write them: compared without case, blanks and borrowed letters."""

from __future__ import annotations

import re

_CYRILLIC = "АВЕКМНОРСТУХІЇЅЈавекмнорстухіїѕј"
_LATIN = "ABEKMHOPCTYXIISJabekmhopctyxiisj"
_LOOK_ALIKES = str.maketrans(_CYRILLIC, _LATIN)
_HAS_LATIN = re.compile(r"[A-Za-z]")
_HAS_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_NO_SIGN = re.compile(r"[\W_]+")


def in_one_alphabet(name: str) -> str:
    """Return a name with Cyrillic letters that look Latin made Latin, if it mixes the two.

    Lists typed on two keyboards hold names such as `Sparta I` followed by two Cyrillic `І`.
    """
    words = []
    for word in re.split(r"(\s+)", name):
        numeral = word.translate(_LOOK_ALIKES)
        mixed = _HAS_LATIN.search(name) and _HAS_CYRILLIC.search(word)
        words.append(numeral if mixed and not _HAS_CYRILLIC.search(numeral) else word)
    return "".join(words)


def ship_name_key(name: str) -> str:
    """Return what two spellings of one name have in common."""
    return _NO_SIGN.sub("", in_one_alphabet(name)).casefold()
