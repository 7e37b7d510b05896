"""Mutated lines and frames through every adapter: no crash, and no position out of nothing.

Seeds are real lines, frames and answers. A position that comes out is false if no seed of its
format holds it (vessel, longitude, latitude). A mutation after which a sentence's checksum is right
again makes another valid line, which no reader can tell; such lines are counted and not fed in.
Formats without a checksum are damaged anywhere but in the digits of their numbers, for the same
reason.

    MONITOR_FUZZ=200000 python -m benchmarks fuzz      # fewer than the 10 million of a full run
"""

from __future__ import annotations

import os
import random
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import xor
from typing import TypeAlias

import pyais
from pyais.exceptions import AISBaseException

from benchmarks import fuzz_readers

WANTED = int(os.environ.get("MONITOR_FUZZ", "10000000"))
ROUND = 10_000
"""Mutants made and read together."""
Seen: TypeAlias = frozenset[fuzz_readers.Position]

_DIGIT = frozenset(b"0123456789.-+eE")
_SENTENCE = re.compile(rb"[!$]([^!$*]*)\*([0-9A-Fa-f]{2})")
_SPLICES = (b"\x00", b"\xff", b"\n", b"!AIVDM,1,1,,A,", b"*7F", b"\\s:x,c:1*00\\", b'{"', b"]]",
            b"null", b"NaN", b"[" * 500, b'"\\ud800"', "‮".encode())  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What one round gave."""

    fed: int = 0
    valid_again: int = 0
    positions: int = 0
    false: list[str] = field(default_factory=list)
    crashes: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Feed every reader its share, on all cores; exit with 1 if anything crashed or lied."""
    names = list(fuzz_readers.READERS)
    weights = {name: reader.weight for name, reader in fuzz_readers.READERS.items()}
    whole = sum(weights.values())
    bad = False
    with ProcessPoolExecutor() as pool:
        for name in names:
            rounds = max(1, round(WANTED * weights[name] / whole / ROUND))
            total = Outcome()
            for got in pool.map(one_round, [name] * rounds, range(rounds)):
                total.fed += got.fed
                total.valid_again += got.valid_again
                total.positions += got.positions
                total.false += got.false[: 10 - len(total.false)]
                total.crashes += got.crashes
            print(
                f"{name}: {total.fed} mutants read, {total.positions} positions kept, "
                f"{len(total.false)} false, {sum(total.crashes.values())} crashes"
                + (f"; {total.valid_again} valid again, left out" if total.valid_again else ""),
                flush=True,
            )
            for line in total.false:
                print(f"  false: {line}")
            for trace, count in total.crashes.most_common(5):
                print(f"  crash ×{count}: {trace}")
            bad |= bool(total.false or total.crashes)
    sys.exit(1 if bad else 0)


def one_round(name: str, number: int) -> Outcome:
    """Mutate `ROUND` seeds of one reader and read them; the same number gives the same mutants."""
    reader = fuzz_readers.READERS[name]
    seeds, truth = seeds_of(name)
    chance = random.Random(f"{name}/{number}")
    outcome = Outcome()
    mutants = []
    while len(mutants) < ROUND:
        seed = chance.choice(seeds)
        mutant = mutated(seed, chance, keep_digits=not reader.has_checksum)
        if reader.has_checksum and valid_again(mutant, seed):
            outcome.valid_again += 1
            continue
        mutants.append(mutant)
    outcome.fed = len(mutants)
    try:
        found = reader.read(mutants)
    except Exception:  # noqa: BLE001 - a crash is what this program looks for
        outcome.crashes[traceback.format_exc(limit=-3)] += 1
        return outcome
    outcome.positions = len(found)
    outcome.false = [str(p) for p in sorted(set(found)) if not is_held(p, truth)][:10]
    return outcome


@cache
def seeds_of(name: str) -> tuple[tuple[bytes, ...], Seen]:
    """Return the seeds of a reader and every position they hold."""
    reader = fuzz_readers.READERS[name]
    seeds = tuple(reader.seeds())
    return seeds, frozenset(reader.read(list(seeds))) | frozenset(plainly_held(seeds))


def plainly_held(seeds: Iterable[bytes]) -> Iterator[fuzz_readers.Position]:
    """Yield what pyais reads in single sentences, whatever surrounds them.

    What a line holds does not depend on a damaged stamp before it, or on the lines around it.
    """
    for seed in seeds:
        for sentence in _SENTENCE.finditer(seed):
            try:
                said = pyais.decode(sentence[0]).asdict()
            except (AISBaseException, ArithmeticError, LookupError, ValueError):
                continue
            if said.get("lat") is not None and said.get("lon") is not None:
                yield said["mmsi"], float(said["lon"]), float(said["lat"])


def is_held(position: fuzz_readers.Position, truth: Seen) -> bool:
    """Return whether a seed holds a position; the same one may be written more or less finely."""
    mmsi, lon, lat = position
    return position in truth or any(
        m == mmsi and abs(x - lon) < 5e-6 and abs(y - lat) < 5e-6 for m, x, y in truth
    )


def mutated(seed: bytes, chance: random.Random, *, keep_digits: bool) -> bytes:
    """Damage a line: flip, cut, drop, double, splice or swap bytes, one to four times."""
    line = bytearray(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        if not line:
            break
        place = chance.randrange(len(line))
        act = chance.randrange(6)
        if keep_digits and act in (0, 2, 5) and line[place] in _DIGIT:
            continue
        if act == 0:
            line[place] ^= 1 << chance.randrange(8)
        elif act == 1:
            # Cut inside a number and the rest of it is another number: cut before it.
            while keep_digits and place and line[place - 1] in _DIGIT:
                place -= 1
            del line[place:]
        elif act == 2:
            del line[place]
        elif act == 3 and not keep_digits:
            line[place:place] = line[place : place + chance.randrange(1, 30)]
        elif act == 4:
            while keep_digits and place and line[place - 1] in _DIGIT:
                place -= 1
            line[place:place] = chance.choice(_SPLICES)
        elif act == 5 and not keep_digits:
            other = chance.randrange(len(line))
            line[place], line[other] = line[other], line[place]
    return bytes(line)


def valid_again(mutant: bytes, seed: bytes) -> bool:
    """Return whether a mutant holds a sentence, other than the seed's, whose checksum is right."""
    before = {m[1] for m in _SENTENCE.finditer(seed)}
    return any(
        reduce(xor, m[1], 0) == int(m[2], 16) and m[1] not in before
        for m in _SENTENCE.finditer(mutant)
    )


if __name__ == "__main__":
    main()
