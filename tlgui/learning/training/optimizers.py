"""By which steps weights are trained: the optimiser of a recipe, and its rate from step to step."""

import math

import keras

from tlgui.learning.recipes.recipe import Steps


class Pacemaker:
    """Says how large each step is: the rate grows in the warm-up, then it is held or falls along half a cosine.

    Args:
        steps: The rate at its largest, the schedule, the warm-up and the epochs.
        batches: Steps in an epoch.
    """

    def __init__(self, steps: Steps, batches: int) -> None:
        self._steps = steps
        self._batches = batches
        self._warm_up = steps.warm_up * batches
        self._total = steps.epochs * batches

    def rate(self, step: int) -> float:
        """Return the rate of a step, counted from 0 over all epochs."""
        largest = self._steps.learning_rate
        if step < self._warm_up:
            # The first step moves a little already, and the last one of the warm-up is as large as they get.
            return largest * min((step + 1) / self._warm_up, 1.0)
        if self._steps.schedule == "constant":
            return largest
        done = (step - self._warm_up) / (self._total - self._warm_up)
        return largest * 0.5 * (1.0 + math.cos(math.pi * done))

    def rate_of_epoch(self, epoch: int) -> float:
        """Return the largest rate in an epoch, counted from 1: the one that a curve of rates shows."""
        first = (epoch - 1) * self._batches
        return max(self.rate(step) for step in range(first, first + self._batches))


def build_optimizer(steps: Steps) -> keras.optimizers.Optimizer:
    """Return the optimiser that a recipe asks for, at its largest rate."""
    rate, decay = steps.learning_rate, steps.weight_decay
    if steps.optimizer == "adam":
        return keras.optimizers.Adam(rate)
    if steps.optimizer == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=decay)
    if steps.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate)
    return keras.optimizers.SGD(rate, momentum=steps.momentum, weight_decay=decay or None)
