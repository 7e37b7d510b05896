"""The language in which a JSON-over-HTTP feed is described, and the descriptions that come with us.

A description is data: an address with named places to fill, where the rows lie in an answer and
where each value lies in a row, with its unit. `vendors/*.toml` hold those of known services; a
settings file may hold one of its own in the same words. Nothing here asks the network.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from monitor.domain.geo import METRES_PER_NM, distance_m
from monitor.errors import ConfigError

VENDORS = Path(__file__).parent / "vendors"
FIELDS = (
    "mmsi", "time", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "nav_status", "second",
    "received", "message_type", "imo", "name", "call_sign", "ship_type", "draught_m",
    "destination", "to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m",
)  # fmt: skip
"""Our names for what a feed may tell. `second` is the UTC second of the fix, where `time` is when
it was received; `received` is when the service had it."""
UNITS: Mapping[str, tuple[float, float]] = {
    "kn": (1, 1), "kn/10": (1, 10), "m/s": (3600, METRES_PER_NM), "km/h": (1000, METRES_PER_NM),
    "deg": (1, 1), "deg/10": (1, 10), "deg/600000": (1, 600_000), "rad": (180, math.pi),
    "m": (1, 1), "dm": (1, 10),
}  # fmt: skip
"""Unit -> what a value is multiplied with and divided by to come to knots, degrees or metres."""
MARGIN_DEG = 0.25
"""Widens the box of a port's areas, about 15 NM of latitude: a ship has to be seen outside to be
seen coming in, and ships have drifted 5-15.6 NM off Tartus for days before entering (January
2025, vesseltracker)."""
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
CURSOR = "cursor"
"""Filled while paging; null, or empty in an address, for the first page."""

Value: TypeAlias = str | int | float | list[Any] | None


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldAt(_Words):
    """Where one value lies in a row, and what it is measured in."""

    path: str
    """Dotted, as in `geometry.coordinates.0`."""
    unit: str | None = None
    """One of `UNITS`."""
    scale: float = 1.0
    """Multiplies the value, before `offset` is added."""
    offset: float = 0.0

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str | None) -> str | None:
        if unit is not None and unit not in UNITS:
            raise ValueError(f"{unit!r} is no unit{_near(unit, UNITS)}")
        return unit


FieldPath = Annotated[FieldAt, BeforeValidator(lambda v: {"path": v} if isinstance(v, str) else v)]


class Paging(_Words):
    """How the next page is asked for: `{cursor}` in the address or body takes what `next` gave."""

    next: str
    """Path to the cursor of the next page."""
    more: str = ""
    """Path to a boolean that says whether there is one; empty if a cursor says so by itself."""
    max_pages: int = Field(20, ge=1, le=1000)


class OAuth(_Words):
    """OAuth 2.0 client credentials; the token travels as `Authorization: Bearer`."""

    kind: Literal["oauth2"] = "oauth2"
    url: str
    client_id: str
    client_secret: str
    scope: str = ""


class Endpoint(_Words):
    """One address of a feed and how its answer is read."""

    url: str
    """With places to fill: `{username}`, `{west}`; what is filled in is URL-encoded, except where
    the name ends in `base`."""
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: dict[str, Any] | None = None
    """Sent as JSON. A text that is nothing but `{name}` becomes the value itself."""
    envelope: Literal["json", "ndjson"] = "json"
    """`ndjson`: one row a line."""
    items: str = ""
    """Dotted path to the list of rows, `1` for the second element of a list; empty if the answer
    is the list."""
    error: str = ""
    """Path to what is only there (or true) where the feed refused."""
    ok: str = ""
    """Path to what is false where the feed refused."""
    error_message: str = ""
    """Path to the feed's own words on it."""
    error_later: tuple[str, ...] = ()
    """Words in that message, in lower case, which mean "later" rather than "never"."""
    fields: dict[str, FieldPath]
    """Our names (see `FIELDS`) to where their values lie."""
    time_format: Literal["iso", "unix", "unix_ms"] = "iso"
    """How `time` and `received` are written; an ISO time without zone is UTC."""
    max_age_s: float = Field(3600.0, gt=0)
    """Rows older than this are dropped: lists of latest positions keep dead ships for years."""
    min_interval_s: float = Field(0.0, ge=0)
    """Asked no more often than this, restarts included."""
    limit_s: float = Field(0.0, ge=0)
    """The same by the service's own rules: `min_interval_s` does not go below."""
    paging: Paging | None = None

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, fields: dict[str, FieldAt]) -> dict[str, FieldAt]:
        for name in fields:
            if name not in FIELDS:
                raise ValueError(f"fields has {name!r}, which we do not know{_near(name, FIELDS)}")
        needed = [n for n in ("mmsi", "time") if n not in fields]
        needed += [n for n in ("lon", "lat") if n not in fields and {"lon", "lat"} & fields.keys()]
        if fields and needed:
            raise ValueError(f"fields misses {', '.join(needed)}")
        return fields

    @property
    def is_static_only(self) -> bool:
        """Whether it tells who ships are and not where."""
        return "lon" not in self.fields

    @property
    def interval_s(self) -> float:
        """Seconds between two questions."""
        return max(self.min_interval_s, self.limit_s)


class Preset(_Words):
    """A feed as a file in `vendors/` describes it."""

    title: str
    attribution: str = ""
    """Who wants to be named, and under what licence."""
    params: dict[str, str | float | int] = {}
    """Places to fill that a user may change, with what stands there otherwise."""
    limits: dict[str, float] = {}
    """Most that a place of the area may take, such as `radius_nm`."""
    secrets: dict[str, str] = {}
    """Places filled with a secret -> environment variable it is looked for in."""
    auth: OAuth | None = None
    endpoints: tuple[Endpoint, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A description with all its places filled, ready to be asked."""

    endpoints: tuple[Endpoint, ...]
    auth: OAuth | None = None
    attribution: str = ""
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)
    """What goes into the places."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Values that must reach no message."""


def preset_names() -> list[str]:
    """Return the names of the descriptions that come with this program, ordered."""
    return sorted(path.stem for path in VENDORS.glob("*.toml"))


def load_preset(name: str) -> Preset:
    """Return a description that comes with this program.

    Raises:
        ConfigError: There is none of that name; the nearest is named.
    """
    if name not in preset_names():
        raise ConfigError(f"preset {name!r} is not known{_near(name, preset_names())}")
    return Preset.model_validate(tomllib.loads((VENDORS / f"{name}.toml").read_text("utf-8")))


def area_values(bounds: tuple[float, float, float, float]) -> dict[str, Value]:
    """Return what an area puts into the places of an address.

    Args:
        bounds: (west, south, east, north) of the areas of interest, degrees.

    Returns:
        `west`, `south`, `east`, `north` of the box `MARGIN_DEG` wider; its centre `lon`, `lat`; the
        `radius_km` and `radius_nm` that reach its corners; and `polygon`, its GeoJSON rings.
    """
    west, south = max(bounds[0] - MARGIN_DEG, -180.0), max(bounds[1] - MARGIN_DEG, -90.0)
    east, north = min(bounds[2] + MARGIN_DEG, 180.0), min(bounds[3] + MARGIN_DEG, 90.0)
    lon, lat = (west + east) / 2, (south + north) / 2
    corners = (west, east, west, east), (south, south, north, north)
    reach_m = float(distance_m(lon, lat, *corners).max())
    sides = {"west": west, "south": south, "east": east, "north": north, "lon": lon, "lat": lat}
    values: dict[str, Value] = {name: round(value, 5) for name, value in sides.items()}
    values["radius_km"] = math.ceil(reach_m / 1000)
    values["radius_nm"] = math.ceil(reach_m / METRES_PER_NM)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    values["polygon"] = [[[round(x, 5), round(y, 5)] for x, y in ring]]
    return values


def feed_of(
    preset: Preset,
    *,
    what: str,
    params: Mapping[str, str | float | int],
    secrets: Mapping[str, str],
    bounds: tuple[float, float, float, float],
) -> Feed:
    """Fill the places of a description.

    Args:
        preset: The description.
        what: The feed's name, for messages.
        params: Set by the user; may replace the area's values too.
        secrets: Place -> secret.
        bounds: Of the areas of interest, (west, south, east, north) degrees.

    Raises:
        ConfigError: An unknown param, a place nothing fills, or an area too large for the feed.
    """
    area = area_values(bounds)
    wanted = places(preset)
    known = (preset.params.keys() | area.keys() | wanted) - secrets.keys() - {CURSOR}
    for name in params:
        if name not in known:
            raise ConfigError(f"source {what}: param {name!r} is not known{_near(name, known)}")
    for name, most in preset.limits.items():
        needed = area.get(name)
        if isinstance(needed, int | float) and needed > most and name not in params:
            raise ConfigError(
                f"source {what}: the area needs {name} = {needed:g} and this feed gives at most "
                f"{most:g}; set params = {{ {name} = {most:g} }} to be content with that"
            )
    values = {**area, **preset.params, **params, **secrets}
    unfilled = sorted(wanted - values.keys() - {CURSOR})
    if unfilled:
        raise ConfigError(
            f"source {what}: nothing fills {{{unfilled[0]}}}; give it in params or secret_env"
        )
    return Feed(
        endpoints=preset.endpoints,
        auth=preset.auth,
        attribution=preset.attribution,
        values=values,
        secrets=tuple(secrets.values()),
    )


def places(preset: Preset) -> set[str]:
    """Return the names of all places to fill."""
    texts: list[str] = list(preset.auth.model_dump().values()) if preset.auth else []
    found: set[str] = set()
    for endpoint in preset.endpoints:
        texts += [endpoint.url, *endpoint.headers.values()]
        # Text of a query language has braces of its own: only a text that is a place counts.
        found |= {name for text in _texts(endpoint.body) for name in _whole_place(text)}
    return found | {name for text in texts for name in _PLACE.findall(text)}


def fill_url(template: str, values: Mapping[str, Value]) -> str:
    """Return an address with its places filled, each URL-encoded unless its name ends in `base`."""

    def put(match: re.Match[str]) -> str:
        text = _text(values.get(match[1]))
        return text if match[1].endswith("base") else quote(text, safe="")

    return _PLACE.sub(put, template)


def fill_text(template: str, values: Mapping[str, Value]) -> str:
    """Return a text with the places we know filled, other braces left alone."""
    return _PLACE.sub(lambda m: _text(values[m[1]]) if m[1] in values else m[0], template)


def fill_body(template: Any, values: Mapping[str, Value]) -> Any:  # noqa: ANN401 - any JSON
    """Return a JSON value with its places filled; a text that is one place takes its value."""
    if isinstance(template, Mapping):
        return {key: fill_body(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [fill_body(value, values) for value in template]
    if not isinstance(template, str):
        return template
    alone = _whole_place(template)
    return values[alone[0]] if alone and alone[0] in values else fill_text(template, values)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def _whole_place(text: str) -> list[str]:
    match = _PLACE.fullmatch(text)
    return [match[1]] if match else []


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"
