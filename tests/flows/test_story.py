"""The demo tells the published story by itself. Truth: published reports named in docs/demo.md."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.bundled import bundled
from monitor.demo.swap import write_swapped
from monitor.domain.finding import Finding, FindingKind, Severity, Status
from monitor.store.derived import load_findings
from monitor.store.engine import open_store
from tests.conftest import ROOT
from tests.flows.story import findings, monitor, replayed_over_looks

SPARTA, SPARTA_II = 9268710, 9160994


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the demo once."""
    out = tmp_path_factory.mktemp("demo") / "out"
    done = monitor("demo", "-o", out)
    assert done.returncode == 0, done.stderr
    assert str(out / "report" / "index.html") in done.stdout
    assert str(out / "report" / "map.html") in done.stdout
    return out


def at(text: str | None) -> datetime:
    """Parse an instant of a finding."""
    assert text is not None
    return datetime.fromisoformat(text)


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant of the winter 2024-25."""
    return datetime(2024 if month == 12 else 2025, month, day, hour, minute, tzinfo=UTC)


def of(
    told: Path, kind: str, imo: int | None = None, basis: str | None = None
) -> list[dict[str, Any]]:
    """Return the findings of a kind, a ship and a basis."""
    return [
        f
        for f in findings(told)
        if f["kind"] == kind
        and (imo is None or f["subject"]["imo"] == imo)
        and (basis is None or f["basis"] == basis)
    ]


def test_sparta_waits_sixteen_days(told: Path) -> None:
    """SPARTA waits off the port from 5 January for 16-17 days."""
    (wait,) = of(told, "waiting", SPARTA)
    assert at(wait["start_latest"]).date() == utc(1, 5).date()
    assert timedelta(days=16) <= at(wait["end_earliest"]) - at(wait["start_latest"])
    assert at(wait["end_latest"]) - at(wait["start_earliest"]) <= timedelta(days=17, hours=12)
    assert 16 <= wait["why"]["days_waited"] <= 17
    assert wait["place_id"] == "tartus.waiting.inner"


def test_sparta_ii_waits_eight_to_thirteen_days(told: Path) -> None:
    """SPARTA II joins between the 8th and the 13th and waits until the 21st."""
    (wait,) = of(told, "waiting", SPARTA_II)
    assert utc(1, 8) <= at(wait["start_latest"]) <= utc(1, 14)
    assert 8 <= wait["why"]["days_waited"] <= 13


def test_spartas_silence(told: Path) -> None:
    """No AIS was received from SPARTA from 29 December 16:19Z to 2 January 13:13Z."""
    (silence,) = [
        f for f in of(told, "no_ais_received", SPARTA) if at(f["start_latest"]) < utc(1, 5)
    ]
    assert at(silence["start_latest"]) == utc(12, 29, 16, 19)
    assert at(silence["end_latest"]) == utc(1, 2, 13, 13)
    assert any(e["kind"] == "coverage" for e in silence["evidence"])
    assert "switched" not in silence["text"]


def test_sparta_ii_enters(told: Path) -> None:
    """SPARTA II enters on 21 January at 17:35Z."""
    (arrival,) = of(told, "arrived", SPARTA_II)
    assert at(arrival["start_latest"]) == utc(1, 21, 17, 35)
    assert at(arrival["start_latest"]) - at(arrival["start_earliest"]) < timedelta(hours=1)


def test_two_ships_at_mole_1_without_ais(told: Path) -> None:
    """From the pass of 22 January on, two hulls lie at Mole 1 and no AIS explains them."""
    dark = [
        f
        for f in of(told, "occupied_without_ais")
        if f["place_id"].startswith("tartus.berth.naval_s_w")
    ]
    assert {f["place_id"] for f in dark} == {"tartus.berth.naval_s_w.1", "tartus.berth.naval_s_w.2"}
    named = {c["imo"] for f in dark for c in f["why"]["candidates"]}
    assert named == {SPARTA, SPARTA_II}
    for finding in dark:
        assert utc(1, 18) <= at(finding["start_earliest"]) < at(finding["start_latest"])
        assert at(finding["start_latest"]).date() == utc(1, 22).date()
        passes = {e["at"][:10] for e in finding["evidence"] if e["kind"] == "scene"}
        assert {"2025-01-22", "2025-01-23"} <= passes
        assert passes & {"2025-01-24", "2025-01-25"}


def test_sparta_ii_leaves_by_image_and_by_ais(told: Path) -> None:
    """Gone by image on the 27th and by AIS on the 28th: two findings, each with its basis."""
    (image,) = of(told, "departed", SPARTA_II, "image")
    assert at(image["start_earliest"]).date() == utc(1, 25).date()
    assert at(image["start_latest"]).date() == utc(1, 27).date()
    (ais,) = of(told, "departed", SPARTA_II, "ais")
    assert at(ais["start_latest"]).date() == utc(1, 28).date()


def test_sparta_leaves_between_the_27th_and_the_29th(told: Path) -> None:
    """SPARTA is still alongside on the 27th and gone on the 29th."""
    (image,) = of(told, "departed", SPARTA, "image")
    assert at(image["start_earliest"]).date() == utc(1, 27).date()
    assert at(image["start_latest"]).date() <= utc(1, 29).date()


MOVES = ("arrived", "departed", "berthed", "unberthed")
TRUE_MOVES = sorted(
    [
        ("arrived", SPARTA, "ais"), ("arrived", SPARTA_II, "ais"),
        ("departed", SPARTA, "ais"), ("departed", SPARTA, "image"),
        ("departed", SPARTA_II, "ais"), ("departed", SPARTA_II, "image"),
    ]
)  # fmt: skip


STAGED = utc(12, 13, 12)
"""When the first vehicles are drawn on the outer end of Mole 1,"""
GONE = utc(1, 28, 6)
"""and when the last are gone, as the generator's tables have it."""
MOLE_END = "tartus.apron.mole1_end"


def test_the_apron_of_mole_1_fills_and_empties(told: Path) -> None:
    """Filled from mid-December, most on 6 January, as before by 29 January: two findings."""
    (filled,) = [f for f in of(told, "apron_filled") if f["place_id"] == MOLE_END]
    assert at(filled["start_earliest"]) <= STAGED <= at(filled["start_latest"]) <= utc(12, 16)
    assert utc(1, 26) <= at(filled["end_earliest"]) <= GONE <= at(filled["end_latest"])
    assert (filled["status"], filled["severity"]) == ("closed", "notice")
    fine = {a["at"][:10]: a["m2"] for a in filled["why"]["area"] if a["sensor"] == "planetscope"}
    assert max(fine, key=lambda day: fine[day]) == "2025-01-06"
    assert fine["2025-01-06"] > fine["2025-01-18"] > fine["2025-01-25"] > fine["2025-01-27"]
    (cleared,) = [f for f in of(told, "apron_cleared") if f["place_id"] == MOLE_END]
    assert at(cleared["start_earliest"]) <= GONE <= at(cleared["start_latest"]) <= utc(1, 30)
    for finding in (filled, cleared):
        assert "vehicle" not in finding["text"]
        assert finding["why"]["part_of"] is None


def test_no_apron_changes_where_nothing_was_put(told: Path) -> None:
    """Only Mole 1 and the aprons that share its ground changed; the rest of them is not loud."""
    found = [f for f in findings(told) if f["kind"].startswith("apron_")]
    places = {f["place_id"].removeprefix("tartus.apron.") for f in found}
    assert places <= {"mole1", "mole1_end", "naval_s_w", "b1_n"}
    assert {f["place_id"] for f in found if f["severity"] != "info"} == {MOLE_END}


def test_no_false_comings_and_goings(told: Path) -> None:
    """No watch-listed ship arrives or leaves but these two, once in and once out by each sensor."""
    moves = sorted(
        (f["kind"], f["subject"]["imo"], f["basis"])
        for f in findings(told)
        if f["kind"] in MOVES and f["severity"] != "info"
    )
    assert moves == TRUE_MOVES


@pytest.fixture(scope="module")
def swapped(told: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    """Tell the story with static data exchanged, over the scenes judged in the first run; return
    all that was ever found, also what was taken back."""
    folder = tmp_path_factory.mktemp("swap")
    ais = write_swapped(bundled("sample_tiles", "tartus_2025", "ais"), folder / "ais")
    store = open_store(replayed_over_looks(told, ais, folder / "out", step=timedelta(days=6)))
    try:
        with store.read() as connection:
            return tuple(load_findings(connection))
    finally:
        store.close()


def test_two_ships_that_swap_names_raise_a_conflict_each(swapped: tuple[Finding, ...]) -> None:
    """Both sides stand beside each other, for the days of the swap, and nothing is merged."""
    conflicts = [f for f in swapped if f.kind is FindingKind.IDENTITY_CONFLICT]
    assert {f.subject.imo for f in conflicts} == {SPARTA, SPARTA_II}
    for finding in conflicts:
        assert finding.severity is Severity.WARNING
        assert finding.start_earliest is not None
        assert finding.end_latest is not None
        assert utc(1, 5) <= finding.start_earliest < finding.end_latest <= utc(1, 13)
        assert {e.kind for e in finding.evidence} >= {"static", "watch_list"}


def test_a_swap_makes_no_false_comings_and_goings(swapped: tuple[Finding, ...]) -> None:
    """What is told of the two ships is as without the swap, and nothing had to be taken back."""
    assert not [f for f in swapped if f.status is Status.RETRACTED and f.subject.imo]
    moves = sorted(
        (f.kind.value, f.subject.imo, f.basis.value)
        for f in swapped
        if f.kind.value in MOVES and f.severity is not Severity.INFO
    )
    assert moves == TRUE_MOVES


def test_the_rough_sea_of_5_january_misleads_nobody(told: Path) -> None:
    """What the pass over rough sea is said to show is what was drawn, and no hull without AIS."""
    drawn = json.loads((ROOT / "tests" / "demo" / "truth.json").read_text())["scenes"]
    scene = "rendered_s1a_20250105T153347_r014"
    with (told / "report" / "data" / "berth_states.csv").open(newline="") as handle:
        looks = [r for r in csv.DictReader(handle) if r["scene_id"] == scene]
    taken = {r["berth_id"] for r in looks if r["state"] == "occupied"}
    free = {r["berth_id"] for r in looks if r["state"] == "free"}
    assert taken <= set(drawn[scene]["berths"])
    assert not free & set(drawn[scene]["berths"])
    for finding in of(told, "occupied_without_ais"):
        assert scene not in {e["ref"] for e in finding["evidence"]}


def test_everything_made_up_says_so(told: Path) -> None:
    """Each finding begins with the word, and each piece of evidence says what it is."""
    for finding in findings(told):
        assert finding["text"].startswith("[Reconstruction] ")
        for evidence in finding["evidence"]:
            if evidence["kind"] == "position":
                assert evidence["source"].startswith("reconstruction"), evidence
            if evidence["kind"] == "scene":
                assert "rendered" in evidence["note"], evidence


def test_findings_keep_their_public_keys(told: Path) -> None:
    """Each finding has exactly the keys promised, in their order."""
    keys = [
        "id", "kind", "status", "severity", "subject", "place_id", "start_earliest",
        "start_latest", "end_earliest", "end_latest", "learned_at", "basis", "confidence",
        "evidence", "why", "text",
    ]  # fmt: skip
    for finding in findings(told):
        # `life` follows where a finding replaces another or is replaced.
        assert [key for key in finding if key != "life"] == keys
        assert list(finding["subject"]) == ["imo", "mmsi", "name"]
