"""E-mail against a real SMTP server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from monitor.alerts.decide import News
from monitor.alerts.mail import Mailbox, MailChannel
from monitor.errors import DeliveryDelayed, DeliveryRefused
from tests.alerts.test_chat_channels import AT, PNG, Album, a_body, sent
from tests.servers import mail_server

if TYPE_CHECKING:
    from tests.servers.mail_server import MailServer


@pytest.fixture(scope="module")
def _server() -> Iterator[MailServer]:
    with mail_server.serving() as server:
        yield server


@pytest.fixture
def server(_server: MailServer) -> MailServer:
    """Return the server, empty and with no fault in store."""
    _server.faults.clear()
    _server.mails.clear()
    return _server


def opened(server: MailServer, **changes: object) -> MailChannel:
    """Open a channel to two readers."""
    known: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "timeout_s": 5.0,
    }
    return MailChannel(
        name="desk",
        mailbox=Mailbox(**(known | changes)),  # type: ignore[arg-type]
        sender="monitor@port.example",
        recipients=("a@desk.example", "b@desk.example"),
        evidence=Album(),
    )


def test_a_mail_can_be_read_back(server: MailServer) -> None:
    """Subject, text and picture arrive as they were meant, for every reader, with login."""
    channel = opened(server, username=mail_server.USER, password=mail_server.PASSWORD)
    body = a_body("email", wanted=True)
    receipt = channel.send(body, message_id="m1", attempt_at=AT)
    assert receipt.remote_id == "<m1@port.example>"
    (mail,) = server.mails
    assert mail["subject"] == "SPARTA II left Tartus by imagery (IMO 9160994)"
    assert (mail["to"], mail["message-id"]) == (
        "a@desk.example, b@desk.example",
        "<m1@port.example>",
    )
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (
        "When: between Fri 24 Jan 11:30 and Mon 27 Jan 11:40 local "
        "(2025-01-24 08:30 to 2025-01-27 08:40 UTC)"
    ) in text
    (picture,) = mail.iter_attachments()
    assert (picture.get_filename(), picture.get_content()) == ("case-1.png", PNG)
    assert server.logins == [mail_server.USER]


def test_news_is_kept_with_the_first_mail(server: MailServer) -> None:
    """An update answers the first mail, and a repeat has the same Message-ID."""
    channel = opened(server)
    first = sent(channel, a_body("email"))
    body = a_body("email", news=News.RETRACTED)
    for _ in range(2):
        channel.send(body, message_id="m2", attempt_at=AT, previous=first)
    _, one, two = server.mails
    assert one["in-reply-to"] == one["references"] == first
    assert one["message-id"] == two["message-id"] != first


@pytest.mark.parametrize(
    ("fault", "uncertain", "there"),
    [
        ("451", False, 0),
        ("sender 452", False, 0),
        ("rcpt 450", False, 0),
        ("close", True, 1),
        ("stall", True, 1),
    ],
)
def test_passing_faults_are_tried_again(
    server: MailServer, fault: str, uncertain: bool, there: int
) -> None:
    """Replies 4xx pass; only a message without a reply may have arrived."""
    server.faults.append(fault)
    with pytest.raises(DeliveryDelayed) as caught:
        sent(opened(server, timeout_s=0.4), a_body("email"))
    assert caught.value.uncertain is uncertain
    assert len(server.mails) == there


@pytest.mark.parametrize("fault", ["554", "sender 550", "rcpt 550"])
def test_lasting_faults_are_refusals(server: MailServer, fault: str) -> None:
    """Replies 5xx are never tried again."""
    server.faults.append(fault)
    with pytest.raises(DeliveryRefused, match="refuses"):
        sent(opened(server), a_body("email"))
    assert server.mails == []


def test_a_wrong_password_is_a_refusal_that_keeps_it(server: MailServer) -> None:
    """The error names the host, never the password."""
    channel = opened(server, username=mail_server.USER, password="s3cret")
    with pytest.raises(DeliveryRefused, match="refuses us") as caught:
        sent(channel, a_body("email"))
    assert "s3cret" not in f"{caught.value}{channel!r}{channel._mailbox!r}"


def test_a_server_without_tls_gets_nothing(server: MailServer) -> None:
    """Where TLS is asked for, neither a plain server nor a failed handshake gets the message."""
    with pytest.raises(DeliveryRefused, match="STARTTLS"):
        sent(opened(server, security="starttls"), a_body("email"))
    with pytest.raises(DeliveryDelayed) as caught:
        sent(opened(server, security="tls", timeout_s=1.0), a_body("email"))
    assert not caught.value.uncertain
    assert server.mails == []


def test_a_server_that_is_not_there_got_nothing(server: MailServer) -> None:
    """A refused connection is a delay without doubt."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        channel = opened(server, port=taken.getsockname()[1])
        with pytest.raises(DeliveryDelayed) as caught:
            sent(channel, a_body("email"))
    assert not caught.value.uncertain
