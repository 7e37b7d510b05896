"""The picture of a message: what it shows and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from rasterio.io import MemoryFile

from monitor.report.dot_letters import letters
from monitor.report.evidence_picture import Panel, evidence_png

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
RING = [(10.0, 20.0), (40.0, 20.0), (40.0, 30.0), (10.0, 30.0)]


def a_panel(**changes: object) -> Panel:
    """Return blue water of 60 × 60 pixels of 10 m, with one berth."""
    rgba = np.zeros((60, 60, 4), np.uint8)
    rgba[...] = (0, 40, 120, 255)
    panel = Panel(rgba=rgba, gsd_m=10.0, outline=[RING], captions=("2025-01-24 08:30 UTC", "S2"))
    return replace(panel, **changes)


def opened(png: bytes) -> npt.NDArray[np.uint8]:
    """Return a PNG as another program reads it, shape (row, col, 3)."""
    with MemoryFile(png) as memory, memory.open(driver="PNG") as image:
        return np.moveaxis(image.read(), 0, 2)


def test_two_looks_stand_side_by_side_and_the_same_ones_give_the_same_bytes() -> None:
    """Two panels are twice as wide as one, and nothing in them depends on when they were drawn."""
    one, two = (evidence_png([a_panel()] * n, title="Mole 1") for n in (1, 2))
    assert opened(two).shape[1] - opened(one).shape[1] == 480 + 14
    assert two == evidence_png([a_panel(), a_panel()], title="Mole 1")
    assert len(two) < 100_000


def test_the_outline_lies_where_the_place_is() -> None:
    """The berth's corner, 10 columns and 20 rows in, is drawn at 8 pixels each."""
    with_ring, without = (
        opened(evidence_png([a_panel(outline=ring)], title="")) for ring in ([RING], [])
    )
    rows, cols = np.nonzero((with_ring != without).any(axis=2))
    top, left = rows.min(), cols.min()
    assert abs((cols.max() - left) - 30 * 8) <= 4
    assert abs((rows.max() - top) - 10 * 8) <= 4
    assert abs(left - (14 + 10 * 8)) <= 2


def test_the_bar_is_as_long_as_it_says() -> None:
    """At 10 m and 8 screen pixels each, the longest bar within two fifths is 200 m: 160 pixels."""
    image = opened(evidence_png([a_panel(outline=[])], title=""))
    white = (image == 255).all(axis=2)
    runs = white.sum(axis=1)
    assert runs.max() == 160


def test_what_was_not_seen_is_grey() -> None:
    """Transparent pixels are grey, not black like calm water."""
    rgba = a_panel().rgba.copy()
    rgba[:30, :, 3] = 0
    image = opened(evidence_png([a_panel(rgba=rgba, outline=[])], title=""))
    assert (image == (128, 128, 128)).all(axis=2).sum() > 200 * 480


def test_a_title_that_is_too_long_ends_in_dots() -> None:
    """No text runs out of its panel or into its neighbour."""
    short, long = (opened(evidence_png([a_panel()], title="x" * n)) for n in (39, 400))
    assert long.shape == short.shape
    paper = (long[:30, -14:] == (250, 250, 248)).all()
    assert paper


def test_letters_are_told_apart_and_unknown_ones_are_said() -> None:
    """All letters the display has differ; accents go, and what it lacks is a question mark."""
    seen = {letters(chr(code), dot=1).tobytes() for code in range(32, 127)}
    assert len(seen) == 95
    assert (letters("é–", dot=2) == letters("e-", dot=2)).all()
    assert (letters("Ж", dot=1) == letters("?", dot=1)).all()
    assert letters("ab", dot=2).shape == (16, 24)


@pytest.mark.parametrize("panels", [[], [a_panel(rgba=np.zeros((3, 4, 4), np.uint8))]])
def test_a_picture_of_nothing_is_a_mistake(panels: list[Panel]) -> None:
    """No panel, or one that is not square, is refused."""
    with pytest.raises(ValueError, match=r"nothing|3 × 4"):
        evidence_png(panels, title="x")
