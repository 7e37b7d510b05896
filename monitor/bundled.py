"""Where the areas, settings and samples that come with the program lie on this machine."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


def bundled(*parts: str) -> Path:
    """Return the path of a bundled file or folder, e.g. `bundled("aoi", "tartus.geojson")`.

    A checkout has them beside the package, an installed wheel inside it.

    Raises:
        InputError: It is in neither place.
    """
    for root in (_PACKAGE / "_bundled", _PACKAGE.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise InputError(f"{'/'.join(parts)} did not come with this installation; reinstall it")
