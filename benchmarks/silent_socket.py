"""A socket that stays open and gives nothing for eleven days: one system finding, no ship's.

The outage is that of aisstream.io, 5 August 2026 13:31 to 17 August 07:49 UTC (its issue 257). The
ships are made up: a regional feed, and watched ships at sea, at anchor, in port, coming and going.
The same weeks are run again without the outage; what the ships are said to have done must not
differ by any silence.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import shapely

from monitor.alerts.render import Voice
from monitor.clock import VirtualClock
from monitor.detect.picture import Criteria
from monitor.domain.feed import FeedControl
from monitor.domain.finding import Change, Finding, FindingKind
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns, concat, positions_from
from monitor.domain.vessel import MmsiClaim, WatchedVessel, WatchList
from monitor.domain.window import to_ms
from monitor.store.derived import load_findings
from monitor.store.engine import open_store
from monitor.store.observations import append_positions
from monitor.watch.assess import Brief, assess
from monitor.watch.health import sources_health

START, END = datetime(2026, 7, 27, tzinfo=UTC), datetime(2026, 8, 22, tzinfo=UTC)
SILENT = datetime(2026, 8, 5, 13, 31, tzinfo=UTC), datetime(2026, 8, 17, 7, 49, tzinfo=UTC)
STEP = timedelta(hours=2)
BERTH, ROADS = (35.8150, 34.9150), (35.70, 34.91)
SILENCE_KINDS = (FindingKind.NO_AIS_RECEIVED, FindingKind.AIS_RESUMED)


def ship(
    mmsi: int, times: np.ndarray, lon: np.ndarray | float, lat: np.ndarray | float, sog_kn: float
) -> PositionColumns:
    """Return one ship's reports at `times`, ms."""
    return positions_from(
        {
            "time_ms": times,
            "received_ms": times + 2_000,
            "mmsi": np.full(len(times), mmsi),
            "lon": np.broadcast_to(lon, times.shape),
            "lat": np.broadcast_to(lat, times.shape),
            "sog_kn": np.full(len(times), sog_kn),
        },
        sources=["aisstream"],
    )


def traffic(rng: np.random.Generator) -> PositionColumns:
    """Return all ships, as if nothing had been lost."""

    def times(every_min: float) -> np.ndarray:
        steps = rng.exponential(every_min, int(1.3 * (END - START) / timedelta(minutes=every_min)))
        ms = to_ms(START) + np.cumsum(steps * 60_000).astype(np.int64)
        return ms[ms < to_ms(END)]

    def between(west: float, east: float, hours_: float, t: np.ndarray) -> np.ndarray:
        phase = (t - to_ms(START)) / 3_600_000 / hours_ % 2
        return west + (east - west) * np.where(phase < 1, phase, 2 - phase)

    rows = []
    for i in range(40):  # the region: ships under way and moored, each heard about every 20 minutes
        t = times(20)
        lane = between(33.0 + i % 4, 35.7, 20 + i, t) if i % 3 else rng.uniform(34, 35.8)
        rows.append(ship(371_000_001 + i, t, lane, 34.2 + 0.03 * i, 9.0 if i % 3 else 0.0))
    t = times(6)
    rows.append(ship(273_351_920, t, BERTH[0], BERTH[1], 0.0))  # in port throughout
    t = times(12)
    rows.append(ship(273_394_890, t, ROADS[0], ROADS[1], 0.3))  # at anchor throughout
    t = times(15)
    rows.append(ship(273_396_130, t, between(34.0, 35.81, 30, t), 34.91, 3.0))  # to and fro
    t = times(15)
    rows.append(ship(273_000_004, t, between(33.0, 35.7, 40, t), 34.6, 5.0))  # passing by
    t = times(10)  # at the berth, sails during the outage and is not seen again
    t = t[t < to_ms(SILENT[0] + timedelta(days=3))]
    rows.append(ship(273_000_005, t, 35.8050, 34.9050, 0.0))
    return concat(rows)


def brief() -> Brief:
    """Return a small port, five watched ships, and one source that is counted on."""

    def place(place_id: str, kind: PlaceKind, *box: float) -> Place:
        return Place(id=place_id, kind=kind, name=place_id, geometry=shapely.box(*box))

    places = (
        place("port.harbour", PlaceKind.HARBOUR_WATER, 35.80, 34.90, 35.82, 34.92),
        place("port.berth.a", PlaceKind.BERTH, 35.8140, 34.9145, 35.8160, 34.9155),
        place("port.waiting", PlaceKind.WAITING_AREA, 35.65, 34.85, 35.75, 34.97),
    )
    watched = (273_351_920, 273_394_890, 273_396_130, 273_000_004, 273_000_005)
    return Brief(
        gazetteer=Gazetteer("port", {p.id: p for p in places}),
        watch=WatchList(
            tuple(
                WatchedVessel(name=f"WATCHED {i}", imo=None, claims=(MmsiClaim(mmsi=m),))
                for i, m in enumerate(watched, start=1)
            )
        ),
        criteria=Criteria(),
        feeds=(FeedControl(name="aisstream"),),
    )


def run(rows: PositionColumns) -> tuple[list[Change], tuple[Finding, ...], list[str]]:
    """Store and assess step by step; return what was told, what is stored, and source states."""
    asked, told, states = brief(), [], []
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "s.db")
        clock = VirtualClock(START)
        while clock.now() < END:
            begun = to_ms(clock.now())
            clock.set(clock.now() + STEP)
            new = (rows.received_ms >= begun) & (rows.received_ms < to_ms(clock.now()))
            with store.begin() as connection:
                append_positions(connection, rows.take(new))
            told += assess(store, asked, (), voice=Voice(), now=clock.now())
            (source,) = sources_health(
                store, now=clock.now(), feeds=asked.feeds, criteria=asked.criteria.feed
            )
            if not states or not states[-1].endswith(source.state.value):
                states.append(f"{clock.now():%d %b %H:%M} {source.state.value}")
        with store.read() as connection:
            stored = load_findings(connection)
        store.close()
    return told, stored, states


def main() -> None:
    """Run both, print what was found, and check it."""
    rows = traffic(np.random.default_rng(257))
    lost = (rows.received_ms >= to_ms(SILENT[0])) & (rows.received_ms < to_ms(SILENT[1]))
    for name, given in (("without outage", rows), ("silent socket", rows.take(~lost))):
        told, stored, states = run(given)
        system = [c.finding for c in told if c.finding.kind is FindingKind.FEED_SILENT]
        ships = [f for f in stored if f.kind in SILENCE_KINDS]
        print(f"{name}: {len(given)} positions; told by kind: "
              f"{dict(sorted(Counter(c.finding.kind.value for c in told).items()))}")  # fmt: skip
        print(f"  source: {', '.join(states)}")
        for finding in system:
            print(f"  {finding.status.value}: {finding.text}")
        for finding in ships:
            print(f"  ship: {finding.status.value}: {finding.text}")
        if name == "silent socket":
            assert [f.status.value for f in system] == ["open", "closed"], system
            assert len({f.id for f in system}) == 1
            assert not ships, ships
    print("one system finding, opened and closed; no ship's silence")


if __name__ == "__main__":
    main()
