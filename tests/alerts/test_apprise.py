"""Everything else, through Apprise, against a server on this machine."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING

import pytest

from monitor.alerts.apprise import AppriseChannel
from monitor.errors import ConfigError, DeliveryDelayed
from tests.alerts.test_chat_channels import AT, Album, a_body

if TYPE_CHECKING:
    from tests.servers.faults import FaultServer

# Its plug-ins are imported on first use; some of them warn.
pytestmark = pytest.mark.filterwarnings("ignore")


def opened(server: FaultServer, path: str) -> AppriseChannel:
    """Open a channel to Apprise's own JSON receiver."""
    host = server.url.removeprefix("http://")
    return AppriseChannel(name="rest", url=f"json://{host}/{path}?rto=2&cto=2", evidence=Album())


def test_a_message_arrives_with_its_picture(fault_server: FaultServer) -> None:
    """Title, text and picture are at the receiver, as plain text."""
    opened(fault_server, "ok").send(a_body("apprise", wanted=True), message_id="m", attempt_at=AT)
    told = json.loads(fault_server.seen[-1].content)
    assert told["title"] == "SPARTA II left Tartus by imagery (IMO 9160994)"
    assert "between Fri 24 Jan 11:30 and Mon 27 Jan 11:40 local" in told["message"]
    assert [a["filename"] for a in told["attachments"]] == ["case-1.png"]


@pytest.mark.parametrize("path", ["status/404/k3y", "status/500/k3y", "reset/k3y"])
def test_whatever_fails_is_tried_again(
    fault_server: FaultServer, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Apprise does not say why, so nothing is given up; the address stays out of error and log."""
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryDelayed) as caught:
        opened(fault_server, path).send(a_body("apprise"), message_id="m", attempt_at=AT)
    assert caught.value.uncertain
    assert "k3y" not in f"{caught.value}{caplog.text}"


@pytest.mark.parametrize("url", ["nosuch://k3y", "k3y", "json://a/k3y, json://b/k3y"])
def test_an_address_apprise_does_not_know_is_told(url: str) -> None:
    """One known address; the error does not repeat it."""
    with pytest.raises(ConfigError, match="does not know this address") as caught:
        AppriseChannel(name="rest", url=url)
    assert "k3y" not in str(caught.value)


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise is an extra: who configures it without installing it is told how."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"pip install 'tartus-monitor\[apprise\]'"):
        AppriseChannel(name="rest", url="json://localhost/x")
