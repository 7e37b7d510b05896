"""A connection to an MQTT broker: the one door to paho-mqtt, which comes with the extra `mqtt`.

Its callbacks run inside `receive`, so that there is no second thread. What the messages say is
read in `mqtt_messages`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.errors import ConfigError, SourceRefused, SourceUnavailable
from monitor.sources.ais.streams.live import Area, Frame, LiveFeed
from monitor.sources.ais.streams.mqtt_messages import MqttReader
from monitor.sources.ais.streams.sockets import CONNECT_TIMEOUT_S, fault

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage
    from paho.mqtt.reasoncodes import ReasonCode

SCHEMES = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
"""Addresses taken, and their usual ports."""
KEEPALIVE_S = 60
_TAKEN_TOGETHER = 200


def mqtt_feed(
    name: str,
    *,
    url: str,
    topics: Sequence[str],
    username: str | None = None,
    password: str | None = None,
    area: Area | None = None,
) -> LiveFeed:
    """Return the feed of some topics of a broker; see `MqttLink`.

    Raises:
        ConfigError: The address is none, or the extra is not installed.
    """
    _paho(name)
    _address(name, url)
    connect = partial(MqttLink, name, url, topics=topics, username=username, password=password)
    return LiveFeed(name, connect=connect, reader=MqttReader, area=area)


class MqttLink:
    """One connection to a broker, subscribed to some topics at most once each message."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        topics: Sequence[str],
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        """Connect and subscribe.

        Args:
            name: The source's, for errors.
            url: mqtt://, mqtts://, ws:// or wss:// address, without a login.
            topics: Topic filters.
            username: Login, where the broker wants one.
            password: Its password.

        Raises:
            SourceUnavailable: No connection.
            SourceRefused: The broker does not accept the login or a topic.
            ConfigError: The address is none, or the extra is not installed.
        """
        self._name, self._topics = name, topics
        self._waiting: deque[Frame] = deque()
        self._refusal = ""
        self._subscribed = False
        host, port, path, scheme = _address(name, url)
        self._client = self._make_client(scheme, path)
        if username is not None:
            self._client.username_pw_set(username, password)
        with ExitStack() as opening:
            opening.callback(self.close)
            try:
                self._client.connect(host, port, keepalive=KEEPALIVE_S)
            except (OSError, ValueError) as exc:
                raise SourceUnavailable(f"{name}: no connection ({fault(exc)})") from exc
            self._await_subscription()
            opening.pop_all()

    def receive(self, timeout_s: float) -> Frame | None:
        """Return one message and its topic; None if none came in time.

        Raises:
            SourceUnavailable: The connection is lost.
        """
        if not self._waiting:
            self._turn(timeout_s)
            while self._waiting and len(self._waiting) < _TAKEN_TOGETHER:
                before = len(self._waiting)
                self._turn(0.0)
                if len(self._waiting) == before:
                    break
        return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        """Say goodbye and close; safe to call twice."""
        self._client.disconnect()

    def _await_subscription(self) -> None:
        for _ in range(int(CONNECT_TIMEOUT_S * 10)):
            if self._subscribed:
                return
            self._turn(0.1)
        raise SourceUnavailable(f"{self._name}: the broker does not answer")

    def _turn(self, timeout_s: float) -> None:
        """Let the client read and write for a moment."""
        code = self._client.loop(timeout_s)
        if self._refusal:
            raise SourceRefused(f"{self._name}: the broker refuses: {self._refusal}")
        if code != 0:
            raise SourceUnavailable(f"{self._name}: connection lost ({code.name.lower()})")

    def _make_client(self, scheme: str, path: str) -> Client:
        mqtt = _paho(self._name)
        over_web = scheme in ("ws", "wss")
        client: Client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, transport="websockets" if over_web else "tcp"
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if over_web:
            client.ws_set_options(path=path or "/mqtt")
        if scheme in ("mqtts", "wss"):
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(
        self,
        client: Client,
        _data: object,
        _flags: object,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if not reason.is_failure:
            client.subscribe([(topic, 0) for topic in self._topics])
        elif reason.getName() in _LOGIN_FAULTS:
            self._refusal = reason.getName().lower()

    def _on_subscribe(
        self,
        _client: Client,
        _data: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: object,
    ) -> None:
        refused = [t for t, r in zip(self._topics, reasons, strict=False) if r.is_failure]
        self._refusal = f"topic {refused[0]}" if refused else ""
        self._subscribed = True

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._waiting.append(Frame(bytes(message.payload), message.topic))


_LOGIN_FAULTS = frozenset(
    {"Bad user name or password", "Not authorized", "Banned", "Client identifier not valid"}
)
"""Answers to a connection that waiting would not mend (MQTT 3.1.1, table 3.1; 5.0, table 3-1)."""


def _paho(name: str) -> ModuleType:
    try:
        import paho.mqtt.client as mqtt
    except ImportError as exc:
        raise ConfigError(
            f"source {name}: kind mqtt needs the extra: pip install 'tartus-monitor[mqtt]'"
        ) from exc
    return mqtt


def _address(name: str, url: str) -> tuple[str, int, str, str]:
    """Return (host, port, path, scheme)."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in SCHEMES or parts.username is not None:
        raise ConfigError(
            f"source {name}: url must be mqtt://, mqtts://, ws:// or wss://HOST, without a login"
        )
    return host, port or SCHEMES[parts.scheme], parts.path, parts.scheme
