"""What a channel promises to whoever delivers, and how answers of web services are read.

A channel sends one finished message once. It keeps no state, does not retry and never waits
longer than its client's timeout; when to try again is decided by `watch.notify`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from monitor.errors import ConfigError, DeliveryDelayed, DeliveryRefused, TargetRefused
from monitor.http_client import HttpAnswer, retry_after

_TRY_AGAIN = frozenset({408, 425, 429})
_NO_GOOD = frozenset({401, 403, 404, 410})
"""The address or the key is no good, whatever the message says."""
_OUTCOME_UNKNOWN = frozenset({502, 504})
_CODE = re.compile(r"[a-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the other side said when it took a message."""

    status: int = 0
    """HTTP status; 0 where the channel has none."""
    remote_id: str = ""
    """The other side's name for the message; empty where it gives none."""


class Channel(Protocol):
    """Carries messages to one target."""

    @property
    def name(self) -> str:
        """The target's name in settings and outbox."""

    @property
    def idempotent(self) -> bool:
        """Whether sending again under the same `message_id` is seen as the same message."""

    @property
    def hold_uncertain(self) -> bool:
        """Whether a message that may have arrived waits for a human instead of being sent again.

        Means nothing on an idempotent channel.
        """

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Send one message once.

        Args:
            body: The message in this channel's format, plain JSON.
            message_id: The same in every attempt to deliver this message.
            attempt_at: The present, aware UTC.
            previous: The other side's name (`Receipt.remote_id`) for the first message about the
                same finding, for channels that can edit it or answer under it; None if there is
                none or this is to stand alone.

        Raises:
            DeliveryDelayed: Not taken now; with `uncertain` where it may have been taken.
            DeliveryRefused: Never will be.
            TargetRefused: Nor will any other, until somebody mends the address, key or rights.
        """


def checked_address(url: str, *, channel: str) -> SplitResult:
    """Return the parts of a channel's address.

    Raises:
        ConfigError: It is no http or https address. The message does not repeat it.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 host that is none; the cause repeats it
        usable = False
    if not usable:
        raise ConfigError(
            f"channel {channel!r}: its URL must begin with https:// and name a host; copy it again"
        )
    return parts


def address_label(url: str) -> str:
    """Return a name for an address that gives nothing away: host and eight digits of a hash."""
    return f"{urlsplit(url).hostname}#{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def raise_for_answer(answer: HttpAnswer, *, label: str, attempt_at: datetime) -> None:
    """Return for a 2xx answer; otherwise raise what the status means for this message.

    Raises:
        DeliveryDelayed: 408, 425, 429 and 5xx; uncertain for 502 and 504, where a gateway gave up
            on a server that may have gone on.
        TargetRefused: 401, 403, 404 and 410: no request to this address can succeed.
        DeliveryRefused: Every other status, redirects too: the same request cannot succeed.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    said = f"{label} answered {status}{_code_in(answer)}"
    if status in _TRY_AGAIN or status >= 500:
        raise DeliveryDelayed(
            said,
            retry_after=retry_after(answer.headers, now=attempt_at),
            uncertain=status in _OUTCOME_UNKNOWN,
        )
    if status in _NO_GOOD:
        raise TargetRefused(said)
    raise DeliveryRefused(said)


def _code_in(answer: HttpAnswer) -> str:
    # Only a short code such as `no_service` is repeated; a longer body is someone else's text.
    text = answer.content[:65].decode("ascii", "replace").strip()
    return f" {text}" if _CODE.fullmatch(text) else ""
