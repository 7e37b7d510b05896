"""A real Slack-shaped server takes our messages and gives them back as we meant them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from monitor.alerts.channels import Updates
from monitor.alerts.decide import News, Route, notices_for
from monitor.alerts.render import Voice, payload_for
from monitor.alerts.slack import SlackChannel
from monitor.alerts.slack_bot import SlackBotChannel
from monitor.domain.finding import Basis, Change, Finding, FindingKind, Severity, Status, Subject
from monitor.errors import DeliveryRefused
from monitor.http_client import HttpClient
from tests.alerts.test_chat_channels import PNG, Album, a_body

if TYPE_CHECKING:
    from tests.servers.slack_emulator import SlackServer

AT = datetime(2025, 1, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def channel(slack_server: SlackServer) -> Iterator[SlackChannel]:
    """Open a channel on the emulator's webhook."""
    with HttpClient(user_agent="tests", timeout_s=10) as http:
        yield SlackChannel(name="ops", url=slack_server.webhook_url, client=http)


@pytest.mark.parametrize("name", ["SPARTA II", "<!channel> *x* `y` https://evil.example"])
def test_a_notice_can_be_read_back(
    channel: SlackChannel, slack_server: SlackServer, name: str
) -> None:
    """The message in the chat channel has exactly the blocks that were rendered."""
    finding = Finding(
        kind=FindingKind.ARRIVED,
        status=Status.CLOSED,
        severity=Severity.WARNING,
        subject=Subject(imo=9160994, name=name),
        place_id="tartus",
        start_earliest=AT,
        start_latest=AT,
        end_earliest=AT,
        end_latest=AT,
        learned_at=AT,
        basis=Basis.AIS,
        confidence="high",
        text=f"{name} entered Tartus.",
    )
    change = Change(finding=finding, previous_stage=None, revision=1)
    route = Route(target="ops", format="slack")
    (notice,) = notices_for([change], routes=[route], as_of=AT)
    payload = payload_for(notice, voice=Voice())
    before = len(slack_server.messages())
    channel.send(payload, message_id=notice.id, attempt_at=AT)
    (message,) = slack_server.messages()[before:]
    assert message["text"] == payload["text"]
    assert message["blocks"] == payload["blocks"]


@pytest.fixture
def bot(slack_server: SlackServer) -> Iterator[Callable[[Updates], SlackBotChannel]]:
    """Open a bot in the emulator's first channel."""
    with HttpClient(user_agent="tests", timeout_s=10) as http:
        yield lambda updates: SlackBotChannel(
            name="bot",
            token="test",
            channel=slack_server.channel(),
            base=f"{slack_server.url}/api",
            client=http,
            on_update=updates,
            evidence=Album(),
        )


def test_a_bots_picture_and_news_are_in_the_thread_of_its_message(
    bot: Callable[[Updates], SlackBotChannel], slack_server: SlackServer
) -> None:
    """Read back: the message with its blocks, under it the picture and what came later."""
    channel = bot(Updates.REPLY)
    body = a_body("slack_bot", wanted=True)
    first = channel.send(body, message_id="m", attempt_at=AT).remote_id
    later = a_body("slack_bot", news=News.CLOSED)
    channel.send(later, message_id="n", attempt_at=AT, previous=first)
    message, picture, news = slack_server.thread(*first.split("/"))
    assert message["blocks"] == body["blocks"]
    assert [(f["name"], f["size"]) for f in picture["files"]] == [("case-1.png", len(PNG))]
    assert news["text"].startswith("Closed: SPARTA II left Tartus")


def test_a_bots_edit_changes_its_message(
    bot: Callable[[Updates], SlackBotChannel], slack_server: SlackServer
) -> None:
    """Read back after an edit there is one message, and it says the new thing."""
    channel = bot(Updates.EDIT)
    first = channel.send(a_body("slack_bot"), message_id="m", attempt_at=AT).remote_id
    body = a_body("slack_bot", news=News.RETRACTED)
    assert channel.send(body, message_id="n", attempt_at=AT, previous=first).remote_id == first
    (message,) = slack_server.thread(*first.split("/"))
    assert message["text"].startswith("Retracted: SPARTA II")


def test_slack_refuses_an_empty_message(channel: SlackChannel) -> None:
    """Slack's own word for what is wrong reaches the error."""
    with pytest.raises(DeliveryRefused, match="400 no_text"):
        channel.send({}, message_id="m", attempt_at=AT)
