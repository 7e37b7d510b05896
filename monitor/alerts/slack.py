"""Slack, by incoming webhook.

Source: Slack's pages "Sending messages using incoming webhooks" (success is 200 with body `ok`;
400, 403, 404 and 410 come with a code in plain text) and "Rate limits" (429 with Retry-After).
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.chat_webhook import ChatWebhook
from monitor.alerts.pictures import Shown


class SlackChannel(ChatWebhook):
    """Posts to one Slack incoming webhook."""

    answers = b"ok"

    def showing(self, payload: dict[str, Any], shown: Shown) -> dict[str, Any]:
        """Return the payload with an image block."""
        image = {"type": "image", "image_url": shown.url, "alt_text": shown.words}
        return {**payload, "blocks": [*payload["blocks"], image]}
