"""Outages to findings: one for each time a source we count on gave nothing, however many ships it
would have told us of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.detect.reception import Listening, Outage
from monitor.detect.wording import RULES_VERSION, clock_text, days_text
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status, Subject
from monitor.domain.visit import Silence
from monitor.domain.window import from_ms, utc_text

_MINUTE = timedelta(minutes=1)


def feed_findings(
    listening: Listening, silences: Iterable[Silence], *, expected: Iterable[str]
) -> list[Finding]:
    """Return one finding for each outage of a source that is counted on.

    Args:
        listening: How we listened.
        silences: Of ships that are told of. The void ones an outage falls into are said to be held
            back.
        expected: Names of the sources counted on; files read in once fall silent and mean nothing.
    """
    names = set(expected)
    void = [s for s in silences if s.is_stated and s.is_void]
    return [_finding(o, listening, void) for o in listening.outages if o.feed in names]


def _finding(outage: Outage, listening: Listening, void: list[Silence]) -> Finding:
    last, end = from_ms(outage.last_ms), _instant(outage.next_ms)
    allowed = timedelta(milliseconds=outage.allowed_ms)
    others = sorted({log.name for log in listening.logs} - {outage.feed})
    alone = not any(_works_beside(name, outage, listening) for name in others)
    held = sum(
        s.before.time_ms < (outage.next_ms or s.before.time_ms + 1)
        and (s.after is None or s.after.time_ms > outage.last_ms)
        for s in void
    )
    return Finding(
        kind=FindingKind.FEED_SILENT,
        status=Status.CLOSED if end else Status.OPEN,
        severity=Severity.WARNING if alone else Severity.NOTICE,
        subject=Subject(),
        place_id=None,
        start_earliest=last,
        start_latest=last + _MINUTE,
        end_earliest=end,
        end_latest=end + _MINUTE if end else None,
        learned_at=last + allowed,
        basis=Basis.AIS,
        confidence="high",
        evidence=(
            Evidence(
                kind="coverage",
                ref=f"nothing received from {outage.feed} since {clock_text(last)}",
                at=last,
                source=outage.feed,
                note=f"usually something every {_span(outage.usual_ms)}",
            ),
        ),
        why={
            "rule": f"feed_silent@{RULES_VERSION}",
            "source": outage.feed,
            "usual_spacing_min": round(outage.usual_ms / 60_000, 1),
            "allowed_pause_min": round(outage.allowed_ms / 60_000, 1),
            "other_sources_working": not alone,
            "silences_void": held,
        },
        text=_text(outage, last, end, alone=alone),
        anchor=f"{outage.feed}/{utc_text(last)}",
    )


def _text(outage: Outage, last: datetime, end: datetime | None, *, alone: bool) -> str:
    held = (
        "no ship's silence is claimed from it"
        if alone
        else "a ship's silence is claimed only where another source hears"
    )
    ended = f" until {clock_text(end)}, for {days_text(end - last)}" if end else ""
    return (
        f"Nothing received from the source {outage.feed} since {clock_text(last)}{ended}; usually "
        f"something comes every {_span(outage.usual_ms)} and no pause is longer than "
        f"{_span(outage.allowed_ms)}. For that time {held}."
    )


def _works_beside(name: str, outage: Outage, listening: Listening) -> bool:
    """Return whether another source was working when this one's pause outgrew its habit."""
    at = outage.last_ms + outage.allowed_ms
    silent = any(
        o.feed == name and o.last_ms <= at and (o.next_ms is None or o.next_ms > at)
        for o in listening.outages
    )
    return not silent and listening.heard_since(name, outage.last_ms, at)


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _span(ms: int) -> str:
    minutes = ms / 60_000
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
