"""What a training makes smaller: the loss of each photo by its logits, and how much each photo counts."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.learning.recipes.recipe import Recipe

Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def build_loss(recipe: Recipe, class_count: int) -> Loss:
    """Return the loss of a recipe.

    With softmax it is the cross-entropy, with sigmoid the binary cross-entropy of each class, averaged over the
    classes as Keras does. Label smoothing takes a share of the certainty from the true class, as Keras does too.

    Args:
        recipe: Its output and label smoothing are used.
        class_count: Number of outputs.

    Returns:
        A function of labels, shape (photos,), and logits, shape (photos, classes), to one loss for each photo.
    """
    smoothing = recipe.label_smoothing

    def shared(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        wanted = tf.one_hot(labels, class_count) * (1.0 - smoothing) + smoothing / class_count
        return tf.nn.softmax_cross_entropy_with_logits(wanted, logits)

    def each_by_itself(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        wanted = tf.one_hot(labels, class_count) * (1.0 - smoothing) + smoothing / 2
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits), axis=1)

    return each_by_itself if recipe.head.output == "sigmoid" else shared


def class_weights(recipe: Recipe, counts: Sequence[int]) -> NDArray[np.float32]:
    """Return how much one photo of each class counts in training; 1 on average over all photos.

    Args:
        recipe: Its class weighting is used.
        counts: The photos of each class to learn from, in output order.
    """
    if recipe.class_weighting == "none":
        return np.ones(len(counts), np.float32)
    present = np.maximum(counts, 1)
    return (sum(counts) / (len(counts) * present)).astype(np.float32)
