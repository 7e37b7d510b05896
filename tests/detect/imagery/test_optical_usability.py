"""What could be seen of a berth: each thing that hides it, by its name, and never `free`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.detect.imagery.occupancy import berth_states
from monitor.detect.imagery.optical_usability import sky_over
from monitor.domain.chip import Chip
from tests.detect.imagery.test_occupancy import (
    CLOUD,
    GRID,
    LAND,
    PORT,
    WATER,
    X,
    Y,
    a_scene,
    optical,
    put,
)

BANDS = ("blue", "green", "red", "nir", "swir16")


def with_scl(chip: Chip, classes: np.ndarray) -> Chip:
    """Return the chip with a scene classification."""
    values = np.concatenate([chip.values, classes[None].astype(np.float32)])
    return Chip(scene_id=chip.scene_id, grid=chip.grid, bands=(*chip.bands, "scl"), values=values)


def said(chip: Chip) -> list[tuple[str, str]]:
    """Return (state, reason) of berths a and b."""
    got = berth_states(a_scene(chip), chip, PORT, references=())
    return [(s.state.value, s.reason) for s in got]


def test_a_cloud_over_one_berth_hides_that_berth() -> None:
    """Clouds are judged berth by berth, not by the scene."""
    first, second = said(optical(clouds=[(-300, 190)]))
    assert first == ("unobserved", "cloud")
    assert second[0] == "free" or second == ("unobserved", "cloud")
    assert said(optical())[1][0] == "free"


@pytest.mark.parametrize(("water_class", "expected"), [(9, "unobserved"), (6, "occupied")])
def test_cloud_in_the_classes_is_believed_by_the_water(water_class: int, expected: str) -> None:
    """A bright quay and ship called cloud are no cloud while the water round them is water."""
    classes = np.full((GRID.height, GRID.width), water_class, np.float32)
    put(classes, 9, east=(-2000, 2000), north=(-300, 40))  # quay, berths and all
    first, _ = said(with_scl(optical(ships=(10,)), classes))
    assert first[0] == expected
    if expected == "unobserved":
        assert first[1] == "cloud"


def test_shadow_in_the_classes_hides_a_berth() -> None:
    """Where the water round a berth is classed as cloud shadow, the berth is not judged."""
    classes = np.full((GRID.height, GRID.width), 3, np.float32)
    assert said(with_scl(optical(), classes)) == [("unobserved", "cloud shadow")] * 2


def test_a_shadow_is_found_where_the_sun_throws_it() -> None:
    """Dark ground away from the sun of a cloud is shadow; without a sun or cloud it is not."""
    sun = np.array([0.8, 0.0, 0.6])  # in the east: a cloud at 300 m throws its shadow 400 m west
    dark = {name: 0.4 * value for name, value in LAND.items()}
    chip = optical()
    shaded, plain = chip.values.copy(), chip.values.copy()
    for i, band in enumerate(BANDS):
        put(shaded[i], CLOUD[band], east=(300, 550), north=(-400, -150))
        for layers in (shaded, plain):
            put(layers[i], dark[band], east=(-150, 200), north=(-420, -130))
    row, col = round((GRID.north_m - Y + 275) / 10), round((X + 20 - GRID.west_m) / 10)
    with_cloud = replace(chip, values=shaded)
    assert sky_over(with_cloud, sun=sun).shadow[row, col]
    assert not sky_over(with_cloud, sun=sun).clear[row, col]
    assert not sky_over(with_cloud, sun=sun * [-1, 1, 1]).shadow[row, col]
    assert not sky_over(with_cloud).shadow.any()
    assert not sky_over(replace(chip, values=plain), sun=sun).shadow.any()


@pytest.mark.parametrize(("nir", "swir", "expected"), [
    (0.16, 0.12, "sun glint"),
    (0.16, 0.02, "no references"),
    (0.14, 0.12, "no references"),
])  # fmt: skip
def test_glint_is_bright_in_both_infrareds(nir: float, swir: float, expected: str) -> None:
    """Mirrored sun is bright in shortwave infrared too; mud is not."""
    water = {**WATER, "green": 0.2, "nir": nir, "swir16": swir}
    assert {reason.split(",")[0] for _, reason in said(optical(water=water))} == {expected}


def test_waves_of_glint_as_rough_as_hulls_hide_hulls() -> None:
    """Water whose near infrared jumps by more than a hull's contrast says nothing."""
    chip = optical()
    rng = np.random.default_rng(1)
    values = chip.values.copy()
    sea = values[3] < 0.05
    values[:, sea] += np.abs(rng.normal(0, 0.2, int(sea.sum()))).astype(np.float32)
    assert {state for state, _ in said(replace(chip, values=values))} == {"unobserved"}


def test_half_a_swath_leaves_the_other_half_unobserved() -> None:
    """Only the berth the swath reaches is judged."""
    chip = optical()
    values = chip.values.copy()
    values[:, :, : round((X + 210 - GRID.west_m) / 10)] = np.nan
    first, second = said(replace(chip, values=values))
    assert first == ("unobserved", "not in view")
    assert second[0] == "free"


def test_a_scene_of_nothing_is_unobserved() -> None:
    """All nodata is no answer."""
    chip = optical()
    empty = replace(chip, values=np.full_like(chip.values, np.nan))
    assert {state for state, _ in said(empty)} == {"unobserved"}
    assert sky_over(empty).coverage == 0


def test_haze_hides_everything() -> None:
    """When not even the darkest ground is dark, what is seen is the air."""
    chip = optical()
    thick = replace(chip, values=(0.17 + 0.4 * chip.values).astype(np.float32))
    assert said(thick) == [("unobserved", "haze")] * 2


def test_a_chip_without_bands_to_see_by_shows_nothing() -> None:
    """The classes alone are no picture."""
    classes = np.full((1, GRID.height, GRID.width), 6, np.float32)
    sky = sky_over(Chip(scene_id="s", grid=GRID, bands=("scl",), values=classes))
    assert sky.coverage == 0
    assert not sky.clear.any()
