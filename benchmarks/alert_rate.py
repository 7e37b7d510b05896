"""How fast news is decided, worded and queued on SQLite: 10,000 findings to three channels.

    python -m benchmarks alert_rate

Everything an assessment does once its picture is compiled, in its one transaction: findings and
their revisions stored, decisions recorded, notices worded and put into the outbox. On disk, with
the settings of the product. What a notice costs when nothing is due is printed too.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.alerts.decide import Manner, Route, decisions_for, notices_for
from monitor.alerts.render import Voice
from monitor.domain.finding import Finding
from monitor.store.derived import save_findings
from monitor.store.engine import Store, open_store
from monitor.store.lives import RecordedDecision, record_decisions
from monitor.store.notices import NewNotice, put_owed
from monitor.store.outbox import list_rows
from monitor.watch.dispatch import dispatch
from tests.builders import T0, hours
from tests.store.test_derived import a_finding

FINDINGS = 10_000
ROUTES = tuple(Route(target=t, format=f) for t, f in (("ops", "slack"), ("hook", "webhook")))
GROUPED = Route(
    target="desk", format="discord",
    manner=Manner(group_by=("port", "kind"), group_wait=timedelta(minutes=5), group_from=3),
)  # fmt: skip


def many(count: int) -> list[Finding]:
    """Return waits of as many ships."""
    base = a_finding()
    return [
        replace(base, subject=replace(base.subject, imo=None, mmsi=371_000_000 + i), anchor=str(i))
        for i in range(count)
    ]


def tell(store: Store, findings: Sequence[Finding], routes: Sequence[Route], now_h: float) -> float:
    """Save the findings and queue what is due, as an assessment does; return the seconds."""
    now = T0 + hours(now_h)
    began = time.perf_counter()
    with store.begin() as connection:
        changes = save_findings(connection, findings, now=now)
        put_owed(
            connection,
            (
                NewNotice(
                    id=n.id, finding_id=n.finding.id, revision=n.revision, target=n.target,
                    news=n.news.value,
                )
                for n in notices_for(changes, routes=routes, as_of=now)
            ),
            now=now,
        )  # fmt: skip
        record_decisions(
            connection,
            (
                RecordedDecision(
                    finding_id=d.finding_id, revision=d.revision, target=d.target,
                    recorded_at=now, speak=d.speak, reason=d.reason,
                )
                for d in decisions_for(changes, routes=routes, as_of=now)
            ),
        )  # fmt: skip
        dispatch(connection, routes, voice=Voice(), now=now)
    return time.perf_counter() - began


def main() -> None:
    """Print the rates."""
    for routes in (ROUTES[:1], (*ROUTES, GROUPED)):
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(open_store(Path(folder) / "s.db")) as store,
        ):
            findings = many(FINDINGS)
            took = tell(store, findings, routes, 7.0)
            again = tell(store, findings, routes, 7.1)
            with store.read() as connection:
                queued = len(list_rows(connection))
        names = ", ".join(r.format for r in routes)
        notices = FINDINGS * len(routes)
        print(
            f"{names}: {notices} notices decided, {queued} messages queued in {took:.1f} s, "
            f"{notices / took * 60:.0f} notices a minute; the same again, no news: {again:.1f} s"
        )


if __name__ == "__main__":
    main()
