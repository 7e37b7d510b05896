"""Matrix: one text, plain and as HTML.

Source: the Matrix client-server specification 1.12, "Instant messaging" (`org.matrix.custom.html`;
an image with a `filename` has its `body` as caption) and "User and room mentions" (`m.mentions`
that names nobody calls nobody, whatever the text says); an event holds 65,536 bytes.
"""

from __future__ import annotations

from html import escape
from typing import Any

from monitor.alerts.message import Message, told_in
from monitor.alerts.plain_text import utf8_bytes

_BYTES = 4000
"""Told plain and as HTML, twice over in an edit, with `&` five bytes long: below 65,536."""


def matrix_form(message: Message) -> dict[str, Any]:
    """Return the content of an `m.room.message` event; a picture makes it an image's caption."""
    told = told_in(message, _BYTES, size=utf8_bytes)
    html = [f"<strong>{_html(told.headline)}</strong>", *map(_html, told.lines)]
    text = str(told)
    if message.link:
        text += f"\n{message.link}"
        html.append(f'<a href="{escape(message.link)}">Open the case</a>')
    return {
        "msgtype": "m.text",
        "body": text,
        "format": "org.matrix.custom.html",
        "formatted_body": "<br>".join(html),
        "m.mentions": {},
        "picture": dict(message.picture),
    }


def _html(text: str) -> str:
    return escape(text, quote=False)
