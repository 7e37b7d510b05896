"""What HTTP servers of the tests share: run on 127.0.0.1, break off on request, say nothing."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer


class Quiet:
    """Stands before `BaseHTTPRequestHandler`: HTTP/1.1, and it does not matter who hangs up."""

    protocol_version = "HTTP/1.1"

    def reset(self) -> None:
        """Break the connection off with a reset."""
        # Lingering for zero seconds turns the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def finish(self) -> None:
        """End the request, also where nobody is left to hear it."""
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""
        return


class QuietServer(ThreadingHTTPServer):
    """One thread a request; a request that fails is nobody's news."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing."""
        return


@contextmanager
def running(server: QuietServer, stop: threading.Event) -> Iterator[None]:
    """Serve until the block ends; `stop` is set then, for answers that wait on it."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        server.shutdown()
        thread.join(5)
        server.server_close()
