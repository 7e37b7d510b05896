"""Evidence to findings, and findings to the outbox, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts.decide import Route, decisions_for, notices_for
from monitor.alerts.render import Voice
from monitor.detect.cells import spans_asked
from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.detect.silences import spans_wanted
from monitor.domain.coverage import spans_joined
from monitor.domain.finding import Change, Finding
from monitor.store.derived import load_berth_states, save_findings, settle_findings
from monitor.store.engine import Store
from monitor.store.lives import RecordedDecision, record_decisions
from monitor.store.looks import load_apron_states, load_sightings
from monitor.store.notices import NewNotice, put_owed
from monitor.store.observations import (
    load_positions,
    load_scenes,
    load_static,
    vessels_claiming,
    vessels_within,
)
from monitor.store.progress import (
    Noted,
    forget_evidence,
    move_cursor,
    noted_evidence,
    read_cursor,
)
from monitor.store.reception import load_coverage, load_feeds
from monitor.watch.brief import Brief
from monitor.watch.dispatch import dispatch
from monitor.watch.memory import Memory

__all__ = ["ASSESSED", "Brief", "assess", "evidence_at", "findings_under", "picture_at"]

ASSESSED = "assess:at"
"""Cursor: the instant of the last assessment, by the clock it ran under."""


def picture_at(store: Store, brief: Brief, *, as_of: datetime) -> Picture:
    """Compile the picture from all that had reached the store by `as_of`."""
    return compile_picture(
        evidence_at(store, brief, as_of=as_of),
        brief.gazetteer,
        brief.watch,
        as_of=as_of,
        criteria=brief.criteria,
    )


def findings_under(
    store: Store, brief: Brief, criteria: Criteria, *, as_of: datetime
) -> tuple[Finding, ...]:
    """Return what other thresholds would have found by `as_of`, and keep nothing else of it."""
    return picture_at(store, replace(brief, criteria=criteria), as_of=as_of).findings


def evidence_at(store: Store, brief: Brief, *, as_of: datetime) -> Evidence:
    """Return all that had reached the store by `as_of` and has to do with the port."""
    with store.read() as connection:
        # Of a feed of half the Mediterranean only who came near the port, or is watched, counts.
        whose = sorted(
            {
                *vessels_within(connection, brief.gazetteer.bounds),
                *vessels_claiming(connection, brief.watch.imos()),
                *brief.watch.mmsis(),
            }
        )
        positions = load_positions(connection, received_by=as_of, mmsis=whose)
        states = load_berth_states(connection, available_by=as_of)
        wanted = spans_joined(
            spans_wanted(positions, as_of=as_of, criteria=brief.criteria.silence),
            spans_asked(states, brief.gazetteer, criteria=brief.criteria.matrix),
        )
        return Evidence(
            positions=positions,
            coverage=load_coverage(connection, wanted=wanted, until=as_of),
            feeds=load_feeds(connection, as_of=as_of),
            feeds_expected=tuple(feed.name for feed in brief.feeds),
            static=load_static(connection, by=as_of, mmsis=whose),
            berth_states=states,
            sightings=load_sightings(connection, available_by=as_of),
            apron_states=load_apron_states(connection, available_by=as_of),
            scenes=tuple(load_scenes(connection, available_by=as_of)),
        )


def assess(
    store: Store,
    brief: Brief,
    routes: Sequence[Route],
    *,
    voice: Voice,
    now: datetime,
    memory: Memory | None = None,
) -> list[Change]:
    """Bring the stored findings up to date and put what is worth telling into the outbox.

    Findings, what is owed and the messages due are committed together: a finding is never stored
    untold nor told unstored. Running it again changes nothing.

    Args:
        store: Where the evidence is, and where findings go.
        brief: What to look for.
        routes: Who wants to be told of what.
        voice: How notices are worded.
        now: The instant all is assessed for.
        memory: Of the assessments before this one; what is found is the same without.
    """
    memory = memory if memory is not None else Memory(settles=False)
    try:
        with store.read() as connection:
            last = read_cursor(connection, ASSESSED)
            if memory.as_of is None or memory.as_of.isoformat() != last:
                memory.forget()  # another one assessed since
            noted = noted_evidence(connection)
            picture = memory.picture(connection, brief, as_of=now)
        return _saved(store, picture, memory, routes, voice=voice, noted=noted)
    except BaseException:
        memory.forget()  # what was not stored must be found again
        raise


def _saved(
    store: Store,
    picture: Picture,
    memory: Memory,
    routes: Sequence[Route],
    *,
    voice: Voice,
    noted: Noted | None,
) -> list[Change]:
    now = picture.as_of
    with store.begin() as connection:
        changes = save_findings(connection, picture.findings, now=now, whole=memory.is_whole)
        settle_findings(connection, (f.id for f in memory.settle(picture)))
        forget_evidence(connection, noted)
        put_owed(
            connection,
            (
                NewNotice(
                    id=notice.id,
                    finding_id=notice.finding.id,
                    revision=notice.revision,
                    target=notice.target,
                    news=notice.news.value,
                )
                for notice in notices_for(changes, routes=routes, as_of=now)
            ),
            now=now,
        )
        record_decisions(
            connection,
            (
                RecordedDecision(
                    finding_id=d.finding_id,
                    revision=d.revision,
                    target=d.target,
                    recorded_at=now,
                    speak=d.speak,
                    reason=d.reason,
                )
                for d in decisions_for(changes, routes=routes, as_of=now)
            ),
        )
        dispatch(connection, routes, voice=voice, now=now)
        move_cursor(connection, ASSESSED, now.isoformat())
    return changes
