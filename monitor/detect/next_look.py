"""When the next image of the port may be expected, worked out from the catalog's own cadence.

No orbits are known here: a satellite on a repeating ground track passes the same place at the same
time of day after a whole number of days, and the scenes of the past show after how many. What
flies next is a prediction, never an observation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from monitor.domain.scene import Modality, Scene
from monitor.domain.window import from_ms, span_ms, to_ms

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLookCriteria:
    """How a cadence is read from past scenes (own values unless a source is named)."""

    covers: float = 0.9
    """Share of the port's area a pass must cover. Source: the project's event table."""
    same_pass: timedelta = timedelta(minutes=30)
    """Scenes of one orbit nearer in time are slices or tiles of one pass; also how far from the
    hour a pass may come: the ground track is kept within minutes, the next orbit is 98 away."""
    window: int = 24
    """Passes looked back at: the constellation of two years ago says nothing of today's."""
    longest: timedelta = timedelta(days=35)
    """Longest cycle sought. Source: ERS and Envisat; those of today repeat within 16 days."""
    least_passes: int = 4
    """Fewer say nothing of a cadence."""
    least_steps: int = 2
    """How often a cycle must have been kept before it counts."""
    least_kept: float = 0.5
    """Share of the cycles kept below which the passes come as they like."""
    least_in_slot: int = 2
    """Passes of one phase of the cycle before its next is expected: one alone may be a campaign."""
    stopped_after: int = 3
    """After so many missed cycles no further pass is expected."""
    margin: timedelta = timedelta(hours=24)
    """How long after it should have been published a scene is missing. Source: event table."""
    longest_delay: timedelta = timedelta(days=7)
    """What was published later was processed anew; it tells nothing of the usual delay."""
    unknown_delay: timedelta = timedelta(hours=24)
    """Where the catalog does not tell when its scenes were published. Source: Copernicus gives
    its products within 24 hours."""
    horizon: timedelta = timedelta(days=14)
    """How far ahead passes are listed: the longest cycle in use over a port, and a bit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One pass of one relative orbit that gave an image of the port."""

    sensor: str
    orbit: int
    modality: Modality
    at: datetime
    """Acquisition of its first scene."""
    available_at: datetime
    """When the first image covering the port could be had."""
    scenes: tuple[Scene, ...]
    """Those that show some of the port, by time and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLook:
    """A pass to come, or flown and not yet published."""

    sensor: str
    orbit: int
    modality: Modality
    at: datetime
    """Predicted acquisition."""
    spread: timedelta
    """Half the window: how far past passes strayed from their hour."""
    available_at: datetime
    """When its image may be had, by the usual delay."""
    available_by: datetime
    """The same by the slowest tenth of past delays."""
    delay_known: bool
    """Whether the catalog told when past scenes were published."""
    cycle_days: int
    passes: int
    """Past passes the cycle was read from."""
    missed: int
    """Cycles before it that gave no image, up to now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """After how many days an orbit comes again, and how exactly."""

    cycle_days: int
    slots: tuple[tuple[int, ...], ...]
    """Pass times by phase of the cycle, each ascending; milliseconds. One for a single satellite,
    more where several share the orbit."""
    spread_ms: int


def passes_over(
    scenes: Iterable[Scene], area: BaseGeometry, *, criteria: NextLookCriteria
) -> tuple[Pass, ...]:
    """Gather scenes into passes that cover an area.

    Args:
        scenes: In any order, several slices, tiles or processings of one pass among them. Those
            without a relative orbit are left out: nothing tells which pass comes again.
        area: The port, OGC:CRS84.
        criteria: Thresholds.

    Returns:
        Passes ordered by sensor, orbit and time.
    """
    port = shapely.to_wkb(area)
    shown = sorted(
        (s for s in scenes if s.orbit is not None and _share((s.footprint_wkt,), port) > 0),
        key=lambda s: (s.sensor, s.orbit or 0, s.acquired_at, s.id),
    )
    groups: list[list[Scene]] = []
    for scene in shown:
        head = groups[-1][0] if groups else None
        if (
            head is not None
            and (head.sensor, head.orbit) == (scene.sensor, scene.orbit)
            and scene.acquired_at - head.acquired_at <= criteria.same_pass
        ):
            groups[-1].append(scene)
        else:
            groups.append([scene])
    found = (_pass(group, port, criteria) for group in groups)
    return tuple(p for p in found if p is not None)


def _pass(group: list[Scene], port: bytes, criteria: NextLookCriteria) -> Pass | None:
    """Return the pass a group of scenes makes, once enough of them are there to cover the port."""
    head, so_far = group[0], set[str]()
    for scene in sorted(group, key=lambda s: (s.available_at, s.id)):
        so_far.add(scene.footprint_wkt)
        if _share(tuple(sorted(so_far)), port) >= criteria.covers:
            return Pass(
                sensor=head.sensor,
                orbit=head.orbit or 0,
                modality=head.modality,
                at=head.acquired_at,
                available_at=scene.available_at,
                scenes=tuple(group),
            )
    return None


@lru_cache(maxsize=65_536)
def _share(outlines: tuple[str, ...], port: bytes) -> float:
    """Return the share of a port's area that outlines cover together; 0 for unreadable ones."""
    area = shapely.from_wkb(port)
    shapes = [g for g in shapely.from_wkt(list(outlines), on_invalid="ignore") if g is not None]
    seen = shapely.union_all([shapely.make_valid(g) for g in shapes])
    return float(seen.intersection(area).area / area.area) if area.area else 0.0


@lru_cache(maxsize=16_384)
def cadence_of(times_ms: tuple[int, ...], criteria: NextLookCriteria) -> Cadence | None:
    """Return after how many days an orbit's passes repeat, or None where they do not say.

    The cycle is the number of whole days most often kept between two passes (ties: the shorter),
    so a hole in the catalog or a second satellite half a cycle behind does not mislead.

    Args:
        times_ms: Ascending acquisition times of one sensor and orbit; the newest are used.
        criteria: Thresholds.
    """
    times = np.array(times_ms[-criteria.window :], np.int64)
    if len(times) < criteria.least_passes:
        return None
    near = span_ms(criteria.same_pass)
    steps = times[None, :] - times[:, None]
    days = np.rint(steps / _DAY_MS).astype(np.int64)
    whole = (days > 0) & (np.abs(steps - days * _DAY_MS) <= near)
    whole &= days * _DAY_MS <= span_ms(criteria.longest)
    counts = Counter(days[whole].tolist())
    if not counts:
        return None
    cycle, kept = min(counts.items(), key=lambda c: (-c[1], c[0]))
    could = int(np.sum(times + cycle * _DAY_MS <= times[-1] + near))
    if kept < criteria.least_steps or kept < criteria.least_kept * could:
        return None
    slots = _slots(times.tolist(), cycle * _DAY_MS, near)
    strayed = [
        abs((b - a + near) % (cycle * _DAY_MS) - near) for slot in slots for a, b in pairwise(slot)
    ]
    # Catalogs often give whole minutes only.
    return Cadence(cycle_days=cycle, slots=slots, spread_ms=max([60_000, *strayed]))


def _slots(times: list[int], cycle_ms: int, near_ms: int) -> tuple[tuple[int, ...], ...]:
    slots: list[list[int]] = []
    for at in times:
        home = next((s for s in slots if in_slot(at, s[-1], cycle_ms, near_ms)), None)
        if home is None:
            slots.append([at])
        else:
            home.append(at)
    return tuple(tuple(s) for s in slots)


def in_slot(at_ms: int, of_ms: int, cycle_ms: int, near_ms: int) -> bool:
    """Return whether two passes are a whole number of cycles apart."""
    off = (at_ms - of_ms) % cycle_ms
    return min(off, cycle_ms - off) <= near_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How long after acquisition images could be had."""

    typical: timedelta
    slow: timedelta
    """The slowest tenth."""
    known: bool


def delay_of(passes: Sequence[Pass], *, criteria: NextLookCriteria) -> Delay:
    """Return the publication delay of the newest passes; an assumed one where none is told."""
    told = [
        p.available_at - p.at
        for p in passes[-criteria.window :]
        if timedelta(0) < p.available_at - p.at <= criteria.longest_delay
    ]
    if not told:
        return Delay(typical=criteria.unknown_delay, slow=criteria.unknown_delay, known=False)
    minutes = [t / timedelta(minutes=1) for t in told]
    typical, slow = (float(np.percentile(minutes, q)) for q in (50, 90))
    return Delay(
        typical=timedelta(minutes=round(typical)), slow=timedelta(minutes=round(slow)), known=True
    )


def by_orbit(passes: Iterable[Pass]) -> dict[tuple[str, int], list[Pass]]:
    """Return passes by sensor and relative orbit, each list by time."""
    found: dict[tuple[str, int], list[Pass]] = {}
    for one in sorted(passes, key=lambda p: (p.sensor, p.orbit, p.at)):
        found.setdefault((one.sensor, one.orbit), []).append(one)
    return found


def next_looks(
    passes: Iterable[Pass], *, as_of: datetime, criteria: NextLookCriteria
) -> tuple[NextLook, ...]:
    """Predict the passes whose images are still to come.

    Args:
        passes: From `passes_over`; those published after `as_of` are not looked at.
        as_of: Now.
        criteria: Thresholds.

    Returns:
        By predicted time: passes within `horizon`, and those flown already whose image is not
        there and not yet missing.
    """
    known = (p for p in passes if p.available_at <= as_of)
    found = [
        look
        for flown in by_orbit(known).values()
        for look in _looks_of(flown, as_of=as_of, criteria=criteria)
    ]
    return tuple(sorted(found, key=lambda n: (n.at, n.sensor, n.orbit)))


def _looks_of(
    flown: list[Pass], *, as_of: datetime, criteria: NextLookCriteria
) -> Iterable[NextLook]:
    cadence = cadence_of(tuple(to_ms(p.at) for p in flown[-criteria.window :]), criteria)
    if cadence is None:
        return
    delay = delay_of(flown, criteria=criteria)
    cycle = timedelta(days=cadence.cycle_days)
    for slot in cadence.slots:
        if len(slot) < criteria.least_in_slot:
            continue
        last = from_ms(slot[-1])
        missed = max(0, (as_of - last - delay.typical - criteria.margin) // cycle)
        if missed >= criteria.stopped_after:
            continue
        at = last + (missed + 1) * cycle
        while at <= as_of + criteria.horizon:
            yield NextLook(
                sensor=flown[-1].sensor,
                orbit=flown[-1].orbit,
                modality=flown[-1].modality,
                at=at,
                spread=timedelta(milliseconds=cadence.spread_ms),
                available_at=at + delay.typical,
                available_by=at + delay.slow,
                delay_known=delay.known,
                cycle_days=cadence.cycle_days,
                passes=sum(len(s) for s in cadence.slots),
                missed=missed,
            )
            at += cycle
