"""Which satellite passed when, and what the weather was: one row per rendered scene.

Times of the Sentinel passes are those of the published catalogs, or follow from the repeat cycle;
cloud and sea state are published for three of them and invented for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.window import parse_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarPass:
    """One Sentinel-1A pass over the port."""

    at: datetime
    orbit: int
    """Relative orbit number."""
    wind_kn: float
    """Over the outer water; 5 Jan follows the published -12 dB noise floor, others are invented."""
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalPass:
    """One Sentinel-2 pass, or one view at 3 m."""

    at: datetime
    platform: str
    cloud: float
    """Share of the port under cloud, 0-1."""
    clear_mole: bool = False
    """Whether a hole in the cloud shows Mole 1."""
    events: tuple[str, ...] = ()
    stands_for: str = ""
    """The published image a 3 m view stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """How one relative orbit looks at the port. Right-looking, so the side follows from it."""

    ascending: bool
    incidence_deg: float
    """At the port; from the place of the port in the swath (near 30, far 45)."""

    @property
    def towards_sensor_deg(self) -> float:
        """Bearing from the port to the sensor: west on ascending passes, east on descending."""
        return 258.0 if self.ascending else 102.0

    @property
    def azimuth_deg(self) -> float:
        """Direction of flight over the port."""
        return 348.0 if self.ascending else 192.0


BEAMS = {
    14: Beam(ascending=True, incidence_deg=38.5),
    21: Beam(ascending=False, incidence_deg=41.0),
    87: Beam(ascending=True, incidence_deg=45.3),
    94: Beam(ascending=False, incidence_deg=31.0),
}
_SECOND = {14: 47, 21: 30, 87: 57, 94: 41}  # within the minute of the pass, as published


def _radar(text: str, orbit: int, wind_kn: float, *events: str) -> RadarPass:
    at = parse_utc(text) + timedelta(seconds=_SECOND[orbit])
    return RadarPass(at=at, orbit=orbit, wind_kn=wind_kn, events=events)


RADAR = (
    _radar("2024-12-01T03:35", 21, 6, "E001"),
    _radar("2024-12-05T15:42", 87, 7, "E003"),
    _radar("2024-12-06T03:43", 94, 5),
    _radar("2024-12-12T15:33", 14, 9, "E011"),
    _radar("2024-12-13T03:35", 21, 8),
    _radar("2024-12-17T15:42", 87, 6),
    _radar("2024-12-18T03:43", 94, 10),
    _radar("2024-12-24T15:33", 14, 7),
    _radar("2024-12-25T03:35", 21, 5),
    _radar("2024-12-29T15:42", 87, 11),
    _radar("2024-12-30T03:43", 94, 9),
    _radar("2025-01-05T15:33", 14, 24, "E026"),
    _radar("2025-01-06T03:35", 21, 15),
    _radar("2025-01-10T15:42", 87, 8),
    _radar("2025-01-11T03:43", 94, 6),
    _radar("2025-01-17T15:33", 14, 6),
    _radar("2025-01-18T03:35", 21, 7),
    _radar("2025-01-22T15:42", 87, 9, "E044"),
    _radar("2025-01-23T03:43", 94, 7, "E045"),
    _radar("2025-01-29T15:33", 14, 6),
    _radar("2025-01-30T03:35", 21, 8),
    _radar("2025-02-03T15:42", 87, 10),
    _radar("2025-02-04T03:43", 94, 7),
    _radar("2025-02-10T15:33", 14, 8),
)


def _sentinel_2(
    text: str, unit: str, cloud: float, *events: str, clear_mole: bool = False
) -> OpticalPass:
    return OpticalPass(
        at=parse_utc(text) + timedelta(seconds=21), platform=f"sentinel-2{unit}", cloud=cloud,
        clear_mole=clear_mole, events=events,
    )  # fmt: skip


SENTINEL_2 = (
    _sentinel_2("2024-12-05T08:30", "b", 0.0, "E003"),
    _sentinel_2("2024-12-10T08:30", "a", 0.04, "E008"),
    _sentinel_2("2024-12-15T08:30", "b", 0.12, "E015", clear_mole=True),
    _sentinel_2("2024-12-20T08:30", "a", 1.0),
    _sentinel_2("2024-12-25T08:30", "b", 0.3),
    _sentinel_2("2024-12-30T08:30", "a", 0.0),
    _sentinel_2("2025-01-04T08:30", "b", 0.65),
    _sentinel_2("2025-01-09T08:30", "a", 0.08, "E033"),
    _sentinel_2("2025-01-14T08:30", "b", 0.0, "E037"),
    _sentinel_2("2025-01-19T08:30", "a", 0.92),
    _sentinel_2("2025-01-24T08:30", "b", 0.5, clear_mole=True),  # E044: cloudy days
    _sentinel_2("2025-01-29T08:30", "c", 0.0, "E057"),
    _sentinel_2("2025-02-03T08:30", "b", 0.2),
    _sentinel_2("2025-02-08T08:30", "c", 0.0),
)


def _view(text: str, stands_for: str, *events: str) -> OpticalPass:
    return OpticalPass(
        at=parse_utc(text), platform="rendered-3m", cloud=0.0, events=events, stands_for=stands_for
    )


VIEWS_3M = (
    _view("2024-12-15T08:41:12", "Maxar, weekend of 14-15 December 2024", "E015"),
    _view("2025-01-06T08:38:40", "Maxar, 6 January 2025", "E028"),
    _view("2025-01-18T08:43:05", "Planet, 18 January 2025", "E039"),
    _view("2025-01-25T08:39:51", "Maxar, 25 January 2025", "E046"),
    _view("2025-01-27T08:40:22", "Planet, 27 January 2025", "E048", "E049"),
    _view("2025-01-29T08:42:33", "Planet, 29 January 2025", "E056"),
)

# A monitor set up in December would have read the archive first: clear mornings before the story.
BEFORE_SENTINEL_2 = (
    _sentinel_2("2024-11-10T08:30", "a", 0.0),
    _sentinel_2("2024-11-15T08:30", "b", 0.0),
    _sentinel_2("2024-11-20T08:30", "a", 0.0),
    _sentinel_2("2024-11-25T08:30", "b", 0.0),
    _sentinel_2("2024-11-30T08:30", "a", 0.0),
)
_ARCHIVE = "an ordinary morning of the archive, invented"
BEFORE_3M = (
    _view("2024-11-12T08:39:17", _ARCHIVE),
    _view("2024-11-18T08:42:44", _ARCHIVE),
    _view("2024-11-23T08:40:31", _ARCHIVE),
    _view("2024-11-28T08:41:52", _ARCHIVE),
    _view("2024-12-10T08:38:26", "Maxar, 10 December 2024", "E008"),
)
