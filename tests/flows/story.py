"""Running the program as a user would: `monitor` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from monitor.bundled import bundled

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
    return [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]


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
