"""What is usual at a berth: how often it is taken, by sensor and orbit or season, and for how long.

A radar sees a berth from one orbit as from no other, and ships keep other hours in summer, so each
relative orbit (radar) and each season (optical) has a baseline of its own. Looks at one stay are
one observation rather than many: `n` looks count as `n / (2 L - 1)`, where `L` is how many looks
one spell of that state was given on average (a two-state chain whose stays are short beside the
gaps). Shares are bounded by Jeffreys' interval, which is honest from the first look on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_high as median

import numpy as np
import numpy.typing as npt

from monitor.detect.spells import Seen, Spell
from monitor.detect.usual_criteria import UsualCriteria
from monitor.domain.baseline import BerthBaseline
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.scene import Modality
from monitor.domain.window import from_ms, span_ms, to_ms

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_SEASONS = ("Dec-Feb", "Mar-May", "Jun-Aug", "Sep-Nov")


@dataclass(frozen=True, slots=True, order=True)
class Stratum:
    """Looks that can be held against one another."""

    sensor: str
    part: str
    """`orbit 14`, `orbit not known` or a season of three months."""
    rendered: bool = False

    @property
    def text(self) -> str:
        """How to call it: `sentinel-1 orbit 14`."""
        return f"{self.sensor} {self.part}{', rendered' if self.rendered else ''}"


def stratum_of(state: BerthState) -> Stratum:
    """Return the stratum a look belongs to."""
    if state.modality is Modality.RADAR:
        part = "orbit not known" if state.orbit is None else f"orbit {state.orbit}"
    else:
        part = _SEASONS[state.acquired_at.month % 12 // 3]
    return Stratum(state.sensor, part, state.rendered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """In how many looks of one stratum a berth was in a state, and what follows for the next."""

    stratum: Stratum
    state: Occupancy
    looks: int
    """Clear looks in the window."""
    held: int
    """Those that showed the state."""
    spells: int
    """Stays or gaps these belong to."""
    first: datetime | None
    """First and last of the looks."""
    last: datetime | None
    beta: tuple[float, float]
    """Parameters of the Beta distribution of the share."""

    @property
    def probability(self) -> float:
        """That the next look shows it."""
        return self.beta[0] / sum(self.beta)

    def at_most(self, level: float) -> float:
        """Return what the share does not exceed with probability `level`."""
        # Imported where it is needed: half a second, and the first months of a port need none.
        from scipy.special import betaincinv

        return float(betaincinv(*self.beta, level))

    def learning(self, criteria: UsualCriteria) -> bool:
        """Return whether the looks are too few to call anything rare."""
        return self.looks < criteria.least_looks


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One stratum's clear looks at a berth, by time; sums have one value more than looks."""

    time_ms: Ints
    taken: Ints
    """Looks up to each that showed it taken."""
    began: Mapping[Occupancy, Ints]
    """Looks up to each that were the first of their spell in a state."""


class BerthPast:
    """What was seen of one berth, to be asked for any instant in time that grows slowly."""

    def __init__(self, seen: Seen, *, criteria: UsualCriteria) -> None:
        self.seen, self.criteria = seen, criteria
        rows: dict[Stratum, list[int]] = {}
        for i, look in enumerate(seen.looks):
            rows.setdefault(stratum_of(look), []).append(i)
        taken = np.array([s.state is Occupancy.OCCUPIED for s in seen.looks], np.int64)
        times = np.array([to_ms(s.acquired_at) for s in seen.looks], np.int64)
        stays = np.array(seen.stay, np.int64)
        self._columns = {
            stratum: _column(times[own], taken[own], stays[own])
            for stratum, own in sorted(rows.items())
        }

    @property
    def strata(self) -> tuple[Stratum, ...]:
        """Strata with a clear look, ordered."""
        return tuple(self._columns)

    def share(self, stratum: Stratum, state: Occupancy, *, before: datetime) -> Share:
        """Return the share of a state in the looks of the window that ends before an instant."""
        column = self._columns[stratum]
        until = to_ms(before)
        low, high = np.searchsorted(
            column.time_ms, (until - span_ms(self.criteria.window), until)
        ).tolist()
        looks = high - low
        taken = int(column.taken[high] - column.taken[low])
        held = taken if state is Occupancy.OCCUPIED else looks - taken
        began = column.began[state]
        spells = max(int(began[high] - began[low]), 1) if held else 0
        return Share(
            stratum=stratum,
            state=state,
            looks=looks,
            held=held,
            spells=spells,
            first=from_ms(int(column.time_ms[low])) if looks else None,
            last=from_ms(int(column.time_ms[high - 1])) if looks else None,
            beta=beta_of(looks, held, spells),
        )

    def stays(self, state: Occupancy, *, before: datetime) -> tuple[Spell, ...]:
        """Return the spells of a state that began in the window and had ended before an instant."""
        since = before - self.criteria.window
        return tuple(
            s
            for s in self.seen.spells
            if s.state is state
            and s.after is not None
            and s.after.acquired_at <= before
            and s.looks[0].acquired_at >= since
        )


def _column(times: Ints, taken: Ints, stays: Ints) -> _Column:
    began = {}
    for state, value in ((Occupancy.OCCUPIED, 1), (Occupancy.FREE, 0)):
        first = np.zeros(len(times), np.int64)
        own = np.flatnonzero(taken == value)
        if len(own):
            first[own] = np.r_[1, np.diff(stays[own]) != 0]
        began[state] = np.r_[0, np.cumsum(first)]
    return _Column(times, np.r_[0, np.cumsum(taken)], began)


def beta_of(looks: int, held: int, spells: int) -> tuple[float, float]:
    """Return the two parameters of the Beta distribution of a share: Jeffreys' prior and `looks`,
    `held` of them in `spells` spells, weighed by how little looks at one spell add."""
    weight = 1 / (2 * held / spells - 1) if held else 1.0
    return held * weight + 0.5, (looks - held) * weight + 0.5


def least_span(spell: Spell) -> timedelta:
    """Return how long a spell was seen to last."""
    return spell.looks[-1].acquired_at - spell.looks[0].acquired_at


def most_span(spell: Spell) -> timedelta | None:
    """Return how long a spell can have lasted; None where an end of it was not seen."""
    if spell.before is None or spell.after is None:
        return None
    return spell.after.acquired_at - spell.before.acquired_at


def berth_baselines(pasts: Iterable[BerthPast], *, as_of: datetime) -> tuple[BerthBaseline, ...]:
    """Return what is usual at each berth by what was seen before `as_of`, by berth and stratum."""
    return tuple(_baseline(past, stratum, as_of) for past in pasts for stratum in past.strata)


def _baseline(past: BerthPast, stratum: Stratum, as_of: datetime) -> BerthBaseline:
    share = past.share(stratum, Occupancy.OCCUPIED, before=as_of)
    stays = past.stays(Occupancy.OCCUPIED, before=as_of)
    longest = [most for s in stays if (most := most_span(s)) is not None]
    criteria = past.criteria
    since = as_of - criteria.window
    return BerthBaseline(
        berth_id=past.seen.berth_id,
        of=stratum.text,
        learning=share.learning(criteria),
        looks=share.looks,
        unusable=sum(
            since <= s.acquired_at < as_of and stratum_of(s) == stratum for s in past.seen.blind
        ),
        taken=share.held,
        share=share.probability,
        low=share.at_most(1 - criteria.level),
        high=share.at_most(criteria.level),
        first=share.first,
        last=share.last,
        stays=len(stays),
        stay_least=median([least_span(s) for s in stays]) if stays else None,
        stay_most=median(longest) if longest else None,
    )
