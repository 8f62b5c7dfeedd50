"""The dialog that asks for a folder to watch."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tlgui.errors import TargetError
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.predict.watch_dialog import WatchDialog
from tlgui.ui.watching.choice import WatchChoice

LEFT = Qt.MouseButton.LeftButton
Make = Callable[..., WatchDialog]


@pytest.fixture
def begun() -> list[WatchChoice]:
    return []


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, begun: list[WatchChoice]) -> Make:
    """Return a function that opens the dialog."""

    def open_one(folder: Path | None = tmp_path / "DCIM", pattern: str = "{class}/{name}") -> WatchDialog:
        dialog = WatchDialog(folder, SortOptions(tmp_path / "sorted", pattern=pattern), begun.append)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return open_one


def test_at_first_photos_are_only_named_those_that_are_there_too(
    qtbot: QtBot, tmp_path: Path, make: Make, begun: list[WatchChoice]
) -> None:
    dialog = make()
    assert not dialog.copies.isEnabled()
    qtbot.mouseClick(dialog.watch_button, LEFT)
    assert begun == [WatchChoice(tmp_path / "DCIM", takes_present=True)]
    assert not dialog.isVisible()


def test_copies_go_where_it_was_chosen(qtbot: QtBot, tmp_path: Path, make: Make, begun: list[WatchChoice]) -> None:
    dialog = make(pattern="{year}/{class}/{name}")
    dialog.present.click()
    dialog.copy.click()
    dialog.into.setText(str(tmp_path / "elsewhere"))
    dialog.unsure.click()
    qtbot.mouseClick(dialog.watch_button, LEFT)
    options = SortOptions(tmp_path / "elsewhere", pattern="{year}/{class}/{name}", not_sure=None, unlike=None)
    assert begun == [WatchChoice(tmp_path / "DCIM", takes_present=False, sorting=options)]


@pytest.mark.parametrize("pattern", ["{class}/{name}", "{class}/{year}/{name}", "my own/{class}"])
def test_pattern_of_the_last_sort_is_chosen_at_first(tmp_path: Path, make: Make, pattern: str) -> None:
    dialog = make(pattern=pattern)
    dialog.copy.click()
    assert dialog.choice().sorting == SortOptions(tmp_path / "sorted", pattern=pattern)


def test_without_a_folder_there_is_nothing_to_watch(make: Make, tmp_path: Path) -> None:
    dialog = make(None)
    assert not dialog.watch_button.isEnabled()
    dialog.folder.setText("relative")
    assert not dialog.watch_button.isEnabled()
    dialog.folder.setText(str(tmp_path))
    assert dialog.watch_button.isEnabled()
    dialog.copy.click()
    dialog.into.clear()
    assert not dialog.watch_button.isEnabled()
    dialog.only_name.click()
    assert dialog.watch_button.isEnabled()


def test_refusal_is_shown_until_something_else_is_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    def refuse(_choice: WatchChoice) -> None:
        raise TargetError("“<b>x</b>” lies in the watched folder.", "Choose a folder outside of it.")

    dialog = WatchDialog(tmp_path, SortOptions(tmp_path / "<b>x</b>"), refuse)
    qtbot.addWidget(dialog)
    dialog.open()
    assert not dialog.refusal.isVisible()
    qtbot.mouseClick(dialog.watch_button, LEFT)
    assert dialog.isVisible()
    assert dialog.refusal.isVisible()
    assert dialog.refusal_text.text() == "“<b>x</b>” lies in the watched folder. Choose a folder outside of it."
    dialog.copy.click()
    assert not dialog.refusal.isVisible()


def test_folders_can_be_chosen(qtbot: QtBot, tmp_path: Path, make: Make) -> None:
    dialog = make(tmp_path)
    dialog.copy.click()
    for number, (button, edit) in enumerate(
        ((dialog.folder_button, dialog.folder), (dialog.into_button, dialog.into)), start=1
    ):
        qtbot.mouseClick(button, LEFT)
        question = dialog.findChildren(QFileDialog)[-1]
        question.fileSelected.emit(str(tmp_path / str(number)))
        assert edit.text() == str(tmp_path / str(number))
        question.close()
