"""Microsoft Teams, by a workflow: one adaptive card.

Source: "Create incoming webhooks with Workflows for Microsoft Teams" (a message with one card, 28
kB in all) and the Adaptive Cards schema 1.4: the runs of a RichTextBlock know no Markdown.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.message import Message, told_in
from monitor.alerts.plain_text import utf8_bytes

_BYTES = 12_000
"""As JSON with escapes it can double; the card stays below 28 kB."""


def teams_form(message: Message) -> dict[str, Any]:
    """Return the body a workflow of the kind "webhook request received" takes."""
    told = told_in(message, _BYTES, size=utf8_bytes)
    head = {"type": "TextRun", "text": told.headline, "weight": "Bolder", "size": "Medium"}
    body = [_block(head), *(_block({"type": "TextRun", "text": line}) for line in told.lines)]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if message.link:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": "Open the case", "url": message.link}
        ]
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card,
            }
        ],
        "picture": dict(message.picture),
    }


def _block(run: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [run]}
