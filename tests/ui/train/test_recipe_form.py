"""The form of the recipe: one control for each setting, bound in both directions, with the recipe's own limits."""

import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tlgui.errors import SettingError
from tlgui.learning.recipes.built_in import BALANCED, BEST, QUICK
from tlgui.learning.recipes.recipe import SAME_BACKBONE, Augmentation, Recipe, load_recipe
from tlgui.learning.recipes.validation import Choices, Limits
from tlgui.ui.recipes.setting_values import recipe_value, setting_rule
from tlgui.ui.recipes.setting_words import (
    ADVANCED,
    AUGMENTATION,
    FINE_TUNING,
    SETTINGS,
    SPLIT,
    TRAINING,
)
from tlgui.ui.session.session import Session
from tlgui.ui.shell.menus.menu import MenuTitle
from tlgui.ui.train.recipe_form import RecipeForm
from tlgui.ui.train.recipe_memory import RecipeMemory
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.terms import term_at
from tlgui.ui.widgets.tokens import GRID

# These have controls of their own, outside the tables of settings.
CHOSEN_ELSEWHERE = frozenset({"name", "description", "backbone", "weights"})


def setting_paths(group: type = Recipe, prefix: str = "") -> Iterator[str]:
    for name, hint in get_type_hints(group).items():
        if dataclasses.is_dataclass(hint):
            assert isinstance(hint, type)
            yield from setting_paths(hint, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


PATHS = [path for path in setting_paths() if path not in CHOSEN_ELSEWHERE]


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> RecipeForm:
    form = RecipeForm(session, RecipeMemory(session, session))
    qtbot.addWidget(form)
    form.show()
    for group in (form.fine_tuning, form.split, form.advanced):
        group.button.setChecked(True)
    return form


def control(form: RecipeForm, path: str) -> Any:  # noqa: ANN401 - one of four kinds
    found = form.findChildren(QWidget, path)
    assert len(found) == 1
    return found[0]


def type_into(box: QAbstractSpinBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)


def test_every_setting_of_the_recipe_has_exactly_one_control(form: RecipeForm) -> None:
    assert sorted([*TRAINING, *AUGMENTATION, *FINE_TUNING, *SPLIT, *ADVANCED]) == sorted(PATHS)
    assert set(SETTINGS) == {*PATHS, "backbone", "weights"}
    for path in SETTINGS:
        assert control(form, path).accessibleName()
        assert control(form, path).toolTip()


def test_control_allows_what_the_recipe_allows(form: RecipeForm) -> None:
    for path in PATHS:
        _, rule = setting_rule(path)
        box = control(form, path)
        if isinstance(rule, Limits):
            assert isinstance(box, QSpinBox | QDoubleSpinBox), path
            scale = 100 if box.suffix() == " %" else 1
            assert (box.minimum(), box.maximum()) == pytest.approx((rule.low * scale, rule.high * scale)), path
        elif isinstance(rule, Choices):
            assert isinstance(box, QComboBox), path
            assert tuple(box.itemData(place) for place in range(box.count())) == rule.values, path
        elif path in {"cut_layer", "fine_tuning.from_block"}:
            assert isinstance(box, QComboBox), path
        else:
            assert isinstance(box, QCheckBox), path


def test_every_choice_has_a_text(form: RecipeForm) -> None:
    for path in PATHS:
        _, rule = setting_rule(path)
        if isinstance(rule, Choices):
            assert set(SETTINGS[path].choices) == set(rule.values), path
            assert len({control(form, path).itemText(place) for place in range(len(rule.values))}) == len(rule.values)


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("epochs", "7", 7),
        ("batch_size", "128", 128),
        ("learning_rate", "0.0005", 0.0005),
        ("learning_rate", "1e-5", 1e-5),
        ("split.validation", "12.5", 0.125),
        ("augmentation.rotation", "30", 30.0),
        ("augmentation.zoom", "7", 0.07),
        ("head.dense_units", "64", 64),
        ("augmentation.copies", "12", 12),
        ("most_batches", "100", 100),
        ("head.dropout", "0", 0.0),
        ("warm_up", "1.5", 1.5),
        ("early_stopping.target_accuracy", "99", 0.99),
        ("seed", "1234567", 1234567),
    ],
)
def test_typing_a_number_changes_the_recipe(
    form: RecipeForm, session: Session, path: str, typed: str, value: float
) -> None:
    type_into(control(form, path), typed)
    assert recipe_value(session.recipe, path) == value


def test_clicking_and_choosing_change_the_recipe(qtbot: QtBot, form: RecipeForm, session: Session) -> None:
    mirror = control(form, "augmentation.flip_horizontal")
    qtbot.mouseClick(mirror, Qt.MouseButton.LeftButton, pos=QPoint(8, mirror.height() // 2))
    assert session.recipe.augmentation.flip_horizontal
    optimiser = control(form, "optimizer")
    optimiser.setFocus()
    qtbot.keyClick(optimiser, Qt.Key.Key_Down)
    assert session.recipe.optimizer == "adamw"


def test_letter_cannot_be_typed_into_a_number(form: RecipeForm, session: Session) -> None:
    type_into(control(form, "learning_rate"), "x0.01")
    assert session.recipe.learning_rate == 0.01


def test_controls_show_the_recipe_that_is_set_elsewhere(form: RecipeForm, session: Session) -> None:
    augmentation = Augmentation(rotation=15.0, zoom=0.2, flip_horizontal=True)
    recipe = Recipe(epochs=40, learning_rate=0.0005, optimizer="adamw", augmentation=augmentation)
    session.set_recipe(recipe)
    assert control(form, "epochs").text() == "40 epochs"
    assert control(form, "learning_rate").text() == "0.0005"
    assert control(form, "augmentation.zoom").text() == "20 %"
    assert control(form, "augmentation.rotation").text() == "15°"
    assert control(form, "augmentation.flip_horizontal").isChecked()
    assert control(form, "optimizer").currentText() == "AdamW"
    assert session.recipe == recipe


def test_changing_one_setting_leaves_the_finest_digits_of_the_others(form: RecipeForm, session: Session) -> None:
    fine = dataclasses.replace(QUICK, split=dataclasses.replace(QUICK.split, validation=0.123456))
    session.set_recipe(fine)
    type_into(control(form, "epochs"), "3")
    assert session.recipe.split.validation == 0.123456


def test_one_is_singular(form: RecipeForm) -> None:
    type_into(control(form, "epochs"), "1")
    assert control(form, "epochs").text() == "1 epoch"


def test_numbers_begin_inside_their_fields_and_both_columns_at_one_height(qtbot: QtBot, form: RecipeForm) -> None:
    fields = form.findChildren(QLineEdit, "qt_spinbox_lineedit")
    assert fields
    assert all(field.textMargins().left() == GRID for field in fields)
    # Far higher than the column of the variations, which fills its height.
    form.resize(1400, 4000)
    first = form.recipe_choice.parentWidget()
    assert isinstance(first, Card)
    qtbot.waitUntil(lambda: form.augmentation.mapTo(form, QPoint()).x() > first.width())
    assert form.augmentation.heading.geometry().y() == first.heading.geometry().y()
    assert form.augmentation.heading.height() == first.heading.height()


def test_wheel_scrolls_the_form_and_changes_no_value(form: RecipeForm, session: Session) -> None:
    box = control(form, "epochs")
    form.recipe_choice.box.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(box.mapToGlobal(QPoint(5, 5))), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,  # noqa: FBT003
    )  # fmt: skip
    QApplication.sendEvent(box, wheel)
    assert session.recipe == QUICK
    assert not wheel.isAccepted()


def test_changed_mark_comes_and_undo_takes_the_change_back(qtbot: QtBot, form: RecipeForm, session: Session) -> None:
    choice = form.recipe_choice
    assert not choice.changed_mark.isVisible()
    assert choice.description.text() == QUICK.description
    type_into(control(form, "epochs"), "3")
    assert choice.changed_mark.isVisible()
    qtbot.mouseClick(choice.undo_button, Qt.MouseButton.LeftButton)
    assert session.recipe == QUICK
    assert not choice.changed_mark.isVisible()


def test_choosing_a_built_in_recipe_uses_it(qtbot: QtBot, form: RecipeForm, session: Session) -> None:
    form.recipe_choice.box.setFocus()
    qtbot.keyClick(form.recipe_choice.box, Qt.Key.Key_Down)
    assert session.recipe == BALANCED
    assert form.recipe_choice.description.text() == BALANCED.description


def test_recipe_saved_and_loaded_is_the_same(form: RecipeForm, session: Session, tmp_path: Path) -> None:
    type_into(control(form, "epochs"), "3")
    form.recipe_choice.save(tmp_path / "my birds.json")
    assert session.recipe.name == form.recipe_choice.box.currentText() == "my birds"
    assert not form.recipe_choice.changed_mark.isVisible()
    saved = session.recipe
    assert load_recipe(tmp_path / "my birds.json") == saved
    session.set_recipe(QUICK)
    form.recipe_choice.load(tmp_path / "my birds.json")
    assert session.recipe == saved


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are text there")
def test_recipe_saved_in_a_file_whose_name_is_no_text_is_named_as_it_can_be_shown(
    form: RecipeForm, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "caf\udce9\n.json"

    form.recipe_choice.save(path)

    assert session.recipe.name == form.recipe_choice.box.currentText() == "caf\\xe9"
    assert load_recipe(path) == session.recipe


def test_smaller_backbone_for_small_photos_is_told_below_the_recipe(train_page: TrainPage, opened: Session) -> None:
    note = train_page.form.recipe_choice.photos_note
    assert not note.isVisible()

    opened.set_recipe(BEST)
    assert note.isVisible()
    assert "smaller than 260 pixels, so EfficientNet-Lite0 learns from them" in note.text()

    opened.set_recipe(dataclasses.replace(BEST, small_photos=SAME_BACKBONE))
    assert not note.isVisible()


def test_recipe_saved_under_a_built_in_name_leaves_the_built_in_one(
    form: RecipeForm, session: Session, tmp_path: Path
) -> None:
    type_into(control(form, "epochs"), "3")
    form.recipe_choice.save(tmp_path / "Quick.json")
    assert session.recipe.name == "Quick (own)"
    form.recipe_choice.box.setCurrentIndex(0)
    form.recipe_choice.box.activated.emit(0)
    assert session.recipe == QUICK


def test_file_that_is_no_recipe_is_told_and_changes_nothing(
    qtbot: QtBot, form: RecipeForm, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "list.json").write_text(json.dumps(["milk"]), encoding="utf-8")
    with qtbot.waitSignal(form.recipe_choice.problem_raised) as raised:
        form.recipe_choice.load(tmp_path / "list.json")
    assert isinstance(raised.args[0], SettingError)
    assert "list.json" in raised.args[0].message
    assert session.recipe == QUICK


def test_recipe_that_cannot_be_written_is_told(qtbot: QtBot, form: RecipeForm, tmp_path: Path) -> None:
    with qtbot.waitSignal(form.recipe_choice.problem_raised) as raised:
        form.recipe_choice.save(tmp_path / "gone" / "mine.json")
    assert "mine.json" in raised.args[0].message


def test_mnemonics_are_all_different_and_none_is_a_menus(train_page: TrainPage) -> None:
    labels: list[QLabel | QAbstractButton] = [*train_page.findChildren(QLabel)]
    labels += train_page.findChildren(QAbstractButton)
    texts = [label.text() for label in labels if label.isVisible()] + [title.value for title in MenuTitle]
    letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
    assert len(letters) > 10
    assert [letter for letter, times in Counter(letters).items() if times > 1] == []


def test_f1_explains_the_word_of_a_setting_and_else_that_of_its_group(form: RecipeForm) -> None:
    assert term_at(control(form, "batch_size")) == "batch"
    assert term_at(control(form, "fine_tuning.momentum")) == "fine-tuning"
    assert term_at(form.fine_tuning.button) == "fine-tuning"
    assert term_at(form.split.button) == "validation"
    assert term_at(control(form, "augmentation.zoom")) == "variations"
    assert term_at(form.recipe_choice.box) == "recipe"
