"""A storm: 2,000 findings in a minute and a feed that comes and goes 100 times, channel by channel.

    python -m benchmarks alert_storm

Time is made up, the store and all deciding are the product's. Every kind of channel wants
everything, with the settings a channel has when nothing is set. Findings come in twenty assessments
three seconds apart, the feed's silence opens and closes a hundred times in that minute and the hour
after it. A daemon delivers every five seconds for two hours.

Printed for each channel: messages sent against findings, the most in any second and minute
against the vendor's limit, how long until the last was out, and whether anything was lost: every
notice must end told, or dropped with its reason.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.alert_rate import many, tell
from monitor.alerts.channels import Receipt
from monitor.alerts.decide import Manner, Route
from monitor.alerts.pace import PACES, Pace
from monitor.alerts.render import FORMATS, Voice
from monitor.domain.finding import Basis, Finding, FindingKind, Severity, Status, Subject
from monitor.store.engine import Store, open_store
from monitor.store.notices import DROPPED, HELD, TOLD, load_notices
from monitor.watch.dispatch import dispatch
from monitor.watch.notify import RetryCriteria, deliver
from tests.builders import T0
from tests.store.test_derived import a_finding

SHIPS, ASSESSMENTS, FLAPS = 2_000, 20, 100
STEP, HOURS = timedelta(seconds=5), timedelta(hours=2)
USUAL = Manner(group_by=("kind",), group_interval=timedelta(seconds=300), group_from=5)
EACH = replace(USUAL, group_from=None)
"""A webhook's: machines want each."""


class Clocked:
    """A channel that notes when it was spoken to."""

    idempotent = hold_uncertain = False

    def __init__(self, name: str, clock: list[datetime]) -> None:
        self.name, self.clock = name, clock
        self.sent: list[datetime] = []

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Take a message."""
        del body, message_id, attempt_at, previous
        self.sent.append(self.clock[0])
        return Receipt(status=200)


def feed(silent: int) -> Finding:
    """Return the silence of a feed, open or over, of a given number."""
    at = T0 + silent * timedelta(seconds=36)
    return replace(
        a_finding(), kind=FindingKind.FEED_SILENT, subject=Subject(), place_id=None,
        severity=Severity.WARNING, basis=Basis.AIS, text="feed says nothing", why={},
        start_latest=at, learned_at=at, anchor=f"feed-{silent}",
    )  # fmt: skip


def over(finding: Finding) -> Finding:
    """Return a silence that has ended."""
    end = finding.learned_at + timedelta(seconds=18)
    return replace(finding, status=Status.CLOSED, end_earliest=end, end_latest=end)


def main() -> None:
    """Print what each channel got."""
    routes = [
        Route(target=name, format=name, manner=EACH if name == "webhook" else USUAL)
        for name in sorted(FORMATS)
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(Path(folder) / "s.db")) as store,
    ):
        channels = _stormed(store, routes)
        with store.read() as connection:
            notices = load_notices(connection)
    for route in routes:
        own = [n for n in notices if n.target == route.target]
        states = Counter(n.state for n in own)
        sent = channels[route.target].sent
        limits = ", ".join(
            f"{_most(sent, pace.span)} of {pace.count} in {pace.span.total_seconds():.0f} s"
            for pace in PACES.get(route.format, ())
        )
        broken = [p for p in PACES.get(route.format, ()) if _most(sent, p.span) > p.count]
        reasons = Counter(n.reason for n in own if n.state == DROPPED)
        print(
            f"{route.target:<11} {len(own)} notices: {states[TOLD]} told in {len(sent)} messages, "
            f"{states[DROPPED]} dropped {dict(reasons)}, {states[HELD]} held; "
            f"{limits or 'no limit'}; the last after "
            f"{(max(sent) - T0).total_seconds() / 60:.1f} min"
            + ("; LIMIT BROKEN" if broken else "")
        )


def _stormed(store: Store, routes: list[Route]) -> dict[str, Clocked]:
    clock = [T0]
    channels = {r.target: Clocked(r.target, clock) for r in routes}
    paces: dict[str, tuple[Pace, ...]] = {r.target: PACES.get(r.format, ()) for r in routes}
    ships, criteria = many(SHIPS), replace(RetryCriteria(), limit=10_000)
    ships = [replace(f, learned_at=T0, start_latest=T0) for f in ships]
    assessed = flapped = 0

    def pause(span: timedelta) -> datetime:
        clock[0] += span
        return clock[0]

    at = T0
    while at < T0 + HOURS:
        clock[0] = max(clock[0], at)
        done = (at - T0) / timedelta(seconds=3)
        due = min(int(done) + 1, ASSESSMENTS)
        flaps = min(int((at - T0) / timedelta(seconds=18)) + 1, 2 * FLAPS)
        if due > assessed or flaps > flapped:
            assessed, flapped = due, flaps
            silences = [over(feed(n)) for n in range(flapped // 2)]
            if flapped % 2:
                silences.append(feed(flapped // 2))
            known = ships[: SHIPS * assessed // ASSESSMENTS]
            tell(store, [*known, *silences], routes, (clock[0] - T0) / timedelta(hours=1))
        else:
            with store.begin() as connection:
                dispatch(connection, routes, voice=Voice(), now=clock[0])
        deliver(store, channels, now=clock[0], criteria=criteria, paces=paces, pause=pause)
        at += STEP
    return channels


def _most(sent: list[datetime], span: timedelta) -> int:
    """Return the most messages in any span."""
    most = first = 0
    for last, at in enumerate(sent):
        while at - sent[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


if __name__ == "__main__":
    main()
