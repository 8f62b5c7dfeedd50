"""The `.keras` file inside a `.tlmodel`: checked, down to every layer it names, before Keras reads it.

Keras's safe mode refuses a list of dangerous objects; here everything is refused that is not on a list of the layers
and operations that networks for pictures are made of.
"""

from typing import Any, BinaryIO

from tlgui.files.zip_archive import UntrustedError, open_archive, parse_json, read_member

WEIGHTS = "model.weights.h5"
KERAS_MEMBERS = frozenset({"metadata.json", "config.json", WEIGHTS})

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
# Everything that networks built by tlgui are made of; none of it runs code from the file or reads other files.
_TRUSTED: dict[object, frozenset[str]] = {
    None: frozenset({"__keras_tensor__", "__tensor__", "__slice__", "__ellipsis__"}),
    "keras": frozenset({"DTypePolicy", "Functional", "Sequential"}),
    "keras.initializers": _INITIALIZERS,
    "keras.layers": _LAYERS,
    "keras.regularizers": frozenset({"L1", "L2", "L1L2"}),
    "keras.src.applications.convnext": frozenset({"LayerScale"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.models.sequential": frozenset({"Sequential"}),
    "keras.src.ops.numpy": frozenset(["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Clip"]),
}
_SENSELESS = "the description of its network makes no sense"
_TOO_LARGE = "its network has more parts than any that tlgui trains"
# Networks in networks: each is built again for every call.
_NETWORKS = frozenset({"Functional", "Sequential"})
_DEEPEST_NETWORK = 4
_MOST_STEPS = 3000
_MOST_CONFIG_BYTES = 8 * 1024**2
_MOST_VALUES = 1_000_000
_DEEPEST_VALUE = 50
# All axes of a feature map but the first, the batch.
_CONCATENATED_AXES = (-1, 1, 2, 3)


def check_keras_file(stream: BinaryIO, most_bytes: int) -> dict[str, Any]:
    """Check a `.keras` file before Keras reads it: its members, and every class its configuration names.

    Args:
        stream: The file, open for reading.
        most_bytes: The largest file that is read.

    Returns:
        The network's configuration.

    Raises:
        UntrustedError: It holds anything but a network of built-in layers.
    """
    with open_archive(stream, most_bytes) as archive:
        if set(archive.namelist()) != KERAS_MEMBERS:
            raise UntrustedError("the network in it has files that do not belong there")
        config = parse_json(read_member(archive, "config.json", _MOST_CONFIG_BYTES), "config.json")
        parse_json(read_member(archive, "metadata.json", _MOST_CONFIG_BYTES), "metadata.json")
    check_configuration(config)
    if not isinstance(config, dict):
        raise UntrustedError(_SENSELESS)
    return config


def check_configuration(config: object) -> None:
    """Check every object of a network's configuration, without recursion, so that its depth cannot exhaust the stack.

    Args:
        config: As read from JSON.

    Raises:
        UntrustedError: It names anything but trusted layers and their parts, or more of them than a network has.
    """
    waiting = [(config, 0)]
    values = networks = 0
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if values > _MOST_VALUES or depth > _DEEPEST_VALUE:
            raise UntrustedError(_TOO_LARGE)
        if isinstance(value, list):
            waiting.extend((item, depth + 1) for item in value)
        elif isinstance(value, dict):
            if "class_name" in value:
                _check_class(value)
                networks += value["class_name"] in _NETWORKS
            waiting.extend((item, depth + 1) for item in value.values())
    if networks:
        _check_steps(config, networks)


def _check_class(value: dict[str, Any]) -> None:
    name, module, registered = value["class_name"], value.get("module"), value.get("registered_name")
    if name == "Lambda" or name == "__lambda__":
        raise UntrustedError("it holds a Lambda layer, which can run any program")
    known = isinstance(module, str | None) and isinstance(name, str) and name in _TRUSTED.get(module, frozenset())
    if not known or registered not in (None, name):
        raise UntrustedError(f"it holds a layer that tlgui does not know: “{str(name)[:80]}” of “{str(module)[:80]}”")
    if name == "Concatenate" and _group(value, "config").get("axis", -1) not in _CONCATENATED_AXES:
        raise UntrustedError("its network mixes photos with each other")


def _check_steps(config: object, networks: int) -> None:
    """Refuse a network with too many layer calls; those of an inner network count for each of its calls.

    Args:
        config: The network's configuration.
        networks: The networks it holds, itself included: each must be among the layers of another.
    """
    steps, counted = _steps(config, 0)
    if steps > _MOST_STEPS:
        raise UntrustedError(_TOO_LARGE)
    if counted != networks:
        raise UntrustedError(_SENSELESS)


def _steps(network: object, depth: int) -> tuple[int, int]:
    """Return the number of layer calls of a network, and the number of networks it is made of."""
    layers = _group(_checked_group(network), "config").get("layers")
    if not isinstance(layers, list):
        raise UntrustedError(_SENSELESS)
    if depth > _DEEPEST_NETWORK:
        raise UntrustedError(_TOO_LARGE)
    steps, networks = 0, 1
    for layer in map(_checked_group, layers):
        inbound = layer.get("inbound_nodes", [])
        if not isinstance(inbound, list):
            raise UntrustedError(_SENSELESS)
        inner = inner_networks = 0
        if layer.get("class_name") in _NETWORKS:
            inner, inner_networks = _steps(layer, depth + 1)
        steps += max(1, len(inbound)) * (1 + inner)
        networks += inner_networks
    return steps, networks


def _group(data: dict[str, Any], field: str) -> dict[str, Any]:
    return _checked_group(data.get(field))


def _checked_group(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise UntrustedError(_SENSELESS)
    return data
