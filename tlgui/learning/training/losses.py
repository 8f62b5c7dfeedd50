"""The loss of a recipe, and its class weights."""

from collections.abc import Sequence

import keras
import numpy as np

from tlgui.learning.arrays import FloatArray
from tlgui.learning.recipes.recipe import Recipe


def build_loss(recipe: Recipe) -> keras.losses.Loss:
    """Return the loss of a recipe, as a function of one-hot labels and logits.

    Args:
        recipe: Its output and label smoothing are used.

    Returns:
        The cross-entropy for a softmax output, the binary cross-entropy averaged over the classes for a sigmoid output.
    """
    kind = keras.losses.BinaryCrossentropy if recipe.head.output == "sigmoid" else keras.losses.CategoricalCrossentropy
    return kind(from_logits=True, label_smoothing=recipe.label_smoothing)


def class_weights(recipe: Recipe, counts: Sequence[int]) -> FloatArray:
    """Return the weight of one example of each class in the training loss; its mean over all examples is 1.

    Args:
        recipe: Its class weighting is used.
        counts: Training examples of each class, in output order.

    Returns:
        float32 of shape (classes,).
    """
    if recipe.class_weighting == "none":
        return np.ones(len(counts), np.float32)
    present = np.maximum(counts, 1)
    return (sum(counts) / (len(counts) * present)).astype(np.float32)
