"""What the findings about berths are worth: changes of state, unusual occupancy and drift.

Latakia, 244 scenes of 3.5 years, each judged against earlier ones only, as a live monitor does.

An eye labelled slots C, D and E in 33 scenes. Two labelled scenes of a slot that follow one another
bracket a change where their labels differ: then the slot changed an odd number of times between
them, and an odd number of findings must lie there; where they agree, an even number. Each pair is
one case, so a change the monitor finds and takes back between two labels is neither right nor
wrong, and nothing is known of the months without labels. They bracket only seven changes.

So a second eye labelled the same slots in all 244 scenes, from the strips along the quay alone,
though not blind to what the monitor had said. A slot is taken where the middle of a ship lies in
it, and undecided where one lies within 45 m of an edge, as with the first labels; nearer edges are
printed too. Two decided labels that differ bracket one change; a finding of the same direction
whose interval overlaps the bracket is right, once. Findings left over are false, but where labels
between are undecided nothing is said of them.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

from benchmarks import made_up_berths
from benchmarks.latakia_series import Series, load_series
from monitor.detect.imagery.occupancy import look_at_port, reference_scenes
from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, FindingKind
from monitor.domain.positions import no_positions
from monitor.domain.vessel import WatchList

SHIPS = (
    "0:860,970,1190 1:860,980,1190 2:820,1065,1180 3:840,950,1190 4:830,1060 "
    "5:805,1030,1180,1290 6:805,1070,1195,1310 7:815,1060,1300 8:830,1080,1200,1300 "
    "9:860,1105,1320 10:810,1300 11:860,1330 12:890,1330 13:830,1310 14:870,1330 "
    "15:845,1115,1320 16:840,1090,1310 17:845,1310 18:810,1280 19:850,1325 20:830,1295 "
    "21:845,1320 22:840,1300 23:845,1330 24:850,1330 25:810,1290 26:830,1310 27:860,1330 "
    "28:810,1290 29:820,1285 30:820,1300 31:820,1280 32:835,1300 33:835,1300 34:850,1310 "
    "35:810,1290 36:830,1310 37:840,1330 38:830,1310 39:860,1340 40:830,1310 41:830,1305 "
    "42:825,1320 43:830,1320 44:845,1325 45:840,1310 46:830,1315 47:850,1330 48:820,1300 "
    "49:870,1350 50:805,1290 51:815,1295 52:850 53:850 54:870,1240 55:870,1100 "
    "56:860,950,1120 57:830,1055 58:1030 59:1030 63:1075 64:865,1075 65:865,1200 66:850 "
    "133:1015 140:1075 141:1080 145:1150 146:1155 147:1150 148:1150 149:1160 150:1110 "
    "151:1205 152:950 153:930 154:1170 155:1190 158:1195 159:1210 176:1040 188:1000 189:1050 "
    "190:1045 191:1000 192:1045 193:1050 199:1160 203:1090 204:1110 205:1100 206:1105 "
    "208:1175 210:1070 211:1095 212:800,1090 213:810,1080 214:810 215:820 216:800 217:810 "
    "223:1050 224:1050 228:1175 229:1190 230:1200 231:1175 232:1150 233:1190 234:1160 "
    "237:1175 238:1175 239:1190 240:1190 241:1170 242:1170 243:1170 "
)
"""Scene in order of time, and where along the quay the second eye saw the middles of ships, metres;
scenes left out showed none at slots C to E."""
SLOTS = {"C": (779, 941), "D": (941, 1119), "E": (1119, 1317)}
"""Along the quay, as drawn in aoi/latakia.geojson."""
EDGES_M = (45, 35, 25)
"""Nearer to an edge a slot is undecided; 45 m is the rule of the labels of the 33 scenes."""
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
    for edge_m in EDGES_M:
        against_eye(series, changes, edge_m)
    listed(picture)
    made_up_berths.main()


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


def against_labels(series: Series, states: tuple[BerthState, ...], changes: list[Finding]) -> None:
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


def against_eye(series: Series, changes: list[Finding], edge_m: int) -> None:
    """Print precision and recall against the second eye, how the eyes agree, and what fails."""
    seen = dict(scene.split(":") for scene in SHIPS.split())
    rows = [
        "".join(_mark(slot, seen.get(str(i), ""), edge_m) for slot in SLOTS)
        for i in range(len(series.scenes))
    ]
    pairs = [
        (marks[k] == "1", truth)
        for scene, marks in zip(series.scenes, rows, strict=True)
        if scene.id in series.truth
        for k, slot in enumerate("CDE")
        if (truth := series.truth[scene.id].slots[slot]) is not None and marks[k] != "?"
    ]
    print(f"the two eyes agree on {sum(a == b for a, b in pairs)} of {len(pairs)} slots")
    counts: Counter[str] = Counter()
    for k, slot in enumerate("CDE"):
        labels = [(s.acquired_at, row[k]) for s, row in zip(series.scenes, rows, strict=True)]
        decided = [i for i, (_, mark) in enumerate(labels) if mark != "?"]
        left = [f for f in changes if f.place_id and f.place_id.endswith(slot)]
        brackets = [(labels[i], labels[j], j > i + 1) for i, j in pairwise(decided)]
        for (a, was), (b, now), _ in brackets:
            if was == now:
                continue
            to = Occupancy.OCCUPIED if now == "1" else Occupancy.FREE
            hit = next(
                (
                    f
                    for f in left
                    if f.why["to"] == to and f.start_earliest < b and f.start_latest > a  # type: ignore[operator]
                ),
                None,
            )
            counts["right" if hit else "missed"] += 1
            if hit:
                left.remove(hit)
            else:
                print(f"  missed: slot {slot} {was} to {now}, {a:%Y-%m-%d} to {b:%Y-%m-%d}")
        for f in left:
            assert f.start_latest is not None
            inside = [w for (a, _), (b, _), w in brackets if a < f.start_latest <= b]
            counts["undecided" if any(inside) or not inside else "false"] += 1
            if inside and not any(inside):
                print(f"  false: {f.text}")
    right, false, missed = counts["right"], counts["false"], counts["missed"]
    print(
        f"second eye, {edge_m} m: {right + missed} changes at 3 slots; right {right}, missed "
        f"{missed}, false {false}, not decided {counts['undecided']}; precision "
        f"{right / (right + false):.3f} ({_interval(right, right + false)}), recall "
        f"{right / (right + missed):.3f} ({_interval(right, right + missed)})"
    )


def _mark(slot: str, ships: str, edge_m: int) -> str:
    """Return 1 for a slot that is taken, 0 for a free one, ? where the ship may lie in the next."""
    low, high = SLOTS[slot]
    inside = [min(x - low, high - x) for x in map(int, filter(None, ships.split(",")))]
    if any(d >= edge_m for d in inside):
        return "1"
    return "?" if any(d > -edge_m for d in inside) else "0"


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
