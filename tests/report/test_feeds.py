"""Findings as Atom, JSON Feed and KML: well-formed, inert, and moved when they change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from monitor.domain.finding import Finding, Status, Subject
from monitor.report.feeds import FeedView, atom_text, json_feed_text, kml_text
from tests.report.port_story import AS_OF, a_finding, the_story

_A = "{http://www.w3.org/2005/Atom}"
_K = "{http://www.opengis.net/kml/2.2}"


def a_feed(*findings: Finding, **updated: timedelta) -> FeedView:
    """Return a feed of findings, changed so long before the story's end."""
    view = replace(the_story(), findings=findings)
    return FeedView(
        view=view,
        findings=findings,
        updated={f.id: AS_OF - updated["ago"] for f in findings} if updated else {},
    )


def test_an_entry_keeps_its_id_and_moves_when_it_changes() -> None:
    """A reader sees the same entry again with a later date."""
    finding = a_finding()
    before = ElementTree.fromstring(atom_text(a_feed(finding)))
    after = ElementTree.fromstring(
        atom_text(a_feed(replace(finding, status=Status.RETRACTED), ago=timedelta(0)))
    )
    ids = [e.findtext(f"{_A}entry/{_A}id") for e in (before, after)]
    assert ids[0] == ids[1]
    times = [e.findtext(f"{_A}entry/{_A}updated") or "" for e in (before, after)]
    assert times[0] < times[1]
    assert (after.findtext(f"{_A}entry/{_A}title") or "").startswith("retracted: ")
    assert {c.tag for c in before} >= {f"{_A}id", f"{_A}title", f"{_A}updated", f"{_A}author"}


@pytest.mark.parametrize(
    "name", ["</title><script>alert(1)</script>", "]]>", "\x00\x0b\ufffe", "{{7*7}} ${1}", "&lt;"]
)
def test_a_hostile_name_is_text_in_every_form(name: str) -> None:
    """No element, no broken document."""
    finding = replace(a_finding(), subject=Subject(imo=9268710, name=name), text=f"{name} waits")
    feed = a_feed(finding)
    for text in (atom_text(feed), kml_text(feed)):
        tags = {e.tag.rpartition("}")[2] for e in ElementTree.fromstring(text).iter()}
        assert "script" not in tags
    (item,) = json.loads(json_feed_text(feed))["items"]
    assert item["_finding"]["subject"]["name"] == name


def test_a_globe_shows_what_is_claimed_with_its_time() -> None:
    """A withdrawn finding has no mark; a standing one has a point and a time span."""
    finding = a_finding()
    marks = ElementTree.fromstring(kml_text(a_feed(finding))).findall(f".//{_K}Placemark")
    assert len(marks) == 1
    lon, lat = (marks[0].findtext(f"{_K}Point/{_K}coordinates") or "").split(",")
    assert 34 < float(lat) < 36 < float(lon) + 1
    assert marks[0].find(f"{_K}TimeSpan/{_K}begin") is not None
    withdrawn = replace(finding, status=Status.RETRACTED)
    assert "Placemark" not in kml_text(a_feed(withdrawn))


def test_an_empty_feed_is_a_feed() -> None:
    """No findings: valid documents without entries."""
    assert ElementTree.fromstring(atom_text(a_feed())).findtext(f"{_A}updated")
    assert json.loads(json_feed_text(a_feed()))["items"] == []
    ElementTree.fromstring(kml_text(a_feed()))
