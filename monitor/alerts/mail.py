"""E-mail by SMTP. News about something told before answers the first message, so that mail programs
keep them together; a repeat has the same Message-ID, by which many of them know it.

Source: RFC 5321 (replies 4xx pass, 5xx stay; once the final dot is sent, only the reply to it tells
whether the message was taken) and RFC 5322 (Message-ID, In-Reply-To, References).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Literal

from monitor.alerts.channels import Receipt
from monitor.alerts.pictures import AttachedPictures, ShowsEvidence
from monitor.errors import DeliveryDelayed, DeliveryRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mail server and how to speak to it."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 30.0
    context: ssl.SSLContext | None = None
    """Whom to trust; the system's authorities if None."""


class MailChannel:
    """Sends to a few addresses through one mail server."""

    idempotent = False

    def __init__(
        self,
        *,
        name: str,
        mailbox: Mailbox,
        sender: str,
        recipients: Sequence[str],
        hold_uncertain: bool = False,
        evidence: ShowsEvidence | None = None,
    ) -> None:
        """Set up a channel; nothing is sent."""
        self.name = name
        self.hold_uncertain = hold_uncertain
        self._mailbox = mailbox
        self._sender = sender
        self._recipients = tuple(recipients)
        self._domain = sender.rpartition("@")[2]
        self._pictures = AttachedPictures(evidence)

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Send `body` to every address or to none; see `Channel.send`."""
        payload, picture = self._pictures.taken_from(body)
        mail = EmailMessage(policy=SMTP)
        own_id = f"<{message_id}@{self._domain}>"
        mail["Subject"] = str(payload["subject"])
        mail["From"] = self._sender
        mail["To"] = ", ".join(self._recipients)
        mail["Date"] = format_datetime(attempt_at)
        mail["Message-ID"] = own_id
        if previous:
            mail["In-Reply-To"] = mail["References"] = previous
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers
        if payload.get("urgent"):
            mail["Importance"] = "high"
        mail.set_content(str(payload["text"]))
        if picture:
            mail.add_attachment(picture.png, maintype="image", subtype="png", filename=picture.name)
        self._deliver(mail.as_bytes())
        return Receipt(remote_id=own_id)

    def _deliver(self, content: bytes) -> None:
        host = self._mailbox.host
        try:
            with closing(self._connected()) as server:
                self._check(*server.mail(self._sender), what="the sender")
                for address in self._recipients:
                    self._check(*server.rcpt(address), what="a recipient")
                try:
                    self._check(*server.data(content), what="the message")
                except smtplib.SMTPResponseException:
                    raise  # before the text was sent
                except (OSError, smtplib.SMTPException) as exc:
                    raise DeliveryDelayed(
                        f"{host} gave no answer to the message ({type(exc).__name__})",
                        uncertain=True,
                    ) from exc
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except smtplib.SMTPResponseException as exc:
            self._check(exc.smtp_code, b"", what="us")
            raise DeliveryDelayed(f"{host} answered {exc.smtp_code}") from None
        except ssl.SSLCertVerificationError as exc:
            raise DeliveryRefused(f"{host} has a certificate that is not trusted") from exc
        except smtplib.SMTPNotSupportedError as exc:
            raise DeliveryRefused(
                f"{host} offers no STARTTLS or no login; look at this channel's `security`"
            ) from exc
        except (OSError, smtplib.SMTPException) as exc:
            raise DeliveryDelayed(f"{host} cannot be reached ({type(exc).__name__})") from exc

    def _connected(self) -> smtplib.SMTP:
        box = self._mailbox
        context = box.context or ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(box.host, box.port, timeout=box.timeout_s, context=context)
            if box.security == "tls"
            else smtplib.SMTP(box.host, box.port, timeout=box.timeout_s)
        )
        try:
            if box.security == "starttls":
                server.starttls(context=context)
            if box.username:
                server.login(box.username, box.password)
            else:
                server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _check(self, code: int, _said: bytes, *, what: str) -> None:
        if 400 <= code < 500:
            raise DeliveryDelayed(f"{self._mailbox.host} does not take {what} now ({code})")
        if code >= 500 or code < 200:
            raise DeliveryRefused(f"{self._mailbox.host} refuses {what} ({code})")
