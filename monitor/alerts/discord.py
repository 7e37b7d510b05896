"""Discord, by webhook: files can be attached, and a message edited by its id.

Source: Discord's page "Webhook resource": with `wait=true` the answer is 200 with the message, and
without it a message that could not be saved gives no error; 429 says `retry_after` in seconds; a
webhook that is gone answers 404, code 10015, and a message that is gone code 10008.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.alerts.channels import (
    AnswerRefused,
    Line,
    Receipt,
    Updates,
    address_label,
    checked_address,
    object_in,
)
from monitor.alerts.pictures import AttachedPictures, Picture, ShowsEvidence
from monitor.http_client import Form, HttpClient

_MESSAGE_GONE = 10008


class DiscordChannel:
    """Posts to one Discord webhook."""

    idempotent = False

    def __init__(
        self,
        *,
        name: str,
        url: str,
        client: HttpClient,
        hold_uncertain: bool = False,
        on_update: Updates = Updates.EDIT,
        evidence: ShowsEvidence | None = None,
    ) -> None:
        """Set up a channel; nothing is sent.

        Raises:
            ConfigError: `url` is not a web address.
        """
        parts = checked_address(url, channel=name)
        self.name = name
        self.hold_uncertain = hold_uncertain
        self._base = parts._replace(query="", fragment="").geturl().rstrip("/")
        self._query = f"?{parts.query}&wait=true" if parts.query else "?wait=true"
        self._edits = on_update is Updates.EDIT
        self._line = Line(client, label=address_label(url))
        self._pictures = AttachedPictures(evidence)

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Post `body`, or edit the first message; see `Channel.send`."""
        payload, picture = self._pictures.taken_from(body)
        content = _with_file(payload, picture) if picture else payload
        if self._edits and previous and previous.isdecimal():
            try:
                answer = self._line.tell(
                    f"{self._base}/messages/{previous}{self._query}",
                    content,
                    method="PATCH",
                    attempt_at=attempt_at,
                    repeat_shows=False,
                )
            except AnswerRefused as exc:
                if object_in(exc.answer).get("code") != _MESSAGE_GONE:
                    raise
                # Somebody deleted it; what is new is still told.
            else:
                return Receipt(status=answer.status, remote_id=previous)
        answer = self._line.tell(self._base + self._query, content, attempt_at=attempt_at)
        return Receipt(status=answer.status, remote_id=str(self._line.said(answer).get("id", "")))


def _with_file(payload: dict[str, Any], picture: Picture) -> Form:
    embed, *others = payload["embeds"]
    embed = {**embed, "image": {"url": f"attachment://{picture.name}"}}
    # On an edit the list of attachments says which stay: the new one takes the old one's place.
    told = {
        **payload,
        "embeds": [embed, *others],
        "attachments": [{"id": 0, "filename": picture.name, "description": picture.words}],
    }
    return Form(
        fields={"payload_json": json.dumps(told, separators=(",", ":"))},
        files={"files[0]": (picture.name, picture.png, "image/png")},
    )
