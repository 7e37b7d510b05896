"""The second opinion to files: a table of both accounts, and a few lines that say what it is."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.detect.picture import Picture
from monitor.detect.second_opinion import (
    DarkDetection,
    Opinion,
    SecondOpinion,
    SecondOpinionCriteria,
    Verdict,
    second_opinion,
)
from monitor.domain.place import Gazetteer
from monitor.domain.window import TimeWindow, parse_utc, utc_text
from monitor.report.files import spreadsheet_safe, write_text
from monitor.store.engine import Store
from monitor.store.outside_events import load_outside_events
from monitor.store.progress import read_cursor
from monitor.watch.ingest import events_cursor

COLUMNS = (
    "verdict", "port", "mmsi", "imo", "name", "our_start_earliest", "our_start_latest",
    "our_end_earliest", "our_end_latest", "their_start", "their_end", "start_differs_h",
    "end_differs_h", "their_confidence", "their_place", "lon", "lat", "distance_km", "learned_at",
    "source",
)  # fmt: skip
_WORDS = {
    Verdict.AGREES: "agree",
    Verdict.DIFFERS: "differ",
    Verdict.ONLY_OURS: "only we have",
    Verdict.ONLY_THEIRS: "only they have",
    Verdict.NOT_YET: "too recent for them to have published",
}
CREDIT = "Powered by Global Fishing Watch, globalfishingwatch.org; for non-commercial use."


def publish_second_opinion(
    store: Store,
    picture: Picture,
    gazetteer: Gazetteer,
    *,
    source: str,
    lookback: timedelta,
    out: Path,
    criteria: SecondOpinionCriteria | None = None,
) -> str:
    """Write `second_opinion.csv` into `out` and return what it comes to, in a few sentences.

    Args:
        store: Holds what the source said.
        picture: Our port calls and ships.
        gazetteer: The ports.
        source: Name of the source of events.
        lookback: How far back it is asked.
        out: An existing folder.
        criteria: Thresholds of the comparison.

    Returns:
        Plain text; that nothing was asked yet, where that is so (no file is written then).
    """
    with store.read() as connection:
        asked_at = read_cursor(connection, events_cursor(source))
        events = load_outside_events(connection, source=source)
    if asked_at is None:
        return f"Second opinion: {source} has not answered yet."
    end = parse_utc(asked_at)
    opinion = second_opinion(
        picture.visits,
        events,
        source=source,
        gazetteer=gazetteer,
        register=picture.register,
        asked=TimeWindow(start=end - lookback, end=end),
        criteria=criteria,
    )
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_call(row, source) for row in opinion.opinions)
    writer.writerows(_dark(row) for row in opinion.dark)
    write_text(out / "second_opinion.csv", table.getvalue())
    return opinion_text(opinion, delay=(criteria or SecondOpinionCriteria()).delay)


def opinion_text(opinion: SecondOpinion, *, delay: timedelta) -> str:
    """Return the comparison in a few sentences, with its delay and whom to thank."""
    counts = Counter(row.verdict for row in opinion.opinions)
    told = [f"{counts[v]} {_WORDS[v]}" for v in Verdict if counts[v]]
    calls = f"Port calls compared: {len(opinion.opinions)}"
    calls += f" ({', '.join(told)})" if told else ""
    seen = len(opinion.dark)
    return (
        f"A second opinion, days late: {opinion.source}, asked {opinion.asked.end:%d %b %Y %H:%MZ} "
        f"about the days since {opinion.asked.start:%d %b %Y}. {calls}. "
        f"{seen} radar detection{'' if seen == 1 else 's'} without AIS near the port. "
        f"What is younger than {delay.days} days is not held against either. {CREDIT}"
    )


def _call(row: Opinion, source: str) -> tuple[Any, ...]:
    edges = (row.ours.start, row.ours.end) if row.ours else ()
    ours = [_time(at) for edge in edges for at in (edge.earliest, edge.latest)] or [""] * 4
    theirs = row.theirs
    return (
        row.verdict.value, row.port, row.mmsi, row.imo or "", spreadsheet_safe(row.name), *ours,
        _time(theirs.start if theirs else None), _time(theirs.end if theirs else None),
        _hours(row.start_differs), _hours(row.end_differs),
        (theirs.confidence or "") if theirs else "",
        spreadsheet_safe(theirs.place) if theirs else "",
        f"{theirs.lon:.5f}" if theirs else "", f"{theirs.lat:.5f}" if theirs else "", "",
        _time(theirs.learned_at if theirs else None), source,
    )  # fmt: skip


def _dark(row: DarkDetection) -> tuple[Any, ...]:
    e = row.event
    return (
        e.kind.value, row.port, "", "", "", "", "", "", "", _time(e.start), _time(e.end), "", "",
        "", spreadsheet_safe(e.place), f"{e.lon:.5f}", f"{e.lat:.5f}",
        f"{row.distance_m / 1000:.1f}", _time(e.learned_at), e.source,
    )  # fmt: skip


def _time(at: datetime | None) -> str:
    return utc_text(at) if at else ""


def _hours(span: timedelta | None) -> str:
    return "" if span is None else f"{span / timedelta(hours=1):.1f}"
