"""What a web feed says, judged once: what is worth trying again, and what needs a human.

Addresses and keys reach no message: errors name the feed, and whatever a server wrote is cut
short, cleaned and freed of our own secrets, which some servers repeat.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote, quote_plus, urlencode

from monitor.errors import SourceRefused, SourceUnavailable
from monitor.http_client import retry_after

Json: TypeAlias = Any
"""Whatever a stranger's JSON held."""
MAX_MESSAGE = 160
"""Most characters of a server's own words that are repeated."""
_TOKEN_MARGIN = timedelta(minutes=1)
"""A token is renewed this long before it ends, so that none ends on its way."""
_TOKEN_SPAN = timedelta(minutes=5)
"""How long a token is kept whose server does not say how long it holds."""
_TRY_LATER = frozenset({408, 425, 429})
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202f-\u2065\u2070-\ufdff]+")


class HasAnswer(Protocol):
    """What a server said."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""

    @property
    def content(self) -> bytes:
        """Body, decoded from any content encoding."""


class AsksWeb(Protocol):
    """The power to ask an address, as `HttpClient.ask` has it."""

    def __call__(
        self, url: str, *, method: str, headers: Mapping[str, str], content: bytes | None
    ) -> HasAnswer:
        """Return the answer, whatever its status.

        Raises:
            SourceUnavailable: There was none.
        """


def raise_for_status(
    name: str, answer: HasAnswer, *, now: datetime, secrets: Iterable[str] = ()
) -> None:
    """Return for a 2xx answer; otherwise raise what its status means for feed `name`.

    Raises:
        SourceUnavailable: 408, 425, 429 and 5xx, with the wait asked for; redirects, which are
            not followed.
        SourceRefused: Every other status.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    said = f"{name} answered with status {status}{_reason(answer.content, secrets)}"
    if status in _TRY_LATER or status >= 500 or status < 400:
        raise SourceUnavailable(said, retry_after=retry_after(answer.headers, now=now))
    raise SourceRefused(f"{said}; check its key, its address and what you are subscribed to")


def json_of(name: str, content: bytes) -> Json:
    """Return what a body holds.

    Raises:
        SourceUnavailable: It is empty or not JSON; a web page with status 200 is neither.
    """
    if not content.strip():
        raise SourceUnavailable(f"{name} sent an empty answer")
    try:
        return json.loads(content, parse_int=_whole)
    except (ValueError, RecursionError):
        raise SourceUnavailable(f"{name} did not send JSON") from None


def json_lines(name: str, content: bytes) -> tuple[list[Json], list[bytes]]:
    """Return the values of a body with one JSON value a line, and the lines that hold none.

    Raises:
        SourceUnavailable: No line is JSON.
    """
    values: list[Json] = []
    bad: list[bytes] = []
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            values.append(json.loads(line, parse_int=_whole))
        except (ValueError, RecursionError):
            bad.append(line)
    if bad and not values:
        raise SourceUnavailable(f"{name} did not send JSON")
    return values, bad


def steps(path: str) -> tuple[str, ...]:
    """Return the steps of a dotted path; none for an empty one."""
    return tuple(path.split(".")) if path else ()


def at(of: Json, path: tuple[str, ...]) -> Json:
    """Follow a path through objects and lists; None where it leads nowhere."""
    for step in path:
        if isinstance(of, Mapping):
            of = of.get(step)
        elif isinstance(of, list) and step.isdecimal() and len(step) < 6 and int(step) < len(of):
            of = of[int(step)]
        else:
            return None
    # Half of a surrogate pair is good JSON, and cannot be stored or written as UTF-8.
    if isinstance(of, str) and not of.isascii():
        return of.encode("utf-8", "replace").decode()
    return of


def told(value: Json, secrets: Iterable[str]) -> str:
    """Return a server's words as one short line without our secrets; empty if it gave none."""
    if not isinstance(value, str):
        return ""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
            value = value.replace(form, "***")
    return " ".join(_UNPRINTABLE.sub(" ", value).split())[:MAX_MESSAGE]


class Tokens:
    """Bearer tokens by OAuth 2.0 (RFC 6749), held in memory: by client credentials (section 4.4)
    unless `form` names another grant, and by refresh token (section 6) where one was given."""

    def __init__(
        self,
        name: str,
        *,
        ask: AsksWeb,
        url: str,
        form: Mapping[str, str],
        secrets: Iterable[str] = (),
    ) -> None:
        """Say where tokens are had.

        Args:
            name: Feed the tokens are for, for messages.
            ask: Asks an address.
            url: The token endpoint.
            form: What it wants to know, secrets included; sent as a form.
            secrets: What must not be repeated in a message.
        """
        self._name, self._ask, self._url = name, ask, url
        self._secrets = tuple(secrets)
        self._form = {"grant_type": "client_credentials", **form}
        self._token, self._until = "", datetime.min.replace(tzinfo=UTC)
        self._refresh, self._refresh_until = "", self._until

    def token(self, now: datetime) -> str:
        """Return a token that holds at `now`, asking for one where there is none.

        Raises:
            SourceUnavailable: No answer, or none that is a token.
            SourceRefused: Wrong id or secret.
        """
        if self._token and now < self._until:
            return self._token
        body = self._refreshed(now) or self._granted(self._form, now)
        name = f"the token service of {self._name}"
        token = at(body, ("access_token",))
        if not _is_token(token):
            raise SourceUnavailable(f"{name} sent no token")
        held = _span(at(body, ("expires_in",)))
        self._token, self._until = token, now + held - min(_TOKEN_MARGIN, held / 2)
        refresh = at(body, ("refresh_token",))
        held = _span(at(body, ("refresh_expires_in",)))
        self._refresh = refresh if _is_token(refresh) else ""
        self._refresh_until = now + held - min(_TOKEN_MARGIN, held / 2)
        return self._token

    def _refreshed(self, now: datetime) -> Json:
        """Return the answer to the refresh token, None where there is none or it is not taken."""
        refresh, self._refresh = self._refresh, ""
        if not refresh or now >= self._refresh_until:
            return None
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        for key in ("client_id", "client_secret"):
            if key in self._form:
                form[key] = self._form[key]
        try:
            return self._granted(form, now, secrets=(refresh,))
        except SourceRefused:
            return None  # the session has ended; the login itself is tried

    def _granted(self, form: Mapping[str, str], now: datetime, secrets: Iterable[str] = ()) -> Json:
        answer = self._ask(
            self._url,
            method="POST",
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "accept": "application/json",
            },
            content=urlencode(form).encode("ascii"),
        )
        name = f"the token service of {self._name}"
        raise_for_status(name, answer, now=now, secrets=(*self._secrets, *secrets))
        return json_of(name, answer.content)

    def forget(self) -> None:
        """Drop the token: the feed did not take it."""
        self._token = ""


def _is_token(value: Json) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and bool(value)


def _span(seconds: Json) -> timedelta:
    known = isinstance(seconds, int | float) and 0 < seconds < 86_400
    return timedelta(seconds=seconds) if known else _TOKEN_SPAN


def _whole(text: str) -> int | float:
    # Python refuses to read integers of thousands of digits, and with one the whole answer.
    return int(text) if len(text) < 20 else float(text)


def _reason(content: bytes, secrets: Iterable[str]) -> str:
    """Return the reason a JSON body gives for a refusal; web pages are not repeated."""
    try:
        body = json.loads(content[:65_536])
    except (ValueError, RecursionError):
        return ""
    for key in ("error_description", "detail", "title", "message", "description", "error"):
        text = told(at(body, (key,)), secrets)
        if text:
            return f" ({text})"
    return ""
