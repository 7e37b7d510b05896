"""Real servers on 127.0.0.1 for the channels to speak to."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.http_client import HttpClient

if TYPE_CHECKING:
    from tests.servers.chat_servers import ChatServer
    from tests.servers.faults import FaultServer
    from tests.servers.slack_emulator import SlackServer

_SERVERS = Path(__file__).parents[1] / "servers"


@pytest.fixture(scope="session")
def fault_server() -> Iterator[FaultServer]:
    """Run one server that goes wrong on request."""
    with runpy.run_path(str(_SERVERS / "faults.py"))["serving"]() as server:
        yield server


@pytest.fixture(scope="session")
def _chat_servers() -> Iterator[ChatServer]:
    with runpy.run_path(str(_SERVERS / "chat_servers.py"))["serving"]() as server:
        yield server


@pytest.fixture
def chat_server(_chat_servers: ChatServer) -> ChatServer:
    """Return the server of chat services, with no fault in store."""
    _chat_servers.faults.clear()
    return _chat_servers


@pytest.fixture(scope="session")
def slack_server() -> Iterator[SlackServer]:
    """Run one Slack-shaped server, or skip with the reason why it cannot run here."""
    script = runpy.run_path(str(_SERVERS / "slack_emulator.py"))
    running = script["serving"]()
    try:
        server = running.__enter__()
    except script["Unavailable"] as exc:
        pytest.skip(f"no Slack emulator: {exc}")
    yield server
    running.__exit__(None, None, None)


@pytest.fixture
def http() -> Iterator[HttpClient]:
    """Open a client with time to spare."""
    with HttpClient(user_agent="tests") as client:
        yield client


@pytest.fixture
def hasty() -> Iterator[HttpClient]:
    """Open a client that loses patience soon."""
    with HttpClient(user_agent="tests", timeout_s=0.4, deadline_s=0.3) as client:
        yield client
