"""Looks at an apron come to claims that rest on two of them, and say what was not seen."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.apron_rules import apron_findings
from monitor.detect.apron_trend import trend_of
from monitor.detect.aprons import ApronCriteria, ApronHistory, apron_history
from monitor.detect.held import candidates_in
from monitor.detect.picture import Evidence, compile_picture
from monitor.detect.wording import Words
from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.candidate import Decided
from monitor.domain.finding import Finding
from monitor.domain.scene import Modality
from monitor.domain.vessel import Register
from tests.builders import FAR, T0, WATCH, a_gazetteer, a_track
from tests.watch.any_story import CRITERIA
from tests.watch.test_convergence import QUICK

C = ApronCriteria()
PORT = a_gazetteer()
COARSE, FINE = "sentinel-2", "planetscope"
HERE, THERE, ALONG = (
    shapely.box(*box).wkt
    for box in (
        (35.8170, 34.9170, 35.8175, 34.9175),
        (35.8180, 34.9180, 35.8184, 34.9184),
        (35.8142, 34.91552, 35.8158, 34.91562),
    )
)
"""Two places well away from the berths, and one along a berth."""


def a_view(
    day: float,
    change: str,
    m2: float = 5000.0,
    *,
    sensor: str = COARSE,
    at: str = HERE,
    apron: str = "port.apron",
    **other: Any,  # noqa: ANN401
) -> ApronState:
    """Return what one look says of an apron, `day` days after T0."""
    when = T0 + timedelta(days=day)
    said = ApronChange(change)
    seen, differs = said is not ApronChange.UNOBSERVED, said not in ("none", "unobserved")
    return ApronState(
        scene_id=f"{sensor}-{day:05.1f}",
        acquired_at=when,
        available_at=when + timedelta(hours=5),
        sensor=sensor,
        modality=Modality.OPTICAL,
        apron_id=apron,
        change=said,
        changed_m2=m2 if differs else 0.0 if seen else math.nan,
        filled_m2=m2 if said is ApronChange.FILLED else 0.0,
        cleared_m2=m2 if said is ApronChange.CLEARED else 0.0,
        score=0.9 if differs else 0.05 if seen else math.nan,
        confirmed=False,
        usable=1.0 if seen else 0.0,
        reason="9 references" if seen else "cloud",
        outline_wkt=at if differs else "",
        **other,
    )


NOTHING = a_track((0, FAR, 0)).take(np.array([], np.int64))
PAST = tuple(a_view(day, "none", sensor=s) for s in (COARSE, FINE) for day in range(-50, 0, 5))
"""Ten looks of each sensor at an apron that stays as it is, the last five days before T0."""


def told(*looks: ApronState, past: tuple[ApronState, ...] = PAST) -> list[Finding]:
    """Return the findings from the past and further looks."""
    words = Words(Register(), PORT)
    episodes = apron_history((*past, *looks), PORT, criteria=C).episodes
    return apron_findings(episodes, words, criteria=C)


def kinds(*looks: ApronState, **other: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """Return (kind, status) of what is told."""
    return [(f.kind.value, f.status.value) for f in told(*looks, **other)]


def held(*looks: ApronState) -> list[tuple[str, str]]:
    """Return (scene, reason) of the changes no finding rests on."""
    history = apron_history((*PAST, *looks), PORT, criteria=C)
    return [(s.scene_id, reason) for s, reason in history.held]


def day(n: float) -> datetime:
    """Return n days after T0."""
    return T0 + timedelta(days=n)


def test_one_coarse_look_is_held_and_a_second_one_tells() -> None:
    """At 10 m it takes two looks that show the same ground; the interval holds the true start."""
    assert kinds(a_view(0, "filled")) == []
    assert held(a_view(0, "filled")) == [("sentinel-2-000.0", "not_confirmed")]
    (found,) = told(a_view(0, "filled"), a_view(5, "filled"))
    assert (found.start_earliest, found.start_latest) == (day(-5), day(0))
    assert found.learned_at == day(5) + timedelta(hours=5)
    assert (found.confidence, found.severity, found.status) == ("medium", "notice", "open")


@pytest.mark.parametrize(
    "second",
    [
        a_view(5, "filled", at=THERE),
        a_view(5, "cleared"),
        a_view(0.02, "filled"),
        a_view(5, "none"),
        a_view(5, "unobserved"),
    ],
    ids=["other ground", "other way", "same pass", "nothing", "cloud"],
)
def test_a_second_look_must_show_the_same(second: ApronState) -> None:
    """Another place, the opposite, the same pass, nothing or cloud confirm nothing."""
    assert kinds(a_view(0, "filled"), second) == []


def test_two_sensors_confirm_each_other_on_one_morning() -> None:
    """Looks of two sensors are independent, however near in time."""
    weak = replace(a_view(0.01, "filled", sensor=FINE), score=0.75)
    assert kinds(weak) == []
    assert kinds(a_view(0, "filled"), weak) == [("apron_filled", "open")]


@pytest.mark.parametrize(
    ("other", "reason"),
    [({"score": 0.69}, "doubtful_change"), ({"outline_wkt": ALONG}, "beside_berth")],
)
def test_doubtful_changes_and_those_along_a_berth_begin_nothing(
    other: dict[str, Any], reason: str
) -> None:
    """Low scores and the edge where ships lie and throw shadows are held, each with its reason."""
    looks = [replace(a_view(d, "filled", sensor=FINE), **other) for d in (0, 5)]
    assert kinds(*looks) == []
    assert [r for _, r in held(*looks)] == [reason, reason]
    (found,) = told(a_view(-1, "filled", sensor=FINE), *looks)
    assert found.why["looks"] == 3


def test_one_fine_look_is_enough() -> None:
    """At 3 m one look with a high score tells, and one without the change ends it."""
    looks = (a_view(0, "filled", sensor=FINE), a_view(9, "none", sensor=FINE))
    filled, cleared = told(*looks)
    assert filled.why["one_look_enough"] is True
    assert (filled.kind, filled.status) == ("apron_filled", "closed")
    assert (filled.end_earliest, filled.end_latest) == (day(0), day(9))
    assert (cleared.kind, cleared.status) == ("apron_cleared", "closed")
    assert (cleared.start_earliest, cleared.start_latest) == (day(0), day(9))
    assert "looks bare again" in cleared.text


def test_one_coarse_look_without_it_ends_nothing() -> None:
    """The fill goes on through one look that misses it, which is named; two end it."""
    shown = [a_view(d, "filled") for d in (0, 5)]
    (found,) = told(*shown, a_view(10, "none"), a_view(15, "filled"))
    assert found.status == "open"
    assert [a["scene"] for a in found.why["not_shown_by"]] == ["sentinel-2-010.0"]
    assert "did not show it" in found.text
    ended = told(*shown, a_view(10, "none"), a_view(15, "none"))
    assert [(f.kind, f.end_earliest, f.end_latest) for f in ended] == [
        ("apron_filled", day(5), day(10)),
        ("apron_cleared", day(5), day(10)),
    ]


def test_a_coarser_look_takes_back_nothing_a_finer_one_shows() -> None:
    """What 10 m does not show may still stand there: side by side, not closed."""
    (found,) = told(a_view(0, "filled", sensor=FINE), *[a_view(d, "none") for d in (1, 6, 11)])
    assert found.status == "open"
    assert len(found.why["not_shown_by"]) == 3
    assert "all of them coarser" in found.text


def test_clouds_between_bound_nothing_and_are_told() -> None:
    """The interval spans what was not seen, and the finding says how many looks were blind."""
    (found,) = told(a_view(0, "unobserved"), a_view(5, "filled"), a_view(10, "filled"))
    assert (found.start_earliest, found.start_latest) == (day(-5), day(5))
    assert found.why["not_seen"] == {"cloud": 1}
    assert "Not seen in the meantime: 1 × cloud" in found.text


def test_what_stays_long_enough_becomes_the_usual_look() -> None:
    """Once the past holds the change, looks that see no difference do not say that it went."""
    shown = [a_view(d, "filled") for d in range(0, 30, 5)]
    (found,) = told(*shown, a_view(30, "none"), a_view(35, "none"))
    assert (found.status, found.why["ended"]) == ("closed", "usual by now")
    assert "not to say it went" in found.text
    # Gone at last, it looks cleared against the past that holds it.
    after = [a_view(d, "none") for d in (30, 35)] + [a_view(d, "cleared") for d in (40, 45)]
    assert kinds(*shown, *after) == [("apron_filled", "closed"), ("apron_cleared", "open")]


def test_a_return_is_told_once_though_later_looks_tell_it_again() -> None:
    """Looks held against a past full of the change say cleared on and on: one event."""
    shown = [a_view(d, "filled") for d in (0, 5, 10)]
    later = [a_view(d, "cleared") for d in (15, 20, 25)]
    assert kinds(*shown, *later) == [("apron_filled", "closed"), ("apron_cleared", "closed")]
    assert held(*shown, *later) == []


def test_an_apron_that_often_looks_so_is_not_news() -> None:
    """Where a fifth of the looks departed as much, a change of that size is usual there."""
    restless = tuple(
        a_view(d, "filled" if d % 20 == 0 else "none", 6000, at=THERE if d % 40 else HERE)
        for d in range(-100, 0, 5)
    )
    two = (a_view(0, "filled"), a_view(5, "filled"))
    assert kinds(*two, past=restless) == []
    assert kinds(*two) == [("apron_filled", "open")]
    history = apron_history((*restless, *two), PORT, criteria=C)
    reasons = {s.scene_id: r for s, r in history.held}
    assert reasons["sentinel-2-000.0"] == reasons["sentinel-2-005.0"] == "usual_for_apron"


def test_a_short_past_is_said_and_kept_quiet() -> None:
    """With few earlier looks confidence is low, severity too, and the text says learning."""
    (found,) = told(a_view(0, "filled"), a_view(5, "filled"), past=PAST[:3])
    assert (found.confidence, found.severity) == ("low", "info")
    assert found.why["past"]["learning"] is True
    assert "Learning: only 3 earlier looks" in found.text
    third = a_view(10, "filled")
    (settled,) = told(a_view(0, "filled"), a_view(5, "filled"), third, past=PAST[:3])
    assert (settled.confidence, settled.severity) == ("medium", "notice")
    (first,) = told(a_view(0, "filled"), a_view(5, "filled"), past=())
    assert first.start_earliest is None


def test_the_area_through_time_and_its_trend() -> None:
    """Growing and shrinking are said where the order of the areas is no accident."""
    areas = (1000, 2000, 3000, 5000)
    (found,) = told(*[a_view(5 * i, "filled", m2) for i, m2 in enumerate(areas)])
    assert [a["m2"] for a in found.why["area"]] == list(areas)
    assert found.why["trend"] == {"word": "growing", "sensor": COARSE, "looks": 4, "chance": 0.0833}
    words = {
        name: trend_of([a_view(i, "filled", m2) for i, m2 in enumerate(areas)]).word
        for name, areas in {
            "shrinking": (5000, 4000, 3000, 1000),
            "steady": (5000, 5100, 4900, 5000),
            "not clear": (5000, 1000, 4000, 2000),
        }.items()
    }
    assert list(words) == list(words.values())
    assert trend_of([a_view(i, "filled", 1000.0 * i) for i in range(3)]).word == "not clear"


def test_aprons_that_overlap_tell_one_change_aloud() -> None:
    """Of two aprons that show the same ground the second names the first and keeps quiet."""
    past = [replace(s, apron_id=a) for s in PAST for a in ("port.a", "port.b")]
    looks = [a_view(d, "filled", apron=a) for d in (0, 5) for a in ("port.a", "port.b")]
    back = [a_view(d, "none", apron=a) for d in (10, 15) for a in ("port.a", "port.b")]
    found = told(*past, *looks, *back, past=())
    assert [(f.place_id, f.severity, f.why["part_of"]) for f in found] == [
        ("port.a", "notice", None), ("port.a", "notice", None),
        ("port.b", "info", "port.a"), ("port.b", "info", "port.a"),
    ]  # fmt: skip


def test_nothing_is_called_by_what_it_may_be() -> None:
    """A change of ground is claimed and no more."""
    for found in told(*[a_view(d, "filled", sensor=FINE) for d in (0, 5)], a_view(9, "none")):
        for word in ("vehicle", "equipment", "truck", "container", "goods"):
            assert word not in found.text.lower()
        assert "Changed ground is all that is claimed." in found.text


def test_a_late_look_moves_the_interval() -> None:
    """A look that comes late narrows the interval of the same claim."""
    looks = (a_view(5, "filled"), a_view(10, "filled"))
    (before,), (after,) = told(*looks), told(*looks, a_view(3, "none"))
    assert (before.start_earliest, after.start_earliest) == (day(-5), day(3))


@st.composite
def series(draw: st.DrawFn) -> list[ApronState]:
    """Return looks of two sensors at two aprons that say anything."""
    looks = []
    for apron in ("port.apron", "port.apron.end"):
        for sensor in (COARSE, FINE):
            days = draw(st.lists(st.integers(0, 60), max_size=9, unique=True))
            for d in days:
                change = draw(st.sampled_from(list(ApronChange)))
                m2 = draw(st.sampled_from((500.0, 5000.0)))
                at = draw(st.sampled_from((HERE, HERE, THERE)))
                looks.append(a_view(d, change.value, m2, sensor=sensor, at=at, apron=apron))
    return looks


@settings(QUICK, max_examples=80)
@given(looks=series(), past=st.booleans(), seed=st.integers(0, 2**16))
def test_the_order_of_looks_does_not_matter_and_each_change_is_decided_once(
    looks: list[ApronState], past: bool, seed: int
) -> None:
    """Same findings in any order; each look that shows a change is in one finding or held."""
    looks = [*looks, *(PAST if past else ())]
    mixed = [looks[i] for i in np.random.default_rng(seed).permutation(len(looks))]
    history = apron_history(looks, PORT, criteria=C)
    assert repr(history) == repr(apron_history(mixed, PORT, criteria=C))  # NaN is not itself
    _check(history, looks)


def test_each_candidate_has_one_decision() -> None:
    """What the picture tells and what it holds back are named apart."""
    looks = (*PAST, *[a_view(d, "filled") for d in (0, 5)], a_view(9, "cleared", at=THERE))
    evidence = Evidence(positions=NOTHING, apron_states=(*looks, a_view(9, "filled", apron="b")))
    picture = compile_picture(evidence, PORT, WATCH, as_of=day(90), criteria=CRITERIA)
    found = candidates_in(picture, evidence, PORT, criteria=CRITERIA)
    assert len({c.key for c in found}) == len(found)
    decided = sorted((c.rule, c.place_id, c.decided, c.reason) for c in found)
    assert decided == [
        ("apron@1", "b", Decided.HELD, "not_confirmed"),
        ("apron@1", "port.apron", Decided.HELD, "contradicted"),
        ("apron@1", "port.apron", Decided.TOLD, "told"),
    ]


def _check(history: ApronHistory, looks: list[ApronState]) -> None:
    changed = {(s.apron_id, s.scene_id) for s in looks if s.change not in ("none", "unobserved")}
    shown = [(s.apron_id, s.scene_id) for e in history.episodes for s in e.seen]
    kept = [(s.apron_id, s.scene_id) for s, _ in history.held]
    assert len(set(shown)) == len(shown)
    assert not set(shown) & set(kept)
    assert changed <= set(shown) | set(kept)
    for episode in history.episodes:
        times = [s.acquired_at for s in episode.seen]
        assert times == sorted(times)
        if episode.before:
            assert episode.before.acquired_at <= times[0]
        if episode.after:
            assert times[-1] <= episode.after.acquired_at
