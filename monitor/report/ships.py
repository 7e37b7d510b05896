"""Ships seen in images as GeoJSON: what QGIS, GeoPandas or a web map opens as it is."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry import mapping

from monitor.domain.sighting import Sighting
from monitor.domain.window import utc_text

_DECIMALS = 6
"""Of a degree: a tenth of a metre."""


def ships_geojson(ships: Iterable[Sighting], *, about: Mapping[str, Any] | None = None) -> str:
    """Return a FeatureCollection (RFC 7946), one polygon a ship, in the order given.

    Args:
        ships: Sightings.
        about: Further members of the collection, as in what could be seen at all.
    """
    features = [_feature(ship) for ship in ships]
    body = {"type": "FeatureCollection", **(about or {}), "features": features}
    return json.dumps(body, ensure_ascii=False, allow_nan=False) + "\n"


def _feature(ship: Sighting) -> dict[str, Any]:
    outline = mapping(shapely.from_wkt(ship.outline_wkt))
    ring = [
        [round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in outline["coordinates"][0]
    ]
    return {
        "type": "Feature",
        "properties": {
            "scene_id": ship.scene_id,
            "datetime": utc_text(ship.acquired_at),
            "sensor": f"{ship.sensor} (rendered)" if ship.rendered else ship.sensor,
            "lon": round(ship.lon, _DECIMALS),
            "lat": round(ship.lat, _DECIMALS),
            "length_m": _tenth(ship.length_m),
            "length_error_m": _tenth(ship.length_error_m),
            "beam_m": _tenth(ship.beam_m),
            "axis_deg": _tenth(ship.axis_deg),
            "confidence": round(ship.confidence, 3),
            "mooring": ship.mooring.value,
            "quay_id": ship.quay_id,
            "along_start_m": _tenth(ship.along_start_m),
            "along_end_m": _tenth(ship.along_end_m),
            "berth_ids": list(ship.berth_ids),
            "reason": ship.reason,
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _tenth(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 1)


_HEADINGS = (
    "time (UTC)", "quay", "along m", "length m", "mooring", "probability", "berths",
    "compared with",
)  # fmt: skip


def ships_table(ships: Iterable[Sighting]) -> str:
    """Return sightings as a table for a terminal, one line a ship, in the order given."""
    rows = [
        (
            "time (UTC)",
            "quay",
            "along m",
            "length m",
            "mooring",
            "probability",
            "berths",
            "compared with",
        )
    ]
    for ship in ships:
        along = ""
        if ship.along_start_m is not None and ship.along_end_m is not None:
            along = f"{ship.along_start_m:.0f}-{ship.along_end_m:.0f}"
        rows.append(
            (
                utc_text(ship.acquired_at),
                _plain(ship.quay_id or "open water"),
                along,
                f"{ship.length_m:.0f} ± {ship.length_error_m:.0f}",
                ship.mooring.value,
                f"{ship.confidence:.2f}",
                _plain(" ".join(ship.berth_ids)),
                _plain(ship.reason),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _plain(text: str) -> str:
    """Return outside text without anything a terminal would act on."""
    return "".join(c if c.isprintable() else "?" for c in text)
