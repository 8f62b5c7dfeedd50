"""A network compiled for `Model.fit`, on whatever devices there are, with half precision where they have it."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from typing_extensions import override

from tlgui.learning.data.batch import FloatArray, TrainingData
from tlgui.learning.networks import devices
from tlgui.learning.recipes.recipe import Recipe, Steps
from tlgui.learning.training.losses import build_loss, class_weights
from tlgui.learning.training.optimizers import build_optimizer, build_schedule, rate_of_epoch

Arrays = list[NDArray[Any]]

# Steps that TensorFlow takes before it comes back to Python, where a step takes a few milliseconds. Measured on cached
# features of 3,200 photos in 25 batches: 70 ms an epoch with 25, 110 ms with 1.
_STEPS_PER_EXECUTION = 25


def with_logits(head: keras.Model, top: keras.Model | None = None) -> keras.Model:
    """Return a model from the head's inputs, or those of the trainable top, to logits and probabilities.

    Args:
        head: From features to probabilities, with a layer `logits`.
        top: From a map of the frozen base to features; None where the features themselves are the inputs.
    """
    both = keras.Model(head.input, [head.get_layer("logits").output, head.output], name="head")
    if top is None:
        return both
    inputs = keras.Input(top.input_shape[1:], name="map")
    return keras.Model(inputs, both(top(inputs)), name="trainable")


class _Accuracy(keras.metrics.CategoricalAccuracy):
    """The share of examples named rightly, whatever their weight; those of weight 0 fill a batch up."""

    @override
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        counts = None if sample_weight is None else keras.ops.cast(sample_weight > 0, "float32")
        super().update_state(y_true, y_pred, sample_weight=counts)


class CompiledModel:
    """One phase's network, ready for `fit`.

    Args:
        model: What `with_logits` returned.
        recipe: Its loss and class weighting are used.
        steps: The optimizer, its rate and the epochs.
        data: What it is trained on.
        is_streamed: Whether a step is long enough to be worth several devices and half precision.
    """

    def __init__(
        self, model: keras.Model, recipe: Recipe, steps: Steps, data: TrainingData, *, is_streamed: bool
    ) -> None:
        self._original = model
        self._data = data
        self._class_weights = class_weights(recipe, data.class_counts)
        self._schedule = build_schedule(steps, data.batches)
        self._strategy = devices.strategy() if is_streamed else tf.distribute.get_strategy()
        is_half = is_streamed and devices.computes_with_half_precision()
        self._model = devices.copy_for(model, self._strategy, is_half_precision=is_half)
        with self._strategy.scope():
            optimizer = build_optimizer(steps, self._schedule)
            self._optimizer = keras.optimizers.LossScaleOptimizer(optimizer) if is_half else optimizer
            self._optimizer.build(self._model.trainable_variables)
            self.loss = build_loss(recipe)
            self.keras_model = keras.Model(self._model.input, self._model.output[0])
            self.keras_model.compile(
                optimizer=self._optimizer,
                loss=self.loss,
                weighted_metrics=[_Accuracy("accuracy")],
                steps_per_execution=1 if is_streamed else min(_STEPS_PER_EXECUTION, data.batches),
                # XLA compiles for seconds, and gains a millisecond a step.
                jit_compile=False,
            )

    def dataset(self) -> tf.data.Dataset:
        """Return the training data as `fit` takes it, each batch filled up so that the devices share it evenly."""
        dataset = self._data.dataset(self._class_weights)
        replicas = self._strategy.num_replicas_in_sync
        return dataset if replicas == 1 else dataset.map(lambda *batch: _filled_up(batch, replicas))

    def rate_of_epoch(self, epoch: int) -> float:
        """Return the largest learning rate of an epoch, counted from 1 within the phase."""
        return rate_of_epoch(self._schedule, epoch, self._data.batches)

    def outputs(self, inputs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return logits and probabilities, each of shape (examples, classes), in inference mode."""
        # Under a strategy every device gets the whole batch, and the results follow each other.
        logits, probabilities = (part[: len(inputs)] for part in self._model.predict_on_batch(inputs))
        return logits, probabilities

    def weights(self) -> Arrays:
        """Return a copy of the weights."""
        return list(self._model.get_weights())

    def give_weights(self, weights: Sequence[NDArray[Any]]) -> None:
        """Set the weights of the model that the constructor was given; this one may be a copy for the devices."""
        self._original.set_weights(weights)

    def state(self) -> Arrays:
        """Return model variables, RNG state and optimizer state: all that the next step depends on."""
        return [np.asarray(variable) for variable in self._variables()]

    def restore(self, state: Sequence[NDArray[Any]]) -> None:
        """Set what `state` returned for a model of the same kind."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    @property
    def rate_index(self) -> int:
        """Where checkpoints of version 1 have the learning rate as a variable of its own."""
        optimizer = getattr(self._optimizer, "inner_optimizer", self._optimizer)
        return next(i for i, variable in enumerate(self._variables()) if variable is optimizer.iterations) + 1

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._optimizer.variables]


def _filled_up(batch: Sequence[tf.Tensor], replicas: int) -> tuple[tf.Tensor, ...]:
    """Repeat the first example with weight 0, and scale the weights so that the mean of the devices' means stays."""
    inputs, labels, weights = batch
    count = tf.shape(weights)[0]
    missing = -count % replicas
    scale = tf.cast(count + missing, tf.float32) / tf.cast(count, tf.float32)

    def padded(rows: tf.Tensor) -> tf.Tensor:
        return tf.concat([rows, tf.repeat(rows[:1], missing, axis=0)], axis=0)

    return padded(inputs), padded(labels), tf.concat([weights * scale, tf.zeros([missing])], axis=0)
