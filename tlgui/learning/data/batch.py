"""Batches of examples, and the two kinds of data sources that training reads them from."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import tensorflow as tf

FloatArray = NDArray[np.float32]
Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some examples.

    Args:
        inputs: float32 of shape (examples, …): features, or maps of the frozen base.
        labels: Shape (examples,), indices in output order.
    """

    inputs: FloatArray
    labels: Labels


class TrainingData(Protocol):
    """What a phase is trained on, in the shape that `Model.fit` reads.

    Attributes:
        batches: Batches in an epoch.
        class_counts: Examples of each class, in output order.
        error: What a thread of `tf.data` raised while it read; TensorFlow turns it into an error of its own.
    """

    batches: int
    class_counts: Sequence[int]
    error: BaseException | None

    def begin_epoch(self, number: int) -> None:
        """Make the next pass over `dataset` that of an epoch, counted from 1 within the phase."""

    def dataset(self, class_weights: FloatArray) -> "tf.data.Dataset":
        """Return the batches of the epoch that was begun last, as (inputs, one-hot labels, sample weights).

        Args:
            class_weights: Weight of one example of each class, shape (classes,).
        """

    def end_epoch(self) -> None:
        """Check and release what the epoch read; called after an epoch that was broken off, too.

        Raises:
            CollectionError: So many photos vanished or broke that training cannot go on.
        """

    def close(self) -> None:
        """Stop the threads that read ahead."""


class ValidationData(Protocol):
    """What a phase is validated on: the same examples each time, in the same order."""

    def batches(self) -> Generator[Batch, None, None]:
        """Yield all examples; close the generator where it is not exhausted."""


def one_hot(labels: Labels, class_count: int) -> FloatArray:
    """Return labels as float32 rows of shape (examples, classes)."""
    rows = np.zeros((len(labels), class_count), np.float32)
    rows[np.arange(len(labels)), labels] = 1
    return rows
