"""Examples whose features are at hand: in which order they are learned from, and in which batches they are judged."""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.data.feature_extractor import Features
from tlgui.learning.networks.inference_function import FloatArray
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.training.train_step import Batch, Labels

# What validation sends through the head at once.
_ROWS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Examples:
    """Features and what they are of.

    Args:
        features: float32, shape (rows, numbers); may lie on the disk.
        labels: Shape (rows,), places in the output order.
    """

    features: FloatArray
    labels: Labels


@dataclass(frozen=True, slots=True)
class Turn:
    """Which examples make one batch.

    Args:
        rows: Their places, growing.
        round: How often all examples were gone through by then, from 1.
    """

    rows: NDArray[np.intp]
    round: int


class Order:
    """The shuffled order of all examples, batch by batch and epoch by epoch, fixed by the seed.

    Where an epoch has fewer batches than all examples make, the next epoch takes the next part, and the examples are
    shuffled anew when all of them had their turn.

    Args:
        count: All examples.
        recipe: Its batch size, most batches and seed are used.
        before: Epochs of earlier phases, which had orders of their own.
    """

    def __init__(self, count: int, recipe: Recipe, before: int) -> None:
        self._count = count
        self._size = recipe.batch_size
        self._seed = recipe.seed
        self._before = before
        self._in_round = math.ceil(count / recipe.batch_size)
        self.batches = min(self._in_round, recipe.most_batches) if recipe.most_batches else self._in_round

    def epoch(self, number: int) -> Iterator[Turn]:
        """Yield the batches of an epoch, counted from 1 within the phase."""
        shuffled, at = np.zeros(0, np.intp), 0
        for batch in range((number - 1) * self.batches, number * self.batches):
            rounds, place = divmod(batch, self._in_round)
            if at != rounds + 1:
                at = rounds + 1
                shuffled = np.random.default_rng([self._seed, self._before + at]).permutation(self._count)
            # Rows that lie on the disk are read faster in their order, and a batch has none.
            yield Turn(np.sort(shuffled[place * self._size : (place + 1) * self._size]), at)


class CachedLessons:
    """Learning from features that were computed once.

    Args:
        examples: What to learn from.
        class_count: Number of classes.
        recipe: Its batch size, most batches and seed are used.
    """

    def __init__(self, examples: Examples, class_count: int, recipe: Recipe) -> None:
        self._examples = examples
        self._order = Order(len(examples.labels), recipe, before=0)
        self.batches = self._order.batches
        self.counts: Sequence[int] = np.bincount(examples.labels, minlength=class_count).tolist()

    def epoch(self, number: int) -> Generator[Batch, None, None]:
        """Yield the batches of an epoch, counted from 1."""
        for turn in self._order.epoch(number):
            yield Batch(self._examples.features[turn.rows], self._examples.labels[turn.rows])


class CachedExam:
    """Judging by features that were computed once.

    Args:
        examples: What to judge by.
    """

    def __init__(self, examples: Examples) -> None:
        self._examples = examples

    def batches(self) -> Generator[Batch, None, None]:
        """Yield all examples in their order."""
        for start in range(0, len(self._examples.labels), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            yield Batch(self._examples.features[rows], self._examples.labels[rows])


def examples_of(features: Features, class_names: Sequence[str]) -> Examples:
    """Return one example for each photo and each of its versions."""
    rows = features.matrix.reshape(-1, features.matrix.shape[-1])
    places = {name: place for place, name in enumerate(class_names)}
    labels = np.array([places[photo.class_name] for photo in features.photos], np.intp)
    return Examples(rows, np.repeat(labels, features.matrix.shape[1]))
