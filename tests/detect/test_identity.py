from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from monitor.detect.identity import IdentityCriteria, conflicts_in
from monitor.detect.identity_rules import identity_findings
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.detect.wording import Words
from monitor.domain.finding import Finding, Severity
from monitor.domain.identity_conflict import Conflict, ConflictKind
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.vessel import (
    MmsiClaim,
    StaticReport,
    WatchedVessel,
    WatchList,
    compile_register,
)
from tests.builders import (
    FAR,
    OTHER,
    SEA,
    SPARTA,
    SPARTA_II,
    T0,
    WATCH,
    a_gazetteer,
    a_static,
    a_track,
    hours,
)

NOBODY = WatchList()
IMO, OTHER_IMO = 9538892, 9743033
URSA = WatchList(
    (
        WatchedVessel(
            name="URSA MAJOR", imo=IMO, claims=(MmsiClaim(mmsi=OTHER),), lost_at=T0, source="press"
        ),
    )
)


def told(imo: int, mmsi: int, at: Sequence[float], source: str = "feed a") -> list[StaticReport]:
    """Return reports of an IMO number at hours after T0."""
    return [a_static(h, mmsi, imo=imo, source=source) for h in at]


def found(
    static: list[StaticReport],
    watch: WatchList = NOBODY,
    positions: Sequence[PositionColumns] = (),
) -> tuple[Conflict, ...]:
    """Return the conflicts in reports and positions."""
    register = compile_register(static, watch, [], at=T0 + timedelta(days=30))
    tracks = tracks_in(concat(positions), criteria=TrackCriteria())
    return conflicts_in(static, tracks, watch, register, criteria=IdentityCriteria())


def findings(static: list[StaticReport], watch: WatchList = NOBODY) -> list[Finding]:
    """Return the findings made of the conflicts."""
    register = compile_register(static, watch, [], at=T0 + timedelta(days=30))
    return identity_findings(found(static, watch), Words(register, a_gazetteer()))


def test_two_ships_on_one_mmsi_at_once() -> None:
    """Two numbers said in turn conflict, and each side names its source."""
    static = [*told(IMO, OTHER, range(5)), *told(OTHER_IMO, OTHER, (1.5, 2.5, 3.5), "feed b")]
    (conflict,) = found(static)
    assert conflict.kind is ConflictKind.TWO_IMOS
    assert {c.sources for c in conflict.claims} == {("feed a",), ("feed b",)}
    assert (conflict.first_ms, conflict.last_ms) == (static[5].time_ms, static[7].time_ms)
    (finding,) = findings(static)
    assert "feed b: MMSI 371000001 is IMO 9743033" in finding.text
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(("second", "conflicts"), [((1.5, 2.5, 3.5), 1), ((1.5, 2.5), 0)])
def test_a_corrupted_number_is_no_conflict(second: tuple[float, ...], conflicts: int) -> None:
    """Two reports may be damaged, three over an hour are not."""
    assert len(found([*told(IMO, OTHER, range(5)), *told(OTHER_IMO, OTHER, second)])) == conflicts


def test_a_number_passed_on_is_no_conflict() -> None:
    """One ship after the other on one MMSI, and a re-flag, are history."""
    assert found([*told(IMO, OTHER, range(5)), *told(OTHER_IMO, OTHER, range(5, 10))]) == ()
    assert found([*told(IMO, OTHER, range(5)), *told(IMO, SPARTA, range(5, 10))]) == ()


@pytest.mark.parametrize(("place", "conflicts"), [(FAR, 1), (SEA, 0)])
def test_one_ship_cannot_be_in_two_places(place: tuple[float, float], conflicts: int) -> None:
    """One number on two MMSIs conflicts where their positions are too far apart for one ship."""
    static = [*told(IMO, OTHER, range(5)), *told(IMO, SPARTA, range(5))]
    tracks = [
        a_track(*((h, SEA, 0.1) for h in range(5)), mmsi=OTHER),
        a_track(*((h + 0.2, place, 0.1) for h in range(5)), mmsi=SPARTA),
    ]
    conflicts_found = found(static, positions=tracks)
    assert [c.kind for c in conflicts_found] == [ConflictKind.TWO_MMSIS] * conflicts
    assert all(len(c.fixes) == 2 for c in conflicts_found)


def test_two_listed_ships_swapped_by_a_source() -> None:
    """The list's word and the source's word stand beside each other for both ships, and each
    report stays with the ship of its number."""
    static = [
        *[a_static(h, SPARTA, imo=9160994, name="SPARTA II", source="press") for h in range(3)],
        *[a_static(h, SPARTA_II, imo=9268710, name="SPARTA", source="press") for h in range(3)],
    ]
    conflicts = found(static, WATCH)
    assert [(c.mmsi, c.kind) for c in conflicts] == [
        (SPARTA, ConflictKind.LISTED_OTHERWISE),
        (SPARTA_II, ConflictKind.LISTED_OTHERWISE),
    ]
    first, second = findings(static, WATCH)
    assert first.severity is Severity.WARNING
    assert "watch list: MMSI 273351920 is SPARTA, IMO 9268710" in first.text
    assert "press: MMSI 273351920 is IMO 9160994, SPARTA II (3 reports" in first.text
    assert (first.subject.imo, second.subject.imo) == (9268710, 9160994)
    register = compile_register(static, WATCH, [], at=T0 + hours(9))
    assert register.identity(SPARTA).imo == 9160994
    assert register.same_ship == {}


def test_a_swap_changes_nobodys_name() -> None:
    """A ship that gave the number listed for her before keeps it while she gives another listed
    ship's, and after; the conflict is known from the first such report on."""
    days = (range(0, 50, 5), range(50, 100, 5), range(100, 150, 5))
    numbers = {SPARTA: (9268710, 9160994), SPARTA_II: (9160994, 9268710)}
    static = [
        *[r for m, (own, _) in numbers.items() for r in told(own, m, [*days[0], *days[2]])],
        *[r for m, (_, other) in numbers.items() for r in told(other, m, days[1])],
    ]
    for until in (70, 120, 150):
        known = [r for r in static if r.time_ms <= static[0].time_ms + until * 3_600_000]
        register = compile_register(known, WATCH, [], at=T0 + hours(until))
        for mmsi, (own, _) in numbers.items():
            for h in (0, until / 2, until):
                assert register.identity_at(mmsi, T0 + hours(h)).imo == own
        assert {c.learned_ms for c in found(known, WATCH)} == {static[0].time_ms + 50 * 3_600_000}
        assert register.same_ship == {}


def test_a_ship_that_takes_a_strangers_number_is_that_ship() -> None:
    """An MMSI may pass to a ship that is on no list, whatever the list says of it."""
    static = [*told(9268710, SPARTA, range(5)), *told(IMO, SPARTA, range(5, 10))]
    register = compile_register(static, WATCH, [], at=T0 + hours(10))
    assert register.identity(SPARTA).imo == IMO


@pytest.mark.parametrize(
    ("imo", "reports", "conflicts"), [(9160994, 1, 1), (OTHER_IMO, 2, 0), (OTHER_IMO, 3, 1)]
)
def test_one_report_swaps_listed_ships_and_no_others(
    imo: int, reports: int, conflicts: int
) -> None:
    """A bit error does not hit another listed ship's number; a stranger's has to be repeated."""
    assert len(found(told(imo, SPARTA, range(reports)), WATCH)) == conflicts


@pytest.mark.parametrize(("name", "conflicts"), [("Sparta-II", 1), ("SPARTA", 0), ("X", 0)])
def test_a_listed_ship_under_anothers_name(name: str, conflicts: int) -> None:
    """A listed MMSI that calls itself by another listed ship's name conflicts, a new name not."""
    static = [a_static(h, SPARTA, name=name) for h in range(3)]
    assert len(found(static, WATCH)) == conflicts
    assert len(found(static[:2], WATCH)) == 0


@pytest.mark.parametrize(("days", "conflicts"), [(1.9, 0), (2.1, 1)])
def test_a_lost_ship_is_not_heard(days: float, conflicts: int) -> None:
    """Reports two days and more after the loss are not hers."""
    late = [a_track(*((24 * days + h, SEA, 0.1) for h in (0, 0.5, 1.1)), mmsi=OTHER)]
    conflicts_found = found([], URSA, positions=late)
    assert [c.kind for c in conflicts_found] == [ConflictKind.LOST_SHIP] * conflicts


def test_a_lost_ships_mmsi_may_pass_on() -> None:
    """Another valid number on the MMSI makes it another ship, not a risen one."""
    late = [a_track(*((72 + h, SEA, 0.1) for h in range(4)), mmsi=OTHER)]
    static = told(OTHER_IMO, OTHER, range(72, 76))
    kinds = [c.kind for c in found(static, URSA, positions=late)]
    assert kinds == [ConflictKind.LISTED_OTHERWISE]


@pytest.mark.parametrize(("reports", "conflicts"), [(2, 0), (3, 1)])
def test_an_impossible_number_is_told_when_repeated(reports: int, conflicts: int) -> None:
    """A wrong check digit once or twice may be damage."""
    conflicts_found = found(told(IMO + 1, OTHER, range(reports)))
    assert [c.kind for c in conflicts_found] == [ConflictKind.BAD_IMO] * conflicts


def test_conflicts_do_not_depend_on_order_and_keep_their_ids() -> None:
    """Reports in any order give equal findings; later reports of the same conflict its id."""
    static = [
        *told(IMO, OTHER, range(5)),
        *told(OTHER_IMO, OTHER, (1.5, 2.5, 3.5)),
        *told(9160994, SPARTA, range(3)),
    ]
    shuffled = random.Random(2).sample(static, len(static))
    assert findings(static, WATCH) == findings(shuffled, WATCH)
    more = [*static, *told(OTHER_IMO, OTHER, (5.5, 6.5)), *told(IMO, OTHER, range(5, 9))]
    assert [f.id for f in findings(more, WATCH)] == [f.id for f in findings(static, WATCH)]
