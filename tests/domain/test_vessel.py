from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.vessel import (
    MmsiClaim,
    StaticReport,
    WatchedVessel,
    WatchList,
    compile_register,
    imo_is_valid,
    mmsi_is_ship,
)
from tests.builders import OTHER, SPARTA, T0, WATCH


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
