"""Slow change in how full a port or a quay is: a sequential test over blocks of thirty days.

Each block's mean share of taken berths is held against all blocks before it by Student's t, made
a normal deviate, and summed beyond a slack on either side (self-starting CUSUM, Hawkins 1987): the
rate of false alarms does not depend on how short the past is. An orbit that sees more ships than
the others in the same blocks has its surplus taken off first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from monitor.detect.baselines import Floats
from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.detect.usual_criteria import DriftCriteria
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.scene import Modality
from monitor.domain.window import from_ms, span_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What the looks of thirty days say of a group of berths."""

    number: int
    """Blocks since the epoch."""
    looks: tuple[tuple[BerthState, ...], ...]
    """By time: for each usable scene the berths it judged."""
    share: float
    """Mean share of taken berths, each orbit's surplus taken off; 0-1 but for that."""
    by_berth: tuple[float, ...]
    """Share of its looks that showed each berth taken, in the order of the group's berths; NaN
    where none saw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A port or a quay, and the berths that count for it."""

    place_id: str
    berths: tuple[str, ...]
    """Berths that were ever judged, ordered."""
    blocks: tuple[Block, ...]
    """Whole blocks with enough looks, by time."""
    runs: tuple[Run, ...]
    """Levels held one after the other; the last is the present one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Blocks held against one level, up to the drift that ended it."""

    first: int
    """Index of its first block."""
    last: int
    """Index of the last one; the one at which a drift was told, if one was."""
    changed: int | None
    """Index of the block with which the drift began, as far as the sums tell."""
    rising: bool
    level: float
    """Mean share of the blocks before the drift, of all where there was none; NaN without any."""
    sum: float
    """The greater of the two sums at the end."""

    def blocks(self) -> int:
        """Return how many blocks the level rests on."""
        return (self.last + 1 if self.changed is None else self.changed) - self.first


def groups_of(
    states: Iterable[BerthState],
    gazetteer: Gazetteer,
    *,
    as_of: datetime,
    criteria: DriftCriteria,
    matrix: MatrixCriteria,
) -> tuple[Group, ...]:
    """Return each port and each quay with berths enough, by id, with its levels and drifts."""
    scenes: dict[str, dict[tuple[datetime, str], dict[str, BerthState]]] = {}
    groups = _groups(gazetteer, criteria)
    of_berth: dict[str, list[str]] = {}
    for place_id, listed in groups.items():
        for berth in listed:
            of_berth.setdefault(berth, []).append(place_id)
    for state in states:
        judged = state.state is not Occupancy.UNOBSERVED
        if judged and not matrix.freed_to < state.score < matrix.taken_from:
            for place_id in of_berth.get(state.berth_id, ()):
                by_scene = scenes.setdefault(place_id, {})
                by_scene.setdefault((state.acquired_at, state.scene_id), {})[state.berth_id] = state
    found = []
    for place_id, by_scene in sorted(scenes.items()):
        berths = tuple(sorted({b for looks in by_scene.values() for b in looks}))
        if len(berths) < criteria.least_berths:
            continue
        looks = [
            tuple(states[b] for b in sorted(states))
            for _, states in sorted(by_scene.items())
            if len(states) >= criteria.observed * len(berths)
        ]
        blocks = _blocks(looks, berths, as_of=as_of, criteria=criteria)
        runs = runs_over(
            np.array([b.share for b in blocks], np.float64),
            np.array([b.by_berth for b in blocks], np.float64).reshape(len(blocks), len(berths)),
            criteria=criteria,
        )
        found.append(Group(place_id=place_id, berths=berths, blocks=blocks, runs=runs))
    return tuple(found)


def _groups(gazetteer: Gazetteer, criteria: DriftCriteria) -> Mapping[str, list[str]]:
    """Return the berths of each port and of each quay that is a part of one only."""
    ports: dict[str, list[str]] = {}
    quays: dict[str, list[str]] = {}
    for berth in gazetteer.berths:
        ports.setdefault(_port_id(gazetteer, berth.port), []).append(berth.id)
        if berth.quay_id:
            quays.setdefault(berth.quay_id, []).append(berth.id)
    whole = {tuple(berths) for berths in ports.values()}
    parts = {
        quay: berths
        for quay, berths in quays.items()
        if len(berths) >= criteria.least_berths and tuple(berths) not in whole
    }
    return {**ports, **parts}


def _port_id(gazetteer: Gazetteer, port: str) -> str:
    """Return the place that stands for a port: its harbour water, else its name."""
    found = gazetteer.of_kind(PlaceKind.HARBOUR_WATER, PlaceKind.PORT_BOUNDARY, port=port)
    return found[0].id if found else port


def _blocks(
    looks: Sequence[tuple[BerthState, ...]],
    berths: Sequence[str],
    *,
    as_of: datetime,
    criteria: DriftCriteria,
) -> tuple[Block, ...]:
    """Return the whole blocks with looks enough."""
    long = span_ms(criteria.block)
    by_block: dict[int, list[tuple[BerthState, ...]]] = {}
    for look in looks:
        by_block.setdefault(to_ms(look[0].acquired_at) // long, []).append(look)
    now = to_ms(as_of) // long
    surplus = _Surplus()
    found = []
    for number, own in sorted(by_block.items()):
        if number >= now:
            continue
        shares = [
            (_eye(look[0]), sum(s.state is Occupancy.OCCUPIED for s in look) / len(look))
            for look in own
        ]
        known = surplus.without(shares)
        if len(known) >= criteria.least_looks:
            found.append(
                Block(
                    number=number,
                    looks=tuple(own),
                    share=sum(known) / len(known),
                    by_berth=_means(own, berths),
                )
            )
    return tuple(found)


Eye = tuple[str, int | None, bool]
"""Sensor, relative orbit of a radar, and whether its scenes are drawn."""


def _eye(state: BerthState) -> Eye:
    orbit = state.orbit if state.modality is Modality.RADAR else None
    return state.sensor, orbit, state.rendered


class _Surplus:
    """How much more each sensor and orbit sees than the others in the same blocks.

    One that is new is not counted until four looks beside the others tell its surplus; where none
    but new ones looked, they are taken as they are.
    """

    def __init__(self) -> None:
        self._seen: dict[Eye, tuple[float, int]] = {}
        self._known: set[Eye] = set()

    def without(self, shares: Sequence[tuple[Eye, float]]) -> list[float]:
        """Return a block's shares of the known eyes without their surplus, and learn from them."""
        if not any(eye in self._known for eye, _ in shares):
            self._known.update(eye for eye, _ in shares)
        found = [share - self._of(eye) for eye, share in shares if eye in self._known]
        level = sum(found) / len(found)
        for eye, share in shares:
            total, count = self._seen.get(eye, (0.0, 0))
            self._seen[eye] = (total + share - level, count + 1)
        self._known.update(e for e, (_, n) in self._seen.items() if n >= _LEAST_BESIDE)
        return found

    def _of(self, eye: Eye) -> float:
        total, count = self._seen.get(eye, (0.0, 0))
        return total / max(count, _LEAST_BESIDE)


_LEAST_BESIDE = 4


def _means(looks: Sequence[tuple[BerthState, ...]], berths: Sequence[str]) -> tuple[float, ...]:
    """Return in which share of the looks that saw it each berth was taken; NaN where none did."""
    seen, taken = Counter[str](), Counter[str]()
    for look in looks:
        for state in look:
            seen[state.berth_id] += 1
            taken[state.berth_id] += state.state is Occupancy.OCCUPIED
    return tuple(taken[b] / seen[b] if seen[b] else float("nan") for b in berths)


def runs_over(shares: Floats, by_berth: Floats, *, criteria: DriftCriteria) -> tuple[Run, ...]:
    """Return the levels through time.

    Args:
        shares: Mean share of taken berths, block by block, shape (blocks,).
        by_berth: The same for each berth, shape (blocks, berths); NaN where it was not seen.
        criteria: Thresholds.

    Returns:
        One run for each level. After a drift the new level is learned from the blocks that follow
        the one at which it was told: before that it may still have been on its way.
    """
    found: list[Run] = []
    first = 0
    while True:
        run = _run(shares, by_berth, first, criteria)
        found.append(run)
        if run.changed is None:
            return tuple(found)
        first = run.last + 1


def _run(shares: Floats, by_berth: Floats, first: int, criteria: DriftCriteria) -> Run:
    sums, began = [0.0, 0.0], [first, first]
    for i in range(first + criteria.least_blocks, len(shares)):
        z = deviate(shares[first:i], by_berth[first:i], float(shares[i]))
        step = min(max(z, -criteria.clip), criteria.clip)
        for side, toward in enumerate((step, -step)):
            if sums[side] <= 0:
                began[side] = i
            sums[side] = max(0.0, sums[side] + toward - criteria.slack)
        if max(sums) > criteria.limit:
            side = int(sums[1] > sums[0])
            changed = began[side]
            return Run(
                first=first,
                last=i,
                changed=changed,
                rising=side == 0,
                level=float(np.mean(shares[first:changed])),
                sum=max(sums),
            )
    own = shares[first:]
    return Run(
        first=first,
        last=len(shares) - 1,
        changed=None,
        rising=sums[0] >= sums[1],
        level=float(np.mean(own)) if len(own) else float("nan"),
        sum=max(sums),
    )


def deviate(past: Floats, by_berth: Floats, share: float) -> float:
    """Return how far a block stands from those before it, as a standard normal deviate.

    Their spread is taken to be no less than that of berths taken independently of one another,
    each at its own rate: a quay that was always empty has a spread of nought, and one ship there
    is no catastrophe.
    """
    # Imported where it is needed: half a second, and the first months of a port need none.
    from scipy.special import ndtri, stdtr

    n = len(past)
    seen = np.isfinite(by_berth)
    rate = (np.where(seen, by_berth, 0).sum(axis=0) + 0.5) / (seen.sum(axis=0) + 1)
    least = float(np.sqrt((rate * (1 - rate)).sum())) / by_berth.shape[1]
    spread = max(float(np.std(past, ddof=1)), least)
    t = (share - float(np.mean(past))) / (spread * float(np.sqrt(1 + 1 / n)))
    # The tail is bounded: what follows is clipped long before.
    return float(ndtri(np.clip(stdtr(n - 1, t), 1e-12, 1 - 1e-12)))


def ends_of(block: Block, criteria: DriftCriteria) -> tuple[datetime, datetime]:
    """Return when a block begins and ends."""
    long = span_ms(criteria.block)
    return from_ms(block.number * long), from_ms((block.number + 1) * long)
