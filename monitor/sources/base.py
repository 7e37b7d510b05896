"""The seams to the outside: what a feed, a catalog and a raster reader promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from monitor.domain.chip import Chip, Grid
from monitor.domain.positions import PositionColumns
from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class AisBatch:
    """Some positions and static reports that arrived together."""

    positions: PositionColumns
    static: tuple[StaticReport, ...] = ()


class PollsPositions(Protocol):
    """A feed that is asked now and then."""

    name: str

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[AisBatch]:
        """Yield everything received in `window` [start, end), in any order.

        Asking twice for a closed window yields the same rows. What cannot be read is counted in
        `tally`, by reason.

        Raises:
            SourceUnavailable: Worth trying later.
            SourceRefused: Credentials or quota; a human must act.
        """


class FindsScenes(Protocol):
    """A catalog of scenes."""

    name: str

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Return the scenes that became available in `window` [start, end), in any order.

        Items that cannot be used are counted in `tally`, by reason.

        Raises:
            SourceUnavailable: Worth trying later.
        """


class ReadsChips(Protocol):
    """The one door to pixels."""

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Return the named bands of `scene` on `grid`, float32, NaN where nothing was seen.

        Raises:
            BadScene: The raster is missing, cut short, hostile or lacks a band.
        """
