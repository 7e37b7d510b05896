"""Frames of aisstream.io: one JSON object per message, saved one to a line.

`time_utc` is when the service received the message; its fix is moved to the transponder's own
second, as with raw NMEA.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport, mmsi_is_ship
from monitor.errors import BadPayload
from monitor.sources.ais.batch import LONG_RANGE_PRECISION_M, BatchBuilder, Fix
from monitor.sources.ais.clean import (
    MAX_AHEAD_MS,
    instant_ms,
    number,
    refined_ms,
    static_report,
    whole,
)
from monitor.sources.base import AisBatch

POSITION_TYPES = frozenset(
    {
        "PositionReport",
        "StandardClassBPositionReport",
        "ExtendedClassBPositionReport",
        "LongRangeAisBroadcastMessage",
    }
)
STATIC_TYPES = frozenset({"ShipStaticData", "StaticDataReport", "ExtendedClassBPositionReport"})
_NOT_SHIPS = frozenset({"AidsToNavigationReport", "StandardSearchAndRescueAircraftReport"})

Json: TypeAlias = Any
"""Whatever a stranger's JSON held."""


def read_frames(
    lines: Iterable[str | bytes], builder: BatchBuilder, *, tally: Tally
) -> Iterator[AisBatch]:
    """Read frames, one to a line; yields batches whenever the builder is full, and a last one."""
    for line in lines:
        read_frame(line, builder, tally=tally)
        if builder.is_full():
            yield builder.take()
    yield builder.take()


def read_frame(
    frame: str | bytes, builder: BatchBuilder, *, tally: Tally, now_ms: int | None = None
) -> None:
    """Take one frame; every frame is counted.

    Args:
        frame: As the service sends it, text or binary.
        builder: Takes the rows.
        tally: Counts the frame.
        now_ms: When it reached us, where that is known; else it reached us when it reached the
            service.
    """
    tally.read += 1
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    if not text.strip():
        tally.ignored["blank"] += 1
        return
    try:
        envelope = json.loads(text)
        _read(envelope, builder, tally, now_ms)
    except BadPayload as bad:
        tally.reject(bad.reason, text)
    except (ValueError, RecursionError):
        tally.reject("not_json", text)


def _read(envelope: Json, builder: BatchBuilder, tally: Tally, now_ms: int | None) -> None:
    if isinstance(envelope, dict) and "error" in envelope:
        raise BadPayload("error_frame")
    kind = _get(envelope, "MessageType")
    if not isinstance(kind, str):
        raise BadPayload("not_an_aisstream_frame")
    if kind not in POSITION_TYPES | STATIC_TYPES:
        tally.ignored["not_a_ship" if kind in _NOT_SHIPS else f"type_{kind[:32]}"] += 1
        return
    body = _get(_get(envelope, "Message"), kind)
    # The service writes MetaData; some of its clients save it as Metadata.
    meta = _get(envelope, "MetaData") or _get(envelope, "Metadata")
    if not isinstance(body, dict) or not isinstance(meta, dict):
        raise BadPayload("missing_part")
    if body.get("Valid") is False:
        raise BadPayload("marked_invalid")
    mmsi = whole(body.get("UserID"))
    if mmsi is None or mmsi != whole(meta.get("MMSI")):
        raise BadPayload("mmsi_mismatch")
    heard_ms = _heard_ms(meta, now_ms)
    if not mmsi_is_ship(mmsi):
        tally.ignored["not_a_ship"] += 1
        return
    static = _static(kind, body, mmsi) if kind in STATIC_TYPES else None
    fix = _fix(kind, body, mmsi) if kind in POSITION_TYPES else None
    at_ms = refined_ms(heard_ms, whole(body.get("Timestamp")) if fix and kind[0] != "L" else None)
    if static is not None:
        builder.add_static(replace(static, time_ms=at_ms))
    if fix is not None:
        received_ms = heard_ms if now_ms is None else now_ms
        builder.add_fix(fix, time_ms=at_ms, received_ms=received_ms, counted=static is None)
    elif static is None:
        tally.ignored["empty_static"] += 1


def _heard_ms(meta: Mapping[str, Any], now_ms: int | None) -> int:
    """Return when the service says it received the message."""
    heard_ms = instant_ms(meta.get("time_utc"))
    if heard_ms is None:
        raise BadPayload("undated")
    if now_ms is not None and heard_ms - now_ms > MAX_AHEAD_MS:
        raise BadPayload("time_in_future")
    return heard_ms


def _get(of: Json, key: str) -> Json:
    return of.get(key) if isinstance(of, Mapping) else None


def _fix(kind: str, body: Mapping[str, Any], mmsi: int) -> Fix:
    def value(name: str) -> float:
        found = number(body.get(name))
        return math.nan if found is None else found

    long_range = kind == "LongRangeAisBroadcastMessage"
    status = whole(body.get("NavigationalStatus"))
    return Fix(
        mmsi=mmsi,
        lon=value("Longitude"),
        lat=value("Latitude"),
        sog_kn=value("Sog"),
        cog_deg=value("Cog"),
        heading_deg=value("TrueHeading"),
        nav_status=-1 if status is None or not 0 <= status <= 14 else status,
        precision_m=LONG_RANGE_PRECISION_M if long_range else 1.0,
    )


def _static(kind: str, body: Mapping[str, Any], mmsi: int) -> StaticReport | None:
    if kind == "StaticDataReport":
        # Type 24 comes in halves; the other half is filled with zeros and marked not valid.
        halves = (body.get("ReportA"), body.get("ReportB"))
        told = [half for half in halves if isinstance(half, dict) and half.get("Valid") is True]
        body = {key: value for half in told for key, value in half.items()}
    sides = body.get("Dimension")
    return static_report(
        mmsi=mmsi,
        imo=body.get("ImoNumber"),
        name=body.get("Name"),
        call_sign=body.get("CallSign"),
        ship_type=body.get("ShipType" if kind == "StaticDataReport" else "Type"),
        dimensions=(_get(sides, "A"), _get(sides, "B"), _get(sides, "C"), _get(sides, "D")),
        draught_m=body.get("MaximumStaticDraught"),
        destination=body.get("Destination"),
    )
