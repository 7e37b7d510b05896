"""Delivering: what the outbox owes is sent, row by row, until nothing is due.

A send happens between two transactions: one claims the row, one writes down the outcome. If the
process dies in between, the lease runs out and the row is claimed again. On an idempotent channel
that second send is harmless; elsewhere it is counted as uncertain and, where the channel asks for
it, held for a human. So nothing is lost, and nothing is doubled unseen.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import Connection

from monitor.alerts.channels import Channel, Receipt
from monitor.alerts.pace import Pace, free_at
from monitor.errors import (
    DeliveryDelayed,
    DeliveryRefused,
    MonitorError,
    TargetRefused,
    TryLater,
)
from monitor.store import outbox
from monitor.store.outbox import NewRow, OutboxRow

_log = logging.getLogger(__name__)
_HOURS = (2, 5, 10, 14, 20, 24)


class OpensWrites(Protocol):
    """A store as far as delivery needs it."""

    def begin(self) -> AbstractContextManager[Connection]:
        """Open one write transaction: committed at the end of the block, or rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryCriteria:
    """When to try again, and when to stop."""

    waits: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        *(timedelta(hours=h) for h in _HOURS),
    )
    """After the first failed attempt, the second, and so on; then the row is dead.
    Source: the retry schedule Standard Webhooks 1.0.0 recommends."""
    jitter: float = 0.2
    """Share of a wait that is added at most, so that rows do not come back together."""
    longest_asked: timedelta = timedelta(hours=24)
    """No server's Retry-After keeps its target silent for longer."""
    lease: timedelta = timedelta(minutes=10)
    """How long a claim holds; above the time one call of `deliver` takes."""
    limit: int = 50
    """Sends in one call of `deliver`."""
    patience: timedelta = timedelta(seconds=10)
    """Longest wait in one call of `deliver` for a channel's pace."""

    def wait_after(self, row: OutboxRow, asked: timedelta | None) -> timedelta:
        """Return how long to wait after `row.attempts` failed sends.

        Never shorter than the server asked for; the same for the same row and attempt.
        """
        planned = self.waits[min(row.attempts, len(self.waits)) - 1]
        if asked is not None:
            planned = max(planned, min(asked, self.longest_asked))
        digest = hashlib.sha256(f"{row.id}/{row.attempts}".encode()).digest()
        return planned * (1 + self.jitter * int.from_bytes(digest[:4]) / 2**32)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What one call of `deliver` did."""

    sent: int = 0
    delayed: int = 0
    """Given back for another attempt."""
    dead: int = 0
    """Refused, out of attempts, held or without a channel."""
    uncertain: int = 0
    """Sends of which nobody knows whether they arrived; only where a repeat would show."""
    closed: int = 0
    """Targets that refused for good; their rows wait."""

    def __str__(self) -> str:
        shut = f", {self.closed} channels closed" if self.closed else ""
        return (
            f"{self.sent} sent, {self.delayed} delayed, {self.dead} given up, "
            f"{self.uncertain} uncertain{shut}"
        )


def _nobody(_target: str, _reason: str, _now: datetime) -> Iterable[NewRow]:
    return ()


def deliver(
    store: OpensWrites,
    channels: Mapping[str, Channel],
    *,
    now: datetime,
    criteria: RetryCriteria | None = None,
    paces: Mapping[str, tuple[Pace, ...]] | None = None,
    pause: Callable[[timedelta], datetime] | None = None,
    announce: Callable[[str, str, datetime], Iterable[NewRow]] = _nobody,
) -> DeliveryReport:
    """Send what is due at `now`, oldest first; a failing or slow target holds up no other.

    A channel that raises something outside `MonitorError` has a bug; the
    error is passed on and its row waits for its lease to run out.

    Args:
        store: Where the outbox is.
        channels: By target.
        now: The present, aware UTC.
        criteria: When to try again; the defaults if left out.
        paces: How fast each target may be spoken to; those left out as fast as we can.
        pause: Waits so long and returns the present then; without it nothing waits for a pace,
            and what is over it is left to the next call.
        announce: Says that a target closed, and why, in rows for other targets.
    """
    criteria = criteria or RetryCriteria()
    counts: Counter[str] = Counter()
    patience = criteria.patience
    for _ in range(criteria.limit):
        row, previous, free = _next(store, now, criteria, paces or {})
        while row is None and free is not None and pause is not None and free - now <= patience:
            patience -= free - now
            now = max(pause(free - now), free)
            row, previous, free = _next(store, now, criteria, paces or {})
        if row is None:
            break
        attempt = _Attempt(store, row, previous, now, criteria, counts, announce)
        attempt.run(channels.get(row.target))
    return DeliveryReport(**counts)


def _next(
    store: OpensWrites,
    now: datetime,
    criteria: RetryCriteria,
    paces: Mapping[str, tuple[Pace, ...]],
) -> tuple[OutboxRow | None, str | None, datetime | None]:
    """Claim the next row: one at a time, so that a crash casts doubt on that row and no other.

    Returns:
        The row or None, the other side's name for the first message of its thread, and where there
        is no row the instant from which on a target that is due may be spoken to again.
    """
    with store.begin() as conn:
        free: dict[str, datetime] = {}
        for target, limits in paces.items():
            longest = max((pace.span for pace in limits), default=timedelta(0))
            at = free_at(limits, outbox.tries_since(conn, target, now - longest), now)
            if at > now:
                free[target] = at
        rows = outbox.claim_due(
            conn, now=now, lease=criteria.lease, limit=1, passing_over=free.keys()
        )
        if rows:
            return rows[0], outbox.first_remote_id(conn, rows[0]), None
        due = outbox.due_targets(conn, now=now) & free.keys()
        return None, None, min((free[target] for target in due), default=None)


@dataclass(slots=True)
class _Attempt:
    """One claimed row on its way."""

    store: OpensWrites
    row: OutboxRow
    previous: str | None
    now: datetime
    criteria: RetryCriteria
    counts: Counter[str]
    announce: Callable[[str, str, datetime], Iterable[NewRow]]

    def run(self, channel: Channel | None) -> None:
        if channel is None:
            self._dead(
                "no channel of this name can run; configure it, give its secret and retry, or drop"
            )
            return
        repeat_shows = not channel.idempotent
        if self.row.recovered and repeat_shows:
            if channel.hold_uncertain:
                self._dead("held: an earlier send was cut off and may have arrived", unsure=True)
                return
            self.counts["uncertain"] += 1
            with self.store.begin() as conn:
                outbox.note_uncertain(conn, self.row)
        if self.row.attempts > len(self.criteria.waits) + 1:
            self._dead("out of attempts; every one was cut off")
            return
        try:
            body = json.loads(self.row.body)
        except ValueError:
            self._dead("the stored message cannot be read")
            return
        try:
            receipt, note = self._sent(channel, body)
        except TryLater as exc:
            self._failed(exc, channel, repeat_shows=repeat_shows)
        except TargetRefused as exc:
            self._closed(str(exc))
        except MonitorError as exc:
            self._dead(str(exc))
        else:
            with self.store.begin() as conn:
                outbox.mark_sent(
                    conn, self.row, now=self.now, remote_id=receipt.remote_id, note=note
                )
            self.counts["sent"] += 1

    def _sent(self, channel: Channel, body: Any) -> tuple[Receipt, str]:  # noqa: ANN401 - JSON
        """Send; a picture that is refused costs the picture, and the second value says so."""
        send = partial(
            channel.send,
            message_id=self.row.id,
            attempt_at=self.now,
            previous=self.previous,
        )
        try:
            return send(body), ""
        except DeliveryRefused as exc:
            if not (isinstance(body, dict) and "picture" in body):
                raise
            # Refused is not taken, so the same words without it are told for the first time.
            text = {key: value for key, value in body.items() if key != "picture"}
            receipt = send(text)
            self._log(logging.INFO, f"a picture was refused: {exc}")
            return receipt, f"sent without its picture: {exc}"

    def _failed(self, exc: TryLater, channel: Channel, *, repeat_shows: bool) -> None:
        asked = exc.retry_after if isinstance(exc, DeliveryDelayed) else None
        unsure = isinstance(exc, DeliveryDelayed) and exc.uncertain and repeat_shows
        if unsure and channel.hold_uncertain:
            self._dead(f"held, it may have arrived: {exc}", unsure=True)
            return
        if self.row.attempts > len(self.criteria.waits):
            self._dead(f"out of attempts: {exc}", unsure=unsure)
            return
        not_before = self.now + self.criteria.wait_after(self.row, asked)
        with self.store.begin() as conn:
            outbox.mark_retry(
                conn, self.row, not_before=not_before, error=str(exc), uncertain=unsure
            )
        self.counts["delayed"] += 1
        self.counts["uncertain"] += unsure
        self._log(logging.INFO, f"delayed: {exc}")

    def _closed(self, reason: str) -> None:
        """Nothing can be sent there: the row waits, and the others are told."""
        with self.store.begin() as conn:
            outbox.mark_retry(conn, self.row, not_before=self.now, error=reason, uncertain=False)
            if outbox.close_target(conn, self.row.target, reason=reason, now=self.now):
                said = self.announce(self.row.target, outbox.scrubbed(reason), self.now)
                outbox.enqueue(conn, said, now=self.now)
        self.counts["closed"] += 1
        self._log(logging.WARNING, f"channel closed: {reason}")

    def _dead(self, reason: str, *, unsure: bool = False) -> None:
        with self.store.begin() as conn:
            outbox.mark_dead(conn, self.row, error=reason, uncertain=unsure)
        self.counts["dead"] += 1
        self.counts["uncertain"] += unsure
        self._log(logging.WARNING, f"given up: {reason}")

    def _log(self, level: int, what: str) -> None:
        target, text = self.row.target, outbox.scrubbed(what)
        _log.log(level, "delivery target=%s row=%s %s", target, self.row.id, text)
