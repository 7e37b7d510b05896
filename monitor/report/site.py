"""The static site: pages anybody can open from disk, offline. Pure: one view in, pages as text out.

What pages are made of is in `site_pieces`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor.domain.apron_state import ApronState
from monitor.domain.berth_cell import BerthCell, Verdict
from monitor.domain.finding import Finding, Severity, Status
from monitor.domain.history import History
from monitor.domain.place import Place, PlaceKind
from monitor.domain.window import from_ms
from monitor.report.aprons import apron_statuses, look_text, said_of
from monitor.report.berth_plan import PlanView
from monitor.report.headline import told
from monitor.report.panels import berth_rows, side_by_side
from monitor.report.ship_history import ship_events
from monitor.report.site_pieces import (
    Json,
    Page,
    SitePieces,
    SiteView,
    counted,
    file_name,
    only,
    scene_file,
    ship_path,
    state_words,
)
from monitor.report.status import ShipStatus, ship_statuses
from monitor.report.summary import (
    SceneOverlay,
    began,
    is_about,
    newest_first,
)
from monitor.report.usual_words import area_text, baseline_text, stay_text
from monitor.report.words import (
    BASIS_WORDS,
    minute_text,
    plain,
    ship_name,
    short_place_name,
    span_text,
)

CELLS = 120
"""Newest looks listed of a berth."""


def site_pages(site: SiteView) -> list[Page]:
    """Return every page and the pictures they show, ordered by path; the same for the same view.

    Raises:
        ConfigError: The view's time zone is not known.
    """
    return sorted(_Site(site).pages(), key=lambda p: p.path)


class _Site(SitePieces):
    def pages(self) -> Iterable[Page]:
        self._names_are_apart()
        yield from self._overview()
        yield self.page("findings.html", "findings.html", self._findings())
        yield self.page("plan.html", "plan.html", {"svg": self.svg(self.site.plan, "")})
        yield self.page("coverage.html", "coverage.html", self._coverage())
        yield self.page("digest.html", "digest.html", self._digest())
        for status in ship_statuses(self.view):
            yield self._ship(status)
        for row in berth_rows(self.view):
            yield self._berth(row)
        for place in self.view.gazetteer.of_kind(PlaceKind.APRON):
            yield self._apron(place)
        for scene in self.scenes:
            yield Page(f"scenes/{scene_file(scene)}", scene.webp)

    def _names_are_apart(self) -> None:
        names = [p.id for p in (*self.view.gazetteer.berths, *self._aprons)]
        assert len({file_name(n) for n in names}) == len(names)

    @property
    def _aprons(self) -> tuple[Place, ...]:
        return self.view.gazetteer.of_kind(PlaceKind.APRON)

    # Pages

    def _overview(self) -> Iterable[Page]:
        view = self.view
        findings = [f for f in self.site.findings if f.status is not Status.RETRACTED]
        loud = [f for f in findings if f.severity.rank >= Severity.WARNING.rank]
        rows = berth_rows(view)
        yield self.page(
            "index.html",
            "index.html",
            {
                "told": [(t.text.partition(": "), t.more) for t in told(view)],
                "ships": [self._ship_row(s) for s in ship_statuses(view)],
                "berths": [row | {"href": f"berths/{file_name(row['id'])}"} for row in rows],
                "counts": counted(row["shade"] for row in rows),
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
                "newest": [self.finding(f, "") for f in newest_first(loud)[:8]],
                "unseen": [plain(line) for line in view.coverage],
                "looks": [plain(line) for line in view.next_looks],
                "beside": side_by_side(view),
                "data": self.site.data,
            },
        )

    def _findings(self) -> Json:
        rows = [self.finding(f, "") for f in newest_first(self.site.findings)]
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
            "passes": self.passes(),
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

    def _digest(self) -> Json:
        now = self.view.as_of
        spans = (("The last day", timedelta(days=1)), ("The last seven days", timedelta(days=7)))
        return {
            "parts": [
                {
                    "title": title,
                    "span": span_text(now - span, now),
                    "groups": [
                        (word, [self.finding(f, "") for f in newest_first(found)])
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
        return self.page(
            ship_path(identity),
            "ship.html",
            {
                "name": ship_name(identity),
                "imo": identity.imo,
                "mmsis": sorted(n for n in numbers if n),
                "said": said,
                "status": self._ship_row(status),
                "svg": self.svg(self._ship_plan(numbers, status, own), "../"),
                "identity": _identity_rows(register.history(identity.imo or identity.mmsi)),
                "events": [self.event(e) for e in events],
                "findings": [self.finding(f, "../") for f in newest_first(own)],
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
            gazetteer=only(plan.gazetteer, lambda p: p.id in berths),
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
            gazetteer=only(self.site.plan.gazetteer, lambda p: p.id == berth.id),
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
        return self.page(
            f"berths/{file_name(berth.id)}",
            "berth.html",
            {
                "name": plain(berth.short_name),
                "row": row,
                "about": _about(berth),
                "svg": self.svg(plan, "../"),
                "film": self.film(berth, lambda scene: state_words(states.get(scene.scene_id))),
                "cells": [_cell_row(c) for c in cells[: -CELLS - 1 : -1]],
                "all_cells": len(cells),
                "usual": [plain(baseline_text(b)) for b in usual]
                + [plain(stay_text(b)) for b in usual[:1] if stay_text(b)],
                "findings": [self.finding(f, "../") for f in newest_first(own)],
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
            gazetteer=only(self.site.plan.gazetteer, lambda _: False),
            visits=(),
            silences=(),
            cells=(),
            apron_states=tuple(looks),
        )
        own = [f for f in self.site.findings if f.place_id == apron.id]

        def words(scene: SceneOverlay) -> str:
            look = by_scene.get(scene.scene_id)
            return look_text(look) if look else "not judged"

        return self.page(
            f"aprons/{file_name(apron.id)}",
            "apron.html",
            {
                "name": plain(apron.short_name),
                "about": _about(apron),
                "said": said_of(status),
                "svg": self.svg(plan, "../"),
                "film": self.film(apron, words),
                "looks": [_apron_row(s) for s in reversed(looks)],
                "findings": [self.finding(f, "../") for f in newest_first(own)],
            },
        )

    # Pieces

    def _ship_row(self, status: ShipStatus) -> Json:
        finding = status.finding
        return {
            "name": ship_name(status.identity),
            "href": ship_path(status.identity),
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


def _about(place: Place) -> list[tuple[str, str]]:
    rows = (
        ("Id", place.id),
        ("Along", place.quay_id or ""),
        ("Source", place.source),
        ("Confidence", place.confidence),
        ("Licence", place.licence),
    )
    return [(label, plain(text)) for label, text in rows if text]


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
