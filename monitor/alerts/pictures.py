"""How a picture reaches a channel: attached where it can be, else shown by its public address.

A message only says which picture it wants; whoever loads and draws it is given to the channel. A
picture that cannot be had holds up no message: the text stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Evidence to look at."""

    name: str
    """File name: letters, digits and `-`, then `.png`; another picture has another name."""
    png: bytes
    words: str
    """What it shows, for who cannot see it; inert plain text of at most 300 characters."""


class ShowsEvidence(Protocol):
    """Draws the pictures messages ask for."""

    def picture(self, wanted: Mapping[str, Any]) -> Picture | None:
        """Return the picture a message's `picture` asks for; None where it cannot be had."""

    def publish(self, wanted: Mapping[str, Any]) -> Picture | None:
        """Return the picture and put it under its name among the published pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture by its address."""

    url: str
    words: str


class AttachedPictures:
    """For channels that take files."""

    def __init__(self, source: ShowsEvidence | None) -> None:
        self._source = source

    def taken_from(self, body: Mapping[str, Any]) -> tuple[dict[str, Any], Picture | None]:
        """Return the message without its wish for a picture, and the picture."""
        payload, wanted = _without_wish(body)
        return payload, self._source.picture(wanted) if self._source and wanted else None


class PublicPictures:
    """For channels that only show what lies at a public address."""

    def __init__(self, source: ShowsEvidence | None, url: str) -> None:
        """Set up; `url` is the address of the published pages' folder, empty for no pictures."""
        self._source = source
        self._url = url.rstrip("/")

    def taken_from(self, body: Mapping[str, Any]) -> tuple[dict[str, Any], Shown | None]:
        """Return the message without its wish for a picture, and where the picture is."""
        payload, wanted = _without_wish(body)
        if not (self._source and self._url and wanted):
            return payload, None
        picture = self._source.publish(wanted)
        if picture is None:
            return payload, None
        return payload, Shown(url=f"{self._url}/{picture.name}", words=picture.words)


def _without_wish(body: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any]]:
    payload = dict(body)
    wanted = payload.pop("picture", None)
    return payload, wanted if isinstance(wanted, Mapping) else {}
