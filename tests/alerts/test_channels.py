"""What every channel promises, checked against a real server that misbehaves on 127.0.0.1."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from standardwebhooks import Webhook

from monitor.alerts.channels import Channel, address_label
from monitor.alerts.slack import SlackChannel
from monitor.alerts.webhook import MAX_BODY_BYTES, WebhookChannel
from monitor.errors import ConfigError, DeliveryDelayed, DeliveryRefused
from monitor.http_client import HttpClient

if TYPE_CHECKING:
    from tests.servers.faults import FaultServer

AT = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)
OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 24).decode()
NEW_SECRET = "whsec_" + base64.b64encode(b"n" * 32).decode()
BODY = {"text": "SPARTA II left Tartus · Тартус", "blocks": []}
Opens = Callable[[str], Channel]


@pytest.fixture(params=["slack", "webhook"])
def opens(request: pytest.FixtureRequest, http: HttpClient, hasty: HttpClient) -> Opens:
    """Open a channel of either kind on an address; short of patience where no answer will come."""

    def slack(url: str) -> Channel:
        return SlackChannel(name="ops", url=url, client=hasty if "silent" in url else http)

    def webhook(url: str) -> Channel:
        return WebhookChannel(
            name="ops",
            url=url,
            secrets=[NEW_SECRET],
            client=hasty if "silent" in url else http,
            allow_private=True,
        )

    return slack if request.param == "slack" else webhook


def send(channel: Channel, message_id: str = "m1") -> None:
    """Send the sample body."""
    channel.send(BODY, message_id=message_id, attempt_at=AT)


def test_a_message_arrives_as_json(opens: Opens, fault_server: FaultServer) -> None:
    """A sent message is at the server once, whole, whatever its script."""
    before = len(fault_server.seen)
    channel = opens(f"{fault_server.url}/ok")
    assert channel.send(BODY, message_id="m1", attempt_at=AT).status == 200
    (seen,) = fault_server.seen[before:]
    assert json.loads(seen.content) == BODY
    assert seen.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    ("path", "asked_s", "uncertain"),
    [
        ("status/408", None, False),
        ("status/425", None, False),
        ("status/429?retry-after=7", 7, False),
        ("status/429?retry-after=Mon,%2027%20Jan%202025%2009:01:30%20GMT", 90, False),
        ("status/429?retry-after=Mon,%2027%20Jan%202025%2008:00:00%20GMT", 0, False),
        ("status/429?retry-after=soon", None, False),
        ("status/429?retry-after=-5", None, False),
        ("status/500", None, False),
        ("status/502", None, True),
        ("status/503?retry-after=120", 120, False),
        ("status/504", None, True),
        ("silent", None, True),
        ("reset", None, True),
        ("deaf", None, True),
    ],
)
def test_passing_faults_ask_for_another_try(
    opens: Opens, fault_server: FaultServer, path: str, asked_s: int | None, uncertain: bool
) -> None:
    """Busy, broken and silent servers delay; only a lost outcome is uncertain."""
    with pytest.raises(DeliveryDelayed) as caught:
        send(opens(f"{fault_server.url}/{path}"))
    asked = timedelta(seconds=asked_s) if asked_s is not None else None
    assert (caught.value.retry_after, caught.value.uncertain) == (asked, uncertain)


def test_a_server_that_is_not_there_got_nothing(opens: Opens) -> None:
    """A refused connection is a delay without doubt."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryDelayed) as caught:
            send(opens(f"http://127.0.0.1:{taken.getsockname()[1]}/"))
    assert not caught.value.uncertain


@pytest.mark.parametrize(
    "path", ["status/400", "status/403", "status/404", "status/410", "redirect"]
)
def test_lasting_faults_are_refusals(opens: Opens, fault_server: FaultServer, path: str) -> None:
    """Unknown addresses, revoked tokens and redirects are never tried again, nor followed."""
    before = len(fault_server.seen)
    with pytest.raises(DeliveryRefused, match=r"no_service|302"):
        send(opens(f"{fault_server.url}/{path}"))
    assert len(fault_server.seen) == before + 1


@pytest.mark.parametrize("path", ["status/500/k3y", "status/404/k3y", "silent/k3y", "reset/k3y"])
def test_errors_name_the_host_and_keep_the_address(
    opens: Opens, fault_server: FaultServer, path: str
) -> None:
    """An error says which address by host and hash; its path stays secret."""
    url = f"{fault_server.url}/{path}"
    with pytest.raises((DeliveryDelayed, DeliveryRefused)) as caught:
        send(opens(url))
    assert str(caught.value).startswith(f"{address_label(url)}")
    assert "k3y" not in str(caught.value)


def test_labels_tell_addresses_apart_and_give_nothing_away() -> None:
    """Two webhooks of one host have two labels, neither with the path."""
    one, two = (address_label(f"https://hooks.example/services/{n}") for n in "ab")
    assert one != two
    assert one.startswith("hooks.example#")
    assert "services" not in one


def test_slack_says_ok_in_so_many_words() -> None:
    """A 200 from something that is not Slack is no delivery; one cut short may be one."""
    page = httpx.MockTransport(lambda _: httpx.Response(200, content=b"<html>log in</html>"))
    with HttpClient(user_agent="tests", transport=page) as http:
        channel = SlackChannel(name="ops", url="https://hooks.example/x", client=http)
        with pytest.raises(DeliveryDelayed, match="200 without `ok`") as caught:
            send(channel)
    assert not caught.value.uncertain


def test_slack_cut_short_after_its_status_is_uncertain(
    hasty: HttpClient, fault_server: FaultServer
) -> None:
    """A 200 whose body never comes leaves the outcome open."""
    channel = SlackChannel(name="ops", url=f"{fault_server.url}/slow-body", client=hasty)
    with pytest.raises(DeliveryDelayed) as caught:
        send(channel)
    assert caught.value.uncertain


def test_a_webhook_needs_no_more_than_its_status(
    hasty: HttpClient, fault_server: FaultServer
) -> None:
    """For a Standard Webhooks receiver a 2xx is success, whatever becomes of the body."""
    send(a_webhook(hasty, f"{fault_server.url}/slow-body"))


@pytest.mark.parametrize(
    "url",
    ["", "hooks.slack.com/k3y", "ftp://hooks/k3y", "https://h:k3y/", "https://[k3y", "http://h:0"],
)
def test_an_address_must_be_one(opens: Opens, url: str) -> None:
    """An address that is none is told when the channel is set up, without repeating it."""
    with pytest.raises(ConfigError, match="channel 'ops': its URL must begin") as caught:
        opens(url)
    assert "k3y" not in str(caught.value)


def a_webhook(
    http: HttpClient,
    url: str = "http://hook.example/in",
    *,
    secrets: Sequence[str] = (NEW_SECRET,),
    allow_private: bool = True,
    addresses: Sequence[str] = ("127.0.0.1",),
) -> WebhookChannel:
    """Open a webhook channel whose host resolves to `addresses`."""
    return WebhookChannel(
        name="hook",
        url=url,
        secrets=secrets,
        client=http,
        allow_private=allow_private,
        resolve=lambda _host, _port: addresses,
    )


def test_a_receiver_can_verify_with_either_secret(
    http: HttpClient, fault_server: FaultServer
) -> None:
    """While a secret is being changed, both the old and the new one verify the same message."""
    channel = a_webhook(http, f"{fault_server.url}/ok", secrets=[NEW_SECRET, OLD_SECRET])
    present = datetime.now(UTC)  # the verifying library compares with the real clock
    channel.send(BODY, message_id="m7", attempt_at=present)
    seen = fault_server.seen[-1]
    for secret in (OLD_SECRET, NEW_SECRET):
        assert Webhook(secret).verify(seen.content, seen.headers) == BODY
    assert seen.headers["webhook-id"] == "m7"


def test_a_signature_is_the_standards(http: HttpClient, fault_server: FaultServer) -> None:
    """The signature is HMAC-SHA256 over id, time and body with the secret's bytes."""
    send(a_webhook(http, f"{fault_server.url}/ok"), "m7")
    seen = fault_server.seen[-1]
    assert seen.headers["webhook-timestamp"] == str(int(AT.timestamp()))
    signed = b".".join([b"m7", seen.headers["webhook-timestamp"].encode(), seen.content])
    digest = hmac.new(b"n" * 32, signed, hashlib.sha256).digest()
    assert seen.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_a_repeat_carries_the_same_id(http: HttpClient, fault_server: FaultServer) -> None:
    """Sent again later, a message keeps id and body and gets a new time and signature."""
    channel = a_webhook(http, f"{fault_server.url}/ok")
    channel.send(BODY, message_id="m7", attempt_at=AT)
    channel.send(BODY, message_id="m7", attempt_at=AT + timedelta(hours=2))
    first, second = fault_server.seen[-2:]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.content == second.content
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@pytest.mark.parametrize("extra", [0, 1])
def test_a_webhook_body_has_a_limit(
    http: HttpClient, fault_server: FaultServer, extra: int
) -> None:
    """One byte below the limit is sent; at it the message is refused."""
    channel = a_webhook(http, f"{fault_server.url}/ok")
    body = {"x": "y" * (MAX_BODY_BYTES - len('{"x":""}') - 1 + extra)}
    if extra:
        with pytest.raises(DeliveryRefused, match="20000 bytes is too long"):
            channel.send(body, message_id="m", attempt_at=AT)
    else:
        channel.send(body, message_id="m", attempt_at=AT)
        assert len(fault_server.seen[-1].content) == MAX_BODY_BYTES - 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::",
    ],
)
def test_private_addresses_are_refused_unless_allowed(address: str) -> None:
    """A host in a private network is refused before anything is sent, in any spelling."""
    requests: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    with HttpClient(user_agent="tests", transport=httpx.MockTransport(answering)) as http:
        # One public address beside it does not help: the next lookup may give the other.
        guarded = a_webhook(http, allow_private=False, addresses=["93.184.215.14", address])
        with pytest.raises(DeliveryRefused, match="allow_private"):
            send(guarded)
        assert requests == []
        send(a_webhook(http, allow_private=True, addresses=["93.184.215.14", address]))
        assert len(requests) == 1


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e"])
def test_the_address_checked_is_the_one_connected_to(address: str) -> None:
    """The lookup is done once: what passed the check is where the request goes."""
    hosts: list[str] = []

    def answering(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        assert request.headers["host"] == "hook.example"
        return httpx.Response(204)

    with HttpClient(user_agent="tests", transport=httpx.MockTransport(answering)) as http:
        send(a_webhook(http, allow_private=False, addresses=[address]))
    assert hosts == [address]


@pytest.mark.parametrize("error", [socket.gaierror("no such name"), UnicodeError("too long")])
def test_a_name_that_is_not_found_is_a_delay(http: HttpClient, error: Exception) -> None:
    """A failing lookup passes; nothing was sent, so there is no doubt."""

    def failing(_host: str, _port: int) -> Sequence[str]:
        raise error

    channel = WebhookChannel(
        name="hook", url="https://hook.example", secrets=[NEW_SECRET], client=http, resolve=failing
    )
    with pytest.raises(DeliveryDelayed, match="was not found") as caught:
        send(channel)
    assert not caught.value.uncertain


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ([], "needs a secret"),
        (["whsec_!!s3cret!!"], "`whsec_` and base64"),
        (["whsec_ключ"], "`whsec_` and base64"),
        (["whsec_" + base64.b64encode(b"x" * 23).decode()], "not 23"),
        (["whsec_" + base64.b64encode(b"x" * 65).decode()], "not 65"),
    ],
)
def test_bad_secrets_are_told_at_once(http: HttpClient, secrets: list[str], said: str) -> None:
    """A secret that cannot work is refused when the channel is set up."""
    with pytest.raises(ConfigError, match=said) as caught:
        a_webhook(http, secrets=secrets)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("size", [24, 64])
def test_secrets_of_the_standards_sizes_are_taken(http: HttpClient, size: int) -> None:
    """Secrets of 24 to 64 bytes are taken, padded or not, with or without their prefix."""
    text = base64.b64encode(b"x" * size).decode().rstrip("=")
    a_webhook(http, secrets=[f"whsec_{text}", text])
