"""A notice in plain words, and how they are fitted into a target with little room. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.alerts.plain_text import fitted, inert, utf16_units
from monitor.domain.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice in plain words, for no channel in particular; every string went through `plain`."""

    headline: str
    text: str
    facts: tuple[tuple[str, str], ...]
    """Label and value."""
    brief: tuple[tuple[str, str], ...] = ()
    """The facts in fewer words, for targets that show lines; the facts themselves if empty."""
    unseen: tuple[str, ...]
    """What could not be seen, one sentence each."""
    evidence: tuple[str, ...]
    demo: str
    """Says what is not a real observation; empty if all is."""
    footer: str
    severity: Severity = Severity.NOTICE
    as_of: datetime | None = None
    link: str = ""
    """Where the case can be read; an address of our own, empty where nothing is published."""
    picture: Mapping[str, object] = field(default_factory=dict)
    """Which picture shows it, for whoever draws pictures; empty where none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message as lines of text; joined by newlines they keep the limit they were made for."""

    headline: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((self.headline, *self.lines))


def told_in(
    message: Message,
    limit: int,
    *,
    escape: Callable[[str], str] = str,
    size: Callable[[str], int] = utf16_units,
) -> Told:
    """Return `message` as inert text of at most `limit` of what `size` counts.

    Every part keeps a share of the room, so that an endless name cannot push out what we could
    not see or how sure we are; what one part leaves goes to the next that needs it, and the list
    of evidence gets the rest.

    Args:
        message: What to say.
        limit: Room for all of it, at least 1000.
        escape: What the target wants done to each character.
        size: What the target counts.
    """
    parts = [(inert(text), share) for text, share in _parts(message)]
    whole = [size("".join(map(escape, text))) for text, _ in parts]
    granted = [min(s, int(limit * share)) for s, (_, share) in zip(whole, parts, strict=True)]
    spare = limit - sum(granted) - len(parts)
    for n, wanted in enumerate(whole):
        more = min(wanted - granted[n], max(spare, 0))
        granted[n], spare = granted[n] + more, spare - more
    headline, *lines, demo, footer = (
        fitted(text, room, escape=escape, size=size)
        for (text, _), room in zip(parts, granted, strict=True)
    )
    listed: list[str] = []
    spare -= 60  # for saying how many are missing
    for item in message.evidence:
        line = "".join(map(escape, inert(f"• {item}")))
        spare -= size(line) + 1
        if spare < 0:
            left = len(message.evidence) - len(listed)
            if listed:
                listed.append("".join(map(escape, f"+{left} more pieces of evidence")))
            break
        listed.append(line)
    told = (*lines, *listed, demo, footer)
    return Told(headline=headline, lines=tuple(line for line in told if line))


def _parts(message: Message) -> list[tuple[str, float]]:
    """Return the parts in the order told, with the share of the room each is sure of.

    The list of evidence goes before the last two.
    """
    first, *facts = message.brief or message.facts or (("", ""),)
    room = 0.5 / (1 + len(facts))
    return [
        (message.headline, 0.12),
        (_labelled(first), room),
        (message.text, 0.12),
        *((_labelled(fact), room) for fact in facts),
        (f"Not seen: {'; '.join(message.unseen)}" if message.unseen else "", 0.1),
        (message.demo, 0.04),
        (message.footer, 0.1),
    ]


def _labelled(fact: tuple[str, str]) -> str:
    label, value = fact
    return f"{label}: {value}" if label else value
