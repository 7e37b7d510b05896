"""Any receiver that speaks Standard Webhooks: signed, and safe to send twice.

The receiver knows a repeat by `webhook-id`, which stays the same over every attempt. Addresses in
private networks are refused unless the settings allow them, and the address that was checked is
the one connected to.

Source: the Standard Webhooks specification 1.0.0.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from monitor.alerts.channels import Line, Receipt, address_label, checked_address
from monitor.errors import ConfigError, DeliveryDelayed, DeliveryRefused
from monitor.http_client import HttpClient

MAX_BODY_BYTES = 20_000
"""The specification asks for less than 20 kB."""
_SECRET_BYTES = range(24, 65)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of `host`, in the system's order.

    Raises:
        OSError: The name cannot be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class WebhookChannel:
    """Posts signed messages to one address."""

    idempotent = True
    hold_uncertain = False

    def __init__(
        self,
        *,
        name: str,
        url: str,
        secrets: Sequence[str],
        client: HttpClient,
        allow_private: bool = False,
        resolve: Callable[[str, int], Sequence[str]] = resolve_host,
    ) -> None:
        """Set up a channel; nothing is looked up or sent.

        Args:
            name: The target's name.
            url: Where to post; http or https.
            secrets: One or more `whsec_…` secrets; each adds a signature, so that a receiver can
                move from the old to the new one.
            client: The client to send with.
            allow_private: Whether the address may lie in a private network or on this machine.
            resolve: Finds a host's addresses.

        Raises:
            ConfigError: The address or a secret cannot be used.
        """
        parts = checked_address(url, channel=name)
        if not secrets:
            raise ConfigError(f"channel {name!r}: a webhook needs a secret to sign with")
        self.name = name
        self._url = url
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._line = Line(client, label=address_label(url))
        self._signers = [Webhook(_key(secret, name)) for secret in secrets]
        self._allow_private = allow_private
        self._resolve = resolve

    def send(
        self,
        body: Mapping[str, Any],
        *,
        message_id: str,
        attempt_at: datetime,
        previous: str | None = None,
    ) -> Receipt:
        """Post `body`, signed; see `Channel.send`."""
        text = json.dumps(body, separators=(",", ":"))
        if len(text) >= MAX_BODY_BYTES:
            raise DeliveryRefused(f"{self._line.label}: message of {len(text)} bytes is too long")
        signatures = [signer.sign(message_id, attempt_at, text) for signer in self._signers]
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(attempt_at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        answer = self._line.tell(
            self._url,
            text.encode("ascii"),
            attempt_at=attempt_at,
            headers=headers,
            connect_to=self._checked_address(),
        )
        return Receipt(status=answer.status, remote_id=message_id)

    def _checked_address(self) -> str:
        try:
            addresses = self._resolve(self._host, self._port)
        except (OSError, UnicodeError) as exc:
            raise DeliveryDelayed(f"{self._line.label}: the host's name was not found") from exc
        if not addresses:
            raise DeliveryDelayed(f"{self._line.label}: the host has no address")
        if not self._allow_private and not all(_is_public(a) for a in addresses):
            raise DeliveryRefused(
                f"{self._line.label} is in a private network; "
                "set allow_private = true for this channel if that is meant"
            )
        return addresses[0]


def _key(secret: str, name: str) -> bytes:
    text = secret.strip().removeprefix("whsec_")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(
            f"channel {name!r}: a webhook secret is `whsec_` and base64; this one is not"
        ) from None
    if len(key) not in _SECRET_BYTES:
        raise ConfigError(
            f"channel {name!r}: a webhook secret holds 24 to 64 bytes, not {len(key)}"
        )
    return key


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # IPv4 in an IPv6 coat is judged by what is inside.
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public(str(inner))
    odd = ip.is_multicast or (ip.version == 6 and ip.is_site_local)
    return ip.is_global and not odd
