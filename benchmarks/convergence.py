"""Late, shuffled and split, over thousands of made-up stories: the end is always the same.

    python -m benchmarks convergence
    python -m benchmarks.convergence 5000 11

Arguments: cases of each property, and the seed. The properties are those of
`tests/watch/test_convergence.py` and `test_memory.py`, which run a few of the cases.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, seed, settings

from monitor.domain.finding import Finding
from tests.watch.any_history import found_alike
from tests.watch.any_story import Story, stories
from tests.watch.test_convergence import (
    ARRIVALS,
    HOURS,
    SEEDS,
    found_sets,
    same_claims,
    same_end,
    same_store,
)
from tests.watch.test_memory import EVERY_H, HISTORIES


def main(cases: int = 3000, number: int = 1) -> None:
    """Print how many cases held and in how many of them each kind was told."""
    many = settings(
        max_examples=cases, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    kinds: Counter[str] = Counter()
    split = retold = kept = lived = steps = 0

    @seed(number)
    @many
    @given(story=stories(), at=HOURS, order=SEEDS)
    def ends(story: Story, at: list[int], order: int) -> None:
        nonlocal split
        kinds.update(same_end(story, at, order))
        split += 1

    @seed(number)
    @many
    @given(story=stories(), other=ARRIVALS)
    def claims(story: Story, other: list[timedelta]) -> None:
        nonlocal retold
        same_claims(story, other)
        retold += 1

    @seed(number)
    @many
    @given(sets=found_sets(), order=SEEDS)
    def stores(sets: list[list[Finding]], order: int) -> None:
        nonlocal kept
        same_store(sets, order)
        kept += 1

    @seed(number)
    @settings(many, max_examples=max(cases // 6, 1))
    @given(histories=HISTORIES, every_h=EVERY_H)
    def memories(histories: list[Story], every_h: float) -> None:
        nonlocal lived, steps
        steps += found_alike(histories, every_h)
        lived += 1

    began = time.perf_counter()
    ends()
    claims()
    stores()
    memories()
    print(
        f"{split} stories assessed at up to three hours between, rows in any order, and "
        f"{retold} told with other arrival times, {kept} changing sets of findings saved in any "
        "order: all ended the same "
        f"({time.perf_counter() - began:.0f} s)"
    )
    print(f"{lived} histories found alike with a memory and without, {steps} steps with it")
    for kind, count in sorted(kinds.items()):
        print(f"  {kind:<32} in {count} stories")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
