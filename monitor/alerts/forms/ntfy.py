"""ntfy: a title and a plain text.

Source: ntfy's page "Publishing": a message holds 4096 bytes and becomes an attached file beyond;
priority 1 to 5; Markdown is parsed only where a message asks for it.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.message import Message, told_in
from monitor.alerts.plain_text import utf8_bytes
from monitor.domain.finding import Severity

_BYTES = 4096
_BYTES_BESIDE = 1500
"""Beside a picture the words travel in the address, where proxies take 8 kB, escapes counted."""
_PRIORITIES = {Severity.INFO: 2, Severity.NOTICE: 3, Severity.WARNING: 4, Severity.CRITICAL: 5}


def ntfy_form(message: Message) -> dict[str, Any]:
    """Return the JSON form of a message, without its topic."""
    told = told_in(message, _BYTES_BESIDE if message.picture else _BYTES, size=utf8_bytes)
    body: dict[str, Any] = {
        "title": told.headline,
        "message": "\n".join(told.lines),
        "priority": _PRIORITIES[message.severity],
        "picture": dict(message.picture),
    }
    if message.link:
        body["click"] = message.link
    return body
