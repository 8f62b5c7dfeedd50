"""Judges each photo by a head that was trained without it: cross-validation of a head on cached features.

Five heads, each without one fifth of the photos, are trained at once: their weights lie side by side in the layers of
one network, which reads each batch once, and sample weights of 0 hide from each head the photos of its own fold. They
are trained with the loss, optimizer, schedule, batch size and class weights of the recipe, and for as many epochs as
the head of the model, on the photos themselves, without augmented copies.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from tlgui.learning.arrays import Arrays, FloatArray, Labels
from tlgui.learning.assessment.folds import divide_into_folds
from tlgui.learning.data.cached_dataset import BatchOrder
from tlgui.learning.data.disk_array import LARGEST_IN_MEMORY
from tlgui.learning.networks.builder import build_head, head_weight_count
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.training.losses import build_loss, class_weights
from tlgui.learning.training.optimizers import build_optimizer, build_schedule
from tlgui.progress import JobContext

FOLD_COUNT = 5

_LARGEST_BATCH = 4096
# Linear heads take hardly longer than one head. A step of five heads with a hidden layer of 512 units takes 4.2 times
# as long as one of the recipe, so that they get at most a fifth of its steps, with a schedule as much shorter. Measured
# on 1,334 photos of flowers: 90.0 to 90.4 % right and a temperature of .52 to .53 with a fifth to two fifths of the
# steps, and 90.5 % and .51 with all.
_HIDDEN_SHARE = 0.2
_STEPS_AT_ONCE, _HIDDEN_STEPS_AT_ONCE = 50, 10
# Each takes 16 bytes: itself, its gradient, and two numbers of the optimizer.
_MOST_WEIGHTS = 32_000_000
_ROWS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class HeadEpochs:
    """How long a head was trained.

    Args:
        kept: The epoch whose weights were kept, from 1.
        trained: All epochs that were trained.
    """

    kept: int
    trained: int


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What heads say of photos that they were not trained on.

    Args:
        rows: The photos that were judged, as indices of the examples, ascending, shape (judged,). Left out is a photo
            whose class no other fold has: no head could name it.
        probabilities: float32 of shape (judged, classes).
        folds: The fold of each judged photo, shape (judged,).
    """

    rows: NDArray[np.intp]
    probabilities: FloatArray
    folds: NDArray[np.intp]


def cross_validate(
    features: Sequence[FloatArray],
    labels: Labels,
    groups: Sequence[Sequence[int]],
    class_count: int,
    recipe: Recipe,
    epochs: HeadEpochs,
    context: JobContext,
    share: float = 1.0,
) -> OutOfFold:
    """Judge each photo by a head that was trained without it and without the photos of its group.

    Args:
        features: Of the photos themselves, float32 of shape (photos, numbers), in parts; may be mapped from disk.
        labels: Their classes as indices in output order, shape (photos,).
        groups: Indices of photos that are judged by the same head, two or more each.
        class_count: Number of classes.
        recipe: Its head, loss, steps, batch size, class weighting and seed are used.
        epochs: How long the head of the model was trained.
        context: Its checkpoint is called many times a second.
        share: The share of the photos of each class in the other folds that a head is trained on, at least one photo;
            a smaller share is a part of a larger one.

    Returns:
        The judged photos; none where the groups leave nothing to train on, the heads diverge, or they would need half a
        gigabyte.

    Raises:
        Cancelled: The user pressed Stop.
    """
    folds = divide_into_folds(labels, groups, FOLD_COUNT, recipe.seed)
    is_seen = _seen_by_heads(labels, folds, share, recipe.seed)
    counts = _counts_seen(labels, is_seen, class_count)
    rows = np.flatnonzero(counts[folds, labels] > 0)
    table = _Table(features)
    if len(rows) and FOLD_COUNT * head_weight_count(recipe, table.length, class_count) <= _MOST_WEIGHTS:
        heads = _Heads(recipe, table.length, class_count)
        heads.train(table, labels, is_seen, counts, epochs, context)
        probabilities = heads.judge(table, rows, folds[rows], context)
        if np.isfinite(probabilities).all():
            return OutOfFold(rows, probabilities, folds[rows])
    return OutOfFold(rows[:0], np.zeros((0, class_count), np.float32), folds[:0])


def _batch_size(recipe: Recipe) -> int:
    """Return the photos of one step, so that each head sees as many of them as the recipe says."""
    return min(math.ceil(recipe.batch_size * FOLD_COUNT / (FOLD_COUNT - 1)), _LARGEST_BATCH)


def _epoch_steps(recipe: Recipe, epochs: HeadEpochs, count: int, size: int) -> int:
    """Return the steps that stand for one epoch of the recipe: as many as with the copies of each photo, or fewer."""
    steps = math.ceil(count * len(recipe.augmentation.copy_numbers) / size)
    steps = min(steps, recipe.most_batches or steps)
    if not recipe.head.dense_units:
        return steps
    return max(1, round(steps * min(1.0, _HIDDEN_SHARE * epochs.trained / epochs.kept)))


def _steps_at_once(recipe: Recipe, numbers: int) -> int:
    """Return the steps between two looks at Stop, which gather `numbers` each."""
    most = _HIDDEN_STEPS_AT_ONCE if recipe.head.dense_units else _STEPS_AT_ONCE
    return max(1, min(most, LARGEST_IN_MEMORY // (4 * numbers)))


def _seen_by_heads(labels: Labels, folds: NDArray[np.intp], share: float, seed: int) -> NDArray[np.bool_]:
    """Return which photos each head is trained on, shape (photos, folds)."""
    is_seen: NDArray[np.bool_] = folds[:, None] != np.arange(FOLD_COUNT)
    if share == 1.0:
        return is_seen
    shuffled = np.random.default_rng([seed, 1]).permutation(len(labels))
    for fold in range(FOLD_COUNT):
        for label in np.unique(labels):
            others = shuffled[(labels[shuffled] == label) & is_seen[shuffled, fold]]
            is_seen[others[math.ceil(share * len(others)) :], fold] = False
    return is_seen


def _counts_seen(labels: Labels, is_seen: NDArray[np.bool_], class_count: int) -> NDArray[np.int64]:
    """Return the training photos of each head in each class, shape (folds, classes)."""
    counts = np.zeros((class_count, FOLD_COUNT), np.int64)
    np.add.at(counts, labels, is_seen)
    return counts.T


class _Table:
    """Rows of several arrays, one after the other, without a copy of what is mapped from disk.

    Args:
        parts: float32 of shape (rows, numbers) each.

    Attributes:
        length: Numbers in a row.
    """

    def __init__(self, parts: Sequence[FloatArray]) -> None:
        self._parts = parts
        self.length = parts[0].shape[1]

    @property
    def is_small(self) -> bool:
        """Whether all rows have room in memory."""
        return sum(part.nbytes for part in self._parts) <= LARGEST_IN_MEMORY

    def whole(self) -> FloatArray:
        """Return all rows."""
        return np.concatenate(self._parts)

    def __getitem__(self, rows: NDArray[np.intp]) -> FloatArray:
        """Return some rows, shape (rows, numbers)."""
        found = np.empty((len(rows), self.length), np.float32)
        start = 0
        for part in self._parts:
            places = np.flatnonzero((rows >= start) & (rows < start + len(part)))
            found[places] = part[rows[places] - start]
            start += len(part)
        return found


class _Heads:
    """Heads of one recipe side by side, one a fold.

    Args:
        recipe: Every setting.
        length: Numbers in the features of a photo.
        class_count: Number of classes.
    """

    def __init__(self, recipe: Recipe, length: int, class_count: int) -> None:
        self._recipe = recipe
        self._class_count = class_count
        self._model = _side_by_side(recipe, length, class_count)

    def train(
        self,
        table: _Table,
        labels: Labels,
        is_seen: NDArray[np.bool_],
        counts: NDArray[np.int64],
        epochs: HeadEpochs,
        context: JobContext,
    ) -> None:
        """Train all heads."""
        recipe = self._recipe
        size = _batch_size(recipe)
        epoch_steps = _epoch_steps(recipe, epochs, len(labels), size)
        order = BatchOrder(len(labels), replace(recipe, batch_size=size, most_batches=0), epochs_before=0)
        passes = (order.epoch(number) for number in itertools.count(1))
        batches = itertools.islice(itertools.chain.from_iterable(passes), epochs.kept * epoch_steps)
        optimizer = build_optimizer(recipe, build_schedule(recipe, epoch_steps))
        optimizer.build(self._model.trainable_variables)
        weights = np.stack([class_weights(recipe, row.tolist()) for row in counts])
        train = _compiled_steps(self._model, optimizer, recipe)
        whole = tf.constant(table.whole()) if table.is_small else None
        at_once = _steps_at_once(recipe, size * table.length)
        while some := [batch.rows for batch in itertools.islice(batches, at_once)]:
            context.checkpoint()
            chunk = _Chunk(some, labels, is_seen, weights)
            if whole is None:
                used, places = np.unique(chunk.rows, return_inverse=True)
                train(tf.constant(table[used]), *chunk.tensors(places.reshape(chunk.rows.shape)))
            else:
                train(whole, *chunk.tensors(chunk.rows))

    def judge(self, table: _Table, rows: NDArray[np.intp], folds: NDArray[np.intp], context: JobContext) -> FloatArray:
        """Return the probabilities of photos by the heads of their folds, shape (rows, classes)."""
        parts = []
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            context.checkpoint()
            place = slice(start, start + _ROWS_AT_ONCE)
            of_heads = self._model(table[rows[place]], training=False)
            logits = tf.gather(of_heads, folds[place], axis=1, batch_dims=1)
            # As the layers of `build_head` that follow its logits.
            certainties = tf.math.log_sigmoid(logits) if self._recipe.head.output == "sigmoid" else logits
            parts.append(tf.nn.softmax(certainties).numpy())
        return np.concatenate(parts)


class _Chunk:
    """Batches that are trained on in one call, filled up to one size with rows of weight 0.

    Args:
        batches: Indices of the examples of each batch.
        labels: The classes of all examples.
        is_seen: Which examples each head is trained on, shape (all examples, folds).
        class_weights: Of each head and class, shape (folds, classes).

    Attributes:
        rows: Indices of shape (batches, examples).
        labels: Their classes, of the same shape.
        weights: The weight of each example for each head, float32 of shape (batches, examples, folds).
    """

    def __init__(
        self,
        batches: Sequence[NDArray[np.intp]],
        labels: Labels,
        is_seen: NDArray[np.bool_],
        class_weights: FloatArray,
    ) -> None:
        size = max(len(batch) for batch in batches)
        self.rows = np.stack([np.pad(batch, (0, size - len(batch))) for batch in batches])
        is_filling = np.arange(size) >= np.array([len(batch) for batch in batches])[:, None]
        self.labels = labels[self.rows]
        is_learned = is_seen[self.rows] & ~is_filling[..., None]
        # As in `fit`, the loss is a mean over the examples of the batch, not over their class weights.
        seen = np.maximum(is_learned.sum(axis=1, keepdims=True), 1)
        weights = np.moveaxis(class_weights[:, self.labels], 0, -1)
        self.weights = (is_learned * weights / seen).astype(np.float32)

    def tensors(self, rows: NDArray[np.intp]) -> tuple[tf.Tensor, ...]:
        """Return given rows, which may count within a part of the table, and the labels and weights."""
        return tf.constant(rows, tf.int64), tf.constant(self.labels, tf.int64), tf.constant(self.weights)


def _side_by_side(recipe: Recipe, length: int, class_count: int) -> keras.Model:
    """Return the heads of all folds as one network, from features to logits, shape (examples, folds, classes).

    Each begins with the weights of `build_head`. They share what is dropped of the features, but not of hidden layers.
    """
    weights = build_head(recipe, (length,), class_count).get_weights()
    hidden = recipe.head.dense_units
    features = keras.Input((length,), name="features")
    x = features
    if hidden:
        x = _dropped(x, recipe.head.feature_dropout, recipe.seed + 2)
        x = layers.Dense(FOLD_COUNT * hidden, activation="relu", name="hidden")(x)
        x = layers.Reshape((FOLD_COUNT, hidden))(x)
    x = _dropped(x, recipe.head.dropout, recipe.seed)
    equation = "bfh,fhc->bfc" if hidden else "bh,fhc->bfc"
    logits = layers.EinsumDense(equation, (FOLD_COUNT, class_count), bias_axes="fc", name="logits")(x)
    model = keras.Model(features, logits)
    model.set_weights(_repeated(weights))
    return model


def _repeated(weights: Arrays) -> Arrays:
    """Return the weights of one head for all folds."""
    *inner, kernel, bias = weights
    hidden = [np.concatenate([array] * FOLD_COUNT, axis=-1) for array in inner]
    return [*hidden, np.stack([kernel] * FOLD_COUNT), np.stack([bias] * FOLD_COUNT)]


def _dropped(x: keras.KerasTensor, share: float, seed: int) -> keras.KerasTensor:
    return layers.Dropout(share, seed=seed)(x) if share else x


def _compiled_steps(model: keras.Model, optimizer: keras.optimizers.Optimizer, recipe: Recipe) -> Any:  # noqa: ANN401 - TensorFlow has no types
    """Return a function that trains on several batches without returning to Python.

    It takes the features of all examples, and rows, labels and weights as in `_Chunk`.
    """
    loss = build_loss(recipe)
    variables = model.trainable_variables
    class_count = model.output_shape[-1]

    def step(features: tf.Tensor, rows: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = model(tf.gather(features, rows), training=True)
            one_hot_labels = tf.one_hot(labels, class_count)[:, None, :]
            losses = loss.call(tf.broadcast_to(one_hot_labels, tf.shape(logits)), logits)
            total = tf.reduce_sum(losses * weights)
        optimizer.apply(tape.gradient(total, variables), variables)

    def steps(features: tf.Tensor, rows: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor) -> None:
        def body(place: tf.Tensor) -> tf.Tensor:
            step(features, rows[place], labels[place], weights[place])
            return place + 1

        tf.while_loop(lambda place: place < tf.shape(rows)[0], body, [tf.constant(0)], parallel_iterations=1)

    signature = [
        tf.TensorSpec([None, model.input_shape[-1]], tf.float32),
        tf.TensorSpec([None, None], tf.int64),
        tf.TensorSpec([None, None], tf.int64),
        tf.TensorSpec([None, None, FOLD_COUNT], tf.float32),
    ]
    # A concrete one: TensorFlow would warn of a function that is made anew for each training.
    return tf.function(steps, input_signature=signature, autograph=False).get_concrete_function()
