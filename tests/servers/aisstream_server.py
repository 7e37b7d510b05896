"""A websocket server on 127.0.0.1 that keeps the rules of aisstream.io, and breaks them on request.

It closes on whoever has not subscribed in time, answers a wrong key or a malformed subscription
with an error frame, says what a test puts into `say`, and can refuse, hang up, or fall silent.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

KEY = "test-key-0123456789"


def _reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.shutdown(socket.SHUT_RDWR)


@dataclass
class AisstreamServer:
    """A handle on the running server."""

    url: str = ""
    subscribe_within_s: float = 3.0
    say: list[str | bytes] = field(default_factory=list)
    """Said to each new subscriber, in order; `more` says something to those there are."""
    error: str = ""
    """Told to each subscriber in place of an acceptance."""
    refuse: int = 0
    """HTTP status given to handshakes, 0 for none."""
    hang_up: int = 0
    """Close code after `say`, 0 for none; 1006 cuts the line without a word."""
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    handshakes: int = 0
    late: int = 0
    open: list[ServerConnection] = field(default_factory=list)
    most_at_once: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def more(self, *frames: str | bytes) -> None:
        """Say something to every subscriber."""
        for connection in list(self.open):
            for frame in frames:
                connection.send(frame)

    def cut(self, *, after: bytes = b"") -> None:
        """Cut every line without a goodbye, after some bytes of a frame that never ends."""
        while self.open:
            connection = self.open.pop()
            if after:
                # A text frame that promises 1000 bytes and brings fewer.
                connection.socket.sendall(b"\x81\x7e" + struct.pack("!H", 1000) + after)
            _reset(connection.socket)

    def handshake(self, connection: ServerConnection, _request: Request) -> Response | None:
        """Refuse a handshake, or let it pass."""
        self.handshakes += 1
        if self.refuse:
            return connection.respond(HTTPStatus(self.refuse), "go away\n")
        return None

    def serve(self, connection: ServerConnection) -> None:
        """Serve one connection until it ends."""
        try:
            self._serve(connection)
        except (ConnectionClosed, OSError):
            return
        finally:
            if connection in self.open:
                self.open.remove(connection)

    def _serve(self, connection: ServerConnection) -> None:
        try:
            text = connection.recv(self.subscribe_within_s)
        except TimeoutError:
            self.late += 1
            return
        fault = self.error or _fault(text)
        if fault:
            connection.send(json.dumps({"error": fault}))
            return
        for frame in self.say:
            connection.send(frame)
        with self.changed:
            self.open.append(connection)
            self.most_at_once = max(self.most_at_once, len(self.open))
            self.subscriptions.append(json.loads(text))
            self.changed.notify_all()
        if self.hang_up == 1006:
            _reset(connection.socket)
        elif self.hang_up:
            connection.close(self.hang_up)
        for _ in connection:
            pass  # a new subscription replaces the old one; nobody here sends one

    def wait_for(self, subscriptions: int, timeout_s: float = 10.0) -> None:
        """Wait until that many subscriptions have been taken."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: len(self.subscriptions) >= subscriptions, timeout_s
            ), f"{len(self.subscriptions)} subscriptions, {subscriptions} awaited"


def _fault(text: str | bytes) -> str:
    """Return what the service finds wrong with a subscription."""
    try:
        told = json.loads(text)
        boxes = told["BoundingBoxes"]
        good = all(
            -90 <= lat <= 90 and -180 <= lon <= 180 for box in boxes for lat, lon in box
        ) and all(len(box) == 2 for box in boxes)
        ships = told.get("FiltersShipMMSI", [])
        good = good and bool(boxes) and all(isinstance(s, str) and len(s) == 9 for s in ships)
    except (ValueError, TypeError, LookupError):
        good = False
    if not good:
        return "Subscription Object Is Malformed"
    return "" if told.get("APIKey") == KEY else "Api Key Is Not Valid"


@contextmanager
def serving(**changes: Any) -> Iterator[AisstreamServer]:  # noqa: ANN401
    """Run the server until the block ends."""
    handle = AisstreamServer(**changes)
    with serve(
        handle.serve, "127.0.0.1", 0, process_request=handle.handshake, close_timeout=1
    ) as server:
        handle.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/v0/stream"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield handle
        finally:
            for connection in list(handle.open):
                connection.close()
            server.shutdown()
            thread.join(5)


def go_time(at: datetime) -> str:
    """Write an instant as the service does."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond * 1000:09d} +0000 UTC"


def position_frame(mmsi: int, lon: float, lat: float, at: datetime, **changes: Any) -> str:  # noqa: ANN401
    """Return the frame of one position report."""
    body = {
        "UserID": mmsi, "Longitude": lon, "Latitude": lat, "Sog": 5.0, "Cog": 90.0,
        "TrueHeading": 90, "NavigationalStatus": 0, "Timestamp": at.second, "Valid": True,
    }  # fmt: skip
    meta = {"MMSI": mmsi, "MMSI_String": mmsi, "ShipName": "TEST      ", "time_utc": go_time(at)}
    return json.dumps(
        {
            "MessageType": "PositionReport",
            "Message": {"PositionReport": {**body, **changes}},
            "MetaData": meta,
        }
    )
