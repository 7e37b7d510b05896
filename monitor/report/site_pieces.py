"""What pages are made of: findings, films, plans, and how a page is rendered. Pure.

Templates escape everything; no page runs or fetches anything but what it holds itself, and each
says so in a Content-Security-Policy with the hashes of its own style and script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

import jinja2
import numpy as np
import shapely

from monitor.domain.baseline import AreaBaseline, BerthBaseline
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding
from monitor.domain.life import Life
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.vessel import Identity
from monitor.domain.window import TimeWindow
from monitor.report.aprons import look_text
from monitor.report.berth_plan import PlanView, berth_plan
from monitor.report.drawing import svg_text
from monitor.report.layers import can_end, credits_of
from monitor.report.ship_history import Event, ship_events
from monitor.report.summary import (
    MapView,
    SceneOverlay,
    began,
    is_about,
    watched_tracks,
)
from monitor.report.visual import INKS
from monitor.report.words import (
    BASIS_WORDS,
    evidence_text,
    finding_text,
    local_text,
    minute_text,
    place_name,
    plain,
    ship_name,
    span_text,
    subject_name,
)

Json = dict[str, Any]
FRAMES = 40
"""Newest images shown in the film of a berth or an apron."""
CELLS = 120
"""Newest looks listed of a berth."""
_AROUND_M = 90.0
"""Shown of the ground beyond a berth or an apron."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """All that the pages show beside the map's own view."""

    view: MapView
    plan: PlanView
    findings: tuple[Finding, ...]
    """Every finding of the time the report is about, retracted ones too."""
    updated: Mapping[str, datetime]
    """By finding: when it came to say what it says now."""
    lives: Mapping[str, Life]
    baselines: tuple[BerthBaseline, ...] = ()
    areas: tuple[AreaBaseline, ...] = ()
    heard: tuple[tuple[datetime, int, int], ...] = ()
    """(UTC day, hours in which anybody was heard near the port, hours looked at)."""
    health: tuple[Mapping[str, Any], ...] = ()
    """The sources, as in `summary.json`."""
    losses: tuple[tuple[str, str, int, str], ...] = ()
    """(source, reason, how many, the first) of what was set aside before it was stored."""
    data: tuple[str, ...] = ()
    """Names of the files in `data/`."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site."""

    path: str
    """Relative to the report's folder; letters, digits, `-`, `_`, `.` and `/` only."""
    content: bytes


@dataclass(frozen=True)
class SitePieces:
    """The parts of pages about one view."""

    site: SiteView

    @property
    def view(self) -> MapView:
        """What the map shows too."""
        return self.site.view

    @property
    def scenes(self) -> tuple[SceneOverlay, ...]:
        """The images, by time."""
        return tuple(sorted(self.view.scenes, key=lambda s: (s.acquired_at, s.scene_id)))

    def page(self, path: str, template: str, values: Json) -> Page:
        """Render one page of the site."""
        known = {"root": "../" * path.count("/"), "here": path, "images": {}}
        return Page(path, self.alone(template, known | values).encode())

    def alone(self, template: str, values: Json) -> str:
        """Render a page under the policy that forbids what did not come with it."""
        view = self.view
        local = [local_text(view.as_of, view.zone)] if view.zone != "UTC" else []
        text = (
            _environment()
            .get_template(template)
            .render(
                {
                    "port": plain(view.title),
                    "as_of": " · ".join([minute_text(view.as_of), *local]),
                    "credits": credits_of(view),
                    "made_up": any(s.rendered for s in view.scenes)
                    or any(e.is_made_up for f in view.findings for e in f.evidence),
                    "css": _css(),
                    **values,
                }
            )
        )
        return text.replace(_CSP_HERE, _policy(text))

    def passes(self, window: TimeWindow | None = None) -> list[Json]:
        """Return each image with how many berths could be judged in it, newest first."""
        first, last = (window.start, window.end) if window else (None, self.view.as_of)
        states = sorted(
            (
                s
                for s in self.view.berth_states
                if s.acquired_at <= last and (first is None or s.acquired_at >= first)
            ),
            key=lambda s: (s.acquired_at, s.scene_id, s.berth_id),
        )
        passes = []
        for (at, scene), looks in groupby(states, key=lambda s: (s.acquired_at, s.scene_id)):
            own = list(looks)
            blind = [s for s in own if s.state is Occupancy.UNOBSERVED]
            why = counted(plain(s.reason or "no reason kept") for s in blind)
            passes.append(
                {
                    "at": minute_text(at),
                    "sensor": plain(own[0].sensor) + (", rendered" if own[0].rendered else ""),
                    "scene": plain(scene),
                    "judged": len(own) - len(blind),
                    "of": len(own),
                    "why": "; ".join(f"{reason} ({n})" for reason, n in why),
                }
            )
        return passes[::-1]

    def plan_of(self, mmsis: Collection[int], places: Collection[str]) -> str:
        """Return the berth plan cut to some ships and places, its pins leading to their anchors."""
        plan, register = self.site.plan, self.site.plan.register
        kept = {m: i for m, i in register.identities.items() if m in mmsis}
        cut = replace(
            plan,
            gazetteer=only(plan.gazetteer, lambda p: p.id in places),
            register=replace(register, identities=kept),
            visits=tuple(v for v in plan.visits if v.mmsi in mmsis or v.place_id in places),
            silences=tuple(s for s in plan.silences if s.mmsi in mmsis),
            cells=tuple(c for c in plan.cells if c.image.berth_id in places),
            apron_states=tuple(a for a in plan.apron_states if a.apron_id in places),
        )
        return svg_text(berth_plan(cut), alone=False)

    def events(self, mmsis: Collection[int], window: TimeWindow) -> list[Json]:
        """Return what happened to ships in a time, oldest first, each with the ship's name."""
        plan, told = self.site.plan, []
        ships = {plan.register.identity(m).imo or m: plan.register.identity(m) for m in mmsis}
        for identity in ships.values():
            numbers = frozenset(
                {m for m in mmsis if plan.register.identity(m).imo == identity.imo}
                if identity.imo
                else {identity.mmsi}
            )
            events = ship_events(
                numbers,
                identity.imo,
                findings=self.site.findings,
                visits=plan.visits,
                silences=plan.silences,
            )
            told += [
                (event.order, ship_name(identity), self.event(event))
                for event in events
                if (event.earliest or window.start) <= window.end
                and (event.latest or window.end) >= window.start
            ]
        told.sort(key=lambda item: item[:2])
        return [event | {"ship": name} for _, name, event in told]

    def svg(self, plan: PlanView, root: str) -> str:
        """Return a plan whose pins lead to the page of findings."""
        return svg_text(
            berth_plan(replace(plan, findings_page=f"{root}findings.html")), alone=False
        )

    def film(self, place: Place, words: Callable[[SceneOverlay], str] | None = None) -> list[Json]:
        """Return the newest images of a place, oldest first, each cut out round its outline."""
        words = words or self._words_of(place)
        west, south, east, north = place.geometry.bounds
        inside = [
            s
            for s in self.scenes
            if s.bounds[1] <= west and s.bounds[0] <= south
            if s.bounds[3] >= east and s.bounds[2] >= north
        ]
        return [_frame(s, place, words(s)) for s in inside[-FRAMES:]]

    def _words_of(self, place: Place) -> Callable[[SceneOverlay], str]:
        berths = {s.scene_id: s for s in self.view.berth_states if s.berth_id == place.id}
        aprons = {s.scene_id: s for s in self.view.apron_states if s.apron_id == place.id}

        def words(scene: SceneOverlay) -> str:
            look = aprons.get(scene.scene_id)
            return look_text(look) if look else state_words(berths.get(scene.scene_id))

        return words

    def event(self, event: Event) -> Json:
        """Return one line of a ship's history."""
        return {
            "when": span_text(event.earliest, event.latest),
            "what": event.what.replace("_", " "),
            "where": place_name(self.view.gazetteer, event.place_id) if event.place_id else "",
            "how": plain(event.how),
            "note": event.note,
        }

    def finding(self, finding: Finding, root: str) -> Json:
        """Return what a page says of a finding; `root` leads to the site's first folder."""
        gazetteer = self.view.gazetteer
        place = gazetteer.places.get(finding.place_id or "")
        life = self.site.lives.get(finding.id, Life())
        ended = can_end(finding) and (finding.end_earliest or finding.end_latest)
        return {
            "id": finding.id,
            "href": f"{root}findings.html#{finding.id}",
            "kind": finding.kind.value.replace("_", " "),
            "status": finding.status.value,
            "severity": finding.severity.value,
            "basis": BASIS_WORDS[finding.basis],
            "confidence": plain(finding.confidence),
            "ship": subject_name(finding.subject) if finding.subject.key != "-" else "",
            "ship_href": self._ship_of(finding, root),
            "place": place_name(gazetteer, finding.place_id) if finding.place_id else "",
            "place_href": f"{root}{place_path(place)}" if place and place_path(place) else "",
            "text": finding_text(finding, gazetteer),
            "when": span_text(finding.start_earliest, finding.start_latest),
            "local": local_text(began(finding), self.view.zone) if self.view.zone != "UTC" else "",
            "ended": span_text(finding.end_earliest, finding.end_latest) if ended else "",
            "learned": minute_text(finding.learned_at),
            "updated": minute_text(
                max(self.site.updated.get(finding.id, finding.learned_at), finding.learned_at)
            ),
            "evidence": [evidence_text(e) for e in finding.evidence],
            "why": [(key, _value_text(value)) for key, value in finding.why.items()],
            "replaces": life.replaces or "",
            "superseded": life.superseded_by or "",
        }

    def _ship_of(self, finding: Finding, root: str) -> str:
        for track in watched_tracks(self.view):
            if is_about(finding, track.identity):
                return f"{root}{ship_path(track.identity)}"
        return ""


def only(gazetteer: Gazetteer, wanted: Callable[[Place], bool]) -> Gazetteer:
    """Return the places without the berths that are not wanted."""
    return Gazetteer(
        gazetteer.name,
        {i: p for i, p in gazetteer.places.items() if p.kind is not PlaceKind.BERTH or wanted(p)},
    )


def place_path(place: Place) -> str:
    """Return the page of a place; empty where it has none."""
    folder = {PlaceKind.BERTH: "berths", PlaceKind.APRON: "aprons"}.get(place.kind)
    return f"{folder}/{file_name(place.id)}" if folder else ""


def file_name(place_id: str) -> str:
    """Return the name of the page of a place: its id, where that is not plain with a hash of it."""
    plain_id = re.sub(r"[^a-z0-9._-]+", "-", place_id.lower()).strip(".-")[:80]
    if not plain_id or plain_id != place_id:
        plain_id += "-" + hashlib.sha256(place_id.encode()).hexdigest()[:8]
    return f"{plain_id}.html"


def ship_path(identity: Identity) -> str:
    """Return the page of a ship."""
    number = f"imo-{identity.imo}" if identity.imo else f"mmsi-{identity.mmsi}"
    return f"ships/{number}.html"


def scene_file(scene: SceneOverlay) -> str:
    """Return the name of a scene's picture: a hash of it."""
    return f"{hashlib.sha256(scene.webp).hexdigest()[:20]}.webp"


def counted(words: Iterable[str]) -> list[tuple[str, int]]:
    """Return how often each word comes, the most frequent first."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def state_words(state: BerthState | None) -> str:
    """Return what a look at a berth said."""
    if state is None:
        return "not judged"
    why = f": {plain(state.reason)}" if state.reason else ""
    return f"{state.state.value}{why}"


def _frame(scene: SceneOverlay, place: Place, words: str) -> Json:
    """Return what draws one image of a place: metres to the right and down from its corner."""
    south, west, north, east = scene.bounds
    across = 111_320.0 * float(np.cos(np.radians((south + north) / 2)))

    def metres(points: Any) -> Any:  # noqa: ANN401 - (n, 2) array of lon, lat
        return np.column_stack(
            [(points[:, 0] - west) * across, (north - points[:, 1]) * 111_320.0]
        ).round(1)

    outline = metres(shapely.get_coordinates(place.geometry))
    (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
    width, height = right - left + 2 * _AROUND_M, bottom - top + 2 * _AROUND_M
    bar = max(b for b in (20, 50, 100, 200, 500) if b <= max(width / 3, 20))
    return {
        "at": minute_text(scene.acquired_at),
        "sensor": plain(scene.sensor) + (", rendered" if scene.rendered else ""),
        "words": words,
        "file": scene_file(scene),
        "image_width": round((east - west) * across, 1),
        "image_height": round((north - south) * 111_320.0, 1),
        "box": [round(float(v), 1) for v in (left - _AROUND_M, top - _AROUND_M, width, height)],
        "outline": " ".join(f"{x:g},{y:g}" for x, y in outline.tolist()),
        "bar": bar,
        "stroke": round(float(width) / 160, 2),
    }


def _value_text(value: Any) -> str:  # noqa: ANN401 - any JSON value of a finding's `why`
    if isinstance(value, Mapping):
        return "; ".join(f"{plain(str(k))} {_value_text(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value_text(v) for v in value) or "none"
    return plain(str(value)) if value is not None else "not known"


_CSP_HERE = "content-security-policy-stands-here"


def _policy(text: str) -> str:
    """Return the policy of a page: nothing from outside, and of its own only what it came with.

    Outside text is escaped, so every style and script element here is one of our own.
    """

    def hashes(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digests = sorted({hashlib.sha256(t.encode()).digest() for t in found})
        quoted = (f"'sha256-{base64.b64encode(d).decode()}'" for d in digests)
        return " ".join(quoted) or "'none'"

    return (
        f"default-src 'none'; img-src 'self' file: data:; style-src {hashes('style')}; "
        f"script-src {hashes('script')}; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("monitor.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["csp"] = _CSP_HERE
    return environment


@cache
def _css() -> str:
    light = "".join(f"--{name}:{ink.light};" for name, ink in INKS.items())
    dark = "".join(f"--{name}:{ink.dark};" for name, ink in INKS.items())
    rules, _, _ = _environment().loader.get_source(_environment(), "site.css")  # type: ignore[union-attr]
    return f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}{rules}"
