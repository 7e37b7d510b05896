"""The demo's findings against the published story, step by step, misses included.

    python -m benchmarks story_score
    python -m benchmarks.story_score --store demo-output --swap swap-output --write docs/story.md

Without `--store` the demo is run first, plain and with `--swap`: about three minutes each. Every
finding is taken from the store; none is told where to look.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.story_truth import APRON, Expected, Interval, event, expected
from monitor.demo.story import SPARTA, SPARTA_II
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status
from monitor.domain.window import parse_utc
from monitor.store.derived import load_berth_states, load_findings
from monitor.store.engine import open_store
from monitor.store.lives import Revision, load_revisions

ROUGH = "rendered_s1a_20250105T153347_r014"
TRUTH = Path(__file__).parents[1] / "tests" / "demo" / "truth.json"
MOVES = (
    FindingKind.ARRIVED, FindingKind.DEPARTED, FindingKind.BERTHED, FindingKind.UNBERTHED,
)  # fmt: skip
AT_BERTHS = (
    FindingKind.OCCUPIED_WITHOUT_AIS, FindingKind.BERTH_STATE_CHANGED,
    FindingKind.AIS_WITHOUT_SHIP, FindingKind.UNUSUAL_OCCUPANCY,
)  # fmt: skip
TRUE_MOVES = {
    (FindingKind.ARRIVED, SPARTA.imo, Basis.AIS), (FindingKind.ARRIVED, SPARTA_II.imo, Basis.AIS),
    (FindingKind.DEPARTED, SPARTA.imo, Basis.AIS), (FindingKind.DEPARTED, SPARTA.imo, Basis.IMAGE),
    (FindingKind.DEPARTED, SPARTA_II.imo, Basis.AIS),
    (FindingKind.DEPARTED, SPARTA_II.imo, Basis.IMAGE),
}  # fmt: skip
"""Once in by AIS and once out by each sensor: the comings and goings of listed ships."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    step: str
    what: str
    truth: str
    found: str
    overlap: str = "-"
    delay: str = "-"
    confidence: str = "-"
    verdict: str
    """`right`, `wrong`, `missing`, with what is wrong."""

    def cells(self) -> tuple[str, ...]:
        """Return the cells in the order of `HEAD`."""
        return (
            self.step, self.what, self.truth, self.found, self.overlap, self.delay,
            self.confidence, self.verdict,
        )  # fmt: skip


HEAD = ("step", "claim", "truth (UTC)", "found (UTC)", "overlap", "told after", "sure", "verdict")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a store holds."""

    findings: tuple[Finding, ...]
    revisions: dict[str, tuple[Revision, ...]]
    looks: tuple[BerthState, ...]

    @classmethod
    def of(cls, folder: Path) -> Told:
        """Read the store of a demo's output folder."""
        store = open_store(folder / "monitor.db")
        try:
            with store.read() as connection:
                findings = load_findings(connection)
                return cls(
                    findings=tuple(sorted(findings, key=lambda f: f.id)),
                    revisions={f.id: load_revisions(connection, f.id) for f in findings},
                    looks=load_berth_states(connection, available_by=datetime.max.replace(
                        tzinfo=findings[0].learned_at.tzinfo)),
                )  # fmt: skip
        finally:
            store.close()

    @property
    def live(self) -> tuple[Finding, ...]:
        """Findings that are claimed in the end."""
        return tuple(f for f in self.findings if f.status in (Status.OPEN, Status.CLOSED))


def score(told: Told) -> list[Row]:
    """Return a row for each expectation of steps 1 to 7, then what must not be told."""
    rows, used = [], set[str]()
    for one in expected():
        # Two changes of the same ground are two findings: none is counted for both.
        free = [f for f in told.live if one.step != "5" or f.id not in used]
        row, finding = _row(one, free)
        rows.append(row)
        used |= {finding.id} if finding else set()
    return [*rows, *_areas(told), *_side_by_side(told), _false_moves("all", told), _rough_sea(told)]


def _row(one: Expected, findings: Iterable[Finding]) -> tuple[Row, Finding | None]:
    fits = [f for f in findings if one.fits(f)]
    step, truth = one.step, f"{span(one.truth)} ({one.source})"
    if not fits:
        return Row(step=step, what=one.what, truth=truth, found="-", verdict="missing"), None
    best = min(fits, key=lambda f: (*_distance(_interval(f, one.edge), one.truth), f.id))
    found = _interval(best, one.edge)
    wrong = [f"not {name}" for name, holds in _checks(one, best) if not holds]
    if _apart(found, one.truth):
        wrong.append("another time")
    elif one.drawn is not None and not _holds(found, one.drawn):
        wrong.append(f"drawn at {one.drawn:%d %b %H:%M}")
    start, end = best.start_latest or best.learned_at, best.end_latest
    shown = start if one.edge == "start" or end is None else end
    row = Row(
        step=step,
        what=one.what,
        truth=truth,
        found=span(found),
        overlap=_overlap(found, one.truth),
        delay=hours(best.learned_at - shown) if one.edge == "start" else "-",
        confidence=best.confidence,
        verdict=f"wrong: {', '.join(wrong)}" if wrong else "right",
    )
    return row, best


def _checks(one: Expected, finding: Finding) -> Iterator[tuple[str, bool]]:
    """Yield what a finding must say beside its time."""
    why, scenes = finding.why, {e.at.date() for e in finding.evidence if e.kind == "scene" and e.at}
    if one.kind is FindingKind.WAITING:
        low, high = (16, 17) if one.hull is SPARTA else (8, 13)
        yield f"{low}-{high} days", low <= why["days_waited"] <= high
    if one.kind is FindingKind.NO_AIS_RECEIVED:
        yield "with coverage", any(e.kind == "coverage" for e in finding.evidence)
        yield "without a guess at the cause", "switched" not in finding.text
    if one.kind is FindingKind.OCCUPIED_WITHOUT_AIS:
        named = {c["imo"] for c in why["candidates"]}
        yield "naming both hulls that fit", {SPARTA.imo, SPARTA_II.imo} <= named
        seen = {d.day for d in scenes if (d.year, d.month) == (2025, 1)}
        yield "by radar on 22 and 23 January", {22, 23} <= seen
        yield "by an optical image on 24 or 25 January", bool(seen & {24, 25})


def _areas(told: Told) -> Iterator[Row]:
    """Yield whether the covered ground of Mole 1's end was largest by 6 January and less on 25."""
    own = [
        f for f in told.live if f.kind is FindingKind.APRON_FILLED and f.place_id == f"{APRON}_end"
    ]
    looks = [(parse_utc(a["at"].removesuffix("Z")), a["m2"]) for f in own for a in f.why["area"]]
    peak, top = max(looks, key=lambda a: a[1], default=(None, 0))
    on_25 = [m2 for at, m2 in looks if at.date() == event("E046")[0].date()]
    yield Row(
        step="5",
        what="most of it on 6 Jan",
        truth=f"{span(event('E028'))} (E028)",
        found=f"{top:,} m², {peak:%d %b %H:%M}" if peak else "-",
        verdict="missing" if not peak else "right" if _on(peak, "E028") else "wrong",
    )
    less = bool(on_25) and max(on_25) < top
    yield Row(
        step="5",
        what="less on 25 Jan",
        truth=f"{span(event('E046'))} (E046)",
        found=f"{max(on_25):,} m²" if on_25 else "-",
        verdict="right" if less else "wrong" if on_25 else "missing",
    )


def _on(at: datetime, name: str) -> bool:
    first, last = event(name)
    return first <= at < last


def _side_by_side(told: Told) -> Iterator[Row]:
    """Yield whether each departure names what the other sensor says of it."""
    for hull in (SPARTA_II, SPARTA):
        own = [f for f in told.live if f.kind is FindingKind.DEPARTED and f.subject.imo == hull.imo]
        said = {f.basis: {b["basis"] for b in f.why.get("beside", ())} for f in own}
        both = said.get(Basis.IMAGE) == {"ais"} and said.get(Basis.AIS) == {"image"}
        yield Row(
            step="6",
            what=f"{hull.name}'s two departures side by side",
            truth="each names the other (K6 K7)",
            found=f"{sum(bool(v) for v in said.values())} of {len(own)} do",
            verdict="right" if both else "wrong",
        )


def _false_moves(step: str, told: Told) -> Row:
    """Count comings and goings of listed ships that did not happen, told at any time."""
    ever = [f for f in told.findings if f.kind in MOVES and f.severity is not Severity.INFO]
    false = [f for f in ever if (f.kind, f.subject.imo, f.basis) not in TRUE_MOVES]
    keys = [(f.kind, f.subject.imo, f.basis) for f in ever if f.status is not Status.RETRACTED]
    twice = len(keys) - len(set(keys))
    back = sum(f.status is Status.RETRACTED for f in ever)
    return Row(
        step=step,
        what="false arrivals and departures of listed ships, also those taken back",
        truth="0",
        found=f"{len(false)} false, {twice} told twice, {back} taken back",
        verdict="right" if not false and not twice else "wrong",
    )


def _rough_sea(told: Told) -> Row:
    """What the pass over rough sea raised about berths, and what it says of them."""
    scenes = json.loads(TRUTH.read_text(encoding="utf-8"))["scenes"]
    raised = [
        f for f in told.findings if f.kind in AT_BERTHS and ROUGH in {e.ref for e in f.evidence}
    ]
    false = [f for f in raised if f.severity is not Severity.INFO or not _as_drawn(f, scenes)]
    own = [s for s in told.looks if s.scene_id == ROUGH and s.state is not Occupancy.UNOBSERVED]
    wrong = sum(
        (s.state is Occupancy.OCCUPIED) != (s.berth_id in scenes[ROUGH]["berths"]) for s in own
    )
    true = len(raised) - len(false)
    return Row(
        step="all",
        what="the pass over rough sea, 5 Jan 15:33",
        truth="raises nothing about berths",
        found=f"{len(false)} false or loud findings; {true} true changes at commercial berths "
        f"rest on it; {wrong} of {len(own)} looks wrong",
        verdict="right" if not false and not wrong else "wrong",
    )


def _as_drawn(finding: Finding, scenes: dict[str, Any]) -> bool:
    """Whether every image a finding rests on is said to show what was drawn in it."""
    return all(
        (" occupied" in e.note) == (finding.place_id in scenes[e.ref]["berths"])
        for e in finding.evidence
        if e.kind == "scene"
    )


def score_swap(told: Told) -> list[Row]:
    """Return step 8: the run in which two ships' static data are exchanged."""
    conflicts = [f for f in told.live if f.kind is FindingKind.IDENTITY_CONFLICT]
    about = {f.subject.mmsi for f in conflicts if f.severity.rank >= Severity.WARNING.rank}
    first = min((f.learned_at for f in conflicts), default=None)
    began = min((f.start_earliest for f in conflicts if f.start_earliest), default=None)
    both = {SPARTA.mmsi, SPARTA_II.mmsi} <= about
    return [
        Row(
            step="8",
            what="identity conflict for both ships that swap",
            truth="2025-01-05 to 2025-01-13 (K2)",
            found=f"{len(conflicts)} conflicts, first from "
            + (f"{began:%d %b %H:%M}" if began else "-"),
            overlap="-",
            delay=hours(first - began) if first and began else "-",
            confidence=conflicts[0].confidence if conflicts else "-",
            verdict="right" if both else "missing" if not conflicts else "wrong",
        ),
        _false_moves("8", told),
        *(
            Row(
                step="8", what=f"with the swap: {row.what}", truth=row.truth, found=row.found,
                overlap=row.overlap, delay=row.delay, confidence=row.confidence,
                verdict=row.verdict,
            )
            for row in score(told)
            if row.step in ("1", "3", "6", "7") and row.verdict != "right"
        ),
    ]  # fmt: skip


def _interval(finding: Finding, edge: str) -> tuple[datetime | None, datetime | None]:
    if edge == "start":
        return finding.start_earliest, finding.start_latest
    return finding.end_earliest, finding.end_latest


def _apart(found: tuple[datetime | None, datetime | None], truth: Interval) -> timedelta:
    """Return the time between two intervals; nothing where they meet. An open side is without
    bound, an end that is not known yet meets nothing."""
    earliest, latest = found
    if earliest is None and latest is None:
        return timedelta.max
    early = truth[0] - latest if latest is not None else timedelta(0)
    late = earliest - truth[1] if earliest is not None else timedelta(0)
    return max(early, late, timedelta(0))


def _distance(
    found: tuple[datetime | None, datetime | None], truth: Interval
) -> tuple[timedelta, timedelta]:
    """Return the time between two intervals, then how far their ends are from each other."""
    end = abs(found[1] - truth[1]) if found[1] is not None else timedelta.max
    return _apart(found, truth), end


def _holds(found: tuple[datetime | None, datetime | None], at: datetime) -> bool:
    """Whether an instant lies in an interval, to the 20 minutes the story rounds to."""
    slack = timedelta(minutes=20)
    return not _apart(found, (at - slack, at + slack))


def _overlap(found: tuple[datetime | None, datetime | None], truth: Interval) -> str:
    """Say how two intervals meet."""
    if _apart(found, truth):
        return "none"
    inside = found[0] is not None and found[1] is not None
    if inside and truth[0] <= found[0] and found[1] <= truth[1]:  # type: ignore[operator]
        return "inside"
    around = (found[0] is None or found[0] <= truth[0]) and (
        found[1] is None or found[1] >= truth[1]
    )
    word = "around" if around else "partly"
    late = found[1] - truth[1] if found[1] is not None else timedelta(0)
    return f"{word}, to {hours(late)} later" if late > timedelta(days=1) else word


def span(interval: tuple[datetime | None, datetime | None]) -> str:
    """Return an interval to the minute; one instant once."""
    earliest, latest = interval
    if earliest == latest:
        return f"{earliest:%d %b %H:%M}" if earliest else "not yet"
    return " to ".join(f"{t:%d %b %H:%M}" if t else "?" for t in (earliest, latest))


def hours(took: timedelta) -> str:
    """Return a delay in words short enough for a table."""
    minutes = round(took / timedelta(minutes=1))
    if minutes >= 48 * 60:
        return f"{minutes / 1440:.1f} d"
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def table(rows: Sequence[Row]) -> list[str]:
    """Return the rows as a Markdown table."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in rows)]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def page(rows: Sequence[Row]) -> str:
    """Return docs/story.md."""
    right = sum(row.verdict == "right" for row in rows)
    lines = (f"{right} of {len(rows)} lines are right.", "", *table(rows))
    return _INTRODUCTION + "\n".join(lines) + "\n"


_INTRODUCTION = """# The Tartus story, scored

What the demo finds against what was published, line by line. The AIS rows are rebuilt from these
very reports and the scenes are drawn (docs/demo.md): this shows that the monitor reads its evidence
rightly, not how well it would have read real sensors. Made by

```
python -m benchmarks.story_score --write docs/story.md
```

**Truth** is the published event, by its number in the timeline (a day where only a day is known).
**Found** is the finding's own interval: what it could not have been before and after. **Overlap**:
`inside` the truth, `around` it (wider), `partly`, or `none`, and by how much its end is later.
**Told after**: from the end of the found interval until the evidence had reached the monitor. A
line is right if the intervals meet, the found one holds the instant that was drawn, and the finding
says what it must: days waited, coverage beside a silence, both hulls that fit and the passes that
saw them. `?` is an open bound. Lines of step 8 are of a second run, `monitor demo --swap`.

"""


def demo(folder: Path, *options: str) -> Told:
    """Run the demo into a folder and return what it told."""
    subprocess.run(
        [sys.executable, "-m", "monitor", "demo", *options, "--out", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return Told.of(folder)


def main(asked: argparse.Namespace | None = None) -> None:
    """Print the table, or write docs/story.md."""
    with tempfile.TemporaryDirectory() as scratch:
        store = asked.store if asked else None
        swap = asked.swap if asked else None
        plain = Told.of(store) if store else demo(Path(scratch) / "plain")
        mixed = Told.of(swap) if swap else demo(Path(scratch) / "swap", "--swap")
    rows = [*score(plain), *score_swap(mixed)]
    if asked and asked.write:
        asked.write.write_text(page(rows), encoding="utf-8")
    for line in table(rows):
        print(line)
    print(f"{sum(row.verdict == 'right' for row in rows)} of {len(rows)} right")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.story_score")
    parser.add_argument("--store", type=Path, help="output folder of a demo")
    parser.add_argument("--swap", type=Path, help="output folder of a demo --swap")
    parser.add_argument("--write", type=Path, help="file to write the page to")
    main(parser.parse_args())
