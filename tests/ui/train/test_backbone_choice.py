"""Choosing a backbone and its weights: the recipe stays valid, and the source of the weights is shown."""

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tlgui.learning.backbones.published_weights import PUBLISHED, downloaded_weights
from tlgui.learning.recipes.built_in import INCEPTION_MIXED7, QUICK, SMALL_FROM_SCRATCH, THOROUGH
from tlgui.learning.recipes.recipe import BACKBONE_IDS, Recipe
from tlgui.progress import Progress, Stage
from tlgui.ui.session.session import Session
from tlgui.ui.train.backbone_choice import BackboneChoice, weights_problem
from tlgui.ui.train.recipe_memory import RecipeMemory
from tlgui.ui.train.train_page import TrainPage


@pytest.fixture
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "keras"
    (home / "models").mkdir(parents=True)
    monkeypatch.setenv("KERAS_HOME", str(home))
    return home


@pytest.fixture
def choice(qtbot: QtBot, session: Session, keras_home: Path) -> BackboneChoice:
    assert keras_home.is_dir()
    choice = BackboneChoice(session, RecipeMemory(session, session))
    qtbot.addWidget(choice)
    choice.show()
    return choice


def choose(choice: BackboneChoice, backbone: str) -> None:
    choice.box.activated.emit(choice.box.findData(backbone))


def choose_weights(choice: BackboneChoice, weights: str) -> None:
    place = choice.weights_box.findData(weights)
    assert place >= 0
    choice.weights_box.activated.emit(place)


def texts(choice: BackboneChoice) -> dict[str, str]:
    return {str(choice.box.itemData(place)): choice.box.itemText(place) for place in range(choice.box.count())}


def offered(choice: BackboneChoice) -> list[str]:
    return [choice.weights_box.itemData(place) for place in range(choice.weights_box.count())]


def test_each_backbone_says_how_it_is_had(choice: BackboneChoice, session: Session, keras_home: Path) -> None:
    assert list(texts(choice)) == list(BACKBONE_IDS)
    assert texts(choice)["efficientnet-lite0"] == "EfficientNet-Lite0 (comes with tlgui)"
    assert texts(choice)["efficientnet-lite2"] == "EfficientNet-Lite2 (comes with tlgui)"
    assert texts(choice)["vgg16"] == "VGG16 (58.9 MB from the internet)"
    assert texts(choice)["small-cnn"] == "Small CNN (learns from nothing)"
    (keras_home / "models" / PUBLISHED["vgg16"].name).write_bytes(b"weights")
    session.recipe_changed.emit()
    assert texts(choice)["vgg16"] == "VGG16 (on this computer)"
    assert downloaded_weights("small-cnn") is None


def test_download_is_no_reason_against_start(train_page: TrainPage, opened: Session) -> None:
    choice = train_page.form.backbone_choice
    choose(choice, "inceptionv3")
    assert (opened.recipe.backbone, opened.recipe.input_size, opened.recipe.weights) == ("inceptionv3", 299, "download")
    assert choice.weights_box.currentText() == "87.9 MB from the internet, once"
    assert "from the internet, once" in choice.weights_note.text()
    assert train_page.status.start_button.isEnabled()


def test_download_is_shown_in_megabytes(train_page: TrainPage) -> None:
    train_page.status.show_event(Progress(Stage.DOWNLOADING, 12_300_000, 58_889_256))
    assert train_page.status.stage.text() == "Downloading the weights: 12.3 MB of 58.9 MB"
    assert train_page.status.bar.value() == round(train_page.status.bar.maximum() * 12_300_000 / 58_889_256)


def test_weights_from_a_file_stay_known(choice: BackboneChoice, session: Session, tmp_path: Path) -> None:
    weights = tmp_path / "inception_notop.h5"
    weights.write_bytes(b"weights")
    choose(choice, "inceptionv3")
    choice.use_weights(weights)
    assert session.recipe.weights == str(weights)
    assert choice.weights_box.currentText() == "inception_notop.h5"
    assert offered(choice) == ["download", str(weights), "none"]

    choose(choice, "efficientnet-lite0")
    assert session.recipe.weights == "shipped"
    assert offered(choice) == ["shipped", "none"]
    choose(choice, "inceptionv3")
    assert session.recipe.weights == str(weights)
    choose_weights(choice, "download")
    assert session.recipe.weights == "download"
    choose_weights(choice, str(weights))
    assert weights_problem(session.recipe) == ""
    weights.unlink()
    assert "not there any more" in weights_problem(session.recipe)


def test_button_asks_for_a_file(qtbot: QtBot, choice: BackboneChoice, session: Session, tmp_path: Path) -> None:
    weights = tmp_path / "vgg16_notop.h5"
    weights.write_bytes(b"weights")
    choose(choice, "vgg16")
    qtbot.mouseClick(choice.weights_button, Qt.MouseButton.LeftButton)
    (dialog,) = choice.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(weights))
    assert session.recipe.weights == str(weights)
    dialog.close()


def test_random_numbers_are_trained_from_the_start_and_pretrained_ones_are_not(
    choice: BackboneChoice, session: Session
) -> None:
    choose_weights(choice, "none")
    assert (session.recipe.weights, session.recipe.fine_tuning.when) == ("none", "from the start")
    choose_weights(choice, "shipped")
    assert session.recipe.fine_tuning.when == "never"
    choose(choice, "small-cnn")
    assert (session.recipe.weights, session.recipe.input_size) == ("none", 150)
    assert session.recipe.fine_tuning.when == "from the start"
    assert offered(choice) == ["none"]
    assert not choice.weights_button.isEnabled()
    choose(choice, "vgg16")
    assert (session.recipe.weights, session.recipe.fine_tuning.when) == ("download", "never")


def test_another_backbone_forgets_blocks_that_it_does_not_have(choice: BackboneChoice, session: Session) -> None:
    session.set_recipe(INCEPTION_MIXED7)
    choose(choice, "vgg16")
    assert session.recipe.cut_layer == ""
    session.set_recipe(dataclasses.replace(THOROUGH, cut_layer="block6"))
    choose(choice, "vgg16")
    assert session.recipe.cut_layer == ""
    assert session.recipe.fine_tuning.from_block == "block5"
    choose(choice, "inceptionv3")
    assert session.recipe.fine_tuning.from_block == "mixed6"
    assert session.recipe.fine_tuning.when == "after the head"


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (QUICK, ""),
        (INCEPTION_MIXED7, ""),
        (SMALL_FROM_SCRATCH, ""),
        (dataclasses.replace(QUICK, weights="download"), "no weights of EfficientNet-Lite0 on the internet"),
        (dataclasses.replace(INCEPTION_MIXED7, weights="shipped"), "InceptionV3 does not come with tlgui"),
        (dataclasses.replace(SMALL_FROM_SCRATCH, weights="download"), "set its weights to none"),
    ],
)
def test_weights_that_cannot_be_had_are_told_before_start(
    choice: BackboneChoice, session: Session, recipe: Recipe, words: str
) -> None:
    problem = weights_problem(recipe)
    assert words in problem
    assert bool(words) == bool(problem)
    session.set_recipe(recipe)
    assert choice.weights_box.currentData() == recipe.weights
    assert session.recipe == recipe
