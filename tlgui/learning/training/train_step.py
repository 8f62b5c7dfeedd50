"""A network while it is trained: one compiled step over what learns, one compiled judgement, on whatever devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.learning.networks import devices
from tlgui.learning.networks.inference_function import FloatArray
from tlgui.learning.recipes.recipe import Recipe, Steps
from tlgui.learning.training.losses import build_loss
from tlgui.learning.training.optimizers import build_optimizer

Labels = NDArray[np.intp]
Arrays = list[NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some examples.

    Args:
        inputs: float32, what the learner takes, shape (examples, …).
        labels: Shape (examples,), places in the output order.
    """

    inputs: FloatArray
    labels: Labels


def with_logits(head: keras.Model, tail: keras.Model | None = None) -> keras.Model:
    """Return what a learner takes: a model from the head's inputs, or the tail's, to logits and probabilities.

    Args:
        head: From features to probabilities, with a layer `logits`.
        tail: From a map to features; None where the features themselves are the inputs.
    """
    both = keras.Model(head.input, [head.get_layer("logits").output, head.output], name="head")
    if tail is None:
        return both
    inputs = keras.Input(tail.input_shape[1:], name="map")
    return keras.Model(inputs, both(tail(inputs)), name="learner")


class Learner:
    """Trains the trainable weights of a model, batch by batch.

    Args:
        model: What `with_logits` returned.
        recipe: Its loss is used.
        steps: The optimiser.
        is_streamed: Whether the step is long enough to be worth several devices and half precision.
    """

    def __init__(self, model: keras.Model, recipe: Recipe, steps: Steps, *, is_streamed: bool) -> None:
        self._model = model
        self._where = devices.strategy() if is_streamed else tf.distribute.get_strategy()
        self._is_half = is_streamed and devices.computes_with_half_precision()
        self._copy = devices.copy_for(model, self._where, is_half_precision=self._is_half)
        with self._where.scope():
            self._optimizer = build_optimizer(steps)
            if self._is_half:
                self._optimizer = keras.optimizers.LossScaleOptimizer(self._optimizer)
            self._optimizer.build(self._copy.trainable_variables)
        self._loss = build_loss(recipe, model.output_shape[0][-1])
        inputs = tf.TensorSpec([None, *model.input_shape[1:]], tf.float32)
        labels, weights = tf.TensorSpec([None], tf.int64), tf.TensorSpec([None], tf.float32)
        scalar = tf.TensorSpec([], tf.float32)
        train = tf.function(self._train_all, input_signature=[inputs, labels, weights, scalar, scalar], autograph=False)
        judge = tf.function(self._judge_all, input_signature=[inputs, labels], autograph=False)
        self._train, self._judge = train.get_concrete_function(), judge.get_concrete_function()

    def learn(self, batch: Batch, weights: FloatArray, rate: float) -> tuple[float, int]:
        """Take one step.

        Args:
            batch: What to learn from.
            weights: How much each example counts, all above 0, shape (examples,).
            rate: How large the step is.

        Returns:
            The sum of the losses, and how many were named rightly.
        """
        count = len(batch.labels)
        inputs, labels, padded = self._filled(batch, weights)
        loss, right = self._train(inputs, labels, padded, tf.constant(count, tf.float32), tf.constant(rate, tf.float32))
        return float(loss) * count, int(right)

    def judge(self, batch: Batch) -> tuple[float, FloatArray]:
        """Return the sum of the losses, and the probabilities, shape (examples, classes); nothing is learned."""
        count = len(batch.labels)
        inputs, labels, _ = self._filled(batch, np.ones(count, np.float32))
        losses, probabilities = self._judge(inputs, labels)
        return float(losses.numpy()[:count].sum()), probabilities.numpy()[:count]

    def weights(self) -> Arrays:
        """Return a copy of the weights as they are."""
        return list(self._copy.get_weights())

    def settle(self, weights: Sequence[NDArray[Any]]) -> None:
        """Give the model itself these weights; it may have been trained as a copy."""
        self._model.set_weights(weights)

    def state(self) -> Arrays:
        """Return everything that the next step depends on: weights, dice, and the optimiser's numbers."""
        return [np.asarray(variable) for variable in self._variables()]

    def restore(self, state: Sequence[NDArray[Any]]) -> None:
        """Go on where a learner like this one was when its `state` was taken."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def _variables(self) -> list[keras.Variable]:
        return [*self._copy.variables, *self._optimizer.variables]

    def _filled(self, batch: Batch, weights: FloatArray) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return tensors whose length the devices share evenly, filled up with examples that do not count."""
        missing = -len(batch.labels) % self._where.num_replicas_in_sync
        inputs, labels = batch.inputs, batch.labels
        if missing:
            inputs = np.concatenate([inputs, np.repeat(inputs[:1], missing, axis=0)])
            labels = np.concatenate([labels, np.repeat(labels[:1], missing)])
            weights = np.concatenate([weights, np.zeros(missing, np.float32)])
        return tf.constant(inputs, tf.float32), tf.constant(labels, tf.int64), tf.constant(weights, tf.float32)

    def _train_all(
        self, inputs: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor, count: tf.Tensor, rate: tf.Tensor
    ) -> Any:  # noqa: ANN401
        # Within the compiled step: for the small networks of cached features an assignment of its own would count.
        self._optimizer.learning_rate.assign(rate)
        loss, right = self._where.run(self._train_share, args=(inputs, labels, weights, count))
        add = tf.distribute.ReduceOp.SUM
        return self._where.reduce(add, loss, axis=None), self._where.reduce(add, right, axis=None)

    def _train_share(self, inputs: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor, count: tf.Tensor) -> Any:  # noqa: ANN401
        inputs, labels, weights = (self._share(tensor) for tensor in (inputs, labels, weights))
        variables = self._copy.trainable_variables
        with tf.GradientTape() as tape:
            logits, _ = self._copy(inputs, training=True)
            loss = tf.reduce_sum(self._loss(labels, logits) * weights) / count
            scaled = self._optimizer.scale_loss(loss)
        self._optimizer.apply_gradients(zip(self._gradients(tape, scaled), variables, strict=True))
        is_right = (tf.argmax(logits, axis=1) == labels) & (weights > 0)
        return loss, tf.math.count_nonzero(is_right)

    def _gradients(self, tape: tf.GradientTape, loss: tf.Tensor) -> list[tf.Tensor]:
        gradients: list[tf.Tensor] = tape.gradient(
            loss, [variable.value for variable in self._copy.trainable_variables]
        )
        if self._is_half and self._where.num_replicas_in_sync > 1:
            # One device's overflow must be seen by all before they take the step, or refuse it; the sum that the
            # optimiser makes of equal means is the sum it would have made.
            gradients = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, gradients)
        return gradients

    def _judge_all(self, inputs: tf.Tensor, labels: tf.Tensor) -> Any:  # noqa: ANN401
        losses, probabilities = self._where.run(self._judge_share, args=(inputs, labels))
        return tuple(
            tf.concat(self._where.experimental_local_results(part), axis=0) for part in (losses, probabilities)
        )

    def _judge_share(self, inputs: tf.Tensor, labels: tf.Tensor) -> Any:  # noqa: ANN401
        logits, probabilities = self._copy(self._share(inputs), training=False)
        return self._loss(self._share(labels), logits), probabilities

    def _share(self, tensor: tf.Tensor) -> tf.Tensor:
        """Return the part of a batch that this device works on."""
        replicas = self._where.num_replicas_in_sync
        if replicas == 1:
            return tensor
        place = tf.distribute.get_replica_context().replica_id_in_sync_group
        rows = tf.shape(tensor)[0] // replicas
        return tensor[place * rows : (place + 1) * rows]
