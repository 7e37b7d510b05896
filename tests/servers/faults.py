"""A real HTTP server on 127.0.0.1 that goes wrong on request; the path says how.

`/ok`, `/status/503`, `/status/429?retry-after=7`, `/redirect`, `/silent` (reads, never answers),
`/reset` (reads, then resets), `/deaf` (resets without reading), `/slow-body` (200, then stalls),
`/trickle` (200, then a byte now and then), `/long` (200 and 1 MB). Run it by hand with
`python -m tests.servers.faults PORT`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.servers.quiet_http import Quiet, QuietServer, running


@dataclass
class Seen:
    """One request the server read to its end."""

    path: str
    headers: dict[str, str]
    content: bytes


@dataclass
class FaultServer:
    """A handle on the running server."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    answers: dict[str, int] = field(default_factory=dict)
    """Status to give instead, by path: lets a test mend or break an address midway."""


class _Handler(Quiet, BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        handle = self.server.handle
        parts = urlsplit(self.path)
        word, _, rest = parts.path.strip("/").partition("/")
        if word == "deaf":
            return self.reset()
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {k.lower(): v for k, v in self.headers.items()}
        handle.seen.append(Seen(self.path, headers, content))
        status = handle.answers.get(parts.path)
        if status is not None:
            return self._say(status)
        if word == "status":
            after = parse_qs(parts.query).get("retry-after")
            return self._say(int(rest), {"retry-after": after[0]} if after else {})
        if word == "redirect":
            return self._say(302, {"location": f"{handle.url}/ok"})
        if word == "silent":
            handle.stop.wait(30)
            self.close_connection = True
            return None
        if word == "reset":
            return self.reset()
        if word in {"slow-body", "trickle"}:
            return self._stall(pause_s=30 if word == "slow-body" else 0.05)
        return self._say(200, body=b"x" * 1_000_000 if word == "long" else b"ok")

    def _say(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"ok") -> None:
        body = body if status == 200 else b"no_service"
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stall(self, *, pause_s: float) -> None:
        self.send_response(200)
        self.send_header("content-length", "100000")
        self.end_headers()
        self.close_connection = True
        try:
            while not self.server.handle.stop.wait(pause_s):
                self.wfile.write(b"o")
        except OSError:
            return


class _Server(QuietServer):
    handle: FaultServer


@contextmanager
def serving(port: int = 0) -> Iterator[FaultServer]:
    """Run the server on 127.0.0.1 until the block ends."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.handle = FaultServer(url=f"http://127.0.0.1:{server.server_address[1]}")
    with running(server, server.handle.stop):
        yield server.handle


if __name__ == "__main__":
    with serving(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as served:
        print(served.url, flush=True)
        sys.stdin.read()
