"""Killing, shuffling and splitting change nothing that is found."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.bundled import bundled
from tests.flows.story import WINDOW, findings, monitor, settings_for

FILES = (
    "report/data/findings.jsonl",
    "report/data/port_calls.csv",
    "report/data/silences.csv",
    "report/data/berth_states.csv",
    "report/data/ships.geojson",
    "report/data/aprons.csv",
    "report/data/findings.parquet",
    "report/data/positions.parquet",
    "report/index.html",
    "report/map.html",
    "report/findings.html",
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Replay part of the story once, without disturbance."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = monitor("replay", "-c", settings_for(folder), "-o", folder / "out", *WINDOW)
    assert done.returncode == 0, done.stderr
    return folder


def same(one: Path, two: Path) -> None:
    """Compare everything two runs published, byte for byte."""
    for name in FILES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def outbox(out: Path) -> list[tuple[str, ...]]:
    """Return what is owed to the channels."""
    connection = sqlite3.connect(out / "monitor.db")
    rows = connection.execute(
        "SELECT id, finding_id, revision, target, body FROM outbox"
    ).fetchall()
    connection.close()
    return sorted(rows)


def test_a_replay_killed_and_resumed_finds_the_same(undisturbed: Path, tmp_path: Path) -> None:
    """SIGKILL at any moment costs time, never truth: same findings, same notices, none twice."""
    settings = shutil.copy(undisturbed / "replay.toml", tmp_path / "replay.toml")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "monitor", "replay", "-c", str(settings), "-o", str(out)]
    moments = random.Random(7)
    for _ in range(4):
        process = subprocess.Popen(
            [*command, *WINDOW], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moments.uniform(2.5, 8.0))
        process.kill()
        process.wait()
    done = monitor("replay", "-c", settings, "-o", out, *WINDOW)
    assert done.returncode == 0, done.stderr
    same(undisturbed / "out", out)
    assert outbox(undisturbed / "out") == outbox(out)


def test_a_store_replayed_publishes_the_same(undisturbed: Path, tmp_path: Path) -> None:
    """What a store holds, replayed without a file or a scene read: same pages and tables."""
    config, window = undisturbed / "replay.toml", (*WINDOW, "--store", undisturbed / "out")
    done = monitor("replay", "-c", config, "-o", tmp_path / "out", *window)
    assert done.returncode == 0, done.stderr
    same(undisturbed / "out", tmp_path / "out")
    refused = monitor("replay", "-c", config, "-o", undisturbed / "out", *window)
    assert refused.returncode == 2
    assert "is the store to be replayed" in refused.stderr


def test_what_once_found_under_the_clock_of_the_day_is_found_again(tmp_path: Path) -> None:
    """Two files dropped in one after the other, `monitor once` after each: the same, replayed."""
    (source,) = bundled("sample_tiles", "tartus_2025", "ais").glob("*.csv")
    header, *rows = source.read_text().splitlines()
    (tmp_path / "ais").mkdir()
    settings = settings_for(tmp_path, ais=tmp_path / "ais")
    text = settings.read_text()
    text = text[: text.index("[[sources.scenes]]")] + text[text.index("[[channels]]") :]
    paths = '[store]\npath = "own/monitor.db"\n[report]\nout = "report"\n'
    settings.write_text(text.replace("[[sources.ais]]", f"{paths}[[sources.ais]]", 1))
    for name, part in (("a", rows[:700]), ("b", rows[700:2000])):
        (tmp_path / "ais" / f"{name}.csv").write_text("\n".join([header, *part]) + "\n")
        done = monitor("once", "-c", settings)
        assert done.returncode == 0, done.stdout + done.stderr
    done = monitor("replay", "-c", settings, "--store", tmp_path / "own", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert len(findings(tmp_path / "out")) > 20
    live, again = (tmp_path / out / "report" / "data" for out in ("report", "out"))
    for name in ("findings.jsonl", "port_calls.csv", "silences.csv"):
        assert (live / name).read_bytes() == (again / name).read_bytes()


def test_what_was_over_before_the_window_is_not_listed(undisturbed: Path) -> None:
    """Ships that came before --from and lie there still are told; what had ended is not."""
    start = WINDOW[1]
    told = findings(undisturbed / "out")
    assert any((f["start_latest"] or "") < start for f in told)
    for f in told:
        ends = f["end_latest"] or (f["start_latest"] if f["status"] == "closed" else None)
        assert f["status"] == "retracted" or ends is None or ends >= start
    looks = (
        (undisturbed / "out" / "report" / "data" / "berth_states.csv").read_text().splitlines()[1:]
    )
    assert looks
    assert all(line.split(",")[1] >= start for line in looks)


def test_shuffled_and_split_input_finds_the_same(undisturbed: Path, tmp_path: Path) -> None:
    """Rows in any order, in any number of files, some twice, give the same findings."""
    ais = tmp_path / "ais"
    ais.mkdir()
    (source,) = bundled("sample_tiles", "tartus_2025", "ais").glob("*.csv")
    header, *rows = source.read_text().splitlines()
    shuffled = random.Random(3)
    rows += shuffled.sample(rows, 200)
    shuffled.shuffle(rows)
    for i in range(3):
        part = rows[i::3]
        (ais / f"{'cab'[i]}.csv").write_text("\n".join([header, *part]) + "\n")
    settings = settings_for(tmp_path, ais=ais)
    done = monitor("replay", "-c", settings, "-o", tmp_path / "out", *WINDOW)
    assert done.returncode == 0, done.stderr
    same(undisturbed / "out", tmp_path / "out")
