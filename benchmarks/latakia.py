"""Berth states of the Latakia breakwater against what an eye saw in 33 of 244 scenes.

Each scene is judged against others of its orbit, never against itself. Prints balanced accuracy
and the F1 of `occupied` over the labelled slots.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from benchmarks.data import shared
from monitor.batch.look import look_at
from monitor.bundled import bundled


def main() -> None:
    """Look at the catalog and score it."""
    catalog = shared("data", "imagery", "latakia_s1")
    labels = json.loads(shared("data", "imagery", "latakia_s1_labels.json").read_text())["scenes"]
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        result = look_at(
            catalog,
            aoi=bundled("aoi", "latakia.geojson"),
            out=Path(out),
            references=24,
            progress=lambda *_: None,
        )
        took = time.perf_counter() - began
    said = {(s.scene_id, s.berth_id[-1]): s.state.value for s in result.states}
    pairs = [
        (truth, said[scene, slot])
        for scene, record in labels.items()
        for slot, truth in record["slots"].items()
        if truth is not None
    ]
    judged = [(t, s) for t, s in pairs if s != "unobserved"]
    hits = sum(t == 1 and s == "occupied" for t, s in judged)
    taken = sum(t == 1 for t, _ in judged)
    rejections = sum(t == 0 and s == "free" for t, s in judged)
    free = len(judged) - taken
    false = free - rejections
    print(
        f"{len(result.scenes)} scenes × {len(result.states) // len(result.scenes)} berths in "
        f"{took:.1f} s; labelled slots {len(pairs)}, unobserved {len(pairs) - len(judged)}"
    )
    print(
        f"balanced accuracy {(hits / taken + rejections / free) / 2:.3f}, "
        f"ship F1 {2 * hits / (taken + hits + false):.3f} "
        f"(tp {hits}, fn {taken - hits}, tn {rejections}, fp {false})"
    )


if __name__ == "__main__":
    main()
