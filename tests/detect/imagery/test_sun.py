"""Where the sun stands: high at noon in June, low in December, east in the morning."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.detect.imagery.sun import angle_deg, elevation_deg, sun_direction

TARTUS = {"lon": 35.87, "lat": 34.9}


@pytest.mark.parametrize(
    ("at", "elevation"),
    [
        (datetime(2025, 6, 21, 9, 38, tzinfo=UTC), 78.5),
        (datetime(2025, 12, 21, 9, 35, tzinfo=UTC), 31.7),
        (datetime(2025, 3, 20, 9, 44, tzinfo=UTC), 55.0),
    ],
)
def test_the_noon_sun_stands_as_high_as_the_season_says(at: datetime, elevation: float) -> None:
    """At local noon the height is 90° less latitude, plus the sun's declination."""
    assert elevation_deg(sun_direction(at, **TARTUS)) == pytest.approx(elevation, abs=0.4)


def test_the_morning_sun_is_in_the_south_east() -> None:
    """At Sentinel-2's pass in January the sun is east of south, and shadows fall north-west."""
    east, north, up = sun_direction(datetime(2025, 1, 9, 8, 30, tzinfo=UTC), **TARTUS)
    assert east > 0 > north
    assert 0.3 < up < 0.55


def test_the_same_hour_half_a_year_later_is_another_sun() -> None:
    """Days around the same date have nearly the same sun, opposite seasons have not."""
    january, next_day, july = (
        sun_direction(datetime(2025, month, day, 8, 30, tzinfo=UTC), **TARTUS)
        for month, day in ((1, 9), (1, 10), (7, 9))
    )
    assert angle_deg(january, next_day) < 0.5
    assert angle_deg(january, july) > 30
