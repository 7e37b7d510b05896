"""A real SMTP server on 127.0.0.1 (aiosmtpd) that keeps what it takes and goes wrong on request.

`faults` names the next fault: a reply such as `451` to the message, `rcpt 550`, `sender 452`,
`greeting 421`, `close` (takes the message and hangs up without a word) or `stall` (takes it and
says nothing).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "port", "k3y"


@dataclass
class MailServer:
    """A handle on the running server."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)


class _Handler:
    def __init__(self, handle: MailServer) -> None:
        self.handle = handle

    def fault(self, step: str) -> str | None:
        """Return the reply to give at a step in place of the good one."""
        faults = self.handle.faults
        if faults and faults[0].startswith(f"{step} "):
            return f"{faults.pop(0).partition(' ')[2]} no"
        return None

    async def handle_MAIL(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.fault("sender") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.fault("rcpt")
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        said = self.handle.faults.pop(0) if self.handle.faults else ""
        if said.isdecimal():
            return f"{said} no"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.handle.mails.append(mail)
        if said == "close":
            server.transport.abort()
        elif said == "stall":
            await asyncio.sleep(5)
        return "250 OK"


def _login(handle: MailServer) -> Callable[..., AuthResult]:
    def checked(*said: object) -> AuthResult:
        data = said[4]
        assert isinstance(data, LoginPassword)
        handle.logins.append(data.login.decode())
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    return checked


@contextmanager
def serving() -> Iterator[MailServer]:
    """Run the server until the block ends."""
    handle, loop = MailServer(), asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(
            _Handler(handle),
            hostname="mail.example",
            authenticator=_login(handle),
            auth_require_tls=False,
            loop=loop,
        )

    server = loop.run_until_complete(loop.create_server(session, "127.0.0.1", 0))
    handle.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield handle
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        server.close()
        loop.run_until_complete(_ended(loop))
        loop.close()


async def _ended(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
