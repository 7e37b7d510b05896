from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from monitor.detect.imagery.optical_vessels import VesselCriteria, optical_sightings, ship_scores
from monitor.detect.imagery.optical_water import WaterCriteria, water_in
from monitor.errors import ConfigError
from monitor.sources.imagery.onnx_model import OnnxShipModel, ship_model
from tests.detect.imagery.optical_scenes import SHIP, Drawing, a_scene


@pytest.fixture(scope="module")
def model() -> OnnxShipModel:
    """Return the shipped model, or skip where the extra is not installed."""
    pytest.importorskip("onnxruntime")
    loaded = ship_model()
    assert loaded is not None
    return loaded


def a_harbour() -> Drawing:
    """Return a port with one ship at anchor."""
    return Drawing(200, 200).land(40).box((96, 100), (90, 110), SHIP).blurred()


def test_the_shipped_model_finds_a_ship_at_anchor(model: OnnxShipModel) -> None:
    """A plain ship on open water is told from the model, and the model is named."""
    sightings = optical_sightings(
        a_scene(), a_harbour().chip(), criteria=VesselCriteria(), scorer=model
    )
    (ship,) = [s for s in sightings if s.mooring.value == "open-water"]
    assert ship.reason.startswith(model.name)
    assert ship.length_m == pytest.approx(190, abs=40)


def test_the_same_chip_gives_the_same_bytes_wherever_tiles_end(model: OnnxShipModel) -> None:
    """Scores are repeated exactly, and differ by rounding only with other tiles."""
    water = water_in(a_harbour().chip(), criteria=WaterCriteria())
    assert water is not None
    whole = VesselCriteria(tile_px=256)
    once, again = (ship_scores(water, scorer=model, criteria=whole) for _ in range(2))
    assert once.tobytes() == again.tobytes()
    tiled = ship_scores(water, scorer=model, criteria=VesselCriteria(tile_px=64))
    np.testing.assert_allclose(tiled, once, atol=1e-4)


def test_weights_are_small_and_their_card_says_whence(model: OnnxShipModel) -> None:
    """Weights stay under 5 MB; the card names data, licence and seeds."""
    folder = Path(sys.modules[OnnxShipModel.__module__].__file__ or "").parent / "weights"
    assert (folder / "optical_ships.onnx").stat().st_size < 5_000_000
    card = json.loads((folder / "optical_ships.json").read_text())
    assert {"data", "licence", "seeds", "calibration", "f1", "judge"} <= set(card)


def test_a_judge_of_other_measures_is_refused(model: OnnxShipModel, tmp_path: Path) -> None:
    """A card made for another version's measures is an error, not a wrong answer."""
    folder = Path(sys.modules[OnnxShipModel.__module__].__file__ or "").parent / "weights"
    (tmp_path / "optical_ships.onnx").write_bytes((folder / "optical_ships.onnx").read_bytes())
    card = json.loads((folder / "optical_ships.json").read_text())
    card["judge"]["measures"].reverse()
    (tmp_path / "optical_ships.json").write_text(json.dumps(card))
    with pytest.raises(ConfigError, match="other measures"):
        ship_model(tmp_path)


def test_without_the_extra_there_is_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where onnxruntime is missing the classical path is left, and it says so."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert ship_model() is None
    found = optical_sightings(
        a_scene(), a_harbour().chip(), criteria=VesselCriteria(), scorer=ship_model()
    )
    assert found
    assert all(s.reason.startswith("classical, no model") for s in found)


@pytest.mark.parametrize(
    ("weights", "card"),
    [
        (b"no weights", '{"name": "m", "calibration": [1, 0]}'),
        (b"", "not json"),
        (None, "{}"),
    ],
)
def test_a_broken_model_is_told_to_a_human(
    tmp_path: Path, weights: bytes | None, card: str
) -> None:
    """Weights or card that cannot be used are an error with a reason, not a crash."""
    pytest.importorskip("onnxruntime")
    if weights is not None:
        (tmp_path / "optical_ships.onnx").write_bytes(weights)
    (tmp_path / "optical_ships.json").write_text(card)
    with pytest.raises(ConfigError, match="ship model"):
        ship_model(tmp_path)
