"""`python -m monitor.demo OUT`: make the demo's input again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from monitor.demo.generate import SEED, generate
from monitor.errors import MonitorError


def main() -> int:
    """Read the command line, write the files, return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m monitor.demo", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write tartus_2025/ into: sample_tiles")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--aoi", type=Path, help="area file (default: the bundled tartus.geojson)")
    parser.add_argument("--truth", type=Path, help="also write what was drawn: a JSON file")
    asked = parser.parse_args()
    try:
        generate(asked.out, seed=asked.seed, aoi=asked.aoi, truth=asked.truth)
    except MonitorError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
