"""The door for AIS files: what it takes, and what it says of the rest."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.ais.files import MAX_LINE, read_ais_file
from tests.sources.ais.ais_lines import NOON_S, SHIP, position_line, read, stamped


def _refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        list(read_ais_file(path, tally=Tally()))
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (bytes(range(256)) * 20, "no line of any known AIS format"),
        (b"just some text\n" * 3, "no line of any known AIS format"),
        (b'[{"mmsi": 1}]', "not aisstream.io frames"),
        (b"PK\x03\x04rest", "zip is not read here"),
        (b"\x28\xb5\x2f\xfdrest", "zstandard is not read here"),
        (b"\x1f\x8b\x08\x00broken", "cannot be read"),
    ],
)
def test_a_file_that_holds_no_ais_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """One clear line names the file and what is wrong with it."""
    path = tmp_path / "thing.dat"
    path.write_bytes(content)
    message = _refusal(path)
    assert says in message
    assert "thing.dat" in message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Neither a missing file nor a folder is a file."""
    assert "no such file" in _refusal(tmp_path / "gone.nmea")
    assert "a folder" in _refusal(tmp_path)


def test_gzip_is_told_by_content(tmp_path: Path) -> None:
    """A packed log is read whatever its name."""
    path = tmp_path / "log.txt"
    path.write_bytes(gzip.compress(stamped(position_line()).encode()))
    positions, _, _ = read(path)
    assert positions.mmsi.tolist() == [SHIP]


def test_a_gzip_cut_short_gives_what_it_still_holds(tmp_path: Path) -> None:
    """The lines before the damage are kept and the damage is counted."""
    lines = [stamped(position_line(lat=34.0 + i / 997), NOON_S + i) for i in range(2000)]
    path = tmp_path / "log.nmea.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode())[:-2000])
    positions, _, tally = read(path)
    assert 500 < len(positions) < 2000
    assert tally.rejected["damaged_file"] == 1


def test_batches_hold_the_rows_asked_for(tmp_path: Path) -> None:
    """A log comes in batches of the size asked for, and a rest."""
    path = tmp_path / "log.nmea"
    path.write_text("\n".join(stamped(position_line(), NOON_S + 60 * i) for i in range(25)))
    sizes = [len(b.positions) for b in read_ais_file(path, tally=Tally(), batch_rows=10)]
    assert sizes == [10, 10, 5]


def test_an_endless_line_is_taken_in_pieces(tmp_path: Path) -> None:
    """A line beyond the limit is counted in bounded pieces and harms no other line."""
    path = tmp_path / "log.nmea"
    path.write_text(f"{stamped(position_line())}\n{'x' * (2 * MAX_LINE + 1)}\n")
    positions, _, tally = read(path)
    assert len(positions) == 1
    assert tally.rejected == {"unreadable_line": 3}


def test_the_rows_bear_the_name_asked_for(tmp_path: Path) -> None:
    """A source name given by the caller takes the place of the file's."""
    path = tmp_path / "log.nmea"
    path.write_text(stamped(position_line()))
    positions, _, _ = read(path, name="roof antenna")
    assert positions.sources == ("roof antenna",)
