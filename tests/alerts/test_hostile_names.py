"""Whatever strangers type, no target is called, linked, styled or broken by it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.alerts.message import told_in
from monitor.alerts.plain_text import inert, utf8_bytes, utf16_units
from monitor.alerts.render import CHAT_FORMS, Voice, message_for
from monitor.domain.finding import Evidence, Subject
from tests.alerts.test_render import a_finding, a_notice, strings_in

BAIT = [
    "@everyone", "@here", "@room", "@channel", "@all", "<@123>", "<@&1>", "<!channel>",
    "<#C1|x>", "<https://evil.example|Port>", "[Port](https://evil.example)",
    "![x](//evil.example/p.png)", "evil.example", "www.evil.example/a?b=c",
    "evil。example", "mailto:a@evil.example", "1.2.3.4", "tg:resolve?domain=x",
    "tg://user?id=1", "javascript:alert(1)", "t.me/joinchat/x", "+15551234567",
    "#hashtag", "#room:evil.example", "~town-square", "/start", "/me", "$AAPL", ":bomb:",
    "||spoiler||", "*b*", "__u__", "~~s~~", "`c`", "```\nblock", "# head", "> quote",
    "- item", "\\*", "\\", "<b>x</b>", "<img src=x onerror=alert(1)>", "</strong>",
    "&lt;b&gt;", "&amp;", "{{DATE(x)}}", "${x}", "<at>Ann</at>", "<t:1:R>",
    "a\u202eb\u2066c\u200b", "e" + "\u0301" * 50, "🇸🇾👨‍👩‍👧", "\r\nBcc: x@y",
    '"}],"text":"owned', "\x00\x1b[31m", "\ud800",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(BAIT) | st.text(max_size=12), max_size=8).map("".join) | st.text(
    max_size=40
)
LINK = "https://port.example/case?id=1&x=2"


def payloads(name: str, *, times: int = 1) -> dict[str, dict[str, Any]]:
    """Render a finding in which every outside string is hostile, for every chat program."""
    name *= times
    evidence = [Evidence(kind=k, ref=name, note=name, source=name) for k in ("scene", "coverage")]
    finding = a_finding(
        subject=Subject(name=name, mmsi=1),
        text=name,
        confidence=name,
        why={"inferred": name},
        evidence=tuple(evidence * (9 if times > 1 else 1)),
    )
    message = message_for(a_notice(finding), voice=Voice(place_names={"tartus": name}))
    message = replace(message, link=LINK, picture={"scenes": ["a"]})
    return {kind: form(message) for kind, form in CHAT_FORMS.items()}


# What programs act upon in plain text, each as its documentation or source has it.
ACTED_UPON = {
    "a scheme": re.compile(r"[a-z]+://", re.IGNORECASE),
    "a domain": re.compile(r"[^\W_][.。．｡](?:[^\W\d_]{2}|\d+\.\d)"),
    "a bare scheme": re.compile(r"(?<![^\W\d_])(?:mailto|tg|ton|tel|javascript|data):(?=[^\s\d])"),
    "a mention": re.compile("@"),
    "a channel": re.compile(r"(?<!\w)[#~]\w"),
    "a command": re.compile(r"(?<![\w/])/\w"),
    "an element or entity": re.compile("[<>]"),
    "a template": re.compile(r"\{\{"),
    "a control": re.compile(
        "[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800]"
    ),
}


def shown(kind: str, payload: dict[str, Any]) -> list[str]:
    """Return the texts a reader sees, as the program shows them, without what is ours."""
    ours = {"formatted_body", "url", "title_link", "click", "contentType", "$schema", "color"}
    ours |= {"msgtype", "format", "timestamp"}
    texts = strings_in(without(payload, ours))
    if kind in {"discord", "mattermost"}:
        texts = [re.sub(r"\\([\\`*_\[\]~|#])", r"\1", t) for t in texts]
    if kind in {"slack", "slack_bot"}:
        texts = [re.sub(r"^\*[\w ()]+\*\n", "", t).replace("&amp;", "&") for t in texts]
    return [t.replace(LINK, "") for t in texts]


def without(value: object, keys: set[str]) -> object:
    """Leave out these keys, wherever they stand."""
    if isinstance(value, dict):
        return {k: without(v, keys) for k, v in value.items() if k not in keys}
    return [without(v, keys) for v in value] if isinstance(value, list) else value


@given(NAMES)
@example("".join(BAIT))
@settings(max_examples=40, deadline=None)
def test_nothing_in_a_name_is_acted_upon(name: str) -> None:
    """In no program's text is there anything it links, calls, runs or parses."""
    for kind, payload in payloads(name).items():
        for text in shown(kind, payload):
            for what, pattern in ACTED_UPON.items():
                assert not pattern.search(text), (kind, what, text)


@given(NAMES)
@example("".join(BAIT))
@settings(max_examples=40, deadline=None)
def test_markdown_and_html_show_a_name_as_it_is(name: str) -> None:
    """Every sign Markdown styles with is escaped, and HTML has no element but ours."""
    found = payloads(name)
    bare = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]~|#]")
    embed, (attachment,) = found["discord"]["embeds"][0], found["mattermost"]["attachments"]
    marked = [embed["title"], embed["description"], attachment["title"], attachment["text"]]
    for text in [*marked, *(field["value"] for field in embed["fields"])]:
        assert not bare.search(text), text
    assert found["discord"]["allowed_mentions"] == {"parse": []}
    assert found["matrix"]["m.mentions"] == {}
    elements = _Elements()
    elements.feed(found["matrix"]["formatted_body"])
    assert set(elements.seen) == {("strong", ()), ("br", ()), ("a", (("href", LINK),))}
    assert elements.text.replace("Open the case", "") == found["matrix"]["body"].replace(
        "\n", ""
    ).removesuffix(LINK)
    marked = [
        b["text"]["text"]
        for b in found["slack"]["blocks"]
        if b["type"] == "section" and "text" in b
    ]
    assert not any(re.search(r"&(?!amp;)", text) for text in marked)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("part", ["x", "<&>*", "\\_`|", "Я", "🚢", "e\u0301", '"'])
def test_limits_hold_for_endless_names(part: str) -> None:
    """However long every part, each program's limits are kept, and what is cut is counted."""
    found = payloads(part, times=2000 // len(part))
    embed = found["discord"]["embeds"][0]
    fields = embed["fields"]
    sizes = [utf16_units(t) for f in fields for t in (f["name"], f["value"])]
    assert len(fields) <= 25
    assert all(0 < utf16_units(f["value"]) <= 1024 for f in fields)
    sizes += [utf16_units(embed["title"]), utf16_units(embed["description"])]
    assert utf16_units(embed["title"]) <= 256
    assert sum(sizes) + utf16_units(embed["footer"]["text"]) <= 6000
    assert utf16_units(found["telegram"]["text"]) <= 4096
    assert utf16_units(found["telegram"]["caption"]) <= 1024
    (attachment,) = found["mattermost"]["attachments"]
    assert len(attachment["title"] + attachment["text"]) <= 16383
    assert len(_json(found["teams"])) < 28_000
    assert utf8_bytes(found["ntfy"]["message"]) <= 4096
    matrix = found["matrix"]
    edit = {**matrix, "m.new_content": matrix, "formatted_body": ""}
    assert len(_json(edit)) < 65_000
    assert len(found["email"]["subject"]) <= 200
    for kind in ("slack", "slack_bot"):
        assert len(json.dumps(found[kind]["blocks"], ensure_ascii=False)) < 13_200
    for kind, payload in found.items():
        assert "more characters" in "".join(strings_in(payload)), kind
        assert "Not seen" in "".join(strings_in(payload)), kind
        assert "revision 1" in "".join(strings_in(payload)), kind


def _json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


@given(NAMES, st.sampled_from([1000, 1024, 1500, 4096]), st.integers(1, 400))
@settings(max_examples=40, deadline=None)
def test_no_part_pushes_another_out(name: str, limit: int, times: int) -> None:
    """In any room the headline, what was not seen and the finding's id are told."""
    text = name * times
    finding = a_finding(text=text, confidence=text, subject=Subject(name=text))
    message = message_for(a_notice(finding), voice=Voice())
    for size in (utf16_units, utf8_bytes):
        told = str(told_in(message, limit, size=size))
        assert size(told) <= limit
        assert "Not seen: " in told
        assert "as of 2025-01-27T12:40:00Z" in told


@given(NAMES)
@settings(max_examples=60, deadline=None)
def test_what_is_inert_stays_as_it_is(name: str) -> None:
    """Made inert twice a text is the same; nothing is taken away, only replaced."""
    once = inert(name)
    assert inert(once) == once
    assert len(once) >= len(name)
