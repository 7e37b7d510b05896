"""The seams to the outside: what a feed, a catalog and a raster reader promise."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from monitor.clock import Clock
from monitor.domain.chip import Chip, Grid
from monitor.domain.outside_event import OutsideEvent
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a stream said since the last one of these."""

    batch: AisBatch
    tally: Tally
    frames: int
    """Frames read, whatever was in them: lines, datagrams, messages."""
    last_frame_ms: int | None
    """When the last of them came, by our clock; None if none did."""


class StreamsPositions(Protocol):
    """A feed that speaks by itself for as long as it is listened to."""

    name: str

    def stream(self, clock: Clock, stop: threading.Event) -> Generator[Heard, None, None]:
        """Connect once, and yield what is heard until `stop` is set or the connection is lost.

        The first `Heard` comes when the connection stands. Then there is one about every second,
        empty where nothing came: silence is told from waiting. Rows are dated as received when
        they reached us. Closing the generator closes the connection.

        Raises:
            SourceUnavailable: No connection, or lost; what it said until then has been yielded.
            SourceRefused: Credentials or the subscription; a human must act.
        """


class FindsScenes(Protocol):
    """A catalog of scenes."""

    name: str

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Return the scenes that became available in `window` [start, end), in any order.

        A catalog that learns of scenes late may return earlier ones again: storing a scene twice
        changes nothing. Items that cannot be used are counted in `tally`, by reason.

        Raises:
            SourceUnavailable: Worth trying later.
            SourceRefused: Credentials or quota; a human must act.
        """


@runtime_checkable
class ResumesSearch(Protocol):
    """A catalog that may not be through with a window when its search returns."""

    resume_at: datetime | None
    """Where the next window must start, earlier than the last one's end; None if all is done."""


class ReadsChips(Protocol):
    """The one door to pixels."""

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Return the named bands of `scene` on `grid`, float32, NaN where nothing was seen.

        Raises:
            BadScene: The raster is missing, cut short, hostile or lacks a band.
            SourceUnavailable: It cannot be had now; worth trying later.
            SourceRefused: It is not given to us; a human must act.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """How to ask for one file now: an address that works for a while, and what to send with it.

    Neither is ever logged, stored or put into an error: both may carry a signature.
    """

    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


class OpensRemote(Protocol):
    """Knows how the files of a catalog are asked for: plain, signed or with a token."""

    def remote(self, href: str, *, renew: bool = False) -> RemoteFile:
        """Return how to ask for `href`, a stored and unsigned http(s) address.

        Args:
            href: As in `BandRef.href`.
            renew: True after the server refused what was returned last: sign anew.

        Raises:
            SourceUnavailable: The signing service does not answer; worth trying later.
            SourceRefused: Credentials; a human must act.
            BadScene: `foreign_host`: no catalog in the settings serves that address.
        """


class PollsEvents(Protocol):
    """A second opinion that is asked now and then."""

    name: str

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[OutsideEvent]:
        """Yield what the source says as of the window's end, in any order.

        Raises:
            SourceUnavailable: Worth trying later.
            SourceRefused: Credentials or quota; a human must act.
        """
