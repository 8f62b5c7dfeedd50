"""What the window saves goes over no file of another kind, whatever the question for a place let through."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.pictures import write_png
from tests.ui.shell.driving import action, question, train
from tlgui.ui.shell.main_window import MainWindow


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_png(tmp_path / "holiday.png")


@pytest.mark.parametrize(
    ("action_id", "name", "kind"),
    [
        ("save-model", "a.tlmodel", "a model of tlgui"),
        ("save-plot", "a.png", "a plot"),
        ("save-history", "a.csv", "a table"),
    ],
)
def test_no_photo_is_replaced(
    qtbot: QtBot, window: MainWindow, birds: Path, photo: Path, action_id: str, name: str, kind: str
) -> None:
    train(qtbot, window, birds)
    target = photo.rename(photo.with_name(name))
    before = target.read_bytes()

    action(window, action_id).trigger()
    question(window).fileSelected.emit(str(target))

    assert window.messages.message.text() == f"“{name}” is there already and is not {kind}, so it is not replaced."
    assert target.read_bytes() == before
    assert not window.session.is_busy


def test_recipe_replaces_only_a_recipe(window: MainWindow, photo: Path) -> None:
    choice = window.pages.train.form.recipe_choice
    target = photo.rename(photo.with_suffix(".json"))
    before = target.read_bytes()

    choice.save(target)
    assert "is not a recipe of tlgui" in window.messages.message.text()
    assert target.read_bytes() == before

    choice.save(photo.with_name("mine.json"))
    choice.save(photo.with_name("mine.json"))
    assert photo.with_name("mine.json").is_file()
