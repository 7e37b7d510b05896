"""Faults of the other side and real SIGKILLs at every step of a delivery, channel by channel.

    python -m benchmarks delivery_faults
    python -m benchmarks.delivery_faults 2      # two of the channels only

Every channel sends one message to a server that speaks its service's documented answers
(`tests/servers`), which first goes wrong in one of eleven ways. A process of its own delivers from
a store on disk and kills itself, for good, at the step with a given number: before or after the
claim is committed, before or after the send, before or after the outcome is written. Then another
process takes over as a daemon does, an operator opens a channel that a refusal closed and retries
what was given up, and the lease and every wait run out. For each fault the step goes up until a
delivery ends unharmed.

Lost: a message that is not in the chat in the end. Doubled unseen: one that is there more often
than once and than the doubts that were counted. Sends that may have arrived are counted as
uncertain by the outbox; on an idempotent channel none may show twice at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from monitor.alerts.channels import Channel, Receipt
from monitor.alerts.mail import Mailbox, MailChannel
from monitor.alerts.render import payload_for
from monitor.alerts.slack import SlackChannel
from monitor.alerts.webhook import WebhookChannel
from monitor.http_client import HttpClient
from monitor.store.engine import Store, open_store
from monitor.store.outbox import NewRow, OutboxState, enqueue, list_rows, open_target, retry
from monitor.watch.notify import RetryCriteria, deliver
from tests.alerts.test_chat_channels import AT, SERVICES, a_body, opened
from tests.alerts.test_render import VOICE, a_finding, a_notice
from tests.servers import chat_servers, mail_server
from tests.servers.chat_servers import ChatServer
from tests.servers.mail_server import MailServer

CRITERIA = RetryCriteria()
SECRET = "whsec_" + base64.b64encode(b"n" * 32).decode()
FAULTS = (
    "429", "500", "silent", "silent-after", "reset", "reset-after", "401", "404", "410",
    "slow-body", "tls",
)  # fmt: skip
MAIL_FAULTS = {
    "429": "451", "500": "452", "silent": "greeting 421", "silent-after": "stall",
    "reset": "sender 452", "reset-after": "close", "401": "rcpt 550", "404": "550", "410": "554",
    "slow-body": "stall", "tls": "greeting 421",
}  # fmt: skip
"""The nearest that mail knows of each."""
ROUNDS = 12
"""Deliveries until a message must have come to its end."""


@dataclass
class Case:
    """One message, one fault, and the step at which the first process dies."""

    service: str
    fault: str
    kill_at: int | None
    folder: Path
    chat: ChatServer
    mail: MailServer
    now: datetime = AT
    used: dict[str, bool] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The store."""
        return self.folder / "s.db"

    def channel(self, http: HttpClient, *, broken: bool) -> Channel:
        """Open the channel, with an address that speaks no TLS where that is the fault."""
        if self.service == "email":
            box = Mailbox(host="127.0.0.1", port=self.mail.port, security="none", timeout_s=0.4)
            return MailChannel(
                name="ops", mailbox=box, sender="m@port.example", recipients=["r@port.example"]
            )
        url = self.chat.url
        if broken and self.fault == "tls":
            url = url.replace("http:", "https:")
        chat = replace(self.chat, url=url)
        if self.service == "slack":
            return SlackChannel(name="ops", url=chat.address("slack"), client=http)
        if self.service == "webhook":
            return WebhookChannel(
                name="ops", url=chat.address("webhook"), secrets=[SECRET], client=http,
                allow_private=True,
            )  # fmt: skip
        return opened(self.service, chat, http)


class Steps:
    """A store and a channel that count their steps and die at one of them."""

    def __init__(self, store: Store, channel: Channel, kill_at: int | None) -> None:
        self.store, self.channel, self.kill_at, self.count = store, channel, kill_at, 0
        self.name, self.idempotent = channel.name, channel.idempotent
        self.hold_uncertain = channel.hold_uncertain

    def step(self) -> None:
        """Take one more step, or die."""
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Open one write transaction."""
        self.step()
        with self.store.begin() as connection:
            yield connection
            self.step()
        self.step()

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Send, and take a step before and after."""
        self.step()
        try:
            return self.channel.send(
                body, message_id=message_id, attempt_at=attempt_at, previous=previous
            )
        finally:
            self.step()


def in_a_process(work: Callable[[], int]) -> int | None:
    """Run something in a process of its own; return its answer, None where it was killed."""
    child = os.fork()
    if not child:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None
    code = os.WEXITSTATUS(status)
    if code == 99:
        raise RuntimeError("a delivery failed in a way of its own")
    return code


def delivery(case: Case, kill_at: int | None, *, broken: bool) -> int | None:
    """Deliver once in a process; return how many steps that took, None where it was killed."""

    def work() -> int:
        with (
            HttpClient(user_agent="bench", timeout_s=0.4, deadline_s=0.3) as http,
            closing(open_store(case.path)) as store,
        ):
            steps = Steps(store, case.channel(http, broken=broken), kill_at)
            deliver(steps, {"ops": steps}, now=case.now, criteria=CRITERIA)
            return steps.count

    return in_a_process(work)


def in_chat(case: Case, before: int) -> int:
    """Return how often the message stands in the chat or the mailbox."""
    if case.service == "email":
        return len(case.mail.mails) - before
    return len(case.chat.posted) - before


def body_for(service: str) -> dict[str, Any]:
    """Render the departure of SPARTA II."""
    if service == "webhook":
        return payload_for(a_notice(a_finding(), format=service), voice=VOICE)
    return a_body(service)


def run(case: Case) -> tuple[bool, Counter[str]]:
    """Play one case to its end; return whether the kill came, and what was counted."""
    here = case.mail.mails if case.service == "email" else case.chat.posted
    before = len(here)
    if case.service == "email":
        case.mail.faults[:] = [MAIL_FAULTS[case.fault]]
    else:
        case.chat.faults[:] = [] if case.fault == "tls" else [case.fault]
    with closing(open_store(case.path)) as store, store.begin() as connection:
        body = json.dumps(body_for(case.service), ensure_ascii=False)
        name = f"{case.service}/{case.fault}/{case.kill_at}"
        row_id = hashlib.sha256(name.encode()).hexdigest()[:32]
        row = NewRow(id=row_id, finding_id="f", revision=1, target="ops", body=body)
        enqueue(connection, [row], now=case.now)
    killed, by_hand = delivery(case, case.kill_at, broken=True) is None, 0
    for number in range(ROUNDS):
        with closing(open_store(case.path)) as store, store.begin() as connection:
            (left,) = list_rows(connection)
            open_target(connection, None)
            if left.state is OutboxState.DEAD:
                by_hand += retry(connection, left.id, now=case.now)
        if left.state is OutboxState.SENT:
            break
        case.now = max(left.not_before, left.lease_until, case.now + timedelta(minutes=number))
        delivery(case, None, broken=False)
    case.chat.faults.clear()
    case.mail.faults.clear()
    shown = in_chat(case, before)
    idempotent = case.service in ("matrix", "webhook")
    return killed, Counter(
        {
            "lost": int(shown == 0),
            "doubled": int(shown > 1 and idempotent) + int(shown > 1 + left.uncertain),
            "shown twice, counted": int(1 < shown <= 1 + left.uncertain),
            "uncertain": left.uncertain,
            f"ended {left.state.value}": 1,
            "retried by hand": by_hand,
        }
    )


def main(services: int | None = None) -> None:
    """Print what came of every kill."""
    logging.disable(logging.WARNING)
    began, whole = time.perf_counter(), Counter[str]()
    with (
        chat_servers.serving() as chat,
        mail_server.serving() as mail,
        tempfile.TemporaryDirectory() as folder,
    ):
        empty = Path(folder) / "empty.db"
        open_store(empty).close()
        for service in ("slack", "webhook", "email", *SERVICES)[:services]:
            own = Counter[str]()
            for fault in FAULTS:
                kill_at, killed = 0, True
                while killed:
                    place = Path(folder) / f"{service}-{fault}-{kill_at}"
                    place.mkdir()
                    shutil.copy(empty, place / "s.db")
                    case = Case(service, fault, kill_at, place, chat, mail)
                    killed, counts = run(case)
                    own += counts + Counter({"kills": int(killed)})
                    shutil.rmtree(place)
                    kill_at += 1
            whole += own
            print(f"{service:<11} " + ", ".join(f"{n} {w}" for w, n in sorted(own.items())))
    took = time.perf_counter() - began
    print(f"all         {', '.join(f'{n} {w}' for w, n in sorted(whole.items()))} ({took:.0f} s)")
    print(f"{whole['kills']} kills: {whole['lost']} lost, {whole['doubled']} doubled unseen")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
