"""The websocket of aisstream.io: one connection, one subscription, said within three seconds.

The key goes into the subscription and nowhere else: no error and no log shows it.
Source: https://aisstream.io/documentation, and the service's public issue list.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from websockets.exceptions import (
    ConnectionClosed,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.sync.client import connect

from monitor.domain.tally import Tally
from monitor.errors import ConfigError, MonitorError, SourceRefused, SourceUnavailable
from monitor.sources.ais.aisstream import POSITION_TYPES, STATIC_TYPES, read_frame
from monitor.sources.ais.batch import BatchBuilder
from monitor.sources.ais.clean import clean_text
from monitor.sources.ais.streams.live import Area, Bounds, Frame, LiveFeed
from monitor.sources.ais.streams.sockets import CONNECT_TIMEOUT_S, fault

WORLD = (-180.0, -90.0, 180.0, 90.0)
MAX_FRAME = 262_144
"""Longest frame taken, bytes; real ones have about 700. Longer ones end the connection."""
MAX_MMSIS = 50
"""Most ships one subscription may name (aisstream.io documentation)."""
LEAVE_ALONE = timedelta(minutes=1)
"""How long to stay away at least after a refused handshake. The service answers too many with
HTTP 429, and blocks addresses that go on (its issues 256 and 287)."""
CLOSE_TIMEOUT_S = 2.0


def aisstream_feed(
    name: str,
    *,
    url: str,
    key: str,
    boxes: Sequence[Bounds],
    mmsis: Sequence[int] = (),
    area: Area | None = None,
) -> LiveFeed:
    """Return the feed of one subscription.

    Args:
        name: Source name of the rows.
        url: Of the service, wss:// (ws:// on this machine only: a key is sent to it).
        key: API key.
        boxes: What to subscribe to, as in `subscription`.
        mmsis: Only these ships, as in `subscription`.
        area: Which of the ships heard are kept; all if None.

    Raises:
        ConfigError: The address would show the key, or too many ships are named.
    """
    _check_url(name, url)
    return LiveFeed(
        name,
        connect=partial(WebSocketLink, name, url, hello=subscription(key, boxes, mmsis)),
        reader=partial(AisstreamReader, name=name, key=key),
        area=area,
    )


def subscription(key: str, boxes: Iterable[Bounds], mmsis: Sequence[int] = ()) -> str:
    """Return the message that subscribes to everything said by ships in some boxes.

    Args:
        key: API key.
        boxes: (west, south, east, north), degrees. The service wants latitude first.
        mmsis: Only these ships, all if empty. The service sends what meets every filter, so
            ships named here and outside the boxes are not sent.

    Raises:
        ConfigError: More ships than the service takes.
    """
    if len(mmsis) > MAX_MMSIS:
        raise ConfigError(
            f"{len(mmsis)} ships are too many for one aisstream.io subscription, which takes "
            f'{MAX_MMSIS}; use subscribe = "world"'
        )
    wanted: dict[str, object] = {
        "APIKey": key,
        "BoundingBoxes": [[[s, w], [n, e]] for box in boxes for w, s, e, n in _flat(box)],
        "FilterMessageTypes": sorted(POSITION_TYPES | STATIC_TYPES),
    }
    if mmsis:
        wanted["FiltersShipMMSI"] = [f"{mmsi:09d}" for mmsi in sorted(mmsis)]
    return json.dumps(wanted)


def _flat(box: Bounds) -> list[Bounds]:
    """Cut a box that reaches over the date line in two."""
    west, south, east, north = box
    if east - west >= 360:
        return [(-180.0, south, 180.0, north)]
    if west < -180:
        return [(west + 360, south, 180.0, north), (-180.0, south, east, north)]
    if east > 180:
        return [(west, south, 180.0, north), (-180.0, south, east - 360, north)]
    return [box]


class WebSocketLink:
    """One open websocket."""

    def __init__(self, name: str, url: str, *, hello: str) -> None:
        """Connect and say the first word.

        Args:
            name: The source's, for errors.
            url: wss:// or ws:// address.
            hello: Sent at once: the service hangs up on who is silent for three seconds.

        Raises:
            SourceUnavailable: No connection; `retry_after` says if the handshake was refused.
            ConfigError: `url` is not the address of a websocket.
        """
        self._name = name
        with ExitStack() as opening:
            try:
                self._connection = opening.enter_context(
                    connect(
                        url,
                        open_timeout=CONNECT_TIMEOUT_S,
                        close_timeout=CLOSE_TIMEOUT_S,
                        max_size=MAX_FRAME,
                    )
                )
                self._connection.send(hello)
            except (WebSocketException, OSError, ValueError) as exc:
                raise _no_connection(name, exc) from exc
            self._open = opening.pop_all()

    def receive(self, timeout_s: float) -> Frame | None:
        """Return the next whole message; None if none came in time.

        Raises:
            SourceUnavailable: The connection is lost.
        """
        try:
            data = self._connection.recv(timeout_s, decode=False)
        except TimeoutError:
            return None
        except ConnectionClosed as exc:
            code = exc.rcvd.code if exc.rcvd else exc.sent.code if exc.sent else 1006
            raise SourceUnavailable(f"{self._name}: connection lost (code {code})") from exc
        except (WebSocketException, OSError) as exc:
            raise SourceUnavailable(f"{self._name}: connection lost ({_kind(exc)})") from exc
        return Frame(bytes(data))

    def close(self) -> None:
        """Close; safe to call twice."""
        self._open.close()


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    near = host in ("localhost", "127.0.0.1", "::1")
    if not host or not (parts.scheme == "wss" or (parts.scheme == "ws" and near)):
        raise ConfigError(f"source {name}: url must begin with wss://, or the key could be read")


def _no_connection(name: str, exc: Exception) -> MonitorError:
    if isinstance(exc, InvalidURI):
        return ConfigError(f"{name}: url is not the address of a websocket (wss://…)")
    if isinstance(exc, InvalidStatus):
        status = exc.response.status_code
        return SourceUnavailable(
            f"{name}: no connection (HTTP {status})",
            retry_after=LEAVE_ALONE if status < 500 else None,
        )
    return SourceUnavailable(f"{name}: no connection ({_kind(exc)})")


def _kind(exc: Exception) -> str:
    """Say what went wrong without the address."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {exc.verify_message}"
    return fault(exc)


class AisstreamReader:
    """Reads the frames of one connection; the service speaks of faults in frames too."""

    def __init__(self, builder: BatchBuilder, tally: Tally, *, name: str, key: str) -> None:
        self._builder, self._tally, self._name, self._key = builder, tally, name, key

    def read(self, frame: Frame, now_ms: int) -> int:
        """Read a frame.

        Raises:
            SourceRefused: The key or the subscription is not accepted.
            SourceUnavailable: Any other complaint.
        """
        text = frame.data.decode("utf-8", "replace")
        if '"error"' in text[:64]:
            self._complain(text)
        read_frame(text, self._builder, tally=self._tally, now_ms=now_ms)
        return 1

    def finish(self) -> None:
        """Nothing is ever left half said: a frame is whole."""

    def _complain(self, text: str) -> None:
        try:
            told = json.loads(text)["error"]
        except (ValueError, TypeError, LookupError, RecursionError):
            return  # a frame like any other, to be counted as what it is
        said = clean_text(str(told).replace(self._key, "***")) or "no reason given"
        message = f"{self._name}: aisstream.io says: {said}"
        if "key" in said.lower():
            raise SourceRefused(f"{message}; check the API key")
        if "malformed" in said.lower():
            raise SourceRefused(f"{message}; check the boxes of the source")
        raise SourceUnavailable(message, retry_after=LEAVE_ALONE)
