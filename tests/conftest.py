"""What every test lives in: no network beyond this machine, and the real data where it lies."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MONITOR_SHARED_DATA", ROOT.parent / "shared"))


def shared(*parts: str) -> Path:
    """Return a path of the real data, or skip the test where it is not at hand."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real data not at hand: {'/'.join(parts)} is not beside the checkout")
    return path


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:  # noqa: ANN401
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if not (host.startswith("127.") or host in ("::1", "localhost")):
                raise AssertionError(f"a test tried to reach {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be skipped (`MONITOR_NO_SKIPS=1`), a skipped test fails the run."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("MONITOR_NO_SKIPS") or terminal is None:
        return
    skipped = terminal.stats.get("skipped", [])
    if skipped and session.exitstatus == 0:
        terminal.write_line(f"{len(skipped)} tests were skipped, and here none may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
