"""Settings of Tartus with some sources, wired."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from monitor.bundled import bundled
from monitor.wiring import Wiring


def wires(folder: Path) -> Callable[[str], Wiring]:
    """Return a function that loads settings of Tartus with some sources, written into `folder`."""

    def load(sources: str) -> Wiring:
        path = folder / "monitor.toml"
        aoi = json.dumps(str(bundled("aoi", "tartus.geojson")))
        path.write_text(f'[port]\naoi = {aoi}\n[store]\npath = "m.db"\n{sources}')
        return Wiring.load(path)

    return load
