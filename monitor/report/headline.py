"""The first lines of a page: where each watched ship is, and how the key berths stand. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from monitor.domain.finding import Finding, FindingKind, Status
from monitor.domain.geo import METRES_PER_NM
from monitor.domain.window import from_ms
from monitor.report.summary import (
    MapView,
    Shade,
    TrackView,
    began,
    berth_pictures,
    can_both_be,
    how_known,
    is_about,
    port_distance_m,
    tells_of_same_leaving,
    watched_tracks,
    whereabouts,
)
from monitor.report.words import (
    BASIS_WORDS,
    finding_text,
    minute_text,
    plain,
    ship_name,
    short_place_name,
    since_text,
    span_text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One of the first sentences, and what is told to those who ask how it came to that."""

    text: str
    more: tuple[str, ...] = ()


def headline(view: MapView) -> list[str]:
    """Say in plain sentences where each watched ship is and how the key berths stand."""
    return [t.text for t in told(view)]


def told(view: MapView) -> list[Told]:
    """Return the sentences of `headline`, each watched ship's with her story, oldest first."""
    ships = watched_tracks(view)
    said, unheard = list[Told](), []
    if any(s.rendered for s in view.scenes) or _rests_on_reconstruction(view):
        said.append(
            Told(
                text="Reconstruction: AIS rebuilt from published reports, not received; images "
                "rendered, not taken by a satellite."
            )
        )
    for track in ships:
        own = [f for f in view.findings if is_about(f, track.identity)]
        if own or len(track.positions):
            story = (*_steps(view, own), *_berths_fitted(view, track))
            said.append(Told(text=_ship_sentence(view, track, own), more=story))
        else:
            unheard.append(ship_name(track.identity))
    if unheard:
        said.append(Told(text=f"No AIS received in the time looked at: {', '.join(unheard)}."))
    if not ships:
        said.append(Told(text="No watch-listed ship was looked for."))
    return said + [Told(text=line) for line in _berth_sentences(view)]


def _rests_on_reconstruction(view: MapView) -> bool:
    return any(e.is_made_up for f in view.findings for e in f.evidence)


def _ship_sentence(view: MapView, track: TrackView, own: list[Finding]) -> str:
    states = sorted(whereabouts(own).values(), key=lambda f: (began(f), f.id))
    parts = ["nothing found about it in port"]
    if states:
        # Two sensors may each tell of one departure: both are said, neither is merged away.
        latest = states[-1]
        others = [f for f in own if tells_of_same_leaving(f, latest)]
        told = sorted([latest, *others], key=lambda f: (f.basis == "ais", f.id))
        parts = [_whereabouts(view, f) for f in told]
        if others:
            agree = all(can_both_be(f, latest) for f in others)
            parts.append(
                "these times can all be true" if agree else "these times contradict each other"
            )
    parts.append(_last_heard(view, track))
    silent = [f for f in own if f.kind is FindingKind.NO_AIS_RECEIVED and f.status is Status.OPEN]
    if silent:
        since = max(f.start_earliest or began(f) for f in silent)
        parts.append(f"no AIS received since {minute_text(since)}")
    return f"{ship_name(track.identity)}: {'; '.join(parts)}."


_STEPS = (
    FindingKind.WAITING,
    FindingKind.ARRIVED,
    FindingKind.BERTHED,
    FindingKind.UNBERTHED,
    FindingKind.DEPARTED,
    FindingKind.NO_AIS_RECEIVED,
)
_MOST_STEPS = 12
_MADE_UP = "[Reconstruction] "


def _steps(view: MapView, own: list[Finding]) -> list[str]:
    """Return the newest of what was found of a ship, oldest first."""
    steps = sorted(
        (f for f in own if f.kind in _STEPS and f.status is not Status.RETRACTED),
        key=lambda f: (began(f), f.id),
    )
    return [finding_text(f, view.gazetteer).removeprefix(_MADE_UP) for f in steps[-_MOST_STEPS:]]


def _berths_fitted(view: MapView, track: TrackView) -> list[str]:
    """Say at which berths a vessel without AIS was seen that this ship fits."""
    said = []
    for finding in sorted(view.findings, key=lambda f: (began(f), f.id)):
        names = {(c.get("imo"), c.get("mmsi")) for c in finding.why.get("candidates", ())}
        mine = any(
            imo == track.identity.imo if imo else mmsi == track.identity.mmsi for imo, mmsi in names
        )
        if mine and finding.status is not Status.RETRACTED:
            place = short_place_name(view.gazetteer, finding.place_id)
            seen = span_text(finding.start_earliest, finding.start_latest)
            left = span_text(finding.end_earliest, finding.end_latest)
            until = f", gone {left}" if finding.end_latest else ", still seen at the last look"
            said.append(f"Fits the vessel without AIS at {place}, come {seen}{until} [images].")
    return said


def _whereabouts(view: MapView, finding: Finding) -> str:
    place = short_place_name(view.gazetteer, finding.place_id)
    if finding.kind is FindingKind.WAITING and finding.status is Status.CLOSED:
        ended = span_text(finding.end_earliest, finding.end_latest)
        text = f"no longer waiting in {place}, left it {ended}"
    elif finding.kind in _LEFT:
        when = span_text(finding.start_earliest, finding.start_latest)
        text = f"{_LEFT[finding.kind].format(place=place)} {when}"
    else:
        day = max((view.as_of - began(finding)).days, 0) + 1
        text = f"{_THERE[finding.kind].format(place=place)} {since_text(finding)} (day {day})"
    return f"{text} [{BASIS_WORDS[finding.basis]}, {plain(finding.confidence)} confidence]"


_THERE = {
    FindingKind.ARRIVED: "in port",
    FindingKind.BERTHED: "in port, at {place}",
    FindingKind.WAITING: "outside, waiting in {place}",
}
_LEFT = {
    FindingKind.UNBERTHED: "left {place}",
    FindingKind.DEPARTED: "away, left port",
}


def _last_heard(view: MapView, track: TrackView) -> str:
    rows = track.positions
    if not len(rows):
        return "no AIS received in the time looked at"
    last = int(rows.time_ms.argmax())
    text = f"last AIS position {minute_text(from_ms(int(rows.time_ms[last])))}"
    far_m = port_distance_m(view.gazetteer, track)
    if far_m is None:
        return text
    if far_m == 0:
        return f"{text}, inside the port"
    return f"{text}, {far_m / METRES_PER_NM:.1f} nmi from the port"


def _berth_sentences(view: MapView) -> list[str]:
    area = view.gazetteer.places.get(view.key_area_id) if view.key_area_id else None
    chosen = [
        p
        for p in berth_pictures(view)
        if area is None or shapely.intersects(p.berth.geometry, area.geometry)
    ]
    if not chosen:
        return []
    counts = {shade: sum(p.shade is shade for p in chosen) for shade in Shade}
    said = ", ".join(f"{n} {shade}" for shade, n in counts.items() if n)
    where = short_place_name(view.gazetteer, area.id) if area else "All berths"
    sentences = [f"{where}: {len(chosen)} berths, {said}."]
    for picture in chosen:
        if picture.shade in (Shade.OCCUPIED, Shade.OCCUPIED_WITHOUT_AIS):
            known = "; ".join(how_known(picture))
            name = short_place_name(view.gazetteer, picture.berth.id)
            sentences.append(f"{name}: {picture.shade}; {known}.")
    return sentences
