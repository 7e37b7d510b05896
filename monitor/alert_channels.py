"""Channels from their settings. Part of the wiring, in a room of its own because there are many
kinds.
"""

from __future__ import annotations

import zoneinfo
from datetime import timedelta
from pathlib import Path

from monitor.alerts.apprise import AppriseChannel
from monitor.alerts.channels import Channel, Updates
from monitor.alerts.chat_webhook import ChatWebhook
from monitor.alerts.decide import Manner
from monitor.alerts.discord import DiscordChannel
from monitor.alerts.hours import DigestTime, QuietHours
from monitor.alerts.mail import Mailbox, MailChannel
from monitor.alerts.matrix import MatrixChannel
from monitor.alerts.mattermost import MattermostChannel
from monitor.alerts.ntfy import NtfyChannel
from monitor.alerts.pace import PACES, Pace
from monitor.alerts.pictures import ShowsEvidence
from monitor.alerts.slack import SlackChannel
from monitor.alerts.slack_bot import SlackBotChannel
from monitor.alerts.teams import TeamsChannel
from monitor.alerts.telegram import TelegramChannel
from monitor.alerts.webhook import WebhookChannel
from monitor.domain.finding import Severity
from monitor.errors import ConfigError
from monitor.http_client import HttpClient
from monitor.settings import (
    DAYS,
    AppriseSettings,
    ChannelSettings,
    DiscordSettings,
    EmailSettings,
    MatrixSettings,
    MattermostSettings,
    SlackBotSettings,
    SlackSettings,
    TeamsSettings,
    TelegramSettings,
    WebhookSettings,
    secret,
)

_TOGETHER = 5
"""So many notices at once become one message to people; a program gets each."""
_WEBHOOKS: dict[type, type[ChatWebhook]] = {
    SlackSettings: SlackChannel,
    MattermostSettings: MattermostChannel,
    TeamsSettings: TeamsChannel,
}


def manner_of(item: ChannelSettings, *, zone: str) -> Manner:
    """Return when a channel is told what it is owed, in the time zone of its port or its own."""
    there = zoneinfo.ZoneInfo(item.time_zone or zone)
    together = item.group_from
    if together is None:
        together = 0 if isinstance(item, WebhookSettings) else _TOGETHER
    digest = quiet = None
    if item.digest != "off":
        weekday = DAYS.index(item.digest_day) if item.digest == "weekly" else None
        digest = DigestTime(zone=there, at=item.digest_at, weekday=weekday)
    if item.quiet_from is not None and item.quiet_to is not None:
        quiet = QuietHours(
            zone=there,
            start=item.quiet_from,
            end=item.quiet_to,
            days=frozenset(DAYS.index(day) for day in item.quiet_days),
        )
    return Manner(
        group_by=item.group_by,
        group_wait=timedelta(seconds=item.group_wait_s),
        group_interval=timedelta(seconds=item.group_interval_s),
        group_from=together or None,
        steady=timedelta(minutes=item.steady_min),
        quiet=quiet,
        digest=digest,
        at_once=None if item.at_once == "never" else Severity(item.at_once),
        inhibit_at_most=timedelta(hours=item.inhibit_at_most_h),
        repeat_every=timedelta(hours=item.repeat_h) if item.repeat_h else None,
        escalate_to=item.escalate_to,
        escalate_after=timedelta(minutes=item.escalate_after_min),
        escalate_from=item.escalate_from,
    )


def paces_of(item: ChannelSettings) -> tuple[Pace, ...]:
    """Return how fast a channel may be spoken to: as set, else as its vendor documents."""
    if item.max_per_minute is not None:
        return (Pace(count=item.max_per_minute, span=timedelta(minutes=1)),)
    return PACES.get(item.kind, ())


def secret_variables(item: ChannelSettings) -> list[str | None]:
    """Return the environment variables a channel needs; None in place of one that is not named."""
    return [getattr(item, f"{what}_env", None) for what in ("url", "token", "password", "secret")]


def open_channel(
    item: ChannelSettings, *, base: Path, client: HttpClient, evidence: ShowsEvidence | None = None
) -> Channel:
    """Make a channel; nothing is sent.

    Args:
        item: Its settings.
        base: The settings file: relative paths are meant from its folder.
        client: The client to send with.
        evidence: Draws the pictures; None for a channel without.

    Raises:
        ConfigError: An address or a secret is missing or cannot be used.
    """
    return _Opening(item, base, client, evidence).channel()


class _Opening:
    def __init__(
        self,
        item: ChannelSettings,
        base: Path,
        client: HttpClient,
        evidence: ShowsEvidence | None,
    ) -> None:
        self._item = item
        self._base = base
        self._client = client
        self._evidence = evidence

    def channel(self) -> Channel:
        item = self._item
        if isinstance(item, WebhookSettings):
            return WebhookChannel(
                name=item.name,
                url=item.url,
                secrets=self._secret("secret").split(),
                client=self._client,
                allow_private=item.allow_private,
            )
        if isinstance(item, MatrixSettings):
            return MatrixChannel(
                name=item.name,
                homeserver=item.homeserver,
                token=self._secret("token"),
                room=item.room,
                client=self._client,
                on_update=Updates(item.on_update),
                evidence=self._evidence,
            )
        hold = item.on_uncertain == "hold"
        if isinstance(item, EmailSettings):
            return self._mail(item, hold=hold)
        if isinstance(item, SlackSettings | MattermostSettings | TeamsSettings):
            return _WEBHOOKS[type(item)](
                name=item.name,
                url=self._secret("url"),
                client=self._client,
                hold_uncertain=hold,
                evidence=self._evidence,
                evidence_url=item.evidence_url,
            )
        if isinstance(item, AppriseSettings):
            return AppriseChannel(
                name=item.name,
                url=self._secret("url"),
                hold_uncertain=hold,
                evidence=self._evidence,
            )
        if isinstance(item, DiscordSettings):
            return DiscordChannel(
                name=item.name,
                url=self._secret("url"),
                client=self._client,
                hold_uncertain=hold,
                on_update=Updates(item.on_update),
                evidence=self._evidence,
            )
        if isinstance(item, SlackBotSettings):
            return SlackBotChannel(
                name=item.name,
                token=self._secret("token"),
                channel=item.channel,
                client=self._client,
                base=item.base,
                hold_uncertain=hold,
                on_update=Updates(item.on_update),
                evidence=self._evidence,
            )
        if isinstance(item, TelegramSettings):
            return TelegramChannel(
                name=item.name,
                token=self._secret("token"),
                chat_id=item.chat_id,
                client=self._client,
                base=item.base,
                hold_uncertain=hold,
                on_update=Updates(item.on_update),
                evidence=self._evidence,
            )
        return NtfyChannel(
            name=item.name,
            url=self._secret("url"),
            client=self._client,
            token=self._secret("token") if item.token_env else "",
            hold_uncertain=hold,
            evidence=self._evidence,
        )

    def _mail(self, item: EmailSettings, *, hold: bool) -> MailChannel:
        return MailChannel(
            name=item.name,
            mailbox=Mailbox(
                host=item.host,
                port=item.port,
                security=item.security,
                username=item.username,
                password=self._secret("password") if item.username else "",
            ),
            sender=item.sender,
            recipients=item.to,
            hold_uncertain=hold,
            evidence=self._evidence,
        )

    def _secret(self, what: str) -> str:
        where = f"channels.{self._item.name}"
        found = secret(
            env=getattr(self._item, f"{what}_env"),
            file=getattr(self._item, f"{what}_file", None),
            base=self._base,
            what=where,
        )
        if not found:
            raise ConfigError(f"{self._base}: {where}: its {what} is empty")
        return found
