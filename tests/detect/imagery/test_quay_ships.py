"""Ships along a quay: one known ship or two, and all that could be mistaken for one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import ndimage
from shapely.geometry import LineString, box

from monitor.detect.imagery.occupancy import look_at_port, quay_sightings
from monitor.detect.imagery.port_pixels import port_grid
from monitor.domain.chip import Chip
from monitor.domain.geo import MetricFrame
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.sighting import Mooring, Sighting
from tests.detect.imagery.optical_scenes import a_scene as an_optical_scene
from tests.detect.imagery.test_occupancy import a_scene

FRAME = MetricFrame(32636)
X, Y = 762_000.0, 3_866_000.0
Rect = tuple[float, float, float, float]
"""West, east, south and north edge, metres from the quay's west end."""
ALONGSIDE: Rect = (100, 240, 0, 40)


def a_port() -> Gazetteer:
    """A quay running east with two berths of 300 × 200 m on its north."""

    def placed(name: str, kind: PlaceKind, shape: object, **more: str) -> Place:
        return Place(id=name, kind=kind, name=name, geometry=FRAME.geographic(shape), **more)  # type: ignore[arg-type]

    berths = [
        placed(f"p.berth.{n}", PlaceKind.BERTH, box(X + w, Y, X + w + 300, Y + 200),
               quay_id="p.quay")
        for n, w in (("a", 0), ("b", 300))
    ]  # fmt: skip
    quay = placed("p.quay", PlaceKind.QUAY, LineString([(X, Y), (X + 600, Y)]), water_side="left")
    return Gazetteer("p", {p.id: p for p in (*berths, quay)})


PORT = a_port()
GRID = port_grid(PORT)


def a_chip(
    name: str = "now",
    ships: Sequence[Rect] = (),
    *,
    sea_db: float = -20.0,
    streaks: bool = False,
    crane: Rect | None = None,
) -> Chip:
    """Return a radar chip: speckled sea, land south of the quay, ships, side lobes, a crane."""
    rng = np.random.default_rng(list(name.encode()))
    layer = rng.normal(sea_db, 1.0, (GRID.height, GRID.width)).astype(np.float32)

    def put(rect: Rect, value: float) -> None:
        west, east, south, north = rect
        col, row = (X - GRID.west_m) / 10, (GRID.north_m - Y) / 10
        rows = slice(round(row - north / 10), round(row - south / 10))
        layer[rows, round(col + west / 10) : round(col + east / 10)] = value

    put((-2000, 2000, -2000, 0), -6.0)
    if crane is not None:
        put(crane, -2.0)
    for ship in ships:
        put(ship, -4.0)
    if streaks:
        put((450, 460, -0, 200), -4.0)
        put((350, 560, 90, 100), -4.0)
    return Chip(scene_id=name, grid=GRID, bands=("vv",), values=layer[None])


PAST = tuple(a_chip(f"past{i}") for i in range(12))


def ships(chip: Chip, past: Sequence[Chip] = PAST) -> tuple[Sighting, ...]:
    """Return the ships the monitor sees."""
    return quay_sightings(a_scene(chip), chip, PORT, references=past)


@pytest.mark.parametrize(
    ("drawn", "mooring"),
    [(ALONGSIDE, Mooring.ALONGSIDE), ((130, 180, 20, 180), Mooring.STERN_TO)],
)
@pytest.mark.parametrize("past", [PAST, ()])
def test_a_ship_is_placed_along_the_quay(
    drawn: Rect, mooring: Mooring, past: Sequence[Chip]
) -> None:
    """One ship has her place, her mooring and her berth, with a past and without one."""
    (ship,) = ships(a_chip(ships=[drawn]), past)
    assert ship.along_start_m is not None
    assert ship.along_end_m is not None
    middle = (ship.along_start_m + ship.along_end_m) / 2
    assert middle == pytest.approx((drawn[0] + drawn[1]) / 2, abs=15)
    assert (ship.mooring, ship.quay_id, ship.berth_ids) == (mooring, "p.quay", ("p.berth.a",))


def test_two_ships_side_by_side_are_two() -> None:
    """Two ships stern to, joined by the radar's blur, are parted."""
    chip = a_chip(ships=[(100, 150, 20, 180), (170, 220, 20, 180)])
    between = (chip.values == -4.0).copy()
    gap = ndimage.binary_closing(between[0], np.ones((1, 5))) & ~between[0]
    chip.values[0][gap] = -12.0  # still 8 dB over the sea
    assert len(ships(chip)) == 2


def test_a_rafted_ship_lies_outside_another() -> None:
    """Of two ships abreast the outer one is rafted."""
    found = ships(a_chip(ships=[(100, 240, 0, 40), (100, 240, 60, 100)]))
    assert sorted(s.mooring for s in found) == [Mooring.ALONGSIDE, Mooring.RAFTED]


@pytest.mark.parametrize(("midships_db", "count"), [(-6.0, 1), (-12.0, 1), (-20.0, 2)])
def test_bow_and_stern_are_one_ship(midships_db: float, count: int) -> None:
    """A ship stern to, faint amidships, is one; beyond plain water something else lies."""
    chip = a_chip(ships=[(130, 190, 10, 240)])
    west, top = (X - GRID.west_m) / 10, (GRID.north_m - Y) / 10
    rows = slice(round(top - 16), round(top - 11))
    chip.values[0, rows, round(west + 13) : round(west + 19)] = midships_db
    found = ships(chip)
    assert len(found) == count
    if count == 1:
        assert found[0].length_m == pytest.approx(230 - 40, abs=40)
        assert found[0].mooring is Mooring.STERN_TO


def test_neighbours_share_the_quay_between_them() -> None:
    """Two ships that the blur joins at one distance from the quay claim no metre of it twice."""
    chip = a_chip(ships=[(100, 150, 20, 180), (160, 210, 20, 180)])
    chip.values[0] = ndimage.gaussian_filter(chip.values[0], 1.0)
    first, second = ships(chip)
    assert first.along_start_m is not None
    assert first.along_end_m is not None
    assert second.along_start_m is not None
    assert first.along_start_m < first.along_end_m <= second.along_start_m


def test_a_hull_that_hardly_ever_leaves_is_seen() -> None:
    """A ship that lies there in nine passes of ten is no part of the quay."""
    hull: Rect = (130, 180, 20, 180)
    past = [a_chip(f"past{i}", [hull] if i % 10 else []) for i in range(20)]
    assert len(ships(a_chip(ships=[hull]), past)) == 1


@pytest.mark.parametrize(
    ("past", "full", "words"),
    [
        (12, 12, "12 references, never seen empty"),
        (12, 10, "12 references"),
        (5, 0, "5 references, learning"),
        (10, 0, "10 references"),
        (5, 5, "5 references, learning, never seen empty"),
        (2, 2, "no references"),
    ],
)
def test_what_the_past_could_not_teach_is_told(past: int, full: int, words: str) -> None:
    """Few references are learning; a berth that all of them show taken was never seen empty."""
    hull: Rect = (130, 180, 40, 190)
    others = [a_chip(f"past{i}", [hull] if i < full else []) for i in range(past)]
    chip = a_chip(ships=[hull])
    look = look_at_port(a_scene(chip), chip, PORT, references=others)
    assert look.berths[0].reason == words
    (ship,) = look.ships
    assert ship.reason == words.replace("never seen", "berth never seen")
    assert "never" not in look.berths[1].reason


def test_side_lobes_are_no_ship() -> None:
    """Streaks one pixel wide along range and azimuth raise nothing."""
    assert ships(a_chip(streaks=True)) == ()
    assert ships(a_chip(streaks=True), ()) == ()


def test_what_is_always_bright_at_the_quay_is_the_quay() -> None:
    """A crane at the quay is known from other passes, and does not part a ship before it."""
    crane: Rect = (160, 180, 0, 30)
    past = [a_chip(f"past{i}", crane=crane) for i in range(12)]
    assert ships(a_chip(crane=crane), past) == ()
    assert len(ships(a_chip(ships=[ALONGSIDE], crane=crane), past)) == 1


def test_a_rough_sea_is_not_judged() -> None:
    """Where the sea hides hulls there is no ship and no free berth."""
    chip = a_chip(sea_db=-10.0)
    look = look_at_port(a_scene(chip), chip, PORT, references=PAST)
    assert look.ships == ()
    assert {s.state.value for s in look.berths} == {"unobserved"}


def test_half_a_swath_tells_of_one_berth() -> None:
    """Where the scene does not reach, the berth is unobserved; the other is judged."""
    chip = a_chip(ships=[ALONGSIDE])
    chip.values[0, :, round((X + 300 - GRID.west_m) / 10) :] = np.nan
    look = look_at_port(a_scene(chip), chip, PORT, references=PAST)
    assert [s.state.value for s in look.berths] == ["occupied", "unobserved"]


def test_the_order_of_references_does_not_matter() -> None:
    """The same scenes in another order give the same ships."""
    chip = a_chip(ships=[ALONGSIDE])
    assert ships(chip, PAST) == ships(chip, PAST[::-1])


@pytest.mark.parametrize(
    ("hull", "lengths"), [(None, ()), ((100, 240, 0, 40), (140,))], ids=["empty", "taken"]
)
def test_pale_concrete_beside_a_berth_without_a_quay_line_is_no_ship(
    hull: Rect | None, lengths: tuple[int, ...]
) -> None:
    """Nobody says where the quay is: only what lies in the berth can be a hull."""
    lone = Gazetteer(
        "p",
        {
            "p.berth.a": Place(
                id="p.berth.a",
                kind=PlaceKind.BERTH,
                name="a",
                geometry=FRAME.geographic(box(X, Y, X + 300, Y + 50)),
            )
        },
    )
    grid = port_grid(lone)
    col, row = round((X - grid.west_m) / 10), round((grid.north_m - Y) / 10)
    rng = np.random.default_rng(1)
    bands = {"blue": 0.05, "green": 0.05, "red": 0.04, "nir": 0.02}
    values = np.stack([rng.normal(v, 0.002, (grid.height, grid.width)) for v in bands.values()])
    values[:, row:, :] = np.array([0.10, 0.13, 0.18, 0.22])[:, None, None]
    if hull is not None:
        west, east, south, north = (round(v / 10) for v in hull)
        values[:, row - north : row - south, col + west : col + east] = 0.16
    chip = Chip(scene_id="now", grid=grid, bands=tuple(bands), values=values.astype(np.float32))
    found = look_at_port(an_optical_scene(), chip, lone, references=()).ships
    assert [s.length_m for s in found] == [pytest.approx(n, abs=20) for n in lengths]
