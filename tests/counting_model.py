"""A model for prediction that needs no library: it says what follows from the pixels, and counts what it was asked."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tlgui.learning.arrays import FloatArray
from tlgui.learning.model_file.prediction_model import Answers
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import ModelSummary, StopReason

SIZE = 32


def _do_nothing(_count: int) -> None:
    """Do nothing."""


class CountingModel:
    """See above; it is a `Predictor`.

    Args:
        class_count: Its classes.
        seed: Of another seed, it is another model.
        has_looks: Whether it tells distances and looks.
        before: Called with the number of pictures before each batch.

    Attributes:
        batches: How many pictures each batch had that went through the network.
    """

    batch_size = 8

    def __init__(
        self,
        class_count: int = 20,
        seed: int = 1,
        *,
        has_looks: bool = True,
        before: Callable[[int], None] = _do_nothing,
    ) -> None:
        self.identity = hashlib.sha256(b"%d" % seed).digest()
        self.summary = some_summary([f"class {number:02}" for number in range(class_count)])
        self.batches: list[int] = []
        self._weights = np.random.default_rng(seed).standard_normal((3 * SIZE, class_count)).astype(np.float32) / 999
        self._has_looks = has_looks
        self._before = before

    @property
    def named_count(self) -> int:
        """How many pictures went through the network."""
        return sum(self.batches)

    def predict(self, pixels: FloatArray) -> FloatArray:
        """Return probabilities."""
        return self.answers(pixels).probabilities

    def answers(self, pixels: FloatArray) -> Answers:
        """Return all that the model says."""
        self._before(len(pixels))
        self.batches.append(len(pixels))
        rows = pixels.mean(axis=1).reshape(len(pixels), -1)
        # Row by row, so that the same picture gets the same numbers in every batch.
        weights = np.exp(np.stack([row @ self._weights for row in rows]))
        probabilities = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
        if not self._has_looks:
            return Answers(probabilities)
        looks = [(row[:16] / np.linalg.norm(row[:16])).astype("<f2").tobytes() for row in rows]
        return Answers(probabilities, (rows[:, 0] / np.float32(300)).astype(np.float32), looks)


def some_summary(class_names: Sequence[str]) -> ModelSummary:
    """Return the facts about a model."""
    return ModelSummary(
        path=Path("counting.tlmodel"),
        class_names=tuple(class_names),
        backbone=QUICK.backbone,
        input_size=SIZE,
        recipe=QUICK,
        created="2026-01-31T12:34:56+01:00",
        photo_count=10,
        evaluation=None,
        history=(),
        seconds=1.0,
        stop_reason=StopReason.COMPLETED,
        versions=(),
    )
