"""The door for AIS files: what it takes, and what it says of the rest."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow
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
        (b"PK\x03\x04rest", "cannot be read"),
        (b"\x28\xb5\x2f\xfdrest", "cannot be read"),
        (b"PAR1rest", "not readable as Parquet"),
        (b"SQLite format 3\0rest", "not readable as GeoPackage"),
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


def _zipped(text: bytes, *names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        bz2.compress,
        lzma.compress,
        lambda text: _zipped(text, "log.nmea", "__MACOSX/._log.nmea"),
        lambda text: pyarrow.compress(text, codec="zstd", asbytes=True),
    ],
)
def test_a_packed_file_is_told_by_content(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """A packed log is read whatever its name, and how far it was read is told."""
    path = tmp_path / "log.txt"
    path.write_bytes(pack((stamped(position_line()) + "\n").encode() * 3))
    at: list[int] = []
    positions, _, _ = read(path, told=at.append)
    assert positions.mmsi.tolist() == [SHIP] * 3
    assert 0 < at[-1] <= path.stat().st_size


def test_a_zip_of_several_files_is_refused(tmp_path: Path) -> None:
    """Which of several members is meant cannot be known."""
    path = tmp_path / "logs.zip"
    path.write_bytes(_zipped(b"x", "a.csv", "b.csv"))
    assert "a zip of 2 files" in _refusal(path)


def test_a_bomb_is_unpacked_piece_by_piece(tmp_path: Path) -> None:
    """64 MiB without a line end in a small file are counted, not held."""
    path = tmp_path / "bomb.csv.gz"
    head = b"MMSI,BaseDateTime,LAT,LON\n636021061,2023-01-11T00:00:00,26.1,-80.0\n"
    path.write_bytes(gzip.compress(head + b"0" * (64 << 20)))
    tracemalloc.start()
    positions, _, tally = read(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(positions) == 1
    assert set(tally.rejected) == {"wrong_number_of_columns"}
    assert most < 48 << 20


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
