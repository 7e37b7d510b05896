"""Everything else, through Apprise: one of its addresses, for services without a channel here.

Apprise says whether a message was taken and little more: not why, not for how long to wait, no id
of the message. So what fails is tried again, and never known not to have arrived. The one door to
Apprise.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.alerts.channels import Receipt
from monitor.alerts.pictures import AttachedPictures, ShowsEvidence
from monitor.errors import ConfigError, DeliveryDelayed


class AppriseChannel:
    """Posts to one Apprise address."""

    idempotent = False

    def __init__(
        self,
        *,
        name: str,
        url: str,
        hold_uncertain: bool = False,
        evidence: ShowsEvidence | None = None,
    ) -> None:
        """Set up a channel; nothing is sent.

        Raises:
            ConfigError: Apprise is not installed, or does not know the address. The message does
                not repeat it.
        """
        try:
            import apprise
        except ImportError:
            raise ConfigError(
                f"channel {name!r} needs Apprise: pip install 'tartus-monitor[apprise]'"
            ) from None
        # Both log addresses with their keys below these levels.
        for library in ("apprise", "urllib3"):
            logging.getLogger(library).setLevel(logging.ERROR)
        self._apprise = apprise.Apprise()
        if any(sign in url for sign in ", \n") or not self._apprise.add(url):
            raise ConfigError(
                f"channel {name!r}: Apprise does not know this address; one address, spelled as in "
                "Apprise's list of services"
            )
        self.name = name
        self.hold_uncertain = hold_uncertain
        scheme = url.partition(":")[0]
        self._label = f"{scheme}#{hashlib.sha256(url.encode()).hexdigest()[:8]}"
        self._pictures = AttachedPictures(evidence)

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Send `body`; see `Channel.send`."""
        from apprise import NotifyFormat
        from apprise.attachment.memory import AttachMemory

        payload, picture = self._pictures.taken_from(body)
        attach: Any = AttachMemory  # without types
        attached = (
            attach(content=picture.png, name=picture.name, mimetype="image/png")
            if picture
            else None
        )
        taken = self._apprise.notify(
            title=str(payload["title"]),
            body=str(payload["text"]),
            body_format=NotifyFormat.TEXT,
            attach=attached,
            interpret_escapes=False,
        )
        if not taken:
            raise DeliveryDelayed(f"{self._label} was not taken by Apprise", uncertain=True)
        return Receipt()
