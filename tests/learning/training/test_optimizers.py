"""Optimizers and their learning rates: every setting has its effect on a step."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tlgui.learning.recipes.recipe import Steps
from tlgui.learning.training.optimizers import WarmUpSchedule, build_optimizer, build_schedule, rate_of_epoch


def _rate(schedule: WarmUpSchedule, step: int) -> float:
    return float(schedule(step))


def test_constant_rate_stays() -> None:
    schedule = build_schedule(Steps(learning_rate=0.3, epochs=4), batches=5)

    assert [_rate(schedule, step) for step in range(20)] == pytest.approx([0.3] * 20)


def test_warm_up_grows_to_the_largest_rate_in_fractions_of_an_epoch() -> None:
    schedule = build_schedule(Steps(learning_rate=1.0, warm_up=0.5, epochs=4), batches=8)

    assert [_rate(schedule, step) for step in range(6)] == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0, 1.0])
    assert rate_of_epoch(schedule, 1, 8) == 1.0


def test_cosine_falls_along_half_a_cosine_after_the_warm_up() -> None:
    schedule = build_schedule(Steps(learning_rate=1.0, warm_up=1.0, schedule="cosine", epochs=5), batches=10)

    assert _rate(schedule, 10) == 1.0
    assert _rate(schedule, 30) == pytest.approx(0.5)
    assert _rate(schedule, 20) == pytest.approx(0.5 + 0.5 * np.cos(np.pi / 4))
    assert 0 < _rate(schedule, 49) < 0.01


def test_warm_up_longer_than_the_training_never_gets_to_the_largest_rate() -> None:
    schedule = build_schedule(Steps(learning_rate=1.0, warm_up=4.0, schedule="cosine", epochs=2), batches=5)

    assert max(_rate(schedule, step) for step in range(10)) == pytest.approx(0.5)


def _moved(steps: Steps, gradients: list[float]) -> Any:  # noqa: ANN401
    """Return where a weight that begins at 1 is after steps along these gradients."""
    weight = keras.Variable([1.0])
    optimizer = build_optimizer(steps, build_schedule(steps, 10))
    for gradient in gradients:
        optimizer.apply([np.array([gradient], np.float32)], [weight])
    return float(np.asarray(weight)[0])


def test_momentum_carries_the_last_step_on() -> None:
    assert _moved(Steps(optimizer="sgd", learning_rate=0.1, momentum=0.0), [1.0, 0.0]) == pytest.approx(0.9)
    assert _moved(Steps(optimizer="sgd", learning_rate=0.1, momentum=0.5), [1.0, 0.0]) == pytest.approx(0.85)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_weight_decay_shrinks_weights_that_nothing_pulls_at(optimizer: str) -> None:
    steps = Steps(optimizer=optimizer, learning_rate=0.1, weight_decay=0.5)

    assert _moved(steps, [0.0]) == pytest.approx(1 - 0.1 * 0.5)
    assert _moved(Steps(optimizer=optimizer, learning_rate=0.1), [0.0]) == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adam", keras.optimizers.Adam),
        ("adamw", keras.optimizers.AdamW),
        ("rmsprop", keras.optimizers.RMSprop),
        ("sgd", keras.optimizers.SGD),
    ],
)
def test_optimizer_is_the_one_of_the_recipe_and_steps_against_the_gradient(
    name: str, kind: type[keras.optimizers.Optimizer]
) -> None:
    assert isinstance(build_optimizer(Steps(optimizer=name), build_schedule(Steps(), 10)), kind)
    assert _moved(Steps(optimizer=name, learning_rate=0.1), [1.0]) < 0.95
    assert _moved(Steps(optimizer=name, learning_rate=0.1), [-1.0]) > 1.05


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adam_of_one_pass_moves_weights_as_the_one_of_keras(name: str) -> None:
    steps = Steps(optimizer=name, learning_rate=0.05, weight_decay=0.1, schedule="cosine", epochs=2)
    schedule = build_schedule(steps, 10)
    own = build_optimizer(steps, schedule)
    of_keras = (
        keras.optimizers.AdamW(schedule, weight_decay=0.1) if name == "adamw" else keras.optimizers.Adam(schedule)
    )
    rng = np.random.default_rng(1)
    start = rng.normal(size=(7, 5)).astype(np.float32)
    weights = [[keras.Variable(start), keras.Variable(start[0])] for _ in range(2)]
    for _ in range(20):
        gradients = [rng.normal(size=weight.shape).astype(np.float32) for weight in weights[0]]
        for optimizer, own_weights in zip((own, of_keras), weights, strict=True):
            optimizer.apply(gradients, own_weights)

    assert type(own) is not type(of_keras)
    assert len(own.variables) == len(of_keras.variables)
    for mine, theirs in zip([*weights[0], *own.variables], [*weights[1], *of_keras.variables], strict=True):
        np.testing.assert_allclose(np.asarray(mine), np.asarray(theirs), rtol=1e-4, atol=1e-5)


def test_several_devices_get_the_optimizer_of_keras() -> None:
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        assert type(build_optimizer(Steps(optimizer="adam"), build_schedule(Steps(), 10))) is keras.optimizers.Adam
