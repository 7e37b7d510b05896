"""Findings as Atom, JSON Feed and KML: for feed readers and for globes. Pure.

Built as trees and as JSON, never by joining text, so that outside text stays text. An entry keeps
its id through its life; `updated` moves when what it says has changed, so a reader shows a closed
or retracted finding again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from monitor.domain.finding import Finding, Status
from monitor.domain.place import Gazetteer
from monitor.domain.window import utc_text
from monitor.report.drawing import xml_text
from monitor.report.layers import finding_point
from monitor.report.summary import MapView
from monitor.report.words import BASIS_WORDS, evidence_text, finding_text, span_text

_ATOM = "http://www.w3.org/2005/Atom"
_KML = "http://www.opengis.net/kml/2.2"
_NAMESPACE = "urn:port-monitor"
ENTRIES = 200
"""Newest findings in a feed; all are in findings.jsonl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """What the feeds say."""

    view: MapView
    findings: tuple[Finding, ...]
    updated: Mapping[str, datetime]
    """By finding: when it came to say what it says now; where missing, when it was learned."""


def atom_text(feed: FeedView) -> str:
    """Return the newest findings as an Atom feed (RFC 4287)."""
    view = feed.view
    root = ElementTree.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", f"{_NAMESPACE}:{view.gazetteer.name}")
    _add(root, "title", f"{view.title}: findings")
    newest = _newest(feed)
    latest = _updated(feed, newest[0]) if newest else view.as_of
    _add(root, "updated", utc_text(latest))
    _add(ElementTree.SubElement(root, "author"), "name", "port monitor")
    for finding in newest:
        entry = ElementTree.SubElement(root, "entry")
        _add(entry, "id", f"{_NAMESPACE}:finding:{finding.id}")
        _add(entry, "title", _headline(finding, view.gazetteer))
        _add(entry, "updated", utc_text(_updated(feed, finding)))
        _add(entry, "published", utc_text(finding.learned_at))
        for term in (finding.kind.value, finding.status.value, finding.severity.value):
            ElementTree.SubElement(entry, "category", {"term": term})
        content = ElementTree.SubElement(entry, "content", {"type": "text"})
        content.text = xml_text(_words(finding, view.gazetteer))
    return _document(root)


def json_feed_text(feed: FeedView) -> str:
    """Return the newest findings as JSON Feed 1.1; `_finding` holds the public form of each."""
    view = feed.view
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"{view.title}: findings",
            "items": [
                {
                    "id": f"{_NAMESPACE}:finding:{finding.id}",
                    "title": _headline(finding, view.gazetteer),
                    "content_text": _words(finding, view.gazetteer),
                    "date_published": utc_text(finding.learned_at),
                    "date_modified": utc_text(_updated(feed, finding)),
                    "tags": [finding.kind.value, finding.status.value, finding.severity.value],
                    "_finding": finding.to_dict(),
                }
                for finding in _newest(feed)
            ],
        },
        ensure_ascii=False,
        allow_nan=False,
        indent=1,
    )


def kml_text(feed: FeedView) -> str:
    """Return every finding that has a place as KML 2.2, with the time it covers.

    Withdrawn findings are left out: a globe shows what is claimed.
    """
    view = feed.view
    root = ElementTree.Element("kml", {"xmlns": _KML})
    document = ElementTree.SubElement(root, "Document")
    _add(document, "name", f"{view.title}: findings")
    for finding in feed.findings:
        point = finding_point(finding, view)
        if point is None or finding.status in (Status.RETRACTED, Status.VOID):
            continue
        mark = ElementTree.SubElement(document, "Placemark", {"id": f"f{finding.id}"})
        _add(mark, "name", _headline(finding, view.gazetteer))
        _add(mark, "description", _words(finding, view.gazetteer))
        begin = finding.start_earliest or finding.start_latest
        end = finding.end_latest or (None if finding.status is Status.OPEN else begin)
        if begin is not None:
            span = ElementTree.SubElement(mark, "TimeSpan")
            _add(span, "begin", utc_text(begin))
            if end is not None:
                _add(span, "end", utc_text(end))
        _add(ElementTree.SubElement(mark, "Point"), "coordinates", f"{point.x:.6f},{point.y:.6f}")
    return _document(root)


def _newest(feed: FeedView) -> Sequence[Finding]:
    return sorted(feed.findings, key=lambda f: (_updated(feed, f), f.id), reverse=True)[:ENTRIES]


def _updated(feed: FeedView, finding: Finding) -> datetime:
    return max(feed.updated.get(finding.id, finding.learned_at), finding.learned_at)


def _headline(finding: Finding, gazetteer: Gazetteer) -> str:
    said = finding_text(finding, gazetteer)
    return said if finding.status in (Status.OPEN, Status.CLOSED) else f"{finding.status}: {said}"


def _words(finding: Finding, gazetteer: Gazetteer) -> str:
    lines = [
        finding_text(finding, gazetteer),
        f"Began {span_text(finding.start_earliest, finding.start_latest)}; {finding.status}.",
        f"By {BASIS_WORDS[finding.basis]}, confidence {finding.confidence}.",
        *(f"Evidence: {evidence_text(e)}" for e in finding.evidence),
    ]
    return "\n".join(lines)


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = xml_text(text)


def _document(root: ElementTree.Element) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, "unicode")}\n'
