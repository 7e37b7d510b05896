"""What is usual at a berth, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.baselines import BerthPast, berth_baselines, beta_of, stratum_of
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.spells import seen_by_berth
from monitor.detect.usual import Judged, usual_of
from monitor.detect.usual_criteria import UsualCriteria
from monitor.detect.usual_rules import unusual_findings
from monitor.detect.wording import Words
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, Status
from monitor.domain.scene import Modality
from monitor.domain.vessel import WatchList, compile_register
from tests.builders import T0, a_gazetteer, a_look, hours

WORDS = Words(compile_register((), WatchList(()), [], at=T0), a_gazetteer())
CRITERIA, MATRIX = UsualCriteria(), MatrixCriteria()
MARKS = {"#": "occupied", ".": "free", "?": "unobserved"}


def looks(marks: str, *, every_d: float = 6.0, start_d: float = 0.0) -> list[BerthState]:
    """Return looks at berth a by one orbit: `#` taken, `.` free, `?` unobserved, `~` doubtful."""
    return [
        a_look(
            24 * (start_d + every_d * i),
            MARKS.get(mark, "free"),
            score=0.5 if mark == "~" else None,
        )
        for i, mark in enumerate(marks)
    ]


def judged(states: Sequence[BerthState], criteria: UsualCriteria = CRITERIA) -> tuple[Judged, ...]:
    """Return the judgements, by time."""
    return usual_of(states, criteria=criteria, matrix=MATRIX).judged


def told(states: Sequence[BerthState], criteria: UsualCriteria = CRITERIA) -> list[Finding]:
    """Return the findings."""
    usual = usual_of(states, criteria=criteria, matrix=MATRIX)
    return unusual_findings(usual, WORDS, criteria=criteria)


def test_a_ship_at_a_berth_never_seen_taken_is_told_when_a_second_look_shows_it() -> None:
    """One look is held back as not confirmed; the second opens the finding, with its interval."""
    one = looks("." * 30 + "#")
    assert not told(one)
    assert judged(one)[-1].reason == "not_confirmed"
    (found,) = told(looks("." * 30 + "##"))
    assert found.status is Status.OPEN
    assert (found.start_earliest, found.start_latest) == (
        T0 + hours(29 * 144),
        T0 + hours(30 * 144),
    )
    assert found.learned_at == T0 + hours(31 * 144 + 3)
    assert found.why["baselines"][0]["showed_it"] == 0
    assert found.why["baselines"][0]["looks"] == 30
    assert found.why["baselines"][0]["probability"] == pytest.approx(0.5 / 31, abs=1e-4)


def test_an_episode_is_told_once_and_closes_when_two_looks_show_its_end() -> None:
    """An odd look within it and a single look at its end do not close it; its id stays."""
    ids = set()
    for marks, status in (
        ("##", "open"),
        ("##.#", "open"),
        ("##.#.", "open"),
        ("##.#..", "closed"),
    ):
        (found,) = told(looks("." * 30 + marks))
        assert found.status == status
        ids.add(found.id)
    assert len(ids) == 1
    assert (found.end_earliest, found.end_latest) == (T0 + hours(33 * 144), T0 + hours(34 * 144))
    assert "1 single looks in between showed otherwise" in found.text


def test_a_berth_always_taken_that_is_free_is_told_too() -> None:
    """An emptied berth is as unusual as a taken one."""
    (found,) = told(looks("#" * 30 + ".."))
    assert found.why["state"] == "free"


@pytest.mark.parametrize(
    ("past", "reason"),
    [
        ("." * 19, "learning"),
        ("." * 20, "rare"),
        ("?" * 40 + "." * 19, "learning"),
        ("~" * 40 + "." * 19, "learning"),
        ("." * 20 + "#" + "." * 5, "not_rare"),
        ("." * 20 + "#" + "." * 20, "rare"),
        ("." * 20 + "####" + "." * 40, "not_rare"),
    ],
)
def test_a_state_is_rare_only_by_looks_enough(past: str, reason: str) -> None:
    """Unusable looks teach nothing, and four looks at one stay are no four proofs of rarity."""
    assert judged(looks(past + "##"))[-1].reason == reason


def test_what_cannot_be_seen_is_neither_free_nor_an_end() -> None:
    """A rough sea over an unusual ship, or over a usual one, says nothing of either."""
    assert not told(looks("#" * 30 + "?????"))
    (found,) = told(looks("." * 30 + "##???"))
    assert found.status is Status.OPEN


def test_a_look_that_sees_little_of_a_berth_makes_nothing_unusual() -> None:
    """Half a berth shows no rare state."""
    states = looks("." * 30 + "##")
    half = [replace(s, usable=0.5) if s.state is Occupancy.OCCUPIED else s for s in states]
    assert not told(half)


def test_orbits_are_not_mixed() -> None:
    """Forty looks of one orbit say nothing about a look of another that has just begun."""
    states = looks("." * 40 + "##")
    other = [replace(s, orbit=87) if s.state is Occupancy.OCCUPIED else s for s in states]
    assert judged(other)[-1].reason == "learning"


def test_optical_looks_are_held_against_their_season() -> None:
    """January is no winter of its own: December to February belong together."""
    at = [(12, "Dec-Feb"), (1, "Dec-Feb"), (3, "Mar-May"), (8, "Jun-Aug"), (11, "Sep-Nov")]
    look = replace(a_look(0, "free"), modality=Modality.OPTICAL, sensor="sentinel-2")
    for month, season in at:
        state = replace(look, acquired_at=T0.replace(month=month))
        assert stratum_of(state).part == season


def test_what_has_lasted_half_a_year_is_the_new_usual() -> None:
    """The finding closes though the ship still lies there, and says so."""
    (found,) = told(looks("." * 30 + "#" * 40))
    assert found.status is Status.CLOSED
    assert found.why["outcome"] == "became_usual"
    assert found.end_latest is not None
    assert found.end_latest - (T0 + hours(31 * 144)) >= timedelta(days=180)


def test_a_stay_longer_than_fifty_before_it_is_told() -> None:
    """By rank among stays whose ends were seen; forty-eight are too few for that."""
    many = judged(looks("##.." * 50 + "#" * 8, every_d=2.0))[-1]
    assert (many.reason, many.ranked and many.ranked.past) == ("long", 49)
    assert judged(looks("##.." * 49 + "#" * 8, every_d=2.0))[-1].reason == "not_rare"
    assert judged(looks("##.." * 50 + "##", every_d=2.0))[-1].reason == "not_longer"


def test_the_past_forgets_after_its_window() -> None:
    """What was seen more than two years before does not count."""
    states = [*looks("#" * 30, every_d=1.0), *looks("." * 30 + "##", start_d=800.0)]
    assert judged(states)[-1].reason == "rare"


def test_a_baseline_says_how_little_it_knows() -> None:
    """Without looks the share may be anything; with some the interval holds the truth."""
    assert beta_of(0, 0, 0) == (0.5, 0.5)
    seen = seen_by_berth(looks("###..?~"), freed_to=0.3, taken_from=0.7)
    past = BerthPast(seen["port.berth.a"], criteria=CRITERIA)
    (row,) = berth_baselines([past], as_of=T0 + hours(9999))
    assert (row.looks, row.taken, row.unusable, row.learning) == (5, 3, 2, True)
    assert row.low < 0.3 < 0.6 < row.high
    assert (row.stays, row.stay_least, row.stay_most) == (1, timedelta(days=12), None)
    (none,) = berth_baselines([past], as_of=T0)
    assert (none.looks, none.first, none.low < 0.01, none.high > 0.99) == (0, None, True, True)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    marks=st.lists(st.sampled_from("..###?~"), max_size=40).map("".join),
    late=st.integers(0, 40),
    seed=st.integers(0, 99),
)
def test_only_the_past_counts_in_any_order(marks: str, late: int, seed: int) -> None:
    """Looks in any order judge the same; what comes later never changes whether a spell is rare,
    and every look but one that shows nothing belongs to one spell or glimpse."""
    criteria = UsualCriteria(least_looks=4, rare_share=0.5)
    states = looks("." * 10 + marks)
    whole = judged(states, criteria)
    mixed = [states[i] for i in np.random.default_rng(seed).permutation(len(states))]
    assert judged(mixed, criteria) == whole
    early = judged(states[:late], criteria)
    rare = {j.first.scene_id for j in early if j.told}
    assert rare == {j.first.scene_id for j in whole if j.told_by and j.told_by in states[:late]}
    for j in whole:
        assert all(s.share.last is None or s.share.last < j.first.acquired_at for s in j.shown)
    clear = [s for s in states if s.state is not Occupancy.UNOBSERVED and s.score != 0.5]
    spells = [j.spell for j in whole if j.spell]
    parts = [s for spell in spells for s in (*spell.looks, *spell.against)]
    parts += [j.first for j in whole if j.glimpse and j.first not in parts]
    assert sorted(s.scene_id for s in parts) == sorted(s.scene_id for s in clear)
