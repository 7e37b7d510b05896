"""The STAC APIs that come with us: where they are, what is searched, and where their files lie.

Limits and licences of each stand in docs/imagery.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

COPERNICUS = "contains modified Copernicus Sentinel data"


@dataclass(frozen=True, slots=True, kw_only=True)
class StacPreset:
    """One STAC API by name."""

    url: str
    collections: tuple[str, ...]
    """Searched unless the settings name others."""
    hosts: tuple[str, ...]
    """Where its files lie; see `HostList`."""
    signing: Literal["none", "sas", "cdse"] = "none"
    service: str = ""
    """Where signatures or tokens are had."""
    attribution: str = COPERNICUS


PRESETS: dict[str, StacPreset] = {
    # Collection 1 and not sentinel-2-l2a: there the offset was taken from some pixels and not from
    # others, and the items do not say reliably which (Element84/earth-search issues 66 and 71).
    "earth_search": StacPreset(
        url="https://earth-search.aws.element84.com/v1",
        collections=("sentinel-2-c1-l2a",),
        hosts=(
            "e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com",
            "sentinel-cogs.s3.us-west-2.amazonaws.com",
        ),
    ),
    "planetary_computer": StacPreset(
        url="https://planetarycomputer.microsoft.com/api/stac/v1",
        collections=("sentinel-1-rtc",),
        hosts=(".blob.core.windows.net",),
        signing="sas",
        service="https://planetarycomputer.microsoft.com/api/sas/v1/token",
    ),
    "cdse": StacPreset(
        url="https://stac.dataspace.copernicus.eu/v1",
        collections=("sentinel-2-l2a",),
        hosts=("download.dataspace.copernicus.eu", "zipper.dataspace.copernicus.eu"),
        signing="cdse",
        service=(
            "https://identity.dataspace.copernicus.eu/auth/realms/CDSE/protocol/openid-connect/token"
        ),
    ),
}
CDSE_LOGIN = ("CDSE_USERNAME", "CDSE_PASSWORD")
"""Environment variables of a free account, unless the settings name others."""
