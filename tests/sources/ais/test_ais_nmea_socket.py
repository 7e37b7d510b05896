"""Receivers over TCP and UDP, on real sockets of this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from monitor.errors import SourceUnavailable
from monitor.sources.ais.streams.lines import LiveLines
from monitor.sources.ais.streams.live import LiveFeed
from monitor.sources.ais.streams.sockets import TcpLink, UdpLink, tcp_feed
from monitor.sources.base import StreamsPositions
from tests.servers.nmea_server import NmeaServer, serving
from tests.sources.ais.ais_lines import LAT, position_line, static_lines
from tests.sources.ais.stream_ear import Listened, listen

LINES = [position_line(lat=LAT + i / 100) for i in range(5)]


@pytest.fixture
def server() -> Iterator[NmeaServer]:
    """Return a relay that greets with five lines, cut inside the third."""
    text = ("\r\n".join(LINES) + "\r\n").encode()
    with serving(text[:120], text[120:]) as running:
        yield running


def _feed(server: NmeaServer, **changes: str) -> LiveFeed:
    return tcp_feed("relay", host=server.host, port=server.port, **changes)


def test_a_relay_is_heard_over_tcp(server: NmeaServer) -> None:
    """Lines come out whole, however they were cut, and the first thing told is the connection."""
    source: StreamsPositions = _feed(server)
    told = listen(source, until=lambda t: t.frames >= 5)
    assert told.error is None
    assert told.heard[0].frames == 0
    assert len(told.positions) == 5
    assert told.positions.sources == ("relay",)
    assert not told.tally.rejected


def test_a_relay_cut_in_the_middle_of_a_line_gives_what_it_had_said(server: NmeaServer) -> None:
    """A reset loses the unfinished line, counted, and no other."""
    server.say.append(LINES[0][:30].encode())

    def cut(told: Listened) -> bool:
        if told.frames >= 5:
            server.cut()
        return False

    told = listen(_feed(server), until=cut)
    assert isinstance(told.error, SourceUnavailable)
    assert "relay: connection" in str(told.error)
    assert len(told.positions) == 5
    assert told.tally.rejected == {"cut_off": 1}


def test_a_server_that_waits_to_be_asked_is_asked(server: NmeaServer) -> None:
    """gpsd sends nothing until a line asks it to."""
    listen(_feed(server, hello='?WATCH={"enable":true}'), until=lambda t: t.frames >= 5)
    assert server.heard == b'?WATCH={"enable":true}\n'


def test_nobody_there_is_worth_trying_later() -> None:
    """A refused connection names the source, not the address."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        port = held.getsockname()[1]
        with pytest.raises(SourceUnavailable, match="relay: no connection") as caught:
            TcpLink("relay", "127.0.0.1", port)
    assert str(port) not in str(caught.value)


def test_datagrams_are_heard_and_their_senders_told_apart() -> None:
    """Two receivers on one port: each one's two-part messages stay its own."""
    link = UdpLink("air", "127.0.0.1", 0)
    feed = LiveFeed("air", connect=lambda: link,
                    reader=lambda b, t: LiveLines(b, t, cut_anywhere=False))  # fmt: skip
    first, second = static_lines()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as a, socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as b:  # fmt: skip
        for sender, text in ((a, first), (b, LINES[0] + "\n" + LINES[1]), (b, second), (a, second)):
            sender.sendto(text.encode(), ("127.0.0.1", link.port))
        told = listen(feed, until=lambda t: t.frames >= 5)
    assert len(told.positions) == 2
    assert [r.name for r in told.static] == ["URSA MAJOR"]
    assert told.tally.rejected == {"missing_part": 1}


def test_a_port_that_is_taken_is_worth_trying_later() -> None:
    """Another program on the port is named as what it is."""
    link = UdpLink("air", "127.0.0.1", 0)
    try:
        with pytest.raises(SourceUnavailable, match=r"air: UDP port .* in use"):
            UdpLink("air", "127.0.0.1", link.port)
    finally:
        link.close()
        link.close()
