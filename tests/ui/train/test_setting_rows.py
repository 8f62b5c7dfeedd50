"""What the form shows for different values: disabled controls, notices, blocks, and summaries."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from tlgui.learning.recipes.built_in import (
    BUILT_IN,
    INCEPTION_MIXED7,
    QUICK,
    SMALL_FROM_SCRATCH,
    THOROUGH,
    VGG16_FROZEN,
)
from tlgui.learning.recipes.recipe import Recipe
from tlgui.ui.session.session import Session
from tlgui.ui.train.compare_dialog import CompareDialog
from tlgui.ui.train.recipe_form import RecipeForm
from tlgui.ui.train.recipe_memory import RecipeMemory
from tlgui.ui.train.setting_rows import SettingNotice

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> RecipeForm:
    form = RecipeForm(session, RecipeMemory(session, session))
    qtbot.addWidget(form)
    form.resize(form.sizeHint().width(), 900)
    form.show()
    for group in (form.fine_tuning, form.split, form.advanced):
        qtbot.mouseClick(group.button, LEFT)
    return form


def control(form: RecipeForm, path: str) -> Any:  # noqa: ANN401 - one of four kinds
    (found,) = form.findChildren(QWidget, path)
    return found


def choose(form: RecipeForm, path: str, value: str) -> None:
    box = control(form, path)
    assert isinstance(box, QComboBox)
    place = box.findData(value)
    assert place >= 0
    box.setCurrentIndex(place)


def changed(**settings: str) -> Recipe:
    recipe = QUICK
    for path, text in settings.items():
        recipe = recipe.with_value(path.replace("__", "."), text)
    return recipe


@pytest.mark.parametrize(
    ("path", "used", "unused"),
    [
        ("early_stopping.patience", {"early_stopping__enabled": "true"}, {"early_stopping__enabled": "false"}),
        ("early_stopping.watch", {}, {"early_stopping__enabled": "false", "early_stopping__keep_best": "false"}),
        ("momentum", {"optimizer": "sgd"}, {"optimizer": "adamw"}),
        ("weight_decay", {"optimizer": "adamw"}, {"optimizer": "rmsprop"}),
        ("augmentation.copies", {}, {"augmentation__when": "every epoch"}),
        ("augmentation.keep_photo", {"augmentation__copies": "1"}, {"augmentation__copies": "0"}),
        ("augmentation.fill_mode", {"augmentation__zoom": "0.1"}, {"augmentation__contrast": "0.1"}),
        ("fine_tuning.from_block", {"fine_tuning__when": "from the start"}, {"fine_tuning__when": "never"}),
        ("fine_tuning.epochs", {"fine_tuning__when": "after the head"}, {"fine_tuning__when": "from the start"}),
        (
            "fine_tuning.momentum",
            {"fine_tuning__when": "after the head", "fine_tuning__optimizer": "sgd"},
            {"fine_tuning__when": "after the head", "fine_tuning__optimizer": "adam"},
        ),
    ],
)
def test_control_of_an_unused_setting_is_disabled(
    form: RecipeForm, session: Session, path: str, used: dict[str, str], unused: dict[str, str]
) -> None:
    session.set_recipe(changed(**unused))
    assert not control(form, path).isEnabled()
    session.set_recipe(changed(**used))
    assert control(form, path).isEnabled()


def test_changes_can_be_tried_out_in_the_previews_without_copies(form: RecipeForm, session: Session) -> None:
    assert session.recipe.augmentation.copies == 0
    assert control(form, "augmentation.rotation").isEnabled()
    assert form.augmentation.note.text().startswith("No variations are made now")
    session.set_recipe(changed(augmentation__copies="2"))
    assert form.augmentation.note.text().startswith("No change is set")
    session.set_recipe(changed(augmentation__copies="2", augmentation__contrast="0.1"))
    assert form.augmentation.note.text() == ""


def shown_notices(form: RecipeForm) -> list[str]:
    return [notice.text.text() for notice in form.findChildren(SettingNotice) if notice.isVisible()]


def test_tutorial_setting_that_costs_accuracy_has_a_notice(form: RecipeForm) -> None:
    assert shown_notices(form) == []
    choose(form, "head.output", "sigmoid")
    assert "softmax is right" in shown_notices(form)[0]
    assert "learns worse" in control(form, "head.output").toolTip()
    choose(form, "head.output", "softmax")
    choose(form, "preprocessing", "0 to 1")
    assert "EfficientNet-Lite0 was trained on pixels scaled another way" in shown_notices(form)[0]
    # The shipped backbone was trained with this scaling.
    choose(form, "preprocessing", "-1 to 1")
    assert shown_notices(form) == []


def test_fine_tuning_that_costs_accuracy_has_a_notice(form: RecipeForm, session: Session) -> None:
    choose(form, "fine_tuning.when", "from the start")
    assert "spoil" in shown_notices(form)[0]
    session.set_recipe(SMALL_FROM_SCRATCH)
    assert shown_notices(form) == []
    choose(form, "fine_tuning.when", "never")
    assert "random numbers" in shown_notices(form)[0]


@pytest.mark.parametrize("recipe", BUILT_IN.values(), ids=list(BUILT_IN))
def test_built_in_recipe_needs_no_notice_and_is_shown_as_it_is(
    form: RecipeForm, session: Session, recipe: Recipe
) -> None:
    session.set_recipe(recipe)
    assert shown_notices(form) == []
    assert session.recipe == recipe
    assert control(form, "cut_layer").currentData() == recipe.cut_layer
    assert control(form, "fine_tuning.from_block").currentData() == recipe.fine_tuning.from_block


def offered(form: RecipeForm, path: str) -> list[str]:
    box = control(form, path)
    return [box.itemData(place) for place in range(box.count())]


def test_blocks_are_those_of_the_backbone(form: RecipeForm, session: Session) -> None:
    session.set_recipe(VGG16_FROZEN)
    blocks = ["block1", "block2", "block3", "block4", "block5"]
    assert offered(form, "cut_layer") == [*blocks, ""]
    assert offered(form, "fine_tuning.from_block") == ["", *blocks]
    session.set_recipe(INCEPTION_MIXED7)
    assert control(form, "cut_layer").currentText() == "mixed7"
    # Blocks after the cut cannot be trained.
    assert offered(form, "fine_tuning.from_block")[-1] == "mixed7"


def test_cut_takes_fine_tuning_along(form: RecipeForm, session: Session) -> None:
    session.set_recipe(THOROUGH)
    choose(form, "cut_layer", "block3")
    assert session.recipe.cut_layer == "block3"
    assert session.recipe.fine_tuning.from_block == "block3"
    assert control(form, "fine_tuning.from_block").currentText() == "block3"


def test_layer_that_is_no_block_is_shown_and_stays(form: RecipeForm, session: Session) -> None:
    recipe = VGG16_FROZEN.with_value("cut_layer", "block4_conv2")
    session.set_recipe(recipe)
    assert control(form, "cut_layer").currentText() == "block4_conv2"
    assert session.recipe == recipe
    session.set_recipe(VGG16_FROZEN)
    assert "block4_conv2" not in offered(form, "cut_layer")


def test_folded_groups_say_in_short_what_is_inside(form: RecipeForm, session: Session) -> None:
    assert form.fine_tuning.summary.accessibleName() == "never"
    session.set_recipe(THOROUGH)
    assert form.fine_tuning.summary.accessibleName() == "once the head is trained, from block5 on"
    assert form.split.summary.accessibleName() == "20 % for validation"
    form.split.button.click()
    assert not control(form, "seed").isVisible()


def test_form_keeps_its_height_whatever_recipe_is_chosen(qtbot: QtBot, form: RecipeForm, session: Session) -> None:
    def height() -> int:
        QApplication.sendPostedEvents()
        return form.heightForWidth(form.width())

    usual = height()
    for recipe in BUILT_IN.values():
        session.set_recipe(recipe)
        qtbot.waitUntil(lambda: height() == usual)


def header_of(table: QTableWidget) -> list[str]:
    model = table.model()
    return [str(model.headerData(column, Qt.Orientation.Horizontal)) for column in range(model.columnCount())]


def cells_of(table: QTableWidget) -> list[list[str]]:
    model = table.model()
    columns = range(model.columnCount())
    return [[str(model.index(row, column).data()) for column in columns] for row in range(model.rowCount())]


def test_two_recipes_are_compared_in_the_words_of_the_form(qtbot: QtBot, form: RecipeForm, session: Session) -> None:
    qtbot.mouseClick(form.recipe_choice.compare_button, LEFT)
    (dialog,) = form.findChildren(CompareDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
    dialog.box.setCurrentText("Thorough")
    table = dialog.table
    assert header_of(table) == ["Setting", "Quick", "Thorough"]
    assert ["Train the backbone too", "never", "once the head is trained"] in cells_of(table)
    rows = table.rowCount()

    # The dialog follows changes of the form.
    session.set_recipe(changed(seed="7"))
    assert table.rowCount() == rows + 1
    assert header_of(table)[1] == "Quick, as changed now"
    dialog.box.setCurrentText("Quick")
    assert cells_of(table) == [["Seed", "7", "1"]]
    assert not dialog.note.isVisible()
    session.set_recipe(QUICK)
    assert table.rowCount() == 0
    assert dialog.note.isVisible()
    dialog.close()


def test_fine_tuning_that_is_switched_on_leaves_the_early_blocks_alone(form: RecipeForm, session: Session) -> None:
    assert session.recipe.fine_tuning.from_block == ""
    choose(form, "fine_tuning.when", "after the head")
    assert session.recipe.fine_tuning.from_block == "block5"
    choose(form, "fine_tuning.from_block", "")
    choose(form, "fine_tuning.when", "from the start")
    assert session.recipe.fine_tuning.from_block == "", "a choice of the user's stays"
