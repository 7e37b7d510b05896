"""ntfy: one topic of one server; a picture is sent as the body, the words beside it.

Source: ntfy's page "Publishing": JSON goes to the server's root; a file is PUT to the topic, and
every header may stand in the query instead, where it can hold any character; the answer is JSON
with the message's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from monitor.alerts.channels import Line, Receipt, address_label, checked_address
from monitor.alerts.pictures import AttachedPictures, ShowsEvidence
from monitor.errors import ConfigError
from monitor.http_client import HttpClient


class NtfyChannel:
    """Posts to one topic."""

    idempotent = False

    def __init__(
        self,
        *,
        name: str,
        url: str,
        client: HttpClient,
        token: str = "",
        hold_uncertain: bool = False,
        evidence: ShowsEvidence | None = None,
    ) -> None:
        """Set up a channel; nothing is sent.

        Args:
            name: The target's name.
            url: Server and topic, `https://ntfy.sh/topic`.
            client: The client to send with.
            token: Of a user who may write to the topic; empty for an open one.
            hold_uncertain: See `Channel`.
            evidence: Draws the pictures.

        Raises:
            ConfigError: `url` is not a web address with a topic.
        """
        parts = checked_address(url, channel=name)
        root, _, topic = parts.path.rstrip("/").rpartition("/")
        if not topic:
            raise ConfigError(f"channel {name!r}: its URL must end in a topic")
        self.name = name
        self.hold_uncertain = hold_uncertain
        self._root = parts._replace(path=f"{root}/", query="", fragment="").geturl()
        self._topic = topic
        self._headers = {"authorization": f"Bearer {token}"} if token else {}
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
        """Publish `body`; see `Channel.send`."""
        payload, picture = self._pictures.taken_from(body)
        if picture:
            query = urlencode({**payload, "filename": picture.name}, quote_via=quote)
            answer = self._line.tell(
                f"{self._root}{self._topic}?{query}",
                picture.png,
                method="PUT",
                attempt_at=attempt_at,
                headers={**self._headers, "content-type": "image/png"},
            )
        else:
            answer = self._line.tell(
                self._root,
                {"topic": self._topic, **payload},
                attempt_at=attempt_at,
                headers=self._headers,
            )
        return Receipt(status=answer.status, remote_id=str(self._line.said(answer).get("id", "")))
