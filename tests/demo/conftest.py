"""The committed demo input, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from monitor.bundled import bundled
from monitor.demo.generate import SEED, Generator
from monitor.domain.window import parse_utc
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.conftest import ROOT

STORY = ROOT / "sample_tiles" / "tartus_2025"


@dataclass(frozen=True)
class Rows:
    """The AIS file as a table, and one table per ship, each in order of time."""

    all: pd.DataFrame
    ships: Mapping[str, pd.DataFrame]

    def of(self, name: str) -> pd.DataFrame:
        """Return one ship's rows."""
        return self.ships[name]


def at(text: str) -> datetime:
    """Return an instant of the story."""
    return parse_utc(text)


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Read the committed AIS file."""
    table = pd.read_csv(STORY / "ais" / "reconstruction.csv", dtype={"MMSI": int})
    table["at"] = pd.to_datetime(table["BaseDateTime"], utc=True)
    table["received"] = pd.to_datetime(table["Received"], utc=True)
    ships = {str(name): ship.sort_values("at") for name, ship in table.groupby("VesselName")}
    return Rows(all=table, ships=ships)


@pytest.fixture(scope="session")
def maker() -> Generator:
    """Return the generator as the committed files were made."""
    return Generator(bundled("aoi", "tartus.geojson"), SEED)


@pytest.fixture(scope="session")
def catalog() -> StaticCatalog:
    """Return the committed catalog."""
    return StaticCatalog("demo", Path(STORY / "scenes"))
