"""The page of a case: it stands alone, runs nothing, and says what was not seen."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from port_story import the_story
from test_map import a_hostile_view, needs_chromium
from test_site import Opened, a_site, browser, opened

from monitor.report import case as cases
from monitor.report.case import CaseView, case_files, window_of
from monitor.report.summary import MapView
from tests.servers.axe import Unavailable, axe_source

__all__ = ["browser", "opened"]


def a_case(view: MapView, count: int = 3) -> CaseView:
    """Return a case about the first findings of a view."""
    findings = view.findings[:count]
    site = a_site(view)
    told = {
        "rule": "<b>rule</b>", "gates": ["<i>gate"], "thresholds": {"a": "<u>"}, "inputs": [],
        "revisions": [{"recorded_at": "2025", "stage": "open"}],
    }  # fmt: skip
    return CaseView(
        site=site, findings=findings, window=window_of(findings, view.as_of), scenes=(),
        explained={f.id: told for f in findings},
    )  # fmt: skip


def test_the_same_case_is_the_same_bytes_and_small() -> None:
    """A case does not depend on order, and its page can be mailed."""
    story = the_story()
    files = case_files(a_case(story))
    site = replace(a_site(story), findings=tuple(reversed(story.findings)))
    assert case_files(replace(a_case(story), site=site)) == files
    assert len(files["case.html"]) < 5_000_000
    rows = list(csv.DictReader(io.StringIO(files["data/positions.csv"].decode())))
    assert {r["name"] for r in rows} == {"SPARTA", "SPARTA II"}


def test_images_that_do_not_fit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest to what is claimed stay; the page says how many are not there."""
    story = the_story()
    monkeypatch.setattr(cases, "MAX_IMAGE_BYTES", len(story.scenes[0].webp))
    page = case_files(a_case(story))["case.html"].decode()
    assert "1 images of the time are left out for their size" in page


@needs_chromium
@pytest.mark.parametrize("width", [1280, 390])
def test_a_hostile_case_opens_without_a_request_or_a_complaint(
    tmp_path: Path, opened: Callable[..., Opened], width: int
) -> None:
    """Names, rules and sources from outside are text."""
    path = tmp_path / "case.html"
    path.write_bytes(case_files(a_case(a_hostile_view(), 10))["case.html"])
    seen = opened(path, root=tmp_path, width=width)
    assert seen.page.locator("img, svg[onload], script, [onerror], iframe").count() == 0
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.pdf().startswith(b"%PDF")
    assert seen.complaints == []


@needs_chromium
def test_a_case_breaks_no_accessibility_rule(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """As the pages of the site."""
    try:
        axe = axe_source()
    except Unavailable as missing:
        pytest.skip(str(missing))
    path = tmp_path / "case.html"
    path.write_bytes(case_files(a_case(the_story()))["case.html"])
    page = opened(path, root=tmp_path, bare=True).page
    page.add_script_tag(content=axe)
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]] == []
