"""The berth plan: quay metres against time, what AIS and what images said drawn together. Pure.

Downwards: the watched ships, then every quay with its berths to scale, then the aprons. To the
right: time, UTC. Solid is observed and dashed inferred; a change that happened somewhere between
two looks is an interval, never a point; what was not observed is hatched grey.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import shapely
from shapely.geometry import LineString

from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.berth_cell import BerthCell, Verdict
from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.sighting import Sighting
from monitor.domain.vessel import Register
from monitor.domain.visit import Silence, Visit
from monitor.domain.window import Edge, TimeWindow, from_ms
from monitor.report.drawing import Box, Drawing, Line, Mark, Words
from monitor.report.summary import STALE_AFTER
from monitor.report.visual import look_class, span_class
from monitor.report.words import (
    finding_text,
    local_text,
    minute_text,
    plain,
    ship_name,
    short_place_name,
    span_text,
)

_LEFT, _RIGHT, _TOP = 244.0, 24.0, 78.0
_SHIP_LANE, _APRON_LANE = 20.0, 14.0
_PX_PER_M = 0.12
_LANE_LEAST = 15.0
_DAY_PX = (3.0, 60.0)
"""Narrowest and widest day."""
_ROOM_PX = 1000.0
"""Width the days are fitted into where their limits allow."""
_LOOK_PX = 3.0
_LEAST_CONFIDENCE = 0.5
"""Hulls less likely than this are left to ships.geojson."""
_NAME_PX = 6.2
"""Width of a letter of a ship's name, about."""
_TAKEN = frozenset({Verdict.CONFIRMED, Verdict.OCCUPIED_WITHOUT_AIS, Verdict.OCCUPIED_AIS_UNKNOWN})
_WITHDRAWN = frozenset({Status.RETRACTED, Status.VOID})
_PINNED = frozenset(FindingKind) - {
    FindingKind.BERTH_STATE_CHANGED,
    FindingKind.DESTINATION_CHANGED,
    FindingKind.EXPECTED_SCENE_MISSING,
    FindingKind.FEED_SILENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """All that a berth plan shows."""

    title: str
    as_of: datetime
    window: TimeWindow
    """What is shown; what reaches beyond it is cut."""
    gazetteer: Gazetteer
    register: Register
    visits: tuple[Visit, ...] = ()
    silences: tuple[Silence, ...] = ()
    cells: tuple[BerthCell, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    apron_states: tuple[ApronState, ...] = ()
    findings: tuple[Finding, ...] = ()
    zone: str = "UTC"
    key_area_id: str | None = None
    """The place whose quays come first, as in `tartus.basin.naval`."""
    findings_page: str = ""
    """Where a pin leads: a page with an anchor for each finding; "" for the plan's own page."""
    stale_after: timedelta = STALE_AFTER
    """Two looks further apart than this say nothing about the time between them."""


def berth_plan(view: PlanView) -> Drawing:
    """Return the plan of a view; its size follows from the port and the days shown."""
    far = from_ms(0)
    ordered = replace(
        view,
        visits=tuple(sorted(view.visits, key=lambda v: (v.anchor_ms, v.mmsi, v.place_id, v.part))),
        silences=tuple(sorted(view.silences, key=lambda s: (s.before.time_ms, s.mmsi))),
        cells=tuple(
            sorted(
                view.cells, key=lambda c: (c.image.acquired_at, c.image.scene_id, c.image.berth_id)
            )
        ),
        sightings=tuple(
            sorted(view.sightings, key=lambda s: (s.acquired_at, s.scene_id, s.outline_wkt))
        ),
        findings=tuple(
            sorted(view.findings, key=lambda f: (f.start_latest or f.start_earliest or far, f.id))
        ),
    )
    return _Plan(ordered).drawing()


@dataclass
class _Plan:
    view: PlanView
    marks: list[Mark] = field(default_factory=list)
    pins: list[Mark] = field(default_factory=list)
    y: float = _TOP

    def drawing(self) -> Drawing:
        view = self.view
        days = (view.window.end - view.window.start) / timedelta(days=1)
        self.day_px = min(max(_ROOM_PX / days, _DAY_PX[0]), _DAY_PX[1])
        self.width = max(_LEFT + days * self.day_px + _RIGHT, 760.0)
        self.end_x = _LEFT + days * self.day_px
        self.findings = _by_place(view.findings)
        self._passes()
        self._ships()
        for quay, berths in _quays(view.gazetteer, view.key_area_id):
            self._quay(quay, berths)
        self._aprons()
        bottom = self.y
        self._legend()
        behind: list[Mark] = [
            Box(x=0, y=0, width=self.width, height=self.y, style="page"),
            Words(x=16, y=26, text=f"Berth plan: {plain(view.title)}", style="title"),
            Words(
                x=16,
                y=43,
                text=f"{view.window.start:%d %b %Y} to {view.window.end:%d %b %Y}, "
                f"data as of {minute_text(view.as_of)} = {local_text(view.as_of, view.zone)}"
                + (". Demo: drawn scenes and rebuilt AIS" if self._is_demo() else ""),
                style="note",
            ),
        ]
        return Drawing(
            width=self.width,
            height=self.y,
            title=f"Berth plan, {plain(view.title)}, {view.window.start:%d %b %Y} to "
            f"{view.window.end:%d %b %Y}: watched ships, berths by quay, aprons",
            marks=(*behind, *self._grid(bottom), *self.marks, *self.pins),
        )

    def _is_demo(self) -> bool:
        return any(c.image.rendered for c in self.view.cells)

    # Time

    def _x(self, at: datetime) -> float:
        days = (at - self.view.window.start) / timedelta(days=1)
        return min(max(_LEFT + days * self.day_px, _LEFT), self.end_x)

    def _shown(self, start: datetime, end: datetime) -> bool:
        return end >= self.view.window.start and start <= self.view.window.end

    def _grid(self, bottom: float) -> Iterator[Mark]:
        day = self.view.window.start.astimezone(UTC).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        dated = -100.0
        while day <= self.view.window.end:
            x = self._x(day)
            if day >= self.view.window.start and (day.day == 1 or day.weekday() == 0):
                month = day.day == 1
                yield Line(x1=x, y1=62, x2=x, y2=bottom, style="grid-month" if month else "grid")
                text = f"{day:%b %Y}" if month else f"{day:%d}"
                if x - dated > (48 if month else 22) and x < self.end_x - 14:
                    yield Words(x=x + 2, y=60, text=text, style="label" if month else "note")
                    dated = x + (30 if month else 0)
            day += timedelta(days=1)

    # Lanes

    def _heading(self, text: str, says: str = "") -> None:
        self.y += 8
        self.marks.append(Words(x=16, y=self.y + 12, text=text, style="heading", says=says))
        self.y += 18

    def _lane(self, name: str, height: float, says: str = "") -> float:
        y = self.y
        self.marks.append(Box(x=_LEFT, y=y, width=self.end_x - _LEFT, height=height, style="lane"))
        self.marks.append(
            Words(
                x=_LEFT - 6,
                y=y + height / 2 + 4,
                text=_short(name, 36),
                style="label",
                anchor="end",
                says=says or name,
            )
        )
        self.y += height + 2
        return y

    def _between(
        self, start: datetime, end: datetime, y: float, height: float, style: str, says: str
    ) -> None:
        """A solid bar over what was observed."""
        if end <= start or not self._shown(start, end):
            return
        x = self._x(start)
        width = max(self._x(end) - x, 1)
        self.marks.append(Box(x=x, y=y, width=width, height=height, style=style, says=says))

    def _inferred(
        self, start: datetime | None, end: datetime | None, y: float, style: str, says: str
    ) -> None:
        """A dashed line over an interval in which something began or ended."""
        if start is None or end is None or end <= start or not self._shown(start, end):
            return
        self.marks.append(
            Line(x1=self._x(start), y1=y, x2=self._x(end), y2=y, style=style, says=says)
        )

    def _stay(self, visit: Visit, y: float, height: float, style: str) -> None:
        name = ship_name(self.view.register.identity(visit.mmsi))
        where = short_place_name(self.view.gazetteer, visit.place_id)
        first, last = from_ms(visit.first.time_ms), from_ms(visit.last.time_ms)
        left = f"still there {minute_text(last)}" if visit.is_open else f"left {_edge(visit.end)}"
        says = f"{name} at {where}, by AIS: came {_edge(visit.start)}, {left}"
        self._between(first, last, y, height, style, says)
        middle = y + height / 2
        self._inferred(visit.start.earliest, first, middle, f"{style}-inferred", says)
        end = from_ms(visit.after.time_ms) if visit.after else self.view.as_of
        self._inferred(last, end, middle, f"{style}-inferred", says)

    # Passes

    def _passes(self) -> None:
        """When there was an image, and whether most berths could be judged in it."""
        seen: dict[tuple[datetime, str, str], list[bool]] = defaultdict(list)
        for cell in self.view.cells:
            look = cell.image
            key = (look.acquired_at, look.scene_id, look.sensor)
            seen[key].append(cell.verdict is not Verdict.NOT_OBSERVED)
        if not seen:
            return
        y = self._lane("Images", 11, "One mark an image; hatched where no berth could be judged")
        for (at, scene, sensor), usable in sorted(seen.items()):
            if not self._shown(at, at):
                continue
            self.marks.append(
                Box(
                    x=self._x(at) - 1.5,
                    y=y + 1,
                    width=_LOOK_PX,
                    height=9,
                    style="look-image" if any(usable) else "look-not-observed",
                    says=f"{minute_text(at)} · {plain(sensor)} · {plain(scene)} · "
                    f"{sum(usable)} of {len(usable)} berths judged",
                )
            )

    # Ships

    def _ships(self) -> None:
        view = self.view
        ships: dict[tuple[str, int], list[int]] = defaultdict(list)
        for mmsi, identity in sorted(view.register.identities.items()):
            if identity.watched:
                ships[(ship_name(identity), identity.imo or mmsi)].append(mmsi)
        calls = [v for v in view.visits if v.place_kind in ("port", "waiting_area", "anchorage")]
        rows = []
        for (name, _), mmsis in sorted(ships.items()):
            own = [v for v in calls if v.mmsi in mmsis]
            quiet = [s for s in view.silences if s.mmsi in mmsis]
            if own or quiet:
                rows.append((name, mmsis, own, quiet))
        if not rows:
            return
        self._heading("Watched ships", "By AIS: waiting outside, inside the port, not received")
        for name, mmsis, own, quiet in rows:
            identity = view.register.identity(mmsis[0])
            says = f"{name}, IMO {identity.imo}" if identity.imo else name
            y = self._lane(name, _SHIP_LANE, says)
            for visit in own:
                inside = visit.place_kind == "port"
                self._stay(visit, y + 4, 9, "ais" if inside else "wait")
            for silence in quiet:
                start = from_ms(silence.before.time_ms)
                end = from_ms(silence.after.time_ms) if silence.after else view.as_of
                self._inferred(
                    start,
                    end,
                    y + 17,
                    "silence",
                    f"No AIS received from {name} after {minute_text(start)}"
                    + (f" until {minute_text(end)}" if silence.after else "")
                    + f"; others received near there in {silence.near.fed} of "
                    f"{silence.near.hours} h",
                )
            keys = {f"imo:{identity.imo}", *(f"mmsi:{m}" for m in mmsis)}
            about = [
                f for f in view.findings if f.subject.key in keys and not self._is_berth(f.place_id)
            ]
            self._pin(about, y + 2)

    def _is_berth(self, place_id: str | None) -> bool:
        place = self.view.gazetteer.places.get(place_id or "")
        return place is not None and place.kind is PlaceKind.BERTH

    # Berths

    def _quay(self, quay: Place | None, berths: Sequence[tuple[Place, float, float]]) -> None:
        view = self.view
        name = plain(quay.short_name) if quay else "Berths without a quay line"
        self._heading(name, plain(quay.name) if quay else "")
        series: dict[str, list[BerthCell]] = defaultdict(list)
        for cell in view.cells:
            series[cell.image.berth_id].append(cell)
        for berth, start_m, end_m in berths:
            height = max((end_m - start_m) * _PX_PER_M, _LANE_LEAST)
            label = _slot(berth, quay) + (f" · {start_m:.0f}-{end_m:.0f} m" if quay else "")
            y = self._lane(label, height, plain(berth.name))
            own = sorted(
                series.get(berth.id, ()), key=lambda c: (c.image.acquired_at, c.image.scene_id)
            )
            self._looks(berth, own, y, height)
            for visit in view.visits:
                if visit.place_kind == "berth" and berth.id in (visit.place_id, *visit.covers):
                    self._stay(visit, y + height - 5, 4, "ais")
                    self._name(visit, y, height)
            for ship in view.sightings:
                sure = ship.confidence >= _LEAST_CONFIDENCE
                if sure and quay and ship.quay_id == quay.id and berth.id in ship.berth_ids:
                    self._hull(ship, y, height, start_m, end_m)
            self._pin(self.findings.get(berth.id, ()), y + 1)
            for finding in self.findings.get(berth.id, ()):
                self._fits(finding, y, height)

    def _looks(self, berth: Place, cells: Sequence[BerthCell], y: float, height: float) -> None:
        view = self.view
        usable = [c for c in cells if c.verdict is not Verdict.NOT_OBSERVED]
        begin, end = view.window.start, min(view.as_of, view.window.end)
        if not usable:
            self._between(begin, end, y, height, "not-observed", "No image could be judged")
        else:
            first, last = usable[0].image.acquired_at, usable[-1].image.acquired_at
            self._between(begin, first, y, height, "not-observed", "Before the first image")
            self._between(
                last,
                end,
                y,
                height,
                "not-observed",
                f"No image since {minute_text(last)} could be judged",
            )
        for a, b in pairwise(usable):
            self._span(a, b, y, height)
        for cell in cells:
            look, verdict = cell.image, cell.verdict
            if not self._shown(look.acquired_at, look.acquired_at):
                continue
            blind = verdict is Verdict.NOT_OBSERVED
            width = 1.5 if verdict is Verdict.FREE else _LOOK_PX
            said = verdict.value.replace("_", " ").replace("ais", "AIS")
            reason = f" ({plain(look.reason)})" if look.reason else ""
            self.marks.append(
                Box(
                    x=self._x(look.acquired_at) - width / 2,
                    y=y + (height / 3 if blind else 0),
                    width=width,
                    height=height / 3 if blind else height,
                    style=look_class(verdict),
                    says=f"{plain(berth.name)} · {minute_text(look.acquired_at)} · "
                    f"{plain(look.sensor)}: {said}{reason}; {cell.ais.coverage}",
                )
            )

    def _span(self, a: BerthCell, b: BerthCell, y: float, height: float) -> None:
        """What lies between two looks: inferred where they agree, an interval where not."""
        start, end = a.image.acquired_at, b.image.acquired_at
        between = f"between {minute_text(start)[:-4]} and {minute_text(end)}"
        if end - start > self.view.stale_after:
            self._between(start, end, y, height, "not-observed", f"Not observed {between}")
        elif (a.verdict in _TAKEN) != (b.verdict in _TAKEN):
            word = "Left" if a.verdict in _TAKEN else "Came"
            middle = y + height / 2
            self._inferred(start, end, middle, "changed-between", f"{word} {between}")
            if self._shown(start, end):
                for x in (self._x(start) + 2, self._x(end) - 2):
                    self.marks.append(Line(x1=x, y1=middle - 3, x2=x, y2=middle + 3, style="edge"))
        else:
            verdict = a.verdict if a.verdict is b.verdict else Verdict.CONFIRMED
            if a.verdict not in _TAKEN and a.verdict is not b.verdict:
                verdict = Verdict.FREE
            word = "Taken" if a.verdict in _TAKEN else "No ship"
            inset = height / 4
            self._between(
                start,
                end,
                y + inset,
                height - 2 * inset,
                span_class(verdict),
                f"{word} in both images, inferred {between}",
            )

    def _hull(self, ship: Sighting, y: float, height: float, start_m: float, end_m: float) -> None:
        if not self._shown(ship.acquired_at, ship.acquired_at):
            return
        assert ship.along_start_m is not None
        assert ship.along_end_m is not None
        scale = height / max(end_m - start_m, 1.0)
        low = min(max((ship.along_start_m - start_m) * scale, 0.0), height)
        high = min(max((ship.along_end_m - start_m) * scale, 0.0), height)
        if high - low < 1:
            return
        x = self._x(ship.acquired_at)
        self.marks.append(
            Line(
                x1=x,
                y1=y + low,
                x2=x,
                y2=y + high,
                style="hull",
                says=f"{minute_text(ship.acquired_at)} · a ship of "
                f"{ship.length_m:.0f} ± {ship.length_error_m:.0f} m, "
                f"{ship.along_start_m:.0f} to {ship.along_end_m:.0f} m along the quay",
            )
        )

    def _name(self, visit: Visit, y: float, height: float) -> None:
        name = ship_name(self.view.register.identity(visit.mmsi))
        start, end = from_ms(visit.first.time_ms), from_ms(visit.last.time_ms)
        if self._shown(start, end):
            text = _short(name, 24)
            x, late = self._x(start), self._x(start) + len(text) * _NAME_PX > self.end_x
            self.pins.append(
                Words(
                    x=self.end_x if late else x,
                    y=y + height - 7,
                    text=text,
                    style="name",
                    anchor="end" if late else "start",
                )
            )

    def _fits(self, finding: Finding, y: float, height: float) -> None:
        """Name beside a hull without AIS the watched ships that fit it."""
        if finding.kind is not FindingKind.OCCUPIED_WITHOUT_AIS or finding.status in _WITHDRAWN:
            return
        fitting = [c.get("name") for c in finding.why.get("candidates", ())]
        names = [plain(n) for n in fitting if isinstance(n, str) and n]
        end = finding.end_latest or self.view.as_of
        if names and self._shown(end, end):
            text = f"no AIS; fits {' or '.join(names)}"
            x, room = self._x(end) + 4, self.end_x - self._x(end)
            fitted = _short(text, 44)
            late = room < len(fitted) * _NAME_PX
            self.pins.append(
                Words(
                    x=self._x(finding.start_earliest or end) - 4 if late else x,
                    y=y + height / 2 + 4,
                    text=fitted,
                    style="name",
                    anchor="end" if late else "start",
                    says=text,
                )
            )

    # Findings

    def _pin(self, findings: Iterable[Finding], y: float) -> None:
        """A pin where each finding began, with the interval in which that was."""
        taken = -100.0
        for finding in findings:
            start = finding.start_latest or finding.start_earliest
            if start is None or not self._shown(start, start):
                continue
            retracted = finding.status in _WITHDRAWN
            early = finding.start_earliest
            says = (
                f"{finding_text(finding, self.view.gazetteer)} "
                f"[{finding.kind.value.replace('_', ' ')}, {finding.status}, "
                f"{span_text(early, finding.start_latest)}, confidence {finding.confidence}]"
            )
            x = self._x(start)
            if early is not None and start - early > timedelta(hours=3):
                self.pins.append(
                    Line(x1=self._x(early), y1=y + 3, x2=x, y2=y + 3, style="edge", says=says)
                )
            x = max(x, taken + 8)
            taken = x
            self.pins.append(
                Box(
                    x=x - 3.5,
                    y=y - 0.5,
                    width=7,
                    height=7,
                    style="pin-retracted" if retracted else f"pin-{finding.severity}",
                    round=3.5,
                    says=says,
                    link=f"{self.view.findings_page}#{finding.id}",
                )
            )

    # Aprons

    def _aprons(self) -> None:
        series: dict[str, list[ApronState]] = defaultdict(list)
        for state in self.view.apron_states:
            series[state.apron_id].append(state)
        if not series:
            return
        self._heading("Aprons", "Ground that looks unlike its own past; never a count of objects")
        most = max(
            [s.changed_m2 for s in self.view.apron_states if s.change is not ApronChange.UNOBSERVED]
            or [1.0]
        )
        for apron_id, states in sorted(series.items()):
            y = self._lane(short_place_name(self.view.gazetteer, apron_id), _APRON_LANE, apron_id)
            for state in sorted(states, key=lambda s: (s.acquired_at, s.scene_id)):
                self._apron_look(state, y, most)
            self._pin(self.findings.get(apron_id, ()), y)

    def _apron_look(self, state: ApronState, y: float, most: float) -> None:
        if not self._shown(state.acquired_at, state.acquired_at):
            return
        blind = state.change is ApronChange.UNOBSERVED
        style = _APRON_STYLES[state.change]
        area = 0.0 if blind else state.changed_m2
        height = _APRON_LANE if blind else 2 + (_APRON_LANE - 2) * (area / max(most, 1.0)) ** 0.5
        size = "" if blind else f", {area:,.0f} m²"
        reason = f" ({plain(state.reason)})" if state.reason else ""
        self.marks.append(
            Box(
                x=self._x(state.acquired_at) - _LOOK_PX / 2,
                y=y + _APRON_LANE - height,
                width=_LOOK_PX,
                height=height,
                style=style,
                says=f"{minute_text(state.acquired_at)} · {plain(state.sensor)}: "
                f"{state.change.value}{size}{reason}",
            )
        )

    # Legend

    def _legend(self) -> None:
        self.y += 18
        x, y = 16.0, self.y
        for style, text in _LEGEND:
            width = 18 + len(text) * 5.9 + 14
            if x + width > self.width - 10:
                x, y = 16.0, y + 18
            if style in _LEGEND_LINES:
                self.marks.append(Line(x1=x, y1=y + 5, x2=x + 14, y2=y + 5, style=style))
            else:
                self.marks.append(Box(x=x, y=y, width=14, height=10, style=style))
            self.marks.append(Words(x=x + 19, y=y + 9, text=text, style="note"))
            x += width
        self.y = y + 26


_APRON_STYLES = {
    ApronChange.NONE: "unchanged",
    ApronChange.FILLED: "filled",
    ApronChange.CLEARED: "cleared",
    ApronChange.CHANGED: "changed",
    ApronChange.UNOBSERVED: "look-not-observed",
}
_LEGEND = (
    ("look-confirmed", "ship, image and AIS agree"),
    ("look-occupied-without-ais", "ship in the image, no AIS received"),
    ("look-occupied-ais-unknown", "ship in the image, AIS unknown"),
    ("look-ais-without-ship", "AIS says ship, image shows none"),
    ("span-free", "free"),
    ("not-observed", "not observed"),
    ("ais", "in port or at the berth by AIS"),
    ("wait", "waiting outside by AIS"),
    ("silence", "no AIS received"),
    ("ais-inferred", "inferred, not watched"),
    ("changed-between", "changed somewhere between"),
    ("hull", "hull, metres along the quay"),
    ("filled", "apron filled"),
    ("cleared", "apron cleared"),
    ("pin-notice", "finding, with its interval"),
)
_LEGEND_LINES = frozenset({"silence", "ais-inferred", "changed-between", "hull"})


def _by_place(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.kind in _PINNED and finding.place_id:
            found[finding.place_id].append(finding)
    return found


def _quays(
    gazetteer: Gazetteer, key_area_id: str | None
) -> list[tuple[Place | None, list[tuple[Place, float, float]]]]:
    """Return each quay with its berths and their metres along it: those of the key area first,
    then by id. A berth without a quay line stands in a group of its own, from 0 to its length.
    """
    groups: dict[str | None, list[tuple[Place, float, float]]] = defaultdict(list)
    frame = gazetteer.frame
    key_area = gazetteer.places.get(key_area_id or "")
    first: set[str | None] = set()
    for berth in gazetteer.berths:
        line = gazetteer.quay_line(berth)
        shape = frame.metric(berth.geometry)
        quay_id = berth.quay_id if line is not None else None
        if line is None:
            box = shapely.minimum_rotated_rectangle(shape)
            along = [0.0, max(LineString(p).length for p in pairwise(shapely.get_coordinates(box)))]
        else:
            metric = frame.metric(line)
            along = [metric.project(shapely.Point(c)) for c in shapely.get_coordinates(shape)]
        groups[quay_id].append((berth, min(along), max(along)))
        if key_area is not None and shapely.intersects(berth.geometry, key_area.geometry):
            first.add(quay_id)
    ordered = sorted(groups, key=lambda i: (i not in first, i is None, i or ""))
    return [
        (
            gazetteer.places[i] if i else None,
            sorted(groups[i], key=lambda b: (b[1], b[0].id) if i else (0.0, b[0].id)),
        )
        for i in ordered
    ]


def _slot(berth: Place, quay: Place | None) -> str:
    """Return what tells a berth from the others of its quay."""
    name = plain(berth.short_name)
    if quay:
        name = name.removeprefix(plain(quay.short_name)).strip(" ,") or name
    return name


def _edge(edge: Edge) -> str:
    return span_text(edge.earliest, edge.latest)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
