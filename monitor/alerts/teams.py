"""Microsoft Teams, by a workflow that posts the card it is sent.

Source: Microsoft's page "Create incoming webhooks with Workflows for Microsoft Teams": 202 says
that the flow was accepted, not that the card was posted; four requests a second; 28 kB.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.chat_webhook import ChatWebhook
from monitor.alerts.pictures import Shown


class TeamsChannel(ChatWebhook):
    """Posts to one workflow."""

    def showing(self, payload: dict[str, Any], shown: Shown) -> dict[str, Any]:
        """Return the payload with an image at the end of its card."""
        (first,) = payload["attachments"]
        card = first["content"]
        image = {"type": "Image", "url": shown.url, "altText": shown.words}
        card = {**card, "body": [*card["body"], image]}
        return {**payload, "attachments": [{**first, "content": card}]}
