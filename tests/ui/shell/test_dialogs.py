"""Every dialog: whole with large text, made for the keyboard, and with one button that Enter presses."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tests.ui.letters import doubled_letters
from tests.ui.shell.driving import action
from tests.ui.shell.sorting import card, name_photos
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.photos.health.findings import MoveToBin
from tlgui.ui.photos.mend_question import ask_to_move_files
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.train.compare_dialog import CompareDialog
from tlgui.ui.widgets.lines_dialog import LinesDialog
from tlgui.ui.widgets.primary import shows_primary
from tlgui.ui.widgets.scroll_area import ScrollArea

# A laptop's screen, less the frame of a window and a bar of the desktop.
ROOM = QSize(1240, 700)
NAMES = [f"Great Crested Grebe with a long name {number}" for number in range(30)]


@pytest.fixture
def full(qtbot: QtBot, small: MainWindow, tmp_path: Path) -> MainWindow:
    """A small window with named photos, with text of ordinary or double size."""
    new = card(tmp_path / "New", [f"{name} new.jpg" for name in NAMES[:6]])
    name_photos(qtbot, small, write_collection(tmp_path / "Birds", NAMES, photos=3), new)
    return small


def do(name: str) -> Callable[[MainWindow], object]:
    return lambda window: action(window, name).trigger()


def ask_for_new_class(window: MainWindow) -> None:
    window.pages.predict.deciding.ask_class()


def move_to_class(window: MainWindow) -> None:
    window.show_step(Step.PHOTOS)
    grid = window.pages.photos.view.browser.grid
    grid.selectAll()
    QApplication.processEvents()
    action(window, "move-to-class").trigger()


def put_place(window: MainWindow) -> None:
    action(window, "save-predictions").trigger()
    (dialog,) = dialogs(window)
    cast("QPushButton", dialog.formats.buttons()[-1]).click()  # type: ignore[attr-defined]


def ask_about_bin(window: MainWindow) -> None:
    ask_to_move_files(MoveToBin((Path("/photos/wren.jpg"),)), window, lambda: None)


def show_lines(window: MainWindow) -> None:
    LinesDialog("Not sorted", "These stay where they are.", NAMES, window).show()


def compare(window: MainWindow) -> None:
    CompareDialog(window.session, BUILT_IN, window).show()


OPENERS: dict[str, Callable[[MainWindow], object]] = {
    "sort": do("sort"),
    "table": do("save-predictions"),
    "table with a place": put_place,
    "watch": do("watch-folder"),
    "export": do("export-model"),
    "report": do("save-report"),
    "about": do("about"),
    "new class": ask_for_new_class,
    "move": move_to_class,
    "bin": ask_about_bin,
    "closing": lambda window: window._ask_before_closing(),
    "losing": lambda window: window._ask_before_losing(),
    "lines": show_lines,
    "compare": compare,
}


def dialogs(window: MainWindow) -> list[QDialog]:
    found = [each for each in window.findChildren(QDialog) if each.isVisible()]
    return [each for each in found if not isinstance(each, QFileDialog)]


def controls(dialog: QDialog) -> list[QWidget]:
    """Return what Tab goes to, in order."""
    found: list[QWidget] = []
    widget = dialog.nextInFocusChain()
    while widget is not None and widget is not dialog:
        is_stop = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        if is_stop and dialog.isAncestorOf(widget) and widget.focusProxy() is None:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def top(dialog: QDialog, widget: QWidget) -> QPoint:
    return widget.mapTo(dialog, QPoint())


def cut(dialog: QDialog) -> Iterator[str]:
    """Yield the texts that have less room than they need."""
    for widget in dialog.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if _is_cut(widget):
            yield f"cut: {type(widget).__name__} {widget.property('text')!r} {widget.size()}"
        if isinstance(widget, QAbstractButton | QLabel) and top(dialog, widget).x() + widget.width() > dialog.width():
            yield f"outside: {widget.text()!r}"


def _is_cut(widget: QWidget) -> bool:
    match widget:
        case QLabel() if widget.wordWrap() and widget.text():
            return widget.heightForWidth(widget.width()) > widget.height()
        case QAbstractButton() if widget.text():
            return widget.width() < widget.minimumSizeHint().width()
        case QLineEdit() if not isinstance(widget.parent(), QComboBox):
            return widget.width() < _least(widget)
    return False


def _least(edit: QLineEdit) -> int:
    # Room for some words, or for the whole text where it is short.
    letters = edit.fontMetrics().averageCharWidth()
    return min(edit.fontMetrics().horizontalAdvance(edit.text() or edit.placeholderText()), 16 * letters)


def unnamed(dialog: QDialog) -> Iterator[str]:
    """Yield the controls that a screen reader cannot name."""
    buddies = {label.buddy() for label in dialog.findChildren(QLabel)}
    for control in controls(dialog):
        is_named = control.accessibleName() or control in buddies
        if not is_named and not (isinstance(control, QAbstractButton | QLabel) and control.text()):
            yield type(control).__name__


def jumps(dialog: QDialog) -> Iterator[str]:
    """Yield where Tab goes upwards in a column."""
    stops = controls(dialog)
    first = min(range(len(stops)), key=lambda place: (top(dialog, stops[place]).y(), top(dialog, stops[place]).x()))
    ordered = stops[first:] + stops[:first]
    for before, after in itertools.pairwise(ordered):
        here, there = top(dialog, before), top(dialog, after)
        # What scrolls may be below the buttons, which do not.
        if any(area.isAncestorOf(before) != area.isAncestorOf(after) for area in dialog.findChildren(ScrollArea)):
            continue
        if there.y() + after.height() <= here.y() and there.x() <= here.x() + before.width() // 2:
            yield f"{before} to {after}"


def faults(dialog: QDialog) -> list[str]:
    found = [*cut(dialog), *(f"unnamed: {each}" for each in unnamed(dialog)), *jumps(dialog)]
    found += [f"letter: {letter} {texts}" for letter, texts in doubled_letters(dialog).items()]
    buttons = [button for button in dialog.findChildren(QPushButton) if button.isVisible()]
    defaults = [button for button in buttons if button.isDefault()]
    if len(defaults) != 1:
        found.append(f"default: {[button.text() for button in defaults]}")
    filled = [button for button in buttons if shows_primary(button)]
    if filled and filled != defaults:
        found.append(f"filled, and not the default: {filled[0].text()}")
    for box in dialog.findChildren(QDialogButtonBox):
        found += [f"icon: {button.text()}" for button in box.buttons() if not button.icon().isNull()]
    focus: QWidget | None = dialog.focusWidget()
    if focus is None or not dialog.isAncestorOf(focus):
        found.append("nothing has the focus")
    return found


def opened(qtbot: QtBot, window: MainWindow, name: str) -> QDialog:
    OPENERS[name](window)
    (dialog,) = dialogs(window)
    qtbot.waitExposed(dialog)
    return dialog


def close(qtbot: QtBot, window: MainWindow, dialog: QDialog) -> None:
    focus: QWidget | None = dialog.focusWidget()
    QTest.keyClick(dialog if focus is None else focus, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialogs(window))


# Each window takes seconds, so that all dialogs are opened in one.
def test_choices_stay_where_they_are_in_a_higher_dialog(qtbot: QtBot, full: MainWindow) -> None:
    for name in ("sort", "table", "watch", "export", "report"):
        dialog = opened(qtbot, full, name)
        assert choice_places(qtbot, dialog, 2000) == choice_places(qtbot, dialog, 2300), name
        close(qtbot, full, dialog)


def choice_places(qtbot: QtBot, dialog: QDialog, height: int) -> list[int]:
    """Return how far the choices are from the top of a dialog of this height."""
    area = dialog.findChild(ScrollArea)
    assert area is not None
    content = area.widget()
    assert content is not None
    dialog.resize(dialog.width(), height)
    qtbot.waitUntil(lambda: content.height() == area.viewport().height() > 1500)
    choices = [each for each in controls(dialog) if area.isAncestorOf(each) and not isinstance(each, QTableView)]
    return [top(dialog, each).y() for each in choices]


def test_every_dialog_is_whole_and_made_for_the_keyboard(qtbot: QtBot, full: MainWindow) -> None:
    for name in OPENERS:
        dialog = opened(qtbot, full, name)
        dialog.activateWindow()
        assert_faultless(qtbot, name, dialog)
        # On a laptop it is smaller, and scrolls.
        least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
        assert (least.width() <= ROOM.width(), least.height() <= ROOM.height()) == (True, True), (name, least)
        dialog.resize(ROOM.boundedTo(dialog.size()))
        assert_faultless(qtbot, name, dialog)
        for box in dialog.findChildren(QDialogButtonBox):
            assert box.visibleRegion().boundingRect() == box.rect(), name
        close(qtbot, full, dialog)


def assert_faultless(qtbot: QtBot, name: str, dialog: QDialog) -> None:
    def check() -> None:
        assert faults(dialog) == [], name

    qtbot.waitUntil(check)
