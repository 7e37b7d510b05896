"""A real Slack-shaped server takes our messages and gives them back as we meant them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from monitor.alerts.decide import Route, notices_for
from monitor.alerts.render import Voice, payload_for
from monitor.alerts.slack import SlackChannel
from monitor.domain.finding import Basis, Change, Finding, FindingKind, Severity, Status, Subject
from monitor.errors import DeliveryRefused
from monitor.http_client import HttpClient

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


def test_slack_refuses_an_empty_message(channel: SlackChannel) -> None:
    """Slack's own word for what is wrong reaches the error."""
    with pytest.raises(DeliveryRefused, match="400 no_text"):
        channel.send({}, message_id="m", attempt_at=AT)
