"""Feeds described by settings, asked over real sockets on 127.0.0.1."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.domain.positions import concat
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow, to_ms
from monitor.errors import ConfigError, MonitorError, SourceRefused, SourceUnavailable
from monitor.http_client import HttpClient
from monitor.sources.ais.http_json import ForgetfulPace, HttpJsonPositions
from monitor.sources.ais.presets import Endpoint, OAuth, Paging, Preset, feed_of
from monitor.sources.base import PollsPositions
from tests.sources.ais.ais_lines import LAT, LON, NOON, NOON_S, SHIP, accounted

FLAT = {"mmsi": "MMSI", "time": "TIME", "lon": "LONGITUDE", "lat": "LATITUDE"}
ROW: dict[str, Any] = {
    "MMSI": SHIP, "TIME": "2025-01-21 12:00:00 GMT", "LONGITUDE": LON, "LATITUDE": LAT,
}  # fmt: skip
WINDOW = TimeWindow(start=NOON - timedelta(minutes=5), end=NOON + timedelta(minutes=5))
BOX = (35.5, 34.6, 36.0, 35.4)
SECRET = "s3cret/ä+k&y"
Answer = tuple[Any, Any, Tally]


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """Open a client that takes a megabyte and loses patience soon."""
    with HttpClient(user_agent="tests", timeout_s=0.5, max_bytes=1_000_000) as opened:
        yield opened


def a_feed(client: HttpClient, url: str, *, pace: Any = None, **changes: Any) -> HttpJsonPositions:  # noqa: ANN401
    """Return a feed at `url`, its key in the query."""
    auth = changes.pop("auth", None)
    endpoint = Endpoint.model_validate({"url": f"{url}?key={{key}}", "fields": FLAT, **changes})
    preset = Preset(title="hub", endpoints=(endpoint,), auth=auth)
    feed = feed_of(preset, what="hub", params={}, secrets={"key": SECRET}, bounds=BOX)
    return HttpJsonPositions("hub", feed, ask=client.ask, pace=pace)


@pytest.fixture
def fetch(client: HttpClient, httpserver: HTTPServer) -> Callable[..., Answer]:
    """Return a function that has a body served once, and fetches it."""

    def serve_and_fetch(body: object, status: int = 200, **changes: Any) -> Answer:  # noqa: ANN401
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        httpserver.expect_request("/ws").respond_with_data(
            content, status=status, headers=changes.pop("answer_headers", {})
        )
        tally = Tally()
        feed = a_feed(client, httpserver.url_for("/ws"), **changes)
        batches = list(feed.fetch(WINDOW, tally))
        assert accounted(tally)
        return concat([b.positions for b in batches]), [r for b in batches for r in b.static], tally

    return serve_and_fetch


def test_a_list_of_ships_becomes_columns(fetch: Callable[..., Answer]) -> None:
    """Rows carry the feed's name and are received within the window that asked."""
    body = [{"ERROR": False}, [{**ROW, "SOG": "102.4", "NAME": "URSA @X", "IMO": 0}]]
    fields = {**FLAT, "sog_kn": "SOG", "name": "NAME", "imo": "IMO"}
    positions, static, _ = fetch(body, items="1", fields=fields)
    assert (positions.mmsi[0], positions.lon[0], positions.lat[0]) == (SHIP, LON, LAT)
    assert positions.time_ms.tolist() == [to_ms(NOON)]
    assert positions.received_ms.tolist() == [to_ms(WINDOW.end) - 1]
    assert positions.sog_kn[0] != positions.sog_kn[0]  # 102.4 is no speed
    assert positions.sources == ("hub",)
    assert [(r.name, r.imo) for r in static] == [("URSA", None)]


@pytest.mark.parametrize(
    ("time_format", "value"),
    [
        ("iso", "2025-01-21T12:00:00Z"),
        ("iso", "2025-01-21T14:00:00.0000000+02:00"),
        ("iso", "2025-01-21T12:00:00"),
        ("unix", NOON_S),
        ("unix", str(NOON_S)),
        ("unix_ms", NOON_S * 1000),
    ],
)
def test_a_path_may_lead_through_objects_and_lists(
    fetch: Callable[..., Answer], time_format: str, value: object
) -> None:
    """GeoJSON is read by dotted paths, in each way of writing time."""
    ship = {
        "geometry": {"coordinates": [LON, LAT]},
        "properties": {"mmsi": str(SHIP), "t": value, "heading": 511, "navStat": 5},
    }
    fields = {
        "mmsi": "properties.mmsi", "time": "properties.t", "lon": "geometry.coordinates.0",
        "lat": "geometry.coordinates.1", "heading_deg": "properties.heading",
        "nav_status": "properties.navStat",
    }  # fmt: skip
    positions, _, _ = fetch(
        {"features": [ship]}, items="features", fields=fields, time_format=time_format
    )
    assert positions.time_ms.tolist() == [to_ms(NOON)]
    assert (positions.lon[0], positions.lat[0], positions.nav_status[0]) == (LON, LAT, 5)
    assert positions.heading_deg[0] != positions.heading_deg[0]


@pytest.mark.parametrize(
    ("at", "knots"),
    [
        ({"path": "S", "unit": "kn/10"}, 8.5),
        ({"path": "S", "scale": 0.1}, 8.5),
        ({"path": "S", "unit": "km/h"}, 45.896),
        ({"path": "S", "scale": 0.1, "offset": -1}, 7.5),
        ({"path": "S", "unit": "m/s", "scale": 0.1}, 16.523),
    ],
)
def test_a_value_is_taken_in_its_unit(
    fetch: Callable[..., Answer], at: dict[str, Any], knots: float
) -> None:
    """Speeds arrive in knots, whatever a feed writes them in, numbers and texts alike."""
    positions, _, _ = fetch([{**ROW, "S": "85"}], fields={**FLAT, "sog_kn": at})
    assert positions.sog_kn[0] == pytest.approx(knots, abs=1e-3)


def test_a_fix_is_dated_by_its_own_second_and_its_receipt_by_the_feed(
    fetch: Callable[..., Answer],
) -> None:
    """A feed that gives its receive time and the second of the fix gives both times."""
    fields = {**FLAT, "received": "TIME", "second": "SEC"}
    positions, _, _ = fetch([{**ROW, "SEC": 55}, {**ROW, "SEC": 60}], fields=fields)
    assert positions.time_ms.tolist() == [to_ms(NOON) - 5000, to_ms(NOON)]
    assert positions.received_ms.tolist() == [to_ms(NOON)] * 2


def test_a_receipt_in_the_future_is_ours(fetch: Callable[..., Answer]) -> None:
    """No row is received after it was read."""
    late = (WINDOW.end + timedelta(minutes=1)).isoformat()
    positions, _, _ = fetch([{**ROW, "R": late}], fields={**FLAT, "received": "R"})
    assert positions.received_ms.tolist() == [to_ms(WINDOW.end) - 1]


def test_a_long_range_message_is_coarse(fetch: Callable[..., Answer]) -> None:
    """Type 27 knows its place to a tenth of a minute."""
    rows = [{**ROW, "T": 27}, {**ROW, "T": 1}]
    positions, _, _ = fetch(rows, fields={**FLAT, "message_type": "T"})
    assert positions.precision_m.tolist() == [93.0, 1.0]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, SourceUnavailable),
        (400, SourceRefused),
        (401, SourceRefused),
        (402, SourceRefused),
        (403, SourceRefused),
        (404, SourceRefused),
        (408, SourceUnavailable),
        (429, SourceUnavailable),
        (500, SourceUnavailable),
        (524, SourceUnavailable),
    ],
)
@pytest.mark.parametrize(
    "body", [b"<html>s3cret%2F%C3%A4%2Bk%26y</html>", json.dumps({"error": f"bad {SECRET}"})]
)
def test_a_refusal_calls_a_human_and_a_fault_does_not(
    fetch: Callable[..., Answer],
    caplog: pytest.LogCaptureFixture,
    status: int,
    error: type[MonitorError],
    body: bytes,
) -> None:
    """The class of the error says what to do; neither message nor log holds the key."""
    headers = {"location": "http://127.0.0.1/ws?key=s3cret%2F"} if status == 301 else {}
    with caplog.at_level(logging.DEBUG), pytest.raises(error, match=f"hub .*{status}") as caught:
        fetch(body, status, answer_headers=headers)
    logged = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]  # not the server's
    for text in (str(caught.value), repr(caught.value.__cause__), *logged):
        assert "s3cret" not in text


def test_a_problem_is_told_in_the_feeds_words(fetch: Callable[..., Answer]) -> None:
    """The title of a problem document (RFC 9457) says what to change."""
    body = {"type": "https://x", "title": "One or more errors\noccurred.", "status": 400}
    with pytest.raises(SourceRefused, match=r"status 400 \(One or more errors occurred\.\)"):
        fetch(body, 400)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \n", b"<html>maintenance</html>", b"\xff\xfe", b"[" * 100_000, {"ships": []}, "x",
        1, b'[{"MMSI": 2733', b"[" + b" " * 1_000_000 + b"]",
    ],
)  # fmt: skip
def test_an_answer_that_is_no_list_is_worth_trying_later(
    fetch: Callable[..., Answer], body: object
) -> None:
    """Empty, cut or huge answers, web pages and other JSON do not mean that there are no ships."""
    with pytest.raises(SourceUnavailable) as caught:
        fetch(body)
    assert "s3cret" not in str(caught.value)


def test_a_stalled_feed_is_unavailable_and_keeps_its_key(client: HttpClient) -> None:
    """A server that takes the connection and says nothing ends in a timeout, told without key."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        feed = a_feed(client, f"http://127.0.0.1:{deaf.getsockname()[1]}/ws")
        with pytest.raises(SourceUnavailable, match="did not answer") as caught:
            list(feed.fetch(WINDOW, Tally()))
    assert "s3cret" not in str(caught.value)


def test_an_empty_list_is_an_answer(fetch: Callable[..., Answer]) -> None:
    """A list without ships says that no ship was heard."""
    positions, _, tally = fetch([])
    assert len(positions) == tally.read == 0


@pytest.mark.parametrize(
    ("seconds", "counted"), [(-3600, None), (-3601, "stale"), (600, None), (601, "time_in_future")]
)
def test_positions_too_old_or_from_the_future_are_dropped(
    fetch: Callable[..., Answer], seconds: int, counted: str | None
) -> None:
    """A list of latest positions keeps ships not heard for years; they are no news."""
    row = {**ROW, "TIME": to_ms(WINDOW.end) // 1000 + seconds}
    positions, _, tally = fetch([row], time_format="unix", max_age_s=3600)
    assert len(positions) == (counted is None)
    assert set(tally.ignored) | set(tally.rejected) == ({counted} if counted else set())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"MMSI": None}, "no_mmsi"),
        ({"MMSI": 2.5}, "no_mmsi"),
        ({"MMSI": [SHIP]}, "no_mmsi"),
        ({"MMSI": True}, "no_mmsi"),
        ({"MMSI": 2734452}, "not_a_ship"),
        ({"TIME": "now"}, "undated"),
        ({"TIME": 1e308}, "undated"),
        ({"TIME": {"a": 1}}, "undated"),
        ({"LATITUDE": "x"}, "no_position"),
        ({"LATITUDE": float("nan")}, "no_position"),
        ({"LONGITUDE": float("-inf")}, "no_position"),
        ({"LATITUDE": 91}, "no_position"),
        ({"LATITUDE": 90.1}, "impossible_position"),
        ({"LATITUDE": 0, "LONGITUDE": 0}, "zero_position"),
    ],
)
def test_a_bad_ship_is_counted_and_harms_no_other(
    fetch: Callable[..., Answer], change: dict[str, Any], reason: str
) -> None:
    """A ship that cannot be used is counted under its reason; its neighbours are read."""
    positions, _, tally = fetch([ROW, {**ROW, **change}, "no object", ROW])
    assert len(positions) == 2
    assert (tally.ignored + tally.rejected)[reason] == 1 + (reason == "no_mmsi")


WRONG = [None, True, "x", "", -1, 1e308, "9" * 500, [], {}, [[]], float("nan"), "NaN", "Infinity"]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_type_in_any_other_field_costs_that_field_only(
    fetch: Callable[..., Answer], wrong: object
) -> None:
    """A position survives whatever stands in the fields beside it."""
    beside = [
        "sog_kn", "cog_deg", "heading_deg", "nav_status", "second", "received", "message_type",
        "imo", "name", "call_sign", "ship_type", "draught_m", "destination", "to_bow_m",
        "to_stern_m", "to_port_m", "to_starboard_m",
    ]  # fmt: skip
    row = {**ROW, **dict.fromkeys(beside, wrong)}
    positions, _, _ = fetch([row], fields={**FLAT, **{name: name for name in beside}})
    assert positions.time_ms.tolist() == [to_ms(NOON)]
    assert (positions.lon[0], positions.lat[0]) == (LON, LAT)


def test_a_number_of_thousands_of_digits_costs_its_row_only(fetch: Callable[..., Answer]) -> None:
    """Python refuses to read such an integer; the rows beside it are kept."""
    good = json.dumps(ROW).encode()
    positions, _, tally = fetch(b'[{"MMSI": ' + b"9" * 10_000 + b"}, " + good + b"]")
    assert len(positions) == 1
    assert tally.rejected == {"no_mmsi": 1}


def test_half_a_character_is_replaced(fetch: Callable[..., Answer]) -> None:
    """An escape for half of a surrogate pair is good JSON and no text that can be kept."""
    body = json.dumps([{**ROW, "NAME": "SPA\ud800RTA"}]).encode()
    assert b"ud800" in body
    _, static, _ = fetch(body, fields={**FLAT, "name": "NAME"})
    assert [r.name for r in static] == ["SPA?RTA"]


def test_lines_of_json_are_read_one_by_one(fetch: Callable[..., Answer]) -> None:
    """A line cut off or nested without end is counted; the others are kept."""
    good = json.dumps(ROW).encode()
    body = b"\n".join([good, b"", b"[" * 50_000, good, good[:30]])
    positions, _, tally = fetch(body, envelope="ndjson")
    assert len(positions) == 2
    assert tally.rejected == {"not_json": 2}


def test_lines_of_which_none_is_json_are_no_answer(fetch: Callable[..., Answer]) -> None:
    """A web page in place of lines is worth trying later."""
    with pytest.raises(SourceUnavailable, match="did not send JSON"):
        fetch(b"<html>\n</html>", envelope="ndjson")


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        ({"error": "wrong key " + SECRET}, SourceRefused, r"hub refused: wrong key \*\*\*$"),
        ({"error": "Too many requests"}, SourceUnavailable, "Too many requests"),
        ({"error": {"x": 1}}, SourceRefused, "it gave no reason"),
        ({"meta": {"success": False}, "rows": []}, SourceRefused, "it gave no reason"),
        ({"error": "<b>\x00no\n\u202ecredit</b>" + "x" * 500}, SourceRefused, "<b> no credit</b>x"),
    ],
)
def test_an_error_with_status_200_is_one(
    fetch: Callable[..., Answer], body: object, error: type[MonitorError], says: str
) -> None:
    """Some feeds say no in the body; their words are told, cleaned, short and without the key."""
    with pytest.raises(error, match=says) as caught:
        fetch(body, items="rows", error="error", ok="meta.success", error_later=["too many"])
    assert len(str(caught.value)) < 200


def test_pages_are_read_to_the_end_and_no_further(
    client: HttpClient, httpserver: HTTPServer
) -> None:
    """The cursor of one page asks for the next, up to a bound, and what is left is counted."""
    asked: list[object] = []

    def page(request: Request) -> Response:
        after = request.get_json()["after"]
        asked.append(after)
        n = int(after or 0)
        body = {"rows": [{**ROW, "MMSI": SHIP + n}], "more": n < 2, "next": str(n + 1)}
        return Response(json.dumps(body))

    httpserver.expect_request("/ws", method="POST").respond_with_handler(page)
    body = {"after": "{cursor}", "box": "{polygon}"}

    def fetched(most: int) -> tuple[int, Tally]:
        tally = Tally()
        paging = Paging(next="next", more="more", max_pages=most)
        feed = a_feed(
            client, httpserver.url_for("/ws"), method="POST", body=body, items="rows", paging=paging
        )
        (batch,) = feed.fetch(WINDOW, tally)
        return len(batch.positions), tally

    assert fetched(5)[0] == 3
    assert asked == [None, "1", "2"]
    count, tally = fetched(2)
    assert (count, tally.rejected) == (2, {"pages_left_unread": 1})


def test_a_token_is_kept_and_renewed_once(client: HttpClient, httpserver: HTTPServer) -> None:
    """A token serves until shortly before its end; one refused early is renewed, once."""
    tokens: list[dict[str, str]] = []
    good = {"Bearer t1", "Bearer t3"}

    def token(request: Request) -> Response:
        tokens.append(request.form.to_dict())
        return Response(json.dumps({"access_token": f"t{len(tokens)}", "expires_in": 3600}))

    def ships(request: Request) -> Response:
        known = request.headers["Authorization"] in good
        return Response(json.dumps([ROW]), status=200 if known else 401)

    httpserver.expect_request("/token", method="POST").respond_with_handler(token)
    httpserver.expect_request("/ws").respond_with_handler(ships)
    auth = OAuth(
        url=httpserver.url_for("/token"), client_id="me", client_secret="{key}", scope="ais"
    )
    feed = a_feed(client, httpserver.url_for("/ws"), auth=auth, max_age_s=1e6)

    def fetch_at(minutes: float) -> None:
        end = NOON + timedelta(minutes=minutes)
        list(feed.fetch(TimeWindow(start=NOON, end=end), Tally()))

    fetch_at(0)
    fetch_at(58.9)
    assert tokens == [
        {
            "grant_type": "client_credentials", "client_id": "me", "client_secret": SECRET,
            "scope": "ais",
        }
    ]  # fmt: skip
    good.clear()
    with pytest.raises(SourceRefused, match="status 401"):
        fetch_at(58.95)
    assert len(tokens) == 2
    good.add("Bearer t3")
    fetch_at(58.96)
    fetch_at(60)
    assert len(tokens) == 3


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_client"}, SourceRefused),
        (200, {"access_token": "a b\n"}, SourceUnavailable),
        (200, b"<html>", SourceUnavailable),
        (503, b"", SourceUnavailable),
    ],
)
def test_a_token_service_that_fails_is_named_without_secrets(
    client: HttpClient,
    httpserver: HTTPServer,
    status: int,
    body: object,
    error: type[MonitorError],
) -> None:
    """A wrong id calls a human, a fault does not; neither repeats the secret."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    httpserver.expect_request("/token").respond_with_data(content, status=status)
    auth = OAuth(url=httpserver.url_for("/token"), client_id="me", client_secret="{key}")
    feed = a_feed(client, httpserver.url_for("/ws"), auth=auth)
    with pytest.raises(error, match="the token service of hub") as caught:
        list(feed.fetch(WINDOW, Tally()))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("seconds", "asks"), [(59.9, 1), (60, 2)])
def test_a_feed_is_asked_no_more_often_than_it_allows(
    client: HttpClient, httpserver: HTTPServer, seconds: float, asks: int
) -> None:
    """Its interval holds across restarts and failures; too soon is no ships and no error."""
    httpserver.expect_request("/ws").respond_with_data(b"")
    pace = ForgetfulPace()
    later = NOON + timedelta(seconds=seconds)
    for end in (NOON, later):
        feed = a_feed(client, httpserver.url_for("/ws"), pace=pace, limit_s=60)  # a new process
        if end is NOON or asks == 2:
            with pytest.raises(SourceUnavailable, match="empty answer"):
                list(feed.fetch(TimeWindow(start=NOON, end=end), Tally()))
        else:
            (batch,) = feed.fetch(TimeWindow(start=NOON, end=end), Tally())
            assert len(batch.positions) == 0
    assert len(httpserver.log) == asks


@pytest.mark.parametrize(
    ("header", "waits_s"),
    [("120", 120), ("Tue, 21 Jan 2025 12:02:00 GMT", 120), ("999999", 3600), ("soon", 0)],
)
def test_a_server_that_asks_for_a_pause_gets_it(
    client: HttpClient, httpserver: HTTPServer, header: str, waits_s: int
) -> None:
    """Retry-After is kept, an hour at most, and while it lasts the feed counts as unavailable."""
    httpserver.expect_request("/ws").respond_with_data(
        b"", status=429, headers={"retry-after": header}
    )
    feed = a_feed(client, httpserver.url_for("/ws"))
    for seconds in (0, max(waits_s - 1, 0), waits_s):
        window = TimeWindow(start=NOON, end=NOON + timedelta(seconds=seconds))
        with pytest.raises(SourceUnavailable):
            list(feed.fetch(window, Tally()))
    assert len(httpserver.log) == (2 if waits_s else 3)


def test_a_clock_set_back_does_not_silence_a_feed(
    client: HttpClient, httpserver: HTTPServer
) -> None:
    """A pause that lies absurdly far ahead is no pause."""
    httpserver.expect_request("/ws").respond_with_json([ROW])
    pace = ForgetfulPace()
    pace.put_off("hub", datetime(2031, 1, 1, tzinfo=UTC))
    (batch,) = a_feed(client, httpserver.url_for("/ws"), pace=pace).fetch(WINDOW, Tally())
    assert len(batch.positions) == 1


def test_a_secret_that_cannot_travel_in_a_header_is_told_apart(
    client: HttpClient, httpserver: HTTPServer
) -> None:
    """A key with a line break or an accent is a mistake in the settings, told without the key."""
    feed = a_feed(client, httpserver.url_for("/ws"), headers={"authorization": "{key}"})
    with pytest.raises(ConfigError, match="look at the secret") as caught:
        list(feed.fetch(WINDOW, Tally()))
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_feed_keeps_its_secrets_out_of_its_repr(client: HttpClient) -> None:
    """Printing a feed while looking for a fault shows no key."""
    feed: PollsPositions = a_feed(client, "http://127.0.0.1/ws")
    assert "s3cret" not in repr(feed) + repr(vars(feed)["_feed"])
