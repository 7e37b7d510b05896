"""Every candidate ends in exactly one decision, and what was not told has a reason."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from monitor.detect.held import candidates_in
from monitor.detect.picture import Evidence, compile_picture
from monitor.domain.candidate import Candidate, Decided
from monitor.domain.positions import PositionColumns, concat
from tests.builders import (
    INSIDE,
    OTHER,
    SEA,
    T0,
    WAITING,
    WATCH,
    a_gazetteer,
    a_look,
    a_track,
    hours,
)
from tests.detect.listening import a_feed
from tests.watch.any_story import CRITERIA, END, Story, stories
from tests.watch.test_convergence import QUICK

GAZETTEER = a_gazetteer()
FEED = a_feed(END, every_min=60.0)


def candidates(evidence: Evidence, until: float) -> tuple[Candidate, ...]:
    """Return the candidates of a picture."""
    picture = compile_picture(
        evidence, GAZETTEER, WATCH, as_of=T0 + hours(until), criteria=CRITERIA
    )
    return candidates_in(picture, evidence, GAZETTEER, criteria=CRITERIA)


def reasons(rows: PositionColumns, *looks: object, until: float = 60.0) -> list[tuple[str, str]]:
    """Return (rule, reason) of what was held back, but first visits."""
    found = candidates(Evidence(positions=rows, berth_states=tuple(looks)), until)  # type: ignore[arg-type]
    held = [c for c in found if c.decided is Decided.HELD and "first_visit" not in c.rule]
    return [(c.rule.partition("@")[0], c.reason) for c in held]


@settings(QUICK, max_examples=100)
@given(story=stories())
def test_every_candidate_has_one_decision_and_every_finding_one_that_is_told(story: Story) -> None:
    """No two decisions about one thing; told are the findings, each once, and nothing else."""
    evidence = Evidence(positions=concat([story.positions, FEED]), berth_states=story.looks)
    as_of = T0 + hours(END)
    picture = compile_picture(evidence, GAZETTEER, WATCH, as_of=as_of, criteria=CRITERIA)
    found = candidates_in(picture, evidence, GAZETTEER, criteria=CRITERIA)
    assert not [key for key, n in Counter(c.key for c in found).items() if n > 1]
    told = Counter(c.finding_id for c in found if c.decided is Decided.TOLD)
    assert told == Counter(f.id for f in picture.findings)
    assert all(c.finding_id is None and c.said for c in found if c.decided is Decided.HELD)
    about = {c.about for c in found if c.decided is Decided.TOLD}
    assert not [c for c in found if c.decided is Decided.HELD and c.about in about]
    # Each silence, each run of images and each edge that was seen was decided once.
    by_rule = Counter(c.rule.partition("@")[0] for c in found)
    resumed = sum(f.kind == "ais_resumed" for f in picture.findings)
    assert by_rule["silence"] - resumed == len(picture.silences)
    assert by_rule["occupied_without_ais"] == len(picture.episodes)
    calls = [v for v in picture.visits if v.place_kind == "port"]
    assert by_rule["port_call"] == len(calls) + sum(v.after is not None for v in calls)


def test_a_silence_nobody_could_hear_is_held_back() -> None:
    """Without others near her no silence is claimed, and the numbers say so."""
    rows = a_track((0, SEA, 5), (1, SEA, 5), (40, SEA, 5))
    assert reasons(rows, until=41) == [("silence", "coverage_not_shown")]


def test_a_ship_on_no_list_is_not_told_of() -> None:
    """Silences of other ships are found and held back."""
    rows = concat([a_track((0, SEA, 5), (1, SEA, 5), (40, SEA, 5), mmsi=OTHER), a_feed(41)])
    assert ("silence", "not_watched") in reasons(rows, until=41)


def test_a_track_that_begins_in_port_has_not_arrived() -> None:
    """No arrival is told where nothing was received before; the reason is."""
    rows = a_track((0, INSIDE, 0), (1, INSIDE, 0), (2, INSIDE, 0))
    assert reasons(rows, until=3) == [("port_call", "began_inside")]


@pytest.mark.parametrize(("last", "held"), [(6.9, True), (7.0, False)])
def test_a_stay_below_the_first_stage_is_no_wait(last: float, held: bool) -> None:
    """Just under six hours off the port is held back, six hours are told."""
    rows = a_track((0, SEA, 9), (1, WAITING, 1), (last, WAITING, 1))
    found = reasons(rows, until=8)
    assert (("waiting", "below_first_stage") in found) is held


@pytest.mark.parametrize(("score", "held"), [(0.69, True), (0.84, True), (0.85, False)])
def test_a_doubtful_image_is_named(score: float, held: bool) -> None:
    """A score between the thresholds that speaks against the state before is held back."""
    looks = (a_look(1, "free"), a_look(20, "occupied", score=score))
    found = reasons(a_feed(30), *looks, until=30)
    assert (("berth_state", "doubtful_image") in found) is held


def test_a_hull_without_a_working_feed_is_held_back() -> None:
    """A ship in an image is not told as being without AIS where no AIS was received at all."""
    rows = a_track((0, SEA, 5), (1, SEA, 5))
    looks = (a_look(20, "free"), a_look(40, "occupied"))
    found = reasons(rows, *looks, until=50)
    assert ("occupied_without_ais", "ais_coverage_not_shown") in found
    fed = reasons(concat([rows, a_feed(50)]), *looks, until=50)
    assert ("occupied_without_ais", "ais_coverage_not_shown") not in fed
