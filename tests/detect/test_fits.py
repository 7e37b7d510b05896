from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.detect.fits import FitCriteria, measured_length
from monitor.detect.picture import Criteria, Evidence, compile_picture
from monitor.domain.finding import Finding, FindingKind
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.vessel import MmsiClaim, WatchedVessel, WatchList
from tests.builders import OTHER, T0, a_gazetteer, a_look, a_track, hours
from tests.detect.test_matching import a_sighting, at

FEED = a_track(*((h, (35.5, 34.5), 5) for h in range(100)), mmsi=OTHER)
CRITERIA = FitCriteria()


def a_vessel(i: int, length_m: float | None = None, **more: object) -> WatchedVessel:
    """Return a ship on the list; her MMSI is 273000000 and her number."""
    return WatchedVessel(
        name=f"SHIP {i:02d}",
        imo=None,
        claims=(MmsiClaim(mmsi=273_000_000 + i),),
        length_m=length_m,
        **more,  # type: ignore[arg-type]
    )


def the_hull(
    *vessels: WatchedVessel, tracks: tuple[PositionColumns, ...], length_m: float | None = 120.0
) -> Finding:
    """Return the finding of a hull seen at hours 10 and 20."""
    looks = (a_look(0, "free"), a_look(10, "occupied"), a_look(20, "occupied"))
    seen = (
        () if length_m is None else (a_sighting(hour=10, length_m=length_m, berth="port.berth.a"),)
    )
    picture = compile_picture(
        Evidence(positions=concat([FEED, *tracks]), berth_states=looks, sightings=seen),
        a_gazetteer(),
        WatchList(vessels),
        as_of=T0 + hours(100),
        criteria=Criteria(),
    )
    (found,) = [f for f in picture.findings if f.kind is FindingKind.OCCUPIED_WITHOUT_AIS]
    return found


def off(i: int, *reports: tuple[float, float]) -> PositionColumns:
    """Return a track of (hour, metres west of the berth)."""
    return a_track(*((h, at(-west), 5.0) for h, west in reports), mmsi=273_000_000 + i)


def names(found: Finding, key: str) -> list[str]:
    """Return the names listed."""
    return [c["name"] for c in found.why[key]]


@pytest.mark.parametrize(
    ("length_m", "why_not"),
    [
        (142, None),
        (143, "too long: 143 m against 100-140 m"),
        (98, None),
        (97, "too short: 97 m against 100-140 m"),
        (None, None),
    ],
)
def test_length_must_overlap(length_m: float | None, why_not: str | None) -> None:
    """A hull fits within twice the error of the measured length and 2 m of register."""
    found = the_hull(a_vessel(1, length_m), tracks=(off(1, (5, 20_000), (6, 19_000)),))
    told = [e["why_not"] for e in found.why["excluded"]]
    assert told == ([why_not] if why_not else [])
    assert names(found, "candidates") == ([] if why_not else ["SHIP 01"])


def test_without_a_measured_length_no_hull_is_ruled_out_by_it() -> None:
    """What was not measured excludes nobody, and the reasons say so."""
    found = the_hull(a_vessel(1, 300), tracks=(off(1, (5, 20_000), (6, 19_000)),), length_m=None)
    assert "the hull's length was not measured" in found.why["candidates"][0]["reasons"]


@pytest.mark.parametrize(("km", "fits"), [(80, True), (86, False)])
def test_she_must_have_been_able_to_come(km: float, fits: bool) -> None:
    """Two hours at 22 kn and the slack are 83 km."""
    track = off(1, (7.5, km * 1000 + 5_000), (8, km * 1000))
    found = the_hull(a_vessel(1), tracks=(track,))
    assert bool(found.why["candidates"]) is fits
    if not fits:
        assert found.why["excluded"][0]["why_not"] == "heard 86 km away 2 h before"


@pytest.mark.parametrize(("km", "fits"), [(80, True), (86, False)])
def test_she_must_have_been_able_to_go_on(km: float, fits: bool) -> None:
    """Her next report after the last image speaks against her as the one before does."""
    track = off(1, (5, 20_000), (5.5, 19_000), (22, km * 1000), (22.5, km * 1000 + 5_000))
    found = the_hull(a_vessel(1), tracks=(track,))
    assert bool(found.why["candidates"]) is fits
    if not fits:
        assert found.why["excluded"][0]["why_not"] == "heard 86 km away 2 h after"


def test_heard_elsewhere_between_the_images() -> None:
    """A ship heard far off between two images of the hull is not it."""
    track = off(1, (5, 20_000), (5.5, 19_000), (11, 120_000), (19, 120_000), (30, 120_000))
    found = the_hull(a_vessel(1), tracks=(track,))
    assert not found.why["candidates"]
    assert "heard 120 km away 1" in found.why["excluded"][0]["why_not"] or (
        "60 min after" in found.why["excluded"][0]["why_not"]
    )


def test_sisters_both_fit() -> None:
    """Ships alike in length and last report are both listed; neither is said to be the hull."""
    tracks = (off(1, (5, 20_000), (6, 19_000)), off(2, (5, 20_100), (6, 19_100)))
    found = the_hull(a_vessel(1, 126), a_vessel(2, 126), tracks=tracks)
    assert names(found, "candidates") == ["SHIP 01", "SHIP 02"]
    assert found.subject.name is None
    assert "Watch-listed hulls that fit: SHIP 01, SHIP 02." in found.text


def test_ships_not_heard_are_counted_only() -> None:
    """Nothing speaks for a ship of whom no AIS came."""
    found = the_hull(a_vessel(1), a_vessel(2), tracks=(off(1, (5, 20_000), (6, 19_000)),))
    assert names(found, "candidates") == ["SHIP 01"]
    assert (found.why["watch_listed_considered"], found.why["watch_listed_not_heard"]) == (2, 1)


def test_a_ship_lost_before_is_ruled_out() -> None:
    """A ship the list says was lost does not come back."""
    vessel = a_vessel(1, lost_at=T0 - timedelta(days=1))
    found = the_hull(vessel, tracks=(off(1, (5, 20_000), (6, 19_000)),))
    assert found.why["excluded"][0]["why_not"] == "lost on 09 Jan 2025"


@pytest.mark.parametrize(("ships", "more"), [(10, 0), (11, 1)])
def test_ten_are_listed(ships: int, more: int) -> None:
    """The list is kept short and says how many more there are."""
    tracks = tuple(off(i, (5, 20_000 + 100 * i), (6, 19_000 + 100 * i)) for i in range(ships))
    found = the_hull(*(a_vessel(i) for i in range(ships)), tracks=tracks)
    assert (len(found.why["candidates"]), found.why["candidates_not_listed"]) == (10, more)


def test_one_image_of_two_hulls_does_not_decide_the_length() -> None:
    """The median weighted by the errors withstands one sighting far off."""
    seen = [
        a_sighting(length_m=m, error_m=e) for m, e in ((113, 15), (168, 15), (105, 30), (115, 30))
    ]
    low, high = measured_length(seen, criteria=CRITERIA) or (0, 0)
    assert (low, high) == (83, 143)
    assert measured_length([], criteria=CRITERIA) is None
