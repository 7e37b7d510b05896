"""Where the real data lies; a benchmark that finds none says so and ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SHARED = Path(os.environ.get("MONITOR_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared"))


def shared(*parts: str) -> Path:
    """Return a path of the real data, or end the program."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        sys.exit(f"real data not at hand: {'/'.join(parts)}; set MONITOR_SHARED_DATA")
    return path
