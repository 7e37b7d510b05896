"""Skylight's published example of a gap that late data takes back, driven through the store.

A ship reports at 10:00, 11:14 and 20:30; a report of 16:20 comes late. With one threshold of six
hours the gap is opened, closed, and retracted once no gap longer than six hours is left.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from monitor.alerts.render import Voice
from monitor.detect.picture import Criteria
from monitor.detect.silences import SIX_HOURS
from monitor.domain.finding import Finding, FindingKind
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns, concat, positions_from
from monitor.domain.vessel import MmsiClaim, WatchedVessel, WatchList
from monitor.domain.window import from_ms, to_ms
from monitor.store.derived import load_findings
from monitor.store.engine import Store, open_store
from monitor.store.observations import append_positions
from monitor.watch.assess import Brief, assess

DAY = datetime(2025, 3, 1, tzinfo=UTC)
SHIP = 273351920
LIFE = ("open", "closed", "retracted")


def at(clock: str) -> datetime:
    """Return an instant of the day."""
    hours, minutes = map(int, clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes)


def reports(*pairs: tuple[str, str]) -> PositionColumns:
    """Return the ship's reports from (position time, time received)."""
    return positions_from(
        {
            "time_ms": [to_ms(at(said)) for said, _ in pairs],
            "received_ms": [to_ms(at(came)) for _, came in pairs],
            "mmsi": [SHIP] * len(pairs),
            "lon": [35.6] * len(pairs),
            "lat": [34.9] * len(pairs),
        },
        sources=["feed"],
    )


def others() -> PositionColumns:
    """Return two other ships heard near there every ten minutes, all day."""
    ms = to_ms(DAY) + np.arange(0, 24 * 60, 10) * 60_000
    return positions_from(
        {
            "time_ms": ms,
            "mmsi": 371_000_001 + np.arange(len(ms)) % 2,
            "lon": np.full(len(ms), 35.5),
            "lat": np.full(len(ms), 34.8),
        },
        sources=["feed"],
    )


def brief() -> Brief:
    """Return a small port, one watched ship, and one threshold of six hours."""
    import shapely

    harbour = Place(
        id="port.harbour",
        kind=PlaceKind.HARBOUR_WATER,
        name="Harbour",
        geometry=shapely.box(35.80, 34.90, 35.82, 34.92),
    )
    return Brief(
        gazetteer=Gazetteer("port", {harbour.id: harbour}),
        watch=WatchList(
            (WatchedVessel(name="SPARTA", imo=9268710, claims=(MmsiClaim(mmsi=SHIP),)),)
        ),
        criteria=Criteria(silence=SIX_HOURS),
    )


def lived(store: Store) -> list[tuple[datetime, str, Finding]]:
    """Assess every ten minutes, each time with what had come by then; return what was told."""
    rows = concat(
        [
            reports(("10:00", "10:00"), ("11:14", "11:14"), ("20:30", "20:30"), ("16:20", "22:05")),
            others(),
        ]
    )
    told, known, asked = [], to_ms(DAY) - 1, brief()
    for now_ms in range(to_ms(at("09:00")), to_ms(at("23:50")) + 1, 600_000):
        new = rows.take((rows.received_ms > known) & (rows.received_ms <= now_ms))
        with store.begin() as connection:
            append_positions(connection, new)
        known = now_ms
        told += [
            (from_ms(now_ms), change.finding.status.value, change.finding)
            for change in assess(store, asked, (), voice=Voice(), now=from_ms(now_ms))
            if change.finding.kind is FindingKind.NO_AIS_RECEIVED
        ]
    return told


def main() -> None:
    """Print the life of the finding."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "s.db")
        told = lived(store)
        with store.read() as connection:
            left = [f for f in load_findings(connection) if f.status != "retracted"]
        store.close()
    for now, status, finding in told:
        print(f"{now:%H:%M}  {status:9}  {finding.id}  {finding.text}")
    assert tuple(status for _, status, _ in told) == LIFE, told
    assert len({finding.id for _, _, finding in told}) == 1
    assert not left, left
    print("opened, closed and retracted; no finding is left")


if __name__ == "__main__":
    main()
