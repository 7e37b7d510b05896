"""What is to be expected over each port: the passes of the past, those to come, and what they mean
for questions still open.

It joins the next looks, the reach of silent ships and the missing scenes for the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import shapely
from shapely.geometry.base import BaseGeometry

from monitor.detect.next_look import NextLook, NextLookCriteria, Pass, next_looks, passes_over
from monitor.detect.reach import (
    Reach,
    ReachCriteria,
    look_json,
    max_speed,
    reach_of,
    top_speed,
    usable_looks,
)
from monitor.detect.scene_rules import missing_scene_findings
from monitor.detect.tracks import Tracks
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Scene
from monitor.domain.vessel import Register
from monitor.domain.visit import Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookCriteria:
    """Thresholds of what is to be expected."""

    look: NextLookCriteria = field(default_factory=NextLookCriteria)
    reach: ReachCriteria = field(default_factory=ReachCriteria)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Passes and looks of every port of the gazetteer, as of one instant."""

    as_of: datetime
    gazetteer: Gazetteer
    passes: Mapping[str, tuple[Pass, ...]]
    """Past passes by port."""
    looks: Mapping[str, tuple[NextLook, ...]]
    """Passes to come by port, by time."""
    criteria: OutlookCriteria

    def missing_scenes(self) -> list[Finding]:
        """Return what should have been seen of each port and was not."""
        return [
            finding
            for port, passes in self.passes.items()
            for finding in missing_scene_findings(
                passes,
                self.gazetteer.port_place(port).id,
                as_of=self.as_of,
                criteria=self.criteria.look,
            )
        ]

    def reach_of(
        self, silence: Silence, tracks: Tracks, register: Register
    ) -> tuple[Reach, str] | None:
        """Return what an open silence leaves possible, and the port's name; None where no port is.

        Asked of the port she was last heard in, else of the nearest.
        """
        if silence.after is not None or not self.looks:
            return None
        before = silence.before
        port = (silence.place_id or "").partition(".")[0]
        if port not in self.looks:
            here = shapely.Point(before.lon, before.lat)
            port = min(self.looks, key=lambda p: (self.gazetteer.port_area(p).distance(here), p))
        top = top_speed(
            tracks,
            register.leader(silence.mmsi),
            before_ms=before.time_ms,
            criteria=self.criteria.reach,
        )
        ship_type = register.identity(silence.mmsi).ship_type
        reach = reach_of(
            before,
            port,
            self.gazetteer,
            in_port=silence.place_id is not None,
            max_kn=max_speed(top, ship_type, criteria=self.criteria.reach),
            top_heard_kn=top,
            looks=self.looks[port],
            as_of=self.as_of,
        )
        return reach, self.gazetteer.port_place(port).short_name

    def with_next_look(self, findings: Iterable[Finding]) -> list[Finding]:
        """Add to each open finding of a hull without AIS which passes could show her next."""
        return [self._with_next_look(f) for f in findings]

    def _with_next_look(self, finding: Finding) -> Finding:
        port = (finding.place_id or "").partition(".")[0]
        if (
            finding.kind is not FindingKind.OCCUPIED_WITHOUT_AIS
            or finding.status is not Status.OPEN
            or port not in self.looks
        ):
            return finding
        seen = max((e.at for e in finding.evidence if e.kind == "scene" and e.at), default=None)
        after = seen or finding.learned_at
        looks = [look_json(n) for n in usable_looks(self.looks[port], after=after)]
        return replace(finding, why={**finding.why, "next_look": looks})


def outlook_of(
    scenes: tuple[Scene, ...],
    gazetteer: Gazetteer,
    *,
    as_of: datetime,
    criteria: OutlookCriteria,
) -> Outlook:
    """Return what is to be expected over every port of a gazetteer.

    Args:
        scenes: Every scene that had been published by `as_of`, in any order.
        gazetteer: The places.
        as_of: Now.
        criteria: Thresholds.
    """
    passes = {
        port: passes_over(scenes, _looked_at(gazetteer, port), criteria=criteria.look)
        for port in gazetteer.ports
    }
    looks = {
        port: next_looks(found, as_of=as_of, criteria=criteria.look)
        for port, found in passes.items()
    }
    return Outlook(as_of=as_of, gazetteer=gazetteer, passes=passes, looks=looks, criteria=criteria)


def _looked_at(gazetteer: Gazetteer, port: str) -> BaseGeometry:
    """Return what a pass must show of a port: its berths, of which the questions are asked.

    An archive of chips holds the pixels round the berths and not the whole roads.
    """
    berths = [p.geometry for p in gazetteer.berths if p.port == port]
    return shapely.union_all(berths) if berths else gazetteer.port_area(port)
