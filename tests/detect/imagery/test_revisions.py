"""One look, one scene."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest

from monitor.detect.imagery.revisions import current_scenes
from monitor.domain.scene import BandRef, Modality, Scene

PORT = (35.8, 34.8, 36.0, 35.0)
WHOLE = "POLYGON((35 34, 37 34, 37 36, 35 36, 35 34))"
WEST = "POLYGON((35 34, 35.9 34, 35.9 36, 35 36, 35 34))"
EAST = "POLYGON((35.88 34, 37 34, 37 36, 35.88 36, 35.88 34))"


def a_scene(
    name: str,
    outline: str = WHOLE,
    *,
    datatake: str = "S2A_20250110T082331",
    revision: str = "0005.0011 000 a",
    table: str = "",
    sensor: str = "sentinel-2",
) -> Scene:
    """Return a scene of one look."""
    at = datetime(2025, 1, 10, 8, tzinfo=UTC)
    return Scene(
        id=name, acquired_at=at, available_at=at, platform="", sensor=sensor,
        modality=Modality.OPTICAL, orbit=None, footprint_wkt=outline,
        bands=(BandRef(name="red", href="/x", calibration_href=table),),
        datatake=datatake, revision=revision,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scenes", "kept"),
    [
        # A newer baseline takes the place of an older, a later run of the same one too.
        ([a_scene("old", revision="0004.0000 000 z"), a_scene("new")], ["new"]),
        ([a_scene("a"), a_scene("b", revision="0005.0011 000 b")], ["b"]),
        # Two tiles of neighbouring zones: the one that shows the whole port serves alone.
        ([a_scene("T36SYE"), a_scene("T37SBV", EAST)], ["T36SYE"]),
        # Where the port lies across both, both are kept.
        ([a_scene("T36SYE", WEST), a_scene("T37SBV", EAST)], ["T36SYE", "T37SBV"]),
        # Both tiles come in an old and a new processing.
        ([a_scene("w1", WEST, revision="0"), a_scene("w2", WEST), a_scene("e1", EAST, revision="0"),
          a_scene("e2", EAST)], ["e2", "w2"]),
        # A newer one that shows less of the port does not hide what only the older shows.
        ([a_scene("old", revision="0"), a_scene("new", WEST)], ["old"]),
        # Pixels that are ready go before counts of the same look.
        ([a_scene("grd", table="/cal.xml", revision="9"), a_scene("rtc")], ["rtc"]),
        # Another look, another sensor, and looks that nobody names stand alone.
        ([a_scene("a"), a_scene("b", datatake="other")], ["a", "b"]),
        ([a_scene("a"), a_scene("b", sensor="landsat")], ["a", "b"]),
        ([a_scene("a", datatake=""), a_scene("b", datatake="")], ["a", "b"]),
        # Same in all but the name: one of them, always the same.
        ([a_scene("a"), a_scene("b")], ["a"]),
        ([], []),
    ],
)  # fmt: skip
def test_one_look_gives_one_scene_in_any_order(scenes: list[Scene], kept: list[str]) -> None:
    """Which scene is judged depends on the scenes and not on when they were learned of."""
    for order in permutations(scenes):
        assert [s.id for s in current_scenes(order, area=PORT)] == kept
