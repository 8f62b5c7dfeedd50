"""Several devices and half precision, tried on two halves of a processor in a process of their own."""

import json
import subprocess
import sys
from typing import Any

import pytest
import tensorflow as tf

from tlgui.learning.networks import devices

# TensorFlow can be given two processors only before anything ran on one.
_PROGRAM = """
import json, sys
import numpy as np
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
from dataclasses import replace
import keras
from tlgui.learning.networks import devices
from tlgui.learning.backbones.weights import find_weights
from tlgui.learning.data.batch import Batch, one_hot
from tlgui.learning.networks.builder import build_backbone, build_head, split_backbone
from tlgui.learning.recipes.recipe import Head, NO_WEIGHTS, Recipe
from tlgui.learning.training.compiled_model import CompiledModel, with_logits
from tlgui.progress import JobContext

recipe = Recipe(
    backbone="small-cnn", weights=NO_WEIGHTS, input_size=32, head=Head(dense_units=8), learning_rate=0.01,
    label_smoothing=0.1,
)
rng = np.random.default_rng(1)
# 7 do not divide by two.
batches = [
    (rng.uniform(0, 1, (7, 32, 32, 3)).astype(np.float32), rng.integers(0, 3, 7)) for _ in range(3)
]
example_weights = np.array([1, 2, 1, 1, 0.5, 1, 1], np.float32)

class Data:
    batches = 3
    batches_at_once = 1
    class_counts = (7, 7, 7)
    error = None

    def dataset(self, class_weights):
        spec = tuple(tf.TensorSpec(shape, tf.float32) for shape in ((None, 32, 32, 3), (None, 3), (None,)))
        read = lambda: ((inputs, one_hot(labels, 3), example_weights) for inputs, labels in batches)
        return tf.data.Dataset.from_generator(read, output_signature=spec).apply(
            tf.data.experimental.assert_cardinality(3)
        )

class Losses(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.loss = []

    def on_train_batch_end(self, batch, logs=None):
        self.loss.append(float(logs["loss"]))

    def on_epoch_end(self, epoch, logs=None):
        self.accuracy = float(logs["accuracy"])

def trained(devices_count, is_half):
    backbone = build_backbone(recipe, find_weights(recipe, JobContext()))
    _, top = split_backbone(backbone, recipe, "")
    head = build_head(recipe, (backbone.output_shape[-1],), 3)
    model = with_logits(head, top)
    if devices_count == 2:
        devices.strategy = lambda: tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    else:
        devices.strategy = tf.distribute.get_strategy
    devices.computes_with_half_precision = lambda: is_half
    compiled = CompiledModel(model, recipe, recipe, Data(), is_streamed=True)
    losses = Losses()
    compiled.keras_model.fit(compiled.dataset(), epochs=1, verbose=0, callbacks=[losses])
    loss, probabilities = compiled.judge(Batch(*batches[0]))
    # A saved state can be restored.
    compiled.restore(compiled.state())
    compiled.set_original_weights(compiled.weights())
    outputs = np.asarray(keras.Model(model.input, model.output[1])(batches[0][0]))
    return {
        "losses": losses.loss,
        "accuracy": losses.accuracy,
        "validation_loss": loss,
        "probabilities": probabilities.tolist(),
        "original": outputs.tolist(),
        "types": sorted({str(weight.dtype) for weight in model.weights}),
        "output": str(model.output[1].dtype),
        "policies": sorted({layer.dtype_policy.name for layer in [*top.layers, *head.layers]}),
    }

print(json.dumps([trained(1, False), trained(2, False), trained(1, True), trained(2, True)]))
"""


@pytest.fixture(scope="module")
def trained() -> list[dict[str, Any]]:
    """Return the results of one device, two devices, and the same with half precision on the same batches."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PROGRAM], capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    results: list[dict[str, Any]] = json.loads(ended.stdout)
    return results


def test_two_devices_take_the_steps_of_one(trained: list[dict[str, Any]]) -> None:
    one, two, _, _ = trained

    assert two["losses"] == pytest.approx(one["losses"], abs=1e-4)
    assert two["accuracy"] == pytest.approx(one["accuracy"])
    assert two["validation_loss"] == pytest.approx(one["validation_loss"], abs=1e-4)
    for ours, theirs in zip(two["probabilities"], one["probabilities"], strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("place", [2, 3])
def test_half_precision_takes_about_the_same_steps(place: int, trained: list[dict[str, Any]]) -> None:
    assert trained[place]["losses"] == pytest.approx(trained[0]["losses"], rel=0.02)
    assert trained[place]["losses"] != trained[0]["losses"]


@pytest.mark.parametrize("place", [1, 2, 3])
def test_original_network_has_full_precision_and_the_trained_weights(place: int, trained: list[dict[str, Any]]) -> None:
    result = trained[place]

    assert (result["types"], result["output"], result["policies"]) == (["float32"], "float32", ["float32"])
    for ours, theirs in zip(result["original"], result["probabilities"], strict=True):
        assert ours == pytest.approx(theirs, abs=2e-2 if place > 1 else 1e-5)


def test_machine_without_cards_is_described_by_its_cores() -> None:
    assert devices.describe().endswith(("processor core", "processor cores"))
    assert not devices.computes_with_half_precision()
    assert devices.strategy().num_replicas_in_sync == 1


@pytest.mark.parametrize(
    ("capabilities", "words", "is_half"),
    [
        ([(7, 5)], "Card 0 (GPU)", True),
        ([(6, 1)], "Card 0 (GPU)", False),
        ([(9, 0), (6, 1)], "2 of Card 0 (GPU)", False),
    ],
)
def test_cards_are_described_and_asked_what_they_can(
    capabilities: list[tuple[int, int]],
    words: str,
    is_half: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards = list(range(len(capabilities)))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: cards if kind == "GPU" else [])
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda card: {"device_name": f"Card {card}", "compute_capability": capabilities[card]},
    )

    assert devices.describe() == words
    assert devices.computes_with_half_precision() is is_half
