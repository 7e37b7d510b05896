"""Which addresses of a catalog's files we take: https, of the hosts that the settings name, without
a key in them. An item comes from outside, and may name any address there is, ours included.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from monitor.errors import BadScene
from monitor.sources.imagery.stac_items import LostAsset

_MAX_HREF = 2_000
_SIGNING_KEYS = frozenset(
    {"sig", "se", "token", "access_token", "api_key", "apikey", "key", "signature", "password"}
)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostList:
    """Hosts whose files may be asked for."""

    hosts: tuple[str, ...]
    """Names in lower case; one that begins with a dot stands for all names below it."""
    plain_http: bool = False
    """Whether the hosts that are named whole may be spoken to without TLS."""

    def holds(self, href: str) -> bool:
        """Return whether `href` lies on one of the hosts."""
        try:
            checked_href(href, self)
        except BadScene:
            return False
        return True


def checked_href(href: object, hosts: HostList) -> str:
    """Return an address as it is if it may be stored and asked for.

    Raises:
        BadScene: `bad_href` for what is no http address, `signed_href` for one with a login or
            key in it, `foreign_host` for a host that is not listed, `not_https`.
    """
    parts = _parts(href)
    host = (parts.hostname or "").lower()
    listed = host in hosts.hosts or (
        not _is_number(host) and any(host.endswith(h) for h in hosts.hosts if h.startswith("."))
    )
    if not listed:
        raise BadScene("foreign_host", host[:100])
    if parts.scheme == "http" and not (hosts.plain_http and host in hosts.hosts):
        raise BadScene("not_https", host[:100])
    return parts.geturl()


def located(
    asset: Mapping[str, Any], hosts: HostList, *, base: str, properties: Mapping[str, Any]
) -> str:
    """Return where an asset of an API's item can be had over the web.

    Args:
        asset: The asset, with its alternates.
        hosts: What may be asked.
        base: The item's own address, for links that are meant from there.
        properties: The item's properties, which may say that the reader pays.

    Raises:
        LostAsset: Nowhere: `requester_pays`, `remote_asset` for buckets and the like, or what
            `checked_href` says.
    """
    first: BadScene | None = None
    for href in _addresses(asset):
        if not isinstance(href, str):
            continue
        if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", href):
            href = urljoin(base, href)
        if href.lower().startswith(("http:", "https:")):
            try:
                return checked_href(href, hosts)
            except BadScene as exc:
                first = first or exc
    if first:
        raise LostAsset(first.reason, str(first))
    pays = properties.get("storage:requester_pays") or asset.get("storage:requester_pays")
    scheme = str(asset.get("href")).partition(":")[0][:20]
    if pays is True:
        raise LostAsset("requester_pays", f"only in a bucket whose reader pays ({scheme}:)")
    raise LostAsset("remote_asset", f"only by {scheme}:, not over the web")


def host_of(url: str) -> str:
    """Return the host of an address in lower case, empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _addresses(asset: Mapping[str, Any]) -> Iterator[object]:
    yield asset.get("href")
    alternates = asset.get("alternate")
    if isinstance(alternates, Mapping):
        for _, other in sorted(alternates.items()):
            if isinstance(other, Mapping):
                yield other.get("href")


def _parts(href: object) -> SplitResult:
    if not isinstance(href, str) or not href.isascii() or len(href) > _MAX_HREF:
        raise BadScene("bad_href", "not a short address")
    if not href.isprintable() or " " in href or "\\" in href:
        raise BadScene("bad_href", "characters that belong in no address")
    try:
        parts = urlsplit(href)
        _ = parts.port
    except ValueError as exc:
        raise BadScene("bad_href", "cannot be read as an address") from exc
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch((parts.hostname or "").lower()):
        raise BadScene("bad_href", "not an http address")
    if parts.username is not None or parts.password is not None or _carries_key(parts.query):
        raise BadScene("signed_href", "holds a login or a key")
    return parts


def _carries_key(query: str) -> bool:
    names: Iterable[str] = (name.lower() for name, _ in parse_qsl(query, keep_blank_values=True))
    return any(n in _SIGNING_KEYS or n.startswith(("x-amz-", "x-goog-")) for n in names)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
