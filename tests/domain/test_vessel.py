from __future__ import annotations

import random
from datetime import timedelta

import pytest
from pyais.constants import COUNTRY_MAPPING

from monitor.domain.flags import flag_of
from monitor.domain.vessel import (
    MmsiClaim,
    StaticReport,
    WatchedVessel,
    WatchList,
    compile_register,
    imo_is_valid,
    mmsi_is_ship,
)
from tests.builders import OTHER, SPARTA, T0, WATCH, a_static


@pytest.mark.parametrize(
    ("imo", "valid"),
    [(9268710, True), (9160994, True), (9268711, False), (9015653, False), (1234567, True),
     (0, False), (None, False), (926871, False), (92687100, False)],
)  # fmt: skip
def test_the_check_digit_decides(imo: int | None, valid: bool) -> None:
    """An IMO number is believed only if its last digit fits the others."""
    assert imo_is_valid(imo) is valid


@pytest.mark.parametrize(
    ("mmsi", "ship"),
    [(201000000, True), (775999999, True), (200999999, False), (776000000, False),
     (2734452, False), (111273001, False), (970123456, False), (992731234, False)],
)  # fmt: skip
def test_only_ships_have_ship_numbers(mmsi: int, ship: bool) -> None:
    """Coast stations, aircraft, beacons and buoys are not ships."""
    assert mmsi_is_ship(mmsi) is ship


def test_the_imo_number_overrules_the_mmsi() -> None:
    """A valid IMO number of an unlisted ship is not the listed ship, whatever its MMSI."""
    assert WATCH.find(imo=9160994, mmsi=SPARTA, at=T0).name == "SPARTA II"  # type: ignore[union-attr]
    assert WATCH.find(imo=9538892, mmsi=SPARTA, at=T0) is None
    assert WATCH.find(imo=None, mmsi=SPARTA, at=T0).name == "SPARTA"  # type: ignore[union-attr]
    assert WATCH.find(imo=None, mmsi=OTHER, at=T0) is None


@pytest.mark.parametrize(("days", "found"), [(-1, False), (0, True), (9, True), (10, False)])
def test_an_mmsi_counts_while_it_is_valid(days: int, found: bool) -> None:
    """A claim holds from its first day to the instant before its end."""
    claim = MmsiClaim(mmsi=OTHER, valid_from=T0, valid_to=T0 + timedelta(days=10))
    listed = WatchList((WatchedVessel(name="X", imo=None, claims=(claim,)),))
    assert (listed.find(imo=None, mmsi=OTHER, at=T0 + timedelta(days=days)) is not None) is found


def test_one_corrupted_report_changes_nothing() -> None:
    """The name and number most often reported win, in any order of reports."""
    good = [StaticReport(time_ms=i, mmsi=OTHER, imo=9538892, name="URSA") for i in (1, 2)]
    bad = StaticReport(time_ms=9, mmsi=OTHER, imo=9268710, name="URSX")
    for reports in ([*good, bad], [bad, *good]):
        identity = compile_register(reports, WATCH, [OTHER], at=T0).identity(OTHER)
        assert (identity.imo, identity.name, identity.watched) == (9538892, "URSA", False)


def test_a_watched_ship_keeps_the_lists_name() -> None:
    """What a ship calls itself does not rename a listed ship."""
    report = StaticReport(time_ms=1, mmsi=OTHER, imo=9268710, name="<IMG SRC=X>")
    identity = compile_register([report], WATCH, [OTHER], at=T0).identity(OTHER)
    assert (identity.name, identity.watched) == ("SPARTA", True)


URSA, OLD_MMSI, NEW_MMSI = 9538892, 273396130, 677000001


def told(imo: int | None, mmsi: int, hours: range, **said: object) -> list[StaticReport]:
    """Return a report each hour after T0."""
    return [a_static(h, mmsi, imo=imo, **said) for h in hours]


def test_a_reflagged_ship_is_one_ship() -> None:
    """Two MMSIs one after the other with one IMO number: one ship, with both flags."""
    reports = [
        *told(URSA, OLD_MMSI, range(4), name="SPARTA III"),
        *told(URSA, NEW_MMSI, range(10, 14), name="URSA MAJOR"),
    ]
    register = compile_register(reports, WatchList(), [], at=T0 + timedelta(hours=20))
    assert register.same_ship == {OLD_MMSI: OLD_MMSI, NEW_MMSI: OLD_MMSI}
    assert [s.value for s in register.history(URSA).flags.said] == ["RU", "TZ"]
    assert [s.value for s in register.history(NEW_MMSI).names.said] == ["SPARTA III", "URSA MAJOR"]
    leader = register.identity(OLD_MMSI)
    assert (leader.imo, leader.name, leader.flag) == (URSA, "URSA MAJOR", "TZ")
    before = register.identity_at(OLD_MMSI, T0)
    assert (before.name, before.flag) == ("SPARTA III", "RU")


def test_mmsis_used_at_once_are_not_one_ship() -> None:
    """One IMO number on two MMSIs over the same time is not gathered under either."""
    reports = [*told(URSA, OLD_MMSI, range(4)), *told(URSA, NEW_MMSI, range(3, 8))]
    assert compile_register(reports, WatchList(), [], at=T0).same_ship == {}


def test_an_mmsi_that_passed_on_is_not_merged() -> None:
    """A number two ships had, one after the other, belongs to each in her own time."""
    reports = [
        *told(URSA, OLD_MMSI, range(4), name="URSA MAJOR"),
        *told(9160994, OLD_MMSI, range(10, 14), name="OTHER"),
        *told(URSA, NEW_MMSI, range(10, 14), name="URSA MAJOR"),
    ]
    register = compile_register(reports, WatchList(), [], at=T0 + timedelta(hours=20))
    assert register.same_ship == {}
    at = [register.identity_at(OLD_MMSI, T0 + timedelta(hours=h)) for h in (0, 3, 9, 10, 99)]
    assert [(i.imo, i.name) for i in at] == [(URSA, "URSA MAJOR")] * 3 + [(9160994, "OTHER")] * 2


@pytest.mark.parametrize(("reports", "name"), [(range(3), "NEW"), (range(2), "OLD")])
def test_a_new_name_has_to_be_repeated(reports: range, name: str) -> None:
    """A third report makes a rename; two are listed and change nothing."""
    said = [*told(URSA, OTHER, range(-9, -4), name="OLD"), *told(URSA, OTHER, reports, name="NEW")]
    register = compile_register(said, WatchList(), [], at=T0 + timedelta(days=1))
    assert register.identity(OTHER).name == name
    ignored = register.history(URSA).names.ignored
    assert [s.value for s in ignored] == ([] if name == "NEW" else ["NEW"])


def test_numbers_in_use_at_once_leave_the_mmsi_to_the_list() -> None:
    """Of two ships on one MMSI the one the list gives it to stands for it, however loud the other;
    what each report says stays with its own number."""
    reports = [
        *told(9268710, SPARTA, range(0, 20, 5), name="SPARTA"),
        *told(9160994, SPARTA, range(1, 20), name="SPARTA II"),
    ]
    register = compile_register(reports, WATCH, [], at=T0 + timedelta(hours=10))
    assert register.identity(SPARTA).imo == 9268710
    assert [s.value for s in register.history(9160994).names.said] == ["SPARTA II"]
    assert [s.value for s in register.history(9268710).names.said] == ["SPARTA"]
    unlisted = compile_register(reports, WatchList(), [], at=T0 + timedelta(hours=10))
    assert unlisted.identity(SPARTA).imo == 9160994


def test_a_lone_number_does_not_unseat_a_listed_ship() -> None:
    """One report with the number of a stranger leaves the listed ship where she was."""
    lone = compile_register(told(URSA, SPARTA, range(1)), WATCH, [], at=T0)
    assert lone.identity(SPARTA).imo == 9268710
    held = compile_register(told(URSA, SPARTA, range(3)), WATCH, [], at=T0)
    assert (held.identity(SPARTA).imo, held.identity(SPARTA).watched) == (URSA, False)


def test_an_impossible_number_names_nobody() -> None:
    """An IMO number with a wrong check digit is kept as said and used for nothing."""
    register = compile_register(told(9538893, OTHER, range(5), name="X"), WATCH, [], at=T0)
    assert (register.identity(OTHER).imo, register.identity(OTHER).name) == (None, "X")


@pytest.mark.parametrize(
    ("sides", "length_m", "has_hull"),
    [
        ((100, 20, 5, 15), 120.0, True),
        ((0, 120, 0, 20), 120.0, False),
        ((0, 120, 10, 10), 120.0, True),
        ((100, 20, 0, 0), 120.0, False),
        ((0, 0, 5, 15), None, False),
        ((400, 100, 5, 15), 500.0, True),
        ((400, 101, 5, 15), None, False),
    ],
)
def test_a_hull_needs_the_antennas_place(
    sides: tuple[int, int, int, int], length_m: float | None, has_hull: bool
) -> None:
    """Bow and port of 0 mean that only length and beam were given."""
    bow, stern, port, starboard = sides
    said = {"to_bow_m": bow, "to_stern_m": stern, "to_port_m": port, "to_starboard_m": starboard}
    identity = compile_register([a_static(0, OTHER, **said)], WATCH, [], at=T0).identity(OTHER)
    assert (identity.length_m, identity.hull is not None) == (length_m, has_hull)


def test_a_register_does_not_depend_on_order() -> None:
    """Reports in any order give an equal register."""
    reports = [
        *told(URSA, OLD_MMSI, range(4), name="A", call_sign="X"),
        *told(URSA, NEW_MMSI, range(10, 14), name="B", ship_type=70),
        *told(None, NEW_MMSI, range(5, 8), name="C"),
    ]
    shuffled = random.Random(1).sample(reports, len(reports))
    assert compile_register(reports, WATCH, [], at=T0) == compile_register(
        shuffled, WATCH, [], at=T0
    )


@pytest.mark.parametrize(
    ("mmsi", "flag"),
    [(273351920, "RU"), (671000001, "TG"), (740000001, "FK"), (646000001, ""), (2734452, "")],
)
def test_a_flag_is_in_the_country_digits(mmsi: int, flag: str) -> None:
    """Digits allotted to nobody, and coast stations, have no flag."""
    assert flag_of(mmsi) == flag


def test_flags_agree_with_another_table() -> None:
    """Only known faults of the other table differ: the Falklands, Ascension, French Antarctica."""
    ours = {mid: flag_of(mid * 1_000_000) for mid in range(201, 776)}
    theirs = {mid: COUNTRY_MAPPING.get(mid, ("",))[0] for mid in range(201, 776)}
    assert {m for m in ours if ours[m] != theirs[m]} <= {501, 607, 608, 618, 635, 638, 740}
