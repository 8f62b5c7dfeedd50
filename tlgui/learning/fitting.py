"""Trains a head on features: epochs and batches, validation, the best epoch, early stopping, and Stop."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.errors import Cancelled, SettingError
from tlgui.learning.network import FloatArray
from tlgui.learning.recipe import Recipe
from tlgui.learning.records import StopReason
from tlgui.progress import BatchEnded, Countdown, EpochEnded, JobContext

Labels = NDArray[np.intp]

# What validation sends through the head at once.
_ROWS_AT_ONCE = 1024
_MOMENTUM = 0.9


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
class Fit:
    """How a training went; the head holds its best epoch.

    Args:
        history: Its epochs.
        reason: Why it ended.
        probabilities: What the best epoch says of the validation examples, shape (rows, classes).
    """

    history: tuple[EpochEnded, ...]
    reason: StopReason
    probabilities: FloatArray


def fit_head(head: keras.Model, recipe: Recipe, training: Examples, validation: Examples, context: JobContext) -> Fit:
    """Train `head` and leave it with the weights of its best epoch, the one of the lowest validation loss.

    Args:
        head: From features to probabilities.
        recipe: Its optimiser, rate, epochs, batch size, early stopping, label smoothing and seed are used.
        training: What to learn from.
        validation: What to judge by.
        context: Told every batch and epoch, and asked in every batch whether to go on. After Stop, the best of the
            complete epochs is the result.

    Raises:
        Cancelled: The user pressed Stop before the first epoch was complete.
        SettingError: The loss left all bounds: the recipe's values do not lead anywhere.
    """
    return _Fitting(head, recipe, training, validation, context).run()


class _Fitting:
    """One training of a head, with all it needs to remember."""

    def __init__(
        self, head: keras.Model, recipe: Recipe, training: Examples, validation: Examples, context: JobContext
    ) -> None:
        self._head = head
        self._recipe = recipe
        self._training = training
        self._validation = validation
        self._context = context
        self._batches = math.ceil(len(training.labels) / recipe.batch_size)
        self._countdown = Countdown(recipe.epochs * self._batches)
        self._history: list[EpochEnded] = []
        self._best_weights: list[FloatArray] = []
        self._best_probabilities: FloatArray = np.zeros((0, 0), np.float32)
        self._step, self._judge = _functions(head, recipe)

    def run(self) -> Fit:
        reason = StopReason.COMPLETED
        try:
            for epoch in range(1, self._recipe.epochs + 1):
                if not self._run_epoch(epoch):
                    reason = StopReason.NO_LONGER_IMPROVING
                    break
        except Cancelled:
            if not self._history:
                raise
            reason = StopReason.STOPPED
        self._head.set_weights(self._best_weights)
        return Fit(tuple(self._history), reason, self._best_probabilities)

    def _run_epoch(self, epoch: int) -> bool:
        """Train and judge one epoch; return whether another one is worth it."""
        started = time.monotonic()
        loss, accuracy = self._train(epoch)
        validation_loss, probabilities = self._validate()
        if not (math.isfinite(loss) and math.isfinite(validation_loss)):
            return self._stop_lost(epoch)
        is_best = validation_loss < min((ended.validation_loss for ended in self._history), default=math.inf)
        if is_best:
            self._best_weights, self._best_probabilities = self._head.get_weights(), probabilities
        right = probabilities.argmax(axis=1) == self._validation.labels
        ended = EpochEnded(
            epoch=epoch,
            epochs=self._recipe.epochs,
            loss=loss,
            accuracy=accuracy,
            validation_loss=validation_loss,
            validation_accuracy=float(right.mean()),
            learning_rate=self._recipe.learning_rate,
            seconds=time.monotonic() - started,
            is_best=is_best,
        )
        self._history.append(ended)
        self._context.report(ended)
        return self._is_worth_more()

    def _train(self, epoch: int) -> tuple[float, float]:
        """Go once over the training examples in a new order; return mean loss and accuracy."""
        order = np.random.default_rng([self._recipe.seed, epoch]).permutation(len(self._training.labels))
        loss = right = 0.0
        seen = 0
        for batch in range(1, self._batches + 1):
            self._context.checkpoint()
            # Rows that lie on the disk are read faster in their order, and a batch has none.
            rows = np.sort(order[seen : seen + self._recipe.batch_size])
            batch_loss, batch_right = self._step(*_tensors(self._training, rows))
            seen += len(rows)
            loss += float(batch_loss) * len(rows)
            right += float(batch_right)
            self._context.report(
                BatchEnded(
                    epoch=epoch,
                    epochs=self._recipe.epochs,
                    batch=batch,
                    batches=self._batches,
                    loss=loss / seen,
                    accuracy=right / seen,
                    seconds_left=self._countdown.seconds_left((epoch - 1) * self._batches + batch),
                )
            )
        return loss / seen, right / seen

    def _validate(self) -> tuple[float, FloatArray]:
        """Return the mean loss over the validation examples, and their probabilities."""
        total, parts = 0.0, []
        for start in range(0, len(self._validation.labels), _ROWS_AT_ONCE):
            self._context.checkpoint()
            rows = slice(start, start + _ROWS_AT_ONCE)
            loss, probabilities = self._judge(*_tensors(self._validation, rows))
            total += float(loss) * len(probabilities)
            parts.append(probabilities.numpy())
        return total / len(self._validation.labels), np.concatenate(parts)

    def _stop_lost(self, epoch: int) -> bool:
        """End a training whose loss is no number any more: with the best epoch, or with what to do."""
        if self._history:
            return False
        raise SettingError(
            f"The training got lost in epoch {epoch}: its loss grew beyond all bounds.",
            f"Choose a smaller learning rate; it is {self._recipe.learning_rate:g}.",
        )

    def _is_worth_more(self) -> bool:
        best = max(ended.epoch for ended in self._history if ended.is_best)
        stopping = self._recipe.early_stopping
        return not stopping.enabled or self._history[-1].epoch - best < stopping.patience


def _tensors(examples: Examples, rows: Labels | slice) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.constant(examples.features[rows], tf.float32), tf.constant(examples.labels[rows], tf.int64)


def _functions(head: keras.Model, recipe: Recipe) -> tuple[Callable[..., tuple[tf.Tensor, tf.Tensor]], ...]:
    """Return the training step and the judgement of a batch, as compiled functions.

    Both take features and labels; both return the mean loss first. The step returns how many were named rightly, the
    judgement returns the probabilities.
    """
    optimizer = _optimizer(recipe)
    optimizer.build(head.trainable_variables)
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    classes = head.output_shape[-1]
    signature = [tf.TensorSpec([None, *head.input_shape[1:]], tf.float32), tf.TensorSpec([None], tf.int64)]

    def train(features: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            probabilities = head(features, training=True)
            loss = smoothed(tf.one_hot(labels, classes), probabilities)
        gradients = tape.gradient(loss, head.trainable_variables)
        optimizer.apply_gradients(zip(gradients, head.trainable_variables, strict=True))
        return loss, tf.math.count_nonzero(tf.argmax(probabilities, axis=1) == labels)

    def judge(features: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities = head(features, training=False)
        return smoothed(tf.one_hot(labels, classes), probabilities), probabilities

    return tuple(
        tf.function(function, input_signature=signature).get_concrete_function() for function in (train, judge)
    )


def _optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    rate = recipe.learning_rate
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(rate)
    if recipe.optimizer == "adamw":
        return keras.optimizers.AdamW(rate)
    if recipe.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate)
    return keras.optimizers.SGD(rate, momentum=_MOMENTUM)
