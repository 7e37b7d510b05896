"""What is usual at a berth: how often it is taken, by sensor and orbit or season, and for how long.

A radar sees a berth from one orbit as from no other, and ships keep other hours in summer, so each
relative orbit (radar) and each season (optical) has a baseline of its own. Looks at one stay are
one observation rather than many: `n` looks count as `n / (2 L - 1)`, where `L` is how many looks
one spell of that state was given on average (a two-state chain whose stays are short beside the
gaps). Shares are bounded by Jeffreys' interval, which is honest from the first look on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import median_high as median

import numpy as np
import numpy.typing as npt

from monitor.detect.spells import Seen, Spell
from monitor.detect.usual_criteria import UsualCriteria
from monitor.domain.baseline import BerthBaseline
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.scene import Modality

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
        return _stratum(state.sensor, state.orbit, None, state.rendered)
    return _stratum(state.sensor, None, state.acquired_at.month % 12 // 3, state.rendered)


@lru_cache(maxsize=1024)
def _stratum(sensor: str, orbit: int | None, season: int | None, rendered: bool) -> Stratum:
    if season is not None:
        return Stratum(sensor, _SEASONS[season], rendered)
    return Stratum(sensor, "orbit not known" if orbit is None else f"orbit {orbit}", rendered)


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


@dataclass(slots=True)
class _Column:
    """One stratum's clear looks at a berth, by time; sums have one value more than looks."""

    times: list[datetime] = field(default_factory=list)
    taken: list[int] = field(default_factory=lambda: [0])
    """Looks up to each that showed it taken."""
    began: dict[Occupancy, list[int]] = field(
        default_factory=lambda: {Occupancy.OCCUPIED: [0], Occupancy.FREE: [0]}
    )
    """Looks up to each that were the first of their spell in a state."""
    stay: dict[Occupancy, int] = field(default_factory=dict)
    """The spell of the last look in each state."""

    def add(self, look: BerthState, stay: int) -> None:
        """Add a look later than those before."""
        self.times.append(look.acquired_at)
        self.taken.append(self.taken[-1] + (look.state is Occupancy.OCCUPIED))
        for state, sums in self.began.items():
            is_new = look.state is state and self.stay.get(state) != stay
            sums.append(sums[-1] + is_new)
        self.stay[look.state] = stay


class BerthPast:
    """What was seen of one berth, to be asked for any instant in time that grows slowly."""

    def __init__(self, seen: Seen, *, criteria: UsualCriteria) -> None:
        self.seen, self.criteria = seen, criteria
        columns: dict[Stratum, _Column] = {}
        for look, stay in zip(seen.looks, seen.stay, strict=True):
            columns.setdefault(stratum_of(look), _Column()).add(look, stay)
        self._columns = dict(sorted(columns.items()))
        self._closed: dict[Occupancy, list[Spell]] = {Occupancy.OCCUPIED: [], Occupancy.FREE: []}
        for spell in seen.spells:
            if spell.after is not None:
                self._closed[spell.state].append(spell)

    @property
    def strata(self) -> tuple[Stratum, ...]:
        """Strata with a clear look, ordered."""
        return tuple(self._columns)

    def share(self, stratum: Stratum, state: Occupancy, *, before: datetime) -> Share:
        """Return the share of a state in the looks of the window that ends before an instant."""
        column = self._columns[stratum]
        low = bisect_left(column.times, before - self.criteria.window)
        high = bisect_left(column.times, before)
        looks = high - low
        taken = column.taken[high] - column.taken[low]
        held = taken if state is Occupancy.OCCUPIED else looks - taken
        began = column.began[state]
        spells = max(began[high] - began[low], 1) if held else 0
        return Share(
            stratum=stratum,
            state=state,
            looks=looks,
            held=held,
            spells=spells,
            first=column.times[low] if looks else None,
            last=column.times[high - 1] if looks else None,
            beta=beta_of(looks, held, spells),
        )

    def stays(self, state: Occupancy, *, before: datetime) -> tuple[Spell, ...]:
        """Return the spells of a state that began in the window and had ended before an instant."""
        closed = self._closed[state]
        low = bisect_left(closed, before - self.criteria.window, key=_began)
        return tuple(closed[low : bisect_right(closed, before, key=_ended)])


def _began(spell: Spell) -> datetime:
    return spell.looks[0].acquired_at


def _ended(spell: Spell) -> datetime:
    assert spell.after is not None
    return spell.after.acquired_at


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
