"""How a page says things: names, times and spans in plain words. Pure.

Every text from outside passes `plain` before it is shown.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.domain.finding import Basis, Evidence, Finding, Subject
from monitor.domain.place import Gazetteer
from monitor.domain.vessel import Identity
from monitor.domain.window import utc_text
from monitor.errors import ConfigError

_MINUTE = timedelta(minutes=1)
BASIS_WORDS = {Basis.AIS: "AIS", Basis.IMAGE: "image", Basis.BOTH: "AIS and image"}


def plain(text: str) -> str:
    """Return outside text on one line, with nothing that can reorder or hide its neighbours.

    Line breaks and tabs become spaces; other control characters, lone surrogates and the
    bidirectional overrides and isolates (Unicode Standard Annex 9, table 4) become U+FFFD, so that
    a doctored name shows that it was one.
    """
    return "".join(_plain_character(c) for c in text).strip()


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _plain_character(character: str) -> str:
    if character in "\t\n\r\u0085\u2028\u2029":
        return " "
    hidden = character in _BIDI or unicodedata.category(character) in ("Cc", "Cs")
    return "\ufffd" if hidden else character


def ship_name(identity: Identity) -> str:
    """Return the ship's name, or its MMSI where it has none."""
    return plain(identity.name) or f"MMSI {identity.mmsi}"


def subject_name(subject: Subject) -> str:
    """Return how to call the ship a finding is about."""
    if subject.name:
        return plain(subject.name)
    if subject.imo is not None:
        return f"IMO {subject.imo}"
    return f"MMSI {subject.mmsi}" if subject.mmsi is not None else "a ship"


def place_name(gazetteer: Gazetteer, place_id: str | None) -> str:
    """Return the name of a place, or its id where the gazetteer does not know it."""
    place = gazetteer.places.get(place_id) if place_id else None
    return plain(place.name or place.id) if place else plain(place_id or "an unnamed place")


def short_place_name(gazetteer: Gazetteer, place_id: str | None) -> str:
    """Return the name of a place without its remarks in brackets."""
    place = gazetteer.places.get(place_id or "")
    return plain(place.short_name) if place else place_name(gazetteer, place_id)


def finding_text(finding: Finding, gazetteer: Gazetteer) -> str:
    """Return the sentence of a finding; one made from its kind where it carries none."""
    if finding.text:
        return plain(finding.text)
    kind = finding.kind.value.replace("_", " ")
    where = f" at {place_name(gazetteer, finding.place_id)}" if finding.place_id else ""
    return f"{subject_name(finding.subject)}: {kind}{where}"


def evidence_text(evidence: Evidence) -> str:
    """Return one line of evidence: what kind, which, when, from where and what it shows."""
    at = minute_text(evidence.at) if evidence.at else ""
    parts = (evidence.kind, evidence.ref, at, evidence.source, evidence.note)
    return " · ".join(plain(part) for part in parts if part)


def minute_text(at: datetime) -> str:
    """Return `2025-01-21 17:35 UTC`."""
    return utc_text(at)[:16].replace("T", " ") + " UTC"


def local_text(at: datetime, zone: str) -> str:
    """Return `20:35 Asia/Damascus (UTC+03:00)`, with the date where it is not that of UTC.

    Raises:
        ConfigError: No such time zone is known on this machine.
    """
    local = at.astimezone(_zone(zone))
    same_day = local.date() == at.astimezone(UTC).date()
    offset = local.isoformat()[-6:]
    return f"{local:{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}} {zone} (UTC{offset})"


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ConfigError(
            f"time zone {name!r} is not known; use a name like Asia/Damascus"
        ) from exc


def span_text(earliest: datetime | None, latest: datetime | None) -> str:
    """Return when something happened as far as it is known, in UTC."""
    if earliest is None and latest is None:
        return "at an unknown time"
    if earliest is None or latest is None:
        word, at = ("by", latest) if latest is not None else ("after", earliest)
        assert at is not None
        return f"{word} {minute_text(at)}"
    if latest - earliest < _MINUTE:
        return minute_text(latest)
    return f"between {minute_text(earliest)[:-4]} and {minute_text(latest)}"


def age_text(age: timedelta) -> str:
    """Return a duration in its two largest units that are not nought: `2 d 4 h`, `35 min`."""
    minutes = max(int(age.total_seconds() // 60), 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = ((days, "d"), (hours, "h"), (rest, "min"))
    return " ".join([f"{n} {unit}" for n, unit in units if n][:2]) or "0 min"


def since_text(finding: Finding) -> str:
    """Return since when a finding holds, with both edges where they differ."""
    earliest, latest = finding.start_earliest, finding.start_latest
    if latest is None:
        return f"since some time after {minute_text(earliest)}" if earliest else "for unknown long"
    if earliest is None:
        return f"since {minute_text(latest)} or earlier"
    if latest - earliest < _MINUTE:
        return f"since {minute_text(latest)}"
    return f"since {minute_text(latest)} or up to {age_text(latest - earliest)} before"
