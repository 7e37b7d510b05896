from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.domain.positions import ARRAY_FIELDS, concat
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import from_ms
from monitor.store import observations
from monitor.store.engine import Store, open_store
from tests.builders import OTHER, SEA, SPARTA, T0, a_track, hours


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def test_positions_come_back_as_they_went(store: Store) -> None:
    """Every column survives, missing values included, in order of vessel and time."""
    rows = concat([a_track((1, SEA, None), (0, SEA, 7.3)), a_track((0, SEA, 1), mmsi=OTHER)])
    with store.begin() as connection:
        assert observations.append_positions(connection, rows) == 3
    with store.read() as connection:
        back = observations.load_positions(connection, received_by=T0 + hours(9))
    want = rows.canonical()
    for name in ARRAY_FIELDS:
        np.testing.assert_array_equal(getattr(back, name), getattr(want, name), err_msg=name)
    assert back.sources == want.sources


@pytest.mark.parametrize("first", [0, 1])
def test_importing_again_changes_nothing(store: Store, first: int) -> None:
    """Whatever order copies come in, the one received first stays, once."""
    copies = [
        a_track((0, SEA, 7), source="soon"),
        a_track((0, SEA, 8), source="late", delay=hours(2)),
    ]
    with store.begin() as connection:
        for copy in (copies[first], copies[1 - first], copies[first]):
            observations.append_positions(connection, copy)
    with store.read() as connection:
        back = observations.load_positions(connection, received_by=T0 + hours(9))
    assert len(back) == 1
    assert back.sources == ("soon",)
    assert back.sog_kn.tolist() == [7.0]


def test_what_arrived_later_is_not_known_yet(store: Store) -> None:
    """A picture as of an instant uses only what had been received by then."""
    with store.begin() as connection:
        observations.append_positions(connection, a_track((0, SEA, 7), (5, SEA, 7), delay=hours(1)))
    with store.read() as connection:
        assert len(observations.load_positions(connection, received_by=T0 + hours(5))) == 1
        assert len(observations.load_positions(connection, received_by=T0 + hours(6))) == 2


def test_static_reports_are_kept_once_a_day(store: Store) -> None:
    """The same words on the same day are one row, the earliest, in any order."""
    day = 86_400_000
    reports = [
        StaticReport(time_ms=t, mmsi=OTHER, name=n)
        for t, n in ((5, "A"), (3, "A"), (4, "B"), (day + 1, "A"))
    ]
    with store.begin() as connection:
        observations.append_static(connection, reports)
        observations.append_static(connection, reversed(reports))
    with store.read() as connection:
        back = observations.load_static(connection, by=T0, mmsis=[OTHER])
    assert [(r.time_ms, r.name) for r in back] == [(3, "A"), (4, "B"), (day + 1, "A")]


def test_static_reports_name_their_source(store: Store) -> None:
    """Two feeds that say the same are two rows, each with its source."""
    feeds = [
        StaticReport(time_ms=t, mmsi=OTHER, name="A", source=s) for t, s in ((1, "x"), (2, "y"))
    ]
    with store.begin() as connection:
        observations.append_static(connection, feeds)
    with store.read() as connection:
        assert observations.load_static(connection, by=T0, mmsis=[OTHER]) == tuple(feeds)


def test_what_was_said_all_day_counts_as_three_reports(store: Store) -> None:
    """The first report, the middle and the last further hour come back; later hours do not yet."""
    hour = 3_600_000
    reports = [
        StaticReport(time_ms=m * 600_000, mmsi=OTHER, name="A") for m in range(3, 36)
    ]  # 00:30 to 05:50, every ten minutes
    with store.begin() as connection:
        observations.append_static(connection, reversed(reports))
        observations.append_static(connection, reports)
    with store.read() as connection:
        for by, expected in (
            (1_800_000, [1_800_000]),
            (2 * hour - 2, [1_800_000]),
            (2 * hour - 1, [1_800_000, 2 * hour - 1]),
            (9 * hour, [1_800_000, 4 * hour - 1, 6 * hour - 1]),
        ):
            back = observations.load_static(connection, by=from_ms(by), mmsis=[OTHER])
            assert [r.time_ms for r in back] == expected


def test_scenes_come_back_as_they_went(store: Store) -> None:
    """A scene survives storing; storing it again is no second scene."""
    scene = Scene(
        id="s", acquired_at=T0, available_at=T0 + hours(3), platform="sentinel-1a",
        sensor="sentinel-1", modality=Modality.RADAR, orbit=14, footprint_wkt="POINT EMPTY",
        bands=(BandRef(name="vv", href="a.tif", scale=0.1, offset=-27, nodata=255, unit="dB"),),
    )  # fmt: skip
    with store.begin() as connection:
        assert observations.add_scenes(connection, [scene]) == 1
        assert observations.add_scenes(connection, [scene]) == 0
    with store.read() as connection:
        assert observations.load_scenes(connection, available_by=T0 + hours(3)) == (scene,)
        assert observations.load_scenes(connection, available_by=T0 + hours(2)) == ()


def test_losses_add_up(store: Store) -> None:
    """What a source could not give is counted by reason, with the first example."""
    for example in ("one", "two"):
        tally = Tally()
        tally.reject("bad_checksum", example)
        with store.begin() as connection:
            observations.count_losses(connection, "feed", tally)
    with store.read() as connection:
        assert observations.load_losses(connection) == [("feed", "bad_checksum", 2, "one")]


def test_only_vessels_that_matter_are_read(store: Store) -> None:
    """Whose track a port needs is known from boxes and claims, without reading every report."""
    near, far = a_track((0, SEA, 7), (1, (35.7, 34.9), 7)), a_track((0, (0.0, 50.0), 7), mmsi=OTHER)
    claim = StaticReport(time_ms=1, mmsi=5, imo=9268710)
    with store.begin() as connection:
        observations.append_positions(connection, concat([near, far]))
        observations.append_static(connection, [claim])
    with store.read() as connection:
        assert observations.vessels_within(connection, (35.0, 34.0, 36.0, 35.0)) == [SPARTA]
        assert observations.vessels_claiming(connection, [9268710]) == [5]
        assert observations.load_positions(
            connection, received_by=T0 + hours(9), mmsis=[OTHER]
        ).mmsi.tolist() == [OTHER]
