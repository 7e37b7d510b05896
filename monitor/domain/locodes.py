"""Ports by code and by name: the world's table, and what crews write in the waters watched here.

A name stands for a port only where it stands for one port: nothing is guessed from likeness.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from monitor.domain.world_ports import WORLD_PORTS

Locode: TypeAlias = str
"""UN/LOCODE without its blank: country and three characters, as in `SYTTS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPort:
    """A port that has a code."""

    code: Locode
    name: str
    lon: float
    """Degrees, OGC:CRS84, to the minute: a mile off is usual."""
    lat: float


_SAME_CODE: Mapping[Locode, Locode] = {
    "SYALD": "SYLTK",
    "LBSDN": "LBSAY",
    "RUROV": "RURND",
    "UAYUZ": "UAYZE",
    "CNSGH": "CNSHA",
    "CNQIN": "CNTAO",
}
"""Codes met in AIS or in the World Port Index -> the one used here; the UN's where it has one.
Latakia is `SY ALD` in the index and `SYLTK` in the UN list."""
_MORE_PORTS = """
GIGIB 36.133 -5.350 Gibraltar
RUKAV 45.333 36.667 Kavkaz; Port Kavkaz
RUTAM 45.133 36.683 Taman
TRCEY 36.883 35.933 Ceyhan
TRTUZ 40.833 29.283 Tuzla
SGSIN 1.267 103.833 Singapore
SYLTK 35.533 35.767 Latakia; Al Ladhiqiyah
LBKYE 34.450 35.833 Tripoli
LBBEY 33.900 35.500 Beirut
EGPSD 31.267 32.300 Port Said
EGALY 31.167 29.833 Alexandria
EGSUZ 29.967 32.550 Suez
EGPSE 31.217 32.350 Port Said East; East Port Said
"""
"""Ports the index has no code for, or under another name than crews and charts use; codes from
the UN/LOCODE list."""
_ALSO_CALLED: Mapping[Locode, str] = {
    "SYTTS": "TARTUS|TARTOUS|TARTOS|TARTUOS|TARTOUSS|TARTUSS|TARTOUZ",
    "SYLTK": "LATAKIA|LATTAKIA|LATTAKIYA|LATAKYA|LATTAKYA|LATAKIYA|LATTAQUIE|LATAQUIE|LATAKIE"
    "|LAZKIYE|LADHIQIYAH|LATAKIAH|LATTAKIAH|LATTKIA",
    "SYBAN": "BANIYAS|BANIAS|BANYAS|BANIYAS OIL TERMINAL",
    "LBBEY": "BEIRUT|BEYROUTH|BAYRUT|BEYRUT|BEIRUTH",
    "LBKYE": "TRIPOLI LEBANON|TRABLOUS|TARABLUS",
    "LBSAY": "SAIDA|SIDON|SAYDA",
    "EGPSD": "PORT SAID|POR SAID|BUR SAID|P SAID|PT SAID|PORT SAID ROADS|PORTSAID WEST|PORT SAED"
    "|PORT SAYED|PORTSAIT|PORT SAIED",
    "EGSUZ": "SUEZ|PORT SUEZ|SUEZ PORT|SUES|SUEZ ANCHORAGE",
    "EGALY": "ALEXANDRIA|ALEX EGYPT|EL ISKANDARIYA|ISKANDARIYAH",
    "EGDAM": "DAMIETTA|DUMYAT|DAMMIETTA|DUMIAT",
    "CYLMS": "LIMASSOL|LEMESOS|LIMMASOL|LIMASOL",
    "CYFMG": "FAMAGUSTA|MAGUSA|GAZIMAGUSA",
    "TRMER": "MERSIN|MERSIN PORT",
    "TRISK": "ISKENDERUN|ISKENDERUM|ISKENDERUN BAY",
    "TRIST": "ISTANBUL|ISTAMBUL",
    "RUNVS": "NOVOROSSIYSK|NOVOROSSIJSK|NOVOROSSISK|NOVOROSIYSK|NOVOROSISK|NOVORSSIYSK"
    "|NOVOROSSYSK|NOVOROSSIISK|NOVOROSYSK|NOVOROSSIYISK|NOVOROSSYISK|NOVOROSIISK|NVRSK|NOVOROSS",
    "RURND": "ROSTOV ON DON|ROSTOV NA DONU|ROSTOV DON",
    "RUTMR": "TEMRYUK|TEMRUK|TEMRJUK",
    "RUYEY": "YEYSK|YEISK|EYSK|EISK",
    "RUKAV": "KAVKAZ|PORT KAVKAZ|KAVKAZ ROADS",
    "RUTUA": "TUAPSE",
    "RUTAG": "TAGANROG",
    "UASVP": "SEVASTOPOL",
    "UAODS": "ODESSA UKRAINE|ODESA|ODESSA UA",
    "UAILK": "ILYICHEVSK|ILICHEVSK|CHORNOMORSK|CHERNOMORSK|ILLICHIVSK",
    "UAYZE": "YUZHNY|YUZHNYY|YUZHNIY|PIVDENNYI|PIVDENNYY|YUZHNYI",
    "UANLV": "NIKOLAEV|MYKOLAIV|NIKOLAYEV|MYKOLAYIV",
    "UAFEO": "FEODOSIYA|FEODOSIA|FEODOSIJA",
    "UAKEH": "KERCH",
    "UAIZM": "IZMAIL|IZMAYIL",
    "GRPIR": "PIRAEUS|PIREAS|PIREUS|PIRAIEVS",
    "GRJSY": "SYROS|SYRA",
    "ROCND": "CONSTANTA|CONSTANZA|CONSTANTZA",
    "MTMLA": "VALLETTA|MALTA",
    "ITGOA": "GENOA|GENOVA",
    "FRBES": "BREST|BREST FRANCE",
    "USNYC": "NEW YORK",
    "SGSIN": "SINGAPORE",
    "CNTAO": "QINGDAO",
    "CNTXG": "TIANJIN|XINGANG",
    "KRINC": "INCHEON",
}
"""Exact spellings seen in AIS and on charts, by code; they win over the world's table."""
COUNTRIES: Mapping[str, str] = {
    "SYRIA": "SY", "SYR": "SY", "LEBANON": "LB", "ISRAEL": "IL", "CYPRUS": "CY", "TURKEY": "TR",
    "TURKIYE": "TR", "TUR": "TR", "GREECE": "GR", "EGYPT": "EG", "LIBYA": "LY", "TUNISIA": "TN",
    "ALGERIA": "DZ", "MOROCCO": "MA", "ITALY": "IT", "ITA": "IT", "SPAIN": "ES", "ESP": "ES",
    "FRANCE": "FR", "MALTA": "MT", "RUSSIA": "RU", "RUS": "RU", "UKRAINE": "UA", "UKR": "UA",
    "ROMANIA": "RO", "BULGARIA": "BG", "GEORGIA": "GE", "CROATIA": "HR", "ALBANIA": "AL",
    "PORTUGAL": "PT", "UK": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "GERMANY": "DE", "GER": "DE",
    "HOLLAND": "NL", "NETHERLANDS": "NL", "NED": "NL", "BELGIUM": "BE", "DENMARK": "DK",
    "NORWAY": "NO", "NOR": "NO", "SWEDEN": "SE", "SWE": "SE", "FINLAND": "FI", "FIN": "FI",
    "POLAND": "PL", "ESTONIA": "EE", "LATVIA": "LV", "LITHUANIA": "LT", "USA": "US",
    "CHINA": "CN", "JAPAN": "JP", "KOREA": "KR", "INDIA": "IN", "IRAN": "IR", "IRAQ": "IQ",
    "KSA": "SA", "UAE": "AE", "BRAZIL": "BR", "MEXICO": "MX", "CANADA": "CA", "AUSTRALIA": "AU",
    "IRELAND": "IE", "ICELAND": "IS", "VENEZUELA": "VE", "COLOMBIA": "CO", "INDONESIA": "ID",
    "MALAYSIA": "MY", "THAILAND": "TH", "VIETNAM": "VN", "PHILIPPINES": "PH",
}  # fmt: skip
"""Country names crews write behind a port -> ISO 3166-1 alpha-2."""
_BRACKETED = re.compile(r"\(([^()]*)\)")
_NOT_A_LETTER = re.compile(r"[^A-Z0-9]+")
_AFFIXES = frozenset({"HARBOUR", "HARBOR", "HARBORS", "HARBOURS", "HAVN"})
_COMMON_WORDS = frozenset(
    "FRIDAY HOPE HOME WEST EAST NORTH SOUTH WESTERN SOUTHWEST BEACH BASS COAL DUTCH ROAD WINTER"  # noqa: SIM905
    " ROYAL CREDIT ORCHARD CENTER SPRINGS READING KENNEDY INDIANA HOLLAND ANCHORAGE MOBILE"
    " WHITEHALL PETERSBURG".split()
)
"""What crews type for other things than the harbours so called."""
_SHORTEST_NAME = 4
"""Letters; shorter names are taken for abbreviations, which stand for anything."""


@cache
def known_ports() -> Mapping[Locode, KnownPort]:
    """Return every port of the table by code."""
    return {
        code: KnownPort(code=code, name=names[0], lon=lon, lat=lat)
        for code, lat, lon, names in _entries()
    }


def locode_of(code: str) -> Locode | None:
    """Return the code used here for a code in any of its forms; None if no port has it."""
    code = _SAME_CODE.get(code, code)
    return code if code in known_ports() else None


def port_named(words: str, *, country: str = "") -> Locode | None:
    """Return the one port of a name, in any case and with any blanks; None for none or several.

    Args:
        words: The name, as in `Port Said` or `TIAN JIN`.
        country: ISO 3166-1 alpha-2; tells ports of one name apart.
    """
    key = name_key(words)
    if len(key) < _SHORTEST_NAME or key in _COMMON_WORDS:
        return None
    own = _own_names().get(key)
    if own is not None:
        return own if own.startswith(country) else None
    codes = [code for code in _world_names().get(key, ()) if code.startswith(country)]
    return codes[0] if len(codes) == 1 else None


def name_key(words: str) -> str:
    """Return what names are compared by: letters and digits alone, `harbour` left out."""
    parts = [p for p in _NOT_A_LETTER.split(words.upper().replace("'", "")) if p]
    if parts[:2] == ["PORT", "OF"] and "".join(parts[2:]) not in COUNTRIES:
        parts = parts[2:]
    parts = ["ST" if p == "SAINT" else p for p in parts]
    return "".join([p for p in parts if p not in _AFFIXES] or parts)


def _entries() -> list[tuple[Locode, float, float, list[str]]]:
    rows = []
    for line in (WORLD_PORTS + _MORE_PORTS).splitlines():
        if line:
            code, lat, lon, names = line.split(" ", 3)
            code = _SAME_CODE.get(code, code)
            rows.append((code, float(lat), float(lon), names.split("; ")))
    return rows


@cache
def _own_names() -> Mapping[str, Locode]:
    return {
        name_key(name): code for code, names in _ALSO_CALLED.items() for name in names.split("|")
    }


@cache
def _world_names() -> Mapping[str, tuple[Locode, ...]]:
    index: dict[str, set[Locode]] = {}
    for code, _, _, names in _entries():
        for name in names:
            for form in (name, _BRACKETED.sub(" ", name), *_BRACKETED.findall(name)):
                index.setdefault(name_key(form), set()).add(code)
    return {name: tuple(sorted(codes)) for name, codes in index.items()}
