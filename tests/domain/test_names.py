from __future__ import annotations

import pytest

from monitor.domain.names import in_one_alphabet, ship_name_key


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Sparta I\u0406\u0406", "Sparta III"), ("PION\u0415", "PIONE"), ("Спарта II", "Спарта II"),
     ("Спарта", "Спарта"), ("SPARTA", "SPARTA")],
)  # fmt: skip
def test_borrowed_letters_are_given_back(name: str, plain: str) -> None:
    """Cyrillic letters that look Latin among Latin ones are Latin; Cyrillic words stay."""
    assert in_one_alphabet(name) == plain


def test_a_name_has_many_spellings() -> None:
    """Case, blanks, hyphens and borrowed letters do not matter."""
    assert len({ship_name_key(n) for n in ("SPARTA II", "Sparta-II", "sparta I\u0406")}) == 1
    assert ship_name_key("SPARTA") != ship_name_key("SPARTA II")
