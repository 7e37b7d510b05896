"""Sockets on which receivers speak: a TCP connection we open, a UDP port we listen on.

Foreign errors of sockets are translated here and nowhere else. Neither kind asks for a login; a
UDP port believes whoever can reach it, so it is bound to this machine unless told otherwise.
"""

from __future__ import annotations

import socket
from functools import partial

from monitor.errors import SourceUnavailable
from monitor.sources.ais.streams.lines import LiveLines
from monitor.sources.ais.streams.live import Area, Frame, LiveFeed

CONNECT_TIMEOUT_S = 10.0
SHORTEST_WAIT_S = 0.001
"""A wait of nothing at all would be a socket of another kind, with errors of its own."""
MAX_PIECE = 65_536
"""Bytes taken at once; no datagram is longer."""


def tcp_feed(
    name: str, *, host: str, port: int, hello: str = "", area: Area | None = None
) -> LiveFeed:
    """Return the feed of a TCP server that sends lines; see `TcpLink`."""
    connect = partial(TcpLink, name, host, port, hello=hello)
    reader = partial(LiveLines, cut_anywhere=True)
    return LiveFeed(name, connect=connect, reader=reader, area=area)


def udp_feed(name: str, *, host: str, port: int, area: Area | None = None) -> LiveFeed:
    """Return the feed of a UDP port to which lines are sent; see `UdpLink`."""
    connect = partial(UdpLink, name, host, port)
    reader = partial(LiveLines, cut_anywhere=False)
    return LiveFeed(name, connect=connect, reader=reader, area=area)


class TcpLink:
    """A TCP connection to a receiver or a relay."""

    def __init__(self, name: str, host: str, port: int, *, hello: str = "") -> None:
        """Connect.

        Args:
            name: The source's, for errors.
            host: Name or address.
            port: 1-65535.
            hello: Line sent first, for servers that wait to be asked (gpsd).

        Raises:
            SourceUnavailable: No connection.
        """
        self._name = name
        try:
            self._socket = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
        except OSError as exc:
            raise SourceUnavailable(f"{name}: no connection ({fault(exc)})") from exc
        try:
            # A peer that vanished without a word is found out in the end even where it is quiet.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if hello:
                self._socket.sendall(hello.encode() + b"\n")
        except OSError as exc:
            self.close()
            raise SourceUnavailable(f"{name}: no connection ({fault(exc)})") from exc

    def receive(self, timeout_s: float) -> Frame | None:
        """Return what has come; None if nothing came in time.

        Raises:
            SourceUnavailable: Closed or reset by the other side.
        """
        try:
            self._socket.settimeout(max(timeout_s, SHORTEST_WAIT_S))
            data = self._socket.recv(MAX_PIECE)
        except TimeoutError:
            return None
        except OSError as exc:
            raise SourceUnavailable(f"{self._name}: connection lost ({fault(exc)})") from exc
        if not data:
            raise SourceUnavailable(f"{self._name}: connection closed by the other side")
        return Frame(data)

    def close(self) -> None:
        """Close; safe to call twice."""
        self._socket.close()


class UdpLink:
    """A UDP port to which receivers send."""

    def __init__(self, name: str, host: str, port: int) -> None:
        """Bind the port.

        Args:
            name: The source's, for errors.
            host: Own address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for all.
            port: 1-65535; 0 takes a free one.

        Raises:
            SourceUnavailable: Another program holds the port, or the address is not ours.
        """
        self._name = name
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except (OSError, OverflowError) as exc:
            self.close()
            raise SourceUnavailable(f"{name}: UDP port {port}: {fault(exc)}") from exc

    @property
    def port(self) -> int:
        """The port that is bound."""
        return int(self._socket.getsockname()[1])

    def receive(self, timeout_s: float) -> Frame | None:
        """Return one datagram and its sender; None if none came in time.

        Raises:
            SourceUnavailable: The port is gone.
        """
        try:
            self._socket.settimeout(max(timeout_s, SHORTEST_WAIT_S))
            data, sender = self._socket.recvfrom(MAX_PIECE)
        except TimeoutError:
            return None
        except OSError as exc:
            raise SourceUnavailable(f"{self._name}: UDP port lost ({fault(exc)})") from exc
        return Frame(data, f"{sender[0]}:{sender[1]}")

    def close(self) -> None:
        """Close; safe to call twice."""
        self._socket.close()


def fault(exc: BaseException) -> str:
    """Say what a socket complains of, without the address it was told."""
    return (getattr(exc, "strerror", None) or type(exc).__name__).lower()
