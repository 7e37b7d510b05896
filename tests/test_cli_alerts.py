"""The commands around alerts as users meet them, over a real socket where something is sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner

from monitor.bundled import bundled
from monitor.cli.app import app
from monitor.errors import InputError
from monitor.store.engine import open_store
from monitor.store.outbox import close_target, closed
from tests.watch.test_dispatch import MIN, NOW, WAIT, found, route

SECRET = "whsec_" + base64.b64encode(b"not a secret, a test of one").decode()
Says = Callable[..., Result]


@pytest.fixture
def says(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Says:
    """Return a function that runs a command on a store that owes a held finding."""
    monkeypatch.setenv("TEST_HOOK_SECRET", SECRET)
    path = tmp_path / "monitor.toml"
    path.write_text(
        f"""
[port]
aoi = {json.dumps(str(bundled("aoi", "tartus.geojson")))}
[store]
path = "monitor.db"
[[channels]]
name = "ops"
kind = "webhook"
url = "{httpserver.url_for("/hook")}"
secret_env = "TEST_HOOK_SECRET"
allow_private = true
"""
    )
    store = open_store(tmp_path / "monitor.db")
    found(store, [route(group_wait=5 * MIN)], WAIT)
    store.close()

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "-c", str(path)], catch_exceptions=True)

    return run


@pytest.mark.parametrize(
    "words",
    [("alerts",), ("ack",), ("silence", "add"), ("silence", "list"), ("silence", "expire"),
     ("send-test",)],
)  # fmt: skip
def test_help_teaches(words: tuple[str, ...]) -> None:
    """Every command says what it does before its options."""
    done = CliRunner().invoke(app, [*words, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.stdout


def test_what_is_held_is_listed_by_lines_that_programs_read(says: Says) -> None:
    """Piped it is tab-separated under a heading; with --json the same rows are objects."""
    heading, row = says("alerts").stdout.splitlines()
    told = dict(zip(heading.split("\t"), row.split("\t"), strict=True))
    assert (told["outcome"], told["why"], told["finding"]) == ("held", "group_wait", WAIT.id)
    (same,) = json.loads(says("alerts", "--json").stdout)
    assert (same["finding"], same["next_look"]) == (WAIT.id, "2025-01-27T09:05:00Z")
    (message,) = json.loads(says("alerts", "--dry-run", "--json").stdout)
    assert message["body"]["data"]["finding"]["id"] == WAIT.id
    assert says("alerts", "--outcome", "told").stdout.splitlines() == [heading]


def test_a_silence_by_hand(says: Says) -> None:
    """Added, listed and ended; a slip is answered with what to type."""
    made = says("silence", "add", "kind=arrived", "--for", "2d", "--by", "anna", "-m", "known")
    assert made.exit_code == 0, made.output
    (listed,) = json.loads(says("silence", "list", "--json").stdout)
    assert (listed["by"], listed["comment"], listed["state"]) == ("anna", "known", "active")
    assert says("silence", "expire", listed["id"]).exit_code == 0
    assert json.loads(says("silence", "list", "--json").stdout) == []
    wrong = says("silence", "add", "kind=arrived", "--for", "2 days", "--by", "anna")
    assert isinstance(wrong.exception, InputError)
    assert "write 90m" in str(wrong.exception)


def test_a_nod_by_hand(says: Says) -> None:
    """Acknowledged by the first digits of its id."""
    done = says("ack", WAIT.id[:6], "--by", "anna")
    assert f"{WAIT.id} revision 1 acknowledged by anna" in done.stdout


def test_a_test_that_arrives_opens_a_closed_channel(
    says: Says, tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Sent for real, once; refused it says why, taken it opens what was closed."""
    store = open_store(tmp_path / "monitor.db")
    with store.begin() as connection:
        close_target(connection, "ops", reason="410", now=NOW)
    httpserver.expect_ordered_request("/hook").respond_with_data("no_service", status=404)
    httpserver.expect_ordered_request("/hook").respond_with_data("", status=204)
    refused = says("send-test", "ops")
    assert refused.exit_code == 1
    assert "404" in refused.output
    assert says("send-test", "ops", "--dry-run").stdout.startswith("{")
    done = says("send-test", "ops")
    assert (done.exit_code, "open again" in done.stdout) == (0, True)
    with store.read() as connection:
        assert closed(connection) == {}
    store.close()
    sent = [json.loads(request.get_data())["type"] for request, _ in httpserver.log]
    assert sent == ["system.test", "system.test"]
