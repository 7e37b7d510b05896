"""What receivers write as JSON, one object a message: AIS-catcher's and gpsd's field names.

Where an object holds the sentences it was made of, they are decoded here and the rest of it is
not believed: they carry a checksum, and its numbers do not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.domain.geo import METRES_PER_NM
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport, mmsi_is_ship
from monitor.domain.window import to_ms
from monitor.errors import BadPayload
from monitor.sources.ais.batch import LONG_RANGE_PRECISION_M, Fix
from monitor.sources.ais.clean import number, plausible_ms, static_report, whole
from monitor.sources.ais.nmea.payload import Message, message_of
from monitor.sources.ais.nmea.sentences import LineReader

POSITION_TYPES = frozenset({1, 2, 3, 18, 19, 27})
STATIC_TYPES = frozenset({5, 19, 24})
LONG_RANGE = 27
TENTH_PRECISION_M = 0.05 * 60 * METRES_PER_NM
"""Half of a tenth of a degree of latitude."""


def read_object(text: str) -> tuple[Message, int | None]:
    """Read one JSON object.

    Args:
        text: One line, decoded one byte to one character.

    Returns:
        The message, and when its receiver says it came, None where it does not.

    Raises:
        BadPayload: Not JSON, or not what it claims to be.
    """
    try:
        item = json.loads(text.encode("latin-1"))
    except (ValueError, RecursionError) as exc:
        raise BadPayload("not_json") from exc
    if not isinstance(item, dict):
        raise BadPayload("not_json")
    if item.get("class") != "AIS":
        # gpsd speaks of itself and of the sky as well.
        return Message(ignored="other_json"), None
    sentences = item.get("nmea")
    if isinstance(sentences, list) and sentences:
        return _from_sentences(sentences), _stamp_ms(item)
    return _from_fields(item), _stamp_ms(item)


def _stamp_ms(item: Mapping[str, Any]) -> int | None:
    """Read AIS-catcher's receive time: seconds since the epoch, or UTC digits to the second."""
    seconds = number(item.get("rxuxtime"))
    if seconds is not None and 0 < seconds < 1e11:
        return plausible_ms(round(seconds * 1000))
    try:
        at = datetime.strptime(str(item.get("rxtime")), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return plausible_ms(to_ms(at))


def _from_sentences(sentences: list[Any]) -> Message:
    # A message has nine parts at most; what else stands in the list is not counted as lines.
    reader = LineReader(Tally())
    parts = [reader.sentence(line) for line in sentences[:10] if isinstance(line, str)]
    known = [part for part in parts if part is not None]
    if not known or len(known) != len(sentences) or len(known) != known[0].total:
        raise BadPayload("missing_part")
    if [part.number for part in known] != list(range(1, len(known) + 1)):
        raise BadPayload("missing_part")
    payload = "".join(part.payload for part in known)
    return message_of(payload, known[-1].fill, parts=len(known))


def _from_fields(item: Mapping[str, Any]) -> Message:
    kind, mmsi = whole(item.get("type")), whole(item.get("mmsi"))
    if kind is None or not 1 <= kind <= 27:
        raise BadPayload("unknown_type", f"type {kind}")
    if mmsi is None:
        raise BadPayload("no_mmsi")
    if kind in (4, 11):
        return Message(ignored="base_station")
    if kind not in POSITION_TYPES | STATIC_TYPES:
        return Message(ignored="not_a_ship" if kind in (9, 21) else f"type_{kind}")
    if not mmsi_is_ship(mmsi):
        return Message(ignored="not_a_ship")
    static = _static(item, mmsi) if kind in STATIC_TYPES else None
    if kind not in POSITION_TYPES:
        return Message(static=static, ignored="" if static else "empty_static")
    second = whole(item.get("second"))
    return Message(
        fix=_fix(item, kind, mmsi),
        second=second if second is not None and 0 <= second <= 59 and kind != LONG_RANGE else None,
        static=static,
    )


def _fix(item: Mapping[str, Any], kind: int, mmsi: int) -> Fix:
    # gpsd sends the message's own units where it was asked not to scale (ITU-R M.1371-5, annex 8).
    raw = item.get("scaled") is False
    place = (600.0 if kind == LONG_RANGE else 600_000.0) if raw else 1.0
    tenths = 10.0 if raw and kind != LONG_RANGE else 1.0

    def value(name: str, unit: float) -> float:
        found = number(item.get(name))
        return math.nan if found is None else round(found / unit, 7)

    status = whole(item.get("status"))
    lon, lat = value("lon", place), value("lat", place)
    return Fix(
        mmsi=mmsi,
        lon=lon,
        lat=lat,
        sog_kn=value("speed", tenths),
        cog_deg=value("course", tenths),
        heading_deg=value("heading", 1.0),
        nav_status=status if status is not None and 0 <= status <= 14 else -1,
        precision_m=_precision_m(lon, lat) if kind == LONG_RANGE else 1.0,
    )


def _precision_m(lon: float, lat: float) -> float:
    """Return how coarse a long-range position is: gpsd 3.22 writes scaled ones to 0.1 degree."""
    rounded = lon == round(lon, 1) and lat == round(lat, 1)
    return TENTH_PRECISION_M if rounded else LONG_RANGE_PRECISION_M


def _static(item: Mapping[str, Any], mmsi: int) -> StaticReport | None:
    sides = tuple(item.get(f"to_{side}") for side in ("bow", "stern", "port", "starboard"))
    draught = number(item.get("draught"))
    raw = item.get("scaled") is False
    return static_report(
        mmsi=mmsi,
        imo=item.get("imo"),
        name=item.get("shipname"),
        call_sign=item.get("callsign"),
        ship_type=item.get("shiptype"),
        dimensions=(sides[0], sides[1], sides[2], sides[3]),
        draught_m=draught / 10 if draught is not None and raw else draught,
        destination=item.get("destination"),
    )
