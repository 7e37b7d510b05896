"""What is known of one ship through time, and which ship a user means. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.finding import Finding, Status
from monitor.domain.vessel import Identity, Register, WatchList
from monitor.domain.visit import Silence, Visit
from monitor.domain.window import from_ms, utc_text
from monitor.report.words import (
    BASIS_WORDS,
    age_text,
    plain,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a ship's history."""

    earliest: datetime | None
    latest: datetime | None
    what: str
    place_id: str | None
    how: str
    note: str = ""

    @property
    def order(self) -> tuple[float, float, str, str]:
        """By time, what has no beginning first."""
        start = self.earliest or self.latest
        end = self.latest or self.earliest
        return (
            start.timestamp() if start else 0.0,
            end.timestamp() if end else 0.0,
            self.what,
            self.note,
        )

    def to_dict(self) -> Json:
        """Return plain JSON values."""
        return {
            "from": _text(self.earliest),
            "to": _text(self.latest),
            "what": self.what,
            "place_id": self.place_id,
            "how": self.how,
            "note": self.note,
        }


def ship_events(
    numbers: frozenset[int],
    imo: int | None,
    *,
    findings: Iterable[Finding],
    visits: Iterable[Visit],
    silences: Iterable[Silence],
) -> tuple[Event, ...]:
    """Return what happened to a ship, by time: findings, stays, and when she was not received.

    Args:
        numbers: Her MMSIs.
        imo: Her IMO number.
        findings: All findings; those that name her, or for which she is a candidate, are taken.
        visits: All visits.
        silences: All silences, also those that could not be told for want of coverage.
    """
    events = [_of_finding(f) for f in findings if _names(f, numbers, imo)]
    events += [_of_visit(v) for v in visits if v.mmsi in numbers]
    events += [_of_silence(s) for s in silences if s.mmsi in numbers and not s.is_stated]
    return tuple(sorted(events, key=lambda e: e.order))


def _names(finding: Finding, numbers: frozenset[int], imo: int | None) -> bool:
    own = [(finding.subject.imo, finding.subject.mmsi)]
    own += [(c.get("imo"), c.get("mmsi")) for c in finding.why.get("candidates", ())]
    return any(i == imo if i is not None and imo is not None else m in numbers for i, m in own)


def _of_finding(finding: Finding) -> Event:
    named = finding.subject.imo is not None or finding.subject.mmsi is not None
    what = finding.kind.value if named else f"fits {finding.kind.value}"
    end = finding.end_latest or finding.start_latest
    return Event(
        earliest=finding.start_earliest or finding.start_latest,
        latest=None if finding.status is Status.OPEN else end,
        what=what if finding.status is not Status.RETRACTED else f"{what} (retracted)",
        place_id=finding.place_id,
        how=f"{BASIS_WORDS[finding.basis]}, {finding.confidence}",
        note=plain(finding.text),
    )


def _of_visit(visit: Visit) -> Event:
    first, last = from_ms(visit.first.time_ms), from_ms(visit.last.time_ms)
    return Event(
        earliest=first,
        latest=last,
        what=f"heard in {visit.place_kind.replace('_', ' ')}",
        place_id=visit.place_id,
        how="AIS",
        note=f"{visit.positions} reports over {age_text(last - first)}, "
        f"longest gap {visit.longest_gap_ms / 3_600_000:.1f} h",
    )


def _of_silence(silence: Silence) -> Event:
    return Event(
        earliest=from_ms(silence.before.time_ms),
        latest=from_ms(silence.after.time_ms) if silence.after else None,
        what="not received, coverage not shown",
        place_id=silence.place_id,
        how="AIS",
        note=f"others were received in {silence.fed_hours} of {silence.hours} hours",
    )


def known_ships(query: str, register: Register, watch: WatchList) -> tuple[Identity, ...]:
    """Return the ships a user may mean by an IMO number, an MMSI or a name, by number.

    A name is compared without regard to case; a part of it is enough where nothing is called
    exactly so.
    """
    everyone: dict[tuple[int | None, int], Identity] = {}
    for identity in register.identities.values():
        everyone[(identity.imo, identity.mmsi)] = identity
    heard = {identity.imo for identity in register.identities.values()}
    for vessel in watch.vessels:
        if vessel.imo is None or vessel.imo not in heard:
            mmsi = vessel.claims[0].mmsi if vessel.claims else 0
            everyone.setdefault(
                (vessel.imo, mmsi),
                Identity(mmsi=mmsi, imo=vessel.imo, name=vessel.name, watched=True),
            )
    wanted = query.strip().casefold()
    ships = sorted(everyone.values(), key=lambda i: (i.imo or 0, i.mmsi))
    if wanted.isdecimal():
        return tuple(s for s in ships if int(wanted) in (s.imo, s.mmsi))
    if not wanted:
        return ()
    exact = tuple(s for s in ships if s.name.casefold() == wanted)
    return exact or tuple(s for s in ships if wanted in s.name.casefold())


def _text(at: datetime | None) -> str | None:
    return utc_text(at) if at is not None else None
