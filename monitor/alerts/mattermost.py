"""Mattermost, by incoming webhook.

Source: Mattermost's page "Incoming webhooks": success is 200 with body `ok`; an error is JSON with
an `id` such as `web.incoming_webhook.general.app_error`.
"""

from __future__ import annotations

from typing import Any

from monitor.alerts.chat_webhook import ChatWebhook
from monitor.alerts.pictures import Shown


class MattermostChannel(ChatWebhook):
    """Posts to one Mattermost incoming webhook."""

    answers = b"ok"

    def showing(self, payload: dict[str, Any], shown: Shown) -> dict[str, Any]:
        """Return the payload with an image under its text."""
        first, *others = payload["attachments"]
        return {**payload, "attachments": [{**first, "image_url": shown.url}, *others]}
