from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.detect.picture import Criteria, Evidence, compile_picture
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Basis, Finding, FindingKind, Status
from monitor.domain.positions import PositionColumns, concat, no_positions
from tests.builders import (
    BERTH,
    INSIDE,
    OTHER,
    SEA,
    SPARTA_II,
    T0,
    WATCH,
    a_gazetteer,
    a_look,
    a_track,
    hours,
)

FEED = a_track(*((h, (35.5, 34.5), 5) for h in range(200)), mmsi=OTHER)


def findings(
    track: PositionColumns, *looks: BerthState, feed: bool = True, kind: FindingKind | None = None
) -> list[Finding]:
    """Return the findings from a track and some looks at berth a."""
    rows = concat([track, FEED]) if feed else track
    picture = compile_picture(
        Evidence(positions=rows, berth_states=looks),
        a_gazetteer(),
        WATCH,
        as_of=T0 + hours(200),
        criteria=Criteria(),
    )
    return [f for f in picture.findings if kind is None or f.kind is kind]


NOBODY = no_positions()
DARK = FindingKind.OCCUPIED_WITHOUT_AIS
CHANGED = FindingKind.BERTH_STATE_CHANGED


def test_a_hull_without_ais_lies_between_the_images_around_it() -> None:
    """The finding runs from the last free image to the next free one, whatever was not seen."""
    (found,) = findings(
        NOBODY, a_look(0, "free"), a_look(10, "unobserved"), a_look(20, "occupied"),
        a_look(30, "unobserved"), a_look(40, "occupied"), a_look(60, "free"), kind=DARK,
    )  # fmt: skip
    assert (found.start_earliest, found.start_latest) == (T0, T0 + hours(20))
    assert (found.end_earliest, found.end_latest) == (T0 + hours(40), T0 + hours(60))
    assert found.status is Status.CLOSED
    assert found.basis is Basis.IMAGE


def test_unobserved_is_neither_free_nor_a_change() -> None:
    """An image that could not see the berth changes nothing."""
    assert not findings(NOBODY, a_look(0, "unobserved"), a_look(5, "unobserved"))
    (found,) = findings(NOBODY, a_look(0, "occupied"), a_look(5, "unobserved"), kind=DARK)
    assert found.status is Status.OPEN
    assert found.end_latest is None


@pytest.mark.parametrize(("feed", "dark"), [(True, 1), (False, 0)])
def test_without_ais_needs_a_feed_that_worked(feed: bool, dark: int) -> None:
    """Where no AIS at all was received nobody can say the ship sent none."""
    assert len(findings(NOBODY, a_look(5, "occupied"), feed=feed, kind=DARK)) == dark


def test_a_ship_alongside_by_ais_explains_the_hull() -> None:
    """AIS at the berth and a hull in the image confirm each other."""
    ship = a_track((0, SEA, 9), (2, BERTH, 0), (30, BERTH, 0), (32, SEA, 9))
    found = findings(ship, a_look(1, "free"), a_look(10, "occupied"), a_look(40, "free"))
    assert not [f for f in found if f.kind is DARK]
    (berthed,) = [f for f in found if f.kind is FindingKind.BERTHED]
    assert berthed.basis is Basis.BOTH
    assert {e.kind for e in berthed.evidence} == {"position", "scene"}


def test_a_ship_silent_in_port_fits_a_hull_near_her_last_report() -> None:
    """The hull is not given her name, but she is named as the one that fits."""
    ship = a_track((0, SEA, 9), (1, INSIDE, 5), (1.2, (35.8145, 34.9140), 1.5), mmsi=SPARTA_II)
    (found,) = findings(ship, a_look(0, "free"), a_look(10, "occupied"), kind=DARK)
    assert found.subject.imo is None
    assert [c["imo"] for c in found.why["candidates"]] == [9160994]


def test_gone_by_image_and_by_ais_are_two_findings() -> None:
    """Each keeps its own interval and says what it rests on."""
    ship = a_track(
        (0, SEA, 9), (1, INSIDE, 5), (1.2, (35.8145, 34.9140), 1.5), (120, (33.0, 34.3), 12),
        (121, (32.8, 34.3), 12), mmsi=SPARTA_II,
    )  # fmt: skip
    looks = (a_look(0, "free"), a_look(50, "occupied"), a_look(98, "free"))
    by = {f.basis: f for f in findings(ship, *looks, kind=FindingKind.DEPARTED)}
    assert set(by) == {Basis.AIS, Basis.IMAGE}
    assert (by[Basis.IMAGE].start_earliest, by[Basis.IMAGE].start_latest) == (
        T0 + hours(50),
        T0 + hours(98),
    )
    assert by[Basis.AIS].start_latest == T0 + hours(120)
    assert by[Basis.AIS].id != by[Basis.IMAGE].id
    assert "inferred" in by[Basis.IMAGE].text


def test_a_departure_by_image_says_which_looks_saw_nothing() -> None:
    """Between the hull's last image and the free berth, each blind look by day and reason."""
    ship = a_track((0, SEA, 9), (1, INSIDE, 5), (1.2, (35.8145, 34.9140), 1.5), mmsi=SPARTA_II)
    looks = (
        a_look(0, "free"), a_look(40, "unobserved"), a_look(50, "occupied"),
        a_look(72, "unobserved"), a_look(74, "unobserved"), a_look(98, "free"),
        a_look(120, "unobserved"),
    )  # fmt: skip
    (gone,) = findings(ship, *looks, kind=FindingKind.DEPARTED)
    day = f"{T0 + hours(72):%Y-%m-%d}"
    (told,) = gone.why["not_seen_days"]
    assert (told["day"], told["looks"]) == (day, 2)


def test_a_later_call_alongside_takes_no_earlier_departure_back() -> None:
    """Where she lay when she fell silent is asked of that call, not of the ones after it."""
    call = (
        (0, SEA, 9), (1, INSIDE, 5), (1.2, (35.8145, 34.9140), 1.5), (120, (33.0, 34.3), 12),
        (121, (32.8, 34.3), 12),
    )  # fmt: skip
    again = ((150, SEA, 9), (151, INSIDE, 5), *((152 + h / 2, BERTH, 0) for h in range(20)))
    looks = (a_look(0, "free"), a_look(50, "occupied"), a_look(98, "free"))
    once, twice = (
        [
            f
            for f in findings(a_track(*way, mmsi=SPARTA_II), *looks, kind=FindingKind.DEPARTED)
            if f.basis is Basis.IMAGE
        ]
        for way in (call, (*call, *again))
    )
    assert len(once) == 1
    assert twice == once


def test_a_later_call_makes_no_earlier_one_end_in_silence() -> None:
    """A call that ended alongside ended there, wherever she lies in the one after it."""
    call = ((0, SEA, 9), (1, INSIDE, 5), (2, BERTH, 0), (3, BERTH, 0), (90, (33.0, 34.3), 12))
    again = ((150, SEA, 9), (151, INSIDE, 5), *((152 + h / 2, BERTH, 0) for h in range(20)))
    looks = (a_look(0, "free"), a_look(20, "occupied"), a_look(98, "free"))
    once, twice = (
        compile_picture(
            Evidence(positions=a_track(*way, mmsi=SPARTA_II), berth_states=looks),
            a_gazetteer(),
            WATCH,
            as_of=T0 + hours(200),
            criteria=Criteria(),
        ).cells
        for way in (call, (*call, *again))
    )
    assert [c.ais.silent for c in twice] == [c.ais.silent for c in once]


def test_a_ship_heard_at_another_berth_in_that_call_is_no_candidate() -> None:
    """She passed near the hull on her way out: her last report there says nothing of it."""
    ship = a_track(
        (0, SEA, 9), (1, INSIDE, 5), *((2 + h / 2, BERTH, 0) for h in range(30)),
        (20, (35.8145, 34.9140), 5), (21, SEA, 9), (22, (33.0, 34.3), 12), (23, (32.8, 34.3), 12),
        mmsi=SPARTA_II,
    )  # fmt: skip
    looks = (a_look(0, "free"), *(a_look(h, "occupied") for h in (19, 40)), a_look(98, "free"))
    reasons = [
        reason
        for found in findings(ship, *looks, kind=DARK)
        for candidate in found.why["candidates"]
        for reason in candidate["reasons"]
    ]
    assert "silent in port since a report near the berth" not in reasons


@pytest.mark.parametrize("reported_at", [(35.8145, 34.9140), (35.8050, 34.9052)])
def test_only_the_berth_near_the_last_report_fits(reported_at: tuple[float, float]) -> None:
    """A ship last heard at the other end of the port is not the hull at this berth."""
    ship = a_track((0, SEA, 9), (1, INSIDE, 5), (1.2, reported_at, 1.5), mmsi=SPARTA_II)
    (found,) = findings(ship, a_look(0, "free"), a_look(10, "occupied"), kind=DARK)
    assert bool(found.why["candidates"]) is (reported_at[1] > 34.91)


def test_order_of_looks_does_not_matter() -> None:
    """Looks in any order make the same findings, byte for byte."""
    looks = [
        a_look(0, "free"),
        a_look(10, "occupied"),
        a_look(20, "unobserved"),
        a_look(30, "free"),
    ]
    one = [f.to_json() for f in findings(NOBODY, *looks)]
    two = [f.to_json() for f in findings(NOBODY, *reversed(looks))]
    assert one == two
    assert [f.kind for f in findings(NOBODY, *looks, kind=CHANGED)] == [CHANGED, CHANGED]


@pytest.mark.parametrize(
    ("scores", "images"), [((0.85,), 1), ((0.84,), 0), ((0.7, 0.7), 2), ((0.7, 0.69), 0)]
)
def test_a_hull_is_claimed_by_one_clear_image_or_two(
    scores: tuple[float, ...], images: int
) -> None:
    """From 0.85 on one will do, from 0.7 on a second must show it too; weaker ones say nothing."""
    looks = [a_look(5.0 + i, "occupied", score=score) for i, score in enumerate(scores)]
    found = findings(NOBODY, a_look(0, "free"), *looks, kind=DARK)
    assert [f.why["images_occupied"] for f in found] == [images] * bool(images)
    assert all(f.start_latest == T0 + hours(5) for f in found)


def test_an_image_without_a_past_waits_for_a_second() -> None:
    """The first scene of an orbit cannot tell a hull from the quay; with another it counts too."""
    first = replace(a_look(5, "occupied"), reason="no references")
    free = a_look(0, "free")
    assert not findings(NOBODY, free, first, a_look(9, "free"), kind=DARK)
    (found,) = findings(NOBODY, free, first, a_look(6, "occupied"), kind=DARK)
    assert found.start_latest == T0 + hours(5)
    assert found.learned_at == T0 + hours(6 + 3)


def test_a_doubtful_image_that_agrees_extends_what_was_seen() -> None:
    """A weak score supports the state before it and does not end it."""
    (found,) = findings(
        NOBODY, a_look(0, "free"), a_look(5, "occupied"), a_look(10, "free", score=0.4),
        a_look(20, "occupied", score=0.55), a_look(30, "free"), kind=DARK,
    )  # fmt: skip
    assert (found.end_earliest, found.end_latest) == (T0 + hours(20), T0 + hours(30))
