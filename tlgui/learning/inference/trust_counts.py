"""Counts on evaluated photos how true the percentages of a model are, and what becomes of its promises."""

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.calibration import reliability_of
from tlgui.learning.results import ModelSummary
from tlgui.learning.trust import WRONG_AT_MOST, Caution, PromiseCheck, TrustCheck, Verdict, verdict


class TrustCounts:
    """Takes answers batch by batch; five bytes a photo are kept.

    Args:
        model: The facts in the model's file.
    """

    def __init__(self, model: ModelSummary) -> None:
        self._model = model
        self._best: list[FloatArray] = []
        self._is_right: list[NDArray[np.bool_]] = []
        self._named = dict.fromkeys(WRONG_AT_MOST, 0)
        self._wrong = dict.fromkeys(WRONG_AT_MOST, 0)
        self._unlike = 0

    def add(self, probabilities: FloatArray, labels: Labels, distances: FloatArray | None) -> None:
        """Count a batch.

        Args:
            probabilities: float32 of shape (photos, classes); rows sum to 1.
            labels: True classes as indices in output order, shape (photos,).
            distances: Cosine distances to the training photos, shape (photos,); None where the model does not tell.
        """
        named = probabilities.argmax(axis=1)
        best, is_right = probabilities.max(axis=1), named == labels
        self._best.append(best)
        self._is_right.append(is_right)
        for row, (index, probability) in enumerate(zip(named.tolist(), best.tolist(), strict=True)):
            distance = None if distances is None else float(distances[row])
            self._count(self._model.class_names[index], probability, distance, is_wrong=not is_right[row])

    def check(self) -> TrustCheck:
        """Return what the answers so far come to; without any, no share and no error."""
        trust = self._model.trust
        total = sum(map(len, self._best))
        best = np.concatenate([np.zeros(0, np.float32), *self._best])
        is_right = np.concatenate([np.zeros(0, np.bool_), *self._is_right])
        return TrustCheck(
            calibration_error=reliability_of(best, is_right).calibration_error,
            promises=tuple(
                PromiseCheck(
                    wrong_at_most=promise.wrong_at_most,
                    threshold=promise.threshold,
                    named_share=self._named[promise.wrong_at_most] / total if total else 0.0,
                    wrong_share=_share(self._wrong[promise.wrong_at_most], self._named[promise.wrong_at_most]),
                )
                for promise in (trust.promises if trust is not None else ())
            ),
            unlike_share=_share(self._unlike, total) if trust is not None and trust.novelty is not None else None,
        )

    def _count(self, class_name: str, probability: float, distance: float | None, *, is_wrong: bool) -> None:
        model = self._model
        for share in WRONG_AT_MOST:
            said = verdict(class_name, probability, distance, model.trust, model.class_names, Caution(share))
            if said is Verdict.UNLIKE:
                # Whatever share of wrong answers is accepted.
                self._unlike += 1
                return
            if said is Verdict.NAMED:
                self._named[share] += 1
                self._wrong[share] += is_wrong


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
