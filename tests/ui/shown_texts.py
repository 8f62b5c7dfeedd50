"""All texts of all windows, and whether Qt would show one of them other than literally."""

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QTabBar,
    QTableView,
    QWidget,
)

from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.widgets.terms import TermLabel

_ROLES = Qt.ItemDataRole
_TIP_ROLES = (_ROLES.ToolTipRole, _ROLES.StatusTipRole, _ROLES.WhatsThisRole)
_SAID_ROLES = (_ROLES.DisplayRole, _ROLES.AccessibleTextRole, _ROLES.AccessibleDescriptionRole)
_ESCAPED = "<p style='white-space:pre'>"
_ACTING = frozenset(map(chr, (*range(9), *range(11, 32), 127, *range(0x80, 0xA0), *range(0x202A, 0x202F))))


class Shown(NamedTuple):
    """One text.

    Args:
        where: Whose it is, for people.
        text: As Qt has it.
        is_formatted: Whether Qt decides by the text itself whether it is markup.
        has_keys: Whether Qt makes a key of “&”.
    """

    where: str
    text: str
    is_formatted: bool = False
    has_keys: bool = False


def shown_texts() -> Iterator[Shown]:
    """Yield every text of every window, also of hidden widgets."""
    for window in QApplication.topLevelWidgets():
        for widget in (window, *window.findChildren(QWidget)):
            yield from _of_widget(widget)
        for action in window.findChildren(QAction):
            where = f"action {action.objectName()}"
            yield Shown(where, action.text(), has_keys=True)
            yield from (Shown(where, tip, is_formatted=True) for tip in _tips(action))


def misread(shown: Shown) -> bool:
    """Return whether a text is shown other than literally."""
    if shown.is_formatted and GuiQt.mightBeRichText(shown.text):
        inside = shown.text.removeprefix(_ESCAPED).removesuffix("</p>")
        return not shown.text.startswith(_ESCAPED) or "<" in inside or not _ACTING.isdisjoint(inside)
    if shown.has_keys and "& " in shown.text.replace("&&", ""):
        return True
    return not _ACTING.isdisjoint(shown.text)


def _of_widget(widget: QWidget) -> Iterator[Shown]:
    where = f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}"
    yield from (Shown(where, tip, is_formatted=True) for tip in _tips(widget))
    if widget.isWindow():
        yield Shown(where, widget.windowTitle())
    yield Shown(where, widget.accessibleName())
    yield Shown(where, widget.accessibleDescription())
    yield from (Shown(where, *text) for text in _said_by(widget))
    if isinstance(widget, QAbstractItemView):
        yield from _of_items(where, widget)


def _said_by(widget: QObject) -> Iterator[tuple[str, bool, bool]]:
    """Yield the texts of a widget, whether they may be formatted, and whether “&” in them is a mnemonic."""
    match widget:
        case QLabel():
            yield _of_label(widget)
        case QAbstractButton():
            yield widget.text(), False, True
        case QLineEdit():
            yield widget.placeholderText(), False, False
        case QComboBox():
            yield from ((widget.itemText(place), False, False) for place in range(widget.count()))
            for place in range(widget.count()):
                yield from ((str(widget.itemData(place, role) or ""), True, False) for role in _TIP_ROLES)
        case QTabBar():
            yield from ((widget.tabText(place), False, True) for place in range(widget.count()))


def _of_label(label: QLabel) -> tuple[str, bool, bool]:
    if isinstance(label, TermLabel):
        # Its markup is its own; `test_terms` shows that none comes from the text.
        return label.plain_text, False, False
    return label.text(), label.textFormat() is not Qt.TextFormat.PlainText, label.buddy() is not None


def _of_items(where: str, view: QAbstractItemView) -> Iterator[Shown]:
    model: QAbstractItemModel | None = view.model()
    if model is None or not isinstance(view, QTableView | QListView | QHeaderView | PhotoGrid):
        return
    rows = model.rowCount(QModelIndex())
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    indexes = [model.index(row, column) for row in range(rows) for column in range(columns)]
    for role in (*_SAID_ROLES, *_TIP_ROLES):
        texts = [model.data(index, role) for index in indexes]
        for side in Qt.Orientation:
            length = columns if side is Qt.Orientation.Horizontal else rows
            texts += [model.headerData(section, side, role) for section in range(length)]
        for text in texts:
            if isinstance(text, str):
                yield Shown(f"{where}, {role.name}", text, is_formatted=role in _TIP_ROLES)


def _tips(owner: QWidget | QAction) -> Iterator[str]:
    yield from (owner.toolTip(), owner.statusTip(), owner.whatsThis())
