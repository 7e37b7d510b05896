"""The written page, opened in a browser without a network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from port_story import (
    AS_OF,
    SPARTA,
    SPARTA_II,
    a_finding,
    a_look,
    a_scene,
    a_track,
    others,
    tartus,
    the_story,
)
from shapely.geometry import Point

from monitor.domain.berth_state import Occupancy
from monitor.domain.finding import Evidence, Subject
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.vessel import Identity
from monitor.errors import InputError
from monitor.report.map import write_areas_map, write_map
from monitor.report.summary import AsideReport, HeardCell, MapView, Tiles, TrackView

BERTH = "tartus.berth.naval_s_w.1"
CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
HOSTILE = (
    "<IMG SRC=X>&\"'",
    "</SCRIPT><SCRIPT SRC=//X.CC></SCRIPT>",
    "<!--<SCRIPT>",
    "${alert(1)}",
    "`+alert(1)+`",
    '"><svg onload=alert(1)>',
    "{{7*7}}{% raw %}{#",
    "NUL\0ESC\x1b",
    "\u202eKCAB\u2066",
    "\u2028alert(1)//",
)
SHOWN = tuple(
    {7: "NUL\ufffdESC\ufffd", 8: "\ufffdKCAB\ufffd", 9: "alert(1)//"}.get(i, text)
    for i, text in enumerate(HOSTILE)
)


@dataclass
class Opened:
    """A page and everything it did that it should not have."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of our own, with a fresh profile."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Open a file as a user would, offline, and watch it."""
    contexts = []

    def open_page(path: Path, *, width: int = 1280, dark: bool = False) -> Opened:
        context = browser.new_context(
            offline=True,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        seen = Opened(page)

        def only_the_file(route: Route) -> None:
            if route.request.url == path.as_uri() or route.request.url.startswith("data:"):
                route.continue_()
            else:
                seen.requests.append(route.request.url)
                route.abort()

        page.route("**/*", only_the_file)
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("dialog", lambda dialog: seen.complaints.append(f"dialog {dialog.message}"))
        page.goto(path.as_uri())
        page.wait_for_selector("#map_port .leaflet-pane", state="attached")
        return seen

    yield open_page
    for context in contexts:
        context.close()


def quiet(seen: Opened) -> bool:
    """Return whether the page asked for nothing and complained of nothing."""
    assert seen.requests == []
    assert seen.complaints == []
    return True


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """The story, written."""
    path = tmp_path / "map.html"
    write_map(path, the_story())
    return path


def a_hostile_view() -> MapView:
    """Return a view in which everything that can be named carries the whole corpus."""
    berth_id = "port.berth.1"
    places = {
        "port.harbour": Place(
            id="port.harbour",
            kind=PlaceKind.HARBOUR_WATER,
            name=HOSTILE[1],
            geometry=Point(35.86, 34.91).buffer(0.01),
        ),
        berth_id: Place(
            id=berth_id,
            kind=PlaceKind.BERTH,
            name=" ".join(HOSTILE),
            geometry=Point(35.86, 34.91).buffer(0.002),
            source=" ".join(HOSTILE),
        ),
    }
    ships = tuple(
        TrackView(
            identity=Identity(mmsi=200 + i, name=name, watched=i != 1),
            positions=a_track((2, 35.8 + i / 200, 34.88), (1, 35.8 + i / 200, 34.9), mmsi=200 + i),
        )
        for i, name in enumerate(HOSTILE)
    )
    evidence = Evidence(kind="position", ref=HOSTILE[0], source=HOSTILE[3], note=HOSTILE[5])
    findings = tuple(
        a_finding(
            subject=Subject(mmsi=200 + i, name=name),
            place_id="port.harbour",
            text=f"{name} waits",
            confidence=name,
            evidence=(evidence,),
            anchor=str(i),
        )
        for i, name in enumerate(HOSTILE)
    )
    scene = a_scene()
    return MapView(
        title=" ".join(HOSTILE),
        as_of=AS_OF,
        gazetteer=Gazetteer("port", places),
        tracks=ships,
        findings=findings,
        scenes=(replace(scene, label=HOSTILE[1], sensor=HOSTILE[5], scene_id=HOSTILE[0]),),
        coverage=HOSTILE,
    )


def test_equal_views_give_equal_files(tmp_path: Path) -> None:
    """Two renders of one view are the same bytes, and leave nothing beside them."""
    first, second = tmp_path / "new" / "a.html", tmp_path / "new" / "b.html"
    write_map(first, the_story())
    write_map(second, the_story())
    assert first.read_bytes() == second.read_bytes()
    assert sorted(p.name for p in first.parent.iterdir()) == ["a.html", "b.html"]


def test_the_page_names_no_other_host(story: Path) -> None:
    """Nothing in the file is an address to load from, and the rule against it comes first."""
    page = story.read_text(encoding="utf-8")
    assert not re.search(r"<link|<script[^>]*src|<img|@import", page, re.IGNORECASE)
    assert "sourceMappingURL" not in page
    assert not re.search(r"url\((?!data:|#)", page)
    head = page[: page.index("</head>")]
    assert head.index("Content-Security-Policy") < min(head.index("<style"), head.index("<script"))


def test_a_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where a folder should be is the user's to fix."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="file"):
        write_map(tmp_path / "file" / "map.html", the_story())
    with pytest.raises(InputError, match="cannot be written"):
        write_map(tmp_path, the_story())


def test_twenty_thousand_ships_stay_within_the_size_of_a_page(tmp_path: Path) -> None:
    """A crowded sea gives a page of at most 5 MB."""
    path = tmp_path / "crowd.html"
    write_map(path, replace(the_story(), tracks=others(20_000, reports=3)))
    assert path.stat().st_size <= 5_000_000


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_opens_offline_without_a_request_or_a_complaint(
    story: Path, opened: Callable[..., Opened], width: int, dark: bool
) -> None:
    """From disk, under its own rule against the network, at desk and telephone width."""
    seen = opened(story, width=width, dark=dark)
    page = seen.page
    assert page.locator("h1").inner_text() == "Port of Tartus"
    assert page.title() == "Port of Tartus"
    assert "2025-01-20 18:00 UTC · 21:00 Asia/Damascus" in page.locator(".as-of").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert quiet(seen)


@needs_chromium
def test_the_rule_against_the_network_is_in_force(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """Even a script in the page could not send anything."""
    seen = opened(story)
    fetched = "fetch('https://example.org/').then(() => 'sent', () => 'refused')"
    assert seen.page.evaluate(fetched) == "refused"
    assert any("Content Security Policy" in text for text in seen.complaints)
    assert seen.requests == []


@needs_chromium
def test_hostile_text_is_text_everywhere(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Names that are markup, script, template or direction marks are shown and never run."""
    path = tmp_path / "hostile.html"
    write_map(path, a_hostile_view())
    seen = opened(path)
    page = seen.page
    assert page.title() == page.locator("h1").inner_text()
    others_have_no_label = SHOWN[1]  # the second ship is not watched
    for shown in SHOWN:
        assert shown in page.locator("h1").inner_text()
        assert shown in page.locator(".unseen").inner_text()
        assert f"{shown} waits" in page.locator(".findings").inner_text()
        assert shown in page.locator(".layers").text_content() or shown == others_have_no_label
        assert (
            shown in " ".join(page.locator(".ship-name").all_inner_texts())
            or shown == others_have_no_label
        )
    for item in page.locator("button.claim").all():
        item.click()
        assert page.locator(".leaflet-popup .card").inner_text().split(" waits")[0] in SHOWN
    page.evaluate(
        "map_port.closePopup(); void map_port.setView([34.91, 35.86], 15, {animate: false})"
    )
    page.locator(".leaflet-pane path.berth").dispatch_event("click")
    card = page.locator(".leaflet-popup .card").inner_text()
    assert all(shown in card for shown in SHOWN)
    inserted = "img[src=X i], svg[onload], script[src], [onerror]"
    assert page.locator(inserted).count() == 0
    assert page.locator("script").count() == 8  # folium's two, Leaflet, our four and the JSON
    assert quiet(seen)


@needs_chromium
def test_a_tooltip_shows_markup_as_text(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """What hovers is text too."""
    path = tmp_path / "hostile.html"
    write_map(path, a_hostile_view())
    seen = opened(path)
    seen.page.evaluate("void map_port.setView([34.91, 35.86], 15, {animate: false})")
    seen.page.locator("path.berth").hover(force=True)
    tip = seen.page.locator(".leaflet-tooltip", has_text="not observed")
    assert SHOWN[0] in tip.inner_text()
    assert quiet(seen)


@needs_chromium
def test_a_berth_tells_its_state_and_the_unobserved_are_hatched(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """Four states look different; not observed is a pattern and never the colour of free."""
    seen = opened(story)
    page = seen.page
    page.evaluate("void map_port.setView([34.912, 35.868], 15, {animate: false})")
    fills = {
        state: page.locator(f".leaflet-pane path.berth.{state}").first.evaluate(
            "p => getComputedStyle(p).fill"
        )
        for state in ("occupied", "occupied-without-ais", "free", "not-observed")
    }
    assert len(set(fills.values())) == 4
    assert "hatch" in fills["not-observed"]
    assert page.locator("pattern#hatch").count() == 1
    page.locator(".leaflet-pane path.berth.occupied-without-ais").dispatch_event("click")
    card = page.locator(".leaflet-popup .card").inner_text()
    assert "occupied without AIS" in card
    assert "seen occupied in sentinel-1 of 2025-01-20 04:00 UTC" in card
    assert quiet(seen)


@needs_chromium
def test_layers_go_and_come_back(story: Path, opened: Callable[..., Opened]) -> None:
    """A tick takes a layer from the map and puts it back."""
    seen = opened(story)
    page = seen.page
    page.locator("summary", has_text="Layers").click()
    for label, drawn in (
        ("Berths", ".leaflet-pane path.berth"),
        ("SPARTA II", ".leaflet-pane path.ship-1"),
    ):
        there = page.locator(drawn).count()
        box = page.locator(".toggle", has_text=label).locator("input")
        box.uncheck()
        assert there > page.locator(drawn).count() == 0
        box.check()
        assert page.locator(drawn).count() == there
    assert quiet(seen)


@needs_chromium
def test_a_silence_is_dashed_and_the_last_word_is_hollow(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """What was not received is drawn unlike what was."""
    page = opened(story).page
    dash = "p => getComputedStyle(p).strokeDasharray"
    gaps = page.locator(".leaflet-pane path.ship-0.gap")
    assert gaps.count() == 1
    assert gaps.evaluate(dash) != "none"
    solid = page.locator(".leaflet-pane path.ship-0.track:not(.gap)")
    assert {line.evaluate(dash) for line in solid.all()} == {"none"}
    assert page.locator(".leaflet-pane path.ship-1.last.silent").count() == 1
    assert page.locator(".leaflet-pane path.ship-0.last.silent").count() == 0


@needs_chromium
def test_one_picture_at_a_time_and_the_drawn_one_says_so(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """The newest picture shows first; stepping back swaps it; none is possible."""
    seen = opened(story)
    page = seen.page
    picture, note = page.locator("img.picture"), page.locator(".pictures p").first
    assert picture.count() == 1
    assert note.inner_text().startswith("rendered, not an image")
    chosen = page.get_by_label("Image under the map").locator("option:checked")
    assert chosen.inner_text().endswith("rendered")
    page.get_by_label("Earlier image").click()
    assert picture.count() == 1
    assert "rendered" not in note.inner_text()
    page.get_by_label("Image under the map").select_option("-1")
    assert picture.count() == 0
    assert quiet(seen)


@needs_chromium
def test_berths_are_coloured_as_of_the_picture_shown(
    tmp_path: Path, opened: Callable[..., Opened]
) -> None:
    """An earlier picture brings the berths of its time, and says so; the newest those of now."""
    looks = (
        a_look(BERTH, Occupancy.OCCUPIED, age=timedelta(days=3), scene_id="a"),
        a_look(BERTH, Occupancy.FREE, age=timedelta(hours=14), scene_id="b"),
    )
    view = MapView(
        title="Port of Tartus", as_of=AS_OF, gazetteer=tartus(), berth_states=looks,
        scenes=(a_scene(3), a_scene(14 / 24)),
    )  # fmt: skip
    write_map(tmp_path / "m.html", view)
    seen = opened(tmp_path / "m.html")
    page, taken = seen.page, seen.page.locator("path.berth.occupied")
    standing = page.locator(".pictures .standing")
    assert (taken.count(), standing.inner_text()) == (0, "Berths as of 2025-01-20 18:00 UTC")
    page.get_by_label("Earlier image").click()
    assert (taken.count(), standing.inner_text()) == (1, "Berths as of 2025-01-17 18:00 UTC")
    taken.click(force=True)
    assert "occupied" in page.locator(".leaflet-popup .card").inner_text()
    page.get_by_label("Image under the map").select_option("-1")
    assert taken.count() == 0
    assert quiet(seen)


@needs_chromium
def test_a_click_on_a_finding_goes_to_its_place(story: Path, opened: Callable[..., Opened]) -> None:
    """The map moves to where it happened, rings it and says what."""
    seen = opened(story)
    page = seen.page
    page.locator("button.claim", has_text="A ship lies at Mole 1").click()
    berth = tartus().places["tartus.berth.naval_s_w.1"].geometry
    centre = page.evaluate("[map_port.getCenter().lng, map_port.getCenter().lat]")
    assert berth.distance(Point(centre)) < 0.01
    assert page.locator("path.ring").count() == 1
    assert "no AIS was received" in page.locator(".leaflet-popup .card").inner_text()
    assert quiet(seen)


@needs_chromium
def test_on_a_telephone_the_list_gives_way_to_the_map(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """The list lies below the map and folds away, by its handle and for a finding."""
    page = opened(story, width=390).page
    tall = "document.getElementById('map_port').clientHeight"
    half = page.evaluate(tall)
    page.get_by_role("button", name="Hide list").click()
    assert page.evaluate(tall) > half + 200
    page.get_by_role("button", name="Show list").click()
    assert page.evaluate(tall) == half
    page.locator("button.claim").first.click()
    assert page.evaluate(tall) > half + 200


@needs_chromium
def test_names_of_berths_do_not_cover_each_other(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """Close in, berths are named, and where two names would collide only one is shown."""
    page = opened(story).page
    assert page.locator(".berth-name").count() == 0
    page.evaluate("void map_port.setView([34.9135, 35.865], 17, {animate: false})")
    boxes = [n.bounding_box() for n in page.locator(".berth-name").all() if n.is_visible()]
    assert len(boxes) > 4
    for number, a in enumerate(boxes):
        for b in boxes[:number]:
            assert a is not None
            assert b is not None
            over_x = a["x"] < b["x"] + b["width"] and b["x"] < a["x"] + a["width"]
            assert not (over_x and a["y"] < b["y"] + b["height"] and b["y"] < a["y"] + a["height"])


@needs_chromium
def test_labels_of_two_ships_side_by_side_do_not_cover_each_other(
    tmp_path: Path, opened: Callable[..., Opened]
) -> None:
    """Two watched ships at one anchorage can both be read."""
    path = tmp_path / "pair.html"
    pair = tuple(
        TrackView(identity=i, positions=a_track((1, 35.75, lat), mmsi=i.mmsi))
        for i, lat in ((SPARTA, 34.9), (SPARTA_II, 34.9005))
    )
    write_map(path, replace(the_story(), tracks=pair))
    page = opened(path, width=390).page
    first, second = (label.bounding_box() for label in page.locator(".ship-name").all())
    assert first is not None
    assert second is not None
    apart_x = (
        first["x"] + first["width"] <= second["x"] or second["x"] + second["width"] <= first["x"]
    )
    apart_y = (
        first["y"] + first["height"] <= second["y"] or second["y"] + second["height"] <= first["y"]
    )
    assert apart_x or apart_y


@needs_chromium
def test_the_areas_map_shows_every_berth_with_its_id_and_licence(
    tmp_path: Path, opened: Callable[..., Opened]
) -> None:
    """An area file can be checked by eye before it is used; no berth has a state there."""
    path = tmp_path / "areas.html"
    write_areas_map(path, tartus())
    seen = opened(path)
    page = seen.page
    assert page.locator("h1").inner_text() == "Areas of tartus"
    assert page.locator(".leaflet-pane path.berth.area").count() == len(tartus().berths)
    page.evaluate("void map_port.setView([34.912, 35.868], 15, {animate: false})")
    page.locator(".leaflet-pane path.berth").first.dispatch_event("click")
    card = page.locator(".leaflet-popup .card").inner_text()
    assert tartus().berths[0].id in card
    assert "ODbL" in card
    assert page.locator(".legend, .findings").count() == 0
    assert quiet(seen)


@needs_chromium
def test_an_empty_port_still_makes_a_page(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """No areas, ships, findings or pictures: the page says so and stands."""
    path = tmp_path / "empty.html"
    write_map(path, MapView(title="Nowhere", as_of=AS_OF, gazetteer=Gazetteer("nowhere", {})))
    seen = opened(path)
    assert "No watch-listed ship was looked for." in seen.page.locator(".headline").inner_text()
    assert "No findings" in seen.page.locator(".empty").inner_text()
    assert quiet(seen)


def moved_to(page: Page, hours_ago: float) -> None:
    """Move the bar of time, as dragging it does."""
    at = int((AS_OF - timedelta(hours=hours_ago)).timestamp())
    page.evaluate(
        "at => { const s = document.querySelector('.time-bar input'); s.value = at;"
        " s.dispatchEvent(new Event('input')); }",
        at,
    )


@needs_chromium
def test_the_map_goes_back_in_time(story: Path, opened: Callable[..., Opened]) -> None:
    """Ships, pins and list are as of the instant shown: what came later is not on the map yet."""
    seen = opened(story)
    page = seen.page
    label = page.locator(".time-bar output")
    assert label.inner_text().startswith("2025-01-20 18:00 UTC · Mon 21:00 local")
    now = (page.locator(".pin-holder").count(), page.locator("li.finding.later").count())
    moved_to(page, 60)
    assert label.inner_text().startswith("2025-01-18 06:00 UTC")
    then = (page.locator(".pin-holder").count(), page.locator("li.finding.later").count())
    assert then[0] < now[0]
    assert then[1] > now[1] == 0
    page.get_by_label("A day later").click()
    assert label.inner_text().startswith("2025-01-19 06:00 UTC")
    page.locator(".time-bar input").press("ArrowRight")
    assert label.inner_text().startswith("2025-01-19 07:00 UTC")
    assert quiet(seen)


@needs_chromium
def test_between_two_reports_a_ship_is_on_her_way_and_in_a_silence_where_she_was_last(
    tmp_path: Path, opened: Callable[..., Opened]
) -> None:
    """No position is made up for a time in which none was received."""
    rows = a_track((40, 35.0, 34.9), (38, 35.2, 34.9), (4, 35.6, 34.9), mmsi=SPARTA.mmsi)
    view = MapView(
        title="Port of Tartus", as_of=AS_OF, gazetteer=tartus(),
        tracks=(TrackView(identity=SPARTA, positions=rows),),
    )  # fmt: skip
    write_map(tmp_path / "m.html", view)
    seen = opened(tmp_path / "m.html")
    page, mark = seen.page, seen.page.locator("path.ship.last")
    name = page.locator(".ship-name")
    moved_to(page, 39)
    assert "silent" not in (mark.get_attribute("class") or "")
    assert name.inner_text() == "SPARTA"
    assert page.locator("path.track.gap[d='M0 0']").count() == 1
    moved_to(page, 20)
    assert "silent" in (mark.get_attribute("class") or "")
    assert name.inner_text() == "SPARTA last heard 01-19 04:00Z"
    assert quiet(seen)


@needs_chromium
def test_the_story_plays_and_pauses(story: Path, opened: Callable[..., Opened]) -> None:
    """Playing begins at the first report, moves on by itself and stops when told."""
    seen = opened(story)
    page, label = seen.page, seen.page.locator(".time-bar output")
    page.get_by_label("Play").click()
    first = label.inner_text()
    assert first < "2025-01-20"
    page.wait_for_function(
        "t => document.querySelector('.time-bar output').innerText > t", arg=first
    )
    page.get_by_label("Pause").click()
    stopped = label.inner_text()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert label.inner_text() == stopped
    assert quiet(seen)


@needs_chromium
def test_two_pictures_are_compared_across_a_line(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """Left of the line the earlier one, right of it the later; arrow keys move the line."""
    seen = opened(story)
    page = seen.page
    cut = "n => map_port.getPane(n).style.clipPath"
    page.get_by_label("Compare with").check()
    assert page.locator("img.picture").count() == 2
    half = page.evaluate(cut, "p-before")
    assert half.startswith("polygon(")
    assert page.evaluate(cut, "p-scene").startswith("polygon(")
    grip = page.get_by_role("slider", name="Line between")
    grip.press("ArrowRight")
    assert grip.get_attribute("aria-valuenow") == "52"
    assert page.evaluate(cut, "p-before") != half
    box = page.locator("#map_port").bounding_box()
    assert box is not None
    grip.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 300)
    page.mouse.up()
    assert grip.get_attribute("aria-valuenow") == "25"
    page.get_by_label("Compare with").uncheck()
    assert page.locator("img.picture").count() == 1
    assert page.evaluate(cut, "p-scene") == ""
    assert quiet(seen)


@needs_chromium
def test_a_pin_leads_to_its_finding_and_its_evidence(
    story: Path, opened: Callable[..., Opened]
) -> None:
    """From the map to the list, with the keyboard alone."""
    seen = opened(story)
    page = seen.page
    page.locator(".pin-holder").first.press("Enter")
    page.locator(".leaflet-popup a", has_text="In the list").first.press("Enter")
    asked = page.locator("li.finding.asked")
    assert asked.count() == 1
    asked.locator("summary").click()
    assert asked.locator(".proof li").first.is_visible()
    assert quiet(seen)


@needs_chromium
def test_the_page_prints(story: Path, opened: Callable[..., Opened]) -> None:
    """Map and list go on paper, without what only a screen can do."""
    page = opened(story).page
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator(".time-bar").is_hidden()
    assert page.locator(".panel .headline").is_visible()


@needs_chromium
def test_a_ship_of_the_crowd_answers_a_click(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Her last place opens her card, her line the two reports around, an empty sea nothing."""
    rows = a_track((9, 35.4, 34.6), (2, 35.5, 34.7), (1, 35.6, 34.7), mmsi=636000001)
    ship = TrackView(identity=Identity(mmsi=636000001, name="TRADER"), positions=rows)
    view = MapView(title="Port", as_of=AS_OF, gazetteer=tartus(), tracks=(ship,))
    write_map(tmp_path / "m.html", view)
    seen = opened(tmp_path / "m.html")
    page, card = seen.page, seen.page.locator(".leaflet-popup .card")
    for lat, lon, says in (
        (34.7, 35.6, "636000001"),
        (34.7, 35.55, "between 2025-01-20 16:00 UTC and 2025-01-20 17:00 UTC"),
        (34.65, 35.45, "no AIS received for 7 h 0 min"),
    ):
        page.evaluate(f"map_port.closePopup(); map_port.setView([{lat}, {lon}], 12)")
        box = page.locator("#map_port").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert says in card.inner_text()
    page.evaluate("map_port.closePopup(); map_port.setView([34.2, 35.2], 12)")
    page.mouse.click(300, 300)
    assert card.count() == 0
    moved_to(page, 8.5)
    assert quiet(seen)


@needs_chromium
def test_what_was_not_believed_and_where_anybody_was_heard_can_be_shown(
    tmp_path: Path, opened: Callable[..., Opened]
) -> None:
    """Both are layers that are off at first; what came later is not there yet."""
    aside = tuple(
        AsideReport(lon=35.7, lat=34.8, at=AS_OF - timedelta(hours=h), ship="<b>X", why="teleport")
        for h in (30, 2)
    )
    cell = HeardCell(bounds=(35.5, 34.75, 35.75, 35.0), hours=18, of=24, vessels=3)
    rough = replace(a_track((9, 35.4, 34.6), (1, 35.6, 34.7), mmsi=SPARTA.mmsi))
    rough.precision_m[:] = 185.0
    view = replace(
        the_story(), aside=aside, reception=(cell,),
        tracks=(TrackView(identity=SPARTA, positions=rough),),
    )  # fmt: skip
    write_map(tmp_path / "m.html", view)
    seen = opened(tmp_path / "m.html")
    page = seen.page
    marks, heard = page.locator("path.aside.leaflet-interactive"), page.locator("path.heard")
    assert (marks.count(), page.locator("path.coarse.leaflet-interactive").count()) == (0, 2)
    page.get_by_text("Layers", exact=True).click()
    page.get_by_label("Reports not believed (2)").check()
    page.get_by_label("Where AIS was received").check()
    assert (marks.count(), heard.first.get_attribute("fill-opacity")) == (2, "0.395")
    moved_to(page, 8)
    assert marks.count() == 1
    assert quiet(seen)


def test_tiles_widen_the_policy_to_their_own_host_only(tmp_path: Path) -> None:
    """Without them the page may ask nobody; with them it names who is asked."""
    tiles = Tiles(url="https://{s}.tiles.example/{z}/{x}/{y}.png?k=1", attribution='© "T"')
    host = "img-src data: blob: https://*.tiles.example;"
    for chosen, allowed in ((None, "img-src data: blob:;"), (tiles, host)):
        write_map(tmp_path / "m.html", replace(the_story(), tiles=chosen))
        assert allowed in (tmp_path / "m.html").read_text()
