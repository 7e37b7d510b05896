"""Where a ship says she is bound, out of the twenty characters her crew typed.

What cannot be read with certainty stays unread: a wrong port is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from monitor.domain.locodes import COUNTRIES, Locode, known_ports, locode_of, port_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One reading of a destination text."""

    to: Locode | None
    """Where to; None where it names no port we know, or several."""
    from_: Locode | None
    """Where from, where the text says so."""
    kind: Literal["port", "order", "unknown"]
    """`order`: the ship waits for orders; `to` may name where she waits."""
    raw: str
    """As the crew typed it."""

    @property
    def key(self) -> str:
        """What two readings are compared by: the port, else `order`, else the text itself."""
        return self.to or (self.kind if self.kind == "order" else _plain(self.raw))


_ORDERS = re.compile(
    r"\b(?:(?:(?:TO|FOR|FR|F|AWAITING|AWAIT|AWT|WAITING|W8|4)\s+)+(?:FOR\s+)?ORDERS?"
    r"|F\s*/\s*O|ORDERS?)\b"
)
_SHUTTLE = re.compile(r"<")
"""`A <> B`: to and fro; neither is where she is bound."""
_ARROW = re.compile(r"(?:[-=~]*>+|=+|»+)")
"""`FROM>TO`. Source: IMO SN/Circ.244, which asks for one `>`; crews also type `>>`, `->`, `=>`."""
_VIA = re.compile(r"\b(?:VIA|ETA|ETD|ATA)\b.*")
_WORD = re.compile(r"[A-Z0-9']+")
_ISRS = re.compile(r"[A-Z]{2}[A-Z2-9]{3}[0-9A-Z]{5,14}[0-9]{1,5}")
"""Inland location code: a UN/LOCODE, then fairway, object and hectometre (CESNI, RIS Index)."""
_QUALIFIERS = frozenset(
    _WORD.findall(
        "ANCH ANCHORAGE ANC ANCHOR ANCHORAGES ROADS ROAD RDS ROADSTEAD PILOT PILOTS PLT PS PBG PBGA"
        " PEBGA PEBGB PEBGC OPL EOPL WOPL OFF OFFSHORE OUTER INNER OUT IN BERTH TERMINAL TERM PORT"
        " HARBOUR HARBOR AREA WAITING BUNKERS BUNKERING BUNKER STS TSS AN PI"
    )
)
"""What may follow a port without making it another place."""
_BERTH_LETTERS = 3
"""As in `JP YOK D4`. Source: Japan's rule for destinations (port code, then berth or route)."""


@lru_cache(maxsize=65_536)
def parse_destination(text: str) -> Destination:
    """Read the destination field of a static report.

    Reads `FROM>TO` in all its spellings, UN/LOCODEs with or without a blank, names that stand for
    one port, inland codes, and ships waiting for orders. Not read, and so `unknown`: lists,
    shuttles, districts, and whatever is left of typing errors that are not in our tables.

    Args:
        text: Hostile; any length.

    Returns:
        The reading; the text itself is always in `raw`.
    """
    plain = _plain(text)
    is_order = _ORDERS.search(plain) is not None
    if is_order:
        plain = _ORDERS.sub(" ", plain).strip(" ,;:-/.")
    start, to = (None, None) if _SHUTTLE.search(plain) else _legs(plain)
    kind: Literal["port", "order", "unknown"] = "port" if to else "unknown"
    return Destination(to=to, from_=start, kind="order" if is_order else kind, raw=text)


def _plain(text: str) -> str:
    return " ".join(text[:64].upper().replace("_", " ").split())


def _legs(plain: str) -> tuple[Locode | None, Locode | None]:
    """Return (from, to)."""
    legs = [leg.strip() for leg in _ARROW.split(plain)]
    if len(legs) > 1:
        ends = [leg for leg in legs if leg]
        start = _port(legs[0]) if len(ends) > 1 else None
        # `PORT >` says where from, not where to.
        return (start, _port(legs[-1])) if legs[-1] else (_port(legs[0]), None)
    whole = _port(plain)
    if whole is not None:
        return None, whole
    pair = re.fullmatch(r"([A-Z]{2} ?[A-Z2-9]{3}) ?[-/] ?([A-Z]{2} ?[A-Z2-9]{3})", plain)
    if pair:
        start, to = (locode_of(code.replace(" ", "")) for code in pair.groups())
        return (start, to) if start and to else (None, None)
    return None, None


def _port(leg: str) -> Locode | None:
    """Return the one port a leg names."""
    if _ISRS.fullmatch(leg) and len(leg) >= 12:
        return locode_of(leg[:5])
    words = _WORD.findall(_VIA.sub("", leg))
    bare = list(words)
    while len(bare) > 1 and (bare[-1] in _QUALIFIERS or bare[-1].isdigit()):
        bare.pop()
    # As it stands first: `US ANC` is a code, though `ANC` may also mean an anchorage.
    return _named(words) or (_named(bare) if bare != words else None)


def _named(words: list[str]) -> Locode | None:
    if not words:
        return None
    return port_named(" ".join(words)) or _by_code(words) or _by_country(words)


def _by_code(words: list[str]) -> Locode | None:
    """Return the port of a leading code; what follows may only name that port or a berth."""
    for count in (1, 2):
        head, rest = "".join(words[:count]), words[count:]
        shape = len(head) == 5 and (count == 1 or len(words[0]) == 2)
        code = locode_of(head) if shape and len(words) >= count else None
        is_detail = len(rest) == 1 and len(rest[0]) <= _BERTH_LETTERS
        if code and (not rest or is_detail or port_named(" ".join(rest), country=code[:2]) == code):
            return code
    return None


def _by_country(words: list[str]) -> Locode | None:
    """Return the port of a name with its country behind it, or its code before or behind."""
    if len(words) < 2:
        return None
    for name, country in ((words[:-1], words[-1]), (words[1:], words[0])):
        iso = COUNTRIES.get(country, country if country in _iso_codes() else "")
        if iso:
            found = port_named(" ".join(name), country=iso) or _code_in(name, iso)
            if found:
                return found
    return None


def _code_in(words: list[str], iso: str) -> Locode | None:
    """Return the port of `NVS RUSSIA` or `RUNVS RUSSIA`."""
    head = "".join(words)
    code = locode_of(head if len(head) == 5 else iso + head)
    return code if code and code.startswith(iso) else None


@lru_cache(maxsize=1)
def _iso_codes() -> Mapping[str, None]:
    return dict.fromkeys(code[:2] for code in known_ports())
