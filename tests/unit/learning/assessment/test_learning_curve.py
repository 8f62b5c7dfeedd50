"""Which class would gain most from more photos, from how often heads of parts of the photos are right."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tlgui.learning.assessment.learning_curve import learning_curve
from tlgui.learning.learning_curve import LearningCurve, MorePhotos

_SHARES = (0.25, 0.5, 1.0)
_NAMES = ("boat", "coat", "skirt")


def _curve(mistakes: dict[str, tuple[int, int, int]], photos: int = 200) -> LearningCurve:
    """Return the curve of three classes of so many photos, with so many mistakes at each share."""
    rows: list[NDArray[np.bool_]] = []
    for name in _NAMES:
        # Those right at a smaller share stay so.
        counts = np.array(mistakes.get(name, (0, 0, 0)))
        rows.append(np.arange(photos)[None, :] >= counts[:, None])
    labels = np.repeat(np.arange(len(_NAMES)), photos)
    return learning_curve(_SHARES, (120, 240, 480), np.concatenate(rows, axis=1), labels, _NAMES)


def test_steepest_class_is_the_one_to_photograph() -> None:
    curve = _curve({"boat": (40, 40, 40), "coat": (20, 14, 10), "skirt": (80, 56, 40)})
    advice = curve.advice
    assert advice is not None
    assert advice.class_name == "skirt"
    assert advice.right_share == pytest.approx(0.8)
    assert 0.82 < advice.expected_share < 0.86
    assert 60 <= advice.photo_count <= 200
    slopes = {each.name: each.slope for each in curve.classes}
    assert slopes["boat"] < 0.2 < slopes["skirt"]
    assert curve.right_counts == (460, 490, 510)


def test_estimate_is_what_the_power_law_gives() -> None:
    # The mistakes halve with four times the photos; the other classes make none that could draw the slope elsewhere.
    advice = _curve({"skirt": (80, 57, 40)}).advice
    assert advice is not None
    wrong = 0.2 * (1 + advice.photo_count / 200) ** -0.5
    assert 1 - advice.expected_share == pytest.approx(wrong, abs=0.005)


@pytest.mark.parametrize(
    "mistakes",
    [
        pytest.param({"skirt": (40, 40, 40), "coat": (30, 30, 30)}, id="flat"),
        pytest.param({"skirt": (41, 40, 40), "coat": (30, 31, 30)}, id="chance"),
        pytest.param({"skirt": (40, 45, 50)}, id="worse"),
        pytest.param({}, id="always right"),
        pytest.param({"skirt": (20, 2, 0)}, id="nothing left to gain"),
    ],
)
def test_flat_curve_gives_no_advice(mistakes: dict[str, tuple[int, int, int]]) -> None:
    assert _curve(mistakes).advice is None


def test_rare_class_among_frequent_ones_is_advised_for_no_more_than_twice_its_photos() -> None:
    labels = np.array([0] * 4_000 + [1] * 20)
    is_right = np.ones((3, 4_020), np.bool_)
    for row, wrong in enumerate((16, 12, 8)):
        is_right[row, 4_000 : 4_000 + wrong] = False
    advice = learning_curve(_SHARES, (800, 1_600, 3_216), is_right, labels, ("boat", "coat")).advice
    assert advice is not None
    assert advice.class_name == "coat"
    assert advice.photo_count <= 20


def test_class_without_judged_photos_is_left_out() -> None:
    curve = learning_curve(_SHARES, (1, 2, 4), np.ones((3, 4), np.bool_), np.array([0, 0, 2, 2]), _NAMES)
    assert [each.name for each in curve.classes] == ["boat", "skirt"]
    assert curve.advice is None


def test_all_wrong_gives_no_advice() -> None:
    assert _curve(dict.fromkeys(_NAMES, (200, 200, 200))).advice is None


def test_numbers_of_photos_are_round() -> None:
    for mistakes in ((80, 56, 40), (60, 50, 44), (90, 40, 20)):
        advice = _curve({"skirt": mistakes}).advice
        assert isinstance(advice, MorePhotos)
        assert advice.photo_count % 10 == 0
