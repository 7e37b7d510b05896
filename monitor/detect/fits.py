"""Which watch-listed hulls fit a ship seen without AIS: by length, last report and reach.

Nothing here says which ship it is. A hull fits where nothing speaks against it and something for
it: a report from which she could have come, and have gone on to the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import shapely

from monitor.detect.matrix import Episode
from monitor.detect.tracks import Tracks
from monitor.domain.geo import KNOT_MS, distance_m
from monitor.domain.place import Gazetteer
from monitor.domain.sighting import Sighting
from monitor.domain.vessel import Register, WatchedVessel, WatchList
from monitor.domain.visit import Fix
from monitor.domain.window import span_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class FitCriteria:
    """What rules a hull out, and how many are told (own values)."""

    fastest_kn: float = 22.0
    """No ship on the list is faster: ro-ros and landing ships make 15 to 20 kn."""
    slack_m: float = 1_500.0
    """Added to what she can have covered: positions of type 27 and the port's size."""
    heard_within: timedelta = timedelta(days=30)
    """Her last report must be no older to speak for her."""
    followed_for: timedelta = timedelta(days=2)
    """Her reports until so long after the hull was last seen count: with what comes later a
    finding of months ago would change. No longer than evidence may be late."""
    length_errors: float = 2.0
    """The measured length, so many errors up and down, must hold the hull's."""
    length_margin_m: float = 2.0
    """Registers differ by as much for one hull."""
    berth_m: float = 30.0
    lying_kn: float = 2.0
    """Last heard this near another berth and no faster, she lies there."""
    shift_m: float = 400.0
    """Unless this berth is as near to her last report: slots lie side by side."""
    listed: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A watch-listed hull that fits."""

    vessel: WatchedVessel
    mmsi: int
    last: Fix
    """Her last report before she was first seen without AIS."""
    distance_m: float
    """From it to the berth."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A watch-listed hull that does not fit."""

    vessel: WatchedVessel
    mmsi: int | None
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """All watch-listed hulls against one berth episode."""

    length_m: tuple[float, float] | None = None
    """Interval of the measured length; None where it was not measured."""
    candidates: tuple[Candidate, ...] = ()
    """Best first."""
    excluded: tuple[Excluded, ...] = ()
    unheard: tuple[WatchedVessel, ...] = ()
    """No AIS of them lately: nothing speaks for or against."""
    considered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Berth:
    lon: float
    lat: float
    shape: shapely.geometry.base.BaseGeometry
    others: Mapping[str, shapely.geometry.base.BaseGeometry]
    length: tuple[float, float] | None
    times: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """When it was seen without AIS, ms, ascending."""


def hull_fits(
    episodes: Iterable[Episode],
    sightings: Iterable[Sighting],
    tracks: Tracks,
    register: Register,
    watch: WatchList,
    gazetteer: Gazetteer,
    *,
    criteria: FitCriteria,
) -> tuple[Fits, ...]:
    """Return the fits for each episode, in the order given; empty ones where AIS explains it."""
    by_place: dict[tuple[str, str], list[Sighting]] = {}
    for s in sightings:
        if s.berth_ids:
            by_place.setdefault((s.scene_id, s.berth_ids[0]), []).append(s)
    own = _slices(tracks, register)
    shapes = {b.id: gazetteer.frame.metric(b.geometry) for b in gazetteer.berths}
    found = []
    for episode in episodes:
        if not episode.unexplained or episode.berth_id not in shapes:
            found.append(Fits())
            continue
        seen = [
            max(ships, key=lambda s: (s.length_m, s.confidence))
            for state in episode.unexplained
            if (ships := by_place.get((state.scene_id, episode.berth_id)))
        ]
        middle = gazetteer.places[episode.berth_id].geometry.centroid
        berth = _Berth(
            lon=middle.x,
            lat=middle.y,
            shape=shapes[episode.berth_id],
            others={k: v for k, v in shapes.items() if k != episode.berth_id},
            length=measured_length(seen, criteria=criteria),
            times=np.array([to_ms(s.acquired_at) for s in episode.unexplained], np.int64),
        )
        found.append(_judged(berth, own, tracks, watch, gazetteer, criteria))
    return tuple(found)


def measured_length(
    sightings: Iterable[Sighting], *, criteria: FitCriteria
) -> tuple[float, float] | None:
    """Return the interval of one hull's length from all sightings of it; None without any.

    The middle is the median weighted by the inverse square of the errors, so that one image that
    took two hulls for one does not decide. The error is the smallest: errors of one sensor go
    together, so that more images do not make it smaller.
    """
    seen = sorted(sightings, key=lambda s: s.length_m)
    if not seen:
        return None
    weight = np.cumsum([1 / max(s.length_error_m, 1.0) ** 2 for s in seen])
    # A hair under the half, so that equal weights on both sides do not hang on rounding.
    middle = seen[int(np.searchsorted(weight, weight[-1] / 2 * (1 - 1e-9)))].length_m
    error = criteria.length_errors * min(s.length_error_m for s in seen)
    return max(middle - error, 0.0), middle + error


def _slices(tracks: Tracks, register: Register) -> dict[str, list[slice]]:
    """Return the main tracks of every watched ship, by her key."""
    found: dict[str, list[slice]] = {}
    for own, part in zip(tracks.slices(), tracks.part.tolist(), strict=True):
        identity = register.identity(int(tracks.rows.mmsi[own.start]))
        if identity.watched and part == 0:
            found.setdefault(_key(identity.imo, identity.name), []).append(own)
    return found


def _key(imo: int | None, name: str) -> str:
    return str(imo) if imo is not None else name


def _judged(
    berth: _Berth,
    own: Mapping[str, list[slice]],
    tracks: Tracks,
    watch: WatchList,
    gazetteer: Gazetteer,
    criteria: FitCriteria,
) -> Fits:
    candidates, excluded, unheard = [], [], []
    for vessel in watch.vessels:
        slices = own.get(_key(vessel.imo, vessel.name), [])
        against = _by_list(vessel, berth, criteria)
        slices = [cut for s in slices if (cut := _until(s, tracks, berth, criteria))]
        told = [_by_track(s, tracks, vessel, berth, gazetteer, criteria) for s in slices]
        mmsi = int(tracks.rows.mmsi[slices[0].start]) if slices else None
        against = against or next((t for t in told if isinstance(t, str) and t), None)
        fits = [t for t in told if isinstance(t, Candidate)]
        if against:
            excluded.append(Excluded(vessel=vessel, mmsi=mmsi, why_not=against))
        elif fits:
            candidates.append(max(fits, key=lambda c: (c.last.time_ms, c.mmsi)))
        else:
            unheard.append(vessel)
    return Fits(
        length_m=berth.length,
        candidates=tuple(sorted(candidates, key=lambda c: _rank(c, berth))),
        # First those of whom AIS speaks, then those the list alone rules out.
        excluded=tuple(
            sorted(excluded, key=lambda e: (e.mmsi is None, e.vessel.name, e.vessel.imo or 0))
        ),
        unheard=tuple(sorted(unheard, key=lambda v: (v.name, v.imo or 0))),
        considered=len(watch.vessels),
    )


def _until(own: slice, tracks: Tracks, berth: _Berth, criteria: FitCriteria) -> slice | None:
    """Return the reports of one track that count; None where it begins later."""
    end = int(berth.times[-1]) + span_ms(criteria.followed_for)
    count = int(np.searchsorted(tracks.rows.time_ms[own], end, "right"))
    return slice(own.start, own.start + count) if count else None


def _rank(candidate: Candidate, berth: _Berth) -> tuple[float, float, float, str, int]:
    """Nearest last report first, in steps of 500 m so that sisters rank alike; then length."""
    off = np.inf
    if berth.length and candidate.vessel.length_m:
        off = round(abs(candidate.vessel.length_m - sum(berth.length) / 2), 1)
    vessel = candidate.vessel
    return (
        candidate.distance_m // 500,
        float(off),
        -float(candidate.last.time_ms),
        vessel.name,
        vessel.imo or 0,
    )


def _by_list(vessel: WatchedVessel, berth: _Berth, criteria: FitCriteria) -> str | None:
    """Return what rules a hull out whatever her AIS says."""
    if vessel.lost_at is not None and to_ms(vessel.lost_at) <= berth.times[0]:
        return f"lost on {vessel.lost_at:%d %b %Y}"
    if berth.length is None or vessel.length_m is None:
        return None
    low, high = berth.length
    if vessel.length_m > high + criteria.length_margin_m:
        return f"too long: {vessel.length_m:.0f} m against {low:.0f}-{high:.0f} m"
    if vessel.length_m < low - criteria.length_margin_m:
        return f"too short: {vessel.length_m:.0f} m against {low:.0f}-{high:.0f} m"
    return None


def _by_track(
    own: slice,
    tracks: Tracks,
    vessel: WatchedVessel,
    berth: _Berth,
    gazetteer: Gazetteer,
    criteria: FitCriteria,
) -> Candidate | str:
    """Return her as a candidate, why she is none, or an empty text where nothing is known."""
    rows = tracks.rows
    times = rows.time_ms[own]
    after = np.searchsorted(times, berth.times, "right")
    for image, i in zip(berth.times.tolist(), after.tolist(), strict=True):
        for j in (i - 1, i):
            if 0 <= j < len(times):
                against = _out_of_reach(own.start + j, image, tracks, berth, criteria)
                if against:
                    return against
    if after[0] == 0 or berth.times[0] - times[after[0] - 1] > span_ms(criteria.heard_within):
        return ""
    row = own.start + int(after[0]) - 1
    last = tracks.fix(row)
    x, y = gazetteer.frame.xy(last.lon, last.lat)
    point = shapely.Point(float(x), float(y))
    away = float(berth.shape.distance(point))
    if last.sog_kn is not None and last.sog_kn <= criteria.lying_kn and away > criteria.shift_m:
        beside = min(
            ((float(s.distance(point)), k) for k, s in berth.others.items()), default=(np.inf, "")
        )
        if beside[0] <= criteria.berth_m:
            return f"last heard at {beside[1]}, {away:.0f} m away"
    return Candidate(
        vessel=vessel,
        mmsi=last.mmsi,
        last=last,
        distance_m=away,
        reasons=_reasons(
            vessel, last, away, berth, criteria, own.start + int(after[-1]) < own.stop
        ),
    )


def _out_of_reach(
    row: int, image_ms: int, tracks: Tracks, berth: _Berth, criteria: FitCriteria
) -> str | None:
    """Return why a report rules out that she was at the berth when an image was acquired."""
    rows = tracks.rows
    away = float(distance_m(rows.lon[row], rows.lat[row], berth.lon, berth.lat))
    spent = abs(int(rows.time_ms[row]) - image_ms) / 1000
    if away <= criteria.fastest_kn * KNOT_MS * spent + criteria.slack_m:
        return None
    when = "before" if rows.time_ms[row] <= image_ms else "after"
    return f"heard {_far(away)} away {_long(spent)} {when}"


def _reasons(
    vessel: WatchedVessel,
    last: Fix,
    away: float,
    berth: _Berth,
    criteria: FitCriteria,
    heard_again: bool,
) -> tuple[str, ...]:
    said = []
    if berth.length is None:
        said.append("the hull's length was not measured")
    elif vessel.length_m is None:
        said.append("her length is not known")
    else:
        low, high = berth.length
        said.append(f"length {vessel.length_m:.0f} m within {low:.0f}-{high:.0f} m")
    since = (int(berth.times[0]) - last.time_ms) / 1000
    said.append(f"last heard {_far(away)} away {_long(since)} before")
    said.append(
        "her next report is one she could have gone on to"
        if heard_again
        else f"not heard elsewhere in the {criteria.followed_for.days} days after"
    )
    return tuple(said)


def _far(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1_000 else f"{metres / 1_000:.0f} km"


def _long(seconds: float) -> str:
    if seconds < 5_400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} d"
