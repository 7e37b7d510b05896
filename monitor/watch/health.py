"""Is the monitor well? Answered from the store alone, so that another process can ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.store.engine import Store
from monitor.store.progress import heartbeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The answer, and a line for each job."""

    is_well: bool
    lines: tuple[str, ...]


def health(store: Store, *, now: datetime) -> Health:
    """Return whether every job has succeeded within twice its interval."""
    with store.read() as connection:
        beats = heartbeats(connection)
    lines = []
    for beat in beats:
        word = "late" if beat.is_late(now) else "failing" if beat.is_failing else "ok"
        when = f"{beat.succeeded_at:%Y-%m-%d %H:%M:%SZ}" if beat.succeeded_at else "never"
        lines.append(f"{beat.job}: {word}, last success {when} {beat.note}".rstrip())
    if not beats:
        return Health(is_well=False, lines=("no job has run yet: is `monitor run` running?",))
    # One failure after a success may pass; a job that never succeeded will not by itself.
    never = any(b.is_failing and b.succeeded_at is None for b in beats)
    return Health(is_well=not (never or any(b.is_late(now) for b in beats)), lines=tuple(lines))
