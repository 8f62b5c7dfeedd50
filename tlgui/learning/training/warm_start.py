"""Warm start: the weights of an earlier model become the initial weights of a training."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from tlgui.errors import SettingError
from tlgui.learning.arrays import Arrays
from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.weights import Weights
from tlgui.learning.model_file.tlmodel import read_network
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary

_HINT = "Choose a model that was trained with the same backbone and the same layers on top, or begin anew."
_LOGITS_ARRAYS = 2


class WarmStart:
    """The weights of an earlier model.

    Args:
        path: Its `.tlmodel` file.
        recipe: The recipe of the new training.

    Raises:
        ModelFileError: The file cannot be read or must not be trusted.
        SettingError: Its settings or its weights do not fit the recipe; the message names the difference.
    """

    def __init__(self, path: Path, recipe: Recipe) -> None:
        summary, model = read_network(path)
        _check_same(summary, recipe)
        self._summary = summary
        networks = [layer for layer in model.layers if isinstance(layer, keras.Model)]
        if len(networks) != 2:
            raise self._misfit("its parts are not those of a model made with tlgui")
        self._backbone: Arrays = networks[0].get_weights()
        self._head = _without_temperature(networks[1].get_weights(), summary)

    def backbone_weights(self, backbone: keras.Model, weights: Weights) -> Weights:
        """Return the weights to build the backbone with.

        Args:
            backbone: The backbone, built from the recipe.
            weights: Its weights.

        Returns:
            `weights` if the earlier model has the same ones, so that cached features are used; otherwise the weights of
            the earlier model.

        Raises:
            SettingError: The shapes of the weights differ.
        """
        network = next(layer for layer in backbone.layers if isinstance(layer, keras.Model))
        present = network.get_weights()
        self._check_shapes("backbone", present, self._backbone)
        if all(np.array_equal(ours, theirs) for ours, theirs in zip(present, self._backbone, strict=True)):
            return weights
        return Weights(None, _digest(self._backbone), tuple(self._backbone))

    def set_head_weights(self, head: keras.Model, class_names: Sequence[str]) -> None:
        """Set the weights of a new head; the outputs of classes that the earlier model lacks keep their initial ones.

        Args:
            head: What `build_head` returned.
            class_names: Its labels in output order.

        Raises:
            SettingError: The shapes of the weights differ in more than the number of classes.
        """
        present = head.get_weights()
        # The shapes of the output layer are compared for a single class.
        inner = len(present) - _LOGITS_ARRAYS
        self._check_shapes("layers on top", [*present[:inner], present[inner][:, 0]], self._single_class(inner))
        kernel, bias = present[inner:]
        for index, name in enumerate(class_names):
            if name in self._summary.class_names:
                earlier_index = self._summary.class_names.index(name)
                kernel[:, index] = self._head[inner][:, earlier_index]
                bias[index] = self._head[inner + 1][earlier_index]
        head.set_weights([*self._head[:inner], kernel, bias])

    def _single_class(self, inner: int) -> Arrays:
        """Return the weights of the earlier head with the outputs of a single class."""
        if len(self._head) != inner + _LOGITS_ARRAYS:
            raise self._misfit("its layers on top are not the recipe's")
        return [*self._head[:inner], self._head[inner][:, 0]]

    def _check_shapes(self, what: str, ours: Arrays, theirs: Arrays) -> None:
        shapes, others = [array.shape for array in ours], [array.shape for array in theirs]
        if shapes == others:
            return
        if len(shapes) != len(others):
            raise self._misfit(f"its {what} have {len(others)} groups of weights, the recipe's {len(shapes)}")
        first, second = next(pair for pair in zip(others, shapes, strict=True) if pair[0] != pair[1])
        raise self._misfit(f"its {what} have weights of shape {first} where the recipe's have {second}")

    def _misfit(self, why: str) -> SettingError:
        return SettingError(f"“{self._summary.path.name}” cannot be trained further by this recipe: {why}.", _HINT)


def _without_temperature(head: Arrays, summary: ModelSummary) -> Arrays:
    """Return the weights that the training left, before the logits were divided by a temperature.

    Args:
        head: The weights in the file; with a sigmoid output, the temperature is none of them.
        summary: The facts in the file.
    """
    if summary.trust is None or summary.recipe.head.output == "sigmoid":
        return head
    temperature = np.float32(summary.trust.temperature)
    return [*head[:-_LOGITS_ARRAYS], *(weights * temperature for weights in head[-_LOGITS_ARRAYS:])]


def _check_same(summary: ModelSummary, recipe: Recipe) -> None:
    """Check that both recipes build the same layers.

    Raises:
        SettingError: A setting differs; the message names it.
    """
    made = summary.recipe
    titles = {key: about.title for key, about in BACKBONE_TITLES.items()}
    pairs = (
        ("backbone", titles[summary.backbone], titles[recipe.backbone]),
        ("cut layer", made.cut_layer or "last one", recipe.cut_layer or "last one"),
        ("pixel scaling", made.preprocessing, recipe.preprocessing),
        ("pooling", made.pooling, recipe.pooling),
        ("hidden layer", f"{made.head.dense_units} units", f"{recipe.head.dense_units} units"),
    )
    for name, theirs, ours in pairs:
        if theirs != ours:
            raise SettingError(
                f"“{summary.path.name}” cannot be trained further by this recipe: its {name} is {theirs}, the "
                f"recipe's is {ours}.",
                _HINT,
            )
    if made.pooling == "flatten" and summary.input_size != recipe.input_size:
        raise SettingError(
            f"“{summary.path.name}” cannot be trained further by this recipe: its input size is {summary.input_size} "
            f"pixels, the recipe's is {recipe.input_size}.",
            _HINT,
        )


def _digest(arrays: Arrays) -> str:
    hashed = hashlib.sha256()
    for array in arrays:
        hashed.update(f"{array.shape} {array.dtype}".encode())
        hashed.update(np.ascontiguousarray(array).tobytes())
    return hashed.hexdigest()
