"""What many AIS messages say, as columns: the fast twin of `payload`.

Takes only payloads of the lengths `payload` accepts and gives what it gives, to the last digit;
every other payload is left to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.sources.ais.batch import LONG_RANGE_PRECISION_M, Fix, StaticValues, values_of
from monitor.sources.ais.clean import FIRST_MS, LAST_MS
from monitor.sources.ais.nmea.armour import Ints, Payloads
from monitor.sources.ais.nmea.marks import NO_TIME
from monitor.sources.ais.nmea.payload import Message
from monitor.sources.ais.nmea.static_columns import STATIC_KINDS, static_values

Rows: TypeAlias = npt.NDArray[Any]
"""Records of `ROW` or `CLOCK`, shape (n,)."""
ROW = np.dtype(
    [("place", "i8"), ("lon", "f8"), ("lat", "f8"), ("mmsi", "i8"), ("static", "i8"),
     ("sog_kn", "f4"), ("cog_deg", "f4"), ("heading_deg", "f4"), ("precision_m", "f4"),
     ("nav_status", "i1"), ("second", "i1")], align=True,
)  # fmt: skip
"""A message that gave something: its place in the log, its own UTC second (-1 if none), an index
into static reports (-1 if none), and the fields of `Fix`, with `mmsi` 0 where it has no position.
"""
CLOCK = np.dtype([("place", "i8"), ("ms", "i8"), ("mmsi", "i8")])
"""A base station's report: its place in the log, what it says the time is (`NO_TIME` if it has
none) and its MMSI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What some whole messages gave."""

    place: Ints
    """Of every one of them, ascending."""
    stamp_ms: Ints
    """When each was received, `NO_TIME` where its lines do not say."""
    rows: Rows
    """In any order."""
    statics: list[StaticValues]
    """What `rows` points to."""
    clocks: Rows
    """In any order."""
    ignored: Counter[str]
    """Why nothing of others is used; base stations are not in it."""

    def with_others(self, others: Messages, *, first_place: int) -> Messages:
        """Return both, by place, counting places from `first_place` on instead of from 0."""
        rows = np.concatenate([self.rows, others.rows])
        rows["place"] += first_place
        more = rows["static"][len(self.rows) :]
        more[more >= 0] += len(self.statics)
        clocks = np.concatenate([self.clocks, others.clocks])
        clocks["place"] += first_place
        place = np.concatenate([self.place, others.place])
        order = np.argsort(place, kind="stable")
        return Messages(
            place=place[order] + first_place,
            stamp_ms=np.concatenate([self.stamp_ms, others.stamp_ms])[order],
            rows=by_place(rows),
            statics=self.statics + others.statics,
            clocks=by_place(clocks),
            ignored=self.ignored + others.ignored,
        )


@dataclass(slots=True)
class Decoded:
    """Collects what payloads give, in any order."""

    ignored: Counter[str] = field(default_factory=Counter)
    _rows: list[Rows] = field(default_factory=lambda: [np.zeros(0, ROW)])
    _statics: list[StaticValues] = field(default_factory=list)
    _clocks: list[Rows] = field(default_factory=lambda: [np.zeros(0, CLOCK)])

    def add(self, kind: int, payloads: Payloads, place: Ints) -> None:
        """Take payloads of one layout (types 1, 2 and 3 are 1, 11 is 4), with their places."""
        mmsi = payloads.unsigned(8, 30)
        if kind == 4:
            clocks = np.empty(len(mmsi), CLOCK)
            clocks["place"], clocks["ms"], clocks["mmsi"] = place, clock_ms(payloads), mmsi
            self._clocks.append(clocks)
            return
        ship = (mmsi >= 201_000_000) & (mmsi <= 775_999_999)  # as `mmsi_is_ship`, by column
        self._ignore("not_a_ship", ~ship)
        rows = np.zeros(len(mmsi), ROW)
        rows["place"], rows["second"], rows["static"] = place, -1, -1
        if kind in _FIX:
            rows["mmsi"] = mmsi
            _FIX[kind](rows, payloads)
        if kind in STATIC_KINDS:
            values = static_values(kind, mmsi, payloads)
            said = ship & np.fromiter((any(v[1:]) for v in values), np.bool_, len(values))
            rows["static"][said] = len(self._statics) + np.arange(np.count_nonzero(said))
            self._statics.extend(v for v, kept in zip(values, said.tolist(), strict=True) if kept)
            if kind not in _FIX:
                self._ignore("empty_static", ship & ~said)
                ship = said
        self._rows.append(chosen(rows, ship))

    def add_message(self, place: int, message: Message) -> None:
        """Take a message that was decoded alone."""
        if message.ignored == "base_station":
            told = NO_TIME if message.clock_ms is None else message.clock_ms
            self._clocks.append(np.array([(place, told, message.clock_mmsi)], CLOCK))
            return
        if message.ignored:
            self.ignored[message.ignored] += 1
            return
        second = -1 if message.second is None else message.second
        static = -1 if message.static is None else len(self._statics)
        row = np.zeros(1, ROW)
        row["place"], row["second"], row["static"] = place, second, static
        for name, value in (message.fix or _NO_FIX)._asdict().items():
            row[name] = value
        self._rows.append(row)
        if message.static is not None:
            self._statics.append(values_of(message.static))

    def messages(self, place: Sequence[int] | Ints, stamp_ms: Sequence[int] | Ints) -> Messages:
        """Return what was collected, given the places of all messages and their stamps."""
        return Messages(
            place=np.asarray(place, np.int64),
            stamp_ms=np.asarray(stamp_ms, np.int64),
            rows=np.concatenate(self._rows),
            statics=self._statics,
            clocks=np.concatenate(self._clocks),
            ignored=self.ignored,
        )

    def _ignore(self, reason: str, which: npt.NDArray[np.bool_]) -> None:
        if count := int(np.count_nonzero(which)):
            self.ignored[reason] += count


def chosen(records: Rows, which: npt.NDArray[np.bool_]) -> Rows:
    """Return some records; where it is all of them, without a copy."""
    return records if which.all() else records[which]


def by_place(records: Rows) -> Rows:
    """Return records in the order of the log."""
    place = records["place"].copy()
    return records if (np.diff(place) >= 0).all() else records[np.argsort(place, kind="stable")]


def clock_ms(payloads: Payloads) -> Ints:
    """Return the UTC of base-station reports (types 4 and 11), `NO_TIME` where they give none."""
    year, month, day = payloads.unsigned(38, 14), payloads.unsigned(52, 4), payloads.unsigned(56, 5)
    hour, minute, second = (
        payloads.unsigned(61, 5),
        payloads.unsigned(66, 6),
        payloads.unsigned(72, 6),
    )
    real = (year >= 1970) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(real, (year - 1970) * 12 + month - 1, 0).astype("M8[M]")
    days = months.astype("M8[D]").astype(np.int64) + day - 1
    real &= days < (months + 1).astype("M8[D]").astype(np.int64)
    real &= (hour < 24) & (minute < 60) & (second < 60)
    ms = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
    return np.where(real & (ms >= FIRST_MS) & (ms < LAST_MS), ms, NO_TIME)


def _class_a(rows: Rows, payloads: Payloads) -> None:
    rows["nav_status"] = payloads.unsigned(38, 4)
    _dynamic(rows, payloads, at=50)


def _class_b(rows: Rows, payloads: Payloads) -> None:
    rows["nav_status"] = -1
    _dynamic(rows, payloads, at=46)


def _dynamic(rows: Rows, payloads: Payloads, *, at: int) -> None:
    """Read speed, place, course, heading and second, which follow one another from bit `at`."""
    rows["sog_kn"] = payloads.unsigned(at, 10) / 10.0
    rows["lon"] = degrees(payloads.signed(at + 11, 28), per_degree=600_000)
    rows["lat"] = degrees(payloads.signed(at + 39, 27), per_degree=600_000)
    rows["cog_deg"] = payloads.unsigned(at + 66, 12) / 10.0
    rows["heading_deg"] = payloads.unsigned(at + 78, 9)
    second = payloads.unsigned(at + 87, 6)
    rows["second"] = np.where(second < 60, second, -1)
    rows["precision_m"] = 1.0


def _long_range(rows: Rows, payloads: Payloads) -> None:
    rows["nav_status"] = payloads.unsigned(40, 4)
    rows["lon"] = degrees(payloads.signed(44, 18), per_degree=600)
    rows["lat"] = degrees(payloads.signed(62, 17), per_degree=600)
    rows["sog_kn"] = payloads.unsigned(79, 6)
    rows["cog_deg"] = payloads.unsigned(85, 9)
    rows["heading_deg"] = np.nan
    rows["precision_m"] = LONG_RANGE_PRECISION_M


def degrees(raw: Ints, *, per_degree: int) -> npt.NDArray[np.float64]:
    """Return degrees rounded to six digits, by integers: no two decoders differ in the last bit."""
    scale = 6_000_000 // per_degree  # six times a millionth of a degree a step, always whole
    return ((raw * scale + 3) // 6) / 1e6


_FIX: dict[int, Callable[[Rows, Payloads], None]] = {
    1: _class_a, 18: _class_b, 19: _class_b, 27: _long_range,
}  # fmt: skip
_NO_FIX = Fix(0, 0.0, 0.0, 0.0, 0.0, 0.0, -1)
