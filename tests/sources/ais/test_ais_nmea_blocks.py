"""Reading by the block gives what reading line by line gives: rows, reports and counts."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.positions import ARRAY_FIELDS, concat
from monitor.domain.tally import Tally
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.nmea import dating, dating_columns
from monitor.sources.ais.nmea.armour import Payloads
from monitor.sources.ais.nmea.by_block import read_nmea_blocks
from monitor.sources.ais.nmea.by_line import MAX_LINES_APART, read_nmea
from monitor.sources.ais.nmea.scan import scan_block
from monitor.sources.ais.nmea.sentences import MAX_LINE
from monitor.sources.base import AisBatch
from tests.conftest import SHARED, shared
from tests.sources.ais.ais_lines import (
    LAT,
    LON,
    NOON,
    NOON_S,
    SHIP,
    accounted,
    base_line,
    checked,
    position_line,
    sentences,
    stamped,
    static_lines,
    tagged,
)

AIS = SHARED / "data" / "ais"
LOGS = sorted(
    str(path.relative_to(AIS))
    for room in ("nmea", "messy")
    for path in (AIS / room).glob("*")
    if path.is_file() and path.suffix not in (".csv", ".json", ".chk")
) or ["nmea"]


def by_line(log: bytes, **options: object) -> tuple[list[AisBatch], Tally]:
    """Read a log one line at a time, as text files are read."""
    tally = Tally()
    builder = BatchBuilder(source="x", tally=tally, batch_rows=10**9)
    text = log.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("latin-1")
    lines = text.removesuffix("\n").split("\n") if text else []
    return list(read_nmea(lines, builder, tally=tally, **options)), tally  # type: ignore[arg-type]


def by_block(log: bytes, size: int = 1 << 20, **options: object) -> tuple[list[AisBatch], Tally]:
    """Read a log in blocks of whole lines, of about `size` bytes each."""

    def blocks() -> Iterator[bytes]:
        start = 0
        while start < len(log):
            end = log.find(b"\n", start + size) + 1 or len(log)
            yield log[start:end]
            start = end

    tally = Tally()
    builder = BatchBuilder(source="x", tally=tally, batch_rows=10**9)
    read = read_nmea_blocks(blocks(), builder, tally=tally, **options)  # type: ignore[arg-type]
    return list(read), tally


def assert_same(one: tuple[list[AisBatch], Tally], other: tuple[list[AisBatch], Tally]) -> None:
    """Compare rows and reports in any order, and counts to the last; examples by their reasons."""
    columns = []
    for batches, tally in (one, other):
        assert accounted(tally)
        rows = concat([batch.positions for batch in batches])
        order = np.lexsort([getattr(rows, name) for name in ARRAY_FIELDS])
        columns.append({name: getattr(rows.take(order), name) for name in ARRAY_FIELDS})
    for name in ARRAY_FIELDS:
        np.testing.assert_array_equal(columns[0][name], columns[1][name], err_msg=name)
    statics = [sorted(repr(r) for b in batches for r in b.static) for batches, _ in (one, other)]
    assert statics[0] == statics[1]
    counts = [tally.summary() for _, tally in (one, other)]
    reasons = [sorted(count.pop("examples")) for count in counts]
    assert counts[0] == counts[1]
    assert reasons[0] == reasons[1]


@pytest.mark.shared_data
@pytest.mark.parametrize("file", LOGS)
def test_every_real_log_reads_the_same_by_block_and_by_line(file: str) -> None:
    """Whatever receivers write, two readers that share no decoding agree on it."""
    log = shared("data", "ais", *file.split("/")).read_bytes()
    log = gzip.decompress(log) if log.startswith(b"\x1f\x8b") else log
    expected = by_line(log)
    for size in (1 << 20, 3000 if len(log) < 1 << 20 else 100_000):
        assert_same(expected, by_block(log, size))


WRAPPER = checked("PGHP,1,2025,1,21,12,0,7,0,219,,2190077,1,62", start="$")
FIRST, SECOND = static_lines(sequence=4, destination="SY TTS")
LINES = (
    position_line(), position_line(second=60, status=15), stamped(position_line()),
    stamped(position_line(second=40), NOON_S + 0.5), f"{NOON_S + 1}000 {position_line(type=3)}",
    tagged(position_line(type=2), f"s:1,c:{NOON_S + 3}"), tagged(position_line(), "s:station"),
    tagged(position_line(), f"g:1-2-7,s:r,c:{NOON_S}000"), f"{position_line(type=27)},r1,{NOON_S}",
    f"{position_line()},d-109,S2105,t05.00,T56.1,r003,{NOON_S + 9},{NOON_S}",
    f"{position_line()},{NOON_S}.25", position_line(type=27), position_line(lon=0, lat=0),
    stamped(sentences({"type": 18, "mmsi": SHIP, "lon": LON, "lat": LAT, "second": 7})[0]),
    sentences({"type": 19, "mmsi": SHIP, "lon": LON, "lat": LAT, "shipname": "A", "ship_type": 26,
               "to_bow": 3})[0],
    sentences({"type": 24, "mmsi": SHIP, "partno": 0, "shipname": "URSA @MAJOR"})[0],
    sentences({"type": 24, "mmsi": SHIP, "partno": 1, "callsign": "UBQG8", "ship_type": 70})[0],
    position_line(mmsi=992190917), base_line(NOON), base_line(NOON + timedelta(seconds=9)),
    base_line(NOON + timedelta(minutes=20)), base_line(NOON - timedelta(seconds=4)),
    base_line(NOON, mmsi=2190047), stamped(base_line(NOON)), WRAPPER,
    FIRST, SECOND, tagged(FIRST, f"g:1-2-7,c:{NOON_S}"), tagged(SECOND, "g:2-2-7"),
    *static_lines(sequence=5), *(stamped(line) for line in static_lines(imo=1234567, ship_type=8)),
    *sentences({"type": 8, "mmsi": SHIP, "dac": 1, "fid": 0, "data": b"x" * 60}, sequence=2),
    checked("AIVDM,1,1,,A,,0"), checked("AIVDM,1,1,,A," + "1" * 28 + ",5"),
    checked("AIVDM,1,1,,A,13Lh?20P00OPwK4SN,0"), position_line() + position_line(second=9),
    checked("GPRMC,092211.00,A,5759.09,N", start="$"), "$GPZDA,1", "# note", "", " ", "nothing",
    "\\" + checked(f"s:1,c:{NOON_S + 30}", start="") + "\\",
)  # fmt: skip


def mutated(line: str, rng: random.Random) -> str:
    """Return a line with a few characters changed, its checksum made right every other time."""
    text = line
    for _ in range(rng.choice((0, 0, 1, 2))):
        place = rng.randrange(len(text) + 1)
        by = rng.choice("!$*,\\.:# -0159AWXaw`\r\x85\xff")
        text = text[:place] + rng.choice((by, "", by + text[place : place + 1])) + text[place + 1 :]
    body, star, tail = text.partition("*")
    if rng.random() < 0.5 and star and body.startswith("!"):
        return checked(body[1:]) + tail[2:]
    return text


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), held=st.sampled_from((4, 10, 50_000)), dated=st.booleans())
def test_any_mixture_reads_the_same_by_block_and_by_line(seed: int, held: int, dated: bool) -> None:
    """Odd lines, damage, lost line ends, few or many lines held back: nothing tells them apart."""
    rng = random.Random(seed)
    chosen = rng.sample(LINES, rng.randint(1, len(LINES)))
    lines = [rng.choice(chosen) for _ in range(rng.randint(0, 120))]
    damage = rng.choice((0, 0.1, 1))
    lines = [mutated(line, rng) if rng.random() < damage else line for line in lines]
    end = rng.choice(("\n", "\r\n"))
    log = "".join(line + (end if rng.random() > 0.02 else "") for line in lines).encode("latin-1")
    start_at = NOON if dated else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dating, "MAX_HELD", held)
        patch.setattr(dating_columns, "MAX_HELD", held)
        expected = by_line(log, start_at=start_at)
        for size in (1 << 20, rng.choice((0, 60, 700))):
            assert_same(expected, by_block(log, size, start_at=start_at))


@pytest.mark.parametrize("apart", [MAX_LINES_APART, MAX_LINES_APART + 1])
def test_a_message_in_pairs_closes_what_is_open_of_its_talk(apart: int) -> None:
    """An open message is given up by the next of its talk, or by age, as line by line."""
    open_one, pair = static_lines(sequence=4)[0], static_lines(sequence=4)
    lines = [stamped(static_lines(sequence=9)[0]), open_one, *["#"] * (apart - 2), *pair]
    log = "\n".join(map(stamped, lines)).encode()
    assert_same(by_line(log), by_block(log))


def test_an_usual_line_is_read_as_columns_and_others_are_handed_back() -> None:
    """Only the lines that need to be looked at one by one are."""
    log = "\n".join((stamped(position_line()), FIRST, SECOND, WRAPPER, "$GPRMC,1", "")).encode()
    scan = scan_block(log)
    assert scan.lines == 5
    assert scan.messages.place.tolist() == [0, 2]
    assert scan.messages.rows["mmsi"].tolist() == [SHIP, 0]
    assert scan.messages.ignored == {"fragment": 1, "other_nmea": 1}
    assert [(place, line) for place, line, _ in scan.odd] == [(2, ""), (3, WRAPPER)]


@pytest.mark.parametrize("size", [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, 2 * MAX_LINE])
def test_an_endless_line_is_cut_as_text_files_cut_it(size: int) -> None:
    """A line of so many characters counts as many as reads of limited length give."""
    scan = scan_block(b"x" * size + b"\n" + stamped(position_line()).encode())
    assert scan.lines == 1 + size // MAX_LINE + 1
    assert scan.messages.place.tolist() == [scan.lines - 1]


def test_nothing_is_read_out_of_nothing() -> None:
    """An empty block has no lines."""
    assert scan_block(b"").lines == 0
    assert scan_block(b"\n").messages.ignored == {"blank": 1}


@settings(max_examples=100, deadline=None)
@given(data=st.data(), chars=st.lists(st.integers(0, 63), min_size=30, max_size=30))
def test_bit_fields_are_those_of_the_bits_written_out(
    data: st.DataObject, chars: list[int]
) -> None:
    """A field is read the same wherever it starts and however it lies across words."""
    width = data.draw(st.integers(1, 60))
    start = data.draw(st.integers(0, 180 - width))
    armoured = bytes(c + 48 if c < 40 else c + 56 for c in chars)
    payloads = Payloads(np.frombuffer(armoured, np.uint8)[None, :])
    bits = "".join(f"{c:06b}" for c in chars)[start : start + width]
    assert payloads.unsigned(start, width).tolist() == [int(bits, 2)]
    assert payloads.signed(start, width).tolist() == [int(bits, 2) - (bits[0] == "1") * 2**width]
