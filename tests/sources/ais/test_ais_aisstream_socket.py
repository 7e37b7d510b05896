"""The websocket of aisstream.io, against a server that keeps its rules and breaks them."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from monitor.clock import VirtualClock
from monitor.domain.window import to_ms
from monitor.errors import ConfigError, SourceRefused, SourceUnavailable
from monitor.sources.ais.clean import MAX_AHEAD_MS
from monitor.sources.ais.streams.aisstream import (
    LEAVE_ALONE,
    MAX_FRAME,
    MAX_MMSIS,
    aisstream_feed,
    subscription,
)
from monitor.sources.ais.streams.live import Area, LiveFeed
from tests.conftest import shared
from tests.servers.aisstream_server import KEY, AisstreamServer, position_frame, serving
from tests.sources.ais.ais_lines import LAT, LON, NOON, SHIP
from tests.sources.ais.stream_ear import Listened, listen

BOX = (35.2, 34.5, 36.1, 35.3)
FRAME = position_frame(SHIP, LON, LAT, NOON - timedelta(seconds=2))


def _feed(server: AisstreamServer, *, key: str = KEY, area: Area | None = None) -> LiveFeed:
    return aisstream_feed("space", url=server.url, key=key, boxes=[BOX], area=area)


def test_a_subscription_says_latitude_first() -> None:
    """Boxes go out as [[lat, lon], [lat, lon]], ships as text of nine digits."""
    told = json.loads(subscription("k", [BOX], [273394890, 2734452]))
    assert told["APIKey"] == "k"
    assert told["BoundingBoxes"] == [[[34.5, 35.2], [35.3, 36.1]]]
    assert told["FiltersShipMMSI"] == ["002734452", "273394890"]
    assert "PositionReport" in told["FilterMessageTypes"]
    assert "ShipStaticData" in told["FilterMessageTypes"]
    assert "FiltersShipMMSI" not in json.loads(subscription("k", [BOX]))


def test_a_box_over_the_date_line_is_two() -> None:
    """The service takes longitudes from -180 to 180."""
    told = json.loads(subscription("k", [(179.0, -1.0, 182.0, 1.0), (-181.0, 0.0, -179.0, 1.0)]))
    assert told["BoundingBoxes"] == [
        [[-1.0, 179.0], [1.0, 180.0]],
        [[-1.0, -180.0], [1.0, -178.0]],
        [[0.0, 179.0], [1.0, 180.0]],
        [[0.0, -180.0], [1.0, -179.0]],
    ]


@pytest.mark.parametrize(("ships", "taken"), [(MAX_MMSIS, True), (MAX_MMSIS + 1, False)])
def test_more_ships_than_the_service_takes_are_refused(ships: int, taken: bool) -> None:
    """A list too long is a fault of the settings, and the message says what to do."""
    mmsis = range(201_000_000, 201_000_000 + ships)
    if taken:
        assert subscription("k", [BOX], mmsis)
    else:
        with pytest.raises(ConfigError, match="world"):
            subscription("k", [BOX], mmsis)


@pytest.mark.parametrize("url", ["ws://ais.example.org/v0/stream", "https://x.example", "wss://"])
def test_a_key_is_not_sent_where_it_can_be_read(url: str) -> None:
    """An address without encryption is refused unless it is this machine's own."""
    with pytest.raises(ConfigError, match="source space: url"):
        aisstream_feed("space", url=url, key=KEY, boxes=[BOX])


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("meta", ["MetaData", "Metadata"])
def test_frames_are_heard_as_text_and_as_bytes(binary: bool, meta: str) -> None:
    """Both kinds of frame and both spellings give the ship, received when it reached us."""
    text = FRAME.replace("MetaData", meta)
    with serving(say=[text.encode() if binary else text]) as server:
        told = listen(_feed(server), until=lambda t: t.frames >= 1)
        (sent,) = server.subscriptions
    assert told.error is None
    assert (told.positions.mmsi[0], told.positions.lon[0]) == (SHIP, LON)
    assert told.positions.time_ms.tolist() == [to_ms(NOON) - 2_000]
    assert told.positions.received_ms.tolist() == [to_ms(NOON)]
    assert sent["BoundingBoxes"] == [[[34.5, 35.2], [35.3, 36.1]]]
    assert server.late == 0


def test_the_server_of_these_tests_hangs_up_on_who_is_silent() -> None:
    """The rule we keep is kept up on the other side: no subscription in time, no stream."""
    with serving(subscribe_within_s=0.05) as server, connect(server.url) as silent:
        with pytest.raises(ConnectionClosed):
            silent.recv(10)
        assert server.late == 1
        assert server.subscriptions == []


@pytest.mark.parametrize(("ahead_ms", "kept"), [(MAX_AHEAD_MS, 1), (MAX_AHEAD_MS + 1, 0)])
def test_a_frame_from_the_future_is_refused(ahead_ms: int, kept: int) -> None:
    """A service whose clock is wrong dates nothing."""
    frame = position_frame(SHIP, LON, LAT, NOON + timedelta(milliseconds=ahead_ms), Timestamp=60)
    with serving(say=[frame]) as server:
        told = listen(_feed(server), until=lambda t: t.frames >= 1)
    assert len(told.positions) == kept
    assert told.tally.rejected == ({} if kept else {"time_in_future": 1})


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ("Api Key Is Not Valid", SourceRefused),
        ("Subscription Object Is Malformed", SourceRefused),
        ("concurrent connections per user exceeded", SourceUnavailable),
        (f"your token {KEY} is over its limit", SourceUnavailable),
    ],
)
def test_an_error_frame_says_whether_a_human_must_act(
    says: str, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """A bad key or subscription stops the trying, other complaints do not; the key stays unsaid."""
    caplog.set_level(logging.DEBUG)
    with serving(error=says) as server:
        told = listen(_feed(server))
    assert type(told.error) is error
    assert "space: aisstream.io says: " in str(told.error)
    assert KEY not in str(told.error)
    if isinstance(told.error, SourceUnavailable):
        assert told.error.retry_after == LEAVE_ALONE
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("monitor")]
    assert KEY not in "".join(ours)


def test_a_wrong_key_is_refused() -> None:
    """A key the service does not know calls a human."""
    with serving() as server:
        told = listen(_feed(server, key="wrong"))
    assert isinstance(told.error, SourceRefused)
    assert "wrong" not in str(told.error)


@pytest.mark.parametrize(
    ("status", "patient"), [(401, True), (403, True), (429, True), (500, False), (503, False)]
)
def test_a_refused_handshake_keeps_us_away(status: int, patient: bool) -> None:
    """Who is told 429 stays away for a while; a server that is down is asked again soon."""
    with serving(refuse=status) as server:
        told = listen(_feed(server))
    assert isinstance(told.error, SourceUnavailable)
    assert str(told.error) == f"space: no connection (HTTP {status})"
    assert told.error.retry_after == (LEAVE_ALONE if patient else None)


@pytest.mark.parametrize("code", [1000, 1006, 1008, 1011])
def test_a_connection_that_ends_is_worth_trying_again(code: int) -> None:
    """However the line goes dead, what was said before is kept."""
    with serving(say=[FRAME], hang_up=code) as server:
        told = listen(_feed(server))
    assert isinstance(told.error, SourceUnavailable)
    assert str(told.error) == f"space: connection lost (code {code})"
    assert len(told.positions) == 1


def test_a_line_cut_in_the_middle_of_a_frame_loses_that_frame_only() -> None:
    """Half a frame is nothing; the frames before it are kept."""
    with serving(say=[FRAME]) as server:

        def cut(told: Listened) -> bool:
            if told.frames >= 1:
                server.cut(after=FRAME[:50].encode())
            return False

        told = listen(_feed(server), until=cut)
    assert isinstance(told.error, SourceUnavailable)
    assert len(told.positions) == 1
    assert not told.tally.rejected


def test_a_frame_beyond_the_bound_ends_the_connection() -> None:
    """A server that sends without end takes no memory of ours."""
    with serving(say=[FRAME, "x" * (MAX_FRAME + 1)]) as server:
        told = listen(_feed(server))
    assert isinstance(told.error, SourceUnavailable)
    assert "code 1009" in str(told.error)
    assert len(told.positions) == 1


def test_damaged_frames_are_counted_and_harm_no_other() -> None:
    """Frames that are no frames are rejected by reason."""
    bad = ["{half", '{"error"', '{"error" 3}', "[]", "", b"\xff\xfe"]
    with serving(say=[*bad, FRAME]) as server:
        told = listen(_feed(server), until=lambda t: t.frames >= 7)
    assert len(told.positions) == 1
    assert told.tally.rejected == {"not_json": 4, "not_an_aisstream_frame": 1}
    assert told.tally.ignored == {"blank": 1}


def test_only_the_area_and_watched_ships_are_kept() -> None:
    """Of a world subscription the ships elsewhere are counted, not stored."""
    frames = [
        FRAME,
        position_frame(SHIP + 1, 4.0, 52.0, NOON),
        position_frame(SHIP + 2, 4.0, 52.0, NOON),
    ]
    area = Area(boxes=(BOX,), watched=frozenset({SHIP + 2}))
    with serving(say=frames) as server:
        told = listen(_feed(server, area=area), until=lambda t: t.frames >= 3)
    assert sorted(told.positions.mmsi.tolist()) == [SHIP, SHIP + 2]
    assert told.tally.ignored == {"outside_area": 1}


@pytest.mark.shared_data
def test_the_real_frames_are_heard() -> None:
    """The recorded frames give the ships they give when read from a file."""
    sample = json.loads(shared("data", "ais", "samples", "aisstream.json").read_text())
    frames = [json.dumps(message) for message in sample["messages"]]
    with serving(say=frames) as server:
        told = listen(_feed(server), until=lambda t: t.frames >= len(frames),
                      clock=VirtualClock(NOON))  # fmt: skip
    assert sorted(told.positions.mmsi.tolist()) == [232007164, 250013879]
    assert sorted(r.mmsi for r in told.static) == [244780791, 257503600]
    assert not told.tally.rejected
