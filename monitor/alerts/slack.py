"""Slack, by incoming webhook: one URL, one chat channel, no way to edit or to send twice safely.

Source: Slack's pages "Sending messages using incoming webhooks" (success is 200 with body `ok`;
400, 403, 404 and 410 come with a code in plain text) and "Rate limits" (429 with Retry-After).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.alerts.channels import Receipt, address_label, checked_address, raise_for_answer
from monitor.errors import DeliveryDelayed
from monitor.http_client import HttpClient, HttpNotSent, HttpOutcomeUnknown


class SlackChannel:
    """Posts to one Slack incoming webhook."""

    idempotent = False

    def __init__(
        self, *, name: str, url: str, client: HttpClient, hold_uncertain: bool = False
    ) -> None:
        """Set up a channel; nothing is sent.

        Raises:
            ConfigError: `url` is not a web address.
        """
        checked_address(url, channel=name)
        self.name = name
        self.hold_uncertain = hold_uncertain
        self._url = url
        self._label = address_label(url)
        self._client = client

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Post `body`; see `Channel.send`. Slack knows no message id, so it is not sent."""
        content = json.dumps(body, separators=(",", ":")).encode("ascii")
        headers = {"content-type": "application/json; charset=utf-8"}
        try:
            answer = self._client.post(self._url, content=content, headers=headers)
        except HttpNotSent as exc:
            raise DeliveryDelayed(f"{self._label}: {exc}") from exc
        except HttpOutcomeUnknown as exc:
            raise DeliveryDelayed(f"{self._label}: {exc}", uncertain=True) from exc
        raise_for_answer(answer, label=self._label, attempt_at=attempt_at)
        if answer.status != 200 or answer.content.strip() != b"ok":
            # Cut short it is Slack of which we did not hear the end; whole, it is someone else,
            # such as a proxy's page.
            raise DeliveryDelayed(
                f"{self._label} answered {answer.status} without `ok`",
                uncertain=not answer.complete,
            )
        return Receipt(status=answer.status)
