"""An HTTP server of files on 127.0.0.1 that does byte ranges as RFC 9110 says, and breaks them.

Files are put into `files` by path. `faults` holds, by path, words that are used up one answer at a
time, the empty word for an answer without a fault; `always` one that every answer has. Words: a
status such as `503`, `stall`, `reset`, `cut`, `html`, `no-range`, `packed` (no range, and said to
be gzip), `lie` (another part than asked for), `no-total`, `gzip`, `trailing` (more bytes than asked
for), `replaced` (another file from now on), `shorter` (half a file from now on), `redirect`, `away`
(redirect to another host).
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.servers.quiet_http import Quiet, QuietServer, running


@dataclass
class Asked:
    """One request."""

    path: str
    query: str
    headers: dict[str, str]
    sent: int = 0
    """Bytes of content sent."""


@dataclass
class RangeServer:
    """A handle on the running server."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    always: dict[str, str] = field(default_factory=dict)
    retry_after: str = ""
    """Sent with every status of 400 and above where set."""
    key: str = ""
    """Query without which a file is forbidden, where set."""
    asked: list[Asked] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def sent(self) -> int:
        """Bytes of content sent so far."""
        return sum(a.sent for a in self.asked)


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        handle = self.server.handle
        parts = urlsplit(self.path)
        headers = {k.lower(): v for k, v in self.headers.items()}
        self.asked = Asked(parts.path, parts.query, headers)
        handle.asked.append(self.asked)
        waiting = handle.faults[parts.path]
        fault = waiting.pop(0) if waiting else handle.always.get(parts.path, "")
        if handle.key and parts.query != handle.key:
            fault = fault or "403"
        content = handle.files.get(parts.path)
        if content is None:
            fault = fault or "404"
        if fault.isdigit():
            return self._say(int(fault), b"<Error><Code>Fault</Code></Error>")
        return self._file(parts.path, content or b"", fault)

    def _file(self, path: str, content: bytes, fault: str) -> None:
        handle = self.server.handle
        if fault in {"replaced", "shorter"}:
            handle.versions[path] += 1
            if fault == "shorter":
                content = handle.files[path] = content[: len(content) // 2]
        etag = {"etag": f'"{path}-{handle.versions[path]}"'}
        if fault == "stall":
            handle.stop.wait(30)
            return self.reset()
        if fault == "reset":
            return self.reset()
        if fault == "html":
            html = {"content-type": "text/html"}
            return self._say(200, b"<!doctype html><title>Log in</title>", html)
        if fault in {"redirect", "away"}:
            host = handle.url if fault == "redirect" else "http://127.0.0.2:1"
            return self._say(302, b"", {"location": f"{host}{path}"})
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.asked.headers.get("range", ""))
        if fault == "packed":
            etag["content-encoding"] = "gzip"
        if found is None or fault in {"no-range", "packed"}:
            return self._say(200, content, etag)
        first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
        if first >= len(content):
            return self._say(416, b"", {"content-range": f"bytes */{len(content)}"})
        return self._part(content, first, last, fault, etag)

    def _part(
        self, content: bytes, first: int, last: int, fault: str, headers: dict[str, str]
    ) -> None:
        part = content[first : last + 1]
        total = "*" if fault == "no-total" else str(len(content))
        moved = 100 if fault == "lie" else 0
        headers["content-range"] = f"bytes {first + moved}-{last + moved}/{total}"
        if fault == "gzip":
            part = gzip.compress(part)
            headers["content-encoding"] = "gzip"
        if fault == "trailing":
            part += b"x" * 1000
        self._say(206, part, headers, cut=fault == "cut")

    def _say(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False
    ) -> None:
        handle = self.server.handle
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status >= 400 and handle.retry_after:
            self.send_header("retry-after", handle.retry_after)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        body = body[: len(body) // 2] if cut else body
        self.asked.sent += len(body)
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked had heard enough
        if cut:
            self.close_connection = True


class _Server(QuietServer):
    handle: RangeServer


@contextmanager
def serving(**files: bytes) -> Iterator[RangeServer]:
    """Serve files, by keyword `name` as `/name.tif`, until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.handle = RangeServer(url=f"http://127.0.0.1:{server.server_address[1]}")
    server.handle.files.update({f"/{name}.tif": content for name, content in files.items()})
    with running(server, server.handle.stop):
        yield server.handle
