from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.flow_layout import FlowLayout, growing


def flow_of(qtbot: QtBot, *texts: str) -> tuple[QWidget, list[QPushButton]]:
    holder = QWidget()
    qtbot.addWidget(holder)
    layout = FlowLayout(holder)
    buttons = [QPushButton(text) for text in texts]
    for button in buttons:
        layout.addWidget(button)
    holder.resize(sum(button.sizeHint().width() + layout.spacing() for button in buttons), 200)
    holder.show()
    return holder, buttons


def test_widgets_lie_in_one_line_where_there_is_room(qtbot: QtBot) -> None:
    _, (first, second) = flow_of(qtbot, "one", "another")

    assert first.y() == second.y()
    assert first.geometry().right() < second.x()


def test_text_that_wraps_is_no_higher_than_its_width_makes_it(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    layout = FlowLayout(holder)
    label, button = QLabel(" ".join(f"{number} new photos named," for number in range(15))), QPushButton("Stop")
    label.setWordWrap(True)
    layout.addWidget(growing(label))
    layout.addWidget(button)
    assert label.sizeHint().height() > button.sizeHint().height(), "its preferred form is narrow"
    room = label.fontMetrics().horizontalAdvance(label.text()) + button.sizeHint().width() + 20
    holder.resize(room, layout.heightForWidth(room))
    holder.show()
    assert label.height() == label.fontMetrics().height()
    assert holder.height() == button.sizeHint().height()


def test_longer_text_gets_its_room_and_wraps_what_follows(qtbot: QtBot) -> None:
    _, (first, second) = flow_of(qtbot, "one", "another")

    first.setText("a much longer text than before")

    qtbot.waitUntil(lambda: first.width() == first.sizeHint().width())
    assert second.y() > first.geometry().bottom()
