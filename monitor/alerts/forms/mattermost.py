"""Mattermost: one message attachment.

Source: Mattermost's pages "Incoming webhooks" and "Message attachments"; a post holds 16383
characters. Markdown is parsed in every text of it, so every text is escaped.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.forms.discord import COLOURS
from monitor.alerts.message import Message, told_in
from monitor.alerts.plain_text import fitted, inert, markdown

_TEXT = 8000


def mattermost_form(message: Message) -> dict[str, Any]:
    """Return the body of an incoming webhook; a picture is shown by its public address."""
    told = told_in(message, _TEXT, escape=markdown)
    attachment: dict[str, Any] = {
        # Phones show the fallback as it is.
        "fallback": fitted(inert(message.headline), 1000),
        "color": f"#{COLOURS[message.severity]:06x}",
        "title": told.headline,
        "text": "\n".join(told.lines),
    }
    if message.link:
        attachment["title_link"] = message.link
    return {"text": "", "attachments": [attachment], "picture": dict(message.picture)}
