"""A training whose model could not be written is refused before the first photo is read."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.learning.listening import QUIET, Listener
from tests.learning.trainings import train
from tests.pictures import write_collection
from tlgui.errors import CollectionError, ModelFileError, StorageError, TlguiError
from tlgui.learning.networks.builder import build_head, head_weight_count
from tlgui.learning.recipes.recipe import NO_WEIGHTS, SMALL_CNN, Head, Recipe
from tlgui.photos.collection import MOST_CLASSES, Collection, Photo, PhotoClass
from tlgui.photos.scanning.scan import scan
from tlgui.progress import Progress, Stage

RECIPE = Recipe(backbone=SMALL_CNN, weights=NO_WEIGHTS, input_size=32, epochs=1, batch_size=8)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return scan(write_collection(tmp_path / "photos", classes=2, photos=4), QUIET)


def refused(
    collection: Collection, recipe: Recipe, path: Path, kind: type[TlguiError], *, networks_are_built: bool = False
) -> str:
    """Return the message of a training that must be refused before its first photo."""
    listener = Listener()

    with pytest.raises(kind) as raised:
        train(collection, recipe, path, listener.context)

    assert listener.events == ([Progress(Stage.LOADING)] if networks_are_built else [])
    assert raised.value.hint
    return raised.value.message


def with_classes(names: list[str]) -> Collection:
    """Return a collection of missing photos: reading one would fail in another way."""
    folder = Path("/nowhere")
    classes = [
        PhotoClass(name, tuple(Photo(folder / f"{place}-{number}.jpg", name) for number in range(2)))
        for place, name in enumerate(names)
    ]
    return Collection(folder, tuple(classes))


def test_too_many_classes(tmp_path: Path) -> None:
    many = with_classes([f"{number:04}" for number in range(MOST_CLASSES + 1)])

    message = refused(many, RECIPE, tmp_path / "a.tlmodel", CollectionError)

    assert "4,097 classes" in message
    assert "4,096" in message


@pytest.mark.parametrize("names", [["owl", "x" * 5000], ["owl", "owl"], ["owl", ""]])
def test_class_names_that_no_model_can_have(names: list[str], tmp_path: Path) -> None:
    assert "class_names" in refused(with_classes(names), RECIPE, tmp_path / "a.tlmodel", ModelFileError)


def test_network_that_is_too_large_is_not_even_built(collection: Collection, tmp_path: Path) -> None:
    # 131,072 features into 8,192 units: 4 GB, which would take the memory along.
    large = replace(RECIPE, input_size=512, pooling="flatten", head=Head(dense_units=8192))

    message = refused(collection, large, tmp_path / "a.tlmodel", ModelFileError, networks_are_built=True)

    assert message == "“a.tlmodel” cannot be saved: the network is larger than 2 GB."


@pytest.mark.parametrize("head", [Head(), Head(dense_units=12, dropout=0.3, feature_dropout=0.1, output="sigmoid")])
def test_head_has_the_number_of_weights_that_was_calculated(head: Head) -> None:
    recipe = replace(RECIPE, head=head)

    assert head_weight_count(recipe, 20, 5) == build_head(recipe, (20,), 5).count_params()


def _folder_gone(path: Path) -> None:
    path.parent.rmdir()


def _in_the_way(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(("hinder", "why"), [(_folder_gone, "not there"), (_in_the_way, "a folder of that name")])
def test_place_that_takes_no_file(
    hinder: Callable[[Path], None], why: str, collection: Collection, tmp_path: Path
) -> None:
    path = tmp_path / "models" / "a.tlmodel"
    path.parent.mkdir()
    hinder(path)

    assert why in refused(collection, RECIPE, path, StorageError)


def test_disk_that_has_too_little_room_for_the_model(collection: Collection, full_disk: Path) -> None:
    message = refused(collection, RECIPE, full_disk / "a.tlmodel", StorageError, networks_are_built=True)

    assert "a.tlmodel" in message
    assert "MB left" in message


def test_disk_that_has_no_room_at_all(collection: Collection, full_disk: Path) -> None:
    (full_disk / "more ballast").write_bytes(bytes(shutil.disk_usage(full_disk).free))

    assert "the disk is full" in refused(collection, RECIPE, full_disk / "a.tlmodel", StorageError)
