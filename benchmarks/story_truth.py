"""What the Tartus story should make the monitor say: the acceptance scenario, as expectations.

Instants come from the project's timeline of published reports, read from its file by event id, and
from what was drawn where the press gives no hour (`monitor.demo.story`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from benchmarks.data import shared
from monitor.demo.story import SPARTA, SPARTA_II, STAYS, Hull
from monitor.domain.finding import Basis, Finding, FindingKind
from monitor.domain.window import parse_utc

Interval = tuple[datetime, datetime]
Check = tuple[str, bool]
MOLE_1 = ("tartus.berth.naval_s_w", "tartus.berth.b1_n")
"""Berths on either side of Mole 1: no report says which side."""
APRON = "tartus.apron.mole1"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One thing that must be told, and when it was true."""

    step: str
    what: str
    kind: FindingKind
    or_kind: FindingKind | None = None
    """Said in other words that come to the same."""
    truth: Interval
    """What is published."""
    source: str
    """Events of the timeline, or what else the truth rests on."""
    hull: Hull | None = None
    basis: Basis | None = None
    edge: Literal["start", "end"] = "start"
    places: tuple[str, ...] = ()
    drawn: datetime | None = None
    """When it happened in the demo, where it was drawn by the minute: the found interval must
    hold it."""
    says: Mapping[str, str] | None = None
    """Values `why` must hold."""

    def fits(self, finding: Finding) -> bool:
        """Return whether a finding makes this claim, whatever time it gives."""
        return (
            finding.kind in (self.kind, self.or_kind)
            and (self.hull is None or finding.subject.imo == self.hull.imo)
            and (self.basis is None or finding.basis is self.basis)
            and (not self.places or (finding.place_id or "").startswith(self.places))
            and all(finding.why.get(k) == v for k, v in (self.says or {}).items())
        )


@cache
def _events() -> dict[str, str]:
    path: Path = shared("facts", "timeline.csv")
    with path.open(newline="", encoding="utf-8") as handle:
        return {row["event_id"]: row["date_utc"] for row in csv.DictReader(handle)}


def event(name: str) -> Interval:
    """Return when a published event was: a minute where one is given, else the whole day."""
    text = _events()[name]
    at = parse_utc(text.removesuffix("Z"))
    whole_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
    return at, at + timedelta(days=1) if whole_day else at


def between(first: str, last: str) -> Interval:
    """Return the time from the beginning of one event to the end of another."""
    return event(first)[0], event(last)[1]


def stay(hull: Hull) -> tuple[datetime, datetime]:
    """Return when a hull is drawn alongside."""
    (found,) = (s for s in STAYS if s.hull is hull)
    return found.start, found.end


def expected() -> Iterator[Expected]:
    """Yield every expectation of steps 1 to 7, in order."""
    kind, ais, image = FindingKind, Basis.AIS, Basis.IMAGE
    yield Expected(
        step="1",
        what="SPARTA waits off the port",
        kind=kind.WAITING,
        hull=SPARTA,
        truth=event("E024"),
        source="E024",
        drawn=parse_utc("2025-01-05T06:00"),
    )
    yield Expected(
        step="1",
        what="until she is let in",
        kind=kind.WAITING,
        hull=SPARTA,
        edge="end",
        truth=(event("E041")[0], event("E043")[1] + timedelta(days=1)),
        source="E041 E043",
    )
    yield Expected(
        step="1",
        what="SPARTA II waits",
        kind=kind.WAITING,
        hull=SPARTA_II,
        truth=(parse_utc("2025-01-08"), event("E036")[1]),
        source="K2, E036",
    )
    yield Expected(
        step="1",
        what="until she is let in",
        kind=kind.WAITING,
        hull=SPARTA_II,
        edge="end",
        truth=(event("E041")[0], event("E042")[1]),
        source="E041 E042",
    )
    yield Expected(
        step="1",
        what="SPARTA goes out past 12 nmi",
        kind=kind.CROSSED_12_NM,
        hull=SPARTA,
        truth=event("E032"),
        source="E032",
        says={"direction": "outward"},
    )
    yield Expected(
        step="2",
        what="no AIS from SPARTA",
        kind=kind.NO_AIS_RECEIVED,
        hull=SPARTA,
        truth=event("E021"),
        source="E021",
        drawn=event("E021")[0],
    )
    yield Expected(
        step="2",
        what="until she is heard again",
        kind=kind.NO_AIS_RECEIVED,
        hull=SPARTA,
        edge="end",
        truth=event("E022"),
        source="E022",
        drawn=event("E022")[0],
    )
    yield Expected(
        step="3",
        what="SPARTA II enters the port",
        kind=kind.ARRIVED,
        hull=SPARTA_II,
        basis=ais,
        truth=event("E042"),
        source="E042",
        drawn=event("E042")[0],
    )
    yield Expected(
        step="3",
        what="SPARTA enters the port",
        kind=kind.ARRIVED,
        hull=SPARTA,
        basis=ais,
        truth=(event("E043")[0], event("E043")[1] + timedelta(days=1)),
        source="E043",
        drawn=parse_utc("2025-01-22T00:30"),
    )
    for hull in (SPARTA_II, SPARTA):
        yield Expected(
            step="3",
            what=f"{hull.name}'s AIS off in port",
            kind=kind.NO_AIS_RECEIVED,
            hull=hull,
            truth=(event("E042")[0], event("E044")[1]),
            source="E042-E044",
        )
    for hull in (SPARTA_II, SPARTA):
        (berth,) = (s.berth_id for s in STAYS if s.hull is hull)
        yield Expected(
            step="4",
            what=f"hull without AIS at {berth.removeprefix('tartus.berth.')}",
            kind=kind.OCCUPIED_WITHOUT_AIS,
            basis=image,
            places=(berth,),
            truth=(event("E042")[0], event("E044")[1]),
            source="E042-E044",
            drawn=stay(hull)[0],
        )
        left = ("E046", "E048") if hull is SPARTA_II else ("E049", "E056")
        yield Expected(
            step="4",
            what="until it is gone",
            kind=kind.OCCUPIED_WITHOUT_AIS,
            basis=image,
            places=(berth,),
            edge="end",
            truth=between(*left),
            source=" ".join(left),
            drawn=stay(hull)[1],
        )
    yield from _aprons()
    yield Expected(
        step="6",
        what="SPARTA II left, by image",
        kind=kind.DEPARTED,
        hull=SPARTA_II,
        basis=image,
        truth=between("E046", "E048"),
        source="E046 E048",
        drawn=stay(SPARTA_II)[1],
    )
    yield Expected(
        step="6",
        what="SPARTA II left, by AIS",
        kind=kind.DEPARTED,
        hull=SPARTA_II,
        basis=ais,
        truth=event("E051"),
        source="E051 E052",
        drawn=stay(SPARTA_II)[1],
    )
    yield Expected(
        step="7",
        what="SPARTA II heard south of Cyprus",
        kind=kind.AIS_RESUMED,
        hull=SPARTA_II,
        truth=event("E052"),
        source="E052",
        drawn=parse_utc("2025-01-28T05:34"),
    )
    yield Expected(
        step="7",
        what="SPARTA left, by image",
        kind=kind.DEPARTED,
        hull=SPARTA,
        basis=image,
        truth=(parse_utc("2025-01-27T15:00"), parse_utc("2025-01-28T06:00")),
        source="K7, E058",
        drawn=stay(SPARTA)[1],
    )


def _aprons() -> Iterator[Expected]:
    filled, cleared = FindingKind.APRON_FILLED, FindingKind.APRON_CLEARED
    changed = FindingKind.APRON_CHANGED
    for what, kind, or_kind, truth, source in (
        ("ground covered on Mole 1, by 15 Dec", filled, None, ("E008", "E015"), "E008 E015"),
        ("other ground on 27 Jan (containers)", filled, changed, ("E046", "E049"), "E046 E049"),
        ("bare on 29 Jan", cleared, None, ("E049", "E056"), "E049 E056"),
    ):
        yield Expected(
            step="5", what=what, kind=kind, or_kind=or_kind, places=(APRON,),
            truth=between(*truth), source=source, basis=Basis.IMAGE,
        )  # fmt: skip
