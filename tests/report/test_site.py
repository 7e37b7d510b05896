"""The pages of the report, built from one view and opened in a browser without a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from port_story import SPARTA, a_scene, the_story
from test_map import CHROMIUM, FLAGS, HOSTILE, SHOWN, a_hostile_view, needs_chromium

from monitor.domain.finding import Status
from monitor.domain.life import Life
from monitor.domain.vessel import Register
from monitor.domain.window import TimeWindow
from monitor.report.berth_plan import PlanView
from monitor.report.site import site_pages
from monitor.report.site_pieces import SiteView, file_name
from monitor.report.summary import MapView
from tests.servers.axe import Unavailable, axe_source


def a_site(view: MapView) -> SiteView:
    """Return the site of a view."""
    plan = PlanView(
        title=view.title,
        as_of=view.as_of,
        window=TimeWindow(start=view.as_of.replace(day=1), end=view.as_of),
        gazetteer=view.gazetteer,
        register=Register(identities={t.identity.mmsi: t.identity for t in view.tracks}),
        cells=view.cells,
        findings=view.findings,
    )
    return SiteView(
        view=view,
        plan=plan,
        findings=view.findings,
        updated={},
        lives={f.id: Life(replaces="f" * 20) for f in view.findings[:1]},
        heard=((view.as_of.replace(hour=0), 17, 18),),
        health=({"source": HOSTILE[1], "state": "silent", "reason": HOSTILE[5],
                 "last_received": None, "vessels_last_hour": 0, "usual_vessels": None},),
        losses=(("feed", HOSTILE[0], 3, HOSTILE[5]),),
    )  # fmt: skip


def write(folder: Path, site: SiteView) -> Path:
    """Write the pages as the report does."""
    for page in site_pages(site):
        path = folder / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.content)
    (folder / "map.html").write_text("<!doctype html><title>map</title>")
    for name in ("berth_plan.svg", "berth_plan.png", "feed.atom", "feed.json", "findings.kml"):
        (folder / name).write_text("")
    return folder


@dataclass
class Opened:
    """A page and everything it did that it should not have."""

    page: Page
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
    """Open a page as a user would, offline; anything but a file of the report is a complaint."""
    contexts = []

    def open_page(path: Path, *, root: Path, width: int = 1280, bare: bool = False) -> Opened:
        context = browser.new_context(
            offline=True, viewport={"width": width, "height": 800}, bypass_csp=bare
        )
        contexts.append(context)
        seen = Opened(context.new_page())

        def only_the_report(route: Route) -> None:
            if route.request.url.startswith((root.as_uri(), "data:")):
                route.continue_()
            else:
                seen.complaints.append(f"asked for {route.request.url}")
                route.abort()

        seen.page.route("**/*", only_the_report)
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(f"dialog {dialog.message}"))
        seen.page.goto(path.as_uri())
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story's report, written once."""
    return write(tmp_path_factory.mktemp("report"), a_site(the_story()))


def test_equal_views_give_equal_pages() -> None:
    """Every page is the same bytes for the same view, in any order of findings."""
    site = a_site(the_story())
    turned = replace(site, findings=tuple(reversed(site.findings)))
    assert site_pages(site) == site_pages(turned)


def test_every_link_leads_somewhere(report: Path) -> None:
    """Pages, pictures and the findings that pins and lists name are all there."""
    pages = {p.relative_to(report).as_posix(): p.read_text() for p in report.rglob("*.html")}
    anchors = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    outside = re.compile(r"\.\./(?:\.\./)?[a-z_]+\.(?:csv|jsonl|geojson)")
    broken = []
    for path, text in pages.items():
        for href in re.findall(r'\bhref="([^"]+)"', text):
            target, _, fragment = urljoin(path, href).partition("#")
            target = target or path
            if outside.fullmatch(href):
                continue
            if not (report / target).is_file() or (
                fragment and fragment not in anchors[target] and fragment != "f" * 20
            ):
                broken.append((path, href))
    assert broken == []


def test_file_names_are_plain_and_apart() -> None:
    """A hostile id makes a plain name in its folder, and no other id makes the same."""
    assert file_name("tartus.berth.b1_s.2") == "tartus.berth.b1_s.2.html"
    names = [file_name(i) for i in ("../../x", "..\\x", "X", "x", "a/b", "a b", "", "..", *HOSTILE)]
    assert all(re.fullmatch(r"[a-z0-9_-][a-z0-9._-]*\.html", n) for n in names)
    assert len(set(names)) == len(names)


def test_a_finding_that_was_taken_back_stays_and_says_so() -> None:
    """A retracted finding keeps its anchor, marked."""
    story = the_story()
    first, *others = story.findings
    gone = replace(first, status=Status.RETRACTED)
    view = replace(story, findings=(gone, *others))
    (page,) = (p for p in site_pages(a_site(view)) if p.path == "findings.html")
    assert f'<article class="finding retracted" id="{first.id}"'.encode() in page.content


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_offline_without_a_complaint(
    report: Path, opened: Callable[..., Opened], width: int
) -> None:
    """No request, no console message, nothing wider than the window."""
    for path in sorted(report.rglob("*.html")):
        if path.name == "map.html":
            continue
        seen = opened(path, root=report, width=width)
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
        assert seen.complaints == [], path
        assert wide <= width, path


@needs_chromium
def test_hostile_text_is_text_on_every_page(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Names that are markup, script, template or direction marks are shown and never run."""
    report = write(tmp_path, a_site(a_hostile_view()))
    inserted = "img, svg[onload], script[src], [onerror], iframe, object"
    for path in sorted(report.rglob("*.html")):
        if path.name == "map.html":
            continue
        seen = opened(path, root=report)
        assert seen.page.locator(inserted).count() == 0, path
        assert seen.page.evaluate("document.scripts.length") <= 1, path
        assert seen.complaints == [], path
    page = opened(report / "findings.html", root=report).page
    text = page.locator("#list").inner_text()
    assert all(f"{shown} waits" in text for shown in SHOWN)


@needs_chromium
def test_the_findings_are_filtered_and_a_link_opens_its_own(
    report: Path, opened: Callable[..., Opened]
) -> None:
    """Filters narrow the list and say by how much; an anchor opens the finding's evidence."""
    seen = opened(report / "findings.html", root=report)
    page, items = seen.page, seen.page.locator("article.finding:visible")
    everything = items.count()
    page.get_by_label("Ship").select_option("SPARTA")
    assert 0 < items.count() < everything
    assert page.locator("output").inner_text() == f"{items.count()} of {everything} findings"
    page.get_by_label("Words").fill("no such words")
    assert items.count() == 0
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function(
        "n => document.querySelector('output').innerText === n", arg=f"{everything} findings"
    )
    page.goto((report / "index.html").as_uri())
    page.locator("article.finding a").first.click()
    asked = page.locator("article.finding:focus")
    assert asked.locator(".evidence li").first.is_visible()
    assert seen.complaints == []


@needs_chromium
def test_a_reader_without_a_mouse_reaches_the_content(
    report: Path, opened: Callable[..., Opened]
) -> None:
    """The first stop of the keyboard skips the links."""
    page = opened(report / "index.html", root=report).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


@needs_chromium
def test_no_page_breaks_the_accessibility_rules(
    report: Path, opened: Callable[..., Opened]
) -> None:
    """axe-core finds no violation of WCAG 2.2 A and AA on any kind of page."""
    try:
        axe = axe_source()
    except Unavailable as missing:
        pytest.skip(str(missing))
    ship = f"ships/imo-{SPARTA.imo}.html"
    berth, apron = (sorted((report / f).iterdir())[0] for f in ("berths", "aprons"))
    names = ("index.html", "findings.html", "plan.html", "coverage.html", "digest.html", ship)
    for path in (*(report / n for n in names), berth, apron):
        page = opened(path, root=report, bare=True).page
        page.add_script_tag(content=axe)
        result = page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        told = [(v["id"], v["impact"], v["nodes"][0]["html"][:120]) for v in result["violations"]]
        assert told == [], path


def test_a_film_shows_only_images_that_hold_the_whole_berth() -> None:
    """An image that ends within the berth is left out of its film."""
    story = the_story()
    south, west, north, _ = a_scene().bounds
    cut = replace(a_scene(3), scene_id="cut", bounds=(south, west, north, west + 0.0001))
    pages = site_pages(a_site(replace(story, scenes=(*story.scenes, cut))))
    assert not any(b"2025-01-17 18:00 UTC</b>" in p.content for p in pages)
