"""Datasets of features that were computed once: shuffled batches for training, and all rows for validation.

TensorFlow gathers the rows of a batch itself; only their indices, labels and weights come from NumPy. Measured on two
cores with 3,200 vectors of 1,280 numbers in batches of 128, one epoch of `Model.fit` with a linear head and 25 steps
per execution: 70 ms where `tf.data` gathers the rows, 130 ms where a Python generator or a `PyDataset` does. Making an
iterator takes 15 ms for a dataset whose function slices variables, and 5 ms for one whose function calls NumPy, so that
one iterator gives all epochs where the batches of an epoch can be trained on in equal numbers at a time.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.data.batch import Batch, one_hot
from tlgui.learning.data.disk_array import LARGEST_IN_MEMORY
from tlgui.learning.data.feature_extractor import Features
from tlgui.learning.recipes.recipe import Recipe

# Rows of one validation batch.
_VALIDATION_ROWS = 1024
_PREFETCHED_BATCHES = 4
# Batches that are trained on before TensorFlow returns to Python. Measured on cached features of 3,200 photos in 25
# batches: 70 ms an epoch with 25, 110 ms with 1.
_FEWEST_AT_ONCE, _USUAL_AT_ONCE, _MOST_AT_ONCE = 10, 25, 40


@dataclass(frozen=True, slots=True)
class Examples:
    """Features and their labels.

    Args:
        features: float32, shape (rows, numbers); may be mapped from disk.
        labels: Class indices in output order, shape (rows,).
    """

    features: FloatArray
    labels: Labels


@dataclass(frozen=True, slots=True)
class BatchRows:
    """The examples of one batch.

    Args:
        rows: Their indices, ascending, shape (examples,).
        pass_number: The pass over all examples that they belong to, from 1.
    """

    rows: NDArray[np.intp]
    pass_number: int


class BatchOrder:
    """The shuffled order of all examples, batch by batch and epoch by epoch, fixed by the seed.

    If an epoch is limited to fewer batches than one pass over the examples has, the next epoch continues the pass. Each
    pass is shuffled anew.

    Args:
        count: Number of examples.
        recipe: Its batch size, most batches and seed are used.
        epochs_before: Epochs of earlier phases; the shuffles of this phase follow theirs.

    Attributes:
        batches: Batches in an epoch.
    """

    def __init__(self, count: int, recipe: Recipe, epochs_before: int) -> None:
        self._count = count
        self._size = recipe.batch_size
        self._seed = recipe.seed
        self._epochs_before = epochs_before
        self._pass_batches = math.ceil(count / recipe.batch_size)
        self.batches = min(self._pass_batches, recipe.most_batches) if recipe.most_batches else self._pass_batches

    def epoch(self, number: int) -> Iterator[BatchRows]:
        """Yield the batches of an epoch.

        Args:
            number: The epoch, counted from 1 within the phase.
        """
        shuffled, shuffled_pass = np.zeros(0, np.intp), 0
        for batch in range((number - 1) * self.batches, number * self.batches):
            pass_index, place = divmod(batch, self._pass_batches)
            if shuffled_pass != pass_index + 1:
                shuffled_pass = pass_index + 1
                rng = np.random.default_rng([self._seed, self._epochs_before + shuffled_pass])
                shuffled = rng.permutation(self._count)
            # Rows on disk are read faster in ascending order, and the order within a batch has no effect.
            yield BatchRows(np.sort(shuffled[place * self._size : (place + 1) * self._size]), shuffled_pass)


class CachedTrainingData:
    """`TrainingData` of features that were computed once.

    Args:
        examples: The training examples.
        class_count: Number of classes.
        recipe: Its batch size, most batches and seed are used.

    Attributes:
        is_endless: Whether `dataset` goes on with the epochs after the selected one, so that one iterator gives all.
    """

    error: BaseException | None = None

    def __init__(self, examples: Examples, class_count: int, recipe: Recipe) -> None:
        self._examples = examples
        self._order = BatchOrder(len(examples.labels), recipe, epochs_before=0)
        self._class_count = class_count
        self.batches = self._order.batches
        self.batches_at_once = _batches_at_once(self.batches)
        self.is_endless = self.batches % self.batches_at_once == 0
        self.class_counts: Sequence[int] = np.bincount(examples.labels, minlength=class_count).tolist()
        self._first_epoch: int | None = None
        self._epoch_number = 0
        self._epoch: list[NDArray[np.intp]] = []

    def begin_epoch(self, number: int) -> None:
        """Select an epoch, see `TrainingData`; where the dataset is endless, only the first call has an effect."""
        if self._first_epoch is None or not self.is_endless:
            self._first_epoch = number

    def dataset(self, class_weights: FloatArray) -> tf.data.Dataset:
        """Return the batches of the selected epoch, and of those after it where it is endless; see `TrainingData`."""
        gather = self._gather_function()

        def indices(number: int) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
            rows = self._rows(int(number))
            labels = self._examples.labels[rows]
            return rows.astype(np.int64), one_hot(labels, self._class_count), class_weights[labels].astype(np.float32)

        def batch(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            rows, labels, weights = tf.numpy_function(
                indices, [number], [tf.int64, tf.float32, tf.float32], stateful=False
            )
            labels, weights = tf.ensure_shape(labels, (None, self._class_count)), tf.ensure_shape(weights, (None,))
            return gather(tf.ensure_shape(rows, (None,))), labels, weights

        options = tf.data.Options()
        options.autotune.enabled = False
        options.threading.private_threadpool_size = 1
        numbers = tf.data.Dataset.counter() if self.is_endless else tf.data.Dataset.range(self.batches)
        # Python code that TensorFlow need not convert takes a fifth of a second less.
        plain = tf.autograph.experimental.do_not_convert(batch)
        return numbers.map(plain).prefetch(_PREFETCHED_BATCHES).with_options(options)

    def _rows(self, number: int) -> NDArray[np.intp]:
        """Return the rows of a batch, counted from the first one of the selected epoch; called in one thread."""
        epoch, place = divmod(number, self.batches)
        epoch += self._first_epoch or 1
        if epoch != self._epoch_number:
            self._epoch = [batch.rows for batch in self._order.epoch(epoch)]
            self._epoch_number = epoch
        return self._epoch[place]

    def _gather_function(self) -> "tf.types.experimental.GenericFunction":
        """Return a function from indices to rows: TensorFlow's own for rows in memory, NumPy's for rows on disk."""
        features = self._examples.features
        if features.nbytes <= LARGEST_IN_MEMORY:
            in_memory = tf.constant(features)
            return lambda rows: tf.gather(in_memory, rows)

        def gather(rows: tf.Tensor) -> tf.Tensor:
            gathered = tf.numpy_function(lambda indices: features[indices], [rows], tf.float32, stateful=False)
            return tf.ensure_shape(gathered, (None, features.shape[1]))

        return gather

    def end_epoch(self) -> None:
        """Do nothing: features that were computed stay available."""

    def close(self) -> None:
        """Do nothing: there are no reading threads."""


class CachedValidationData:
    """`ValidationData` of features that were computed once.

    Args:
        examples: The validation examples.
    """

    def __init__(self, examples: Examples) -> None:
        self._examples = examples

    def batches(self) -> Generator[Batch, None, None]:
        """Yield all examples in their order."""
        for start in range(0, len(self._examples.labels), _VALIDATION_ROWS):
            rows = slice(start, start + _VALIDATION_ROWS)
            yield Batch(self._examples.features[rows], self._examples.labels[rows])


def _batches_at_once(batches: int) -> int:
    """Return how many batches are trained on at once: a divisor of the batches of an epoch, where there is a good one.

    Example:
        >>> _batches_at_once(25), _batches_at_once(60), _batches_at_once(53)
        (25, 30, 25)
    """
    divisors = [number for number in range(1, _MOST_AT_ONCE + 1) if batches % number == 0]
    return divisors[-1] if batches <= _MOST_AT_ONCE or divisors[-1] >= _FEWEST_AT_ONCE else _USUAL_AT_ONCE


def examples_of(features: Features, class_names: Sequence[str]) -> Examples:
    """Return one example for each version of each photo.

    Args:
        features: The features of the photos.
        class_names: The labels in output order.
    """
    rows = features.matrix.reshape(-1, features.matrix.shape[-1])
    indices = {name: index for index, name in enumerate(class_names)}
    labels = np.array([indices[photo.class_name] for photo in features.photos], np.intp)
    return Examples(rows, np.repeat(labels, features.matrix.shape[1]))
