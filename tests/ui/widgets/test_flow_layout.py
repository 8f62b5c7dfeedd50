from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.flow_layout import FlowLayout


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


def test_longer_text_gets_its_room_and_wraps_what_follows(qtbot: QtBot) -> None:
    _, (first, second) = flow_of(qtbot, "one", "another")

    first.setText("a much longer text than before")

    qtbot.waitUntil(lambda: first.width() == first.sizeHint().width())
    assert second.y() > first.geometry().bottom()
