"""The watched ships' voyages, from published positions joined by plausible sea routes.

Instants marked with an event id are published; the way between them is this project's guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from monitor.demo.harbour import Harbour
from monitor.demo.story import SPARTA, SPARTA_II, URSA_MAJOR
from monitor.demo.tracks import AT_ANCHOR, Leg, Mark, Report, reports
from monitor.domain.window import parse_utc

_GATE_TO_MOLE_1 = (
    (760_905, 3_867_080), (761_010, 3_866_790), (761_190, 3_866_640), (761_430, 3_866_745),
)  # fmt: skip
"""Between the breakwater heads and up to the head of Mole 1, EPSG:32636 metres."""
_ENTRANCE = Mark(lon=35.8569, lat=34.9099)
"""Middle of the entrance gate; distances off Tartus are counted from here."""
_DEG_PER_NM = 1 / 60

# Shared sea lanes, (lon, lat). Points were chosen by hand to keep off every shore.
_BALTIC = (
    (19.78, 54.64), (19.0, 54.95), (17.2, 55.25), (15.3, 54.75), (12.95, 54.95), (12.75, 55.35),
    (12.71, 55.55), (12.69, 55.75), (12.63, 55.92), (12.655, 56.04), (12.4, 56.25), (12.0, 56.6),
    (11.4, 57.2), (10.75, 57.9),
)  # fmt: skip
_NORTH_SEA = (
    (10.75, 57.9), (9.5, 57.8), (8.0, 57.55), (6.0, 56.0), (4.2, 53.8), (3.2, 52.4), (2.1, 51.45),
    (1.55, 51.03), (0.9, 50.65), (-1.2, 50.2), (-3.0, 49.8), (-5.9, 48.75),
)  # fmt: skip
_BISCAY = ((-5.9, 48.75), (-9.9, 43.4), (-9.95, 41.5), (-10.0, 38.6))
_TO_GIBRALTAR = ((-10.0, 38.6), (-9.35, 36.8), (-7.5, 36.1), (-6.0, 35.92), (-5.45, 35.96))
_TO_TUNIS = ((-5.45, 35.96), (-3.0, 36.15), (-1.0, 36.6), (3.0, 37.3), (8.0, 37.75), (9.4, 37.75))
_SICILY_CHANNEL = ((9.4, 37.75), (10.8, 37.45), (11.6, 37.15), (12.3, 36.75))
_TO_CRETE = ((14.1, 35.6), (15.5, 35.3), (18.0, 34.9), (21.5, 34.4), (24.3, 34.25))
_LEVANT = ((30.0, 33.95), (33.0, 34.2), (34.6, 34.45))


def _marks(lane: Sequence[tuple[float, float]], start: str = "", end: str = "") -> list[Mark]:
    last = len(lane) - 1
    return [
        Mark(
            lon=lon, lat=lat,
            at=parse_utc(start) if start and i == 0 else parse_utc(end) if end and i == last
            else None,
        )
        for i, (lon, lat) in enumerate(lane)
    ]  # fmt: skip


def _leg(source: str, *parts: Sequence[Mark], reported: Sequence[str] = ()) -> Leg:
    """Join lanes into one leg, dropping the point they share."""
    marks: list[Mark] = []
    for part in parts:
        same = bool(marks) and (marks[-1].lon, marks[-1].lat) == (part[0].lon, part[0].lat)
        if same and part[0].at is not None:
            marks.pop()
            same = False
        marks += part[1:] if same else part
    return Leg(
        marks=tuple(marks), source=f"reconstruction:{source}",
        reported_at=tuple(parse_utc(at) for at in reported),
    )  # fmt: skip


def _off_tartus(bearing_deg: float, distance_nm: float, at: datetime | None = None) -> Mark:
    """Return the point at a bearing and distance from the entrance (flat earth: < 30 nmi)."""
    bearing = np.radians(bearing_deg)
    north = distance_nm * np.cos(bearing) * _DEG_PER_NM
    east = distance_nm * np.sin(bearing) * _DEG_PER_NM / np.cos(np.radians(_ENTRANCE.lat))
    return Mark(lon=float(_ENTRANCE.lon + east), lat=float(_ENTRANCE.lat + north), at=at)


def _waiting(keys: Sequence[tuple[str, float, float]], loop_h: float, phase: float) -> list[Mark]:
    """Return a racetrack whose middle follows `keys`, one mark every ten minutes.

    Args:
        keys: (instant, bearing in degrees, distance in nautical miles from the entrance).
        loop_h: Hours for one turn of the racetrack, 2 nmi long and 0.8 nmi wide.
        phase: Where on the racetrack the ship starts, radians.
    """
    seconds = np.array([parse_utc(at).timestamp() for at, _, _ in keys])
    bearing, distance = (np.array([key[i] for key in keys], float) for i in (1, 2))
    marks = []
    for now in np.arange(seconds[0], seconds[-1] + 1, 600):
        middle = _off_tartus(
            float(np.interp(now, seconds, bearing)), float(np.interp(now, seconds, distance))
        )
        # The racetrack opens and closes over its first and last two hours, so the ship joins it.
        size = float(np.clip(min(now - seconds[0], seconds[-1] - now) / 7200, 0, 1))
        turn = phase + (now - seconds[0]) / 3600 / loop_h * 2 * np.pi
        east, north = 0.4 * np.sin(turn) * size, 1.0 * np.cos(turn) * size
        marks.append(
            Mark(
                lon=middle.lon + float(east) * _DEG_PER_NM / 0.82,
                lat=middle.lat + float(north) * _DEG_PER_NM,
                at=parse_utc("1970-01-01") + timedelta(seconds=float(now)),
            )
        )
    return marks


def _into_port(
    harbour: Harbour, inner: Sequence[tuple[float, float]], keys: Sequence[tuple[str, float]]
) -> list[Mark]:
    """Return marks from before the gate, round the head of Mole 1, to where AIS stops.

    Args:
        harbour: Outlines.
        inner: The way beyond the head of Mole 1, EPSG:32636 metres.
        keys: (instant, share of the way from the outer point to the last one).
    """
    way = np.array([*_GATE_TO_MOLE_1, *inner], float)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
    marks = []
    for at, share in keys:
        x, y = (np.interp(share * along[-1], along, way[:, i]) for i in (0, 1))
        lon, lat = harbour.frame.lonlat(x, y)
        marks.append(Mark(lon=float(lon), lat=float(lat), at=parse_utc(at)))
    return marks


def sparta_legs(harbour: Harbour) -> list[Leg]:
    """Return SPARTA's legs, 11 December to 9 February."""
    waiting = _waiting(
        (
            ("2025-01-05T06:00", 262, 19.4), ("2025-01-05T09:30", 284, 6.0),
            ("2025-01-05T11:00", 288, 5.0), ("2025-01-08T01:00", 288, 5.0),
            ("2025-01-08T06:00", 276, 15.6), ("2025-01-08T12:00", 276, 15.6),
            ("2025-01-11T18:00", 280, 14.6), ("2025-01-12T06:00", 284, 7.5),
            ("2025-01-15T00:00", 282, 5.8), ("2025-01-18T00:00", 292, 5.4),
            ("2025-01-21T12:00", 290, 5.2), ("2025-01-21T22:00", 296, 4.4),
        ),
        loop_h=3.4, phase=0.6,
    )  # fmt: skip
    entering = [
        waiting[-1],
        _off_tartus(305, 2.3, parse_utc("2025-01-21T23:02")),
        *_into_port(
            harbour,
            # Past SPARTA II, to some 50 m off berth naval_s_w.2.
            ((761_555, 3_866_890), (761_690, 3_866_950), (761_790, 3_867_010)),
            (
                ("2025-01-22T00:12", 0.0), ("2025-01-22T00:23", 0.22), ("2025-01-22T00:30", 0.42),
                ("2025-01-22T00:38", 0.62), ("2025-01-22T00:46", 0.82), ("2025-01-22T00:55", 0.95),
                ("2025-01-22T01:01", 1.0),
            ),
        ),
    ]  # fmt: skip
    in_port = [m.at for m in entering if m.at is not None]
    return [
        _leg(
            "E009-E017",
            _marks(_BALTIC, "2024-12-11T12:00"), _marks(_NORTH_SEA),
            _marks(_BISCAY, end="2024-12-23T06:00"), reported=("2024-12-11T12:00",),
        ),
        _leg(
            "E017",  # broken down, adrift to the south
            [*_marks(_BISCAY[-1:], "2024-12-23T06:00"),
             Mark(lon=-10.03, lat=38.45, at=parse_utc("2024-12-23T18:00"))],
        ),
        _leg(
            "E017-E020",
            [Mark(lon=-10.03, lat=38.45, at=parse_utc("2024-12-23T18:00"))],
            _marks(_TO_GIBRALTAR[1:], end="2024-12-25T03:00"), _marks(_TO_TUNIS),
            _marks(_SICILY_CHANNEL, end="2024-12-28T07:00"),
        ),
        _leg(
            "E020-E021",  # about 6 kn, "for orders"
            [Mark(lon=12.3, lat=36.75, at=parse_utc("2024-12-28T07:00"))],
            _marks(_TO_CRETE[:2], end="2024-12-29T16:19"),
            reported=("2024-12-28T10:55", "2024-12-29T16:19"),
        ),
        _leg(
            "E022-E024",
            # Heading 090 at 10 kn for an hour either side of the published fix.
            [Mark(lon=24.3, lat=34.25, at=parse_utc("2025-01-02T13:13")),
             Mark(lon=24.704, lat=34.25, at=parse_utc("2025-01-02T15:13"))],
            _marks(_LEVANT), waiting[:1], reported=("2025-01-02T13:13",),
        ),
        _leg("E024-E043", waiting, reported=("2025-01-05T06:00", "2025-01-08T08:20")),
        Leg(
            marks=tuple(entering), source="reconstruction:E043", every_h=(0.3, 0.6),
            reported_at=tuple(in_port[1:]),
        ),
        _brief("E062", "2025-02-04T07:20", (14.760, 35.905), 0.0, (0, 55, 105), AT_ANCHOR),
        _brief("E063", "2025-02-05T18:05", (9.05, 38.02), 9.5, (0, 47, 96), bearing_deg=268),
        _brief("E064", "2025-02-09T04:35", (-5.30, 35.98), 10.2, (0, 25, 52), bearing_deg=262),
    ]  # fmt: skip


def sparta_ii_legs(harbour: Harbour) -> list[Leg]:
    """Return SPARTA II's legs, 13 December to 9 February."""
    waiting = _waiting(
        (
            ("2025-01-11T12:00", 264, 19.2), ("2025-01-11T16:00", 280, 9.0),
            ("2025-01-13T00:00", 283, 6.5), ("2025-01-13T12:00", 280, 6.2),
            ("2025-01-17T00:00", 278, 5.0), ("2025-01-20T18:00", 276, 5.4),
            ("2025-01-21T09:00", 276, 7.8), ("2025-01-21T15:00", 277, 8.8),
        ),
        loop_h=3.9, phase=2.4,
    )  # fmt: skip
    entering = [
        waiting[-1],
        _off_tartus(279, 7.9, parse_utc("2025-01-21T15:25")),
        _off_tartus(294, 3.0, parse_utc("2025-01-21T16:22")),
        _off_tartus(312, 1.3, parse_utc("2025-01-21T16:56")),
        *_into_port(
            harbour,
            # To some 70 m off berth naval_s_w.1.
            ((761_548, 3_866_900),),
            (
                ("2025-01-21T17:24", 0.0), ("2025-01-21T17:31", 0.29), ("2025-01-21T17:35", 0.46),
                ("2025-01-21T17:39", 0.67), ("2025-01-21T17:43", 0.84), ("2025-01-21T17:47", 0.95),
                ("2025-01-21T17:50", 1.0),
            ),
        ),
    ]  # fmt: skip
    in_port = [m.at for m in entering[3:] if m.at is not None]
    return [
        _leg(
            "E012-E030",
            _marks(_BALTIC, "2024-12-13T10:00", "2024-12-17T20:00"),
            _marks(_NORTH_SEA, end="2024-12-22T09:00"),
            _marks(_BISCAY, end="2024-12-28T12:00"),
            _marks(_TO_GIBRALTAR, end="2024-12-30T14:00"),
            _marks(_TO_TUNIS),
            [Mark(lon=11.1, lat=37.32, at=parse_utc("2025-01-06T06:00"))],
            reported=("2024-12-13T10:00", "2025-01-06T06:00"),
        ),
        _leg(
            "E030-E036",
            [Mark(lon=11.1, lat=37.32, at=parse_utc("2025-01-06T06:00"))],
            _marks(_SICILY_CHANNEL[2:]), _marks(_TO_CRETE), _marks(_LEVANT), waiting[:1],
        ),
        _leg("E036-E041", waiting, reported=("2025-01-11T12:00",)),
        Leg(
            marks=tuple(entering), source="reconstruction:E042", every_h=(0.25, 0.4),
            reported_at=(parse_utc("2025-01-21T15:00"), *in_port),
        ),
        _brief("E052", "2025-01-28T05:34", (33.05, 34.30), 12.0, (0, 29, 53), bearing_deg=269),
        _brief("E063", "2025-02-05T18:20", (9.12, 38.05), 9.4, (0, 39, 88), bearing_deg=268),
        _brief("E064", "2025-02-09T04:50", (-5.27, 36.0), 10.1, (0, 27, 49), bearing_deg=262),
    ]  # fmt: skip


def _brief(
    event: str, start: str, place: tuple[float, float], sog_kn: float, minutes: Sequence[int],
    status: int = 0, *, bearing_deg: float = 270.0,
) -> Leg:  # fmt: skip
    """Return a short appearance: a few reports along a straight course, and nothing around it."""
    lon, lat = place
    bearing = np.radians(bearing_deg)
    first = parse_utc(start)
    marks = []
    for offset in (-5, *minutes, minutes[-1] + 5):
        miles = sog_kn * offset / 60
        marks.append(
            Mark(
                lon=float(lon + miles * np.sin(bearing) * _DEG_PER_NM / np.cos(np.radians(lat))),
                lat=float(lat + miles * np.cos(bearing) * _DEG_PER_NM),
                at=first + timedelta(minutes=offset),
            )
        )
    return Leg(
        marks=tuple(marks), source=f"reconstruction:{event}", status=status, only_those=True,
        reported_at=tuple(m.at for m in marks[1:-1] if m.at is not None),
    )  # fmt: skip


def ursa_major_legs() -> list[Leg]:
    """Return the last three days of URSA MAJOR: her silence afterwards is true (K3)."""
    lane = ((-9.95, 42.6), (-9.95, 41.5), (-10.0, 38.6), *_TO_GIBRALTAR[1:], (-3.0, 36.15))
    return [
        Leg(
            marks=tuple([*_marks(lane, "2024-12-20T18:00"),
                         Mark(lon=-0.905, lat=36.45, at=parse_utc("2024-12-23T22:04"))]),
            source="reconstruction:E010-E018", every_h=(2.2, 3.6),
            reported_at=(parse_utc("2024-12-23T22:04"),),
        )
    ]  # fmt: skip


def watched_reports(harbour: Harbour, rng: np.random.Generator) -> list[Report]:
    """Return every report of the watched ships, in order of ship and time."""
    last = parse_utc("2024-12-29T16:19")
    entry = parse_utc("2025-01-21T17:35")
    return [
        *reports(SPARTA, sparta_legs(harbour), rng, silent=(last,)),
        *reports(SPARTA_II, sparta_ii_legs(harbour), rng, silent=(entry,)),
        *reports(URSA_MAJOR, ursa_major_legs(), rng),
    ]
