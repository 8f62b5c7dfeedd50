"""The optimizer of a recipe and its learning-rate schedule."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from typing_extensions import override

from tlgui.learning.recipes.recipe import Steps


@keras.saving.register_keras_serializable(package="tlgui")
class WarmUpSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A linear warm-up, followed by a constant rate or by a decay along half a cosine.

    Keras's `CosineDecay` begins its warm-up with a rate of 0, and has no constant rate after it.

    Args:
        learning_rate: The largest rate.
        warm_up_steps: Steps of the warm-up, which may be a fraction.
        total_steps: Steps after which the cosine reaches 0, warm-up included; 0 for a constant rate.
    """

    def __init__(self, learning_rate: float, warm_up_steps: float, total_steps: int) -> None:
        self.learning_rate = learning_rate
        self.warm_up_steps = warm_up_steps
        self.total_steps = total_steps

    @override
    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, or of an array of steps, counted from 0 over all epochs of the phase."""
        step = ops.cast(step, "float32")
        rate = ops.full_like(step, self.learning_rate)
        if self.total_steps:
            # At least 1, for a warm-up that is longer than the training.
            decaying = max(self.total_steps - self.warm_up_steps, 1.0)
            rate = rate * 0.5 * (1.0 + ops.cos(math.pi * (step - self.warm_up_steps) / decaying))
        if self.warm_up_steps:
            # The first step has a rate above 0, and the last one of the warm-up the largest rate.
            growing = self.learning_rate * ops.minimum((step + 1.0) / self.warm_up_steps, 1.0)
            rate = ops.where(step < self.warm_up_steps, growing, rate)
        return rate

    @override
    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "learning_rate": self.learning_rate,
            "warm_up_steps": self.warm_up_steps,
            "total_steps": self.total_steps,
        }


class _OnePassUpdate(keras.optimizers.Adam):
    """Updates each variable by TensorFlow's kernel for Adam, which reads and writes its numbers once.

    Keras's own update is some ten operations, each of which reads and writes them all: with five heads of 128 units on
    1,280 features, a step takes a quarter more processor time with it, and with one head a third. The formula, its
    epsilon included, is the same; results differ by rounding.
    """

    @override
    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Update one variable of float32."""
        place = self._get_variable_index(variable)
        step = tf.cast(tf.convert_to_tensor(self.iterations) + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=tf.pow(tf.constant(self.beta_1, tf.float32), step),
            beta2_power=tf.pow(tf.constant(self.beta_2, tf.float32), step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class OnePassAdam(_OnePassUpdate):
    """Adam on one device."""


class OnePassAdamW(_OnePassUpdate, keras.optimizers.AdamW):
    """AdamW on one device; the weights decay as in Keras."""


def build_schedule(steps: Steps, batches: int) -> WarmUpSchedule:
    """Return the schedule of a recipe's steps.

    Args:
        steps: The rate, the schedule, the warm-up and the epochs.
        batches: Steps in an epoch.
    """
    total = steps.epochs * batches if steps.schedule == "cosine" else 0
    return WarmUpSchedule(steps.learning_rate, steps.warm_up * batches, total)


def rate_of_epoch(schedule: WarmUpSchedule, epoch: int, batches: int) -> float:
    """Return the largest rate of an epoch.

    Args:
        schedule: The schedule of the phase.
        epoch: The epoch, counted from 1 within the phase.
        batches: Steps in an epoch.
    """
    first = (epoch - 1) * batches
    largest = np.max(ops.convert_to_numpy(schedule(np.arange(first, first + batches))))
    # By its shortest decimal: 0.01, where the 32-bit number is 0.009999999776.
    return float(str(largest))


def build_optimizer(steps: Steps, schedule: WarmUpSchedule) -> keras.optimizers.Optimizer:
    """Return the optimizer of a recipe's steps.

    Args:
        steps: The kind, the momentum and the weight decay.
        schedule: The learning rate.
    """
    decay = steps.weight_decay
    # On several devices, each has variables of its own.
    has_kernel = not tf.distribute.has_strategy()
    if steps.optimizer == "adam":
        return (OnePassAdam if has_kernel else keras.optimizers.Adam)(schedule)
    if steps.optimizer == "adamw":
        return (OnePassAdamW if has_kernel else keras.optimizers.AdamW)(schedule, weight_decay=decay)
    if steps.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(schedule)
    return keras.optimizers.SGD(schedule, momentum=steps.momentum, weight_decay=decay or None)
