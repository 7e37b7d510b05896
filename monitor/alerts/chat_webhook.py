"""What incoming webhooks of chat programs have in common: one secret URL, one chat, pictures by
their public address, no way to edit or to send twice safely.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from monitor.alerts.channels import Line, Receipt, address_label, checked_address
from monitor.alerts.pictures import PublicPictures, Shown, ShowsEvidence
from monitor.http_client import HttpClient


class ChatWebhook(ABC):
    """Posts to one incoming webhook."""

    idempotent: ClassVar[bool] = False
    answers: ClassVar[bytes | None] = None
    """What a 200 must say to be this program's; None where any 2xx will do."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        client: HttpClient,
        hold_uncertain: bool = False,
        evidence: ShowsEvidence | None = None,
        evidence_url: str = "",
    ) -> None:
        """Set up a channel; nothing is sent.

        Args:
            name: The target's name.
            url: The webhook's address, a secret.
            client: The client to send with.
            hold_uncertain: See `Channel`.
            evidence: Draws and publishes the pictures.
            evidence_url: Public address of the folder they are published in; empty for none.

        Raises:
            ConfigError: `url` is not a web address.
        """
        checked_address(url, channel=name)
        self.name = name
        self.hold_uncertain = hold_uncertain
        self._url = url
        self._line = Line(client, label=address_label(url))
        self._pictures = PublicPictures(evidence, evidence_url)

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Post `body`; see `Channel.send`. The program knows no message id, so none is sent."""
        payload, shown = self._pictures.taken_from(body)
        if shown:
            payload = self.showing(payload, shown)
        answer = self._line.tell(self._url, payload, attempt_at=attempt_at)
        if self.answers is not None:
            self._line.must_say(answer, self.answers)
        return Receipt(status=answer.status)

    @abstractmethod
    def showing(self, payload: dict[str, Any], shown: Shown) -> dict[str, Any]:
        """Return the payload with a picture in it."""
