"""Chat services on 127.0.0.1 that answer as their documentation says, and go wrong on request.

Discord webhooks, Telegram and Slack bots, a Matrix room, Mattermost webhooks, Teams workflows and
ntfy share one server; the path says which is meant. What breaks a documented limit is refused with
the service's own error. Put a word of `FAULTS` into `faults` and the next request meets it. Run it
by hand with `python -m tests.servers.chat_servers PORT`.
"""

from __future__ import annotations

import email
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers.quiet_http import Quiet, QuietServer, running

FAULTS = {
    "429": "asks to wait 7 s",
    "500": "fails",
    "502": "a gateway gave up",
    "401": "the token is wrong",
    "403": "the token may not",
    "404": "there is no such address",
    "410": "the address is gone for good",
    "silent": "reads, takes nothing, never answers",
    "silent-after": "takes the message, never answers",
    "reset": "reads, takes nothing, resets",
    "reset-after": "takes the message, resets",
    "slow-body": "takes the message, stalls within its answer",
    "stranger": "answers 200 with a page that is not the service's",
}
TOKEN = "123456:AAE-k3y_of_the_bot"
PATHS = {
    "discord": "/api/webhooks/11/k3y",
    "matrix": "",
    "mattermost": "/hooks/k3y",
    "teams": "/workflows/k3y/triggers/manual/paths/invoke?api-version=1&sig=k3y",
    "ntfy": "/tartus-k3y",
    "slack_bot": "/api",
    "telegram": "",
    "slack": "/services/k3y",
    "webhook": "/standard/k3y",
}
"""What comes after the server's address for each service."""


@dataclass
class Posted:
    """A message as it stands in the chat."""

    service: str
    id: str
    body: dict[str, Any]
    picture: bytes = b""
    edits: int = 0


@dataclass
class ChatServer:
    """A handle on the running server."""

    url: str
    posted: list[Posted] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Method and path of each request read."""
    headers: dict[str, str] = field(default_factory=dict)
    """Of the last request."""
    uploads: list[bytes] = field(default_factory=list)
    moved_to: int = 0
    """The number a Telegram group has become, once it is a supergroup."""
    stop: threading.Event = field(default_factory=threading.Event)

    def address(self, service: str) -> str:
        """Return where a service's channel posts."""
        return self.url + PATHS[service]

    def last(self, service: str) -> Posted:
        """Return the newest message of a service."""
        return [p for p in self.posted if p.service == service][-1]


class _Refused(Exception):
    """The service's own answer to a request that breaks its rules."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass
class _Request:
    method: str
    target: str
    path: str
    query: dict[str, str]
    headers: Message
    content: bytes

    def fields(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Return fields and files of a JSON body or a form."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            return json.loads(self.content), {}
        whole = email.message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + self.content)
        fields: dict[str, Any] = {}
        files: dict[str, bytes] = {}
        for part in whole.get_payload():
            name = part.get_param("name", header="content-disposition")
            data = part.get_payload(decode=True)
            if part.get_filename():
                files[name] = data
            else:
                fields[name] = data.decode()
        return fields, files


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def _serve(self) -> None:
        chat = self.server.handle
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        chat.requests.append(f"{self.command} {parts.path}")
        chat.headers = {k.lower(): v for k, v in self.headers.items()}
        fault = chat.faults.pop(0) if chat.faults else ""
        request = _Request(
            self.command, self.path, parts.path, dict(parse_qsl(parts.query)), self.headers, content
        )
        if fault in {"silent", "reset"}:
            return self._break(fault)
        if fault.isdecimal():
            return self._say(int(fault), _error(parts.path, int(fault)))
        if fault == "stranger":
            return self._say(200, "<html>log in</html>")
        try:
            answer: object = _take(chat, request)
            status = 202 if parts.path.startswith("/workflows/") else 200
        except _Refused as exc:
            status, answer = exc.status, exc.body
        if fault in {"silent-after", "reset-after"}:
            return self._break(fault.removesuffix("-after"))
        return self._say(status, answer, slow=fault == "slow-body")

    def _break(self, how: str) -> None:
        if how == "reset":
            return self.reset()
        self.server.handle.stop.wait(30)
        self.close_connection = True
        return None

    def _say(self, status: int, answer: object, *, slow: bool = False) -> None:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        self.send_response(status)
        if status == 429:
            self.send_header("retry-after", "7")
        self.send_header("content-length", str(len(text.encode()) + (1000 if slow else 0)))
        self.end_headers()
        if slow:
            self.close_connection = True
            self.server.handle.stop.wait(30)
            return
        self.wfile.write(text.encode())


def _error(path: str, status: int) -> object:
    """Return a fault in the service's own words."""
    if path.startswith("/api/webhooks/"):
        if status == 429:
            return {"message": "You are being rate limited.", "retry_after": 7.0, "global": False}
        return {"message": "?", "code": 10015 if status == 404 else 50027}
    if path.startswith("/bot"):
        found: dict[str, Any] = {"ok": False, "error_code": status, "description": "Unauthorized"}
        return found | ({"parameters": {"retry_after": 7}} if status == 429 else {})
    if path.startswith("/hooks/"):
        return {"id": "web.incoming_webhook.general.app_error", "status_code": status}
    if path.startswith("/_matrix/"):
        return {"errcode": "M_LIMIT_EXCEEDED" if status == 429 else "M_UNKNOWN", "error": "?"}
    return {"code": status * 100 + 1, "http": status, "error": "wrong"}


def _take(chat: ChatServer, request: _Request) -> object:
    if request.path.startswith("/api/webhooks/11/k3y"):
        return _discord(chat, request)
    if request.path.startswith("/bot"):
        return _telegram(chat, request)
    if request.path.startswith("/_matrix/"):
        return _matrix(chat, request)
    if request.path.startswith(("/api/chat.", "/api/files.", "/upload/")):
        return _slack(chat, request)
    if request.path == "/hooks/k3y":
        return _mattermost(chat, request)
    if request.path.startswith("/workflows/k3y/"):
        return _teams(chat, request)
    if request.path in {"/services/k3y", "/standard/k3y"}:
        return _hook(chat, request)
    if request.path in {"/", "/tartus-k3y"}:
        return _ntfy(chat, request)
    raise _Refused(404, "")


def _new(chat: ChatServer, service: str, body: dict[str, Any], picture: bytes = b"") -> Posted:
    posted = Posted(service, str(len(chat.posted) + 1), body, picture)
    chat.posted.append(posted)
    return posted


def _discord(chat: ChatServer, request: _Request) -> object:
    fields, files = request.fields()
    body = json.loads(fields["payload_json"]) if "payload_json" in fields else fields
    invalid = {"message": "Invalid Form Body", "code": 50035}
    (embed,) = body["embeds"]
    sizes = [(embed["title"], 256), (embed.get("description", ""), 4096)]
    sizes += [(embed["footer"]["text"], 2048)]
    for item in embed["fields"]:
        if not (item["name"] and item["value"]):
            raise _Refused(400, invalid)
        sizes += [(item["name"], 256), (item["value"], 1024)]
    if (
        any(len(text) > limit for text, limit in sizes)
        or sum(len(text) for text, _ in sizes) > 6000
        or len(embed["fields"]) > 25
        or not embed["title"]
        or "picture" in body
    ):
        raise _Refused(400, invalid)
    named = {a["filename"] for a in body.get("attachments", [])}
    image = embed.get("image", {}).get("url", "")
    if image and image.removeprefix("attachment://") not in named:
        raise _Refused(400, invalid)
    picture = next(iter(files.values()), b"")
    if request.method == "PATCH":
        number = request.path.rpartition("/")[2]
        found = [p for p in chat.posted if (p.service, p.id) == ("discord", number)]
        if not found:
            raise _Refused(404, {"message": "Unknown Message", "code": 10008})
        found[0].body, found[0].picture = body, picture
        found[0].edits += 1
        return {"id": number}
    posted = _new(chat, "discord", body, picture)
    return {"id": posted.id} if request.query.get("wait") == "true" else ""


def _telegram(chat: ChatServer, request: _Request) -> object:
    token, _, method = request.path.removeprefix("/bot").partition("/")

    def refused(said: str, status: int = 400, **more: object) -> _Refused:
        return _Refused(
            status, {"ok": False, "error_code": status, "description": said, "parameters": more}
        )

    if token != TOKEN:
        raise refused("Unauthorized", 401)
    body, files = request.fields()
    for key in ("entities", "caption_entities", "reply_parameters"):
        if isinstance(body.get(key), str):
            body[key] = json.loads(body[key])
    if chat.moved_to and str(body["chat_id"]) != str(chat.moved_to):
        raise refused(
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.moved_to,
        )
    text = str(body.get("text", body.get("caption", "")))
    limit = 4096 if "text" in body else 1024
    units = len(text.encode("utf-16-le")) // 2
    entities = body.get("entities", body.get("caption_entities", []))
    if not text or units > limit:
        raise refused("Bad Request: message is too long")
    if any(e["offset"] + e["length"] > units for e in entities):
        raise refused("Bad Request: can't parse entities")
    if method.startswith("edit"):
        found = [
            p
            for p in chat.posted
            if (p.service, p.id) == ("telegram", str(body["message_id"]))
            and bool(p.picture) == (method == "editMessageCaption")
        ]
        if not found:
            raise refused("Bad Request: message to edit not found")
        old = found[0].body.get("text", found[0].body.get("caption"))
        if old == text:
            raise refused("Bad Request: message is not modified")
        found[0].body, found[0].edits = body, found[0].edits + 1
        return {"ok": True, "result": {"message_id": int(found[0].id)}}
    if method == "sendPhoto" and not files.get("photo"):
        raise refused("Bad Request: there is no photo in the request")
    posted = _new(chat, "telegram", body, files.get("photo", b""))
    return {"ok": True, "result": {"message_id": int(posted.id)}}


def _matrix(chat: ChatServer, request: _Request) -> object:
    if request.headers["authorization"] != "Bearer syt_k3y":
        raise _Refused(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "?"})
    if request.path == "/_matrix/media/v3/upload":
        chat.uploads.append(request.content)
        return {"content_uri": f"mxc://chat.example/{len(chat.uploads)}"}
    transaction = request.path.rpartition("/")[2]
    for known in chat.posted:
        if known.service == "matrix" and known.body["transaction"] == transaction:
            return {"event_id": f"${known.id}"}
    if len(request.content) > 65_000 or b'"picture"' in request.content:
        raise _Refused(413, {"errcode": "M_TOO_LARGE", "error": "?"})
    body = request.fields()[0] | {"transaction": transaction}
    number = str(body.get("url", "")).rpartition("/")[2]
    posted = _new(chat, "matrix", body, chat.uploads[int(number) - 1] if number else b"")
    return {"event_id": f"${posted.id}"}


def _slack(chat: ChatServer, request: _Request) -> object:
    if request.path == "/upload/v1/F1":
        chat.uploads.append(request.content)
        return "OK"
    if request.headers["authorization"] != "Bearer xoxb-k3y":
        return {"ok": False, "error": "invalid_auth"}
    method = request.path.rpartition("/")[2]
    if method == "files.getUploadURLExternal":
        return {"ok": True, "upload_url": f"{chat.url}/upload/v1/F1", "file_id": "F1"}
    body = request.fields()[0]
    if method == "files.completeUploadExternal":
        chat.last("slack_bot").picture = chat.uploads[-1]
        return {"ok": True, "files": [{"id": "F1"}]}
    if "picture" in body or len(body["blocks"]) > 50:
        return {"ok": False, "error": "invalid_blocks"}
    if method == "chat.update":
        found = [p for p in chat.posted if f"{p.id}.0" == body["ts"]]
        if not found:
            return {"ok": False, "error": "message_not_found"}
        found[0].body = body
        return {"ok": True, "channel": body["channel"], "ts": body["ts"]}
    posted = _new(chat, "slack_bot", body)
    return {"ok": True, "channel": body["channel"], "ts": f"{posted.id}.0"}


def _mattermost(chat: ChatServer, request: _Request) -> str:
    body, _ = request.fields()
    told = "".join(a["text"] + a["title"] for a in body["attachments"])
    if len(body["text"]) > 16383 or len(told) > 16383 or "picture" in body:
        raise _Refused(400, {"id": "api.post.create_post.too_long", "status_code": 400})
    _new(chat, "mattermost", body)
    return "ok"


def _teams(chat: ChatServer, request: _Request) -> str:
    if len(request.content) > 28_000 or b'"picture"' in request.content:
        raise _Refused(413, {"error": {"code": "RequestEntityTooLarge"}})
    _new(chat, "teams", request.fields()[0])
    return ""


def _hook(chat: ChatServer, request: _Request) -> str:
    """Slack's incoming webhook, and one by Standard Webhooks that knows an id it has seen."""
    body = request.fields()[0]
    if request.path == "/services/k3y":
        _new(chat, "slack", body)
        return "ok"
    name = request.headers["webhook-id"]
    if not any(p.service == "webhook" and p.body["webhook-id"] == name for p in chat.posted):
        _new(chat, "webhook", body | {"webhook-id": name})
    return ""


def _ntfy(chat: ChatServer, request: _Request) -> object:
    if request.method == "PUT":
        body, picture = {**request.query, "topic": request.path.strip("/")}, request.content
    else:
        body, picture = request.fields()[0], b""
    if len(body["message"].encode()) > 4096 or len(request.target) > 8000 or "picture" in body:
        raise _Refused(413, {"code": 41301, "http": 413, "error": "too large"})
    return {"id": _new(chat, "ntfy", body, picture).id, "event": "message"}


class _Server(QuietServer):
    handle: ChatServer


@contextmanager
def serving(port: int = 0) -> Iterator[ChatServer]:
    """Run the server on 127.0.0.1 until the block ends."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.handle = ChatServer(url=f"http://127.0.0.1:{server.server_address[1]}")
    with running(server, server.handle.stop):
        yield server.handle


if __name__ == "__main__":
    with serving(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as served:
        print(served.url, flush=True)
        sys.stdin.read()
