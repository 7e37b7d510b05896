"""A case: one page that stands alone, and beside it the data it rests on. Pure.

The page holds its pictures itself, so that it can be mailed; the data files are for who wants to
check it. What goes in is chosen by the findings or by a span of time.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from monitor.domain.finding import Finding
from monitor.domain.place import Place, PlaceKind
from monitor.domain.scene import Scene
from monitor.domain.window import TimeWindow, from_ms, to_ms, utc_text
from monitor.report.files import csv_text, spreadsheet_safe
from monitor.report.site_pieces import SitePieces, SiteView, scene_file
from monitor.report.summary import SceneOverlay, TrackView, began, is_about
from monitor.report.words import finding_text, plain, ship_name, span_text

Json = dict[str, Any]
AROUND = timedelta(days=3)
"""Shown before the first and after the last thing claimed."""
MAX_IMAGE_BYTES = 2_400_000
"""Of all images in the page: with base64 and the plan it stays under 5 MB."""
_RESTS_ON = timedelta(days=30)
"""Older evidence is named and not shown."""
_MAP_AROUND_M = 2_500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """What a case is made of."""

    site: SiteView
    findings: tuple[Finding, ...]
    """Those the case is about."""
    window: TimeWindow
    scenes: tuple[Scene, ...]
    """All known scenes."""
    explained: Mapping[str, Json]
    """By finding: what `monitor explain --json` says."""


def window_of(findings: Sequence[Finding], now: datetime) -> TimeWindow:
    """Return the span a case about some findings shows."""
    starts = [f.start_earliest or began(f) for f in findings]
    # What it rests on may be older: the last that was heard of a silent ship.
    starts += [e.at for f in findings for e in f.evidence if e.at and began(f) - e.at < _RESTS_ON]
    ends = [f.end_latest or f.start_latest or now for f in findings]
    return TimeWindow(start=min(starts) - AROUND, end=min(max(ends) + AROUND, now))


def case_title(view: CaseView) -> str:
    """Return what a case is called."""
    if len(view.findings) == 1:
        return f"Case {view.findings[0].id[:8]}"
    return f"Case {view.window.start:%d %b %Y} to {view.window.end:%d %b %Y}"


def case_files(view: CaseView) -> dict[str, bytes]:
    """Return every file of a case by its path, without the manifest; the same for the same view."""
    case = _Case(view)
    images = case.images()
    return {
        "case.html": case.page(images).encode(),
        "data/findings.jsonl": "".join(f.to_json() + "\n" for f in view.findings).encode(),
        "data/explained.json": (
            json.dumps(view.explained, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        ).encode(),
        "data/positions.csv": case.positions().encode(),
        "data/berth_states.csv": case.berth_states().encode(),
        "data/scenes.csv": case.scene_list().encode(),
        **{f"images/{scene_file(scene)}": scene.webp for scene in images},
    }


@dataclass(frozen=True)
class _Case:
    case: CaseView

    @property
    def site(self) -> SiteView:
        return self.case.site

    @property
    def window(self) -> TimeWindow:
        return self.case.window

    def tracks(self) -> list[TrackView]:
        """Return the ships the findings name or that fit, in the window only."""
        first, last = to_ms(self.window.start), to_ms(self.window.end)
        named = {
            (c.get("imo"), c.get("mmsi"))
            for f in self.case.findings
            for c in f.why.get("candidates", ())
        }
        chosen = []
        for track in self.site.view.tracks:
            about = any(is_about(f, track.identity) for f in self.case.findings)
            fits = any(
                imo == track.identity.imo if imo else mmsi == track.identity.mmsi
                for imo, mmsi in named
            )
            if not (about or fits):
                continue
            rows = track.positions
            inside = (rows.time_ms >= first) & (rows.time_ms <= last)
            chosen.append(replace(track, positions=rows.take(inside).canonical()))
        return sorted(chosen, key=lambda t: (t.identity.name, t.identity.mmsi))

    def places(self) -> list[Place]:
        """Return the berths and aprons the findings are about, or that their words name."""
        ids = {f.place_id for f in self.case.findings}
        ids |= {f.why.get("berth") for f in self.case.findings}
        known = self.site.view.gazetteer.places
        return [
            known[i]
            for i in sorted(i for i in ids if isinstance(i, str) and i in known)
            if known[i].kind in (PlaceKind.BERTH, PlaceKind.APRON)
        ]

    def images(self) -> list[SceneOverlay]:
        """Return the images of the window that fit the page, the nearest to what is claimed."""
        claimed = [began(f) for f in self.case.findings]
        own = [
            s
            for s in self.site.view.scenes
            if self.window.start <= s.acquired_at <= self.window.end
        ]
        own.sort(key=lambda s: (min(abs(s.acquired_at - at) for at in claimed), s.scene_id))
        kept, room = [], MAX_IMAGE_BYTES
        for scene in own:
            room -= len(scene.webp)
            if room < 0:
                break
            kept.append(scene)
        return sorted(kept, key=lambda s: (s.acquired_at, s.scene_id))

    def page(self, images: Sequence[SceneOverlay]) -> str:
        view = self.site.view
        own = replace(
            self.site,
            view=replace(view, scenes=tuple(images)),
            plan=replace(self.site.plan, window=self.window),
        )
        pieces = SitePieces(own)
        ships, places = self.tracks(), self.places()
        inlined = {
            scene_file(s): "data:image/webp;base64," + base64.b64encode(s.webp).decode()
            for s in images
        }
        beside = {b["id"] for f in self.case.findings for b in f.why.get("beside", ())}
        return pieces.alone(
            "case.html",
            {
                "title": case_title(self.case),
                "window": span_text(self.window.start, self.window.end),
                "claims": [
                    # A page that stands alone leads to no other.
                    pieces.finding(f, "") | {"ship_href": "", "place_href": ""}
                    for f in self.case.findings
                ],
                "beside": [
                    finding_text(f, view.gazetteer)
                    for f in view.findings
                    if f.id in beside and f not in self.case.findings
                ],
                "explained": [self._why(f) for f in self.case.findings],
                "map": self._map(ships, places),
                "svg": pieces.plan_of(
                    {n for t in ships for n in (t.identity.mmsi,)}, {p.id for p in places}
                ),
                "films": [(plain(p.short_name), pieces.film(p)) for p in places],
                "images": inlined,
                "left_out": sum(
                    self.window.start <= s.acquired_at <= self.window.end
                    for s in self.site.view.scenes
                )
                - len(images),
                "events": pieces.events({t.identity.mmsi for t in ships}, self.window),
                "heard": [
                    (f"{day:%Y-%m-%d}", heard, hours)
                    for day, heard, hours in self.site.heard
                    if self.window.start - timedelta(days=1) < day <= self.window.end
                ],
                "passes": pieces.passes(self.window),
                "unseen": [plain(line) for line in view.coverage],
                "sources": self._sources(),
            },
        )

    def _why(self, finding: Finding) -> Json:
        told = self.case.explained.get(finding.id, {})
        return {
            "id": finding.id,
            "text": finding_text(finding, self.site.view.gazetteer),
            "rule": plain(str(told.get("rule", ""))),
            "gates": [plain(str(g)) for g in told.get("gates", ())],
            "thresholds": [
                (plain(str(k)), plain(json.dumps(v, ensure_ascii=False)))
                for k, v in dict(told.get("thresholds", {})).items()
            ],
            "inputs": [
                (
                    plain(f"{i['kind']} {i['ref']}"),
                    plain(f"{i['at'] or ''} {i['source']}"),
                    i["sha256"] or "",
                )
                for i in told.get("inputs", ())
            ],
            "revisions": [
                (plain(str(r.get("recorded_at", ""))), plain(str(r.get("stage", ""))))
                for r in told.get("revisions", ())
            ],
        }

    def _map(self, ships: Sequence[TrackView], places: Sequence[Place]) -> Json:
        """Return a plain map in metres to the right and down from its corner."""
        gazetteer = self.site.view.gazetteer
        berths = [p for p in gazetteer.places.values() if p.kind is PlaceKind.BERTH]
        shapes = [p.geometry for p in (places or berths or list(gazetteer.places.values()))]
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        across = 111_320.0 * float(np.cos(np.radians((south + north) / 2)))
        left, top = west * across - _MAP_AROUND_M, north * 111_320.0 + _MAP_AROUND_M
        width = (east - west) * across + 2 * _MAP_AROUND_M
        height = (north - south) * 111_320.0 + 2 * _MAP_AROUND_M

        def path(lonlat: Any, *, closed: bool) -> str:  # noqa: ANN401 - (n, 2) of lon, lat
            points = [(x * across - left, top - y * 111_320.0) for x, y in np.asarray(lonlat)]
            text = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            return f"M{text}{'Z' if closed else ''}" if points else ""

        def outline(place: Place) -> str:
            parts = shapely.get_parts(place.geometry)
            drawn = []
            for part in parts:
                if part.geom_type == "Polygon":
                    drawn.append(path(shapely.get_coordinates(part.exterior), closed=True))
                elif part.geom_type == "LineString":
                    drawn.append(path(shapely.get_coordinates(part), closed=False))
            return "".join(drawn)

        layers = [
            (css, [outline(p) for _, p in sorted(gazetteer.places.items()) if p.kind in kinds])
            for css, kinds in (
                ("land", (PlaceKind.LAND, PlaceKind.PORT_BOUNDARY)),
                ("wall", (PlaceKind.BREAKWATER, PlaceKind.PIER, PlaceKind.QUAY)),
                ("berth", (PlaceKind.BERTH,)),
            )
        ]
        lines = []
        for number, track in enumerate(ships):
            rows = track.positions
            runs = np.split(
                np.arange(len(rows)), np.flatnonzero(np.diff(rows.time_ms) > track.silent_ms) + 1
            )
            solid = [path(np.column_stack([rows.lon[r], rows.lat[r]]), closed=False) for r in runs]
            gaps = [
                path(
                    [(rows.lon[a[-1]], rows.lat[a[-1]]), (rows.lon[b[0]], rows.lat[b[0]])],
                    closed=False,
                )
                for a, b in pairwise(runs)
            ]
            lines.append(
                {"name": ship_name(track.identity), "n": number % 6, "solid": "".join(solid),
                 "gaps": "".join(gaps), "reports": len(rows)}
            )  # fmt: skip
        return {
            "box": f"0 0 {width:.1f} {height:.1f}",
            "bar": 1000,
            "bar_at": (width * 0.04, height * 0.96),
            "unit": width / 640,
            "layers": layers,
            "lines": lines,
            "marked": [outline(p) for p in places],
        }

    def _sources(self) -> list[tuple[str, str]]:
        cited = (e for f in self.case.findings for e in f.evidence)
        evidence = sorted({plain(e.source) for e in cited if e.source})
        places = sorted(
            {
                (plain(p.source), plain(p.licence))
                for p in self.site.view.gazetteer.places.values()
                if p.source
            }
        )
        return [
            *((f"Evidence: {name}", "") for name in evidence),
            *((f"Areas: {source}", licence) for source, licence in places),
        ]

    # Data

    def positions(self) -> str:
        rows = []
        for track in self.tracks():
            p, name = track.positions, spreadsheet_safe(track.identity.name)
            rows += [
                (
                    int(p.mmsi[i]),
                    track.identity.imo or "",
                    name,
                    utc_text(from_ms(int(p.time_ms[i]))),
                    f"{p.lon[i]:.5f}",
                    f"{p.lat[i]:.5f}",
                    "" if np.isnan(p.sog_kn[i]) else f"{p.sog_kn[i]:.1f}",
                    spreadsheet_safe(p.sources[int(p.source[i])]),
                )
                for i in range(len(p))
            ]
        return csv_text(("mmsi", "imo", "name", "time", "lon", "lat", "sog_kn", "source"), rows)

    def berth_states(self) -> str:
        ids = {p.id for p in self.places()}
        states = sorted(
            (
                s
                for s in self.site.view.berth_states
                if s.berth_id in ids and self.window.start <= s.acquired_at <= self.window.end
            ),
            key=lambda s: (s.acquired_at, s.scene_id, s.berth_id),
        )
        return csv_text(
            ("time", "scene_id", "sensor", "berth_id", "state", "score", "usable", "reason"),
            (
                (
                    utc_text(s.acquired_at),
                    spreadsheet_safe(s.scene_id),
                    s.sensor + (" (rendered)" if s.rendered else ""),
                    s.berth_id,
                    s.state.value,
                    "" if s.score != s.score else f"{s.score:.3f}",
                    f"{s.usable:.3f}",
                    spreadsheet_safe(s.reason),
                )
                for s in states
            ),
        )

    def scene_list(self) -> str:
        names = {s.scene_id: scene_file(s) for s in self.images()}
        return csv_text(
            ("time", "available", "scene_id", "platform", "sensor", "orbit", "rendered", "image"),
            (
                (
                    utc_text(s.acquired_at),
                    utc_text(s.available_at),
                    spreadsheet_safe(s.id),
                    spreadsheet_safe(s.platform),
                    s.sensor,
                    "" if s.orbit is None else s.orbit,
                    "yes" if s.rendered else "",
                    f"images/{names[s.id]}" if s.id in names else "",
                )
                for s in sorted(self.case.scenes, key=lambda s: (s.acquired_at, s.id))
                if self.window.start <= s.acquired_at <= self.window.end
            ),
        )
