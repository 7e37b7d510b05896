"""What a notice says, and that hostile names cannot make it say anything else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.decide import News, Notice
from monitor.alerts.message import told_in
from monitor.alerts.render import FORMATS, Voice, message_for, payload_for
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status, Subject
from monitor.errors import ConfigError

LAST_SEEN = datetime(2025, 1, 24, 8, 30, tzinfo=UTC)
FREE = datetime(2025, 1, 27, 8, 40, tzinfo=UTC)
VOICE = Voice(zone=ZoneInfo("Asia/Damascus"), place_names={"tartus": "Tartus"})
BAD_NAMES = [
    "<!channel>",
    "<@U123> <#C1>",
    "<https://evil.example|click>",
    "https://evil.example/x",
    "*bold* ~gone~ `code` ```block```",
    "&lt;!here&gt;",
    "a\u202eb\u2066c",
    '"}],"text":"owned',
    "\ud800\x00\n>quote",
]


def a_finding(**changes: object) -> Finding:
    """Build the departure of SPARTA II from Tartus as images bound it."""
    base = Finding(
        kind=FindingKind.DEPARTED,
        status=Status.CLOSED,
        severity=Severity.WARNING,
        subject=Subject(imo=9160994, mmsi=273394890, name="SPARTA II"),
        place_id="tartus",
        start_earliest=LAST_SEEN,
        start_latest=FREE,
        end_earliest=LAST_SEEN,
        end_latest=FREE,
        learned_at=FREE + timedelta(hours=3),
        basis=Basis.IMAGE,
        confidence="medium",
        evidence=(
            Evidence(kind="scene", ref="S2A_20250124", at=LAST_SEEN, source="S2", note="occupied"),
            Evidence(kind="scene", ref="S2B_20250127", at=FREE, source="S2", note="free"),
            Evidence(kind="coverage", ref="others heard in 130 of 133 h", note="the feed worked"),
        ),
        why={"inferred": "that the hull was this ship"},
        text="SPARTA II gone by imagery: a hull at Mole 1 on 24 Jan, berth free on 27 Jan.",
    )
    return replace(base, **changes)


def a_notice(finding: Finding, *, format: str = "slack", news: News = News.NEW) -> Notice:
    """Build a notice as of an hour after the finding was learned."""
    return Notice(
        id="0" * 32,
        target="ops",
        format=format,
        news=news,
        finding=finding,
        revision=1,
        as_of=finding.learned_at + timedelta(hours=1),
    )


def strings_in(value: object) -> list[str]:
    """Collect every text a payload shows."""
    if isinstance(value, dict):
        return [s for k, v in value.items() if k != "type" for s in strings_in(v)]
    if isinstance(value, list):
        return [s for v in value for s in strings_in(v)]
    return [value] if isinstance(value, str) else []


def test_a_departure_by_imagery_says_all_it_must() -> None:
    """What, where, when in both times, how we know, how sure, what was not seen, and on what."""
    message = message_for(a_notice(a_finding()), voice=VOICE)
    assert message.headline == "SPARTA II left Tartus by imagery (IMO 9160994)"
    assert dict(message.facts) == {
        "When (local)": (
            "between Fri 24 Jan 2025 11:30 UTC+03:00 and Mon 27 Jan 2025 11:40 UTC+03:00"
        ),
        "When (UTC)": "between 2025-01-24T08:30:00Z and 2025-01-27T08:40:00Z",
        "How we know": "satellite images",
        "Confidence": (
            "medium; the moment is known to within 3 d 0 h; inferred: that the hull was this ship"
        ),
    }
    assert message.unseen == (
        "others heard in 130 of 133 h; the feed worked",
        "The moment itself: it lies between two observations.",
    )
    assert message.evidence[0] == "scene S2A_20250124 2025-01-24T08:30:00Z: occupied [S2]"
    assert message.footer.startswith("new · warning · as of 2025-01-27T12:40:00Z · finding ")
    assert message.demo == ""


def test_a_target_that_shows_lines_is_told_in_few() -> None:
    """Each hour once in local time and once in UTC; evidence before the finding's id."""
    message = message_for(a_notice(a_finding()), voice=VOICE)
    assert str(told_in(message, 1000)).split("\n") == [
        "SPARTA II left Tartus by imagery (IMO 9160994)",
        "When: between Fri 24 Jan 11:30 and Mon 27 Jan 11:40 local "
        "(2025-01-24 08:30 to 2025-01-27 08:40 UTC)",
        "SPARTA II gone by imagery: a hull at Mole 1 on 24 Jan, berth free on 27 Jan.",
        "Known from: satellite images, confidence medium; the moment is known to within 3 d 0 h; "
        "inferred: that the hull was this ship",
        "Not seen: others heard in 130 of 133 h; the feed worked; "
        "The moment itself: it lies between two observations.",
        "• scene S2A_20250124 2025-01-24T08:30:00Z: occupied [S2]",
        "• scene S2B_20250127 2025-01-27T08:40:00Z: free [S2]",
        f"new · warning · as of 2025-01-27T12:40:00Z · finding {a_finding().id} revision 1",
    ]


@pytest.mark.parametrize(
    ("edges", "said"),
    [
        ((None, FREE), "at or before Mon 27 Jan 11:40 local (2025-01-27 08:40 UTC)"),
        ((FREE, None), "after Mon 27 Jan 11:40 local (2025-01-27 08:40 UTC)"),
        ((FREE, FREE), "Mon 27 Jan 11:40 local (2025-01-27 08:40 UTC)"),
        ((None, None), "not known"),
    ],
)
def test_open_sides_are_said_in_few_words_too(
    edges: tuple[datetime | None, datetime | None], said: str
) -> None:
    """The short form claims no more than the long one."""
    finding = a_finding(start_earliest=edges[0], start_latest=edges[1], end_earliest=None,
                        end_latest=None)  # fmt: skip
    assert message_for(a_notice(finding), voice=VOICE).brief[0] == ("When", said)


@pytest.mark.parametrize("kind", list(FindingKind))
@pytest.mark.parametrize("status", [Status.OPEN, Status.CLOSED])
@pytest.mark.parametrize("subject", [Subject(), Subject(mmsi=273394890), Subject(name="A", imo=1)])
def test_every_kind_has_a_headline(kind: FindingKind, status: Status, subject: Subject) -> None:
    """No kind, state or nameless ship leaves a hole in the headline."""
    finding = a_finding(kind=kind, status=status, subject=subject, place_id=None)
    headline = message_for(a_notice(finding), voice=VOICE).headline
    assert headline
    assert not set("{}") & set(headline)
    assert "None" not in headline


@pytest.mark.parametrize(
    ("news", "start"),
    [
        (News.NEW, "SPARTA II left"),
        (News.UPDATED, "Updated: SPARTA II left"),
        (News.CLOSED, "Closed: SPARTA II left"),
        (News.REOPENED, "Reopened: SPARTA II left"),
        (News.RETRACTED, "Retracted: SPARTA II left"),
        (News.CORRECTED, "Corrected: SPARTA II left"),
    ],
)
def test_the_headline_says_what_is_new(news: News, start: str) -> None:
    """All but first news carries its status word in front."""
    message = message_for(a_notice(a_finding(), news=news), voice=VOICE)
    assert message.headline.startswith(start)
    assert message.footer.startswith(news.value)


@pytest.mark.parametrize(
    ("edges", "label", "said"),
    [
        ((None, FREE, None, None), "Since (UTC)", "at or before 2025-01-27T08:40:00Z"),
        ((FREE, None, None, None), "Since (UTC)", "after 2025-01-27T08:40:00Z"),
        ((FREE, FREE, None, None), "Since (UTC)", "2025-01-27T08:40:00Z"),
        ((None, None, None, None), "Since (UTC)", "not known"),
        ((LAST_SEEN, LAST_SEEN, FREE, FREE), "Until (UTC)", "2025-01-27T08:40:00Z"),
        ((LAST_SEEN, LAST_SEEN, FREE, None), "Until (UTC)", "after 2025-01-27T08:40:00Z"),
    ],
)
def test_open_sides_of_an_interval_are_said(
    edges: tuple[datetime | None, ...], label: str, said: str
) -> None:
    """An interval known from one side only, or not at all, is told as that."""
    names = ("start_earliest", "start_latest", "end_earliest", "end_latest")
    finding = a_finding(kind=FindingKind.WAITING, **dict(zip(names, edges, strict=True)))
    assert dict(message_for(a_notice(finding), voice=VOICE).facts)[label] == said


def test_an_end_that_is_not_known_is_not_mentioned() -> None:
    """A wait that lasts has a beginning and no end."""
    finding = a_finding(kind=FindingKind.WAITING, end_earliest=None, end_latest=None)
    labels = [label for label, _ in message_for(a_notice(finding), voice=VOICE).facts]
    assert labels == ["Since (local)", "Since (UTC)", "How we know", "Confidence"]


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (timedelta(seconds=59), "high"),
        (timedelta(seconds=61), "high; the moment is known to within 2 min"),
        (timedelta(minutes=60), "high; the moment is known to within 1 h 0 min"),
        (timedelta(hours=24), "high; the moment is known to within 1 d 0 h"),
    ],
)
def test_the_width_of_the_interval_is_part_of_how_sure_we_are(width: timedelta, said: str) -> None:
    """A moment bounded to a minute needs no remark; anything wider is said, rounded up."""
    finding = a_finding(start_latest=LAST_SEEN + width, confidence="high", why={})
    assert dict(message_for(a_notice(finding), voice=VOICE).facts)["Confidence"] == said


@pytest.mark.parametrize(
    ("source", "note", "said"),
    [
        ("reconstruction of published reports", "", "AIS positions rebuilt from published reports"),
        ("S2", "b1 occupied, rendered for the demo", "images rendered, not taken by a satellite"),
    ],
)
@pytest.mark.parametrize("format", FORMATS)
def test_a_demonstration_says_that_it_is_one(
    source: str, note: str, said: str, format: str
) -> None:
    """Rebuilt tracks and rendered images are named in the headline and explained, everywhere."""
    evidence = (Evidence(kind="scene", ref="x", source=source, note=note),)
    payload = payload_for(a_notice(a_finding(evidence=evidence), format=format), voice=VOICE)
    shown = " ".join(strings_in(payload)).replace("\\", "")
    assert "[Reconstruction] SPARTA II" in shown
    assert said in shown


def test_a_departure_by_image_tells_the_blind_days_and_shows_its_berth() -> None:
    """The picture is of the berth the hull lay at; evidence calls places by their names."""
    at = a_finding().learned_at
    finding = a_finding(
        kind=FindingKind.DEPARTED,
        place_id="tartus",
        basis=Basis.IMAGE,
        evidence=(Evidence(kind="scene", ref="s1", at=at, note="b.1 occupied, score 0.86"),),
        why={
            "berth": "b.1",
            "not_seen_days": [{"day": "2025-01-26", "looks": 2, "reasons": ["cloud"]}],
        },
    )
    voice = Voice(place_names={"tartus": "Tartus", "b.1": "Mole 1"})
    message = message_for(a_notice(finding), voice=voice)
    assert message.picture["place"] == "b.1"
    assert "2025-01-26: 2 looks without a view of the berth (cloud)" in message.unseen
    assert "Mole 1: occupied, score 0.86" in message.evidence[0]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_slack_shows_hostile_text_and_obeys_none_of_it(name: str) -> None:
    """Mentions, links, styles and direction tricks in any outside string stay inert."""
    finding = a_finding(
        subject=Subject(name=name, mmsi=1),
        text=name,
        confidence=name,
        why={"inferred": name},
        evidence=(
            Evidence(kind="position", ref=name, source=name, note=name),
            Evidence(kind="coverage", ref=name),
        ),
    )
    payload = payload_for(a_notice(finding), voice=Voice(place_names={"tartus": name}))
    for text in strings_in(payload):
        outside = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert not set("<>`~") & set(outside), text
        assert "://" not in text
        assert not set("\u202e\u2066\ud800\x00") & set(text)
    marked = [t for t in _text_objects(payload) if t["type"] == "mrkdwn"]
    assert all(t["verbatim"] for t in marked)
    assert not any("*" in t["text"].partition("\n")[2] for t in marked)
    bare = re.compile(r"&(?!amp;|lt;|gt;)")
    assert not any(bare.search(t["text"]) for t in marked)


def _text_objects(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if value.get("type") in {"mrkdwn", "plain_text"} else []
        return own + [t for v in value.values() for t in _text_objects(v)]
    return [t for v in value for t in _text_objects(v)] if isinstance(value, list) else []


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_name_breaks_a_payload(name: str) -> None:
    """Whatever a ship calls itself, every format gives JSON that survives the trip."""
    for format in FORMATS:
        finding = a_finding(subject=Subject(name=name), text=name, why={name: [name, float("nan")]})
        payload = payload_for(a_notice(finding, format=format), voice=VOICE)
        assert json.loads(json.dumps(payload, allow_nan=False).encode("ascii")) == payload


def test_slack_limits_hold_for_endless_text() -> None:
    """However long its parts, a message keeps Slack's limits and says how much it left out."""
    long = "<&>" * 1200
    finding = a_finding(
        subject=Subject(name=long),
        text=long,
        confidence=long,
        evidence=tuple(
            Evidence(kind=k, ref=long, note=long, source=long)
            for k in ("scene", "coverage")
            for _ in range(40)
        ),
    )
    payload = payload_for(a_notice(finding), voice=VOICE)
    header, *blocks = payload["blocks"]
    assert len(header["text"]["text"]) <= 150
    assert "more characters" in header["text"]["text"]
    assert len(payload["blocks"]) <= 50
    for block in blocks:
        fields = block.get("fields", [])
        assert len(fields) <= 10
        assert all(len(f["text"]) <= 2000 for f in fields)
        assert len(block.get("text", {}).get("text", "")) <= 3000
    assert len(json.dumps(payload["blocks"], ensure_ascii=False)) < 13_200
    assert "more characters" in payload["text"]


@pytest.mark.parametrize(("count", "more"), [(8, False), (9, True)])
def test_evidence_beyond_the_eighth_is_counted(count: int, more: bool) -> None:
    """Eight pieces of evidence are listed; of more, the number of the rest."""
    evidence = tuple(Evidence(kind="scene", ref=f"s{n}") for n in range(count))
    message = message_for(a_notice(a_finding(evidence=evidence)), voice=VOICE)
    assert (message.evidence[-1] == f"+{count - 8} more, in the report") is more


def test_coverage_is_told_however_late_it_is_listed() -> None:
    """What was not seen is said even where it stands behind more evidence than is listed."""
    evidence = tuple(Evidence(kind="scene", ref=f"s{n}") for n in range(9))
    coverage = Evidence(kind="coverage", ref="others heard in 3 of 9 h")
    message = message_for(a_notice(a_finding(evidence=(*evidence, coverage))), voice=VOICE)
    assert message.unseen[0] == "others heard in 3 of 9 h"
    assert message.evidence[-1] == "+1 more, in the report"


def test_a_webhook_carries_the_whole_finding() -> None:
    """The body has the standard's three keys and the finding in its public form."""
    finding = a_finding()
    notice = a_notice(finding, format="webhook", news=News.RETRACTED)
    payload = payload_for(notice, voice=VOICE)
    assert list(payload) == ["type", "timestamp", "data"]
    assert payload["type"] == "finding.retracted"
    assert payload["timestamp"] == "2025-01-27T11:40:00Z"
    assert payload["data"]["finding"] == finding.to_dict()
    assert payload["data"]["headline"].startswith("Retracted: SPARTA II left Tartus")
    assert (payload["data"]["evidence_omitted"], payload["data"]["why_omitted"]) == (0, 0)


@pytest.mark.parametrize("char", ["x", "Я", "\U0001f6a2", '"', "\u0335"])
def test_a_webhook_body_stays_below_the_standards_limit(char: str) -> None:
    """With every part endless the body stays below 20 kB and counts what it left out."""
    long = f"S{char}" * 700
    finding = a_finding(
        subject=Subject(name=long),
        place_id=long,
        text=long,
        confidence=long,
        why={f"{n}": long for n in range(99)},
        evidence=tuple(Evidence(kind="coverage", ref=long, note=long) for _ in range(99)),
    )
    payload = payload_for(a_notice(finding, format="webhook"), voice=VOICE)
    assert len(json.dumps(payload, separators=(",", ":"))) < 20_000
    kept = len(payload["data"]["finding"]["evidence"])
    assert payload["data"]["evidence_omitted"] == 99 - kept > 0
    assert payload["data"]["why_omitted"] == 99
    assert payload["data"]["not_seen_omitted"] == 99 + 1 - len(payload["data"]["not_seen"])


def test_the_same_notice_gives_the_same_bytes() -> None:
    """Rendering twice gives the same message."""
    for format in FORMATS:
        notice = a_notice(a_finding(), format=format)
        first, second = (json.dumps(payload_for(notice, voice=VOICE)) for _ in range(2))
        assert first == second


def test_an_unknown_format_names_the_known_ones() -> None:
    """A route with a format nobody renders is a mistake in the settings."""
    with pytest.raises(ConfigError, match=r"'fax'; there are: apprise, .*, webhook"):
        payload_for(a_notice(a_finding(), format="fax"), voice=VOICE)


def test_a_correction_says_what_was_told_before() -> None:
    """Both hours are in one message, and the finding that does not hold any more is named."""
    first = a_finding(start_latest=LAST_SEEN + timedelta(days=9), anchor="first")
    notice = replace(a_notice(a_finding(), news=News.CORRECTED), replaced=first)
    message = message_for(notice, voice=VOICE)
    said = dict(message.facts)["Told before (UTC)"]
    assert said.startswith("between 2025-01-24T08:30:00Z and 2025-02-02T08:30:00Z")
    assert first.id in said
    assert payload_for(replace(notice, format="webhook"), voice=VOICE)["data"]["replaces"] == (
        first.id
    )
