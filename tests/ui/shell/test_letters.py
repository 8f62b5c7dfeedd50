"""Letters for Alt: the menus and a page never share one, and what comes and goes has none, but the key F6."""

import itertools
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tests.ui.letters import doubled_letters, letter_texts, lettered_bar_buttons
from tests.ui.shell.driving import action, open_folder, train
from tests.ui.shell.sorting import card, name_photos
from tlgui.engine.protocol import BugError
from tlgui.errors import PhotoError
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.widgets.tinted_bar import BarButton


def show_all(page: QWidget) -> None:
    """Show every button of a page that is hidden only because of what the page has to say just now."""
    for button in page.findChildren(QAbstractButton):
        parent = button.parentWidget()
        if button.isHidden() and parent is not None and parent.isVisible():
            button.show()


def test_empty_page_shares_no_letter_with_a_menu(window: MainWindow) -> None:
    for step in Step:
        window.show_step(step)
        assert doubled_letters(window) == {}


def test_page_in_use_shares_no_letter_with_a_menu(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.resize(1500, 1000)
    birds = write_collection(tmp_path / "Birds", [f"class {number}" for number in range(14)], photos=4)
    name_photos(qtbot, window, birds, card(tmp_path / "New", [f"class {number} new.jpg" for number in range(14)]))
    window.pages.predict.suggestion.show()
    window.commands.show_photos()
    photos = window.pages.photos.view.browser
    photos.grid.setFocus()
    photos.grid.selectAll()
    qtbot.waitUntil(photos.selection_bar.isVisible)
    pages = (window.pages.photos, window.pages.train, window.pages.results, window.pages.predict)
    for step, page in zip(Step, pages, strict=True):
        window.show_step(step)
        show_all(page)
        if step is Step.TRAIN:
            open_each_panel(window, page)
        assert len(letter_texts(window)) > 7
        assert doubled_letters(window) == {}


def open_each_panel(window: MainWindow, page: QWidget) -> None:
    for button in page.findChildren(QPushButton):
        if button.isVisible() and button.isCheckable():
            button.setChecked(True)
            assert doubled_letters(window) == {}


def test_buttons_of_bars_have_no_letter_whatever_they_say(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    open_folder(qtbot, window, birds)
    messages = window.messages

    def done() -> None:
        return

    messages.show_undoable("Moved.", "", done, ("&Remove the “black && white” folder", done))
    assert messages.offer_button.text() == "Remove the “black && white” folder"
    shows: tuple[Callable[[], None], ...] = (
        lambda: messages.show_success("Saved.", "", birds / "owl.csv"),
        lambda: messages.show_error(BugError("It failed.", "Traceback")),
        lambda: messages.show_offer("Another one.", "", "&Keep using it", done),
        lambda: window.unsaved_bar.show_run("Quick", "The disk is full."),
        window.job_bar.show_stopping,
    )
    for step, show in itertools.product(Step, shows):
        window.show_step(step)
        show()
        assert lettered_bar_buttons(window) == []
    assert len([button for button in window.findChildren(BarButton) if button.isVisible()]) > 3


def test_key_leads_to_each_bar_and_back(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    train(qtbot, window, birds)
    window.show_step(Step.PHOTOS)
    window.activateWindow()
    table = window.pages.photos.view.table
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    action(window, "view-message").trigger()
    assert table.hasFocus(), "there is no bar"
    window.messages.show_error(PhotoError("It cannot be read.", "Choose another."))
    window.unsaved_bar.show_run("Quick", "The disk is full.")
    stops = []
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_F6)
        stops.append(QApplication.focusWidget())
    assert stops == [window.messages.dismiss_button, window.unsaved_bar.elsewhere_button, table]
