"""From a store to a case: which findings it is about, and all that bears on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.domain.finding import Finding, Severity
from monitor.domain.window import TimeWindow
from monitor.errors import InputError
from monitor.report.case import CaseView, window_of
from monitor.report.summary import began
from monitor.store.engine import Store
from monitor.watch.brief import Brief
from monitor.watch.explain import explain_finding, found_by_prefix
from monitor.watch.publish import Press, gather

MOST = 200
"""Findings in one case."""


def case_of(
    store: Store,
    brief: Brief,
    press: Press,
    *,
    now: datetime,
    ids: Sequence[str] = (),
    window: TimeWindow | None = None,
) -> CaseView:
    """Return a case about some findings, or about what happened in a time, notices and louder.

    Args:
        store: Any store of this schema.
        brief: What the analysis is asked.
        press: How pages are made.
        now: The instant it is made for.
        ids: Ids of findings, or their first digits.
        window: What is shown; round the findings if None.

    Raises:
        InputError: No finding has such an id, none is in the window, or too many are.
    """
    named = {f.id: f for f in (found_by_prefix(store, prefix) for prefix in ids)}
    gathered = gather(store, brief, press, now=now)
    chosen = [f for f in gathered.site.findings if f.id in named]
    if not ids:
        assert window is not None
        chosen = [f for f in gathered.site.findings if _within(f, window)]
        if not chosen:
            raise InputError(
                f"nothing of notice or louder was found between {window.start:%Y-%m-%d %H:%M} and "
                f"{window.end:%Y-%m-%d %H:%M} UTC; see `monitor findings`"
            )
    if len(chosen) > MOST:
        raise InputError(f"{len(chosen)} findings make no case; narrow the time to at most {MOST}")
    return CaseView(
        site=gathered.site,
        findings=tuple(sorted(chosen, key=lambda f: (began(f), f.id))),
        window=window or window_of(chosen, now),
        scenes=gathered.scenes,
        explained={f.id: explain_finding(store, brief, f.id, as_of=None) for f in chosen},
    )


def _within(finding: Finding, window: TimeWindow) -> bool:
    begun = finding.start_earliest or began(finding)
    over = finding.end_latest or finding.start_latest or window.end
    loud = finding.severity.rank >= Severity.NOTICE.rank
    return loud and begun <= window.end and over >= window.start
