"""MQTT, against a real broker on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from monitor.domain.window import to_ms
from monitor.errors import BadPayload, ConfigError, SourceRefused, SourceUnavailable
from monitor.sources.ais.streams.live import LiveFeed
from monitor.sources.ais.streams.mqtt import mqtt_feed
from monitor.sources.ais.streams.mqtt_messages import digitraffic_message
from tests.conftest import shared
from tests.servers.mosquitto_server import LOGIN, Broker, serving
from tests.sources.ais.ais_lines import LAT, LON, NOON, NOON_S, SHIP, position_line, static_lines
from tests.sources.ais.stream_ear import Listened, listen

LOCATION = {"time": NOON_S, "sog": 10.7, "cog": 326.6, "navStat": 0, "heading": 325,
            "lon": LON, "lat": LAT}  # fmt: skip
METADATA = {"timestamp": NOON_S * 1000 + 35, "destination": "TARTUS", "name": "URSA MAJOR",
            "draught": 75, "imo": 9538892, "type": 70, "callSign": "UBQG8",
            "refA": 120, "refB": 22, "refC": 10, "refD": 13}  # fmt: skip
TOPICS = ("vessels-v2/+/location", "vessels-v2/+/metadata", "vessels-v2/status", "station/#")


def _publish(broker: Broker, *messages: tuple[str, str]) -> None:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def _once_connected(speak: Callable[[], None], frames: int) -> Callable[[Listened], bool]:
    def until(told: Listened) -> bool:
        if len(told.heard) == 1:
            speak()
        return told.frames >= frames

    return until


def _feed(url: str, **changes: str) -> LiveFeed:
    return mqtt_feed("finland", url=url, topics=TOPICS, **changes)


@pytest.mark.parametrize("scheme", ["mqtt", "ws"])
def test_digitraffics_topics_are_heard(tmp_path: Path, scheme: str) -> None:
    """Locations are dated in seconds, metadata in milliseconds, draught is in tenths."""
    messages = [
        (f"vessels-v2/{SHIP}/location", json.dumps(LOCATION)),
        (f"vessels-v2/{SHIP}/metadata", json.dumps(METADATA)),
    ]
    with serving(tmp_path) as broker:
        port = broker.port if scheme == "mqtt" else broker.web_port
        told = listen(
            _feed(f"{scheme}://127.0.0.1:{port}"),
            until=_once_connected(lambda: _publish(broker, *messages), 2),
        )
    assert told.error is None
    assert told.positions.time_ms.tolist() == [to_ms(NOON)]
    assert (told.positions.mmsi[0], told.positions.lat[0]) == (SHIP, LAT)
    (report,) = told.static
    assert (report.imo, report.draught_m, report.to_bow_m) == (9538892, 7.5, 120)
    assert report.time_ms == to_ms(NOON) + 35


def test_receivers_may_publish_their_lines(tmp_path: Path) -> None:
    """NMEA and AIS-catcher's JSON are read on any other topic."""
    item = {"class": "AIS", "rxtime": "20250121115959", "nmea": static_lines()}
    messages = [
        ("station/7/nmea", position_line()),
        ("station/7/json", json.dumps(item)),
        ("vessels-v2/status", '{"updated": 1}'),
    ]
    with serving(tmp_path) as broker:
        told = listen(
            _feed(f"mqtt://127.0.0.1:{broker.port}"),
            until=_once_connected(lambda: _publish(broker, *messages), 3),
        )
    assert len(told.positions) == 1
    assert [r.name for r in told.static] == ["URSA MAJOR"]
    assert told.tally.ignored == {"other_json": 1}


def test_a_broker_that_ends_is_worth_trying_again(tmp_path: Path) -> None:
    """A lost broker ends the stream with its name; what it said is kept."""
    running = serving(tmp_path)
    broker = running.__enter__()

    def until(told: Listened) -> bool:
        if len(told.heard) == 1:
            _publish(broker, (f"vessels-v2/{SHIP}/location", json.dumps(LOCATION)))
        if told.frames == 1:
            running.__exit__(None, None, None)
        return False

    told = listen(_feed(f"mqtt://127.0.0.1:{broker.port}"), until=until)
    assert isinstance(told.error, SourceUnavailable)
    assert "finland: connection lost" in str(told.error)
    assert len(told.positions) == 1


def test_a_login_is_needed_and_given(tmp_path: Path) -> None:
    """Without the right login a human must act; with it the stream is heard."""
    with serving(tmp_path, login=True) as broker:
        url = f"mqtt://127.0.0.1:{broker.port}"
        told = listen(_feed(url, username=LOGIN[0], password="wrong-word"))
        assert isinstance(told.error, SourceRefused)
        assert "not authorized" in str(told.error)
        assert "wrong-word" not in str(told.error)
        let_in = listen(_feed(url, username=LOGIN[0], password=LOGIN[1]), until=lambda _: True)
    assert let_in.error is None


def test_no_broker_is_worth_trying_later(tmp_path: Path) -> None:
    """A refused connection names the source."""
    with serving(tmp_path) as broker:
        port = broker.port
    told = listen(_feed(f"mqtt://127.0.0.1:{port}"))
    assert isinstance(told.error, SourceUnavailable)
    assert str(told.error) == "finland: no connection (connection refused)"


@pytest.mark.parametrize(
    "url", ["http://x.example", "mqtt://", "mqtt://me:word@x.example", "mqtt://x:port"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """A wrong address is a fault of the settings; a login in it is not repeated."""
    with pytest.raises(ConfigError, match="source finland: url") as caught:
        _feed(url)
    assert "word" not in str(caught.value)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not install it is told how."""
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(ConfigError, match=r"pip install 'tartus-monitor\[mqtt\]'"):
        _feed("mqtt://127.0.0.1")


@pytest.mark.parametrize(
    ("what", "payload", "reason"),
    [
        ("location", b"{half", "not_json"),
        ("location", b"[]", "not_json"),
        ("location", b"{}", "undated"),
        ("location", json.dumps({**LOCATION, "time": NOON_S * 1000}).encode(), "undated"),
        ("metadata", json.dumps({**METADATA, "timestamp": NOON_S}).encode(), "undated"),
        ("metadata", b'{"timestamp": 1e999}', "undated"),
    ],
)
def test_a_damaged_message_is_refused(what: str, payload: bytes, reason: str) -> None:
    """Milliseconds where seconds are due are no date, nor the other way round."""
    with pytest.raises(BadPayload) as caught:
        digitraffic_message(SHIP, what, payload)
    assert caught.value.reason == reason


@pytest.mark.shared_data
def test_the_real_messages_are_read() -> None:
    """The recorded location and metadata give what they hold."""
    sample = json.loads(shared("data", "ais", "samples", "digitraffic.json").read_text())
    location, at_ms = digitraffic_message(
        230000000, "location", json.dumps(sample["MQTT vessels-v2/<mmsi>/location"]).encode()
    )
    assert location.fix is not None
    assert (location.fix.lon, location.fix.sog_kn, at_ms) == (20.345818, 10.7, 1668075025000)
    metadata, _ = digitraffic_message(
        230000000, "metadata", json.dumps(sample["MQTT vessels-v2/<mmsi>/metadata"]).encode()
    )
    assert metadata.static is not None
    assert (metadata.static.imo, metadata.static.draught_m) == (9543756, 6.8)
