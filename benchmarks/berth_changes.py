"""What the findings about berths are worth: changes of state, unusual occupancy and drift.

Latakia, 244 scenes of 3.5 years, each judged against earlier ones only, as a live monitor does.

An eye labelled slots C, D and E in 33 scenes. Two labelled scenes of a slot that follow one another
bracket a change where their labels differ: then the slot changed an odd number of times between
them, and an odd number of findings must lie there; where they agree, an even number. Each pair is
one case, so a change the monitor finds and takes back between two labels is neither right nor
wrong, and nothing is known of the months without labels.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from benchmarks.latakia_series import Series, load_series
from monitor.detect.drift import runs_over
from monitor.detect.imagery.occupancy import look_at_port, reference_scenes
from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.detect.usual import usual_of
from monitor.detect.usual_criteria import DriftCriteria, UsualCriteria
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, FindingKind
from monitor.domain.positions import no_positions
from monitor.domain.vessel import WatchList

END = datetime(2025, 7, 1, tzinfo=UTC)
REFERENCES = 24


def main() -> None:
    """Print every figure."""
    series = load_series()
    states = live_states(series)
    picture = picture_of(series, states)
    changes = [f for f in picture.findings if f.kind is FindingKind.BERTH_STATE_CHANGED]
    months = (END - states[0].acquired_at).days / 30.44
    print(
        f"{len(series.scenes)} scenes, {len(changes)} changes of state told in {months:.0f} "
        f"months, {len(changes) / months:.1f} a month at 6 berths"
    )
    against_labels(series, states, changes)
    listed(picture)


def live_states(series: Series) -> tuple[BerthState, ...]:
    """Return what each scene says of each berth, held against earlier scenes only."""
    return tuple(
        state
        for scene in series.scenes
        for state in look_at_port(
            scene,
            series.chips[scene.id],
            series.gazetteer,
            references=[
                series.chips[i]
                for i in reference_scenes(scene, series.scenes, causal=True, limit=REFERENCES)
            ],
        ).berths
    )


def picture_of(series: Series, states: tuple[BerthState, ...]) -> Picture:
    """Return the picture at the end of the series; nothing is known of AIS."""
    return compile_picture(
        Evidence(positions=no_positions(), berth_states=states),
        series.gazetteer,
        WatchList(()),
        as_of=END,
        criteria=Criteria(),
    )


def against_labels(
    series: Series, states: tuple[BerthState, ...], changes: list[Finding]
) -> None:
    """Print precision and recall of changes over the pairs of labels, and the cases that fail."""
    at = {s.id: s.acquired_at for s in series.scenes}
    said = {(s.scene_id, s.berth_id[-1]): s.state for s in states}
    counts: Counter[str] = Counter()
    for slot in "CDE":
        labels = [
            (scene, truth.slots[slot])
            for scene, truth in sorted(series.truth.items(), key=lambda item: at[item[0]])
            if truth.slots[slot] is not None
        ]
        own = [f for f in changes if f.place_id and f.place_id.endswith(slot)]
        for (a, was), (b, now) in pairwise(labels):
            between = [f for f in own if f.start_latest and at[a] < f.start_latest <= at[b]]
            found, true = len(between) % 2 == 1, was != now
            word = ("right" if found else "missed") if true else ("false" if found else "none")
            counts[word] += 1
            counts["findings between"] += len(between)
            if word in ("missed", "false"):
                print(
                    f"  {word}: slot {slot}, {at[a]:%Y-%m-%d} ({was}) to {at[b]:%Y-%m-%d} ({now}): "
                    f"{len(between)} findings, states {said[a, slot]} and {said[b, slot]}"
                )
    right, false, missed = counts["right"], counts["false"], counts["missed"]
    print(
        f"pairs of labels: {right + missed} bracket a change, {false + counts['none']} none; "
        f"right {right}, missed {missed}, false {false}; precision "
        f"{right / max(right + false, 1):.3f} ({_interval(right, right + false)}), recall "
        f"{right / max(right + missed, 1):.3f} ({_interval(right, right + missed)}); "
        f"{counts['findings between']} findings between labels"
    )


def _interval(hits: int, of: int) -> str:
    """Return Jeffreys' 95 % interval of a share."""
    from scipy.special import betaincinv

    low, high = (betaincinv(hits + 0.5, of - hits + 0.5, q) for q in (0.025, 0.975))
    return f"{low:.2f}-{high:.2f}"


def listed(picture: Picture) -> None:
    """Print every unusual occupancy and drift, and what became of all candidates."""
    for f in picture.findings:
        if f.kind in (FindingKind.UNUSUAL_OCCUPANCY, FindingKind.OCCUPANCY_DRIFT):
            print(f"{f.kind.value}: {f.text}")
    print("spells and glimpses:", dict(Counter(j.reason for j in picture.usual.judged)))


if __name__ == "__main__":
    main()
