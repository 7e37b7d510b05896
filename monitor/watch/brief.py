"""What the analysis is asked to look for: the one value every assessment starts from."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.detect.picture import Criteria
from monitor.domain.feed import FeedControl
from monitor.domain.place import Gazetteer
from monitor.domain.vessel import WatchList


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the analysis is asked to look for."""

    gazetteer: Gazetteer
    watch: WatchList
    criteria: Criteria
    feeds: tuple[FeedControl, ...] = ()
    """The sources counted on: a finding tells when one of them is silent."""
