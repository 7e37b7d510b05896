"""Slack, by a bot: threads, edits, and pictures in the thread of their message.

Source: Slack's pages "chat.postMessage", "chat.update" and "Working with files" (an upload's
address is asked for, the file sent there, the upload completed into a thread). Every answer is 200
with `ok`; `fatal_error` and `internal_error` may come although part of the work was done.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from monitor.alerts.channels import (
    AnswerRefused,
    Line,
    Receipt,
    Updates,
    address_label,
    checked_address,
)
from monitor.alerts.pictures import AttachedPictures, Picture, ShowsEvidence
from monitor.errors import DeliveryDelayed, DeliveryRefused
from monitor.http_client import HttpClient

API = "https://slack.com/api"
_log = logging.getLogger(__name__)
_PASSING = {"ratelimited", "rate_limited", "service_unavailable", "request_timeout"}
_HALF_DONE = {"fatal_error", "internal_error"}
_FIRST_IS_GONE = {
    "cannot_reply_to_message",
    "cant_update_message",
    "edit_window_closed",
    "message_not_found",
    "thread_not_found",
}
_REMOTE_ID = re.compile(r"([A-Z0-9]+)/([0-9]+\.[0-9]+)")


class SlackBotChannel:
    """Posts to one Slack channel as a bot."""

    idempotent = False

    def __init__(
        self,
        *,
        name: str,
        token: str,
        channel: str,
        client: HttpClient,
        base: str = API,
        hold_uncertain: bool = False,
        on_update: Updates = Updates.REPLY,
        evidence: ShowsEvidence | None = None,
    ) -> None:
        """Set up a channel; nothing is sent.

        Raises:
            ConfigError: `base` is not a web address.
        """
        checked_address(base, channel=name)
        self.name = name
        self.hold_uncertain = hold_uncertain
        self._channel = channel
        self._base = base.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}
        self._updates = on_update
        self._line = Line(client, label=address_label(f"{base}/{channel}"))
        self._pictures = AttachedPictures(evidence)

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Post `body`, in the thread of the first message or in its place; see `Channel.send`."""
        payload, picture = self._pictures.taken_from(body)
        first = _REMOTE_ID.fullmatch(previous or "")
        try:
            said = self._told(payload, first, attempt_at)
        except AnswerRefused as exc:
            if first is None or not _FIRST_IS_GONE.intersection(str(exc).split()):
                raise
            first = None
            said = self._told(payload, None, attempt_at)
        channel, ts = str(said.get("channel", "")), str(said.get("ts", ""))
        edited = first is not None and self._updates is Updates.EDIT
        if picture and not edited:
            try:
                self._share(picture, channel, first[2] if first else ts, attempt_at)
            except (DeliveryDelayed, DeliveryRefused) as exc:
                # The message stands; trying again would post it twice.
                _log.info("channel=%s a picture was not taken: %s", self.name, exc)
        return Receipt(status=200, remote_id=f"{channel}/{ts}")

    def _told(
        self, payload: Mapping[str, Any], first: re.Match[str] | None, attempt_at: datetime
    ) -> dict[str, Any]:
        if first and self._updates is Updates.EDIT:
            told = {**payload, "channel": first[1], "ts": first[2]}
            return self._call("chat.update", told, attempt_at, repeat_shows=False)
        told = {**payload, "channel": self._channel}
        if first and self._updates is Updates.REPLY:
            told["thread_ts"] = first[2]
        return self._call("chat.postMessage", told, attempt_at)

    def _share(self, picture: Picture, channel: str, ts: str, attempt_at: datetime) -> None:
        length = str(len(picture.png))
        asked = {"filename": picture.name, "length": length, "alt_txt": picture.words}
        upload = self._call("files.getUploadURLExternal", urlencode(asked).encode(), attempt_at)
        url = str(upload.get("upload_url", ""))
        checked_address(url, channel=self.name)
        self._line.tell(url, picture.png, attempt_at=attempt_at)
        files = [{"id": str(upload.get("file_id", "")), "title": picture.words}]
        told = {"files": files, "channel_id": channel, "thread_ts": ts}
        self._call("files.completeUploadExternal", told, attempt_at)

    def _call(
        self,
        method: str,
        content: bytes | Mapping[str, Any],
        attempt_at: datetime,
        *,
        repeat_shows: bool = True,
    ) -> dict[str, Any]:
        headers = dict(self._headers)
        if isinstance(content, bytes):
            headers["content-type"] = "application/x-www-form-urlencoded"
        answer = self._line.tell(
            f"{self._base}/{method}",
            content,
            attempt_at=attempt_at,
            headers=headers,
            repeat_shows=repeat_shows,
        )
        said = self._line.said(answer, repeat_shows=repeat_shows)
        if said.get("ok") is True:
            return said
        error = str(said.get("error", ""))
        error = error if re.fullmatch(r"[a-z0-9_]{1,64}", error) else "no reason"
        text = f"{self._line.label} answered {method} with {error}"
        if error in _PASSING | _HALF_DONE:
            raise DeliveryDelayed(text, uncertain=repeat_shows and error in _HALF_DONE)
        raise AnswerRefused(text, answer)
