"""`monitor findings` and `monitor status` for pipes, on a store of a few findings."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.domain.finding import FindingKind, Severity, Status, Subject
from monitor.store.derived import save_findings
from monitor.store.engine import open_store
from tests.builders import T0, hours
from tests.store.test_derived import a_finding

EVIL = '=HYPERLINK("//x")\x1b[31m'


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a wait, a departure and something quiet."""
    path = tmp_path_factory.mktemp("store") / "monitor.db"
    wait = replace(a_finding(), severity=Severity.WARNING, place_id="tartus.waiting.inner")
    gone = replace(
        a_finding(), kind=FindingKind.DEPARTED, status=Status.CLOSED, place_id="tartus.harbour",
        subject=Subject(mmsi=371000001, name=EVIL), start_latest=T0 + hours(30),
        end_latest=T0 + hours(30), text=EVIL,
    )  # fmt: skip
    quiet = replace(a_finding(), kind=FindingKind.BERTHED, severity=Severity.INFO, anchor="q")
    opened = open_store(path)
    with opened.begin() as connection:
        save_findings(connection, [wait, gone, quiet], now=T0 + hours(40))
    opened.close()
    return path


def asked(*words: str | Path) -> str:
    """Run a command that must succeed and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_findings_are_chosen_and_printed_for_programs(store: Path) -> None:
    """Filters narrow the list; JSON holds the public form, CSV nothing a spreadsheet runs."""
    ask = ("findings", "-c", "tartus", "--store", store)
    everything = json.loads(asked(*ask, "--severity", "info", "-f", "json"))
    assert [f["kind"] for f in everything] == ["berthed", "waiting", "departed"]
    loud = json.loads(asked(*ask, "--severity", "warning", "-f", "json"))
    assert [f["kind"] for f in loud] == ["waiting"]
    rows = list(csv.DictReader(io.StringIO(asked(*ask, "--kind", "departed", "-f", "csv"))))
    assert [(r["mmsi"], r["name"][:2]) for r in rows] == [("371000001", "'=")]
    assert "\x1b" not in rows[0]["text"]
    since = asked(*ask, "--since", f"{T0 + hours(29):%Y-%m-%dT%H:%M:%SZ}", "--place", "tartus.har")
    assert [line.split("\t")[4] for line in since.splitlines()[1:]] == ["closed"]


def test_findings_and_status_are_valid_geojson(store: Path) -> None:
    """One feature each; what has no place has no geometry."""
    made = json.loads(asked("findings", "-c", "tartus", "--store", store, "-f", "geojson"))
    assert made["type"] == "FeatureCollection"
    assert {f["properties"]["kind"] for f in made["features"]} == {"waiting", "departed"}
    state = json.loads(asked("status", "-c", "tartus", "--store", store, "-f", "geojson"))
    kinds = {f["properties"]["what"] for f in state["features"]}
    assert kinds == {"ship", "berth", "apron"}
    berths = [f for f in state["features"] if f["properties"]["what"] == "berth"]
    assert all(f["geometry"]["type"] == "Polygon" for f in berths)
    rows = list(
        csv.DictReader(io.StringIO(asked("status", "-c", "tartus", "--store", store, "-f", "csv")))
    )
    assert len(rows) == len(state["features"])


def test_a_case_is_made_and_checked(store: Path, tmp_path: Path) -> None:
    """One command makes it, another says whether it is as it was made; the end tells a script."""
    made = json.loads(asked("findings", "-c", "tartus", "--store", store, "-f", "json"))
    case = tmp_path / "case"
    ask = ("case", made[0]["id"][:8], "-c", "tartus", "--store", store, "-o", case)
    assert "1 findings" in asked(*ask)
    assert "as it was made" in asked("case", "verify", case)
    (case / "data" / "scenes.csv").write_text("other")
    command = [sys.executable, "-m", "monitor", "case", "verify", str(case)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "changed: data/scenes.csv" in done.stdout
