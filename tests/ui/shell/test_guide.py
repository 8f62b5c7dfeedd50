"""The guide: F1 opens the page's own part or the word of a setting, in a window that reads its own folder alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QImage, QPalette, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from tests.ui.shell.driving import action, open_folder
from tlgui.ui.shell.guide_window import GuideWindow
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.text.glossary import GLOSSARY

IMAGE = QTextDocument.ResourceType.ImageResource.value


@pytest.fixture
def guide(window: MainWindow) -> Iterator[GuideWindow]:
    guide = window.guide.window
    guide.resize(700, 500)
    yield guide
    guide.close()


def shown_first(guide: GuideWindow) -> str:
    """Return the text of the line at the upper edge of the browser."""
    return guide.browser.cursorForPosition(guide.browser.viewport().rect().topLeft()).block().text()


@pytest.mark.parametrize("step", list(Step))
def test_f1_opens_the_part_about_the_page(qtbot: QtBot, window: MainWindow, guide: GuideWindow, step: Step) -> None:
    window.show_step(step)
    window.steps.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert guide.isVisible()
    assert guide.part == step.name.lower()
    qtbot.waitUntil(lambda: shown_first(guide) == step.title)


def test_f1_on_a_setting_explains_its_word(qtbot: QtBot, window: MainWindow, guide: GuideWindow, birds: Path) -> None:
    open_folder(qtbot, window, birds)
    window.show_step(Step.TRAIN)
    field = window.pages.train.form.findChild(QSpinBox, "batch_size")
    assert field is not None
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_F1)
    assert guide.part == "term-batch"
    qtbot.waitUntil(lambda: shown_first(guide).startswith("Batch"))


def test_words_open_from_the_menu(qtbot: QtBot, window: MainWindow, guide: GuideWindow) -> None:
    action(window, "words").trigger()
    qtbot.waitUntil(lambda: "Words" in shown_first(guide))
    for entry in GLOSSARY:
        assert entry.meaning in guide.browser.toPlainText()


def test_buttons_lead_to_the_parts_and_esc_closes(qtbot: QtBot, guide: GuideWindow) -> None:
    guide.show_part("photos")
    for button in guide.findChildren(QPushButton):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert guide.part == "words"
    assert guide.browser.hasFocus() or not guide.isActiveWindow()
    QTest.keyClick(guide, Qt.Key.Key_Escape)
    assert not guide.isVisible()


def test_pictures_are_light_or_dark_as_the_window(guide: GuideWindow) -> None:
    def picture() -> QImage:
        found = guide.browser.loadResource(IMAGE, QUrl("train-light.webp"))
        assert isinstance(found, QImage)
        assert not found.isNull()
        return found

    light = picture()
    palette = QPalette(guide.palette())
    palette.setColor(QPalette.ColorRole.Window, QColor("#202020"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#f0f0f0"))
    guide.browser.setPalette(palette)
    assert picture() != light


@pytest.mark.parametrize(
    "address", ["https://example.org/photos-light.webp", "file:///etc/passwd", "../weights/photos-light.webp", "/etc/x"]
)
def test_nothing_but_its_own_pictures_is_read(guide: GuideWindow, address: str) -> None:
    assert guide.browser.loadResource(IMAGE, QUrl(address)) is None
