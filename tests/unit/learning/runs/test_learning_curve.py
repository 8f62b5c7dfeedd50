"""The learning curve in a run's folder: read as it was written, and not at all where it is damaged."""

import json
from pathlib import Path

import pytest

from tlgui.learning.learning_curve import ClassCurve, LearningCurve, MorePhotos
from tlgui.learning.runs.learning_curve import LEARNING_CURVE, read_learning_curve, write_learning_curve

CURVE = LearningCurve(
    shares=(0.25, 0.5, 1.0),
    training_counts=(10, 20, 40),
    photo_count=50,
    right_counts=(30, 35, 40),
    classes=(ClassCurve("boat", 25, (20, 20, 20), 0.0), ClassCurve("skirt", 25, (10, 15, 20), 0.4)),
    advice=MorePhotos("skirt", 20, 0.8, 0.85),
)


@pytest.mark.parametrize("advice", [CURVE.advice, None])
def test_curve_is_read_as_it_was_written(tmp_path: Path, advice: MorePhotos | None) -> None:
    curve = LearningCurve(
        CURVE.shares, CURVE.training_counts, CURVE.photo_count, CURVE.right_counts, CURVE.classes, advice
    )
    write_learning_curve(tmp_path / LEARNING_CURVE, curve)
    assert read_learning_curve(tmp_path / LEARNING_CURVE) == curve


def test_run_of_an_earlier_version_has_none(tmp_path: Path) -> None:
    assert read_learning_curve(tmp_path / LEARNING_CURVE) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format_version", 2),
        ("shares", [0.5, 0.25, 1.0]),
        ("shares", []),
        ("shares", [0.25, 0.5, float("nan")]),
        ("training_counts", [10, 20]),
        ("right_counts", [30, 35, 51]),
        ("right_counts", [30, 35, True]),
        ("classes", [{"name": "boat"}]),
        ("advice", {"class_name": "skirt", "photo_count": -1, "right_share": 0.8, "expected_share": 0.9}),
        ("advice", "skirt"),
    ],
)
def test_damaged_curve_is_none(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / LEARNING_CURVE
    write_learning_curve(path, CURVE)
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    assert read_learning_curve(path) is None
