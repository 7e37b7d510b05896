from __future__ import annotations

import numpy as np
import pytest

from monitor.detect.imagery.optical_hulls import (
    ProposalCriteria,
    likeliest,
    measures,
    proposals,
)
from monitor.detect.imagery.optical_water import WaterCriteria, water_in
from monitor.domain.hull_judge import MEASURES, HullJudge
from tests.detect.imagery.optical_scenes import SHIP, Drawing

CRITERIA = ProposalCriteria()


def maps(*boxes: tuple[slice, slice, float]) -> np.ndarray:
    """Return maps of 160 × 160 pixels with boxes of a likelihood, in cells."""
    likely = np.full((2, 320, 320), 0.02, np.float32)
    for rows, cols, value in boxes:
        likely[0, rows, cols] = value
    return likely


@pytest.mark.parametrize(("value", "count"), [(0.15, 0), (0.16, 1), (0.9, 1)])
def test_a_patch_is_proposed_once_from_the_lowest_level(value: float, count: int) -> None:
    """Likelihood must be above the lowest level; the same piece at higher levels is no other."""
    found, levels = proposals(
        maps((slice(100, 106), slice(100, 130), value)), gsd_m=10, criteria=CRITERIA
    )
    assert len(found) == count
    assert levels.tolist() == [0.15] * count


def test_a_sure_core_in_an_unsure_patch_is_proposed_too() -> None:
    """A ship beside a bright quay is a piece of its own at a higher level."""
    likely = maps((slice(80, 100), slice(100, 160), 0.2), (slice(90, 98), slice(110, 150), 0.8))
    found, levels = proposals(likely, gsd_m=10, criteria=CRITERIA)
    assert {(round(h.length), level) for h, level in zip(found, levels, strict=True)} == {
        (60, 0.15),
        (40, 0.3),
    }


def test_measures_are_told_in_the_hulls_own_axes() -> None:
    """A ship beside land has a drier and a wetter side, and its size is in metres."""
    drawing = Drawing().land(48).box((50, 65), (50, 53), SHIP).blurred()
    water = water_in(drawing.chip(), criteria=WaterCriteria())
    assert water is not None
    likely = maps((slice(100, 130), slice(100, 106), 0.9))
    found, levels = proposals(likely, gsd_m=10, criteria=CRITERIA)
    told = measures(found, levels, likely, water, gsd_m=10, criteria=CRITERIA)
    (row,) = (dict(zip(MEASURES, r, strict=True)) for r in told.tolist())
    assert np.exp(row["length"]) == pytest.approx(150, abs=10)
    assert np.exp(row["width"]) == pytest.approx(30, abs=5)
    assert row["wet_near_side"] < row["wet_far_side"]
    assert row["differs_far_side"] > 0.5


def test_of_overlapping_hulls_the_likelier_stays_with_its_score() -> None:
    """Ships do not overlap; what stands apart stays."""
    likely = maps(
        (slice(80, 100), slice(100, 160), 0.2),
        (slice(90, 98), slice(110, 150), 0.8),
        (slice(200, 206), slice(100, 140), 0.9),
    )
    found, _ = proposals(likely, gsd_m=10, criteria=CRITERIA)
    scores = np.array([0.9 if round(h.length) == 40 else 0.4 for h in found])
    kept = likeliest(found, scores, criteria=CRITERIA)
    assert [h.score for h in kept] == [0.9, 0.9]


def test_a_judge_of_one_layer_is_a_logistic_curve() -> None:
    """At the middle the bias alone speaks; measures far out are cut off at four deviations."""
    count = len(MEASURES)
    judge = HullJudge(
        middle=np.full(count, 2.0),
        spread=np.ones(count),
        weights=(np.eye(count)[:, :1],),
        biases=(np.array([0.0]),),
    )
    told = np.full((3, count), 2.0)
    told[1:, 0] = 6.0, 600.0
    np.testing.assert_allclose(judge.scores(told), 1 / (1 + np.exp([0.0, -4.0, -4.0])))


def test_no_hulls_are_measured_as_none() -> None:
    """Empty maps make no proposals and no rows."""
    water = water_in(Drawing().land(30).chip(), criteria=WaterCriteria())
    assert water is not None
    found, levels = proposals(maps(), gsd_m=10, criteria=CRITERIA)
    told = measures(found, levels, maps(), water, gsd_m=10, criteria=CRITERIA)
    assert told.shape == (0, len(MEASURES))
