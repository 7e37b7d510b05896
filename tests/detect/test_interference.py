from __future__ import annotations

import numpy as np
import pytest
import shapely

from monitor.detect.implausible import forbidden_land
from monitor.detect.interference import (
    Degraded,
    InterferenceCriteria,
    degraded_in,
    held_back,
    silence_held_back,
)
from monitor.detect.interference_rules import interference_findings
from monitor.detect.tracks import TrackCriteria, Tracks, tracks_in
from monitor.detect.visits import VisitCriteria, visits_in
from monitor.detect.wording import Words
from monitor.domain.finding import FindingKind, Severity, Status
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.vessel import WatchList, compile_register
from monitor.domain.window import to_ms
from tests.builders import INSIDE, SEA, T0, a_gazetteer, a_place, a_track, hours

AIRPORT, CAIRO, BEIRUT_PORT = (35.49, 33.82), (31.40, 30.12), (35.52, 33.905)
OPEN_SEA = (34.0, 33.0)


def tracks_of(*batches: PositionColumns, gazetteer: Gazetteer | None = None) -> Tracks:
    """Return the tracks of the batches."""
    criteria = TrackCriteria()
    land = forbidden_land(gazetteer, land_m=criteria.land_m) if gazetteer else None
    return tracks_in(concat(batches), criteria=criteria, land=land)


def displaced(
    mmsi: int,
    home: tuple[float, float],
    sink: tuple[float, float],
    *,
    back: bool = True,
    every_h: float = 0.25,
    shift_h: float = 0.0,
) -> PositionColumns:
    """Return a ship seen at home for 6 h, at the sink for 3 h, and at home again for 6 h."""
    reports = []
    for h in np.arange(0.0, 15.0 if back else 9.0, every_h).tolist():
        away = 6.0 <= h < 9.0
        lon, lat = sink if away else home
        wobble = 1e-3 * np.sin(7 * h + mmsi)
        reports.append((h + shift_h, (lon + wobble, lat - wobble), 0.1))
    return a_track(*reports, mmsi=mmsi)


def a_fleet(sink: tuple[float, float], *, ships: int = 12, back: bool = True) -> PositionColumns:
    """Return ships off the port that are displaced together."""
    return concat(
        [
            displaced(
                200_000_001 + i,
                (35.60 + 0.01 * i, 34.88 + 0.005 * i),
                sink,
                back=back,
                shift_h=0.02 * i,
            )
            for i in range(ships)
        ]
    )


def words() -> Words:
    """Return words for ships nobody knows."""
    register = compile_register((), WatchList(()), (), at=T0)
    return Words(register, a_gazetteer())


@pytest.mark.parametrize("back", [True, False])
def test_twelve_ships_at_beirut_airport_are_interference(back: bool) -> None:
    """Ships that jump to the airport for three hours make one spell, open until they return."""
    tracks = tracks_of(a_fleet(AIRPORT, back=back))
    assert tracks.set_aside == {"known_sink": 12 * 12}
    assert len(tracks.first_row) == 12
    (spell,) = degraded_in(tracks, criteria=InterferenceCriteria())
    assert len(spell.ships) == 12
    assert spell.start_ms == to_ms(T0 + hours(6))
    assert [a.role for a in spell.areas] == ["from", "to"]
    (finding,) = interference_findings([spell], words())
    assert finding.kind is FindingKind.INTERFERENCE
    assert finding.status is (Status.CLOSED if back else Status.OPEN)
    assert finding.subject.mmsi is None
    assert "Beirut airport" in finding.text
    assert "held back" in finding.text


def test_a_gap_that_makes_the_jump_slow_does_not_hide_it() -> None:
    """After seven hours of silence ten knots would do; the airport itself tells."""
    tracks = tracks_of(a_track((0, SEA, 0), (7, AIRPORT, 0), (14, SEA, 0)))
    assert tracks.set_aside == {"known_sink": 1}
    assert tracks.rows.time_ms.tolist() == [to_ms(T0), to_ms(T0 + hours(14))]


def test_a_ship_that_sails_to_beirut_port_is_believed() -> None:
    """Ten knots to the port, a day at the quay, ten knots back: nothing is set aside."""
    way = np.linspace(0, 1, 29)
    out = [
        (h / 4, (SEA[0] + f * (BEIRUT_PORT[0] - SEA[0]), SEA[1] + f * (BEIRUT_PORT[1] - SEA[1])), 9)
        for h, f in zip(range(29), way, strict=True)
    ]
    port = [(7.25 + h, BEIRUT_PORT, 0.0) for h in range(24)]
    home = [(31.5 + h, position, 9) for (h, _, _), (_, position, _) in zip(out, out[::-1])]  # noqa: B905
    tracks = tracks_of(a_track(*out, *port, *home))
    assert not tracks.spikes
    assert degraded_in(tracks, criteria=InterferenceCriteria()) == ()


@pytest.mark.parametrize(("ships", "found"), [(2, 0), (3, 1)])
def test_three_ships_make_interference(ships: int, found: int) -> None:
    """Two ships on one spot at sea may be chance; three are told of."""
    tracks = tracks_of(a_fleet(OPEN_SEA, ships=ships))
    assert tracks.set_aside == {"crowded" if found else "teleport": ships * 12}
    spells = degraded_in(tracks, criteria=InterferenceCriteria())
    assert len(spells) == found


def test_ships_that_return_to_one_anchorage_are_no_crowd() -> None:
    """The way back is as impossible as the way out, but it leads to where the ship was."""
    tracks = tracks_of(a_fleet(CAIRO))
    home = np.unique(tracks.rows.lat.round(0))
    assert home.tolist() == [35.0]
    assert len(tracks.rows) == 12 * (60 - 12)


def test_one_ship_with_one_bad_fix_is_no_interference() -> None:
    """A single jump there and back is the fault of one set."""
    tracks = tracks_of(a_track((0, SEA, 8), (0.5, (36.9, 34.9), 8), (1, SEA, 8)))
    assert tracks.set_aside == {"spike": 1}
    assert degraded_in(tracks, criteria=InterferenceCriteria()) == ()


def test_the_order_of_reports_changes_no_spell() -> None:
    """Spells depend on what was reported, not on when it was read."""
    rows = a_fleet(AIRPORT)
    shuffled = rows.take(np.random.default_rng(3).permutation(len(rows)))
    criteria = InterferenceCriteria()
    assert degraded_in(tracks_of(shuffled), criteria=criteria) == degraded_in(
        tracks_of(rows), criteria=criteria
    )


def test_a_call_that_rests_on_displaced_reports_is_not_found() -> None:
    """Ships put into the harbour by a spoofer have not arrived; clean tracks make no such call."""
    fleet = concat(
        [
            displaced(200_000_001 + i, (33.0 + 0.01 * i, 34.3), INSIDE, shift_h=0.02 * i)
            for i in range(4)
        ]
    )
    tracks = tracks_of(fleet)
    assert tracks.set_aside == {"crowded": 4 * 12}
    assert not visits_in(tracks, a_gazetteer(), criteria=VisitCriteria())
    spells = degraded_in(tracks, criteria=InterferenceCriteria())
    (finding,) = interference_findings(spells, words())
    assert finding.place_id == "port.harbour"
    assert finding.severity is Severity.WARNING


def a_spell() -> tuple[Tracks, tuple[Degraded, ...]]:
    """Return the fleet off the port and its spell, 6 h to 9 h after T0."""
    tracks = tracks_of(a_fleet(AIRPORT))
    return tracks, degraded_in(tracks, criteria=InterferenceCriteria())


@pytest.mark.parametrize(("hour", "place", "held"), [
    (7.5, SEA, True),
    (4.9, SEA, False),
    (5.1, SEA, True),
    (7.5, (33.0, 34.9), False),
])  # fmt: skip
def test_edges_there_and_then_are_held_back(
    hour: float, place: tuple[float, float], held: bool
) -> None:
    """A report within an hour of the spell and inside its areas proves no edge."""
    _, spells = a_spell()
    fix = tracks_of(a_track((hour, place, 5), mmsi=371_000_001)).fix(0)
    found = held_back(spells, None, fix, criteria=InterferenceCriteria())
    assert (found is not None) is held


def test_a_displaced_ship_is_not_silent() -> None:
    """It was heard, though not from where it was."""
    tracks, spells = a_spell()
    criteria = InterferenceCriteria()
    mine = tracks_of(a_track((1, SEA, 0), (14, SEA, 0), mmsi=200_000_001))
    others = tracks_of(a_track((1, SEA, 0), (14, SEA, 0), mmsi=371_000_001))
    assert tracks.spikes
    assert silence_held_back(spells, mine.fix(0), mine.fix(1), criteria=criteria)
    assert silence_held_back(spells, mine.fix(0), None, criteria=criteria)
    assert not silence_held_back(spells, others.fix(0), others.fix(1), criteria=criteria)


@pytest.mark.parametrize(("lon", "aside"), [(35.896, 0), (35.900, 1)])
def test_half_a_kilometre_inside_land_is_too_far(lon: float, aside: int) -> None:
    """A ship at a quay drawn too narrow is believed, one in the hills is not."""
    land = a_place("port.land", PlaceKind.LAND, (35.892, 34.80, 36.2, 35.0))
    places = {**a_gazetteer().places, land.id: land}
    rows = a_track((0, SEA, 0), (7, (lon, 34.9), 0), (14, SEA, 0))
    tracks = tracks_of(rows, gazetteer=Gazetteer("port", places))
    assert tracks.set_aside == ({"on_land": 1} if aside else {})


def test_an_airbase_and_a_runway_are_no_water() -> None:
    """Airfields count in full, without a belt; a gazetteer without any forbids nothing."""
    base = a_place("port.base", PlaceKind.AIRBASE, (35.93, 35.39, 35.96, 35.42))
    gazetteer = Gazetteer("port", {**a_gazetteer().places, base.id: base})
    land = forbidden_land(gazetteer, land_m=500.0)
    assert land is not None
    assert shapely.contains_xy(land, 35.931, 35.40)
    assert forbidden_land(a_gazetteer(), land_m=500.0) is None
