"""What the vessels command was pointed at: an item, a catalog, a raster, or a bare picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.batch import EVER
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.sources.imagery.plain_image import RasterFacts, is_grey, plain_pixels, raster_facts
from monitor.sources.imagery.static_stac import StaticCatalog

RADAR_BANDS = ("vv", "vh")
_OPTICAL_BANDS = ("blue", "green", "red", "nir", "swir16", "scl")
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedScene:
    """A scene, and what is known of its raster."""

    scene: Scene
    facts: RasterFacts | None
    """Of its first local raster; None where its pixels lie elsewhere."""
    is_dated: bool
    """Whether anything says when it was taken."""
    is_placed: bool
    """Whether anything says where its pixels lie."""
    is_amplitude: bool
    """Whether its radar numbers are counts of amplitude rather than power or decibels."""

    @property
    def bands(self) -> tuple[str, ...]:
        """Names of the bands to look at."""
        radar = self.scene.modality is Modality.RADAR
        wanted = RADAR_BANDS if radar else _OPTICAL_BANDS
        return tuple(name for name in wanted if self.scene.band(name) is not None)


def named_scene(path: Path, *, scene_id: str | None, modality: Modality | None) -> NamedScene:
    """Return the scene that `path` names.

    Args:
        path: A STAC item or catalog (JSON or folder), a TIFF or JPEG 2000, a PNG or JPEG.
        scene_id: Which scene of a catalog.
        modality: How the sensor sees, where the user says so.

    Raises:
        InputError: There is no such scene, or it is no image.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if not (path.is_file() or path.is_dir()):
        raise InputError(f"{path}: neither a file nor a folder")  # a pipe is waited on for ever
    if path.is_dir() or path.suffix.lower() in (".json", ".geojson"):
        return _from_catalog(path, scene_id, modality)
    if scene_id is not None:
        raise InputError("--scene chooses from a catalog; a raster holds one scene only")
    return _from_raster(path, modality)


def _from_catalog(path: Path, scene_id: str | None, modality: Modality | None) -> NamedScene:
    tally = Tally()
    scenes = tuple(StaticCatalog(path.name, path).search(EVER, tally))
    if scene_id is not None:
        scenes = tuple(s for s in scenes if s.id == scene_id)
        if not scenes:
            raise InputError(f"{path}: has no usable scene {scene_id}")
    if len(scenes) > 1:
        raise InputError(
            f"{path}: holds {len(scenes)} scenes; choose one with --scene, such as "
            f"--scene {scenes[-1].id}"
        )
    scene = scenes[0]
    if modality is not None and modality is not scene.modality:
        raise InputError(f"{scene.id} is {scene.modality.value}, not {modality.value}")
    wanted = RADAR_BANDS if scene.modality is Modality.RADAR else _OPTICAL_BANDS
    refs = [ref for ref in (scene.band(name) for name in wanted) if ref is not None]
    local = next((ref for ref in refs if not ref.href.startswith(("http:", "https:"))), None)
    facts = None if local is None else raster_facts(Path(local.href))
    counts = (
        scene.modality is Modality.RADAR
        and local is not None
        and facts is not None
        and _holds_counts(facts)
        and (local.scale, local.offset, local.unit, local.calibration_href) == (1.0, 0.0, "", "")
    )
    return NamedScene(scene=scene, facts=facts, is_dated=True, is_placed=True, is_amplitude=counts)


def _from_raster(path: Path, modality: Modality | None) -> NamedScene:
    facts = raster_facts(path)
    if modality is None and not facts.crs_wkt and len(facts.names) >= 3:
        # Radar pictures are often published as grey with three equal channels.
        modality = Modality.RADAR if is_grey(plain_pixels(path)) else Modality.OPTICAL
    names = _band_names(facts, modality)
    radar = set(names) <= set(RADAR_BANDS)
    taken = _taken(facts.taken)
    scene = Scene(
        id="".join(c if c.isprintable() else "?" for c in path.stem)[:200],
        acquired_at=taken or _NO_DATE,
        available_at=taken or _NO_DATE,
        platform="",
        sensor="unknown",
        modality=Modality.RADAR if radar else Modality.OPTICAL,
        orbit=None,
        footprint_wkt="POLYGON EMPTY",
        bands=tuple(
            BandRef(name=name, href=str(path.resolve()), index=index)
            for index, name in enumerate(names, start=1)
            if name
        ),
        source="".join(c if c.isprintable() else "?" for c in path.name),
    )
    return NamedScene(
        scene=scene,
        facts=facts,
        is_dated=taken is not None,
        is_placed=bool(facts.crs_wkt),
        is_amplitude=radar and _holds_counts(facts),
    )


def _band_names(facts: RasterFacts, modality: Modality | None) -> tuple[str, ...]:
    """Name the bands by their own descriptions, else by how many there are."""
    known = tuple(n if n in (*RADAR_BANDS, *_OPTICAL_BANDS) else "" for n in facts.names)
    optical = any(n in _OPTICAL_BANDS for n in known)
    if modality is Modality.RADAR or (modality is None and not optical and len(known) < 3):
        described = tuple(n if n in RADAR_BANDS else "" for n in known)
        return described if any(described) else ("vv",)
    if optical:
        return known
    by_count = {3: ("red", "green", "blue"), 4: ("blue", "green", "red", "nir")}
    if len(known) not in by_count:
        raise InputError(
            f"{len(known)} bands without names: say --modality radar, or name the bands "
            "(vv, vh, blue, green, red, nir, swir16) in the file's band descriptions"
        )
    return by_count[len(known)]


def _holds_counts(facts: RasterFacts) -> bool:
    return facts.dtype in ("uint8", "uint16") and not facts.is_scaled


def _taken(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
