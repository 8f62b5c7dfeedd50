"""Batches of examples, and the two kinds of data sources that training reads them from."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tlgui.learning.arrays import FloatArray, Labels

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True, slots=True)
class Batch:
    """Some examples.

    Args:
        inputs: float32 of shape (examples, …): features, or maps of the frozen base.
        labels: Class indices in output order, shape (examples,).
    """

    inputs: FloatArray
    labels: Labels


class TrainingData(Protocol):
    """The training examples of a phase, in the form that `Model.fit` reads.

    Attributes:
        batches: Batches in an epoch.
        batches_at_once: Batches that are trained on before Python is called again.
        class_counts: Examples of each class, in output order.
        error: The exception that a thread of `tf.data` raised while it read, which TensorFlow replaces by its own.
    """

    batches: int
    batches_at_once: int
    class_counts: Sequence[int]
    error: BaseException | None

    def begin_epoch(self, number: int) -> None:
        """Select the epoch that the next pass over `dataset` begins with; called before each epoch.

        Args:
            number: The epoch, counted from 1 within the phase.
        """

    def dataset(self, class_weights: FloatArray) -> "tf.data.Dataset":
        """Return the batches of the selected epoch, and of those after it if one pass gives several epochs.

        Args:
            class_weights: Weight of one example of each class, shape (classes,).

        Returns:
            A dataset of (inputs, one-hot labels, sample weights), with shapes (examples, …), (examples, classes) and
            (examples,).
        """

    def end_epoch(self) -> None:
        """Check what the epoch read.

        Raises:
            CollectionError: A class has no readable photo left.
        """

    def close(self) -> None:
        """Stop the threads that read ahead."""


class ValidationData(Protocol):
    """The validation examples of a phase: the same ones in the same order each time."""

    def batches(self) -> Generator[Batch, None, None]:
        """Yield all examples; a generator that is not exhausted must be closed."""


def one_hot(labels: Labels, class_count: int) -> FloatArray:
    """Return one-hot labels.

    Args:
        labels: Class indices, shape (examples,).
        class_count: Number of classes.

    Returns:
        float32 of shape (examples, classes).

    Example:
        >>> one_hot(np.array([1, 0]), class_count=3).tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    rows = np.zeros((len(labels), class_count), np.float32)
    rows[np.arange(len(labels)), labels] = 1
    return rows
