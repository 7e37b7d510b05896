"""Matrix: a room of a homeserver. Sending twice is seen as one, by the transaction id.

Source: the Matrix client-server specification 1.12: PUT of an event under a transaction id, which a
server knows again for the same device; media uploaded first and named by `mxc://`; `m.replace` and
`m.thread`; errors with `errcode`, 429 `M_LIMIT_EXCEEDED` with Retry-After.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from monitor.alerts.channels import (
    AnswerRefused,
    Line,
    Receipt,
    Updates,
    address_label,
    checked_address,
)
from monitor.alerts.pictures import AttachedPictures, Picture, ShowsEvidence
from monitor.errors import ConfigError
from monitor.http_client import HttpClient

_FIRST_IS_GONE = (400, 404)


class MatrixChannel:
    """Sends to one room."""

    idempotent = True
    hold_uncertain = False

    def __init__(
        self,
        *,
        name: str,
        homeserver: str,
        token: str,
        room: str,
        client: HttpClient,
        on_update: Updates = Updates.REPLY,
        evidence: ShowsEvidence | None = None,
    ) -> None:
        """Set up a channel; nothing is sent.

        Args:
            name: The target's name.
            homeserver: Its address, `https://matrix.example.org`.
            token: Access token of a user in the room.
            room: The room's id, `!…`.
            client: The client to send with.
            on_update: `reply` keeps news in a thread under the first message.
            evidence: Draws the pictures.

        Raises:
            ConfigError: The address or the room's id cannot be used.
        """
        checked_address(homeserver, channel=name)
        if not room.startswith("!"):
            raise ConfigError(
                f"channel {name!r}: `room` is the room's id, which begins with `!`; "
                "an alias (`#…`) can come to mean another room"
            )
        self.name = name
        self._api = f"{homeserver.rstrip('/')}/_matrix"
        self._room = f"{self._api}/client/v3/rooms/{quote(room, safe='')}/send/m.room.message"
        self._headers = {"authorization": f"Bearer {token}"}
        self._updates = on_update
        self._line = Line(client, label=address_label(self._room))
        self._pictures = AttachedPictures(evidence)

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Send `body`, as an edit of the first message or under it; see `Channel.send`."""
        content, picture = self._pictures.taken_from(body)
        if picture:
            content |= self._uploaded(picture, attempt_at)
        related = content
        if previous and self._updates is Updates.EDIT:
            related = {
                **{k: v for k, v in content.items() if k not in {"format", "formatted_body"}},
                "body": f"* {content['body']}",
                "m.new_content": content,
                "m.relates_to": {"rel_type": "m.replace", "event_id": previous},
            }
        elif previous and self._updates is Updates.REPLY:
            thread = {"rel_type": "m.thread", "event_id": previous, "is_falling_back": True}
            thread["m.in_reply_to"] = {"event_id": previous}
            related = {**content, "m.relates_to": thread}
        try:
            sent = self._put(related, message_id, attempt_at)
        except AnswerRefused as exc:
            if related is content or exc.answer.status not in _FIRST_IS_GONE:
                raise
            return self._put(content, message_id, attempt_at)
        # Further edits go to the message they replace, not to the edit.
        edited = previous and self._updates is Updates.EDIT
        return Receipt(status=sent.status, remote_id=previous) if edited and previous else sent

    def _put(self, content: Mapping[str, Any], message_id: str, attempt_at: datetime) -> Receipt:
        answer = self._line.tell(
            f"{self._room}/{quote(message_id, safe='')}",
            content,
            method="PUT",
            attempt_at=attempt_at,
            headers=self._headers,
        )
        said = self._line.said(answer)
        return Receipt(status=answer.status, remote_id=str(said.get("event_id", "")))

    def _uploaded(self, picture: Picture, attempt_at: datetime) -> dict[str, Any]:
        answer = self._line.tell(
            f"{self._api}/media/v3/upload?filename={quote(picture.name)}",
            picture.png,
            attempt_at=attempt_at,
            headers={**self._headers, "content-type": "image/png"},
            repeat_shows=False,
        )
        info: dict[str, Any] = {"mimetype": "image/png", "size": len(picture.png)}
        if picture.png[12:16] == b"IHDR":
            info["w"], info["h"] = struct.unpack(">II", picture.png[16:24])
        return {
            "msgtype": "m.image",
            "filename": picture.name,
            "url": str(self._line.said(answer, repeat_shows=False).get("content_uri", "")),
            "info": info,
        }
