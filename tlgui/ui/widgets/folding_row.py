"""A row of buttons: those without room in the line are in a menu at its end, where keys reach them too."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QToolButton, QWidget
from typing_extensions import override

from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tokens import GRID

_SHOWN_OR_HIDDEN = {QEvent.Type.ShowToParent, QEvent.Type.HideToParent}


class FoldingRow(QWidget):
    """Shows buttons in order, as many as there is room for.

    Whether a button can be used at all is told with its own `show` and `hide`, as anywhere else.

    Args:
        name: What screen readers call the menu.
        parent: The owner.
        is_right: Whether the buttons stand at the right end.

    Attributes:
        more_button: Opens the menu; hidden while all buttons are in the line.
    """

    def __init__(self, name: str, parent: QWidget | None = None, *, is_right: bool = False) -> None:
        super().__init__(parent)
        self._holders: list[_Holder] = []
        self._folds = True
        self.more_button = QToolButton()
        self.more_button.setText("⋯")
        set_spoken(self.more_button, name)
        set_tip(self.more_button, name)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._menu = QMenu(self.more_button)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.more_button.setMenu(self._menu)
        self.more_button.hide()
        self._flow = FlowLayout(self)
        self._flow.setSpacing(GRID)
        self._first = 1 if is_right else 0
        if is_right:
            self._flow.addWidget(growing(QWidget()))
        self._flow.addWidget(self.more_button)

    @property
    def folded(self) -> list[QAbstractButton]:
        """The buttons that are in the menu."""
        return [holder.button for holder in self._usable() if holder.isHidden()]

    def add(self, button: QAbstractButton, place: int | None = None) -> None:
        """Add a button, before the one at `place`, or as the last one."""
        place = len(self._holders) if place is None else place
        holder = _Holder(button)
        self._holders.insert(place, holder)
        self._flow.insert_widget(self._first + place, holder)
        button.installEventFilter(self)
        for before, after in zip(self._buttons(), self._buttons()[1:], strict=False):
            QWidget.setTabOrder(before, after)
        self._fit()

    def set_folding(self, *, folds: bool) -> None:
        """Choose between one line with a menu, which is so at first, and as many lines as are needed."""
        if folds != self._folds:
            self._folds = folds
            self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        first = max((holder.sizeHint().width() for holder in self._usable()[:1]), default=0)
        rest = self.more_button.sizeHint().width() + GRID if self._folds and len(self._usable()) > 1 else 0
        return QSize(max(first + rest, 0 if self._folds else self._flow.minimumSize().width()), self._line_height())

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._flow.sizeHint().width(), self._line_height())

    @override
    def heightForWidth(self, width: int) -> int:
        return self._line_height() if self._folds else self._flow.heightForWidth(width)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SHOWN_OR_HIDDEN:
            self._fit()
        return False

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _buttons(self) -> list[QWidget]:
        return [*(holder.button for holder in self._holders), self.more_button]

    def _usable(self) -> list["_Holder"]:
        return [holder for holder in self._holders if not _is_hidden_by_owner(holder.button)]

    def _line_height(self) -> int:
        usable: list[QWidget] = [*self._usable()]
        # The height does not change with what is in the menu.
        widgets = [*usable, self.more_button] if usable and self._folds else usable
        return max((widget.sizeHint().expandedTo(widget.minimumSizeHint()).height() for widget in widgets), default=0)

    def _fit(self) -> None:
        usable = self._usable()
        shown = self._choice(usable) if self._folds else usable
        for holder in self._holders:
            holder.setVisible(holder in shown)
        self.more_button.setVisible(len(shown) < len(usable))

    def _choice(self, usable: list["_Holder"]) -> list["_Holder"]:
        """Return the buttons that fit, the first ones."""
        widths = [holder.sizeHint().width() + GRID for holder in usable]
        if sum(widths) - GRID <= self.width():
            return usable
        left = self.width() - self.more_button.sizeHint().width()
        number = 0
        while number < len(widths) and widths[number] <= left:
            left -= widths[number]
            number += 1
        return usable[:number]

    @Slot()
    def _fill_menu(self) -> None:
        self._menu.clear()
        for button in self.folded:
            action = self._menu.addAction(button.text())
            set_tip(action, button.toolTip())
            action.setEnabled(button.isEnabled())
            action.setCheckable(button.isCheckable())
            action.setChecked(button.isChecked())
            action.triggered.connect(button.click)


class _Holder(QWidget):
    """Around a button, so that the row hides it without telling anybody that it cannot be used."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__()
        self.button = button
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(button)


def _is_hidden_by_owner(button: QAbstractButton) -> bool:
    # A button that was never shown is hidden for Qt too.
    return button.isHidden() and button.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
