"""A network from a `.keras` file of anyone, built without believing it: no step of that takes more than the file holds.

Keras would make every weight that a configuration asks for, and then look whether the file has it. Here the network is
first built without any numbers; those come once its weights are known to be those that lie in the file.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

import keras

from tlgui.files import temporary_file
from tlgui.files.zip_archive import UntrustedError, open_archive, stream_member
from tlgui.learning.backbones.keras_layout import difference, fill
from tlgui.learning.backbones.weights_file import WeightsFile
from tlgui.learning.model_file.trusted_layers import WEIGHTS, check_keras_file
from tlgui.learning.networks.needed_memory import check_memory

_BYTES_A_WEIGHT = 4


def load_network(stream: BinaryIO, most_bytes: int) -> keras.Model:
    """Check a `.keras` file, and build its network with its weights.

    Args:
        stream: The file, open for reading.
        most_bytes: The largest file to look into.

    Raises:
        UntrustedError: It holds anything but a network of built-in layers and its weights, all of them finite numbers.
        TooLargeError: This computer has not enough memory for it.
    """
    config = check_keras_file(stream, most_bytes)
    with open_archive(stream, most_bytes) as archive, temporary_file() as numbers:
        for chunk in stream_member(archive, WEIGHTS):
            numbers.write(chunk)
        with WeightsFile(numbers) as file, ThreadPoolExecutor(1, "build") as pool:
            # Keras keeps what it has still to give numbers to for each thread: where a network is refused, the thread
            # ends, and nobody ever does.
            model = pool.submit(_built, config, file).result()
            fill(model, file)
    return model


def _built(config: dict[str, Any], file: WeightsFile) -> keras.Model:
    with keras.StatelessScope(initialize_variables=False):
        model = _deserialized(config)
        if difference(model, file):
            raise UntrustedError("its weights are not those of the network it describes")
    check_memory(model.count_params() * _BYTES_A_WEIGHT, 0)
    # Its end gives every weight its first numbers.
    with keras.StatelessScope():
        pass
    return model


def _deserialized(config: dict[str, Any]) -> keras.Model:
    try:
        model = keras.saving.deserialize_keras_object({**config, "compile_config": None}, safe_mode=True)
    except Exception as error:  # Keras raises whatever a senseless configuration leads to.
        raise UntrustedError("the network in it cannot be built") from error
    if not isinstance(model, keras.Model):
        raise UntrustedError("the network in it cannot be built")
    return model
