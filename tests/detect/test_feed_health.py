from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.feed_health import health_summary, source_health, usual_vessels
from monitor.detect.reception import FeedCriteria, feed_logs
from monitor.domain.feed import FeedControl, FeedLog, FeedState, SourceBeat, SourceHealth
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.window import to_ms
from tests.builders import T0, hours
from tests.detect.listening import a_feed

CRITERIA = FeedCriteria()
WEEK = 168


def asked(
    rows: PositionColumns,
    *,
    as_of_h: float,
    broken: str = "",
    beat: SourceBeat | None = None,
    control: dict[str, np.ndarray] | None = None,
) -> SourceHealth:
    """Return how the source in `rows` does."""
    (log,) = feed_logs(rows)
    return source_health(
        FeedControl(name="feed"),
        log,
        as_of=T0 + hours(as_of_h),
        criteria=CRITERIA,
        broken=broken,
        beat=beat,
        control_hours=control,
    )


def a_beat(*, last_h: float | None, connected: bool = True) -> SourceBeat:
    """Return what a connection says of itself."""
    last = to_ms(T0 + hours(last_h)) if last_h is not None else None
    return SourceBeat(
        source="feed", connected=connected, last_frame_ms=last, frames=5, since_ms=to_ms(T0)
    )


def test_a_source_that_keeps_its_habit_is_well() -> None:
    """Known for a day it is well, though its usual rate is not known yet."""
    health = asked(a_feed(24), as_of_h=24)
    assert health.state is FeedState.OK
    assert health.usual_vessels is None
    assert "too few weeks" in health.reason
    assert not health.fails


def test_a_source_that_has_just_begun_is_not_judged() -> None:
    """Not enough history is an answer."""
    assert asked(a_feed(2), as_of_h=2.5).state is FeedState.UNKNOWN
    unheard = source_health(FeedControl(name="feed"), None, as_of=T0, criteria=CRITERIA)
    assert unheard.state is FeedState.UNKNOWN
    assert unheard.last_ms is None


def test_an_open_socket_that_gives_nothing_is_stalled() -> None:
    """Connected and silent is stalled; not connected is down, whatever came before."""
    rows = a_feed(24)
    stalled = asked(rows, as_of_h=25, beat=a_beat(last_h=23.9))
    assert stalled.state is FeedState.STALLED
    assert stalled.fails
    assert stalled.reason == "nothing for 65 min, usually every 5 min"
    down = asked(rows, as_of_h=24, beat=a_beat(last_h=24, connected=False))
    assert (down.state, down.reason) == (FeedState.DOWN, "not connected")
    assert asked(rows, as_of_h=24, broken="cannot be read: 403").reason == "cannot be read: 403"


def test_a_source_that_speaks_but_not_of_ships_is_quiet() -> None:
    """Base stations alone are frames; the socket is alive and the ships are missing."""
    health = asked(a_feed(24), as_of_h=25, beat=a_beat(last_h=24.9))
    assert health.state is FeedState.QUIET
    assert health.reason.startswith("nothing of ships")
    assert health.last_ms == to_ms(T0 + hours(24.9))


@pytest.mark.parametrize(("ships", "state"), [(3, FeedState.OK), (2, FeedState.QUIET)])
def test_a_source_with_less_than_a_third_of_its_ships_is_quiet(
    ships: int, state: FeedState
) -> None:
    """Ten ships are usual in this hour of the week: three are enough, two are not."""
    weeks = [a_feed(w * WEEK + 12, from_h=w * WEEK, ships=10) for w in range(3)]
    now = a_feed(3 * WEEK + 1, from_h=3 * WEEK, ships=ships)
    health = asked(concat([*weeks, now]), as_of_h=3 * WEEK + 1)
    assert health.usual_vessels == 10
    assert health.vessels == ships
    assert health.state is state


@pytest.mark.parametrize(("weeks", "usual"), [(2, None), (3, 4.0)])
def test_what_is_usual_takes_three_weeks(weeks: int, usual: float | None) -> None:
    """A median of two weeks is not usual yet; an hour without any ship counts as none."""
    first = to_ms(T0) // 3_600_000
    hours_heard = first + WEEK * np.arange(weeks)
    log = FeedLog(
        name="feed",
        minutes=hours_heard * 60,
        hours=hours_heard,
        vessels=np.array([3, 4, 100][:weeks]),
    )
    assert usual_vessels(log, first + WEEK * weeks, criteria=CRITERIA) == usual


@pytest.mark.parametrize(("silent_h", "state"), [(2, FeedState.QUIET), (1, FeedState.OK)])
def test_reference_ships_not_heard_make_a_source_quiet(silent_h: int, state: FeedState) -> None:
    """Ferries heard in every hour of the week and not in the last two full ones."""
    last = to_ms(T0 + hours(200)) // 3_600_000
    always = np.arange(last - 190, last - silent_h)
    health = asked(a_feed(200), as_of_h=200, control={"reference ships": always})
    assert health.state is state
    if state is FeedState.QUIET:
        assert health.reason == "not heard lately: reference ships"


def test_a_control_seldom_heard_says_nothing() -> None:
    """Water that is not busy cannot show that a source is silent."""
    seldom = to_ms(T0) // 3_600_000 + np.arange(0, 190, 3)
    health = asked(a_feed(200), as_of_h=200, control={"control box": seldom})
    assert health.state is FeedState.OK


def test_health_has_plain_values() -> None:
    """The summary holds JSON values only."""
    (row,) = health_summary([asked(a_feed(24), as_of_h=25)])
    assert row == {
        "source": "feed",
        "state": "stalled",
        "reason": "nothing for 65 min, usually every 5 min",
        "last_received": "2025-01-10T23:55:00Z",
        "vessels_last_hour": 0,
        "usual_vessels": None,
    }
