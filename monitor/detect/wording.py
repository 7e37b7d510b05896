"""The words and references findings are made of: names, places, hours, evidence, confidence.

Texts name what was observed and what was inferred, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.berth_state import BerthState
from monitor.domain.finding import DRAWN, Evidence, Subject
from monitor.domain.place import Gazetteer
from monitor.domain.vessel import Identity, Register
from monitor.domain.visit import Fix
from monitor.domain.window import from_ms, utc_text

RULES_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Words:
    """Looks up the names rules speak with."""

    register: Register
    gazetteer: Gazetteer

    def ship(self, mmsi: int) -> Identity:
        """Return the identity of an MMSI."""
        return self.register.identity(mmsi)

    def name(self, mmsi: int) -> str:
        """Return what to call a ship: its name, else its MMSI."""
        identity = self.ship(mmsi)
        return identity.name or f"MMSI {mmsi}"

    def place(self, place_id: str) -> str:
        """Return a place's own name, short."""
        place = self.gazetteer.places.get(place_id)
        return place.short_name if place else place_id

    def subject(self, mmsi: int) -> Subject:
        """Return the finding's subject for an MMSI."""
        identity = self.ship(mmsi)
        return Subject(imo=identity.imo, mmsi=mmsi, name=identity.name or None)


def position_evidence(fix: Fix, note: str) -> Evidence:
    """Return a report as evidence, saying what it shows."""
    at = from_ms(fix.time_ms)
    speed = "" if fix.sog_kn is None else f", {fix.sog_kn:.1f} kn"
    return Evidence(
        kind="position",
        ref=f"{fix.mmsi}/{utc_text(at)}",
        at=at,
        source=fix.source,
        note=f"{note}: {lonlat_text(fix)}{speed}",
    )


def scene_evidence(state: BerthState) -> Evidence:
    """Return what a scene says of a berth as evidence; a drawn scene says so."""
    drawn = f", {DRAWN}" if state.rendered else ""
    return Evidence(
        kind="scene",
        ref=state.scene_id,
        at=state.acquired_at,
        source=state.sensor,
        note=f"{state.berth_id} {state.state.value}, score {state.score:.2f}{drawn}",
    )


def edge_confidence(*, observed: bool, grade: int) -> str:
    """Return the word for how sure an edge by AIS is."""
    if observed:
        return "high" if grade >= 2 else "medium"
    return "medium" if grade >= 3 else "low"


def image_confidence(states: tuple[BerthState, ...]) -> str:
    """High where every image decided clearly; one clear image of several gives medium."""
    margins = [abs(s.score - 0.5) for s in states]
    if min(margins) >= 0.35:
        return "high"
    return "medium" if max(margins) >= 0.35 or len(states) > 1 else "low"


def lonlat_text(fix: Fix) -> str:
    """Return a position as `34.911N 35.865E`."""
    ns, ew = "N" if fix.lat >= 0 else "S", "E" if fix.lon >= 0 else "W"
    return f"{abs(fix.lat):.3f}{ns} {abs(fix.lon):.3f}{ew}"


def clock_text(at: datetime) -> str:
    """Return an instant as `21 Jan 2025 17:35Z`."""
    return at.strftime("%d %b %Y %H:%MZ")


def between_text(earliest: datetime | None, latest: datetime | None) -> str:
    """Return an uncertain instant in words; open sides say so."""
    if earliest is None or latest is None:
        known = latest or earliest
        return f"before {clock_text(known)}" if known else "at an unknown time"
    if latest - earliest < timedelta(minutes=1):
        return f"at {clock_text(latest)}"
    return f"between {clock_text(earliest)} and {clock_text(latest)}"


def days_text(span: timedelta) -> str:
    """Return a span as `16 d 18 h`, under two days as hours."""
    hours = int(span / timedelta(hours=1))
    return f"{hours // 24} d {hours % 24} h" if hours >= 48 else f"{hours} h"


def sensor_text(state: BerthState) -> str:
    """Return what saw a berth; a drawn scene says so."""
    return f"{state.sensor}, rendered" if state.rendered else state.sensor
