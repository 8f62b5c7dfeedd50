"""A network from an untrusted `.keras` file, built without using more memory than the file holds.

Keras would allocate every weight that a configuration describes, and then check whether the file has it. Here the
network is first built without weights, which are allocated once their shapes are known to be those in the file.
"""

from typing import Any, BinaryIO

import keras

from tlgui.cancellation import run_in_thread
from tlgui.files import temporary_file
from tlgui.files.zip_archive import UntrustedError, open_archive, stream_member
from tlgui.learning.backbones.keras_layout import difference, fill
from tlgui.learning.backbones.weights_file import WeightsFile
from tlgui.learning.model_file.trusted_layers import WEIGHTS, check_keras_file
from tlgui.learning.networks.memory_budget import check_memory
from tlgui.progress import JobContext

_BYTES_A_WEIGHT = 4


def load_network(stream: BinaryIO, most_bytes: int) -> keras.Model:
    """Check a `.keras` file, and build its network with its weights.

    Args:
        stream: The file, open for reading.
        most_bytes: The largest file that is read.

    Returns:
        The network.

    Raises:
        UntrustedError: It holds anything but a network of trusted layers and its weights, all of them finite.
        TooLargeError: This computer has not enough memory for it.
    """
    config = check_keras_file(stream, most_bytes)
    with open_archive(stream, most_bytes) as archive, temporary_file() as numbers:
        for chunk in stream_member(archive, WEIGHTS):
            numbers.write(chunk)
        with WeightsFile(numbers) as file:
            # In a thread, with which Keras's list of variables to be initialised ends: those of a refused network too.
            model = run_in_thread(lambda: _built(config, file), JobContext())
            fill(model, file)
    return model


def _built(config: dict[str, Any], file: WeightsFile) -> keras.Model:
    with keras.StatelessScope(initialize_variables=False):
        model = _deserialized(config)
        if difference(model, file):
            raise UntrustedError("its weights are not those of the network it describes")
    check_memory(model.count_params() * _BYTES_A_WEIGHT, 0)
    # At its end Keras initialises every variable.
    with keras.StatelessScope():
        pass
    return model


def _deserialized(config: dict[str, Any]) -> keras.Model:
    try:
        model = keras.saving.deserialize_keras_object({**config, "compile_config": None}, safe_mode=True)
    except Exception as error:  # What Keras raises depends on what is wrong in the configuration.
        raise UntrustedError("the network in it cannot be built") from error
    if not isinstance(model, keras.Model):
        raise UntrustedError("the network in it cannot be built")
    return model
