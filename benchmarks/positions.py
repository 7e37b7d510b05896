"""The real tracks given, as cleaned positions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from benchmarks.data import shared
from monitor.detect.tracks import TrackCriteria, Tracks, tracks_in
from monitor.domain.geo import KNOT_MS
from monitor.domain.place import Gazetteer, Place, PlaceKind
from monitor.domain.positions import PositionColumns, concat, positions_from

_FOLDER = ("data", "ais", "tracks")


def kattegat() -> PositionColumns:
    """Three days of the Kattegat, a report a minute, under way; speeds in metres a second."""
    rows = pd.read_parquet(shared(*_FOLDER, "kattegat_dma_2025-11-01_03_1min.parquet"))
    return _columns(
        rows["Timestamp"], rows["MMSI"], rows["Longitude"], rows["Latitude"], rows["SOG"] / KNOT_MS
    )


def novorossiysk() -> PositionColumns:
    """Six hours of a harbour receiver."""
    rows = pd.read_csv(shared(*_FOLDER, "novorossiysk_2021-02-04_decoded_bs_time.csv"))
    return _columns(rows["t"], rows["mmsi"], rows["lon"], rows["lat"], rows["sog"])


def solent() -> PositionColumns:
    """Eighty-four minutes of Southampton Water."""
    rows = pd.read_csv(shared(*_FOLDER, "SolentAIS_20160112_130211.csv"))
    lon, lat = rows["Longitude_degrees"], rows["Latitude_degrees"]
    return _columns(rows["Time"], rows["MMSI"], lon, lat, rows["SOG_knots"])


def singapore() -> PositionColumns:
    """Four tankers over months, in the raw units of the messages."""
    folder = shared(*_FOLDER, "singapore_tankers")
    return concat([_tanker(path) for path in sorted(folder.glob("*.csv"))])


def _tanker(path: Path) -> PositionColumns:
    rows = pd.read_csv(path)
    rows = rows[
        (rows["longitude"].abs() <= 180 * 600_000) & (rows["latitude"].abs() <= 90 * 600_000)
    ]
    sog = rows["speed_over_ground"].where(rows["speed_over_ground"] < 1022) / 10
    lon, lat = rows["longitude"] / 600_000, rows["latitude"] / 600_000
    return _columns(rows["timeStamp"], rows["mmsi"], lon, lat, sog)


def _columns(
    time: pd.Series, mmsi: pd.Series, lon: pd.Series, lat: pd.Series, sog: pd.Series
) -> PositionColumns:
    at = pd.to_datetime(time, utc=True, format="ISO8601").dt.tz_localize(None)
    return positions_from(
        {
            "time_ms": at.to_numpy().astype("datetime64[ms]").astype(np.int64),
            "mmsi": mmsi.astype(np.int64).to_numpy(),
            "lon": lon.to_numpy(),
            "lat": lat.to_numpy(),
            "sog_kn": sog.to_numpy(),
        },
        sources=["given"],
    )


def cleaned(positions: PositionColumns) -> Tracks:
    """Return tracks as the program makes them."""
    return tracks_in(positions, criteria=TrackCriteria())


def port_points(tracks: Tracks) -> Gazetteer:
    """Return the ports of Global Fishing Watch's list round the tracks, read where it lies."""
    rows = tracks.rows
    around = shapely.box(rows.lon.min(), rows.lat.min(), rows.lon.max(), rows.lat.max()).buffer(0.2)
    places = {}
    features = json.loads(shared("data", "ais", "ports", "gfw_ports.json").read_text("utf-8"))
    for feature in features["features"] if isinstance(features, dict) else features:
        at, what = shapely.Point(feature["geometry"]["coordinates"]), feature["properties"]
        if around.contains(at):
            places[what["area"]] = Place(
                id=what["area"], kind=PlaceKind.ANCHORAGE_POINT, name=what["name"], geometry=at
            )
    return Gazetteer("gfw", places)
