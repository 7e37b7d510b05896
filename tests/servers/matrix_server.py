"""A real Matrix homeserver on 127.0.0.1: Synapse, from its own lock, in a folder that goes with it.

Run it by hand with `python -m tests.servers.matrix_server`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.servers.own_environment import Unavailable, installed

_START_S = 60
_SHARED = "registers-users-of-a-test"


@dataclass(frozen=True)
class MatrixServer:
    """A handle on the running server, a room in it and who may write there."""

    url: str
    room: str
    token: str

    def events(self) -> list[dict[str, Any]]:
        """Return the messages of the room, oldest first, edits put in their place."""
        path = f"/client/v3/rooms/{quote(self.room)}/messages?dir=f&limit=1000"
        found = call(self.url, path, token=self.token)["chunk"]
        return [e for e in found if e["type"] == "m.room.message"]

    def event(self, event_id: str) -> dict[str, Any]:
        """Return one message as a client shows it, with its last edit."""
        path = f"/client/v3/rooms/{quote(self.room)}/event/{quote(event_id)}"
        return call(self.url, path, token=self.token)

    def media(self, uri: str) -> bytes:
        """Return an uploaded file."""
        request = urllib.request.Request(
            f"{self.url}/_matrix/client/v1/media/download/{uri.removeprefix('mxc://')}",
            headers={"authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            content: bytes = answer.read()
            return content


def call(url: str, path: str, body: object = None, *, token: str = "") -> dict[str, Any]:
    """Ask the server's API; POST where there is a body."""
    request = urllib.request.Request(
        f"{url}{path if path.startswith('/_synapse') else f'/_matrix{path}'}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {token}"} if token else {},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        said: dict[str, Any] = json.load(answer)
        return said


@contextmanager
def serving() -> Iterator[MatrixServer]:
    """Run the server until the block ends.

    Raises:
        Unavailable: It cannot be installed or does not start here.
    """
    home = installed("matrix_server")
    folder = Path(tempfile.mkdtemp(prefix="matrix-server-"))
    try:
        port = _free_port()
        config = folder / "homeserver.yaml"
        config.write_text(json.dumps(_config(folder, port)), "utf-8")
        python = str(home / "bin" / "python")
        command = [python, "-m", "synapse.app.homeserver", "--config-path", str(config)]
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
        how: dict[str, Any] = {"env": kept, "cwd": folder, "stdout": subprocess.DEVNULL}
        made = subprocess.run(
            [*command, "--generate-keys"], stderr=subprocess.PIPE, text=True, check=False, **how
        )
        if made.returncode:
            raise Unavailable(f"Synapse does not start: {made.stderr[-300:]}")
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **how)
        try:
            url = f"http://127.0.0.1:{port}"
            _await(url, process)
            token = _register(url)
            room = call(url, "/client/v3/createRoom", {"name": "port"}, token=token)["room_id"]
            yield MatrixServer(url=url, room=room, token=token)
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _config(folder: Path, port: int) -> dict[str, Any]:
    """Return Synapse's settings; JSON is YAML."""
    often = {"per_second": 1000, "burst_count": 1000}
    return {
        "server_name": "chat.example",
        "pid_file": str(folder / "homeserver.pid"),
        "listeners": [
            {
                "port": port,
                "type": "http",
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["client", "media"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": _SHARED,
        "macaroon_secret_key": "x",
        "form_secret": "x",
        "report_stats": False,
        "trusted_key_servers": [],
        "bcrypt_rounds": 4,
        "rc_message": often,
        "rc_login": {"address": often, "account": often, "failed_attempts": often},
    }


def _register(url: str) -> str:
    path = "/_synapse/admin/v1/register"
    nonce = call(url, path)["nonce"]
    parts = (nonce, "monitor", "password", "notadmin")
    digest = hmac.new(_SHARED.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
    body = {"nonce": nonce, "username": "monitor", "password": "password", "mac": digest}
    token: str = call(url, path, body)["access_token"]
    return token


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + _START_S
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            raise Unavailable(f"Synapse ended ({process.returncode})")
        try:
            call(url, "/client/versions")
        except urllib.error.HTTPError as exc:
            raise Unavailable(f"Synapse answers {exc.code}") from None
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Unavailable(f"Synapse did not start in {_START_S} s")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    with serving() as running:
        print(running.url, running.room, running.token, flush=True)
        sys.stdin.read()
