"""What a channel promises to whoever delivers, and how answers of web services are read.

A channel sends one finished message once. It keeps no state, does not retry and never waits
longer than its client's timeout; when to try again is decided by `watch.notify`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from monitor.errors import ConfigError, DeliveryDelayed, DeliveryRefused, TargetRefused
from monitor.http_client import (
    Form,
    HttpAnswer,
    HttpClient,
    HttpNotSent,
    HttpOutcomeUnknown,
    retry_after,
)

_TRY_AGAIN = frozenset({408, 425, 429})
_NO_GOOD = frozenset({401, 403, 404, 410})
"""The address or the key is no good, whatever the message says."""
_OUTCOME_UNKNOWN = frozenset({502, 504})
_CODE = re.compile(r"[a-z0-9_]{1,64}")
_WORDS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ :.,'-]{0,99}")


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


class Updates(StrEnum):
    """What becomes of news about something told before."""

    EDIT = "edit"
    """The first message says the new thing; nobody is called."""
    REPLY = "reply"
    """A message under the first one."""
    NEW = "new"
    """A message of its own."""


class AnswerRefused(DeliveryRefused):
    """A service answered that it will not take this request.

    Attributes:
        answer: What it said; its content is not for error messages.
    """

    def __init__(self, message: str, answer: HttpAnswer) -> None:
        super().__init__(message)
        self.answer = answer


class AddressRefused(AnswerRefused, TargetRefused):
    """A service answered that this address or key is no good, or no more."""


class Line:
    """The way to one web service: sends a request once and says what its answer means."""

    def __init__(self, client: HttpClient, *, label: str) -> None:
        self._client = client
        self.label = label

    def tell(
        self,
        url: str,
        content: bytes | Form | Mapping[str, Any],
        *,
        attempt_at: datetime,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        connect_to: str | None = None,
        repeat_shows: bool = True,
    ) -> HttpAnswer:
        """Send a request and return its 2xx answer.

        Args:
            url: Where to.
            content: Bytes, a form, or what becomes JSON.
            attempt_at: The present, aware UTC.
            method: POST, PUT or PATCH.
            headers: Sent beside the content type of JSON.
            connect_to: As in `HttpClient.tell`.
            repeat_shows: False where sending again after a lost answer leaves no trace, as with
                an edit; the outcome is then never called uncertain.

        Raises:
            DeliveryDelayed: Not taken now; `raise_for_answer` says which answers mean that.
            AnswerRefused: Never will be.
        """
        extra = dict(headers or {})
        if isinstance(content, Mapping):
            content = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
                errors="replace"
            )
            extra.setdefault("content-type", "application/json; charset=utf-8")
        try:
            answer = self._client.tell(
                url, method=method, content=content, headers=extra, connect_to=connect_to
            )
            raise_for_answer(answer, label=self.label, attempt_at=attempt_at)
        except HttpNotSent as exc:
            raise DeliveryDelayed(f"{self.label}: {exc}") from exc
        except HttpOutcomeUnknown as exc:
            raise DeliveryDelayed(f"{self.label}: {exc}", uncertain=repeat_shows) from exc
        except DeliveryDelayed as exc:
            exc.uncertain = exc.uncertain and repeat_shows
            raise
        return answer

    def must_say(self, answer: HttpAnswer, word: bytes) -> None:
        """Return where a 2xx answer says this and nothing else, as chat programs' webhooks do.

        Raises:
            DeliveryDelayed: It does not. Cut short, it is the service of which we did not hear
                the end; whole, it is someone else, such as a proxy's page.
        """
        if answer.status != 200 or answer.content.strip() != word:
            raise DeliveryDelayed(
                f"{self.label} answered {answer.status} without `{word.decode()}`",
                uncertain=not answer.complete,
            )

    def said(self, answer: HttpAnswer, *, repeat_shows: bool = True) -> dict[str, Any]:
        """Return the JSON object of a 2xx answer.

        Raises:
            DeliveryDelayed: It holds none, as in `must_say`.
        """
        found = object_in(answer)
        if not found:
            raise DeliveryDelayed(
                f"{self.label} answered {answer.status} without the JSON it promises",
                uncertain=repeat_shows and not answer.complete,
            )
        return found


def raise_for_answer(answer: HttpAnswer, *, label: str, attempt_at: datetime) -> None:
    """Return for a 2xx answer; otherwise raise what the status means for this message.

    Raises:
        DeliveryDelayed: 408, 425, 429 and 5xx; uncertain for 502 and 504, where a gateway gave up
            on a server that may have gone on.
        AddressRefused: 401, 403, 404 and 410: no request to this address can succeed.
        AnswerRefused: Every other status, redirects too: the same request cannot succeed.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    code = code_in(answer)
    said = f"{label} answered {status}" + (f" {code}" if code else "")
    if status in _TRY_AGAIN or status >= 500:
        raise DeliveryDelayed(
            said,
            retry_after=_asked_wait(answer, now=attempt_at),
            uncertain=status in _OUTCOME_UNKNOWN,
        )
    raise (AddressRefused if status in _NO_GOOD else AnswerRefused)(said, answer)


def code_in(answer: HttpAnswer) -> str:
    """Return the service's own short word for what is wrong, such as `no_service`; else nothing.

    A longer text is someone else's and is not repeated.
    """
    text = answer.content[:65].decode("ascii", "replace").strip()
    if _CODE.fullmatch(text):
        return text
    found = object_in(answer)
    words = (found.get(key) for key in ("errcode", "error", "description", "code", "id"))
    return next(
        (str(w) for w in words if isinstance(w, str | int) and _WORDS.fullmatch(str(w))), ""
    )


def _asked_wait(answer: HttpAnswer, *, now: datetime) -> timedelta | None:
    """Return how long an answer asks us to wait, in its header or in its body.

    Discord says `retry_after` in seconds, Telegram the same in `parameters`, and a Matrix server
    of before 2023 `retry_after_ms`.
    """
    asked = retry_after(answer.headers, now=now)
    found = object_in(answer)
    parameters = found.get("parameters")
    for table, key, unit_s in (
        (found, "retry_after", 1.0),
        (parameters, "retry_after", 1.0),
        (found, "retry_after_ms", 0.001),
    ):
        value = table.get(key) if isinstance(table, dict) else None
        if isinstance(value, int | float) and 0 <= value < 1e9:
            return max(asked or timedelta(0), timedelta(seconds=value * unit_s))
    return asked


def object_in(answer: HttpAnswer) -> dict[str, Any]:
    """Return the JSON object an answer holds; empty where it holds none."""
    try:
        found = json.loads(answer.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
