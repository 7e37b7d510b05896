"""How the files of each catalog are asked for now: as they are, with a signature behind the
address, with a token beside it, or with a login. Signatures and tokens live in memory only.

Every host that may be asked belongs to a catalog of the settings. An address on any other is
refused, wherever it came from.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from monitor.clock import Clock
from monitor.domain.window import parse_utc
from monitor.errors import BadScene, SourceUnavailable
from monitor.sources.base import RemoteFile
from monitor.sources.imagery.web_hrefs import HostList, checked_href
from monitor.sources.web import AsksWeb, Tokens, at, json_of, raise_for_status

_RENEW_BELOW = timedelta(seconds=60)
_UNKNOWN_LIFE = timedelta(minutes=5)
"""How long a signature is kept whose end cannot be read."""
_MAX_SIGNATURES = 200
_CONTAINER = re.compile(
    r"https://([a-z0-9]{3,24})\.blob\.core\.windows\.net/([a-z0-9$][a-z0-9-]{1,62})/.+"
)
_TOKEN = re.compile(r"[A-Za-z0-9%&=._~:+/-]{10,2000}")
_TRY_AGAIN_IN = re.compile(r"[Tt]ry again in (\d{1,5}) seconds")


class Shelf(Protocol):
    """The files of one catalog."""

    @property
    def hosts(self) -> HostList:
        """Where the files lie."""

    def remote(self, href: str, *, renew: bool) -> RemoteFile:
        """Return how to ask for a file of this shelf, as `OpensRemote.remote` does."""


class RemoteFiles:
    """`OpensRemote` over every catalog of the settings."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = tuple(shelves)

    def remote(self, href: str, *, renew: bool = False) -> RemoteFile:
        """Return how to ask for `href`; see `OpensRemote`."""
        refusal = BadScene("foreign_host", "no catalog in the settings serves that host")
        for shelf in self._shelves:
            try:
                checked = checked_href(href, shelf.hosts)
            except BadScene as exc:
                if exc.reason != "foreign_host":
                    refusal = exc
                continue
            return shelf.remote(checked, renew=renew)
        raise refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainShelf:
    """Files that anybody may ask for."""

    hosts: HostList

    def remote(self, href: str, *, renew: bool) -> RemoteFile:
        """Return the address as it is."""
        del renew
        return RemoteFile(url=href)


class LoginShelf:
    """Files that want headers of ours with each request: a login or a key."""

    def __init__(self, hosts: HostList, headers: Mapping[str, str]) -> None:
        self.hosts = hosts
        self._headers = tuple(sorted(headers.items()))

    def remote(self, href: str, *, renew: bool) -> RemoteFile:
        """Return the address with the headers."""
        del renew
        return RemoteFile(url=href, headers=self._headers)


def basic_login(user: str, password: str = "") -> dict[str, str]:
    """Return the header of HTTP basic authentication (RFC 7617)."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"authorization": f"Basic {pair}"}


class BearerShelf:
    """Files that want a token beside the request, such as those of Copernicus Data Space."""

    def __init__(self, hosts: HostList, tokens: Tokens, clock: Clock) -> None:
        self.hosts = hosts
        self._tokens, self._clock = tokens, clock
        self._lock = threading.Lock()

    def remote(self, href: str, *, renew: bool) -> RemoteFile:
        """Return the address with a token that holds for a minute at least."""
        with self._lock:
            if renew:
                self._tokens.forget()
            token = self._tokens.token(self._clock.now())
        return RemoteFile(url=href, headers=(("authorization", f"Bearer {token}"),))


class SasShelf:
    """Files in Azure containers that want a shared access signature: Planetary Computer's.

    One signature serves a whole container; it is asked for once and again when it has less than
    a minute left, or was refused.
    """

    def __init__(
        self, name: str, hosts: HostList, *, ask: AsksWeb, clock: Clock, service: str
    ) -> None:
        """Say where signatures are had.

        Args:
            name: Catalog, for messages.
            hosts: Where its files lie.
            ask: Asks an address.
            clock: Tells when a signature ends.
            service: Address to which `/{account}/{container}` is added.
        """
        self.hosts = hosts
        self._name, self._ask, self._clock = name, ask, clock
        self._service = service.rstrip("/")
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], tuple[str, datetime]] = {}

    def remote(self, href: str, *, renew: bool) -> RemoteFile:
        """Return the signed address; one that lies in no container is asked for as it is."""
        match = _CONTAINER.fullmatch(href)
        if match is None or urlsplit(href).query:
            return RemoteFile(url=href)
        place = (match[1], match[2])
        with self._lock:
            token, until = self._held.get(place, ("", datetime.min.replace(tzinfo=UTC)))
            if renew or until - self._clock.now() < _RENEW_BELOW:
                token, until = self._signature(*place)
                if len(self._held) >= _MAX_SIGNATURES:
                    self._held.clear()
                self._held[place] = token, until
        return RemoteFile(url=f"{href}?{token}")

    def _signature(self, account: str, container: str) -> tuple[str, datetime]:
        name, now = f"the signing service of {self._name}", self._clock.now()
        answer = self._ask(
            f"{self._service}/{account}/{container}",
            method="GET",
            headers={"accept": "application/json"},
            content=None,
        )
        try:
            raise_for_status(name, answer, now=now)
        except SourceUnavailable as exc:
            # It says how long to wait in words only.
            words = _TRY_AGAIN_IN.search(answer.content[:2000].decode("utf-8", "replace"))
            if exc.retry_after is None and words:
                exc.retry_after = timedelta(seconds=int(words[1]))
            raise
        body = json_of(name, answer.content)
        token = at(body, ("token",))
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise SourceUnavailable(f"{name} sent no signature")
        try:
            until = parse_utc(str(at(body, ("msft:expiry",))))
        except ValueError:
            until = now + _UNKNOWN_LIFE
        return token, until
