"""Global Fishing Watch, API v3: port visits, gaps, loitering, encounters and radar detections.

A second opinion for non-commercial use: events come at least three days late, radar detections
about five, and both are worked anew for weeks under other ids. Each data set may be refused or
fail by itself; the others are kept. Source: globalfishingwatch.org/our-apis/documentation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from monitor.domain.outside_event import OutsideEvent, OutsideKind
from monitor.domain.tally import Tally
from monitor.domain.vessel import WatchedVessel, WatchList, mmsi_is_ship
from monitor.domain.window import TimeWindow, from_ms
from monitor.errors import MonitorError, SourceRefused, SourceUnavailable
from monitor.sources.ais.clean import clean_text, instant_ms, number, whole
from monitor.sources.web import AsksWeb, Json, at, json_of, raise_for_status

BASE = "https://gateway.api.globalfishingwatch.org/v3"
DATASETS: Mapping[OutsideKind, str] = {
    OutsideKind.PORT_VISIT: "public-global-port-visits-events:latest",
    OutsideKind.GAP: "public-global-gaps-events:latest",
    OutsideKind.LOITERING: "public-global-loitering-events:latest",
    OutsideKind.ENCOUNTER: "public-global-encounters-events:latest",
}
SAR = "public-global-sar-presence:latest"
IDENTITY = "public-global-vessel-identity:latest"
PAGE = 500
"""Events asked for at once."""
MAX_PAGES = 20
"""Pages read of one question; what is left is counted."""
VESSELS_AT_ONCE = 50
"""Their ids named in one question, so that no question grows without bound."""
MARGIN_DEG = 0.05
"""Widens the box of the areas beyond the 4 km at which a port visit ends for them."""
_HOUR = timedelta(hours=1)
_DETAIL: Mapping[OutsideKind, Mapping[str, tuple[str, ...]]] = {
    OutsideKind.PORT_VISIT: {
        "port": ("port_visit", "startAnchorage", "name"),
        "duration_h": ("port_visit", "durationHrs"),
        "at_dock": ("port_visit", "startAnchorage", "atDock"),
    },
    OutsideKind.GAP: {
        "distance_km": ("gap", "distanceKm"),
        "duration_h": ("gap", "durationHours"),
        "implied_speed_kn": ("gap", "impliedSpeedKnots"),
        "intentional_by_their_rule": ("gap", "intentionalDisabling"),
    },
    OutsideKind.LOITERING: {
        "duration_h": ("loitering", "totalTimeHours"),
        "mean_speed_kn": ("loitering", "averageSpeedKnots"),
    },
    OutsideKind.ENCOUNTER: {
        "with_mmsi": ("encounter", "vessel", "ssvid"),
        "with_name": ("encounter", "vessel", "name"),
        "distance_km": ("encounter", "medianDistanceKilometers"),
        "speed_kn": ("encounter", "medianSpeedKnots"),
    },
    OutsideKind.DARK_DETECTION: {"detections": ("detections",)},
}
_ANCHORAGES = ("startAnchorage", "intermediateAnchorage", "endAnchorage")


class GlobalFishingWatch:
    """Asks what Global Fishing Watch says of the watched ships and of the port's surroundings."""

    def __init__(
        self,
        name: str,
        *,
        ask: AsksWeb,
        token: str,
        bounds: tuple[float, float, float, float],
        watch: WatchList,
        lookback: timedelta = timedelta(days=60),
        base: str = BASE,
    ) -> None:
        """Describe the questions.

        Args:
            name: Source name, for events, counts and messages.
            ask: Asks an address.
            token: API token; travels as a header.
            bounds: (west, south, east, north) of the areas, degrees.
            watch: Ships whose events are wanted wherever they are.
            lookback: How far back is asked each time; at most a year, as its reports are.
            base: Address of the API.
        """
        self.name = name
        self.lookback = lookback
        self._ask, self._token, self._base, self._watch = ask, token, base.rstrip("/"), watch
        west, south = bounds[0] - MARGIN_DEG, bounds[1] - MARGIN_DEG
        east, north = bounds[2] + MARGIN_DEG, bounds[3] + MARGIN_DEG
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        self._area = {
            "type": "Polygon",
            "coordinates": [[[round(x, 5), round(y, 5)] for x, y in ring]],
        }

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[OutsideEvent]:
        """Yield what is said of the days up to the window's end, each event once, by start.

        The window's start does not matter: what is said of the past changes.

        Raises:
            SourceUnavailable: No question was answered; worth trying later.
            SourceRefused: The token is not taken, or every data set is refused.
        """
        asking = _Asking(self.name, self._ask, self._token, self._base, window.end, tally)
        since = window.end - self.lookback
        days = since.date().isoformat(), (window.end + timedelta(days=1)).date().isoformat()
        ships = self._ships(asking)
        events: dict[str, OutsideEvent] = {}
        for event in (*self._events(asking, ships, days), *self._dark(asking, days)):
            if event.key in events:
                tally.accepted -= 1
                tally.ignored["repeat"] += 1
            events[event.key] = event
        asking.raise_if_nothing_answered()
        yield from sorted(events.values(), key=lambda e: (e.start, e.key))

    def _ships(self, asking: _Asking) -> dict[str, WatchedVessel]:
        """Return their ids of the ships on the watch list; a ship has one for each MMSI."""
        found: dict[str, WatchedVessel] = {}
        for vessel in self._watch.vessels:
            wanted = {vessel.imo} if vessel.imo else {c.mmsi for c in vessel.claims}
            for number_ in sorted(wanted):
                query = {"query": str(number_), "datasets[0]": IDENTITY, "limit": "20"}
                body = asking.get("identity", "/vessels/search", query)
                for entry in _list(body, "entries"):
                    found |= dict.fromkeys(_ids(entry, vessel), vessel)
        return found

    def _events(
        self, asking: _Asking, ships: Mapping[str, WatchedVessel], days: tuple[str, str]
    ) -> Iterator[OutsideEvent]:
        ids = sorted(ships)
        groups = [ids[i : i + VESSELS_AT_ONCE] for i in range(0, len(ids), VESSELS_AT_ONCE)]
        scopes: list[dict[str, Json]] = [{"geometry": self._area}]
        scopes += [{"vessels": group} for group in groups]
        for kind, dataset in DATASETS.items():
            about = {"datasets": [dataset], "startDate": days[0], "endDate": days[1]}
            for scope in scopes:
                for entry in _pages(asking, kind.value, {**about, **scope}):
                    event = _event(entry, kind, ships, asking)
                    if event is not None:
                        yield event

    def _dark(self, asking: _Asking, days: tuple[str, str]) -> Iterator[OutsideEvent]:
        """Yield radar detections that have no AIS position near them in place and time."""
        query = {
            "datasets[0]": SAR, "filters[0]": "matched='false'", "date-range": ",".join(days),
            "spatial-resolution": "HIGH", "temporal-resolution": "HOURLY", "format": "JSON",
        }  # fmt: skip
        kind = OutsideKind.DARK_DETECTION
        body = asking.post(kind.value, "/4wings/report", query, {"geojson": self._area})
        for entry in _list(body, "entries"):
            for rows in entry.values() if isinstance(entry, Mapping) else ():
                for row in rows if isinstance(rows, list) else ():
                    event = _detection(row, asking)
                    if event is not None:
                        yield event


class _Asking:
    """One round of questions. A data set that failed once is left alone for the rest of it."""

    def __init__(
        self, name: str, ask: AsksWeb, token: str, base: str, now: datetime, tally: Tally
    ) -> None:
        self.name, self.now, self.tally = name, now, tally
        self._ask, self._token, self._base = ask, token, base
        self._failed: dict[str, MonitorError] = {}
        self._answered = False
        self._enough = False

    def get(self, what: str, path: str, query: Mapping[str, str]) -> Json:
        """Return the answer to a GET; None if there was none."""
        return self._question(what, path, query, None)

    def post(self, what: str, path: str, query: Mapping[str, str], body: Json) -> Json:
        """Return the answer to a POST; None if there was none."""
        return self._question(what, path, query, json.dumps(body).encode())

    def raise_if_nothing_answered(self) -> None:
        """Raise the first failure of data, unless some data came.

        Raises:
            SourceUnavailable, SourceRefused: As the first question ended.
        """
        # Who the ships are is no data: its failure counts where no other question was put.
        failed = sorted(self._failed.items(), key=lambda item: item[0] == "identity")
        if failed and not self._answered:
            raise failed[0][1]

    def _question(
        self, what: str, path: str, query: Mapping[str, str], content: bytes | None
    ) -> Json:
        if self._enough or what in self._failed:
            return None
        try:
            body = self._send(path, query, content)
        except (SourceUnavailable, SourceRefused) as exc:
            self.tally.read += 1
            refused = "refused" if isinstance(exc, SourceRefused) else "unavailable"
            self.tally.reject(f"{what}_{refused}", exc)
            self._failed[what] = exc
            return None
        self._answered = self._answered or what != "identity"
        return body

    def _send(self, path: str, query: Mapping[str, str], content: bytes | None) -> Json:
        answer = self._ask(
            f"{self._base}{path}?{urlencode(query)}",
            method="GET" if content is None else "POST",
            headers={
                "authorization": f"Bearer {self._token}",
                "accept": "application/json",
                **({} if content is None else {"content-type": "application/json"}),
            },
            content=content,
        )
        # A token refused or a quota used up ends the round: every other question would end so.
        self._enough = answer.status in (401, 429)
        raise_for_status(self.name, answer, now=self.now, secrets=(self._token,))
        return json_of(self.name, answer.content)


def _pages(asking: _Asking, what: str, question: Json) -> Iterator[Json]:
    offset = 0
    for _ in range(MAX_PAGES):
        query = {"limit": str(PAGE), "offset": str(offset)}
        body = asking.post(what, "/events", query, question)
        yield from _list(body, "entries")
        following = whole(at(body, ("nextOffset",)))
        if following is None or following <= offset:
            return
        offset = following
    asking.tally.read += 1
    asking.tally.reject("pages_left_unread", f"{what}: more than {MAX_PAGES} pages")


def _list(body: Json, key: str) -> Sequence[Json]:
    found = at(body, (key,))
    return found if isinstance(found, list) else ()


def _ids(entry: Json, vessel: WatchedVessel) -> Iterator[str]:
    """Yield the ids of an answer that are this ship's: a search is free in what it finds."""
    own = {claim.mmsi for claim in vessel.claims}
    for said in _list(entry, "selfReportedInfo"):
        imo, mmsi, gfw_id = (
            whole(at(said, ("imo",))),
            whole(at(said, ("ssvid",))),
            at(said, ("id",)),
        )
        same = imo == vessel.imo if imo and vessel.imo else mmsi in own
        if same and isinstance(gfw_id, str) and 0 < len(gfw_id) <= 64:
            yield gfw_id


def _event(
    entry: Json, kind: OutsideKind, ships: Mapping[str, WatchedVessel], asking: _Asking
) -> OutsideEvent | None:
    asking.tally.read += 1
    mmsi = whole(at(entry, ("vessel", "ssvid")))
    start_ms, end_ms = instant_ms(at(entry, ("start",))), instant_ms(at(entry, ("end",)))
    place, lon, lat = _place(entry, kind)
    if start_ms is None or lon is None or lat is None or mmsi is None:
        asking.tally.reject(f"{kind.value}_incomplete", at(entry, ("id",)))
        return None
    asking.tally.accepted += 1
    gfw_id = at(entry, ("vessel", "id"))
    watched = ships.get(gfw_id) if isinstance(gfw_id, str) else None
    level = whole(at(entry, ("port_visit", "confidence")))
    return OutsideEvent(
        source=asking.name,
        kind=kind,
        mmsi=mmsi if mmsi_is_ship(mmsi) else None,
        imo=watched.imo if watched else None,
        name=clean_text(at(entry, ("vessel", "name"))),
        start=from_ms(start_ms),
        end=from_ms(end_ms) if end_ms is not None and end_ms >= start_ms else None,
        lon=lon,
        lat=lat,
        place=place,
        confidence=level if level is not None and 1 <= level <= 4 else None,
        learned_at=asking.now,
        detail=_detail(entry, kind),
    )


def _place(entry: Json, kind: OutsideKind) -> tuple[str, float | None, float | None]:
    """Return (their id of the place or its rounded position, lon, lat)."""
    block: Json = at(entry, ("position",))
    place = ""
    if kind is OutsideKind.PORT_VISIT:
        stops = (at(entry, ("port_visit", stop)) for stop in _ANCHORAGES)
        anchorage = next((stop for stop in stops if isinstance(stop, Mapping)), None)
        place = clean_text(at(anchorage, ("id",)))
        block = anchorage if _point(anchorage)[0] is not None else block
    lon, lat = _point(block)
    return place or (f"{lat:.2f},{lon:.2f}" if lat is not None else ""), lon, lat


def _point(block: Json) -> tuple[float | None, float | None]:
    lon, lat = number(at(block, ("lon",))), number(at(block, ("lat",)))
    if lon is None or lat is None or not (abs(lon) <= 180 and abs(lat) <= 90):
        return None, None
    return lon, lat


def _detection(row: Json, asking: _Asking) -> OutsideEvent | None:
    asking.tally.read += 1
    lon, lat = _point(row)
    start_ms = instant_ms(at(row, ("date",)))
    if lon is None or lat is None or start_ms is None:
        asking.tally.reject("dark_detection_incomplete", at(row, ("date",)))
        return None
    if whole(at(row, ("mmsi",))):
        asking.tally.ignored["detection_with_ais"] += 1
        return None
    asking.tally.accepted += 1
    start = from_ms(start_ms)
    return OutsideEvent(
        source=asking.name, kind=OutsideKind.DARK_DETECTION, mmsi=None, imo=None, name="",
        start=start, end=start + _HOUR, lon=lon, lat=lat, place=f"{lat:.2f},{lon:.2f}",
        confidence=None, learned_at=asking.now, detail=_detail(row, OutsideKind.DARK_DETECTION),
    )  # fmt: skip


def _detail(entry: Json, kind: OutsideKind) -> tuple[tuple[str, str], ...]:
    told = []
    for name, path in sorted(_DETAIL[kind].items()):
        value = at(entry, path)
        measured = number(value)
        if isinstance(value, bool):
            told.append((name, str(value).lower()))
        elif measured is not None:
            told.append((name, f"{measured:.12g}"))
        elif clean_text(value):
            told.append((name, clean_text(value)))
    return tuple(told)
