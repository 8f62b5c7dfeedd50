"""The style of controls: their height, the ring of the focus, the filled button, light and dark at run time."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTableWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.action_button import ActionButton
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.primary import make_primary, shows_primary
from tlgui.ui.widgets.style import Look, look_of
from tlgui.ui.widgets.tokens import CONTROL_HEIGHT, DARK, LIGHT, Colours, contrast


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


KINDS: tuple[Callable[[], QWidget], ...] = (
    lambda: QPushButton("Open"),
    lambda: QLineEdit("robin"),
    QSpinBox,
    QDoubleSpinBox,
    QComboBox,
    lambda: QCheckBox("Mirror"),
    lambda: QRadioButton("Copy"),
    lambda: QSlider(Qt.Orientation.Horizontal),
    QToolButton,
    QListWidget,
    QPlainTextEdit,
    lambda: ActionButton(Action(look_of(_app()), name="a", text="Go", handler=lambda: None)),
)


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Look]:
    look = look_of(qapp)
    font = qapp.font()
    yield look
    look.wear(is_dark=False)
    qapp.setFont(font)
    look.fit_font()


@pytest.fixture
def card(qtbot: QtBot, look: Look) -> Iterator[Card]:
    """Return a card in a light window; its first control, which gets the focus, is of no interest."""
    look.wear(is_dark=False)
    window = QWidget()
    qtbot.addWidget(window)
    card = Card("Heading")
    card.column.addWidget(QPushButton("First"))
    QVBoxLayout(window).addWidget(card)
    yield card
    window.hide()


def show(qtbot: QtBot, card: Card, *widgets: QWidget) -> None:
    """Show widgets in the card."""
    for widget in widgets:
        card.column.addWidget(widget)
    card.window().show()
    qtbot.waitExposed(card.window())
    card.window().activateWindow()


def tones(widget: QWidget) -> set[str]:
    image = widget.grab().toImage()
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height()) if x < 400 and y < 80
    }


@pytest.mark.parametrize("kind", range(len(KINDS)))
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_focus_is_seen_on_every_control(qtbot: QtBot, look: Look, card: Card, kind: int, colours: Colours) -> None:
    look.wear(is_dark=colours is DARK)
    widget = KINDS[kind]()
    show(qtbot, card, widget)
    before, without = widget.grab().toImage(), widget.sizeHint()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(widget.hasFocus)
    after = widget.grab().toImage()
    ring = QColor(colours.focus).name()
    changed = [
        (x, y)
        for x in range(after.width())
        for y in range(after.height())
        if after.pixelColor(x, y).name() == ring and before.pixelColor(x, y).name() != ring
    ]
    # More than a caret or a dotted line: a ring on all four sides.
    assert len(changed) >= after.width()
    # The ring takes its room from the padding, so that nothing moves.
    assert widget.sizeHint() == without


@pytest.mark.parametrize("kind", [QPushButton, QLineEdit, QComboBox, QSpinBox])
def test_controls_are_as_high_as_the_tokens_say(qtbot: QtBot, card: Card, kind: type[QWidget]) -> None:
    widget = kind()
    show(qtbot, card, widget)
    assert widget.height() == CONTROL_HEIGHT


def test_controls_grow_with_the_text(qtbot: QtBot, qapp: QApplication, card: Card) -> None:
    font = QFont(qapp.font())
    font.setPointSizeF(3 * font.pointSizeF())
    qapp.setFont(font)
    # As the main window does.
    look_of(qapp).fit_font()
    button, box = QPushButton("Open"), QCheckBox("Mirror")
    show(qtbot, card, button, box)
    assert button.height() >= button.fontMetrics().height() > CONTROL_HEIGHT
    image = box.grab().toImage()
    edge = QColor(LIGHT.control).name()
    rows = {y for y in range(image.height()) if image.pixelColor(image.height() // 2, y).name() == edge}
    assert max(rows) - min(rows) > 0.7 * button.fontMetrics().height()


@pytest.mark.parametrize("is_action", [False, True], ids=["push button", "action button"])
def test_filled_button_is_filled_until_another_is(qtbot: QtBot, card: Card, *, is_action: bool) -> None:
    button: QAbstractButton = QPushButton("Start")
    if is_action:
        button = ActionButton(Action(look_of(_app()), name="a", text="Start", handler=lambda: None))
    show(qtbot, card, button)
    corner = QPoint(button.height() // 4, button.height() // 2)
    make_primary(button)
    assert shows_primary(button)
    assert button.grab().toImage().pixelColor(corner) == QColor(LIGHT.accent)
    make_primary(button, is_primary=False)
    assert button.grab().toImage().pixelColor(corner) == QColor(LIGHT.card)


def test_window_that_is_open_follows_light_and_dark(qtbot: QtBot, look: Look, card: Card) -> None:
    look.wear(is_dark=False)
    button, group = QPushButton("Start"), QGroupBox("Training")
    show(qtbot, card, button, group)
    for colours in (LIGHT, DARK, LIGHT):
        look.wear(is_dark=colours is DARK)
        page = QColor(colours.page)
        qtbot.waitUntil(lambda tone=page: card.window().palette().color(QPalette.ColorRole.Window) == tone)  # type: ignore[misc]  # bound now
        assert {colours.card, colours.line} <= {tone.upper() for tone in tones(card)}
        text = button.grab().toImage()
        darkest = max(
            contrast(text.pixelColor(x, text.height() // 2), QColor(colours.card)) for x in range(8, text.width() - 8)
        )
        assert darkest > 4.5


def test_ring_of_the_filled_button_differs_from_its_fill(qtbot: QtBot, card: Card) -> None:
    button = QPushButton("Start")
    make_primary(button)
    show(qtbot, card, button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    assert button.grab().toImage().pixelColor(button.width() // 2, 1) == QColor(LIGHT.focus_on_accent)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_entry_of_a_menu_that_cannot_be_used_is_faint(qtbot: QtBot, look: Look, colours: Colours) -> None:
    look.wear(is_dark=colours is DARK)
    menu = QMenu()
    qtbot.addWidget(menu)
    for is_enabled in (True, False):
        menu.addAction("Sort into folders").setEnabled(is_enabled)
    menu.show()
    image = menu.grab().toImage()
    clearest = []
    for entry in menu.actions():
        place = menu.actionGeometry(entry).adjusted(4, 2, -4, -2)
        seen = [
            image.pixelColor(x, y)
            for x in range(place.left(), place.right())
            for y in range(place.top(), place.bottom())
        ]
        clearest.append(max(contrast(tone, QColor(colours.card)) for tone in seen))
    assert clearest[0] > 2 * clearest[1]


def test_button_for_clearing_a_field_lies_in_its_middle(qtbot: QtBot, card: Card) -> None:
    field = QLineEdit("robin")
    field.setClearButtonEnabled(True)
    show(qtbot, card, field)
    (button,) = field.findChildren(QToolButton)
    assert abs(button.geometry().center().y() - field.rect().center().y()) <= 1
    assert field.rect().contains(button.geometry())


def test_button_is_pressed_by_the_space_bar(qtbot: QtBot, card: Card) -> None:
    button = QPushButton("Start")
    show(qtbot, card, button)
    button.setFocus()
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)


def test_headers_of_a_table_in_a_card_stand_over_its_cells(qtbot: QtBot, card: Card) -> None:
    table = QTableWidget(3, 3)
    show(qtbot, card, table)
    for header in (table.horizontalHeader(), table.verticalHeader()):
        assert header.viewport().geometry() == header.rect()
    assert table.horizontalHeader().geometry().left() == table.viewport().geometry().left()
