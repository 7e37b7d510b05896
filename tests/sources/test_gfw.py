"""Global Fishing Watch, spoken by a server on 127.0.0.1."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.domain.outside_event import OutsideEvent, OutsideKind
from monitor.domain.tally import Tally
from monitor.domain.vessel import MmsiClaim, WatchedVessel, WatchList
from monitor.domain.window import TimeWindow, parse_utc
from monitor.errors import MonitorError, SourceRefused, SourceUnavailable
from monitor.http_client import HttpClient
from monitor.sources import gfw
from monitor.sources.base import PollsEvents
from monitor.sources.gfw import DATASETS, GlobalFishingWatch
from tests.conftest import shared

NOW = datetime(2025, 2, 1, 6, tzinfo=UTC)
TOKEN = "t0ken-of-ours"
WATCH = WatchList(
    (
        WatchedVessel(name="FRIO FORWIN", imo=9076260, claims=(MmsiClaim(mmsi=273379740),)),
        WatchedVessel(name="NO IMO", imo=None, claims=(MmsiClaim(mmsi=273000001),)),
    )
)
ANCHORAGE = {"id": "syr-tartus", "name": "TARTUS", "lat": 34.9056, "lon": "35.8444", "atDock": True}


def an_event(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return an entry of /events as the API writes it, numbers as texts and all."""
    return {
        "id": "3ca9b73aee21", "type": "port_visit", "start": "2025-01-21T17:35:00.000Z",
        "end": "2025-01-25T03:00:00.000Z", "position": {"lat": 34.9, "lon": 35.83},
        "vessel": {"id": "g1", "ssvid": "273394890", "name": "SPARTA II@@"},
        "port_visit": {"confidence": "4", "durationHrs": "81.4166", "startAnchorage": ANCHORAGE},
        **changes,
    }  # fmt: skip


class Service:
    """Answers as the API does; tests change what it says."""

    def __init__(self, server: HTTPServer) -> None:
        self.events: dict[str, Any] = {dataset: [] for dataset in DATASETS.values()}
        self.vessels: list[Any] = []
        self.detections: Any = []
        self.faults: dict[str, tuple[int, str]] = {}
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        server.expect_request("/v3/vessels/search").respond_with_handler(self._search)
        server.expect_request("/v3/events", method="POST").respond_with_handler(self._events)
        server.expect_request("/v3/4wings/report", method="POST").respond_with_handler(self._sar)

    def _say(self, what: str, request: Request, body: object) -> Response:
        sent = request.get_json() if request.method == "POST" else None
        self.asked.append((what, request.args.to_dict(), sent))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Response("<html>no</html>", status=401)
        if what in self.faults:
            status, text = self.faults[what]
            return Response(text, status=status)
        return Response(json.dumps(body), content_type="application/json")

    def _search(self, request: Request) -> Response:
        return self._say("identity", request, {"entries": self.vessels, "total": 1})

    def _events(self, request: Request) -> Response:
        (dataset,) = request.get_json()["datasets"]
        found = self.events[dataset] if "geometry" in request.get_json() else []
        limit, offset = int(request.args["limit"]), int(request.args["offset"])
        more = offset + limit < len(found)
        page = {"entries": found[offset : offset + limit], "total": len(found), "limit": limit,
                "offset": offset, "nextOffset": offset + limit if more else None}  # fmt: skip
        return self._say(dataset, request, page)

    def _sar(self, request: Request) -> Response:
        body = {"total": 1, "entries": [{"public-global-sar-presence:v4.0": self.detections}]}
        return self._say("sar", request, body)


@pytest.fixture
def service(httpserver: HTTPServer) -> Service:
    """Run the service."""
    return Service(httpserver)


@pytest.fixture
def fetch(service: Service, httpserver: HTTPServer) -> Iterator[Callable[..., Any]]:
    """Return a function that asks and returns (events, tally)."""
    with HttpClient(user_agent="tests") as client:

        def asking(token: str = TOKEN) -> tuple[list[OutsideEvent], Tally]:
            tally = Tally()
            source: PollsEvents = GlobalFishingWatch(
                "gfw", ask=client.ask, token=token, bounds=(35.7, 34.8, 35.9, 35.0), watch=WATCH,
                lookback=timedelta(days=60), base=httpserver.url_for("/v3/"),
            )  # fmt: skip
            window = TimeWindow(start=NOW - timedelta(days=1), end=NOW)
            return list(source.fetch(window, tally)), tally

        yield asking


def test_a_port_visit_is_read_with_its_place_and_its_delay(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """Numbers come as texts; the place is their anchorage, the learned time is ours."""
    service.events[DATASETS[OutsideKind.PORT_VISIT]] = [an_event()]
    (event,), tally = fetch()
    assert event == OutsideEvent(
        source="gfw", kind=OutsideKind.PORT_VISIT, mmsi=273394890, imo=None, name="SPARTA II",
        start=parse_utc("2025-01-21T17:35"), end=parse_utc("2025-01-25T03:00"), lon=35.8444,
        lat=34.9056, place="syr-tartus", confidence=4, learned_at=NOW,
        detail=(("at_dock", "true"), ("duration_h", "81.4166"), ("port", "TARTUS")),
    )  # fmt: skip
    assert (tally.read, tally.accepted) == (1, 1)


def test_what_is_asked_is_what_the_api_documents(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """Each data set is asked by area and by ship, with days, and radar where no AIS matched."""
    service.vessels = [shared_vessel()]
    fetch()
    asked = {what: (query, body) for what, query, body in service.asked}
    assert asked["identity"][0]["datasets[0]"] == "public-global-vessel-identity:latest"
    bodies = [body for what, _, body in service.asked if what == DATASETS[OutsideKind.GAP]]
    assert [sorted(b) for b in bodies] == [
        ["datasets", "endDate", "geometry", "startDate"],
        ["datasets", "endDate", "startDate", "vessels"],
    ]
    assert (bodies[0]["startDate"], bodies[0]["endDate"]) == ("2024-12-03", "2025-02-02")
    assert bodies[0]["geometry"]["coordinates"][0][0] == [35.65, 34.75]
    assert len(bodies[1]["vessels"]) == 5
    query, body = asked["sar"]
    assert query["filters[0]"] == "matched='false'"
    assert query["date-range"] == "2024-12-03,2025-02-02"
    assert body["geojson"]["type"] == "Polygon"


def shared_vessel() -> Any:  # noqa: ANN401
    """Return the real search answer for one ship: five MMSIs, one IMO number."""
    path = shared("data", "ais", "samples", "gfw.json")
    return json.loads(path.read_text("utf-8"))["vessel item"]


def test_a_search_that_finds_another_ship_is_not_believed(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """The search is free in what it finds: only ids with our IMO number, or our MMSI, are ours."""
    service.vessels = [
        {
            "selfReportedInfo": [
                {"id": "hers", "ssvid": "511101495", "imo": "9076260"},
                {"id": "other", "ssvid": "273379740", "imo": "9999993"},
                {"id": "by-mmsi", "ssvid": "273000001", "imo": None},
                {"id": ["x"], "ssvid": "273000001"},
                "nonsense",
            ]
        }
    ]
    fetch()
    named = [b["vessels"] for _, _, b in service.asked if b and "vessels" in b]
    assert named == [["by-mmsi", "hers"]] * 4


def test_the_apis_own_example_is_read_as_each_kind(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """The published example, which holds every block at once, open end and texts for numbers."""
    path = shared("data", "ais", "samples", "gfw.json")
    (item,) = [
        v for k, v in json.loads(path.read_text("utf-8")).items() if k.startswith("events item")
    ]
    for dataset in service.events:
        service.events[dataset] = [item]
    events, _ = fetch()
    by_kind = {e.kind: e for e in events}
    assert set(by_kind) == set(DATASETS)
    visit, gap = by_kind[OutsideKind.PORT_VISIT], by_kind[OutsideKind.GAP]
    assert (visit.end, visit.confidence, visit.place) == (None, 2, "can-vancouver")
    assert visit.name == "NORTHERN VIKING"
    assert (gap.place, gap.confidence) == ("54.92,-5.55", 2)
    assert dict(gap.detail)["implied_speed_kn"] == "1.94003276957"
    assert dict(by_kind[OutsideKind.ENCOUNTER].detail)["with_mmsi"] == "888111223"


def test_reprocessing_changes_ids_and_not_the_event(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """The same ship, start and place is the same event under any id, and is yielded once."""
    again = an_event(id="another", end="2025-01-25T05:00:00.000Z")
    service.events[DATASETS[OutsideKind.PORT_VISIT]] = [an_event(), again]
    (event,), tally = fetch()
    assert event.end == parse_utc("2025-01-25T05:00")
    assert tally.ignored == {"repeat": 1}
    later, _ = fetch()
    assert later[0].key == event.key


def test_pages_are_turned_by_offset(
    service: Service, fetch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`nextOffset` leads on, up to a bound; what is left is counted."""
    monkeypatch.setattr(gfw, "PAGE", 2)
    starts = [f"2025-01-{day:02d}T00:00:00Z" for day in range(1, 6)]
    service.events[DATASETS[OutsideKind.GAP]] = [an_event(start=s, end="") for s in starts]
    events, _ = fetch()
    assert [e.start for e in events] == [parse_utc(s) for s in starts]
    assert all(e.end is None for e in events)
    monkeypatch.setattr(gfw, "MAX_PAGES", 2)
    events, tally = fetch()
    assert len(events) == 4
    assert tally.rejected == {"pages_left_unread": 1}


def test_radar_without_ais_is_an_event_of_no_ship(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """A cell and hour with detections; a row that names a ship is not dark."""
    service.detections = [
        {"date": "2025-01-22 03:00", "lat": 34.91, "lon": 35.79, "detections": 2, "mmsi": ""},
        {"date": "2025-01-22 03:00", "lat": 34.92, "lon": 35.79, "mmsi": "273394890"},
        {"date": "", "lat": 34.92, "lon": 35.79},
        "nonsense",
    ]
    (event,), tally = fetch()
    assert (event.kind, event.mmsi, event.place) == (
        OutsideKind.DARK_DETECTION, None, "34.91,35.79",
    )  # fmt: skip
    assert (event.start, event.end) == (
        parse_utc("2025-01-22T03:00"), parse_utc("2025-01-22T04:00"),
    )  # fmt: skip
    assert event.detail == (("detections", "2"),)
    assert tally.ignored == {"detection_with_ais": 1}
    assert tally.rejected == {"dark_detection_incomplete": 2}
    service.detections = None
    assert fetch()[0] == []


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "gap_refused"), (422, "gap_refused"), (524, "gap_unavailable")]
)
def test_one_data_set_that_fails_leaves_the_others(
    service: Service, fetch: Callable[..., Any], status: int, reason: str
) -> None:
    """What a token may not see is counted once, and what it may see is kept."""
    service.events[DATASETS[OutsideKind.PORT_VISIT]] = [an_event()]
    service.vessels = [{"selfReportedInfo": [{"id": "v", "ssvid": "273000001"}]}]
    service.faults[DATASETS[OutsideKind.GAP]] = (status, "<html>error</html>")
    events, tally = fetch()
    assert len(events) == 1
    assert tally.rejected == {reason: 1}
    assert [w for w, _, _ in service.asked].count(DATASETS[OutsideKind.GAP]) == 1


def test_a_quota_used_up_ends_the_round_and_keeps_what_came(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """After 429 nothing more is asked; the events before it are kept."""
    service.events[DATASETS[OutsideKind.PORT_VISIT]] = [an_event()]
    service.faults[DATASETS[OutsideKind.GAP]] = (429, "<html>slow down</html>")
    events, tally = fetch()
    assert len(events) == 1
    assert tally.rejected == {"gap_unavailable": 1}
    assert service.asked[-1][0] == DATASETS[OutsideKind.GAP]


@pytest.mark.parametrize(
    ("token", "status", "error"),
    [
        ("wr0ng-token", 200, SourceRefused),
        (TOKEN, 403, SourceRefused),
        (TOKEN, 429, SourceUnavailable),
        (TOKEN, 500, SourceUnavailable),
    ],
)
def test_where_nothing_is_answered_the_poll_fails(
    service: Service, fetch: Callable[..., Any], token: str, status: int, error: type[MonitorError]
) -> None:
    """A refused token calls a human and a fault does not; the token stays unsaid."""
    if status != 200:
        for what in ("identity", "sar", *DATASETS.values()):
            service.faults[what] = (status, json.dumps({"message": f"no: {token}"}))
    with pytest.raises(error) as caught:
        fetch(token)
    assert "token" not in str(caught.value)


def test_a_quota_used_up_at_the_first_question_fails_the_poll(
    service: Service, fetch: Callable[..., Any]
) -> None:
    """Where even the ships could not be looked up, nothing was learned."""
    service.faults["identity"] = (429, "")
    with pytest.raises(SourceUnavailable):
        fetch()


@pytest.mark.parametrize(
    "entry",
    [
        "nonsense",
        {},
        an_event(start=""),
        an_event(start=None),
        an_event(vessel=None),
        an_event(vessel={"ssvid": "x"}),
        an_event(position=None, port_visit=None),
        an_event(position={"lat": float("nan"), "lon": 1}, port_visit={}),
        an_event(position={"lat": 91, "lon": 35}, port_visit=[]),
    ],
)
def test_a_bad_event_is_counted_and_harms_no_other(
    service: Service, fetch: Callable[..., Any], entry: object
) -> None:
    """Events without start, ship or place are no events."""
    service.events[DATASETS[OutsideKind.PORT_VISIT]] = [entry, an_event()]
    events, tally = fetch()
    assert len(events) == 1
    assert tally.rejected == {"port_visit_incomplete": 1}


@pytest.mark.parametrize(("confidence", "kept"), [("1", 1), (4, 4), ("5", None), (None, None)])
def test_confidence_is_one_to_four(
    service: Service, fetch: Callable[..., Any], confidence: object, kept: int | None
) -> None:
    """Anything else is no confidence."""
    visit = {"confidence": confidence, "startAnchorage": ANCHORAGE}
    service.events[DATASETS[OutsideKind.PORT_VISIT]] = [an_event(port_visit=visit)]
    assert fetch()[0][0].confidence == kept
