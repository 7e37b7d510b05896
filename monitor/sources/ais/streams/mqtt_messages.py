"""What comes over MQTT: Digitraffic's vessel topics, and receivers that publish their lines."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from monitor.domain.tally import Tally
from monitor.domain.vessel import mmsi_is_ship
from monitor.errors import BadPayload
from monitor.sources.ais.batch import BatchBuilder, Fix
from monitor.sources.ais.clean import number, plausible_ms, static_report, whole
from monitor.sources.ais.nmea.payload import Message
from monitor.sources.ais.streams.lines import LiveLines
from monitor.sources.ais.streams.live import Frame, keep

MAX_PAYLOAD = 262_144
"""Longest message read, bytes."""
_DIGITRAFFIC = re.compile(r"vessels-v2/([0-9]{1,9})/(location|metadata)")


class MqttReader:
    """Tells by its topic what a message is: Digitraffic's, or the lines of a receiver."""

    def __init__(self, builder: BatchBuilder, tally: Tally) -> None:
        self._builder, self._tally = builder, tally
        self._lines = LiveLines(builder, tally, cut_anywhere=False)

    def read(self, frame: Frame, now_ms: int) -> int:
        """Read a message."""
        ship = _DIGITRAFFIC.fullmatch(frame.sender)
        if len(frame.data) > MAX_PAYLOAD:
            self._tally.read += 1
            self._tally.reject("overlong_message", frame.sender)
            return 1
        if ship is None:
            return self._lines.read(frame, now_ms)
        self._tally.read += 1
        try:
            message, stamp_ms = digitraffic_message(int(ship[1]), ship[2], frame.data)
            keep(
                message,
                builder=self._builder,
                tally=self._tally,
                stamp_ms=stamp_ms,
                now_ms=now_ms,
            )
        except BadPayload as bad:
            self._tally.reject(bad.reason, f"{frame.sender} {frame.data[:100]!r}")
        return 1

    def finish(self) -> None:
        """Count the messages left half said."""
        self._lines.finish()


def digitraffic_message(mmsi: int, what: str, payload: bytes) -> tuple[Message, int]:
    """Read a message of Digitraffic's vessel topics.

    Args:
        mmsi: From the topic.
        what: `location` (dated in seconds) or `metadata` (dated in milliseconds).
        payload: JSON.

    Returns:
        The message and when it was sent, milliseconds since the epoch.

    Raises:
        BadPayload: Not JSON, or undated.

    Source: https://www.digitraffic.fi/en/marine-traffic/: draught is in tenths of a metre.
    """
    try:
        item = json.loads(payload)
    except (ValueError, RecursionError) as exc:
        raise BadPayload("not_json") from exc
    if not isinstance(item, dict):
        raise BadPayload("not_json")
    at = number(item.get("time" if what == "location" else "timestamp"))
    if at is not None and what == "location":
        at *= 1000
    stamp_ms = plausible_ms(round(at)) if at is not None and abs(at) < 1e15 else None
    if stamp_ms is None:
        raise BadPayload("undated")
    if not mmsi_is_ship(mmsi):
        return Message(ignored="not_a_ship"), stamp_ms
    return (_location if what == "location" else _metadata)(mmsi, item), stamp_ms


def _location(mmsi: int, item: Mapping[str, Any]) -> Message:
    def value(name: str) -> float:
        found = number(item.get(name))
        return math.nan if found is None else found

    status = whole(item.get("navStat"))
    return Message(
        fix=Fix(
            mmsi=mmsi,
            lon=value("lon"),
            lat=value("lat"),
            sog_kn=value("sog"),
            cog_deg=value("cog"),
            heading_deg=value("heading"),
            nav_status=status if status is not None and 0 <= status <= 14 else -1,
        )
    )


def _metadata(mmsi: int, item: Mapping[str, Any]) -> Message:
    draught = number(item.get("draught"))
    static = static_report(
        mmsi=mmsi,
        imo=item.get("imo"),
        name=item.get("name"),
        call_sign=item.get("callSign"),
        ship_type=item.get("type"),
        dimensions=(item.get("refA"), item.get("refB"), item.get("refC"), item.get("refD")),
        draught_m=None if draught is None else draught / 10,
        destination=item.get("destination"),
    )
    return Message(static=static, ignored="" if static else "empty_static")
