"""Telegram, by a bot: pictures with a caption, edits and answers.

Source: Telegram's Bot API: the token stands in the path; success is `ok` with the message; 429
says `parameters.retry_after`; a group that became a supergroup answers 400 with
`parameters.migrate_to_chat_id`; an edit that changes nothing answers 400.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
from monitor.errors import ConfigError
from monitor.http_client import Form, HttpClient

API = "https://api.telegram.org"
_CAPTION = ("caption", "caption_entities")
_TEXT = ("text", "entities", "link_preview_options")
_UNCHANGED = "message is not modified"


class TelegramChannel:
    """Posts to one chat."""

    idempotent = False

    def __init__(
        self,
        *,
        name: str,
        token: str,
        chat_id: str,
        client: HttpClient,
        base: str = API,
        hold_uncertain: bool = False,
        on_update: Updates = Updates.REPLY,
        evidence: ShowsEvidence | None = None,
    ) -> None:
        """Set up a channel; nothing is sent.

        Raises:
            ConfigError: The token or `base` cannot be used.
        """
        checked_address(base, channel=name)
        number, _, key = token.partition(":")
        if not (number.isdecimal() and key and key.replace("-", "").replace("_", "").isalnum()):
            raise ConfigError(
                f"channel {name!r}: a bot's token is a number, a colon and a key; copy it again"
            )
        self.name = name
        self.hold_uncertain = hold_uncertain
        self._chat_id = chat_id
        self._url = f"{base.rstrip('/')}/bot{token}"
        self._updates = on_update
        self._line = Line(client, label=address_label(self._url))
        self._pictures = AttachedPictures(evidence)

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Send `body`, as an answer to the first message or in its place; see `Channel.send`."""
        payload, picture = self._pictures.taken_from(body)
        caption = {k: payload.pop(k) for k in _CAPTION if k in payload}
        first = _Sent.of(previous)
        if first and self._updates is Updates.EDIT:
            edited = self._edited(payload, caption, first, attempt_at)
            if edited:
                return edited
        if picture and caption:
            caption["disable_notification"] = payload["disable_notification"]
            payload = caption
        else:
            picture = None
        if first and self._updates is Updates.REPLY and first.chat_id == self._chat_id:
            payload["reply_parameters"] = {
                "message_id": first.message_id,
                "allow_sending_without_reply": True,
            }
        try:
            return self._sent(payload, picture, attempt_at)
        except AnswerRefused as exc:
            moved = object_in(exc.answer).get("parameters")
            chat_id = moved.get("migrate_to_chat_id") if isinstance(moved, dict) else None
            if not isinstance(chat_id, int):
                raise
            # Refused under the old id, so this is the first time it is sent.
            self._chat_id = str(chat_id)
            payload.pop("reply_parameters", None)
            return self._sent(payload, picture, attempt_at)

    def _sent(
        self, arguments: Mapping[str, Any], picture: Picture | None, attempt_at: datetime
    ) -> Receipt:
        told = {"chat_id": self._chat_id, **arguments}
        method = "sendPhoto" if picture else "sendMessage"
        answer = self._line.tell(
            f"{self._url}/{method}",
            _form(told, picture) if picture else told,
            attempt_at=attempt_at,
        )
        message = self._line.said(answer).get("result")
        number = message.get("message_id", 0) if isinstance(message, dict) else 0
        sent = _Sent(
            what="photo" if picture else "text", chat_id=self._chat_id, message_id=int(number)
        )
        return Receipt(status=answer.status, remote_id=str(sent))

    def _edited(
        self,
        payload: Mapping[str, Any],
        caption: Mapping[str, Any],
        first: _Sent,
        attempt_at: datetime,
    ) -> Receipt | None:
        """Return None where the first message cannot be edited."""
        method, words = "editMessageText", {k: payload[k] for k in _TEXT if k in payload}
        if first.what == "photo":
            method, words = "editMessageCaption", dict(caption)
        told = {"chat_id": first.chat_id, "message_id": first.message_id, **words}
        try:
            self._line.tell(
                f"{self._url}/{method}", told, attempt_at=attempt_at, repeat_shows=False
            )
        except AnswerRefused as exc:
            if exc.answer.status != 400:
                raise
            if _UNCHANGED not in str(exc):
                return None
        return Receipt(status=200, remote_id=str(first))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A sent message: what it is decides how it is edited."""

    what: str
    chat_id: str
    message_id: int

    def __str__(self) -> str:
        return f"{self.what}/{self.chat_id}/{self.message_id}"

    @classmethod
    def of(cls, remote_id: str | None) -> _Sent | None:
        what, _, rest = (remote_id or "").partition("/")
        chat_id, _, number = rest.rpartition("/")
        if what not in {"photo", "text"} or not number.isdecimal():
            return None
        return cls(what=what, chat_id=chat_id, message_id=int(number))


def _form(arguments: Mapping[str, Any], picture: Picture) -> Form:
    fields = {
        k: v if isinstance(v, str) else json.dumps(v, separators=(",", ":"))
        for k, v in arguments.items()
    }
    return Form(fields=fields, files={"photo": (picture.name, picture.png, "image/png")})
