"""Streams, end to end: a daemon of its own, real sockets, and a feed that goes wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.bundled import bundled
from monitor.domain.positions import PositionColumns
from monitor.domain.window import to_ms
from monitor.errors import ConfigError
from monitor.store.engine import open_store
from monitor.store.observations import load_losses, load_positions
from monitor.store.reception import load_beats
from monitor.wiring import Wiring
from tests.flows.story import monitor
from tests.servers.aisstream_server import KEY, AisstreamServer, position_frame, serving
from tests.sources.ais.ais_lines import SHIP, position_line, tagged

NOW = datetime.now(UTC).replace(microsecond=0)
LON, LAT = 35.80, 34.92


def frames(first: int, count: int) -> list[str]:
    """Return the frames of some ships off Tartus, a second apart."""
    return [
        position_frame(SHIP + n, LON, LAT, NOW - timedelta(seconds=600 - n))
        for n in range(first, first + count)
    ]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], Path]:
    """Return a function that writes settings for a websocket and a UDP port."""
    monkeypatch.setenv("AISSTREAM_API_KEY", KEY)

    def write(url: str, udp_port: int) -> Path:
        path = tmp_path / "monitor.toml"
        path.write_text(
            f"""
[port]
title = "Tartus"
aoi = {json.dumps(str(bundled("aoi", "tartus.geojson")))}
watchlist = {json.dumps(str(bundled("config", "watchlist.csv")))}
[store]
path = "monitor.db"
[report]
out = "report"
[[sources.ais]]
name = "antenna"
kind = "nmea_udp"
port = {udp_port}
store_every_s = 0.5
[[sources.ais]]
name = "space"
kind = "aisstream"
url = "{url}"
control_box = [32.0, 31.0, 35.2, 33.2]
store_every_s = 0.5
silent_min_s = 3
"""
        )
        return path

    return write


@dataclass
class Running:
    """A daemon in a process of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait_for(self, words: str, timeout_s: float = 60) -> None:
        """Wait until the daemon has said something."""
        until = time.monotonic() + timeout_s
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, f"not said: {words}\n{self.log.read_text()}"
            time.sleep(0.05)

    def end(self) -> int:
        """Send SIGTERM and wait."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def running(config: Path) -> Iterator[Running]:
    """Run the daemon until the block ends."""
    log = config.with_name("log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", "-c", config],
            stdout=out, stderr=out, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            yield Running(process, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(10)


def stored(config: Path) -> PositionColumns:
    """Return what the store holds."""
    store = open_store(config.with_name("monitor.db"))
    try:
        with store.read() as connection:
            assert load_losses(connection) == []
            beats = load_beats(connection)
            assert {name: beat.connected for name, beat in beats.items()} == {
                "antenna": True, "space": True,
            }  # fmt: skip
            return load_positions(connection, received_by=datetime.now(UTC) + timedelta(hours=1))
    finally:
        store.close()


def free_udp_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settle(server: AisstreamServer) -> None:
    """Wait until what was said has reached the other side: a pong comes after it."""
    for connection in list(server.open):
        assert connection.ping().wait(10)


def test_a_feed_that_falls_silent_and_breaks_loses_and_doubles_nothing(
    config: Callable[[str, int], Path],
) -> None:
    """Speech, silence on an open line, a cut in mid-frame, SIGTERM: every ship is there once."""
    port = free_udp_port()
    with serving(say=frames(0, 5)) as server:
        path = config(server.url, port)
        with running(path) as daemon:
            server.wait_for(1, 60)
            server.more(*frames(5, 5))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as antenna:
                line = tagged(position_line(mmsi=SHIP + 100), f"c:{to_ms(NOW) // 1000 - 60}")
                for _ in range(3):
                    antenna.sendto(f"{line}\r\n{line}".encode(), ("127.0.0.1", port))
            server.say = []
            # The line stands and nothing comes: it is given up, made anew, and told.
            server.wait_for(2, 60)
            daemon.wait_for("space: connected but silent since")
            # Back again; the service repeats itself, and then is cut in the middle of a frame.
            before = len(server.subscriptions)
            server.wait_for(before + 1, 60)
            server.more(*frames(8, 4))
            settle(server)
            before = len(server.subscriptions)
            server.cut(after=frames(50, 1)[0][:60].encode())
            server.wait_for(before + 1, 60)
            server.more(*frames(12, 3))
            settle(server)
            # What has been heard and is not stored yet is stored before the end.
            assert daemon.end() == 0
        assert KEY not in daemon.log.read_text()
        assert server.most_at_once == 1
        assert {tuple(s) for s in server.subscriptions} == {
            ("APIKey", "BoundingBoxes", "FilterMessageTypes")
        }
        assert server.subscriptions[0]["BoundingBoxes"][1] == [[31.0, 32.0], [33.2, 35.2]]
    positions = stored(path)
    assert sorted(positions.mmsi.tolist()) == [*(SHIP + n for n in range(15)), SHIP + 100]
    assert set(positions.sources) == {"antenna", "space"}


def test_a_wrong_key_is_told_and_not_tried_again(
    config: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service says no: one attempt, one warning that names the source and not the key."""
    monkeypatch.setenv("AISSTREAM_API_KEY", "wrong-" + KEY)
    with serving() as server, running(path := config(server.url, free_udp_port())) as daemon:
        daemon.wait_for("space: aisstream.io says: Api Key Is Not Valid")
        health = monitor("health", "-c", path)
        assert daemon.end() == 0
        assert server.handshakes == 1
    assert KEY not in daemon.log.read_text() + health.stdout
    assert health.returncode == 1
    assert "poll:space: failing" in health.stdout
    assert "check the API key" in health.stdout


def test_check_names_streams_and_their_missing_secrets(
    config: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would run is said without a network, and what a stream waits for."""
    path = config("wss://stream.example.org", 10_110)
    assert "space (aisstream): on\n" in monitor("check", "-c", path).stdout
    monkeypatch.delenv("AISSTREAM_API_KEY")
    said = monitor("check", "-c", path).stdout
    assert "space (aisstream): off until AISSTREAM_API_KEY is set" in said
    assert "antenna (nmea_udp): on" in said


def test_once_says_that_a_stream_needs_the_daemon(config: Callable[[str, int], Path]) -> None:
    """A stream is heard only while somebody listens; `once` does not pretend to."""
    with serving() as server:
        done = monitor("once", "-c", config(server.url, free_udp_port()))
        assert server.handshakes == 0
    assert done.returncode == 0, done.stdout + done.stderr
    assert "poll:space: ok nothing heard: a stream is listened to only by `monitor run`" in (
        done.stdout
    )


def test_every_kind_of_stream_can_be_wired(
    config: Callable[[str, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entries of the example, and a broker with a login that is given."""
    path = config("wss://stream.example.org", 10_110)
    monkeypatch.setenv("BROKER_PASSWORD", "x")
    path.write_text(
        path.read_text()
        + """
[[sources.ais]]
name = "norway"
kind = "nmea_tcp"
host = "relay.example.org"
port = 5631
keep = "area"
[[sources.ais]]
name = "finland"
kind = "mqtt"
url = "wss://broker.example.org:443/mqtt"
topics = ["vessels-v2/+/location"]
password_env = "BROKER_PASSWORD"
[[sources.ais]]
name = "off"
kind = "mqtt"
url = "mqtt://broker.example.org"
topics = ["x"]
username_env = "NOT_SET_IN_TESTS"
"""
    )
    wiring = Wiring.load(path)
    assert list(wiring.listeners) == ["antenna", "space", "norway", "finland"]
    assert not any(listener.is_started for listener in wiring.listeners.values())


def test_an_empty_key_file_is_refused(config: Callable[[str, int], Path]) -> None:
    """A key that is given and empty stops the start, with file and key named."""
    path = config("wss://stream.example.org", 10_110)
    path.with_name("key").write_text("\n")
    path.write_text(path.read_text().replace("control_box", 'key_file = "key"\ncontrol_box'))
    with pytest.raises(ConfigError, match=r"sources\.ais\.space: the key is empty"):
        _ = Wiring.load(path).listeners
