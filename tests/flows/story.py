"""Running the program as a user would: `monitor` in a process of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.bundled import bundled
from monitor.domain.window import TimeWindow, parse_utc
from monitor.watch.replay import ReplayPlan, open_replay, replay
from monitor.wiring import Wiring

WINDOW = ("--from", "2025-01-18", "--to", "2025-01-30")
"""Entering, loading and leaving: the part of the story with most in it."""


def monitor(*words: str | Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the command line and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def findings(out: Path) -> list[dict[str, Any]]:
    """Return the findings a run wrote."""
    path = out / "report" / "data" / "findings.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def settings_for(folder: Path, *, ais: Path | None = None) -> Path:
    """Write settings like the demo's, with the AIS rows taken from another folder."""
    sample = bundled("sample_tiles", "tartus_2025")
    path = folder / "replay.toml"
    path.write_text(
        f"""
[port]
title = "Tartus"
aoi = {json.dumps(str(bundled("aoi", "tartus.geojson")))}
watchlist = {json.dumps(str(bundled("config", "watchlist.csv")))}
[[sources.ais]]
name = "reconstruction"
kind = "folder"
path = {json.dumps(str(ais or sample / "ais"))}
[[sources.scenes]]
name = "rendered"
kind = "static_stac"
path = {json.dumps(str(sample / "scenes"))}
[[channels]]
name = "hook"
kind = "webhook"
url = "http://127.0.0.1:9/"
secret_env = "NOT_SET_IN_TESTS"
"""
    )
    return path


def replayed_over_looks(told: Path, ais: Path, out: Path, *, step: timedelta) -> Path:
    """Replay the demo's jobs with other AIS files over scenes that another run has judged.

    Args:
        told: Output folder of that run; it is only read.
        ais: Folder of the AIS files.
        out: Folder to make, with the store in it.
        step: Time between two assessments.

    Returns:
        The store's file.
    """
    wiring = Wiring.load(bundled("config", "demo.toml")).reading_ais_from(ais)
    span = wiring.settings.replay
    assert span.start is not None
    assert span.end is not None
    window = TimeWindow(start=parse_utc(span.start), end=parse_utc(span.end))
    plan = ReplayPlan(window=window, step=step, inputs="over looks at hand")
    out.mkdir()
    path = Path(shutil.copy(told / "monitor.db", out / "monitor.db"))
    _keep_looks(path, plan)
    store = open_replay(path, plan)
    try:
        jobs = wiring.analysis_jobs(store, replaying=True)
        replay(store, plan, jobs, progress=lambda *_: None)
    finally:
        store.close()
    return path


def _keep_looks(path: Path, plan: ReplayPlan) -> None:
    """Empty a store of all but what was judged of scenes, and set the replay to its start."""
    connection = sqlite3.connect(path)
    kept = ("scenes", "berth_states", "looks", "alembic_version")
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if table not in kept and not table.startswith("sqlite_"):
            connection.execute(f"DELETE FROM {table}")
    place = (("replay:plan", plan.text()), ("replay:place", plan.window.start.isoformat()))
    connection.executemany("INSERT INTO cursors (name, value) VALUES (?, ?)", place)
    connection.commit()
    connection.close()
