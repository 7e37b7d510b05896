"""GeoPackage layers of positions, read in pieces through GeoPandas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.ais.tables.column_map import (
    KNOWN_HEADERS,
    ColumnMap,
    ColumnRule,
    missing_columns,
)
from monitor.sources.ais.tables.frames import FrameReader
from monitor.sources.base import AisBatch


def read_geopackage(
    path: Path,
    *,
    source: str,
    tally: Tally,
    received_at: datetime | None = None,
    batch_rows: int = 20_000,
    columns: ColumnMap = KNOWN_HEADERS,
) -> Iterator[tuple[AisBatch, float]]:
    """Read the layers of a GeoPackage that hold AIS, `batch_rows` features at a time.

    Arguments, what is yielded and errors are as in `read_parquet`. A layer in another reference
    system is transformed; a layer without the needed columns is passed over.
    """
    layers = _layers(path, columns, timed=received_at is not None)
    total, done = max(sum(layer.features for layer in layers), 1), 0
    for layer in layers:
        reader = FrameReader(
            rules=layer.rules,
            time_format=columns.time_format,
            source=source,
            tally=tally,
            received_at=received_at,
        )
        for rows in _pieces(path, layer, batch_rows, tally):
            tally.read += len(rows)
            done += len(rows)
            frame = _frame(rows, layer)
            yield reader.batch(frame, partial(_example, frame)), min(done / total, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """A layer that holds AIS."""

    name: str
    fields: list[str]
    features: int
    rules: dict[str, ColumnRule]


def _layers(path: Path, columns: ColumnMap, *, timed: bool) -> list[_Layer]:
    from pyogrio import list_layers, read_info
    from pyogrio.errors import DataLayerError, DataSourceError

    layers, found = [], []
    try:
        for name, shape in list_layers(path):
            told = read_info(path, layer=name)
            fields = [str(field) for field in told["fields"]]
            found.append(f"{name}: {', '.join(fields)}")
            rules = _rules(fields, columns, has_shapes=shape is not None)
            if rules and not missing_columns(rules, timed=timed):
                count = int(told["features"])
                layers.append(_Layer(name=name, fields=fields, features=count, rules=rules))
    except (DataSourceError, DataLayerError, OSError, ValueError) as exc:
        raise InputError(f"{path}: not readable as GeoPackage: {str(exc)[:200]}") from exc
    if not layers:
        raise InputError(
            f"{path.name}: no layer with MMSI and time; found {'; '.join(found)[:300]}; "
            "name your columns with --columns mmsi=…,time=…"
        )
    return layers


def _rules(fields: list[str], columns: ColumnMap, *, has_shapes: bool) -> dict[str, ColumnRule]:
    try:
        rules = columns.rules(fields)
    except InputError:
        return {}  # the map is for another layer
    if has_shapes and not rules.keys() & {"lat", "lon"}:
        rules |= {"lon": ColumnRule(place=-1), "lat": ColumnRule(place=-2)}
    return rules


def _pieces(path: Path, layer: _Layer, size: int, tally: Tally) -> Iterator[pd.DataFrame]:
    import geopandas
    from pyogrio.errors import DataSourceError

    for start in range(0, layer.features, size):
        try:
            piece = slice(start, start + size)
            yield geopandas.read_file(path, layer=layer.name, rows=piece, engine="pyogrio")
        except (DataSourceError, OSError, ValueError) as exc:
            tally.read += 1
            tally.reject("damaged_file", f"{path.name}: {str(exc)[:200]}")
            return


def _frame(rows: pd.DataFrame, layer: _Layer) -> pd.DataFrame:
    taken = {
        ours: rows[layer.fields[rule.place]]
        for ours, rule in layer.rules.items()
        if rule.place >= 0
    }
    if "lon" not in taken:
        if rows.crs is not None and not rows.crs.equals("OGC:CRS84", ignore_axis_order=True):
            rows = rows.to_crs("OGC:CRS84")
        # Anything but a point has no coordinates of its own and comes out as "no position".
        shapes = np.asarray(rows.geometry, object)
        taken["lon"], taken["lat"] = shapely.get_x(shapes), shapely.get_y(shapes)
    return pd.DataFrame(taken)


def _example(frame: pd.DataFrame, row: int) -> str:
    return ",".join(map(str, np.asarray(frame.iloc[row], object)))
