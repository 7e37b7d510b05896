"""Small conversions every AIS format needs: text, numbers, instants, static reports.

Whatever arrives here is hostile or simply wrong; what leaves is a plain value or None.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms

FIRST_MS = to_ms(datetime(1998, 1, 1, tzinfo=UTC))
"""No AIS was received before; the first trials of the standard are of 1998."""
LAST_MS = to_ms(datetime(2100, 1, 1, tzinfo=UTC))
MAX_AHEAD_MS = 10 * 60_000
"""How far a stranger's clock may be ahead of ours before what it dates is refused: receivers keep
time by GPS or NTP, and a true stamp lies in the past."""
MAX_TEXT = 64
"""Longest text kept; AIS itself allows 20 characters (34 in type 21)."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
"""Control characters, line ends of Unicode, and halves of characters, which no file can hold."""
_FRACTION = re.compile(r"(\.\d{1,6})\d*")
_ZONE = re.compile(r"\s*(?:\+0000 UTC|UTC|GMT|Z)$")


def clean_text(value: object) -> str:
    """Return text up to its first `@` (AIS fill), without control characters or outer blanks."""
    if not isinstance(value, str):
        return ""
    return _UNPRINTABLE.sub("", value.partition("@")[0]).strip()[:MAX_TEXT]


def number(value: object) -> float | None:
    """Return a finite number out of a JSON number or numeric text, None else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def whole(value: object) -> int | None:
    """Return a whole number out of a JSON number or numeric text, None else."""
    result = number(value)
    return int(result) if result is not None and result == int(result) else None


def instant_ms(text: object) -> int | None:
    """Return an instant as milliseconds since the epoch, None if it is not one.

    Reads ISO 8601 and what feeds write beside it: Go's `2023-10-22 22:47:36.94034384 +0000 UTC`
    (0-9 decimals), `… GMT`, `… UTC`. A missing zone is read as UTC.
    """
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return None
    plain = _FRACTION.sub(r"\1", _ZONE.sub("", text.strip()), count=1)
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return plausible_ms(to_ms(at))


def plausible_ms(ms: int | None) -> int | None:
    """Return `ms` if an AIS receiver can have lived then, None else."""
    return ms if ms is not None and FIRST_MS <= ms < LAST_MS else None


def refined_ms(at_ms: int, second: int | None) -> int:
    """Move a receive time to the nearest instant that has the message's own UTC second.

    A transponder sends only the second of the minute in which it took its fix. The result lies
    within 30 s of `at_ms`. Values from 60 up say that there is none: `at_ms` is returned as it is.
    """
    if second is None or not 0 <= second <= 59:
        return at_ms
    at_s = at_ms // 1000
    return (at_s + (second - at_s % 60 + 30) % 60 - 30) * 1000


def reported_imo(value: int | None) -> int | None:
    """Return a number with as many digits as an IMO number has, right check digit or not."""
    return value if value is not None and 1_000_000 <= value <= 9_999_999 else None


def static_report(
    *,
    mmsi: int,
    time_ms: int = 0,
    imo: object = None,
    name: object = None,
    call_sign: object = None,
    ship_type: object = None,
    dimensions: tuple[object, object, object, object] = (None, None, None, None),
    draught_m: object = None,
    destination: object = None,
    source: str = "",
) -> StaticReport | None:
    """Build a report from raw values; None if nothing in it says anything.

    Args:
        mmsi: Of a ship.
        time_ms: When it was said.
        imo: Seven digits, else none; whether they can be a number is asked where it matters.
        name: Cut at the first `@`, as are the other texts.
        call_sign: Radio call sign.
        ship_type: 1-99, else none.
        dimensions: Metres from the antenna to bow, stern, port, starboard; none if all are 0.
        draught_m: 0 means not available.
        destination: As the crew typed it.
        source: Feed or file.
    """
    number_imo, kind, draught = whole(imo), whole(ship_type), number(draught_m)
    sides = [whole(side) for side in dimensions]
    known = any(sides) and all(side is not None and 0 <= side <= 511 for side in sides)
    bow, stern, port, starboard = sides if known else (None, None, None, None)
    report = StaticReport(
        time_ms=time_ms,
        mmsi=mmsi,
        imo=reported_imo(number_imo),
        name=clean_text(name),
        call_sign=clean_text(call_sign),
        ship_type=kind if kind is not None and 1 <= kind <= 99 else None,
        to_bow_m=bow,
        to_stern_m=stern,
        to_port_m=port,
        to_starboard_m=starboard,
        draught_m=draught if draught is not None and 0 < draught <= 25.5 else None,
        destination=clean_text(destination),
        source=source,
    )
    nothing = StaticReport(time_ms=time_ms, mmsi=mmsi, source=source)
    return report if report != nothing else None
