"""Static reports (types 5, 19 and 24) of many messages at once, as the values of `StaticReport`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.sources.ais.batch import StaticValues
from monitor.sources.ais.nmea.armour import Ints, Payloads

STATIC_KINDS = (5, 19, 24)
Cells = list[Any]
"""One plain value a message, None or an empty text where it has none."""


def static_values(kind: int, mmsi: Ints, payloads: Payloads) -> list[StaticValues]:
    """Return what static reports of one type say, cleaned as `static_report` does."""
    none, empty = [None] * len(mmsi), [""] * len(mmsi)
    imo, name, call, draught, destination = none, empty, empty, none, empty
    if kind == 5:
        imo = _imo(payloads.unsigned(40, 30))
        call, name = payloads.text(70, 7), payloads.text(112, 20)
        ship_type, sides = _ship_type(payloads, 232), _dimensions(payloads, 240)
        draught = [d / 10.0 if d else None for d in payloads.unsigned(294, 8).tolist()]
        destination = payloads.text(302, 20)
    elif kind == 19:
        name = payloads.text(143, 20)
        ship_type, sides = _ship_type(payloads, 263), _dimensions(payloads, 271)
    else:
        part_b = payloads.unsigned(38, 2) == 1
        name = _where(~part_b, payloads.text(40, 20), "")
        call = _where(part_b, payloads.text(90, 7), "")
        ship_type = _where(part_b, _ship_type(payloads, 40), None)
        sides = [_where(part_b, side, None) for side in _dimensions(payloads, 132)]
    cells = (mmsi.tolist(), imo, name, call, ship_type, *sides, draught, destination)
    return list(zip(*cells, strict=True))


def _where(mask: npt.NDArray[np.bool_], values: Cells, other: object) -> Cells:
    return [v if kept else other for v, kept in zip(values, mask.tolist(), strict=True)]


def _imo(number: Ints) -> Cells:
    """Return the numbers of seven digits, as `clean.reported_imo`."""
    return _where((number >= 1_000_000) & (number <= 9_999_999), number.tolist(), None)


def _ship_type(payloads: Payloads, start: int) -> Cells:
    kind = payloads.unsigned(start, 8)
    return _where((kind >= 1) & (kind <= 99), kind.tolist(), None)


def _dimensions(payloads: Payloads, start: int) -> list[Cells]:
    """Return metres to bow, stern, port and starboard; none where all are 0."""
    widths = (9, 9, 6, 6)
    starts = (start, start + 9, start + 18, start + 24)
    sides = [payloads.unsigned(s, w) for s, w in zip(starts, widths, strict=True)]
    known = np.any(sides, axis=0)
    return [_where(known, side.tolist(), None) for side in sides]
