"""pystac-client's way to the web, led through our own door: every request bounded, none to another
host than the catalog's, no address in any log, and answers made harmless before pystac sees them.

pystac-client knows the STAC API: conformance, search, and paging by GET and POST. Its `requests`
session is never used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from pystac_client.stac_api_io import StacApiIO

from monitor.clock import Clock
from monitor.errors import BadPayload, SourceRefused, SourceUnavailable
from monitor.sources.web import AsksWeb, json_of, raise_for_status, told

Json = Any
"""Whatever a stranger's JSON held."""

_MAX_LINKS = 1_000


class BoundedIO(StacApiIO):
    """Asks one STAC API, a bounded number of times for each search."""

    def __init__(
        self,
        name: str,
        *,
        ask: AsksWeb,
        clock: Clock,
        url: str,
        max_requests: int,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say whom to ask.

        Args:
            name: Catalog, for messages.
            ask: Asks an address.
            clock: For what a server says of when to come again.
            url: The API; its host is the only one asked.
            max_requests: Most requests for one search.
            headers: Sent with each; they may hold a secret.
        """
        super().__init__(max_retries=None)
        self._name, self._ask, self._clock = name, ask, clock
        self._origin = urlsplit(url)
        self._headers = dict(headers or {})
        self._max_requests = max_requests
        self._asked: set[tuple[str, str, str]] = set()

    def begin(self) -> None:
        """Forget what was asked before: a new search begins."""
        self._asked.clear()

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        """Return the JSON of an answer, with all but well-formed links and features taken out.

        Raises:
            SourceUnavailable, SourceRefused: What the answer means.
            BadPayload: `paging_loop` or `pages_left_unread`: the server would be asked for ever.
        """
        del headers  # a link may name some; ours are all we send
        method = (method or "GET").upper()
        body = json.dumps(parameters or {}, sort_keys=True)
        url = self._own(href)
        if (method, url, body) in self._asked:
            raise BadPayload("paging_loop", f"{self._name} offers a page we have had as the next")
        if len(self._asked) >= self._max_requests:
            raise BadPayload("pages_left_unread", f"{self._name}: more than we ask for at once")
        self._asked.add((method, url, body))
        return json.dumps(self._document(url, method, parameters or {}, body))

    def _own(self, href: str) -> str:
        """Return an address of the API itself; its scheme is ours, whatever a proxy made of it."""
        try:
            parts = urlsplit(href)
        except ValueError:
            parts = urlsplit("")
        if parts.netloc.lower() != self._origin.netloc.lower():
            raise SourceRefused(f"{self._name} sends us on to another host, which is not asked")
        return urlunsplit(parts._replace(scheme=self._origin.scheme, fragment=""))

    def _document(self, url: str, method: str, parameters: Mapping[str, Json], body: str) -> Json:
        sent = {**self._headers, "accept": "application/geo+json, application/json"}
        content = None
        if method == "POST":
            sent["content-type"] = "application/json"
            content = body.encode()
        elif parameters:
            url = f"{url.partition('?')[0]}?{urlencode(parameters)}"
        answer = self._ask(url, method=method, headers=sent, content=content)
        secrets = self._headers.values()
        raise_for_status(self._name, answer, now=self._clock.now(), secrets=secrets)
        document = json_of(self._name, answer.content)
        if not isinstance(document, dict) or not isinstance(document.get("features", []), list):
            raise SourceUnavailable(f"{self._name} sent JSON that is no STAC answer")
        if "type" not in document:
            said = told(document.get("description") or document.get("message"), secrets)
            raise SourceUnavailable(f"{self._name} sent no STAC answer ({said or 'no reason'})")
        links = document.get("links")
        document["links"] = [
            {**link, "href": urljoin(url, link["href"])}
            for link in (links if isinstance(links, list) else ())[:_MAX_LINKS]
            if _is_link(link)
        ]
        return document


def _is_link(link: Json) -> bool:
    return (
        isinstance(link, dict)
        and isinstance(link.get("rel"), str)
        and isinstance(link.get("href"), str)
        and isinstance(link.get("body", {}), dict)
        and link.get("method", "GET") in ("GET", "POST")
    )
