"""AIS positions as columns. One batch is a handful of arrays, never one object per message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PositionColumns:
    """Validated vessel positions; every array has shape (n,). Missing values are NaN or -1.

    The "not available" codes of AIS (lon 181, lat 91, speed 102.3, course 360, heading 511,
    status 15) never appear here: adapters turn them into missing values, and drop a message
    that has no position.
    """

    time_ms: npt.NDArray[np.int64]
    """When the ship was there: milliseconds since the epoch, UTC."""
    received_ms: npt.NDArray[np.int64]
    """When we (or our feed) received it; never used to order a track."""
    mmsi: npt.NDArray[np.int64]
    """Nine-digit Maritime Mobile Service Identity."""
    lon: npt.NDArray[np.float64]
    """Degrees east, [-180, 180]."""
    lat: npt.NDArray[np.float64]
    """Degrees north, [-90, 90]."""
    sog_kn: npt.NDArray[np.float32]
    """Speed over ground in knots, NaN if missing."""
    cog_deg: npt.NDArray[np.float32]
    """Course over ground in degrees [0, 360), NaN if missing."""
    heading_deg: npt.NDArray[np.float32]
    """True heading in degrees [0, 360), NaN if missing."""
    nav_status: npt.NDArray[np.int8]
    """Navigational status 0-14 as set by the crew, -1 if missing."""
    precision_m: npt.NDArray[np.float32]
    """Half the grid step of the reported coordinates: about 93 for type 27 (0.1 minute), 1 else."""
    source: npt.NDArray[np.int32]
    """Index into `sources`."""
    sources: tuple[str, ...]
    """Names of the feeds or files the rows came from, such as `file:harbour.nmea`."""

    def __post_init__(self) -> None:
        n = self.time_ms.shape
        for name in ARRAY_FIELDS:
            if getattr(self, name).shape != n:
                raise ValueError(f"column {name} has shape {getattr(self, name).shape}, not {n}")

    def __len__(self) -> int:
        return int(self.time_ms.shape[0])

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> PositionColumns:
        """Return the rows chosen by an index array, a mask or a slice, in that order."""
        chosen = {name: getattr(self, name)[index] for name in ARRAY_FIELDS}
        return PositionColumns(sources=self.sources, **chosen)

    def canonical(self) -> PositionColumns:
        """Return the rows sorted by (mmsi, time, lon, lat), exact repeats of those merged.

        Of repeats the one received first is kept (ties by source name), so the result does not
        depend on the order of the input.
        """
        if not len(self):
            return self
        rank = np.argsort(np.argsort(np.array(self.sources)))[self.source]
        order = np.lexsort((rank, self.received_ms, self.lat, self.lon, self.time_ms, self.mmsi))
        rows = self.take(order)
        first = np.ones(len(rows), bool)
        first[1:] = (
            (np.diff(rows.mmsi) != 0)
            | (np.diff(rows.time_ms) != 0)
            | (np.diff(rows.lon) != 0)
            | (np.diff(rows.lat) != 0)
        )
        return rows.take(first)


ARRAY_FIELDS = tuple(f.name for f in fields(PositionColumns) if f.name != "sources")
_DTYPES = {
    "time_ms": np.int64, "received_ms": np.int64, "mmsi": np.int64, "lon": np.float64,
    "lat": np.float64, "sog_kn": np.float32, "cog_deg": np.float32, "heading_deg": np.float32,
    "nav_status": np.int8, "precision_m": np.float32, "source": np.int32,
}  # fmt: skip


def positions_from(
    columns: dict[str, Sequence[float] | npt.NDArray[np.generic]], *, sources: Sequence[str]
) -> PositionColumns:
    """Build columns from plain sequences; `sog_kn`, `cog_deg`, `heading_deg`, `nav_status`,
    `precision_m`, `received_ms` and `source` may be left out."""
    n = len(columns["time_ms"])
    defaults = {
        "received_ms": columns["time_ms"], "sog_kn": np.full(n, np.nan),
        "cog_deg": np.full(n, np.nan), "heading_deg": np.full(n, np.nan),
        "nav_status": np.full(n, -1), "precision_m": np.ones(n), "source": np.zeros(n),
    }  # fmt: skip
    arrays = {
        name: np.asarray(columns.get(name, defaults.get(name)), dtype=dtype)
        for name, dtype in _DTYPES.items()
    }
    return PositionColumns(sources=tuple(sources), **arrays)


def no_positions() -> PositionColumns:
    """Return zero rows."""
    return positions_from({"time_ms": [], "mmsi": [], "lon": [], "lat": []}, sources=())


def concat(batches: Sequence[PositionColumns]) -> PositionColumns:
    """Return all rows of `batches` in order, source names merged."""
    batches = [b for b in batches if len(b)]
    if not batches:
        return no_positions()
    names = sorted({name for b in batches for name in b.sources})
    index = {name: i for i, name in enumerate(names)}
    merged = {
        name: np.concatenate([getattr(b, name) for b in batches])
        for name in ARRAY_FIELDS
        if name != "source"
    }
    source = [np.array([index[s] for s in b.sources], np.int32)[b.source] for b in batches]
    return PositionColumns(sources=tuple(names), source=np.concatenate(source), **merged)
