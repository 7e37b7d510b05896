"""The HTTP door against a real server that misbehaves, on 127.0.0.1 only."""

from __future__ import annotations

import gzip
import logging
import runpy
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.errors import ConfigError, SourceUnavailable
from monitor.http_client import HttpClient, HttpNotSent, HttpOutcomeUnknown, retry_after

if TYPE_CHECKING:
    from tests.servers.faults import FaultServer

_FAULTS = runpy.run_path(str(Path(__file__).parent / "servers" / "faults.py"))


@pytest.fixture(scope="module")
def faults() -> Iterator[FaultServer]:
    """Run one misbehaving server for all tests here."""
    with _FAULTS["serving"]() as server:
        yield server


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """Open a client with time to spare."""
    with HttpClient(user_agent="tests") as opened:
        yield opened


@pytest.fixture
def hasty() -> Iterator[HttpClient]:
    """Open a client that loses patience soon."""
    with HttpClient(user_agent="tests", timeout_s=0.4, deadline_s=0.3) as opened:
        yield opened


def test_a_get_returns_status_headers_and_content(client: HttpClient, faults: FaultServer) -> None:
    """An answer comes back whole, with our name and our parameters sent."""
    answer = client.get(f"{faults.url}/ok", params={"key": "k1"}, headers={"x-own": "1"})
    assert (answer.status, answer.content, answer.complete) == (200, b"ok", True)
    assert answer.headers["content-length"] == "2"
    seen = faults.seen[-1]
    assert seen.path == "/ok?key=k1"
    assert (seen.headers["user-agent"], seen.headers["x-own"]) == ("tests", "1")


def test_a_get_keeps_the_query_of_its_address(client: HttpClient, faults: FaultServer) -> None:
    """A query written in the address is sent even where no parameters are given."""
    client.get(f"{faults.url}/ok?a=1")
    assert faults.seen[-1].path == "/ok?a=1"


@pytest.mark.parametrize(("path", "status"), [("status/404", 404), ("redirect", 302)])
def test_a_get_hands_back_every_status(
    client: HttpClient, faults: FaultServer, path: str, status: int
) -> None:
    """A refusal or a redirect is an answer, for the caller to judge."""
    assert client.get(f"{faults.url}/{path}").status == status


@pytest.mark.parametrize("path", ["silent", "reset", "deaf", "slow-body", "trickle"])
def test_a_get_that_fails_names_the_host_and_no_secret(
    hasty: HttpClient, faults: FaultServer, path: str
) -> None:
    """A feed that stalls, drips or hangs up is unavailable; the error keeps the key to itself."""
    with pytest.raises(SourceUnavailable, match=r"^127\.0\.0\.1 ") as caught:
        hasty.get(f"{faults.url}/{path}?key=s3cret")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("limit", "taken"), [(1_000_000, True), (999_999, False)])
def test_a_get_takes_content_up_to_its_limit(faults: FaultServer, limit: int, taken: bool) -> None:
    """Content of exactly the limit is read; one byte more is refused."""
    with HttpClient(user_agent="tests", max_bytes=limit) as client:
        if taken:
            assert len(client.get(f"{faults.url}/long").content) == 1_000_000
        else:
            with pytest.raises(SourceUnavailable, match="more than 999999 bytes"):
                client.get(f"{faults.url}/long")


def test_damaged_compression_is_unavailability() -> None:
    """Content that claims gzip and is not is a passing fault of the source."""
    broken = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=b"no gzip")
    )
    with (
        HttpClient(user_agent="tests", transport=broken) as client,
        pytest.raises(SourceUnavailable, match="cannot be decoded"),
    ):
        client.get("https://feed.example/a")


def test_a_post_to_a_closed_door_was_not_sent(client: HttpClient) -> None:
    """Where nobody listens nothing was sent, and the error says so by its class."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(HttpNotSent, match=r"^127\.0\.0\.1 cannot be reached"):
            client.tell(f"http://127.0.0.1:{port}/s3cret", content=b"{}")


@pytest.mark.parametrize("path", ["silent", "reset", "deaf"])
def test_a_post_without_an_answer_has_an_unknown_outcome(
    hasty: HttpClient, faults: FaultServer, path: str
) -> None:
    """Once a connection stood, a lost answer never counts as not sent."""
    with pytest.raises(HttpOutcomeUnknown):
        hasty.tell(f"{faults.url}/{path}", content=b"{}")


@pytest.mark.parametrize("path", ["slow-body", "trickle", "long"])
def test_a_post_knows_its_outcome_from_the_status_on(
    hasty: HttpClient, faults: FaultServer, path: str
) -> None:
    """A body that stalls, drips or never ends leaves the status usable, marked incomplete."""
    answer = hasty.tell(f"{faults.url}/{path}", content=b"{}")
    assert (answer.status, answer.complete) == (200, False)


def test_a_post_can_be_pinned_to_an_address(client: HttpClient, faults: FaultServer) -> None:
    """The name is asked for, the given address is connected to."""
    port = faults.url.rpartition(":")[2]
    answer = client.tell(f"http://hook.invalid:{port}/ok", content=b"{}", connect_to="127.0.0.1")
    assert answer.status == 200
    assert faults.seen[-1].headers["host"] == f"hook.invalid:{port}"


@pytest.mark.parametrize(
    ("host", "name"),
    [("hook.example", "hook.example"), ("порт.example", "xn--n1abei.example")],
)
def test_a_pinned_post_asks_for_the_certificate_of_the_name(host: str, name: str) -> None:
    """Over TLS the name goes into the handshake although the address is an IP, also in IPv6."""
    requests: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    with HttpClient(user_agent="tests", transport=httpx.MockTransport(answering)) as client:
        client.tell(f"https://{host}/in", content=b"", connect_to="2001:db8::1")
    assert str(requests[0].url) == "https://[2001:db8::1]/in"
    assert requests[0].headers["host"] == name
    assert requests[0].extensions["sni_hostname"] == name


@pytest.mark.parametrize("url", ["ftp://feed/s3cret", "file:///etc/s3cret", "s3cret", "http://"])
def test_only_web_addresses_are_taken(client: HttpClient, url: str) -> None:
    """Anything but http and https is a mistake in the settings, told without the address."""
    for call in (lambda: client.get(url), lambda: client.tell(url, content=b"")):
        with pytest.raises(ConfigError) as caught:
            call()
        assert "s3cret" not in str(caught.value)


def test_an_unreadable_address_is_told_without_it(client: HttpClient) -> None:
    """The parser's own message repeats the address; ours does not, nor does its cause."""
    with pytest.raises(ConfigError, match="check its spelling") as caught:
        client.get("http://feed:s3cret/x")
    assert caught.value.__suppress_context__


def test_no_address_reaches_the_log(
    client: HttpClient, faults: FaultServer, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger wide open, keys in path and query stay out of the log."""
    # The command line, run in the same process by other tests, quiets httpx.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="httpx"):
        client.get(f"{faults.url}/ok/s3cret?key=s3cret")
        client.tell(f"{faults.url}/ok/s3cret", content=b"")
    assert any(record.name == "httpx" for record in caplog.records)
    assert "s3cret" not in caplog.text


def test_a_question_may_travel_in_its_body(client: HttpClient, faults: FaultServer) -> None:
    """A POST that asks is answered whole and judged like a GET."""
    answer = client.ask(
        f"{faults.url}/long", method="POST", headers={"content-type": "text/x"}, content=b"what?"
    )
    assert (answer.status, len(answer.content)) == (200, 1_000_000)
    seen = faults.seen[-1]
    assert (seen.content, seen.headers["content-type"]) == (b"what?", "text/x")


@pytest.mark.parametrize("path", ["silent", "reset", "deaf", "slow-body", "trickle"])
def test_a_question_without_an_answer_is_unavailability(
    hasty: HttpClient, faults: FaultServer, path: str
) -> None:
    """A question changes nothing there, so whether it arrived does not matter."""
    with pytest.raises(SourceUnavailable, match=r"^127\.0\.0\.1 "):
        hasty.ask(f"{faults.url}/{path}?key=s3cret", method="POST", content=b"{}")


@pytest.mark.parametrize("value", ["s3cret\nx: y", "s3cret\u00e9"])
def test_a_header_that_cannot_be_sent_is_told_without_it(
    client: HttpClient, faults: FaultServer, value: str
) -> None:
    """A secret copied with a line break or an accent is a mistake in the settings."""
    with pytest.raises(ConfigError, match="look at the secret") as caught:
        client.ask(f"{faults.url}/ok", headers={"authorization": value})
    assert caught.value.__suppress_context__


def test_a_bomb_is_taken_up_to_the_limit_only() -> None:
    """Compressed content counts by what it becomes."""
    bomb = httpx.MockTransport(
        lambda _: httpx.Response(
            200, headers={"content-encoding": "gzip"}, content=gzip.compress(bytes(5_000_000))
        )
    )
    with (
        HttpClient(user_agent="tests", transport=bomb, max_bytes=1_000_000) as client,
        pytest.raises(SourceUnavailable, match="more than 1000000 bytes"),
    ):
        client.get("https://feed.example/a")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Tue, 21 Jan 2025 12:01:00 GMT", 60),
        ("Tue, 21 Jan 2025 11:00:00 GMT", 0),
        ("Tue, 21 Jan 2025 12:01:00", 60),
        ("-5", None),
        ("1.5", None),
        ("9999999999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int | None) -> None:
    """RFC 9110, section 10.2.3; anything else says nothing."""
    waits = retry_after({"retry-after": value}, now=datetime(2025, 1, 21, 12, tzinfo=UTC))
    assert waits == (None if seconds is None else timedelta(seconds=seconds))
