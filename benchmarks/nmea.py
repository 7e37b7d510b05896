"""NMEA file to validated columns, as a ratio to a plain pyais decode loop over the same lines.

One process each, in turn, and the best of three: another program on the machine slows both.
"""

from __future__ import annotations

import time
from pathlib import Path

import pyais
from pyais.exceptions import AISBaseException

from benchmarks.data import shared
from monitor.domain.tally import Tally
from monitor.sources.ais.files import read_ais_file


def plain_loop(path: Path) -> int:
    """Decode every message with pyais and keep nothing."""
    count = 0
    with path.open("rb") as lines, pyais.IterMessages(lines) as messages:
        for message in messages:
            try:
                message.decode()
                count += 1
            except AISBaseException:
                continue
    return count


def ours(path: Path) -> int:
    """Read the file as the program does."""
    return sum(len(b.positions) for b in read_ais_file(path, tally=Tally()))


def main() -> None:
    """Time both in turn, three times, and print the ratio of the best runs."""
    path = shared("data", "ais", "nmea", "aishub_nmea-sample_85194.txt")
    best: dict[str, float] = {}
    for _ in range(3):
        for name, run in (("pyais loop", plain_loop), ("ours", ours)):
            began = time.perf_counter()
            run(path)
            took = time.perf_counter() - began
            best[name] = min(took, best.get(name, took))
    lines = path.read_bytes().count(b"\n")
    for name, took in best.items():
        print(f"{name}: {took:.3f} s, {lines / took:,.0f} lines a second")
    print(f"ours / pyais loop speed: {best['pyais loop'] / best['ours']:.2f} (at least 3)")


if __name__ == "__main__":
    main()
