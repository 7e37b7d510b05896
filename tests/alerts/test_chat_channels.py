"""Each chat program's channel against a server that answers as its documentation says."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor.alerts.channels import Channel, Updates
from monitor.alerts.decide import News
from monitor.alerts.discord import DiscordChannel
from monitor.alerts.matrix import MatrixChannel
from monitor.alerts.mattermost import MattermostChannel
from monitor.alerts.ntfy import NtfyChannel
from monitor.alerts.pictures import Picture
from monitor.alerts.render import CHAT_FORMS, message_for
from monitor.alerts.slack_bot import SlackBotChannel
from monitor.alerts.teams import TeamsChannel
from monitor.alerts.telegram import TelegramChannel
from monitor.errors import ConfigError, DeliveryDelayed, DeliveryRefused
from monitor.http_client import HttpClient
from tests.alerts.test_render import VOICE, a_finding, a_notice

if TYPE_CHECKING:
    from tests.servers.chat_servers import ChatServer

AT = a_finding().learned_at
TOKEN = "123456:AAE-k3y_of_the_bot"
SERVICES = ["discord", "matrix", "mattermost", "ntfy", "slack_bot", "teams", "telegram"]
NAMED = {"discord", "matrix", "ntfy", "telegram"}
IMPATIENT = {"silent", "silent-after", "slow-body"}
PNG = b"\x89PNG evidence"
NUMBERS = itertools.count(1)
WANTED = {"scenes": ["a", "b"]}


class Album:
    """Has one picture, for the wish above."""

    def __init__(self) -> None:
        self.published: list[str] = []

    def picture(self, wanted: Mapping[str, Any]) -> Picture | None:
        """Return it."""
        if wanted != WANTED:
            return None
        return Picture(name="case-1.png", png=PNG, words="Mole 1 on 24 Jan and on 27 Jan")

    def publish(self, wanted: Mapping[str, Any]) -> Picture | None:
        """Return it and note that it was published."""
        picture = self.picture(wanted)
        self.published += [picture.name] if picture else []
        return picture


def opened(
    service: str,
    chat: ChatServer,
    http: HttpClient,
    *,
    updates: Updates | None = None,
    album: Album | None = None,
) -> Channel:
    """Open a service's channel on the server."""
    common: dict[str, Any] = {"name": "ops", "client": http, "evidence": album}
    public = common | {"evidence_url": "https://port.example/evidence"}
    chosen = {"on_update": updates} if updates else {}
    url = chat.address(service)
    makes: dict[str, Callable[[], Channel]] = {
        "discord": lambda: DiscordChannel(url=url, **common, **chosen),
        "matrix": lambda: MatrixChannel(
            homeserver=url, token="syt_k3y", room="!r:chat.example", **common, **chosen
        ),
        "mattermost": lambda: MattermostChannel(url=url, **public),
        "ntfy": lambda: NtfyChannel(url=url, token="tk_k3y", **common),
        "slack_bot": lambda: SlackBotChannel(
            token="xoxb-k3y", channel="C1", base=url, **common, **chosen
        ),
        "teams": lambda: TeamsChannel(url=url, **public),
        "telegram": lambda: TelegramChannel(
            token=TOKEN, chat_id="-42", base=chat.url, **common, **chosen
        ),
    }
    return makes[service]()


def a_body(service: str, *, news: News = News.NEW, wanted: bool = False) -> dict[str, Any]:
    """Render the departure of SPARTA II for a service."""
    notice = a_notice(a_finding(), format=service, news=news)
    message = message_for(notice, voice=VOICE)
    return CHAT_FORMS[service](replace(message, picture=WANTED if wanted else {}))


def sent(channel: Channel, body: Mapping[str, Any], previous: str | None = None) -> str:
    """Send and return the other side's name for the message."""
    number = f"m{next(NUMBERS)}"
    return channel.send(body, message_id=number, attempt_at=AT, previous=previous).remote_id


@pytest.mark.parametrize("service", SERVICES)
def test_a_message_arrives_once_and_says_its_id(
    service: str, chat_server: ChatServer, http: HttpClient
) -> None:
    """What stands in the chat is what was rendered, and where a service names it we know."""
    before = len(chat_server.posted)
    remote_id = sent(opened(service, chat_server, http), a_body(service))
    (posted,) = chat_server.posted[before:]
    assert "SPARTA II left Tartus" in str(posted.body)
    assert re.search(r"between Fri 24 Jan (2025 )?11:30", str(posted.body))
    assert remote_id.endswith(
        posted.id if service in {"discord", "matrix", "ntfy", "telegram"} else ""
    )


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("fault", "asked_s", "uncertain", "there"),
    [
        ("429", 7, False, False),
        ("500", None, False, False),
        ("502", None, True, False),
        ("silent", None, True, False),
        ("silent-after", None, True, True),
        ("reset", None, True, False),
        ("reset-after", None, True, True),
    ],
)
def test_passing_faults_are_tried_again(
    service: str,
    fault: str,
    asked_s: int | None,
    uncertain: bool,
    there: bool,
    chat_server: ChatServer,
    http: HttpClient,
    hasty: HttpClient,
) -> None:
    """A fault before or after the message was taken is a delay, and the doubt is said."""
    before = len(chat_server.posted)
    channel = opened(service, chat_server, hasty if fault in IMPATIENT else http)
    chat_server.faults.append(fault)
    with pytest.raises(DeliveryDelayed) as caught:
        sent(channel, a_body(service))
    asked = timedelta(seconds=asked_s) if asked_s is not None else None
    assert (caught.value.retry_after, caught.value.uncertain) == (asked, uncertain)
    assert "k3y" not in str(caught.value)
    assert len(chat_server.posted) - before == there


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("fault", ["401", "403", "404", "410"])
def test_lasting_faults_are_refusals(
    service: str, fault: str, chat_server: ChatServer, http: HttpClient
) -> None:
    """A wrong token and an address that is gone are never tried again; no secret is repeated."""
    chat_server.faults.append(fault)
    with pytest.raises(DeliveryRefused, match=f"answered {fault}") as caught:
        sent(opened(service, chat_server, http), a_body(service))
    assert "k3y" not in str(caught.value)
    assert not chat_server.faults


@pytest.mark.parametrize(
    "service", ["discord", "matrix", "mattermost", "ntfy", "slack_bot", "telegram"]
)
def test_half_an_answer_is_uncertain_and_a_strangers_is_not_theirs(
    service: str, chat_server: ChatServer, http: HttpClient, hasty: HttpClient
) -> None:
    """A 200 cut short may be a delivery; a whole one without the service's word is none."""
    for fault, client, uncertain in (("slow-body", hasty, True), ("stranger", http, False)):
        chat_server.faults.append(fault)
        with pytest.raises(DeliveryDelayed) as caught:
            sent(opened(service, chat_server, client), a_body(service))
        assert caught.value.uncertain is uncertain


@pytest.mark.parametrize("service", SERVICES)
def test_a_failed_handshake_sent_nothing(
    service: str, chat_server: ChatServer, http: HttpClient
) -> None:
    """Where TLS fails the message never left, so there is no doubt."""
    secure = replace(chat_server, url=chat_server.url.replace("http:", "https:"))
    before = len(chat_server.requests)
    with pytest.raises(DeliveryDelayed) as caught:
        sent(opened(service, secure, http), a_body(service))
    assert not caught.value.uncertain
    assert len(chat_server.requests) == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_picture_goes_with_the_message(
    service: str, chat_server: ChatServer, http: HttpClient
) -> None:
    """Attached where files are taken; elsewhere shown by the address it was published at."""
    album = Album()
    sent(opened(service, chat_server, http, album=album), a_body(service, wanted=True))
    posted = chat_server.last(service)
    if service in {"mattermost", "teams"}:
        assert "https://port.example/evidence/case-1.png" in str(posted.body)
        assert album.published == ["case-1.png"]
    else:
        assert (posted.picture, album.published) == (PNG, [])
    assert "Not seen" in str(posted.body)


@pytest.mark.parametrize("service", SERVICES)
def test_a_picture_that_cannot_be_had_holds_nothing_up(
    service: str, chat_server: ChatServer, http: HttpClient
) -> None:
    """Without its picture a message is text that stands alone."""
    body = a_body(service, wanted=True) | {"picture": {"scenes": ["gone"]}}
    sent(opened(service, chat_server, http, album=Album()), body)
    assert not chat_server.last(service).picture
    assert "SPARTA II left Tartus" in str(chat_server.last(service).body)


@pytest.mark.parametrize("service", ["discord", "slack_bot", "telegram"])
@pytest.mark.parametrize("wanted", [False, True])
def test_an_update_takes_the_first_messages_place(
    service: str, wanted: bool, chat_server: ChatServer, http: HttpClient
) -> None:
    """An edit changes the message that was told first; doing it twice changes nothing more."""
    channel = opened(service, chat_server, http, updates=Updates.EDIT, album=Album())
    first = sent(channel, a_body(service, wanted=wanted))
    posted, before = chat_server.last(service), len(chat_server.posted)
    for _ in range(2):
        assert sent(channel, a_body(service, news=News.RETRACTED, wanted=wanted), first) == first
    assert len(chat_server.posted) == before
    assert "Retracted: SPARTA II" in str(posted.body)


@pytest.mark.parametrize("service", ["discord", "slack_bot", "telegram"])
def test_an_edit_of_which_nothing_was_heard_is_not_uncertain(
    service: str, chat_server: ChatServer, hasty: HttpClient
) -> None:
    """Editing again shows nowhere, so a lost answer to an edit leaves no doubt to count."""
    channel = opened(service, chat_server, hasty, updates=Updates.EDIT)
    first = sent(channel, a_body(service))
    chat_server.faults.append("silent-after")
    with pytest.raises(DeliveryDelayed) as caught:
        sent(channel, a_body(service, news=News.CLOSED), first)
    assert not caught.value.uncertain


@pytest.mark.parametrize(
    ("service", "gone"),
    [("discord", "999"), ("slack_bot", "C1/999.0"), ("telegram", "text/-42/999")],
)
def test_news_about_a_deleted_message_is_told_anew(
    service: str, gone: str, chat_server: ChatServer, http: HttpClient
) -> None:
    """Where somebody deleted the first message the update is a message of its own."""
    before = len(chat_server.posted)
    channel = opened(service, chat_server, http, updates=Updates.EDIT)
    assert sent(channel, a_body(service, news=News.CLOSED), gone) != gone
    assert len(chat_server.posted) == before + 1


def test_telegram_answers_under_the_first_message(
    chat_server: ChatServer, http: HttpClient
) -> None:
    """News about something told before refers to it, and is sent even if that was deleted."""
    channel = opened("telegram", chat_server, http)
    first = sent(channel, a_body("telegram"))
    sent(channel, a_body("telegram", news=News.CLOSED), first)
    assert chat_server.last("telegram").body["reply_parameters"] == {
        "message_id": int(first.rpartition("/")[2]),
        "allow_sending_without_reply": True,
    }


def test_a_telegram_group_that_moved_is_followed(chat_server: ChatServer, http: HttpClient) -> None:
    """A group that became a supergroup gets the message under its new number, and stays there."""
    channel = opened("telegram", chat_server, http)
    chat_server.moved_to = -100777
    try:
        assert sent(channel, a_body("telegram")).startswith("text/-100777/")
        before = len(chat_server.requests)
        assert sent(channel, a_body("telegram"), "text/-42/1").startswith("text/-100777/")
        assert len(chat_server.requests) == before + 1
    finally:
        chat_server.moved_to = 0


def test_ntfy_says_who_writes(chat_server: ChatServer, http: HttpClient) -> None:
    """The token of a closed topic is in the header of both ways to publish."""
    for wanted in (False, True):
        sent(opened("ntfy", chat_server, http, album=Album()), a_body("ntfy", wanted=wanted))
        assert chat_server.headers["authorization"] == "Bearer tk_k3y"


@pytest.mark.parametrize("token", ["", "k3y", "12:", "12:k3y/../x", "x:k3y"])
def test_a_telegram_token_must_look_like_one(token: str, http: HttpClient) -> None:
    """A token that would change the address is refused when the channel is set up."""
    with pytest.raises(ConfigError, match="a bot's token") as caught:
        TelegramChannel(name="ops", token=token, chat_id="1", client=http)
    assert "k3y" not in str(caught.value)


def test_no_channel_shows_its_secret(chat_server: ChatServer, http: HttpClient) -> None:
    """Printed, as in a traceback, a channel gives nothing away."""
    for service in SERVICES:
        assert "k3y" not in repr(opened(service, chat_server, http))
