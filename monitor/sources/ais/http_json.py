"""Feeds that answer one HTTP request with a JSON list of latest positions, described by settings.

AISHub, Digitraffic, BarentsWatch and the commercial services differ in the names of their fields
and little else. The address may hold a key, so it is never named; the feed's own name is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

from monitor.domain.tally import Tally
from monitor.domain.vessel import mmsi_is_ship
from monitor.domain.window import TimeWindow, from_ms, to_ms
from monitor.errors import ConfigError, SourceRefused, SourceUnavailable
from monitor.sources.ais.batch import BatchBuilder, Fix
from monitor.sources.ais.clean import instant_ms, number, plausible_ms, static_report, whole
from monitor.sources.base import AisBatch

TimeFormat = Literal["iso", "unix", "unix_ms"]
FIELDS = frozenset(
    {
        "mmsi", "time", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "nav_status",
        "imo", "name", "call_sign", "ship_type", "draught_m", "destination",
    }
)  # fmt: skip
"""Our names for what a feed may tell; the first four are required."""
REQUIRED = ("mmsi", "time", "lon", "lat")
MAX_AHEAD = timedelta(minutes=10)
"""How far a feed's clock may be ahead of ours before its rows are refused."""
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
Json: TypeAlias = Any
"""Whatever a stranger's JSON held."""


class HasAnswer(Protocol):
    """What a server said."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def content(self) -> bytes:
        """Body, decoded from any content encoding."""


class GetsUrl(Protocol):
    """The power to ask for an address, as `HttpClient.get` has it."""

    def __call__(self, url: str, *, headers: Mapping[str, str]) -> HasAnswer:
        """Return the answer, whatever its status.

        Raises:
            SourceUnavailable: There was none.
        """


class HttpJsonPositions:
    """Asks one address for the latest position of every ship.

    Such a feed knows only the present: each fetch asks once, whatever its window, and dates the
    receipt at the window's last millisecond. Asking again later gives later positions.
    """

    def __init__(
        self,
        name: str,
        *,
        get: GetsUrl,
        url: str,
        items: str,
        fields: Mapping[str, str],
        time_format: TimeFormat = "iso",
        headers: Mapping[str, str] = _NO_HEADERS,
        max_age: timedelta = timedelta(hours=1),
    ) -> None:
        """Describe a feed.

        Args:
            name: Source name, for rows, counts and messages.
            get: Fetches an address.
            url: The address; may hold a key.
            items: Dotted path to the list of ships: `features`, `data.vessels`, `1` for the second
                element of a list, empty where the answer is the list.
            fields: Our names (see `FIELDS`) to dotted paths within one ship, as in
                `geometry.coordinates.0`.
            time_format: How the feed writes `time`.
            headers: Sent with the request; may hold a key.
            max_age: Positions older than this at the window's end are dropped: lists of "latest"
                positions keep ships not heard for years.

        Raises:
            ConfigError: A required field has no path, or a field is not one of ours.
        """
        missing = [field for field in REQUIRED if field not in fields]
        unknown = sorted(fields.keys() - FIELDS)
        if missing or unknown:
            wrong = f"misses {', '.join(missing)}" if missing else f"has {', '.join(unknown)}"
            raise ConfigError(
                f"source {name}: fields {wrong}; known are {', '.join(sorted(FIELDS))}"
            )
        self.name = name
        self._get = get
        self._url = url
        self._items = items
        self._fields = dict(fields)
        self._time_format = time_format
        self._headers = dict(headers)
        self._max_age = max_age

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[AisBatch]:
        """Ask once and yield what came.

        Raises:
            SourceUnavailable: No answer, an empty one, or one that is not the list described.
            SourceRefused: The feed wants other credentials or another address.
        """
        ships = self._ships()
        builder = BatchBuilder(source=self.name, tally=tally)
        for ship in ships:
            tally.read += 1
            self._take(ship, builder, tally, to_ms(window.end))
            if builder.is_full():
                yield builder.take()
        yield builder.take()

    def _ships(self) -> list[Json]:
        answer = self._get(self._url, headers=self._headers)
        status = answer.status
        if status == 429 or status == 408 or status >= 500 or 300 <= status < 400:
            raise SourceUnavailable(f"{self.name} answered with status {status}")
        if status >= 400:
            raise SourceRefused(
                f"{self.name} answered with status {status}; check its key and address"
            )
        if not answer.content.strip():
            # AISHub says "too soon" this way; it does not mean that there are no ships.
            raise SourceUnavailable(f"{self.name} sent an empty answer")
        try:
            document = json.loads(answer.content)
        except (ValueError, RecursionError):
            raise SourceUnavailable(f"{self.name} did not send JSON") from None
        ships = _at(document, self._items)
        if not isinstance(ships, list):
            where = f"at {self._items!r}" if self._items else "at the top"
            raise SourceUnavailable(f"{self.name} sent JSON without a list {where}")
        return ships

    def _take(self, ship: Json, builder: BatchBuilder, tally: Tally, now_ms: int) -> None:
        def field(name: str) -> Json:
            path = self._fields.get(name)
            return None if path is None else _at(ship, path)

        mmsi, time_ms = whole(field("mmsi")), self._instant(field("time"))
        if mmsi is None:
            tally.reject("no_mmsi", field("mmsi"))
        elif not mmsi_is_ship(mmsi):
            tally.ignored["not_a_ship"] += 1
        elif time_ms is None:
            tally.reject("undated", f"mmsi {mmsi}")
        elif time_ms < now_ms - self._max_age // timedelta(milliseconds=1):
            tally.ignored["stale"] += 1
        elif time_ms > now_ms + MAX_AHEAD // timedelta(milliseconds=1):
            tally.reject("time_in_future", f"mmsi {mmsi} {from_ms(time_ms)}")
        else:
            self._keep(field, builder, mmsi, time_ms, received_ms=now_ms - 1)

    @staticmethod
    def _keep(
        field: Callable[[str], Json],
        builder: BatchBuilder,
        mmsi: int,
        time_ms: int,
        *,
        received_ms: int,
    ) -> None:
        def value(name: str) -> float:
            found = number(field(name))
            return math.nan if found is None else found

        status = whole(field("nav_status"))
        fix = Fix(
            mmsi=mmsi,
            lon=value("lon"),
            lat=value("lat"),
            sog_kn=value("sog_kn"),
            cog_deg=value("cog_deg"),
            heading_deg=value("heading_deg"),
            nav_status=status if status is not None and 0 <= status <= 14 else -1,
        )
        static = static_report(
            mmsi=mmsi,
            time_ms=time_ms,
            imo=field("imo"),
            name=field("name"),
            call_sign=field("call_sign"),
            ship_type=field("ship_type"),
            draught_m=field("draught_m"),
            destination=field("destination"),
        )
        if static is not None:
            builder.add_static(static)
        builder.add_fix(fix, time_ms=time_ms, received_ms=received_ms, counted=static is None)

    def _instant(self, value: Json) -> int | None:
        if self._time_format == "iso":
            return instant_ms(value)
        seconds = number(value)
        if seconds is None or abs(seconds) > 1e15:
            return None
        return plausible_ms(round(seconds * 1000 if self._time_format == "unix" else seconds))


def _at(of: Json, path: str) -> Json:
    """Follow a dotted path through objects and lists; None where it leads nowhere."""
    for step in path.split(".") if path else ():
        if isinstance(of, Mapping):
            of = of.get(step)
        elif isinstance(of, list) and step.isdecimal() and int(step) < len(of):
            of = of[int(step)]
        else:
            return None
    return of
