"""Which look at the ground an item is of, and which processing of it: read off its properties and
names, so that two tiles, two processings or two catalogs of one look can be told to be one.

Catalogs name the same pass differently: with the processing baseline at its end
(`GS2B_20250731T131909_043879_N05.11`), as a decimal number (`491390`) or hexadecimal in a product
name (`…_077F7E`), or only in the product name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.domain.window import parse_utc

Json = Mapping[str, Any]

_S2_DATATAKE = re.compile(r"G(S2[A-Z])_(\d{8}T\d{6})_\d{6}_N\d\d\.\d\d")
_S2_PRODUCT = re.compile(
    r"(S2[A-Z])_MSIL\d[A-Z]_(\d{8}T\d{6})(?:_N(\d{4}))?_R(\d{3})_T\d{2}[A-Z]{3}_"
)
_S1_PRODUCT = re.compile(
    r"(S1[A-Z])_[A-Z0-9]{2}_[A-Z]{3}[HMF_]_\d[A-Z]{3}_\d{8}T\d{6}_\d{8}T\d{6}_\d{6}_([0-9A-F]{6})"
)
_VERSION = re.compile(r"0*(\d{1,4})(?:\.(\d{1,4}))?")
_PROCESSED = (
    "processing:datetime",
    "s2:generation_time",
    "s1:processing_datetime",
    "updated",
    "created",
)
_UPDATED_LATER_S = 86_400
"""An item changed more than a day after it was made was revised; within it, it was completed."""


def datatake_of(item: Json) -> str:
    """Return what names the look an item is of, empty where neither it nor its name says.

    The same text for every tile and every processing of a pass: `S2B_20250731T131909`,
    `S1A_077F7E`. The tiles and slices of one pass share it.
    """
    properties = item["properties"]
    for key in ("s2:datatake_id", "eopf:datatake_id"):
        match = _S2_DATATAKE.fullmatch(str(properties.get(key)))
        if match:
            return f"{match[1]}_{match[2]}"
    for name in _names(item):
        if match := _S2_PRODUCT.match(name):
            return f"{match[1]}_{match[2]}"
        if match := _S1_PRODUCT.match(name):
            return f"{match[1]}_{match[2]}"
    number, platform = str(properties.get("s1:datatake_id")), str(properties.get("platform"))
    if re.fullmatch(r"[0-9]{1,8}", number) and re.fullmatch(r"(?i)sentinel-1[a-z]", platform):
        return f"S1{platform[-1].upper()}_{int(number):06X}"
    return ""


def orbit_in_name(item: Json) -> int | None:
    """Return the relative orbit a Sentinel-2 product's name holds (`_R095_`), or None."""
    for name in _names(item):
        if match := _S2_PRODUCT.match(name):
            return int(match[4]) or None
    return None


def baseline_of(item: Json) -> tuple[int, int] | None:
    """Return the processing baseline, such as (5, 11), by either vocabulary or the name."""
    properties = item["properties"]
    for key in ("s2:processing_baseline", "processing:version"):
        match = _VERSION.fullmatch(str(properties.get(key, "")))
        if match:
            return int(match[1]), int(match[2] or 0)
    for name in _names(item):
        match = _S2_PRODUCT.match(name)
        if match and match[3]:
            return int(match[3][:2]), int(match[3][2:])
    return None


def revision_of(item: Json) -> str:
    """Return text by which processings of one look are ordered: baseline, then when it was made.

    A later run with an older processor does not take the place of a newer one's work.
    """
    baseline = baseline_of(item) or (0, 0)
    properties = item["properties"]
    made = next((at for key in _PROCESSED if (at := _instant(properties.get(key)))), None)
    when = f"{made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if made else ""
    sequence = str(properties.get("s2:sequence", ""))
    number = int(sequence) if re.fullmatch(r"[0-9]{1,3}", sequence) else 0
    return f"{baseline[0]:04d}.{baseline[1]:04d} {number:03d} {when}".rstrip()


def updated_mark(item: Json) -> str:
    """Return `@20250802T101500Z` for an item that was changed after it was published, else nothing.

    Some catalogs put new pixels under an old id; with this beside the id both are facts, and the
    newer takes the place of the older as any other processing does.
    """
    properties = item["properties"]
    created, updated = _instant(properties.get("created")), _instant(properties.get("updated"))
    if created and updated and (updated - created).total_seconds() > _UPDATED_LATER_S:
        return f"@{updated.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return ""


def _names(item: Json) -> tuple[str, ...]:
    properties = item["properties"]
    keys = ("s2:product_uri", "s1:product_identifier")
    return (str(item.get("id")), *(str(properties.get(key)) for key in keys))


def _instant(value: object) -> datetime | None:
    try:
        return parse_utc(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
