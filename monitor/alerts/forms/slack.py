"""Slack: blocks.

Source: Slack's block reference: header 150, section text 3000, field 2000 characters, 10 fields, 50
blocks. `verbatim` keeps names that look like links or channels plain.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.message import Message
from monitor.alerts.plain_text import fitted, inert


def slack_form(message: Message) -> dict[str, Any]:
    """Return the body of a message: blocks, and a text for where they are not shown."""
    blocks: list[dict[str, Any]] = [
        {
            "type": "header",
            "text": {
                "type": "plain_text",
                "text": fitted(_inert(message.headline), 150),
                "emoji": False,
            },
        }
    ]
    if message.demo:
        blocks.append({"type": "context", "elements": [_mrkdwn(message.demo, 1000)]})
    if message.text:
        blocks.append({"type": "section", "text": _mrkdwn(message.text, 1200)})
    fields = [_mrkdwn(value, 300, title=label) for label, value in message.facts]
    blocks.append({"type": "section", "fields": fields})
    for title, lines in (("Not seen", message.unseen), ("Evidence", message.evidence)):
        if lines:
            listed = "\n".join(f"• {line}" for line in lines)
            blocks.append({"type": "section", "text": _mrkdwn(listed, 1200, title=title)})
    blocks.append({"type": "context", "elements": [_mrkdwn(message.footer, 1000)]})
    if message.link:
        button = {"type": "plain_text", "text": "Open the case", "emoji": False}
        blocks.append(
            {
                "type": "actions",
                "elements": [{"type": "button", "text": button, "url": message.link}],
            }
        )
    summary = f"{message.headline} · {message.facts[0][1]}"
    return {
        "text": fitted(_inert(summary), 1000, escape=_entity),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
        "picture": dict(message.picture),
    }


_STYLES = str.maketrans({"`": "'", "*": "∗", "~": "∼"})


def _entity(grapheme: str) -> str:
    return grapheme.replace("&", "&amp;")


def _inert(text: str) -> str:
    return inert(text).translate(_STYLES)


def _mrkdwn(text: str, limit: int, *, title: str = "") -> dict[str, Any]:
    head = f"*{title}*\n" if title else ""
    body = fitted(_inert(text), limit - len(head), escape=_entity)
    return {"type": "mrkdwn", "text": head + body, "verbatim": True}
