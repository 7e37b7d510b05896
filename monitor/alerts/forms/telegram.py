"""Telegram: one text, bold where an entity says so; no markup is parsed, none can be smuggled in.

Source: the Bot API's sendMessage (text 4096 characters) and sendPhoto (caption 1024), counted in
UTF-16 units; links of bots' texts are previewed unless told otherwise.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.message import Message, Told, told_in
from monitor.alerts.plain_text import utf16_units
from monitor.domain.finding import Severity

_TEXT = 4096
_CAPTION = 1024


def telegram_form(message: Message) -> dict[str, Any]:
    """Return the arguments of sendMessage, and a caption for sendPhoto in the same words."""
    text, entities = _with_link(told_in(message, _TEXT - 20), message.link)
    body: dict[str, Any] = {
        "text": text,
        "entities": entities,
        "link_preview_options": {"is_disabled": True},
        "disable_notification": message.severity is Severity.INFO,
        "picture": dict(message.picture),
    }
    if message.picture:
        body["caption"], body["caption_entities"] = _with_link(
            told_in(message, _CAPTION - 20), message.link
        )
    return body


def _with_link(told: Told, link: str) -> tuple[str, list[dict[str, Any]]]:
    text = str(told)
    entities: list[dict[str, Any]] = [
        {"type": "bold", "offset": 0, "length": utf16_units(told.headline)}
    ]
    if link:
        words = "Open the case"
        entities.append(
            {
                "type": "text_link",
                "offset": utf16_units(text) + 1,
                "length": len(words),
                "url": link,
            }
        )
        text += f"\n{words}"
    return text, entities
