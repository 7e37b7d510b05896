"""Kill a replay at 50 random moments, resuming each time; compare with an undisturbed run.

Kills are spread over several replays: each is killed until it ends, then the next begins, until
50 have been dealt. Every finished one is compared byte for byte.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = (
    "report/data/findings.jsonl",
    "report/data/port_calls.csv",
    "report/data/silences.csv",
    "report/data/berth_states.csv",
    "report/index.html",
    "report/map.html",
    "report/findings.html",
)
KILLS = 50


def start(out: Path) -> subprocess.Popen[bytes]:
    """Start (or resume) the demo's replay."""
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", "demo", "-o", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def main() -> None:
    """Run, kill, resume, compare."""
    moments = random.Random(20250121)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        calm = start(whole)
        _, said = calm.communicate()
        assert calm.returncode == 0, said.decode()
        killed = finished = 0
        out = Path(folder) / "disturbed-0"
        while killed < KILLS:
            process = start(out)
            try:
                _, said = process.communicate(timeout=moments.uniform(1.0, 9.0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                killed += 1
                continue
            assert process.returncode == 0, said.decode()
            compare(whole, out)
            finished += 1
            out = Path(folder) / f"disturbed-{finished}"
        process = start(out)
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()
        compare(whole, out)
    print(f"{killed} kills over {finished + 1} replays: every file equal to the undisturbed run")


def compare(one: Path, two: Path) -> None:
    """Compare everything two runs published, byte for byte."""
    for name in FILES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"{time.perf_counter() - began:.0f} s")
