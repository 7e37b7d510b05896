"""When the next image may be expected, and when one is missing."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
import shapely

from monitor.detect.next_look import NextLookCriteria, Pass, next_looks, passes_over
from monitor.detect.scene_rules import missing_scene_findings
from monitor.domain.scene import Modality, Scene

C = NextLookCriteria()
START = datetime(2025, 1, 1, 3, 35, 30, tzinfo=UTC)
PORT = shapely.box(35.80, 34.90, 35.82, 34.92)
DAY = timedelta(days=1)
DELAY = timedelta(hours=4)


def a_scene(
    day: float, *, orbit: int | None = 21, late: timedelta = timedelta(0), east: float = 36.0
) -> Scene:
    """Return a scene `day` days after the start, published four hours later and `late`."""
    at = START + day * DAY
    return Scene(
        id=f"scene-{day}-{orbit}",
        acquired_at=at,
        available_at=at + DELAY + late,
        platform="sentinel-1a",
        sensor="sentinel-1",
        modality=Modality.RADAR,
        orbit=orbit,
        footprint_wkt=shapely.box(35.0, 34.0, east, 36.0).wkt,
        bands=(),
    )


def passes(*scenes: Scene) -> tuple[Pass, ...]:
    """Gather scenes into passes."""
    return passes_over(scenes, PORT, criteria=C)


@pytest.mark.parametrize(("count", "foretold"), [(4, True), (3, False)])
def test_a_pass_is_predicted_from_four_on(count: int, foretold: bool) -> None:
    """Four passes of an orbit foretell the fifth, three do not."""
    flown = passes(*(a_scene(12 * n) for n in range(count)))
    looks = next_looks(flown, as_of=START + (12 * count - 11) * DAY, criteria=C)
    assert [n.at for n in looks[:1]] == ([START + 12 * count * DAY] if foretold else [])


def test_a_hole_in_the_catalog_does_not_stretch_the_cycle() -> None:
    """A missing scene in the past leaves the cycle at twelve days."""
    flown = passes(*(a_scene(d) for d in (0, 12, 24, 48, 60)))
    (look,) = next_looks(flown, as_of=START + 61 * DAY, criteria=C)
    assert (look.at, look.cycle_days) == (START + 72 * DAY, 12)
    assert look.available_at == look.at + DELAY


def test_two_satellites_half_a_cycle_apart_are_both_foretold() -> None:
    """Slots of one orbit each have their next pass."""
    flown = passes(*(a_scene(d) for d in (0, 2, 10, 12, 20, 22, 30, 32)))
    looks = next_looks(flown, as_of=START + 33 * DAY, criteria=C)
    assert [n.at for n in looks] == [START + d * DAY for d in (40, 42)]


@pytest.mark.parametrize(("east", "counted"), [(35.8181, 1), (35.8179, 0)])
def test_a_pass_must_cover_nine_tenths_of_the_port(east: float, counted: int) -> None:
    """A scene that shows less than 90 % of the port is no look at it."""
    assert len(passes(a_scene(0, east=east))) == counted


def test_scenes_without_an_orbit_or_outline_are_left_out() -> None:
    """Nothing is foretold from scenes that do not say which orbit they are of."""
    broken = Scene(**{**_fields(a_scene(1)), "footprint_wkt": "POLYGON((hostile"})
    assert passes(a_scene(0, orbit=None), broken) == ()


def _fields(scene: Scene) -> dict[str, object]:
    return {name: getattr(scene, name) for name in Scene.__slots__}


OVERDUE = START + 48 * DAY + DELAY + C.margin


@pytest.mark.parametrize(("as_of", "told"), [(OVERDUE, 1), (OVERDUE - timedelta(seconds=1), 0)])
def test_a_scene_is_missing_a_day_after_it_was_due(as_of: datetime, told: int) -> None:
    """A pass without image is told 24 hours after the usual delay, not before."""
    flown = passes(*(a_scene(12 * n) for n in range(4)))
    found = missing_scene_findings(flown, "port.harbour", as_of=as_of, criteria=C)
    assert [f.status for f in found] == ["open"] * told
    assert all(f.learned_at == OVERDUE for f in found)


def test_a_late_scene_closes_the_missing_one() -> None:
    """The scene that comes two days late closes the finding under the same id."""
    early = passes(*(a_scene(12 * n) for n in range(4)))
    (missing,) = missing_scene_findings(early, "port.harbour", as_of=OVERDUE, criteria=C)
    late = a_scene(48, late=2 * DAY)
    both = passes(*(a_scene(12 * n) for n in range(4)), late)
    (closed,) = missing_scene_findings(both, "port.harbour", as_of=late.available_at, criteria=C)
    assert (closed.id, closed.status) == (missing.id, "closed")
    assert closed.why["outcome"] == "came_late"
    assert closed.end_latest == late.available_at


def test_a_scene_in_time_is_not_missing() -> None:
    """Where every pass came, nothing is told."""
    flown = passes(*(a_scene(12 * n) for n in range(9)))
    assert not missing_scene_findings(flown, "p", as_of=START + 97 * DAY, criteria=C)


def test_a_stopped_orbit_is_told_once() -> None:
    """After three misses one closed finding stays, and no further pass is expected."""
    flown = passes(*(a_scene(12 * n) for n in range(5)))
    years_on = START + 900 * DAY
    (stopped,) = missing_scene_findings(flown, "port.harbour", as_of=years_on, criteria=C)
    assert (stopped.status, stopped.why["missed"]) == ("closed", 3)
    assert stopped.why["outcome"] == "no_longer_expected"
    assert next_looks(flown, as_of=years_on, criteria=C) == ()


def test_the_order_of_scenes_does_not_matter() -> None:
    """Shuffled scenes give the same findings, byte for byte."""
    scenes = [a_scene(d) for d in (0, 12, 24, 36, 60, 84, 96)]
    scenes += [a_scene(d, orbit=94) for d in (1, 13, 25, 37)]
    want = [
        f.to_json()
        for f in missing_scene_findings(passes(*scenes), "p", as_of=START + 130 * DAY, criteria=C)
    ]
    assert want
    for seed in range(5):
        random.Random(seed).shuffle(scenes)
        found = missing_scene_findings(passes(*scenes), "p", as_of=START + 130 * DAY, criteria=C)
        assert [f.to_json() for f in found] == want
