"""Discord: one embed.

Source: Discord's pages "Webhook resource" and "Embed limits": title 256, description 4096, 25
fields of 256 and 1024, footer 2048, 6000 characters in all. `allowed_mentions` with an empty list
lets nothing in the text ring a bell.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.message import Message
from monitor.alerts.plain_text import fitted, inert, markdown
from monitor.domain.finding import Severity
from monitor.domain.window import utc_text

COLOURS = {
    Severity.INFO: 0x7F8C8D,
    Severity.NOTICE: 0x2E86C1,
    Severity.WARNING: 0xE67E22,
    Severity.CRITICAL: 0xC0392B,
}


def discord_form(message: Message) -> dict[str, Any]:
    """Return the body of "Execute Webhook"; a picture goes into its embed."""
    facts = [*message.facts]
    for name, lines in (("Not seen", message.unseen), ("Evidence", message.evidence)):
        if lines:
            facts.append((name, "\n".join(f"• {line}" for line in lines)))
    room = 3600 // max(len(facts), 1)
    embed: dict[str, Any] = {
        "title": _marked(message.headline, 256),
        "description": _marked("\n".join(t for t in (message.text, message.demo) if t), 1200),
        "color": COLOURS[message.severity],
        "fields": [
            {"name": label, "value": _marked(value, min(room - len(label), 1024)), "inline": False}
            for label, value in facts
        ],
        "footer": {"text": fitted(inert(message.footer), 300)},
    }
    if message.as_of:
        embed["timestamp"] = utc_text(message.as_of)
    if message.link:
        embed["url"] = message.link
    return {
        "content": "",
        "allowed_mentions": {"parse": []},
        "embeds": [embed],
        "picture": dict(message.picture),
    }


def _marked(text: str, limit: int) -> str:
    return fitted(inert(text), limit, escape=markdown)
