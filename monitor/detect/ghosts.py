"""Ships that AIS holds at a berth which images show free: runs of such looks, and when they end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from monitor.detect.matrix_criteria import MatrixCriteria
from monitor.domain.berth_cell import AisSays, BerthCell, ShipByAis, Verdict
from monitor.domain.berth_state import BerthState, Occupancy


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """One ship by AIS at one berth, not to be seen there."""

    mmsi: int
    berth_id: str
    looks: tuple[tuple[BerthState, ShipByAis], ...]
    """Images that show it free while she is held there, by time."""
    enough: int
    """How many of `looks` it took to say so."""
    before: BerthState | None
    """The last look before them that showed something of the berth."""
    after: BerthCell | None
    """The first cell after them that says otherwise; None while none does."""
    length_m: float | None
    cells: tuple[BerthCell, ...]
    """Every look at the berth from the first of `looks` to the last."""


def ghosts_in(
    cells: Iterable[BerthCell], *, lengths: Mapping[int, float], criteria: MatrixCriteria
) -> tuple[Ghost, ...]:
    """Find ghosts in cells ordered by berth and time, ordered by berth, first image and MMSI.

    A ship shorter than can be seen is none; one of unknown length takes two images.
    """
    found = []
    for _, own in groupby(cells, key=lambda c: c.image.berth_id):
        found += _at_berth(list(own), lengths, criteria)
    return tuple(sorted(found, key=lambda g: (g.berth_id, g.looks[0][0].acquired_at, g.mmsi)))


def _at_berth(
    cells: list[BerthCell], lengths: Mapping[int, float], criteria: MatrixCriteria
) -> list[Ghost]:
    runs: dict[int, list[int]] = {}
    found: list[Ghost] = []

    def close(mmsi: int, by: BerthCell | None) -> None:
        ghost = _ghost(mmsi, runs.pop(mmsi), cells, by, lengths.get(mmsi), criteria)
        if ghost is not None:
            found.append(ghost)

    for i, cell in enumerate(cells):
        if cell.verdict is Verdict.NOT_OBSERVED:
            continue
        for mmsi in sorted(runs):
            if _otherwise(cell, mmsi, criteria):
                close(mmsi, cell)
        for ship in cell.ais.ships:
            too_short = lengths.get(ship.mmsi, criteria.seen_from_m) < criteria.seen_from_m
            if not too_short and _counts(cell, ship, criteria):
                runs.setdefault(ship.mmsi, []).append(i)
    for mmsi in sorted(runs):
        close(mmsi, None)
    return found


def _counts(cell: BerthCell, ship: ShipByAis, criteria: MatrixCriteria) -> bool:
    return (
        cell.verdict is Verdict.AIS_WITHOUT_SHIP
        and ship.moored
        and cell.image.score <= criteria.freed_to
        and cell.image.usable >= criteria.ghost_half
    )


def _otherwise(cell: BerthCell, mmsi: int, criteria: MatrixCriteria) -> bool:
    """Return whether a cell shows a hull, or AIS that no longer holds her there."""
    if cell.image.state is Occupancy.OCCUPIED:
        return cell.image.score >= criteria.taken_from
    return cell.ais.says is not AisSays.UNKNOWN and all(s.mmsi != mmsi for s in cell.ais.ships)


def _ghost(
    mmsi: int,
    run: list[int],
    cells: list[BerthCell],
    after: BerthCell | None,
    length_m: float | None,
    criteria: MatrixCriteria,
) -> Ghost | None:
    enough, instants = 0, set()
    for count, i in enumerate(run, 1):
        image = cells[i].image
        instants.add(image.acquired_at)
        clear = image.score <= criteria.ghost_score and image.usable >= criteria.ghost_usable
        if len(instants) >= criteria.ghost_images or (clear and length_m is not None):
            enough = count
            break
    if not enough:
        return None
    before = [c.image for c in cells[: run[0]] if c.image.state is not Occupancy.UNOBSERVED]
    return Ghost(
        mmsi=mmsi,
        berth_id=cells[run[0]].image.berth_id,
        looks=tuple(
            (cells[i].image, next(s for s in cells[i].ais.ships if s.mmsi == mmsi)) for i in run
        ),
        enough=enough,
        before=before[-1] if before else None,
        after=after,
        length_m=length_m,
        cells=tuple(cells[run[0] : run[-1] + 1]),
    )
