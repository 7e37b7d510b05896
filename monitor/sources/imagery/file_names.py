"""When, by what and in which band a raster was taken, read off its file name as the archives write
them, and failing that off its tags. Nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.errors import BadScene

_TAGS = ("ACQUISITION_DATETIME", "ACQUISITIONDATETIME", "DATETIME", "TIFFTAG_DATETIME")
"""The last is often when the file was written; it serves where nothing else is said."""
_TAG_TIME = re.compile(r"(\d{4})[:-]?(\d{2})[:-]?(\d{2})(?:[T ](\d{2}:?\d{2}:?\d{2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How one archive names its files."""

    sensor: str
    names: re.Pattern[str]
    """Groups: `day`, `time` (may be missing), `band` (may be missing), `look` (what the files of
    one scene share)."""
    platform: str = ""
    """With {unit} for a group of that name."""


_DAY = r"(?P<day>\d{4}-?\d{2}-?\d{2})"
_TIME = r"(?P<time>\d{2}:?\d{2}:?\d{2})"
PATTERNS = (
    Pattern(
        sensor="sentinel-1",
        platform="sentinel-1{unit}",
        names=re.compile(
            rf"(?P<look>s1(?P<unit>[a-z])-\w+-grd-)(?P<band>vv|vh)-{_DAY}t{_TIME}-.*", re.I
        ),
    ),
    Pattern(
        sensor="sentinel-1",
        platform="sentinel-1{unit}",
        names=re.compile(
            rf"(?P<look>S1(?P<unit>[A-Z])_[A-Z0-9]{{2}}_GRD._\w{{4}}_{_DAY}T{_TIME}_\w+?)"
            r"(?:[_-](?P<band>vv|vh))?(?:[_-]?rtc)?",
            re.I,
        ),
    ),
    Pattern(
        sensor="sentinel-2",
        platform="sentinel-2",
        names=re.compile(
            rf"(?P<look>T\d{{2}}[A-Z]{{3}}_{_DAY}T{_TIME})_(?P<band>B\w\w|SCL)(?:_\d\dm)?", re.I
        ),
    ),
    Pattern(
        sensor="sentinel-2",
        platform="sentinel-2{unit}",
        names=re.compile(
            rf"(?P<look>S2(?P<unit>[A-Z])_MSIL\d[AC]_{_DAY}T{_TIME}_\w+?)"
            r"(?:_(?P<band>B\d[\dA]|SCL))?(?:_\d\dm)?",
            re.I,
        ),
    ),
    Pattern(
        sensor="planetscope",
        platform="planetscope",
        names=re.compile(
            rf"(?P<look>{_DAY}_{_TIME}(?:_\d\d)?_\w{{4}})_3B_(?:AnalyticMS|ortho_analytic).*", re.I
        ),
    ),
    Pattern(
        sensor="landsat",
        platform="landsat-{unit}",
        names=re.compile(
            rf"(?P<look>L[CO]0(?P<unit>\d)_\w{{4}}_\d{{6}}_{_DAY}_\d{{8}}_\d\d_\w\d)"
            r"_(?:SR_)?(?P<band>B\d+)",
            re.I,
        ),
    ),
)
"""Tried in turn on the name without its ending; the first that fits wholly is taken."""
_ANY_TIME = re.compile(rf"(?<!\d){_DAY}(?:[T_-]{_TIME})?(?!\d)", re.I)
_ANY_BAND = re.compile(
    r"(?:^|[_.\s-])(VV|VH|B0?2|B0?3|B0?4|B0?8|B11|SCL|blue|green|red|nir)(?=$|[_.\s(-])", re.I
)
_ANY_SENSOR = re.compile(r"sentinel[-_ ]?([12])", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a name says."""

    look: str
    """What the files of one scene share."""
    at: datetime
    sensor: str
    platform: str
    band: str
    """As spelled; empty where the name tells of none."""


def named_by(stem: str, tags: Mapping[str, str], *, sensor: str = "") -> Named:
    """Return what a file's name without its ending says, with its tags to fall back on.

    Args:
        stem: The name.
        tags: Tags of the file, names in capitals.
        sensor: Taken where the name tells of none.

    Raises:
        BadScene: `undated`, with what would help.
    """
    for pattern in PATTERNS:
        if match := pattern.names.fullmatch(stem):
            groups = match.groupdict()
            at = _instant(groups["day"], groups.get("time"))
            return Named(
                look=f"{groups['look'].strip('_-')}_{at:%Y%m%dT%H%M%S}",
                at=at,
                sensor=pattern.sensor,
                platform=pattern.platform.format(unit=(groups.get("unit") or "").lower()),
                band=groups.get("band") or "",
            )
    known, band = _ANY_SENSOR.search(stem), _ANY_BAND.search(stem)
    sensor = f"sentinel-{known[1]}" if known else sensor or "unknown"
    look = stem if band is None else stem[: band.start(1)] + stem[band.end(1) :]
    return Named(
        look=look.strip("_- "),
        at=_dated(stem, tags),
        sensor=sensor,
        platform=sensor,
        band=band[1] if band else "",
    )


def _dated(stem: str, tags: Mapping[str, str]) -> datetime:
    if match := _ANY_TIME.search(stem):
        return _instant(match["day"], match["time"])
    for tag in _TAGS:
        if match := _TAG_TIME.match(tags.get(tag, "")):
            return _instant(match[1] + match[2] + match[3], match[4])
    raise BadScene(
        "undated",
        "when it was taken is not in its name; add the day, such as 2025-01-10 or 20250110T082331",
    )


def _instant(day: str, clock: str | None) -> datetime:
    """Return an instant in UTC; noon of a day whose hour is not known."""
    text = day.replace("-", "") + (clock or "12:00:00").replace(":", "")
    try:
        at = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as exc:
        raise BadScene("undated", f"{day} {clock or ''} is no date") from exc
    if not 1970 <= at.year < 2200:
        raise BadScene("undated", f"{day} is no date of a satellite picture")
    return at
