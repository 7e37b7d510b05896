"""The one door to onnxruntime: runs the ship model that comes with this package.

The extra `ml` installs the runtime; without it there is no model, and ships are told by the
classical path. What the scores mean is for `monitor.detect`.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.domain.hull_judge import MEASURES, HullJudge
from monitor.errors import ConfigError

FloatArray = npt.NDArray[np.float32]

_WEIGHTS = "optical_ships.onnx"
_CARD = "optical_ships.json"
_FAULTS = (RuntimeError, ValueError, OSError)
# onnxruntime's own errors share no root but Exception, and are named in its private module only.
_OWN_FAULTS = (
    "Fail",
    "InvalidArgument",
    "InvalidGraph",
    "InvalidProtobuf",
    "NotImplemented",
    "RuntimeException",
)


class OnnxShipModel:
    """`ScoresShips` by ONNX weights; the same tile gives the same bytes on one machine."""

    def __init__(self, weights: bytes, card: dict[str, Any]) -> None:
        """Load weights.

        Raises:
            ImportError: The extra `ml` is not installed.
            ConfigError: The weights or their card cannot be used.
        """
        import onnxruntime  # an extra, and slow to import

        own = onnxruntime.capi.onnxruntime_pybind11_state
        self._faults = (*_FAULTS, *(getattr(own, name) for name in _OWN_FAULTS))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # scene work is parallel by process
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                weights, options, providers=["CPUExecutionProvider"]
            )
            slope, intercept = card["calibration"]
            self.calibration = (float(slope), float(intercept))
            self.name = str(card["name"])
            self.judge = _judge(card["judge"]) if "judge" in card else None
            self._input = self._session.get_inputs()[0].name
        except (*self._faults, KeyError, TypeError, IndexError) as exc:
            raise ConfigError(f"the ship model cannot be used: {exc}") from exc

    def scores(self, tile: FloatArray) -> FloatArray:
        """Return (hull, core) likelihoods, shape (2, 2·row, 2·col).

        Raises:
            ConfigError: The weights do not take such a tile.
        """
        try:
            (scores,) = self._session.run(None, {self._input: tile[np.newaxis]})
        except self._faults as exc:
            raise ConfigError(f"the ship model failed: {exc}") from exc
        return np.asarray(scores[0], np.float32)


def _judge(told: dict[str, Any]) -> HullJudge:
    """Return the judge written on a card.

    Raises:
        ValueError: It knows other measures than this version tells.
    """
    if tuple(told["measures"]) != MEASURES:
        raise ValueError("its judge knows other measures of hulls")
    judge = HullJudge(
        middle=np.array(told["middle"], np.float64),
        spread=np.array(told["spread"], np.float64),
        weights=tuple(np.array(w, np.float64) for w in told["weights"]),
        biases=tuple(np.array(b, np.float64) for b in told["biases"]),
    )
    judge.scores(np.zeros((1, len(MEASURES))))  # layers that do not fit one another fail here
    return judge


def ship_model(folder: Path | None = None) -> OnnxShipModel | None:
    """Return the ship model, or None where it or the extra `ml` is not installed.

    Args:
        folder: Where `optical_ships.onnx` and its card lie; None for the ones shipped.

    Raises:
        ConfigError: The weights or their card cannot be used, or are missing from `folder`.
    """
    place = folder or resources.files("monitor.sources.imagery").joinpath("weights")
    if folder is None and not place.joinpath(_WEIGHTS).is_file():
        return None  # this package came without weights
    try:
        weights = place.joinpath(_WEIGHTS).read_bytes()
        card = json.loads(place.joinpath(_CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigError(f"the ship model cannot be read: {exc}") from exc
    try:
        return OnnxShipModel(weights, card)
    except ImportError:
        return None
