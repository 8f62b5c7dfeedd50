"""Names are shown as they are, wherever they come from: none is taken for markup, for a key or for an order."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QMessageBox
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tests.ui.shell.driving import action, open_folder, recent, train
from tests.ui.shown_texts import Shown, misread, shown_texts
from tlgui.errors import TlguiError
from tlgui.learning.recipes.recipe import recipe_text
from tlgui.photos.health.findings import FindingKind
from tlgui.ui.photos.move_dialog import MoveDialog
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.train.compare_dialog import CompareDialog
from tlgui.ui.widgets.plain_text import PlainLabel, PlainMessageBox, plain_tip, set_title

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no file can have such names there")

# As a class is shown, a name may hold what no file's name can.
IMAGE = "<img src='file:///dev/zero'>"
CLASSES = ("<b>bold", "salt & pepper", "$x_1$", "\x1b[31mred", "\u202egnp", "_hidden [*]")
SHOWN = (IMAGE, "<b>bold", "salt & pepper", "$x_1$", r"\x1b[31mred", r"\u202egnp", "_hidden [*]")
HOSTILE = f"{IMAGE} & \x1b]0;x\x07 \u202e"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection in a folder whose name, and the names in which, are not what they seem."""
    folder = write_collection(tmp_path / "<i>Birds & co [*]", ["image", *CLASSES], photos=6)
    write_collection(folder, ["sált & pepper"], photos=4)
    for path in list(folder.rglob("*.jpg"))[::2]:
        path.rename(path.with_name(f"<u>{path.stem} & co\u202e.jpg"))
    return folder


@pytest.fixture
def full(qtbot: QtBot, window: MainWindow, folder: Path) -> Iterator[MainWindow]:
    """A window with something on every page."""
    window.resize(1200, 900)
    open_folder(qtbot, window, folder)
    with qtbot.waitSignal(window.session.collection_changed):
        window.session.review.show_class_as("image", IMAGE)
    train(qtbot, window, folder)
    model = train(qtbot, window, folder)
    window.session.run_list.rename(window.session.run_list.runs[0], f"<s>run{IMAGE} & $x$")
    write_collection(folder.parent / "new", ["<s>new"], photos=3)
    (folder.parent / "new" / "<s>new" / "<u>torn & \x1b.jpg").write_bytes(b"no photo")
    with qtbot.waitSignal(window.session.job_ended):
        window.pages.predict.predict_paths([folder, folder.parent / "new"])
    qtbot.waitUntil(lambda: not window.session.is_busy and not window.session.review.is_looking)
    copy = folder.parent / "<tt>model & $x$.tlmodel"
    copy.write_bytes(model.read_bytes())
    with qtbot.waitSignal(window.session.job_ended):
        window.commands.open_model(copy)
    yield window
    for dialog in window.findChildren(QDialog):
        dialog.close()


def wrong(*names: str) -> list[Shown]:
    """Return the texts that are misread, having seen that all names are shown somewhere."""
    texts = list(shown_texts())
    for name in names:
        assert any(name in shown.text for shown in texts), name
    return [shown for shown in texts if misread(shown)]


def test_names_are_plain_wherever_they_are_shown(qtbot: QtBot, full: MainWindow, folder: Path) -> None:
    shown = full.steps.current()
    assert_names_are_plain_on_every_page(full)
    full.show_step(shown)
    assert_recipe_from_elsewhere_is_shown_as_plain_text(full, folder)
    assert_names_are_plain_in_every_question(full)
    for dialog in full.findChildren(QDialog):
        dialog.close()
    assert_names_are_plain_in_menus(qtbot, full)


def assert_names_are_plain_on_every_page(full: MainWindow) -> None:
    for step in range(4):
        full.show_step(step)
        assert wrong(*SHOWN, "<tt>model & $x$", "<u>torn & ", "<u>photo") == []
    full.show_step(2)
    full.pages.results.table.selectAll()
    assert full.pages.results.comparison.isVisible()
    assert wrong("<s>run") == []


def assert_names_are_plain_in_every_question(full: MainWindow) -> None:
    photos = full.pages.photos
    photos.browser.grid.setCurrentIndex(photos.browser.grid.photos.index(0))
    action(full, "move-to-class").trigger()
    assert full.findChildren(MoveDialog)
    photos.view.findings.choose(FindingKind.SIMILAR_NAMES)
    photos.browser.finding_bar.button.click()
    assert "salt & pepper" in full.findChildren(QMessageBox)[0].text()
    photos.browser.open_photo()
    action(full, "export-model").trigger()
    action(full, "about").trigger()
    assert wrong(*SHOWN, "<tt>model & $x$") == []


def assert_names_are_plain_in_menus(qtbot: QtBot, full: MainWindow) -> None:
    offered = {text.text() for name in ("recent-folders", "recent-models") for text in recent(full, name)}
    assert {"<i>Birds && co [*]", "<tt>model && $x$"} <= offered
    assert action(full, "undo").text().startswith("&Undo: ")
    with qtbot.waitSignal(full.session.collection_changed):
        full.session.review.show_class_as("salt & pepper", "<u>pepper & salt")
    assert action(full, "undo").text() == "&Undo: show the class “salt && pepper” otherwise"
    assert wrong() == []


def assert_recipe_from_elsewhere_is_shown_as_plain_text(full: MainWindow, folder: Path) -> None:
    choice = full.pages.train.form.recipe_choice
    recipe = replace(
        full.session.recipe, name=HOSTILE, description=f"{IMAGE}\nSecond line", weights=f"/tmp/{HOSTILE}.h5"
    )
    path = folder.parent / "recipe.json"
    path.write_text(recipe_text(recipe))
    choice.load(path)
    # What cannot be seen is spelled out when it is read.
    assert full.session.recipe.name == rf"{IMAGE} & \x1b]0;x\x07 \u202e"
    assert choice.box.currentText() == rf"{IMAGE} & \x1b]0;x\x07 \u202e"
    CompareDialog(full.session, {"Other": replace(recipe, seed=7), HOSTILE: recipe}, full).show()
    assert wrong(rf"{IMAGE} & \x1b]0;x\x07 \u202e") == []


def test_error_that_quotes_a_file_is_plain_text(window: MainWindow) -> None:
    window.show_problem(TlguiError(f"“{HOSTILE}” is not a setting.", f"Take {IMAGE} out\nof the file."))
    window.messages.show_success(f"“{HOSTILE}” is open.", HOSTILE)
    assert wrong(IMAGE) == []


def test_plain_texts_are_shown_as_they_are(qtbot: QtBot) -> None:
    label, box = PlainLabel(f"{IMAGE}\n\x1b[31m"), PlainMessageBox()
    qtbot.addWidget(label)
    qtbot.addWidget(box)
    assert label.text() == f"{IMAGE}\n" + r"\x1b[31m"
    box.setInformativeText(IMAGE)
    box.setText(IMAGE)
    set_title(box, "birds [*]\n")
    assert box.windowTitle() == r"birds [*][*]\x0a"
    assert plain_tip("a & b") == "a & b"
    assert plain_tip(IMAGE) == "<p style='white-space:pre'>&lt;img src=&#x27;file:///dev/zero&#x27;&gt;</p>"
    assert wrong(IMAGE) == []
