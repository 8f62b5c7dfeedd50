"""The loss of a recipe, and the weights of its classes."""

import numpy as np
import pytest

from tlgui.learning.recipes.recipe import Head, Recipe
from tlgui.learning.training.losses import build_loss, class_weights

LOGITS = np.array([[2.0, 0.0, -1.0], [0.5, 1.5, 0.0]], np.float32)
LABELS = np.eye(3, dtype=np.float32)[[0, 2]]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_softmax_has_the_cross_entropy(smoothing: float) -> None:
    logarithms = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
    targets = LABELS * (1 - smoothing) + smoothing / 3

    loss = float(build_loss(Recipe(label_smoothing=smoothing))(LABELS, LOGITS))

    assert loss == pytest.approx(-(targets * logarithms).sum(axis=1).mean(), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_sigmoid_has_the_mean_of_the_binary_cross_entropies(smoothing: float) -> None:
    probabilities = 1 / (1 + np.exp(-LOGITS))
    targets = LABELS * (1 - smoothing) + smoothing / 2
    expected = -(targets * np.log(probabilities) + (1 - targets) * np.log(1 - probabilities)).mean()

    loss = float(build_loss(Recipe(head=Head(output="sigmoid"), label_smoothing=smoothing))(LABELS, LOGITS))

    assert loss == pytest.approx(expected, rel=1e-5)


def test_balanced_weights_give_each_class_the_same_sum() -> None:
    recipe = Recipe(class_weighting="balanced")

    weights = class_weights(recipe, [60, 30, 6])

    np.testing.assert_allclose(weights * [60, 30, 6], [32, 32, 32], rtol=1e-6)
    assert class_weights(recipe, [20, 20, 20]).tolist() == [1, 1, 1]
    assert class_weights(Recipe(), [60, 30, 6]).tolist() == [1, 1, 1]
