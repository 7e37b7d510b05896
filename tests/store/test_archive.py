"""The archive of closed days: the same rows, the same bytes, readable by others."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from monitor.domain.positions import ARRAY_FIELDS, PositionColumns, concat, positions_from
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import TimeWindow, to_ms
from monitor.errors import InputError
from monitor.sources.ais.files import ais_files, read_ais_file
from monitor.store import archive, spill
from monitor.store.archive import Archived, ArchiveWriter, day_path, read_archive
from tests.builders import OTHER, SEA, SPARTA, T0, a_track, hours

DAY = to_ms(T0) // 86_400_000


def _fleet(rows: int = 3000, *, days: int = 3, seed: int = 1) -> PositionColumns:
    """Return reports of a few ships over some days, with repeats, in no order."""
    chance = np.random.default_rng(seed)
    time_ms = to_ms(T0) + chance.integers(0, days * 1440, rows) * 60_000
    return positions_from(
        {
            "time_ms": time_ms,
            "received_ms": time_ms + chance.integers(0, 9000, rows),
            "mmsi": chance.choice([SPARTA, OTHER, 636021061], rows),
            "lon": chance.integers(340, 360, rows) / 10,
            "lat": chance.integers(330, 350, rows) / 10,
            "sog_kn": np.where(chance.random(rows) < 0.1, np.nan, 7.3),
            "cog_deg": chance.integers(0, 359, rows),
            "nav_status": chance.integers(-1, 8, rows),
            "source": chance.integers(0, 2, rows),
        },
        sources=("satellite", "coast"),
    )


def _archived(
    folder: Path, *parts: PositionColumns, static: Iterable[StaticReport] = ()
) -> Archived:
    with ArchiveWriter(folder) as writer:
        for part in parts:
            writer.add(part)
        writer.add(parts[0].take(slice(0)), static)
        return writer.merge()


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _same(one: PositionColumns, two: PositionColumns) -> None:
    one, two = one.canonical(), two.canonical()
    for name in ARRAY_FIELDS:
        if name != "source":
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)
    names = [[rows.sources[i] for i in rows.source] for rows in (one, two)]
    assert names[0] == names[1]


def test_what_went_in_comes_out(tmp_path: Path) -> None:
    """Every column survives, missing values and sources included; repeats are one."""
    fleet = _fleet()
    done = _archived(tmp_path, fleet)
    assert (done.days, done.rows, done.new) == (3, len(fleet.canonical()), len(fleet.canonical()))
    _same(concat(list(read_archive(tmp_path))), fleet)


@pytest.mark.parametrize("most", [50, 250_000])
def test_neither_order_nor_repetition_changes_a_byte(
    tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shuffled, in pieces, twice, merged late, sorted in memory or on disk: the same files."""
    fleet = _fleet()
    _archived(tmp_path / "whole", fleet)
    monkeypatch.setattr(spill, "_MOST_SORTED", most)
    order = list(range(len(fleet)))
    random.Random(2).shuffle(order)
    pieces = [fleet.take(np.array(order[i::7])) for i in range(7)]
    _archived(tmp_path / "parts", *pieces[:3])
    later = _archived(tmp_path / "parts", *pieces[2:])
    again = _archived(tmp_path / "parts", fleet)
    assert _bytes(tmp_path / "whole") == _bytes(tmp_path / "parts")
    assert 0 < later.new < later.rows
    assert again.new == 0


def test_of_repeats_the_one_received_first_is_kept(tmp_path: Path) -> None:
    """News that comes later than what is archived does not take its place."""
    soon = a_track((0, SEA, 7), source="soon")
    late = a_track((0, SEA, 8), source="late", delay=hours(2))
    _archived(tmp_path, late)
    _archived(tmp_path, soon)
    _archived(tmp_path, late)
    (rows,) = read_archive(tmp_path)
    assert rows.sources == ("soon",)
    assert rows.sog_kn.tolist() == [7]


def test_rows_are_sorted_and_a_group_is_of_one_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader can skip hours, and finds a vessel's reports of an hour side by side."""
    monkeypatch.setattr(archive, "_GROUP_ROWS", 20)
    _archived(tmp_path, _fleet(days=1))
    with pq.ParquetFile(day_path(tmp_path, DAY)) as file:
        groups = [file.read_row_group(i).to_pandas() for i in range(file.num_row_groups)]
    spans = [group["time"].dt.floor("h").unique() for group in groups]
    assert all(len(span) == 1 for span in spans)
    assert max(len(group) for group in groups) == 20
    table = pd.concat(groups)
    keys = list(zip(table["time"].dt.floor("h"), table["mmsi"], table["time"], strict=True))
    assert keys == sorted(keys)


def test_geopandas_reads_a_day_and_the_whole_folder(tmp_path: Path) -> None:
    """The files are GeoParquet: points in OGC:CRS84, typed columns, the day as a column."""
    fleet = _fleet()
    _archived(tmp_path, fleet, static=[StaticReport(time_ms=to_ms(T0), mmsi=SPARTA, name="A")])
    day = geopandas.read_parquet(day_path(tmp_path, DAY))
    assert str(day.crs) == "OGC:CRS84"
    assert (day.geometry.x == day["lon"]).all()
    assert (day.geometry.y == day["lat"]).all()
    assert str(day["time"].dtype) == "datetime64[ms, UTC]"
    everything = geopandas.read_parquet(tmp_path)
    assert len(everything) == len(fleet.canonical())
    assert everything["date"].astype(str).nunique() == 3


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """A window and a box give the same rows as choosing from all, edges as a window has them."""
    fleet = _fleet()
    _archived(tmp_path, fleet)
    window = TimeWindow(start=T0 + hours(20), end=T0 + hours(30))
    west, south, east, north = bounds = (34.5, 33.2, 35.0, 34.0)
    inside = (fleet.time_ms >= to_ms(window.start)) & (fleet.time_ms < to_ms(window.end))
    inside &= (fleet.lon >= west) & (fleet.lon <= east)
    inside &= (fleet.lat >= south) & (fleet.lat <= north)
    assert inside.any()
    _same(concat(list(read_archive(tmp_path, window=window, bounds=bounds))), fleet.take(inside))


def test_groups_outside_the_window_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a day only the hours asked for are taken from disk."""
    _archived(tmp_path, _fleet(days=1))
    taken: list[int] = []
    read = pq.ParquetFile.read_row_group

    def counted(file: pq.ParquetFile, number: int, *rest: object, **options: object) -> object:
        taken.append(number)
        return read(file, number, *rest, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    list(read_archive(tmp_path, window=TimeWindow(start=T0 + hours(5), end=T0 + hours(6.5))))
    assert taken == [5, 6]


def test_static_reports_are_kept_once_an_hour(tmp_path: Path) -> None:
    """The same words in the same hour are one row, the earliest; the archive reads back whole."""
    hour = 3_600_000
    at = to_ms(T0)
    reports = [
        StaticReport(time_ms=at + t, mmsi=OTHER, name=n, to_bow_m=9, to_stern_m=1, source="s",
                     to_port_m=1, to_starboard_m=1)
        for t, n in ((5, "A"), (3, "A"), (4, "B"), (hour + 1, "A"), (30 * hour, "A"))
    ]  # fmt: skip
    _archived(tmp_path, _fleet(), static=reports)
    before = _bytes(tmp_path)
    _archived(tmp_path, _fleet(), static=reversed(reports))
    assert _bytes(tmp_path) == before
    batches = [
        batch for file in ais_files([tmp_path]) for batch in read_ais_file(file, tally=Tally())
    ]
    told = [report for batch in batches for report in batch.static]
    assert sorted(told, key=lambda r: r.time_ms) == [reports[1], *reports[2:]]
    _same(concat([batch.positions for batch in batches]), _fleet())


def test_a_killed_import_leaves_the_archive_whole(tmp_path: Path) -> None:
    """What was set aside and not merged is cleared away by the next import."""
    _archived(tmp_path, _fleet())
    before = _bytes(tmp_path)
    ArchiveWriter(tmp_path).add(_fleet(seed=2))
    assert list(tmp_path.glob(".import-*"))
    _archived(tmp_path, _fleet())
    assert _bytes(tmp_path) == before
    assert not list(tmp_path.glob(".import-*"))


def test_one_instant_of_one_ship_is_sorted_however_often_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day that cannot be cut by its key is still merged."""
    monkeypatch.setattr(spill, "_MOST_SORTED", 50)
    done = _archived(tmp_path, *[a_track((0, SEA, 7))] * 200)
    assert done.rows == 1


@pytest.mark.parametrize("content", [None, b"PAR1 but no more"])
def test_a_folder_that_is_no_archive_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """The message names the folder or the file."""
    if content is not None:
        path = day_path(tmp_path, DAY)
        path.parent.mkdir()
        path.write_bytes(content)
    with pytest.raises(InputError, match="no archive" if content is None else "cannot be read"):
        list(read_archive(tmp_path))
