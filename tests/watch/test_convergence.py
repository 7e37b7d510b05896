"""Late, shuffled and split: whatever the path, the live findings at the end are the same.

The evidence is made up (`any_story`). Every piece reaches us at its own time, in its own order,
between any assessments. `python -m benchmarks convergence` runs the same over thousands of cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain.finding import Finding, Status
from monitor.domain.life import Life
from monitor.store import schema
from monitor.store.derived import found_text, load_findings, load_lives, save_findings
from monitor.store.lives import Revision, load_revisions
from tests.builders import T0, hours
from tests.store.test_derived import a_finding
from tests.watch.any_story import END, LAST, Story, delays, seen_by, stories

TABLES = (
    schema.findings, schema.finding_revisions, schema.positions, schema.scenes,
    schema.berth_states,
)  # fmt: skip
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)


ENGINE = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
"""One store in memory for all cases: each is rolled back."""
schema.metadata.create_all(ENGINE, tables=list(TABLES))


@contextmanager
def empty_store() -> Iterator[sa.Connection]:
    """Open an empty store, emptied again at the end of the block."""
    with ENGINE.connect() as connection:
        yield connection
        connection.rollback()


def lived(connection: sa.Connection, story: Story, at: list[int], seed: int) -> set[str]:
    """Assess at each hour and at the end; return the ids of all ever found."""
    order, told = np.random.default_rng(seed), set()
    for h in [*sorted(at), END]:
        found = seen_by(story, h, order).findings
        told |= {f.id for f in found}
        save_findings(connection, found, now=T0 + hours(h))
    return told


def live(connection: sa.Connection) -> dict[str, str]:
    """Return the stored form of every finding that is not retracted."""
    found = load_findings(connection)
    return {f.id: found_text(f) for f in found if f.status is not Status.RETRACTED}


def same_end(story: Story, at: list[int], seed: int) -> set[str]:
    """Assess at any hours, in any order of rows: the end is as if assessed once, at the end, and
    nothing told is forgotten. Return the kinds that were told at any time."""
    whole = {f.id: found_text(f) for f in seen_by(story, END, np.random.default_rng(0)).findings}
    with empty_store() as connection:
        told = lived(connection, story, at, seed)
        assert live(connection) == whole
        stored = {f.id: f for f in load_findings(connection)}
        assert set(stored) == told
        lives = load_lives(connection)
        for i, finding in stored.items():
            history = load_revisions(connection, i)
            assert history[0].revision == 1
            assert [r.stage for r in history if r.minor == 0][-1] == finding.stage
            if i in lives:
                retracted = finding.status is Status.RETRACTED
                assert (lives[i].superseded_by is not None) == retracted
    return {f.kind.value for f in stored.values()} | {
        f"{f.kind.value} retracted" for f in stored.values() if f.status is Status.RETRACTED
    }


def same_claims(story: Story, other: list[timedelta]) -> None:
    """With any other arrival times the same is claimed, under names that may differ.

    Not so where a source paused: whether we listened is a matter of when something came.
    """
    story = replace(story, holes=())
    rows = story.positions
    late = [int(d.total_seconds() * 1000) for d in other]
    again = replace(
        story,
        positions=replace(
            rows, received_ms=rows.time_ms + np.resize(np.array(late, np.int64), len(rows))
        ),
        looks=tuple(
            replace(s, available_at=s.acquired_at + d)
            for s, d in zip(story.looks, reversed(other), strict=False)
        ),
    )
    order = np.random.default_rng(1)
    one, two = (sorted(_claims(seen_by(s, END, order).findings)) for s in (story, again))
    assert not set(one) ^ set(two)
    assert one == two


HOURS = st.lists(st.integers(1, LAST + 40), max_size=3)
SEEDS = st.integers(0, 2**16)
ARRIVALS = st.lists(delays(), min_size=30, max_size=30)


@QUICK
@given(story=stories(), at=HOURS, seed=SEEDS)
def test_any_split_and_order_converge_and_nothing_told_is_forgotten(
    story: Story, at: list[int], seed: int
) -> None:
    """Whatever was assessed when, the end is the same; see `same_end`."""
    same_end(story, at, seed)


@QUICK
@given(story=stories(), other=ARRIVALS)
def test_the_claims_do_not_depend_on_which_report_came_first(
    story: Story, other: list[timedelta]
) -> None:
    """Whenever each piece came, the claims are the same; see `same_claims`."""
    same_claims(story, other)


def _claims(findings: tuple[Finding, ...]) -> Iterator[str]:
    """What is claimed, without what tells when we learned it: name, loudness, learned at."""
    for f in findings:
        told = f.to_dict()
        for key in ("id", "learned_at", "severity", "why"):
            del told[key]
        yield repr(told)


@st.composite
def found_sets(draw: st.DrawFn) -> list[list[Finding]]:
    """Return what a few assessments found, out of a handful of claims with changing times."""
    sets = []
    for _ in range(draw(st.integers(1, 5))):
        names = draw(st.lists(st.sampled_from("abcd"), max_size=3, unique=True))
        sets.append([draw(waits(name)) for name in names])
    return sets


def waits(anchor: str) -> st.SearchStrategy[Finding]:
    """Return a wait under a name, open or closed, at any stage and hour."""
    return st.builds(
        lambda start, length, stage, status: replace(
            a_finding(anchor=anchor, why={"stage": stage}, status=status),
            start_latest=T0 + hours(start),
            end_earliest=None if status is Status.OPEN else T0 + hours(start + length),
            end_latest=None if status is Status.OPEN else T0 + hours(start + length),
        ),
        st.integers(0, 20),
        st.integers(0, 20),
        st.integers(1, 2),
        st.sampled_from((Status.OPEN, Status.CLOSED, Status.VOID)),
    )


def same_store(sets: list[list[Finding]], seed: int) -> None:
    """Whatever was found in between, live is what was found last; the order does not matter, all
    else is retracted, and each is told again only at a higher revision."""
    plain, mixed = (_kept(sets, order) for order in (None, np.random.default_rng(seed)))
    assert plain == mixed
    assert plain.live == {f.id: found_text(f) for f in sets[-1]}
    assert set(plain.history) == {f.id for found in sets for f in found}
    for rows in plain.history.values():
        numbers = [(r.revision, r.minor) for r in rows]
        assert numbers == sorted(set(numbers))
        told = [r.revision for r in rows if r.minor == 0]
        assert told == list(range(1, len(told) + 1))


@settings(QUICK, max_examples=200)
@given(sets=found_sets(), seed=SEEDS)
def test_the_store_ends_with_what_was_found_last(sets: list[list[Finding]], seed: int) -> None:
    """The store forgets nothing and keeps what was found last; see `same_store`."""
    same_store(sets, seed)


@dataclass(frozen=True)
class Kept:
    """What a store holds of findings in the end."""

    live: dict[str, str]
    lives: dict[str, Life]
    history: dict[str, tuple[Revision, ...]]


def _kept(sets: list[list[Finding]], order: np.random.Generator | None) -> Kept:
    with empty_store() as connection:
        for hour, found in enumerate(sets):
            mixed = found if order is None else [found[i] for i in order.permutation(len(found))]
            changes = save_findings(connection, mixed, now=T0 + hours(hour))
            assert len({c.finding.id for c in changes}) == len(changes)
            instead = {c.superseded_by for c in changes} - {None}
            assert instead == {c.finding.id for c in changes if c.replaced is not None}
        ids = [f.id for f in load_findings(connection)]
        return Kept(
            live(connection),
            load_lives(connection),
            {i: load_revisions(connection, i) for i in ids},
        )
