"""How long ten years of a busy port take to replay: 40 berths, 960 passes, 20 million positions.

The store is made first, always the same for the same size, and making it does not count.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from monitor.alerts.render import Voice
from monitor.detect.picture import Criteria
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns, concat, positions_from
from monitor.domain.scene import Modality, Scene
from monitor.domain.vessel import MmsiClaim, StaticReport, WatchedVessel, WatchList
from monitor.domain.window import from_ms, to_ms
from monitor.store.derived import load_findings, put_berth_states
from monitor.store.engine import open_store
from monitor.store.names import source_id
from monitor.store.observations import add_scenes, append_static
from monitor.store.reception import note_reception
from monitor.watch.assess import Brief, assess
from monitor.watch.memory import Memory

BERTHS, YEARS, PASSES_A_YEAR, ROWS = 40, 10, 96, 20_000_000
START = datetime(2015, 1, 1, tzinfo=UTC)
DAY_MS, HOUR_MS = 86_400_000, 3_600_000
CALLS_A_SHIP = 6
WATCHED = 12
FIRST_MMSI, FIRST_IMO = 371_000_000, 900_000
SOURCE = "made"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """How much of the whole is made: years of history, at the same traffic a day."""

    years: float
    rows_a_day: float = ROWS / (YEARS * 365.25)

    @property
    def days(self) -> float:
        """Length of the history."""
        return self.years * 365.25


def a_port() -> Gazetteer:
    """Return 40 berths on five piers of an open coast, a basin round them and a waiting area."""
    berths = [
        Place(
            id=f"port.berth.{i:02d}",
            kind=PlaceKind.BERTH,
            name=f"berth {i}",
            geometry=shapely.box(x, y, x + 0.0022, y + 0.0004),
        )
        for i in range(BERTHS)
        for x, y in ((35.8610 - 0.003 * (i % 8), 34.8900 + 0.005 * (i // 8)),)
    ]
    others = [
        (PlaceKind.HARBOUR_WATER, "port.harbour", shapely.box(35.835, 34.885, 35.866, 34.915)),
        (PlaceKind.WAITING_AREA, "port.waiting", shapely.box(35.68, 34.85, 35.80, 34.95)),
        (PlaceKind.LAND, "port.land", shapely.box(35.870, 34.5, 36.2, 35.3)),
    ]
    places = [*berths, *(Place(id=n, kind=k, name=n, geometry=g) for k, n, g in others)]
    return Gazetteer("port", {p.id: p for p in places})


def a_brief() -> Brief:
    """Return the port and a list of a dozen of the ships."""
    listed = tuple(
        WatchedVessel(
            name=f"LISTED {i}", imo=_imo(i), claims=(MmsiClaim(mmsi=FIRST_MMSI + i),), length_m=120
        )
        for i in range(WATCHED)
    )
    return Brief(gazetteer=a_port(), watch=WatchList(listed), criteria=Criteria())


def _imo(ship: int) -> int:
    digits = [int(d) for d in str(FIRST_IMO + ship)]
    return (FIRST_IMO + ship) * 10 + sum(
        d * w for d, w in zip(digits, range(7, 1, -1), strict=True)
    ) % 10


@dataclass(frozen=True)
class Calls:
    """Every call of every ship; arrays of shape (calls,). Times: milliseconds since the epoch."""

    ship: npt.NDArray[np.int64]
    berth: npt.NDArray[np.int64]
    waits: npt.NDArray[np.int64]
    """How long she lies off the port before."""
    alongside: npt.NDArray[np.int64]
    leaves: npt.NDArray[np.int64]


def some_calls(size: Size, rng: np.random.Generator) -> Calls:
    """Return calls so that each berth is taken four days in five, by ships that come again."""
    found: list[tuple[int, int, int, int]] = []
    end = to_ms(START) + int(size.days * DAY_MS)
    for berth in range(BERTHS):
        at = to_ms(START) + int(rng.random() * 4 * DAY_MS)
        while at < end:
            stay = int((0.5 + rng.exponential(2.5)) * DAY_MS)
            wait = int(rng.exponential(24) * HOUR_MS) if rng.random() < 0.3 else 0
            found.append((at, berth, at + stay, wait))
            at += stay + int((0.2 + rng.exponential(0.6)) * DAY_MS)
    found.sort()
    alongside, berth, leaves, wait = np.array(found, np.int64).T
    ships = max(len(found) // CALLS_A_SHIP, 2 * BERTHS)
    # A ship is drawn again only when the one before her in the round has had time to be back.
    ship = np.empty(len(found), np.int64)
    free = np.full(ships, -(1 << 62), np.int64)
    order = rng.permutation(ships)
    for i in range(len(found)):
        n = next(
            n
            for k in range(ships)
            for n in (int(order[(i * 7919 + k) % ships]),)
            if free[n] < alongside[i] - wait[i] - 4 * DAY_MS
        )
        ship[i], free[n] = n, leaves[i] + DAY_MS
    return Calls(ship, berth, wait, alongside, leaves)


def tracks_of(calls: Calls, size: Size, rng: np.random.Generator) -> Iterator[PositionColumns]:
    """Yield the reports of ship after ship: in from the sea, perhaps a wait, the berth, out."""
    port = a_port()
    sailing = 3.2 * HOUR_MS
    hours = (calls.leaves - calls.alongside + calls.waits + 2 * sailing).sum() / HOUR_MS
    step = HOUR_MS * hours / (size.rows_a_day * size.days)
    order = np.argsort(calls.ship, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(calls.ship[order])) + 1):
        parts = []
        for i in own.tolist():
            middle = port.places[f"port.berth.{calls.berth[i]:02d}"].geometry.centroid
            enters = calls.alongside[i] - sailing - calls.waits[i]
            sea = 35.15, 34.90 + 0.3 * (rng.random() - 0.5)
            off = 35.70 + 0.08 * rng.random(), 34.87 + 0.06 * rng.random()
            gate = 35.832, 34.90
            legs = [
                (enters, *sea), (enters + sailing * 0.75, *off),
                (enters + sailing * 0.75 + calls.waits[i], *off),
                (calls.alongside[i] - sailing * 0.05, *gate),
                (calls.alongside[i], middle.x, middle.y), (calls.leaves[i], middle.x, middle.y),
                (calls.leaves[i] + sailing * 0.05, *gate), (calls.leaves[i] + sailing, *sea),
            ]  # fmt: skip
            t, x, y = np.array(legs, np.float64).T
            n = int((t[-1] - t[0]) / step)
            at = np.sort(t[0] + rng.random(n) * (t[-1] - t[0])).astype(np.int64)
            lon, lat = np.interp(at, t, x), np.interp(at, t, y)
            leg = np.clip(np.searchsorted(t, at, "right") - 1, 0, len(t) - 2)
            metres = np.hypot(np.diff(x) * 91_000, np.diff(y) * 111_000)
            knots = metres / np.maximum(np.diff(t) / 1000, 1) / 0.5144
            still = (knots[leg] < 0.5)[:, None]
            noise = rng.normal(0, 1, (n, 2)) * np.where(still, 4e-5, 1e-5)
            parts.append((at, lon + noise[:, 0], lat + noise[:, 1], knots[leg]))
        at, lon, lat, knots = (np.concatenate(c) for c in zip(*parts, strict=True))
        yield positions_from(
            {
                "time_ms": at,
                "received_ms": at + 20_000,
                "mmsi": np.full(len(at), FIRST_MMSI + int(calls.ship[own[0]])),
                "lon": np.round(lon, 6),
                "lat": np.round(lat, 6),
                "sog_kn": np.round(np.where(knots < 0.5, 0.1, knots), 1),
            },
            sources=(SOURCE,),
        )


def looks_at(calls: Calls, size: Size, rng: np.random.Generator) -> Iterator[list[BerthState]]:
    """Yield what each pass shows: hulls where ships lie, one berth in fifty otherwise than AIS."""
    passes = int(PASSES_A_YEAR * size.years)
    for k in range(passes):
        at_ms = to_ms(START) + int(size.days * DAY_MS * (k + 0.5) / passes)
        lying = (calls.alongside <= at_ms) & (calls.leaves > at_ms)
        taken = np.zeros(BERTHS, bool)
        taken[calls.berth[lying]] = True
        chance = rng.random(BERTHS)
        taken ^= chance < 0.02
        radar = k % 2 == 0
        unseen = (chance > 0.9) if not radar else np.zeros(BERTHS, bool)
        at = from_ms(at_ms)
        yield [
            BerthState(
                scene_id=f"pass-{k:04d}",
                acquired_at=at,
                available_at=at + timedelta(hours=4),
                sensor="sentinel-1" if radar else "sentinel-2",
                modality=Modality.RADAR if radar else Modality.OPTICAL,
                orbit=14 if radar else 121,
                berth_id=f"port.berth.{i:02d}",
                state=Occupancy.UNOBSERVED
                if unseen[i]
                else Occupancy.OCCUPIED
                if taken[i]
                else Occupancy.FREE,
                score=float("nan") if unseen[i] else 0.95 if taken[i] else 0.03,
                usable=0.0 if unseen[i] else 1.0,
            )
            for i in range(BERTHS)
        ]


def make_store(path: Path, size: Size) -> int:
    """Make the store at `path`; return how many positions it holds."""
    rng = np.random.default_rng(5)
    calls = some_calls(size, rng)
    store = open_store(path)
    with store.begin() as connection:
        outline = shapely.box(35.5, 34.6, 36.1, 35.2).wkt
        for states in looks_at(calls, size, rng):
            first = states[0]
            add_scenes(
                connection,
                [
                    Scene(
                        id=first.scene_id, acquired_at=first.acquired_at,
                        available_at=first.available_at, platform=f"{first.sensor}a",
                        sensor=first.sensor, modality=first.modality, orbit=first.orbit,
                        footprint_wkt=outline, bands=(),
                    )
                ],
            )  # fmt: skip
            put_berth_states(connection, states, references_digest="made")
        source = source_id(connection, SOURCE)
    store.close()
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("DROP INDEX positions_time")
    raw.execute("BEGIN")
    rows, boxes, kept = 0, [], []
    for own in tracks_of(calls, size, rng):
        e7 = [np.rint(c * 1e7).astype(np.int64) for c in (own.lon, own.lat)]
        mmsi = int(own.mmsi[0])
        columns = (own.time_ms, *e7, own.received_ms, np.round(own.sog_kn.astype(float), 4))
        raw.executemany(
            "INSERT OR IGNORE INTO positions VALUES "
            f"({mmsi}, ?, ?, ?, ?, ?, NULL, NULL, -1, 1.0, {source})",
            zip(*(c.tolist() for c in columns), strict=True),
        )
        rows += len(own)
        boxes.append((mmsi, *(int(f(c)) for f, c in zip((np.min, np.min), e7, strict=True)),
                      *(int(np.max(c)) for c in e7)))  # fmt: skip
        kept.append(own)
        if sum(map(len, kept)) > 1_000_000:
            raw.execute("COMMIT")
            _note(path, kept)
            kept = []
            raw.execute("BEGIN")
    raw.executemany(
        "INSERT INTO vessels (mmsi, west_e7, south_e7, east_e7, north_e7) VALUES (?, ?, ?, ?, ?)",
        boxes,
    )
    raw.execute("COMMIT")
    _note(path, kept)
    raw.execute("CREATE INDEX positions_time ON positions (time_ms)")
    raw.execute("PRAGMA journal_mode=WAL")
    raw.close()
    return rows


def _note(path: Path, kept: list[PositionColumns]) -> None:
    """Note reception and what each ship says of herself: thrice on the first day of each call."""
    rows = concat(kept)
    store = open_store(path)
    with store.begin() as connection:
        note_reception(connection, rows)
        said = []
        for own in kept:
            ship = int(own.mmsi[0]) - FIRST_MMSI
            for day in np.unique(own.time_ms // DAY_MS)[::3].tolist():
                first = int(own.time_ms[own.time_ms >= day * DAY_MS][0])
                said += [
                    StaticReport(
                        time_ms=first + h * HOUR_MS, mmsi=int(own.mmsi[0]), source=SOURCE,
                        imo=_imo(ship), name=f"SHIP {ship}", ship_type=70, to_bow_m=90,
                        to_stern_m=30, to_port_m=9, to_starboard_m=9,
                    )
                    for h in (0, 1, 2)
                ]  # fmt: skip
        append_static(connection, said)
    store.close()


def main(years: float = 0.5, steps_a_year: float = PASSES_A_YEAR) -> None:
    """Make a history, assess it step by step as a replay does, and print what that takes.

    Args:
        years: Length of the history.
        steps_a_year: How often it is assessed: after every pass, as live, or by less.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, size = Path(folder) / "store.db", Size(years)
        print(f"{make_store(path, size)} positions made", flush=True)
        store, brief, memory = open_store(path), a_brief(), Memory()
        steps = max(int(steps_a_year * size.years), 1)
        step = timedelta(days=size.days / steps)
        began, rows = time.process_time(), 0
        for k in range(steps):
            now = START + step * (k + 1)
            assess(store, brief, (), voice=Voice(), now=now, memory=memory)
            rows = max(rows, memory.rows)
            if (k + 1) % steps_a_year == 0 or k + 1 == steps:
                spent = time.process_time() - began
                print(
                    f"{k + 1} of {steps} steps in {spent:.0f} s of one core "
                    f"({spent / (k + 1):.2f} s a step), at most {rows} reports kept",
                    flush=True,
                )
        with store.read() as connection:
            print(f"{len(load_findings(connection))} findings")
        store.close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
