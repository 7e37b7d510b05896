"""The static site: pages anybody can open from disk, offline. Pure: one view in, pages as text out.

Templates escape everything; no page runs or fetches anything but what it holds itself, and each
says so in a Content-Security-Policy with the hashes of its own style and script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

import jinja2
import numpy as np
import shapely

from monitor.domain.apron_state import ApronState
from monitor.domain.baseline import AreaBaseline, BerthBaseline
from monitor.domain.berth_cell import BerthCell, Verdict
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Finding, Severity, Status
from monitor.domain.history import History
from monitor.domain.life import Life
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.vessel import Identity
from monitor.domain.window import from_ms
from monitor.report.aprons import apron_statuses, look_text, said_of
from monitor.report.berth_plan import PlanView, berth_plan
from monitor.report.drawing import svg_text
from monitor.report.headline import told
from monitor.report.layers import can_end, credits_of
from monitor.report.panels import berth_rows, side_by_side
from monitor.report.ship_history import Event, ship_events
from monitor.report.status import ShipStatus, ship_statuses
from monitor.report.summary import (
    MapView,
    SceneOverlay,
    began,
    is_about,
    newest_first,
    watched_tracks,
)
from monitor.report.usual_words import area_text, baseline_text, stay_text
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
    short_place_name,
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


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site."""

    path: str
    """Relative to the report's folder; letters, digits, `-`, `_`, `.` and `/` only."""
    content: bytes


def site_pages(site: SiteView) -> list[Page]:
    """Return every page and the pictures they show, ordered by path; the same for the same view.

    Raises:
        ConfigError: The view's time zone is not known.
    """
    return sorted(_Site(site).pages(), key=lambda p: p.path)


@dataclass(frozen=True)
class _Site:
    site: SiteView

    @property
    def view(self) -> MapView:
        return self.site.view

    def pages(self) -> Iterable[Page]:
        self._names_are_apart()
        yield from self._overview()
        yield self._page("findings.html", "findings.html", self._findings())
        yield self._page("plan.html", "plan.html", {"svg": self._svg(self.site.plan, "")})
        yield self._page("coverage.html", "coverage.html", self._coverage())
        yield self._page("digest.html", "digest.html", self._digest())
        for status in ship_statuses(self.view):
            yield self._ship(status)
        for row in berth_rows(self.view):
            yield self._berth(row)
        for place in self.view.gazetteer.of_kind(PlaceKind.APRON):
            yield self._apron(place)
        for scene in self._scenes:
            yield Page(f"scenes/{_scene_file(scene)}", scene.webp)

    def _names_are_apart(self) -> None:
        names = [p.id for p in (*self.view.gazetteer.berths, *self._aprons)]
        assert len({file_name(n) for n in names}) == len(names)

    @property
    def _aprons(self) -> tuple[Place, ...]:
        return self.view.gazetteer.of_kind(PlaceKind.APRON)

    @property
    def _scenes(self) -> tuple[SceneOverlay, ...]:
        return tuple(sorted(self.view.scenes, key=lambda s: (s.acquired_at, s.scene_id)))

    def _page(self, path: str, template: str, values: Json) -> Page:
        view = self.view
        root = "../" * path.count("/")
        local = [local_text(view.as_of, view.zone)] if view.zone != "UTC" else []
        text = (
            _environment()
            .get_template(template)
            .render(
                {
                    "root": root,
                    "here": path,
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
        return Page(path, text.replace(_CSP_HERE, _policy(text)).encode())

    # Pages

    def _overview(self) -> Iterable[Page]:
        view = self.view
        findings = [f for f in self.site.findings if f.status is not Status.RETRACTED]
        loud = [f for f in findings if f.severity.rank >= Severity.WARNING.rank]
        rows = berth_rows(view)
        yield self._page(
            "index.html",
            "index.html",
            {
                "told": [(t.text.partition(": "), t.more) for t in told(view)],
                "ships": [self._ship_row(s) for s in ship_statuses(view)],
                "berths": [row | {"href": f"berths/{file_name(row['id'])}"} for row in rows],
                "counts": _counted(row["shade"] for row in rows),
                "aprons": [
                    {
                        "name": a.name,
                        "state": a.state,
                        "since": ""
                        if a.since.earliest is a.since.latest is None
                        else span_text(a.since.earliest, a.since.latest),
                        "look": look_text(a.last_look) if a.last_look else "none could be judged",
                        "href": f"aprons/{file_name(a.apron_id)}",
                    }
                    for a in apron_statuses(view)
                ],
                "newest": [self._finding(f, "") for f in newest_first(loud)[:8]],
                "unseen": [plain(line) for line in view.coverage],
                "looks": [plain(line) for line in view.next_looks],
                "beside": side_by_side(view),
            },
        )

    def _findings(self) -> Json:
        rows = [self._finding(f, "") for f in newest_first(self.site.findings)]
        return {
            "findings": rows,
            "choices": {
                name: sorted({str(row[name]) for row in rows if row[name]})
                for name in ("kind", "severity", "status", "basis", "ship", "place")
            },
        }

    def _coverage(self) -> Json:
        view = self.view
        return {
            "unseen": [plain(line) for line in view.coverage],
            "heard": [
                {"day": f"{day:%Y-%m-%d}", "heard": heard, "hours": hours}
                for day, heard, hours in reversed(self.site.heard)
            ],
            "passes": self._passes(),
            "health": [
                {k: plain(str(v)) if v is not None else "" for k, v in row.items()}
                for row in self.site.health
            ],
            "losses": [
                (plain(source), plain(reason), count, plain(first)[:160])
                for source, reason, count, first in self.site.losses
            ],
            "looks": [plain(line) for line in view.next_looks],
            "areas": [plain(area_text(a)) for a in self.site.areas if a.vessel_class == "all"],
        }

    def _passes(self) -> list[Json]:
        """Return each image with how many berths could be judged in it, newest first."""
        states = sorted(
            (s for s in self.view.berth_states if s.acquired_at <= self.view.as_of),
            key=lambda s: (s.acquired_at, s.scene_id, s.berth_id),
        )
        passes = []
        for (at, scene), looks in groupby(states, key=lambda s: (s.acquired_at, s.scene_id)):
            own = list(looks)
            blind = [s for s in own if s.state is Occupancy.UNOBSERVED]
            why = _counted(plain(s.reason or "no reason kept") for s in blind)
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

    def _digest(self) -> Json:
        now = self.view.as_of
        spans = (("The last day", timedelta(days=1)), ("The last seven days", timedelta(days=7)))
        return {
            "parts": [
                {
                    "title": title,
                    "span": span_text(now - span, now),
                    "groups": [
                        (word, [self._finding(f, "") for f in newest_first(found)])
                        for word, found in self._changed_since(now - span)
                        if found
                    ],
                }
                for title, span in spans
            ]
        }

    def _changed_since(self, since: datetime) -> list[tuple[str, list[Finding]]]:
        groups: dict[str, list[Finding]] = {"New": [], "Changed or over": [], "Taken back": []}
        for finding in self.site.findings:
            learned = finding.learned_at
            changed = max(self.site.updated.get(finding.id, learned), learned)
            if changed <= since or finding.severity is Severity.INFO:
                continue
            if finding.status in (Status.RETRACTED, Status.VOID):
                groups["Taken back"].append(finding)
            else:
                groups["New" if learned > since else "Changed or over"].append(finding)
        return list(groups.items())

    def _ship(self, status: ShipStatus) -> Page:
        identity = status.identity
        site, register = self.site, self.site.plan.register
        numbers = frozenset(
            {
                i.mmsi
                for i in register.identities.values()
                if identity.imo is not None and i.imo == identity.imo
            }
            | ({identity.mmsi} if identity.mmsi else set())
        )
        events = ship_events(
            numbers,
            identity.imo,
            findings=site.findings,
            visits=site.plan.visits,
            silences=site.plan.silences,
        )
        own = [f for f in site.findings if is_about(f, identity)]
        lines = {t.text.partition(": ")[0]: t for t in told(self.view)}
        said = lines.get(ship_name(identity))
        return self._page(
            _ship_path(identity),
            "ship.html",
            {
                "name": ship_name(identity),
                "imo": identity.imo,
                "mmsis": sorted(n for n in numbers if n),
                "said": said,
                "status": self._ship_row(status),
                "svg": self._svg(self._ship_plan(numbers, status, own), "../"),
                "identity": _identity_rows(register.history(identity.imo or identity.mmsi)),
                "events": [self._event(e) for e in events],
                "findings": [self._finding(f, "../") for f in newest_first(own)],
            },
        )

    def _ship_plan(
        self, numbers: frozenset[int], status: ShipStatus, own: Sequence[Finding]
    ) -> PlanView:
        plan = self.site.plan
        visits = tuple(v for v in plan.visits if v.mmsi in numbers)
        berths = {v.place_id for v in visits if v.place_kind == "berth"}
        berths |= {f.place_id for f in (*own, *status.fits) if f.place_id}
        register = replace(
            plan.register,
            identities={m: i for m, i in plan.register.identities.items() if m in numbers},
        )
        return replace(
            plan,
            gazetteer=_only(plan.gazetteer, lambda p: p.id in berths),
            register=register,
            visits=visits,
            silences=tuple(s for s in plan.silences if s.mmsi in numbers),
            cells=tuple(c for c in plan.cells if c.image.berth_id in berths),
            apron_states=(),
        )

    def _berth(self, row: Json) -> Page:
        berth = self.view.gazetteer.places[row["id"]]
        cells = [c for c in self.site.plan.cells if c.image.berth_id == berth.id]
        cells.sort(key=lambda c: (c.image.acquired_at, c.image.scene_id))
        states = {s.scene_id: s for s in self.view.berth_states if s.berth_id == berth.id}
        plan = replace(
            self.site.plan,
            gazetteer=_only(self.site.plan.gazetteer, lambda p: p.id == berth.id),
            visits=tuple(
                v
                for v in self.site.plan.visits
                if v.place_kind == "berth" and berth.id in (v.place_id, *v.covers)
            ),
            silences=(),
            cells=tuple(cells),
            apron_states=(),
        )
        own = [f for f in self.site.findings if f.place_id == berth.id]
        usual = [b for b in self.site.baselines if b.berth_id == berth.id]
        return self._page(
            f"berths/{file_name(berth.id)}",
            "berth.html",
            {
                "name": plain(berth.short_name),
                "row": row,
                "about": _about(berth),
                "svg": self._svg(plan, "../"),
                "film": self._film(berth, lambda scene: _state_words(states.get(scene.scene_id))),
                "cells": [_cell_row(c) for c in cells[: -CELLS - 1 : -1]],
                "all_cells": len(cells),
                "usual": [plain(baseline_text(b)) for b in usual]
                + [plain(stay_text(b)) for b in usual[:1] if stay_text(b)],
                "findings": [self._finding(f, "../") for f in newest_first(own)],
            },
        )

    def _apron(self, apron: Place) -> Page:
        (status,) = (a for a in apron_statuses(self.view) if a.apron_id == apron.id)
        looks = sorted(
            (
                s
                for s in self.view.apron_states
                if s.apron_id == apron.id and max(s.acquired_at, s.available_at) <= self.view.as_of
            ),
            key=lambda s: (s.acquired_at, s.scene_id),
        )
        by_scene = {s.scene_id: s for s in looks}
        plan = replace(
            self.site.plan,
            gazetteer=_only(self.site.plan.gazetteer, lambda _: False),
            visits=(),
            silences=(),
            cells=(),
            apron_states=tuple(looks),
        )
        own = [f for f in self.site.findings if f.place_id == apron.id]

        def words(scene: SceneOverlay) -> str:
            look = by_scene.get(scene.scene_id)
            return look_text(look) if look else "not judged"

        return self._page(
            f"aprons/{file_name(apron.id)}",
            "apron.html",
            {
                "name": plain(apron.short_name),
                "about": _about(apron),
                "said": said_of(status),
                "svg": self._svg(plan, "../"),
                "film": self._film(apron, words),
                "looks": [_apron_row(s) for s in reversed(looks)],
                "findings": [self._finding(f, "../") for f in newest_first(own)],
            },
        )

    # Pieces

    def _svg(self, plan: PlanView, root: str) -> str:
        return svg_text(
            berth_plan(replace(plan, findings_page=f"{root}findings.html")), alone=False
        )

    def _film(self, place: Place, words: Callable[[SceneOverlay], str]) -> list[Json]:
        """Return the newest images of a place, oldest first, each cut out round its outline."""
        west, south, east, north = place.geometry.bounds
        inside = [
            s
            for s in self._scenes
            if s.bounds[1] <= west and s.bounds[0] <= south
            if s.bounds[3] >= east and s.bounds[2] >= north
        ]
        return [_frame(s, place, words(s)) for s in inside[-FRAMES:]]

    def _ship_row(self, status: ShipStatus) -> Json:
        finding = status.finding
        return {
            "name": ship_name(status.identity),
            "href": _ship_path(status.identity),
            "imo": status.identity.imo,
            "where": status.where,
            "place": short_place_name(self.view.gazetteer, status.place_id)
            if status.place_id
            else "",
            "since": ""
            if status.since.earliest is status.since.latest is None
            else span_text(status.since.earliest, status.since.latest),
            "known": f"{BASIS_WORDS[finding.basis]}, {plain(finding.confidence)} confidence"
            if finding
            else "",
            "heard": minute_text(status.last_heard) if status.last_heard else "not received",
            "silent": minute_text(began(status.silent)) if status.silent else "",
        }

    def _event(self, event: Event) -> Json:
        return {
            "when": span_text(event.earliest, event.latest),
            "what": event.what.replace("_", " "),
            "where": place_name(self.view.gazetteer, event.place_id) if event.place_id else "",
            "how": plain(event.how),
            "note": event.note,
        }

    def _finding(self, finding: Finding, root: str) -> Json:
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
            "place_href": f"{root}{_place_path(place)}" if place and _place_path(place) else "",
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
                return f"{root}{_ship_path(track.identity)}"
        return ""


def _only(gazetteer: Gazetteer, wanted: Callable[[Place], bool]) -> Gazetteer:
    """Return the places without the berths that are not wanted."""
    return Gazetteer(
        gazetteer.name,
        {i: p for i, p in gazetteer.places.items() if p.kind is not PlaceKind.BERTH or wanted(p)},
    )


def _place_path(place: Place) -> str:
    folder = {PlaceKind.BERTH: "berths", PlaceKind.APRON: "aprons"}.get(place.kind)
    return f"{folder}/{file_name(place.id)}" if folder else ""


def file_name(place_id: str) -> str:
    """Return the name of the page of a place: its id, where that is not plain with a hash of it."""
    plain_id = re.sub(r"[^a-z0-9._-]+", "-", place_id.lower()).strip(".-")[:80]
    if not plain_id or plain_id != place_id:
        plain_id += "-" + hashlib.sha256(place_id.encode()).hexdigest()[:8]
    return f"{plain_id}.html"


def _ship_path(identity: Identity) -> str:
    number = f"imo-{identity.imo}" if identity.imo else f"mmsi-{identity.mmsi}"
    return f"ships/{number}.html"


def _scene_file(scene: SceneOverlay) -> str:
    return f"{hashlib.sha256(scene.webp).hexdigest()[:20]}.webp"


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _about(place: Place) -> list[tuple[str, str]]:
    rows = (
        ("Id", place.id),
        ("Along", place.quay_id or ""),
        ("Source", place.source),
        ("Confidence", place.confidence),
        ("Licence", place.licence),
    )
    return [(label, plain(text)) for label, text in rows if text]


def _state_words(state: BerthState | None) -> str:
    if state is None:
        return "not judged"
    why = f": {plain(state.reason)}" if state.reason else ""
    return f"{state.state.value}{why}"


def _cell_row(cell: BerthCell) -> Json:
    image = cell.image
    return {
        "at": minute_text(image.acquired_at),
        "sensor": plain(image.sensor) + (", rendered" if image.rendered else ""),
        "verdict": cell.verdict.value,
        "says": cell.verdict.value.replace("_", " "),
        "image": image.state.value + (f", score {image.score:.2f}" if image.score else ""),
        "ais": cell.ais.says.value,
        "why": plain(image.reason) if cell.verdict is Verdict.NOT_OBSERVED else "",
    }


def _apron_row(look: ApronState) -> Json:
    return {
        "at": minute_text(look.acquired_at),
        "sensor": plain(look.sensor) + (", rendered" if look.rendered else ""),
        "change": look.change.value,
        "m2": f"{look.changed_m2:,.0f}",
        "why": plain(look.reason),
    }


def _identity_rows(history: Any) -> list[Json]:  # noqa: ANN401 - ShipHistory, its fields one by one
    named: list[tuple[str, History[Any]]] = [
        ("Name", history.names),
        ("MMSI", history.mmsis),
        ("Flag", history.flags),
        ("Call sign", history.call_signs),
        ("Ship type", history.ship_types),
    ]
    return [
        {
            "what": label,
            "value": plain(str(said.value)),
            "first": minute_text(from_ms(said.first_ms)),
            "last": minute_text(from_ms(said.last_ms)),
            "sources": ", ".join(plain(s) for s in said.sources),
        }
        for label, values in named
        for said in values.said
        if str(said.value).strip()
    ]


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
        "file": _scene_file(scene),
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


# Rendering

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
        f"default-src 'none'; img-src 'self' file:; style-src {hashes('style')}; "
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
