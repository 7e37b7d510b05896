"""Why and why not: everything that stands behind one finding, or behind one berth at one time.

Answers are plain JSON values; the command line puts them into words. The picture is compiled again
from the stored facts, so what was held back can be told although only findings are stored.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.alerts.decide import News
from monitor.detect.held import candidates_in
from monitor.detect.picture import Criteria, Picture, compile_picture
from monitor.detect.rule_inputs import digest_of, plain_value
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.candidate import Candidate, Decided
from monitor.domain.finding import Evidence, Finding, Status
from monitor.domain.life import Life, told_span
from monitor.domain.visit import Visit
from monitor.domain.window import from_ms, parse_utc, to_ms, utc_text
from monitor.errors import InputError
from monitor.store import schema
from monitor.store.derived import found_from, load_berth_states, load_findings, load_lives
from monitor.store.engine import Store
from monitor.store.lives import load_decisions, load_revisions
from monitor.store.notices import TOLD, NoticeRow, load_notices
from monitor.store.outbox import OutboxRow, load_rows
from monitor.store.progress import read_cursor
from monitor.watch.assess import ASSESSED, Brief, evidence_at

Json = dict[str, Any]
_RULES: dict[str, tuple[str, ...]] = {
    "port_call": ("visit", "track", "interference"),
    "waiting": ("rule", "visit"),
    "berth_stay": ("visit", "interference"),
    "silence": ("silence", "feed", "interference"),
    "feed_silent": ("feed",),
    "interference": ("interference",),
    "identity": ("identity",),
    "destination": ("voyage",),
    "first_visit": ("voyage", "visit"),
    "encounter": ("encounter",),
    "berth_state": ("matrix",),
    "occupied_without_ais": ("matrix", "match", "fit"),
    "departed_by_image": ("matrix",),
    "ais_without_ship": ("matrix", "match"),
    "crossed_12_nm": ("crossing",),
    "expected_scene": ("outlook",),
    "unusual_occupancy": ("usual",),
    "occupancy_drift": ("drift",),
}
"""Which parts of the criteria each rule reads; of others the part of the same name."""
_GATES: dict[str, tuple[str, ...]] = {
    "port_call": (
        "a report outside and one inside the port (or the other way) bound the hour",
        "two reports inside, or time enough between the reports around one",
        "no interference at either report",
    ),
    "waiting": ("reports that stay in the waiting areas for waiting_min or longer",),
    "berth_stay": (
        "reports, slower than berth_enter_kn, that stay at the berth for berth_min or longer",
        "no other berth held more of her at that time",
        "no interference at either report",
    ),
    "silence": (
        "the ship is watch-listed",
        "the gap is longer than her own threshold",
        "it was shown that she would have been heard (coverage_shown_by)",
        "no interference that accounts for it",
    ),
    "berth_state": (
        "two usable images that differ, neither of them doubtful; one that is not clear or "
        "has no past was followed by another that shows the same",
    ),
    "occupied_without_ais": (
        "an image shows the berth taken and is not doubtful",
        "no AIS near the berth explains it",
        "AIS was shown to work around the image",
    ),
    "departed_by_image": (
        "the ship is watch-listed, silent in port and fits the hull best",
        "the next usable image shows the berth free",
    ),
    "first_visit": ("the visit is sure enough", "days enough of AIS before it"),
    "feed_silent": ("the source is counted on", "its pause outgrew its habit"),
}
_NEAR = timedelta(hours=3)
_FOLLOW_UPS = frozenset({News.REMINDER.value, News.ESCALATED.value})


def explain_finding(store: Store, brief: Brief, prefix: str, *, as_of: datetime | None) -> Json:
    """Return what stands behind the finding whose id begins with `prefix`.

    Args:
        store: Any store of this schema.
        brief: What the analysis is asked; its criteria are said to be those in force.
        prefix: The id, or its first digits.
        as_of: What was known then; None for the last assessment.

    Raises:
        InputError: No finding has such an id, or several have.
    """
    finding = found_by_prefix(store, prefix)
    at = as_of or last_assessed(store)
    with store.read() as connection:
        life = load_lives(connection).get(finding.id, Life())
        history = load_revisions(connection, finding.id)
        decisions = load_decisions(connection, finding.id)
        notices = load_notices(connection, finding_id=finding.id)
        rows = {r.id: r for r in load_rows(connection, {n.message_id for n in notices})}
        inputs = [_input(connection, e, finding.place_id) for e in finding.evidence]
    shown = [r for r in history if as_of is None or r.recorded_at <= as_of]
    if as_of is not None and shown:
        finding = found_from(shown[-1].body)
    rule = str(finding.why.get("rule", finding.kind.value))
    owed = {(n.revision, n.target): n for n in notices if n.news not in _FOLLOW_UPS}
    follow_ups = [n for n in notices if n.news in _FOLLOW_UPS]
    return {
        "finding": finding.to_dict(),
        "life": asdict(life),
        "as_of": utc_text(at),
        "rule": rule,
        "rules": {"found_under": finding.why.get("rules"), "now": digest_of(brief.criteria)},
        "thresholds": thresholds_of(rule, brief.criteria),
        "gates": list(_GATES.get(rule.partition("@")[0], ())),
        "inputs": inputs,
        "revisions": [r.to_dict() for r in shown],
        "held": [c.to_dict() for c in _held_near(store, brief, finding, at)],
        "decisions": [
            {
                "revision": d.revision,
                "target": d.target,
                "recorded_at": utc_text(d.recorded_at),
                "told": d.speak,
                "reason": d.reason,
                **_owed(owed.get((d.revision, d.target)), rows),
            }
            for d in decisions
            if as_of is None or d.recorded_at <= as_of
        ],
        "follow_ups": [
            {
                "revision": n.revision,
                "target": n.target,
                "recorded_at": utc_text(n.since),
                "told": n.state == TOLD,
                "reason": n.news,
                **_owed(n, rows),
            }
            for n in follow_ups
            if as_of is None or n.since <= as_of
        ],
    }


def explain_berth(
    store: Store, brief: Brief, berth: str, *, at: datetime, as_of: datetime | None = None
) -> Json:
    """Return what was known of a berth at an instant: looks, ships, findings, and what was held.

    Args:
        store: Any store of this schema.
        brief: What the analysis is asked.
        berth: Id of a berth, or its end: `b1` for `tartus.berth.b1` where only one ends so.
        at: The instant asked about.
        as_of: What was known then; None for the last assessment.

    Raises:
        InputError: There is no such berth.
    """
    place = _berth(brief, berth)
    known = as_of or last_assessed(store)
    evidence = evidence_at(store, brief, as_of=known)
    picture = compile_picture(
        evidence, brief.gazetteer, brief.watch, as_of=known, criteria=brief.criteria
    )
    candidates = candidates_in(picture, evidence, brief.gazetteer, criteria=brief.criteria)
    with store.read() as connection:
        stored = [f for f in load_findings(connection) if f.place_id == place]
        looks = [
            s for s in load_berth_states(connection, available_by=known) if s.berth_id == place
        ]
    fed, hours = picture.coverage.fed_between(at - _NEAR, at + _NEAR)
    live = [f for f in stored if f.status is not Status.RETRACTED]
    return {
        "berth": place,
        "at": utc_text(at),
        "as_of": utc_text(known),
        "looks": _looks(looks, at),
        "ais": {
            "hours_heard": fed,
            "hours": hours,
            "stays": [_stay(v, picture, at) for v in _stays(picture, place, at)],
        },
        "findings": [f.to_dict() for f in live if _holds_at(f, at)],
        "retracted": [f.to_dict() for f in stored if f not in live and _holds_at(f, at)],
        "held": [
            c.to_dict()
            for c in candidates
            if c.decided is Decided.HELD and c.place_id == place and _is_near(c, at)
        ],
    }


def last_assessed(store: Store) -> datetime:
    """Return the instant of the last assessment, by the clock it ran under.

    Raises:
        InputError: The store was never assessed.
    """
    with store.read() as connection:
        said = read_cursor(connection, ASSESSED)
        latest = connection.execute(
            sa.select(sa.func.max(schema.finding_revisions.c.recorded_ms))
        ).scalar()
    if said is not None:
        return parse_utc(said)
    if latest is None:
        raise InputError(
            "nothing was assessed in this store yet; run `monitor once` or `monitor run`, or name "
            "an instant with --as-of"
        )
    return from_ms(latest)


def thresholds_of(rule: str, criteria: Criteria) -> Json:
    """Return the criteria a rule reads, by part, as plain JSON values."""
    name = rule.partition("@")[0]
    parts = _RULES.get(name, (name,))
    known = {f.name for f in fields(criteria)}
    return {p: plain_value(getattr(criteria, p)) for p in parts if p in known}


def found_by_prefix(store: Store, prefix: str) -> Finding:
    """Return the finding whose id begins with `prefix`.

    Raises:
        InputError: There is none, or there are several.
    """
    table = schema.findings.c
    with store.read() as connection:
        rows = connection.execute(
            sa.select(table.id, table.body)
            .where(table.id.startswith(prefix.lower(), autoescape=True))
            .order_by(table.id)
        ).all()
    if not rows:
        raise InputError(
            f"no finding begins with {prefix!r}; ids are in findings.jsonl, in every alert's last "
            "line, and on the report page"
        )
    if len(rows) > 1:
        some = ", ".join(row.id for row in rows[:5])
        raise InputError(f"{len(rows)} findings begin with {prefix!r}: {some}; give more digits")
    return found_from(rows[0].body)


def _berth(brief: Brief, asked: str) -> str:
    ids = [p.id for p in brief.gazetteer.berths]
    if asked in ids:
        return asked
    ending = [i for i in ids if i.endswith(f".{asked}")]
    if len(ending) == 1:
        return ending[0]
    near = ending or difflib.get_close_matches(asked, ids, n=5, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(ids[:8])} ..."
    raise InputError(f"no berth {asked!r} in the areas of these settings; {hint}")


def _input(connection: sa.Connection, evidence: Evidence, place_id: str | None) -> Json:
    """Return one piece of evidence with a hash of the rows it stands for: of a scene its own and
    what it says of the berth."""
    return {
        "kind": evidence.kind,
        "ref": evidence.ref,
        "at": utc_text(evidence.at) if evidence.at else None,
        "source": evidence.source,
        "note": evidence.note,
        "sha256": _digest(_rows_of(connection, evidence, place_id)),
    }


def _rows_of(
    connection: sa.Connection, evidence: Evidence, place_id: str | None
) -> Sequence[Sequence[Any]]:
    if evidence.kind == "scene":
        scenes, states = schema.scenes.c, schema.berth_states.c
        scene = sa.select(scenes.body).where(scenes.id == evidence.ref)
        state = sa.select(states.body).where(
            states.scene_id == evidence.ref, states.berth_id == place_id
        )
        return [*connection.execute(scene).all(), *connection.execute(state).all()]
    mmsi, _, _ = evidence.ref.partition("/")
    if evidence.kind not in ("position", "static") or evidence.at is None or not mmsi.isdigit():
        return ()
    at_ms = to_ms(evidence.at)
    table = schema.positions if evidence.kind == "position" else schema.static_reports
    return connection.execute(
        sa.select(table)
        .where(table.c.mmsi == int(mmsi), table.c.time_ms >= at_ms, table.c.time_ms < at_ms + 1000)
        .order_by(*table.primary_key.columns)
    ).all()


def _digest(rows: Iterable[Sequence[Any]]) -> str | None:
    told = [list(row) for row in rows]
    if not told:
        return None
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()


def _held_near(store: Store, brief: Brief, finding: Finding, at: datetime) -> list[Candidate]:
    """Return what was held back about the same ship or place in the time a finding speaks of."""
    evidence = evidence_at(store, brief, as_of=at)
    picture = compile_picture(
        evidence, brief.gazetteer, brief.watch, as_of=at, criteria=brief.criteria
    )
    start, end = told_span(finding)
    ship = finding.subject.mmsi
    return [
        c
        for c in candidates_in(picture, evidence, brief.gazetteer, criteria=brief.criteria)
        if c.decided is Decided.HELD
        and (c.subject.mmsi == ship if ship is not None else c.place_id == finding.place_id)
        and (c.start is None or c.start <= end)
        and (c.end is None or c.end >= start)
    ]


def _owed(notice: NoticeRow | None, rows: Mapping[str, OutboxRow]) -> Json:
    """Return what became of a notice that a channel was owed: its state, why, and its message."""
    row = rows.get(notice.message_id) if notice is not None else None
    return {
        "notice": None
        if notice is None
        else {
            "id": notice.id,
            "state": notice.state,
            "news": notice.news,
            "reason": notice.reason,
            "at": utc_text(notice.due),
        },
        "delivery": _delivery(row) if row is not None else None,
    }


def _delivery(row: OutboxRow) -> Json:
    return {
        "id": row.id,
        "state": row.state.value,
        "attempts": row.attempts,
        "queued_at": utc_text(row.created_at),
        "sent_at": utc_text(row.sent_at) if row.sent_at else None,
        "together": not row.finding_id,
        "error": row.last_error,
    }


def _looks(states: list[BerthState], at: datetime) -> Json:
    """Return the last looks before and the next after, of any kind and those that could see."""

    def pick(found: list[BerthState], which: int) -> Json | None:
        return _look(found[which]) if found else None

    before = [s for s in states if s.acquired_at <= at]
    after = [s for s in states if s.acquired_at > at]
    seen = Occupancy.UNOBSERVED
    return {
        "last": pick(before, -1),
        "last_usable": pick([s for s in before if s.state is not seen], -1),
        "next": pick(after, 0),
        "next_usable": pick([s for s in after if s.state is not seen], 0),
    }


def _look(state: BerthState) -> Json:
    return {
        "scene": state.scene_id,
        "at": utc_text(state.acquired_at),
        "available_at": utc_text(state.available_at),
        "sensor": state.sensor,
        "state": state.state.value,
        "score": None if state.state is Occupancy.UNOBSERVED else round(state.score, 3),
        "usable": round(state.usable, 3),
        "reason": state.reason,
        "rendered": state.rendered,
    }


def _stays(picture: Picture, place: str, at: datetime) -> list[Visit]:
    """Return the stays at a berth that may hold at an instant, else the ones around it."""
    own = [
        v
        for v in picture.visits
        if v.place_kind == "berth" and (v.place_id == place or place in v.covers)
    ]
    at_ms = to_ms(at)
    holding = [v for v in own if v.may_hold_at(at_ms)]
    before = [v for v in own if v.last.time_ms < at_ms and v not in holding]
    after = [v for v in own if v.first.time_ms > at_ms and v not in holding]
    last = max(before, key=lambda v: v.last.time_ms, default=None)
    then = min(after, key=lambda v: v.first.time_ms, default=None)
    return [v for v in (last, *holding, then) if v is not None]


def _stay(visit: Visit, picture: Picture, at: datetime) -> Json:
    ship = picture.register.identity(visit.mmsi)
    edges = (visit.start.earliest, visit.start.latest, visit.end.earliest, visit.end.latest)
    keys = ("start_earliest", "start_latest", "end_earliest", "end_latest")
    return {
        "mmsi": visit.mmsi,
        "imo": ship.imo,
        "name": ship.name,
        **{k: utc_text(e) if e else None for k, e in zip(keys, edges, strict=True)},
        "may_hold": visit.may_hold_at(to_ms(at)),
        "heard_around": visit.first.time_ms <= to_ms(at) <= visit.last.time_ms,
    }


def _holds_at(finding: Finding, at: datetime) -> bool:
    start, end = told_span(finding)
    return start <= at <= end


def _is_near(candidate: Candidate, at: datetime) -> bool:
    """A look has no length: it counts from half a day before to half a day after."""
    if candidate.start is not None and candidate.start == candidate.end:
        return abs(candidate.start - at) <= 4 * _NEAR
    return candidate.holds_at(at)
