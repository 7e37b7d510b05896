"""In what words: one notice, told once in plain text and dressed for each kind of channel.

The rules have already written what a finding says; here it gets a headline, its hours in local
time and UTC, how sure we are, what was not seen, and its evidence. Ship names, destinations and
file names are other people's text: they reach a channel only through `plain` and that channel's
escaping, and whatever is cut says how much is missing. No I/O, no clock.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, cast

from monitor.alerts.decide import News, Notice
from monitor.alerts.forms.apprise import apprise_form
from monitor.alerts.forms.discord import discord_form
from monitor.alerts.forms.mail import mail_form
from monitor.alerts.forms.matrix import matrix_form
from monitor.alerts.forms.mattermost import mattermost_form
from monitor.alerts.forms.ntfy import ntfy_form
from monitor.alerts.forms.slack import slack_form
from monitor.alerts.forms.teams import teams_form
from monitor.alerts.forms.telegram import telegram_form
from monitor.alerts.message import Message
from monitor.alerts.plain_text import fitted, plain
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Status
from monitor.domain.window import utc_text
from monitor.errors import ConfigError

_EVIDENCE_SHOWN = 8
_UNSEEN_TOLD = 5
_WEBHOOK_BYTES = 19_000
"""Leaves room below the 20 kB of Standard Webhooks."""
_STRING = 200
_TEXT = 1000
"""Longest strings in a webhook body, UTF-16 units; six bytes each at worst, so the parts that are
always there stay below the limit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What rendering must know beside the notice."""

    zone: tzinfo = UTC
    """The port's local time."""
    place_names: Mapping[str, str] = field(default_factory=dict)
    """What to call each place id."""
    report_url: str = ""
    """Public address of the published pages' folder, empty where they have none."""


def payload_for(notice: Notice, *, voice: Voice) -> dict[str, Any]:
    """Return the message `notice.format` asks for, as plain JSON values.

    Raises:
        ConfigError: There is no such format.
    """
    message = message_for(notice, voice=voice)
    if notice.format == "webhook":
        return webhook_payload(notice, message)
    try:
        form = CHAT_FORMS[notice.format]
    except KeyError:
        known = ", ".join(FORMATS)
        raise ConfigError(f"no message format {notice.format!r}; there are: {known}") from None
    return form(message)


def message_for(notice: Notice, *, voice: Voice) -> Message:
    """Put a notice into words."""
    finding = notice.finding
    demo = _demo(finding.evidence)
    observed = [e for e in finding.evidence if e.kind != "coverage"]
    evidence = [_evidence_line(e, voice) for e in observed[:_EVIDENCE_SHOWN]]
    if len(observed) > _EVIDENCE_SHOWN:
        evidence.append(f"+{len(observed) - _EVIDENCE_SHOWN} more, in the report")
    headline = _headline(finding, voice)
    if notice.news is not News.NEW:
        headline = f"{notice.news.value.capitalize()}: {headline}"
    return Message(
        headline=f"[Reconstruction] {headline}" if demo else headline,
        text=plain(finding.text),
        facts=(*_facts(finding, voice), *_told_before(notice)),
        brief=(*_brief(finding, voice), *_told_before(notice)),
        unseen=tuple(_unseen(finding)),
        evidence=tuple(evidence),
        demo=demo,
        footer=(
            f"{notice.news.value} · {finding.severity.value} · as of {utc_text(notice.as_of)} · "
            f"finding {finding.id} revision {notice.revision}"
        ),
        severity=finding.severity,
        as_of=notice.as_of,
        link=(
            f"{voice.report_url.rstrip('/')}/findings.html#{finding.id}" if voice.report_url else ""
        ),
        picture=_picture(finding),
    )


def webhook_payload(notice: Notice, message: Message) -> dict[str, Any]:
    """Return a Standard Webhooks body: `type`, `timestamp`, `data` with the whole finding.

    Where it would grow too long, reasons are left out that would fill half of it, then evidence
    from the end; `why_omitted` and `evidence_omitted` count them.
    """
    told = notice.finding.to_dict()
    finding = cast("dict[str, Any]", _bounded({**told, "text": ""}))
    finding["text"] = fitted(plain(told["text"]), _TEXT)
    evidence, why = finding["evidence"], finding["why"]
    finding |= {"evidence": [], "why": {}}
    data = {
        "notice_id": notice.id,
        "news": notice.news.value,
        "revision": notice.revision,
        "replaces": notice.replaced.id if notice.replaced else None,
        "as_of": utc_text(notice.as_of),
        "headline": fitted(message.headline, _STRING),
        "demo": message.demo,
        "not_seen": [fitted(line, _STRING) for line in message.unseen[:_UNSEEN_TOLD]],
        "not_seen_omitted": max(0, len(message.unseen) - _UNSEEN_TOLD),
        "evidence_omitted": 0,
        "why_omitted": 0,
        "finding": finding,
    }
    payload = {
        "type": f"finding.{notice.news.value}",
        "timestamp": utc_text(notice.finding.learned_at),
        "data": data,
    }
    room = _WEBHOOK_BYTES - len(json.dumps(payload))
    why_bytes = len(json.dumps(why))
    if why_bytes <= room // 2:
        finding["why"] = why
        room -= why_bytes
    else:
        data["why_omitted"] = len(why)
    for item in evidence:
        room -= len(json.dumps(item)) + 2
        if room < 0:
            break
        finding["evidence"].append(item)
    data["evidence_omitted"] = len(evidence) - len(finding["evidence"])
    return payload


CHAT_FORMS: Mapping[str, Callable[[Message], dict[str, Any]]] = {
    "apprise": apprise_form,
    "discord": discord_form,
    "email": mail_form,
    "matrix": matrix_form,
    "mattermost": mattermost_form,
    "ntfy": ntfy_form,
    "slack": slack_form,
    "slack_bot": slack_form,
    "teams": teams_form,
    "telegram": telegram_form,
}
"""How each chat program wants a message."""
FORMATS = (*CHAT_FORMS, "webhook")


_HEADLINES = {
    FindingKind.ARRIVED: ("{ship} entered {place}",) * 2,
    FindingKind.DEPARTED: ("{ship} left {place}",) * 2,
    FindingKind.WAITING: ("{ship} is waiting at {place}", "{ship} waited at {place}"),
    FindingKind.BERTHED: ("{ship} came alongside {place}",) * 2,
    FindingKind.UNBERTHED: ("{ship} left the berth {place}",) * 2,
    FindingKind.NO_AIS_RECEIVED: (
        "No AIS received from {ship}",
        "No AIS received from {ship} (ended)",
    ),
    FindingKind.AIS_RESUMED: ("AIS received again from {ship}",) * 2,
    FindingKind.OCCUPIED_WITHOUT_AIS: (
        "A vessel without AIS at {place}",
        "A vessel without AIS at {place} (ended)",
    ),
    FindingKind.BERTH_STATE_CHANGED: ("{place} changed state",) * 2,
    FindingKind.FEED_SILENT: ("An AIS feed is silent", "An AIS feed was silent"),
    FindingKind.INTERFERENCE: (
        "Positions near {place} cannot be trusted",
        "Positions near {place} could not be trusted",
    ),
    FindingKind.IDENTITY_CONFLICT: ("Conflicting identities of {ship}",) * 2,
    FindingKind.DESTINATION_CHANGED: ("{ship} changed her destination",) * 2,
    FindingKind.FIRST_VISIT: ("First visit of {ship} to {place}",) * 2,
    FindingKind.ENCOUNTER: ("{ship} met another ship", "{ship} met another ship (ended)"),
    FindingKind.CROSSED_12_NM: ("{ship} crossed the 12-mile line off {place}",) * 2,
    FindingKind.EN_ROUTE: (
        "{ship} is on her way to {place}",
        "{ship} is no longer on her way to {place}",
    ),
    FindingKind.AIS_WITHOUT_SHIP: (
        "AIS places {ship} at {place}, images show no ship",
        "AIS placed {ship} at {place}, images showed no ship",
    ),
    FindingKind.UNUSUAL_OCCUPANCY: (
        "{place} is occupied unusually",
        "{place} was occupied unusually",
    ),
    FindingKind.OCCUPANCY_DRIFT: ("Use of {place} is drifting", "Use of {place} drifted"),
    FindingKind.APRON_FILLED: ("{place} looks fuller than usual", "{place} looked fuller"),
    FindingKind.APRON_CLEARED: ("{place} looks emptier than usual", "{place} looked emptier"),
    FindingKind.APRON_CHANGED: ("{place} looks different", "{place} looked different"),
    FindingKind.EXPECTED_SCENE_MISSING: (
        "An expected image of {place} has not come",
        "An expected image of {place} had not come",
    ),
}
"""While a finding is open, and after."""
_BACK = "{place} looks as it did before"
"""Of the end of a change, told as an event of its own."""


def _headline(finding: Finding, voice: Voice) -> str:
    subject = finding.subject
    name = plain(subject.name or "")
    number = (
        f"IMO {subject.imo}"
        if subject.imo is not None
        else f"MMSI {subject.mmsi}"
        if subject.mmsi is not None
        else ""
    )
    place_id = finding.place_id or ""
    place = plain(voice.place_names.get(place_id, place_id)) or "an unnamed place"
    pattern = _HEADLINES[finding.kind][finding.status is Status.CLOSED]
    if finding.why.get("return"):
        pattern = _BACK
    said = pattern.replace("{place}", place).replace("{ship}", name or number or "a vessel")
    if finding.basis is Basis.IMAGE and finding.kind is FindingKind.DEPARTED:
        said += " by imagery"
    return f"{said} ({number})" if name and number else said


_STATES = {
    FindingKind.WAITING,
    FindingKind.NO_AIS_RECEIVED,
    FindingKind.OCCUPIED_WITHOUT_AIS,
    FindingKind.FEED_SILENT,
    FindingKind.INTERFERENCE,
    FindingKind.ENCOUNTER,
    FindingKind.EN_ROUTE,
    FindingKind.AIS_WITHOUT_SHIP,
    FindingKind.UNUSUAL_OCCUPANCY,
    FindingKind.OCCUPANCY_DRIFT,
    FindingKind.APRON_FILLED,
    FindingKind.APRON_CLEARED,
    FindingKind.APRON_CHANGED,
    FindingKind.EXPECTED_SCENE_MISSING,
}
"""Kinds that last; the others happen."""
_BASES = {
    Basis.AIS: "AIS reports",
    Basis.IMAGE: "satellite images",
    Basis.BOTH: "AIS reports and satellite images",
}


def _facts(finding: Finding, voice: Voice) -> Iterator[tuple[str, str]]:
    for label, (earliest, latest) in _spans(finding):
        yield f"{label} (local)", _span(earliest, latest, lambda at: _local(at, voice.zone))
        yield f"{label} (UTC)", _span(earliest, latest, utc_text)
    yield "How we know", _BASES[finding.basis]
    yield "Confidence", _sure(finding)


def _brief(finding: Finding, voice: Voice) -> Iterator[tuple[str, str]]:
    """Tell the facts in one line for each span and one for how and how surely we know."""
    for label, (earliest, latest) in _spans(finding):
        if earliest is None and latest is None:
            yield label, "not known"
            continue
        local = _span(earliest, latest, lambda at: f"{at.astimezone(voice.zone):%a %d %b %H:%M}")
        known = [f"{at:%Y-%m-%d %H:%M}" for at in (earliest, latest) if at is not None]
        yield label, f"{local} local ({' to '.join(dict.fromkeys(known))} UTC)"
    yield "Known from", f"{_BASES[finding.basis]}, confidence {_sure(finding)}"


def _spans(finding: Finding) -> list[tuple[str, tuple[datetime | None, datetime | None]]]:
    start = (finding.start_earliest, finding.start_latest)
    end = (finding.end_earliest, finding.end_latest)
    spans = [("Since" if finding.kind in _STATES else "When", start)]
    if end not in {start, (None, None)}:
        spans.append(("Until", end))
    return spans


def _sure(finding: Finding) -> str:
    sure = plain(finding.confidence)
    if finding.start_earliest and finding.start_latest:
        width = finding.start_latest - finding.start_earliest
        if width >= timedelta(minutes=1):
            sure += f"; the moment is known to within {_width(width)}"
    inferred = finding.why.get("inferred")
    if isinstance(inferred, str) and inferred:
        sure += f"; inferred: {plain(inferred)}"
    return sure


def _told_before(notice: Notice) -> Iterator[tuple[str, str]]:
    """Say what a correction takes back, so that nobody has to look for the first message."""
    first = notice.replaced
    if first is None:
        return
    said = _span(first.start_earliest, first.start_latest, utc_text)
    if (first.end_earliest, first.end_latest) != (first.start_earliest, first.start_latest):
        ended = _span(first.end_earliest, first.end_latest, utc_text)
        said += f"; ended: {ended}" if first.end_latest else ""
    yield "Told before (UTC)", f"{said} (finding {first.id})"


def _unseen(finding: Finding) -> Iterator[str]:
    for item in finding.evidence:
        if item.kind == "coverage":
            yield plain(f"{item.ref}; {item.note}" if item.note else item.ref)
    for day in finding.why.get("not_seen_days", ()):
        looks = f"{day['looks']} look{'s' * (day['looks'] > 1)}"
        reasons = ", ".join(day["reasons"]) or "no reason recorded"
        yield plain(f"{day['day']}: {looks} without a view of the berth ({reasons})")
    noun = "beginning" if finding.kind in _STATES else "moment"
    if finding.start_earliest is None:
        yield f"The {noun}: nothing was received or seen before it."
    elif finding.start_latest and finding.start_latest - finding.start_earliest >= timedelta(
        hours=1
    ):
        yield f"The {noun} itself: it lies between two observations."


def _picture(finding: Finding) -> dict[str, object]:
    """Say which picture shows it: its last scene, and the last before that told otherwise."""
    seen = [e for e in finding.evidence if e.kind == "scene" and e.at is not None]
    if not seen:
        return {}
    seen.sort(key=lambda e: (e.at, e.ref))
    after = seen[-1]
    earlier = [e for e in seen if e.ref != after.ref]
    other = [e for e in earlier if _state_in(e) != _state_in(after)] or earlier
    shown = [*other[-1:], after]
    return {
        # What a departure by image shows is the berth, not the whole port.
        "place": finding.why.get("berth") or finding.place_id,
        "scenes": [{"id": e.ref, "note": plain(e.note)} for e in shown],
    }


def _state_in(item: Evidence) -> str:
    return item.note.partition(",")[0]


def _evidence_line(item: Evidence, voice: Voice) -> str:
    at = f" {utc_text(item.at)}" if item.at else ""
    # A position's reference already ends in its time.
    head = f"{item.kind} {item.ref}" + ("" if at.strip() in item.ref else at)
    words = item.note
    # A scene's note begins with the id of the place it tells of.
    place_id, _, rest = words.partition(" ")
    if place_id in voice.place_names:
        words = f"{voice.place_names[place_id]}: {rest}"
    note = f": {words}" if words else ""
    source = f" [{item.source}]" if item.source else ""
    return plain(f"{head}{note}{source}")


def _demo(evidence: Sequence[Evidence]) -> str:
    words = " ".join(f"{e.source} {e.note}" for e in evidence).lower()
    parts = []
    if "reconstruct" in words:
        parts.append("AIS positions rebuilt from published reports, not received")
    if "rendered" in words:
        parts.append("images rendered, not taken by a satellite")
    return f"Demonstration: {'; '.join(parts)}." if parts else ""


def _span(
    earliest: datetime | None, latest: datetime | None, text: Callable[[datetime], str]
) -> str:
    if earliest is None and latest is None:
        return "not known"
    if latest is None:
        return f"after {text(earliest)}" if earliest else ""
    if earliest is None:
        return f"at or before {text(latest)}"
    if text(earliest) == text(latest):
        return text(latest)
    return f"between {text(earliest)} and {text(latest)}"


def _local(at: datetime, zone: tzinfo) -> str:
    there = at.astimezone(zone)
    offset = f"{there:%z}"
    return f"{there:%a} {there.day} {there:%b %Y %H:%M} UTC{offset[:3]}:{offset[3:5]}"


def _width(span: timedelta) -> str:
    minutes = math.ceil(span / timedelta(minutes=1))
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _bounded(value: object) -> object:
    """Return JSON values with every string plain and bounded and no number JSON lacks."""
    if isinstance(value, str):
        return fitted(plain(value), _STRING)
    if isinstance(value, Mapping):
        return {fitted(plain(str(k)), _STRING): _bounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_bounded(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
