"""The Tartus story as tables: what was published, and what was added so that it can be shown.

Every row names the published event it stands on (`E042` is row E042 of the timeline listed in
`docs/demo.md`) or says `invented`. Tracks and scenes are both made from these tables, so the two
cannot contradict each other unless the story says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.window import TimeWindow, parse_utc

STORY = TimeWindow(start=parse_utc("2024-12-01"), end=parse_utc("2025-02-11"))
"""The demo's span; traffic and ships in scenes lie within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hull:
    """A ship as far as drawing it and reporting it needs."""

    name: str
    length_m: float
    beam_m: float
    mmsi: int | None = None
    """None for ships that send no AIS here: navy ships."""
    imo: int | None = None
    ais_type: int | None = None
    ais_length: bool = True
    """Whether a length is published, so that AIS may report one."""
    navy: bool = False


SPARTA = Hull(name="SPARTA", mmsi=273351920, imo=9268710, ais_type=79, length_m=126.4, beam_m=20)
# No length of SPARTA II is published; she is drawn like SPARTA and reports none.
SPARTA_II = Hull(
    name="SPARTA II", mmsi=273394890, imo=9160994, ais_type=79, length_m=126, beam_m=20,
    ais_length=False,
)  # fmt: skip
URSA_MAJOR = Hull(
    name="URSA MAJOR", mmsi=273396130, imo=9538892, ais_type=79, length_m=142.5, beam_m=23.2
)
FRIGATE_1 = Hull(name="frigate 1", length_m=135, beam_m=16, navy=True)
FRIGATE_2 = Hull(name="frigate 2", length_m=125, beam_m=15, navy=True)
FRIGATE_3 = Hull(name="frigate 3", length_m=125, beam_m=15, navy=True)
SUPPORT_1 = Hull(name="support ship 1", length_m=130, beam_m=17, navy=True)
SUPPORT_2 = Hull(name="support ship 2", length_m=95, beam_m=14, navy=True)
KILO = Hull(name="Kilo submarine", length_m=74, beam_m=10, navy=True)
GRACHONOK = Hull(name="Grachonok boat", length_m=31, beam_m=7.4, navy=True)


def _invented(number: int, flag: int, ais_type: int, length_m: float, beam_m: float) -> Hull:
    """Return a background ship: the name says what it is; the MMSI is a flag's three digits and
    `9999nn`, a block not known to be issued."""
    return Hull(
        name=f"BACKGROUND {number:02d}", mmsi=flag * 1_000_000 + 999_900 + number,
        ais_type=ais_type, length_m=length_m, beam_m=beam_m,
    )  # fmt: skip


# Flags seen most at Syrian ports: Togo 671, Panama 351, Comoros 620, Türkiye 271, Palau 511, …
BACKGROUND = {
    ship.name[-2:]: ship
    for ship in (
        _invented(1, 671, 70, 118, 18),
        _invented(2, 351, 70, 169, 27),
        _invented(3, 620, 70, 180, 30),
        _invented(4, 671, 70, 150, 23),
        _invented(5, 511, 70, 98, 16),
        _invented(6, 271, 71, 140, 22),
        _invented(7, 351, 70, 177, 28),
        _invented(8, 620, 70, 110, 17),
        _invented(9, 271, 80, 144, 23),
        _invented(10, 312, 70, 128, 19),
        _invented(11, 671, 79, 112, 18),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A ship at a berth from `start` to `end`; scenes draw it, tracks moor it."""

    hull: Hull
    berth_id: str
    start: datetime
    end: datetime
    basis: str
    """Published events it stands on, or `invented`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One invented port call of a background ship: in from the sea, anchor, berth, out again."""

    hull: Hull
    berth_id: str
    from_sea: str
    """Sea route it comes by: `west`, `north`, `south`, or `roads` if it lies there at the start."""
    anchored_h: float
    """Hours at anchor before the berth."""
    berthed_at: datetime
    left_at: datetime
    to_sea: str


def _stay(hull: Hull, berth: str, start: str, end: str, basis: str) -> Stay:
    return Stay(
        hull=hull, berth_id=f"tartus.{berth}", basis=basis,
        start=parse_utc(start), end=parse_utc(end),
    )  # fmt: skip


NAVY_LEAVES = "2024-12-07T18:00"  # K1: gone for good some time in 6-9 Dec; the hour is invented
SORTIE = ("2024-12-02T20:00", "2024-12-04T04:00")  # E002: not seen on 3 Dec; hours invented

STAYS = (
    *(
        _stay(hull, berth, start, end, "E001 E002 E003 E005")
        for hull, berth in (
            (FRIGATE_1, "berth.floating_west.left"),
            (FRIGATE_2, "berth.floating_east.left"),
            (FRIGATE_3, "berth.floating_east.right"),
            (SUPPORT_1, "berth.naval_s_e.1"),
            (SUPPORT_2, "berth.naval_head.1"),
            (KILO, "berth.floating_west.right"),
        )
        for start, end in (("2024-11-30", SORTIE[0]), (SORTIE[1], NAVY_LEAVES))
    ),
    # E042 in the evening, alongside in the night; gone in the image of 27 Jan 08:40 (E048).
    _stay(
        SPARTA_II,
        "berth.naval_s_w.1",
        "2025-01-21T18:30",
        "2025-01-27T02:00",
        "E042 E045 E046 E048",
    ),
    # E043 in the night; still alongside 27 Jan (E049); 398-413 nmi away on 29 Jan (E058, K7).
    _stay(
        SPARTA, "berth.naval_s_w.2", "2025-01-22T01:30", "2025-01-27T20:00", "E043 E046 E049 E056"
    ),
    _stay(GRACHONOK, "pier.pile", "2025-01-26T12:00", "2025-01-28T12:00", "E049"),
)
"""Ships at berths that send no AIS there. Which berths is this project's guess: none was named."""


def _call(
    key: str, from_sea: str, anchored_h: float, berth: str, start: str, end: str, to_sea: str
) -> Call:
    return Call(
        hull=BACKGROUND[key], berth_id=f"tartus.berth.{berth}", from_sea=from_sea,
        anchored_h=anchored_h, berthed_at=parse_utc(start), left_at=parse_utc(end), to_sea=to_sea,
    )  # fmt: skip


CALLS = (
    _call("01", "roads", 4, "b2_n.2", "2024-12-01T06:00", "2024-12-04T14:00", "west"),
    _call("02", "roads", 9, "b3_n.2", "2024-12-01T11:00", "2024-12-07T10:00", "west"),
    # E007: no port calls 9-12 Dec.
    _call("05", "north", 14, "b2_n.4", "2024-12-13T10:00", "2024-12-16T13:00", "north"),
    _call("03", "cyprus", 10, "b3_n.4", "2024-12-16T08:00", "2024-12-20T15:00", "west"),
    _call("04", "cyprus", 12, "b2_s.2", "2024-12-18T07:00", "2024-12-22T12:00", "south"),
    _call("06", "south", 20, "b2_s.4", "2024-12-22T08:00", "2024-12-24T13:00", "west"),
    _call("07", "west", 26, "phos_s.1", "2024-12-25T09:00", "2024-12-30T12:00", "west"),
    _call("01", "west", 18, "b2_n.4", "2024-12-28T08:00", "2024-12-31T15:00", "north"),
    _call("08", "south", 30, "b3_n.2", "2024-12-29T10:00", "2025-01-01T09:00", "south"),
    _call("05", "north", 22, "b2_n.4", "2025-01-03T08:00", "2025-01-06T14:00", "north"),
    _call("04", "south", 16, "b2_s.2", "2025-01-08T08:00", "2025-01-11T17:00", "west"),
    _call("06", "west", 12, "b2_s.4", "2025-01-11T07:00", "2025-01-13T15:00", "south"),
    _call("02", "west", 36, "b3_n.3", "2025-01-14T07:00", "2025-01-18T16:00", "west"),
    _call("07", "west", 20, "phos_s.1", "2025-01-19T08:00", "2025-01-24T11:00", "west"),
    _call("03", "south", 24, "b3_n.4", "2025-01-23T09:00", "2025-01-27T14:00", "west"),
    _call("05", "north", 15, "b2_n.2", "2025-01-25T09:00", "2025-01-29T13:00", "north"),
    _call("06", "west", 18, "b2_s.4", "2025-01-31T08:00", "2025-02-02T14:00", "south"),
    _call("01", "west", 10, "b2_n.2", "2025-02-02T07:00", "2025-02-05T13:00", "west"),
    _call("08", "south", 28, "b3_n.2", "2025-02-05T09:00", "2025-02-08T12:00", "south"),
    _call("04", "west", 21, "b2_s.2", "2025-02-07T08:00", "2025-02-12T12:00", "west"),
)
"""Commercial traffic, all invented, spaced as published counts suggest (about 6 calls a month)."""


def berthed_at(at: datetime) -> tuple[Stay, ...]:
    """Return who lies at a berth at `at`, with or without AIS, ordered by berth."""
    calls = (
        Stay(hull=c.hull, berth_id=c.berth_id, start=c.berthed_at, end=c.left_at, basis="invented")
        for c in CALLS
    )
    present = [s for s in (*STAYS, *calls) if s.start <= at < s.end]
    return tuple(sorted(present, key=lambda s: (s.berth_id, s.hull.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """What stands on Mole 1 from `start` until the next row."""

    start: datetime
    vehicles_end: int
    """Vehicles in rows on the outer end of the mole."""
    vehicles_pier: int
    """Vehicles in the single row along the ship's quay."""
    containers: int
    """Containers in the yard behind the quay."""
    basis: str


def _staging(start: str, at_end: int, on_pier: int, containers: int, basis: str) -> Staging:
    return Staging(
        start=parse_utc(start), vehicles_end=at_end, vehicles_pier=on_pier,
        containers=containers, basis=basis,
    )  # fmt: skip


# Published words, not counts, but for "more than 100 trucks" on 6 Jan: the numbers are invented.
STAGINGS = (
    _staging("2024-11-01", 0, 0, 4, "invented: an ordinary yard"),
    _staging("2024-12-13T12:00", 30, 0, 4, "invented: the build-up begins"),
    _staging("2024-12-14T12:00", 48, 0, 4, "E015 dozens lined up at the end of a pier"),
    _staging("2024-12-24T00:00", 76, 0, 4, "invented: between E015 and E028"),
    _staging("2025-01-02T00:00", 98, 10, 4, "invented: between E015 and E028"),
    _staging("2025-01-05T12:00", 112, 12, 4, "E028 more than 100 trucks"),
    _staging("2025-01-12T00:00", 96, 18, 4, "invented: between E028 and E039"),
    _staging("2025-01-17T12:00", 84, 26, 0, "E039 yard by the berth near empty, vehicles on pier"),
    _staging("2025-01-23T12:00", 56, 18, 8, "invented: loading has begun"),
    _staging("2025-01-25T00:00", 34, 14, 14, "E046 noticeably fewer"),
    _staging("2025-01-26T18:00", 0, 22, 46, "E048 E049 one row at the edge, yard full"),
    _staging("2025-01-28T06:00", 0, 0, 30, "E056 quay empty, containers parked nearby"),
    _staging("2025-02-06T00:00", 0, 0, 22, "invented: slowly cleared"),
)


def staging_at(at: datetime) -> Staging:
    """Return what stands on Mole 1 at `at`."""
    return max((s for s in STAGINGS if s.start <= at), default=STAGINGS[0], key=lambda s: s.start)
