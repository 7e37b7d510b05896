"""What ships say of their voyages: destination and draught, as far as it was said often enough.

All of it is typed by crews, who forget: a change says something, the absence of one nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic, TypeVar

from monitor.domain.destination import Destination, parse_destination
from monitor.domain.vessel import Register, StaticReport
from monitor.domain.visit import Visit, Voyage
from monitor.domain.window import span_ms

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticByShip:
    """Static reports gathered by ship, each ship's by time."""

    ships: Mapping[int, Sequence[StaticReport]]
    """By leading MMSI, ordered by it."""
    leaders: Mapping[int, int]
    """MMSI -> leading MMSI, where a ship used several."""

    def of(self, mmsi: int) -> Sequence[StaticReport]:
        """Return the reports of the ship an MMSI belongs to."""
        return self.ships.get(self.leaders.get(mmsi, mmsi), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class VoyageCriteria:
    """When what crews type is worth saying. Source: the project's event table."""

    min_reports: int = 2
    """Equal reports in a row before a destination or draught counts."""
    draught_step_m: float = 0.3
    """Smaller differences are trim, fuel or a typing habit."""
    look_back: timedelta = timedelta(days=10)
    """A draught or destination told earlier belongs to another voyage."""
    look_ahead: timedelta = timedelta(hours=24)
    """Crews put it right on sailing or soon after; later it may be another port's doing."""
    port_code_nm: float = 5.0
    """A code stands for one of our ports if its position is this near: the index gives whole
    minutes, often of the town or the anchorage, and the next port is farther."""
    min_history_days: int = 30
    """Days on which anything was received, before a visit may be called a ship's first."""
    min_confidence: int = 3
    """Of a visit to count as one: entry or exit, and a stop or gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraughtChange:
    """A ship's draught on the way in and on the way out, as her crew set it."""

    draught_in_m: float | None
    draught_out_m: float | None
    changed: bool
    """Both known, and apart by the step. Where False nothing follows: most crews do not set it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationChange:
    """Where a ship said she was bound on the way in and on the way out."""

    at_arrival: Destination | None
    at_departure: Destination | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Generic[T]):
    """Equal reports in a row."""

    value: T
    first: StaticReport
    confirmed: StaticReport
    """The one by which there were enough."""
    last: StaticReport


def static_by_ship(static: Iterable[StaticReport], register: Register) -> StaticByShip:
    """Gather static reports by ship: those of a re-flagged one under her leading MMSI."""
    ships: dict[int, list[StaticReport]] = {}
    for report in static:
        ships.setdefault(register.leader(report.mmsi), []).append(report)
    for reports in ships.values():
        reports.sort(key=lambda r: (r.time_ms, r.destination, r.draught_m or 0.0, r.source))
    return StaticByShip(ships=dict(sorted(ships.items())), leaders=register.same_ship)


def voyage_of(visit: Visit, static: StaticByShip, *, criteria: VoyageCriteria) -> Voyage | None:
    """Return what was set on the way in and out of a visit; None where nothing was."""
    draught = draught_of(visit, static, criteria=criteria)
    bound = destination_of(visit, static, criteria=criteria)
    if draught is None and bound is None:
        return None
    return Voyage(
        draught_in_m=draught.draught_in_m if draught else None,
        draught_out_m=draught.draught_out_m if draught else None,
        draught_changed=draught.changed if draught else False,
        bound_in=_bound(bound.at_arrival) if bound else "",
        bound_out=_bound(bound.at_departure) if bound else "",
    )


def _bound(destination: Destination | None) -> str:
    return (destination.to or destination.raw) if destination else ""


def draught_of(
    visit: Visit, static: StaticByShip, *, criteria: VoyageCriteria
) -> DraughtChange | None:
    """Return the draught on the way in and out of a visit; None where neither was told.

    In: what held last before she was inside, else first while inside. Out: what held last from
    then until `look_ahead` after her last report inside.
    """
    values = [(r.draught_m, r) for r in static.of(visit.mmsi) if r.draught_m is not None]
    before, after = _in_and_out(visit, runs_of(values, criteria), criteria)
    if before is None and after is None:
        return None
    known = before is not None and after is not None
    step = abs(after.value - before.value) if before and after else 0.0
    return DraughtChange(
        draught_in_m=before.value if before else None,
        draught_out_m=after.value if after else None,
        # Draughts are tenths of a metre: 0.3 must not fail for the last bit of a difference.
        changed=known and round(step, 3) >= criteria.draught_step_m,
    )


def destination_of(
    visit: Visit, static: StaticByShip, *, criteria: VoyageCriteria
) -> DestinationChange | None:
    """Return the destination told on the way in and out of a visit; None where neither was."""
    values = [(r.destination, r) for r in static.of(visit.mmsi) if r.destination]
    before, after = _in_and_out(visit, runs_of(values, criteria), criteria)
    if before is None and after is None:
        return None
    return DestinationChange(
        at_arrival=parse_destination(before.value) if before else None,
        at_departure=parse_destination(after.value) if after else None,
    )


def _in_and_out(
    visit: Visit, runs: list[Run[T]], criteria: VoyageCriteria
) -> tuple[Run[T] | None, Run[T] | None]:
    arrived, left = visit.first.time_ms, visit.last.time_ms
    since, until = arrived - span_ms(criteria.look_back), left + span_ms(criteria.look_ahead)
    known = [r for r in runs if r.first.time_ms <= until and r.last.time_ms >= since]
    before = [r for r in known if r.confirmed.time_ms <= arrived]
    inside = [r for r in known if r not in before and r.confirmed.time_ms <= left]
    after = [r for r in known if r.confirmed.time_ms <= until and r.last.time_ms > arrived]
    coming = before[-1] if before else (inside[0] if inside else None)
    return coming, (after[-1] if after else None)


def runs_of(values: Sequence[tuple[T, StaticReport]], criteria: VoyageCriteria) -> list[Run[T]]:
    """Return the values told often enough in a row; what stands alone between does not part them.

    Reports by time. A value that comes back after a lone other one was never left.
    """
    runs: list[Run[T]] = []
    for run in runs_as_told(values, criteria):
        if runs and runs[-1].first is run.first:
            runs[-1] = run
        else:
            runs.append(run)
    return runs


def runs_as_told(
    values: Iterable[tuple[T, StaticReport]], criteria: VoyageCriteria
) -> Iterator[Run[T]]:
    """Yield the run that held after each report that began one or was of it, known by then."""
    held: Run[T] | None = None
    pending: list[tuple[T, StaticReport]] = []
    for value, report in values:
        if pending and pending[-1][0] != value:
            pending = []
        pending.append((value, report))
        if held is not None and held.value == value:
            held = replace(held, last=report)
            yield held
        elif len(pending) >= criteria.min_reports:
            held = Run(value=value, first=pending[0][1], confirmed=report, last=report)
            yield held
