"""The panels beside the map: every berth with its matrix, what two sources say of one thing, and
the berths as of an earlier image. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from monitor.domain.berth_cell import BerthCell
from monitor.domain.finding import Basis, Finding, FindingKind, Status
from monitor.domain.window import Edge, to_ms
from monitor.report.status import berth_statuses
from monitor.report.summary import MapView, Shade, TrackView, began, is_about, listed, newest_first
from monitor.report.words import finding_text, minute_text, plain, span_text

Json = dict[str, Any]
CELLS_SHOWN = 16
"""Newest passes shown of each berth: a strip that fits a telephone."""
_LOOKS_BACK = timedelta(days=60)
"""Older looks at a berth are not looked for; they would not colour it."""


def view_at(view: MapView, at: datetime) -> MapView:
    """Return the view with its berths as they stood at an earlier instant, by all known today.

    Looks published later count from when they were taken, and what has ended since is open again.
    Only what the state of a berth rests on is kept.
    """
    berthed = [f for f in view.findings if f.kind is FindingKind.BERTHED]
    return replace(
        view,
        as_of=at,
        tracks=tuple(
            replace(t, positions=t.positions.take(t.positions.time_ms <= to_ms(at)))
            for t in view.tracks
            if _is_any(berthed, t)
        ),
        berth_states=tuple(
            replace(s, available_at=min(s.available_at, at))
            for s in view.berth_states
            if at - _LOOKS_BACK < s.acquired_at <= at and s.available_at <= view.as_of
        ),
        findings=tuple(_then(f, at) for f in view.findings if began(f) <= at),
        scenes=(),
    )


def _is_any(findings: Iterable[Finding], track: TrackView) -> bool:
    return any(is_about(f, track.identity) for f in findings)


def _then(finding: Finding, at: datetime) -> Finding:
    """Return a hull without AIS as it stood: open until an image shows the berth free."""
    ended = finding.end_latest
    if (
        finding.kind is FindingKind.OCCUPIED_WITHOUT_AIS
        and finding.status is Status.CLOSED
        and ended is not None
        and ended > at
    ):
        return replace(finding, status=Status.OPEN)
    return finding


def berth_rows(view: MapView) -> list[Json]:
    """Return each berth, the taken ones first: its state, since when, what that rests on, its last
    look, and the newest cells of the berth matrix, oldest first."""
    cells = _cells(view)
    rows = []
    order = (Shade.OCCUPIED_WITHOUT_AIS, Shade.OCCUPIED, Shade.NOT_OBSERVED, Shade.FREE)
    for status in sorted(berth_statuses(view), key=lambda s: (order.index(s.state), s.berth_id)):
        look, blind = status.last_look, status.unusable
        said = [plain(line) for line in status.evidence]
        if look is None:
            said.append("no image could be judged")
        if blind is not None:
            why = f" ({plain(blind.reason)})" if blind.reason else ""
            said.append(f"not seen on {minute_text(blind.acquired_at)}{why}")
        rows.append(
            {
                "id": status.berth_id,
                "name": status.name,
                "shade": status.state.value,
                "since": _since(status.since),
                "said": said,
                "cells": cells.get(status.berth_id, []),
            }
        )
    return rows


def _since(edge: Edge) -> str:
    if edge.latest is None:
        return ""
    if edge.earliest is None:
        return f"since {minute_text(edge.latest)} or before"
    return f"since {span_text(edge.earliest, edge.latest)}"


def _cells(view: MapView) -> dict[str, list[list[str]]]:
    own = sorted(
        view.cells, key=lambda c: (c.image.berth_id, c.image.acquired_at, c.image.scene_id)
    )
    return {
        berth_id: [_cell(cell) for cell in list(cells)[-CELLS_SHOWN:]]
        for berth_id, cells in groupby(own, key=lambda c: c.image.berth_id)
    }


def _cell(cell: BerthCell) -> list[str]:
    image, verdict = cell.image, cell.verdict.value
    why = f" ({plain(image.reason)})" if verdict == "not_observed" and image.reason else ""
    said = (
        f"{minute_text(image.acquired_at)}, {plain(image.sensor)}: {verdict.replace('_', ' ')}; "
        f"AIS {cell.ais.says.value}, image {image.state.value}{why}"
    )
    return [verdict, said]


def side_by_side(view: MapView) -> list[str]:
    """Return what two sources say of one thing, newest first: a movement that image and AIS both
    tell of, identities in conflict, and ships by AIS that no image shows."""
    return [
        finding_text(f, view.gazetteer)
        for f in newest_first(listed(view))
        if f.status in (Status.OPEN, Status.CLOSED)
        and (f.kind in _TWO_SIDES or (f.why.get("beside") and f.basis is Basis.IMAGE))
    ]


_TWO_SIDES = (FindingKind.IDENTITY_CONFLICT, FindingKind.AIS_WITHOUT_SHIP)
