"""E-mail: a subject and a plain text; no HTML, so there is none to inject.

Source: RFC 5322: lines of a header stay below 998 characters, which the library folds.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.message import Message, told_in
from monitor.alerts.plain_text import fitted, inert

_SUBJECT = 200
_TEXT = 20_000


def mail_form(message: Message) -> dict[str, Any]:
    """Return subject and text."""
    text = str(told_in(message, _TEXT))
    return {
        "subject": fitted(inert(message.headline), _SUBJECT),
        "text": f"{text}\n{message.link}\n" if message.link else f"{text}\n",
        "urgent": message.severity.rank >= 2,
        "picture": dict(message.picture),
    }
