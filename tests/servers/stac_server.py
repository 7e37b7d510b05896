"""A real STAC API on 127.0.0.1: stac-fastapi-pgstac over PostgreSQL with PostGIS, in a temporary
folder that goes when it stops.

PostgreSQL comes from the system (Debian: `postgresql` and `postgresql-postgis`); the API is
installed once from its own lock into `.servers_cache/`. Where either is missing `Unavailable` says
so. PostgreSQL refuses to run as root, so root hands it to the user `postgres` or `nobody`. Run it
by hand with `python -m tests.servers.stac_server`.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.own_environment import Unavailable, installed

_START_S = 60
_USER = "tester"


@dataclass(frozen=True)
class StacServer:
    """A handle on the running server."""

    url: str

    def put_collection(self, collection_id: str) -> None:
        """Make a collection; one that is there already is left as it is."""
        self.post(
            "/collections",
            {
                "type": "Collection",
                "id": collection_id,
                "stac_version": "1.0.0",
                "description": "made by a test",
                "license": "proprietary",
                "links": [],
                "extent": {
                    "spatial": {"bbox": [[-180, -90, 180, 90]]},
                    "temporal": {"interval": [["2015-01-01T00:00:00Z", None]]},
                },
            },
        )

    def put_items(self, collection_id: str, items: list[dict[str, Any]]) -> None:
        """Add items to a collection."""
        for item in items:
            self.post(f"/collections/{collection_id}/items", {**item, "collection": collection_id})

    def post(self, path: str, body: dict[str, Any]) -> None:
        """Send JSON; an answer that it is there already is fine."""
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            urllib.request.urlopen(request, timeout=20).close()
        except urllib.error.HTTPError as exc:
            if exc.code != 409:
                raise RuntimeError(f"{path}: {exc.code} {exc.read()[:300]!r}") from None


@contextmanager
def serving() -> Iterator[StacServer]:
    """Run the server until the block ends.

    Raises:
        Unavailable: PostgreSQL, PostGIS or the API cannot be had here.
    """
    programs, home = find_postgres(), installed("stac_server")
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="stac-server-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        port = stack.enter_context(_database(programs, folder))
        env = _environment(port)
        _run([home / "bin" / "pypgstac", "migrate"], env=env)
        yield stack.enter_context(_api(home, env))


def find_postgres() -> Path:
    """Return the folder of PostgreSQL's programs, the newest that has PostGIS.

    Raises:
        Unavailable: There is none.
    """
    found = sorted(
        (p.parent.parent for p in Path("/usr/lib/postgresql").glob("*/lib/postgis-3.so")),
        key=lambda home: (len(home.name), home.name),
    )
    if not found:
        raise Unavailable("needs PostgreSQL with PostGIS (postgresql, postgresql-postgis)")
    return found[-1] / "bin"


@contextmanager
def _database(programs: Path, folder: Path) -> Iterator[int]:
    as_user = _unprivileged(folder)
    data = folder / "data"
    _run(
        [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"],
        **as_user,
    )
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "max_connections": "40",
    }
    options = [part for k, v in settings.items() for part in ("-c", f"{k}={v}")]
    process = subprocess.Popen(
        [programs / "postgres", "-D", data, "-p", str(port), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **as_user,
    )
    try:
        _await(port, process, "PostgreSQL")
        psql = [programs / "psql", "-h", "127.0.0.1", "-p", str(port), "-U", _USER, "-qAt"]
        for _ in range(100):  # it takes connections before it takes questions
            if not subprocess.run(
                [*psql, "-d", "template1", "-c", "CREATE DATABASE stac"],
                capture_output=True,
                check=False,
            ).returncode:
                break
            time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGINT)  # fast shutdown
        process.wait(20)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Return how to start a program that refuses root, and let it have the folder."""
    if os.getuid():
        return {"cwd": folder}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}
    raise Unavailable("needs the user postgres or nobody, since PostgreSQL refuses root")


@contextmanager
def _api(home: Path, env: dict[str, str]) -> Iterator[StacServer]:
    port = _free_port()
    command = [home / "bin" / "uvicorn", "stac_fastapi.pgstac.app:create_app", "--factory"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port, process, "the STAC API")
        yield StacServer(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(20)


def _environment(port: int) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    return kept | {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "PGUSER": _USER,
        "PGPASSWORD": "unused",
        "PGDATABASE": "stac",
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_HOST_READER": "127.0.0.1",
        "POSTGRES_HOST_WRITER": "127.0.0.1",
        "POSTGRES_PORT": str(port),
        "POSTGRES_USER": _USER,
        "POSTGRES_PASS": "unused",
        "POSTGRES_DBNAME": "stac",
        "DB_MIN_CONN_SIZE": "1",
        "DB_MAX_CONN_SIZE": "5",
        "ENABLE_TRANSACTIONS_EXTENSIONS": "TRUE",
        "OMP_NUM_THREADS": "1",
    }


def _run(command: list[Any], **how: Any) -> None:  # noqa: ANN401 - as subprocess has it
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **how)
    if done.returncode:
        raise Unavailable(f"{Path(command[0]).name} failed: {done.stderr[-300:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: subprocess.Popen[bytes], what: str) -> None:
    ends_at = time.monotonic() + _START_S
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            raise Unavailable(f"{what} ended ({process.returncode})")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Unavailable(f"{what} did not start in {_START_S} s")


if __name__ == "__main__":
    with serving() as running:
        print(running.url, flush=True)
        sys.stdin.read()
