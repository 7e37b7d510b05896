from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.detect.picture import Criteria, Evidence, compile_picture
from monitor.domain.finding import FindingKind, Status
from monitor.domain.positions import concat
from tests.builders import INSIDE, OTHER, SEA, T0, WATCH, a_gazetteer, a_track, hours

OTHERS = a_track(*((h, (35.5, 34.5), 5) for h in range(120)), mmsi=OTHER)


def silent(track: object, *, as_of_h: float, others: bool = True) -> list[object]:
    """Return the findings about silence."""
    rows = concat([track, OTHERS]) if others else track  # type: ignore[list-item]
    picture = compile_picture(
        Evidence(positions=rows),
        a_gazetteer(),
        WATCH,
        as_of=T0 + hours(as_of_h),
        criteria=Criteria(),
    )
    kinds = (FindingKind.NO_AIS_RECEIVED, FindingKind.AIS_RESUMED)
    return [f for f in picture.findings if f.kind in kinds]


@pytest.mark.parametrize(("gap_h", "found"), [(12.0, 0), (12.1, 2)])
def test_a_ship_is_silent_beyond_twelve_of_her_own_intervals(gap_h: float, found: int) -> None:
    """Hourly reports make twelve hours the threshold; its end is told as well."""
    track = a_track(*((h, SEA, 1) for h in range(10)), (9 + gap_h, SEA, 1))
    assert len(silent(track, as_of_h=9 + gap_h)) == found


def test_in_port_a_day_without_ais_is_usual() -> None:
    """Quays hide antennas: in port a silence begins after a day."""
    track = a_track(*((h, INSIDE, 0) for h in range(10)))
    assert not silent(track, as_of_h=9 + 24)
    assert len(silent(track, as_of_h=9 + 24.1)) == 1


def test_no_coverage_no_silence() -> None:
    """Where nobody else was heard either, the feed was down: nothing is said of the ship."""
    track = a_track(*((h, SEA, 1) for h in range(10)), (60, SEA, 1))
    assert silent(track, as_of_h=60)
    assert not silent(track, as_of_h=60, others=False)


def test_an_open_silence_closes_when_the_ship_is_heard() -> None:
    """The same silence has one id, open first and closed later."""
    before = a_track(*((h, SEA, 1) for h in range(10)))
    after = a_track(*((h, SEA, 1) for h in range(10)), (40, SEA, 1))
    (open_one,) = silent(before, as_of_h=39)
    closed = [f for f in silent(after, as_of_h=41) if f.kind == FindingKind.NO_AIS_RECEIVED]
    assert open_one.status is Status.OPEN
    assert [f.status for f in closed] == [Status.CLOSED]
    assert closed[0].id == open_one.id
    assert closed[0].end_latest == T0 + hours(40)
    assert "No AIS received" in closed[0].text


def test_learned_at_is_when_the_threshold_passed() -> None:
    """A silence is known when the threshold passes, whenever it is computed."""
    track = a_track(*((h, SEA, 1) for h in range(10)))
    for as_of in (30, 50):
        (found,) = silent(track, as_of_h=as_of)
        assert found.learned_at == T0 + hours(9) + timedelta(hours=12)
