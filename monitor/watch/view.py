"""The store to what a person is shown as of an instant, without pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from monitor.detect.area_baselines import area_baselines
from monitor.detect.picture import Picture
from monitor.domain.apron_state import ApronState
from monitor.domain.baseline import AreaBaseline
from monitor.domain.berth_state import BerthState
from monitor.domain.sighting import Sighting
from monitor.domain.vessel import Identity
from monitor.domain.window import TimeWindow, from_ms
from monitor.report.berth_plan import PlanView
from monitor.report.summary import MapView, TrackView
from monitor.store.derived import load_berth_states
from monitor.store.engine import Store
from monitor.store.looks import load_apron_states, load_sightings
from monitor.watch.assess import Brief, picture_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was known at an instant: findings as they would have been told then."""

    picture: Picture
    view: MapView
    states: tuple[BerthState, ...]
    sightings: tuple[Sighting, ...]
    areas: tuple[AreaBaseline, ...] = ()
    """What is usual in the port and off it, by AIS."""


def shown_at(
    store: Store,
    brief: Brief,
    *,
    title: str,
    zone: str,
    as_of: datetime,
    key_area_id: str | None = None,
) -> Shown:
    """Compile what had reached the store by `as_of` into what can be shown of it."""
    picture = picture_at(store, brief, as_of=as_of)
    with store.read() as connection:
        states = load_berth_states(connection, available_by=as_of)
        sightings = load_sightings(connection, available_by=as_of)
        aprons = load_apron_states(connection, available_by=as_of)
    view = MapView(
        title=title,
        as_of=as_of,
        gazetteer=brief.gazetteer,
        tracks=tracks_shown(picture, brief, datetime.min.replace(tzinfo=as_of.tzinfo)),
        berth_states=states,
        apron_states=aprons,
        findings=picture.findings,
        zone=zone,
        key_area_id=key_area_id,
    )
    areas = area_baselines(
        picture.visits,
        picture.register,
        picture.coverage,
        brief.gazetteer,
        as_of=as_of,
        criteria=brief.criteria.usual,
    )
    return Shown(picture=picture, view=view, states=states, sightings=sightings, areas=areas)


def plan_shown(
    picture: Picture,
    view: MapView,
    sightings: Sequence[Sighting],
    aprons: Sequence[ApronState],
    window: TimeWindow,
) -> PlanView:
    """Return what the berth plan shows of a picture, in a window of time."""
    return PlanView(
        title=view.title,
        as_of=view.as_of,
        window=window,
        gazetteer=view.gazetteer,
        register=picture.register,
        visits=picture.visits,
        silences=picture.silences,
        cells=picture.cells,
        sightings=tuple(sightings),
        apron_states=tuple(aprons),
        findings=view.findings,
        zone=view.zone,
        key_area_id=view.key_area_id,
        stale_after=view.stale_after,
    )


def seen_from(picture: Picture, earliest: datetime) -> datetime:
    """Return when the first evidence was made, or `earliest` if that is later."""
    first = [c.image.acquired_at for c in picture.cells]
    if len(picture.tracks.rows):
        first.append(from_ms(int(picture.tracks.rows.time_ms.min())))
    return min(max(min(first, default=earliest), earliest), picture.as_of)


def tracks_shown(picture: Picture, brief: Brief, since: datetime) -> tuple[TrackView, ...]:
    """Return the tracks since an instant, and an empty one for each watched ship not received."""
    rows = picture.tracks.rows
    recent = rows.time_ms >= int(since.timestamp() * 1000)
    views = []
    for part in picture.tracks.slices():
        own = rows.take(np.flatnonzero(recent[part]) + part.start)
        if len(own):
            identity = picture.register.identity(int(own.mmsi[0]))
            views.append(TrackView(identity=identity, positions=own))
    heard = {v.identity.imo for v in views if v.identity.imo}
    heard_mmsis = {v.identity.mmsi for v in views}
    # A watched ship that was not received at all is still listed, as not received.
    for vessel in brief.watch.vessels:
        if (vessel.imo or vessel.claims) and (vessel.imo is None or vessel.imo not in heard):
            mmsi = vessel.claims[0].mmsi if vessel.claims else 0
            if mmsi in heard_mmsis:
                continue
            identity = Identity(mmsi=mmsi, imo=vessel.imo, name=vessel.name, watched=True)
            views.append(TrackView(identity=identity, positions=rows.take(slice(0, 0))))
    return tuple(views)
