"""`.tlmodel` files: what was written is read again, and a refusing disk leaves the old file."""

import dataclasses
import errno
import json
import math
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.learning.models import (
    CLASS_NAMES,
    KERAS_SAVE_WARNING,
    SIZE,
    members_of,
    rewrite,
    small_network,
    some_summary,
    write_small_model,
)
from tlgui.errors import ModelFileError, StorageError
from tlgui.learning.model_file.archive import ONNX_NETWORK, read_summary
from tlgui.learning.model_file.tlmodel import load_model, write_model
from tlgui.learning.recipes.recipe import NEVER
from tlgui.progress import EpochEnded

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)


# --- written and read again


def test_summary_comes_back_as_it_was_written(model_path: Path) -> None:
    assert read_summary(model_path) == some_summary(model_path)


def test_file_of_the_first_version_opens_as_it_was(model_path: Path) -> None:
    """It has no device, no fine-tuning, and a recipe with fewer settings."""
    members = members_of(model_path)
    manifest, history = json.loads(members["manifest.json"]), json.loads(members["history.json"])
    del manifest["device"]
    recipe = manifest["recipe"]
    manifest["recipe"] = {name: recipe[name] for name in ("name", "backbone", "input_size", "epochs", "seed")}
    for epoch in history:
        del epoch["is_fine_tuning"]
    manifest["format_version"] = 1
    changed = {"manifest.json": manifest, "history.json": history}
    rewrite(model_path, {name: json.dumps(data).encode() for name, data in changed.items()} | {ONNX_NETWORK: None})

    summary = read_summary(model_path)

    assert summary.device == ""
    assert [epoch.is_fine_tuning for epoch in summary.history] == [False, False]
    assert summary.recipe.fine_tuning.when == NEVER


def test_summary_is_read_without_tensorflow(model_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tlgui.learning.model_file.archive import read_summary;"
        "print(read_summary(Path(sys.argv[1])).class_names, {'keras', 'tensorflow'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(model_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == f"{CLASS_NAMES} set()"


def test_loaded_model_predicts_as_the_network_that_was_written(model_path: Path) -> None:
    pictures = np.random.default_rng(1).uniform(0, 255, (5, SIZE, SIZE, 3)).astype(np.float32)
    loaded = load_model(model_path)
    expected = np.asarray(small_network()(pictures, training=False))
    np.testing.assert_allclose(loaded.predict(pictures), expected, atol=1e-5)
    np.testing.assert_allclose(loaded.predict(pictures[:1]), expected[:1], atol=1e-5)
    np.testing.assert_allclose(np.asarray(loaded.model(pictures, training=False)), expected, atol=1e-5)
    assert loaded.summary == some_summary(model_path)


def test_network_with_operations_between_its_layers_is_trusted(tmp_path: Path) -> None:
    rgb = keras.Input((SIZE, SIZE, 3))
    maps = keras.layers.Conv2D(4, 3, strides=4)(rgb / 127.5 - 1.0)
    # As MobileNetV3 has them.
    backbone = keras.Model(rgb, maps * keras.layers.ReLU(6.0)(maps + 3.0) * (1.0 / 6.0))
    features = keras.layers.Flatten()(backbone(rgb, training=False))
    network = keras.Model(rgb, keras.layers.Dense(3, activation="softmax")(features))
    path = tmp_path / "m.tlmodel"
    write_model(path, network, some_summary(path))
    pictures = np.full((1, SIZE, SIZE, 3), 99, np.float32)
    np.testing.assert_allclose(load_model(path).predict(pictures), network(pictures, training=False), atol=1e-5)


def test_odd_class_names_come_back(tmp_path: Path) -> None:
    names = ("two\nlines", "emoji 🐦", "عصفور", "quotes \"'", "bad \udcff byte")
    path = write_small_model(tmp_path / "m.tlmodel", names)
    assert read_summary(path).class_names == names
    assert load_model(path).summary.class_names == names


def test_history_with_numbers_that_are_not_finite_is_saved_and_opened(tmp_path: Path) -> None:
    path = tmp_path / "m.tlmodel"
    lost = EpochEnded(1, 1, math.nan, 0.3, math.inf, 0.3, 10.0, 1.0, is_best=True)
    summary = dataclasses.replace(some_summary(path), history=(lost,), evaluation=None)
    write_model(path, small_network(), summary)
    (epoch,) = read_summary(path).history
    assert math.isnan(epoch.loss)
    assert math.isnan(epoch.validation_loss)
    assert epoch.accuracy == 0.3
    assert read_summary(path).evaluation is None


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_network_with_weights_that_are_no_numbers_is_not_written(tmp_path: Path, value: float) -> None:
    path = tmp_path / "m.tlmodel"
    path.write_bytes(b"an older model")
    network = small_network()
    weights = network.get_weights()
    weights[0].flat[3] = value
    network.set_weights(weights)

    with pytest.raises(ModelFileError, match=r"“m\.tlmodel” cannot be saved: .* no numbers") as caught:
        write_model(path, network, some_summary(path))

    assert "smaller learning rate" in caught.value.hint
    assert path.read_bytes() == b"an older model"


def test_optimizer_is_not_written(tmp_path: Path, model_path: Path) -> None:
    network = small_network()
    network.compile("adam", "categorical_crossentropy")
    network.optimizer.build(network.trainable_variables)
    path = tmp_path / "trained.tlmodel"
    write_model(path, network, some_summary(path))
    assert path.stat().st_size == pytest.approx(model_path.stat().st_size, rel=0.02)
    network.save(tmp_path / "with optimizer.keras")
    assert (tmp_path / "with optimizer.keras").stat().st_size > 1.1 * path.stat().st_size


def test_manifest_names_the_digest_of_every_other_member(model_path: Path) -> None:
    members = members_of(model_path)
    manifest = json.loads(members["manifest.json"])
    assert set(members) == {"manifest.json", "model.keras", "network.onnx", "history.json"}
    assert set(manifest["members"]) == {"model.keras", "network.onnx", "history.json"}
    assert manifest["class_names"] == list(CLASS_NAMES)


# --- a disk that refuses


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_failed_write_keeps_the_old_file(
    model_path: Path, original: bytes, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(zipfile.ZipFile, "write", refuse)
    with pytest.raises(StorageError) as caught:
        write_model(model_path, small_network(), some_summary(model_path))
    assert "birds.tlmodel" in caught.value.message
    assert caught.value.hint
    assert model_path.read_bytes() == original
    assert list(model_path.parent.iterdir()) == [model_path]


def test_full_disk_keeps_the_old_file(full_disk: Path) -> None:
    path = full_disk / "birds.tlmodel"
    path.write_bytes(b"old")
    before = {file.name for file in full_disk.iterdir()}
    with pytest.raises(StorageError, match="the disk is full"):
        write_model(path, small_network(), some_summary(path))
    assert path.read_bytes() == b"old"
    assert {file.name for file in full_disk.iterdir()} == before


def test_read_only_disk_is_named(read_only_disk: Path) -> None:
    path = read_only_disk / "birds.tlmodel"
    with pytest.raises(StorageError, match="the disk is read-only"):
        write_model(path, small_network(), some_summary(path))


def test_write_into_a_folder_that_is_gone_says_so(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "m.tlmodel"
    with pytest.raises(StorageError, match="the folder is not there"):
        write_model(path, small_network(), some_summary(path))


def test_summary_that_could_never_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "m.tlmodel"
    with pytest.raises(ModelFileError, match="class_names"):
        write_model(path, small_network(2), some_summary(path, ("x" * 10_000, "y")))
    assert not path.exists()
