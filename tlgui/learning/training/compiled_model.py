"""Compiles a network for `Model.fit` on the available devices, with half precision if they support it."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from typing_extensions import override

from tlgui.learning.arrays import Arrays, FloatArray
from tlgui.learning.data.batch import Batch, TrainingData, one_hot
from tlgui.learning.networks import devices
from tlgui.learning.recipes.recipe import Recipe, Steps
from tlgui.learning.training.losses import build_loss, class_weights
from tlgui.learning.training.optimizers import build_optimizer, build_schedule, rate_of_epoch


def with_logits(head: keras.Model, top: keras.Model | None = None) -> keras.Model:
    """Return the trained layers as one model with logits and probabilities as outputs.

    Args:
        head: From features to probabilities, with a layer `logits`.
        top: From maps of the frozen base to features; None if the features are the inputs.

    Returns:
        From features or maps to logits and probabilities, each of shape (examples, classes).
    """
    both = keras.Model(head.input, [head.get_layer("logits").output, head.output], name="head")
    if top is None:
        return both
    inputs = keras.Input(top.input_shape[1:], name="map")
    return keras.Model(inputs, both(top(inputs)), name="trainable")


class _Accuracy(keras.metrics.CategoricalAccuracy):
    """The accuracy without sample weights, but without examples of weight 0, which only fill up a batch."""

    @override
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        counts = None if sample_weight is None else keras.ops.cast(sample_weight > 0, "float32")
        super().update_state(y_true, y_pred, sample_weight=counts)


class CompiledModel:
    """The network of one phase, compiled for `fit`.

    Args:
        model: What `with_logits` returned.
        recipe: Its loss and class weighting are used.
        steps: The optimizer, its rate and the epochs.
        data: The training data.
        is_streamed: Whether photos are read in each epoch; only these steps are long enough for several devices and
            half precision to be faster.

    Attributes:
        keras_model: The compiled model, from inputs to logits.
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
        # What `predict_on_batch` runs, without its 5 ms of preparations, and the loss, without the 4 ms that it takes
        # outside of a graph.
        self._judge = tf.function(self._loss_and_probabilities, autograph=False, reduce_retracing=True)
        with self._strategy.scope():
            optimizer = build_optimizer(steps, self._schedule)
            self._optimizer = keras.optimizers.LossScaleOptimizer(optimizer) if is_half else optimizer
            self._optimizer.build(self._model.trainable_variables)
            self._loss = build_loss(recipe)
            self.keras_model = keras.Model(self._model.input, self._model.output[0])
            self.keras_model.compile(
                optimizer=self._optimizer,
                loss=self._loss,
                weighted_metrics=[_Accuracy("accuracy")],
                steps_per_execution=data.batches_at_once,
                # XLA compiles for seconds, and saves a millisecond a step.
                jit_compile=False,
            )

    def dataset(self) -> tf.data.Dataset:
        """Return the training data for `fit`, with batches filled up to a multiple of the number of devices."""
        dataset = self._data.dataset(self._class_weights)
        replicas = self._strategy.num_replicas_in_sync
        return dataset if replicas == 1 else dataset.map(lambda *batch: _filled_up(batch, replicas))

    def rate_of_epoch(self, epoch: int) -> float:
        """Return the largest learning rate of an epoch, which is counted from 1 within the phase."""
        return rate_of_epoch(self._schedule, epoch, self._data.batches)

    def judge(self, batch: Batch) -> tuple[float, FloatArray]:
        """Run the model in inference mode on examples that it is not trained on.

        Args:
            batch: The examples.

        Returns:
            The mean loss, and the probabilities, float32 of shape (examples, classes).
        """
        labels = one_hot(batch.labels, self._model.output_shape[0][-1])
        if self._strategy.num_replicas_in_sync == 1:
            loss, probabilities = self._judge(tf.convert_to_tensor(batch.inputs), labels)
            return float(loss), probabilities.numpy()
        # With several devices each one runs the whole batch, and the results are concatenated.
        outputs = self._model.predict_on_batch(batch.inputs)
        logits, probabilities = (part[: len(batch.labels)] for part in outputs)
        return float(self._loss(labels, logits)), probabilities

    def weights(self) -> Arrays:
        """Return a copy of the weights."""
        return list(self._model.get_weights())

    def set_original_weights(self, weights: Sequence[NDArray[Any]]) -> None:
        """Set the weights of the model that the constructor got; the trained one may be a copy for the devices."""
        self._original.set_weights(weights)

    def state(self) -> Arrays:
        """Return model variables, RNG state and optimizer state, which determine the next step."""
        return [np.asarray(variable) for variable in self._variables()]

    def restore(self, state: Sequence[NDArray[Any]]) -> None:
        """Set model variables, RNG state and optimizer state.

        Args:
            state: What `state` returned for a model with the same layers and the same optimizer.
        """
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    @property
    def rate_index(self) -> int:
        """Index of the learning rate in the state of checkpoints of version 1, which have it as a variable."""
        optimizer = getattr(self._optimizer, "inner_optimizer", self._optimizer)
        return next(i for i, variable in enumerate(self._variables()) if variable is optimizer.iterations) + 1

    def _loss_and_probabilities(self, inputs: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        logits, probabilities = self._model(inputs, training=False)
        return self._loss(labels, logits), probabilities

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._optimizer.variables]


def _filled_up(batch: Sequence[tf.Tensor], replicas: int) -> tuple[tf.Tensor, ...]:
    """Repeat the first example with weight 0, and scale the weights so that the mean over all devices is the same."""
    inputs, labels, weights = batch
    count = tf.shape(weights)[0]
    missing = -count % replicas
    scale = tf.cast(count + missing, tf.float32) / tf.cast(count, tf.float32)

    def padded(rows: tf.Tensor) -> tf.Tensor:
        return tf.concat([rows, tf.repeat(rows[:1], missing, axis=0)], axis=0)

    return padded(inputs), padded(labels), tf.concat([weights * scale, tf.zeros([missing])], axis=0)
