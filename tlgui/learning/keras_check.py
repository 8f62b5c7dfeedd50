"""The `.keras` file inside a `.tlmodel`: checked, down to every layer it names, before Keras sees it.

Keras refuses what it knows to be dangerous; here everything is refused that a picture network does not need.
"""

from typing import BinaryIO

from tlgui.learning.archive import UntrustedError, open_archive, parse_json, read_member

KERAS_MEMBERS = frozenset({"metadata.json", "config.json", "model.weights.h5"})

_LAYERS = frozenset(
    [
        "Activation",
        "Add",
        "Average",
        "AveragePooling2D",
        "BatchNormalization",
        "CenterCrop",
        "Concatenate",
        "Conv2D",
        "Cropping2D",
        "Dense",
        "DepthwiseConv2D",
        "Dropout",
        "ELU",
        "Flatten",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D",
        "GroupNormalization",
        "Identity",
        "InputLayer",
        "LayerNormalization",
        "LeakyReLU",
        "Maximum",
        "MaxPooling2D",
        "Multiply",
        "Normalization",
        "PReLU",
        "Permute",
        "ReLU",
        "Rescaling",
        "Reshape",
        "Resizing",
        "SeparableConv2D",
        "Softmax",
        "SpatialDropout2D",
        "Subtract",
        "UpSampling2D",
        "ZeroPadding2D",
    ]
)
_INITIALIZERS = frozenset(
    [
        "Constant",
        "GlorotNormal",
        "GlorotUniform",
        "HeNormal",
        "HeUniform",
        "LecunNormal",
        "LecunUniform",
        "Ones",
        "Orthogonal",
        "RandomNormal",
        "RandomUniform",
        "TruncatedNormal",
        "VarianceScaling",
        "Zeros",
    ]
)
# Everything a picture network of ours is made of, and nothing that runs code or reads files of its own.
_TRUSTED: dict[object, frozenset[str]] = {
    None: frozenset({"__keras_tensor__", "__tensor__", "__slice__", "__ellipsis__"}),
    "keras": frozenset({"DTypePolicy", "Functional", "Sequential"}),
    "keras.initializers": _INITIALIZERS,
    "keras.layers": _LAYERS,
    "keras.regularizers": frozenset({"L1", "L2", "L1L2"}),
    "keras.src.applications.convnext": frozenset({"LayerScale"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.models.sequential": frozenset({"Sequential"}),
    "keras.src.ops.numpy": frozenset(
        ["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "GetItem", "Concatenate", "Flip", "Clip", "Mean", "Max"]
    ),
}


def check_keras_file(stream: BinaryIO, most_bytes: int) -> None:
    """Check a `.keras` file before Keras sees it: its members, and every class its configuration names.

    Args:
        stream: The file, open for reading.
        most_bytes: The largest file to look into.

    Raises:
        UntrustedError: It holds anything but a network of built-in layers.
    """
    with open_archive(stream, most_bytes) as archive:
        if set(archive.namelist()) != KERAS_MEMBERS:
            raise UntrustedError("the network in it has files that do not belong there")
        config = parse_json(read_member(archive, "config.json"), "config.json")
        parse_json(read_member(archive, "metadata.json"), "metadata.json")
    check_configuration(config)


def check_configuration(config: object) -> None:
    """Look at every object of a network's configuration; without recursion, so that its depth does not matter.

    Args:
        config: As read from JSON.

    Raises:
        UntrustedError: It names anything but built-in layers and their parts.
    """
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            if "class_name" in value:
                _check_class(value)
            waiting.extend(value.values())


def _check_class(value: dict[str, object]) -> None:
    name, module, registered = value["class_name"], value.get("module"), value.get("registered_name")
    if name == "Lambda" or name == "__lambda__":
        raise UntrustedError("it holds a Lambda layer, which can run any program")
    known = isinstance(module, str | None) and isinstance(name, str) and name in _TRUSTED.get(module, frozenset())
    if not known or registered not in (None, name):
        raise UntrustedError(f"it holds a layer that tlgui does not know: “{str(name)[:80]}” of “{str(module)[:80]}”")
