"""A plain folder of rasters without a catalog: when, by what and in which bands is read off the
names, as the archives write them, and failing that off the tags in the files.

What cannot be dated, or whose bands are not known, is counted and named with what would help. Files
of one look (`…_B02_10m.jp2`, `…_B08_10m.jp2`) become one scene. Nothing outside the folder is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import shapely

from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.domain.window import TimeWindow
from monitor.errors import BadScene, InputError
from monitor.sources.imagery.file_names import Named, named_by
from monitor.sources.imagery.pictures import RasterFacts, raster_facts
from monitor.sources.imagery.stac_items import BAND_NAMES

_SUFFIXES = {".tif", ".tiff", ".jp2"}
_MAX_FILES = 20_000
_OFFSET_SINCE = datetime(2022, 1, 25, tzinfo=UTC)
"""Sentinel-2 files have 1000 added from this day on. Source: see `stac_items`."""
_PLANET_BANDS = {
    4: ("blue", "green", "red", "nir"),
    8: ("", "blue", "", "green", "", "red", "", "nir"),
}
_RAW = re.compile(r"\(raw\)|_raw(?=$|[_.])", re.I)
"""EO Browser's "raw" 16-bit files hold reflectance × 65535."""
_LANDSAT_BANDS = {"B2": "blue", "B3": "green", "B4": "red", "B5": "nir", "B6": "swir16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What is known of one file."""

    named: Named
    bands: tuple[BandRef, ...]
    bounds: tuple[float, float, float, float]


class SceneFolder:
    """`FindsScenes` over a folder and those below it."""

    def __init__(
        self, name: str, path: Path, *, sensor: str = "", scale: float | None = None,
        offset: float = 0.0,
    ) -> None:  # fmt: skip
        """Say where.

        Args:
            name: Source, told with every scene.
            path: The folder.
            sensor: What took files whose names do not say so.
            scale: Reflectance = number × scale + offset, for optical files that do not say so.
            offset: See `scale`.
        """
        self.name = name
        self._path, self._sensor, self._scaling = path, sensor, (scale, offset)
        self._known: dict[Path, tuple[tuple[int, int], _File | None]] = {}

    def search(self, window: TimeWindow, tally: Tally) -> Iterable[Scene]:
        """Return every scene taken before the window's end, ordered by time and id.

        Files may be dropped years after the pass, so all are returned each time. A file is read
        once and again when it has changed; one that cannot be used is counted then.

        Raises:
            InputError: There is no such folder.
        """
        if not self._path.is_dir():
            raise InputError(f"{self._path}: no such folder of scenes")
        looks: dict[str, list[_File]] = {}
        for path in self._paths(tally):
            file = self._file(path, tally)
            if file is not None:
                looks.setdefault(file.named.look, []).append(file)
        scenes = [self._scene(look, files) for look, files in sorted(looks.items())]
        found = [s for s in scenes if s.acquired_at < window.end]
        tally.accepted += len(found)
        return sorted(found, key=lambda s: (s.acquired_at, s.id))

    def _paths(self, tally: Tally) -> Iterator[Path]:
        root = self._path.resolve()
        paths = sorted(p for p in self._path.rglob("*") if p.suffix.lower() in _SUFFIXES)
        if len(paths) > _MAX_FILES:
            tally.read += 1
            tally.reject("files_left_unread", f"{len(paths)} files; at most {_MAX_FILES} are read")
        for path in paths[:_MAX_FILES]:
            if path.resolve().is_relative_to(root) and path.is_file():
                yield path

    def _file(self, path: Path, tally: Tally) -> _File | None:
        try:
            stat = path.stat()
        except OSError:
            return None  # gone since it was listed
        stamp = (stat.st_mtime_ns, stat.st_size)
        if path in self._known and self._known[path][0] == stamp:
            return self._known[path][1]
        tally.read += 1
        file = None
        try:
            file = self._understood(path)
        except BadScene as exc:
            shown = "".join(c if c.isprintable() else "?" for c in path.name)
            tally.reject(exc.reason, f"{shown}: {exc}")
        self._known[path] = stamp, file
        return file

    def _understood(self, path: Path) -> _File:
        facts = raster_facts(path)
        named = named_by(path.stem, facts.tags, sensor=self._sensor)
        names = _names(facts, named.sensor, named.band)
        refs = [
            BandRef(name=name, href=str(path.resolve()), index=number)
            for number, name in enumerate(names, 1)
            if name
        ]
        if not refs:
            raise BadScene(
                "no_known_band",
                "give the bands descriptions (blue, green, red, nir, vv, …), or end the name with "
                "one of them",
            )
        scaled = [self._scaled(ref, path, facts, named) for ref in refs]
        bands = tuple(_with_tables(ref, path, named.sensor) for ref in scaled)
        return _File(named=named, bands=bands, bounds=facts.bounds)

    def _scaled(self, ref: BandRef, path: Path, facts: RasterFacts, named: Named) -> BandRef:
        if ref.name in ("vv", "vh", "scl") or facts.dtype not in ("uint16", "int16"):
            return ref
        scale, offset = self._scaling
        if scale is not None:
            return replace(ref, scale=scale, offset=offset)
        if _RAW.search(path.stem):
            return replace(ref, scale=1 / 65_535)
        if named.sensor == "sentinel-2" and path.suffix.lower() == ".jp2":
            return replace(ref, scale=1e-4, offset=_s2_offset(path, named.at), nodata=0.0)
        if named.sensor == "planetscope":
            return replace(ref, scale=1e-4, nodata=0.0)
        if named.sensor == "landsat" and "_SR_" in path.stem.upper():
            return replace(ref, scale=2.75e-5, offset=-0.2, nodata=0.0)
        return ref

    def _scene(self, look: str, files: list[_File]) -> Scene:
        bands: dict[str, BandRef] = {}
        for file in sorted(files, key=lambda f: f.bands[0].href):
            for ref in file.bands:
                bands.setdefault(ref.name, ref)
        first = min(files, key=lambda f: f.bands[0].href)
        radar = any(name in ("vv", "vh") for name in bands)
        return Scene(
            id=look,
            acquired_at=first.named.at,
            available_at=first.named.at,
            platform=first.named.platform,
            sensor=first.named.sensor,
            modality=Modality.RADAR if radar else Modality.OPTICAL,
            orbit=None,
            footprint_wkt=str(
                shapely.to_wkt(shapely.union_all([shapely.box(*f.bounds) for f in files]))
            ),
            bands=tuple(ref for _, ref in sorted(bands.items())),
            source=self.name,
        )


def _names(facts: RasterFacts, sensor: str, named: str) -> tuple[str, ...]:
    """Return what each band of a file is, empty where that is not known."""
    spelled = _LANDSAT_BANDS.get(named.upper(), "") if sensor == "landsat" else named
    own = BAND_NAMES.get(spelled.lower()) or (spelled if sensor == "landsat" else "")
    if facts.count == 1:
        return (own or BAND_NAMES.get(facts.names[0].lower(), ""),)
    described = tuple(BAND_NAMES.get(n.lower().partition("_")[0], "") for n in facts.names)
    if any(described):
        return described
    if sensor == "planetscope":
        return _PLANET_BANDS.get(facts.count, ())
    if sensor == "sentinel-1" and facts.count == 2:
        return ("vv", "vh")
    return ("red", "green", "blue") if facts.dtype == "uint8" and facts.count in (3, 4) else ()


def _with_tables(ref: BandRef, path: Path, sensor: str) -> BandRef:
    """Add the calibration of a GRD band as a SAFE folder keeps it; counts without it are no use."""
    if sensor != "sentinel-1" or "-grd-" not in path.stem.lower():
        return ref
    places = [path.parent, path.parent.parent / "annotation" / "calibration"]
    found = {}
    for table in ("calibration", "noise"):
        names = [place / f"{table}-{path.stem}.xml" for place in places]
        found[table] = next((str(p.resolve()) for p in names if p.is_file()), "")
    if not found["calibration"]:
        raise BadScene(
            "no_calibration", f"put calibration-{path.stem}.xml of the product beside it"
        )
    return replace(ref, calibration_href=found["calibration"], noise_href=found["noise"])


def _s2_offset(path: Path, at: datetime) -> float:
    """Return the offset of a file as ESA made it: by the baseline in its path, else by its day."""
    for part in reversed(path.parts):
        if match := re.search(r"_N(\d{2})\d{2}_", part):
            return -0.1 if int(match[1]) >= 4 else 0.0
    return -0.1 if at >= _OFFSET_SINCE else 0.0
