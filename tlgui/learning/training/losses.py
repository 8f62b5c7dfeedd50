"""The loss of a recipe, and how much each class counts in it."""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from tlgui.learning.recipes.recipe import Recipe


def build_loss(recipe: Recipe) -> keras.losses.Loss:
    """Return the loss of a recipe on logits and one-hot labels.

    With softmax it is the cross-entropy, with sigmoid the binary cross-entropy averaged over the classes.

    Args:
        recipe: Its output and label smoothing are used.
    """
    kind = keras.losses.BinaryCrossentropy if recipe.head.output == "sigmoid" else keras.losses.CategoricalCrossentropy
    return kind(from_logits=True, label_smoothing=recipe.label_smoothing)


def class_weights(recipe: Recipe, counts: Sequence[int]) -> NDArray[np.float32]:
    """Return the weight of one photo of each class in training; 1 on average over all photos.

    Args:
        recipe: Its class weighting is used.
        counts: Training photos of each class, in output order.
    """
    if recipe.class_weighting == "none":
        return np.ones(len(counts), np.float32)
    present = np.maximum(counts, 1)
    return (sum(counts) / (len(counts) * present)).astype(np.float32)
