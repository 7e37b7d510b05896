"""Small made-up evidence in which every kind of finding can begin, and when each piece came.

Two watched ships go about by chance or make a port call: from the open sea over the 12-mile line,
past the waiting area, to a berth and, silent or not, out again. A feed shows where others were
heard and may pause. Images of two berths, some with a ship measured in them, come as they please;
of a long series of passes the last may be missing. Ships give their own number or another's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import shapely
from hypothesis import strategies as st

from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.domain.berth_state import BerthState
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.scene import Modality, Scene
from monitor.domain.sighting import Mooring, Sighting
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from tests.builders import (
    BERTH,
    INSIDE,
    SEA,
    SPARTA,
    SPARTA_II,
    T0,
    WAITING,
    WATCH,
    a_gazetteer,
    a_look,
    a_static,
    a_track,
    hours,
)
from tests.detect.listening import a_feed

GAZETTEER, CRITERIA = a_gazetteer(), Criteria()
LAST = 90
"""Hour of the last report and look."""
END = 340
"""When the last of them has reached us and every threshold of a silence has passed."""
BERTHS = {"port.berth.a": BERTH, "port.berth.b": (35.8050, 34.9050)}
ABROAD, OUTSIDE, ADRIFT = (34.20, 34.75), (35.48, 34.91), (35.56, 34.80)
NEAR_BERTH = (35.8152, 34.9137)
SPOTS = (
    (SEA, 9.0), (OUTSIDE, 9.0), (WAITING, 1.0), (INSIDE, 5.0), (BERTH, 0.0), (ADRIFT, 0.4),
)  # fmt: skip
SHOWN = st.sampled_from(("occupied", "free", "unobserved"))
IMOS = {SPARTA: 9268710, SPARTA_II: 9160994}


@dataclass(frozen=True)
class Story:
    """What happened, and when each piece of it reached us."""

    positions: PositionColumns
    holes: tuple[tuple[float, float], ...]
    """Hours from and to which the feed of others is silent."""
    looks: tuple[BerthState, ...]
    sightings: tuple[Sighting, ...]
    static: tuple[StaticReport, ...]
    scenes: tuple[Scene, ...]

    def deaf(self) -> Story:
        """Return the same where no AIS was received from anybody."""
        return replace(
            self, positions=self.positions.take(slice(0, 0)), holes=((-120.0, float(END)),)
        )


def delays() -> st.SearchStrategy[timedelta]:
    """Return how late something reached us: mostly at once, at times by days."""
    return st.sampled_from([0.0, 0.0, 0.0, 1.0, 7.0, 25.0]).map(hours)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Return a few voyages, looks and words with any delays."""
    tracks = [
        report
        for mmsi in (SPARTA, SPARTA_II)
        for report in draw(st.one_of(wanderings(mmsi), port_calls(mmsi)))
    ]
    inside = [int(t.time_ms[0] - to_ms(T0)) // 3_600_000 for t in tracks if t.lon[0] > INSIDE[0]]
    looks, sightings = [], []
    for berth in BERTHS:
        states = draw(st.dictionaries(st.integers(1, LAST), SHOWN, max_size=4))
        if inside and berth == "port.berth.a" and draw(st.booleans()):
            # During a stay and after it, where images and AIS can differ.
            h = draw(st.sampled_from(inside))
            states |= {h: draw(SHOWN), h + 12: draw(SHOWN), h + 24: "free"}
        for h, state in sorted(states.items()):
            score = draw(st.sampled_from((None, 0.5))) if state != "unobserved" else None
            look = a_look(float(h), state, berth=berth, score=score)
            looks.append(replace(look, available_at=look.acquired_at + draw(delays())))
            if state == "occupied" and draw(st.booleans()):
                sightings.append(a_ship_in(looks[-1], draw(st.sampled_from((60.0, 125.0)))))
    hole = draw(st.none() | st.tuples(st.integers(1, LAST), st.integers(2, 60)))
    holes = ((float(hole[0]), float(hole[0] + hole[1])),) if hole else ()
    return Story(
        positions=concat(tracks),
        holes=holes,
        looks=tuple(looks),
        sightings=tuple(sightings),
        static=tuple(draw(words())),
        scenes=tuple(draw(series())),
    )


@st.composite
def wanderings(draw: st.DrawFn, mmsi: int) -> list[PositionColumns]:
    """Return reports from anywhere at any hour."""
    times = draw(st.lists(st.integers(1, LAST), min_size=2, max_size=9, unique=True))
    reports = []
    for h in sorted(times):
        spot, knots = draw(st.sampled_from(SPOTS))
        reports.append(a_track((float(h), spot, knots), mmsi=mmsi, delay=draw(delays())))
    return reports


@st.composite
def port_calls(draw: st.DrawFn, mmsi: int) -> list[PositionColumns]:
    """Return a voyage in from the sea to berth a, heard all the time, hardly or not any more."""
    h, rows = float(draw(st.integers(1, 20))), []
    for share in np.linspace(0, 1, 10):
        way = [a + (b - a) * share for a, b in zip(ABROAD, OUTSIDE, strict=True)]
        rows.append((h, (way[0], way[1]), 4.0))
        h += 1
    lying = ((BERTH, 0.0, draw(st.integers(1, 10)), 1.0),)
    unheard = ((NEAR_BERTH, 2.0, 1, 0.5),)
    for spot, knots, count, every_h in (
        (SEA, 9.0, 1, 1.0),
        (WAITING, 0.5, draw(st.integers(0, 8)), 1.0),
        (INSIDE, 5.0, 1, 0.5),
        *draw(st.sampled_from((lying, unheard))),
    ):
        for _ in range(count):
            rows.append((h, spot, knots))
            h += every_h
    h += draw(st.sampled_from((0.0, 30.0, 50.0)))
    rows += draw(
        st.sampled_from(([], [(h, INSIDE, 5.0), (h + 1, SEA, 9.0), (h + 2, OUTSIDE, 9.0)]))
    )
    late = draw(st.lists(st.tuples(st.integers(0, len(rows) - 1), delays()), max_size=5))
    by_row = dict(late)
    heard = [(i, r) for i, r in enumerate(rows) if r[0] <= LAST]
    return [a_track(r, mmsi=mmsi, delay=by_row.get(i, hours(0))) for i, r in heard]


@st.composite
def words(draw: st.DrawFn) -> list[StaticReport]:
    """Return what the ships say of themselves: their number or the other's, and where bound."""
    said = []
    for mmsi, other in ((SPARTA, SPARTA_II), (SPARTA_II, SPARTA)):
        swap = draw(st.none() | st.integers(1, 60))
        first, then = draw(st.permutations(("", "SYTTS", "PORT SAID")))[:2]
        for h in draw(st.lists(st.integers(1, LAST), max_size=8, unique=True)):
            mixed_up = swap is not None and swap <= h < swap + 24
            imo = IMOS[other if mixed_up else mmsi]
            said.append(a_static(float(h), mmsi, imo=imo, destination=first if h < 40 else then))
    return said


@st.composite
def series(draw: st.DrawFn) -> list[Scene]:
    """Return passes twelve days apart; the one of hour 30 may be late or never come."""
    late = draw(st.none() | st.sampled_from((0.0, 20.0, 60.0)))
    passes = [a_pass(30 - 288 * n) for n in range(1, 6)]
    return passes if late is None else [*passes, a_pass(30, late)]


def a_pass(hour: float, late: float = 0.0) -> Scene:
    """Return a scene of the whole port."""
    at = T0 + hours(hour)
    return Scene(
        id=f"pass-{hour:.0f}", acquired_at=at, available_at=at + hours(4 + late),
        platform="sentinel-1a", sensor="sentinel-1", modality=Modality.RADAR, orbit=21,
        footprint_wkt=shapely.box(35.0, 34.0, 36.5, 36.0).wkt, bands=(),
    )  # fmt: skip


def a_ship_in(look: BerthState, length_m: float) -> Sighting:
    """Return a ship measured in a berth that is seen taken."""
    lon, lat = BERTHS[look.berth_id]
    return Sighting(
        scene_id=look.scene_id, acquired_at=look.acquired_at, sensor=look.sensor,
        modality=look.modality, lon=lon, lat=lat, outline_wkt="", length_m=length_m,
        length_error_m=10.0, confidence=0.9, mooring=Mooring.OPEN_WATER,
        berth_ids=(look.berth_id,),
    )  # fmt: skip


def seen_by(story: Story, h: float, order: np.random.Generator) -> Picture:
    """Compile what had reached us by an hour, in an order of chance."""
    now = T0 + hours(h)
    feed = a_feed(END, *story.holes, every_min=60.0, from_h=-120.0)
    rows = concat([story.positions, feed])
    known = np.flatnonzero(rows.received_ms <= to_ms(now))
    mixed = order.permutation(known)
    looks = [s for s in story.looks if s.available_at <= now]
    order.shuffle(looks)  # type: ignore[arg-type]
    had = {s.scene_id for s in looks}
    static = [r for r in story.static if r.time_ms <= to_ms(now)]
    order.shuffle(static)  # type: ignore[arg-type]
    # The store gives rows sorted by ship and time, whatever the order in which they came.
    mixed = mixed[np.lexsort((rows.time_ms[mixed], rows.mmsi[mixed]))]
    evidence = Evidence(
        positions=rows.take(mixed),
        static=tuple(static),
        berth_states=tuple(looks),
        sightings=tuple(s for s in story.sightings if s.scene_id in had),
        scenes=tuple(s for s in story.scenes if s.available_at <= now),
        feeds_expected=("feed",),
    )
    return compile_picture(evidence, GAZETTEER, WATCH, as_of=now, criteria=CRITERIA)
