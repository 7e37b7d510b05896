"""Why and why not, for one finding and for one berth, on a small port."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.alerts.decide import Route
from monitor.alerts.render import Voice
from monitor.cli import explain as command
from monitor.domain.finding import FindingKind, Severity
from monitor.domain.positions import concat
from monitor.domain.scene import Modality, Scene
from monitor.errors import InputError
from monitor.store.derived import load_findings, put_berth_states
from monitor.store.engine import Store, open_store
from monitor.store.observations import add_scenes, append_positions
from monitor.watch.assess import Brief, assess
from monitor.watch.explain import explain_berth, explain_finding, last_assessed
from tests.builders import BERTH, INSIDE, SEA, T0, a_look, a_track, hours
from tests.detect.listening import a_feed
from tests.watch.test_assess import BRIEF

ROUTES = (
    Route(target="loud", format="webhook", min_severity=Severity.CRITICAL),
    Route(target="ops", format="webhook"),
)
CALL = ((0, SEA, 9), (2, INSIDE, 5), (3, BERTH, 0), (8, BERTH, 0), (10, INSIDE, 5), (11, SEA, 9))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store in which a ship came, lay at a berth and left, one report being late."""
    store = open_store(tmp_path / "s.db")
    early = a_track(*CALL)
    late = a_track((1, INSIDE, 5), delay=hours(30))
    looks = (
        a_look(1, "free"), a_look(5, "occupied"), a_look(20, "occupied", score=0.6),
        a_look(24, "unobserved"), a_look(30, "free"),
    )  # fmt: skip
    scenes = [
        Scene(
            id=s.scene_id, acquired_at=s.acquired_at, available_at=s.available_at, platform="p",
            sensor=s.sensor, modality=Modality.RADAR, orbit=14, footprint_wkt="", bands=(),
        )
        for s in looks
    ]  # fmt: skip
    with store.begin() as connection:
        append_positions(connection, concat([early, late, a_feed(40)]))
        add_scenes(connection, scenes)
        put_berth_states(connection, looks, references_digest="1")
    for h in (6, 12, 24, 40):
        assess(store, BRIEF, ROUTES, voice=Voice(), now=T0 + hours(h))
    yield store
    store.close()


def the_id(store: Store, kind: FindingKind) -> str:
    """Return the id of the only finding of a kind."""
    with store.read() as connection:
        (found,) = (f for f in load_findings(connection) if f.kind is kind)
    return found.id


def test_a_finding_is_explained_with_inputs_gates_and_history(store: Store) -> None:
    """Evidence has hashes, thresholds their values, the late report is the cause of an edit."""
    arrived = the_id(store, FindingKind.ARRIVED)
    answer = explain_finding(store, BRIEF, arrived[:6], as_of=None)
    assert answer["finding"]["id"] == arrived
    assert answer["rule"] == "port_call@1"
    assert answer["thresholds"]["visit"]["port_min"] == "0.5 h"
    assert answer["gates"]
    assert all(len(i["sha256"]) == 64 for i in answer["inputs"])
    first, edit = answer["revisions"]
    assert (first["revision"], first["minor"]) == (1, 0)
    assert (edit["revision"], edit["minor"]) == (1, 1)
    assert ["start_latest", "2025-01-10T02:00:00Z", "2025-01-10T01:00:00Z"] in edit["changed"]
    assert edit["cause"]["new"] == ["position:273351920/2025-01-10T01:00:00Z"]
    told = {d["target"]: (d["told"], d["reason"]) for d in answer["decisions"]}
    assert told == {"loud": (False, "severity"), "ops": (True, "new")}
    delivery = {d["target"]: d["delivery"] for d in answer["decisions"]}
    assert delivery["loud"] is None
    assert delivery["ops"]["state"] == "pending"
    assert last_assessed(store) == T0 + hours(40)


def test_a_finding_can_be_explained_as_it_was_known(store: Store) -> None:
    """Asked as of an hour, the finding is as it was told then, without what came later."""
    arrived = the_id(store, FindingKind.ARRIVED)
    answer = explain_finding(store, BRIEF, arrived, as_of=T0 + hours(12))
    assert answer["finding"]["start_latest"] == "2025-01-10T02:00:00Z"
    assert len(answer["revisions"]) == 1


def test_a_berth_is_explained_at_an_instant(store: Store) -> None:
    """Looks before and after, who lay there, what holds, and what one doubtful image said."""
    answer = explain_berth(store, BRIEF, "a", at=T0 + hours(21))
    assert answer["berth"] == "port.berth.a"
    looks = {k: v and v["at"] for k, v in answer["looks"].items()}
    assert looks["last"] == looks["last_usable"] == "2025-01-10T20:00:00Z"
    assert looks["next"] == "2025-01-11T00:00:00Z"
    assert looks["next_usable"] == "2025-01-11T06:00:00Z"
    (stay,) = answer["ais"]["stays"]
    assert (stay["name"], stay["may_hold"]) == ("SPARTA", False)
    then = explain_berth(store, BRIEF, "port.berth.a", at=T0 + hours(5))
    assert [s["heard_around"] for s in then["ais"]["stays"]] == [True]
    kinds = {f["kind"] for f in explain_berth(store, BRIEF, "a", at=T0 + hours(2.5))["findings"]}
    assert "berthed" in kinds


def test_what_was_not_told_is_said_with_its_reason(store: Store) -> None:
    """A berth without a working feed around its image is no ship without AIS."""
    with store.begin() as connection:
        looks = (a_look(60, "occupied", score=0.5), a_look(80, "occupied"))
        scenes = [
            Scene(
                id=s.scene_id, acquired_at=s.acquired_at, available_at=s.available_at,
                platform="p", sensor=s.sensor, modality=Modality.RADAR, orbit=14,
                footprint_wkt="", bands=(),
            )
            for s in looks
        ]  # fmt: skip
        add_scenes(connection, scenes)
        put_berth_states(connection, looks, references_digest="1")
    known = T0 + hours(90)
    doubted = explain_berth(store, BRIEF, "a", at=T0 + hours(61), as_of=known)
    assert "doubtful_image" in {h["reason"] for h in doubted["held"]}
    unheard = explain_berth(store, BRIEF, "a", at=T0 + hours(80), as_of=known)
    assert "ais_coverage_not_shown" in {h["reason"] for h in unheard["held"]}


def test_questions_nobody_can_answer_say_what_to_do(store: Store, tmp_path: Path) -> None:
    """A wrong id, too short a prefix, a misspelt berth and an empty store name the way out."""
    with pytest.raises(InputError, match=r"findings\.jsonl"):
        explain_finding(store, BRIEF, "zz", as_of=None)
    with pytest.raises(InputError, match="more digits"):
        explain_finding(store, BRIEF, "", as_of=None)
    with pytest.raises(InputError, match=r"did you mean port\.berth\.a"):
        explain_berth(store, BRIEF, "port.berth.aa", at=T0)
    empty = open_store(tmp_path / "empty.db")
    with pytest.raises(InputError, match="monitor once"):
        last_assessed(empty)
    empty.close()


def test_the_command_prints_what_strangers_named_as_plain_text(store: Store) -> None:
    """A ship whose name holds control characters cannot steer the terminal."""
    from monitor.cli.shared import plain

    watch = replace(BRIEF.watch.vessels[0], name="SPAR\x1b[2JTA")
    brief = Brief(
        gazetteer=BRIEF.gazetteer,
        watch=replace(BRIEF.watch, vessels=(watch,)),
        criteria=BRIEF.criteria,
    )
    assess(store, brief, (), voice=Voice(), now=T0 + hours(41))
    answer = explain_finding(store, brief, the_id(store, FindingKind.ARRIVED), as_of=None)
    lines = [plain(line) for line in command._finding_lines(answer)]
    assert any("SPAR [2JTA" in line for line in lines)
    assert not [line for line in lines if not line.isprintable()]
    berth = command._berth_lines(explain_berth(store, brief, "a", at=T0 + hours(5)))
    assert any("SPAR" in line for line in berth)
