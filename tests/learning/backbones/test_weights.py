"""Weights are found, shipped or the user's; a file that does not fit is refused, and none is loaded in part."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from tests.contexts import stopping_at
from tests.learning.models import KERAS_SAVE_WARNING
from tests.learning.web_server import serving
from tlgui.errors import Cancelled, WeightsError
from tlgui.files import resource
from tlgui.learning.backbones.published_weights import PUBLISHED, Published
from tlgui.learning.backbones.registry import BACKBONES
from tlgui.learning.backbones.weights import Weights, find_weights, load_weights
from tlgui.learning.networks.builder import build_backbone
from tlgui.learning.recipes.recipe import (
    BACKBONE_IDS,
    DOWNLOAD,
    NO_WEIGHTS,
    SHIPPED,
    SHIPPED_BACKBONES,
    SMALL_CNN,
    Recipe,
)
from tlgui.progress import JobContext

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

SMALL = BACKBONES["mobilenetv3small"]


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """Return a network whose weights all differ."""
    built = SMALL.build(32)
    dice = np.random.default_rng(1)
    built.set_weights([dice.random(weight.shape, np.float32) for weight in built.weights])
    return built


@pytest.fixture(scope="module")
def _target() -> keras.Model:
    return SMALL.build(32)


@pytest.fixture
def target(_target: keras.Model) -> keras.Model:
    """Return the same network, its weights all 0."""
    _target.set_weights([np.zeros(weight.shape) for weight in _target.weights])
    return _target


def _write_older(network: keras.Model, path: Path, group_name: str = "") -> Path:
    """Write the layout of Keras before version 3, which the published files have."""
    with h5py.File(path, "w") as file:
        top = file.create_group(group_name) if group_name else file
        top.attrs["layer_names"] = [layer.name.encode() for layer in network.layers]
        for layer in network.layers:
            group = top.create_group(layer.name)
            weights = layer.trainable_weights + layer.non_trainable_weights
            names = [f"{layer.name}/{number}:0" for number in range(len(weights))]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, weights, strict=True):
                group[name] = np.asarray(weight)
    return path


def _write_current(network: keras.Model, path: Path) -> Path:
    network.save_weights(path)
    return path


def _write_renamed(network: keras.Model, path: Path) -> Path:
    return _write_current(network, path.with_suffix(".weights.h5")).rename(path)


def _write_model(network: keras.Model, path: Path) -> Path:
    network.save(path)
    return path


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (_write_current, "small.weights.h5"),
        (_write_renamed, "small.h5"),
        (_write_model, "small.keras"),
        (_write_older, "small_notop.h5"),
        (lambda network, path: _write_older(network, path, "model_weights"), "whole.h5"),
    ],
    ids=["weights.h5", "renamed", "keras", "older", "older whole model"],
)
def test_every_kind_of_file_sets_every_weight(
    write: Callable[[keras.Model, Path], Path], name: str, network: keras.Model, target: keras.Model, tmp_path: Path
) -> None:
    load_weights(target, SMALL, write(network, tmp_path / name))

    for found, expected in zip(target.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def _found(backbone: str, weights: str) -> Weights:
    return find_weights(Recipe(backbone=backbone, weights=weights), JobContext())


@pytest.mark.parametrize("backbone_id", sorted(SHIPPED_BACKBONES))
def test_shipped_weights_are_those_that_notice_names(backbone_id: str) -> None:
    found = _found(backbone_id, SHIPPED)
    notice = Path(__file__).parents[3] / "NOTICE"

    assert found.path == resource(f"weights/{backbone_id}.weights.h5")
    assert found.digest == hashlib.sha256(found.path.read_bytes()).hexdigest()
    assert found.digest in notice.read_text(encoding="utf-8")


@pytest.mark.parametrize("backbone_id", sorted({*BACKBONE_IDS} - SHIPPED_BACKBONES - {SMALL_CNN}))
def test_weights_that_are_not_shipped_are_named_with_the_way_out(backbone_id: str) -> None:
    with pytest.raises(WeightsError) as caught:
        find_weights(Recipe(backbone=backbone_id), JobContext())

    assert BACKBONES[backbone_id].title in caught.value.message
    assert "not shipped" in caught.value.message
    assert "“download”" in caught.value.hint
    assert "EfficientNet-Lite0" in caught.value.hint


def test_users_file_is_used_and_a_missing_one_named(tmp_path: Path) -> None:
    path = tmp_path / "vgg.h5"
    with pytest.raises(WeightsError, match=r"vgg\.h5.*is not there"):
        _found("vgg16", str(path))

    path.touch()

    assert _found("vgg16", str(path)) == Weights(path, hashlib.sha256(b"").hexdigest())


def test_random_numbers_have_no_file_and_a_digest_for_each_seed() -> None:
    def found(seed: int) -> Weights:
        return find_weights(Recipe(backbone="vgg16", weights=NO_WEIGHTS, seed=seed), JobContext())

    assert found(1).path is None
    assert found(1) == found(1)
    assert found(1).digest != found(2).digest


@pytest.mark.parametrize("weights", ["shipped", DOWNLOAD, "file.h5"])
def test_small_network_refuses_all_weights_and_says_what_to_set(weights: str) -> None:
    with pytest.raises(WeightsError, match="Small CNN has no pretrained weights") as caught:
        _found(SMALL_CNN, weights)

    assert "“none”" in caught.value.hint


@pytest.mark.parametrize("backbone_id", sorted(SHIPPED_BACKBONES))
def test_shipped_network_has_nothing_to_download(backbone_id: str) -> None:
    with pytest.raises(WeightsError, match=BACKBONES[backbone_id].title) as caught:
        _found(backbone_id, DOWNLOAD)

    assert "shipped" in caught.value.hint


def test_stop_is_heard_while_a_file_is_read() -> None:
    with pytest.raises(Cancelled):
        find_weights(Recipe(), stopping_at(2))


def test_downloaded_file_becomes_the_backbone(
    network: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    content = _write_older(network, tmp_path / "small_notop.h5").read_bytes()
    recipe = Recipe(backbone=SMALL.id, weights=DOWNLOAD, input_size=32)
    with serving(content) as server:
        published = Published(server.url, "small_notop.h5", hashlib.md5(content).hexdigest())
        monkeypatch.setitem(PUBLISHED, SMALL.id, published)
        found = find_weights(recipe, JobContext())

    built = build_backbone(recipe, found)

    assert found == Weights(tmp_path / "keras" / "models" / "small_notop.h5", hashlib.sha256(content).hexdigest())
    for value, expected in zip(built.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_file_for_another_network_is_refused_with_what_differs(target: keras.Model) -> None:
    path = resource("weights/efficientnet-lite0.weights.h5")
    count = len(target.weights)

    with pytest.raises(WeightsError, match=f"it holds 245 weights, the network without its classifier has {count}"):
        load_weights(target, SMALL, path)

    _assert_untouched(target)


def test_older_file_for_another_network_is_refused_with_what_differs(
    network: keras.Model, target: keras.Model, tmp_path: Path
) -> None:
    path = _write_older(network, tmp_path / "other.h5")
    with h5py.File(path, "a") as file:
        layer = next(layer for layer in network.layers if layer.weights)
        del file[layer.name][f"{layer.name}/0:0"]
        file[layer.name][f"{layer.name}/0:0"] = np.zeros((5, 5, 3, 16), np.float32)

    with pytest.raises(WeightsError, match=r"\(5, 5, 3, 16\).*\(3, 3, 3, 16\)"):
        load_weights(target, SMALL, path)

    with h5py.File(path, "a") as file:
        file.attrs["layer_names"] = file.attrs["layer_names"][:20]
    with pytest.raises(WeightsError, match="layers with weights"):
        load_weights(target, SMALL, path)


# Keras warns before it raises.
@pytest.mark.filterwarnings("ignore:Skipping nested container:UserWarning")
def test_same_shapes_in_another_order_are_refused(network: keras.Model, target: keras.Model, tmp_path: Path) -> None:
    path = _write_current(network, tmp_path / "small.weights.h5")
    with h5py.File(path, "a") as file:
        file.move("layers/conv2d", "layers/aside")
        file.move("layers/conv2d_1", "layers/conv2d")
        file.move("layers/aside", "layers/conv2d_1")

    with pytest.raises(WeightsError, match="another order"):
        load_weights(target, SMALL, path)


@pytest.mark.parametrize("content", [b"", b"a shopping list", b"\x89HDF\r\n\x1a\n" + bytes(600)])
def test_file_that_is_no_weights_file_is_refused(content: bytes, target: keras.Model, tmp_path: Path) -> None:
    path = tmp_path / "weights.h5"
    path.write_bytes(content)

    with pytest.raises(WeightsError, match=r"“weights\.h5” is damaged or not a weights file"):
        load_weights(target, SMALL, path)


def test_truncated_file_is_refused(network: keras.Model, target: keras.Model, tmp_path: Path) -> None:
    path = _write_current(network, tmp_path / "small.weights.h5")
    path.write_bytes(path.read_bytes()[:-1000])

    with pytest.raises(WeightsError, match="damaged"):
        load_weights(target, SMALL, path)


def test_archive_without_weights_or_far_too_large_is_refused(target: keras.Model, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(WeightsError, match="without Keras weights"):
        load_weights(target, SMALL, path)

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.weights.h5", b"")
        # The sizes in the header are written last, from here.
        archive.getinfo("model.weights.h5").file_size = 600 * 2**20
    with pytest.raises(WeightsError, match="far too large"):
        load_weights(target, SMALL, path)


def _assert_untouched(network: keras.Model) -> None:
    assert not any(weight.any() for weight in network.get_weights())
