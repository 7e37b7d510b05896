"""How fast a channel may be spoken to, and when it may be spoken to again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """At most `count` messages in any `span`."""

    count: int
    span: timedelta

    def free_at(self, tries: Sequence[datetime], now: datetime) -> datetime:
        """Return from when on one more message keeps the pace.

        Args:
            tries: When messages were last sent or tried, in any order.
            now: The present; tries in its future (the clock went back) count as now.
        """
        recent = sorted(min(at, now) for at in tries if at > now - self.span)
        return now if len(recent) < self.count else recent[-self.count] + self.span


def free_at(paces: Sequence[Pace], tries: Sequence[datetime], now: datetime) -> datetime:
    """Return from when on one more message keeps every pace."""
    return max((pace.free_at(tries, now) for pace in paces), default=now)


PACES: Mapping[str, tuple[Pace, ...]] = {
    "slack": (Pace(count=1, span=_SECOND),),
    "slack_bot": (Pace(count=1, span=_SECOND),),
    "discord": (Pace(count=5, span=2 * _SECOND), Pace(count=30, span=_MINUTE)),
    "telegram": (Pace(count=1, span=_SECOND), Pace(count=20, span=_MINUTE)),
    "mattermost": (Pace(count=10, span=_SECOND),),
    "teams": (Pace(count=4, span=_SECOND),),
    "matrix": (Pace(count=5, span=_SECOND),),
    "ntfy": (Pace(count=12, span=_MINUTE),),
    "mail": (Pace(count=20, span=_MINUTE),),
    "email": (Pace(count=20, span=_MINUTE),),
    "apprise": (Pace(count=10, span=_MINUTE),),
}
"""By kind of channel, each within what its vendor documents (docs/alerts.md); others have none."""
