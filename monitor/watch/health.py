"""Is the monitor well, and is it listening? Answered from the store alone, so that another process
can ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.detect.feed_health import source_health
from monitor.detect.reception import FeedCriteria
from monitor.domain.coverage import HOUR_MS, Ints, cells_within
from monitor.domain.feed import FeedControl, SourceBeat, SourceHealth
from monitor.domain.window import from_ms, to_ms
from monitor.store.engine import Store
from monitor.store.outbox import closed
from monitor.store.progress import Heartbeat, heartbeats
from monitor.store.reception import hours_in_cells, hours_of_ships, load_beats, load_feeds

_CONTROL_HOURS = 168 + 24
"""A week before, and the hours in which it may be silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The answer, and a line for each job and each source."""

    is_well: bool
    lines: tuple[str, ...]
    sources: tuple[SourceHealth, ...] = ()


def health(
    store: Store,
    *,
    now: datetime,
    feeds: Sequence[FeedControl] = (),
    criteria: FeedCriteria | None = None,
) -> Health:
    """Return whether every job has succeeded within twice its interval and every source speaks.

    Args:
        store: What the monitor remembers.
        now: The present instant.
        feeds: The sources counted on.
        criteria: When a source is silent; the defaults if left out.
    """
    with store.read() as connection:
        beats = heartbeats(connection)
        shut = closed(connection)
    if not beats:
        return Health(is_well=False, lines=("no job has run yet: is `monitor run` running?",))
    lines = []
    for beat in beats:
        word = "late" if beat.is_late(now) else "failing" if beat.is_failing else "ok"
        when = f"{beat.succeeded_at:%Y-%m-%d %H:%M:%SZ}" if beat.succeeded_at else "never"
        lines.append(f"{beat.job}: {word}, last success {when} {beat.note}".rstrip())
    sources = sources_health(store, now=now, feeds=feeds, criteria=criteria or FeedCriteria())
    # One failure after a success may pass; a job that never succeeded will not by itself.
    never = any(b.is_failing and b.succeeded_at is None for b in beats)
    unwell = never or any(b.is_late(now) for b in beats) or any(s.fails for s in sources)
    for target, (since, reason) in shut.items():
        lines.append(
            f"channel {target}: closed since {since:%Y-%m-%d %H:%MZ} ({reason}); mend it, then "
            f"`monitor send-test {target}`"
        )
    return Health(
        is_well=not (unwell or shut),
        lines=(*lines, *(_line(s) for s in sources)),
        sources=sources,
    )


def sources_health(
    store: Store, *, now: datetime, feeds: Sequence[FeedControl], criteria: FeedCriteria
) -> tuple[SourceHealth, ...]:
    """Return how each source counted on does, ordered by name."""
    with store.read() as connection:
        logs = {log.name: log for log in load_feeds(connection, as_of=now)}
        polls = {beat.job: beat for beat in heartbeats(connection)}
        said = load_beats(connection)
        return tuple(
            source_health(
                feed,
                logs.get(feed.name),
                as_of=now,
                criteria=criteria,
                broken=_broken(polls.get(f"poll:{feed.name}"), said.get(feed.name), now),
                beat=said.get(feed.name),
                control_hours=_control_hours(connection, feed, now),
            )
            for feed in sorted(feeds, key=lambda feed: feed.name)
        )


def _control_hours(connection: sa.Connection, feed: FeedControl, now: datetime) -> dict[str, Ints]:
    since = to_ms(now) // HOUR_MS - _CONTROL_HOURS
    found = {}
    if feed.reference_mmsis:
        found["reference ships"] = hours_of_ships(
            connection, feed.name, feed.reference_mmsis, since_hour=since
        )
    if feed.control_box:
        found["control box"] = hours_in_cells(
            connection, feed.name, cells_within(feed.control_box), since_hour=since
        )
    return found


def _broken(poll: Heartbeat | None, beat: SourceBeat | None, now: datetime) -> str:
    """Return why a source cannot be read; empty if it can, or may after one failure.

    A live connection that stands is not broken, however silent: that is told as a stall.
    """
    if poll is None or (beat and beat.connected):
        return ""
    if not (poll.is_failing and (poll.is_late(now) or poll.succeeded_at is None)):
        return ""
    return f"cannot be read: {poll.note}"


def _line(source: SourceHealth) -> str:
    last = f"last received {from_ms(source.last_ms):%Y-%m-%d %H:%M}Z" if source.last_ms else "never"
    usual = f", usually {source.usual_vessels:.0f}" if source.usual_vessels is not None else ""
    reason = f" ({source.reason})" if source.reason else ""
    return (
        f"source {source.name}: {source.state.value}{reason}, {last}, "
        f"{source.vessels} ships in the last full hour{usual}"
    )
