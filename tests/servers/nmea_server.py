"""A TCP server on 127.0.0.1 that sends what a test gives it, in the pieces a test gives it in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class NmeaServer:
    """A handle on the running server."""

    host: str
    port: int
    say: list[bytes] = field(default_factory=list)
    """Sent to each new client, piece by piece."""
    connections: int = 0
    heard: bytes = b""
    """What clients have said."""
    open: list[socket.socket] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def more(self, *pieces: bytes) -> None:
        """Send pieces to every client."""
        for client in list(self.open):
            for piece in pieces:
                client.sendall(piece)

    def cut(self) -> None:
        """Cut every connection."""
        while self.open:
            client = self.open.pop()
            client.shutdown(socket.SHUT_RDWR)  # closing alone would wait for the listening thread
            client.close()

    def wait_for(self, connections: int, timeout_s: float = 10.0) -> None:
        """Wait until that many clients have come."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.connections >= connections, timeout_s)


@contextmanager
def serving(*say: bytes) -> Iterator[NmeaServer]:
    """Run the server until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        handle = NmeaServer("127.0.0.1", door.getsockname()[1], list(say))

        def accept() -> None:
            while True:
                try:
                    client, _ = door.accept()
                except OSError:
                    return
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.settimeout(5)
                for piece in handle.say:
                    client.sendall(piece)
                with handle.changed:
                    handle.open.append(client)
                    handle.connections += 1
                    handle.changed.notify_all()
                threading.Thread(target=listen, args=(client,), daemon=True).start()

        def listen(client: socket.socket) -> None:
            try:
                client.settimeout(None)
                while said := client.recv(4096):
                    handle.heard += said
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield handle
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for client in handle.open:
                client.close()
