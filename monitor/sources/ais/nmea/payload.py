"""What an AIS message says: the one place where pyais is used.

pyais decodes a payload that was cut short into a false position without complaint, so lengths
are checked first. Types we do not use are told by their first character and never decoded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pyais
from pyais.exceptions import AISBaseException

from monitor.domain.vessel import StaticReport, mmsi_is_ship
from monitor.domain.window import to_ms
from monitor.errors import BadPayload
from monitor.sources.ais.batch import LONG_RANGE_PRECISION_M, Fix
from monitor.sources.ais.clean import plausible_ms, static_report
from monitor.sources.ais.nmea.armour import ARMOUR

PAYLOAD_BITS = {
    # Some receivers append a few words of noise to whole class A and B reports; 535 such reports
    # of a public log all lay where the same ships' reports of right length did. Type 27 gets no
    # such grace: the long ones seen are noise from the first bit.
    1: (168, 288), 2: (168, 288), 3: (168, 288), 18: (168, 288), 19: (312, 432),
    4: (168, 288), 11: (168, 288), 5: (422, 426), 24: (160, 288), 27: (96, 96),
}  # fmt: skip
"""Payload bits, least and most, by message type (ITU-R M.1371-5, annex 8)."""
ONE_SENTENCE_BITS = 168
"""Messages of one slot fit into one sentence, which holds 336 bits or more."""
_SHIP_TYPE = {5: 232, 19: 263}
"""First bit of the type of ship and cargo, by message type."""
Decoded: TypeAlias = Any
"""One of the message classes of pyais, told apart by its type number."""
_UNDECODABLE = (AISBaseException, ArithmeticError, AttributeError, LookupError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one message gave: a position, a static report, a base station's time, or nothing."""

    ignored: str = ""
    """Why nothing of it is used, where nothing is."""
    fix: Fix | None = None
    second: int | None = None
    """UTC second of the fix, 0-59; None where the message has none."""
    static: StaticReport | None = None
    """Not dated yet: `time_ms` is 0."""
    clock_ms: int | None = None
    """What a base station says the time is."""
    clock_mmsi: int = 0


def message_of(payload: str, fill: int, *, parts: int = 1) -> Message:
    """Decode one whole payload.

    Args:
        payload: Armoured six-bit characters of all parts of the message, joined.
        fill: Bits at the end that are only padding, 0-5.
        parts: Sentences it came in.

    Raises:
        BadPayload: Empty, cut short, too long, of an unknown type, undecodable, or made of parts
            of different messages.
    """
    if not payload:
        raise BadPayload("empty_payload")
    kind = ord(payload[0]) - 48
    kind -= 8 if kind > 40 else 0
    if not 1 <= kind <= 27:
        raise BadPayload("unknown_type", f"type {kind}")
    if kind not in PAYLOAD_BITS:
        return Message(ignored=unused_kind(kind))
    bits = 6 * len(payload) - fill
    least, most = PAYLOAD_BITS[kind]
    if not least <= bits <= most:
        raise BadPayload("truncated_payload" if bits < least else "overlong_payload")
    if parts > 1 and least <= ONE_SENTENCE_BITS:
        # Nobody sends these in parts: here the first part of one lost message met the last of
        # another, and what they spell together was never said.
        raise BadPayload("parts_of_strangers")
    try:
        decoded: Decoded = pyais.decode(f"!AIVDM,1,1,,A,{payload},{fill}*00".encode())
        return _read(kind, bits, decoded, payload)
    except _UNDECODABLE as exc:
        raise BadPayload("undecodable") from exc


def unused_kind(kind: int) -> str:
    """Return under what a message of a type we do not use is counted."""
    return "not_a_ship" if kind in (9, 21) else f"type_{kind}"


def _read(kind: int, bits: int, decoded: Decoded, payload: str) -> Message:
    if kind in (4, 11):
        return Message(clock_ms=_clock_ms(decoded), clock_mmsi=decoded.mmsi, ignored="base_station")
    if not mmsi_is_ship(decoded.mmsi):
        return Message(ignored="not_a_ship")
    if kind == 24 and decoded.partno == 1 and bits < 162:
        raise BadPayload("truncated_payload")
    static = _static(kind, decoded, payload) if kind in (5, 19, 24) else None
    if kind in (5, 24):
        return Message(static=static, ignored="" if static else "empty_static")
    second = None if kind == 27 else int(decoded.second)
    return Message(
        fix=_fix(kind, decoded),
        second=second if second is not None and 0 <= second <= 59 else None,
        static=static,
    )


def _fix(kind: int, decoded: Decoded) -> Fix:
    return Fix(
        mmsi=decoded.mmsi,
        lon=decoded.lon,
        lat=decoded.lat,
        sog_kn=decoded.speed,
        cog_deg=decoded.course,
        heading_deg=math.nan if kind == 27 else decoded.heading,
        nav_status=-1 if kind in (18, 19) else int(decoded.status),
        precision_m=LONG_RANGE_PRECISION_M if kind == 27 else 1.0,
    )


def _static(kind: int, decoded: Decoded, payload: str) -> StaticReport | None:
    def field(name: str) -> object:
        return getattr(decoded, name, None)

    return static_report(
        mmsi=decoded.mmsi,
        imo=field("imo"),
        name=field("shipname"),
        call_sign=field("callsign"),
        # pyais turns the types it has no name for into others; a number is a number.
        ship_type=_octet(payload, _SHIP_TYPE[kind]) if kind in _SHIP_TYPE else field("ship_type"),
        dimensions=(field("to_bow"), field("to_stern"), field("to_port"), field("to_starboard")),
        draught_m=field("draught"),
        destination=field("destination"),
    )


def _octet(payload: str, start: int) -> int:
    """Return the eight bits from bit `start` on."""
    first = start // 6
    bits = "".join(f"{int(ARMOUR[ord(char)]):06b}" for char in payload[first : first + 3])
    return int(bits[start % 6 :][:8], 2)


def _clock_ms(decoded: Decoded) -> int | None:
    parts = (decoded.year, decoded.month, decoded.day, decoded.hour, decoded.minute, decoded.second)
    try:
        return plausible_ms(to_ms(datetime(*parts, tzinfo=UTC)))
    except ValueError:
        return None  # year 0, hour 24, minute 60: the station has no time itself
