"""What becomes of a model's promises on the photos that it is evaluated on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tlgui.learning.inference.trust_counts import TrustCounts
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.trust import NoveltyLimit, Promise, Reliability, Trust

_PROMISES = (
    Promise(0.1, 0.0, 1.0, (0.0, None), (1.0, 0.0)),
    Promise(0.05, 0.6, 0.8, (0.6, None), (0.8, 0.0)),
    Promise(0.02, 0.95, 0.2, (None, None), (0.0, 0.0)),
    Promise(0.01, None, 0.0, (None, None), (0.0, 0.0)),
)
_TRUST = Trust(
    1.0, Reliability((), 0.0), _PROMISES, 100, is_out_of_fold=True, novelty=NoveltyLimit(10, 0.4, 9, 8, 0.05)
)
_MODEL = ModelSummary(
    path=Path("model.tlmodel"),
    class_names=("robin", "wren"),
    backbone=QUICK.backbone,
    input_size=QUICK.input_size,
    recipe=QUICK,
    created="2026-01-01T00:00:00+00:00",
    photo_count=100,
    evaluation=None,
    history=(),
    seconds=1.0,
    stop_reason=StopReason.COMPLETED,
    versions=(),
    trust=_TRUST,
)


def _answers() -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float32]], np.ndarray[tuple[int], np.dtype[np.intp]]]:
    best = np.array([0.9, 0.8, 0.7, 0.55, 0.99], np.float32)
    # Right, right, wrong, right, wrong.
    return np.stack([best, 1 - best], axis=1), np.array([0, 0, 1, 0, 1])


def test_shares_are_those_counted_by_hand() -> None:
    counts = TrustCounts(_MODEL)
    probabilities, labels = _answers()
    # The surest one resembles nothing.
    distances = np.array([0.1, 0.2, 0.39, 0.1, 0.41], np.float32)
    counts.add(probabilities[:2], labels[:2], distances[:2])
    counts.add(probabilities[2:], labels[2:], distances[2:])

    check = counts.check()

    assert check.unlike_share == pytest.approx(0.2)
    shares = [(each.wrong_at_most, each.threshold, each.named_share, each.wrong_share) for each in check.promises]
    assert shares == [
        (0.1, 0.0, 0.8, 0.25),
        (0.05, 0.6, pytest.approx(0.6), pytest.approx(1 / 3)),
        (0.02, 0.95, 0.0, None),
        (0.01, None, 0.8, 0.25),
    ]
    assert check.calibration_error == pytest.approx((0.1 + 0.2 + 0.7 + 0.45 + 0.99) / 5, abs=0.2)


def test_model_without_vectors_holds_nothing_back() -> None:
    counts = TrustCounts(replace(_MODEL, trust=replace(_TRUST, novelty=None)))
    counts.add(*_answers(), None)
    check = counts.check()
    assert check.unlike_share is None
    assert check.promises[0].named_share == 1.0


def test_model_of_an_earlier_version_is_measured_without_promises() -> None:
    counts = TrustCounts(replace(_MODEL, trust=None))
    counts.add(*_answers(), None)
    check = counts.check()
    assert (check.promises, check.unlike_share) == ((), None)
    assert check.calibration_error > 0


def test_no_photo_gives_no_shares() -> None:
    check = TrustCounts(_MODEL).check()
    assert (check.calibration_error, check.unlike_share) == (0.0, None)
    assert {promise.named_share for promise in check.promises} == {0.0}
