"""How many ships usually lie in an area, by AIS, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.detect.area_baselines import area_baselines, vessel_class
from monitor.detect.picture import Criteria, Evidence, compile_picture
from monitor.detect.usual_criteria import UsualCriteria
from monitor.domain.baseline import AreaBaseline
from monitor.domain.positions import concat
from tests.builders import (
    INSIDE,
    OTHER,
    SEA,
    SPARTA,
    T0,
    WATCH,
    a_gazetteer,
    a_static,
    a_track,
    hours,
)
from tests.detect.listening import a_feed

DAYS = 10


def baselines(*holes: tuple[float, float]) -> dict[tuple[str, str], AreaBaseline]:
    """Return the baselines of a cargo ship six days in port and a tanker two, by area and class."""
    tracks = [
        a_track(
            (1, SEA, 9), *((float(h), INSIDE, 0.0) for h in range(2, until, 2)), (until, SEA, 9),
            mmsi=mmsi,
        )
        for mmsi, until in ((SPARTA, 146), (OTHER, 50))
    ]  # fmt: skip
    evidence = Evidence(
        positions=concat([*tracks, a_feed(24 * DAYS, *holes, every_min=60.0)]),
        static=(a_static(1, SPARTA, ship_type=70), a_static(1, OTHER, ship_type=82)),
    )
    as_of = T0 + hours(24 * DAYS)
    picture = compile_picture(evidence, a_gazetteer(), WATCH, as_of=as_of, criteria=Criteria())
    rows = area_baselines(
        picture.visits, picture.register, picture.coverage, a_gazetteer(), as_of=as_of,
        criteria=UsualCriteria(least_days=8),
    )  # fmt: skip
    return {(r.place_kind, r.vessel_class): r for r in rows}


def test_ships_are_counted_by_class_at_noon() -> None:
    """Two ships on the first two days, one for four more, none at last."""
    rows = baselines()
    assert set(rows) == {("port", "all"), ("port", "cargo"), ("port", "tanker")}
    port = rows["port", "all"]
    assert (port.days, port.days_unheard, port.learning) == (DAYS, 0, False)
    assert (port.ships, port.ships_most, port.stays) == (1, 2, 2)
    assert rows["port", "tanker"].ships == 0
    assert rows["port", "cargo"].stay_h == pytest.approx(142, abs=1)


def test_a_day_without_ais_is_no_day_without_ships() -> None:
    """Days on which little was received are left out, and counted as such."""
    port = baselines((150.0, 240.0))["port", "all"]
    assert (port.days, port.days_unheard, port.learning) == (6, 4, True)
    assert port.last == T0 + timedelta(days=5, hours=12)


def test_classes_follow_the_type_a_ship_tells() -> None:
    """A tug is a service ship though its number lies among special craft."""
    told = {None: "not told", 30: "fishing", 52: "service", 69: "passenger", 79: "cargo"}
    assert {k: vessel_class(k) for k in told} == told
    assert [vessel_class(k) for k in (0, 36, 80, 99)] == ["other", "other", "tanker", "other"]
