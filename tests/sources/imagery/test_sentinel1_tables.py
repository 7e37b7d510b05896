"""The tables beside a Sentinel-1 GRD: real ones against other arithmetic, hostile ones refused."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from monitor.errors import BadScene
from monitor.sources.imagery.sentinel1_grd import local_table
from monitor.sources.imagery.sentinel1_tables import calibration_in, noise_in
from tests.conftest import shared
from tests.sources.imagery.grd_scene import calibration_xml, noise_xml, old_noise_xml


def real(start: str) -> bytes:
    """Return one of the real product's XML files."""
    folder = shared("data", "imagery", "s1_gcp_and_calibration")
    return gzip.decompress(next(folder.glob(f"{start}-*.xml.gz")).read_bytes())


def numbers(xml: bytes, tag: str) -> list[list[float]]:
    """Read every list called `tag`, without the reader under test."""
    found = re.findall(rf"<{tag}(?: count=\"\d+\")?>([^<]*)</{tag}>", xml.decode())
    return [[float(v) for v in text.split()] for text in found]


@pytest.mark.shared_data
def test_real_calibration_is_bilinear_between_its_vectors() -> None:
    """Constants between lines and samples equal another interpolation of the same table."""
    xml = real("calibration")
    table = calibration_in(xml).sigma
    lines = [v[0] for v in numbers(xml, "line")]
    oracle = RegularGridInterpolator(
        (lines, numbers(xml, "pixel")[0]), np.array(numbers(xml, "sigmaNought"))
    )
    rows, cols = np.array([0.0, 100.0, 671.9, 9_999.5, 19_000.0]), np.array([0.0, 13.0, 25_000.5])
    want = oracle(np.stack(np.meshgrid(rows, cols, indexing="ij"), axis=-1))
    np.testing.assert_allclose(table.at(rows, cols), want, rtol=1e-12)
    assert table.at(rows, cols)[0, 0] == 661.6091


@pytest.mark.shared_data
def test_the_two_constants_hold_the_incidence_angle() -> None:
    """The angle from the calibration is the annotated one within 0.03° at all 231 places."""
    xml = real("s1a")
    text = xml[xml.index(b"<geolocationGridPointList") :]
    line, pixel, angle = (
        np.array(numbers(text, tag))[:, 0] for tag in ("line", "pixel", "incidenceAngle")
    )
    rows, cols = np.unique(line), np.unique(pixel)
    found = np.degrees(np.arctan(calibration_in(real("calibration")).incidence_tan(rows, cols)))
    np.testing.assert_allclose(found.ravel(), angle, atol=0.03)


@pytest.mark.shared_data
def test_real_noise_is_range_times_azimuth() -> None:
    """At places of every sub-swath the noise equals a plain computation from the lists."""
    xml = real("noise")
    noise = noise_in(xml)
    text = xml.decode()
    split = text.index("<noiseAzimuthVectorList")
    head, tail = text[:split].encode(), text[split:].encode()
    lines = [v[0] for v in numbers(head, "line")]
    pixels, luts = numbers(head, "pixel"), numbers(head, "noiseRangeLut")
    edges = [
        [int(v[0]) for v in numbers(tail, tag)]
        for tag in ("firstAzimuthLine", "lastAzimuthLine", "firstRangeSample", "lastRangeSample")
    ]
    factor_lines, factors = numbers(tail, "line"), numbers(tail, "noiseAzimuthLut")
    for row, col in ((3, 5), (800, 8455), (800, 8456), (1363, 8456), (15_003, 17_262), (9, 25_116)):
        after = int(np.searchsorted(lines, row, side="right"))
        ends = [float(np.interp(col, pixels[i], luts[i])) for i in (after - 1, after)]
        share = (row - lines[after - 1]) / (lines[after] - lines[after - 1])
        want = ends[0] + share * (ends[1] - ends[0])
        for n, (top, bottom, left, right) in enumerate(zip(*edges, strict=True)):
            if top <= row <= bottom and left <= col <= right:
                want *= float(np.interp(row, factor_lines[n], factors[n]))
        got = noise.at(np.array([float(row)]), np.array([float(col)]))[0, 0]
        assert got == pytest.approx(want, rel=1e-12), (row, col)


def test_a_block_begins_and_ends_at_its_own_sample() -> None:
    """The azimuth factor of a sub-swath holds from its first sample to its last."""
    noise = noise_in(noise_xml(power=400, factor=1.5, split=250).encode())
    row = noise.at(np.array([10.0]), np.array([249.0, 250.0, 499.0]))[0]
    assert row.tolist() == [400.0, 600.0, 600.0]


def test_noise_of_before_2018_is_read_too() -> None:
    """The old format has one list along range and nothing along the track."""
    noise = noise_in(old_noise_xml(power=321.0).encode())
    assert noise.blocks == ()
    assert noise.at(np.array([7.0]), np.array([3.0])).tolist() == [[321.0]]


_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "x">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><c>&b;</c>'
)
_OUTSIDE = '<!DOCTYPE c [<!ENTITY f SYSTEM "file:///etc/passwd">]><c>&f;</c>'


@pytest.mark.parametrize(
    "xml",
    [
        _BOMB,
        _OUTSIDE,
        "",
        "<html><p>Service unavailable</html>",
        "<calibration/>",
        "<a>" * 40 + "</a>" * 40,
        calibration_xml(sigma=float("nan")),
        calibration_xml(sigma=0.0),
        calibration_xml(sigma=-600.0),
        calibration_xml(sigma=float("inf")),
        calibration_xml().replace("0 250 499", "0 250"),
        calibration_xml().replace("0 250 499", "0 499 250"),
        calibration_xml().replace("0 250 499", "0 250 x"),
        calibration_xml(lines=range(2_001)),
        calibration_xml().replace("0 250 499", " ".join(map(str, range(50_001)))),
        calibration_xml() + " " * 16_000_001,
    ],
    ids=[
        "bomb", "outside", "empty", "html", "no_vectors", "deep", "nan", "zero", "negative", "inf",
        "short", "falling", "no_number", "many_rows", "long_row", "large",
    ],
)  # fmt: skip
def test_what_is_no_calibration_is_refused(xml: str) -> None:
    """Bombs, pages, cut and impossible tables are one reason, and none is taken for a table."""
    with pytest.raises(BadScene) as caught:
        calibration_in(xml.encode())
    assert caught.value.reason == "bad_calibration"


@pytest.mark.parametrize(
    "cut", [lambda t: t.replace("<noiseLut>", "<lut>").replace("</noiseLut>", "</lut>"), str.upper]
)
def test_a_noise_table_without_its_list_is_refused(cut: Callable[[str], str]) -> None:
    """Noise that cannot be found is not taken for no noise."""
    with pytest.raises(BadScene):
        noise_in(cut(old_noise_xml()).encode())


def test_tables_are_looked_for_in_files_only(tmp_path: Path) -> None:
    """A table that is not there, or no path, is one lost scene."""
    (tmp_path / "a.xml").write_bytes(b"<a/>")
    assert local_table(str(tmp_path / "a.xml")) == b"<a/>"
    for href in (str(tmp_path / "b.xml"), "a.xml", "https://x/y.xml", str(tmp_path), "/a\0b"):
        with pytest.raises(BadScene) as caught:
            local_table(href)
        assert caught.value.reason == "missing_calibration"
