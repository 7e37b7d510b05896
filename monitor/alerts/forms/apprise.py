"""Anything Apprise reaches: a title and a short plain text, because limits differ from 160
characters to none.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.message import Message, told_in

_TEXT = 1000


def apprise_form(message: Message) -> dict[str, Any]:
    """Return title and text."""
    told = told_in(message, _TEXT)
    text = "\n".join(told.lines)
    return {
        "title": told.headline,
        "text": f"{text}\n{message.link}" if message.link else text,
        "picture": dict(message.picture),
    }
