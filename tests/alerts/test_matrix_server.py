"""A real Matrix homeserver takes our messages and gives them back as we meant them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.alerts.channels import Updates
from monitor.alerts.decide import News
from monitor.alerts.matrix import MatrixChannel
from monitor.alerts.render import payload_for
from monitor.domain.finding import Subject
from monitor.errors import ConfigError, DeliveryRefused
from monitor.http_client import HttpClient
from tests.alerts.test_chat_channels import AT, PNG, Album, a_body
from tests.alerts.test_render import BAD_NAMES, VOICE, a_finding, a_notice
from tests.servers import matrix_server
from tests.servers.matrix_server import MatrixServer
from tests.servers.own_environment import Unavailable


@pytest.fixture(scope="module")
def server() -> Iterator[MatrixServer]:
    """Run one homeserver, or skip with the reason why it cannot run here."""
    running = matrix_server.serving()
    try:
        handle = running.__enter__()
    except Unavailable as exc:
        pytest.skip(f"no Matrix homeserver: {exc}")
    yield handle
    running.__exit__(None, None, None)


def opened(
    server: MatrixServer, http: HttpClient, updates: Updates = Updates.REPLY, **changes: str
) -> MatrixChannel:
    """Open a channel to the server's room."""
    known = {"homeserver": server.url, "room": server.room, "token": server.token}
    return MatrixChannel(
        name="ops", client=http, on_update=updates, evidence=Album(), **(known | changes)
    )


def test_a_message_with_its_picture_can_be_read_back(
    server: MatrixServer, http: HttpClient
) -> None:
    """Text, HTML and picture are there, and calling everybody calls nobody."""
    channel = opened(server, http)
    sent = channel.send(a_body("matrix", wanted=True), message_id="image", attempt_at=AT)
    content = server.event(sent.remote_id)["content"]
    assert content["msgtype"] == "m.image"
    assert content["body"].startswith("SPARTA II left Tartus by imagery (IMO 9160994)\n")
    assert "<strong>SPARTA II left Tartus" in content["formatted_body"]
    assert content["m.mentions"] == {}
    assert server.media(content["url"]) == PNG


def test_sending_twice_is_one_message(server: MatrixServer, http: HttpClient) -> None:
    """The homeserver knows the message again, whatever became of the first answer."""
    channel, before = opened(server, http), len(server.events())
    first, second = (
        channel.send(a_body("matrix"), message_id="twice", attempt_at=AT) for _ in range(2)
    )
    assert first == second
    assert len(server.events()) == before + 1


def test_an_edit_takes_the_first_messages_place(server: MatrixServer, http: HttpClient) -> None:
    """After two edits a client shows the second, under the first message's id."""
    channel = opened(server, http, Updates.EDIT)
    first = channel.send(a_body("matrix"), message_id="e0", attempt_at=AT).remote_id
    for number, news in enumerate((News.CLOSED, News.RETRACTED)):
        body = a_body("matrix", news=news)
        sent = channel.send(body, message_id=f"e-{news}", attempt_at=AT, previous=first)
        assert sent.remote_id == first, number
    edited = server.event(first)["unsigned"]["m.relations"]["m.replace"]
    assert edited["content"]["m.new_content"]["body"].startswith("Retracted: SPARTA II left")


def test_news_is_kept_in_a_thread(server: MatrixServer, http: HttpClient) -> None:
    """An update stands in the thread of the first message."""
    channel = opened(server, http)
    first = channel.send(a_body("matrix"), message_id="t0", attempt_at=AT).remote_id
    channel.send(a_body("matrix", news=News.CLOSED), message_id="t1", attempt_at=AT, previous=first)
    assert server.event(first)["unsigned"]["m.relations"]["m.thread"]["count"] == 1


def test_news_about_a_message_that_is_not_there_is_told(
    server: MatrixServer, http: HttpClient
) -> None:
    """Whatever became of the first message, the news arrives."""
    for updates in (Updates.EDIT, Updates.REPLY):
        before = len(server.events())
        channel = opened(server, http, updates)
        body = a_body("matrix", news=News.CLOSED)
        channel.send(body, message_id=f"g-{updates}", attempt_at=AT, previous="$gone")
        assert len(server.events()) == before + 1


def test_hostile_names_arrive_as_text(server: MatrixServer, http: HttpClient) -> None:
    """The homeserver takes every name, and the HTML holds no element but our own."""
    for number, name in enumerate([*BAD_NAMES, "<img src=x>@room #a:b" * 99]):
        finding = replace(a_finding(text=name), subject=Subject(name=name))
        body = payload_for(a_notice(finding, format="matrix"), voice=VOICE)
        sent = opened(server, http).send(body, message_id=f"h{number}", attempt_at=AT)
        content = server.event(sent.remote_id)["content"]
        html = content["formatted_body"]
        for own in ("<strong>", "</strong>", "<br>"):
            html = html.replace(own, "")
        assert "<" not in html
        assert content["m.mentions"] == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"token": "syt_k3y"}, "M_UNKNOWN_TOKEN"), ({"room": "!k3y:chat.example"}, "M_FORBIDDEN")],
)
def test_a_wrong_token_or_room_is_refused(
    changes: dict[str, str], said: str, server: MatrixServer, http: HttpClient
) -> None:
    """The homeserver's own word reaches the error; the secret does not."""
    with pytest.raises(DeliveryRefused, match=said) as caught:
        opened(server, http, **changes).send(a_body("matrix"), message_id="w", attempt_at=AT)
    assert "k3y" not in str(caught.value)


def test_a_room_is_named_by_its_id(http: HttpClient) -> None:
    """An alias, which can come to mean another room, is told when the channel is set up."""
    with pytest.raises(ConfigError, match="begins with `!`"):
        MatrixChannel(name="a", homeserver="https://h", token="t", room="#port:h", client=http)
