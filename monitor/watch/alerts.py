"""What was told, what is held and what was not told, each with its reason; and what people say to
it: silences, nods, tests of a channel. Answers are plain JSON values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.alerts.decide import Route
from monitor.alerts.render import Voice
from monitor.alerts.silences import parsed
from monitor.domain.window import from_ms, utc_text
from monitor.errors import InputError
from monitor.store import schema
from monitor.store.engine import Store
from monitor.store.notices import (
    DROPPED,
    HELD,
    TOLD,
    Nod,
    SilenceRow,
    add_silence,
    expire_silence,
    load_current,
    load_silences,
    nod,
)
from monitor.store.outbox import OutboxRow, OutboxState, closed, list_rows
from monitor.watch.dispatch import dispatch
from monitor.watch.explain import found_by_prefix

Json = dict[str, Any]
NOT_TOLD = "not_told"
OUTCOMES = (TOLD, HELD, DROPPED, NOT_TOLD)
"""`held` may still be told, `dropped` had nothing left to tell or was silenced, `not_told` is not
wanted by the channel."""


def alerts_of(
    store: Store,
    *,
    targets: Sequence[str] = (),
    outcomes: Sequence[str] = (),
    since: datetime | None = None,
    limit: int | None = None,
) -> list[Json]:
    """Return what became of every piece of news for every channel, oldest first.

    Args:
        store: Any store of this schema.
        targets: Only these channels; all if empty.
        outcomes: Only these of `OUTCOMES`; all if empty.
        since: Only what was put down from then on.
        limit: The last so many; all for None.
    """
    with store.read() as connection:
        rows = [*_notices(connection), *_unwanted(connection)]
    chosen = [
        row
        for row in rows
        if (not targets or row["target"] in targets)
        and (not outcomes or row["outcome"] in outcomes)
        and (since is None or row["since"] >= utc_text(since))
    ]
    chosen.sort(key=lambda r: (r["since"], r["target"], r["finding"], r["revision"], r["news"]))
    return chosen[-limit:] if limit else chosen


def _notices(connection: sa.Connection) -> Iterator[Json]:
    n, o, f = schema.notices.c, schema.outbox.c, schema.findings.c
    found = connection.execute(
        sa.select(
            schema.notices,
            o.state.label("delivery"),
            o.last_error,
            o.uncertain,
            o.finding_id.label("alone"),
            sa.func.json_extract(f.body, "$.kind").label("kind"),
            sa.func.json_extract(f.body, "$.text").label("text"),
        )
        .outerjoin(schema.outbox, o.id == n.message_id)
        .outerjoin(schema.findings, f.id == n.finding_id)
    )
    for row in found:
        told = row.state == TOLD
        yield {
            "since": utc_text(from_ms(row.since_ms)),
            "target": row.target,
            "outcome": row.state,
            "why": row.reason,
            "news": row.news,
            "next_look": utc_text(from_ms(row.due_ms)) if row.state == HELD else None,
            "settled": None if row.state == HELD else utc_text(from_ms(row.due_ms)),
            "delivery": row.delivery if told else None,
            "error": (row.last_error or "") if told else "",
            "uncertain": (row.uncertain or 0) if told else 0,
            "message": row.message_id or None,
            "together": told and row.alone == "",
            "finding": row.finding_id,
            "revision": row.revision,
            "kind": row.kind,
            "text": row.text,
        }


def _unwanted(connection: sa.Connection) -> Iterator[Json]:
    d, f = schema.decisions.c, schema.findings.c
    found = connection.execute(
        sa.select(
            schema.decisions,
            sa.func.json_extract(f.body, "$.kind").label("kind"),
            sa.func.json_extract(f.body, "$.text").label("text"),
        )
        .outerjoin(schema.findings, f.id == d.finding_id)
        .where(d.speak == 0)
    )
    for row in found:
        at = utc_text(from_ms(row.recorded_ms))
        yield {
            "since": at,
            "target": row.target,
            "outcome": NOT_TOLD,
            "why": row.reason,
            "news": "",
            "next_look": None,
            "settled": at,
            "delivery": None,
            "error": "",
            "uncertain": 0,
            "message": None,
            "together": False,
            "finding": row.finding_id,
            "revision": row.revision,
            "kind": row.kind,
            "text": row.text,
        }


def would_send(store: Store, routes: Sequence[Route], *, voice: Voice, now: datetime) -> list[Json]:
    """Return the messages that are owed now, those held ones included that would come out.

    Nothing is sent and nothing is written: the store is left as it was.
    """
    writing = store.engine.connect().execution_options(monitor_write=True)
    with writing as connection, connection.begin() as transaction:
        dispatch(connection, routes, voice=voice, now=now)
        owed = list_rows(connection, (OutboxState.PENDING, OutboxState.SENDING))
        shut = closed(connection)
        transaction.rollback()
    return [_message(row, row.target in shut, now) for row in owed]


def _message(row: OutboxRow, is_closed: bool, now: datetime) -> Json:
    when = "now" if row.not_before <= now else utc_text(row.not_before)
    return {
        "target": row.target,
        "when": "when the channel is mended" if is_closed else when,
        "message": row.id,
        "finding": row.finding_id or None,
        "revision": row.revision or None,
        "attempts": row.attempts,
        "error": row.last_error,
        "body": json.loads(row.body),
    }


def silence(
    store: Store,
    matchers: Sequence[str],
    *,
    start: datetime,
    end: datetime,
    author: str,
    comment: str,
    now: datetime,
) -> SilenceRow:
    """Keep a silence and return it.

    Raises:
        InputError: A matcher is none, or it would end before it begins.
    """
    try:
        conditions = tuple(str(m) for m in parsed(matchers))
    except ValueError as exc:
        raise InputError(str(exc)) from exc
    if end <= start:
        raise InputError(
            f"a silence must end ({utc_text(end)}) after it begins ({utc_text(start)})"
        )
    if not author.strip():
        raise InputError("say whose silence it is: --by NAME")
    words = "\x1f".join((*conditions, utc_text(start), utc_text(end), author, now.isoformat()))
    made = SilenceRow(
        id=hashlib.sha256(words.encode()).hexdigest()[:8],
        matchers=conditions,
        start=start,
        end=end,
        author=author.strip(),
        comment=comment.strip(),
        created_at=now,
    )
    with store.begin() as connection:
        add_silence(connection, made)
    return made


def silences(store: Store, *, now: datetime, every: bool = False) -> list[Json]:
    """Return the silences that have not ended, or every one, oldest first."""
    with store.read() as connection:
        rows = load_silences(connection)
    return [
        {
            "id": row.id,
            "state": "ended" if row.end <= now else "active" if row.start <= now else "to come",
            "matchers": list(row.matchers),
            "start": utc_text(row.start),
            "end": utc_text(row.end),
            "by": row.author,
            "comment": row.comment,
        }
        for row in rows
        if every or row.end > now
    ]


def end_silence(store: Store, prefix: str, *, now: datetime) -> str:
    """End a silence now and return its id.

    Raises:
        InputError: None that lasts has such an id, or several have.
    """
    ids = [s["id"] for s in silences(store, now=now) if s["id"].startswith(prefix.lower())]
    if len(ids) != 1:
        what = "several" if ids else "no"
        raise InputError(
            f"{what} silences that last begin with {prefix!r}; see `monitor silence list`"
        )
    with store.begin() as connection:
        expire_silence(connection, ids[0], now=now)
    return str(ids[0])


def acknowledge(store: Store, prefix: str, *, author: str, comment: str, now: datetime) -> Nod:
    """Write down that somebody has taken note of a finding, as it is now.

    Raises:
        InputError: No finding has such an id, or several have.
    """
    finding = found_by_prefix(store, prefix)
    if not author.strip():
        raise InputError("say who takes note: --by NAME")
    with store.begin() as connection:
        said = Nod(
            finding_id=finding.id,
            revision=load_current(connection, [finding.id])[finding.id].revision,
            at=now,
            author=author.strip(),
            comment=comment.strip(),
        )
        nod(connection, said)
    return said
