from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor.detect.imagery.optical_vessels import VesselCriteria, optical_sightings
from monitor.errors import ConfigError
from monitor.sources.imagery.onnx_model import ship_model
from tests.detect.imagery.optical_scenes import SHIP, Drawing, a_scene


def a_harbour() -> Drawing:
    """Return a port with one ship at anchor."""
    return Drawing(200, 200).land(40).box((96, 100), (90, 110), SHIP).blurred()


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
