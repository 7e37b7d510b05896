"""A folder of AIS files, read live and replayed."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.positions import concat
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, from_ms
from monitor.errors import SourceUnavailable
from monitor.sources.ais.folder import AisFolder
from monitor.sources.base import PollsPositions
from tests.sources.ais.ais_lines import (
    NOON,
    NOON_S,
    accounted,
    position_line,
    stamped,
    static_lines,
)

ALL_TIME = TimeWindow(start=from_ms(0), end=NOON.replace(year=2090))


def _log(folder: Path, name: str, *minutes: int, mmsi: int = 271000001) -> Path:
    path = folder / name
    lines = [stamped(position_line(mmsi=mmsi), NOON_S + 60 * m) for m in minutes]
    path.write_text("\n".join(lines))
    return path


def _fetch(folder: AisFolder, window: TimeWindow) -> Any:  # noqa: ANN401
    tally = Tally()
    batches = list(folder.fetch(window, tally))
    assert accounted(tally)
    return concat([b.positions for b in batches]), [r for b in batches for r in b.static], tally


def _window(start: datetime, minutes: float) -> TimeWindow:
    return TimeWindow(start=start, end=start + timedelta(minutes=minutes))


def test_a_folder_polls_positions(tmp_path: Path) -> None:
    """A folder keeps the promise made for every polled feed."""
    feed: PollsPositions = AisFolder("drop", tmp_path)
    assert feed.name == "drop"


def test_rows_arrive_with_their_file(tmp_path: Path) -> None:
    """Live, the rows of a file are received when the file was, at the closed end of a window."""
    path = _log(tmp_path, "a.nmea", 0, 1)
    os.utime(path, (NOON_S, NOON_S + 10 * 365 * 86_400))  # modified later than it appeared
    arrived = from_ms((NOON_S + 10 * 365 * 86_400) * 1000)
    folder = AisFolder("drop", tmp_path)
    positions, _, tally = _fetch(folder, _window(arrived, 1))
    assert {from_ms(ms) for ms in positions.received_ms} == {arrived}
    assert tally.accepted == 2
    assert positions.sources == ("drop",)
    again, _, _ = _fetch(folder, _window(arrived, 1))
    assert again.time_ms.tolist() == positions.time_ms.tolist()
    assert len(_fetch(folder, _window(arrived - timedelta(minutes=1), 1))[0]) == 0
    assert len(_fetch(folder, _window(arrived + timedelta(milliseconds=1), 1))[0]) == 0


def test_a_replay_gives_rows_when_they_were_received(tmp_path: Path) -> None:
    """In a replay every window gives the rows received in it, its end not included."""
    _log(tmp_path, "b.nmea", 3, 0, 2)
    _log(tmp_path, "a.nmea", 1, mmsi=271000002)
    folder = AisFolder("replay", tmp_path, arrival="event")
    windows = [_window(NOON + timedelta(minutes=m), 1) for m in range(4)]
    found = [[(r, int(p)) for p, r in zip(x.mmsi, x.received_ms, strict=True)]
             for x in (_fetch(folder, w)[0] for w in windows)]  # fmt: skip
    assert [len(rows) for rows in found] == [1, 1, 1, 1]
    assert found[1][0][1] == 271000002
    assert len(_fetch(folder, _window(NOON, 4))[0]) == 4


def test_a_replay_counts_a_file_once(tmp_path: Path) -> None:
    """A file is read and counted in the first fetch only, and anew when it has changed."""
    _log(tmp_path, "a.nmea", 0)
    folder = AisFolder("replay", tmp_path, arrival="event")
    assert [_fetch(folder, ALL_TIME)[2].read for _ in range(2)] == [1, 0]
    _log(tmp_path, "a.nmea", 0, 1)
    positions, _, tally = _fetch(folder, ALL_TIME)
    assert (len(positions), tally.read) == (2, 2)


def test_late_news_is_not_known_early(tmp_path: Path) -> None:
    """A CSV row that reached us hours later brings position and name only then."""
    (tmp_path / "a.csv").write_text(
        "MMSI,BaseDateTime,LAT,LON,VesselName,Received\n"
        "273396130,2025-01-21T12:00:00,34.9,35.8,URSA MAJOR,2025-01-21T18:00:00\n"
    )
    folder = AisFolder("replay", tmp_path, arrival="event")
    early, names, _ = _fetch(folder, _window(NOON, 359))
    assert (len(early), names) == (0, [])
    late, names, _ = _fetch(folder, _window(NOON + timedelta(hours=6), 1))
    assert len(late) == 1
    assert [r.name for r in names] == ["URSA MAJOR"]


def test_static_reports_are_replayed_when_they_were_sent(tmp_path: Path) -> None:
    """A static message arrives in the window of its own receive stamp."""
    lines = [stamped(line, NOON_S + 300) for line in static_lines()]
    (tmp_path / "a.nmea").write_text("\n".join(lines))
    folder = AisFolder("replay", tmp_path, arrival="event")
    assert _fetch(folder, _window(NOON, 5))[1] == []
    assert len(_fetch(folder, _window(NOON + timedelta(minutes=5), 1))[1]) == 1


@pytest.mark.parametrize("arrival", ["file", "event"])
def test_an_unreadable_file_is_counted_and_harms_no_other(tmp_path: Path, arrival: Any) -> None:  # noqa: ANN401
    """A file of no known format is counted by name; its neighbours are read."""
    (tmp_path / "0.txt").write_text("no ships here")
    (tmp_path / "1.nmea").write_text("")
    _log(tmp_path, "2.nmea", 0)
    folder = AisFolder("drop", tmp_path, arrival=arrival)
    positions, _, tally = _fetch(folder, ALL_TIME)
    assert len(positions) == 1
    assert tally.rejected == {"unreadable_file": 2}
    assert "0.txt" in tally.examples["unreadable_file"]


@pytest.mark.parametrize("name", [".a.nmea", "~a.nmea", "a.nmea.part", "a.nmea.tmp", "a.nmea~"])
def test_hidden_and_unfinished_files_are_passed_over(tmp_path: Path, name: str) -> None:
    """A file still being written, by its name, is not touched."""
    _log(tmp_path, name, 0)
    (tmp_path / "folder.nmea").mkdir()
    positions, _, tally = _fetch(AisFolder("drop", tmp_path), ALL_TIME)
    assert len(positions) == tally.read == 0


def test_a_missing_folder_is_worth_trying_later(tmp_path: Path) -> None:
    """A folder that is not there may be a disk not yet mounted."""
    with pytest.raises(SourceUnavailable, match="drop"):
        _fetch(AisFolder("drop", tmp_path / "gone"), ALL_TIME)
