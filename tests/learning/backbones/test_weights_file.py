"""Weights files with links, false sizes or damage: each is refused with a message before much is read."""

import os
import random
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from tests.learning.models import KERAS_SAVE_WARNING
from tlgui.errors import WeightsError
from tlgui.learning.backbones.registry import BACKBONES
from tlgui.learning.backbones.weights import find_weights, load_weights
from tlgui.learning.recipes.recipe import SMALL_CNN, Recipe
from tlgui.progress import JobContext

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

BACKBONE = BACKBONES[SMALL_CNN]
KERNEL, BIAS = "layers/conv2d/vars/0", "layers/conv2d/vars/1"


@pytest.fixture
def network() -> keras.Model:
    """Return a small network with given weights."""
    return BACKBONE.build(32)


def _current(network: keras.Model, folder: Path) -> Path:
    path = folder / "small.weights.h5"
    network.save_weights(path)
    return path


def _older(network: keras.Model, folder: Path) -> Path:
    path = folder / "small.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in network.layers]
        for layer in network.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{number}:0" for number in range(len(layer.weights))]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights, strict=True):
                group[name] = np.asarray(weight)
    return path


def _archive(network: keras.Model, folder: Path) -> Path:
    path = folder / "small.keras"
    network.save(path)
    return path


def _refusal(network: keras.Model, path: Path) -> WeightsError:
    """Return the error for a file, having checked that the network is unchanged."""
    before = [weight.copy() for weight in network.get_weights()]
    with pytest.raises(WeightsError) as caught:
        load_weights(network, BACKBONE, path)
    for weight, expected in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)
    assert path.name in caught.value.message
    assert caught.value.hint
    return caught.value


def _replaced(path: Path, name: str, make: Callable[[h5py.Group, str], object]) -> Path:
    """Replace an array by another object."""
    with h5py.File(path, "a") as file:
        above, last = name.rsplit("/", 1)
        del file[above][last]
        make(file[above], last)
    return path


def _external(group: h5py.Group, name: str) -> None:
    group.create_dataset(name, (32,), np.float32, external=[("/etc/passwd", 0, 128)])


def _virtual(group: h5py.Group, name: str) -> None:
    layout = h5py.VirtualLayout((32,), np.float32)
    layout[:] = h5py.VirtualSource("other.h5", "secret", (32,))
    group.create_virtual_dataset(name, layout)


def _compressed(group: h5py.Group, name: str) -> None:
    group.create_dataset(name, data=np.zeros(32, np.float32), compression="gzip")


def _texts(group: h5py.Group, name: str) -> None:
    group.create_dataset(name, data=[b"text"] * 32)


def _pairs(group: h5py.Group, name: str) -> None:
    group.create_dataset(name, (32,), np.dtype([("a", np.float32), ("b", np.float32)]))


def _reference(group: h5py.Group, name: str) -> None:
    group.create_dataset(name, (32,), h5py.ref_dtype)


def _whole_numbers(group: h5py.Group, name: str) -> None:
    group.create_dataset(name, data=np.zeros(32, np.int32))


def _never_written(group: h5py.Group, name: str) -> None:
    group.create_dataset(name, (32,), np.float32)


def _soft_link(group: h5py.Group, name: str) -> None:
    group[name] = h5py.SoftLink("/layers/conv2d_1/vars/1")


def _external_link(group: h5py.Group, name: str) -> None:
    group[name] = h5py.ExternalLink("other.h5", "secret")


def _own_folder(group: h5py.Group, name: str) -> None:
    group[name] = group


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_external, "lies in another file"),
        (_virtual, "put together from parts"),
        (_compressed, "compressed"),
        (_texts, "something else than numbers"),
        (_pairs, "something else than numbers"),
        (_reference, "something else than numbers"),
        (_whole_numbers, "whole numbers"),
        (_never_written, "promises more numbers than it holds"),
        (_soft_link, "leads to another place or file"),
        (_external_link, "leads to another place or file"),
        (_own_folder, "more parts than weights have"),
    ],
)
@pytest.mark.parametrize("write", [_current, _older], ids=["current", "older"])
def test_array_that_is_not_plain_numbers_in_the_file_is_refused(
    write: Callable[[keras.Model, Path], Path],
    make: Callable[[h5py.Group, str], object],
    words: str,
    network: keras.Model,
    tmp_path: Path,
) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.ones(32, np.float32)
    name = BIAS if write is _current else "block1_conv/block1_conv/1:0"

    path = _replaced(write(network, tmp_path), name, make)

    assert words in _refusal(network, path).message


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_number_that_is_none_is_refused(
    number: float, kind: type[np.floating], network: keras.Model, tmp_path: Path
) -> None:
    values = np.zeros(32, kind)
    values[7] = number

    path = _replaced(_current(network, tmp_path), BIAS, lambda group, name: group.create_dataset(name, data=values))

    assert "no finite numbers" in _refusal(network, path).message


def test_fraction_too_large_for_a_weight_is_refused(network: keras.Model, tmp_path: Path) -> None:
    values = np.full(32, 1e300)

    path = _replaced(_current(network, tmp_path), BIAS, lambda group, name: group.create_dataset(name, data=values))

    assert "no finite numbers" in _refusal(network, path).message


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_fractions_of_another_size_are_taken(kind: type[np.floating], network: keras.Model, tmp_path: Path) -> None:
    values = np.linspace(0, 1, 32, dtype=kind)

    load_weights(
        network,
        BACKBONE,
        _replaced(_current(network, tmp_path), BIAS, lambda group, name: group.create_dataset(name, data=values)),
    )

    np.testing.assert_array_equal(network.layers[1].get_weights()[1], values.astype(np.float32))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_is_refused_at_once(network: keras.Model, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.h5"
    os.mkfifo(pipe)

    assert "pipe" in _refusal(network, pipe).message
    with pytest.raises(WeightsError, match="pipe"):
        find_weights(Recipe(backbone="vgg16", weights=str(pipe)), JobContext())


@pytest.mark.parametrize("path", ["x" * 5, "~nobody-of-this-name/w.h5", "a\0b", "n" * 300, "odd \udcff byte.h5"])
def test_path_that_leads_nowhere_is_answered_in_words(path: str) -> None:
    with pytest.raises(WeightsError) as caught:
        find_weights(Recipe(backbone="vgg16", weights=path), JobContext())

    assert caught.value.hint


# --- false sizes


def _names_of_a_length(path: Path, length: int) -> Path:
    """Write a false length of the first text in a list of texts of variable length."""
    data = bytearray(path.read_bytes())
    name = b"layer_names\0"
    # Name, type and dataspace, each padded to 8 bytes; then the length of the first text.
    place = data.index(name) + 16 + 24 + 24
    assert int.from_bytes(data[place : place + 4], "little") in range(len("input_layer"), 20)
    data[place : place + 4] = length.to_bytes(4, "little")
    path.write_bytes(data)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory is told in other units elsewhere")
def test_text_that_says_it_has_gigabytes_takes_no_memory(network: keras.Model, tmp_path: Path) -> None:
    path = _names_of_a_length(_older(network, tmp_path), 3_000_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert "too long" in _refusal(network, path).message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_name_of_the_list_alone_is_refused(network: keras.Model, tmp_path: Path) -> None:
    path = _older(network, tmp_path)
    with h5py.File(path, "a") as file:
        del file.attrs["layer_names"]
        file.attrs["layer_names"] = np.arange(3)

    assert "no list of names" in _refusal(network, path).message


def test_list_of_long_names_is_refused(network: keras.Model, tmp_path: Path) -> None:
    path = _older(network, tmp_path)
    with h5py.File(path, "a") as file:
        del file.attrs["layer_names"]
        file.attrs["layer_names"] = ["n" * 2000]

    assert "too long" in _refusal(network, path).message


def test_layer_named_twice_is_refused(network: keras.Model, tmp_path: Path) -> None:
    path = _older(network, tmp_path)
    with h5py.File(path, "a") as file:
        file.attrs["layer_names"] = [b"block1_conv"] * 3

    assert "twice" in _refusal(network, path).message


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize("kind", ["fixed", "of any length"])
def test_names_are_read_however_they_are_written(kind: str, version: str, network: keras.Model, tmp_path: Path) -> None:
    path = tmp_path / "small.h5"
    expected = [weight.copy() for weight in network.get_weights()]

    def listed(names: list[str]) -> object:
        return np.array([name.encode() for name in names]) if kind == "fixed" and names else names

    with h5py.File(path, "w", libver=version) as file:
        file.attrs["layer_names"] = listed([layer.name for layer in network.layers])
        for layer in network.layers:
            group = file.create_group(layer.name)
            names = [f"{number}:0" for number in range(len(layer.weights))]
            group.attrs["weight_names"] = listed(names)
            for name, weight in zip(names, layer.weights, strict=True):
                group[name] = np.asarray(weight)
    network.set_weights([np.zeros_like(weight) for weight in expected])

    load_weights(network, BACKBONE, path)

    for weight, value in zip(network.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_weights_of_layers_that_leave_out_inputs_at_random_are_read(tmp_path: Path) -> None:
    backbone = BACKBONES["efficientnetv2b0"]
    network = backbone.build(32)
    path = _current(network, tmp_path)
    expected = network.get_weights()
    network.set_weights([np.zeros_like(weight) for weight in expected])

    load_weights(network, backbone, path)

    assert all(np.array_equal(*pair) for pair in zip(network.get_weights(), expected, strict=True))


# --- damage


_FLIP = """
import sys
from pathlib import Path
from tests.learning.backbones.test_weights_file import try_damaged
for path in sys.argv[2:]:
    print(path, *try_damaged(Path(path), int(sys.argv[1])), sep="\\t")
"""


def try_damaged(path: Path, count: int) -> list[str]:
    """Load copies of a file, in each of which one bit is wrong, and return the outcome of each."""
    network, data, rng = BACKBONE.build(32), path.read_bytes(), random.Random(3)
    copy = path.with_name(f"damaged {path.name}")
    # Any value of a weight is valid; only the bytes around the weights lead a reader astray.
    kept = [weight.tobytes() for weight in network.get_weights()]
    known = [(start, start + len(part)) for part in kept if (start := data.find(part)) >= 0]
    outcomes = []
    for _ in range(count):
        place = rng.randrange(len(data))
        while any(first <= place < last for first, last in known):
            place = rng.randrange(len(data))
        changed = bytearray(data)
        changed[place] ^= 1 << rng.randrange(8)
        copy.write_bytes(changed)
        try:
            load_weights(network, BACKBONE, copy)
            outcomes.append("loaded")
        except WeightsError as error:
            outcomes.append("refused" if copy.name in error.message else error.message)
    return outcomes


def test_damaged_bit_is_refused_in_words_or_harmless(network: keras.Model, tmp_path: Path) -> None:
    paths = [write(network, tmp_path) for write in (_current, _older, _archive)]
    # In a process of its own: HDF5 may end it.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FLIP, "80", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = [line.split("\t") for line in done.stdout.splitlines()]
    assert [path for path, *_ in outcomes] == [str(path) for path in paths]
    for path, *found in outcomes:
        assert (sorted(set(found)), len(found)) == (["loaded", "refused"], 80), path


@pytest.mark.parametrize("length", [0, 1, 4, 8, 100, 2048])
@pytest.mark.parametrize("write", [_current, _older, _archive], ids=["current", "older", "archive"])
def test_beginning_of_a_file_is_refused(
    write: Callable[[keras.Model, Path], Path], length: int, network: keras.Model, tmp_path: Path
) -> None:
    path = write(network, tmp_path)
    path.write_bytes(path.read_bytes()[:length])

    _refusal(network, path)


def test_compressed_archive_is_refused(network: keras.Model, tmp_path: Path) -> None:
    path = _archive(network, tmp_path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)

    assert "compressed" in _refusal(network, path).message
