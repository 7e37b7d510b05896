"""Every feed that comes with us, against a server on 127.0.0.1 that speaks as its service does."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport, imo_is_valid
from monitor.domain.window import TimeWindow, parse_utc, to_ms
from monitor.errors import ConfigError, SourceRefused, SourceUnavailable
from monitor.http_client import HttpClient
from monitor.sources.ais.http_json import HttpJsonPositions
from monitor.sources.ais.presets import area_values, feed_of, load_preset, preset_names
from tests.conftest import shared
from tests.sources.ais.ais_lines import accounted

TARTUS = (35.75, 34.85, 35.95, 35.05)
Seen = list[Request]
Fetched = tuple[PositionColumns, tuple[StaticReport, ...], Tally]


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """Open a client."""
    with HttpClient(user_agent="tests") as opened:
        yield opened


@pytest.fixture
def ask(client: HttpClient, httpserver: HTTPServer) -> Callable[..., Fetched]:
    """Return a function that asks the feed of a preset, its addresses turned to the test server."""

    def asking(preset: str, at: str, **params: str | int) -> Fetched:
        made = load_preset(preset)
        base = httpserver.url_for("").rstrip("/")
        bases = {name: base for name in made.params if name.endswith("base")}
        feed = feed_of(
            made,
            what=preset,
            params={**bases, **params},
            secrets={place: f"{place}/s3cret" for place in made.secrets},
            bounds=TARTUS,
        )
        tally = Tally()
        end = parse_utc(at)
        source = HttpJsonPositions(preset, feed, ask=client.ask)
        batches = list(source.fetch(TimeWindow(start=end, end=end), tally))
        assert accounted(tally)
        assert source.attribution
        return (
            concat([b.positions for b in batches]),
            tuple(r for b in batches for r in b.static),
            tally,
        )

    return asking


def sample(name: str) -> Any:  # noqa: ANN401 - JSON as it was found
    """Return a sample payload of the real data."""
    return json.loads(shared("data", "ais", "samples", f"{name}.json").read_text("utf-8"))


def answering(seen: Seen, body: object) -> Callable[[Request], Response]:
    """Return a handler that remembers requests and answers each with `body` as JSON."""

    def handle(request: Request) -> Response:
        seen.append(request)
        return Response(json.dumps(body), content_type="application/json")

    return handle


def row(positions: PositionColumns, i: int = 0) -> tuple[float | None, ...]:
    """Return (lon, lat, sog, cog, heading, status) of one row, None for NaN."""
    where = round(float(positions.lon[i]), 5), round(float(positions.lat[i]), 5)
    motion = (float(getattr(positions, name)[i]) for name in ("sog_kn", "cog_deg", "heading_deg"))
    told = (None if value != value else round(value, 3) for value in motion)
    return (*where, *told, int(positions.nav_status[i]))


def ms(text: str) -> int:
    """Return an instant as milliseconds."""
    return to_ms(parse_utc(text))


# AISHub


def test_aishub_gives_positions_and_hulls(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """The documented request and a real answer in plain units: values, hull and identity."""
    seen: Seen = []
    pages = sample("aishub")
    body = [pages["format=1 (human)"][0], pages["format=1 (human)"][1]]
    httpserver.expect_request("/ws.php").respond_with_handler(answering(seen, body))
    positions, static, _ = ask("aishub", "2021-07-09T12:30Z")
    assert row(positions) == (-63.04667, 18.01317, 0, 48.7, 49, 5)
    assert positions.time_ms.tolist() == [ms("2021-07-09T12:08:05Z")]
    (ship,) = static
    assert (ship.name, ship.imo, ship.call_sign, ship.ship_type, ship.draught_m) == (
        "ENCHANTMENT OTS", 9111802, "C6FZ7", 60, 7.2,
    )  # fmt: skip
    assert (ship.to_bow_m, ship.to_stern_m, ship.to_port_m, ship.to_starboard_m) == (
        49, 253, 17, 15,
    )  # fmt: skip
    query = seen[0].args
    assert query["username"] == "username/s3cret"
    assert {k: float(query[k]) for k in ("latmin", "latmax", "lonmin", "lonmax")} == {
        "latmin": 34.6, "latmax": 35.3, "lonmin": 35.5, "lonmax": 36.2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "page", "at", "to_port"),
    [
        ("aishub", "format=1 sentinel example", "2026-03-28T17:00Z", 1),
        ("aishub-raw", "format=0 (AIS encoding)", "2021-07-09T10:40Z", None),
    ],
)
def test_aishub_sentinels_are_no_values(
    ask: Callable[..., Fetched], httpserver: HTTPServer, preset: str, page: str, at: str,
    to_port: int | None,
) -> None:  # fmt: skip
    """Course 360, heading 511 and IMO 0 are missing, in both of its unit systems."""
    httpserver.expect_request("/ws.php").respond_with_json(sample("aishub")[page])
    positions, static, _ = ask(preset, at)
    assert row(positions) == (5.03807 if to_port else 5.03803, 52.46028 if to_port else 52.46024,
                              0, None, None, 8)  # fmt: skip
    (ship,) = static
    assert (ship.imo, ship.name, ship.draught_m) == (None, "CHATEAUROUX", 1.2)
    assert (ship.to_bow_m, ship.to_port_m or None) == (24, to_port)


def test_aishub_raw_units_scale_their_sentinels_too(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """91 and 181 degrees, 102.3 knots are still recognised after scaling."""
    vessel = {"MMSI": 273394890, "TIME": "1625826523", "LONGITUDE": 21480000, "LATITUDE": 20946000,
              "COG": 2351, "SOG": 1023, "HEADING": 180, "NAVSTAT": 0}  # fmt: skip
    nowhere = {**vessel, "LONGITUDE": 108600000, "LATITUDE": 54600000}
    httpserver.expect_request("/ws.php").respond_with_json([{"ERROR": False}, [vessel, nowhere]])
    positions, _, tally = ask("aishub-raw", "2021-07-09T10:40Z")
    assert row(positions) == (35.8, 34.91, None, 235.1, 180, 0)
    assert tally.ignored == {"no_position": 1}


@pytest.mark.parametrize(
    ("message", "error"),
    [("Wrong username!", SourceRefused), ("Too frequent requests!", SourceUnavailable)],
)
def test_aishub_says_no_in_its_envelope(
    ask: Callable[..., Fetched], httpserver: HTTPServer, message: str, error: type[Exception]
) -> None:
    """ERROR true is a refusal with its message, or a wish to be left alone."""
    body = [{"ERROR": True, "USERNAME": "username/s3cret", "ERROR_MESSAGE": message}]
    httpserver.expect_request("/ws.php").respond_with_json(body)
    with pytest.raises(error, match=message):
        ask("aishub", "2021-07-09T12:30Z")


# Digitraffic


def test_digitraffic_gives_fresh_positions_and_who_they_are(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """Answers come gzipped to a named client; dead rows go by age, draught comes in 0.1 m."""
    seen: Seen = []

    def zipped(body: object) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            seen.append(request)
            if "gzip" not in request.headers.get("Accept-Encoding", ""):
                return Response(status=406)
            content = gzip.compress(json.dumps(body).encode())
            return Response(content, headers={"Content-Encoding": "gzip"})

        return handle

    pages = sample("digitraffic")
    features = next(v for k, v in pages.items() if k.startswith("GET /api/ais/v1/locations"))
    vessel = pages["GET /api/ais/v1/vessels/{mmsi} or metadata"]
    heard = {**vessel, "timestamp": ms("2025-03-03T10:00Z")}
    features = [*features, pages["stale_feature_example"]]
    httpserver.expect_request("/api/ais/v1/locations").respond_with_handler(
        zipped({"type": "FeatureCollection", "features": features})
    )
    httpserver.expect_request("/api/ais/v1/vessels").respond_with_handler(zipped([heard, vessel]))
    positions, static, tally = ask("digitraffic", "2025-03-03T11:30Z")
    assert row(positions) == (25.88092, 59.84762, 0.1, 351, 253, 1)
    # Received at 11:00:23.118; the fix was taken in second 20.
    assert positions.time_ms.tolist() == [ms("2025-03-03T11:00:20Z")]
    assert positions.received_ms.tolist() == [1740999623118]
    assert tally.ignored == {"stale": 5}
    (ship,) = static
    assert (ship.name, ship.imo, ship.draught_m, ship.to_bow_m) == (
        "CHRISTIAN ESSBERGER", 9212498, 6.1, 79,
    )  # fmt: skip
    assert [r.headers["Digitraffic-User"] for r in seen] == ["tartus-monitor"] * 2
    assert seen[0].args.to_dict() == {"latitude": "34.95", "longitude": "35.85", "radius": "51"}


def test_digitraffic_is_worth_having_without_its_metadata(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """Where the list of vessels fails, that is counted and the positions are kept."""
    features = next(
        v for k, v in sample("digitraffic").items() if k.startswith("GET /api/ais/v1/locations")
    )
    httpserver.expect_request("/api/ais/v1/locations").respond_with_json({"features": features})
    httpserver.expect_request("/api/ais/v1/vessels").respond_with_data("<html>", status=503)
    positions, static, tally = ask("digitraffic", "2025-03-03T11:30Z")
    assert (len(positions), static) == (1, ())
    assert tally.rejected == {"static_data_unavailable": 1}


# BarentsWatch


def barentswatch(httpserver: HTTPServer, body: bytes, seen: Seen) -> None:
    """Have the test server speak as BarentsWatch does."""

    def ships(request: Request) -> Response:
        seen.append(request)
        known = request.headers.get("Authorization") == "Bearer t0ken"
        return Response(body if known else b"", status=200 if known else 401)

    httpserver.expect_request("/connect/token", method="POST").respond_with_json(
        {"access_token": "t0ken", "expires_in": 3600, "token_type": "Bearer", "scope": "ais"}
    )
    httpserver.expect_request("/v1/latest/combined", method="POST").respond_with_handler(ships)


def test_barentswatch_combines_where_and_who(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """A token is fetched, the area is asked for as a polygon, null is no value."""
    seen: Seen = []
    ships = sample("barentswatch")["GET /v1/combined?modelType=Full (NDJSON)"]
    barentswatch(httpserver, json.dumps(ships).encode(), seen)
    positions, static, _ = ask("barentswatch", "2023-02-17T12:00Z")
    assert row(positions, 1) == (13.71729, 67.99066, 8.3, 273.3, None, 0)
    assert [(r.name, r.imo, r.draught_m) for r in static] == [
        ("HIMMELTIND", None, 2.0), ("VEINES", None, None), ("LYSOY", 9822073, 4.8),
    ]  # fmt: skip
    asked = seen[0].get_json()
    assert asked["modelType"] == "Full"
    assert asked["geometry"]["coordinates"][0][0] == [35.5, 34.6]


@pytest.mark.parametrize(
    ("name", "at", "positions", "static"),
    [
        ("barentswatch_get_latest_ais.txt", "2023-02-28T08:52Z", 1163, 0),
        ("barentswatch_get_ais.txt", "2023-02-20T13:14Z", None, None),
        ("barentswatch_combined_full_json.txt", "2023-02-17T11:39Z", None, None),
    ],
)
def test_barentswatch_answers_are_read_whole(
    client: HttpClient, httpserver: HTTPServer, name: str, at: str,
    positions: int | None, static: int | None,
) -> None:  # fmt: skip
    """Real answers, a JSON array or a value a line: each row is a position, a hull, or counted."""
    text = shared("data", "ais", "feeds", name).read_text("utf-8")
    lines = not text.startswith("HTTP/")
    body = text if lines else text.partition("\n\n")[2]
    rows = [json.loads(x) for x in body.splitlines() if x.strip()] if lines else json.loads(body)
    barentswatch(httpserver, body.encode(), [])
    made = load_preset("barentswatch")
    spec = made.endpoints[0].model_copy(
        update={"envelope": "ndjson" if lines else "json", "max_age_s": 1e9}
    )
    base = httpserver.url_for("").rstrip("/")
    feed = feed_of(
        made.model_copy(update={"endpoints": (spec,)}),
        what="bw",
        params={"base": base, "auth_base": base},
        secrets=dict.fromkeys(made.secrets, "x"),
        bounds=TARTUS,
    )
    tally, end = Tally(), parse_utc(at)
    source = HttpJsonPositions("bw", feed, ask=client.ask)
    batches = list(source.fetch(TimeWindow(start=end, end=end), tally))
    assert accounted(tally)
    assert tally.read == len(rows)
    ships = [r for r in rows if 201_000_000 <= r["mmsi"] < 776_000_000]
    placed = [r for r in ships if r.get("latitude") is not None]
    assert sum(len(b.positions) for b in batches) == len(placed)
    named = {r["mmsi"] for r in ships if r.get("name")}
    assert named <= {r.mmsi for b in batches for r in b.static}


# Datalastic


def test_datalastic_gives_ships_within_a_radius(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """The documented fields; words for status and type are left out."""
    seen: Seen = []
    schema = next(iter(sample("datalastic_schema").values()))
    (empty,) = schema["data"]["vessels"]
    vessel = {
        **empty, "mmsi": "273394890", "imo": "9160994", "name": "SPARTA II", "lat": 34.91,
        "lon": 35.85, "speed": 0.1, "course": 271.0, "heading": 0.0, "destination": "TO ORDER",
        "navigation_status": "Moored", "last_position_epoch": 1737460800,
    }  # fmt: skip
    schema = {**schema, "data": {"vessels": [vessel], "total": 1}}
    httpserver.expect_request("/api/v0/vessel_inradius").respond_with_handler(
        answering(seen, schema)
    )
    positions, static, _ = ask("datalastic", "2025-01-21T12:10Z")
    assert row(positions) == (35.85, 34.91, 0.1, 271, 0, -1)
    assert [(r.imo, r.name, r.ship_type) for r in static] == [(9160994, "SPARTA II", None)]
    assert seen[0].args.to_dict() == {
        "api-key": "api_key/s3cret", "lat": "34.95", "lon": "35.85", "radius": "28",
    }  # fmt: skip


def test_datalastic_says_no_in_its_meta(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """`success` false is a refusal."""
    body = {"data": None, "meta": {"success": False, "message": "Invalid API key: api_key/s3cret"}}
    httpserver.expect_request("/api/v0/vessel_inradius").respond_with_json(body)
    with pytest.raises(SourceRefused, match=r"Invalid API key: \*\*\*$"):
        ask("datalastic", "2025-01-21T12:10Z")


def test_an_area_too_large_for_a_feed_is_told_and_not_cut() -> None:
    """Datalastic gives 50 NM at most; asking for less takes a decision."""
    made = load_preset("datalastic")
    wide = (34.0, 33.5, 36.5, 36.5)
    secrets = {"api_key": "x"}
    with pytest.raises(ConfigError, match=r"at most 50; set params = \{ radius_nm = 50 \}"):
        feed_of(made, what="d", params={}, secrets=secrets, bounds=wide)
    feed = feed_of(made, what="d", params={"radius_nm": 50}, secrets=secrets, bounds=wide)
    assert feed.values["radius_nm"] == 50


# VesselFinder


def test_vesselfinder_wraps_its_values(ask: Callable[..., Fetched], httpserver: HTTPServer) -> None:
    """The AIS block is read, the voyage and master data beside it are not needed."""
    seen: Seen = []
    ships = sample("vesselfinder")["GET /vessels (illustrative, third party)"]
    utc = {**ships[0]["AIS"], "TIMESTAMP": "2026-05-25 10:13:37 UTC", "HEADING": 511, "SRC": "SAT"}
    httpserver.expect_request("/livedata").respond_with_handler(
        answering(seen, [*ships, {"AIS": utc}, {"MASTERDATA": {"IMO": 9175717}}])
    )
    positions, static, tally = ask("vesselfinder", "2026-05-25T10:20Z")
    assert row(positions) == (4.1163, 51.9421, 12.3, 87.5, 88, 0)
    assert positions.time_ms.tolist() == [ms("2026-05-25T10:14Z"), ms("2026-05-25T10:13:37Z")]
    assert (static[0].to_bow_m, static[0].to_starboard_m, static[0].destination) == (
        175, 29, "NLRTM",
    )  # fmt: skip
    assert tally.rejected == {"no_mmsi": 1}
    assert seen[0].args["userkey"] == "userkey/s3cret"


def test_vesselfinder_says_no_with_status_200(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """An object in place of the list is a refusal."""
    httpserver.expect_request("/vesselslist").respond_with_json({"error": "Expired account!"})
    with pytest.raises(SourceRefused, match="vesselfinder refused: Expired account!"):
        ask("vesselfinder", "2026-05-25T10:20Z", service="vesselslist")


# MarineTraffic


@pytest.mark.parametrize(
    ("page", "at", "expected", "name"),
    [
        (
            "PS06/PS07 exportvessels v:8 protocol:jsono simple (all values are strings, SPEED is "
            "knots x10)",
            "2017-05-19T09:45Z", (-5.15422, 47.7585, 7.4, 327, 329, 0), "",
        ),
        (
            "extended", "2019-05-08T17:45Z", (-83.85596, 45.50495, 6.7, 297, 299, -1), "CHAMPION",
        ),
        ("PS05 jsono", "2017-04-19T15:30Z", (103.5436, 1.36822, 0, 0, 345, 5), None),
    ],
)  # fmt: skip
def test_marinetraffic_writes_everything_as_text(
    ask: Callable[..., Fetched], httpserver: HTTPServer, page: str, at: str,
    expected: tuple[float, ...], name: str | None,
) -> None:  # fmt: skip
    """Real answers: tenths of knots, UTC without a zone, status 99 and draught 0 are none."""
    seen: Seen = []
    httpserver.expect_request(
        "/api/exportvessels/v:8/api_key/s3cret/MINLAT:34.6/MAXLAT:35.3/MINLON:35.5/MAXLON:36.2/"
        "timespan:10/msgtype:simple/protocol:jsono"
    ).respond_with_handler(answering(seen, sample("marinetraffic")[page]))
    positions, static, _ = ask("marinetraffic", at)
    assert row(positions) == expected
    assert [(r.name, r.draught_m) for r in static] == ([] if name is None else [(name, None)])
    # The key is one step of the path, whatever characters it has.
    assert "/api_key%2Fs3cret/" in seen[0].environ["REQUEST_URI"]


@pytest.mark.parametrize(
    ("detail", "error"),
    [("SERVICE KEY NOT FOUND", SourceRefused), ("ABOVE SERVICE CALL LIMIT", SourceUnavailable)],
)
def test_marinetraffic_lists_its_errors(
    ask: Callable[..., Fetched], httpserver: HTTPServer, detail: str, error: type[Exception]
) -> None:
    """A list of errors is a refusal, or a wish to be left alone."""
    body = {"errors": [{"code": "5", "detail": detail}]}
    httpserver.expect_request(re.compile(".*")).respond_with_json(body)
    with pytest.raises(error, match=detail):
        ask("marinetraffic", "2017-05-19T09:45Z")


# Spire


def spire_node(mmsi: str, at: str, worked_in: str, **position: object) -> dict[str, Any]:
    """Return a node of Spire's answer."""
    return {
        "staticData": {"mmsi": mmsi, "imo": "9160994", "name": "AFRAMAX STAR", "shipType": "TANKER",
                       "dimensions": {"a": 200, "b": 40, "c": 20, "d": 22}},
        "lastPositionUpdate": {"timestamp": at, "updateTimestamp": worked_in, "latitude": 34.9,
                               "longitude": 35.8, "speed": 12.5, "course": 135.2, "heading": 134,
                               "collectionType": "SATELLITE", **position},
        "currentVoyage": {"destination": "BANIYAS", "draught": 12.1},
    }  # fmt: skip


def test_spire_pages_are_read_and_dated_twice(
    ask: Callable[..., Fetched], httpserver: HTTPServer
) -> None:
    """A position is of when the ship was there, received when Spire had it; order is no matter."""
    pages: dict[str | None, list[dict[str, Any]]] = {
        None: [spire_node("636092441", "2026-03-15T10:30:00Z", "2026-03-15T13:45:10.123Z")],
        "c1": [spire_node("636092442", "2026-03-15T09:00:00Z", "2026-03-15T09:00:30Z"),
               spire_node("636092443", "2026-03-14T09:00:00Z", "2026-03-14T09:00:30Z"),
               {"staticData": {"mmsi": "636092444"}, "lastPositionUpdate": None}],
    }  # fmt: skip
    seen: Seen = []

    def graphql(request: Request) -> Response:
        seen.append(request)
        after = request.get_json()["variables"]["after"]
        info = {"hasNextPage": after is None, "endCursor": "c1" if after is None else "c2"}
        body = {"data": {"vessels": {"pageInfo": info, "nodes": pages[after]}}}
        return Response(json.dumps(body), content_type="application/json")

    httpserver.expect_request("/graphql", method="POST").respond_with_handler(graphql)
    positions, static, tally = ask("spire", "2026-03-15T14:00Z")
    assert positions.time_ms.tolist() == [ms("2026-03-15T10:30Z"), ms("2026-03-15T09:00Z")]
    assert positions.received_ms.tolist() == [
        ms("2026-03-15T13:45:10.123+00:00"), ms("2026-03-15T09:00:30Z"),
    ]  # fmt: skip
    assert row(positions) == (35.8, 34.9, 12.5, 135.2, 134, -1)
    assert (static[0].imo, static[0].to_bow_m, static[0].draught_m) == (9160994, 200, 12.1)
    assert (tally.ignored, tally.rejected) == ({"stale": 1}, {"undated": 1})
    assert [r.headers["Authorization"] for r in seen] == ["Bearer token/s3cret"] * 2
    query = seen[0].get_json()["query"]
    assert 'polygon: {type: "Polygon", coordinates: [[[35.5, 34.6]' in query
    assert "pageInfo { hasNextPage endCursor }" in query


def test_spires_sample_is_read(ask: Callable[..., Fetched], httpserver: HTTPServer) -> None:
    """The published example, without a page info, is one page."""
    body = sample("spire_kpler_maritime2")
    page = next(v for k, v in body.items() if k.startswith("response"))
    httpserver.expect_request("/graphql").respond_with_json(page)
    positions, static, _ = ask("spire", "2026-03-15T12:00Z")
    assert row(positions) == (52.3, 26.5, 12.5, 135.2, 134, -1)
    (ship,) = static
    assert ship.name == "AFRAMAX STAR"
    # The number in the example was made up: its check digit is wrong.
    assert not imo_is_valid(ship.imo)


@pytest.mark.parametrize(
    ("message", "error"),
    [("Not authorized", SourceRefused), ("Request quota exceeded", SourceUnavailable)],
)
def test_spire_says_no_in_graphql(
    ask: Callable[..., Fetched], httpserver: HTTPServer, message: str, error: type[Exception]
) -> None:
    """Errors come with status 200 and no data."""
    httpserver.expect_request("/graphql").respond_with_json(
        {"data": None, "errors": [{"message": message}]}
    )
    with pytest.raises(error, match=message):
        ask("spire", "2026-03-15T12:00Z")


# The words themselves


def test_every_preset_names_who_wants_to_be_named() -> None:
    """Descriptions are complete: title, attribution, a place first, and only https."""
    assert len(preset_names()) == 8
    for name in preset_names():
        preset = load_preset(name)
        assert preset.title
        assert preset.attribution
        assert not preset.endpoints[0].is_static_only
        assert all(str(v).startswith("https://") for k, v in preset.params.items() if "base" in k)


@pytest.mark.parametrize(
    ("params", "says"),
    [({"intervall": 5}, "did you mean 'interval'"), ({"username": "x"}, "'username' is not known")],
)
def test_a_param_that_is_none_is_refused(params: dict[str, Any], says: str) -> None:
    """A misspelt param is named with the nearest; a secret is not given as one."""
    with pytest.raises(ConfigError, match=says):
        feed_of(
            load_preset("aishub"), what="a", params=params, secrets={"username": "x"}, bounds=TARTUS
        )


def test_a_preset_that_is_none_is_refused() -> None:
    """The nearest name is told."""
    with pytest.raises(ConfigError, match="did you mean 'digitraffic'"):
        load_preset("digitrafic")


def test_a_place_nothing_fills_is_refused() -> None:
    """A feed is not asked with a hole in its address."""
    with pytest.raises(ConfigError, match=r"nothing fills \{username\}"):
        feed_of(load_preset("aishub"), what="a", params={}, secrets={}, bounds=TARTUS)


def test_the_area_is_asked_for_with_a_margin() -> None:
    """The box is a quarter of a degree wider, stays on the globe, and its circle holds it."""
    values = area_values((-180, -89.9, 0, 0))
    assert (values["west"], values["south"], values["east"]) == (-180, -90, 0.25)
    radius_km, radius_nm = area_values(TARTUS)["radius_km"], area_values(TARTUS)["radius_nm"]
    assert (radius_km, radius_nm) == (51, 28)
