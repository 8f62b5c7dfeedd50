"""Words of the glossary on the screen: each leads to its explanation, by mouse and by keyboard."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tlgui.ui.widgets.terms import TermButton, TermLabel, TermRequested, request_term, set_term, term_at


class Owner(QWidget):
    """A window that explains words."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.column = QVBoxLayout(self)

    @override
    def customEvent(self, event: QEvent) -> None:
        assert isinstance(event, TermRequested)
        event.is_taken = True
        self.asked.append(event.term_id)


@pytest.fixture
def owner(qtbot: QtBot) -> Owner:
    owner = Owner()
    qtbot.addWidget(owner)
    return owner


def test_word_in_a_sentence_is_a_link_that_the_keyboard_reaches(qtbot: QtBot, owner: Owner) -> None:
    label = TermLabel("82 of 98 validation photos right")
    owner.column.addWidget(label)
    owner.show()
    assert label.plain_text == label.accessibleName() == "82 of 98 validation photos right"
    assert label.focusPolicy() is Qt.FocusPolicy.StrongFocus
    label.setFocus()
    qtbot.keyClick(label, Qt.Key.Key_Tab)
    qtbot.keyClick(label, Qt.Key.Key_Return)
    assert owner.asked == ["validation"]


def test_sentence_without_such_words_is_no_tab_stop(qtbot: QtBot) -> None:
    label = TermLabel("an epoch")
    qtbot.addWidget(label)
    label.setText("82 of 98 photos right")
    assert label.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_names_in_a_sentence_are_not_taken_for_markup(qtbot: QtBot) -> None:
    label = TermLabel("“<img src='file:///dev/zero'> & <b>” after 3 epochs\nsecond line")
    qtbot.addWidget(label)
    assert "&lt;img src=" in label.text()
    assert label.text().count("<") == label.text().count(">") == 5
    assert label.plain_text.startswith("“<img")


def test_quiet_sentence_follows_light_and_dark(qtbot: QtBot) -> None:
    label = TermLabel("3 epochs", is_quiet=True)
    qtbot.addWidget(label)
    before = label.text()
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.Window, Qt.GlobalColor.black)
    palette.setColor(QPalette.ColorRole.WindowText, Qt.GlobalColor.white)
    label.setPalette(palette)
    assert label.text() != before


def test_button_explains_its_word_and_is_no_tab_stop(qtbot: QtBot, owner: Owner) -> None:
    button = TermButton("batch")
    owner.column.addWidget(button)
    assert button.focusPolicy() is Qt.FocusPolicy.NoFocus
    assert button.accessibleName() == "What is batch?"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert owner.asked == ["batch"]


def test_word_of_a_control_is_found_from_within_it(owner: Owner) -> None:
    field = QLineEdit()
    owner.column.addWidget(field)
    assert term_at(field) == ""
    set_term(owner, "epoch")
    assert term_at(field) == "epoch"
    set_term(field, "batch")
    assert term_at(field) == "batch"
    assert term_at(None) == ""


def test_dialog_passes_the_question_on_to_its_owner(owner: Owner) -> None:
    dialog = QWidget(owner, Qt.WindowType.Dialog)
    label = TermLabel("one epoch", dialog)
    request_term(label, "epoch")
    assert owner.asked == ["epoch"]
