"""Other people's text, made harmless and short."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.plain_text import fitted, graphemes, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  SPARTA\r\n\tII ", "SPARTA II"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\u200b\u2066b\ufeff\x00\x1b[31mc", "ab [31mc"),
        ("line\u2028two\u00a0three", "line two three"),
        ("half\ud800pair", "halfpair"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("Спарта ІІ", "Спарта ІІ"),
        ("x" + "\u0335" * 40, "x" + "\u0335" * 3),
    ],
)
def test_only_visible_characters_stay_on_one_line(text: str, shown: str) -> None:
    """Breaks become spaces; controls, direction marks, half characters and smears go."""
    assert plain(text) == shown


@given(st.text())
def test_plain_text_is_printable_and_stable(text: str) -> None:
    """Nothing invisible is left, and cleaning twice is cleaning once."""
    shown = plain(text)
    assert not any(unicodedata.category(c)[0] == "C" for c in shown)
    assert plain(shown) == shown


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ab", ["a", "b"]),
        ("x\u0335y", ["x\u0335", "y"]),
        ("\U0001f44d\U0001f3fd!", ["\U0001f44d\U0001f3fd", "!"]),
        ("\U0001f1f8\U0001f1fe\U0001f1f7", ["\U0001f1f8\U0001f1fe", "\U0001f1f7"]),
        ("", []),
    ],
)
def test_what_reads_as_one_character_stays_together(text: str, parts: list[str]) -> None:
    """Marks, skin tones and flags are not torn apart."""
    assert list(graphemes(text)) == parts


@pytest.mark.parametrize(
    ("length", "shown"), [(60, "x" * 60), (61, "x" * 39 + "… +22 more characters")]
)
def test_text_is_cut_one_past_its_limit_and_says_so(length: int, shown: str) -> None:
    """At the limit nothing is cut; one past it, the end tells how many characters are missing."""
    assert fitted("x" * length, 60) == shown


@given(st.text(max_size=300), st.integers(40, 200))
def test_fitted_text_keeps_its_limit_and_whole_escapes(text: str, limit: int) -> None:
    """Escapes count towards the limit and are never cut open; the count of what is cut is true."""
    clean = plain(text)
    cut = fitted(clean, limit, escape=lambda g: f"[{g}]")
    assert len(cut.encode("utf-16-le")) // 2 <= limit
    kept, _, missing = cut.partition("… +")
    if cut == "".join(f"[{g}]" for g in graphemes(clean)):
        return
    number = int(missing.removesuffix(" more characters"))
    whole = list(graphemes(clean))
    assert kept == "".join(f"[{g}]" for g in whole[: len(whole) - number])


def test_wide_characters_count_as_two() -> None:
    """Limits are kept in UTF-16 units, the way chat servers count."""
    assert fitted("\U0001f6a2" * 20, 40) == "\U0001f6a2" * 20
    assert fitted("\U0001f6a2" * 21, 40) == "\U0001f6a2" * 9 + "… +12 more characters"
