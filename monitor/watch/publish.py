"""The store to the files people read: findings, tables, and the map page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np

from monitor.detect.area_baselines import area_baselines
from monitor.detect.baselines import berth_baselines
from monitor.detect.feed_health import health_summary
from monitor.detect.outlook import outlook_of
from monitor.detect.picture import Picture, in_order
from monitor.detect.silences import silence_counts
from monitor.detect.track_criteria import Reason
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.coverage import Coverage, cell_bounds
from monitor.domain.finding import Finding
from monitor.domain.life import is_over_by
from monitor.domain.scene import Scene
from monitor.domain.sighting import Sighting
from monitor.domain.visit import Silence, Visit
from monitor.domain.window import TimeWindow, from_ms, to_ms
from monitor.report.berth_plan import berth_plan
from monitor.report.drawing import svg_text
from monitor.report.drawing_png import png_of
from monitor.report.export import (
    findings_csv,
    findings_geojson,
    write_findings_parquet,
    write_positions_parquet,
)
from monitor.report.feeds import FeedView, atom_text, json_feed_text, kml_text
from monitor.report.files import (
    out_folder,
    write_apron_states,
    write_area_baselines,
    write_baselines,
    write_berth_matrix,
    write_berth_states,
    write_bytes,
    write_findings,
    write_json,
    write_silences,
    write_text,
    write_visits,
)
from monitor.report.map import write_map
from monitor.report.ships import ships_geojson
from monitor.report.site import site_pages
from monitor.report.site_pieces import SiteView
from monitor.report.summary import AsideReport, HeardCell, MapView, SceneOverlay, Tiles
from monitor.report.words import ship_name
from monitor.store.derived import load_berth_states, load_findings, load_lives
from monitor.store.engine import Store
from monitor.store.lives import last_learned
from monitor.store.looks import load_apron_states, load_sightings
from monitor.store.observations import load_losses, load_scenes
from monitor.store.progress import Heartbeat, heartbeats
from monitor.watch.assess import Brief, picture_at
from monitor.watch.coverage import listening_near, reception_map
from monitor.watch.health import sources_health
from monitor.watch.second_opinion import publish_second_opinion
from monitor.watch.view import plan_shown, seen_from, tracks_shown

_EVER = datetime.min.replace(tzinfo=UTC)
_LEAST_SHOWN = timedelta(days=1)
"""The berth plan spans so much at least."""
_Spanning = TypeVar("_Spanning", Visit, Silence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """How the pages are made."""

    title: str
    zone: str
    key_area_id: str | None = None
    """The area whose berths the first lines of the page are about."""
    overlay: Callable[[Scene], SceneOverlay | None]
    """Draws a scene for the map; None where it cannot be read."""
    scenes_shown: int = 60
    """Newest scenes laid under the map; more would make the page heavy."""
    map_window: timedelta = timedelta(days=120)
    """Tracks older than this stay in the tables and leave the map."""
    tiles: Tiles | None = None
    """A map beneath ours, from the network; none by default."""
    second_opinions: tuple[tuple[str, timedelta], ...] = ()
    """Sources of port visits found by others, and how far back each is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a store holds, as it can be shown."""

    picture: Picture
    site: SiteView
    scenes: tuple[Scene, ...]
    failing: tuple[str, ...]
    """Sources that could not be read at their last poll, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was written."""

    out: Path
    page: Path
    """The map."""
    overview: Path
    """The first page of the site."""
    findings: tuple[Finding, ...]


def publish(
    store: Store,
    brief: Brief,
    press: Press,
    out: Path,
    *,
    now: datetime,
    since: datetime | None = None,
) -> Published:
    """Write summary.json and into report/ the map, the berth plan, the feeds, the pages of the
    site and in data/ its tables, each file replaced in one step.

    Args:
        store: What is published.
        brief: What the analysis is asked.
        press: How the pages are made.
        out: Folder to write into.
        now: The instant it is published for.
        since: What was over before is not listed; it still counts for how things stand.

    Raises:
        InputError: `out` cannot be written to.
    """

    def opinions(picture: Picture) -> tuple[str, ...]:
        return tuple(
            publish_second_opinion(
                store, picture, brief.gazetteer, source=source, lookback=span, out=data
            )
            for source, span in press.second_opinions
        )

    page = out_folder(out_folder(out) / "report") / "map.html"
    data = out_folder(page.with_name("data"))
    gathered = gather(store, brief, press, now=now, since=since, said_by_others=opinions)
    site = gathered.site
    view, findings = site.view, site.findings
    _write_data(data, gathered, since)
    write_json(out / "summary.json", _summary(gathered, since))
    plan = berth_plan(replace(site.plan, findings_page="findings.html"))
    write_text(page.with_name("berth_plan.svg"), svg_text(plan))
    write_bytes(page.with_name("berth_plan.png"), png_of(plan))
    feed = FeedView(view=view, findings=findings, updated=site.updated)
    write_text(page.with_name("feed.atom"), atom_text(feed))
    write_text(page.with_name("feed.json"), json_feed_text(feed))
    write_text(page.with_name("findings.kml"), kml_text(feed))
    write_map(page, view)
    names = tuple(sorted(f.name for f in data.iterdir() if f.suffix in _DATA))
    _write_site(page.parent, replace(site, data=names))
    return Published(out=out, page=page, overview=page.with_name("index.html"), findings=findings)


_DATA = frozenset({".jsonl", ".geojson", ".csv", ".parquet"})


def _write_data(folder: Path, gathered: Gathered, since: datetime | None) -> None:
    """Write the tables; GeoParquet only where pyarrow is installed."""
    picture, site = gathered.picture, gathered.site
    view, findings, first = site.view, site.findings, since or _EVER
    write_findings(folder / "findings.jsonl", findings, site.lives)
    write_text(folder / "findings.geojson", findings_geojson(findings, view))
    write_text(folder / "findings.csv", findings_csv(findings))
    write_visits(folder / "port_calls.csv", _lasting(picture.visits, since), picture.register)
    write_silences(folder / "silences.csv", _lasting(picture.silences, since), picture.register)
    write_berth_states(
        folder / "berth_states.csv", [s for s in view.berth_states if s.acquired_at >= first]
    )
    write_berth_matrix(
        folder / "berth_matrix.csv", [c for c in picture.cells if c.image.acquired_at >= first]
    )
    write_baselines(folder / "baselines.csv", site.baselines)
    write_area_baselines(folder / "area_baselines.csv", site.areas)
    write_apron_states(
        folder / "aprons.csv", [a for a in view.apron_states if a.acquired_at >= first]
    )
    ships = (s for s in site.plan.sightings if s.acquired_at >= first)
    write_text(folder / "ships.geojson", ships_geojson(ships))
    if find_spec("pyarrow"):
        write_findings_parquet(folder / "findings.parquet", findings, view)
        write_positions_parquet(folder / "positions.parquet", view.tracks)


def gather(
    store: Store,
    brief: Brief,
    press: Press,
    *,
    now: datetime,
    since: datetime | None = None,
    said_by_others: Callable[[Picture], tuple[str, ...]] = lambda _: (),
) -> Gathered:
    """Return all that can be shown of a store at an instant; see `publish`."""
    picture = picture_at(store, brief, as_of=now)
    with store.read() as connection:
        known = in_order(load_findings(connection))
        lives = load_lives(connection)
        updated = last_learned(connection)
        states = load_berth_states(connection, available_by=now)
        ships = load_sightings(connection, available_by=now)
        aprons = load_apron_states(connection, available_by=now)
        scenes = tuple(load_scenes(connection, available_by=now))
        losses = load_losses(connection)
        beats = heartbeats(connection)
    view = MapView(
        title=press.title,
        as_of=now,
        gazetteer=brief.gazetteer,
        tracks=tracks_shown(picture, brief, now - press.map_window),
        berth_states=states,
        apron_states=aprons,
        findings=known,
        since=since,
        scenes=_overlays(scenes, ships, press),
        aside=_not_believed(picture, now - press.map_window),
        reception=_heard(store, brief, now, press),
        tiles=press.tiles,
        coverage=(
            *_failing(beats),
            *_not_seen(picture.coverage, states, scenes, now),
            *_set_aside(picture),
            *said_by_others(picture),
        ),
        next_looks=_next_looks(scenes, brief, now),
        cells=picture.cells,
        zone=press.zone,
        key_area_id=press.key_area_id,
    )
    window = TimeWindow(
        start=min(seen_from(picture, now - press.map_window), now - _LEAST_SHOWN), end=now
    )
    health = sources_health(store, now=now, feeds=brief.feeds, criteria=brief.criteria.feed)
    days = listening_near(store, brief.gazetteer, window)
    site = SiteView(
        view=view,
        plan=plan_shown(picture, view, ships, aprons, window),
        findings=tuple(f for f in known if since is None or not is_over_by(f, since)),
        updated=updated,
        lives=lives,
        baselines=berth_baselines(picture.usual.pasts, as_of=now),
        areas=area_baselines(
            picture.visits,
            picture.register,
            picture.coverage,
            brief.gazetteer,
            as_of=now,
            criteria=brief.criteria.usual,
        ),
        heard=tuple((d.day, d.heard, d.hours) for d in days),
        health=tuple(health_summary(health)),
        losses=tuple(losses),
    )
    return Gathered(picture=picture, site=site, scenes=scenes, failing=tuple(_failing(beats)))


def _summary(gathered: Gathered, since: datetime | None) -> dict[str, object]:
    picture, site = gathered.picture, gathered.site
    return {
        "as_of": site.view.as_of.isoformat(),
        **({"since": since.isoformat()} if since else {}),
        "positions": len(picture.tracks.rows),
        "positions_set_aside": dict(picture.tracks.set_aside),
        "vessels": len(np.unique(picture.tracks.leader)),
        "scenes": len(gathered.scenes),
        "findings": len(site.findings),
        "made_up": any(e.is_made_up for f in site.findings for e in f.evidence),
        **silence_counts(picture.silences),
        "sources_failing": list(gathered.failing),
        "sources": list(site.health),
        "lost": [
            {"source": s, "reason": r, "count": c, "first": example}
            for s, r, c, example in site.losses
        ],
    }


def _write_site(folder: Path, site: SiteView) -> None:
    """Write the pages that changed, and take away those of ships and places that are no more."""
    pages = {page.path: page.content for page in site_pages(site)}
    for name in ("ships", "berths", "aprons", "scenes"):
        for old in out_folder(folder / name).iterdir():
            if f"{name}/{old.name}" not in pages and old.suffix in (".html", ".webp"):
                old.unlink()
    for path, content in pages.items():
        file = folder / path
        if not file.exists() or file.read_bytes() != content:
            write_bytes(file, content)


def _not_believed(picture: Picture, since: datetime) -> tuple[AsideReport, ...]:
    rows, reasons = picture.tracks.quarantined, picture.tracks.reason
    recent = np.flatnonzero(rows.time_ms >= to_ms(since))
    return tuple(
        AsideReport(
            lon=float(rows.lon[i]),
            lat=float(rows.lat[i]),
            at=from_ms(int(rows.time_ms[i])),
            ship=ship_name(picture.register.identity(int(rows.mmsi[i]))),
            why=Reason(int(reasons[i])).key,
        )
        for i in recent[np.lexsort((rows.mmsi[recent], rows.time_ms[recent]))].tolist()
    )


def _heard(store: Store, brief: Brief, now: datetime, press: Press) -> tuple[HeardCell, ...]:
    """Return how well the cells round the areas were listened to in the time of the map."""
    west, south, east, north = brief.gazetteer.bounds
    window = TimeWindow(start=now - press.map_window, end=now)
    near = (west - 1, max(south - 1, -90), east + 1, min(north + 1, 90))
    hours = round((window.end - window.start) / timedelta(hours=1))
    return tuple(
        HeardCell(bounds=cell_bounds(c.cell), hours=c.hours, of=hours, vessels=c.vessels)
        for c in reception_map(store, window, bounds=near)
    )


def _lasting(spans: Iterable[_Spanning], since: datetime | None) -> Iterable[_Spanning]:
    """Return what was not over by `since`."""
    if since is None:
        return spans
    first_ms = to_ms(since)
    return [s for s in spans if s.after is None or s.after.time_ms >= first_ms]


def _overlays(
    scenes: Sequence[Scene], ships: Sequence[Sighting], press: Press
) -> tuple[SceneOverlay, ...]:
    seen = defaultdict(list)
    for ship in ships:
        seen[ship.scene_id].append(ship)
    drawn = (press.overlay(scene) for scene in scenes[-press.scenes_shown :])
    return tuple(replace(o, ships=tuple(seen[o.scene_id])) for o in drawn if o is not None)


def _next_looks(scenes: Sequence[Scene], brief: Brief, now: datetime) -> tuple[str, ...]:
    """Say when the port will be passed over next, and by when its image may be had."""
    outlook = outlook_of(tuple(scenes), brief.gazetteer, as_of=now, criteria=brief.criteria.outlook)
    looks = {
        (look.at, look.sensor, look.orbit): look
        for of_port in outlook.looks.values()
        for look in of_port
        if look.at > now
    }
    if not looks:
        return ("No pass can be predicted: no orbit was seen at least four times in even steps.",)
    return tuple(
        f"{look.at:%Y-%m-%d %H:%M} UTC: {look.sensor}, orbit {look.orbit}, {look.modality.value}"
        + (f"; image by {look.available_by:%Y-%m-%d %H:%M} UTC" if look.delay_known else "")
        + _missed(look.missed)
        for _, look in sorted(looks.items())
    )


def _missed(passes: int) -> str:
    if not passes:
        return ""
    return f"; its last {'pass' if passes == 1 else f'{passes} passes'} gave no image"


def _failing(beats: Sequence[Heartbeat]) -> tuple[str, ...]:
    """Say which sources could not be read at their last poll, and since when."""
    return tuple(
        f"Source {beat.job.removeprefix('poll:')} could not be read "
        + (f"since {beat.succeeded_at:%d %b %Y %H:%MZ}" if beat.succeeded_at else "so far")
        + f": {beat.note}"
        for beat in beats
        if beat.job.startswith("poll:") and beat.is_failing
    )


def _set_aside(picture: Picture) -> tuple[str, ...]:
    """Say how many reports were not believed, and why."""
    aside = picture.tracks.set_aside
    reasons = ", ".join(f"{count} {key.replace('_', ' ')}" for key, count in aside.items())
    count = picture.tracks.spikes
    return (f"AIS: {count} reports were set aside ({reasons}).",) if count else ()


def _not_seen(
    coverage: Coverage, states: Sequence[BerthState], scenes: Sequence[Scene], now: datetime
) -> tuple[str, ...]:
    """Say in plain sentences what the monitor could not see."""
    lines = []
    if coverage.first_hour is not None:
        first = datetime.fromtimestamp(coverage.first_hour * 3600, tz=now.tzinfo)
        fed, hours = coverage.fed_between(first, now)
        lines.append(
            f"AIS: something was received in {fed} of {hours} hours since {first:%d %b %Y}."
        )
    else:
        lines.append("AIS: nothing was received.")
    blind = Counter(s.reason or "no reason kept" for s in states if s.state is Occupancy.UNOBSERVED)
    reasons = ", ".join(f"{n} {why}" for why, n in sorted(blind.items(), key=_most_first))
    lines.append(
        f"Images: {len(scenes)} scenes; {blind.total()} of {len(states)} looks at a berth could "
        f"not be judged{f' ({reasons})' if reasons else ''}."
    )
    return tuple(lines)


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
