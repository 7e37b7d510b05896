from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.detect.cells import cells_in, spans_asked
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.domain.berth_cell import BerthCell
from monitor.domain.berth_state import BerthState
from monitor.domain.coverage import cell_of
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.positions import PositionColumns, concat, no_positions
from tests.builders import (
    BERTH,
    FAR,
    INSIDE,
    OTHER,
    SEA,
    SPARTA,
    SPARTA_II,
    T0,
    WATCH,
    a_gazetteer,
    a_look,
    a_static,
    a_track,
    hours,
)

NEAR_FEED = a_track(*((h, (35.5, 34.5), 5) for h in range(0, 100)), mmsi=OTHER)
NOBODY = no_positions()
GHOST = FindingKind.AIS_WITHOUT_SHIP

ASIDE = (35.811, 34.911)


def picture(
    *tracks: PositionColumns, looks: tuple[BerthState, ...], length_m: int | None = None
) -> Picture:
    """Compile tracks and looks; the length is told of a ship that is on no list."""
    static = (a_static(0, OTHER + 1, to_bow_m=length_m, to_stern_m=0),) if length_m else ()
    return compile_picture(
        Evidence(positions=concat(list(tracks)), berth_states=looks, static=static),
        a_gazetteer(),
        WATCH,
        as_of=T0 + hours(100),
        criteria=Criteria(),
    )


def one(*tracks: PositionColumns, look: BerthState) -> BerthCell:
    """Return the only cell."""
    (cell,) = picture(*tracks, looks=(look,)).cells
    return cell


def moored(at: tuple[float, float] = BERTH, kn: float = 0.0, h: float = 10.0) -> PositionColumns:
    """Return one report of SPARTA, so that no stay is proven."""
    return a_track((h, at, kn))


@pytest.mark.parametrize(
    ("track", "image", "says", "verdict"),
    [
        (moored(), "occupied", "ship", "confirmed"),
        (moored(), "free", "ship", "ais_without_ship"),
        (moored(), "unobserved", "ship", "not_observed"),
        (NOBODY, "occupied", "empty", "occupied_without_ais"),
        (NOBODY, "free", "empty", "free"),
        (NOBODY, "unobserved", "empty", "not_observed"),
    ],
)
def test_cells_where_others_were_heard(
    track: PositionColumns, image: str, says: str, verdict: str
) -> None:
    """With coverage shown AIS says ship or empty; the AIS half is told of unseen berths too."""
    looks = (a_look(10, image), a_look(10, "free", berth="port.berth.b"))
    cell = picture(track, NEAR_FEED, looks=looks).cells[0]
    assert (cell.ais.says.value, cell.verdict.value) == (says, verdict)


@pytest.mark.parametrize(
    ("image", "verdict"),
    [("occupied", "occupied_ais_unknown"), ("free", "free"), ("unobserved", "not_observed")],
)
@pytest.mark.parametrize("feed", [NOBODY, a_track(*((h, FAR, 5) for h in range(100)), mmsi=OTHER)])
def test_hearing_another_sea_shows_nothing_here(
    feed: PositionColumns, image: str, verdict: str
) -> None:
    """Where nobody was heard near the berth AIS is unknown, whoever was heard elsewhere."""
    cell = one(feed, look=a_look(10, image))
    assert (cell.ais.says.value, cell.verdict.value) == ("unknown", verdict)


@pytest.mark.parametrize(("heard_h", "says"), [(7.0, "empty"), (6.98, "unknown")])
def test_others_must_be_heard_about_then(heard_h: float, says: str) -> None:
    """Others heard in the hours from three before on show that AIS worked; before that, not."""
    feed = a_track((heard_h, (35.5, 34.5), 5), (heard_h - 3, (35.5, 34.5), 5), mmsi=OTHER)
    assert one(feed, look=a_look(10, "occupied")).ais.says.value == says


@pytest.mark.parametrize(("north_m", "says"), [(149, "ship"), (151, "empty")])
def test_reach(north_m: float, says: str) -> None:
    """A report up to 150 m from the berth explains a hull in it."""
    track = moored((35.8150, 34.9155 + north_m / 110_930))
    assert one(track, NEAR_FEED, look=a_look(10, "occupied")).ais.says.value == says


@pytest.mark.parametrize(("minutes", "says"), [(60, "ship"), (61, "empty")])
@pytest.mark.parametrize("sign", [1, -1])
def test_around(minutes: float, says: str, sign: int) -> None:
    """A report up to an hour from the acquisition explains a hull."""
    track = moored(h=10 + sign * minutes / 60)
    assert one(track, NEAR_FEED, look=a_look(10, "occupied")).ais.says.value == says


@pytest.mark.parametrize(
    ("minutes", "kn", "held"), [(30, 0.5, True), (31, 0.5, False), (30, 0.6, False)]
)
def test_held(minutes: float, kn: float, held: bool) -> None:
    """A ship is held in the berth by a report of lying still within half an hour."""
    cell = one(moored(kn=kn, h=10 + minutes / 60), NEAR_FEED, look=a_look(10, "free"))
    assert bool(cell.ais.held) is held
    assert cell.verdict.value == ("ais_without_ship" if held else "free")


@pytest.mark.parametrize(("gap_h", "held"), [(4.0, True), (4.2, False)])
def test_a_stay_holds_between_reports_close_together(gap_h: float, held: bool) -> None:
    """Two reports of one stay up to four hours apart hold her in between."""
    times = [2, 4, 10 - gap_h / 2, 10 + gap_h / 2, 16]
    track = a_track((0, SEA, 9), *((h, BERTH, 0) for h in times))
    cell = one(track, NEAR_FEED, look=a_look(10, "free"))
    assert bool(cell.ais.held) is held


@pytest.mark.parametrize(("after_h", "says"), [(24, "ship"), (24.1, "unknown")])
def test_a_stay_not_heard_of_for_a_day_is_unknown(after_h: float, says: str) -> None:
    """Nobody can say whether a ship silent in a berth for more than a day still lies there."""
    track = a_track((0, SEA, 9), (1, BERTH, 0), (2, BERTH, 0))
    cell = one(track, NEAR_FEED, look=a_look(2 + after_h, "occupied"))
    assert cell.ais.says.value == says
    assert (cell.ais.silent == (SPARTA,)) is (says == "unknown")


def test_a_ship_silent_in_port_is_told_and_explains_nothing() -> None:
    """AIS stays empty where she could lie unheard, and the cell says so."""
    track = a_track((0, SEA, 9), (1, INSIDE, 5), (1.2, ASIDE, 3))
    cell = one(track, NEAR_FEED, look=a_look(10, "occupied"))
    assert (cell.ais.says.value, cell.ais.silent) == ("empty", (SPARTA,))


def test_a_silent_ship_does_not_show_coverage_by_herself() -> None:
    """Where only she was heard about then, nobody knows whether her set would still be heard."""
    track = a_track((0, SEA, 9), (1, INSIDE, 5), (1.2, ASIDE, 3))
    assert one(track, look=a_look(3, "occupied")).ais.says.value == "unknown"


def test_a_hull_beside_is_no_ghost() -> None:
    """A free berth with a hull, or nothing seen, at the next one within reach has no ghost."""
    track = moored((35.8150, 34.9150))
    gazetteer = a_gazetteer()
    criteria = MatrixCriteria(reach_m=2_000)
    for beside, verdict in (
        ("occupied", "free"),
        ("unobserved", "free"),
        ("free", "ais_without_ship"),
    ):
        looks = (a_look(10, "free"), a_look(10, beside, berth="port.berth.b"))
        found = picture(track, NEAR_FEED, looks=looks)
        cells = cells_in(
            looks, found.tracks, found.visits, gazetteer, found.coverage, criteria=criteria
        )
        assert cells[0].verdict.value == verdict


def test_coverage_is_asked_for_around_each_pass() -> None:
    """What `cells_in` looks up is what is loaded: the berth's cell and its neighbours, 3 h."""
    spans = spans_asked([a_look(10, "free")], a_gazetteer(), criteria=MatrixCriteria())
    own = spans.cell == int(cell_of(35.815, 34.915))
    assert (spans.last - spans.first)[own].tolist() == [6]
    assert len(spans.cell) == 9


def ghosts(
    *looks: BerthState, mmsi: int = SPARTA, length_m: int | None = None, until_h: float = 60
) -> list[Finding]:
    """Return the ghosts of one ship that lies in berth a by AIS from hour 1 to `until_h`."""
    reports = [(h / 2, BERTH, 0.1) for h in range(2, int(until_h * 2))]
    track = a_track((0, SEA, 9), *reports, (until_h + 2, SEA, 9), (until_h + 3, FAR, 9), mmsi=mmsi)
    found = picture(track, NEAR_FEED, looks=looks, length_m=length_m)
    return [f for f in found.findings if f.kind is GHOST]


@pytest.mark.parametrize(
    ("score", "usable", "count"),
    [(0.05, 0.9, 1), (0.051, 0.9, 0), (0.05, 0.89, 0)],
)
def test_one_clear_image_makes_a_ghost(score: float, usable: float, count: int) -> None:
    """One image does only if its score is at most 0.05 and it sees nine tenths of the berth."""
    look = replace(a_look(10, "free", score=score), usable=usable)
    assert len(ghosts(look)) == count


@pytest.mark.parametrize(("score", "count"), [(0.3, 1), (0.31, 0)])
def test_two_images_make_a_ghost(score: float, count: int) -> None:
    """Two images do up to a score of 0.3, and the finding stays open until a cell denies it."""
    found = ghosts(a_look(10, "free", score=score), a_look(20, "free", score=score))
    assert len(found) == count
    for f in found:
        assert f.status is Status.OPEN
        assert f.why["passes"] == {"ais_without_ship": 2}
        assert f.start_latest == T0 + hours(10)
        assert f.learned_at == T0 + hours(23)


@pytest.mark.parametrize(("length_m", "count"), [(59, 0), (60, 1)])
def test_a_ship_too_short_to_be_seen_is_no_ghost(length_m: int, count: int) -> None:
    """Her absence from an image shows nothing."""
    looks = (a_look(10, "free"), a_look(20, "free"))
    assert len(ghosts(*looks, mmsi=OTHER + 1, length_m=length_m)) == count


def test_of_a_ship_of_unknown_length_it_takes_two() -> None:
    """One image is not enough where she may be small, and two give low confidence."""
    assert not ghosts(a_look(10, "free"), mmsi=SPARTA_II)
    (found,) = ghosts(a_look(10, "free"), a_look(20, "free"), mmsi=SPARTA_II)
    assert found.confidence == "low"


@pytest.mark.parametrize(
    ("look", "closed"),
    [
        (a_look(30, "occupied"), True),
        (a_look(30, "occupied", score=0.6), False),
        (a_look(30, "unobserved"), False),
        (a_look(70, "free"), True),
    ],
)
def test_a_ghost_ends_where_a_cell_says_otherwise(look: BerthState, closed: bool) -> None:
    """A hull seen, or AIS that has her gone, closes it; what was not seen does not."""
    (found,) = ghosts(a_look(10, "free"), a_look(20, "free"), look)
    assert (found.status is Status.CLOSED) is closed
    if closed:
        assert (found.end_earliest, found.end_latest) == (T0 + hours(20), look.acquired_at)


def test_the_hull_finding_counts_what_was_seen_and_what_was_not() -> None:
    """The reader is told how many looks within an episode saw nothing or could not tell."""
    feed = NEAR_FEED.take(NEAR_FEED.time_ms < NEAR_FEED.time_ms[25])
    looks = (
        a_look(5, "occupied"), a_look(10, "unobserved"), a_look(15, "occupied"),
        a_look(50, "occupied"), a_look(60, "free"),
    )  # fmt: skip
    found = picture(feed, looks=looks)
    (dark,) = [f for f in found.findings if f.kind is FindingKind.OCCUPIED_WITHOUT_AIS]
    assert dark.why["passes"] == {
        "occupied_without_ais": 2,
        "occupied_ais_unknown": 1,
        "not_observed": 1,
    }


def test_a_ship_of_two_numbers_that_reports_twice_at_once_is_held() -> None:
    """One ship, one number after the other, and a last report under both at the same instant."""
    static = [a_static(h, SPARTA, imo=9268710) for h in (0, 1, 2)]
    static += [a_static(h, SPARTA_II, imo=9268710) for h in (3, 4, 5)]
    one = a_track((11, SEA, 9), (13, INSIDE, 5), (13.5, BERTH, 0), mmsi=SPARTA)
    other = a_track((13, BERTH, 0), (14, SEA, 9), mmsi=SPARTA_II)
    found = compile_picture(
        Evidence(
            positions=concat([one, other, NEAR_FEED]),
            berth_states=(a_look(13, "occupied"), a_look(15, "occupied")),
            static=tuple(static),
        ),
        a_gazetteer(),
        WATCH,
        as_of=T0 + hours(100),
        criteria=Criteria(),
    )
    assert found.cells[0].ais.says.value == "ship"


def test_order_does_not_matter() -> None:
    """Looks in any order give the same cells."""
    looks = tuple(
        a_look(h, "free", berth=b) for h in (3, 1, 2) for b in ("port.berth.b", "port.berth.a")
    )
    track = a_track((0, SEA, 9), (1, BERTH, 0), (2, BERTH, 0), (3, BERTH, 0))
    assert picture(track, looks=looks).cells == picture(track, looks=looks[::-1]).cells
