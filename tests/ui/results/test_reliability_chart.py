"""The bars that show whether percentages are true."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.trusts import TRUE_BINS, reliability_of
from tests.ui.results.runs import LEFT
from tlgui.learning.trust import Reliability
from tlgui.ui.results.reliability_chart import ReliabilityChart
from tlgui.ui.widgets.tokens import Accent, colour


def chart(qtbot: QtBot, reliability: Reliability, width: int = 400) -> ReliabilityChart:
    made = ReliabilityChart()
    qtbot.addWidget(made)
    made.show_reliability(reliability)
    made.set_openable(is_openable=True)
    made.resize(width, made.sizeHint().height())
    made.show()
    qtbot.waitExposed(made)
    return made


def coloured(made: ReliabilityChart, place: int) -> float:
    """Return the share of the width that a bar fills."""
    image, row = made.grab().toImage(), made.row_rect(place)
    wanted = colour(Accent.TRAINING, made.palette())
    line = [QColor(image.pixel(x, row.bottom() - 8)) for x in range(made.width())]
    return sum(each == wanted for each in line) / made.width()


def test_ranges_without_photos_have_no_bar_and_the_surest_comes_first(qtbot: QtBot) -> None:
    made = chart(qtbot, reliability_of(TRUE_BINS))
    assert [round(part.low, 1) for part in made.bins] == [0.9, 0.8, 0.7, 0.5, 0.3]
    described = made.accessibleDescription()
    assert "When it says 70 to 80 %: 45 of 60 photos right (between 62 and 85 %)." in described
    assert "2 of 6 photos right (between 9 and 71 %; these are few photos)." in described


def test_bar_is_as_long_as_the_share_that_is_right(qtbot: QtBot) -> None:
    made = chart(qtbot, reliability_of([(8, 100, 50, 0.9), (5, 100, 90, 0.1)]))
    assert abs(coloured(made, 0) - 0.5) < 0.05
    assert abs(coloured(made, 1) - 0.9) < 0.06


def test_bar_of_few_photos_is_an_outline(qtbot: QtBot) -> None:
    made = chart(qtbot, reliability_of([(8, 8, 8, 0.85)]))
    assert coloured(made, 0) < 0.1


def test_click_asks_for_the_photos_of_a_bar(qtbot: QtBot) -> None:
    made = chart(qtbot, reliability_of(TRUE_BINS))
    with qtbot.waitSignal(made.bin_pressed) as pressed:
        qtbot.mouseClick(made, LEFT, pos=made.row_rect(2).center())
    assert pressed.args == [made.bins[2]]
    assert made.row_at(QPoint(5, made.height() + 5)) == -1


def test_keys_go_from_bar_to_bar(qtbot: QtBot) -> None:
    made = chart(qtbot, reliability_of(TRUE_BINS))
    made.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(made, key)
    assert made.accessibleName().startswith("When it says 80 to 90 %: 43 of 50 photos right")
    with qtbot.waitSignal(made.bin_pressed) as pressed:
        qtbot.keyClick(made, Qt.Key.Key_Return)
    assert pressed.args == [made.bins[1]]
    for key, place in ((Qt.Key.Key_End, 4), (Qt.Key.Key_Down, 4), (Qt.Key.Key_Home, 0), (Qt.Key.Key_Up, 0)):
        qtbot.keyClick(made, key)
        with qtbot.waitSignal(made.bin_pressed) as pressed:
            qtbot.keyClick(made, Qt.Key.Key_Space)
        assert pressed.args == [made.bins[place]]


def test_chart_without_photos_takes_no_room_and_no_key(qtbot: QtBot) -> None:
    made = chart(qtbot, reliability_of([]))
    assert made.sizeHint().height() == 0
    qtbot.keyClick(made, Qt.Key.Key_Return)
    assert made.bins == ()
