"""The one door to HTTP: bounded waits, bounded answers, and no address ever in a message or a log.

Addresses of feeds and chat channels carry keys in their path or query, so errors name the host
only. Redirects are not followed: whoever asks decides what a 3xx means. Nothing is retried here.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from monitor.errors import ConfigError, SourceUnavailable, TryLater

_TOLD_ANSWER_BYTES = 64 * 1024


class HttpNotSent(TryLater):
    """The other side cannot have seen the request: there was no connection to send it on."""


class HttpOutcomeUnknown(TryLater):
    """The request went out, wholly or in part, and no answer came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What a server said."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    content: bytes = b""
    """Decoded from any content encoding."""
    complete: bool = True
    """False where the rest of the content was lost, late or too long (answers to `tell` only)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A body of parts, multipart/form-data."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes, str]]
    """File name, content and media type, by field."""


class HttpClient:
    """A synchronous client, safe to share between threads; close it when done."""

    def __init__(
        self,
        *,
        user_agent: str,
        timeout_s: float = 30.0,
        deadline_s: float = 120.0,
        max_bytes: int = 32 * 1024 * 1024,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Open a client.

        Args:
            user_agent: Says who we are to every server.
            timeout_s: Longest wait for a connection and for each piece of an answer.
            deadline_s: Longest time for the whole content, so that a trickle ends too.
            max_bytes: Longest content `get` and `ask` take, after decoding.
            transport: Takes the place of the network in tests.
        """
        # httpx logs every request with its full address at INFO, and httpcore at DEBUG the headers
        # of every answer, where a redirect repeats the address with its key.
        logging.getLogger("httpx").addFilter(_without_address)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._deadline_s = deadline_s
        self._max_bytes = max_bytes
        self._client = httpx.Client(
            headers={"user-agent": user_agent},
            timeout=timeout_s,
            follow_redirects=False,
            transport=transport,
        )

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; safe twice."""
        self._client.close()

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Return the whole answer to a GET, as `ask` does."""
        return self.ask(url, headers=headers, params=params)

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> HttpAnswer:
        """Ask a question that changes nothing there and return the whole answer.

        Args:
            url: Whom to ask; http or https.
            method: GET, or POST where the question travels in `content`.
            headers: Sent beside our own.
            params: Put in place of the query of `url`.
            content: Body of the question; `headers` say what it is.

        Returns:
            The answer, whatever its status.

        Raises:
            SourceUnavailable: No answer, or one that is cut short, too slow or too long.
            ConfigError: `url` is not an http or https address, or a header cannot be sent.
        """
        with _translated(_parsed(url).host):
            # None would keep the query of `url`; an empty mapping would cut it off.
            request = self._client.build_request(
                method, url, headers=headers, params=params or None, content=content
            )
            with self._answering(request) as answer:
                taken = bytearray()
                for piece in self._pieces(answer, self._max_bytes):
                    taken += piece
                return _answer(answer, bytes(taken))

    def get_part(
        self,
        url: str,
        *,
        offset: int,
        size: int,
        whole_bytes: int,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Ask for a part of a file and return the answer.

        Args:
            url: The file; http or https.
            offset: First byte wanted.
            size: How many are wanted, at least 1.
            whole_bytes: Longest content to take where the server sends the whole file instead.
            headers: Sent beside our own.

        Returns:
            The answer, whatever its status. Content longer than asked for is left unread where
            the server states its length, and `complete` is false.

        Raises:
            SourceUnavailable: No answer, or one that is cut short or too slow.
            ConfigError: `url` is not an http or https address, or a header cannot be sent.

        Source: RFC 9110, section 14.
        """
        asked = {
            **(headers or {}),
            "range": f"bytes={offset}-{offset + size - 1}",
            # A range of something packed for the way could not be unpacked.
            "accept-encoding": "identity",
        }
        with _translated(_parsed(url).host):
            request = self._client.build_request("GET", url, headers=asked)
            with self._answering(request) as answer:
                limit = {206: size, 200: whole_bytes}.get(answer.status_code, _TOLD_ANSWER_BYTES)
                told = answer.headers.get("content-length", "")
                if told.isdigit() and int(told) > limit:
                    return _answer(answer, b"", complete=False)
                taken = bytearray()
                try:
                    for piece in self._pieces(answer, limit):
                        taken += piece
                except _TooLong:
                    return _answer(answer, bytes(taken), complete=False)
                return _answer(answer, bytes(taken))

    def tell(
        self,
        url: str,
        *,
        method: str = "POST",
        content: bytes | Form,
        headers: Mapping[str, str] | None = None,
        connect_to: str | None = None,
    ) -> HttpAnswer:
        """Send `content` once and return the answer, at most 64 KiB of it.

        Once a status line has come the outcome is known, so a fault after it gives an incomplete
        answer and no error.

        Args:
            url: Where to; http or https.
            method: POST, PUT or PATCH.
            content: The exact bytes of the body, or a form.
            headers: Sent beside our own.
            connect_to: IP address to connect to in place of looking the host up; the host's name
                is still the one asked for and the one the certificate must carry.

        Raises:
            HttpNotSent: Nothing was sent.
            HttpOutcomeUnknown: It may or may not have been received.
            ConfigError: `url` is not an http or https address, or a header cannot be sent.
        """
        target = _parsed(url)
        # A connection that was kept may be closing as we write, which would leave us not knowing.
        extra = {**(headers or {}), "connection": "close"}
        extensions = {}
        if connect_to is not None:
            extra["host"] = target.netloc.decode("ascii")
            extensions["sni_hostname"] = target.raw_host.decode("ascii")
        body: dict[str, Any] = (
            {"content": content}
            if isinstance(content, bytes)
            else {"data": dict(content.fields), "files": dict(content.files)}
        )
        try:
            request = self._client.build_request(
                method,
                target if connect_to is None else target.copy_with(host=connect_to),
                headers=extra,
                extensions=extensions,
                **body,
            )
            with self._answering(request) as answer:
                return self._short_answer(answer)
        except (httpx.LocalProtocolError, UnicodeEncodeError):
            raise _unsendable_header(target.host) from None
        except _NOTHING_SENT as exc:
            raise HttpNotSent(f"{target.host} cannot be reached ({_fault(exc)})") from exc
        except httpx.TransportError as exc:
            raise HttpOutcomeUnknown(
                f"{target.host} took the connection but gave no answer ({_fault(exc)})"
            ) from exc

    @contextmanager
    def _answering(self, request: httpx.Request) -> Iterator[httpx.Response]:
        answer = self._client.send(request, stream=True)
        try:
            yield answer
        finally:
            answer.close()

    def _pieces(self, answer: httpx.Response, limit: int) -> Iterator[bytes]:
        ends_at = time.monotonic() + self._deadline_s
        size = 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > limit:
                raise _TooLong(f"sent more than {limit} bytes")
            yield piece
            if time.monotonic() > ends_at:
                raise _TooMuch(f"took longer than {self._deadline_s:g} s")

    def _short_answer(self, answer: httpx.Response) -> HttpAnswer:
        content = bytearray()
        try:
            for piece in self._pieces(answer, _TOLD_ANSWER_BYTES):
                content += piece
        except (httpx.TransportError, httpx.DecodingError, _TooMuch):
            return _answer(answer, bytes(content), complete=False)
        return _answer(answer, bytes(content))


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Return how long an answer asks us to wait, None where it does not say.

    Source: RFC 9110, section 10.2.3: seconds or an HTTP date.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return timedelta(seconds=int(value))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(until - now, timedelta(0))


_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class _TooMuch(Exception):
    pass


class _TooLong(_TooMuch):
    pass


@contextmanager
def _translated(host: str) -> Iterator[None]:
    """Turn the library's errors about a question into ours, which name the host only."""
    try:
        yield
    except (httpx.LocalProtocolError, UnicodeEncodeError):
        raise _unsendable_header(host) from None
    except httpx.TransportError as exc:
        raise SourceUnavailable(f"{host} did not answer ({_fault(exc)})") from exc
    except httpx.DecodingError as exc:
        raise SourceUnavailable(f"{host} sent content that cannot be decoded") from exc
    except _TooMuch as exc:
        raise SourceUnavailable(f"{host} {exc}") from None


def _unsendable_header(host: str) -> ConfigError:
    # What was caught repeats the value that is wrong.
    return ConfigError(
        f"{host}: a header holds a character that cannot be sent; look at the secret in it"
    )


def _parsed(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL:
        # Its message repeats parts of the address.
        raise ConfigError("an address cannot be read as a URL; check its spelling") from None
    if target.scheme not in {"http", "https"} or not target.host:
        raise ConfigError("an address must begin with http:// or https:// and name a host")
    return target


def _answer(answer: httpx.Response, content: bytes, *, complete: bool = True) -> HttpAnswer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return HttpAnswer(
        status=answer.status_code, headers=headers, content=content, complete=complete
    )


def _fault(exc: Exception) -> str:
    return type(exc).__name__


def _without_address(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(a.host if isinstance(a, httpx.URL) else a for a in record.args)
    return True
