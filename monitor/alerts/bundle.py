"""Words for messages about more, or other, than one finding: groups, digests, tests, a channel
that closed. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.alerts.decide import Notice
from monitor.alerts.message import Message
from monitor.alerts.plain_text import fitted, plain
from monitor.alerts.render import CHAT_FORMS, FORMATS, Voice, message_for
from monitor.domain.finding import Severity
from monitor.domain.window import utc_text
from monitor.errors import ConfigError

_LISTED = 15
"""Findings named in one message; the others are counted."""
_LINE = 160
_WEBHOOK_BYTES = 19_000


def bundle_payload(
    notices: Sequence[Notice], *, message_id: str, digest: bool, voice: Voice
) -> dict[str, Any]:
    """Return one message about several notices of one target, in the order given.

    Raises:
        ConfigError: There is no such format.
    """
    lines = [_line(notice, voice) for notice in notices]
    as_of = notices[0].as_of
    message = _message(
        headline=_title(notices, digest=digest),
        lines=lines,
        facts=(("Learned (UTC)", _learned(notices)), ("How loud", _loudness(notices))),
        footer=f"{'digest' if digest else 'group'} of {len(notices)} · as of {utc_text(as_of)}",
        severity=max((n.finding.severity for n in notices), key=lambda s: s.rank),
        as_of=as_of,
    )
    if notices[0].format != "webhook":
        return dressed(message, notices[0].format)
    return _webhook(
        f"findings.{'digest' if digest else 'group'}",
        as_of,
        {
            "notice_id": message_id,
            "as_of": utc_text(as_of),
            "headline": message.headline,
            "findings_omitted": 0,
            "findings": [_brief(n, line) for n, line in zip(notices, lines, strict=True)],
        },
    )


def trial_payload(form: str, *, target: str, now: datetime) -> dict[str, Any]:
    """Return a message that says it is a test."""
    return _system(
        form,
        "system.test",
        headline=f"Test of the channel {target}",
        text="This is a test of the port monitor. Nothing has happened; nothing is to be done.",
        now=now,
    )


def closed_payload(form: str, *, target: str, reason: str, now: datetime) -> dict[str, Any]:
    """Return a message that says that another channel no longer takes messages."""
    return _system(
        form,
        "system.channel_closed",
        headline=f"The channel {target} takes no more messages",
        text=(
            f"{reason}. What it is owed is kept. Mend its address or its rights, then run "
            f"`monitor send-test {target}`: once a test arrives, the rest follows."
        ),
        now=now,
    )


def dressed(message: Message, form: str) -> dict[str, Any]:
    """Return a message in the form a chat program wants.

    Raises:
        ConfigError: There is no such form.
    """
    if form not in CHAT_FORMS:
        raise ConfigError(f"no message format {form!r}; there are: {', '.join(FORMATS)}")
    return CHAT_FORMS[form](message)


def _system(form: str, kind: str, *, headline: str, text: str, now: datetime) -> dict[str, Any]:
    message = _message(
        headline=plain(headline),
        lines=[plain(text)],
        facts=(("When (UTC)", utc_text(now)),),
        footer=f"the monitor itself · {utc_text(now)}",
        severity=Severity.NOTICE,
        as_of=now,
    )
    if form != "webhook":
        return dressed(message, form)
    return _webhook(kind, now, {"headline": message.headline, "text": message.text})


def _message(
    *,
    headline: str,
    lines: Sequence[str],
    facts: tuple[tuple[str, str], ...],
    footer: str,
    severity: Severity,
    as_of: datetime,
) -> Message:
    listed = [fitted(line, _LINE) for line in lines[:_LISTED]]
    if len(lines) > _LISTED:
        listed.append(f"+{len(lines) - _LISTED} more, in the report and by `monitor alerts`")
    alone = len(lines) == 1
    return Message(
        headline=headline,
        text=lines[0] if alone else "\n".join(f"• {line}" for line in listed),
        facts=facts,
        unseen=(),
        evidence=(),
        demo="",
        footer=footer,
        severity=severity,
        as_of=as_of,
    )


def _title(notices: Sequence[Notice], *, digest: bool) -> str:
    kinds = Counter(n.finding.kind.value.replace("_", " ") for n in notices)
    some = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    noun = "finding" if len(notices) == 1 else "findings"
    return f"{'Digest: ' if digest else ''}{len(notices)} {noun}: {some}"


def _line(notice: Notice, voice: Voice) -> str:
    message = message_for(notice, voice=voice)
    when = message.facts[0][1] if message.facts else ""
    return f"{message.headline} · {when} · {notice.finding.id}"


def _learned(notices: Sequence[Notice]) -> str:
    first, last = (utc_text(f(n.finding.learned_at for n in notices)) for f in (min, max))
    return first if first == last else f"between {first} and {last}"


def _loudness(notices: Sequence[Notice]) -> str:
    loud = Counter(n.finding.severity for n in notices)
    ordered = sorted(loud, key=lambda severity: -severity.rank)
    return ", ".join(f"{loud[severity]} {severity.value}" for severity in ordered)


def _brief(notice: Notice, line: str) -> dict[str, Any]:
    finding = notice.finding
    return {
        "id": finding.id,
        "revision": notice.revision,
        "news": notice.news.value,
        "kind": finding.kind.value,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "place_id": finding.place_id,
        "replaces": notice.replaced.id if notice.replaced else None,
        "headline": fitted(line, _LINE),
    }


def _webhook(kind: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """Return a Standard Webhooks body; findings that find no room are counted."""
    data["headline"] = fitted(data["headline"], _LINE)
    body = {"type": kind, "timestamp": utc_text(at), "data": data}
    findings = data.get("findings", [])
    room = _WEBHOOK_BYTES - len(json.dumps({**body, "data": {**data, "findings": []}}))
    for n, item in enumerate(findings):
        room -= len(json.dumps(item)) + 2
        if room < 0:
            data["findings"] = findings[:n]
            data["findings_omitted"] = len(findings) - n
            break
    return body


_HOLDS = {
    "quiet_hours": "until quiet hours ended",
    "digest": "for the digest",
    "group_wait": "with others of its group",
    "group_interval": "with others of its group",
    "unsteady": "until it had stood for a while",
    "feed_silent": "while a feed was silent",
    "interference": "while positions could not be trusted",
    "no_channel": "while the channel was not configured",
}


def hold_words(reason: str) -> str:
    """Return why a notice was held, in a few words; empty if it was not."""
    return _HOLDS.get(reason.partition(":")[0], "")
