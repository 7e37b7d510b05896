"""Kept chips: read back as they were, opened by others, and safe from crashes and strangers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pystac
import pytest
import rasterio

from monitor.domain.chip import Chip, Grid
from monitor.domain.scene import BandRef, Modality, Scene
from monitor.domain.tally import Tally
from monitor.errors import BadScene
from monitor.sources.base import ReadsChips
from monitor.sources.imagery.chip_archive import ArchivingReader, ChipArchive, Retention
from monitor.sources.imagery.chip_item import CLASSES, DECIBELS, REFLECTANCE, rounded
from monitor.sources.imagery.raster import RasterReader, write_geotiff
from monitor.sources.imagery.static_stac import StaticCatalog
from tests.sources.imagery.test_static_stac import EVER

pytestmark = pytest.mark.filterwarnings("ignore:Use .@. matmul:PendingDeprecationWarning")

GRID = Grid(epsg=32636, west_m=760_000, north_m=3_866_000, gsd_m=10.0, width=300, height=270)
AT = datetime(2025, 1, 10, 3, 42, 7, 250_000, tzinfo=UTC)
RADAR, OPTICAL = ("vv", "vh"), ("blue", "nir", "scl")


def values(bands: tuple[str, ...], seed: int = 1) -> np.ndarray:
    """Return plausible values with some unseen."""
    rng = np.random.default_rng(seed)
    layers = [
        rng.integers(0, 12, (270, 300)).astype(np.float32) if name == "scl"
        else rng.normal(-15, 4, (270, 300)).astype(np.float32) if name in RADAR
        else rng.uniform(-0.02, 0.6, (270, 300)).astype(np.float32)
        for name in bands
    ]  # fmt: skip
    found = np.stack(layers)
    found[:, :40, :50] = np.nan
    return found


def a_scene(
    folder: Path, scene_id: str = "S1A one", *, optical: bool = False, at: datetime = AT
) -> Scene:
    """Return a scene whose rasters lie in `folder`, on the port's own grid."""
    bands = OPTICAL if optical else RADAR
    refs = []
    for name, layer in zip(bands, values(bands), strict=True):
        path = folder / f"{name}.tif"
        write_geotiff(path, layer[None], GRID, nodata=float("nan"))
        refs.append(BandRef(name=name, href=str(path), unit="" if optical else "dB"))
    return Scene(
        id=scene_id,
        acquired_at=at,
        available_at=at + timedelta(hours=2),
        platform="sentinel-2a" if optical else "sentinel-1a",
        sensor="sentinel-2" if optical else "sentinel-1",
        modality=Modality.OPTICAL if optical else Modality.RADAR,
        orbit=94,
        footprint_wkt="POLYGON ((35 34, 37 34, 37 36, 35 36, 35 34))",
        bands=tuple(refs),
        source="here (CC-BY-4.0)",
    )


class Fake:
    """`ReadsChips` from memory; knows one scene, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def read_chip(self, scene: Scene, grid: Grid, bands: tuple[str, ...]) -> Chip:
        """Return made values, or say which band is missing."""
        self.asked += 1
        for name in bands:
            if scene.band(name) is None:
                raise BadScene("missing_band", name)
        held = values(tuple(b.name for b in scene.bands))
        kept = [[b.name for b in scene.bands].index(name) for name in bands]
        return Chip(scene_id=scene.id, grid=grid, bands=bands, values=held[kept])


READERS: dict[str, Callable[[Path], ReadsChips]] = {
    "raster": lambda _: RasterReader(),
    "fake": lambda _: Fake(),
    "archiving": lambda root: ArchivingReader(RasterReader(), ChipArchive(root)),
    "archiving_fake": lambda root: ArchivingReader(Fake(), ChipArchive(root)),
}


@pytest.mark.parametrize("optical", [False, True])
@pytest.mark.parametrize("name", READERS)
def test_every_reader_keeps_the_promise(tmp_path: Path, name: str, optical: bool) -> None:
    """Contract of `ReadsChips`: bands as asked, float32, NaN unseen, the same on asking again."""
    reader = READERS[name](tmp_path / "chips")
    scene = a_scene(tmp_path, optical=optical)
    every = tuple(b.name for b in scene.bands)
    for bands in (every, every[::-1], every[:1], every):
        chip = reader.read_chip(scene, GRID, bands)
        assert (chip.scene_id, chip.grid, chip.bands) == (scene.id, GRID, bands)
        assert chip.values.dtype == np.float32
        assert chip.values.shape == (len(bands), GRID.height, GRID.width)
        want = values(every)[[every.index(b) for b in bands]]
        np.testing.assert_allclose(chip.values, want, atol=0.0051 if not optical else 3e-5)
        again = reader.read_chip(scene, GRID, bands)
        np.testing.assert_array_equal(again.values, chip.values)
    with pytest.raises(BadScene) as caught:
        reader.read_chip(scene, GRID, ("swir16",))
    assert caught.value.reason == "missing_band"


@pytest.mark.parametrize("optical", [False, True])
def test_a_survey_of_the_archive_sees_what_the_first_one_saw(tmp_path: Path, optical: bool) -> None:
    """Through our own catalog and reader every fact and every pixel is the same, bit for bit."""
    scene = a_scene(tmp_path, "S1A/..\\ odd “id”", optical=optical)
    bands = tuple(b.name for b in scene.bands)
    first = ArchivingReader(RasterReader(), ChipArchive(tmp_path / "chips")).read_chip(
        scene, GRID, bands
    )
    for path in tmp_path.glob("*.tif"):
        path.unlink()  # no source any more
    tally = Tally()
    (back,) = StaticCatalog("chips", tmp_path / "chips" / "catalog.json").search(EVER, tally)
    assert not tally.rejected
    for name in ("id", "acquired_at", "available_at", "platform", "sensor", "modality", "orbit"):
        assert getattr(back, name) == getattr(scene, name), name
    np.testing.assert_array_equal(RasterReader().read_chip(back, GRID, bands).values, first.values)


def test_what_is_kept_is_not_asked_for_again(tmp_path: Path) -> None:
    """One read of the source, however often and by whomever the chip is wanted."""
    source = Fake()
    scene = a_scene(tmp_path)
    for _ in range(3):
        ArchivingReader(source, ChipArchive(tmp_path / "chips")).read_chip(scene, GRID, RADAR)
    assert source.asked == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda s: (replace(s, available_at=s.available_at + timedelta(days=3)), GRID),
        lambda s: (replace(s, bands=(replace(s.bands[0], offset=-0.1), s.bands[1])), GRID),
        lambda s: (s, replace(GRID, west_m=GRID.west_m + 10)),
        lambda s: (s, replace(GRID, gsd_m=20.0, width=150, height=135)),
    ],
    ids=["newer_processing", "other_offset", "moved_grid", "coarser_grid"],
)
def test_a_scene_that_changed_is_read_anew(
    tmp_path: Path, change: Callable[[Scene], tuple[Scene, Grid]]
) -> None:
    """A revised item or another grid is never answered with the old pixels; it replaces them."""
    archive, source, scene = ChipArchive(tmp_path / "chips"), Fake(), a_scene(tmp_path)
    ArchivingReader(source, archive).read_chip(scene, GRID, ("vv",))
    other, grid = change(scene)
    assert archive.chip(other, grid, ("vv",)) is None
    even = np.full((1, grid.height, grid.width), -7, np.float32)
    archive.keep(other, Chip(scene_id=other.id, grid=grid, bands=("vv",), values=even))
    got = archive.chip(other, grid, ("vv",))
    assert got is not None
    assert float(got.values[0, 0, 0]) == -7.0
    assert archive.chip(scene, GRID, ("vv",)) is None
    assert len(list((tmp_path / "chips").rglob("*.tif"))) == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda tif, item: tif.write_bytes(tif.read_bytes()[:-200]),
        lambda tif, item: tif.write_bytes(tif.read_bytes()[:-1] + b"x"),
        lambda tif, item: tif.unlink(),
        lambda tif, item: item.unlink(),
        lambda tif, item: item.write_text("{"),
        lambda tif, item: item.write_text("[" * 100_000),
        lambda tif, item: item.write_text('{"properties": 5}'),
        lambda tif, item: item.write_text(item.read_text().replace("./chip-", "../../../chip-")),
    ],
    ids=["cut", "bit", "gone", "no_item", "half_json", "deep", "other_json", "outside"],
)
def test_a_damaged_chip_is_read_anew_and_mended(
    tmp_path: Path, harm: Callable[[Path, Path], object]
) -> None:
    """What does not match its checksum is not shown; the source is asked and it is kept again."""
    archive, source, scene = ChipArchive(tmp_path / "chips"), Fake(), a_scene(tmp_path)
    reader = ArchivingReader(source, archive)
    first = reader.read_chip(scene, GRID, ("vv",))
    (tif,) = archive.root.rglob("*.tif")
    harm(tif, tif.with_name("item.json"))
    assert archive.chip(scene, GRID, ("vv",)) is None
    np.testing.assert_array_equal(reader.read_chip(scene, GRID, ("vv",)).values, first.values)
    assert source.asked == 2
    reader.read_chip(scene, GRID, ("vv",))
    assert source.asked == 2


def tree(root: Path) -> dict[str, bytes]:
    """Return every file of a folder but the lock."""
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def test_the_same_chips_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    """Twice, once, forwards or backwards: one archive; and keeping again touches no file."""
    scenes = [
        a_scene(tmp_path, f"s{n}", at=AT + timedelta(days=200 * n), optical=n == 2)
        for n in range(3)
    ]
    source = Fake()
    for name, order in (("a", scenes), ("b", [*scenes[::-1], scenes[0]])):
        archive = ChipArchive(tmp_path / name)
        for scene in order:
            bands = tuple(b.name for b in scene.bands)
            archive.keep(scene, source.read_chip(scene, GRID, bands))
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "a").rglob("*.*") if p.name != ".lock"}
    ChipArchive(tmp_path / "a").keep(scenes[0], source.read_chip(scenes[0], GRID, RADAR))
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_others_open_it(tmp_path: Path) -> None:
    """pystac walks it; GDAL finds a COG with names, scale, unit, nodata, overviews, statistics."""
    archive, source = ChipArchive(tmp_path / "chips"), Fake()
    for optical in (False, True):
        scene = a_scene(tmp_path, f"s{optical}", optical=optical)
        bands = tuple(b.name for b in scene.bands)
        archive.keep(scene, source.read_chip(scene, GRID, bands))
    catalog = pystac.Catalog.from_file(str(archive.root / "catalog.json"))
    items = list(catalog.get_items(recursive=True))
    assert [i.id for i in items] == ["sFalse", "sTrue"]
    for item in items:
        # pystac lifts items to STAC 1.1 as it reads; what is written is looked at as it is.
        path = Path(item.get_self_href() or "")
        written = json.loads(path.read_text())
        said = written["properties"]
        assert said["proj:epsg"] == 32636
        assert said["license"] == "CC-BY-4.0"
        assert said["sat:relative_orbit"] == 94
        assert item.get_parent() is not None
        for asset in written["assets"].values():
            with rasterio.open(path.parent / asset["href"]) as raster:
                told = asset["raster:bands"]
                assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
                assert raster.overviews(1) == [2]
                assert raster.block_shapes[0] == (256, 256)
                assert list(raster.descriptions) == [b["name"] for b in asset["eo:bands"]]
                assert list(raster.scales) == [b["scale"] for b in told]
                assert list(raster.offsets) == [b["offset"] for b in told]
                assert raster.nodatavals[0] == told[0]["nodata"]
                assert (raster.units[0] or "") == told[0].get("unit", "")
                assert "STATISTICS_MEAN" in raster.tags(1)
                assert raster.crs.to_epsg() == 32636
                assert [raster.height, raster.width] == said["proj:shape"]


def test_no_signature_login_or_folder_is_told(tmp_path: Path) -> None:
    """Where a band came from is kept without what would let another read it."""
    scene = a_scene(tmp_path)
    signed = "https://me:secret@x.example/a/vv.tif?sig=SECRET&se=2025#SECRET"
    scene = replace(scene, bands=(replace(scene.bands[0], href=signed), scene.bands[1]))
    archive = ChipArchive(tmp_path / "chips")
    archive.keep(scene, Fake().read_chip(scene, GRID, RADAR))
    (item,) = archive.root.rglob("item.json")
    text = item.read_text()
    assert json.loads(text)["properties"]["monitor:source"]["assets"] == {
        "vv": "https://x.example/a/vv.tif",
        "vh": "vh.tif",
    }
    assert "SECRET" not in text.upper()
    assert str(tmp_path) not in text


def test_a_crash_between_item_and_catalogs_is_mended(tmp_path: Path) -> None:
    """An item that no catalog names yet, and files half written, are put right by tidying."""
    archive, source = ChipArchive(tmp_path / "chips"), Fake()
    scenes = [a_scene(tmp_path, f"s{n}") for n in range(2)]
    for scene in scenes:
        archive.keep(scene, source.read_chip(scene, GRID, RADAR))
    whole = tree(archive.root)
    for path in archive.root.rglob("catalog.json"):
        path.unlink()
    dead = next(archive.root.rglob("item.json")).parent.with_name("20250101T000000Z_x_0123456789ab")
    dead.mkdir()
    (dead / ".chip-0.tif.part").write_bytes(b"half")
    assert archive.tidy(AT) == 1
    assert tree(archive.root) == whole


@pytest.mark.parametrize(("days", "left"), [(9.999, 1), (10.0, 2), (None, 3)])
def test_old_chips_go(tmp_path: Path, days: float | None, left: int) -> None:
    """Acquired longer ago than is kept, they go, with the catalogs of their year."""
    keep = None if days is None else timedelta(days=days)
    archive = ChipArchive(tmp_path / "chips", retention=Retention(keep=keep))
    at = AT.replace(microsecond=0)
    for n, age in enumerate((0, 10, 20)):
        scene = a_scene(tmp_path, f"s{n}", at=at - timedelta(days=age))
        archive.keep(scene, Fake().read_chip(scene, GRID, ("vv",)))
    assert archive.tidy(at) == 3 - left
    found = StaticCatalog("c", archive.root).search(EVER, Tally())
    assert [s.id for s in found] == [f"s{n}" for n in range(left)][::-1]
    assert len(list(archive.root.rglob("catalog.json"))) == (3 if left == 1 else 4)


def test_no_more_bytes_than_allowed_are_kept(tmp_path: Path) -> None:
    """The oldest go first, at once and not at the next tidying; a scene of 2099 clears nothing."""
    scenes = [a_scene(tmp_path, f"s{n}", at=AT + timedelta(days=n)) for n in range(3)]
    scenes.append(a_scene(tmp_path, "s3", at=datetime(2099, 1, 1, tzinfo=UTC)))
    one = ChipArchive(tmp_path / "one")
    one.keep(scenes[0], Fake().read_chip(scenes[0], GRID, ("vv",)))
    size = sum(len(v) for k, v in tree(one.root).items() if "catalog" not in k)
    archive = ChipArchive(tmp_path / "chips", retention=Retention(max_bytes=int(size * 2.5)))
    for scene in scenes:
        archive.keep(scene, Fake().read_chip(scene, GRID, ("vv",)))
    found = StaticCatalog("c", archive.root).search(EVER, Tally())
    assert [s.id for s in found] == ["s2", "s3"]


def test_a_folder_that_cannot_be_written_costs_no_survey(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file in its place, or another catalog, is told once; the chips are the same."""
    scene, source = a_scene(tmp_path), Fake()
    (tmp_path / "file").write_text("")
    other = tmp_path / "other"
    other.mkdir()
    (other / "catalog.json").write_text('{"type": "Catalog", "id": "mine", "links": []}')
    want = rounded(source.read_chip(scene, GRID, RADAR), scene.modality).values
    for root in (tmp_path / "file", other):
        caplog.clear()
        reader = ArchivingReader(source, ChipArchive(root))
        for _ in range(2):
            np.testing.assert_array_equal(reader.read_chip(scene, GRID, RADAR).values, want)
        assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert json.loads((other / "catalog.json").read_text())["id"] == "mine"
    assert [p.name for p in other.rglob("*.tif")] == []


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Two archives on one folder, as two processes have them: no item is missing afterwards."""
    scenes = [a_scene(tmp_path, f"s{n}", at=AT + timedelta(days=n)) for n in range(7)]
    chip = Fake().read_chip(scenes[0], GRID, ("vv",))

    def keep(some: list[Scene]) -> None:
        archive = ChipArchive(tmp_path / "chips")  # the lock is the open file's, not the process's
        for scene in some:
            archive.keep(scene, replace(chip, scene_id=scene.id))

    with ThreadPoolExecutor(2) as both:
        list(both.map(keep, (scenes[:4], scenes[3:])))
    found = StaticCatalog("c", tmp_path / "chips").search(EVER, Tally())
    assert [s.id for s in found] == [f"s{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("how", "low", "high", "off"),
    [(DECIBELS, -320, 320, 0.00501), (REFLECTANCE, -0.24, 3.0, 2.6e-5), (CLASSES, 0, 254, 0.0)],
)
def test_rounding_is_finer_than_the_sensor(how, low: float, high: float, off: float) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Half a hundredth of a decibel; a fortieth of a thousandth of reflectance; no class."""
    exact = np.linspace(low, high, 20_001, dtype=np.float32)
    exact = np.rint(exact) if how is CLASSES else exact
    back = how.values(how.counts(exact))
    assert float(np.abs(back.astype(float) - exact).max()) <= off + abs(high) * 1e-6
    odd = np.array([np.nan, np.inf, -np.inf, 1e9, -1e9], np.float32)
    assert np.isnan(how.values(how.counts(odd))).tolist() == [True, True, True, False, False]


def test_whole_ten_thousandths_are_kept_exactly() -> None:
    """Counts of an unresampled Sentinel-2 band come back to the same count."""
    counts = np.arange(0, 16_000)
    values = ((counts - 1000) * 1e-4).astype(np.float32)
    back = REFLECTANCE.values(REFLECTANCE.counts(values))
    assert (np.rint(back.astype(float) * 1e4) == counts - 1000).all()
    assert float(np.abs(back - values).max()) < 3e-7


def test_an_archive_that_is_gone_is_an_empty_one(tmp_path: Path) -> None:
    """Tidying nothing makes nothing, and an archive deleted under us is begun anew."""
    archive, scene = ChipArchive(tmp_path / "chips"), a_scene(tmp_path)
    assert archive.tidy(AT) == 0
    assert not archive.root.exists()
    archive.keep(scene, Fake().read_chip(scene, GRID, RADAR))
    shutil.rmtree(archive.root)
    assert archive.chip(scene, GRID, RADAR) is None
    archive.keep(scene, Fake().read_chip(scene, GRID, RADAR))
    assert archive.chip(scene, GRID, RADAR) is not None
