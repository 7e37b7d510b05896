"""A made-up evening off Tartus: two watched ships wait, one falls silent, berths in every state."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import (
    Basis,
    Evidence,
    Finding,
    FindingKind,
    Severity,
    Status,
    Subject,
)
from monitor.domain.place import Gazetteer
from monitor.domain.positions import PositionColumns, positions_from
from monitor.domain.scene import Modality
from monitor.domain.vessel import Identity
from monitor.domain.window import to_ms
from monitor.report.summary import MapView, SceneOverlay, TrackView
from monitor.sources.gazetteer import load_gazetteer

AS_OF = datetime(2025, 1, 20, 18, 0, tzinfo=UTC)
SPARTA = Identity(mmsi=273351920, imo=9268710, name="SPARTA", length_m=126.0, watched=True)
SPARTA_II = Identity(mmsi=273394890, imo=9160994, name="SPARTA II", watched=True)
HOUR_MS = 3_600_000


def tartus() -> Gazetteer:
    """Return the areas that come with the program."""
    return load_gazetteer(Path(__file__).parents[2] / "aoi" / "tartus.geojson")


def a_track(
    *points: tuple[float, float, float], mmsi: int = SPARTA.mmsi, until: datetime = AS_OF
) -> PositionColumns:
    """Return positions from (hours before `until`, lon, lat)."""
    hours, lon, lat = (np.array(c) for c in zip(*points, strict=True))
    time_ms = to_ms(until) - (hours * HOUR_MS).astype(np.int64)
    columns = {"time_ms": time_ms, "lon": lon, "lat": lat, "mmsi": np.full(len(lon), mmsi)}
    return positions_from(columns, sources=("file:story.nmea",))


def circling(lon: float, lat: float, *, mmsi: int, first_h: float, last_h: float) -> TrackView:
    """Return a ship that comes from the west and goes round a spot, a report every 20 minutes.

    Nothing is received from 52 to 40 hours before the end.
    """
    hours = np.arange(first_h, last_h, -1 / 3)
    hours = hours[(hours < 40) | (hours > 52)]
    turn = hours * 0.7
    approach = np.clip((hours - last_h) / (first_h - last_h) - 0.7, 0, 1) * 1.2
    points = zip(
        hours, lon - approach + 0.03 * np.cos(turn), lat + 0.02 * np.sin(turn), strict=True
    )
    identity = next(i for i in (SPARTA, SPARTA_II) if i.mmsi == mmsi)
    return TrackView(identity=identity, positions=a_track(*points, mmsi=mmsi))


def a_look(
    berth_id: str,
    state: Occupancy,
    *,
    age: timedelta = timedelta(hours=14),
    delay: timedelta = timedelta(hours=3),
    reason: str = "",
    scene_id: str = "S1A_IW_20250120T040000",
    rendered: bool = False,
) -> BerthState:
    """Return what one radar scene says about one berth."""
    seen = state is not Occupancy.UNOBSERVED
    return BerthState(
        scene_id=scene_id,
        acquired_at=AS_OF - age,
        available_at=AS_OF - age + delay,
        sensor="sentinel-1",
        modality=Modality.RADAR,
        orbit=14,
        berth_id=berth_id,
        state=state,
        score={"occupied": 0.94, "free": 0.06}.get(state, float("nan")),
        usable=0.98 if seen else 0.0,
        reason=reason,
        rendered=rendered,
    )


def a_finding(kind: FindingKind = FindingKind.WAITING, **changes: object) -> Finding:
    """Return an open finding about SPARTA in the inner waiting sector."""
    start = AS_OF - timedelta(days=3)
    values: dict[str, object] = {
        "kind": kind,
        "status": Status.OPEN,
        "severity": Severity.NOTICE,
        "subject": Subject(imo=SPARTA.imo, mmsi=SPARTA.mmsi, name=SPARTA.name),
        "place_id": "tartus.waiting.inner",
        "start_earliest": start,
        "start_latest": start + timedelta(hours=1),
        "end_earliest": None,
        "end_latest": None,
        "learned_at": start + timedelta(hours=2),
        "basis": Basis.AIS,
        "confidence": "high",
    }
    return Finding(**(values | changes))  # type: ignore[arg-type]


def a_webp(width: int = 40, height: int = 50) -> bytes:
    """Return a small grey picture."""
    rng = np.random.default_rng(1)
    grey = (rng.gamma(2.0, 22.0, (height, width)).clip(0, 255)).astype(np.uint8)
    packed = io.BytesIO()
    Image.fromarray(grey).save(packed, "WEBP", lossless=True)
    return packed.getvalue()


def a_scene(days_ago: float = 7 / 12, *, rendered: bool = False) -> SceneOverlay:
    """Return a picture of the harbour."""
    at = AS_OF - timedelta(days=days_ago)
    return SceneOverlay(
        scene_id=f"S1A_IW_GRDH_1SDV_{at:%Y%m%dT%H%M%S}",
        label="radar, VV, dB",
        acquired_at=at,
        sensor="sentinel-1",
        rendered=rendered,
        webp=a_webp(),
        bounds=(34.885, 35.845, 34.925, 35.885),
    )


def others(count: int = 25, *, reports: int = 30) -> tuple[TrackView, ...]:
    """Return ships nobody watches, on straight and crooked ways past the port."""
    rng = np.random.default_rng(7)
    ships = []
    for number in range(count):
        mmsi = 636_000_000 + number
        hours = np.sort(rng.uniform(0, 40, reports))[::-1]
        lon = 35.2 + 0.6 * rng.random() + np.cumsum(rng.normal(0, 0.006, reports))
        lat = 34.5 + 0.8 * rng.random() + np.cumsum(rng.normal(0.004, 0.006, reports))
        rows = a_track(*zip(hours, np.minimum(lon, 35.83), lat, strict=True), mmsi=mmsi)
        ships.append(
            TrackView(identity=Identity(mmsi=mmsi, name=f"TRADER {number}"), positions=rows)
        )
    return tuple(ships)


def the_story() -> MapView:
    """Return the whole evening."""
    berths = {b.id: b for b in tartus().berths}
    occupied = ("tartus.berth.b1_s.2", "tartus.berth.b2_n.1", "tartus.berth.b3_n.2")
    dark = "tartus.berth.naval_s_w.1"
    unseen = ("tartus.berth.b4_e.1", "tartus.berth.phos_s.1", "tartus.berth.floating_west.left")
    looks = [a_look(b, Occupancy.FREE) for b in berths if b not in (*occupied, dark, *unseen)]
    looks += [a_look(b, Occupancy.OCCUPIED) for b in (*occupied, dark)]
    looks += [a_look(b, Occupancy.UNOBSERVED, reason="outside the swath") for b in unseen]
    silent_since = AS_OF - timedelta(hours=27, minutes=20)
    findings = (
        a_finding(
            evidence=(
                Evidence(
                    kind="position",
                    ref="273351920/2025-01-17T19:00:00Z",
                    at=AS_OF - timedelta(days=2, hours=23),
                    source="file:story.nmea",
                    note="first of 212 reports in the sector",
                ),
            ),
            text="SPARTA has been waiting 5 nmi off Tartus since 17 January.",
        ),
        a_finding(
            subject=Subject(imo=SPARTA_II.imo, mmsi=SPARTA_II.mmsi, name="SPARTA II"),
            place_id="tartus.waiting.outer",
            text="SPARTA II is waiting in the outer ring off Tartus.",
        ),
        a_finding(
            FindingKind.NO_AIS_RECEIVED,
            subject=Subject(imo=SPARTA_II.imo, mmsi=SPARTA_II.mmsi, name="SPARTA II"),
            place_id=None,
            severity=Severity.WARNING,
            start_earliest=silent_since,
            start_latest=None,
            learned_at=AS_OF - timedelta(hours=21),
            confidence="medium",
            text="No AIS received from SPARTA II for 27 h; other ships were, in 26 of 28 h.",
        ),
        a_finding(
            FindingKind.OCCUPIED_WITHOUT_AIS,
            subject=Subject(),
            place_id=dark,
            severity=Severity.CRITICAL,
            basis=Basis.IMAGE,
            confidence="medium",
            start_earliest=AS_OF - timedelta(days=2),
            start_latest=AS_OF - timedelta(hours=14),
            learned_at=AS_OF - timedelta(hours=11),
            text="A ship lies at Mole 1 north side, slot 1/2, and no AIS was received from it.",
            evidence=(
                Evidence(
                    kind="scene",
                    ref="S1A_IW_20250120T040000",
                    at=AS_OF - timedelta(hours=14),
                    source="catalog:earth-search",
                    note="occupied, score 0.94",
                ),
                Evidence(kind="coverage", ref="other ships received in 13 of 14 hours"),
            ),
        ),
        a_finding(
            FindingKind.BERTHED,
            status=Status.CLOSED,
            subject=Subject(mmsi=636000003, name="TRADER 3"),
            place_id="tartus.berth.b1_s.2",
            severity=Severity.INFO,
            basis=Basis.BOTH,
            start_earliest=AS_OF - timedelta(days=1, hours=2),
            start_latest=AS_OF - timedelta(days=1, hours=2),
            text="TRADER 3 berthed at Mole 2 north side, slot 2/3.",
        ),
        a_finding(
            FindingKind.ARRIVED,
            subject=Subject(mmsi=636000009, name="TRADER 9"),
            place_id="tartus.harbour",
            status=Status.CLOSED,
            severity=Severity.INFO,
            start_earliest=AS_OF - timedelta(days=6),
            start_latest=AS_OF - timedelta(days=6),
            end_earliest=AS_OF - timedelta(days=6),
            end_latest=AS_OF - timedelta(days=6),
        ),
        a_finding(
            status=Status.CLOSED,
            subject=Subject(mmsi=636000009, name="TRADER 9"),
            severity=Severity.INFO,
            start_earliest=AS_OF - timedelta(days=8),
            start_latest=AS_OF - timedelta(days=8),
            end_earliest=AS_OF - timedelta(days=6, hours=2),
            end_latest=AS_OF - timedelta(days=6),
        ),
    )
    return MapView(
        title="Port of Tartus",
        as_of=AS_OF,
        gazetteer=tartus(),
        tracks=(
            circling(35.755, 34.925, mmsi=SPARTA.mmsi, first_h=70, last_h=0.2),
            circling(35.60, 34.99, mmsi=SPARTA_II.mmsi, first_h=68, last_h=27),
            *others(),
        ),
        berth_states=tuple(looks),
        findings=findings,
        scenes=(a_scene(3.5), a_scene(rendered=True)),
        coverage=(
            "Optical: no usable scene since 15 January (cloud).",
            "Three berths lie outside the swath of the radar scene of 20 January.",
            "AIS: 2 of the last 48 hours without any reception.",
        ),
        zone="Asia/Damascus",
        key_area_id="tartus.basin.naval",
    )
