"""A real MQTT broker, mosquitto, on a free port of this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

LOGIN = ("harbour", "not-a-secret")


@dataclass
class Broker:
    """A handle on the running broker."""

    port: int
    web_port: int


@contextmanager
def serving(folder: Path, *, login: bool = False) -> Iterator[Broker]:
    """Run a broker until the block ends; with a login it refuses everybody else."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed")
    port, web_port = _free_port(), _free_port()
    lines = [
        f"listener {port} 127.0.0.1",
        f"listener {web_port} 127.0.0.1",
        "protocol websockets",
        "persistence false",
        "log_dest none",
        "user root",  # started by root it would give that up, and could not read our folder
        f"allow_anonymous {'false' if login else 'true'}",
    ]
    if login:
        users = folder / "users"
        passwd = Path(program).with_name("mosquitto_passwd")
        tool = shutil.which("mosquitto_passwd") or str(passwd)
        subprocess.run([tool, "-b", "-c", users, *LOGIN], check=True, capture_output=True)
        users.chmod(0o644)
        lines.append(f"password_file {users}")
    config = folder / "mosquitto.conf"
    config.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(
        [program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for wanted in (port, web_port):
            _await(wanted, process)
        yield Broker(port, web_port)
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "mosquitto ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("mosquitto does not answer")
