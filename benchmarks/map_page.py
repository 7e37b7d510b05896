"""The map of a crowded sea, against plain folium of the same data, in one browser.

    python -m benchmarks map_page

20,000 tracks over 60 days, six reports each, a watched ship heard every ten minutes, 40 scenes
and 300 findings. Plain folium draws the tracks as one GeoJSON layer with a popup each: no time,
no berths, no findings. Its scripts, which it would fetch, are answered from this machine. Printed:
bytes, milliseconds until the page answers (two frames after loading), and of ours frames a second
and the longest frame while the story plays.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import folium
import numpy as np
from playwright.sync_api import Browser, Page, Route, sync_playwright

from monitor.domain.vessel import Identity
from monitor.report.map import write_map
from monitor.report.summary import MapView, TrackView

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "report"))
from port_story import AS_OF, SPARTA, a_finding, a_scene, a_track, the_story
from test_map import CHROMIUM, FLAGS

SHIPS, DAYS, REPORTS, RUNS = 20_000, 60, 6, 5
LEAFLET = Path(folium.__file__).parent


def crowded() -> MapView:
    """Return the view."""
    rng = np.random.default_rng(5)
    tracks = []
    for number in range(SHIPS):
        mmsi = 200_000_000 + number
        begin = rng.uniform(0.1, DAYS * 24 - 20)
        hours = begin + np.sort(rng.uniform(0, 18, REPORTS))[::-1]
        lon = 34.6 + rng.random() + np.cumsum(rng.normal(0, 0.03, REPORTS))
        lat = 34.2 + 1.4 * rng.random() + np.cumsum(rng.normal(0, 0.03, REPORTS))
        rows = a_track(*zip(hours, np.minimum(lon, 35.83), lat, strict=True), mmsi=mmsi)
        tracks.append(TrackView(identity=Identity(mmsi=mmsi, name=f"S{number}"), positions=rows))
    at = np.arange(0.1, DAYS * 24, 1 / 6)[::-1]
    wave = np.column_stack([at, 35.6 + 0.1 * np.sin(at / 9), 34.9 + 0.1 * np.cos(at / 13)])
    rows = a_track(*map(tuple, wave), mmsi=SPARTA.mmsi)
    tracks.append(TrackView(identity=SPARTA, positions=rows))
    findings = tuple(
        replace(
            a_finding(anchor=str(n)),
            start_earliest=AS_OF - timedelta(days=DAYS * n / 300),
            start_latest=AS_OF - timedelta(days=DAYS * n / 300),
        )
        for n in range(300)
    )
    scenes = tuple(a_scene(DAYS * n / 40 + 0.5) for n in range(40))
    return replace(the_story(), tracks=tuple(tracks), findings=findings, scenes=scenes)


def plain_folium(path: Path, view: MapView) -> None:
    """Write the same tracks as folium does by itself."""
    page = folium.Map(location=[34.9, 35.6], zoom_start=9, tiles=None, prefer_canvas=True)
    features = [
        {
            "type": "Feature",
            "properties": {"name": t.identity.name, "mmsi": t.identity.mmsi},
            "geometry": {
                "type": "LineString",
                "coordinates": np.column_stack([t.positions.lon, t.positions.lat])
                .round(5)
                .tolist(),
            },
        }
        for t in view.tracks
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        popup=folium.GeoJsonPopup(fields=["name", "mmsi"]),
    ).add_to(page)
    page.save(str(path))


def opened(browser: Browser, path: Path) -> tuple[Page, float]:
    """Open a page; return it and the milliseconds until it answers."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    assets = Path(__file__).resolve().parent.parent / "monitor" / "report" / "assets" / "leaflet"

    def answer(route: Route) -> None:
        url = route.request.url
        if url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        elif url.endswith("leaflet.js"):
            route.fulfill(path=assets / "leaflet.js")
        elif url.endswith("leaflet.css"):
            route.fulfill(path=assets / "leaflet.css")
        else:
            route.fulfill(status=200, body="", content_type="text/plain")

    page.route("**/*", answer)
    page.goto(path.as_uri(), wait_until="load")
    took = page.evaluate(
        "new Promise(d => requestAnimationFrame(() => requestAnimationFrame(() =>"
        " d(performance.now()))))"
    )
    return page, float(took)


def played(page: Page) -> tuple[float, float]:
    """Play for three seconds; return frames a second and the longest frame, ms."""
    page.get_by_label("Play").click()
    frames: list[float] = page.evaluate(
        "new Promise(done => { const at = []; function f(t) { at.push(t);"
        " if (t - at[0] > 3000) done(at); else requestAnimationFrame(f); }"
        " requestAnimationFrame(f); })"
    )
    page.get_by_label("Pause").click()
    gaps = np.diff(frames)
    return 1000 / float(gaps.mean()), float(gaps.max())


def main() -> None:
    """Print bytes, times and ratios."""
    if CHROMIUM is None or shutil.which("chromium") is None:
        print("no chromium here")
        return
    view = crowded()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ours, theirs = Path(folder) / "ours.html", Path(folder) / "folium.html"
        write_map(ours, view)
        plain_folium(theirs, view)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        sizes, times = {}, {}
        for name, path in (("ours", ours), ("folium", theirs)):
            sizes[name] = path.stat().st_size
            taken = []
            for _ in range(RUNS):
                page, took = opened(browser, path)
                taken.append(took)
                page.context.close()
            times[name] = statistics.median(taken)
            print(f"{name:<7} {sizes[name]:>10,} bytes, answers after {times[name]:.0f} ms")
        page, _ = opened(browser, ours)
        rate, longest = played(page)
        browser.close()
    print(
        f"ours to folium: {sizes['ours'] / sizes['folium']:.2f} of the bytes, "
        f"{times['ours'] / times['folium']:.2f} of the time; playing {rate:.0f} frames a second, "
        f"the longest {longest:.0f} ms"
    )


if __name__ == "__main__":
    main()
